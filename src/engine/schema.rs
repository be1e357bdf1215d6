//! The tables that a catalog declares, as sample data needs them: one per table, even if several
//! entities read it, with the columns that any of them reads.

use std::sync::Arc;

use super::EngineError;
use super::problems::ColumnConflict;
use super::quote::{quote_ident, quote_name};
use crate::catalog::{Catalog, Container, Entity, Field, Step, Storage, TableSource, of_all_days};
use crate::diagnostic::Span;
use crate::types::Type;

/// A table that entities read.
#[derive(Debug, Clone)]
pub struct DataTable {
    /// The name, of one to three parts.
    pub name: Vec<String>,
    /// The names of the entities that read it.
    pub entities: Vec<String>,
    /// The columns, in the order in which the catalog first mentions them.
    pub columns: Vec<TableColumn>,
    /// Of entities over many tables, whose rows in this one are those of one event.
    pub events: Vec<EventRows>,
}

/// The rows of an event, in the table that has no others.
#[derive(Debug, Clone)]
pub struct EventRows {
    /// The entity as this table has it: fields that the table lacks have no column.
    pub entity: Arc<Entity>,
    /// The event.
    pub event: String,
}

impl DataTable {
    /// The last part of the name, after which data files are named. The rows of a table for each day,
    /// `events_*`, are in `events`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        of_all_days(self.name.last().map_or("", String::as_str))
    }

    /// An entity as this table has it, and the event whose rows are here, if it has a table for each event.
    #[must_use]
    pub fn part_of<'a>(&'a self, entity: &'a Entity) -> (&'a Entity, Option<&'a str>) {
        match self.events.iter().find(|rows| rows.entity.name == entity.name) {
            Some(rows) => (&rows.entity, Some(&rows.event)),
            None => (entity, None),
        }
    }

    /// The statements that replace the table by an empty one and create its schema if necessary, in
    /// SQL that both the embedded engine and PostgreSQL accept.
    #[must_use]
    pub fn create_statements(&self) -> Vec<String> {
        let name = quote_name(&self.name);
        let columns: Vec<String> = self.columns.iter().map(TableColumn::definition).collect();
        let mut statements = vec![
            format!("DROP TABLE IF EXISTS {name}"),
            format!("CREATE TABLE {name} ({})", columns.join(", ")),
        ];
        if let [schema @ .., _] = self.name.as_slice()
            && !schema.is_empty()
        {
            statements.insert(0, format!("CREATE SCHEMA IF NOT EXISTS {}", quote_name(schema)));
        }
        statements
    }

    fn add(&mut self, field: &Field) -> Result<(), EngineError> {
        let (ty, storage) = column_of(field);
        // A field inside a document says nothing of whether there is one.
        let nullable = field.nullable || field.inside.is_some();
        let same = |column: &&mut TableColumn| column.name.eq_ignore_ascii_case(&field.column);
        let Some(known) = self.columns.iter_mut().find(same) else {
            let (name, span) = (field.column.clone(), field.span);
            let parts = part_of(field).into_iter().collect();
            self.columns.push(TableColumn { name, ty, storage, nullable, span, parts });
            return Ok(());
        };
        if let Some((one, other)) = known.conflict(field) {
            return Err(EngineError::new(ColumnConflict {
                span: Some(field.span),
                table: self.name.join("."),
                column: field.column.clone(),
                one,
                other,
            }));
        }
        known.parts.extend(part_of(field));
        // What one entity declares holds for the column, for all entities that read it.
        known.nullable &= nullable;
        Ok(())
    }
}

/// A column that fields read.
#[derive(Debug, Clone)]
pub struct TableColumn {
    /// The column's name.
    pub name: String,
    /// The type of its values in the catalog.
    pub ty: Type,
    /// How the values are stored.
    pub storage: Storage,
    /// Whether values may be missing.
    pub nullable: bool,
    /// The place of the first field that reads it.
    pub span: Span,
    /// For a struct, the values inside it that fields read.
    pub parts: Vec<StructPart>,
}

/// A value inside a struct: the steps that lead to it, its type, and how it is stored.
pub type StructPart = (Vec<Step>, Type, Storage);

impl TableColumn {
    /// The SQL type of the column.
    #[must_use]
    pub fn sql_type(&self) -> String {
        if self.parts.is_empty() {
            return column_type(&self.ty, &self.storage);
        }
        let parts: Vec<(&[Step], String)> = self
            .parts
            .iter()
            .map(|(keys, ty, storage)| (keys.as_slice(), column_type(ty, storage)))
            .collect();
        struct_type(&parts)
    }

    /// Whether files contain its values as JSON, although it isn't a column of documents.
    #[must_use]
    pub(crate) fn is_nested(&self) -> bool {
        matches!(self.ty, Type::Array(_)) || !self.parts.is_empty()
    }

    /// How a field reads the column and how earlier ones do, if these conflict. Values stored
    /// alike, such as versions and strings, may be read as different types.
    fn conflict(&self, field: &Field) -> Option<(String, String)> {
        let described = |ty: &Type, storage: &Storage| match storage {
            Storage::Int32 | Storage::Float32 => format!("{ty} of 32 bits"),
            Storage::Zone(_) => format!("{ty} without a zone"),
            _ => ty.to_string(),
        };
        let is_other = |ty: &Type, storage: &Storage, known: &Type, held: &Storage| {
            let differs = column_type(ty, storage) != column_type(known, held);
            differs.then(|| (described(ty, storage), described(known, held)))
        };
        match part_of(field) {
            Some((keys, ty, storage)) if !self.parts.is_empty() => {
                self.parts.iter().find_map(|(known, known_ty, held)| {
                    if is_same_place(known, &keys) {
                        return is_other(&ty, &storage, known_ty, held);
                    }
                    let around = |one: &[Step], other: &[Step]| {
                        one.get(..other.len()).is_some_and(|start| is_same_place(start, other))
                    };
                    let (one, other) = (described(&ty, &storage), described(known_ty, held));
                    match (around(&keys, known), around(known, &keys)) {
                        (true, _) => Some(("a struct".to_owned(), other)),
                        (_, true) => Some((one, "a struct".to_owned())),
                        _ => None,
                    }
                })
            }
            Some(_) => Some(("a struct".to_owned(), described(&self.ty, &self.storage))),
            None => {
                let (ty, storage) = column_of(field);
                match self.parts.is_empty() {
                    true => is_other(&ty, &storage, &self.ty, &self.storage),
                    false => Some((described(&ty, &storage), "a struct".to_owned())),
                }
            }
        }
    }

    fn definition(&self) -> String {
        let not_null = if self.nullable { "" } else { " NOT NULL" };
        format!("{} {}{not_null}", quote_ident(&self.name), self.sql_type())
    }
}

/// Whether steps lead to the same place of a type, whatever the keys of entries.
fn is_same_place(one: &[Step], other: &[Step]) -> bool {
    let same = |(one, other): (&Step, &Step)| match (one, other) {
        (Step::Entry { field, .. }, Step::Entry { field: same, .. }) => field == same,
        (one, other) => one == other,
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

/// A struct type of the embedded engine, or an array of structs. It recurses once per step, and paths are
/// short.
fn struct_type(parts: &[(&[Step], String)]) -> String {
    let entry = parts.iter().find_map(|(steps, _)| match steps.first() {
        Some(Step::Entry { field, .. }) => Some(field),
        _ => None,
    });
    if let Some(field) = entry {
        let key = [Step::Key(field.clone())];
        let below = parts.iter().map(|(steps, ty)| (steps.get(1..).unwrap_or_default(), ty.clone()));
        let members: Vec<(&[Step], String)> =
            std::iter::once((&key[..], "VARCHAR".to_owned())).chain(below).collect();
        return format!("{}[]", struct_type(&members));
    }
    let name_of = |steps: &&[Step]| match steps.first() {
        Some(Step::Key(name)) => Some(name.clone()),
        _ => None,
    };
    let mut names: Vec<String> = Vec::new();
    for first in parts.iter().filter_map(|(steps, _)| name_of(steps)) {
        if !names.contains(&first) {
            names.push(first);
        }
    }
    let of_name = |name: &String| {
        let below: Vec<(&[Step], String)> = parts
            .iter()
            .filter(|(steps, _)| name_of(steps).as_ref() == Some(name))
            .map(|(steps, ty)| (steps.get(1..).unwrap_or_default(), ty.clone()))
            .collect();
        let leaf = below.iter().find(|(steps, _)| steps.is_empty()).map(|(_, ty)| ty.clone());
        format!("{} {}", quote_ident(name), leaf.unwrap_or_else(|| struct_type(&below)))
    };
    format!("STRUCT({})", names.iter().map(of_name).collect::<Vec<_>>().join(", "))
}

/// The value that a field reads inside a struct.
fn part_of(field: &Field) -> Option<StructPart> {
    let inside = field.inside.as_ref().filter(|inside| inside.container == Container::Struct)?;
    Some((inside.steps.clone(), field.held_type(), field.held_storage()))
}

/// The type and storage of a field's column.
fn column_of(field: &Field) -> (Type, Storage) {
    match field.inside.as_ref().map(|inside| inside.container) {
        None => (field.held_type(), field.held_storage()),
        Some(Container::Json | Container::Struct) => (Type::Json, Storage::Native),
        Some(Container::JsonText) => (Type::String, Storage::Native),
    }
}

/// The tables that the entities of a catalog read on a target. Entities defined by queries have
/// none.
///
/// # Errors
///
/// Two entities declare different types for a column of the same table.
pub fn tables_of(catalog: &Catalog, target: &str) -> Result<Vec<DataTable>, EngineError> {
    let mut tables: Vec<DataTable> = Vec::new();
    for (_, entity) in catalog.iter() {
        match entity.source_on(target) {
            TableSource::Table(name) => add_entity(table_of(&mut tables, name), entity)?,
            // The rows of all days are in one table, whose name has the star.
            TableSource::Shards(shards) => add_entity(table_of(&mut tables, &shards.name), entity)?,
            TableSource::Query { .. } => {}
            TableSource::Tables(events) => {
                for event in events.iter() {
                    let rows =
                        EventRows { entity: Arc::new(entity.of_event(event)), event: event.event.clone() };
                    let table = table_of(&mut tables, &event.name);
                    add_entity(table, &rows.entity)?;
                    table.events.push(rows);
                }
            }
        }
    }
    Ok(tables)
}

fn table_of<'t>(tables: &'t mut Vec<DataTable>, name: &[String]) -> &'t mut DataTable {
    let at = tables.iter().position(|table| table.name == name).unwrap_or_else(|| {
        tables.push(DataTable {
            name: name.to_vec(),
            entities: Vec::new(),
            columns: Vec::new(),
            events: Vec::new(),
        });
        tables.len() - 1
    });
    &mut tables[at]
}

fn add_entity(table: &mut DataTable, entity: &Entity) -> Result<(), EngineError> {
    table.entities.push(entity.name.clone());
    let has_column = |field: &&Field| !field.column.is_empty();
    entity.fields.iter().filter(has_column).try_for_each(|field| table.add(field))
}

/// The SQL type of a column, which both the embedded engine and PostgreSQL accept.
fn column_type(ty: &Type, storage: &Storage) -> String {
    match (ty, storage) {
        (Type::Timestamp, Storage::Zone(_)) => "TIMESTAMP".to_owned(),
        (Type::Timestamp, _) => "TIMESTAMPTZ".to_owned(),
        (Type::Float, Storage::Float32) => "REAL".to_owned(),
        (Type::Float, _) => "DOUBLE PRECISION".to_owned(),
        (Type::String | Type::Semver, _) => "VARCHAR".to_owned(),
        (Type::Integer, Storage::Int32) => "INTEGER".to_owned(),
        (Type::Integer, _) => "BIGINT".to_owned(),
        (Type::Decimal { precision, scale }, _) => format!("DECIMAL({precision},{scale})"),
        (Type::Boolean, _) => "BOOLEAN".to_owned(),
        (Type::Date, _) => "DATE".to_owned(),
        (Type::Json, _) => "JSON".to_owned(),
        (Type::Array(element), storage) => format!("{}[]", column_type(element, storage)),
    }
}
