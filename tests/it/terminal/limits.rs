//! `--timeout` and `--fail-fast`: what ends early, and what then is left.

use std::path::Path;
use std::time::Duration;

use segc::api::{Options, RunRequest, Status, open_files};
use segc::engine::{DuckDb, Engine, Limits};
use segc::project::Memory;

use super::segc;
use crate::support;

const CONFIG: &str = "name: shop\nschema: segments\ntimezone: UTC\ntargets: { duckdb: {} }\n";

/// `count` is a query that takes forever.
const CATALOG: &str = "entities:
  customer:
    table: customers
    key: id
    fields: { id: { type: integer, nullable: false }, points: integer }
    links: { orders: { to: order, many: true, on: { id: customer_id } } }
  order:
    table: orders
    key: id
    fields: { id: { type: integer, nullable: false }, customer_id: integer, amount: integer }
  count:
    query: SELECT COUNT(*) AS id FROM range(10000000) AS a CROSS JOIN range(10000000) AS b
    key: id
    fields: { id: { type: integer, nullable: false } }
";

fn limits(milliseconds: u64) -> Limits {
    Limits { time: Some(Duration::from_millis(milliseconds)), threads: None }
}

/// A statement that takes too long, and then others that don't.
fn is_cancelled(engine: &mut dyn Engine, slow: &str) {
    engine.execute("CREATE TABLE t (n INTEGER)").expect("a table");
    engine.limit(limits(200)).expect("it can");
    for statement in ["BEGIN", "INSERT INTO t VALUES (1)"] {
        engine.execute(statement).expect("it is quick");
    }
    let error = engine.query(slow).expect_err("it takes too long");
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.to_string(), "a statement took longer than 0.2 seconds (`--timeout`)");
    let _ = engine.execute("ROLLBACK");
    let rows = |engine: &mut dyn Engine| engine.query("SELECT n FROM t").expect("it answers").rows.len();
    assert_eq!(rows(engine), 0, "what was begun is undone");
    assert!(engine.execute(&format!("INSERT INTO t {slow}")).expect_err("too long as well").is_timeout());
    // An error of its own stays what it is.
    assert!(!engine.query("SELECT n FROM nowhere").expect_err("no table").is_timeout());
    engine.limit(Limits::default()).expect("it can");
    assert_eq!(rows(engine), 0);
}

#[test]
fn statements_are_cancelled_when_their_time_is_over() {
    let slow = "SELECT CAST(COUNT(*) AS INTEGER) FROM range(10000000) AS a CROSS JOIN range(10000000) AS b";
    is_cancelled(&mut support::duckdb(), slow);
    if let Some(mut server) = support::postgres::database() {
        is_cancelled(&mut server, "SELECT CAST(1 AS INTEGER) FROM pg_sleep(1000)");
    }
}

#[test]
fn a_segment_that_takes_too_long_fails_alone() {
    let segments = "segment anyone on customer { where points > 0 }\nsegment crawl on count { where id > 5 }\n\
                    segment later on count { where in segment crawl }\n";
    let files = Memory::new()
        .with("segc.yml", CONFIG)
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    let mut engine = support::duckdb();
    engine.execute("CREATE TABLE customers AS SELECT 1 AS id, 5 AS points").expect("a table");
    let engine: &mut DuckDb = &mut engine;
    engine.limit(limits(500)).expect("it can");
    let request = RunRequest {
        target: "duckdb",
        segments: &session.select(&[]).expect("all"),
        options: &Options::default(),
        refresh: false,
        resume: false,
        verify: false,
        fail_fast: false,
        wait: false,
        check_clock: false,
    };
    let ran = session.run(&request, engine, &mut |_| {}).expect("it begins");
    let statuses: Vec<&Status> = ran.segments.iter().map(|one| &one.status).collect();
    let skipped = Status::Skipped(vec!["crawl".to_owned()]);
    assert_eq!(statuses, [&Status::Built(1), &Status::Failed, &skipped], "{:?}", ran.problems);
    let codes: Vec<&str> = ran.problems.iter().map(|problem| problem.code).collect();
    assert!(codes.contains(&"SEG856"), "{:?}", ran.problems);
    let recorded = engine.query("SELECT segment FROM segments.segc_state").expect("the runs").rows.len();
    assert_eq!(recorded, 1, "only what was built is recorded");
}

fn project(segments: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = CATALOG.split("  count:").next().expect("the others");
    for (path, text) in [
        ("segc.yml", CONFIG),
        ("catalog/all.yml", catalog),
        ("segments/all.seg", segments),
        ("data/customers.csv", "id,points\n1,5\n"),
        ("data/orders.csv", "id,customer_id,amount\n1,1,9223372036854775807\n2,1,9223372036854775807\n"),
        ("tests/all.yml", TESTS),
    ] {
        write(&folder.path().join(path), text);
    }
    folder
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// `big` fails.
const SEGMENTS: &str = "segment anyone on customer { where points > 0 }\n\
                        segment big on customer { where in segment anyone and points * 4_000_000_000_000_000_000 > 3 }\n\
                        segment last on customer { where in segment anyone }\n";

const TESTS: &str = "as_of: 2026-11-01T00:00:00Z
given: { customer: [{ id: 1, points: 5 }] }
tests:
  - { name: right, expect: { anyone: [1] } }
  - { name: wrong, expect: { anyone: [] } }
  - { name: wrong as well, expect: { last: [] } }
  - { name: also right, expect: { last: [1] } }
";

#[test]
fn a_run_ends_at_the_first_failure() {
    let project = project(SEGMENTS);
    let status = |out: &str| -> Vec<String> {
        let said: serde_json::Value = serde_json::from_str(out).unwrap_or_else(|_| panic!("{out}"));
        let segments = said["segments"].as_array().expect("segments").iter();
        segments.map(|one| format!("{} {}", one["segment"], one["status"]).replace('"', "")).collect()
    };
    let (exit, out, err) = segc(project.path(), &["run", "--format", "json"]);
    assert_eq!(
        (exit, status(&out)),
        (3, vec!["anyone built".into(), "big failed".into(), "last built".into()]),
        "{err}"
    );
    let (exit, out, err) = segc(project.path(), &["run", "--fail-fast", "--format", "json"]);
    let ended = vec!["anyone built".into(), "big failed".into(), "last not_reached".into()];
    assert_eq!((exit, status(&out)), (3, ended), "{err}");
    assert!(err.contains("last was not run, since another segment had failed (--fail-fast)\n"), "{err}");
}

#[test]
fn tests_end_at_the_first_failure() {
    let project = project(SEGMENTS);
    for engine in ["reference", "duckdb"] {
        let (exit, out, _) = segc(project.path(), &["test", "--engine", engine]);
        assert!(exit == 1 && out.contains("2 of 4 tests failed in "), "{out}");
        for threads in ["1", "4"] {
            let (exit, out, err) = segc(project.path(), &["test", "-x", "--engine", engine, "-j", threads]);
            assert_eq!((exit, out.matches("FAILED").count()), (1, 1), "{engine}: {out}{err}");
            assert!(out.contains("all.yml:5 wrong\n"), "{out}");
            assert!(
                out.contains("1 of 2 tests failed in ") && out.ends_with("; 2 were not run (--fail-fast)\n"),
                "{out}"
            );
        }
    }
    let (exit, out, _) = segc(project.path(), &["test", "-x", "right"]);
    assert!(exit == 0 && out.contains("2 tests passed"), "{out}");
}

#[test]
fn a_slow_statement_is_the_engines_failure() {
    let project = project("segment any_count on count { where id > 5 }\n");
    write(&project.path().join("catalog/all.yml"), CATALOG);
    for arguments in [&["run"][..], &["why", "any_count", "1"], &["attrition", "any_count"]] {
        let arguments = [arguments, &["--timeout", "0.3"]].concat();
        let (exit, out, err) = segc(project.path(), &arguments);
        assert_eq!(exit, 3, "{arguments:?}: {out}{err}");
        assert!(err.contains("SEG856") && err.contains("longer than 0.3 seconds"), "{arguments:?}: {err}");
    }
}
