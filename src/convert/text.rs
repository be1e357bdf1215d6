//! Values from text, as files and the command line write them.

use std::borrow::Cow;

use super::{Converter, Misfit, Value, number, time};
use crate::catalog::Storage;
use crate::types::Type;

impl Converter<'_> {
    /// Converts text from a file: a word for missing values, or what
    /// [`plain_text`](Self::plain_text) reads.
    ///
    /// # Errors
    ///
    /// The text isn't exactly a value of the type.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Result<Value<'a>, Misfit> {
        if self.notation.is_null(text) {
            return Ok(Value::Missing);
        }
        let text = if self.notation.trim { text.trim_matches([' ', '\t']) } else { text };
        if self.notation.trim && self.notation.is_null(text) {
            return Ok(Value::Missing);
        }
        self.plain_text(text)
    }

    /// Converts text, none of which represents a missing value.
    ///
    /// # Errors
    ///
    /// The text isn't exactly a value of the type.
    pub(crate) fn plain_text<'a>(&self, text: &'a str) -> Result<Value<'a>, Misfit> {
        Ok(match &self.ty {
            Type::String | Type::Semver | Type::Json if text.contains('\0') => return Err(Misfit::Nul),
            Type::String if self.storage == Storage::Char => Value::Text(text.trim_end_matches(' ').into()),
            Type::String | Type::Semver => Value::Text(text.into()),
            Type::Integer => Value::Integer(number::integer(&self.number(text)?, self.bits())?),
            Type::Decimal { precision, scale } => {
                match number::decimal(&self.number(text)?, *precision, *scale)? {
                    Some(digits) => Value::Decimal { digits, scale: *scale },
                    None => Value::Missing,
                }
            }
            Type::Float => {
                let single = self.storage == Storage::Float32;
                number::float(&self.number(text)?, single)?.map_or(Value::Missing, Value::Float)
            }
            Type::Boolean => Value::Boolean(self.notation.truth(text).ok_or(Misfit::NotOne)?),
            Type::Date => Value::Date(time::date(text, self.notation)?),
            Type::Timestamp => Value::Timestamp(self.timestamp(text)?),
            Type::Json => self.document(text)?,
            Type::Array(element) => self.array_text(text, element)?,
        })
    }

    /// The number in default notation.
    fn number<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Misfit> {
        if !self.notation.decimal_comma && self.notation.thousands.is_none() {
            return Ok(Cow::Borrowed(text));
        }
        number::plain(text, self.notation).map(Cow::Owned).ok_or(Misfit::NotOne)
    }

    fn timestamp(&self, text: &str) -> Result<jiff::Timestamp, Misfit> {
        let instant = time::timestamp(text, self.notation, self.zone.as_ref())?;
        self.storable(instant)
    }

    /// The instant, if the column can represent it.
    ///
    /// # Errors
    ///
    /// A column of local times can represent only the earlier of two instants with the same local
    /// time.
    pub(crate) fn storable(&self, instant: jiff::Timestamp) -> Result<jiff::Timestamp, Misfit> {
        match (&self.storage, &self.zone) {
            (Storage::Zone(_), Some(zone)) => time::first_of_its_local_time(instant, zone),
            _ => Ok(instant),
        }
    }
}

impl Converter<'_> {
    /// The local time of an instant, if the column contains local times.
    #[must_use]
    pub(crate) fn local(&self, instant: jiff::Timestamp) -> Option<jiff::civil::DateTime> {
        match (&self.storage, &self.zone) {
            (Storage::Zone(_), Some(zone)) => Some(zone.to_datetime(instant)),
            _ => None,
        }
    }
}

impl Value<'_> {
    /// The value without borrowed text.
    #[must_use]
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Missing => Value::Missing,
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Integer(number) => Value::Integer(number),
            Self::Decimal { digits, scale } => Value::Decimal { digits, scale },
            Self::Float(number) => Value::Float(number),
            Self::Boolean(value) => Value::Boolean(value),
            Self::Date(date) => Value::Date(date),
            Self::Timestamp(instant) => Value::Timestamp(instant),
            Self::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
        }
    }
}
