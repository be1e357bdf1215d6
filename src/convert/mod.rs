//! Exact conversions: from text, JSON and numbers to values of the catalog's types.
//!
//! Everything that loads rows uses these: sample files, unit tests, rows on the command line, keys.
//! A value is converted exactly or rejected; nothing is rounded, truncated, guessed, or turned into
//! a missing value. Must not know: files, engines, segments.

mod advice;

mod form;
mod json;
mod limits;
pub(crate) mod nested;
mod notation;
mod number;
mod number_advice;
mod text;
mod time;
mod time_advice;
mod typed;

use std::borrow::Cow;

use bigdecimal::BigDecimal;
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

pub(crate) use advice::Advice;
pub(crate) use limits::Limits;
pub(crate) use notation::Notation;

use crate::catalog::{Field, Storage};
use crate::types::Type;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// No value.
    Missing,
    /// Text, also that of a version or a document.
    Text(Cow<'a, str>),
    /// A whole number of 64 bits.
    Integer(i64),
    /// An exact number: `digits` / 10^`scale`.
    Decimal {
        /// All digits as a whole number.
        digits: i128,
        /// The number of digits after the point.
        scale: u8,
    },
    /// A floating-point number, never NaN.
    Float(f64),
    Boolean(bool),
    /// A calendar day.
    Date(Date),
    /// An instant, in whole microseconds.
    Timestamp(Timestamp),
    /// The elements of an array.
    Array(Vec<Value<'a>>),
}

impl Value<'_> {
    #[must_use]
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// The exact value of a finite number.
    #[must_use]
    pub(crate) fn number(&self) -> Option<BigDecimal> {
        match self {
            Self::Integer(number) => Some((*number).into()),
            Self::Decimal { digits, scale } => Some(BigDecimal::new((*digits).into(), i64::from(*scale))),
            Self::Float(number) => BigDecimal::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// Why a text or value can't be converted to a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It isn't a value of the type at all.
    NotOne,
    /// A number with a fraction, for an integer.
    Fraction,
    /// A whole number that needs more than this many bits.
    Bits(u8),
    /// This many digits after the point, more than the decimal has.
    Scale(u32),
    /// More digits before the point than the decimal has.
    Precision,
    /// A number beyond the largest float, or so small that it would become zero.
    FloatRange,
    /// A double that no 32-bit float equals.
    NotSingle,
    /// A day or time that doesn't exist.
    NoSuchTime,
    /// A time outside the years 1 to 9999.
    Years,
    /// A time without an offset, in an unknown time zone.
    NoZone,
    /// The later of two instants with the same local time, in a column of local times.
    SecondOfTwo,
    /// A time with fractions of a microsecond.
    TooFine,
    /// A text that several declared formats read with different results.
    Ambiguous,
    /// The character U+0000.
    Nul,
    /// A part of the value, such as an element of an array, can't be converted: the part and the
    /// reason.
    Part(String, Box<Misfit>),
    /// A missing value in a field that declares `nullable: false`.
    NeverMissing,
    /// A value that means nothing in the encoding of a field that declares `nullable: false`.
    MeansNone,
    /// A value that isn't among the declared ones.
    NoneOf,
    /// A value below the declared minimum.
    BelowMin,
    /// A value above the declared maximum.
    AboveMax,
}

/// Converts values to a type.
#[derive(Debug, Clone)]
pub(crate) struct Converter<'n> {
    ty: Type,
    storage: Storage,
    notation: &'n Notation,
    /// The time zone of times without an offset.
    zone: Option<TimeZone>,
}

impl<'n> Converter<'n> {
    /// Creates a converter to a type as stored in a column.
    #[must_use]
    pub(crate) fn new(ty: &Type, storage: &Storage, notation: &'n Notation) -> Self {
        let zone = match storage {
            Storage::Zone(name) => TimeZone::get(name).ok(),
            _ => notation.zone.clone(),
        };
        Self { ty: ty.clone(), storage: storage.clone(), notation, zone }
    }

    /// Creates a converter to the values of a field with a column of its own.
    #[must_use]
    pub(crate) fn of_field(field: &Field, notation: &'n Notation) -> Self {
        Self::new(&field.ty, &field.storage, notation)
    }

    #[must_use]
    pub(crate) fn ty(&self) -> &Type {
        &self.ty
    }

    /// A converter to the elements of an array, which are stored in the same way.
    #[must_use]
    pub(crate) fn of_element(&self, ty: &Type) -> Self {
        Self { ty: ty.clone(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
