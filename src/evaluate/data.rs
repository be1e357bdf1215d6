//! Rows in memory.

use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;

use super::Datum;
use super::columns::{Clash, Columns};
use super::encoding;
use super::json::is_null;
use super::number::fits;
use super::time::to_micros;
use crate::catalog::{Catalog, Entity, EntityId, Field, FieldId, Mark, Storage, TableSource};
use crate::types::Type;

/// The rows of every entity of a catalog, as a database would hold them.
#[derive(Debug, Clone)]
pub struct Data {
    catalog: Arc<Catalog>,
    columns: Arc<[Columns]>,
    tables: Vec<Vec<Vec<Datum>>>,
    /// The same rows as their columns hold them, of entities with encoded fields.
    held: Vec<Vec<Vec<Datum>>>,
}

impl Data {
    /// The data of a catalog's entities, without a row except for the keys of static lists.
    #[must_use]
    #[doc(hidden)]
    pub fn new(catalog: &Arc<Catalog>) -> Self {
        let columns = catalog.entities.iter().map(Columns::of).collect();
        let tables = catalog.entities.iter().map(listed).collect();
        let held = vec![Vec::new(); catalog.entities.len()];
        Self { catalog: Arc::clone(catalog), columns, tables, held }
    }

    /// Adds a row of an entity; fields that are not named are missing.
    ///
    /// # Errors
    /// If the entity or a field does not exist, or a value does not fit its field.
    pub fn push<'n, I>(&mut self, entity: &str, values: I) -> Result<(), DataError>
    where
        I: IntoIterator<Item = (&'n str, Datum)>,
    {
        let id = self.catalog.find(entity).ok_or_else(|| DataError::NoEntity(entity.to_owned()))?;
        let model = self.catalog.entity(id);
        let mut row: Vec<Option<Datum>> = vec![None; model.fields.len()];
        for (name, value) in values {
            let at = model.find_field(name).and_then(|field| row.get_mut(field.0 as usize));
            let slot = at.ok_or_else(|| DataError::NoField(model.name.clone(), name.to_owned()))?;
            if slot.replace(value).is_some() {
                return Err(DataError::Twice(model.name.clone(), name.to_owned()));
            }
        }
        self.push_row(id, row.into_iter().map(|value| value.unwrap_or(Datum::Missing)).collect())
    }

    /// Adds a row whose values are in the order of the entity's fields. A field that is missing
    /// has the value that others give to its column. An encoded field takes its own values, and those that
    /// its column holds.
    ///
    /// # Errors
    /// If there are not as many values as fields, a value does not fit its field, or no column
    /// could hold it beside the others.
    #[doc(hidden)]
    pub fn push_row(&mut self, entity: EntityId, mut values: Vec<Datum>) -> Result<(), DataError> {
        let index = entity.0 as usize;
        let (Some(model), Some(table)) = (self.catalog.entities.get(index), self.tables.get_mut(index))
        else {
            return Err(DataError::NoEntity(format!("#{index}")));
        };
        if values.len() != model.fields.len() {
            return Err(DataError::Width(model.name.clone(), model.fields.len(), values.len()));
        }
        for (field, value) in model.fields.iter().zip(&mut values) {
            let held = encoding::held(field, std::mem::replace(value, Datum::Missing));
            *value = held.map_err(|value| wrong(model, field, &value))?;
        }
        if let Some(columns) = self.columns.get(index) {
            let clash = |clash: Clash| {
                let field = model.field(clash.field).name.clone();
                DataError::Clash(model.name.clone(), field, clash.reads.to_string())
            };
            columns.complete(model, &mut values, &[]).map_err(clash)?;
        }
        of_its_table(model, &mut values)?;
        let is_encoded = model.fields.iter().any(|field| field.storage.is_encoding());
        let held = is_encoded.then(|| values.clone());
        let row = (0..).map(FieldId).zip(&model.fields).zip(values);
        table.push(row.map(|((id, field), value)| read(model, id, field, value)).collect::<Result<_, _>>()?);
        if let (Some(table), Some(held)) = (self.held.get_mut(index), held) {
            table.push(held);
        }
        Ok(())
    }

    /// The catalog that the rows belong to.
    #[must_use]
    #[doc(hidden)]
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// All rows of an entity, also those without a key and those that have been deleted.
    #[must_use]
    #[doc(hidden)]
    pub fn rows(&self, entity: EntityId) -> &[Vec<Datum>] {
        self.tables.get(entity.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// All rows of an entity, each value as its column holds it.
    #[must_use]
    #[doc(hidden)]
    pub fn held_rows(&self, entity: EntityId) -> &[Vec<Datum>] {
        match self.held.get(entity.0 as usize).map(Vec::as_slice) {
            None | Some([]) => self.rows(entity),
            Some(held) => held,
        }
    }

    /// The same, of one event if one is given.
    #[doc(hidden)]
    pub fn held_rows_of<'d>(
        &'d self,
        entity: EntityId,
        event: Option<&'d str>,
    ) -> impl Iterator<Item = &'d Vec<Datum>> {
        let name = self.catalog.entities.get(entity.0 as usize).and_then(|entity| entity.event_name);
        let is_of = move |row: &&Vec<Datum>| {
            event.is_none_or(|event| {
                let found = name.and_then(|name| row.get(name.0 as usize));
                matches!(found, Some(Datum::String(text)) if text == event)
            })
        };
        self.held_rows(entity).iter().filter(is_of)
    }

    /// The rows that exist for the language, with their positions: "an entity row with a
    /// missing key part is no entity", and neither is one that has been deleted.
    #[doc(hidden)]
    pub fn existing(&self, entity: EntityId) -> impl Iterator<Item = (usize, &[Datum])> {
        let model = self.catalog.entities.get(entity.0 as usize);
        let rows = self.rows(entity).iter().map(Vec::as_slice).enumerate();
        rows.filter(move |(_, row)| model.is_some_and(|model| exists(model, row)))
    }
}

/// A row as the table of its event holds it.
///
/// # Errors
/// If there is no such table, or it has no column for a value.
fn of_its_table(entity: &Entity, values: &mut [Datum]) -> Result<(), DataError> {
    let TableSource::Tables(tables) = &entity.source else { return Ok(()) };
    let name = entity.event_name.and_then(|id| values.get(id.0 as usize));
    let table = tables.iter().find(|table| matches!(name, Some(Datum::String(text)) if *text == table.event));
    let Some(table) = table else {
        let name = name.unwrap_or(&Datum::Missing);
        return Err(DataError::NoTable(entity.name.clone(), name.to_string()));
    };
    for ((field, held), value) in entity.fields.iter().zip(&table.fields).zip(values) {
        match held {
            Some(held) if !field.storage.is_encoding() => {
                let fitted = typed(&field.ty, &held.storage, std::mem::replace(value, Datum::Missing));
                *value = fitted.map_err(|value| wrong(entity, field, &value))?;
                if value.is_missing() && !held.nullable && field.nullable {
                    return Err(wrong(entity, field, value));
                }
            }
            None if !value.is_missing() && field.column != event_column(entity) => {
                let (entity, field) = (entity.name.clone(), field.name.clone());
                return Err(DataError::OtherTable(entity, field, table.event.clone()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The column of the event's name.
fn event_column(entity: &Entity) -> &str {
    entity.event_name.map_or("", |id| &entity.field(id).column)
}

/// The keys of a static list, for its entity.
fn listed(entity: &Entity) -> Vec<Vec<Datum>> {
    let rows = entity.list.iter().flat_map(|list| &list.rows);
    rows.map(|row| row.iter().map(Datum::from).collect()).collect()
}

fn exists(entity: &Entity, row: &[Datum]) -> bool {
    pick(row, &entity.key).is_some() && !is_deleted(entity, row)
}

/// Whether a row is marked as deleted, by an entity whose deletes are soft.
pub fn is_deleted(entity: &Entity, row: &[Datum]) -> bool {
    let Some(mark) = entity.mark() else { return false };
    let value = row.get(mark.field().0 as usize).unwrap_or(&Datum::Missing);
    match mark {
        Mark::Time(_) => !value.is_missing(),
        Mark::Flag(flag) => *value == Datum::Boolean(flag.deleted),
    }
}

/// A value as reading its column gives it: without the padding of a `CHAR(n)`, and so on. Of an encoded
/// field, what the column holds.
///
/// # Errors
/// If the field cannot hold it.
pub fn fit(entity: &Entity, id: FieldId, value: Datum) -> Result<Datum, DataError> {
    let field = entity.field(id);
    let held = encoding::held(field, value).map_err(|value| wrong(entity, field, &value))?;
    let found = read(entity, id, field, held.clone())?;
    Ok(if field.storage.is_encoding() { held } else { found })
}

/// The values of some fields of a row; `None` if one is missing.
pub(super) fn pick(row: &[Datum], fields: &[FieldId]) -> Option<Vec<Datum>> {
    let value = |field: &FieldId| row.get(field.0 as usize).filter(|value| !value.is_missing()).cloned();
    fields.iter().map(value).collect()
}

/// A value as reading its column gives it.
fn read(entity: &Entity, id: FieldId, field: &Field, value: Datum) -> Result<Datum, DataError> {
    let value = encoding::read(field, value).map_err(|value| wrong(entity, field, &value))?;
    let value = typed(&field.ty, &field.storage, value).map_err(|value| wrong(entity, field, &value))?;
    // A key is let through: its row is then no entity.
    if value.is_missing() && !field.nullable && !entity.key.contains(&id) {
        return Err(wrong(entity, field, &value));
    }
    Ok(value)
}

fn wrong(entity: &Entity, field: &Field, value: &Datum) -> DataError {
    let (entity, field, ty) = (entity.name.clone(), field.name.clone(), field.ty.clone());
    DataError::Value { entity, field, ty, found: value.kind(), value: value.to_string() }
}

/// A value as one of a type; what it was if that can't be.
fn typed(ty: &Type, storage: &Storage, value: Datum) -> Result<Datum, Datum> {
    let value = match (ty, value) {
        (_, Datum::Missing) => Datum::Missing,
        (Type::String, Datum::String(text)) if *storage == Storage::Char => {
            Datum::from(text.trim_end_matches(' '))
        }
        (Type::Json, Datum::String(text)) if is_null(&text) => Datum::Missing,
        (Type::String | Type::Semver | Type::Json, Datum::String(text)) => Datum::String(text),
        (Type::Integer, Datum::Integer(number)) => Datum::Integer(number),
        (Type::Decimal { .. }, Datum::Integer(number)) => Datum::Decimal(BigDecimal::from(number)),
        // Without trailing zeros, so that no zero has an enormous exponent.
        (Type::Decimal { .. }, Datum::Decimal(number)) => Datum::Decimal(number.normalized()),
        (Type::Float, Datum::Float(number)) => float(number, storage),
        (Type::Boolean, Datum::Boolean(value)) => Datum::Boolean(value),
        (Type::Date, Datum::Date(date)) => Datum::Date(date),
        (Type::Timestamp, Datum::Timestamp(instant)) => Datum::Timestamp(to_micros(instant)),
        (Type::Array(element), Datum::Array(items)) => {
            // Types nest only a few levels deep, and so does this.
            let typed = items.into_iter().map(|item| typed(element, storage, item));
            Datum::Array(typed.collect::<Result<_, _>>()?)
        }
        (_, value) => return Err(value),
    };
    match (ty, &value) {
        (Type::Decimal { precision, scale }, Datum::Decimal(number)) if !fits(number, *precision, *scale) => {
            Err(value)
        }
        _ => Ok(value),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "that is what a 32-bit column does to it")]
fn float(number: f64, storage: &Storage) -> Datum {
    Datum::from(if *storage == Storage::Float32 { f64::from(number as f32) } else { number })
}

/// Why a row cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataError {
    /// There is no such entity.
    NoEntity(String),
    /// The entity has no such field.
    NoField(String, String),
    /// A field of the entity is given twice.
    Twice(String, String),
    /// The entity has another number of fields: how many, and how many values there are.
    Width(String, usize, usize),
    /// A field that reads something else, the other values being in its column.
    Clash(String, String, String),
    /// An event of an entity over many tables that has no table.
    NoTable(String, String),
    /// A field that the table of the row's event doesn't have: the entity, the field, the event.
    OtherTable(String, String, String),
    /// A value that its field cannot hold.
    Value {
        /// The name of the entity.
        entity: String,
        /// The name of the field that can't hold the value.
        field: String,
        /// The type that the catalog declares for the field.
        #[doc(hidden)]
        ty: Type,
        /// What kind of value it is.
        found: &'static str,
        /// The value, as text.
        value: String,
    },
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEntity(name) => write!(f, "there is no entity `{name}`"),
            Self::NoField(entity, field) => write!(f, "`{entity}` has no field `{field}`"),
            Self::Twice(entity, field) => write!(f, "`{field}` of `{entity}` is given twice"),
            Self::Width(entity, fields, values) => {
                write!(f, "`{entity}` has {fields} fields, the row has {values} values")
            }
            Self::Clash(entity, field, reads) => {
                write!(f, "`{field}` of `{entity}` is `{reads}`, by the row's other values")
            }
            Self::NoTable(entity, event) => write!(f, "`{entity}` has no table for `{event}`"),
            Self::OtherTable(entity, field, event) => {
                write!(f, "the table of `{event}` has no `{field}`: `{entity}` lists it for other events")
            }
            Self::Value { entity, field, ty, found: "missing", .. } => {
                write!(f, "`{field}` of `{entity}` is {ty} and never missing, but the row has no value")
            }
            Self::Value { entity, field, ty, found, value } => {
                write!(f, "`{field}` of `{entity}` is {ty} and can't be {found}, `{value}`")
            }
        }
    }
}

impl std::error::Error for DataError {}
