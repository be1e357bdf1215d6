//! Engines with a store in a Python process, for whole scripts: Spark SQL over Delta tables and
//! BigQuery's scripts, each of which has one process for all tests of a binary, and each test a session
//! with tables of its own; ClickHouse and SQLite, which start quickly and have a process for each test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use segc::engine::{DataTable, Engine, EngineError, Table, TableColumn, quote_text};
use segc::types::Type;
use serde_json::{Value, json};

use super::engine::found;
use super::python::{
    Process, STORES, TypeName, clickhouse_type, googlesql_type, rows, spark_type, sqlite_type,
    start_clickhouse, start_sqlite,
};

type Start = fn() -> Result<Process, String>;
type Shared = OnceLock<Option<Arc<Mutex<Process>>>>;

/// Spark SQL over Delta tables (`tests/engines/delta.py`), if this machine has it.
pub fn spark() -> Option<Store> {
    static PROCESS: Shared = OnceLock::new();
    Store::shared("spark", || Process::start(&STORES, "delta"), &PROCESS)
}

/// BigQuery's scripts (`tests/engines/warehouse.py`), if this machine has them.
pub fn bigquery() -> Option<Store> {
    static PROCESS: Shared = OnceLock::new();
    Store::shared("bigquery", || Process::start(&STORES, "warehouse"), &PROCESS)
}

/// ClickHouse (`tests/engines/clickhouse.py`), if this machine has it.
pub fn clickhouse() -> Option<Store> {
    Store::own("clickhouse", start_clickhouse)
}

/// SQLite over files (`tests/engines/sqlite.py`), if this machine's Python has it.
pub fn sqlite() -> Option<Store> {
    Store::own("sqlite", start_sqlite)
}

/// A session, under the name of its target.
pub struct Store {
    pub target: &'static str,
    start: Start,
    process: Arc<Mutex<Process>>,
    session: u32,
}

impl Store {
    fn shared(target: &'static str, start: Start, process: &Shared) -> Option<Self> {
        static SESSIONS: AtomicU32 = AtomicU32::new(0);
        let first = || Some(Arc::new(Mutex::new(found(target, start)?)));
        let process = Arc::clone(process.get_or_init(first).as_ref()?);
        Some(Self { target, start, process, session: SESSIONS.fetch_add(1, Ordering::Relaxed) })
    }

    fn own(target: &'static str, start: Start) -> Option<Self> {
        let process = Arc::new(Mutex::new(found(target, start)?));
        Some(Self { target, start, process, session: 0 })
    }

    /// Starts the process again; what was in it is gone, of every session.
    pub fn restart(&mut self) {
        let started = (self.start)().unwrap_or_else(|reason| panic!("{}: {reason}", self.target));
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = started;
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
        self.ask("crash", statements).map(drop)
    }

    fn ask(&self, what: &str, statements: &[String]) -> Result<Value, EngineError> {
        let request = json!({ "do": what, "session": self.session, "sql": statements });
        let answer = self.process.lock().unwrap_or_else(PoisonError::into_inner).ask(&request);
        answer.map_err(|reason| EngineError::statement_failed(&statements.join(";\n"), reason))
    }
}

impl Engine for Store {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.ask("run", &[statement.to_owned()]).map(|_| 0)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        let answer = self.ask("query", &[sql.to_owned()])?;
        let rows = rows(&answer["answers"][0]);
        let rows = rows.map_err(|reason| EngineError::statement_failed(sql, reason))?;
        Ok(Table { columns: Vec::new(), rows })
    }

    /// A script is one request, and BigQuery's one job.
    fn run(&mut self, statements: &[String]) -> Result<u64, EngineError> {
        self.ask("run", statements).map(|_| 0)
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
