//! Types, constants and calendar units of the language, for all stages.
//!
//! Must not know: syntax, catalogs, SQL.

mod bucket;
pub mod calendar;
pub(crate) mod encoded;
mod form;
mod label;
mod literal;
mod materialize;
mod parse;
pub(crate) mod reading;
mod regex;
mod semver;
mod unit;
mod word;
mod zone;

pub use bucket::{BucketHash, BucketTool};
pub use encoded::EpochUnit;
pub use form::{TimeForm, TimeFormError};
pub(crate) use label::is_label;
pub use literal::{Literal, round_decimal};
pub use materialize::Materialize;
pub use parse::{TYPE_NAMES, parse_duration, parse_type};
pub use regex::{CharSet, Regex};
pub use semver::{Version, VersionError};
pub use unit::{Unit, Weekday};
pub use word::{Word, WordKind};
pub(crate) use zone::zone_help;
pub use zone::{closest_zone, find_zone, longest_repeat};

use std::fmt;

/// The type of a value (language reference, "Types").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text, compared by code point.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// An exact number of `precision` digits, `scale` (at most 9) of them after the point.
    Decimal {
        /// The number of digits, at most 38.
        precision: u8,
        /// The number of digits after the point, at most 9.
        scale: u8,
    },
    /// A 64-bit binary floating-point number; NaN is missing.
    Float,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// An instant in microseconds.
    Timestamp,
    /// A semantic version, ordered by precedence.
    Semver,
    /// A JSON document.
    Json,
    /// An array of elements of one type.
    Array(Box<Type>),
}

impl Type {
    /// The type `decimal` without arguments.
    pub const DECIMAL: Self = Self::Decimal { precision: 38, scale: 9 };
    /// The type of a sum of integers.
    pub(crate) const WIDE_INTEGER: Self = Self::Decimal { precision: 38, scale: 0 };

    #[must_use]
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal { .. } | Self::Float)
    }

    #[must_use]
    pub(crate) fn is_time(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }

    /// Whether `< <= > >=`, `min` and `max` apply.
    #[must_use]
    pub(crate) fn is_ordered(&self) -> bool {
        !matches!(self, Self::Json | Self::Array(_) | Self::Boolean)
    }

    /// The type to which two number types widen: integer → decimal → float.
    #[must_use]
    pub(crate) fn widest(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Float, b) if b.is_number() => Some(Self::Float),
            (a, Self::Float) if a.is_number() => Some(Self::Float),
            (Self::Integer, Self::Integer) => Some(Self::Integer),
            (Self::Decimal { scale: a, .. }, Self::Decimal { scale: b, .. }) => {
                Some(Self::Decimal { precision: 38, scale: *a.max(b) })
            }
            (Self::Decimal { scale, .. }, Self::Integer) | (Self::Integer, Self::Decimal { scale, .. }) => {
                Some(Self::Decimal { precision: 38, scale: *scale })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Integer => f.write_str("integer"),
            Self::Decimal { precision: 38, scale: 9 } => f.write_str("decimal"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Float => f.write_str("float"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Semver => f.write_str("semver"),
            Self::Json => f.write_str("json"),
            Self::Array(element) => write!(f, "array<{element}>"),
        }
    }
}
