//! Two concurrent runs of the same scripts: one waits, or fails with a message, and neither
//! corrupts what the other writes.

use std::sync::{Barrier, mpsc};
use std::time::Duration;

use crate::support::postgres;
use crate::support::project::open;
use crate::support::target::{plan, script};
use segc::api::{Options, Session};
use segc::engine::{Engine, EngineError};
use segc::plan::program::{Phase, ProgramScope};
use segc::project::Memory;
use segc::sql::Statement;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: hard
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      active: boolean
      updated_at: timestamp
";

const SEGMENTS: &str = "
segment active on customer { materialize: incremental history: true where active }
segment calls on customer { materialize: incremental where in segment active }
";

fn session() -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    open(&files)
}

fn statements(target: &str, refresh: bool) -> Vec<Statement> {
    let session = session();
    let plan = plan(&session, target, &Options::default());
    script(&session, &plan, ProgramScope::All, refresh).statements
}

fn texts(statements: &[Statement]) -> Vec<String> {
    statements.iter().map(|statement| statement.text.clone()).collect()
}

/// The statements up to and with the last of a purpose, and the rest.
fn split(statements: &[Statement], after: Phase) -> (Vec<String>, Vec<String>) {
    let at = statements.iter().rposition(|one| one.phase == after).expect("there is such a statement") + 1;
    (texts(&statements[..at]), texts(&statements[at..]))
}

fn each(engine: &mut dyn Engine, statements: &[String]) -> Result<(), EngineError> {
    statements.iter().try_for_each(|statement| engine.execute(statement).map(drop))
}

fn answer(engine: &mut dyn Engine, sql: &str) -> String {
    let table = engine.query(sql).expect("it can be asked");
    let row =
        |row: &Vec<segc::engine::Cell>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    table.rows.iter().map(row).collect::<Vec<_>>().join(" / ")
}

/// What a table, its log and its counter must agree on after both runs: questions, and what their
/// answers have in common.
fn is_sound(ask: &mut dyn FnMut(&str) -> String) {
    for name in ["active", "calls"] {
        let right = ask("SELECT COUNT(*) FROM customers WHERE active");
        let members = ask(&format!(
            "SELECT COUNT(DISTINCT m.id) FROM segments.{name} AS m JOIN customers AS c ON m.id = c.id AND c.active"
        ));
        assert_eq!(members, right, "{name}");
        assert_eq!(ask(&format!("SELECT COUNT(*) FROM segments.{name}")), right, "{name}");
        let counted = format!("SELECT members FROM segments.segc_segment_counts WHERE segment = '{name}'");
        assert_eq!(ask(&counted), right, "{name}");
    }
    let twice = "SELECT COUNT(*) FROM (SELECT id, run_seq, action FROM segments.segc_log_active \
                 GROUP BY id, run_seq, action HAVING COUNT(*) > 1) AS t";
    assert_eq!(ask(twice), "0", "logged twice");
    let net = "SELECT CAST(SUM(CASE action WHEN 'enter' THEN 1 ELSE -1 END) AS BIGINT) FROM segments.segc_log_active";
    assert_eq!(ask(net), ask("SELECT COUNT(*) FROM segments.active"));
}

/// A connection to a new database. segc opens the engine's library.
fn connection() -> duckdb::Connection {
    drop(crate::support::duckdb());
    duckdb::Connection::open_in_memory().expect("a database")
}

/// How many pairs of runs begin as they like.
const PAIRS: i64 = 100;

/// A member enters, another leaves, and one who entered two rounds before is removed.
fn changes(round: i64) -> [String; 3] {
    let (come, gone) = (10_000 + round, 10_000 + round - 2);
    [
        format!("INSERT INTO customers VALUES ({come}, TRUE, NOW())"),
        format!("UPDATE customers SET active = NOT active, updated_at = NOW() WHERE id = {}", round + 1),
        format!("DELETE FROM customers WHERE id = {gone} AND {gone} % 3 = 0"),
    ]
}

/// Runs in two threads at once, the second a little later in each round than in the one before:
/// their statements fall between each other's in every way.
fn race(round: i64, runs: [Box<dyn FnOnce() -> Result<(), String> + Send>; 2]) -> [Result<(), String>; 2] {
    let start = Barrier::new(2);
    let later = Duration::from_micros(u64::try_from(round).expect("no negative round") * 200);
    std::thread::scope(|scope| {
        let threads = runs.into_iter().zip([Duration::ZERO, later]).map(|(run, later)| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                std::thread::sleep(later);
                run()
            })
        });
        let threads: Vec<_> = threads.collect();
        let mut ends = threads.into_iter().map(|thread| thread.join().expect("no panic"));
        [ends.next().expect("the first"), ends.next().expect("the second")]
    })
}

#[test]
fn the_second_run_on_a_server_waits_for_the_first() {
    let Some(mut first) = postgres::database() else { return };
    let rows = [
        "CREATE TABLE customers (id BIGINT NOT NULL, active BOOLEAN, updated_at TIMESTAMPTZ)",
        "INSERT INTO customers SELECT i, i % 2 = 0, NOW() FROM GENERATE_SERIES(1, 100) AS t(i)",
    ];
    each(&mut first, &rows.map(str::to_owned)).expect("the rows");
    each(&mut first, &texts(&statements("postgres", false))).expect("the first create");
    let refresh = statements("postgres", true);
    for (after, arrives) in [(Phase::Lock, 1000), (Phase::Clock, 2000), (Phase::Write, 3000)] {
        let (begin, end) = split(&refresh, after);
        each(&mut first, &[format!("INSERT INTO customers VALUES ({arrives}, TRUE, NOW())")]).expect("a row");
        each(&mut first, &begin).expect("the first run begins");
        let (mut second, whole) = (first.another(), texts(&refresh));
        let (done, waits) = mpsc::channel();
        let run = std::thread::spawn(move || {
            let ran = each(&mut second, &whole).map_err(|error| error.to_string());
            done.send(()).expect("somebody listens");
            ran
        });
        // The row that arrives while the second waits is in its snapshot, which it takes after.
        assert!(waits.recv_timeout(Duration::from_millis(700)).is_err(), "the second run doesn't wait");
        let mut other = first.another();
        each(&mut other, &[format!("INSERT INTO customers VALUES ({}, TRUE, NOW())", arrives + 1)])
            .expect("a row");
        each(&mut first, &end).expect("the first run ends");
        run.join().expect("no panic").expect("the second run goes on");
        is_sound(&mut |sql| answer(&mut first, sql));
        let came =
            format!("SELECT COUNT(*) FROM segments.active WHERE id BETWEEN {arrives} AND {}", arrives + 1);
        assert_eq!(answer(&mut first, &came), "2");
        let runs = "SELECT MIN(run_seq) = MAX(run_seq), MIN(as_of) = MAX(as_of) FROM segments.segc_state";
        assert_eq!(answer(&mut first, runs), "true true", "both segments are as of the last run");
    }
}

#[test]
fn runs_of_a_segment_and_of_its_dependent_do_not_interfere() {
    let Some(mut first) = postgres::database() else { return };
    let rows = [
        "CREATE TABLE customers (id BIGINT NOT NULL, active BOOLEAN, updated_at TIMESTAMPTZ)",
        "INSERT INTO customers SELECT i, TRUE, NOW() FROM GENERATE_SERIES(1, 10) AS t(i)",
    ];
    each(&mut first, &rows.map(str::to_owned)).expect("the rows");
    each(&mut first, &texts(&statements("postgres", false))).expect("the first create");
    let session = session();
    let planned = plan(&session, "postgres", &Options::default());
    let of = |name: &str| {
        let segment = planned.segments.iter().find(|one| one.name == name).expect("it is planned");
        script(&session, &planned, ProgramScope::One(segment), true).statements
    };
    each(&mut first, &["INSERT INTO customers VALUES (11, TRUE, NOW())".to_owned()]).expect("a row");
    // The reader begins, then its input runs to its end: the reader goes on with what it saw.
    let (begin, end) = split(&of("calls"), Phase::Clock);
    let mut second = first.another();
    each(&mut second, &begin).expect("the reader begins");
    each(&mut first, &texts(&of("active"))).expect("its input runs");
    each(&mut second, &end).expect("the reader ends");
    assert_eq!(answer(&mut first, "SELECT COUNT(*) FROM segments.calls"), "10");
    // What it hadn't seen is still in the log.
    each(&mut first, &texts(&of("calls"))).expect("the reader runs again");
    is_sound(&mut |sql| answer(&mut first, sql));
}

#[test]
fn in_one_process_the_second_run_fails_and_can_be_repeated() {
    let first = connection();
    let second = first.try_clone().expect("another connection");
    let all = |connection: &duckdb::Connection, statements: &[String]| {
        statements.iter().try_for_each(|statement| connection.execute_batch(statement))
    };
    let rows = "CREATE TABLE customers AS SELECT i AS id, i % 2 = 0 AS active, NOW() AS updated_at FROM range(100) AS t(i)";
    first.execute_batch(rows).expect("the rows");
    all(&first, &texts(&statements("duckdb", false))).expect("the first create");
    let refresh = statements("duckdb", true);
    let (begin, end) = split(&refresh, Phase::Lock);
    first.execute_batch("INSERT INTO customers VALUES (1000, TRUE, NOW())").expect("a row");
    all(&first, &begin).expect("the first run begins");
    let refused = all(&second, &texts(&refresh)).expect_err("both change the row of the run");
    assert!(refused.to_string().contains("onflict"), "{refused}");
    second.execute_batch("ROLLBACK").expect("it is over");
    all(&first, &end).expect("the first run ends");
    all(&second, &texts(&refresh)).expect("the second, started again");
    let count = |sql: &str| first.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    for name in ["active", "calls"] {
        assert_eq!(count(&format!("SELECT COUNT(*) FROM segments.{name}")), 51, "{name}");
        assert_eq!(count(&format!("SELECT COUNT(DISTINCT id) FROM segments.{name}")), 51, "{name}");
    }
    assert_eq!(count("SELECT COUNT(*) FROM segments.segc_log_active"), 51);
}

#[test]
fn a_hundred_concurrent_pairs_of_runs_succeed_on_a_server() {
    let Some(mut first) = postgres::database() else { return };
    let rows = [
        "CREATE TABLE customers (id BIGINT NOT NULL, active BOOLEAN, updated_at TIMESTAMPTZ)",
        "INSERT INTO customers SELECT i, i % 2 = 0, NOW() FROM GENERATE_SERIES(1, 200) AS t(i)",
    ];
    each(&mut first, &rows.map(str::to_owned)).expect("the rows");
    each(&mut first, &texts(&statements("postgres", false))).expect("the first create");
    let refresh = texts(&statements("postgres", true));
    for round in 0..PAIRS {
        each(&mut first, &changes(round)).expect("changes");
        let runs = [first.another(), first.another()].map(|mut engine| {
            let refresh = refresh.clone();
            let run = move || each(&mut engine, &refresh).map_err(|error| error.to_string());
            Box::new(run) as Box<dyn FnOnce() -> Result<(), String> + Send>
        });
        assert_eq!(race(round, runs), [Ok(()), Ok(())], "round {round}");
        is_sound(&mut |sql| answer(&mut first, sql));
    }
}

#[test]
fn a_hundred_concurrent_pairs_of_runs_in_one_process_succeed_or_roll_back() {
    let connection = connection();
    let rows = "CREATE TABLE customers AS SELECT i AS id, i % 2 = 0 AS active, NOW() AS updated_at FROM range(200) AS t(i)";
    connection.execute_batch(rows).expect("the rows");
    let all = |connection: &duckdb::Connection, statements: &[String]| {
        let run = statements.iter().try_for_each(|statement| connection.execute_batch(statement));
        run.map_err(|error| error.to_string())
    };
    all(&connection, &texts(&statements("duckdb", false))).expect("the first create");
    let refresh = texts(&statements("duckdb", true));
    let mut refused = 0;
    for round in 0..PAIRS {
        all(&connection, &changes(round)).expect("changes");
        let runs = [(); 2].map(|()| {
            let (connection, refresh) = (connection.try_clone().expect("another"), refresh.clone());
            let run = move || all(&connection, &refresh);
            Box::new(run) as Box<dyn FnOnce() -> Result<(), String> + Send>
        });
        let ends = race(round, runs);
        assert!(ends.iter().any(Result::is_ok), "round {round}: neither goes on: {ends:?}");
        for error in ends.iter().filter_map(|end| end.as_ref().err()) {
            assert!(error.contains("onflict"), "round {round}: {error}");
            refused += 1;
        }
        is_sound(&mut |sql| {
            connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number").to_string()
        });
    }
    assert!(refused > 0, "no two of {PAIRS} pairs met");
}
