//! Constants: from their spelling to their value.

use std::ops::Range;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use jiff::{Timestamp, civil::Date};

use crate::types::{Literal, Type, Version};

/// Why a constant can't be read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// An invalid escape, at these bytes of the text.
    Escape(Range<usize>, &'static str),
    /// Not a number, possibly with advice.
    Number(Option<String>),
    /// A number that is too large or has too many digits.
    Range(&'static str),
    /// Not a date or instant, or one that doesn't exist.
    Time(&'static str),
    /// An instant without an offset.
    NoOffset,
}

/// The text between quotes, with escapes resolved. `raw` includes the quotes.
pub(super) fn string(raw: &str) -> Result<String, Fault> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let start = raw.len() - 1 - rest.len() + at;
        let (c, used) = escape(&rest[at..]).map_err(|(len, why)| Fault::Escape(start..start + len, why))?;
        out.push(c);
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The bytes of a text literal that correspond to a range of its text. `raw` includes the quotes.
/// An empty range is moved to the character after it.
#[must_use]
pub fn place_in_text(raw: &str, range: Range<usize>) -> Range<usize> {
    let end_of_text = raw.len().saturating_sub(1);
    let (mut at, mut decoded) = (1, 0);
    let (mut start, mut end) = (end_of_text, end_of_text);
    while at < end_of_text {
        let rest = &raw[at..];
        let (c, used) = match rest.starts_with('\\') {
            true => escape(rest).unwrap_or(('\\', 1)),
            false => rest.chars().next().map_or((' ', 1), |c| (c, c.len_utf8())),
        };
        if decoded <= range.start {
            start = at;
        }
        if decoded < range.end.max(range.start + 1) {
            end = at + used;
        }
        decoded += c.len_utf8();
        at += used;
    }
    if range.start >= decoded { end_of_text..raw.len() } else { start..end }
}

/// The character of the escape at the start of `text`, and the escape's length in bytes.
fn escape(text: &str) -> Result<(char, usize), (usize, &'static str)> {
    let Some(kind) = text[1..].chars().next() else { return Err((1, "escapes nothing")) };
    match kind {
        '"' | '\'' | '\\' => Ok((kind, 2)),
        'n' => Ok(('\n', 2)),
        't' => Ok(('\t', 2)),
        'u' => {
            let end = text.find('}').filter(|_| text[2..].starts_with('{'));
            let Some(end) = end else { return Err((2, "needs a code point in braces, as in `\\u{1F600}`")) };
            let digits = &text[3..end];
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit()) && (1..=6).contains(&digits.len());
            let code = if hex { u32::from_str_radix(digits, 16).ok() } else { None };
            match code.and_then(char::from_u32) {
                Some('\0') => Err((end + 1, "is the character U+0000, which can't be used")),
                Some(c) => Ok((c, end + 1)),
                None => Err((end + 1, "is not a Unicode code point")),
            }
        }
        other => Err((1 + other.len_utf8(), "is not an escape")),
    }
}

/// Parses an integer, decimal or float, including a sign.
pub(super) fn number(written: &str) -> Result<Literal, Fault> {
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    check_spelling(unsigned)?;
    let plain: String = written.chars().filter(|&c| c != '_').collect();
    if plain.contains(['e', 'E']) {
        let value: f64 = plain.parse().map_err(|_| Fault::Number(None))?;
        return if value.is_finite() {
            Ok(Literal::Float(value))
        } else {
            Err(Fault::Range("is too large for a float"))
        };
    }
    if let Some((whole, fraction)) = plain.split_once('.') {
        if fraction.len() > 9 {
            return Err(Fault::Range("has more than 9 digits after the point"));
        }
        let digits = whole.trim_start_matches(['-', '0']).len() + fraction.len();
        if digits > 38 {
            return Err(Fault::Range("has more than 38 digits"));
        }
        return BigDecimal::from_str(&plain).map(Literal::Decimal).map_err(|_| Fault::Number(None));
    }
    plain.parse().map(Literal::Integer).map_err(|_| Fault::Range("is out of the range of 64-bit integers"))
}

/// Checks the spelling of `1_000`, `10.5` or `1.5e-3`: `_` is allowed only between two digits.
fn check_spelling(text: &str) -> Result<(), Fault> {
    let digits = |part: &str| {
        !part.is_empty()
            && part.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()))
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.trim_start_matches(['+', '-']))),
        None => (text, None),
    };
    let spelt = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(mantissa),
    };
    if spelt && exponent.is_none_or(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit())) {
        return Ok(());
    }
    let head = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
    let (number, letters) = text.split_at(head);
    let separate = digits(number) && letters.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    let version = text.split('.').count() > 2;
    Err(Fault::Number(match (separate, version) {
        (true, _) if matches!(letters, "k" | "K" | "M" | "mio" | "bn" | "B") => {
            let zeros = if matches!(letters, "k" | "K") { "_000" } else { "_000_000" };
            Some(format!("write the number out: `{number}{zeros}`"))
        }
        (true, _) => Some(format!("put a space between: `{number} {}`", unit_in_full(letters))),
        (_, true) => Some(format!("put a version in quotes: `\"{text}\"`")),
        _ => None,
    }))
}

/// The full word for a unit: `days` for `d`, as durations are written elsewhere.
fn unit_in_full(letters: &str) -> &str {
    match letters {
        "d" => "days",
        "h" | "hr" => "hours",
        "m" | "min" => "minutes",
        "mo" => "months",
        "s" | "sec" => "seconds",
        "w" | "wk" => "weeks",
        "y" | "yr" => "years",
        other => other,
    }
}

/// Parses a date, `2024-01-31`.
fn date(text: &str) -> Result<Date, Fault> {
    let bytes = text.as_bytes();
    let digits = |range: Range<usize>| -> Option<i16> {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let shaped = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let parts = (digits(0..4), digits(5..7), digits(8..10));
    let (true, (Some(year), Some(month), Some(day))) = (shaped, parts) else {
        return Err(Fault::Time("is not a date"));
    };
    if year == 0 {
        return Err(Fault::Time("is not a date: years begin at 0001"));
    }
    let small = |n: i16| i8::try_from(n).unwrap_or(0);
    Date::new(year, small(month), small(day)).map_err(|_| Fault::Time("is a date that doesn't exist"))
}

/// Parses a date or an instant.
pub(super) fn time(text: &str) -> Result<Literal, Fault> {
    let Some((day, clock)) = text.split_once('T') else { return date(text).map(Literal::Date) };
    date(day)?;
    let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at(end);
    let (seconds, fraction) = clock.split_once('.').map_or((clock, None), |(s, f)| (s, Some(f)));
    let two = |part: &str, limit: u8| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|n| n < limit)
    };
    let parts: Vec<&str> = seconds.split(':').collect();
    let limits = [24, 60, 60];
    let shaped = (2..=3).contains(&parts.len())
        && parts.iter().zip(limits).all(|(part, limit)| two(part, limit))
        && fraction
            .is_none_or(|f| parts.len() == 3 && !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()));
    if !shaped {
        return Err(Fault::Time("has no valid time of day"));
    }
    if fraction.is_some_and(|f| f.len() > 6) {
        return Err(Fault::Time("is finer than microseconds"));
    }
    if offset.is_empty() {
        return Err(Fault::NoOffset);
    }
    let hours = offset.get(1..).unwrap_or_default();
    let valid = offset == "Z"
        || match hours.split_once(':') {
            Some((h, m)) => two(h, 24) && two(m, 60),
            None => two(hours, 24),
        };
    if !valid {
        return Err(Fault::Time("has no valid offset"));
    }
    Timestamp::from_str(text).map(Literal::Timestamp).map_err(|_| Fault::Time("is out of range"))
}

/// Parses a value from the command line (`--param name=value`) as a constant of the parameter's
/// type.
///
/// The spelling is that of a `.seg` file, except that a string needs no quotes, and that an integer
/// is accepted as a decimal or float. Returns `None` if the text isn't such a constant.
#[must_use]
pub fn parse_literal(text: &str, ty: &Type) -> Option<Literal> {
    let trimmed = text.trim();
    match ty {
        Type::String => bare_string(text).map(Literal::String),
        Type::Boolean => trimmed.parse().ok().map(Literal::Boolean),
        Type::Date | Type::Timestamp => time(trimmed).ok().filter(|literal| {
            matches!((literal, ty), (Literal::Date(_), Type::Date) | (Literal::Timestamp(_), Type::Timestamp))
        }),
        Type::Integer => number(trimmed).ok().filter(|literal| matches!(literal, Literal::Integer(_))),
        Type::Decimal { precision, scale } => match number(trimmed).ok()? {
            Literal::Integer(value) => fits(BigDecimal::from(value), *precision, *scale),
            Literal::Decimal(value) => fits(value, *precision, *scale),
            _ => None,
        },
        Type::Float => match number(trimmed).ok()? {
            Literal::Integer(_) | Literal::Decimal(_) => {
                let plain: String = trimmed.chars().filter(|&c| c != '_').collect();
                plain.parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Float)
            }
            float => Some(float),
        },
        Type::Semver => Version::parse(&bare_string(text)?).ok().map(Literal::Semver),
        Type::Json | Type::Array(_) => None,
    }
}

/// The decimal, if a type of that size can represent it exactly.
fn fits(value: BigDecimal, precision: u8, scale: u8) -> Option<Literal> {
    let (digits, places) = value.normalized().into_bigint_and_exponent();
    let length = i64::try_from(digits.magnitude().to_string().len()).ok()?;
    let whole = if digits == 0.into() { 0 } else { length - places };
    (places <= i64::from(scale) && whole <= i64::from(precision) - i64::from(scale))
        .then_some(Literal::Decimal(value))
}

/// A string with or without quotes. U+0000 is rejected, since no engine can store it.
fn bare_string(text: &str) -> Option<String> {
    if text.contains('\0') {
        return None;
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) if text.len() > 1 && closes_at(text, quote) == Some(text.len()) => string(text).ok(),
        _ => Some(text.to_owned()),
    }
}

/// The end of the text at the start of `quoted`, including the closing quote, which must be on the
/// same line.
pub(super) fn closes_at(quoted: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in quoted.char_indices().skip(1) {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The date that is probably meant by a text whose month or day has one digit, or whose day is
/// missing.
pub(super) fn padded_date(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(str::parse::<i16>);
    let year = parts.next()?.ok()?;
    let month = parts.next()?.ok()?;
    let day = parts.next().unwrap_or(Ok(1)).ok()?;
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|_| parts.next().is_none() && year > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_unescaped_or_rejected() {
        assert_eq!(string(r#""a\"b\'c\\d\n\t\u{1F600}""#), Ok("a\"b'c\\d\n\t😀".to_owned()));
        assert_eq!(string(r#""C:\xyz""#), Err(Fault::Escape(3..5, "is not an escape")));
        assert!(matches!(string(r#""\u{D800}""#), Err(Fault::Escape(range, _)) if range == (1..9)));
        assert!(matches!(string(r#""\u{0}""#), Err(Fault::Escape(..))));
        assert!(matches!(string(r#""\u41""#), Err(Fault::Escape(range, _)) if range == (1..3)));
    }

    #[test]
    fn numbers_are_read_exactly_or_rejected() {
        assert_eq!(number("1_000"), Ok(Literal::Integer(1000)));
        assert_eq!(number("-9223372036854775808"), Ok(Literal::Integer(i64::MIN)));
        assert!(matches!(number("9223372036854775808"), Err(Fault::Range(_))));
        assert_eq!(number("10.50").map(|n| n.to_string()), Ok("10.5".to_owned()));
        assert_eq!(number("1.5e-3"), Ok(Literal::Float(0.0015)));
        assert!(matches!(number("1e999"), Err(Fault::Range(_))));
        assert!(matches!(number("1.0123456789"), Err(Fault::Range(_))));
        assert!(matches!(number("123456789012345678901234567890.123456789"), Err(Fault::Range(_))));
        for bad in ["1_", "1__0", "1._5", "1e", "1e1_0", "0x10", "1.5.2", "30days"] {
            assert!(matches!(number(bad), Err(Fault::Number(_))), "{bad}");
        }
        assert_eq!(number("30days"), Err(Fault::Number(Some("put a space between: `30 days`".to_owned()))));
    }

    #[test]
    fn dates_and_instants_are_read_or_rejected() {
        assert_eq!(time("2024-02-29").map(|t| t.to_string()), Ok("2024-02-29".to_owned()));
        let noon = time("2024-01-31T10:00:00.123456+02:00").map(|t| t.to_string());
        assert_eq!(noon, Ok("2024-01-31T08:00:00.123456Z".to_owned()));
        assert!(time("2024-01-31T10:00Z").is_ok());
        assert_eq!(time("2024-01-31T10:00:00"), Err(Fault::NoOffset));
        for bad in [
            "2023-02-29",
            "2024-1-31",
            "2024-01",
            "0000-01-01",
            "2024-01-31-1",
            "2024-01-31T24:00:00Z",
            "2024-01-31T10:00:60Z",
            "2024-01-31T10:00:00.1234567Z",
            "2024-01-31TZ",
            "2024-01-31T10Z",
            "2024-01-31T10:00:00+2",
            "2024-01-31T10:00:00Zx",
            "2024-13-01",
        ] {
            assert!(matches!(time(bad), Err(Fault::Time(_))), "{bad}");
        }
    }

    #[test]
    fn values_from_the_command_line_are_read() {
        assert_eq!(parse_literal("US", &Type::String), Some(Literal::String("US".to_owned())));
        assert_eq!(parse_literal("\"a\\nb\"", &Type::String), Some(Literal::String("a\nb".to_owned())));
        assert_eq!(parse_literal("it's", &Type::String), Some(Literal::String("it's".to_owned())));
        assert_eq!(parse_literal("-5", &Type::Integer), Some(Literal::Integer(-5)));
        assert_eq!(parse_literal("5.5", &Type::Integer), None);
        let small = Type::Decimal { precision: 4, scale: 2 };
        assert!(parse_literal("12.34", &small).is_some());
        assert_eq!(parse_literal("123.4", &small), None);
        assert_eq!(parse_literal("1.234", &small), None);
        assert_eq!(parse_literal("5", &Type::Float), Some(Literal::Float(5.0)));
        assert_eq!(parse_literal("2024-01-31", &Type::Timestamp), None);
        assert_eq!(parse_literal("true", &Type::Boolean), Some(Literal::Boolean(true)));
    }
}
