//! Appends rows of constants to tables, as each database does it fastest.

use std::fmt::Write as _;
use std::io::Write as _;

use bigdecimal::BigDecimal;
use duckdb::types::{Decimal, TimeUnit, ToSql, ToSqlOutput, ValueRef};

use super::duckdb::{DuckDb, days, reason};
use super::postgres::Postgres;
use super::{AppendRows, Engine, EngineError, StoredColumn, quote_ident, quote_name};
use crate::types::{Literal, Type};

/// How many bytes are sent at once.
const PACKET: usize = 1 << 16;

impl AppendRows for DuckDb {
    fn append(
        &mut self,
        table: &[String],
        columns: &[(&str, &Type)],
        rows: &[Vec<Literal>],
    ) -> Result<(), EngineError> {
        let failed = |error: duckdb::Error| EngineError::statement_failed(&append_to(table), reason(&error));
        let order = self.order(table, columns)?;
        let connection = &self.connection;
        let opened = match table {
            [database, schema, table] => connection.appender_to_catalog_and_db(table, database, schema),
            [schema, table] => connection.appender_to_db(table, schema),
            [table] => connection.appender(table),
            _ => return Err(EngineError::statement_failed("", "a table without a name")),
        };
        let mut appender = opened.map_err(failed)?;
        for row in rows {
            let value = |&at: &usize| Some(Constant { value: row.get(at)?, ty: columns.get(at)?.1 });
            let values = order.iter().filter_map(value);
            appender.append_row(duckdb::appender_params_from_iter(values)).map_err(failed)?;
        }
        appender.flush().map_err(failed)
    }
}

impl DuckDb {
    /// The places of a table's columns among those named: rows are appended in the table's own order.
    fn order(&mut self, table: &[String], columns: &[(&str, &Type)]) -> Result<Vec<usize>, EngineError> {
        let stored = self.columns(table)?;
        let place =
            |held: &StoredColumn| columns.iter().position(|(name, _)| name.eq_ignore_ascii_case(&held.name));
        let order: Option<Vec<usize>> = stored.iter().map(place).collect();
        order.filter(|order| order.len() == columns.len()).ok_or_else(|| {
            let names: Vec<&str> = stored.iter().map(|column| column.name.as_str()).collect();
            let reason = format!("its columns are {}", names.join(", "));
            EngineError::statement_failed(&append_to(table), reason)
        })
    }
}

fn append_to(table: &[String]) -> String {
    format!("append to {}", quote_name(table))
}

/// A value of a column.
struct Constant<'a> {
    value: &'a Literal,
    ty: &'a Type,
}

impl ToSql for Constant<'_> {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        let value = match self.value {
            Literal::String(text) => ValueRef::Text(text.as_bytes()),
            Literal::Semver(version) => return Ok(ToSqlOutput::from(version.to_string())),
            Literal::Integer(number) => ValueRef::BigInt(*number),
            Literal::Float(number) => ValueRef::Double(*number),
            Literal::Boolean(value) => ValueRef::Boolean(*value),
            Literal::Date(day) => ValueRef::Date32(days(*day)),
            Literal::Timestamp(instant) => {
                ValueRef::Timestamp(TimeUnit::Microsecond, instant.as_microsecond())
            }
            Literal::Decimal(number) => ValueRef::Decimal(decimal(number, self.ty)?),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

fn decimal(number: &BigDecimal, ty: &Type) -> duckdb::Result<Decimal> {
    let failed = |reason: String| duckdb::Error::ToSqlConversionFailure(reason.into());
    let (width, scale) = match ty {
        Type::Decimal { precision, scale } => (*precision, *scale),
        _ => return Err(failed(format!("{number} is a decimal"))),
    };
    let held = number.with_scale(i64::from(scale));
    if held != *number {
        return Err(failed(format!("{number} has more than {scale} digits after the point")));
    }
    let (digits, _) = held.into_bigint_and_exponent();
    let digits = i128::try_from(digits).map_err(|error| failed(error.to_string()))?;
    Decimal::new(width, scale, digits).map_err(|error| failed(error.to_string()))
}

/// See <https://www.postgresql.org/docs/current/sql-copy.html>, "Text Format".
impl AppendRows for Postgres {
    fn append(
        &mut self,
        table: &[String],
        columns: &[(&str, &Type)],
        rows: &[Vec<Literal>],
    ) -> Result<(), EngineError> {
        let names: Vec<String> = columns.iter().map(|(name, _)| quote_ident(name)).collect();
        let copy = format!("COPY {} ({}) FROM STDIN", quote_name(table), names.join(", "));
        let mut writer = self.copy_in(&copy)?;
        let broken = |error: std::io::Error| EngineError::statement_failed(&copy, error.to_string());
        let mut text = String::with_capacity(2 * PACKET);
        for row in rows {
            for (at, value) in row.iter().enumerate() {
                if at > 0 {
                    text.push('\t');
                }
                add(&mut text, value);
            }
            text.push('\n');
            if text.len() >= PACKET {
                writer.write_all(text.as_bytes()).map_err(broken)?;
                text.clear();
            }
        }
        writer.write_all(text.as_bytes()).map_err(broken)?;
        let ended = writer.finish();
        ended.map(drop).map_err(|error| self.failed(&copy, &error))
    }
}

/// Adds a value in the form of `COPY`.
fn add(text: &mut String, value: &Literal) {
    // Writing to a string can't fail.
    let _ = match value {
        Literal::String(value) => {
            value.chars().for_each(|c| escape(text, c));
            Ok(())
        }
        Literal::Integer(number) => write!(text, "{number}"),
        Literal::Decimal(number) => write!(text, "{}", number.to_plain_string()),
        Literal::Float(number) => write!(text, "{number:e}"),
        Literal::Boolean(value) => write!(text, "{value}"),
        Literal::Date(day) => write!(text, "{day}"),
        Literal::Timestamp(instant) => write!(text, "{instant}"),
        Literal::Semver(version) => write!(text, "{version}"),
    };
}

fn escape(text: &mut String, c: char) {
    match c {
        '\\' => text.push_str("\\\\"),
        '\t' => text.push_str("\\t"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        c => text.push(c),
    }
}
