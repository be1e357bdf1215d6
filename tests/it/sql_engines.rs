//! Every function template, and hostile constants and names, executed on every available engine,
//! and whole scripts on DuckDB and PostgreSQL: this shows that templates mean what `Function`
//! documents.

use std::sync::Arc;

use crate::sql::{cases, sample};
use crate::support;
use crate::support::engine::Runner;
use segc::diagnostic::Diagnostics;
use segc::dialect::{Dialect, Dialects, Function};
use segc::engine::{Cell, Engine};
use segc::plan::program::ProgramScope;
use segc::plan::rel::{Clock, Scalar};
use segc::sql::{ClockForm, Renderer, create, parses_back, refresh};
use segc::types::Type;

/// A database whose session is in a zone that nothing may depend on.
struct Database(Box<dyn Engine>);

impl Database {
    fn duckdb() -> Self {
        let mut database = Self(Box::new(support::duckdb()));
        database.run("SET TimeZone = 'Asia/Kolkata'").expect("ICU is there");
        database
    }

    fn postgres() -> Option<Self> {
        let mut database = Self(Box::new(support::postgres::database()?));
        database.run("SET TIME ZONE 'Asia/Kolkata'").expect("a setting");
        let raise = "CREATE FUNCTION pg_temp.segc_raise(message TEXT) RETURNS BOOLEAN \
                     LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = message; END'";
        database.run(raise).expect("a function");
        Some(database)
    }

    fn run(&mut self, sql: &str) -> Result<(), String> {
        self.0.execute(sql).map(drop).map_err(|error| error.to_string())
    }

    /// The one value of a query.
    fn value(&mut self, sql: &str) -> Result<Option<String>, String> {
        self.0.query(sql).map(|table| first(&table.rows)).map_err(|error| error.to_string())
    }
}

/// The first value of the first row, if it isn't missing.
fn first(rows: &[Vec<Cell>]) -> Option<String> {
    match rows.first().and_then(|row| row.first()) {
        None | Some(Cell::Null) => None,
        Some(cell) => Some(cell.to_string()),
    }
}

fn dialect(name: &str) -> Arc<Dialect> {
    let mut problems = Diagnostics::new();
    let dialects = Dialects::load(&[], &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    Arc::clone(dialects.get(name).expect("a built-in dialect"))
}

fn write(dialect: &Dialect, scalar: &Scalar) -> String {
    let clock = Clock::default();
    Renderer::new(dialect, ClockForm::Query, &clock).scalar(scalar).expect("it can be written")
}

/// A query of one value, and what it must answer.
struct Question {
    about: String,
    sql: String,
    expected: String,
}

/// Every case of every function.
fn functions(dialect: &Dialect) -> Vec<Question> {
    let question = |case: cases::Case| {
        let value = Scalar::Cast(Box::new(case.scalar), Type::String);
        let (about, expected) = (case.function.name().to_owned(), case.expected.to_owned());
        Question { about, sql: format!("SELECT {}", write(dialect, &value)), expected }
    };
    // SQLite has no NaN.
    let nan = |case: &cases::Case| {
        [Function::ReadFloat32, Function::ReadFloatNan].contains(&case.function) && case.expected == "missing"
    };
    let can = |case: &cases::Case| {
        dialect.has(case.function)
            && case.needs().into_iter().all(|needed| dialect.allows(needed))
            && !(dialect.name == "sqlite" && nan(case))
    };
    cases::all().into_iter().filter(can).map(question).collect()
}

/// Texts and names that come back as they are.
fn literals_and_names(dialect: &Dialect) -> Vec<Question> {
    let text = |text: &&str| Question {
        about: "a text".to_owned(),
        sql: format!("SELECT {}", write(dialect, &cases::text(text))),
        expected: (*text).to_owned(),
    };
    let clock = Clock::default();
    let name = |name: &&str| {
        let query = cases::one_column(name);
        let sql = Renderer::new(dialect, ClockForm::Query, &clock).query(&query).expect("it can be written");
        Question { about: format!("a name, {name}"), sql, expected: "1".to_owned() }
    };
    let names = ["order", "Total", "a b", "a\"b", "a`b", "user", "größe", "1st", "select", "a''b", "a\\b"];
    cases::HOSTILE.iter().map(text).chain(names.iter().map(name)).collect()
}

/// Fails with all that is answered wrongly.
fn check(questions: &[Question], answers: Vec<Result<Option<String>, String>>) {
    assert_eq!(questions.len(), answers.len());
    let wrong = |(question, got): (&Question, Result<Option<String>, String>)| {
        let got = got.map(|value| value.unwrap_or_else(|| "missing".to_owned()));
        let right = got.as_ref().is_ok_and(|got| cases::same(got, &question.expected));
        let Question { about, sql, expected } = question;
        (!right).then(|| format!("{about}: expected {expected}, got {got:?}\n  {sql}"))
    };
    let wrong: Vec<String> = questions.iter().zip(answers).filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn ask(questions: &[Question], engine: &mut Database) {
    check(questions, questions.iter().map(|question| engine.value(&question.sql)).collect());
}

/// On an engine that answers queries only.
fn ask_all(engine: Option<support::python::Python>) {
    let Some(mut engine) = engine else { return };
    let dialect = dialect(engine.target());
    let mut questions = functions(&dialect);
    questions.extend(literals_and_names(&dialect));
    let sql: Vec<String> = questions.iter().map(|question| question.sql.clone()).collect();
    check(&questions, engine.queries(&sql).into_iter().map(|rows| rows.map(|rows| first(&rows))).collect());
}

#[test]
fn googlesql_runs_every_function() {
    ask_all(support::python::googlesql());
}

#[test]
fn spark_runs_every_function() {
    ask_all(support::python::spark());
}

#[test]
fn clickhouse_runs_every_function() {
    ask_all(support::python::clickhouse());
}

#[test]
fn sqlite_runs_every_function() {
    ask_all(support::python::sqlite());
}

/// Create, change the data, refresh: the members, and when they entered.
fn scripts(dialect: &Dialect, engine: &mut Database) {
    for sql in sample::DATA {
        engine.run(sql).expect(sql);
    }
    let run = |engine: &mut Database, day: Option<&str>, fresh: bool| -> Result<(), String> {
        let plan = sample::plan(dialect, day);
        let make = if fresh { create } else { refresh };
        let script = make(&plan, dialect, ProgramScope::All, &|_| None).expect("it can be written");
        for statement in &script.statements {
            parses_back(statement, dialect).expect(&statement.text);
            if let Err(error) = engine.run(&statement.text) {
                let _ = engine.run("ROLLBACK");
                return Err(format!("{error}\n{}", statement.text));
            }
        }
        Ok(())
    };
    let members = "SELECT string_agg(id || '@' || CAST(CAST(entered_at AT TIME ZONE 'UTC' AS DATE) AS VARCHAR), ' ' \
                   ORDER BY id) FROM seg.big";
    run(engine, Some("2026-01-10T00:00:00Z"), true).expect("the first run");
    assert_eq!(engine.value(members), Ok(Some("1@2026-01-10 3@2026-01-10".to_owned())));
    engine.run("INSERT INTO src.orders VALUES (10, 2, 500)").expect("an insert");
    engine.run("DELETE FROM src.orders WHERE customer_id = 3").expect("a delete");
    run(engine, Some("2026-01-11T00:00:00Z"), false).expect("the second run");
    assert_eq!(engine.value(members), Ok(Some("1@2026-01-10 2@2026-01-11".to_owned())));
    let runs = "SELECT segment || ' ' || CAST(run_seq AS VARCHAR) || ' ' || CAST(members AS VARCHAR) FROM seg.segc_state \
                WHERE segment = 'big'";
    assert_eq!(engine.value(runs), Ok(Some("big 2 2".to_owned())));
    assert_eq!(engine.value("SELECT CAST(count(*) AS VARCHAR) FROM seg.recent"), Ok(Some("2".to_owned())));
    run(engine, None, false).expect("a run by the engine's clock");
    engine.run("INSERT INTO src.customers VALUES (1, 'twice')").expect("an insert");
    let failed = run(engine, None, false).expect_err("a key stands twice");
    assert!(failed.contains("customers has a key \"twice\""), "{failed}");
    assert_eq!(engine.value(runs), Ok(Some("big 3 2".to_owned())));
}

/// The short forms of an instant yield what the long one does, wherever they are chosen: for
/// every ten minutes of two years with all their changes of the clock.
fn short_instants(dialect: &Dialect, engine: &mut Database) {
    let of = |function, zone| {
        let local = Scalar::Column("t".to_owned(), "x".to_owned());
        write(dialect, &Scalar::Call(function, vec![local, cases::text(zone)]))
    };
    let differ = |engine: &mut Database, function, zone, when| {
        let sql = format!(
            "SELECT CAST(COUNT(*) AS VARCHAR) FROM GENERATE_SERIES(TIMESTAMP '2025-01-01', TIMESTAMP '2027-01-01', \
             INTERVAL '10 minutes') AS t(x) WHERE {when} AND {} IS DISTINCT FROM {}",
            of(Function::Instant, zone),
            of(function, zone)
        );
        engine.value(&sql).expect(&sql).expect("a number")
    };
    for zone in ["Europe/London", "America/New_York", "Atlantic/Azores", "America/Havana", "Asia/Kolkata"] {
        assert_eq!(differ(engine, Function::InstantHour, zone, "TRUE"), "0", "{zone}");
    }
    for zone in ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"] {
        assert_eq!(
            differ(engine, Function::InstantOnce, zone, "CAST(x AS TIME) = TIME '00:00'"),
            "0",
            "{zone}"
        );
    }
    // Where they are not chosen, they would be wrong.
    assert_ne!(differ(engine, Function::InstantHour, "Australia/Lord_Howe", "TRUE"), "0");
    assert_ne!(
        differ(engine, Function::InstantOnce, "America/Havana", "CAST(x AS TIME) = TIME '00:00'"),
        "0"
    );
}

#[test]
fn every_function_has_a_case() {
    // Engines have no common way to write a constant of their JSON type, or a struct: columns of them are
    // read in the conformance cases, and in `nested`.
    let cases = cases::all();
    let missing: Vec<&str> = Function::ALL
        .iter()
        .filter(|function| {
            !matches!(**function, Function::Raise | Function::ReadJson | Function::StructEntry)
                && !cases.iter().any(|case| case.function == **function)
        })
        .map(|function| function.name())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn duckdb_runs_every_function() {
    ask(&functions(&dialect("duckdb")), &mut Database::duckdb());
    short_instants(&dialect("duckdb"), &mut Database::duckdb());
}

#[test]
fn duckdb_reads_literals_and_names() {
    ask(&literals_and_names(&dialect("duckdb")), &mut Database::duckdb());
}

#[test]
fn duckdb_runs_scripts() {
    scripts(&dialect("duckdb"), &mut Database::duckdb());
}

#[test]
fn postgres_runs_every_function_and_script() {
    let Some(mut engine) = Database::postgres() else { return };
    let dialect = dialect("postgres");
    ask(&functions(&dialect), &mut engine);
    short_instants(&dialect, &mut engine);
    ask(&literals_and_names(&dialect), &mut engine);
    scripts(&dialect, &mut engine);
}
