//! Databases that segc connects to: it runs scripts on them and reads their answers.
//!
//! Statements come in as finished text. This module must not know segments, plans or
//! capabilities; and it alone may name a database. What the rest of segc needs of the
//! embedded engine it gets under names that stay when the engine changes.

mod address;
mod append;
mod command;
mod constraint;
mod duckdb;
mod duckdb_types;
mod error;
mod inventory;
mod library;
mod limits;
pub(crate) mod load;
mod postgres;
mod postgres_types;
pub(crate) mod problems;
mod quote;
mod rows;
mod schema;
mod source;
mod table;
mod type_names;

pub use self::address::{Access, Address};
pub use self::command::Program;
pub use self::duckdb::DuckDb;
pub use self::error::EngineError;
pub use self::inventory::{Reference, StoredKey, StoredTable};
pub use self::limits::Limits;
pub(crate) use self::load::{CsvFault, csv_rows};
pub use self::load::{InferredColumn, InferredFile, infer_file};
pub use self::load::{LoadReport, LoadedTable};
pub use self::postgres::Postgres;
pub(crate) use self::quote::select_as_text;
pub use self::quote::{quote_ident, quote_name, quote_text};
pub use self::schema::{DataTable, StructPart, TableColumn, tables_of};
pub(crate) use self::source::Declared;
pub use self::source::{ColumnType, DeletedRows, Described, Found, Look, Looked, Source, SourceColumn};
pub use self::table::{Cell, StoredColumn, Table};
pub use self::type_names::TypeNames;

use crate::types::{Literal, Type};

/// The engine built into segc, which needs no server.
pub(crate) type Embedded = DuckDb;

/// The name of the built-in target that the embedded engine executes.
pub(crate) const EMBEDDED_TARGET: &str = "duckdb";

/// A database that takes rows without statements.
pub trait AppendRows {
    /// Appends rows to a table: a value for each of the named columns, which have these types.
    ///
    /// # Errors
    ///
    /// The engine rejected them; rows before the error may have been added, as in a transaction that fails.
    fn append(
        &mut self,
        table: &[String],
        columns: &[(&str, &Type)],
        rows: &[Vec<Literal>],
    ) -> Result<(), EngineError>;
}

/// A database that executes statements.
pub trait Engine {
    /// Executes a statement and returns the number of rows it changed (0 if that doesn't apply).
    ///
    /// # Errors
    ///
    /// The engine rejected it; the error contains the engine's message.
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError>;

    /// Runs a query and returns its complete result.
    ///
    /// # Errors
    ///
    /// The engine rejected it, or a value has a type that [`Cell`] can't represent.
    fn query(&mut self, sql: &str) -> Result<Table, EngineError>;

    /// Locks out other runs over the same tables, until [`Engine::release`] or the end of the
    /// session. `what` identifies those tables. Returns `false` if another run has the lock and
    /// `wait` is false.
    ///
    /// The default does nothing, which is right for a database that only one program at a time can
    /// write to.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn hold(&mut self, what: &str, wait: bool) -> Result<bool, EngineError> {
        let _ = (what, wait);
        Ok(true)
    }

    /// Releases the lock.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn release(&mut self, what: &str) -> Result<(), EngineError> {
        let _ = what;
        Ok(())
    }

    /// The columns of a table, in order. Empty if there is no such table, or if the engine can't
    /// tell.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        let _ = table;
        Ok(Vec::new())
    }

    /// What the engine knows about a source without reading its rows.
    ///
    /// # Errors
    ///
    /// The engine's error, or that of a query it rejects.
    #[doc(hidden)]
    fn describe(&mut self, source: Source<'_>) -> Result<Described, EngineError> {
        let _ = source;
        Ok(Described::Unknown)
    }

    /// Looks for something in the rows of a source, or in its first `most` ones; without those
    /// that are `deleted`. Gives an answer for each look.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn look(
        &mut self,
        source: Source<'_>,
        looks: &[Look],
        deleted: Option<DeletedRows<'_>>,
        most: Option<u32>,
    ) -> Result<Looked, EngineError> {
        self.query(&source::rows::sql(source, looks, deleted, most)).map(|answer| source::rows::read(&answer))
    }

    /// The names of all tables and views, without their schema if it is on the search path.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        Ok(Vec::new())
    }

    /// All tables and views of the user's own schemas, ordered by name. Empty if the engine can't
    /// tell.
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn inventory(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        Ok(Vec::new())
    }

    /// Whether two names refer to the same column.
    #[doc(hidden)]
    fn same_name(&self, one: &str, other: &str) -> bool {
        one == other
    }

    /// The engine's name for a type declared in a statement, in the form of [`StoredColumn`].
    ///
    /// # Errors
    ///
    /// The engine's error.
    #[doc(hidden)]
    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        Ok(declared.to_owned())
    }

    /// What appends rows to a table faster than statements do, in the transaction that is open; `None` if
    /// nothing does.
    #[doc(hidden)]
    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        None
    }

    /// Sets what each statement may use from now on.
    ///
    /// # Errors
    ///
    /// The engine's error, or that it can't keep a limit that is set.
    fn limit(&mut self, limits: Limits) -> Result<(), EngineError> {
        match limits.time {
            Some(_) => Err(EngineError::new(problems::NoTimeLimit { span: None })),
            None => Ok(()),
        }
    }

    /// Executes statements in order and stops at the first that fails; an open transaction is then
    /// rolled back.
    ///
    /// # Errors
    ///
    /// The error of the statement that failed.
    #[doc(hidden)]
    fn run(&mut self, statements: &[String]) -> Result<u64, EngineError> {
        let mut changed = 0;
        for statement in statements {
            match self.execute(statement) {
                Ok(rows) => changed += rows,
                Err(error) => {
                    // Outside a transaction this fails, which is harmless.
                    let _ = self.execute("ROLLBACK");
                    return Err(error);
                }
            }
        }
        Ok(changed)
    }
}
