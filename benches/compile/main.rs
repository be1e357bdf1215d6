//! CPU time and memory of `compile` for projects of 1,000 and 10,000 segments of each kind, and how the
//! cost of a segment grows from the one to the other.
//!
//! `cargo bench --bench compile` runs each in a process of its own, so that its peak of memory is
//! its own, and prints a table. `cargo bench --bench compile -- plain 500` runs one.
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

mod kinds;

use std::process::Command;
use std::time::Instant;

use kinds::{KINDS, Kind};
use segc::api::{Options, SegmentFiles, open_files};
use segc::project::Memory;

/// The program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 2] = [1_000, 10_000];
const TARGETS: [&str; 2] = ["duckdb", "postgres"];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let kind = KINDS.iter().find(|kind| args.iter().any(|arg| arg == kind.name));
    let size = args.iter().find_map(|arg| arg.parse().ok());
    if let (Some(kind), Some(size)) = (kind, size) {
        return measure(kind, size);
    }
    println!(
        "| segments | | check | compile | output | peak memory | growth |\n|---:|---|---:|---:|---:|---:|---:|"
    );
    let myself = std::env::current_exe().expect("this benchmark has a path");
    for kind in &KINDS {
        let mut least: Option<f64> = None;
        for size in SIZES {
            let output =
                Command::new(&myself).arg(kind.name).arg(size.to_string()).output().expect("it runs");
            assert!(output.status.success(), "the run of {size} {} failed", kind.name);
            let row = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
            #[expect(clippy::cast_precision_loss, reason = "few segments")]
            let each = compiling(&row) / size as f64;
            let growth = least.map(|least| format!("{:.2}", each / least)).unwrap_or_default();
            least.get_or_insert(each);
            println!("{row} {growth} |");
        }
    }
}

/// The milliseconds of `compile` in a row of the table.
fn compiling(row: &str) -> f64 {
    let cell = row.split('|').nth(4).unwrap_or_default();
    cell.trim().trim_end_matches(" ms").parse().unwrap_or(f64::NAN)
}

/// Opens, checks and compiles a project for two targets, as often as two seconds allow; prints the
/// best CPU time: other programs take none of it.
fn measure(kind: &Kind, size: usize) {
    let files = kind.files(size);
    let files = files.into_iter().fold(Memory::new(), |memory, (path, text)| memory.with(path, text));
    let mut best: Option<(f64, f64, usize)> = None;
    let begin = Instant::now();
    while best.is_none() || begin.elapsed().as_secs() < 2 {
        let start = cpu_seconds();
        let options = Options::default();
        let (session, problems) = open_files(&files, &options);
        assert!(!problems.has_errors(), "the generated project is sound");
        let checked = cpu_seconds() - start;
        let mut bytes = 0;
        for target in TARGETS {
            let chosen = session.select(&[]).expect("everything can be selected");
            let (plan, _) = session.plan(target, &chosen, &options);
            let artifacts = session.artifacts(&plan.expect("a plan"), &options, SegmentFiles::default());
            let artifacts = artifacts.expect("artifacts");
            bytes += artifacts.files.values().map(String::len).sum::<usize>();
        }
        let all = cpu_seconds() - start;
        if best.is_none_or(|(_, least, _)| all < least) {
            best = Some((checked, all, bytes));
        }
    }
    let (checked, all, bytes) = best.expect("one run");
    let (check, all) = (format!("{:.0} ms", checked * 1e3), format!("{:.0} ms", all * 1e3));
    let (out, peak) = (format!("{:.0} MB", bytes as f64 / 1e6), format!("{:.0} MB", peak_megabytes()));
    println!("| {size} | {} | {check} | {all} | {out} | {peak} |", kind.what);
}

/// The CPU time of this process so far, in user and kernel mode, in ticks of 10 ms.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The most memory that this process has had, where the system tells.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
