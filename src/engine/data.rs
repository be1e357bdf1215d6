//! The tables that a catalog declares, as sample data needs them: one per table, though
//! several entities may read it, with the columns that any of them reads.

use super::EngineError;
use super::problems::ColumnConflict;
use crate::catalog::{Catalog, Entity, Field, Storage, TableSource};
use crate::diagnostic::Span;
use crate::types::Type;

/// A table that entities read.
#[derive(Debug, Clone)]
pub struct DataTable {
    /// Its name: one to three parts.
    pub name: Vec<String>,
    /// The entities that read it, by name.
    pub entities: Vec<String>,
    /// Its columns, in the order of their first mention.
    pub columns: Vec<TableColumn>,
}

impl DataTable {
    /// The last part of its name, which data files are called after.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.last().map_or("", String::as_str)
    }

    fn add(&mut self, field: &Field) -> Result<(), EngineError> {
        let same = |column: &&mut TableColumn| column.name.eq_ignore_ascii_case(&field.column);
        let Some(known) = self.columns.iter_mut().find(same) else {
            self.columns.push(TableColumn {
                name: field.column.clone(),
                ty: field.ty.clone(),
                storage: field.storage.clone(),
                nullable: field.nullable,
                span: field.span,
            });
            return Ok(());
        };
        if known.ty != field.ty || known.storage != field.storage {
            return Err(EngineError::new(ColumnConflict {
                span: Some(field.span),
                table: self.name.join("."),
                column: field.column.clone(),
                one: field.ty.to_string(),
                other: known.ty.to_string(),
            }));
        }
        // What one entity promises holds for the column, whoever reads it.
        known.nullable &= field.nullable;
        Ok(())
    }
}

/// A column that fields read.
#[derive(Debug, Clone)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
    /// How it holds them.
    pub storage: Storage,
    /// Whether it may hold missing values.
    pub nullable: bool,
    /// The first field that reads it.
    pub span: Span,
}

/// The tables that the entities of a catalog read on a target. Entities that are queries
/// have none.
///
/// # Errors
/// Two entities give a column of one table different types.
pub fn tables_of(catalog: &Catalog, target: &str) -> Result<Vec<DataTable>, EngineError> {
    let mut tables: Vec<DataTable> = Vec::new();
    for (_, entity) in catalog.iter() {
        let TableSource::Table(name) = entity.source_on(target) else { continue };
        let at = tables.iter().position(|table| &table.name == name).unwrap_or_else(|| {
            tables.push(DataTable { name: name.clone(), entities: Vec::new(), columns: Vec::new() });
            tables.len() - 1
        });
        add_entity(&mut tables[at], entity)?;
    }
    Ok(tables)
}

fn add_entity(table: &mut DataTable, entity: &Entity) -> Result<(), EngineError> {
    table.entities.push(entity.name.clone());
    entity.fields.iter().try_for_each(|field| table.add(field))
}

/// The type of a column that holds values of a type, in words that the embedded engine and
/// Postgres both read.
#[must_use]
pub fn column_type(ty: &Type, storage: &Storage) -> String {
    match (ty, storage) {
        (Type::Timestamp, Storage::Zone(_)) => "TIMESTAMP".to_owned(),
        (Type::Timestamp, _) => "TIMESTAMPTZ".to_owned(),
        (Type::Float, Storage::Float32) => "REAL".to_owned(),
        (Type::Float, _) => "DOUBLE PRECISION".to_owned(),
        (Type::String | Type::Semver, _) => "VARCHAR".to_owned(),
        (Type::Integer, _) => "BIGINT".to_owned(),
        (Type::Decimal { precision, scale }, _) => format!("DECIMAL({precision},{scale})"),
        (Type::Boolean, _) => "BOOLEAN".to_owned(),
        (Type::Date, _) => "DATE".to_owned(),
        (Type::Json, _) => "JSON".to_owned(),
        (Type::Array(element), storage) => format!("{}[]", column_type(element, storage)),
    }
}
