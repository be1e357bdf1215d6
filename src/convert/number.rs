//! Numbers from text, of which every digit counts.

use super::{Misfit, Notation};

/// The number of digits that always fit into an `i128`.
const MOST_DIGITS: u32 = 38;

/// The parts of a number in decimal notation.
pub(super) struct Digits {
    negative: bool,
    /// The digits, without leading zeros and without trailing zeros after the point.
    digits: u128,
    count: u32,
    /// The last digit counts 10 to the power of minus this.
    scale: i64,
    /// Whether there are more digits than fit.
    pub(super) too_many: bool,
}

impl Digits {
    /// The number times 10^`scale`, if that is a whole number of at most 38 digits.
    pub(super) fn scaled(&self, scale: u8) -> Result<i128, Misfit> {
        if self.digits == 0 && !self.too_many {
            return Ok(0);
        }
        let missing = i64::from(scale) - self.scale;
        if missing < 0 {
            return Err(Misfit::Scale(u32::try_from(self.scale).unwrap_or(u32::MAX)));
        }
        let power = u32::try_from(missing).map_err(|_| Misfit::Precision)?;
        if self.too_many || self.count.saturating_add(power) > MOST_DIGITS {
            return Err(Misfit::Precision);
        }
        let whole = self.digits.checked_mul(10u128.pow(power)).ok_or(Misfit::Precision)?;
        let whole = i128::try_from(whole).map_err(|_| Misfit::Precision)?;
        Ok(if self.negative { -whole } else { whole })
    }
}

/// Parses `-12.50`, `+12`, `.5`, `5.` or `1.5e3`; `None` if the text is anything else.
pub(super) fn digits(text: &str) -> Option<Digits> {
    let (negative, rest) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let at = rest.iter().position(|byte| matches!(byte, b'e' | b'E'));
    let (mantissa, exponent) = match at {
        Some(at) => (&rest[..at], exponent(&rest[at + 1..])?),
        None => (rest, 0),
    };
    let mut found = Digits { negative, digits: 0, count: 0, scale: 0, too_many: false };
    // Zeros that count only if another digit comes after them.
    let mut zeros = 0u32;
    let (mut any, mut point) = (false, false);
    for byte in mantissa {
        match byte {
            b'.' if !point => point = true,
            b'0'..=b'9' => {
                any = true;
                let after = i64::from(point);
                found.scale += after;
                if *byte == b'0' {
                    zeros += u32::from(found.count > 0);
                    continue;
                }
                found.push_zeros(zeros);
                zeros = 0;
                found.push(byte - b'0');
            }
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    if found.count == 0 {
        found.scale = 0;
        return Some(found);
    }
    found.scale = found.scale.checked_sub(i64::from(zeros))?.checked_sub(exponent)?;
    Some(found)
}

impl Digits {
    fn push(&mut self, digit: u8) {
        if self.count >= MOST_DIGITS {
            self.too_many = true;
            return;
        }
        self.digits = self.digits * 10 + u128::from(digit);
        self.count += 1;
    }

    fn push_zeros(&mut self, count: u32) {
        for _ in 0..count.min(MOST_DIGITS + 1) {
            self.push(0);
        }
    }
}

/// Parses an exponent; one with too many digits becomes far out of range.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0i64, |number, digit| {
        number.saturating_mul(10).saturating_add(i64::from(digit - b'0')).min(1_000_000_000_000)
    });
    Some(if negative { -number } else { number })
}

/// Parses a whole number of 64 or 32 bits.
pub(super) fn integer(text: &str, bits: u8) -> Result<i64, Misfit> {
    // Nearly all are written plainly.
    let number = match text.parse::<i64>() {
        Ok(number) => number,
        Err(_) => {
            let whole = digits(text).ok_or(Misfit::NotOne)?.scaled(0).map_err(|misfit| match misfit {
                Misfit::Scale(_) => Misfit::Fraction,
                _ => Misfit::Bits(bits),
            })?;
            i64::try_from(whole).map_err(|_| Misfit::Bits(bits))?
        }
    };
    within(number, bits)
}

/// The number, if it has at most this many bits.
pub(super) fn within(number: i64, bits: u8) -> Result<i64, Misfit> {
    if bits == 32 && i32::try_from(number).is_err() { Err(Misfit::Bits(32)) } else { Ok(number) }
}

/// Parses a number at the scale of its type; `None` if it is NaN.
pub(super) fn decimal(text: &str, precision: u8, scale: u8) -> Result<Option<i128>, Misfit> {
    if text.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    let number = digits(text).ok_or(Misfit::NotOne)?.scaled(scale)?;
    fits(number, precision).then_some(Some(number)).ok_or(Misfit::Precision)
}

/// Whether a whole number has at most this many digits.
pub(super) fn fits(number: i128, digits: u8) -> bool {
    10u128.checked_pow(digits.into()).is_none_or(|limit| number.unsigned_abs() < limit)
}

/// Parses a double or a 32-bit float, rounded to the nearest; `None` if it is NaN.
pub(super) fn float(text: &str, single: bool) -> Result<Option<f64>, Misfit> {
    let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
    if plain.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let shape = digits(text).ok_or(Misfit::NotOne)?;
        let number: f64 = text.parse().map_err(|_| Misfit::NotOne)?;
        let number = if single {
            let nearest: f32 = text.parse().map_err(|_| Misfit::NotOne)?;
            f64::from(nearest)
        } else {
            number
        };
        let vanished = number == 0.0 && (shape.digits != 0 || shape.too_many);
        return if number.is_infinite() || vanished { Err(Misfit::FloatRange) } else { Ok(Some(number)) };
    }
    match plain.to_ascii_lowercase().as_str() {
        "nan" => Ok(None),
        "inf" | "infinity" if text.starts_with('-') => Ok(Some(f64::NEG_INFINITY)),
        "inf" | "infinity" => Ok(Some(f64::INFINITY)),
        _ => Err(Misfit::NotOne),
    }
}

/// The number with a point and without separators, given the notation; `None` if the separators are
/// misplaced.
pub(super) fn plain(text: &str, notation: &Notation) -> Option<String> {
    let (point, thousands) = (if notation.decimal_comma { ',' } else { '.' }, notation.thousands);
    let (whole, fraction) = text.split_once(point).map_or((text, None), |(a, b)| (a, Some(b)));
    let mut plain = String::with_capacity(text.len());
    match thousands.filter(|&separator| whole.contains(separator)) {
        None => plain.push_str(whole),
        Some(separator) => {
            for (at, group) in whole.split(separator).enumerate() {
                let digits = if at == 0 { group.strip_prefix(['-', '+']).unwrap_or(group) } else { group };
                let sized = if at == 0 { (1..=3).contains(&digits.len()) } else { digits.len() == 3 };
                if !sized || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                plain.push_str(group);
            }
        }
    }
    if notation.decimal_comma && plain.contains('.') {
        return None;
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}
