//! Values that whole texts are: what `integer(x)`, `decimal(x)`, `float(x)`, `date(x)` and `timestamp(x)` read.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// The most digits before the point of a decimal.
const MOST_DIGITS: usize = 29;

/// The most digits after the point of a decimal.
const MOST_PLACES: usize = 9;

/// The digits of a whole number without a leading zero, behind a sign.
fn whole(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits == "0" || !digits.starts_with('0');
    (plain && is_digits(digits)).then_some(digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `-?(0|[1-9][0-9]*)` within 64 bits.
#[must_use]
pub(crate) fn integer(text: &str) -> Option<i64> {
    whole(text)?;
    text.parse().ok()
}

/// The same with an optional point and 1 to 9 digits, at most 29 digits before it.
#[must_use]
pub(crate) fn decimal(text: &str) -> Option<BigDecimal> {
    let (before, after) = text.split_once('.').map_or((text, None), |(before, after)| (before, Some(after)));
    let fits = whole(before)?.len() <= MOST_DIGITS
        && after.is_none_or(|after| is_digits(after) && after.len() <= MOST_PLACES);
    if !fits {
        return None;
    }
    BigDecimal::from_str(text).ok().map(|number| number.normalized())
}

/// The most characters of a float.
pub(crate) const MOST_CHARACTERS: usize = 1000;

/// `-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?`, at most 1,000 characters: the nearest double. `None` if that is
/// infinite, or 0 where the text isn't.
#[must_use]
pub(crate) fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, "0"), |(mantissa, exponent)| (mantissa, exponent));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if text.len() > MOST_CHARACTERS || ![before, after, exponent].into_iter().all(is_digits) {
        return None;
    }
    let is_zero = mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    // Never -0.
    let found = text.parse::<f64>().ok()? + 0.0;
    (found.is_finite() && (found == 0.0) == is_zero).then_some(found)
}

/// A decimal without trailing zeros, and without a point if it is whole.
#[must_use]
pub(crate) fn decimal_text(number: &BigDecimal) -> String {
    let plain = number.to_plain_string();
    let short = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// `YYYY-MM-DD`, in the years 1 to 9999.
#[must_use]
pub(crate) fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let is_shaped =
        [(year, 4), (month, 2), (day, 2)].iter().all(|(part, len)| part.len() == *len && is_digits(part));
    let found = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (is_shaped && found.year() >= 1).then_some(found)
}

/// A date, `T` or a space, `HH:MM:SS`, up to 6 digits of a second, and `Z` or an offset of up to 14 hours.
#[must_use]
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    let (local, rest) = local(text)?;
    let offset = match rest {
        "Z" => 0,
        _ => {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = clock(rest.strip_prefix(['+', '-'])?, 14)?;
            let offset = i64::from(hours) * 60 + i64::from(minutes);
            if offset > 14 * 60 {
                return None;
            }
            offset * sign
        }
    };
    let local = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
    local.checked_sub(jiff::SignedDuration::from_mins(offset)).ok()
}

/// The same without an offset, in a zone: a time that the zone skips moves forward by the gap, and of two
/// instants it is the earlier.
#[must_use]
pub(crate) fn timestamp_in(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (local, rest) = local(text)?;
    zone.to_ambiguous_timestamp(local).compatible().ok().filter(|_| rest.is_empty())
}

/// A date, `T` or a space, `HH:MM:SS` and up to 6 digits of a second; and what follows.
fn local(text: &str) -> Option<(DateTime, &str)> {
    let (day, rest) = (date(text.get(..10)?)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', ' '])?;
    let (hour, minute) = clock(rest.get(..5)?, 23)?;
    let rest = rest.get(5..)?.strip_prefix(':')?;
    let second: i8 = two(rest.get(..2)?, 59)?;
    let rest = rest.get(2..)?;
    let (nanos, rest) = match rest.strip_prefix('.') {
        None => (0, rest),
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let fraction = rest.get(..digits).filter(|_| (1..=6).contains(&digits))?;
            (format!("{fraction:0<9}").parse::<i32>().ok()?, rest.get(digits..)?)
        }
    };
    Some((day.at(hour, minute, second, nanos), rest))
}

/// `HH:MM`, with hours up to a limit.
fn clock(text: &str, most: i8) -> Option<(i8, i8)> {
    let (hours, minutes) = text.split_once(':')?;
    Some((two(hours, most)?, two(minutes, 59)?))
}

fn two(text: &str, most: i8) -> Option<i8> {
    let number = text.parse().ok().filter(|_| text.len() == 2 && is_digits(text))?;
    (number <= most).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_plain_texts_are_numbers() {
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("-0"), Some(0));
        for text in ["", "-", "+1", "007", "1_0", " 1", "1 ", "1\n", "1.0", "1e3", "9223372036854775808", "١"]
        {
            assert_eq!(integer(text), None, "{text:?}");
        }
        assert_eq!(decimal("-0.500").map(|number| number.to_string()).as_deref(), Some("-0.5"));
        for text in [".5", "5.", "00.5", "1.2345678901", "1,5", "--1", "1.5.2", "NaN", "Infinity"] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert!(decimal(&"9".repeat(29)).is_some() && decimal(&"9".repeat(30)).is_none());
    }

    #[test]
    fn floats_are_the_nearest_doubles_and_never_infinite() {
        for (text, expected) in [
            ("007.50", 7.5),
            ("-0", 0.0),
            ("1E+5", 1e5),
            ("0e99999999999", 0.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("1.7976931348623158e308", f64::MAX),
            ("2.4703282292062328e-324", 5e-324),
        ] {
            assert_eq!(float(text), Some(expected), "{text}");
        }
        let zeros = format!("0.{}1e401", "0".repeat(400));
        assert_eq!(float(&zeros), Some(1.0));
        assert!(float(&"1".repeat(1001)).is_none());
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "+1",
            "1e",
            "1e+",
            "e5",
            "1_0",
            " 1",
            "1\n",
            "NaN",
            "Infinity",
            "inf",
            "0x10",
            "1e400",
            "-1e400",
            "1e-400",
            "1.7976931348623159e308",
            "2.4703282292062327e-324",
            "1d",
            "1f",
            "١",
            "1.5.2",
            "--1",
        ] {
            assert_eq!(float(text), None, "{text:?}");
        }
        let text = |number: &str| decimal_text(&number.parse().expect("a decimal"));
        assert_eq!(
            ["9.500", "100", "-0.00", "0.000000001", "-1200.0"].map(text),
            ["9.5", "100", "0", "0.000000001", "-1200"]
        );
    }

    #[test]
    fn local_times_are_read_in_a_zone() {
        let zone = TimeZone::get("Europe/Paris").expect("a zone");
        let read = |text: &str| timestamp_in(text, &zone).map(|instant| instant.to_string());
        assert_eq!(read("2026-01-31T12:00:00").as_deref(), Some("2026-01-31T11:00:00Z"));
        assert_eq!(read("2026-03-29 02:30:00.5").as_deref(), Some("2026-03-29T01:30:00.5Z"));
        assert_eq!(read("2026-10-25 02:30:00").as_deref(), Some("2026-10-25T00:30:00Z"));
        assert_eq!(read("2026-01-31T12:00:00Z"), None);
        assert_eq!(read("2026-01-31"), None);
    }

    #[test]
    fn only_times_that_exist_are_read() {
        assert_eq!(date("2024-02-29").map(|day| day.to_string()).as_deref(), Some("2024-02-29"));
        for text in
            ["2023-02-30", "2023-02-29", "0000-01-01", "2024-1-01", "2024-01-01 ", "-024-01-01", "24-01-01"]
        {
            assert_eq!(date(text), None, "{text:?}");
        }
        let read = |text: &str| timestamp(text).map(|instant| instant.to_string());
        assert_eq!(read("2024-01-31T23:30:00.5+01:00").as_deref(), Some("2024-01-31T22:30:00.5Z"));
        assert_eq!(read("2024-01-31 00:00:00-14:00").as_deref(), Some("2024-01-31T14:00:00Z"));
        for text in [
            "2024-01-31T24:00:00Z",
            "2024-01-31T23:59:60Z",
            "2024-01-31T12:00Z",
            "2024-01-31T12:00:00",
            "2024-01-31T12:00:00+14:01",
            "2024-01-31T12:00:00.1234567Z",
            "2024-01-31T12:00:00.Z",
            "2024-01-31t12:00:00Z",
            "2024-01-31T12:00:00z",
            "2024-01-31T12:00:00+1:00",
            "é024-01-31T12:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
