//! `warnings` in `segc.yml`: what the program reports, and how it ends.

use std::path::Path;

use assert_cmd::Command;

/// The exit code and the messages of a command in the project that `segc init` creates, with levels.
fn ended(folder: &Path, levels: &str, arguments: &[&str]) -> (i32, String) {
    let config = std::fs::read_to_string(folder.join("segc.yml")).expect("there is one");
    let (config, _) = config.split_once("\nwarnings:").unwrap_or((&config, ""));
    std::fs::write(folder.join("segc.yml"), format!("{config}\nwarnings: {levels}\n"))
        .expect("it is written");
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = String::from_utf8(output.stderr).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text)
}

#[test]
fn levels_decide_what_is_reported_and_how_commands_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    Command::cargo_bin("segc").expect("the program is built").args(["init"]).arg(folder).assert().success();
    std::fs::write(folder.join("segments/more.seg"), "trait idle on customer = count(orders)\n")
        .expect("it is written");
    // A file that belongs to no table.
    std::fs::write(folder.join("data/strangers.csv"), "id\n1\n").expect("it is written");
    let run = ["run", "--as-of", "2026-11-01T00:00:00Z"];
    let cases: [(&str, &[&str], i32, Option<&str>); 9] = [
        ("{}", &["check"], 0, Some("SEG394")),
        ("{ SEG394: allow }", &["check"], 0, None),
        ("{ SEG394: deny }", &["check"], 1, Some("1 error")),
        ("{ all: deny, SEG394: warn }", &["check"], 0, Some("1 warning")),
        ("{ all: allow }", &["check"], 0, None),
        ("{}", &run, 0, Some("SEG715")),
        ("{ SEG715: allow }", &run, 0, None),
        // As for any other error in sample data.
        ("{ SEG715: deny }", &run, 3, Some("1 error")),
        ("{ SEG38: allow, SEG301: allow }", &["check"], 1, Some("SEG827")),
    ];
    for (levels, arguments, code, part) in cases {
        let (ended, text) = ended(folder, levels, arguments);
        assert_eq!(ended, code, "{levels} {arguments:?}: {text}");
        match part {
            Some(part) => assert!(text.contains(part), "{levels} {arguments:?}: {text}"),
            None => assert!(!text.contains("SEG"), "{levels} {arguments:?}: {text}"),
        }
    }
}
