//! Columns that several fields read, or of which a field reads a part: what they hold where
//! values are given by field, and what the other fields then read.

use serde_json::Value;

use super::Datum;
use super::json::extract;
use crate::catalog::{Container, Entity, Field, FieldId, Step, Storage};
use crate::convert::nested::{complete, set};
use crate::types::{Type, Version};

/// The columns of an entity that hold more, or other things, than the one field that names them.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    shared: Vec<Shared>,
}

/// A field whose value no column could hold beside the other values of its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    pub(crate) field: FieldId,
    /// What it reads from a column that holds the others.
    pub(crate) reads: Datum,
    /// Whether no document could hold its value, even alone.
    pub(crate) alone: bool,
}

#[derive(Debug, Clone)]
struct Shared {
    kind: ColumnKind,
    /// Those of documents in the order of their depth.
    fields: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnKind {
    Plain,
    Document,
    Struct,
}

/// The steps that lead to a field; none for the whole of its column.
fn steps(field: &Field) -> &[Step] {
    field.inside.as_ref().map_or(&[], |inside| &inside.steps)
}

fn is_entry(field: &Field) -> bool {
    steps(field).iter().any(|step| matches!(step, Step::Entry { .. }))
}

fn same_column(one: &Field, other: &Field) -> bool {
    one.column.eq_ignore_ascii_case(&other.column)
}

/// What a column is that this field reads.
fn kind(field: &Field) -> ColumnKind {
    match field.inside.as_ref().map(|inside| inside.container) {
        Some(Container::Struct) => ColumnKind::Struct,
        Some(Container::Json | Container::JsonText) => ColumnKind::Document,
        None if field.ty == Type::Json => ColumnKind::Document,
        None => ColumnKind::Plain,
    }
}

impl Columns {
    /// The columns that an entity's fields are read from.
    #[must_use]
    pub(crate) fn of(entity: &Entity) -> Self {
        let mut shared: Vec<Shared> = Vec::new();
        let is_first =
            |at: usize, field: &Field| !entity.fields.iter().take(at).any(|one| same_column(one, field));
        for (_, first) in entity.fields.iter().enumerate().filter(|(at, field)| is_first(*at, field)) {
            let read = |at: &usize| entity.fields.get(*at).is_some_and(|field| same_column(field, first));
            let mut fields: Vec<usize> = (0..entity.fields.len()).filter(read).collect();
            let of = |at: &usize| entity.fields.get(*at);
            if fields.len() < 2 && steps(first).is_empty() {
                continue;
            }
            let kinds = || fields.iter().filter_map(of).map(kind);
            let kind = [ColumnKind::Struct, ColumnKind::Document]
                .into_iter()
                .find(|kind| kinds().any(|one| one == *kind));
            fields.sort_by_key(|at| of(at).map_or(0, |field| steps(field).len()));
            shared.push(Shared { kind: kind.unwrap_or(ColumnKind::Plain), fields });
        }
        Self { shared }
    }

    /// Completes a row by what its columns hold: where a field is given, the others that read the
    /// same column have their values too, and what is given inside a document is in the document.
    /// The fields of `nulls` are said to be missing.
    ///
    /// # Errors
    /// No column could hold the values together.
    pub(crate) fn complete(
        &self,
        entity: &Entity,
        values: &mut [Datum],
        nulls: &[FieldId],
    ) -> Result<(), Clash> {
        for shared in &self.shared {
            match shared.kind {
                ColumnKind::Plain => plain(entity, &shared.fields, values, nulls)?,
                ColumnKind::Document => document(entity, &shared.fields, values, nulls)?,
                ColumnKind::Struct => {
                    for leaf in leaves(entity, &shared.fields) {
                        plain(entity, &leaf, values, nulls)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What a column holds for the fields that read parts of it, if there are such: a JSON document,
    /// or a struct that is written as one. The row has to be complete.
    #[must_use]
    pub(crate) fn nested(&self, entity: &Entity, column: &str, values: &[Datum]) -> Option<Option<String>> {
        let of_column = |shared: &&Shared| {
            let first = shared.fields.first().and_then(|at| entity.fields.get(*at));
            shared.kind != ColumnKind::Plain
                && first.is_some_and(|field| field.column.eq_ignore_ascii_case(column))
        };
        let shared = self.shared.iter().find(of_column)?;
        let read: Vec<(&Field, &Datum)> =
            shared.fields.iter().filter_map(|&at| Some((entity.fields.get(at)?, values.get(at)?))).collect();
        if read.iter().all(|(_, value)| value.is_missing()) {
            return Some(None);
        }
        let of_wholes = |(field, value): &&(&Field, &Datum)| steps(field).is_empty() && !value.is_missing();
        if shared.kind == ColumnKind::Document {
            let whole = read.iter().find(of_wholes).map(|(_, value)| value.to_string());
            let known = read.into_iter().filter(|(_, value)| !value.is_missing());
            return Some(whole.or_else(|| composed(known)));
        }
        // A struct has all its keys, whatever is missing.
        let mut root = Value::Null;
        let paths: Vec<&[Step]> = read.iter().map(|(field, _)| steps(field)).collect();
        for (field, value) in read.into_iter().filter(|(field, _)| !steps(field).is_empty()) {
            // An entry without a value is no different from none.
            if !value.is_missing() || !is_entry(field) {
                set(&mut root, steps(field), stored(value, &field.held_storage()));
            }
        }
        complete(&mut root, &paths);
        Some(Some(root.to_string()))
    }
}

/// Whether what is said of a field says all that there is of another: it reads the same place of
/// the same column, or one around it.
#[must_use]
pub fn covers(field: &Field, other: &Field) -> bool {
    same_column(field, other) && steps(other).starts_with(steps(field))
}

/// The fields of a struct by where they are in it.
fn leaves(entity: &Entity, fields: &[usize]) -> Vec<Vec<usize>> {
    let mut leaves: Vec<(&[Step], Vec<usize>)> = Vec::new();
    for &at in fields {
        let Some(field) = entity.fields.get(at).filter(|field| !steps(field).is_empty()) else { continue };
        match leaves.iter_mut().find(|(known, _)| *known == steps(field)) {
            Some((_, leaf)) => leaf.push(at),
            None => leaves.push((steps(field), vec![at])),
        }
    }
    leaves.into_iter().map(|(_, leaf)| leaf).collect()
}

/// Gives each field of a column what the column holds.
fn plain(entity: &Entity, fields: &[usize], values: &mut [Datum], nulls: &[FieldId]) -> Result<(), Clash> {
    let known = |at: &&usize| values.get(**at).is_some_and(|value| !value.is_missing());
    let Some(&holder) = fields.iter().find(known) else { return Ok(()) };
    let (Some(from), Some(held)) = (entity.fields.get(holder), values.get(holder).cloned()) else {
        return Ok(());
    };
    for &at in fields.iter().filter(|at| **at != holder) {
        let (Some(to), Some(value), Some(id)) = (entity.fields.get(at), values.get_mut(at), id(at)) else {
            continue;
        };
        let Some(reads) = convert(&held, from, to) else { continue };
        let agrees = match value.is_missing() {
            true => !nulls.contains(&id) || is_missing_as(&reads, &to.held_type()),
            false => *value == reads,
        };
        if !agrees {
            return Err(Clash { field: id, reads, alone: false });
        }
        *value = reads;
    }
    Ok(())
}

fn id(at: usize) -> Option<FieldId> {
    u32::try_from(at).ok().map(FieldId)
}

/// Whether a value is missing when it is read: text that isn't a version.
fn is_missing_as(value: &Datum, ty: &Type) -> bool {
    match (ty, value) {
        (Type::Semver, Datum::String(text)) => Version::parse(text).is_err(),
        _ => value.is_missing(),
    }
}

/// What one field reads from the column where another reads a value; `None` where a column can't
/// hold both.
fn convert(value: &Datum, from: &Field, to: &Field) -> Option<Datum> {
    let is_text = |ty: &Type| matches!(ty, Type::String | Type::Semver);
    let (from_type, to_type) = (from.held_type(), to.held_type());
    match (&from.held_storage(), &to.held_storage()) {
        _ if is_text(&from_type) && is_text(&to_type) => {
            let text = value.to_string();
            let text = if to.storage == Storage::Char { text.trim_end_matches(' ') } else { &text };
            Some(Datum::from(text))
        }
        _ if from_type != to_type => None,
        (one, other) if one == other => Some(value.clone()),
        (Storage::Native | Storage::FloatNan, Storage::Native | Storage::FloatNan) => Some(value.clone()),
        (Storage::Zone(one), Storage::Zone(other)) => {
            let Datum::Timestamp(instant) = value else { return None };
            let local = jiff::tz::TimeZone::get(one).ok()?.to_datetime(*instant);
            let zone = jiff::tz::TimeZone::get(other).ok()?;
            zone.to_ambiguous_timestamp(local).compatible().ok().map(Datum::Timestamp)
        }
        _ => None,
    }
}

/// Puts what is given inside a document into it, and gives each field what it then reads.
fn document(entity: &Entity, fields: &[usize], values: &mut [Datum], nulls: &[FieldId]) -> Result<(), Clash> {
    let of = |at: usize| entity.fields.get(at).zip(id(at));
    let is_whole = |at: &&usize| entity.fields.get(**at).is_some_and(|field| steps(field).is_empty());
    let whole =
        fields.iter().filter(is_whole).find_map(|&at| values.get(at).filter(|value| !value.is_missing()));
    let mut text = whole.map(ToString::to_string);
    let mut root: Value = text.as_ref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut changed = false;
    for &at in fields {
        let (Some((field, id)), Some(value)) = (of(at), values.get(at)) else { continue };
        if steps(field).is_empty() || (value.is_missing() && !nulls.contains(&id)) {
            continue;
        }
        let reads =
            text.as_ref().map_or(Datum::Missing, |text| extract(text, steps(field), &field.held_type()));
        if reads != *value {
            set(&mut root, steps(field), json(value, &field.held_type()));
            text = Some(root.to_string());
            changed = true;
        }
    }
    let Some(text) = text else { return Ok(()) };
    for &at in fields {
        let (Some((field, id)), Some(value)) = (of(at), values.get_mut(at)) else { continue };
        let reads = match steps(field) {
            [] if !changed && !value.is_missing() => continue,
            [] => Datum::from(text.as_str()),
            steps => extract(&text, steps, &field.held_type()),
        };
        let is_document = steps(field).is_empty() || field.ty == Type::Json;
        if !value.is_missing() && !is_document && *value != reads {
            let alone = composed(std::iter::once((field, &*value)));
            let alone = alone.is_none_or(|text| extract(&text, steps(field), &field.held_type()) != *value);
            return Err(Clash { field: id, reads, alone });
        }
        *value = reads;
    }
    Ok(())
}

/// The document that holds these values; `None` if there are none.
fn composed<'a>(values: impl Iterator<Item = (&'a Field, &'a Datum)>) -> Option<String> {
    let mut root = Value::Null;
    for (field, value) in values {
        set(&mut root, steps(field), json(value, &field.held_type()));
    }
    (!root.is_null()).then(|| root.to_string())
}

/// A value as a document holds it.
fn json(value: &Datum, ty: &Type) -> Value {
    match (value, ty) {
        (Datum::Missing, _) => Value::Null,
        (Datum::String(text), Type::Json) => serde_json::from_str(text).unwrap_or_default(),
        (Datum::Integer(number), _) => (*number).into(),
        (Datum::Boolean(value), _) => (*value).into(),
        (Datum::Float(number), _) => (*number).into(),
        // An integer, or else a float, as all JSON numbers are.
        (Datum::Decimal(number), _) => serde_json::from_str(&number.to_plain_string()).unwrap_or_default(),
        // Types nest only a few levels deep.
        (Datum::Array(items), Type::Array(element)) => items.iter().map(|item| json(item, element)).collect(),
        _ => value.to_string().into(),
    }
}

/// A value of a struct, as the engine casts it: exact numbers as text.
fn stored(value: &Datum, storage: &Storage) -> Value {
    match (value, storage) {
        (Datum::Decimal(number), _) => number.to_plain_string().into(),
        (Datum::Array(items), _) => items.iter().map(|item| stored(item, storage)).collect(),
        (Datum::Timestamp(instant), Storage::Zone(zone)) => match jiff::tz::TimeZone::get(zone) {
            Ok(zone) => zone.to_datetime(*instant).to_string().into(),
            Err(_) => Value::Null,
        },
        _ => json(value, &Type::String),
    }
}
