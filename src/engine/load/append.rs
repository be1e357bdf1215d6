//! Appends rows to a table of the engine.

use duckdb::Appender;
use duckdb::types::{Decimal, TimeUnit, ToSql, ToSqlOutput, ValueRef};
use jiff::tz::TimeZone;

use super::columns::{Column, Columns};
use crate::catalog::Storage;
use crate::convert::Value;
use crate::engine::duckdb::{DuckDb, days, reason};
use crate::engine::quote::{quote_ident, quote_name};
use crate::engine::{DataTable, Engine, EngineError};
use crate::types::Type;

/// The destination of rows.
pub(super) struct Sink<'e> {
    appender: Option<Appender<'e>>,
    rows: u64,
}

/// The name of a table for rows with parts that the engine has yet to cast.
fn staged(table: &DataTable) -> Vec<String> {
    let mut name = table.name.clone();
    if let Some(last) = name.last_mut() {
        *last = format!("segc_load_{last}");
    }
    name
}

fn is_staged(columns: &Columns<'_>) -> bool {
    columns.columns.iter().any(Column::is_nested)
}

/// Creates what is needed before rows can be added to a table.
pub(super) fn prepare(engine: &mut DuckDb, columns: &Columns<'_>) -> Result<(), EngineError> {
    if !is_staged(columns) {
        return Ok(());
    }
    let name = quote_name(&staged(columns.table));
    let definition = |column: &Column<'_>| {
        let ty = if column.is_nested() { "VARCHAR".to_owned() } else { column.table_column.sql_type() };
        format!("{} {ty}", quote_ident(column.name))
    };
    let definitions: Vec<String> = columns.columns.iter().map(definition).collect();
    engine.execute(&format!("CREATE OR REPLACE TABLE {name} ({})", definitions.join(", "))).map(|_| ())
}

/// Casts the added rows.
pub(super) fn finish(engine: &mut DuckDb, columns: &Columns<'_>) -> Result<(), EngineError> {
    if !is_staged(columns) {
        return Ok(());
    }
    let (from, into) = (quote_name(&staged(columns.table)), quote_name(&columns.table.name));
    let names: Vec<String> = columns.names().map(quote_ident).collect();
    let value = |column: &Column<'_>| {
        let name = quote_ident(column.name);
        match column.is_nested() {
            true => format!("CAST(CAST({name} AS JSON) AS {})", column.table_column.sql_type()),
            false => name,
        }
    };
    let values: Vec<String> = columns.columns.iter().map(value).collect();
    engine.execute(&format!(
        "INSERT INTO {into} ({}) SELECT {} FROM {from}",
        names.join(", "),
        values.join(", ")
    ))?;
    engine.execute(&format!("DROP TABLE {from}")).map(|_| ())
}

impl<'e> Sink<'e> {
    /// Opens a table that [`prepare`] has created. If `is_open` is false, rows are only counted.
    pub(super) fn open(
        engine: &'e DuckDb,
        columns: &Columns<'_>,
        is_open: bool,
    ) -> Result<Self, EngineError> {
        if !is_open {
            return Ok(Self { appender: None, rows: 0 });
        }
        let name = if is_staged(columns) { staged(columns.table) } else { columns.table.name.clone() };
        let opened = match name.as_slice() {
            [database, schema, table] => {
                engine.connection.appender_to_catalog_and_db(table, database, schema)
            }
            [schema, table] => engine.connection.appender_to_db(table, schema),
            [table] => engine.connection.appender(table),
            _ => return Err(EngineError::statement_failed("", "a table without a name")),
        };
        let appender =
            opened.map_err(|error| EngineError::statement_failed(&quote_name(&name), reason(&error)))?;
        Ok(Self { appender: Some(appender), rows: 0 })
    }

    /// Adds a row, with a value for each column.
    pub(super) fn push(&mut self, columns: &Columns<'_>, row: &[Value<'_>]) -> Result<(), EngineError> {
        self.rows += 1;
        let Some(appender) = &mut self.appender else { return Ok(()) };
        let values = columns.columns.iter().zip(row).map(|(column, value)| Stored { column, value });
        let added = appender.append_row(duckdb::appender_params_from_iter(values));
        added.map_err(|error| EngineError::statement_failed("append", reason(&error)))
    }

    /// Stops adding rows: there is a problem, and the rest is only checked.
    pub(super) fn stop(&mut self) {
        self.appender = None;
    }

    /// Writes the added rows, and returns the number of all rows.
    pub(super) fn close(mut self) -> Result<u64, EngineError> {
        if let Some(appender) = &mut self.appender {
            appender.flush().map_err(|error| EngineError::statement_failed("append", reason(&error)))?;
        }
        Ok(self.rows)
    }
}

/// A value as stored in its column.
struct Stored<'a, 'c> {
    column: &'a Column<'c>,
    value: &'a Value<'a>,
}

impl ToSql for Stored<'_, '_> {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.value {
            Value::Missing => ValueRef::Null,
            // Arrays have become text.
            Value::Array(_) => ValueRef::Null,
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Integer(number) => ValueRef::BigInt(*number),
            Value::Float(number) => self.float(*number),
            Value::Boolean(value) => ValueRef::Boolean(*value),
            Value::Date(day) => ValueRef::Date32(days(*day)),
            Value::Timestamp(instant) => {
                let instant = match self.column.converter.local(*instant) {
                    Some(local) => TimeZone::UTC.to_timestamp(local).unwrap_or(*instant),
                    None => *instant,
                };
                ValueRef::Timestamp(TimeUnit::Microsecond, instant.as_microsecond())
            }
            Value::Decimal { digits, scale } => {
                let width = match self.column.table_column.ty {
                    Type::Decimal { precision, .. } => precision,
                    _ => Decimal::MAX_WIDTH,
                };
                let failed = |error| duckdb::Error::ToSqlConversionFailure(Box::new(error));
                ValueRef::Decimal(Decimal::new(width, *scale, *digits).map_err(failed)?)
            }
        }))
    }
}

impl Stored<'_, '_> {
    #[expect(clippy::cast_possible_truncation, reason = "it was made of a 32-bit float")]
    fn float(&self, number: f64) -> ValueRef<'static> {
        match self.column.table_column.storage {
            Storage::Float32 => ValueRef::Float(number as f32),
            _ => ValueRef::Double(number),
        }
    }
}
