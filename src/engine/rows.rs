//! Inserts a program's own rows into tables of the embedded engine.

use super::duckdb::DuckDb;
use super::quote::{quote_ident, quote_name, quote_text};
use super::schema::DataTable;
use super::{Cell, Engine, EngineError};

/// The number of rows in one statement.
const BATCH: usize = 500;

impl DuckDb {
    /// Creates an empty table, and its schema if necessary, replacing any existing one.
    ///
    /// # Errors
    ///
    /// The engine rejected a statement.
    pub(crate) fn make_empty(&mut self, table: &DataTable) -> Result<(), EngineError> {
        self.make_table(table)
    }

    /// Adds rows to a table, each with a cell per column.
    ///
    /// # Errors
    ///
    /// A value doesn't fit its column.
    pub(crate) fn add_rows(&mut self, table: &DataTable, rows: &[Vec<Cell>]) -> Result<(), EngineError> {
        let columns: Vec<String> = table.columns.iter().map(|column| quote_ident(&column.name)).collect();
        let into = format!("INSERT INTO {} ({}) VALUES ", quote_name(&table.name), columns.join(", "));
        for batch in rows.chunks(BATCH) {
            let tuples: Vec<String> = batch.iter().map(|row| tuple(table, row)).collect();
            self.execute(&format!("{into}{}", tuples.join(", ")))?;
        }
        Ok(())
    }
}

fn tuple(table: &DataTable, row: &[Cell]) -> String {
    let cells = table.columns.iter().zip(row).map(|(column, cell)| match cell {
        Cell::Null => "NULL".to_owned(),
        cell if column.is_nested() => {
            let json = quote_text(&cell.to_string());
            format!("CAST(CAST({json} AS JSON) AS {})", column.sql_type())
        }
        cell => format!("CAST({} AS {})", quote_text(&cell.to_string()), column.sql_type()),
    });
    format!("({})", cells.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Storage;
    use crate::diagnostic::{SourceId, Span};
    use crate::engine::TableColumn;
    use crate::types::Type;

    #[test]
    fn rows_survive_a_round_trip() {
        let column = |name: &str, ty| TableColumn {
            name: name.to_owned(),
            ty,
            storage: Storage::Native,
            nullable: true,
            span: Span::new(SourceId(0), 0, 0),
            parts: Vec::new(),
        };
        let table = DataTable {
            name: vec!["lake".to_owned(), "a \"b\"".to_owned(), "t".to_owned()],
            entities: Vec::new(),
            columns: vec![column("it's", Type::String), column("amount", Type::DECIMAL)],
            events: Vec::new(),
        };
        let rows = vec![
            vec![Cell::Text("'; DROP TABLE t; --\\".to_owned()), Cell::Null],
            vec![Cell::Null, Cell::Decimal("12345678901234567890.123456789".parse().expect("a decimal"))],
        ];
        let mut engine = DuckDb::open(None).expect("it opens");
        engine.make_empty(&table).expect("a table");
        engine.add_rows(&table, &rows).expect("they fit");
        let all = format!("SELECT * FROM {} ORDER BY 1 NULLS LAST", quote_name(&table.name));
        assert_eq!(engine.query(&all).expect("a table").rows, rows);
        engine.make_empty(&table).expect("a table");
        assert_eq!(engine.query(&all).expect("a table").rows, Vec::<Vec<Cell>>::new());
    }
}
