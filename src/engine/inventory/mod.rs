//! What a database records about its tables besides their columns: comments, keys and foreign keys.

mod duckdb;
mod postgres;

use std::collections::BTreeMap;

use super::{Cell, Table};

/// A table or a view of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredTable {
    /// Its schema.
    pub(crate) schema: String,
    /// The name by which statements find it: without the schema, if that is on the search path.
    pub(crate) name: Vec<String>,
    pub(crate) comment: Option<String>,
    /// The comments on its columns, by the columns' names.
    pub(crate) comments: BTreeMap<String, String>,
    /// Its keys, the primary key first.
    pub(crate) keys: Vec<StoredKey>,
    pub(crate) references: Vec<Reference>,
}

/// Columns whose values differ between any two rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    pub(crate) columns: Vec<String>,
    pub(crate) is_primary: bool,
    /// Whether the database rejects a second row with the same key, wherever it is stored.
    pub(crate) is_enforced: bool,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The columns, each with the one that it refers to.
    pub(crate) columns: Vec<(String, String)>,
    /// The table's schema and name.
    pub(crate) schema: String,
    pub(crate) table: String,
}

/// The answers to three questions, each in the order of its rows.
struct Answers {
    /// Schema, table, whether the schema is on the search path, comment.
    tables: Table,
    /// Schema, table, column, comment.
    comments: Table,
    /// Schema, table, a number for each key, whether it is primary, whether it is enforced, column.
    keys: Table,
    /// Schema, table, a number for each foreign key, column, the other's schema, table and column.
    references: Table,
}

impl Answers {
    fn combine(self) -> Vec<StoredTable> {
        let mut tables: Vec<StoredTable> = self.tables.rows.iter().filter_map(|row| table(row)).collect();
        for row in &self.comments.rows {
            let [_, _, Cell::Text(column), Cell::Text(comment)] = row.as_slice() else { continue };
            if let Some(table) = of_row(&mut tables, row) {
                table.comments.insert(column.clone(), comment.clone());
            }
        }
        let mut last = None;
        for row in &self.keys.rows {
            let [_, _, number, Cell::Bool(is_primary), Cell::Bool(is_enforced), Cell::Text(column)] =
                row.as_slice()
            else {
                continue;
            };
            let this = Some((row.first().cloned(), row.get(1).cloned(), number.clone()));
            let Some(table) = of_row(&mut tables, row) else { continue };
            match table.keys.last_mut().filter(|_| last == this) {
                Some(key) => key.columns.push(column.clone()),
                None => table.keys.push(StoredKey {
                    columns: vec![column.clone()],
                    is_primary: *is_primary,
                    is_enforced: *is_enforced,
                }),
            }
            last = this;
        }
        let mut last = None;
        for row in &self.references.rows {
            let [_, _, number, Cell::Text(own), Cell::Text(schema), Cell::Text(name), Cell::Text(theirs)] =
                row.as_slice()
            else {
                continue;
            };
            let this = Some((row.first().cloned(), row.get(1).cloned(), number.clone()));
            let pair = (own.clone(), theirs.clone());
            let Some(table) = of_row(&mut tables, row) else { continue };
            match table.references.last_mut().filter(|_| last == this) {
                Some(reference) => reference.columns.push(pair),
                None => table.references.push(Reference {
                    columns: vec![pair],
                    schema: schema.clone(),
                    table: name.clone(),
                }),
            }
            last = this;
        }
        for table in &mut tables {
            table.keys.sort_by_key(|key| !key.is_primary);
        }
        tables
    }
}

fn table(row: &[Cell]) -> Option<StoredTable> {
    let [Cell::Text(schema), Cell::Text(name), Cell::Bool(is_visible), comment] = row else { return None };
    let full = if *is_visible { vec![name.clone()] } else { vec![schema.clone(), name.clone()] };
    let comment = match comment {
        Cell::Text(text) => Some(text.clone()),
        _ => None,
    };
    Some(StoredTable { schema: schema.clone(), name: full, comment, ..StoredTable::default() })
}

/// The table that the first two cells of a row name.
fn of_row<'a>(tables: &'a mut [StoredTable], row: &[Cell]) -> Option<&'a mut StoredTable> {
    let [Cell::Text(schema), Cell::Text(name), ..] = row else { return None };
    tables.iter_mut().find(|table| table.schema == *schema && table.name.last() == Some(name))
}
