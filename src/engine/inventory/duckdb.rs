//! DuckDB's tables, see <https://duckdb.org/docs/stable/sql/meta/duckdb_table_functions>.

use super::super::duckdb::DuckDb;
use super::super::{Engine as _, EngineError};
use super::{Answers, StoredTable};

/// What every question has in common: the user's own tables in this database.
const OWN: &str = "database_name = current_database() AND NOT internal";

impl DuckDb {
    pub(in crate::engine) fn stored_tables(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        let tables = format!(
            "SELECT schema_name, table_name, schema_name = current_schema(), comment \
             FROM duckdb_tables() WHERE {OWN} AND NOT temporary \
             UNION ALL SELECT schema_name, view_name, schema_name = current_schema(), comment \
             FROM duckdb_views() WHERE {OWN} AND NOT temporary ORDER BY 1, 2"
        );
        let comments = format!(
            "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() \
             WHERE {OWN} AND comment IS NOT NULL ORDER BY 1, 2, column_index"
        );
        let constraints = "FROM (SELECT *, constraint_index AS number FROM duckdb_constraints() \
             WHERE database_name = current_database())";
        let keys = format!(
            "SELECT schema_name, table_name, number, constraint_type = 'PRIMARY KEY', true, \
             UNNEST(constraint_column_names), UNNEST(RANGE(LEN(constraint_column_names))) AS place \
             {constraints} WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') ORDER BY 1, 2, 3, place"
        );
        // A foreign key refers to a table in the same schema.
        let references = format!(
            "SELECT schema_name, table_name, number, UNNEST(constraint_column_names), \
             schema_name AS other, referenced_table, UNNEST(referenced_column_names), \
             UNNEST(RANGE(LEN(constraint_column_names))) AS place \
             {constraints} WHERE constraint_type = 'FOREIGN KEY' ORDER BY 1, 2, 3, place"
        );
        let cut = |sql: &str, columns: &str| format!("SELECT {columns} FROM ({sql})");
        Ok(Answers {
            tables: self.query(&tables)?,
            comments: self.query(&comments)?,
            keys: self.query(&cut(&keys, "* EXCLUDE (place)"))?,
            references: self.query(&cut(&references, "* EXCLUDE (place)"))?,
        }
        .combine())
    }
}
