//! DuckDB in memory, in a session time zone on which nothing may depend.

use crate::sql_engines::Engine;

pub(crate) struct Duck(duckdb::Connection);

impl Duck {
    pub(crate) fn open() -> Self {
        let connection = duckdb::Connection::open_in_memory().expect("DuckDB opens");
        connection.execute_batch("SET TimeZone = 'Asia/Kolkata'").expect("ICU is there");
        Self(connection)
    }
}

impl Engine for Duck {
    fn run(&mut self, sql: &str) -> Result<(), String> {
        self.0.execute_batch(sql).map_err(|error| error.to_string())
    }

    fn value(&mut self, sql: &str) -> Result<Option<String>, String> {
        let row = self.0.query_row(sql, [], |row| row.get::<_, duckdb::types::Value>(0));
        match row.map_err(|error| error.to_string())? {
            duckdb::types::Value::Null => Ok(None),
            duckdb::types::Value::Text(text) => Ok(Some(text)),
            duckdb::types::Value::Int(value) => Ok(Some(value.to_string())),
            other => Ok(Some(format!("{other:?}"))),
        }
    }
}
