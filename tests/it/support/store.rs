//! Engines with a store in a Python process, for whole scripts: Spark SQL over Delta tables and
//! BigQuery's scripts, each of which has one process for all tests of a binary, and each test a session
//! with tables of its own; ClickHouse and SQLite, which start quickly and have a process for each test.

use jiff::Timestamp;
use segc::engine::{DataTable, Engine, EngineError, Table, TableColumn, quote_text};
use segc::types::Type;
use serde_json::json;

use super::conversation::Conversation;
use super::engine::found;
use super::process::{Environment, Program};
use super::python::{
    CLICKHOUSE, SQLITE, TypeName, clickhouse_type, googlesql_type, rows, spark_type, sqlite_type,
};

static STORES: Environment = Environment {
    folder: "stores",
    mark: "stores.txt",
    requirements: include_str!("../../engines/stores.txt"),
};

/// Spark SQL over Delta tables (`tests/engines/delta.py`), if this machine has it.
pub fn spark() -> Option<Store> {
    static DELTA: Program = Program { name: "delta", environment: Some(&STORES) };
    found("spark", || DELTA.look())?;
    Some(Store { target: "spark", conversation: Conversation::shared(&DELTA) })
}

/// BigQuery's scripts (`tests/engines/warehouse.py`), if this machine has them.
pub fn bigquery() -> Option<Store> {
    static WAREHOUSE: Program = Program { name: "warehouse", environment: Some(&STORES) };
    found("bigquery", || WAREHOUSE.look())?;
    Some(Store { target: "bigquery", conversation: Conversation::shared(&WAREHOUSE) })
}

/// ClickHouse (`tests/engines/clickhouse.py`), if this machine has it.
pub fn clickhouse() -> Option<Store> {
    found("clickhouse", || CLICKHOUSE.look())?;
    Some(Store { target: "clickhouse", conversation: Conversation::alone(&CLICKHOUSE) })
}

/// SQLite over files (`tests/engines/sqlite.py`), if this machine's Python has it.
pub fn sqlite() -> Option<Store> {
    found("sqlite", || SQLITE.look())?;
    Some(Store { target: "sqlite", conversation: Conversation::alone(&SQLITE) })
}

/// A session, under the name of its target.
pub struct Store {
    pub target: &'static str,
    conversation: Conversation,
}

impl Store {
    /// Starts the process again; what was in it is gone, of every session.
    pub fn restart(&mut self) {
        self.conversation.restart();
    }

    /// The statements that create a table again, empty, and its schema if that is missing.
    pub fn create_statements(&self, table: &DataTable) -> Vec<String> {
        let using = match self.target {
            "spark" => " USING delta",
            "clickhouse" => " ENGINE = MergeTree ORDER BY tuple()",
            _ => "",
        };
        let quote =
            |parts: &[String]| parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(".");
        let column = |column: &TableColumn| {
            let ty = self.type_name()(&column.ty, &column.storage);
            match (column.nullable, ty.strip_prefix("Nullable(")) {
                (false, Some(inner)) => format!("`{}` {}", column.name, inner.trim_end_matches(')')),
                (false, None) => format!("`{}` {ty} NOT NULL", column.name),
                (true, _) => format!("`{}` {ty}", column.name),
            }
        };
        let name = quote(&table.name);
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let schema = table.name.split_last().map(|(_, schema)| schema).filter(|schema| !schema.is_empty());
        let schema = schema.map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {}", schema.join(".")));
        let make = format!("CREATE TABLE {name} ({}){using}", columns.join(", "));
        schema.into_iter().chain([format!("DROP TABLE IF EXISTS {name}"), make]).collect()
    }

    /// A value of a column, which no engine but SQLite reads from a mere text.
    pub fn value(&self, column: &TableColumn, text: &str) -> String {
        if self.target == "sqlite" {
            return sqlite_value(&column.ty, text);
        }
        let text = text.replace('\\', "\\\\").replace('\'', "\\'");
        format!("CAST('{text}' AS {})", self.type_name()(&column.ty, &column.storage))
    }

    /// What a test says in words of DuckDB and Postgres, in those of the engine.
    pub fn words(&self, sql: &str) -> String {
        let instant = |text: &str| match self.target {
            "clickhouse" => format!("CAST('{}' AS DateTime64(6, 'UTC'))", local(text)),
            "sqlite" => format!("'{}'", local(text)),
            _ => format!("TIMESTAMP '{text}'"),
        };
        let sql = with_instants(sql, instant).replace('"', "`");
        if self.target == "clickhouse" { clickhouse_change(sql) } else { sql }
    }

    fn type_name(&self) -> TypeName {
        match self.target {
            "spark" => spark_type,
            "clickhouse" => clickhouse_type,
            "sqlite" => sqlite_type,
            _ => googlesql_type,
        }
    }

    /// Runs statements that must not fail, and loses the session, as where a client crashes.
    pub fn crash(&mut self, statements: &[String]) -> Result<(), EngineError> {
        self.change("crash", statements)
    }

    fn change(&mut self, what: &str, statements: &[String]) -> Result<(), EngineError> {
        let done = self.conversation.change(what, statements);
        done.map_err(|reason| EngineError::statement_failed(&statements.join(";\n"), reason))
    }
}

impl Engine for Store {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.change("run", &[statement.to_owned()]).map(|()| 0)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        let failed = |reason| EngineError::statement_failed(sql, reason);
        let answer = self.conversation.query(&[sql.to_owned()]).map_err(failed)?;
        let rows = rows(&answer["answers"][0]).map_err(failed)?;
        Ok(Table { columns: Vec::new(), rows })
    }

    /// A script is one request, and BigQuery's one job.
    fn run(&mut self, statements: &[String]) -> Result<u64, EngineError> {
        self.change("run", statements).map(|()| 0)
    }
}

/// An instant as its local time in UTC, with six digits.
fn local(instant: &str) -> String {
    let instant: Timestamp = instant.parse().unwrap_or_else(|error| panic!("{instant}: {error}"));
    instant.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// A text with each `TIMESTAMPTZ '…'` replaced.
fn with_instants(sql: &str, instant: impl Fn(&str) -> String) -> String {
    let mut parts = sql.split("TIMESTAMPTZ '");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_once('\'').expect("a closed literal");
        out.push_str(&instant(text));
        out.push_str(rest);
    }
    out
}

/// Rows are deleted only with a condition, and a table made for analysis is changed by ALTER.
fn clickhouse_change(sql: String) -> String {
    if let Some(table) = sql.strip_prefix("DELETE FROM ").map(|rest| rest.trim_end_matches(" WHERE TRUE"))
        && !table.contains(' ')
    {
        return format!("TRUNCATE TABLE {table}");
    }
    match sql.strip_prefix("UPDATE ").and_then(|rest| rest.split_once(" SET ")) {
        Some((table, changes)) => format!("ALTER TABLE {table} UPDATE {changes} SETTINGS mutations_sync = 2"),
        None => sql,
    }
}

/// Instants and booleans have a form of their own, and elements are instants, too.
fn sqlite_value(ty: &Type, text: &str) -> String {
    match ty {
        Type::Timestamp => format!("'{}'", local(text)),
        Type::Boolean => text.to_owned(),
        Type::Array(element) if **element == Type::Timestamp => {
            let elements: Vec<String> = serde_json::from_str(text).expect("a list of texts");
            let elements: Vec<String> = elements.iter().map(|one| local(one)).collect();
            quote_text(&json!(elements).to_string())
        }
        _ => quote_text(text),
    }
}
