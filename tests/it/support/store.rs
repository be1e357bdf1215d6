//! Engines with a store in a Python process, for whole scripts: Spark SQL over Delta tables, and
//! BigQuery's scripts. Each has one process for all tests of a binary, and each test a session
//! with tables of its own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use segc::engine::{DataTable, Engine, EngineError, Table, TableColumn};
use serde_json::{Value, json};

use super::engine::found;
use super::python::{Process, STORES, TypeName, googlesql_type, rows, spark_type};

/// Spark SQL over Delta tables (`tests/engines/delta.py`), if this machine has it.
pub fn spark() -> Option<Store> {
    static PROCESS: OnceLock<Option<Arc<Mutex<Process>>>> = OnceLock::new();
    Store::open("spark", "delta", &PROCESS)
}

/// BigQuery's scripts (`tests/engines/warehouse.py`), if this machine has them.
pub fn bigquery() -> Option<Store> {
    static PROCESS: OnceLock<Option<Arc<Mutex<Process>>>> = OnceLock::new();
    Store::open("bigquery", "warehouse", &PROCESS)
}

/// A session, under the name of its target.
pub struct Store {
    pub target: &'static str,
    program: &'static str,
    process: Arc<Mutex<Process>>,
    session: u32,
}

impl Store {
    fn open(
        target: &'static str,
        program: &'static str,
        process: &OnceLock<Option<Arc<Mutex<Process>>>>,
    ) -> Option<Self> {
        static SESSIONS: AtomicU32 = AtomicU32::new(0);
        let start = || Some(Arc::new(Mutex::new(found(target, || Process::start(&STORES, program))?)));
        let process = Arc::clone(process.get_or_init(start).as_ref()?);
        Some(Self { target, program, process, session: SESSIONS.fetch_add(1, Ordering::Relaxed) })
    }

    /// Starts the process anew; what was in it is gone, of every session.
    pub fn restart(&mut self) {
        let started = Process::start(&STORES, self.program);
        let started = started.unwrap_or_else(|reason| panic!("{}: {reason}", self.target));
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = started;
    }

    /// The statements that make a table anew and empty, and its schema if that is missing.
    pub fn create_statements(&self, table: &DataTable) -> Vec<String> {
        let (type_name, using) = (self.type_name(), if self.target == "spark" { " USING delta" } else { "" });
        let quote =
            |parts: &[String]| parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(".");
        let column = |column: &TableColumn| {
            let not_null = if column.nullable { "" } else { " NOT NULL" };
            format!("`{}` {}{not_null}", column.name, type_name(&column.ty, &column.storage))
        };
        let name = quote(&table.name);
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let schema = table.name.split_last().map(|(_, schema)| schema).filter(|schema| !schema.is_empty());
        let schema = schema.map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema)));
        let make = format!("CREATE TABLE {name} ({}){using}", columns.join(", "));
        schema.into_iter().chain([format!("DROP TABLE IF EXISTS {name}"), make]).collect()
    }

    /// A value of a column, which neither engine reads from a mere text.
    pub fn value(&self, column: &TableColumn, text: &str) -> String {
        let text = text.replace('\\', "\\\\").replace('\'', "\\'");
        format!("CAST('{text}' AS {})", self.type_name()(&column.ty, &column.storage))
    }

    fn type_name(&self) -> TypeName {
        if self.target == "spark" { spark_type } else { googlesql_type }
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
