//! Values from JSON documents, arrays and lines.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Converter, Misfit, Value};
use crate::types::Type;

/// A JSON value as text, so that no digit of a number is lost.
pub(crate) type RawJson = RawValue;

impl Converter<'_> {
    /// Converts a JSON value. JSON strings are read like text, numbers by their digits.
    ///
    /// # Errors
    ///
    /// The JSON value isn't exactly a value of the type.
    pub(crate) fn json<'a>(&self, raw: &'a RawJson) -> Result<Value<'a>, Misfit> {
        let written = raw.get();
        match (written.as_bytes().first(), &self.ty) {
            (Some(b'n'), _) => Ok(Value::Missing),
            (_, Type::Json) => self.document(written),
            (Some(b'"'), _) => {
                let text: String = serde_json::from_str(written).map_err(|_| Misfit::NotOne)?;
                self.typed_text(&text)
            }
            (Some(b'['), Type::Array(element)) => self.items(raw, element),
            (Some(b't'), Type::Boolean) => Ok(Value::Boolean(true)),
            (Some(b'f'), Type::Boolean) => Ok(Value::Boolean(false)),
            // Where words are declared, `1` may be one of them.
            (Some(b'-' | b'0'..=b'9'), Type::Boolean) => self.text(written),
            (Some(b'-' | b'0'..=b'9'), Type::Timestamp) if !self.notation.timestamps.is_empty() => {
                self.text(written)
            }
            (Some(b'-' | b'0'..=b'9'), Type::Date) if !self.notation.dates.is_empty() => self.text(written),
            (
                Some(b'-' | b'0'..=b'9'),
                Type::String | Type::Semver | Type::Integer | Type::Decimal { .. } | Type::Float,
            ) => self.json_number(written),
            _ => Err(Misfit::NotOne),
        }
    }

    /// The digits of a JSON number, which are independent of the separators declared for text.
    fn json_number(&self, written: &str) -> Result<Value<'static>, Misfit> {
        if self.notation.null_words().iter().any(|word| word == written) {
            return Ok(Value::Missing);
        }
        self.digits(written)
    }

    /// Converts text from a file that represents missing values otherwise, so that empty text is
    /// text.
    ///
    /// # Errors
    ///
    /// The text isn't exactly a value of the type.
    pub(crate) fn typed_text(&self, text: &str) -> Result<Value<'static>, Misfit> {
        if self.notation.null_words().iter().any(|word| word == text) {
            return Ok(Value::Missing);
        }
        match self.ty {
            Type::Array(_) | Type::Json => Err(Misfit::NotOne),
            _ => self.plain_text(text).map(Value::into_owned),
        }
    }

    /// Checks a JSON document; `null` isn't one.
    pub(super) fn document<'a>(&self, text: &'a str) -> Result<Value<'a>, Misfit> {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| Misfit::NotOne)?;
        let is_null = text.trim_matches([' ', '\t', '\n', '\r']) == "null";
        Ok(if is_null { Value::Missing } else { Value::Text(Cow::Borrowed(text)) })
    }

    /// Converts a text that contains an array.
    pub(super) fn array_text(&self, text: &str, element: &Type) -> Result<Value<'static>, Misfit> {
        let raw: &RawJson = serde_json::from_str(text).map_err(|_| Misfit::NotOne)?;
        if raw.get().starts_with('[') {
            self.items(raw, element).map(Value::into_owned)
        } else {
            Err(Misfit::NotOne)
        }
    }

    fn items<'a>(&self, raw: &'a RawJson, element: &Type) -> Result<Value<'a>, Misfit> {
        let items: Vec<&'a RawJson> = Vec::deserialize(raw).map_err(|_| Misfit::NotOne)?;
        // Types nest only a few levels deep.
        let element = self.of_element(element);
        let item = |item: &'a RawJson| {
            element.json(item).map_err(|misfit| Misfit::Part(item.get().to_owned(), Box::new(misfit)))
        };
        items.into_iter().map(item).collect::<Result<_, _>>().map(Value::Array)
    }
}
