//! Text in scripts survives the tools that run them: nothing that templates and shells substitute
//! occurs in one piece, no text spans lines, and psql reads a script unchanged.

use std::collections::BTreeMap;
use std::process::Command;

use crate::support;
use segc::api::{Options, SegmentFiles, Session, open_files};
use segc::engine::Engine as _;
use segc::project::Memory;

/// Texts that an engine or a tool might replace, cut off, or take for commands.
const HOSTILE: &[&str] = &[
    "${env:HOME}",
    "$${{{%{#{",
    "{{ x }}{% raw %}{# c #}",
    "{{",
    "{",
    ":name :'name' :\"name\" ::x [1:2]",
    "one\n-- two",
    "\n.read three",
    "\n\\q\n\\! echo four",
    "\n/\n\ngo\n;",
    "\r\nfive\r",
    "it's \"six\" \\ `seven`; -- /* */ */",
    "\u{2028}\u{85}\u{FEFF}eight",
    "?1 $1 @x %s %(y)s",
];

const CATALOG: &str = "\
entities:
  note:
    table: notes
    key: id
    fields:
      id: { type: integer, nullable: false }
      body: string
      inside: { type: string, column: doc, path: \"{{ ${k\" }
";

/// In a file whose path would be replaced, too, where a script names it.
const FILE: &str = "segments/{{ a }}{% b %}${c}*\\";

/// A text as segments write it.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c.is_control() => format!("\\u{{{:X}}}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn session() -> Session {
    let segments: String = HOSTILE
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let text = quoted(text);
            format!(
                "segment s{at} on note {{ description: {text} where body = {text} or inside = {text} }}\n\
                 segment r{at} on note {{ materialize: incremental where body in (\"no\", {text}) }}\n"
            )
        })
        .collect();
    let files = Memory::new()
        .with("segc.yml", "name: notes\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {} }\n")
        .with("catalog/a.yml", CATALOG)
        .with(format!("{FILE}.seg"), segments);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    session
}

/// Every file of a build.
fn artifacts(session: &Session, target: &str) -> BTreeMap<String, String> {
    let all = session.select(&[]).expect("all segments");
    let (plan, problems) = session.plan(target, &all, &Options::default());
    assert!(!problems.has_errors(), "{target}: {problems:?}");
    let every = SegmentFiles { create: true, refresh: true, parity: true };
    let files = session.artifacts(&plan.expect("a target"), &Options::default(), every);
    files.expect("it can be written").files
}

#[test]
fn scripts_contain_nothing_that_tools_substitute() {
    let session = session();
    for target in session.targets() {
        let files = artifacts(&session, &target);
        let scripts: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".sql")).collect();
        assert!(scripts.len() > HOSTILE.len(), "{target}");
        for (path, text) in scripts {
            for replaced in ["{{", "{%", "{#", "${", "\r", "\u{85}\n"] {
                assert!(!text.contains(replaced), "{target}/{path} holds {replaced:?}:\n{text}");
            }
            for line in text.lines() {
                let begins = [".read", "\\q", "\\!", "go", "/", "-- two"];
                assert!(!begins.iter().any(|word| line.starts_with(word)), "{target}/{path}: {line}");
                assert!(!(line.starts_with("--") && line.ends_with('\\')), "{target}/{path}: {line}");
            }
        }
    }
}

/// Every text finds its own row, after psql has read the script from a file, with variables set
/// that it could replace.
#[test]
fn psql_reads_scripts_unchanged() {
    let Some(mut engine) = support::postgres::database() else { return };
    let session = session();
    let files = artifacts(&session, "postgres");
    engine.execute("CREATE TABLE notes (id BIGINT, body TEXT, doc JSONB)").expect("a table");
    for (at, text) in HOSTILE.iter().enumerate() {
        let text = segc::engine::quote_text(text);
        engine.execute(&format!("INSERT INTO notes VALUES ({at}, {text}, NULL)")).expect("a row");
        let document = format!("JSONB_BUILD_OBJECT('{{{{ ${{k', {text})");
        let id = at + HOSTILE.len();
        engine.execute(&format!("INSERT INTO notes VALUES ({id}, NULL, {document})")).expect("a row");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (script, round) in [("create.sql", 1), ("refresh.sql", 2)] {
        let path = folder.path().join(script);
        std::fs::write(&path, &files[script]).expect("it can be written");
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "name=evil", "-v", "x=evil", "-f"]);
        psql.arg(&path).args(["-d", engine.address()]);
        let output = psql.output().expect("psql is beside the server");
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        for (at, _) in HOSTILE.iter().enumerate() {
            for (segment, wanted) in [("s", vec![at, at + HOSTILE.len()]), ("r", vec![at])] {
                let sql = format!("SELECT id FROM segments.{segment}{at} ORDER BY id");
                let found = engine.query(&sql).expect("its table").rows;
                let found: Vec<String> = found.iter().map(|row| row[0].to_string()).collect();
                let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                assert_eq!(found, wanted, "round {round}, {:?}", HOSTILE[at]);
            }
        }
    }
}

/// Names can't be escaped where the engine itself replaces what is in them.
#[test]
fn names_that_an_engine_substitutes_are_rejected_only_there() {
    let catalog = |table: &str, column: &str, key: &str| {
        format!(
            "entities:\n  note:\n    table: {table}\n    key: id\n    fields:\n      id: {{ type: integer, nullable: false }}\n      \
             body: {{ type: string, column: \"{column}\" }}\n      \
             inside: {{ type: string, column: s, path: [\"{key}\"], from: struct }}\n"
        )
    };
    for (table, column, key, wrong) in [
        ("notes", "body", "k", None),
        ("notes", "{{ $body }", "$k", None),
        ("notes", "${env:HOME}", "k", Some("${env:HOME}")),
        ("notes", "body", "a ${b}", Some("a ${b}")),
    ] {
        let files = Memory::new()
            .with("segc.yml", "name: notes\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {} }\n")
            .with("catalog/a.yml", catalog(table, column, key))
            .with("segments/a.seg", "segment s on note { where body = \"x\" or inside = \"y\" }");
        let (session, problems) = open_files(&files, &Options::default());
        assert!(problems.is_empty(), "{problems:?}");
        let all = session.select(&[]).expect("all segments");
        for target in session.targets() {
            let (_, problems) = session.plan(&target, &all, &Options::default());
            let told: Vec<String> =
                problems.iter().map(|problem| format!("{} {}", problem.code, problem.message)).collect();
            let wanted = wrong.filter(|_| target == "spark").map(|name| {
                format!("SEG608 `{name}` can't be read on `spark`, which replaces everything that begins with `${{`")
            });
            assert_eq!(told, wanted.into_iter().collect::<Vec<_>>(), "{target}: {column}, {key}");
        }
    }
}
