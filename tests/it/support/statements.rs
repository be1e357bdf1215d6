//! Engines whose tables are made and filled by statements: those that have a database.

use segc::engine::{Cell, DataTable, Engine, TableColumn, quote_name, quote_text};
use segc::types::Type;

use super::engine::Runner;
use super::given::Given;
use super::structs;

/// Rows per INSERT.
const BATCH: usize = 500;

/// An engine under the name of its target.
pub struct Statements<E> {
    target: &'static str,
    engine: E,
    /// The tables that there are: name, and the statements that made it.
    tables: Vec<(String, Vec<String>)>,
}

impl<E: Engine> Statements<E> {
    pub fn new(target: &'static str, engine: E) -> Self {
        Self { target, engine, tables: Vec::new() }
    }

    /// The engine itself, for what isn't a query.
    pub fn engine(&mut self) -> &mut E {
        &mut self.engine
    }

    fn must(&mut self, statement: &str) {
        if let Err(error) = self.engine.execute(statement) {
            panic!("{}: {error}\n{statement}", self.target);
        }
    }

    /// Makes a table, or empties it where it is there and as it should be.
    fn make(&mut self, given: &Given) {
        let name = quote_name(&given.table.name);
        let create = structs::create_statements(self.target, &given.table);
        if self.tables.contains(&(name.clone(), create.clone())) {
            return self.must(&format!("DELETE FROM {name}"));
        }
        create.iter().for_each(|statement| self.must(statement));
        self.tables.retain(|(known, _)| *known != name);
        self.tables.push((name, create));
    }

    fn drop_others(&mut self, tables: &[Given]) {
        let kept = |name: &str| tables.iter().any(|given| quote_name(&given.table.name) == name);
        let (kept, others) = std::mem::take(&mut self.tables).into_iter().partition(|(name, _)| kept(name));
        self.tables = kept;
        let others: Vec<(String, Vec<String>)> = others;
        others.iter().for_each(|(name, _)| self.must(&format!("DROP TABLE IF EXISTS {name}")));
    }
}

/// The statements that add the rows of a table.
pub fn inserts(target: &str, given: &Given) -> Vec<String> {
    let columns = &given.table.columns;
    let row = |row: &Vec<Option<String>>| {
        assert_eq!(row.len(), columns.len(), "a cell for each column");
        let cells = columns.iter().zip(row);
        let cells = cells.map(|(column, value)| cell(target, &given.table, column, value.as_deref()));
        format!("({})", cells.collect::<Vec<_>>().join(", "))
    };
    let tuples: Vec<String> = given.rows.iter().map(row).collect();
    let insert = |batch: &[String]| {
        format!("INSERT INTO {} VALUES {}", quote_name(&given.table.name), batch.join(",\n"))
    };
    tuples.chunks(BATCH).map(insert).collect()
}

fn cell(target: &str, table: &DataTable, column: &TableColumn, value: Option<&str>) -> String {
    let Some(value) = value else { return "NULL".to_owned() };
    match &column.ty {
        _ if !column.parts.is_empty() => structs::cell(target, table, column, value),
        Type::Array(_) => array(target, column, value),
        _ => format!("CAST({} AS {})", quote_text(value), column.sql_type()),
    }
}

/// An array from JSON, as DuckDB or Postgres casts it.
pub fn array(target: &str, column: &TableColumn, json: &str) -> String {
    let (text, ty) = (quote_text(json), column.sql_type());
    match target {
        "postgres" => format!("CAST(ARRAY(SELECT JSONB_ARRAY_ELEMENTS_TEXT(CAST({text} AS JSONB))) AS {ty})"),
        _ => format!("CAST(CAST({text} AS JSON) AS {ty})"),
    }
}

impl<E: Engine> Runner for Statements<E> {
    fn target(&self) -> &'static str {
        self.target
    }

    fn load(&mut self, tables: &[Given]) {
        self.drop_others(tables);
        for given in tables {
            self.make(given);
            inserts(self.target, given).iter().for_each(|statement| self.must(statement));
        }
    }

    fn queries(&mut self, sql: &[String]) -> Vec<Result<Vec<Vec<Cell>>, String>> {
        let query = |sql: &String| self.engine.query(sql).map(|table| table.rows);
        sql.iter().map(query).map(|rows| rows.map_err(|error| error.to_string())).collect()
    }
}
