//! Hostile inputs: whatever a file, a row, an address or an argument holds, segc answers in bounds.
//!
//! A case is one file that has been mutated, in a project that is sound otherwise, taken through
//! everything that segc does with it (`entry/`). Cases run in a process of their own, since a panic in
//! another thread, an abort, an exhausted stack or memory must not end the search (`watch.rs`). An
//! input that does harm is shrunk, saved and reported with the command that repeats it.
//!
//! ```text
//! make fuzz                                       every saved input, and as many cases as take a minute
//! SEGC_FUZZ_CASES=5000 SEGC_SEED=7 cargo test --test fuzz random
//! SEGC_FUZZ_SECONDS=3600 SEGC_FUZZ_ENTRY=catalog cargo test --test fuzz a_long_run -- --ignored --nocapture
//! SEGC_FUZZ_ENTRY=catalog SEGC_FUZZ_INPUT=file cargo test --test fuzz one_input -- --ignored --nocapture
//! ```
//!
//! A case is made from the seed, its entry and its number, and so is the same in every run.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unreachable,
    reason = "tests use files, processes and the terminal"
)]

mod bounds;
mod child;
mod corpus;
mod dictionary;
mod entry;
mod generate;
mod growth;
mod hostile;
mod mutate;
mod report;
mod seen;
mod shrink;
mod tokens;
mod watch;

use std::time::Duration;

use entry::Entry;
use report::Figures;

/// Counts what inputs allocate, and refuses what goes beyond their bounds.
#[global_allocator]
static MEMORY: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn seed() -> u64 {
    number("SEGC_SEED").unwrap_or(1)
}

/// The entries to try: all of them, or the one that `SEGC_FUZZ_ENTRY` names.
fn entries() -> Vec<Entry> {
    match std::env::var("SEGC_FUZZ_ENTRY") {
        Ok(name) => vec![Entry::named(&name).unwrap_or_else(|| panic!("no entry is called `{name}`"))],
        Err(_) => Entry::ALL.to_vec(),
    }
}

/// Runs the entries, as many at once as there are processors, and fails with all that did harm.
fn run_all(bound: watch::Bound) {
    let figures: Vec<Figures> = watch::in_parallel(&entries(), |&entry| watch::run(entry, seed(), bound));
    report::tell(&figures);
    let found: Vec<String> = figures.iter().flat_map(|one| one.findings.iter().cloned()).collect();
    assert!(found.is_empty(), "{} inputs did harm\n{}", found.len(), found.join("\n"));
}

/// Every input that is kept, each of which did harm once or is of a kind that others have.
#[test]
fn saved_inputs_are_harmless() {
    run_all(watch::Bound::Saved);
}

#[test]
fn random_inputs_are_harmless() {
    run_all(watch::Bound::Cases(number("SEGC_FUZZ_CASES").unwrap_or(40)));
}

#[test]
#[ignore = "takes an hour for each entry: `make long` runs it"]
fn a_long_run() {
    run_all(watch::Bound::Time(Duration::from_secs(number("SEGC_FUZZ_SECONDS").unwrap_or(3600))));
}

/// Repeats one input here, where a debugger can be had.
#[test]
#[ignore = "needs SEGC_FUZZ_INPUT and SEGC_FUZZ_ENTRY"]
fn one_input() {
    let (Some(path), [entry]) = (std::env::var_os("SEGC_FUZZ_INPUT"), &entries()[..]) else {
        panic!("SEGC_FUZZ_INPUT names a file, SEGC_FUZZ_ENTRY one of {}", Entry::names());
    };
    let path = std::path::absolute(path).expect("a path");
    let input = std::fs::read(path).expect("SEGC_FUZZ_INPUT can be read");
    let folder = tempfile::tempdir().expect("a folder");
    std::env::set_current_dir(&folder).expect("a folder that is there");
    let cost = child::measured(*entry, &input, &mut seen::Seen::default());
    eprintln!("{} bytes of input, {cost}", input.len());
}

/// The harness notices every way to do harm, and shrinks the input to what does it.
#[test]
fn every_kind_of_harm_is_noticed() {
    let noise = "one line\nanother line\n".repeat(4);
    for (harm, said) in [
        ("panic", "a planted panic"),
        ("thread", "a planted panic of a thread"),
        ("exit", "exit status: 7"),
        ("stack", "stack"),
        ("memory", "memory allocation"),
        ("work", "allocated"),
        ("hang", "no answer"),
    ] {
        let input = format!("{noise}please {harm} here\n{noise}");
        let found = watch::one(Entry::Sabotage, input.as_bytes()).unwrap_or_else(|| panic!("{harm} passed"));
        assert!(found.signature.contains(said), "{harm}: {}", found.signature);
        if harm == "panic" {
            let shrunk = shrink::shrunk(Entry::Sabotage, input.as_bytes(), &found.signature);
            assert_eq!(String::from_utf8_lossy(&shrunk), "panic");
        }
    }
    assert!(watch::one(Entry::Sabotage, noise.as_bytes()).is_none());
}
