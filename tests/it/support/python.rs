//! Engines that live in a Python process (`tests/engines/*.py`). Spark, which is large and starts
//! slowly, has one for all tests of a binary, with a session for every runner; GoogleSQL one for
//! each, which run side by side. Those that have a store, for scripts, are in `store.rs`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use segc::catalog::Storage;
use segc::diagnostic::{SourceId, Span};
use segc::engine::{Cell, TableColumn};
use segc::types::Type;
use serde_json::{Value, json};

use super::engine::{Runner, found};
use super::given::Given;
use super::structs;

/// An environment of Python in the cache folder, and what it must have been made from.
pub(super) struct Environment {
    folder: &'static str,
    mark: &'static str,
    requirements: &'static str,
}

const QUERIES: Environment = Environment {
    folder: "venv",
    mark: "requirements.txt",
    requirements: include_str!("../../engines/requirements.txt"),
};

/// The environment of those that have a store.
pub(super) const STORES: Environment = Environment {
    folder: "stores",
    mark: "stores.txt",
    requirements: include_str!("../../engines/stores.txt"),
};

/// GoogleSQL, the language of BigQuery, by its reference implementation.
pub fn googlesql() -> Option<Python> {
    let process = found("bigquery", || Process::start(&QUERIES, "googlesql"))?;
    let process = Arc::new(Mutex::new(process));
    Some(Python { target: "bigquery", process, session: 0, type_name: googlesql_type })
}

/// Spark, in local mode.
pub fn spark() -> Option<Python> {
    static PROCESS: OnceLock<Option<Arc<Mutex<Process>>>> = OnceLock::new();
    static SESSIONS: AtomicU32 = AtomicU32::new(0);
    let start = || Some(Arc::new(Mutex::new(found("spark", || Process::start(&QUERIES, "spark"))?)));
    let process = Arc::clone(PROCESS.get_or_init(start).as_ref()?);
    let session = SESSIONS.fetch_add(1, Ordering::Relaxed);
    Some(Python { target: "spark", process, session, type_name: spark_type })
}

/// The next major version of DuckDB. It executes the SQL of the target `duckdb`.
pub fn next_duckdb() -> Option<Python> {
    const NEXT: Environment = Environment {
        folder: "next_duckdb",
        mark: "next_duckdb.txt",
        requirements: include_str!("../../engines/next_duckdb.txt"),
    };
    let process = found("next_duckdb", || Process::start(&NEXT, "next_duckdb"))?;
    let process = Arc::new(Mutex::new(process));
    Some(Python { target: "duckdb", process, session: 0, type_name: duckdb_type })
}

/// The program `dbt`, with its adapter for DuckDB.
pub fn dbt() -> Option<PathBuf> {
    const DBT: Environment =
        Environment { folder: "dbt", mark: "dbt.txt", requirements: include_str!("../../engines/dbt.txt") };
    found("dbt", || Ok(DBT.find()?.0.with_file_name("dbt")))
}

/// ClickHouse, embedded, with the settings of its dialect.
pub fn clickhouse() -> Option<Python> {
    let process = Arc::new(Mutex::new(found("clickhouse", start_clickhouse)?));
    let engine = Python { target: "clickhouse", process, session: 0, type_name: clickhouse_type };
    let lines = include_str!("../../../dialects/clickhouse.yml").lines();
    let settings: Vec<&str> = lines.filter_map(|line| line.strip_prefix("    - ")).collect();
    let settings: Vec<&&str> = settings.iter().filter(|line| line.starts_with("SET ")).collect();
    assert!(!settings.is_empty(), "the dialect has settings");
    engine.ask(&json!({ "do": "run", "session": 0, "sql": settings })).expect("the settings");
    Some(engine)
}

/// A process has one server, with one set of databases.
pub(super) fn start_clickhouse() -> Result<Process, String> {
    const CLICKHOUSE: Environment = Environment {
        folder: "clickhouse",
        mark: "clickhouse.txt",
        requirements: include_str!("../../engines/clickhouse.txt"),
    };
    Process::start(&CLICKHOUSE, "clickhouse")
}

/// SQLite, which is part of Python.
pub fn sqlite() -> Option<Python> {
    let process = Arc::new(Mutex::new(found("sqlite", start_sqlite)?));
    Some(Python { target: "sqlite", process, session: 0, type_name: sqlite_type })
}

pub(super) fn start_sqlite() -> Result<Process, String> {
    Process::start_with(Path::new("python3"), Path::new(""), "sqlite")
}

/// The types are names for `tests/engines/sqlite.py`; SQLite itself needs none.
pub(super) fn sqlite_type(ty: &Type, _: &Storage) -> String {
    let name = match ty {
        Type::Timestamp => "DATETIME",
        Type::Array(element) if **element == Type::Timestamp => "DATETIME[]",
        Type::Boolean => "BOOLEAN",
        Type::Integer => "INTEGER",
        Type::Float | Type::Decimal { .. } => "REAL",
        Type::String | Type::Semver | Type::Json | Type::Date | Type::Array(_) => "TEXT",
    };
    name.to_owned()
}

fn duckdb_type(ty: &Type, storage: &Storage) -> String {
    let column = TableColumn {
        name: String::new(),
        ty: ty.clone(),
        storage: storage.clone(),
        nullable: true,
        span: Span::new(SourceId(0), 0, 0),
        parts: Vec::new(),
    };
    column.sql_type()
}

pub(super) type TypeName = fn(&Type, &Storage) -> String;

impl Environment {
    /// Its Python, and the folder for what is kept.
    fn find(&self) -> Result<(PathBuf, PathBuf), String> {
        let how = "`tools/engines.sh` installs it";
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let cache = variable("SEGC_CACHE")
            .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("segc")))
            .or_else(|| variable("HOME").map(|home| home.join(".cache/segc")));
        let folder = cache.ok_or("there is no cache folder; set SEGC_CACHE")?.join("engines");
        let installed = fs::read_to_string(folder.join(self.mark));
        let installed = installed.map_err(|_| format!("it isn't installed; {how}"))?;
        if installed != self.requirements {
            return Err(format!("another version of it is installed; {how}"));
        }
        Ok((folder.join(self.folder).join("bin/python"), folder))
    }
}

/// A running engine.
pub(super) struct Process {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Process {
    pub(super) fn start(environment: &Environment, program: &str) -> Result<Self, String> {
        let (python, cache) = environment.find()?;
        Self::start_with(&python, &cache, program)
    }

    fn start_with(python: &Path, cache: &Path, program: &str) -> Result<Self, String> {
        let scripts = super::project::root().join("tests/engines");
        // Outside the process's pipes, so that it never waits for a reader.
        let log = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
        let (log, path) = log.keep().map_err(|error| error.to_string())?;
        let mut command = Command::new(python);
        command.arg("-B").arg(scripts.join(format!("{program}.py")));
        command.env("SEGC_ENGINES_CACHE", cache).current_dir(std::env::temp_dir());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", python.display()))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the process has no pipes".to_owned());
        };
        // It ends by itself when the pipe to it closes, which this process does by ending.
        let mut process = Self { requests, answers: BufReader::new(answers), log: path };
        process.read().map(|_| process)
    }

    fn read(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line);
        if !read.is_ok_and(|bytes| bytes > 0) {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            let last = said.char_indices().rev().nth(2_000).map_or(0, |(at, _)| at);
            return Err(format!("the process ended: {}", said[last..].trim()));
        }
        serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))
    }

    pub(super) fn ask(&mut self, request: &Value) -> Result<Value, String> {
        writeln!(self.requests, "{request}").map_err(|error| error.to_string())?;
        let answer = self.read()?;
        match answer.get("error") {
            Some(error) => Err(error.as_str().unwrap_or_default().to_owned()),
            None => Ok(answer),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.log);
    }
}

/// A session of such an engine.
pub struct Python {
    target: &'static str,
    process: Arc<Mutex<Process>>,
    session: u32,
    type_name: TypeName,
}

impl Python {
    fn ask(&self, request: &Value) -> Result<Value, String> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).ask(request)
    }

    fn table(&self, given: &Given) -> Value {
        // Without the capability to read arrays of structs, nothing reads columns that hold them.
        let has_structs = matches!(self.target, "bigquery" | "spark" | "duckdb");
        let ty = |column: &TableColumn| match has_structs {
            true => structs::type_name(column, self.type_name),
            false => (self.type_name)(&column.ty, &column.storage),
        };
        let column = |column: &TableColumn| json!([column.name, ty(column)]);
        let columns: Vec<Value> = given.table.columns.iter().map(column).collect();
        json!({ "name": given.table.name, "columns": columns, "rows": given.rows })
    }
}

impl Runner for Python {
    fn target(&self) -> &'static str {
        self.target
    }

    fn load(&mut self, tables: &[Given]) {
        let tables: Vec<Value> = tables.iter().map(|given| self.table(given)).collect();
        let loaded = self.ask(&json!({ "do": "load", "session": self.session, "tables": tables }));
        if let Err(error) = loaded {
            panic!("{}: {error}", self.target);
        }
    }

    fn queries(&mut self, sql: &[String]) -> Vec<Result<Vec<Vec<Cell>>, String>> {
        let answer = self.ask(&json!({ "do": "query", "session": self.session, "sql": sql }));
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", self.target));
        let answers = answer["answers"].as_array().expect("a list of answers");
        assert_eq!(answers.len(), sql.len(), "an answer for each query");
        answers.iter().map(rows).collect()
    }
}

pub(super) fn rows(answer: &Value) -> Result<Vec<Vec<Cell>>, String> {
    if let Some(error) = answer.get("error") {
        return Err(error.as_str().unwrap_or_default().to_owned());
    }
    let types: Vec<&str> =
        answer["types"].as_array().expect("types").iter().filter_map(Value::as_str).collect();
    let row = |row: &Value| {
        let cells = row.as_array().expect("a row").iter().zip(&types);
        cells.map(|(value, ty)| cell(value.as_str(), ty)).collect()
    };
    Ok(answer["rows"].as_array().expect("rows").iter().map(row).collect())
}

fn cell(value: Option<&str>, ty: &str) -> Cell {
    let Some(value) = value else { return Cell::Null };
    match ty {
        "integer" => Cell::Int(value.parse().expect(value)),
        "decimal" => Cell::Decimal(value.parse().expect(value)),
        "float" => Cell::Float(value.parse().expect(value)),
        "boolean" => Cell::Bool(value == "true"),
        "date" => Cell::Date(value.parse().expect(value)),
        "timestamp" => Cell::Timestamp(value.parse().expect(value)),
        _ => Cell::Text(value.to_owned()),
    }
}

pub(super) fn googlesql_type(ty: &Type, storage: &Storage) -> String {
    match (ty, storage) {
        (Type::Timestamp, Storage::Zone(_)) => "DATETIME".to_owned(),
        (Type::Timestamp, _) => "TIMESTAMP".to_owned(),
        (Type::Float, _) => "FLOAT64".to_owned(),
        (Type::String | Type::Semver, _) => "STRING".to_owned(),
        (Type::Integer, _) => "INT64".to_owned(),
        (Type::Decimal { precision, scale }, _) if *scale <= 9 && precision - scale <= 29 => {
            format!("NUMERIC({precision}, {scale})")
        }
        (Type::Decimal { precision, scale }, _) => format!("BIGNUMERIC({precision}, {scale})"),
        (Type::Boolean, _) => "BOOL".to_owned(),
        (Type::Date, _) => "DATE".to_owned(),
        (Type::Json, _) => "JSON".to_owned(),
        (Type::Array(element), storage) => format!("ARRAY<{}>", googlesql_type(element, storage)),
    }
}

pub(super) fn spark_type(ty: &Type, storage: &Storage) -> String {
    match (ty, storage) {
        (Type::Timestamp, Storage::Zone(_)) => "TIMESTAMP_NTZ".to_owned(),
        (Type::Timestamp, _) => "TIMESTAMP".to_owned(),
        (Type::Float, Storage::Float32) => "FLOAT".to_owned(),
        (Type::Float, _) => "DOUBLE".to_owned(),
        (Type::String | Type::Semver | Type::Json, _) => "STRING".to_owned(),
        (Type::Integer, _) => "BIGINT".to_owned(),
        (Type::Decimal { precision, scale }, _) => format!("DECIMAL({precision},{scale})"),
        (Type::Boolean, _) => "BOOLEAN".to_owned(),
        (Type::Date, _) => "DATE".to_owned(),
        (Type::Array(element), storage) => format!("ARRAY<{}>", spark_type(element, storage)),
    }
}

pub(super) fn clickhouse_type(ty: &Type, storage: &Storage) -> String {
    let plain = match (ty, storage) {
        (Type::Timestamp, _) => "DateTime64(6, 'UTC')".to_owned(),
        (Type::Float, Storage::Float32) => "Float32".to_owned(),
        (Type::Float, _) => "Float64".to_owned(),
        (Type::String | Type::Semver | Type::Json, _) => "String".to_owned(),
        (Type::Integer, _) => "Int64".to_owned(),
        (Type::Decimal { precision, scale }, _) => format!("Decimal({precision}, {scale})"),
        (Type::Boolean, _) => "Bool".to_owned(),
        (Type::Date, _) => "Date32".to_owned(),
        // There are no missing arrays.
        (Type::Array(element), storage) => return format!("Array({})", clickhouse_type(element, storage)),
    };
    format!("Nullable({plain})")
}
