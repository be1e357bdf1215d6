//! Files of one very long line, or with very many problems, as people see them.

use std::path::Path;

use assert_cmd::Command;

const CATALOG: &str = r"
entities:
  user:
    table: users
    key: id
    fields: { id: { type: integer, nullable: false }, plan: string }
";

/// More characters than a column number of 16 bits can count.
const FAR: usize = 70_000;

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fixed = [("segc.yml", "name: long\ntargets: { duckdb: {} }\n"), ("catalog/users.yml", CATALOG)];
    for (path, text) in fixed.iter().chain(files) {
        write(&folder.path().join(path), text);
    }
    folder
}

#[expect(clippy::disallowed_methods, reason = "a test writes its project")]
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
    std::fs::write(path, text).expect("the file can be written");
}

/// Exit code and stderr.
fn outcome(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let command = command.current_dir(folder).env("COLUMNS", "100").args(arguments);
    let output = command.output().expect("it runs");
    let err = String::from_utf8(output.stderr).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), err)
}

/// A problem in such a place is reported with it, by a few short lines.
fn is_shown(err: &str, place: &str, line: &str) {
    assert!(err.contains(place), "{err}");
    assert!(err.contains(line), "{err}");
    let width = err.lines().map(|line| line.chars().count()).max();
    assert!(width <= Some(220), "{width:?}");
}

#[test]
fn problems_at_the_end_of_a_long_list_are_shown() {
    let list: Vec<String> = (0..7_000).map(|number| format!("\"{number:06}\"")).collect();
    let text = format!("segment s on user {{ where plan in ({}) and nope = 1 }}\n", list.join(", "));
    let folder = project(&[("segments/s.seg", &text)]);
    let (code, err) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 1, "{err}");
    is_shown(&err, "[segments/s.seg:1:70040]", "\"006998\", \"006999\") and nope = 1 }");
}

#[test]
fn syntax_errors_behind_many_spaces_are_shown() {
    let text = format!("segment s on user {{ where{} id == 1 }}\n", " ".repeat(FAR));
    let folder = project(&[("segments/s.seg", &text)]);
    let (code, err) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 1, "{err}");
    is_shown(&err, "[segments/s.seg:1:700", "id == 1 }");
}

#[test]
fn problems_in_a_catalog_of_one_line_are_shown() {
    let fields: Vec<String> = (0..5_000).map(|number| format!("f{number}: integer")).collect();
    let text = format!(
        "entities: {{ other: {{ table: o, key: id, fields: {{ id: integer, {}, last: intger }} }} }}\n",
        fields.join(", ")
    );
    let folder = project(&[("catalog/other.yml", &text)]);
    let (code, err) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 1, "{err}");
    is_shown(&err, "[catalog/other.yml:1:78960]", "last: intger");
}

#[test]
fn problems_in_unit_tests_of_one_line_are_shown() {
    let rows: Vec<String> = (0..5_000).map(|id| format!(r#"{{"id":{id},"plan":"x"}}"#)).collect();
    let text = format!(
        r#"{{"as_of":"2026-01-01T00:00:00Z","tests":[{{"name":"one","given":{{"user":[{},{{"id":9999,"plam":"y"}}]}},"expect":{{"s":[]}}}}]}}"#,
        rows.join(",")
    );
    let segment = ("segments/s.seg", "segment s on user { where plan = \"y\" }\n");
    let folder = project(&[segment, ("tests/one.yml", &text)]);
    let (code, err) = outcome(folder.path(), &["test"]);
    assert_eq!(code, 1, "{err}");
    is_shown(&err, "[tests/one.yml:1:1", r#""plam":"y""#);
    let folder = project(&[segment, ("tests/one.yml", &text.replace("plam", "plan"))]);
    let (code, err) = outcome(folder.path(), &["test"]);
    assert_eq!(code, 1, "a test whose expectation fails: {err}");
    assert!(err.lines().all(|line| line.chars().count() <= 220), "{err}");
}

#[test]
fn problems_in_a_row_of_one_line_are_shown() {
    let row = format!(r#"{{"id": 1, "pad": "{}", "plan": 7}}"#, "x".repeat(FAR));
    let folder =
        project(&[("segments/s.seg", "segment s on user { where plan = \"y\" }\n"), ("row.json", &row)]);
    let (code, err) = outcome(folder.path(), &["why", "s", "--row", "row.json"]);
    assert_ne!(code, 101, "{err}");
    assert!(!err.is_empty() && err.lines().all(|line| line.chars().count() <= 220), "{err}");
}

#[test]
fn the_first_hundred_of_thousands_of_problems_are_shown() {
    for separator in [" and ", "\n and "] {
        let wrong: Vec<String> = (0..4_000).map(|number| format!("zz{number} > 1")).collect();
        let text = format!("segment s on user {{ where {} }}\n", wrong.join(separator));
        let folder = project(&[("segments/s.seg", &text)]);
        let (code, err) = outcome(folder.path(), &["check"]);
        assert_eq!(code, 1);
        assert!(err.contains("`zz99`") && !err.contains("`zz100`"), "{err}");
        let end = "3900 more not shown; `--message-format json` shows all of them\n4000 errors\n";
        assert!(err.ends_with(end), "{err}");
        assert!(err.len() < 60_000, "{} bytes", err.len());
        let (_, all) = outcome(folder.path(), &["ls", "--message-format", "json"]);
        assert_eq!(all.lines().count(), 4_000);
    }
}

#[test]
fn the_deepest_allowed_chain_of_traits_compiles() {
    // As deep as it may be: one more trait is refused (SEG336).
    let chain = |length: usize| {
        let mut text = "trait t0 on user = id\n".to_owned();
        for number in 1..length {
            text.push_str(&format!("trait t{number} on user = t{} + 1\n", number - 1));
        }
        text + &format!("segment s on user {{ where t{} > 5 }}\n", length - 1)
    };
    let deepest = (200..=300).rev().find(|&length| {
        let folder = project(&[("segments/s.seg", &chain(length))]);
        outcome(folder.path(), &["check"]).0 == 0
    });
    let deepest = deepest.expect("two hundred are allowed");
    let folder = project(&[("segments/s.seg", &chain(deepest))]);
    for arguments in [&["compile"][..], &["compile", "s"], &["why", "s", "--row", "row.json"]] {
        write(&folder.path().join("row.json"), r#"{"id": 1, "plan": "x"}"#);
        let (code, err) = outcome(folder.path(), arguments);
        assert_eq!(code, 0, "{deepest} {arguments:?}: {err}");
    }
}
