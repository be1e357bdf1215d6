//! The same rows for every engine.

use std::path::Path;

use segc::engine::{Cell, DataTable, Engine, quote_ident, quote_name, quote_text};

use super::postgres::Postgres;

/// Rows per INSERT.
const BATCH: usize = 500;

/// Makes the table anew and fills it with rows, each with a cell per column of the table.
pub fn fill(engine: &mut dyn Engine, table: &DataTable, rows: &[Vec<Cell>]) {
    engine.run(&table.create_statements()).expect("the table can be made");
    let names: Vec<String> = table.columns.iter().map(|column| quote_ident(&column.name)).collect();
    for batch in rows.chunks(BATCH) {
        let tuples: Vec<String> = batch.iter().map(|row| tuple(table, row)).collect();
        let statement = format!(
            "INSERT INTO {} ({}) VALUES {}",
            quote_name(&table.name),
            names.join(", "),
            tuples.join(", ")
        );
        engine.execute(&statement).expect("the rows fit the table");
    }
}

fn tuple(table: &DataTable, row: &[Cell]) -> String {
    assert_eq!(row.len(), table.columns.len(), "a cell for each column");
    let cells = table.columns.iter().zip(row).map(|(column, cell)| match cell {
        Cell::Null => "NULL".to_owned(),
        cell => format!("CAST({} AS {})", quote_text(&cell.to_string()), column.sql_type()),
    });
    format!("({})", cells.collect::<Vec<_>>().join(", "))
}

/// Loads CSV text with a header into Postgres, as `DuckDb::load_files` reads a file: a blank is
/// missing, columns that the table lacks are ignored. Says how many rows there were.
pub fn copy_csv(engine: &mut Postgres, table: &DataTable, csv: &[u8]) -> u64 {
    engine.run(&table.create_statements()).expect("the table can be made");
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().expect("a header").clone();
    let places: Vec<usize> = table
        .columns
        .iter()
        .map(|column| {
            let at = header
                .iter()
                .position(|name| name.trim_start_matches('\u{feff}').eq_ignore_ascii_case(&column.name));
            at.unwrap_or_else(|| panic!("no column `{}` for {}", column.name, table.short_name()))
        })
        .collect();
    // Quoted unless blank: a bare blank is COPY's NULL, whatever the file had.
    let mut text = String::new();
    for record in reader.records() {
        let record = record.expect("a record");
        let values = table.columns.iter().zip(&places).map(|(column, &at)| match &record[at] {
            "" => String::new(),
            value => {
                let value = if column.sql_type().ends_with("[]") { array(value) } else { value.to_owned() };
                format!("\"{}\"", value.replace('"', "\"\""))
            }
        });
        text.push_str(&values.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    let names: Vec<String> = table.columns.iter().map(|column| quote_ident(&column.name)).collect();
    let statement =
        format!("COPY {} ({}) FROM STDIN (FORMAT csv)", quote_name(&table.name), names.join(", "));
    engine.copy(&statement, text.as_bytes())
}

/// A JSON array of plain values as Postgres reads an array.
fn array(json: &str) -> String {
    let inner = json.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    format!("{{{}}}", inner.unwrap_or_else(|| panic!("no array: {json}")))
}

/// Loads every CSV file of a folder that belongs to a table of the catalog on a target.
/// Says which tables were filled.
pub fn copy_csv_folder(
    engine: &mut Postgres,
    catalog: &segc::catalog::Catalog,
    target: &str,
    dir: &Path,
) -> Vec<String> {
    let mut filled = Vec::new();
    for table in segc::engine::tables_of(catalog, target).expect("one type per column") {
        let names = std::iter::once(table.short_name()).chain(table.entities.iter().map(String::as_str));
        let files = names.map(|name| dir.join(format!("{name}.csv")));
        if let Some(file) = files.into_iter().find(|file| file.is_file()) {
            let csv = std::fs::read(&file).expect("the file can be read");
            copy_csv(engine, &table, &csv);
            filled.push(table.name.join("."));
        }
    }
    filled
}
