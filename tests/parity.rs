//! The SELECT that compares a table with a fresh evaluation: empty where the table is right, and
//! what is missing or extra where somebody has tampered with it.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests use files and the terminal"
)]

mod support;

use segc::api::{Options, Session};
use segc::sql::{Purpose, Statement, parses_back};
use support::project::{Project, at, said};
use support::target::{Target, build, plan, tables};

fn parity(session: &Session, target: &str, segment: &str) -> String {
    let id = session.hir().find(segment).expect("a segment");
    session
        .parity_sql(target, id, &Options::default())
        .unwrap_or_else(|problems| panic!("{segment}: {}", said(&problems)))
}

#[test]
fn the_examples_tables_are_what_a_fresh_evaluation_gives() {
    for project in Project::examples() {
        let session = project.open(None);
        for mut target in Target::all() {
            target.load(&session, &project.data);
            let plan = plan(&session, target.name, &at(project.as_of));
            target.run(&build(&session, &plan, false)).expect("they are built");
            let mut asked = 0;
            for segment in tables(&plan) {
                let sql = parity(&session, target.name, &segment.name);
                let rows = target.rows(&sql).unwrap_or_else(|error| panic!("{}: {error}", segment.name));
                assert_eq!(rows, Vec::<Vec<String>>::new(), "{} on {}", segment.name, target.name);
                // As nobody is a member of nothing, what is compared must be a real evaluation.
                let table = segment.table.join(".");
                if !target.rows(&format!("SELECT * FROM {table}")).expect("a table").is_empty() {
                    target.must(&format!("DELETE FROM {table}"));
                    let missing = target.rows(&sql).expect("it can be asked");
                    assert!(!missing.is_empty(), "{}", segment.name);
                    assert!(missing.iter().all(|row| row[0] == "missing"), "{}", segment.name);
                    asked += 1;
                }
            }
            assert!(asked > 3, "only {asked} tables have members");
        }
    }
}

#[test]
fn every_dialect_reads_what_is_written_for_it() {
    for project in Project::examples() {
        let session = project.open(None);
        for name in session.targets() {
            let plan = plan(&session, &name, &Options::default());
            let dialect = session.dialects().get(&plan.dialect).expect("its dialect");
            for segment in tables(&plan) {
                let text = parity(&session, &name, &segment.name);
                let purpose = Purpose::Check;
                let statement = Statement { text, segment: None, purpose, opaque: false };
                assert_eq!(parses_back(&statement, dialect), Ok(()), "{name}: {}", statement.text);
            }
        }
    }
}

#[test]
fn the_command_writes_one_for_each_table_and_prints_one_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let segc = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("segc").expect("the program is built");
        let output = command.current_dir(folder.path()).args(arguments).output().expect("it runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(segc(&["init"]).0, Some(0));
    let view = "segment americans on customer { materialize: view where country = \"US\" }\n";
    std::fs::write(folder.path().join("segments/americans.seg"), view).expect("it can be written");
    assert_eq!(segc(&["compile", "--parity", "--target", "postgres"]).0, Some(0));
    let read = |path: &str| std::fs::read_to_string(folder.path().join("target/postgres").join(path));
    let manifest: serde_json::Value =
        serde_json::from_str(&read("manifest.json").expect("it is written")).expect("it is JSON");
    for segment in manifest["segments"].as_array().expect("a list") {
        let name = segment["name"].as_str().expect("a name");
        let written = segment["scripts"]["parity"].as_str().map(|path| read(path).expect("it is written"));
        assert_eq!(written.is_some(), name != "americans", "{name}");
        let (code, out, err) = segc(&["compile", name, "--parity", "--target", "postgres"]);
        match written {
            Some(text) => {
                assert!(text.starts_with("-- Compares a segment's table with a fresh evaluation"), "{text}");
                assert!(text.ends_with(&format!("\n{};\n", out.trim_end())), "{name}");
            }
            None => assert!(code == Some(2) && err.contains("SEG874"), "{err}"),
        }
    }
    assert_eq!(segc(&["compile"]).0, Some(0));
    assert!(read("segments/buyers.parity.sql").is_err(), "only if it is asked for");
}
