//! Constants.

use std::fmt;
use std::hash::{Hash, Hasher};

use bigdecimal::{BigDecimal, RoundingMode};
use jiff::{Timestamp, civil::Date};

use super::{Type, Version};

/// A constant of the language, never NaN.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text.
    String(String),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A decimal number.
    Decimal(BigDecimal),
    /// A 64-bit floating-point number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A calendar day.
    Date(Date),
    /// An instant, to the microsecond.
    Timestamp(Timestamp),
    /// A semantic version, which is written in quotes like text.
    Semver(Version),
}

impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::String(text) => text.hash(state),
            Self::Integer(number) => number.hash(state),
            Self::Decimal(number) => number.hash(state),
            Self::Boolean(value) => value.hash(state),
            Self::Date(day) => day.hash(state),
            Self::Timestamp(instant) => instant.hash(state),
            // Equal ones may be written in several ways.
            Self::Float(_) | Self::Semver(_) => {}
        }
    }
}

impl Literal {
    /// The type. A decimal has the scale of its digits, at most 9.
    #[must_use]
    pub(crate) fn ty(&self) -> Type {
        match self {
            Self::String(_) => Type::String,
            Self::Integer(_) => Type::Integer,
            Self::Decimal(number) => {
                let (_, scale) = number.normalized().as_bigint_and_exponent();
                Type::Decimal { precision: 38, scale: u8::try_from(scale.clamp(0, 9)).unwrap_or(9) }
            }
            Self::Float(_) => Type::Float,
            Self::Boolean(_) => Type::Boolean,
            Self::Date(_) => Type::Date,
            Self::Timestamp(_) => Type::Timestamp,
            Self::Semver(_) => Type::Semver,
        }
    }
}

/// Writes the constant as in a `.seg` file.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => {
                f.write_str("\"")?;
                for c in text.chars() {
                    match c {
                        '"' => f.write_str("\\\"")?,
                        '\\' => f.write_str("\\\\")?,
                        '\n' => f.write_str("\\n")?,
                        '\t' => f.write_str("\\t")?,
                        c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("\"")
            }
            Self::Integer(number) => write!(f, "{number}"),
            Self::Decimal(number) => {
                let text = number.normalized().to_plain_string();
                f.write_str(&text)?;
                if text.contains('.') { Ok(()) } else { f.write_str(".0") }
            }
            Self::Float(number) => write!(f, "{number:e}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(instant) => write!(f, "{instant}"),
            Self::Semver(version) => write!(f, "\"{version}\""),
        }
    }
}

/// Rounds to `scale` digits after the point, half away from zero.
#[must_use]
pub fn round_decimal(number: &BigDecimal, scale: u8) -> BigDecimal {
    number.with_scale_round(i64::from(scale), RoundingMode::HalfUp)
}
