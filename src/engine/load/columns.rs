//! The columns of a table: how each value is converted, and its declared restrictions.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::catalog::{Container, Entity, Field, Inside, Step, Storage};
use crate::convert::nested::{complete, set};
use crate::convert::{Advice, Converter, Limits, Misfit, Notation, Value};
use crate::diagnostic::{Span, lookalike};
use crate::engine::schema::{DataTable, TableColumn};
use crate::types::Type;

/// How the values of a column are read.
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    /// The place of the field that declares it.
    pub(super) span: Span,
    pub(super) converter: Converter<'a>,
    /// For a struct, the converters of the values inside it, by their keys.
    parts: Vec<(&'a [Step], Converter<'a>)>,
    /// The restrictions of each field that reads the column itself.
    limits: Vec<(&'a Field, Limits)>,
    /// The fields inside it that declare `values`, `min` or `max`.
    bounded: Vec<Bounded<'a>>,
    /// Whether it holds personal data, which no message shows.
    pub(super) is_personal: bool,
    /// Whether a field reads it as versions, and then whether loosely written ones.
    pub(super) reads_versions: Option<bool>,
    /// The column in the engine's table.
    pub(super) table_column: &'a TableColumn,
}

/// A field inside a document or struct, and its restrictions.
struct Bounded<'a> {
    field: &'a Field,
    container: Container,
    steps: &'a [Step],
    converter: Converter<'a>,
    limits: Limits,
}

impl<'a> Bounded<'a> {
    fn of(field: &'a Field, notation: &'a Notation) -> Option<Self> {
        let Inside { container, steps } = field.inside.as_ref()?;
        let is_bounded = field.values.is_some() || field.min.is_some() || field.max.is_some();
        let converter = Converter::new(&field.held_type(), &field.held_storage(), notation);
        is_bounded.then(|| Self { field, container: *container, steps, converter, limits: Limits::of(field) })
    }

    /// Checks the value in a document. A value of another type is missing to segments, like an
    /// absent one.
    fn check(&self, document: &RawValue) -> Result<(), Misfit> {
        let Ok(Some(found)) = inside(document, self.steps) else { return Ok(()) };
        let is_typed = match self.field.ty {
            Type::String => found.get().starts_with('"'),
            _ => found.get().starts_with(|c: char| c == '-' || c.is_ascii_digit()),
        };
        match self.converter.json(found) {
            Ok(value) if is_typed => self.limits.check(&value).map_err(|misfit| {
                Misfit::Part(format!("{} = {}", shown(self.steps), found.get()), Box::new(misfit))
            }),
            _ => Ok(()),
        }
    }
}

/// The columns of a table.
pub(super) struct Columns<'a> {
    pub(super) table: &'a DataTable,
    pub(super) columns: Vec<Column<'a>>,
}

impl<'a> Columns<'a> {
    pub(super) fn new(table: &'a DataTable, entities: &[&'a Entity], notation: &'a Notation) -> Self {
        let column = |column: &'a TableColumn| {
            let fields = entities.iter().flat_map(|entity| &entity.fields);
            let of_it = fields.filter(|field| field.column.eq_ignore_ascii_case(&column.name));
            let whole = of_it.clone().filter(|field| field.inside.is_none());
            Column {
                name: &column.name,
                span: column.span,
                converter: Converter::new(&column.ty, &column.storage, notation),
                parts: column
                    .parts
                    .iter()
                    .map(|(steps, ty, storage)| (steps.as_slice(), Converter::new(ty, storage, notation)))
                    .collect(),
                is_personal: of_it.clone().any(|field| field.pii),
                reads_versions: whole
                    .clone()
                    .find(|field| field.ty == Type::Semver)
                    .map(|field| field.storage == Storage::LooseVersion),
                limits: whole.map(|field| (field, Limits::of(field))).collect(),
                bounded: of_it.filter_map(|field| Bounded::of(field, notation)).collect(),
                table_column: column,
            }
        };
        Self { table, columns: table.columns.iter().map(column).collect() }
    }

    /// The names of the columns.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.columns.iter().map(|column| column.name)
    }
}

impl Column<'_> {
    /// Whether the engine receives its values as JSON and casts them.
    pub(super) fn is_nested(&self) -> bool {
        self.table_column.is_nested()
    }

    /// Converts a value from text.
    pub(super) fn text<'v>(&self, text: &'v str) -> Result<Value<'v>, Misfit> {
        let value = self.converter.text(text)?;
        if value.is_missing() || self.parts.is_empty() && self.bounded.is_empty() {
            return self.limited(value);
        }
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => self.whole(value, raw),
            // Text that isn't a document has nothing inside.
            Err(_) if self.parts.is_empty() => self.limited(value),
            Err(_) => Err(Misfit::NotOne),
        }
    }

    /// Converts a value from JSON.
    pub(super) fn json<'v>(&self, raw: &'v RawValue) -> Result<Value<'v>, Misfit> {
        match (self.parts.is_empty(), raw.get()) {
            (true, _) => self.whole(self.converter.json(raw)?, raw),
            (false, "null") => self.limited(Value::Missing),
            (false, _) => self.whole(Value::Missing, raw),
        }
    }

    /// A value with everything inside it: a document as it is, or a struct composed of its parts.
    fn whole<'v>(&self, value: Value<'v>, raw: &RawValue) -> Result<Value<'v>, Misfit> {
        let value = if self.parts.is_empty() { value } else { self.structure(raw)? };
        // In a column of text, a JSON string is a document's text; in one of JSON, it is a string.
        let text = serde_json::from_str::<String>(raw.get()).ok();
        let inner = text.as_deref().and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
        self.bounded.iter().try_for_each(|field| {
            let of_text = inner.filter(|_| field.container == Container::JsonText);
            field.check(of_text.unwrap_or(raw))
        })?;
        self.limited(value)
    }

    /// The value, if it satisfies the restrictions of every field that reads it.
    pub(super) fn limited<'v>(&self, value: Value<'v>) -> Result<Value<'v>, Misfit> {
        self.limits.iter().try_for_each(|(_, limits)| limits.check(&value))?;
        Ok(match value {
            Value::Array(_) if self.is_nested() => {
                Value::Text(canonical(&value, &self.converter).to_string().into())
            }
            value => value,
        })
    }

    /// Advice about a text that can't be converted.
    pub(super) fn advice(&self, text: &str, misfit: &Misfit) -> Advice {
        let broken = |(field, limits): &&(&Field, Limits)| {
            let value = self.converter.text(text);
            value.is_ok_and(|value| limits.check(&value).is_err())
                || *misfit == Misfit::NeverMissing && !field.nullable
        };
        let field = self.limits.iter().find(broken).or_else(|| self.limits.first()).map(|(field, _)| *field);
        let plain = lookalike::plain(text);
        if plain.as_deref().unwrap_or(text).trim().eq_ignore_ascii_case(self.name) {
            return Advice::new(
                "is the name of the column: the line of names is repeated",
                "remove the line",
            );
        }
        match misfit {
            // What is inside has its own converter.
            Misfit::Part(part, inner) if !self.parts.is_empty() || !self.bounded.is_empty() => {
                let fields = self.bounded.iter().map(|one| (one.steps, &one.converter, Some(one.field)));
                let parts = self.parts.iter().map(|(steps, converter)| (*steps, converter, None));
                let found = fields.chain(parts).find_map(|(steps, converter, field)| {
                    let text = part.strip_prefix(&format!("{} = ", shown(steps)))?;
                    Some((text, converter, field))
                });
                let (text, converter, field) = found.unwrap_or((part, &self.converter, None));
                let is_limit = matches!(**inner, Misfit::NoneOf | Misfit::BelowMin | Misfit::AboveMax);
                let what = if is_limit { "isn't allowed" } else { "can't be read" };
                let inner = converter.advice(text.trim_matches('"'), inner, field);
                inner.of_part(&format!("has a part that {what}"), part)
            }
            misfit => self.converter.advice(text, misfit, field),
        }
    }

    /// A struct as JSON, which the engine casts to its type without loss.
    fn structure(&self, raw: &RawValue) -> Result<Value<'static>, Misfit> {
        let mut whole = Json::Null;
        for (steps, converter) in &self.parts {
            let found = inside(raw, steps)?;
            let value = match found {
                Some(found) => {
                    let value = converter.json(found).map_err(|misfit| {
                        Misfit::Part(format!("{} = {}", shown(steps), found.get()), Box::new(misfit))
                    })?;
                    canonical(&value, converter)
                }
                None => Json::Null,
            };
            // An entry without a value is no different from none.
            let is_entry = steps.iter().any(|step| matches!(step, Step::Entry { .. }));
            if found.is_some() || !is_entry {
                set(&mut whole, steps, value);
            }
        }
        let paths: Vec<&[Step]> = self.parts.iter().map(|(steps, _)| *steps).collect();
        complete(&mut whole, &paths);
        Ok(if whole.is_null() { Value::Missing } else { Value::Text(whole.to_string().into()) })
    }
}

/// The value at the end of steps; `None` if it is absent.
fn inside<'r>(raw: &'r RawValue, steps: &[Step]) -> Result<Option<&'r RawValue>, Misfit> {
    let mut found = raw;
    for step in steps {
        if found.get() == "null" {
            return Ok(None);
        }
        let next = match step {
            Step::Key(key) => members(found)?.get(key.as_str()).copied(),
            Step::Entry { field, key } => entry(found, field, key)?,
        };
        match next {
            Some(inner) => found = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn members(raw: &RawValue) -> Result<BTreeMap<String, &RawValue>, Misfit> {
    serde_json::from_str(raw.get()).map_err(|_| Misfit::NotOne)
}

/// The first element of an array whose field holds the key.
fn entry<'r>(raw: &'r RawValue, field: &str, key: &str) -> Result<Option<&'r RawValue>, Misfit> {
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| Misfit::NotOne)?;
    let holds = |item: &&&RawValue| {
        let members = members(item).unwrap_or_default();
        let held = members.get(field).and_then(|held| serde_json::from_str::<String>(held.get()).ok());
        held.as_deref() == Some(key)
    };
    Ok(items.iter().find(holds).copied())
}

/// A path, as messages show it.
fn shown(steps: &[Step]) -> String {
    steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// A value as JSON that the engine casts without loss: numbers are written as text.
fn canonical(value: &Value<'_>, converter: &Converter<'_>) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Text(text) => Json::from(text.as_ref()),
        Value::Integer(number) => Json::from(*number),
        Value::Boolean(value) => Json::from(*value),
        Value::Float(number) => Json::from(format!("{number:?}")),
        Value::Date(day) => Json::from(day.to_string()),
        Value::Timestamp(instant) => Json::from(match converter.local(*instant) {
            Some(local) => local.to_string(),
            None => instant.to_string(),
        }),
        Value::Decimal { .. } => {
            Json::from(value.number().map(|number| number.to_plain_string()).unwrap_or_default())
        }
        Value::Array(items) => items.iter().map(|item| canonical(item, converter)).collect(),
    }
}
