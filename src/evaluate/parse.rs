//! Values from text, as CSV files and keys on the command line write them.

use std::fmt;

use bigdecimal::BigDecimal;

use super::{Datum, json};
use crate::catalog::{Field, Storage};
use crate::convert::{Converter, Notation, Value};
use crate::types::Type;

/// Text that does not write a value of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub(crate) text: String,
    pub(crate) ty: Type,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a value of type {}", self.text, self.ty)
    }
}

impl std::error::Error for ParseError {}

/// Reads a value exactly, as sample data is read where nothing is declared: dates and timestamps
/// are ISO 8601, and a timestamp without an offset is one of the column's zone. Empty text is
/// missing, except as a string, where it is the empty string: only the caller knows whether it was
/// quoted.
///
/// # Errors
/// If the text does not write a value of the type.
pub fn parse(text: &str, ty: &Type, storage: &Storage) -> Result<Datum, ParseError> {
    if text.is_empty() && *ty != Type::String {
        return Ok(Datum::Missing);
    }
    let notation = Notation::default();
    let value = Converter::new(ty, storage, &notation).plain_text(text).map(Datum::from);
    value.map_err(|_| ParseError { text: text.to_owned(), ty: ty.clone() })
}

impl From<Value<'_>> for Datum {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Missing => Self::Missing,
            Value::Text(text) => Self::String(text.into_owned()),
            Value::Integer(number) => Self::Integer(number),
            // Without trailing zeros, so that no zero has an enormous exponent.
            Value::Decimal { digits, scale } => {
                Self::Decimal(BigDecimal::new(digits.into(), i64::from(scale)).normalized())
            }
            Value::Float(number) => Self::from(number),
            Value::Boolean(value) => Self::Boolean(value),
            Value::Date(day) => Self::Date(day),
            Value::Timestamp(instant) => Self::Timestamp(instant),
            Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
        }
    }
}

/// Reads what a column holds of a field from the column's text, which may be more than the field.
///
/// # Errors
/// If the text does not write a value of the field's type.
pub fn parse_column(text: &str, field: &Field) -> Result<Datum, ParseError> {
    match &field.inside {
        Some(inside) if field.is_in_json() => Ok(json::extract(text, &inside.steps, &field.held_type())),
        _ => parse(text, &field.held_type(), &field.held_storage()),
    }
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
    fn times_without_an_offset_use_the_columns_time_zone() {
        let zone = Storage::Zone("Europe/Berlin".to_owned());
        let berlin = |text| parse(text, &Type::Timestamp, &zone).map(|value| value.to_string());
        assert_eq!(read("2026-07-01 12:00:00", &Type::Timestamp), None);
        assert_eq!(berlin("2026-07-01T12:00:00").as_deref(), Ok("2026-07-01T10:00:00Z"));
        assert_eq!(berlin("2026-07-01T12:00:00Z").as_deref(), Ok("2026-07-01T12:00:00Z"));
        assert_eq!(berlin("2026-07-01 12:00:00+00").as_deref(), Ok("2026-07-01T12:00:00Z"));
        assert!(berlin("2026-07-01").is_err(), "a day is no instant");
        assert_eq!(read("2026-07-01T12:00:00.1234569Z", &Type::Timestamp), None);
    }

    #[test]
    fn empty_text_is_missing_except_in_strings() {
        assert_eq!(read("", &Type::Date).as_deref(), Some("missing"));
        assert_eq!(read("", &Type::String).as_deref(), Some(""));
        assert_eq!(read("2026-02-30", &Type::Date), None);
        assert_eq!(read("2026-02-28T10:00", &Type::Date), None);
        assert_eq!(read("TRUE", &Type::Boolean).as_deref(), Some("true"));
        assert_eq!(read("1", &Type::Boolean), None);
        assert_eq!(parse("ab  ", &Type::String, &Storage::Char), Ok(Datum::from("ab")));
    }
}
