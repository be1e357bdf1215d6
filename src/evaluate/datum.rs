//! A value in a row.

use std::cmp::Ordering;
use std::fmt;

use bigdecimal::BigDecimal;
use jiff::{Timestamp, civil::Date};

use crate::types::{Literal, Version};

/// A value in a row, or its absence.
///
/// Its order is total: missing, booleans, numbers, strings, dates, timestamps,
/// versions, arrays. Numbers
/// compare by their exact value whatever their kind (`1` = `1.0` = `1.00`), strings by code
/// point. It serves keys and sets; the language's own comparisons, of which none holds for
/// a missing value, are the evaluator's.
#[derive(Debug, Clone)]
pub enum Datum {
    /// No value: SQL's null.
    Missing,
    /// Text, compared by code points.
    String(String),
    /// A whole number of 64 bits.
    Integer(i64),
    /// An exact decimal number of any precision.
    Decimal(BigDecimal),
    /// A floating-point number. NaN is missing: [`Datum::from`] sees to that.
    Float(f64),
    /// A boolean; false comes before true.
    Boolean(bool),
    /// A day of the calendar, without a time zone.
    Date(Date),
    /// An instant, to the microsecond.
    Timestamp(Timestamp),
    /// A list. Elements that are missing don't exist for the language; a column may hold them.
    Array(Vec<Datum>),
    /// A semantic version; rows hold it as text.
    Semver(Version),
}

impl Datum {
    /// Whether it is not there.
    #[must_use]
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// What it is, in the words of error messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Decimal(_) => "a decimal",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Timestamp(_) => "a timestamp",
            Self::Array(_) => "an array",
            Self::Semver(_) => "a semantic version",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Boolean(_) => 1,
            Self::Integer(_) | Self::Decimal(_) | Self::Float(_) => 2,
            Self::String(_) => 3,
            Self::Date(_) => 4,
            Self::Timestamp(_) => 5,
            Self::Array(_) => 7,
            Self::Semver(_) => 6,
        }
    }
}

impl Ord for Datum {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.cmp(b),
            (Self::Semver(a), Self::Semver(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Integer(a), Self::Decimal(b)) => BigDecimal::from(*a).cmp(b),
            (Self::Decimal(a), Self::Integer(b)) => a.cmp(&BigDecimal::from(*b)),
            (Self::Float(a), Self::Float(b)) => cmp_floats(*a, *b),
            (Self::Float(a), Self::Integer(b)) => cmp_exactly(*a, &BigDecimal::from(*b)),
            (Self::Float(a), Self::Decimal(b)) => cmp_exactly(*a, b),
            (Self::Integer(a), Self::Float(b)) => cmp_exactly(*b, &BigDecimal::from(*a)).reverse(),
            (Self::Decimal(a), Self::Float(b)) => cmp_exactly(*b, a).reverse(),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

/// By value, so that the zeros are equal; NaN, which should not occur, comes last.
fn cmp_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// A float against an exact number, without rounding either: else the order would not be
/// transitive beyond 2^53.
fn cmp_exactly(float: f64, exact: &BigDecimal) -> Ordering {
    match BigDecimal::try_from(float) {
        Ok(number) => number.cmp(exact),
        Err(_) if float == f64::NEG_INFINITY => Ordering::Less,
        Err(_) => Ordering::Greater,
    }
}

impl PartialOrd for Datum {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Datum {}

/// For people, and for keys in messages.
impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::String(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Decimal(number) => f.write_str(&number.normalized().to_string()),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(instant) => write!(f, "{instant}"),
            Self::Semver(version) => write!(f, "{version}"),
            Self::Array(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    item.write_json(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Datum {
    /// As an element of a JSON array.
    fn write_json(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("null"),
            Self::Decimal(number) => f.write_str(&number.normalized().to_plain_string()),
            Self::Float(number) if number.is_finite() => write!(f, "{number:?}"),
            Self::String(_) | Self::Semver(_) | Self::Float(_) | Self::Date(_) | Self::Timestamp(_) => {
                write!(f, "{}", serde_json::Value::String(self.to_string()))
            }
            Self::Integer(_) | Self::Boolean(_) | Self::Array(_) => write!(f, "{self}"),
        }
    }
}

impl From<&Literal> for Datum {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::String(text) => Self::String(text.clone()),
            Literal::Integer(number) => Self::Integer(*number),
            Literal::Decimal(number) => Self::Decimal(number.clone()),
            Literal::Float(number) => Self::from(*number),
            Literal::Boolean(value) => Self::Boolean(*value),
            Literal::Date(date) => Self::Date(*date),
            Literal::Timestamp(instant) => Self::Timestamp(*instant),
            Literal::Semver(version) => Self::Semver(version.clone()),
        }
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Datum {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<BigDecimal> for Datum {
    fn from(number: BigDecimal) -> Self {
        Self::Decimal(number)
    }
}

/// NaN is missing.
impl From<f64> for Datum {
    fn from(number: f64) -> Self {
        if number.is_nan() { Self::Missing } else { Self::Float(number) }
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Date> for Datum {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<Timestamp> for Datum {
    fn from(instant: Timestamp) -> Self {
        Self::Timestamp(instant)
    }
}

impl From<Vec<Datum>> for Datum {
    fn from(items: Vec<Datum>) -> Self {
        Self::Array(items)
    }
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Datum {
        Datum::Decimal(text.parse().expect("a decimal"))
    }

    #[test]
    fn numbers_of_different_types_compare_by_value() {
        assert_eq!(decimal("1.0"), decimal("1.00"));
        assert_eq!(Datum::Integer(1), decimal("1.00"));
        assert_eq!(Datum::Float(0.5), decimal("0.50"));
        assert_eq!(Datum::Float(-0.0), Datum::Integer(0));
        assert!(Datum::Float(0.1) > decimal("0.1"), "the nearest float to 0.1 is a little larger");
    }

    #[test]
    fn the_order_is_transitive_beyond_the_precision_of_floats() {
        let odd = 9_007_199_254_740_993;
        assert!(Datum::Integer(odd) > Datum::Float(9_007_199_254_740_992.0));
        assert!(Datum::Integer(odd) < Datum::Float(f64::INFINITY));
        assert!(Datum::Float(f64::NEG_INFINITY) < decimal("-1"));
    }

    #[test]
    fn strings_are_ordered_by_code_point() {
        assert!(Datum::from("Z") < Datum::from("a"));
        assert!(Datum::from("z") < Datum::from("é"));
        assert!(Datum::from("\u{FFFD}") < Datum::from("😀"), "unlike in UTF-16");
    }

    #[test]
    fn nan_is_missing() {
        assert!(Datum::from(f64::NAN).is_missing());
        assert!(Datum::from(&Literal::Float(f64::NAN)).is_missing());
        assert!(Datum::from(None::<i64>).is_missing());
    }
}
