//! The columns of a data file, and the types that all of its values have.

use std::io::BufRead as _;
use std::path::Path;

use super::folder::{DataFile, data_file};
use super::json_lines::Object;
use super::open::{open, unreadable};
use super::problems::UnreadableFile;
use super::records::{Next, RecordFault, Records, Separators};
use super::sighting::Sighting;
use crate::catalog::ReadOptions;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::duckdb::DuckDb;
use crate::engine::duckdb_types::column_type;
use crate::engine::quote::{quote_ident, quote_text};
use crate::engine::{Cell, ColumnType, Engine as _};

/// What a data file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InferredFile {
    /// The name without extensions, which is that of the table.
    pub(crate) table: String,
    pub(crate) rows: u64,
    pub(crate) columns: Vec<InferredColumn>,
}

/// A column of a data file.
#[derive(Debug, Clone, PartialEq)]
pub struct InferredColumn {
    pub(crate) name: String,
    /// The type that every value has; `None` if there are no values.
    pub(crate) holds: Option<ColumnType>,
    /// The number of rows with a value.
    pub(crate) filled: u64,
    /// Whether no two rows have the same value, as far as that is known.
    pub(crate) is_distinct: bool,
    /// Why it is text, if nearly all of its values are something else.
    pub(crate) note: Option<String>,
}

/// Reads all of a file and infers the types of its columns.
///
/// # Errors
///
/// The file isn't a data file, or it is broken.
pub fn infer_file(path: &Path) -> Result<InferredFile, Diagnostics> {
    let one = |problem: Diagnostic| Diagnostics::from(vec![problem]);
    let refuse = |reason: &str| {
        let reason = reason.to_owned();
        one(UnreadableFile { span: None, file: path.display().to_string(), reason, help: None }.into())
    };
    let Some(file) = data_file(path) else {
        return Err(refuse("its name doesn't end in .csv, .tsv, .jsonl, .ndjson or .parquet"));
    };
    let (rows, columns) = match file.format {
        super::FileFormat::Csv { tabs } => csv(&file, tabs).map_err(one)?,
        super::FileFormat::JsonLines => json_lines(&file).map_err(one)?,
        super::FileFormat::Parquet => parquet(&file).map_err(one)?,
    };
    if columns.is_empty() {
        return Err(refuse("it has no columns"));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let table = name.split('.').next().unwrap_or_default().to_owned();
    Ok(InferredFile { table, rows, columns })
}

fn broken(file: &DataFile, line: u64, reason: &str) -> Diagnostic {
    let (file, reason) = (file.path.display().to_string(), format!("line {line}: {reason}"));
    UnreadableFile { span: None, file, reason, help: None }.into()
}

type Columns = (u64, Vec<InferredColumn>);

fn csv(file: &DataFile, tabs: bool) -> Result<Columns, Diagnostic> {
    let read = ReadOptions::NONE;
    let delimiter = if tabs { b'\t' } else { b',' };
    let separators = Separators { delimiter, quote: Some(b'"'), escape: None, trim: false };
    let records = open(file, &read)
        .and_then(|text| Records::new(text, separators).map_err(|error| unreadable(file, &error)));
    let mut records = records.map_err(Diagnostic::from)?;
    let mut seen: Option<Vec<(String, Sighting)>> = None;
    let mut rows = 0;
    loop {
        match records.next().map_err(|error| unreadable(file, &error))? {
            Next::End => break,
            Next::Fault(fault, line) => {
                return Err(broken(
                    file,
                    line,
                    match fault {
                        RecordFault::Unclosed => "a quote isn't closed",
                        RecordFault::AfterQuote => "a quote ends before the value does",
                        RecordFault::QuoteAfterSpace => "a quote comes after a space",
                    },
                ));
            }
            Next::Record => {}
        }
        let line = records.line();
        let mut values = Vec::with_capacity(records.len());
        for at in 0..records.len() {
            let value = std::str::from_utf8(records.value(at));
            values.push(value.map_err(|_| broken(file, line, "it isn't UTF-8"))?);
        }
        let Some(columns) = &mut seen else {
            seen = Some(header(file, &values)?);
            continue;
        };
        if values.len() != columns.len() {
            let reason = format!("there are {} values for {} columns", values.len(), columns.len());
            return Err(broken(file, line, &reason));
        }
        rows += 1;
        for (value, (_, sighting)) in values.iter().zip(columns) {
            sighting.text(value, line);
        }
    }
    Ok((rows, finish(seen.unwrap_or_default())))
}

fn header(file: &DataFile, names: &[&str]) -> Result<Vec<(String, Sighting)>, Diagnostic> {
    let mut columns: Vec<(String, Sighting)> = Vec::new();
    for name in names {
        let name = name.trim();
        if name.is_empty() {
            return Err(broken(file, 1, "a column has no name"));
        }
        if columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(broken(file, 1, &format!("two columns are called `{name}`")));
        }
        columns.push((name.to_owned(), Sighting::default()));
    }
    if let [(only, _)] = columns.as_slice()
        && only.contains([';', '\t', '|'])
    {
        let reason = format!(
            "`{only}` is one column; if it is several, separate them by commas, or declare the entity with `read: {{ delimiter: … }}`"
        );
        return Err(broken(file, 1, &reason));
    }
    Ok(columns)
}

fn json_lines(file: &DataFile) -> Result<Columns, Diagnostic> {
    let mut text = open(file, &ReadOptions::NONE).map_err(Diagnostic::from)?;
    let mut seen: Vec<(String, Sighting)> = Vec::new();
    let (mut line, mut at, mut rows) = (Vec::new(), 0u64, 0u64);
    loop {
        line.clear();
        at += 1;
        if text.read_until(b'\n', &mut line).map_err(|error| unreadable(file, &error))? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line).map_err(|_| broken(file, at, "it isn't UTF-8"))?;
        if text.trim().is_empty() {
            continue;
        }
        let Object(entries) = serde_json::from_str(text).map_err(|error| {
            let error = error.to_string();
            broken(file, at, error.split(" at line ").next().unwrap_or_default())
        })?;
        rows += 1;
        for (key, value) in entries {
            let same = |(known, _): &&mut (String, Sighting)| known.eq_ignore_ascii_case(&key);
            match seen.iter_mut().find(same) {
                Some((_, sighting)) => sighting.json(value, at),
                None => {
                    let mut sighting = Sighting::default();
                    sighting.json(value, at);
                    seen.push((key, sighting));
                }
            }
        }
    }
    let mut columns = finish(seen);
    for column in &mut columns {
        column.is_distinct &= column.filled == rows;
    }
    Ok((rows, columns))
}

fn finish(seen: Vec<(String, Sighting)>) -> Vec<InferredColumn> {
    seen.into_iter()
        .map(|(name, sighting)| InferredColumn {
            name,
            filled: sighting.filled(),
            is_distinct: sighting.is_distinct(),
            note: sighting.exception(),
            holds: sighting.holds(),
        })
        .collect()
}

/// The types are those of the file; its values are counted.
fn parquet(file: &DataFile) -> Result<Columns, Diagnostic> {
    let failed = |error: crate::engine::EngineError| super::parquet::unreadable(file, &error);
    let mut engine = DuckDb::open(None).map_err(Diagnostic::from)?;
    let path = quote_text(&super::parquet::literal(&file.path.display().to_string()));
    let described = engine
        .query(&format!("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({path}))"))
        .map_err(failed)?;
    let columns: Vec<(String, String)> = described
        .rows
        .iter()
        .filter_map(|row| Some((row.first()?.to_string(), row.get(1)?.to_string())))
        .collect();
    let counts: Vec<String> = columns
        .iter()
        .map(|(name, _)| quote_ident(name))
        .map(|name| format!(", COUNT({name}), COUNT(DISTINCT {name})"))
        .collect();
    let counted = engine
        .query(&format!("SELECT COUNT(*){} FROM read_parquet({path})", counts.concat()))
        .map_err(failed)?;
    let cells = counted.rows.first().map(Vec::as_slice).unwrap_or_default();
    let count = |at: usize| match cells.get(at) {
        Some(Cell::Int(count)) => u64::try_from(*count).unwrap_or_default(),
        _ => 0,
    };
    let rows = count(0);
    let column = |(at, (name, ty)): (usize, (String, String))| {
        let (filled, distinct) = (count(2 * at + 1), count(2 * at + 2));
        let holds = match column_type(&ty) {
            // Read as text.
            ColumnType::Other if ty == "UUID" => ColumnType::Text,
            holds => holds,
        };
        InferredColumn { name, holds: Some(holds), filled, is_distinct: distinct == rows, note: None }
    };
    Ok((rows, columns.into_iter().enumerate().map(column).collect()))
}

/// The type of texts, for tests.
#[cfg(test)]
pub(super) fn type_of(texts: &[&str]) -> Option<ColumnType> {
    let mut sighting = Sighting::default();
    for (line, text) in (2..).zip(texts) {
        sighting.text(text, line);
    }
    sighting.holds()
}
