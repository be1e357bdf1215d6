//! On a terminal, which `script` of util-linux makes.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{outcome, program, project};

/// Exit code and all that a command of a shell writes to a terminal. `None` if none can be made.
fn on_terminal(folder: &Path, variables: &[(&str, &str)], line: &str) -> Option<(i32, String)> {
    if Command::new("script").arg("--version").output().is_err() {
        crate::support::tell("script isn't installed: terminals are not tested");
        return None;
    }
    let segc = program();
    let line = line.replace("segc ", &format!("'{}' ", segc.get_program().to_string_lossy()));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(folder).stdin(Stdio::null());
    for (name, value) in segc.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("TERM", "xterm").env("SHELL", "/bin/sh").envs(variables.iter().copied());
    let (exit, out, _) = outcome(&mut command);
    Some((exit, out.replace("\r\n", "\n")))
}

/// A pager that marks what it shows.
const MARKS: (&str, &str) = ("SEGC_PAGER", "sed 's/^/| /'");

#[test]
fn colours_are_for_terminals() {
    let project = project();
    for (variables, line, expected) in [
        (&[][..], "segc explain SEG000", true),
        (&[("NO_COLOR", "1")], "segc explain SEG000", false),
        // https://no-color.org: only if it isn't empty.
        (&[("NO_COLOR", "")], "segc explain SEG000", true),
        (&[("TERM", "dumb")], "segc explain SEG000", false),
        (&[("NO_COLOR", "1")], "segc explain SEG000 --color always", true),
        (&[], "segc explain SEG000 --color never", false),
        (&[], "segc complie", true),
        (&[], "segc complie --color never", false),
        (&[("NO_COLOR", "1")], "segc complie", false),
        (&[], "segc --help", true),
        (&[], "segc --help --color never", false),
        (&[("NO_COLOR", "1")], "segc --help", false),
        (&[], "segc explain SEG000 2>&1 | cat", false),
        (&[MARKS], "segc describe", false),
    ] {
        let Some((_, out)) = on_terminal(project.path(), variables, line) else { return };
        assert_eq!(out.contains('\u{1b}'), expected, "{variables:?} {line}: {out:?}");
    }
}

#[test]
fn long_output_is_paged_on_a_terminal() {
    let project = project();
    let other = ("PAGER", "sed 's/^/PAGER /'");
    let high = "stty rows 50 cols 100; ";
    for (variables, line, start) in [
        (&[MARKS][..], "segc explain --list", "| CODE"),
        (&[MARKS, other], "segc explain --list", "| CODE"),
        (&[other], "segc explain --list", "PAGER CODE"),
        (&[MARKS], "segc run --dry-run", "| -- dry run"),
        (&[MARKS], "segc run --dry-run --no-pager", "-- dry run"),
        (&[MARKS, ("NO_PAGER", "1")], "segc explain --list", "CODE"),
        (&[MARKS, ("TERM", "dumb")], "segc explain --list", "CODE"),
        (&[("SEGC_PAGER", ""), other], "segc explain --list", "CODE"),
        (&[("SEGC_PAGER", "cat"), other], "segc explain --list", "CODE"),
        (&[("SEGC_PAGER", "there-is-no-such-pager 2>/dev/null")], "segc explain --list", "CODE"),
        (&[MARKS], "segc explain --list | head -n 1", "CODE"),
        (&[MARKS], "segc test", "3 tests passed"),
        (&[MARKS], "segc man", ".ie"),
    ] {
        let Some((exit, out)) = on_terminal(project.path(), variables, line) else { return };
        assert_eq!(exit, 0, "{variables:?} {line}: {out}");
        assert!(out.starts_with(start), "{variables:?} {line}: {out:?}");
    }
    // What fits on the screen isn't paged.
    for (line, start) in [("segc ls", "SEGMENT"), ("segc explain --list", "| CODE")] {
        let Some((_, out)) = on_terminal(project.path(), &[MARKS], &format!("{high}{line}")) else { return };
        assert!(out.starts_with(start), "{line}: {out}");
    }
}

#[test]
fn messages_and_exit_codes_outlive_the_pager() {
    let project = project();
    std::fs::write(project.path().join("segments/broken.seg"), "segment broken on customer { where x }")
        .expect("a file");
    let Some((exit, out)) = on_terminal(project.path(), &[MARKS], "segc describe") else { return };
    assert_eq!(exit, 1, "{out}");
    let message = out.find("SEG303").unwrap_or_else(|| panic!("{out}"));
    assert!(out.rfind("\n| ").is_some_and(|data| data < message), "{out}");
    // Who closes the pager early has seen enough.
    let early = ("SEGC_PAGER", "head -n 1");
    let Some((exit, out)) = on_terminal(project.path(), &[early], "segc explain --list") else { return };
    assert_eq!((exit, out.lines().count()), (0, 1), "{out}");
}

#[test]
fn less_shows_all_of_it_and_ends() {
    if Command::new("less").arg("--version").output().is_err() {
        return crate::support::tell("less isn't installed: it is not tested");
    }
    let project = project();
    let Some((exit, out)) = on_terminal(project.path(), &[], "stty rows 9 cols 100; segc explain SEG301")
    else {
        return;
    };
    // Without anyone to press a key, it ends at the end of its input.
    assert!(exit == 0 && out.contains("SEG301"), "{exit}: {out:?}");
}
