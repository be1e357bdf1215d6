//! Values that already have a type, as in Parquet files. Doubles are read as their shortest
//! decimals.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::{Converter, Misfit, Value, number, time};
use crate::catalog::Storage;
use crate::types::Type;

impl<'n> Converter<'n> {
    /// Converts a double to a number of the type. NaN is missing.
    ///
    /// # Errors
    ///
    /// The type can't represent it exactly.
    pub(crate) fn double(&self, number: f64) -> Result<Value<'static>, Misfit> {
        if number.is_nan() {
            return Ok(Value::Missing);
        }
        match self.ty {
            Type::Float if self.storage == Storage::Float32 => single(number).map(Value::Float),
            Type::Float => Ok(Value::Float(number)),
            Type::Integer => number::integer(&shortest(number)?, self.bits()).map(Value::Integer),
            Type::Decimal { precision, scale } => {
                let digits = number::decimal(&shortest(number)?, precision, scale)?;
                Ok(digits.map_or(Value::Missing, |digits| Value::Decimal { digits, scale }))
            }
            _ => Err(Misfit::NotOne),
        }
    }

    /// Converts a whole number to a number of the type.
    ///
    /// # Errors
    ///
    /// The type can't represent it exactly.
    pub(crate) fn whole(&self, number: i128) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Integer => {
                let number = i64::try_from(number).map_err(|_| Misfit::Bits(self.bits()))?;
                number::within(number, self.bits()).map(Value::Integer)
            }
            // Numbers widen: the nearest double.
            Type::Float | Type::Decimal { .. } => self.digits(&number.to_string()),
            _ => Err(Misfit::NotOne),
        }
    }

    /// Converts a number in plain digits, independently of the notation of text.
    ///
    /// # Errors
    ///
    /// The type can't represent it exactly.
    pub(crate) fn digits(&self, text: &str) -> Result<Value<'static>, Misfit> {
        let plain = super::Notation::default();
        Converter { notation: &plain, ..self.clone() }.plain_text(text).map(Value::into_owned)
    }

    /// Converts a date.
    ///
    /// # Errors
    ///
    /// The type isn't `date`, or the year isn't from 1 to 9999.
    pub(crate) fn day(&self, day: Date) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Date if (1..=9999).contains(&day.year()) => Ok(Value::Date(day)),
            Type::Date => Err(Misfit::Years),
            _ => Err(Misfit::NotOne),
        }
    }

    /// Converts an instant.
    ///
    /// # Errors
    ///
    /// The type isn't `timestamp`, or the column can't represent the instant exactly.
    pub(crate) fn instant(&self, instant: Timestamp) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Timestamp => self.storable(time::whole_micros(instant)?).map(Value::Timestamp),
            _ => Err(Misfit::NotOne),
        }
    }

    /// Converts a local time: to an instant in the declared time zone, or to the date of which it
    /// is the midnight.
    ///
    /// # Errors
    ///
    /// The type is another, there is no time zone, or there are fractions of a microsecond.
    pub(crate) fn local_time(&self, local: DateTime) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Date if local.time() == Time::midnight() => self.day(local.date()),
            Type::Timestamp => {
                let zone = self.zone.as_ref().ok_or(Misfit::NoZone)?;
                self.instant(time::in_zone(local, zone)?)
            }
            _ => Err(Misfit::NotOne),
        }
    }

    /// The time zone of times without an offset.
    #[must_use]
    pub(crate) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref()
    }

    /// How many bits its integers have.
    pub(super) fn bits(&self) -> u8 {
        if self.storage == Storage::Int32 { 32 } else { 64 }
    }
}

/// The shortest digits that are this double and no other.
fn shortest(number: f64) -> Result<String, Misfit> {
    if number.is_infinite() { Err(Misfit::FloatRange) } else { Ok(format!("{number:e}")) }
}

#[expect(clippy::cast_possible_truncation, reason = "it is compared with what it was")]
#[expect(clippy::float_cmp, reason = "exact equality is meant")]
fn single(number: f64) -> Result<f64, Misfit> {
    let found = f64::from(number as f32);
    if found == number { Ok(found) } else { Err(Misfit::NotSingle) }
}
