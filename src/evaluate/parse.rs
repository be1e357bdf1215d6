//! Values from text, as CSV files and keys on the command line write them.

use std::fmt;

use bigdecimal::BigDecimal;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Time};

use super::number::fits;
use super::time::to_micros;
use super::{Datum, json};
use crate::catalog::{Field, Storage};
use crate::types::Type;

/// Text that does not write a value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The text.
    pub text: String,
    /// The type.
    pub ty: Type,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a value of type {}", self.text, self.ty)
    }
}

impl std::error::Error for ParseError {}

/// Reads a value. Dates and timestamps are ISO 8601; a timestamp without a zone is one of
/// the column's zone, or of UTC. Empty text is missing, except as a string, where it is the
/// empty string: only the caller knows whether it was quoted.
///
/// # Errors
/// If the text does not write a value of the type.
pub fn parse(text: &str, ty: &Type, storage: &Storage) -> Result<Datum, ParseError> {
    let value = match ty {
        Type::String if *storage == Storage::Char => Some(Datum::from(text.trim_end_matches(' '))),
        Type::String => Some(Datum::from(text)),
        _ if text.is_empty() => Some(Datum::Missing),
        Type::Semver | Type::Json => Some(Datum::from(text)),
        Type::Integer => text.parse().ok().map(Datum::Integer),
        Type::Decimal { precision, scale } => {
            let number = text.parse().ok().map(|number: BigDecimal| number.normalized());
            number.filter(|number| fits(number, *precision, *scale)).map(Datum::Decimal)
        }
        Type::Float => float(text, storage),
        Type::Boolean if text.eq_ignore_ascii_case("true") => Some(Datum::Boolean(true)),
        Type::Boolean if text.eq_ignore_ascii_case("false") => Some(Datum::Boolean(false)),
        Type::Date => date(text).map(Datum::Date),
        Type::Timestamp => timestamp(text, storage).map(to_micros).map(Datum::Timestamp),
        Type::Array(element) => json::array(text, element),
        Type::Boolean => None,
    };
    value.ok_or_else(|| ParseError { text: text.to_owned(), ty: ty.clone() })
}

/// Reads a field from the text that its column holds, which may be more than the field.
///
/// # Errors
/// If the text does not write a value of the field's type.
pub fn parse_column(text: &str, field: &Field) -> Result<Datum, ParseError> {
    match &field.inside {
        Some(inside) if field.is_in_json() => Ok(json::extract(text, &inside.keys, &field.ty)),
        _ => parse(text, &field.ty, &field.storage),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "that is what a 32-bit column does to it")]
fn float(text: &str, storage: &Storage) -> Option<Datum> {
    let number: f64 = text.parse().ok()?;
    let written_out = text.chars().any(|c| c.is_ascii_digit());
    let number = if *storage == Storage::Float32 { f64::from(number as f32) } else { number };
    // `inf` means infinity; 1e999 is out of range.
    (!(written_out && number.is_infinite())).then(|| Datum::from(number))
}

/// A date and nothing else: jiff would also take the date of a time.
fn date(text: &str) -> Option<Date> {
    if text.contains(['T', 't', ' ', '[']) { None } else { text.parse().ok() }
}

fn timestamp(text: &str, storage: &Storage) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let local = match date(text) {
        Some(day) => day.to_datetime(Time::midnight()),
        None => text.parse::<DateTime>().ok()?,
    };
    let zone = match storage {
        Storage::Zone(name) => TimeZone::get(name).ok()?,
        _ => TimeZone::UTC,
    };
    zone.to_ambiguous_timestamp(local).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, ty: &Type) -> Option<String> {
        parse(text, ty, &Storage::Native).ok().map(|value| value.to_string())
    }

    #[test]
    fn numbers_must_fit_their_type() {
        let money = Type::Decimal { precision: 6, scale: 2 };
        assert_eq!(read("-1234.50", &money).as_deref(), Some("-1234.5"));
        assert_eq!(read("1234.500", &money).as_deref(), Some("1234.5"));
        assert_eq!(read("12345.00", &money), None);
        assert_eq!(read("1.005", &money), None);
        assert_eq!(read("1e999999999", &money), None);
        assert_eq!(read("1e-999999999", &money), None);
        let zero = parse("0e999999999", &money, &Storage::Native);
        assert_eq!(zero.map(|zero| zero == Datum::Integer(0)), Ok(true));
        assert_eq!(read("9223372036854775807", &Type::Integer).as_deref(), Some("9223372036854775807"));
        assert_eq!(read("9223372036854775808", &Type::Integer), None);
        assert_eq!(read("1e999", &Type::Float), None);
        assert_eq!(read("NaN", &Type::Float).as_deref(), Some("missing"));
    }

    #[test]
    fn a_time_without_zone_is_of_the_columns_zone_or_utc() {
        let zone = Storage::Zone("Europe/Berlin".to_owned());
        let berlin = |text| parse(text, &Type::Timestamp, &zone).map(|value| value.to_string());
        assert_eq!(read("2026-07-01 12:00:00", &Type::Timestamp).as_deref(), Some("2026-07-01T12:00:00Z"));
        assert_eq!(berlin("2026-07-01T12:00:00").as_deref(), Ok("2026-07-01T10:00:00Z"));
        assert_eq!(berlin("2026-07-01T12:00:00Z").as_deref(), Ok("2026-07-01T12:00:00Z"));
        assert_eq!(berlin("2026-07-01 12:00:00+00").as_deref(), Ok("2026-07-01T12:00:00Z"));
        assert_eq!(berlin("2026-07-01").as_deref(), Ok("2026-06-30T22:00:00Z"));
        assert_eq!(
            read("2026-07-01T12:00:00.1234569Z", &Type::Timestamp).as_deref(),
            Some("2026-07-01T12:00:00.123456Z")
        );
    }

    #[test]
    fn empty_text_is_missing_but_as_a_string() {
        assert_eq!(read("", &Type::Date).as_deref(), Some("missing"));
        assert_eq!(read("", &Type::String).as_deref(), Some(""));
        assert_eq!(read("2026-02-30", &Type::Date), None);
        assert_eq!(read("2026-02-28T10:00", &Type::Date), None);
        assert_eq!(read("TRUE", &Type::Boolean).as_deref(), Some("true"));
        assert_eq!(read("1", &Type::Boolean), None);
        assert_eq!(parse("ab  ", &Type::String, &Storage::Char), Ok(Datum::from("ab")));
    }
}
