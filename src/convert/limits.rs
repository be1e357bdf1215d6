//! A field's declarations about its values: `nullable`, `values`, `min`, `max`.

use std::sync::Arc;

use bigdecimal::BigDecimal;

use super::{Misfit, Value};
use crate::catalog::{Field, Storage};
use crate::types::encoded::{digits_date, number_date};

/// The restrictions that a field declares for its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    nullable: bool,
    storage: Storage,
    values: Option<Arc<[String]>>,
    min: Option<BigDecimal>,
    max: Option<BigDecimal>,
}

impl Limits {
    #[must_use]
    pub(crate) fn of(field: &Field) -> Self {
        let Field { nullable, storage, values, min, max, .. } = field;
        let (storage, values) = (storage.clone(), values.clone());
        Self { nullable: *nullable, storage, values, min: min.clone(), max: max.clone() }
    }

    /// Whether a value that a column holds means one of the field.
    fn means_one(&self, held: &Value<'_>) -> bool {
        match (&self.storage, held) {
            (Storage::Epoch(unit), Value::Integer(count)) => unit.holds(*count),
            (Storage::Digits { .. }, Value::Integer(number)) => number_date(*number).is_some(),
            (Storage::Digits { .. }, Value::Text(text)) => digits_date(text).is_some(),
            _ => true,
        }
    }

    /// Checks a value.
    ///
    /// # Errors
    ///
    /// The restriction that the value violates.
    pub(crate) fn check(&self, value: &Value<'_>) -> Result<(), Misfit> {
        if value.is_missing() {
            return if self.nullable { Ok(()) } else { Err(Misfit::NeverMissing) };
        }
        if !self.nullable && !self.means_one(value) {
            return Err(Misfit::MeansNone);
        }
        if let (Some(known), Value::Text(text)) = (&self.values, value)
            && !known.iter().any(|one| one == text)
        {
            return Err(Misfit::NoneOf);
        }
        if self.min.is_none() && self.max.is_none() {
            return Ok(());
        }
        let beyond = match value {
            Value::Float(number) if number.is_infinite() => {
                (self.min.is_some() && *number < 0.0, self.max.is_some() && *number > 0.0)
            }
            value => match value.number() {
                Some(number) => (
                    self.min.as_ref().is_some_and(|min| number < *min),
                    self.max.as_ref().is_some_and(|max| number > *max),
                ),
                None => (false, false),
            },
        };
        match beyond {
            (true, _) => Err(Misfit::BelowMin),
            (_, true) => Err(Misfit::AboveMax),
            _ => Ok(()),
        }
    }
}
