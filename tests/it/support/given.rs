//! The rows of one case, in the form that every engine is given them.

use std::path::Path;

use jiff::tz::TimeZone;
use segc::catalog::{Catalog, Entity, Storage};
use segc::engine::{DataTable, TableColumn, tables_of};
use segc::evaluate::{Data, Datum};
use segc::types::Type;

use super::files::Rows;

/// A table and its rows.
#[derive(Debug, Clone)]
pub struct Given {
    pub table: DataTable,
    /// A text for each column, as a CSV file holds it: numbers plain, dates and instants in
    /// ISO form, an array as JSON. `None` is missing.
    pub rows: Vec<Vec<Option<String>>>,
}

/// The tables of a target, filled with what the reference evaluator reads.
pub fn from_data(target: &str, data: &Data) -> Vec<Given> {
    let catalog = data.catalog();
    let tables = tables_of(catalog, target).expect("one type per column");
    tables.into_iter().map(|table| fill(table, catalog, data)).collect()
}

/// Entities that share a table must have as many rows: their fields are laid side by side.
fn fill(table: DataTable, catalog: &Catalog, data: &Data) -> Given {
    let mut rows: Vec<Vec<Option<String>>> = Vec::new();
    for name in &table.entities {
        let id = catalog.find(name).expect("an entity of the catalog");
        let (entity, event) = table.part_of(catalog.entity(id));
        let own: Vec<&Vec<Datum>> = data.held_rows_of(id, event).collect();
        if rows.is_empty() {
            rows = vec![vec![None; table.columns.len()]; own.len()];
        }
        assert_eq!(rows.len(), own.len(), "rows of the entities that read {}", table.short_name());
        for (row, values) in rows.iter_mut().zip(own) {
            lay(row, &table, entity, values);
        }
    }
    Given { table, rows }
}

fn lay(row: &mut [Option<String>], table: &DataTable, entity: &Entity, values: &[Datum]) {
    for (field, value) in entity.fields.iter().zip(values) {
        // A document is what its own field holds.
        if field.inside.as_ref().is_some_and(|inside| !inside.steps.is_empty()) {
            continue;
        }
        // A table of one event lacks fields of others.
        if field.column.is_empty() {
            continue;
        }
        let same = |column: &TableColumn| column.name.eq_ignore_ascii_case(&field.column);
        let at = table.columns.iter().position(same).expect("the table has all columns of its entities");
        row[at] = text(value, &table.columns[at].storage);
    }
}

/// What the column holds where this is read from it.
fn text(value: &Datum, storage: &Storage) -> Option<String> {
    Some(match (value, storage) {
        (Datum::Missing, _) => return None,
        (Datum::Timestamp(instant), Storage::Zone(zone)) => {
            let zone = TimeZone::get(zone).expect("a zone that the catalog was checked for");
            zone.to_datetime(*instant).to_string()
        }
        (Datum::Decimal(number), _) => number.to_plain_string(),
        (value, _) => value.to_string(),
    })
}

/// The tables of a target, filled from the files of a folder, named after a table or an entity that reads
/// it. A blank is missing; columns that nothing reads are passed over.
pub fn from_files(target: &str, catalog: &Catalog, folder: &Path) -> Vec<Given> {
    let tables = tables_of(catalog, target).expect("one type per column");
    tables.into_iter().map(|table| read(table, folder)).collect()
}

/// The column of files that tells in which day's table a row is, as Google Analytics writes it.
const DAY: &str = "event_date";

/// What BigQuery calls that of a table for each day. Here, a table with this column takes its place.
const SUFFIX: &str = "_TABLE_SUFFIX";

fn read(table: DataTable, folder: &Path) -> Given {
    let names = std::iter::once(table.short_name()).chain(table.entities.iter().map(String::as_str));
    let mut columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let of_days = table.name.last().is_some_and(|name| name.ends_with('*'));
    columns.extend(of_days.then_some(DAY));
    let rows = Rows::of(folder, names).with(&columns);
    let mut table = table;
    if of_days {
        let span = table.columns[0].span;
        let (name, ty, storage) = (SUFFIX.to_owned(), Type::String, Storage::Native);
        table.columns.push(TableColumn { name, ty, storage, nullable: false, span, parts: Vec::new() });
    }
    Given { table, rows }
}
