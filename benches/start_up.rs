//! How long a command takes from its start to its end, when it has little to do.
//!
//! `cargo bench --bench start_up`. A file `segc` given as an argument is measured instead of the one that
//! was built.
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 200;

const INSTANT: &str = "2026-03-31T12:00:00Z";

/// Commands, each in a folder of the repository or in a project that `segc init` has made.
const COMMANDS: &[(&str, &[&str])] = &[
    (".", &["--version"]),
    (".", &["check", "--help"]),
    (".", &["explain", "SEG203"]),
    (NEW, &["check"]),
    ("examples/flags", &["check"]),
    ("examples/web-analytics", &["check"]),
    ("examples/shop", &["check"]),
    ("examples/shop", &["compile", "win_back", "--target", "duckdb", "--as-of", INSTANT]),
    ("examples/flags", &["run", "--as-of", INSTANT]),
];

/// What `segc init` makes: two targets, eight segments.
const NEW: &str = "a new project";

fn main() {
    let given = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let program = given.as_deref().unwrap_or(env!("CARGO_BIN_EXE_segc"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let new = tempfile::tempdir().expect("a temporary folder");
    run(program, new.path(), &["init"]);
    println!("| in | `segc …` | best | median |\n|---|---|---:|---:|");
    for &(folder, arguments) in COMMANDS {
        let place = if folder == NEW { new.path().to_owned() } else { root.join(folder) };
        let mut times: Vec<Duration> = (0..RUNS).map(|_| run(program, &place, arguments)).collect();
        times.sort();
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let (best, median) = (milliseconds(times[0]), milliseconds(times[RUNS / 2]));
        println!("| {folder} | `{}` | {best} | {median} |", arguments.join(" "));
    }
}

fn run(program: &str, folder: &Path, arguments: &[&str]) -> Duration {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("it runs");
    let time = start.elapsed();
    assert!(status.success(), "{arguments:?} in {}: {status}", folder.display());
    time
}
