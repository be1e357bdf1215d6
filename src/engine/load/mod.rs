//! Loads a project's sample data into the embedded engine, by the types in the catalog: each value
//! exactly, or nothing at all.

mod append;
mod columns;
mod csv;
mod decode;
mod faults;
mod folder;
mod infer;
mod json_lines;
mod open;
mod parquet;
pub(crate) mod problems;
pub(crate) mod records;
mod sighting;

use std::path::{Path, PathBuf};

pub use self::infer::{InferredColumn, InferredFile, infer_file};
pub(crate) use self::records::{CsvFault, csv_rows};

use self::append::Sink;
use self::columns::Columns;
use self::faults::Faults;
use self::folder::{DataFile, FileFormat, Folder};
use super::duckdb::DuckDb;
use super::quote::quote_ident;
use super::schema::{DataTable, tables_of};
use super::{AppendRows, Engine, EngineError};
use crate::catalog::{Catalog, Entity, ReadOptions};
use crate::convert::Notation;
use crate::diagnostic::Diagnostics;
use crate::types::Type;

/// What was loaded.
#[derive(Debug, Clone, Default)]
pub struct LoadReport {
    /// The tables that were filled, in the order of the catalog.
    pub loaded: Vec<LoadedTable>,
    /// The tables without a file, which were not changed.
    pub without_file: Vec<String>,
    /// Warnings about the files.
    pub warnings: Diagnostics,
}

/// A table that was filled from files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedTable {
    /// The table's name, its parts joined by dots.
    pub table: String,
    /// The files, in the order in which they were read.
    pub files: Vec<PathBuf>,
    /// The number of rows.
    pub rows: u64,
}

/// A table and its files.
struct Job<'c> {
    table: DataTable,
    entities: Vec<&'c Entity>,
    read: &'c ReadOptions,
    files: Vec<DataFile>,
}

impl DuckDb {
    /// Fills the tables that the catalog's entities read on `target` from the files in `dir`. A
    /// table's files are those in an entity's `read: { files: … }`, or else the one with the name
    /// of the table or an entity. Existing tables are replaced; tables without a file aren't
    /// changed.
    ///
    /// # Errors
    ///
    /// Reports every value that can't be loaded exactly, and all other problems with the files. No
    /// table is then changed.
    #[doc(hidden)]
    pub fn load_files(
        &mut self,
        catalog: &Catalog,
        target: &str,
        dir: &Path,
    ) -> Result<LoadReport, Diagnostics> {
        let tables = tables_of(catalog, target).map_err(|error| Diagnostics::from(vec![error.into()]))?;
        let mut problems = Diagnostics::new();
        let mut folder = Folder::scan(dir, &mut problems);
        let mut jobs = Vec::new();
        let is_list = |name: &String| catalog.find(name).is_some_and(|id| catalog.entity(id).list.is_some());
        let (lists, tables): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| table.entities.iter().any(is_list));
        for table in tables {
            let entities: Vec<&Entity> =
                table.entities.iter().filter_map(|name| Some(catalog.entity(catalog.find(name)?))).collect();
            let read = read_options(&entities);
            let files = folder.files_of(&table, read, &mut problems);
            jobs.push(Job { table, entities, read, files });
        }
        folder.report_unused(&jobs.iter().map(|job| &job.table).collect::<Vec<_>>(), &mut problems);
        let report = self.fill_all(&jobs, problems)?;
        for table in lists {
            self.fill_list(catalog, &table).map_err(|error| Diagnostics::from(vec![error.into()]))?;
        }
        Ok(report)
    }

    /// Fills the table of a static list, whose keys are the project's.
    fn fill_list(&mut self, catalog: &Catalog, table: &DataTable) -> Result<(), EngineError> {
        self.make_table(table)?;
        let entities = table.entities.iter().filter_map(|name| Some(catalog.entity(catalog.find(name)?)));
        for list in entities.filter_map(|entity| entity.list.as_ref()) {
            let columns: Vec<(&str, &Type)> =
                table.columns.iter().map(|column| (column.name.as_str(), &column.ty)).collect();
            self.append(&table.name, &columns, &list.rows)?;
        }
        Ok(())
    }

    fn fill_all(&mut self, jobs: &[Job<'_>], mut problems: Diagnostics) -> Result<LoadReport, Diagnostics> {
        let failed = |error: EngineError| Diagnostics::from(vec![error.into()]);
        // A transaction writes to one database: those that are attached in memory come by themselves.
        for job in jobs {
            self.attach(&job.table).map_err(failed)?;
        }
        let mut report = LoadReport::default();
        let (attached, own): (Vec<&Job<'_>>, Vec<_>) = jobs.iter().partition(|job| job.table.name.len() > 2);
        for job in attached {
            self.fill(job, &mut report, &mut problems);
        }
        self.execute("BEGIN TRANSACTION").map_err(failed)?;
        for job in own {
            self.fill(job, &mut report, &mut problems);
        }
        if !problems.has_errors()
            && let Err(error) = self.execute("COMMIT")
        {
            problems.push(error);
        }
        if problems.has_errors() {
            // Where the failure has ended it already, this fails, and that is as good.
            let _ = self.execute("ROLLBACK");
            return Err(problems);
        }
        let place = |name: &String| jobs.iter().position(|job| job.table.name.join(".") == *name);
        report.loaded.sort_by_key(|loaded| place(&loaded.table));
        report.without_file.sort_by_key(place);
        report.warnings = problems;
        Ok(report)
    }

    /// Fills a table. After the first problem nothing more is written, but everything is checked.
    fn fill(&mut self, job: &Job<'_>, report: &mut LoadReport, problems: &mut Diagnostics) {
        let table = job.table.name.join(".");
        if job.files.is_empty() {
            report.without_file.push(table);
            return;
        }
        match self.read_files(job, problems) {
            Ok(rows) => {
                let files = job.files.iter().map(|file| file.path.clone()).collect();
                report.loaded.push(LoadedTable { table, files, rows });
            }
            Err(error) => problems.push(error),
        }
    }

    fn read_files(&mut self, job: &Job<'_>, problems: &mut Diagnostics) -> Result<u64, EngineError> {
        let notation = Notation::of(job.read);
        let entities: Vec<&Entity> = job.entities.iter().map(|entity| job.table.part_of(entity).0).collect();
        let columns = Columns::new(&job.table, &entities, &notation);
        let fine = !problems.has_errors();
        if fine {
            self.make_table(&job.table)?;
            append::prepare(self, &columns)?;
        }
        let mut rows = 0;
        for file in &job.files {
            let mut faults = Faults::new(file, &columns);
            rows += match file.format {
                FileFormat::Parquet => parquet::load(self, file, &columns, &mut faults, fine)?,
                FileFormat::Csv { tabs } => {
                    let mut sink = Sink::open(self, &columns, fine)?;
                    csv::load(file, tabs, job.read, &columns, &mut faults, &mut sink)?;
                    sink.close()?
                }
                FileFormat::JsonLines => {
                    let mut sink = Sink::open(self, &columns, fine)?;
                    json_lines::load(file, job.read, &columns, &mut faults, &mut sink)?;
                    sink.close()?
                }
            };
            faults.report(problems);
        }
        if !problems.has_errors() {
            append::finish(self, &columns)?;
        }
        Ok(rows)
    }

    pub(super) fn make_table(&mut self, table: &DataTable) -> Result<(), EngineError> {
        self.attach(table)?;
        self.run(&table.create_statements()).map(|_| ())
    }

    /// Creates the database of a table whose name has three parts.
    fn attach(&mut self, table: &DataTable) -> Result<(), EngineError> {
        if let [database, _, _] = table.name.as_slice() {
            self.execute(&format!("ATTACH IF NOT EXISTS ':memory:' AS {}", quote_ident(database)))?;
        }
        Ok(())
    }
}

/// The options that the entities of a table declare, which the catalog has checked to be equal.
fn read_options<'c>(entities: &[&'c Entity]) -> &'c ReadOptions {
    static NONE: ReadOptions = ReadOptions::NONE;
    let declared = entities.iter().find(|entity| entity.read.span.is_some());
    declared.or(entities.first()).map_or(&NONE, |entity| &entity.read)
}
