//! Parquet files, read by the embedded engine. Their values are converted like those in text files.

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::append::Sink;
use super::columns::{Column, Columns};
use super::faults::{Faults, Unit};
use super::folder::DataFile;
use super::problems::{ColumnType, EmptyFile, UnreadableFile};
use crate::convert::{Misfit, Value};
use crate::engine::duckdb::DuckDb;
use crate::engine::problems::MissingColumn;
use crate::engine::quote::{quote_ident, quote_text};
use crate::engine::{Cell, Engine, EngineError};
use crate::types::Type;

/// The maximum number of rows in memory.
const PAGE: u64 = 50_000;

/// How the values of a column in the file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Whole,
    Double,
    /// Numbers, read by their digits.
    Digits,
    Text,
    Truth,
    Day,
    /// Nanoseconds or microseconds since 1970, as an instant.
    Instant,
    /// The same as a local time.
    Local,
    Json,
}

/// Reads a file, and adds its rows unless there is a problem.
pub(super) fn load(
    engine: &mut DuckDb,
    file: &DataFile,
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
    is_open: bool,
) -> Result<u64, EngineError> {
    faults.unit = Unit::Row;
    let path = quote_text(&literal(&file.path.display().to_string()));
    let from = format!("read_parquet({path})");
    let described = match engine
        .query(&format!("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {from})"))
    {
        Ok(described) => described,
        Err(error) => {
            faults.other(unreadable(file, &error));
            return Ok(0);
        }
    };
    let present: Vec<(String, String)> = described
        .rows
        .into_iter()
        .filter_map(|row| Some((row.first()?.to_string(), row.get(1)?.to_string())))
        .collect();
    let Some(sources) = sources(&present, file, columns, faults) else { return Ok(0) };
    // Into a table first, so that a damaged page is an error before anything is added.
    let staged = quote_ident("segc_load_parquet");
    let values: Vec<String> =
        sources.iter().enumerate().map(|(at, (_, sql))| format!("{sql} AS c{at}")).collect();
    let made = engine.execute(&format!(
        "CREATE OR REPLACE TEMP TABLE {staged} AS SELECT {}, file_row_number AS n FROM read_parquet({path}, file_row_number = true)",
        values.join(", ")
    ));
    if let Err(error) = made {
        faults.other(unreadable(file, &error));
        return Ok(0);
    }
    let rows = convert(engine, &staged, &sources, columns, faults, is_open)?;
    if rows == 0 && faults.is_empty() {
        faults.other(EmptyFile { span: None, file: file.path.display().to_string() });
    }
    engine.execute(&format!("DROP TABLE {staged}"))?;
    Ok(rows)
}

fn convert(
    engine: &mut DuckDb,
    staged: &str,
    sources: &[(Source, String)],
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
    is_open: bool,
) -> Result<u64, EngineError> {
    let mut row = 0u64;
    loop {
        let page = engine
            .query(&format!("SELECT * FROM {staged} WHERE n >= {row} AND n < {} ORDER BY n", row + PAGE))?;
        if page.rows.is_empty() {
            return Ok(row);
        }
        let mut sink = Sink::open(engine, columns, is_open && faults.is_empty())?;
        for cells in &page.rows {
            row += 1;
            let mut values: Vec<Value<'_>> = Vec::with_capacity(cells.len());
            for (at, ((column, (source, _)), cell)) in
                columns.columns.iter().zip(sources).zip(cells).enumerate()
            {
                match value(column, *source, cell).and_then(|value| column.limited(value)) {
                    Ok(value) => {
                        faults.loaded(at, row, &value);
                        values.push(value);
                    }
                    Err(misfit) => faults.value(at, row, &cell.to_string(), &misfit),
                }
            }
            if faults.is_empty() {
                sink.push(columns, &values)?;
            } else {
                sink.stop();
            }
        }
        sink.close()?;
    }
}

/// How each column is read, and the expression that reads it. Problems are reported once per
/// column.
fn sources(
    present: &[(String, String)],
    file: &DataFile,
    columns: &Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<Vec<(Source, String)>> {
    let path = || file.path.display().to_string();
    let mut found = Vec::new();
    for column in &columns.columns {
        let Some((name, ty)) = present.iter().find(|(name, _)| name.eq_ignore_ascii_case(column.name)) else {
            let has = present.iter().map(|(name, _)| super::faults::shown(name)).collect();
            let (span, column) = (Some(column.span), column.name.to_owned());
            faults.other(MissingColumn { span, file: path(), column, has, delimiter: None, alike: None });
            continue;
        };
        match source(column, name, ty) {
            Ok(source) => found.push(source),
            Err(advice) => faults.other(ColumnType {
                span: Some(column.span),
                file: path(),
                column: name.clone(),
                found: ty.clone(),
                wanted: column.table_column.ty.to_string(),
                advice,
            }),
        }
    }
    (found.len() == columns.columns.len()).then_some(found)
}

/// How a column of one type is read as another. `Err` says what to do if that isn't possible.
fn source(column: &Column<'_>, name: &str, found: &str) -> Result<(Source, String), String> {
    let ty = &column.table_column.ty;
    let name = quote_ident(name);
    let plain = found.split('(').next().unwrap_or(found);
    let is_list = found.ends_with(']');
    let as_text = || format!("CAST({name} AS VARCHAR)");
    let by_type =
        || Err("give the field the column's type, or convert the column when you write the file".to_owned());
    if column.is_nested() || *ty == Type::Json {
        let is_document = is_list || matches!(plain, "STRUCT" | "MAP" | "UNION");
        return match plain {
            _ if is_document => Ok((Source::Json, format!("CAST(TO_JSON({name}) AS VARCHAR)"))),
            "VARCHAR" | "JSON" => Ok((Source::Json, as_text())),
            _ => by_type(),
        };
    }
    let number = matches!(ty, Type::Integer | Type::Decimal { .. } | Type::Float);
    let time = matches!(ty, Type::Timestamp | Type::Date);
    match plain {
        _ if is_list => Err("declare the field as an array, or store a single value in the file".to_owned()),
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT"
        | "HUGEINT"
            if number =>
        {
            Ok((Source::Whole, name))
        }
        "DECIMAL" if number => Ok((Source::Digits, as_text())),
        // A 32-bit float is one of its own digits, not of the double's that equals it.
        "FLOAT" if *ty == Type::Float => Ok((Source::Double, format!("CAST({name} AS DOUBLE)"))),
        "FLOAT" if number => Ok((Source::Digits, as_text())),
        "DOUBLE" if number => Ok((Source::Double, name)),
        "VARCHAR" | "ENUM" => Ok((Source::Text, as_text())),
        "UUID" if matches!(ty, Type::String) => Ok((Source::Text, as_text())),
        "BOOLEAN" if *ty == Type::Boolean => Ok((Source::Truth, name)),
        "DATE" if *ty == Type::Date => Ok((Source::Day, name)),
        "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" if time => {
            if *ty == Type::Timestamp && column.converter.zone().is_none() {
                return Err("declare the zone of these local times, as in `read: { zone: UTC }`; if the database's column has no zone either, declare `zone:` in the field instead".to_owned());
            }
            Ok((Source::Local, name))
        }
        "TIMESTAMP WITH TIME ZONE" if *ty == Type::Timestamp => Ok((Source::Instant, name)),
        "BLOB" if matches!(ty, Type::String) => {
            Err("write the column as text (UTF8) when you create the file; bytes have no characters"
                .to_owned())
        }
        "DATE" if *ty == Type::Timestamp => {
            Err("declare the field as a `date`: a day isn't an instant".to_owned())
        }
        _ if matches!(ty, Type::String) && !number => Err(format!(
            "declare the field with the column's type, or convert the column to text when you write the file ({plain} has no unique text form)"
        )),
        _ => by_type(),
    }
}

fn value<'v>(column: &Column<'_>, source: Source, cell: &'v Cell) -> Result<Value<'v>, Misfit> {
    let converter = &column.converter;
    match (source, cell) {
        (_, Cell::Null) => Ok(Value::Missing),
        (Source::Whole, Cell::Int(number)) => converter.whole(*number),
        (Source::Double, Cell::Float(number)) => converter.double(*number),
        (Source::Digits, Cell::Text(text)) => converter.digits(text),
        (Source::Text, Cell::Text(text)) => converter.typed_text(text),
        (Source::Truth, Cell::Bool(truth)) => Ok(Value::Boolean(*truth)),
        (Source::Day, Cell::Date(day)) => converter.day(*day),
        (Source::Instant, Cell::Timestamp(instant)) => converter.instant(*instant),
        (Source::Local, Cell::Timestamp(instant)) => converter.local_time(local(*instant)),
        (Source::Json, Cell::Text(text)) => {
            let raw: &RawValue = serde_json::from_str(text).map_err(|_| Misfit::NotOne)?;
            column.json(raw)
        }
        _ => Err(Misfit::NotOne),
    }
}

fn local(instant: Timestamp) -> jiff::civil::DateTime {
    jiff::tz::Offset::UTC.to_datetime(instant)
}

/// A path that the engine takes literally, although it has characters of patterns.
pub(super) fn literal(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[') {
            plain.extend(['[', c, ']']);
        } else {
            plain.push(c);
        }
    }
    plain
}

pub(super) fn unreadable(file: &DataFile, error: &EngineError) -> UnreadableFile {
    let text = error.to_string();
    let reason = text.lines().next().unwrap_or_default();
    let reason = reason.strip_prefix("the engine rejected a statement: ").unwrap_or(reason).to_owned();
    let help = Some("check that it is a complete Parquet file".to_owned());
    UnreadableFile { span: None, file: file.path.display().to_string(), reason, help }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_with_wildcards_are_read_literally() {
        assert_eq!(super::literal("st*r/a[1]?"), "st[*]r/a[[]1][?]");
    }
}
