//! Exact conversions: from text, JSON and numbers to values of the catalog's types.
//!
//! Everything that loads rows uses these: sample files, unit tests, rows on the command line, keys.
//! A value is converted exactly or rejected; nothing is rounded, truncated, guessed, or turned into
//! a missing value. Must not know: files, engines, segments.

mod advice;

mod form;
mod json;
mod limits;
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

/// A value that a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Not there.
    Missing,
    /// Text; of a version or a document, too.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// An exact number: `digits` / 10^`scale`.
    Decimal {
        /// All digits, as a whole number.
        digits: i128,
        /// How many of them come after the point.
        scale: u8,
    },
    /// A floating-point number, never NaN.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// An instant, in whole microseconds.
    Timestamp(Timestamp),
    /// A list.
    Array(Vec<Value<'a>>),
}

impl Value<'_> {
    /// Whether it is not there.
    #[must_use]
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// A number exactly, if it is a finite one.
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

/// Why a value can't be one of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It is something else.
    NotOne,
    /// A fraction, in an integer.
    Fraction,
    /// A whole number beyond this many bits.
    Bits(u8),
    /// More digits after the point than the decimal has: how many.
    Scale(u32),
    /// More digits before the point than the decimal has.
    Precision,
    /// Beyond the largest float, or so small that it would be zero.
    FloatRange,
    /// A double that no 32-bit float equals.
    NotSingle,
    /// A day or time that doesn't exist.
    NoSuchTime,
    /// Outside of the years 1 to 9999.
    Years,
    /// A time without an offset, and nothing says of which zone it is.
    NoZone,
    /// The later one of two instants that have the same local time, in a column of local times.
    SecondOfTwo,
    /// Parts of a microsecond.
    TooFine,
    /// More than one declared form reads it, with different results.
    Ambiguous,
    /// The character U+0000.
    Nul,
    /// A part of it, such as an element of an array: the part, and why that can't be.
    Part(String, Box<Misfit>),
    /// Missing, where the field is never missing.
    NeverMissing,
    /// None of the declared values.
    NoneOf,
    /// Less than the declared minimum.
    BelowMin,
    /// More than the declared maximum.
    AboveMax,
}

/// Converts to values of one type.
#[derive(Debug, Clone)]
pub(crate) struct Converter<'n> {
    ty: Type,
    storage: Storage,
    notation: &'n Notation,
    /// The zone of times without an offset.
    zone: Option<TimeZone>,
}

impl<'n> Converter<'n> {
    /// To a type, as a column holds it.
    #[must_use]
    pub(crate) fn new(ty: &Type, storage: &Storage, notation: &'n Notation) -> Self {
        let zone = match storage {
            Storage::Zone(name) => TimeZone::get(name).ok(),
            _ => notation.zone.clone(),
        };
        Self { ty: ty.clone(), storage: storage.clone(), notation, zone }
    }

    /// To the values of a field that has a column to itself.
    #[must_use]
    pub(crate) fn of_field(field: &Field, notation: &'n Notation) -> Self {
        Self::new(&field.ty, &field.storage, notation)
    }

    /// The type that it converts to.
    #[must_use]
    pub(crate) fn ty(&self) -> &Type {
        &self.ty
    }

    /// To elements of an array that is held in the same way.
    #[must_use]
    pub(crate) fn of_element(&self, ty: &Type) -> Self {
        Self { ty: ty.clone(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
