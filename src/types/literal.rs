//! Constants.

use std::fmt;

use bigdecimal::{BigDecimal, RoundingMode};
use jiff::{Timestamp, civil::Date};

use super::{Type, Version};

/// A constant of the language. Never NaN.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// An exact number.
    Decimal(BigDecimal),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// An instant, to the microsecond.
    Timestamp(Timestamp),
    /// A semantic version, in quotes like text.
    Semver(Version),
}

impl Literal {
    /// Its type; a decimal's scale is that of its digits, at most 9.
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

/// As it is written in a `.seg` file.
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

/// Rounds half away from zero to `scale` digits after the point.
#[must_use]
pub fn round_decimal(number: &BigDecimal, scale: u8) -> BigDecimal {
    number.with_scale_round(i64::from(scale), RoundingMode::HalfUp)
}
