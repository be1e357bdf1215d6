//! Values that already have a type, as Parquet files have them; doubles by their shortest digits.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::{Converter, Misfit, Value, number, time};
use crate::catalog::Storage;
use crate::types::Type;

impl<'n> Converter<'n> {
    /// A double as a number of the type. NaN is missing.
    ///
    /// # Errors
    /// The type doesn't hold it exactly.
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

    /// A whole number as a number of the type.
    ///
    /// # Errors
    /// The type doesn't hold it exactly.
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

    /// A number that is written in plain digits, whatever a file's text looks like.
    ///
    /// # Errors
    /// The type doesn't hold it exactly.
    pub(crate) fn digits(&self, text: &str) -> Result<Value<'static>, Misfit> {
        let plain = super::Notation::default();
        Converter { notation: &plain, ..self.clone() }.plain_text(text).map(Value::into_owned)
    }

    /// A day as a value of the type.
    ///
    /// # Errors
    /// The type is another, or the day is outside the years 1 to 9999.
    pub(crate) fn day(&self, day: Date) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Date if (1..=9999).contains(&day.year()) => Ok(Value::Date(day)),
            Type::Date => Err(Misfit::Years),
            _ => Err(Misfit::NotOne),
        }
    }

    /// An instant as a value of the type.
    ///
    /// # Errors
    /// The type is another, or the column can't hold it exactly.
    pub(crate) fn instant(&self, instant: Timestamp) -> Result<Value<'static>, Misfit> {
        match self.ty {
            Type::Timestamp => self.storable(time::whole_micros(instant)?).map(Value::Timestamp),
            _ => Err(Misfit::NotOne),
        }
    }

    /// A local time as a value of the type: an instant of the zone that is declared, or the day whose
    /// midnight it is.
    ///
    /// # Errors
    /// The type is another, there is no zone, or it has parts of a microsecond.
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

    /// The zone of times without an offset.
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
