//! The command `segc import`: what it writes, prints and returns.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const SEGMENTS: &str = r#"{"segments": [
  {"id": 1, "name": "Pro users", "constraints": [{"contextName": "plan", "operator": "IN", "values": ["pro"]}]},
  {"id": 2, "name": "Office", "constraints": [{"contextName": "ip", "operator": "IN_CIDR", "values": ["10.0.0.0/8"]}]}
]}"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("segc.yml"), "name: a\ntargets: { duckdb: {} }\n").expect("a file");
    fs::write(folder.path().join("state.json"), SEGMENTS).expect("a file");
    folder
}

fn segc(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_segc")).args(args).current_dir(folder).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_rest_is_written_if_a_segment_is_refused() {
    let project = project();
    let out =
        segc(project.path(), &["import", "unleash", "state.json", "--write-catalog", "catalog/users.yml"]);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    assert!(text(&out.stderr).contains("SEG923") && text(&out.stderr).contains("state.json:3"));
    assert!(text(&out.stdout).contains("Unleash: 1 exact, 0 with notes, 1 refused"), "{}", text(&out.stdout));
    let written =
        fs::read_to_string(project.path().join("segments/imported/unleash.seg")).expect("it is written");
    assert!(written.contains("segment pro_users on user"), "{written}");
    assert_eq!(segc(project.path(), &["check"]).status.code(), Some(0));
}

#[test]
fn files_may_begin_with_a_byte_order_mark() {
    let project = project();
    let write = |name: &str, text: &str| fs::write(project.path().join(name), text).expect("a file");
    fs::create_dir(project.path().join("catalog")).expect("a folder");
    write(
        "catalog/a.yml",
        "entities: { user: { table: u, key: id, fields: { id: string, plan: string } } }\n",
    );
    write("a.sql", "\u{feff}-- name: pros\nplan = 'pro'\n");
    write("b.txt", "\u{feff}trait('plan') = 'pro'");
    write("c.json", &format!("\u{feff}{SEGMENTS}"));
    for (args, said) in [
        (&["import", "sql", "a.sql"][..], "SQL: 1 exact"),
        (&["import", "segment", "b.txt", "--name", "b"], "Segment: 1 exact"),
        (&["import", "unleash", "c.json"], "Unleash: 1 exact"),
    ] {
        let out = segc(project.path(), args);
        assert!(text(&out.stdout).contains(said), "{}{}", text(&out.stdout), text(&out.stderr));
    }
    // The place of a letter that is more than a byte.
    let out = segc(project.path(), &["import", "sql", "plan = 'a' \u{e9}", "--name", "c"]);
    assert!(text(&out.stderr).contains("SEG935"), "{}", text(&out.stderr));
    assert!(text(&out.stdout).ends_with("nothing to write\n"), "{}", text(&out.stdout));
}

#[test]
fn a_dry_run_writes_nothing() {
    let project = project();
    let args = ["import", "unleash", "state.json", "--write-catalog", "catalog/users.yml", "--dry-run"];
    let out = segc(project.path(), &args);
    assert!(text(&out.stdout).contains("would write segments/imported/unleash.seg"), "{}", text(&out.stdout));
    assert!(!project.path().join("segments").exists() && !project.path().join("catalog").exists());
}

#[test]
fn the_report_for_programs_has_every_segment() {
    let project = project();
    let args =
        ["import", "unleash", "state.json", "--write-catalog", "catalog/users.yml", "--format", "json"];
    let report: Value = serde_json::from_slice(&segc(project.path(), &args).stdout).expect("it is JSON");
    assert_eq!((&report["exact"], &report["refused"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(report["segments"][1]["refusals"][0]["code"], "SEG923");
    assert_eq!(report["segments"][1]["refusals"][0]["place"]["line"], 3);
    assert_eq!(report["written"][1], "segments/imported/unleash.seg");
}

#[test]
fn arguments_are_checked_before_anything_is_read() {
    let project = project();
    for args in [
        &["import", "launchdarky", "state.json"][..],
        &["import", "unleash"],
        &["import", "unleash", "no-such-file.json"],
        &["import", "unleash", "state.json", "--out", "../x.seg"],
        &["import", "unleash", "state.json", "--out", "segments/x.txt"],
        &["import", "unleash", "state.json", "--write-catalog", "users.yml"],
    ] {
        let out = segc(project.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", text(&out.stderr));
    }
    assert!(!project.path().join("segments").exists());
}

#[test]
fn a_mapping_file_is_never_overwritten() {
    let project = project();
    fs::create_dir(project.path().join("catalog")).expect("a folder");
    let catalog = "entities: { user: { table: u, key: id, fields: { id: string, tier: string } } }";
    fs::write(project.path().join("catalog/a.yml"), catalog).expect("a file");
    let args = ["import", "unleash", "state.json", "--write-map", "map.yml"];
    assert_eq!(segc(project.path(), &args).status.code(), Some(0));
    assert_eq!(segc(project.path(), &args).status.code(), Some(2));
    let map = fs::read_to_string(project.path().join("map.yml")).expect("it is written");
    fs::write(project.path().join("map.yml"), map.replace("\"plan\":", "\"plan\": tier")).expect("a file");
    segc(project.path(), &["import", "unleash", "state.json", "--map", "map.yml"]);
    let written =
        fs::read_to_string(project.path().join("segments/imported/unleash.seg")).expect("it is written");
    assert!(written.contains("tier in (\"pro\")"), "{written}");
}
