//! `segc rename` and `segc remove`: all files that name a segment, and nothing else.

use std::path::Path;

use assert_cmd::Command;

const SEGMENTS: &str = "\
# Segments of the shop.

# About vip,
# in two lines.
segment vip on customer { where segment = \"vip\" and vip_since is present }

segment us on customer extends vip { where country = \"vip\" }  # vips, too
trait is_vip on customer = in segment `vip`
segment `old` on customer { enabled: false where in segment vip and vip }
segment apart on customer { where is_vip and not in segment us }
";

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      segment: string
      vip: boolean
      vip_since: date
      country: string
";

const TESTS: &str = "\
tests:
  - name: vip
    as_of: 2026-01-01T00:00:00Z
    given: { customer: [{ id: 1, segment: vip, vip_since: 2025-01-01, country: vip }] }
    expect: { vip: [1], \"us\": [1] }
";

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder");
    std::fs::write(path, text).expect("it can be written");
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config =
        "name: shop\ntargets: { duckdb: {} }\nexposures: { mail: { owner: ann, segments: [us, vip] } }\n";
    write(&folder.path().join("segc.yml"), config);
    write(&folder.path().join("catalog/shop.yml"), CATALOG);
    write(&folder.path().join("segments/all.seg"), SEGMENTS);
    write(&folder.path().join("segments/alone.seg"), "# Alone.\nsegment alone on customer { where vip }\n");
    write(&folder.path().join("tests/all.yml"), TESTS);
    folder
}

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.args(arguments).current_dir(folder).env("COLUMNS", "200").output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).expect("it is there")
}

#[test]
fn a_segment_is_renamed_wherever_it_is_named() {
    let folder = project();
    let root = folder.path();
    let before = [read(root, "segments/all.seg"), read(root, "tests/all.yml"), read(root, "segc.yml")];
    let (code, shown, _) = segc(root, &["rename", "vip", "best", "--diff"]);
    assert_eq!(code, 0);
    assert!(
        shown.contains("-segment vip on customer {") && shown.contains("+segment best on customer {"),
        "{shown}"
    );
    let unchanged = [read(root, "segments/all.seg"), read(root, "tests/all.yml"), read(root, "segc.yml")];
    assert_eq!(before, unchanged, "`--diff` writes nothing");
    let (code, said, problems) = segc(&root.join("segments"), &["rename", "vip", "best"]);
    assert_eq!((code, problems.as_str()), (0, ""));
    assert_eq!(
        said,
        "changed ../segc.yml\nchanged ../segments/all.seg\nchanged ../tests/all.yml\nrenamed vip to best\n"
    );
    let expected = SEGMENTS
        .replace("segment vip", "segment best")
        .replace("extends vip", "extends best")
        .replace("segment `vip`", "segment `best`");
    assert_eq!(read(root, "segments/all.seg"), expected);
    assert_eq!(read(root, "tests/all.yml"), TESTS.replace("expect: { vip:", "expect: { best:"));
    assert!(read(root, "segc.yml").contains("segments: [us, best]"));
    let (code, said, problems) = segc(root, &["test"]);
    assert_eq!(code, 0, "{said}{problems}");
}

#[test]
fn a_segment_that_is_used_is_not_removed() {
    let folder = project();
    let root = folder.path();
    let (code, said, problems) = segc(root, &["remove", "vip"]);
    assert_eq!((code, said.as_str()), (2, ""));
    for user in ["segment `us`", "trait `is_vip`", "segment `old`", "exposure `mail`", "test `vip`"] {
        assert!(problems.contains(user), "{user}: {problems}");
    }
    assert_eq!(read(root, "segments/all.seg"), SEGMENTS);
    // Nothing uses it.
    let (code, said, problems) = segc(root, &["remove", "apart"]);
    assert_eq!(
        (code, said.as_str(), problems.contains("error")),
        (0, "changed segments/all.seg\nremoved apart\n", false)
    );
    let line = "segment apart on customer { where is_vip and not in segment us }\n";
    assert_eq!(read(root, "segments/all.seg"), SEGMENTS.replace(line, ""));
    // Nothing is left in its file.
    let (code, said, _) = segc(root, &["remove", "alone"]);
    assert_eq!((code, said.as_str()), (0, "deleted segments/alone.seg\nremoved alone\n"));
    assert!(!root.join("segments/alone.seg").exists());
}

#[test]
fn wrong_names_are_refused_and_nothing_is_written() {
    let folder = project();
    let root = folder.path();
    for (arguments, code, part) in [
        (["rename", "vipp", "best"], "SEG801", "did you mean `vip`?"),
        (["rename", "vip", "very-important"], "SEG840", "can't be the name"),
        (["rename", "vip", "where"], "SEG840", "can't be the name"),
        (["rename", "vip", "1st"], "SEG840", "can't be the name"),
        (["rename", "vip", "us"], "SEG841", "there is a segment `us`"),
        (["rename", "vip", "old"], "SEG841", "there is a segment `old`"),
    ] {
        let (exit, out, err) = segc(root, &arguments);
        assert_eq!((exit, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(code) && err.contains(part), "{arguments:?}: {err}");
    }
    // Names that differ only in case are one table.
    let (exit, out, err) = segc(root, &["rename", "vip", "US"]);
    assert_eq!((exit, out.as_str()), (1, ""), "{err}");
    assert_eq!(read(root, "segments/all.seg"), SEGMENTS);
    // With errors in the project, it isn't known what names what.
    write(&root.join("segments/bad.seg"), "segment bad on customer { where nothing = 1 }\n");
    assert_eq!(segc(root, &["rename", "vip", "best"]).0, 1);
    assert_eq!(read(root, "segments/all.seg"), SEGMENTS);
}
