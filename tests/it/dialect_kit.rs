//! `segc test --dialect`: a wrong dialect is found out, and the wrong template named.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::engine::found;
use crate::support::postgres;

fn run(dialect: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.yml");
    std::fs::write(&file, dialect).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_segc"));
    command.args(["test", "--dialect", "mine.yml"]).args(arguments).current_dir(folder.path());
    command.output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sound_dialect_passes_on_the_embedded_engine() {
    let out = run("name: mine\nextends: duckdb\nfunctions:\n  lower: LCASE($1)\n", &["lower", "Dates"]);
    let said = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{said} {}", text(&out.stderr));
    assert!(said.contains("0 functions wrong, 0 cases failed"), "{said}");
    assert!(said.contains("cases executed"), "{said}");
}

#[test]
fn a_wrong_template_is_named_at_its_line() {
    let wrong = "name: mine\nextends: duckdb\nfunctions:\n  contains: CONTAINS(LOWER($1), LOWER($2))\n";
    let out = run(wrong, &["contains"]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(said.contains("SEG640"), "{said}");
    assert!(said.contains("`contains` is wrong: SELECT"), "{said}");
    assert!(said.contains("expected false, got true"), "{said}");
    assert!(said.contains("mine.yml:4:3"), "{said}");
    // The cases show the segment's own text, and who is in by mistake.
    let cases = text(&out.stdout);
    assert!(cases.contains("email contains \"acme\" expected u1 u6 got u1 u2 u6 SELECT"), "{cases}");
}

#[test]
fn every_wrong_template_is_found_by_its_calls() {
    for (name, wrong) in [
        ("text_order", "LOWER($1)"),
        ("trim", "TRIM($1, ' \t')"),
        ("length", "STRLEN($1)"),
        ("starts_with", "CONTAINS($1, $2)"),
        ("matches", "REGEXP_FULL_MATCH($1, $2)"),
        ("round_float", "ROUND_EVEN($1, 0)"),
        ("floor", "TRUNC($1)"),
        ("remainder", "(($1 % $2) + $2) % $2"),
        ("add_months", "$1 + INTERVAL ($2 * 30) DAY"),
        ("start_of_week", "DATE_TRUNC('day', $1)"),
        ("weekday", "DAYOFWEEK($1)"),
        ("days_between", "$1 - $2"),
        ("bucket", "HASH($1) % 10000"),
        ("json_integer", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS BIGINT)"),
        ("array_size", "LENGTH($1)"),
    ] {
        let dialect = format!("name: mine\nextends: duckdb\nfunctions:\n  {name}: {wrong}\n");
        let out = run(&dialect, &[name]);
        let said = text(&out.stderr);
        assert!(said.contains(&format!("`{name}` is wrong")), "{name}: {said} {}", text(&out.stdout));
        assert_eq!(out.status.code(), Some(1), "{name}");
    }
}

#[test]
fn problems_of_the_file_come_first_and_all_at_once() {
    let wrong =
        "name: mine\nextends: duckdb\nfunctions:\n  lower: LOWER(\n  upper: UPPER($2)\nlimits:\n  rows: 5\n";
    let out = run(wrong, &[]);
    let said = text(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    for code in ["SEG604", "SEG605", "SEG606"] {
        assert!(said.contains(code), "{code}: {said}");
    }
    assert_eq!(text(&out.stdout), "", "nothing is run");
}

#[test]
fn a_program_that_executes_nothing_is_reported() {
    let dialect = "name: mine\nextends: duckdb\n";
    let out = run(dialect, &["--exec", "true", "lower"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("SEG725"), "{}", text(&out.stderr));
    let out = run(dialect, &["--exec", "while read line; do echo nonsense; done", "lower"]);
    assert!(text(&out.stderr).contains("isn't a line of JSON"), "{}", text(&out.stderr));
    let out = run(
        dialect,
        &["--exec", "while read line; do echo '{\"error\": \"no!\"}'; done", "--format", "json", "lower"],
    );
    assert_eq!(out.status.code(), Some(3), "the session's settings fail: {}", text(&out.stderr));
    let out = run(dialect, &["no such case"]);
    assert!(text(&out.stderr).contains("SEG641"), "{}", text(&out.stderr));
}

/// The kit's own loading of rows and its protocol, on an engine that segc doesn't know.
#[test]
fn a_program_executes_every_case_that_its_dialect_allows() {
    let python = || match Command::new("python3").args(["-c", "import sqlite3"]).output() {
        Ok(out) if out.status.success() => Ok(()),
        _ => Err("there is no python3 with sqlite3".to_owned()),
    };
    if found("sqlite", python).is_none() {
        return;
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines/sqlite.py");
    let exec = format!("python3 -B '{}' --exec", program.display());
    let dialect = include_str!("../../dialects/sqlite.yml");
    let topics = ["Dates", "Periods", "Sequences", "JSON", "Arrays", "trim", "month", "json", "array"];
    let out = run(dialect, &[&["--exec", &exec], &topics[..]].concat());
    let said = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{said} {}", text(&out.stderr));
    assert!(said.contains("0 functions wrong, 0 cases failed"), "{said}");
    // A wrong one is found there, too.
    let wrong = dialect.replace("  trim: TRIM($1, ' ')", "  trim: RTRIM($1, ' ')");
    let out = run(&wrong, &["--exec", &exec, "trim"]);
    assert!(text(&out.stderr).contains("`trim` is wrong"), "{}", text(&out.stderr));
}

/// Times without a zone are in a table that the kit makes of a query.
#[test]
fn a_copy_of_a_dialect_passes_on_a_server() {
    let Some(server) = postgres::database() else { return };
    let dialect = include_str!("../../dialects/postgres.yml").replacen("name: postgres", "name: mine", 1);
    let topics =
        ["Days in a zone", "Dates", "versions", "JSON", "Arrays", "text_order", "round", "json", "zone"];
    let out = run(&dialect, &[&["--db", server.address()], &topics[..]].concat());
    let said = text(&out.stdout);
    assert_eq!(out.status.code(), Some(0), "{said} {}", text(&out.stderr));
    assert!(said.contains("0 functions wrong, 0 cases failed"), "{said}");
    assert!(!said.contains("not tried"), "{said}");
    let wrong = dialect.replace("  trim: BTRIM($1, ' ')", "  trim: LTRIM($1, ' ')");
    let out = run(&wrong, &["--db", server.address(), "trim"]);
    assert!(text(&out.stderr).contains("`trim` is wrong"), "{}", text(&out.stderr));
}
