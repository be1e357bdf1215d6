//! Engines that live in a Python process (`tests/engines/*.py`). Spark, which is large and starts
//! slowly, has one for all tests of a binary, with a session for every runner; GoogleSQL one for
//! each, which run side by side. Those that have a store, for scripts, are in `store.rs`.

use std::path::PathBuf;

use segc::catalog::Storage;
use segc::diagnostic::{SourceId, Span};
use segc::engine::{Cell, TableColumn};
use segc::types::Type;
use serde_json::{Value, json};

use super::conversation::Conversation;
use super::engine::{Runner, found};
use super::given::Given;
use super::process::{Environment, Program};
use super::structs;

static QUERIES: Environment = Environment {
    folder: "venv",
    mark: "requirements.txt",
    requirements: include_str!("../../engines/requirements.txt"),
};

/// A process has one server, with one set of databases.
pub(super) static CLICKHOUSE: Program = Program {
    name: "clickhouse",
    environment: Some(&Environment {
        folder: "clickhouse",
        mark: "clickhouse.txt",
        requirements: include_str!("../../engines/clickhouse.txt"),
    }),
};

pub(super) static SQLITE: Program = Program { name: "sqlite", environment: None };

/// GoogleSQL, the language of BigQuery, by its reference implementation.
pub fn googlesql() -> Option<Python> {
    static GOOGLESQL: Program = Program { name: "googlesql", environment: Some(&QUERIES) };
    found("bigquery", || GOOGLESQL.look())?;
    Some(Python::new("bigquery", Conversation::alone(&GOOGLESQL), googlesql_type))
}

/// Spark, in local mode.
pub fn spark() -> Option<Python> {
    static SPARK: Program = Program { name: "spark", environment: Some(&QUERIES) };
    found("spark", || SPARK.look())?;
    Some(Python::new("spark", Conversation::shared(&SPARK), spark_type))
}

/// The next major version of DuckDB. It executes the SQL of the target `duckdb`.
pub fn next_duckdb() -> Option<Python> {
    static NEXT: Program = Program {
        name: "next_duckdb",
        environment: Some(&Environment {
            folder: "next_duckdb",
            mark: "next_duckdb.txt",
            requirements: include_str!("../../engines/next_duckdb.txt"),
        }),
    };
    found("next_duckdb", || NEXT.look())?;
    Some(Python::new("duckdb", Conversation::alone(&NEXT), duckdb_type))
}

/// The program `dbt`, with its adapter for DuckDB.
pub fn dbt() -> Option<PathBuf> {
    const DBT: Environment =
        Environment { folder: "dbt", mark: "dbt.txt", requirements: include_str!("../../engines/dbt.txt") };
    found("dbt", || Ok(DBT.find()?.0.with_file_name("dbt")))
}

/// ClickHouse, embedded, with the settings of its dialect.
pub fn clickhouse() -> Option<Python> {
    found("clickhouse", || CLICKHOUSE.look())?;
    let mut engine = Python::new("clickhouse", Conversation::alone(&CLICKHOUSE), clickhouse_type);
    let lines = include_str!("../../../dialects/clickhouse.yml").lines();
    let settings = lines.filter_map(|line| line.strip_prefix("    - "));
    let settings: Vec<String> = settings.filter(|line| line.starts_with("SET ")).map(str::to_owned).collect();
    assert!(!settings.is_empty(), "the dialect has settings");
    engine.conversation.change("run", &settings).expect("the settings");
    Some(engine)
}

/// SQLite, which is part of Python.
pub fn sqlite() -> Option<Python> {
    found("sqlite", || SQLITE.look())?;
    Some(Python::new("sqlite", Conversation::alone(&SQLITE), sqlite_type))
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

/// A session of such an engine.
pub struct Python {
    target: &'static str,
    conversation: Conversation,
    type_name: TypeName,
}

impl Python {
    fn new(target: &'static str, conversation: Conversation, type_name: TypeName) -> Self {
        Self { target, conversation, type_name }
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
        let loaded = self.conversation.load(&tables);
        if let Err(error) = loaded {
            panic!("{}: {error}", self.target);
        }
    }

    fn queries(&mut self, sql: &[String]) -> Vec<Result<Vec<Vec<Cell>>, String>> {
        let answer = self.conversation.query(sql);
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
