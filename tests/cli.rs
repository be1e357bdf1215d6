//! The program as a user meets it: arguments, streams, exit codes.

use std::path::Path;

use assert_cmd::Command;

fn segc(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.current_dir(folder).env_remove("NO_COLOR").env("COLUMNS", "100");
    command
}

/// Exit code, stdout, stderr.
fn outcome(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = segc(folder).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).expect("the file is there")
}

/// A folder with the files of `segc init`.
fn project() -> tempfile::TempDir {
    let folder = folder();
    assert_eq!(outcome(folder.path(), &["init"]).0, 0);
    folder
}

#[test]
fn help_goes_to_stdout_and_shows_examples() {
    let folder = folder();
    for command in ["init", "check", "compile", "run", "ls", "graph", "capabilities", "catalog", "explain"] {
        let (code, out, err) = outcome(folder.path(), &[command, "--help"]);
        assert_eq!((code, err.as_str()), (0, ""), "{command}");
        assert!(out.contains("Examples:"), "{command}:\n{out}");
    }
    assert_eq!(outcome(folder.path(), &["--version"]).0, 0);
}

#[test]
fn wrong_arguments_end_with_2() {
    let folder = folder();
    for wrong in [
        &[][..],
        &["compiel"],
        &["check", "--format", "xml"],
        &["explain"],
        &["explain", "--list", "SEG801"],
        &["run", "--refresh"],
        &["check", "--color", "sometimes"],
        &["init", "--catalog", "shops"],
    ] {
        let (code, out, err) = outcome(folder.path(), wrong);
        assert_eq!((code, out.as_str()), (2, ""), "{wrong:?}");
        assert!(!err.is_empty(), "{wrong:?}");
    }
}

#[test]
fn without_a_project_there_is_nothing_to_do() {
    let folder = folder();
    for command in ["check", "compile", "run", "ls", "graph", "capabilities", "catalog"] {
        let (code, out, err) = outcome(folder.path(), &[command, "-C", "."]);
        assert_eq!((code, out.as_str()), (2, ""), "{command}");
        assert!(err.contains("SEG813") && err.contains("segc init"), "{command}:\n{err}");
    }
}

#[test]
fn every_slip_of_the_arguments_is_told() {
    let project = project();
    let (code, _, err) = outcome(
        project.path(),
        &["compile", "--param", "spend", "--as-of", "now", "--message-format", "json"],
    );
    assert_eq!(code, 2);
    assert!(err.contains("SEG810") && err.contains("SEG812"), "{err}");
    assert_eq!(err.lines().count(), 2, "one object a line: {err}");
}

#[test]
fn explain_prints_the_explanation() {
    let folder = folder();
    let (code, out, err) = outcome(folder.path(), &["explain", "seg801"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("SEG801: unknown segment (error)\n"), "{out}");
    assert!(out.contains("\n    segc compile high_valeu\n") && !out.contains("```"), "{out}");
}

#[test]
fn explain_suggests_a_code_and_lists_all() {
    let folder = folder();
    let (code, out, err) = outcome(folder.path(), &["explain", "SEG8O1"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("did you mean `SEG801`?"), "{err}");
    let (code, out, _) = outcome(folder.path(), &["explain", "--list"]);
    assert_eq!(code, 0);
    assert!(out.lines().skip(1).all(|line| line.starts_with("SEG")) && out.lines().count() > 10, "{out}");
}

#[test]
fn init_writes_a_project_and_never_overwrites() {
    let folder = folder();
    for catalog in ["shop", "web_analytics", "flags"] {
        let (code, out, err) = outcome(folder.path(), &["init", catalog, "--catalog", catalog]);
        assert_eq!((code, out.as_str()), (0, ""), "{err}");
        let root = folder.path().join(catalog);
        assert!(read(root.join("segc.yml")).contains(&format!("name: {catalog}")));
        assert!(
            root.join("catalog").is_dir() && root.join("segments").is_dir() && root.join("data").is_dir()
        );
    }
    let own = folder.path().join("shop/segc.yml");
    let before = read(&own);
    let (code, _, err) = outcome(folder.path(), &["init", "shop"]);
    assert_eq!(code, 2);
    assert!(err.contains("SEG819") && err.contains("segc.yml"), "{err}");
    assert_eq!(read(&own), before);
}

#[test]
fn what_init_writes_has_no_problems() {
    let folder = folder();
    for catalog in ["shop", "web_analytics", "flags"] {
        assert_eq!(outcome(folder.path(), &["init", catalog, "--catalog", catalog]).0, 0);
        let (code, out, err) = outcome(folder.path(), &["check", catalog, "--format", "json"]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{catalog}");
        assert!(outcome(folder.path(), &["ls", catalog]).1.lines().count() > 4, "{catalog}");
    }
}

#[test]
fn colours_are_written_only_when_wanted() {
    let folder = folder();
    let wrong = ["explain", "SEG000"];
    assert!(!outcome(folder.path(), &wrong).2.contains('\u{1b}'), "stderr is no terminal here");
    let always = ["explain", "SEG000", "--color", "always"];
    assert!(outcome(folder.path(), &always).2.contains('\u{1b}'));
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder();
    let program = assert_cmd::cargo::cargo_bin("segc");
    let script = format!("{{ '{}' explain --list; echo $? >&2; }} | true", program.display());
    for _ in 0..5 {
        let output = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(folder.path())
            .output()
            .expect("a shell");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "0\n");
    }
}
