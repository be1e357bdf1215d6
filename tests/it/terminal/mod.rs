//! The program on a terminal and in a shell: colours, pager, what it says and keeps quiet about, completions,
//! manual pages, mistyped arguments, dry runs.

mod limits;
#[cfg(target_os = "linux")]
mod pty;
mod watch;

use std::path::Path;
use std::process::Command;

/// Exit code, stdout, stderr.
fn segc(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = program();
    outcome(command.current_dir(folder).args(arguments))
}

fn program() -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    for variable in ["NO_COLOR", "SEGC_PAGER", "PAGER", "NO_PAGER", "LESS"] {
        command.env_remove(variable);
    }
    command.env("COLUMNS", "100");
    command
}

fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{command:?}: {err}");
    (output.status.code().expect("it ends by itself"), out, err)
}

/// A folder with the files of `segc init`.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(segc(folder.path(), &["init"]).0, 0);
    folder
}

/// The paths of all files, and what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).expect("a file")))
        .collect();
    found.sort();
    found
}

const AS_OF: &str = "2026-11-01T00:00:00Z";

#[test]
fn mistyped_arguments_are_problems_like_all_others() {
    let project = project();
    for (line, code, help) in [
        ("complie", "SEG882", "did you mean `compile`?"),
        ("compile --targt duckdb", "SEG883", "did you mean `--target`?"),
        ("check --format jsno", "SEG884", "did you mean `json`?"),
        ("why", "SEG885", "segc why"),
        ("watch fmt", "SEG886", "check, test, run"),
        ("man complie", "SEG888", "did you mean `compile`?"),
        ("check -q -v", "SEG889", "keep one of them"),
        ("check vip", "SEG813", "leave out `vip`"),
        ("explain seg3011", "SEG820", "did you mean"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (exit, out, err) = segc(project.path(), &words);
        assert_eq!((exit, out.as_str()), (2, ""), "{line}: {err}");
        assert!(err.contains(code) && err.contains(help), "{line}: {err}");
        let (exit, out, err) = segc(project.path(), &[&words[..], &["--message-format", "json"]].concat());
        // The data of `check` are problems.
        let said = if words[0] == "check" && out.contains("SEG813") { out } else { err };
        let said: serde_json::Value =
            serde_json::from_str(&said).unwrap_or_else(|_| panic!("{line}: {said}"));
        assert_eq!((exit, said["severity"].as_str()), (2, Some("error")), "{line}");
    }
}

#[test]
fn quiet_leaves_errors_and_what_was_asked_for() {
    let project = project();
    let both = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        (segc(project.path(), &words), segc(project.path(), &[&["-q"], &words[..]].concat()))
    };
    for line in ["check", "compile", "fmt", "test", "run --as-of 2036-01-01", "ls --select tag:email"] {
        let (loud, quiet) = both(line);
        assert_eq!((quiet.0, quiet.2.as_str()), (loud.0, ""), "{line}");
        let data = if line == "test" { "" } else { loud.1.as_str() };
        assert_eq!(untimed(&quiet.1), untimed(data), "{line}");
    }
    // Rows that end long before the instant: a warning.
    assert!(both("run --as-of 2036-01-01").0.2.contains("SEG738"));
    let (loud, quiet) = both("compile nobody");
    assert_eq!(quiet, loud, "an error is one");
}

/// Without the columns of times.
fn untimed(out: &str) -> String {
    let is_time = |word: &&str| *word == "ms" || word.parse::<u64>().is_ok();
    let lines = out.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [rest @ .., number, unit] if *unit == "ms" && is_time(number) => rest.join(" "),
            words => words.join(" "),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn verbose_shows_what_is_read_and_executed() {
    let project = project();
    let run = ["run", "--as-of", AS_OF];
    let (_, plain, _) = segc(project.path(), &run);
    let (exit, out, err) = segc(project.path(), &[&run[..], &["-v"]].concat());
    assert_eq!((exit, untimed(&out)), (0, untimed(&plain)), "{err}");
    for part in [
        "-- read and checked 4 files of ",
        "-- database memory, target duckdb\n",
        "-- loaded 2 tables, ",
        "\nBEGIN TRANSACTION;\n-- ",
        " ms, 1 row\n",
        "\nCOMMIT;\n",
    ] {
        assert!(err.contains(part), "{part}: {err}");
    }
    // What isn't SQL is a comment.
    let words = err.lines().filter(|line| line.contains(" ms") || line.contains("database"));
    assert!(words.clone().count() > 10 && words.into_iter().all(|line| line.starts_with("--")), "{err}");
    let (_, _, err) = segc(project.path(), &["check", "-v", "--message-format", "json"]);
    assert_eq!(err, "", "programs read problems only");
}

#[test]
fn threads_can_be_limited() {
    let project = project();
    let compiled = |arguments: &[&str]| segc(project.path(), &[&["compile", "buyers"], arguments].concat());
    assert_eq!(compiled(&["-j", "1"]), compiled(&[]));
    assert_eq!(segc(project.path(), &["run", "--jobs", "2", "--as-of", AS_OF]).0, 0);
    let (exit, _, err) = compiled(&["--jobs", "0"]);
    assert!(exit == 2 && err.contains("SEG884") && err.contains("1..=1024"), "{err}");
}

#[test]
fn dry_runs_change_nothing() {
    let project = project();
    let folder = project.path();
    std::fs::write(folder.join("segments/odd.seg"), "segment odd on customer{ }\n").expect("a file");
    let before = files(folder);
    let says = |arguments: &[&str], part: &str| {
        let (exit, out, err) = segc(folder, arguments);
        assert_eq!(exit, 0, "{arguments:?}: {err}");
        assert!(out.contains(part) || err.contains(part), "{arguments:?}: {out}{err}");
        assert!(!err.contains("wrote") && !out.contains("formatted"), "{arguments:?}: {out}{err}");
        assert_eq!(files(folder), before, "{arguments:?}");
    };
    says(&["init", "new", "--dry-run"], "would write new/segc.yml\n");
    says(&["fmt", "--dry-run"], "would format segments/odd.seg\n");
    says(&["compile", "--dry-run"], "would write target/duckdb: 9 segments");
    says(&["run", "--dry-run", "--db", "shop.db", "--load"], "INSERT INTO segments.odd");
    says(&["run", "--dry-run", "--db", "postgres://nobody@nowhere.invalid/x"], "-- dry run: target postgres");
    // What the real command refuses is refused.
    let (exit, _, err) = segc(folder, &["run", "nobody", "--dry-run"]);
    assert!(exit == 2 && err.contains("SEG801"), "{err}");
}

#[test]
fn the_statements_of_a_dry_run_are_those_of_the_run() {
    use segc::engine::{DuckDb, Engine as _};

    let project = project();
    let database = project.path().join("shop.db");
    let line = ["run", "--db", "shop.db", "--as-of", AS_OF];
    let (exit, _, err) = segc(project.path(), &[&line[..], &["--load"]].concat());
    assert_eq!(exit, 0, "{err}");
    let members = |engine: &mut DuckDb| {
        let all = engine.query("SELECT segment, members, run_seq FROM segments.segc_state ORDER BY ALL");
        all.expect("the runs").rows
    };
    let first = members(&mut DuckDb::open(Some(&database)).expect("a database"));
    for kind in [&["--refresh"][..], &[]] {
        let dry = [&line[..], kind, &["--dry-run", "--format", "json"]].concat();
        let (_, out, err) = segc(project.path(), &dry);
        let said: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        let mut engine = DuckDb::open(Some(&database)).expect("a database");
        for unit in said["dry_run"].as_array().expect("units") {
            for step in unit["steps"].as_array().expect("steps") {
                let statement = step["statement"].as_str().expect("no lists are loaded");
                engine.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
        }
        assert_eq!(members(&mut engine).len(), first.len(), "{kind:?}");
    }
    let last = members(&mut DuckDb::open(Some(&database)).expect("a database"));
    assert!(first.iter().zip(&last).all(|(first, last)| first[..2] == last[..2]), "{first:?} {last:?}");
    assert_ne!(first, last, "two more runs are recorded");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (exit, out, err) = segc(folder.path(), &["man", "--out", "man1"]);
    assert_eq!((exit, out.as_str()), (0, ""), "{err}");
    let (_, help, _) = segc(folder.path(), &["--help"]);
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 15, "{help}");
    for command in commands {
        let page =
            std::fs::read_to_string(folder.path().join(format!("man1/segc-{command}.1"))).expect(command);
        for section in ["SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES"] {
            let section = format!("\n.SH {section}\n").replace("EXIT STATUS", "\"EXIT STATUS\"");
            assert!(page.contains(&section), "{command}: {section}\n{page}");
        }
        let (_, printed, _) = segc(folder.path(), &["man", command]);
        assert_eq!(printed, page, "{command}");
    }
    let (_, page, _) = segc(folder.path(), &["man", "catalog", "import"]);
    assert!(page.contains("segc catalog import \\-\\-preset stripe\n"), "{page}");
}

#[test]
fn shells_are_told_how_to_ask_for_completions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let (exit, out, err) = segc(folder.path(), &["completions", shell]);
        assert_eq!((exit, err.as_str()), (0, ""), "{shell}");
        assert!(out.contains("SEGC_COMPLETE") && out.contains("segc"), "{shell}: {out}");
    }
}

/// What bash offers for the last word of a line.
#[cfg(unix)]
fn offers(folder: &Path, line: &str) -> Vec<String> {
    const SCRIPT: &str = r#"
        eval "$(segc completions bash)"
        read -ra COMP_WORDS <<< "$1"
        [[ "$1" == *' ' ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9
        _clap_complete_segc segc "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let programs = assert_cmd::cargo::cargo_bin("segc");
    let programs = programs.parent().expect("a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.args(["-c", SCRIPT, "bash", line]).current_dir(folder).env("PATH", format!("{programs}:{path}"));
    let (_, out, err) = outcome(&mut bash);
    assert_eq!(err, "", "{line}");
    out.lines().map(str::to_owned).collect()
}

#[test]
#[cfg(unix)]
fn a_projects_names_are_completed() {
    if Command::new("bash").arg("--version").output().is_err() {
        return crate::support::tell("bash isn't installed: its completions are not tested");
    }
    let project = project();
    for (line, expected) in [
        ("segc des", &["describe"][..]),
        ("segc describe hi", &["high_value", "high_value_us"]),
        ("segc why bu", &["buyers"]),
        ("segc ls --select +hi", &["+high_value", "+high_value_us"]),
        ("segc ls --select buyers,tag:e", &["buyers,tag:email"]),
        ("segc compile --target p", &["postgres"]),
        ("segc catalog cus", &["customer"]),
        (
            "segc explain SEG88",
            &[
                "SEG880", "SEG881", "SEG882", "SEG883", "SEG884", "SEG885", "SEG886", "SEG887", "SEG888",
                "SEG889",
            ],
        ),
        ("segc watch --no-p", &["--no-pager"]),
        ("segc ls --format j", &["json"]),
    ] {
        assert_eq!(offers(project.path(), line), expected, "{line}");
    }
    // The project may be elsewhere, broken, or not there.
    let outside = tempfile::tempdir().expect("a temporary folder");
    let line = format!("segc -C {} describe buy", project.path().display());
    assert_eq!(offers(outside.path(), &line), ["buyers"]);
    assert_eq!(offers(outside.path(), "segc describe buy"), [""]);
    std::fs::write(project.path().join("segments/broken.seg"), "segment {").expect("a file");
    assert_eq!(offers(project.path(), "segc describe buy"), ["buyers"]);
}
