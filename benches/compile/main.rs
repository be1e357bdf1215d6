//! Time and memory of `compile` for projects of 1,000 and 10,000 segments of each kind.
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
    println!("| segments | | check | compile | output | peak memory |\n|---:|---|---:|---:|---:|---:|");
    let myself = std::env::current_exe().expect("this benchmark has a path");
    for kind in &KINDS {
        for size in SIZES {
            let status = Command::new(&myself).arg(kind.name).arg(size.to_string()).status();
            assert!(status.expect("it runs").success(), "the run of {size} {} failed", kind.name);
        }
    }
}

/// Opens, checks and compiles a project for two targets, as often as two seconds allow; prints the
/// best.
fn measure(kind: &Kind, size: usize) {
    let files = kind.files(size);
    let files = files.into_iter().fold(Memory::new(), |memory, (path, text)| memory.with(path, text));
    let mut best: Option<(f64, f64, usize)> = None;
    let begin = Instant::now();
    while best.is_none() || begin.elapsed().as_secs() < 2 {
        let start = Instant::now();
        let options = Options::default();
        let (session, problems) = open_files(&files, &options);
        assert!(!problems.has_errors(), "the generated project is sound");
        let checked = start.elapsed().as_secs_f64();
        let mut bytes = 0;
        for target in TARGETS {
            let chosen = session.select(&[]).expect("everything can be selected");
            let (plan, _) = session.plan(target, &chosen, &options);
            let artifacts = session.artifacts(&plan.expect("a plan"), &options, SegmentFiles::default());
            let artifacts = artifacts.expect("artifacts");
            bytes += artifacts.files.values().map(String::len).sum::<usize>();
        }
        let all = start.elapsed().as_secs_f64();
        if best.is_none_or(|(_, least, _)| all < least) {
            best = Some((checked, all, bytes));
        }
    }
    let (checked, all, bytes) = best.expect("one run");
    let (check, all) = (format!("{:.0} ms", checked * 1e3), format!("{:.0} ms", all * 1e3));
    let (out, peak) = (format!("{:.0} MB", bytes as f64 / 1e6), format!("{:.0} MB", peak_megabytes()));
    println!("| {size} | {} | {check} | {all} | {out} | {peak} |", kind.what);
}

/// The most memory that this process has had, where the system tells.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
