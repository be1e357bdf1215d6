//! Databases that segc connects to: it runs scripts on them and reads their answers.
//!
//! Statements come in as finished text. This module must not know segments, plans or
//! capabilities; and it alone may name a database. What the rest of segc needs of the
//! embedded engine it gets under names that stay when the engine changes.

mod address;
mod constraint;
mod duckdb;
mod duckdb_types;
mod error;
pub(crate) mod load;
mod postgres;
mod postgres_types;
pub(crate) mod problems;
mod quote;
mod rows;
mod schema;
mod source;
mod table;

pub use self::address::{Access, Address};
pub use self::duckdb::DuckDb;
pub use self::error::EngineError;
pub use self::load::{LoadReport, LoadedTable};
pub use self::postgres::Postgres;
pub use self::quote::{quote_ident, quote_name, quote_text};
pub use self::schema::{DataTable, StructPart, TableColumn, tables_of};
pub use self::source::{ColumnType, Described, Found, Look, Looked, Source, SourceColumn};
pub use self::table::{Cell, StoredColumn, Table};

/// The engine inside segc, which needs no server.
pub(crate) type Embedded = DuckDb;

/// The name of the built-in target that the embedded engine understands.
pub(crate) const EMBEDDED_TARGET: &str = "duckdb";

/// A database that executes statements.
pub trait Engine {
    /// Executes one statement and says how many rows it changed (0 where that means nothing).
    ///
    /// # Errors
    /// The engine refused it; the error holds the engine's own words.
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError>;

    /// Runs a query and reads its whole answer.
    ///
    /// # Errors
    /// The engine refused it, or a value has a type that [`Cell`] cannot hold.
    fn query(&mut self, sql: &str) -> Result<Table, EngineError>;

    /// Keeps other runs over the same tables out, until [`Engine::release`] or the end of the
    /// session; `what` names those tables. Gives `false` where another run has them and this one
    /// is not to wait.
    ///
    /// Nothing has to be done for a database that only one program at a time can write to.
    ///
    /// # Errors
    /// The engine's own.
    fn hold(&mut self, what: &str, wait: bool) -> Result<bool, EngineError> {
        let _ = (what, wait);
        Ok(true)
    }

    /// Lets other runs over the same tables in again.
    ///
    /// # Errors
    /// The engine's own.
    fn release(&mut self, what: &str) -> Result<(), EngineError> {
        let _ = what;
        Ok(())
    }

    /// The columns of a table, in its order; none if there is no such table, or if the engine
    /// can't tell.
    ///
    /// # Errors
    /// The engine's own.
    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        let _ = table;
        Ok(Vec::new())
    }

    /// What the engine knows of a source without reading its rows.
    ///
    /// # Errors
    /// The engine's own; a query that it refuses.
    fn describe(&mut self, source: Source<'_>) -> Result<Described, EngineError> {
        let _ = source;
        Ok(Described::Unknown)
    }

    /// Looks for something in the rows of a source, or in its first `most` ones; `live` leaves out
    /// rows in which that column is present. Gives an answer for each look.
    ///
    /// # Errors
    /// The engine's own.
    fn look(
        &mut self,
        source: Source<'_>,
        looks: &[Look],
        live: Option<&str>,
        most: Option<u32>,
    ) -> Result<Looked, EngineError> {
        self.query(&source::rows::sql(source, looks, live, most)).map(|answer| source::rows::read(&answer))
    }

    /// The names of all tables and views, without their schema where they are found without it.
    ///
    /// # Errors
    /// The engine's own.
    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        Ok(Vec::new())
    }

    /// Whether two names mean the same column.
    fn same_name(&self, one: &str, other: &str) -> bool {
        one == other
    }

    /// What the engine calls a type that a statement declares, as [`StoredColumn`] has it.
    ///
    /// # Errors
    /// The engine's own.
    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        Ok(declared.to_owned())
    }

    /// Executes statements in order and stops at the first that fails; an open transaction
    /// is then rolled back.
    ///
    /// # Errors
    /// That of the statement that failed.
    fn run(&mut self, statements: &[String]) -> Result<u64, EngineError> {
        let mut changed = 0;
        for statement in statements {
            match self.execute(statement) {
                Ok(rows) => changed += rows,
                Err(error) => {
                    // Outside of a transaction this fails itself, and that is as good.
                    let _ = self.execute("ROLLBACK");
                    return Err(error);
                }
            }
        }
        Ok(changed)
    }
}
