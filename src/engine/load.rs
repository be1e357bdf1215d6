//! Loads a project's sample data (CSV, Parquet) into the embedded engine, by the types of
//! the catalog: nothing is guessed from the values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::data::{DataTable, tables_of};
use super::duckdb::DuckDb;
use super::problems::{BadDataFile, MissingColumn};
use super::quote::{quote_ident, quote_name, quote_text};
use super::{Cell, Engine, EngineError};
use crate::catalog::Catalog;

/// What was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// The tables that were filled, in the order of the catalog.
    pub loaded: Vec<LoadedTable>,
    /// The tables for which there is no file; they were left alone.
    pub without_file: Vec<String>,
}

/// A table that was filled from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedTable {
    /// The table's name, its parts joined by dots.
    pub table: String,
    /// The file.
    pub file: PathBuf,
    /// How many rows it has.
    pub rows: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Parquet,
}

impl DuckDb {
    /// Fills every table that the catalog's entities read on `target` from the file in `dir`
    /// that has the table's name or else an entity's, with the ending `.csv` or `.parquet`.
    /// A table that exists is replaced; one without a file is left alone. In a CSV file a blank is
    /// a missing value, for text too, and a timestamp without a zone is in UTC.
    ///
    /// # Errors
    /// A column is missing, a value doesn't fit its type, or a file can't be read. Every table is
    /// then as it was.
    pub fn load_files(
        &mut self,
        catalog: &Catalog,
        target: &str,
        dir: &Path,
    ) -> Result<LoadReport, EngineError> {
        let tables = tables_of(catalog, target)?;
        // A transaction writes to one database: those that are attached in memory come by themselves.
        for table in &tables {
            self.attach(table)?;
        }
        let (attached, own): (Vec<_>, Vec<_>) = tables.iter().partition(|table| table.name.len() > 2);
        let mut filled = self.load_each(&attached, dir)?;
        self.execute("BEGIN TRANSACTION")?;
        let loaded = self.load_each(&own, dir).and_then(|filled| self.execute("COMMIT").map(|_| filled));
        if loaded.is_err() {
            // Where the failure has ended it already, this fails, and that is as good.
            let _ = self.execute("ROLLBACK");
        }
        filled.extend(loaded?);
        let mut report = LoadReport::default();
        for table in &tables {
            let name = table.name.join(".");
            match filled.remove(&name) {
                Some(loaded) => report.loaded.push(loaded),
                None => report.without_file.push(name),
            }
        }
        Ok(report)
    }

    fn load_each(
        &mut self,
        tables: &[&DataTable],
        dir: &Path,
    ) -> Result<BTreeMap<String, LoadedTable>, EngineError> {
        let mut filled = BTreeMap::new();
        for table in tables {
            if let Some((file, format)) = find_file(table, dir) {
                let rows = self.load_table(table, &file, format)?;
                let name = table.name.join(".");
                filled.insert(name.clone(), LoadedTable { table: name, file, rows });
            }
        }
        Ok(filled)
    }

    /// Fills one table from one file, as [`load_files`](Self::load_files) does.
    ///
    /// # Errors
    /// A column is missing, a value doesn't fit its type, or the file can't be read.
    pub fn load_file(&mut self, table: &DataTable, file: &Path) -> Result<u64, EngineError> {
        let parquet = file.extension().is_some_and(|ending| ending == "parquet");
        self.load_table(table, file, if parquet { Format::Parquet } else { Format::Csv })
    }

    pub(super) fn make_table(&mut self, table: &DataTable) -> Result<(), EngineError> {
        self.attach(table)?;
        self.run(&table.create_statements()).map(|_| ())
    }

    /// Makes the database of a table whose name has three parts.
    fn attach(&mut self, table: &DataTable) -> Result<(), EngineError> {
        if let [database, _, _] = table.name.as_slice() {
            self.execute(&format!("ATTACH IF NOT EXISTS ':memory:' AS {}", quote_ident(database)))?;
        }
        Ok(())
    }

    fn load_table(&mut self, table: &DataTable, file: &Path, format: Format) -> Result<u64, EngineError> {
        let present = self.columns_of(file, format)?;
        for column in &table.columns {
            if !present.iter().any(|name| same_name(name, &column.name)) {
                return Err(EngineError::new(MissingColumn {
                    span: Some(column.span),
                    file: file.display().to_string(),
                    column: column.name.clone(),
                    has: present,
                }));
            }
        }
        self.make_table(table)?;
        let names: Vec<String> = table.columns.iter().map(|column| quote_ident(&column.name)).collect();
        let names = names.join(", ");
        let values = table.columns.iter().map(|column| match (format, column.is_nested()) {
            (Format::Csv, true) => format!("CAST({} AS {})", quote_ident(&column.name), column.sql_type()),
            _ => quote_ident(&column.name),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let rows = match format {
            Format::Csv => read_csv(file, &typed_columns(&present, table)),
            Format::Parquet => read_parquet(file),
        };
        let target = quote_name(&table.name);
        self.execute(&format!("INSERT INTO {target} ({names}) SELECT {values} FROM {rows}"))
            .map_err(|error| bad_file(file, &error))
    }

    /// The names in the file's first line, or in its schema.
    fn columns_of(&mut self, file: &Path, format: Format) -> Result<Vec<String>, EngineError> {
        let sql = match format {
            // The header is read as a row of text, so that no value has a say in what it is.
            Format::Csv => format!(
                "SELECT * FROM read_csv({}, header = false, all_varchar = true, {CSV_FORMAT}, strict_mode = false, null_padding = true, parallel = false) LIMIT 1",
                quote_text(&file.display().to_string())
            ),
            Format::Parquet => format!("SELECT * FROM {} LIMIT 0", read_parquet(file)),
        };
        let table = self.query(&sql).map_err(|error| bad_file(file, &error))?;
        Ok(match format {
            Format::Csv => table.rows.into_iter().flatten().map(|cell| cell_text(&cell)).collect(),
            Format::Parquet => table.columns,
        })
    }
}

/// The only CSV there is here: commas, double quotes doubled, blanks missing.
const CSV_FORMAT: &str = "delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = true";

fn cell_text(cell: &Cell) -> String {
    cell.to_string().trim_start_matches('\u{feff}').to_owned()
}

fn read_csv(file: &Path, columns: &str) -> String {
    let path = quote_text(&file.display().to_string());
    format!("read_csv({path}, header = true, auto_detect = false, {CSV_FORMAT}, columns = {{{columns}}})")
}

fn read_parquet(file: &Path) -> String {
    format!("read_parquet({})", quote_text(&file.display().to_string()))
}

/// Every column of the file with its type; those that nobody reads are text.
fn typed_columns(present: &[String], table: &DataTable) -> String {
    let typed = present.iter().map(|name| {
        let known = table.columns.iter().find(|column| same_name(name, &column.name));
        let ty = match known {
            Some(column) if column.is_nested() => "JSON".to_owned(),
            Some(column) => column.sql_type(),
            None => "VARCHAR".to_owned(),
        };
        format!("{}: {}", quote_text(name), quote_text(&ty))
    });
    typed.collect::<Vec<_>>().join(", ")
}

fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn find_file(table: &DataTable, dir: &Path) -> Option<(PathBuf, Format)> {
    let names = std::iter::once(table.short_name()).chain(table.entities.iter().map(String::as_str));
    for name in names {
        for (ending, format) in [("csv", Format::Csv), ("parquet", Format::Parquet)] {
            let file = dir.join(format!("{name}.{ending}"));
            if file.is_file() {
                return Some((file, format));
            }
        }
    }
    None
}

/// The engine's report on a file is long and full of advice on its own options: the line
/// and the sentence on what is wrong are what helps.
fn bad_file(file: &Path, error: &EngineError) -> EngineError {
    let text = error.to_string();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find_map(|line| {
        let (_, number) = line.split_once("Line: ")?;
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    });
    let telling =
        ["Could not convert", "Error when converting", "Expected Number of Columns", "constraint failed"];
    let reason = lines()
        .find(|line| telling.iter().any(|words| line.contains(words)))
        .or_else(|| {
            lines().find(|line| !line.contains("CSV Error on Line") && !line.starts_with("Original Line"))
        })
        .unwrap_or(text.as_str());
    let reason =
        reason.trim_start_matches("the engine refused a statement: ").trim_end_matches('.').to_owned();
    EngineError::new(BadDataFile { span: None, file: file.display().to_string(), line, reason })
}
