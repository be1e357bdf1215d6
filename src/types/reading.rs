//! Values that whole texts are: what `integer(x)`, `decimal(x)`, `date(x)` and `timestamp(x)` read.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::civil::Date;

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
    let local = day.at(hour, minute, second, nanos).to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    local.checked_sub(jiff::SignedDuration::from_mins(offset)).ok()
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
