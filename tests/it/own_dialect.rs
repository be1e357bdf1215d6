//! Custom dialects: they change how SQL is written, but not the members.

use std::path::Path;

use assert_cmd::Command;

#[expect(clippy::disallowed_methods, reason = "a test writes a project")]
fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
}

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (output.status.code().expect("it ends by itself"), out, err)
}

const VERSIONS: &str = "\
segment at_least on app { where version >= \"2.0.0\" }
segment exactly on app { where version = \"1.0.0\" }
segment among on app { where version in (\"1.0.0\", \"10.0.0\", \"7.7.7\") }
segment unlike on app { where version != \"2.0.0\" }
segment between_two on app { where version between \"1.5.0\" and \"10.0.0\" }
segment written on app { where semver(written) < \"2.0.0\" }
segment newest on app { where version > coalesce(semver(written), \"1.0.0\") }
segment top on app { keep top 2 by version }
param floor: semver = \"1.5.0\"
segment above on app { where version > $floor }
";

/// Keys of versions that order right, in other forms than the built-in one, and the way back, as YAML.
fn keys() -> [(String, String); 2] {
    let (_, rest) = include_str!("../../dialects/duckdb.yml").split_once("semver_key: |\n").expect("a key");
    let (key, rest) = rest.split_once("  #").expect("the next function");
    let (_, text) = rest.split_once("semver_text: ").expect("the way back");
    let (text, _) = text.split_once('\n').expect("one line");
    let with = |form: &str, back: &str| {
        let key = form.replace("KEY", key.trim());
        (format!("|\n    {key}\n"), format!("|\n    {}\n", text.replace("$1", back)))
    };
    [with("'k' || (KEY)", "SUBSTR($1, 2)"), with("REPLACE(KEY, ' ', '!')", "REPLACE($1, '!', ' ')")]
}

/// The members of each segment, which are few enough to be told apart by their number.
fn counts(folder: &Path, target: &str) -> Vec<String> {
    let (code, out, err) = segc(folder, &["run", "--target", target, "--as-of", "2026-11-01T00:00:00Z"]);
    assert_eq!(code, 0, "{err}");
    let words = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    out.lines().skip(1).map(words).collect()
}

#[test]
fn versions_are_compared_by_any_form_of_key() {
    for (key, text) in keys() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        let catalog = "entities:\n  app:\n    table: apps\n    key: id\n    fields: { id: { type: integer, nullable: false }, version: semver, written: string }\n";
        write(folder, "catalog/a.yml", catalog);
        write(folder, "segments/a.seg", VERSIONS);
        write(folder, "segc.yml", "name: apps\ntargets: { mine: {}, duckdb: {} }\n");
        write(
            folder,
            "dialects/mine.yml",
            &format!("name: mine\nextends: duckdb\nfunctions:\n  semver_key: {key}  semver_text: {text}"),
        );
        let rows = "id,version,written\n1,2.0.0,1.0.0\n2,1.0.0,1.9.9\n3,10.0.0,9.0.0\n4,,3.0.0\n5,1.9.0,latest\n6,2.0.1,\n";
        write(folder, "data/apps.csv", rows);
        let wanted = [
            "above 4",
            "among 2",
            "at_least 3",
            "between_two 4",
            "exactly 1",
            "newest 4",
            "top 2",
            "unlike 5",
            "written 2",
        ];
        assert_eq!(counts(folder, "duckdb"), wanted);
        assert_eq!(counts(folder, "mine"), wanted, "{key}");
        let (code, out, err) = segc(folder, &["compile", "exactly", "--target", "mine"]);
        assert_eq!(code, 0, "{err}");
        assert!(
            out.contains("'1.0.0'") && !out.contains("1011 "),
            "the constant's key is made as the column's: {out}"
        );
    }
}

/// ClickHouse, for one, tells `String` from `STRING`.
#[test]
fn type_names_keep_the_case_of_the_dialect_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let catalog = "\
entities:
  note:
    table: notes
    key: id
    fields:
      id: { type: integer, nullable: false }
      day: date
      price: { type: \"decimal(10,2)\" }
      small: { type: integer, storage: int32 }
      raw: { type: string, column: r }
      tags: { type: array<string>, column: doc, path: tags }
  other:
    query: SELECT CAST(id AS Int64) AS id FROM others
    key: id
    fields: { id: { type: integer, nullable: false } }
";
    write(folder, "catalog/a.yml", catalog);
    let segments = "\
segment sampled on note { keep sample 50% seed \"x\" }
segment bucketed on note { where bucket(\"y\") < 5000 }
segment top on note { keep top 3 by price }
segment tagged on note { where tags contains \"x\" }
segment large on note { where small * small > 10 }
segment divided on note { where price / 3 > 1.5 and sum_of > 0 }
trait sum_of on note = round(price * 1.5)
segment others on other { where id > 1 }
segment escaped on note { where raw = \"a\\\\'\" }
";
    write(folder, "segments/a.seg", segments);
    write(folder, "segc.yml", "name: notes\ntargets: { mine: {} }\n");
    let dialect = "\
name: mine
extends: duckdb
parser: clickhouse
capabilities: { expiry: false, history: false, member_columns: false }
types: { string: String, integer: Int64, float: Float64, decimal: \"Decimal(p, s)\", boolean: Bool, date: Date32, timestamp: \"DateTime64(6)\", semver: String, json: String, array: Array(slot_element) }
functions:
  json_elements: arrayMap(segc_item -> $2, $1)
  resembles: LENGTH($1) <= 255 AND editDistanceUTF8($1, $2) <= $3
  semver_key: CAST($1 AS String)
  semver_text: CAST($1 AS String)
  date_text: CAST($1 AS String)
  bucket: CAST(CAST($1 AS Nullable(String)) AS Int64) % 10000
  wide_integer: CAST($1 AS Int64)
  divide: CAST($1 AS Float64) / $2
  round_nine: CAST($1 AS Decimal(38, 9))
statements:
  create_table: CREATE TABLE IF NOT EXISTS slot_table (slot_definitions)
  setup_segment: CREATE TABLE IF NOT EXISTS slot_table (slot_key_columns)
";
    write(folder, "dialects/mine.yml", dialect);
    let (code, _, err) = segc(folder, &["compile"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("`setup_segment` is no longer used: scripts are written by `create_table`"),
        "{err}"
    );
    let mut all = String::new();
    for file in ["create.sql", "refresh.sql"] {
        #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
        let text = std::fs::read_to_string(folder.join("target/mine").join(file)).expect("it was written");
        all.push_str(&text);
    }
    for wanted in ["AS Nullable(String))", "AS Int64)", "id Int64 NOT NULL", "DateTime64(6) NOT NULL"] {
        assert!(all.contains(wanted), "{wanted}: {all}");
    }
    assert!(all.contains(r"'a\\'''"), "a backslash escapes where the grammar says so: {all}");
    for capitals in ["AS STRING", " INT64", "FLOAT64)", "DECIMAL(", "DATETIME64", "DATE32"] {
        assert!(!all.contains(capitals), "{capitals}: {all}");
    }
}

/// What `check` says of a project with a dialect of its own, beside the one that it extends.
fn checked(dialect: &str, options: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let catalog =
        "entities: { a: { table: a, key: id, fields: { id: { type: integer, nullable: false } } } }\n";
    write(folder, "catalog/a.yml", catalog);
    write(folder, "segments/a.seg", "segment s on a { where id = 1 }\n");
    write(folder, "segc.yml", "name: a\ntargets: { mine: {}, duckdb: {} }\n");
    write(folder, "dialects/mine.yml", &format!("name: mine\n{dialect}\n"));
    segc(folder, &[["check"].as_slice(), options].concat())
}

/// What would change members silently is an error when the file loads.
#[test]
fn dialects_that_would_change_members_are_rejected() {
    for (text, wanted) in [
        (
            "literals: { timestamp_format: '%Y-%m-%d %H:%M:%S+00' }",
            "the format `%Y-%m-%d %H:%M:%S+00` writes different instants alike",
        ),
        ("literals: { timestamp_format: '%Y-%m-%d' }", "writes different instants alike"),
        ("literals: { pattern_end: '' }", "`$` or `\\z`"),
        ("literals: { escapes: { \"'\": \"'\" } }", "would end early or be another one"),
        (
            "functions: { local_time: { sql: 'f($1, $2)', utc: 'NOW()' } }",
            "all arguments of `local_time` except the last",
        ),
        ("functions: { contains: strlen($1) > 0 }", "`contains` has 2 arguments"),
        ("statements: { assert: SELECT 1 }", "`assert` never uses `slot_condition`"),
        ("statements: { assert: SELECT slot_condition }", "`assert` never uses `slot_failure`"),
        ("statements: { apply: DELETE FROM slot_table WHERE FALSE }", "`apply` never uses `slot_changes`"),
        ("statements: { view: CREATE VIEW slot_table AS SELECT 1 AS a }", "`view` never uses `slot_query`"),
        (
            "statements: { find_affected: CREATE TEMP TABLE slot_table AS SELECT 1 AS a }",
            "`find_affected` never uses `slot_query`",
        ),
        (
            "statements: { record: UPDATE slot_state SET read_at = slot_read_at WHERE TRUE }",
            "`record` never uses `slot_query`",
        ),
        (
            "statements: { clear: DELETE FROM slot_table WHERE slot_match }",
            "`clear` has no entry `slot_match`",
        ),
        ("statements: { clear: [] }", "`statements` has no answer for `clear`"),
        ("statements: { lock: [] }", "`statements` has no answer for `start`"),
        ("statements: { lock: SELECT 1 FROM slot_tables }", "`statements` has no answer for `start`"),
        ("statements: { set_instant: [] }", "`statements` has no answer for `set_instant`"),
        ("statements: { prune: DELETE FROM slot_table WHERE TRUE }", "`prune` never uses `slot_read_to`"),
        ("statements: { empty: DELETE FROM slot_table }", "`statements` has no entry `empty`"),
        ("capabilities: { transactions: false }", "`statements` has no answer for `mark_unfinished`"),
    ] {
        let text = &format!("extends: duckdb\n{text}");
        let (code, out, err) = checked(text, &["--message-format", "json"]);
        let told: Vec<String> = (out.clone() + &err)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .map(|problem| problem["message"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(code == 1 && told.iter().any(|message| message.contains(wanted)), "{text}: {out}{err}");
    }
}

/// A wrong template is found by whatever evaluates segments, before it has evaluated one.
#[test]
fn wrong_templates_stop_what_would_use_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let catalog = "entities: { a: { table: a, key: id, fields: { id: { type: integer, nullable: false }, note: string } } }\n";
    write(folder, "catalog/a.yml", catalog);
    write(folder, "segments/a.seg", "segment s on a { where note contains \"x\" }\n");
    write(folder, "segc.yml", "name: a\ntargets: { mine: {}, duckdb: {} }\n");
    write(folder, "data/a.csv", "id,note\n1,x\n2,X\n");
    let dialect = |functions: &str| {
        write(
            folder,
            "dialects/mine.yml",
            &format!("name: mine\nextends: duckdb\nfunctions: {{ {functions} }}\n"),
        );
    };
    let run = ["run", "--db", "a.db", "--load", "--target", "mine"];
    dialect("contains: 'STRPOS($1, $2) > 0'");
    let (code, out, err) = segc(folder, &run);
    assert!(code == 0 && out.contains("s              1"), "{out}{err}");
    // What the engine rejects isn't wrong: a segment that uses it fails by itself.
    dialect("contains: 'STRPOS($1, $2) > 0', trim: no_such_function($1)");
    let (code, out, err) = segc(folder, &run);
    assert_eq!(code, 0, "{out}{err}");
    dialect("contains: 'CONTAINS(LOWER($1), LOWER($2))'");
    for arguments in [
        run.as_slice(),
        &["run", "--target", "mine"],
        &["why", "s", "1", "--target", "mine"],
        &["attrition", "s", "--target", "mine"],
        &["check", "--probe", "a.db"],
        &["compile", "--probe", "a.db"],
    ] {
        let (code, out, err) = segc(folder, arguments);
        let said = format!("{out}{err}");
        assert_eq!(code, 1, "{arguments:?}: {said}");
        assert!(said.contains("SEG640") && said.contains("`contains` is wrong"), "{arguments:?}: {said}");
        assert!(said.contains("[dialects/mine.yml:3:14]"), "{arguments:?}: {said}");
    }
    // Another target isn't concerned; without an engine, what nothing has proved is named.
    assert_eq!(segc(folder, &["run", "--target", "duckdb"]).0, 0);
    let (code, out, err) = segc(folder, &["compile", "s", "--target", "mine"]);
    assert!(code == 0 && err.contains("SEG612") && out.starts_with("SELECT"), "{out}{err}");
}

/// What a template means only an engine can tell: `check` names those of the user's own files.
#[test]
fn templates_of_ones_own_are_named() {
    for (text, wanted) in [
        (
            "extends: duckdb\nfunctions: { contains: 'CONTAINS(LOWER($1), LOWER($2))', trim: TRIM($1) }",
            Some("`contains`, `trim`"),
        ),
        ("extends: duckdb\nliterals: { pattern_end: '$' }", None),
        ("extends: duckdb\nlimits: { statement_bytes: 1000000 }", None),
    ] {
        let (code, out, err) = checked(text, &["--format", "json"]);
        assert_eq!(code, 0, "{text}: {out}{err}");
        match wanted {
            None => assert!(!out.contains("SEG612"), "{text}: {out}"),
            Some(names) => {
                assert_eq!(out.matches("SEG612").count(), 1, "{text}: {out}");
                assert!(out.contains(names), "{text}: {out}");
                assert!(out.contains("segc test --dialect dialects/mine.yml"), "{text}: {out}");
            }
        }
        // Another target isn't concerned.
        let (_, out, _) = checked(text, &["--target", "duckdb", "--format", "json"]);
        assert!(!out.contains("SEG612"), "{out}");
    }
}

/// The page that dialects are written from names every kind of step and every slot.
#[test]
fn the_page_on_dialects_lists_every_step_and_its_slots() {
    let page = include_str!("../../docs/dialects.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    for kind in segc::dialect::StepKind::ALL {
        let start = format!("| `{}` |", kind.name());
        let row = rows.iter().find(|row| row.starts_with(&start)).unwrap_or_else(|| panic!("no row {start}"));
        let base = if row.contains("those of `apply`") {
            rows.iter().find(|row| row.starts_with("| `apply` |"))
        } else {
            None
        };
        for (slot, must) in kind.slot_names() {
            let (plain, bold) = (format!("`{slot}`"), format!("**`{slot}`**"));
            let named = |row: &&str| row.contains(&plain) && row.contains(&bold) == must;
            assert!(named(row) || base.is_some_and(named), "{start} {slot}");
        }
    }
}

#[test]
fn the_reference_lists_every_function_and_its_meaning() {
    let page = include_str!("../../docs/dialects.md");
    for function in segc::dialect::Function::ALL {
        let meaning = function.description().split_whitespace().collect::<Vec<_>>().join(" ");
        let row = format!("| `{}` | {meaning} |", function.name());
        assert!(page.contains(&row), "docs/dialects.md lacks\n{row}");
    }
}
