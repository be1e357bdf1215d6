//! A field's declarations about its values: `nullable`, `values`, `min`, `max`.

use bigdecimal::BigDecimal;

use super::{Misfit, Value};
use crate::catalog::Field;

/// The restrictions that a field declares for its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    nullable: bool,
    values: Option<Vec<String>>,
    min: Option<BigDecimal>,
    max: Option<BigDecimal>,
}

impl Limits {
    #[must_use]
    pub(crate) fn of(field: &Field) -> Self {
        let Field { nullable, values, min, max, .. } = field;
        Self { nullable: *nullable, values: values.clone(), min: min.clone(), max: max.clone() }
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
