//! `segc test` as users run it.

use std::path::Path;

use assert_cmd::Command;

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (output.status.code().expect("it ends by itself"), out, err)
}

#[expect(clippy::disallowed_methods, reason = "a test writes a project")]
fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
}

/// A folder with the files of `segc init`.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(segc(folder.path(), &["init"]).0, 0);
    folder
}

/// Without how long it took.
fn untimed(out: &str) -> String {
    let lines = out.lines().map(|line| match line.split_once(" in ") {
        Some((start, _)) if start.ends_with("passed") || start.ends_with("failed") => start,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

const WRONG: &str = "\
as_of: 2026-11-01T00:00:00Z
defaults:
  customer: { signed_up_at: 2026-10-02T00:00:00Z, updated_at: 2026-10-01T00:00:00Z }
given:
  customer: [{ customer_id: 1 }, { customer_id: 2, unsubscribed: true }]
tests:
  - name: wrong about whom to write to
    expect:
      welcome: [2]
      do_not_contact: [2]
  - name: right
    expect:
      do_not_contact: { in: [2] }
";

#[test]
fn example_tests_pass_on_every_engine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (folder, count) in [
        ("examples/shop", 11),
        ("examples/flags", 8),
        ("examples/web-analytics", 12),
        ("catalog/init/shop", 3),
        ("catalog/init/flags", 3),
        ("catalog/init/web_analytics", 2),
    ] {
        for engine in ["reference", "duckdb"] {
            let (code, out, err) = segc(&root.join(folder), &["test", "--engine", engine]);
            let passed = format!("{count} tests passed");
            assert_eq!((code, untimed(&out).as_str()), (0, passed.as_str()), "{folder}, {engine}: {err}");
        }
    }
}

#[test]
fn failures_show_missing_and_extra_members() {
    let project = project();
    write(&project.path().join("tests/wrong.yml"), WRONG);
    let shown = "\
FAILED tests/wrong.yml:7 wrong about whom to write to

  welcome
    customer_id  expected  got
    1            out       in
    2            in        out

1 of 5 tests failed";
    for engine in ["reference", "duckdb"] {
        let (code, out, err) = segc(project.path(), &["test", "--engine", engine]);
        assert_eq!((code, untimed(&out).as_str(), err.as_str()), (1, shown, ""), "{engine}");
    }
}

/// A segment that is changed fails the tests that are about it.
#[test]
fn tests_detect_a_changed_segment() {
    let project = project();
    for (file, segment, expected) in [
        ("contact", "segment do_not_contact on customer { where customer_id < 0 }", "win_back"),
        (
            "contact",
            "segment do_not_contact on customer { where unsubscribed and country = \"US\" }",
            "win_back",
        ),
    ] {
        let path = project.path().join(format!("segments/{file}.seg"));
        #[expect(clippy::disallowed_methods, reason = "a test changes a project")]
        let text = std::fs::read_to_string(&path).expect("a segment");
        let (_, rest) = text.split_once("\n}\n").expect("the first segment ends");
        write(&path, &format!("{segment}\n{rest}"));
        let (code, out, _) = segc(project.path(), &["test"]);
        assert_eq!(code, 1, "{segment}");
        assert!(out.contains(expected) && out.contains("1 of 3 tests failed"), "{out}");
        write(&path, &text);
    }
}

#[test]
fn results_are_written_as_json_lines_junit_or_annotations() {
    let project = project();
    write(&project.path().join("tests/wrong.yml"), WRONG);
    let (code, out, err) = segc(project.path(), &["test", "wrong.yml", "--format", "json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["passed"], &lines[1]["passed"]), (&false.into(), &true.into()));
    assert_eq!((&lines[0]["path"], &lines[0]["line"]), (&"tests/wrong.yml".into(), &7.into()));
    let welcome = serde_json::json!({
        "segment": "welcome", "passed": false, "missing": [{ "customer_id": 2 }],
        "extra": [{ "customer_id": 1 }], "values": [], "error": null,
    });
    assert_eq!(lines[0]["segments"][0], welcome);

    let (code, out, _) = segc(project.path(), &["test", "wrong.yml", "--format", "junit"]);
    assert_eq!(code, 1);
    assert!(out.contains("<testsuite name=\"shop\" tests=\"2\" failures=\"1\">"), "{out}");
    assert!(out.contains("<failure message=\"welcome: missing 2; extra 1\"/>"), "{out}");
    assert!(
        out.contains("name=\"right\" classname=\"tests/wrong.yml\" file=\"tests/wrong.yml\" line=\"11\"/>")
    );

    let (code, _, err) = segc(project.path(), &["test", "--message-format", "github"]);
    assert_eq!(code, 1);
    assert!(err.starts_with("::error file=tests/wrong.yml,line=9,"), "{err}");
    assert!(err.contains("`welcome`: missing 2; extra 1"), "{err}");
}

#[test]
fn patterns_select_by_name_path_and_segment() {
    let project = project();
    let passed = |arguments: &[&str]| {
        let (code, out, err) = segc(project.path(), &[&["test"], arguments].concat());
        assert_eq!(code, 0, "{arguments:?}: {err}");
        untimed(&out)
    };
    assert_eq!(passed(&["REFUNDS"]), "1 test passed");
    assert_eq!(passed(&["high_value"]), "2 tests passed");
    assert_eq!(passed(&["tests/value.yml"]), "3 tests passed");
    assert_eq!(passed(&["./tests/value.yml", "refunds"]), "3 tests passed");
    let parent = project.path().parent().expect("it is in a folder");
    let folder = project.path().file_name().expect("a name").to_string_lossy().into_owned();
    let file = format!("{folder}/tests/value.yml");
    let (code, out, _) = segc(parent, &["-C", &folder, "test", &file]);
    assert_eq!((code, untimed(&out).as_str()), (0, "3 tests passed"));

    let (code, out, err) = segc(project.path(), &["test", "high_valeu", "refunds", "nothing of the kind"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("SEG850") && err.contains("did you mean `high_value`?"), "{err}");
    assert!(err.contains("`nothing of the kind` matches no unit test") && err.contains("2 errors"), "{err}");
}

#[test]
fn projects_without_tests_cause_a_warning() {
    let project = project();
    #[expect(clippy::disallowed_methods, reason = "a test changes a project")]
    std::fs::remove_dir_all(project.path().join("tests")).expect("it was there");
    let (code, out, err) = segc(project.path(), &["test"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.contains("SEG070") && err.contains("tests/first.yml"), "{err}");
}

#[test]
fn nothing_runs_if_there_are_problems() {
    let project = project();
    write(&project.path().join("tests/a.yml"), "tests:\n  - { name: a, expect: { welcom: [1] } }\n");
    write(&project.path().join("tests/b.yml"), "tests: [");
    let (code, out, err) = segc(project.path(), &["test"]);
    assert_eq!((code, out.as_str()), (1, ""));
    for code in ["SEG071", "SEG080", "SEG020", "3 errors"] {
        assert!(err.contains(code), "{code}: {err}");
    }
    // Problems of the project come first; their consequences aren't reported.
    write(&project.path().join("segments/bad.seg"), "segment bad on customer { where contry = \"US\" }");
    let (code, out, err) = segc(project.path(), &["test"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("SEG303") && err.contains("1 error") && !err.contains("SEG080"), "{err}");
}

#[test]
fn the_embedded_engine_needs_a_target_and_permission() {
    let project = project();
    write(&project.path().join("segc.yml"), "name: shop\ntargets: { postgres: {} }\n");
    assert_eq!(segc(project.path(), &["test"]).0, 0, "the reference evaluator needs none");
    let (code, _, err) = segc(project.path(), &["test", "--engine", "duckdb"]);
    assert!(code == 2 && err.contains("SEG815"), "{err}");
    let policy = "name: shop\ntargets: { here: { dialect: duckdb } }\npolicy: { capabilities: { segment_composition: false } }\n";
    write(&project.path().join("segc.yml"), policy);
    let (code, out, err) = segc(project.path(), &["test", "--engine", "duckdb"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("SEG5") && err.contains("segc.yml"), "{err}");
}
