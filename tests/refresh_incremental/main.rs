//! The law of refreshes: create, and any number of refreshes, leaves the members that create
//! leaves at the last as_of, as long as what the catalog declares is true.
//!
//! Random rows live through 3 to 6 runs, with what the rules of refreshing turn on: times at the
//! edges of windows, late arrivals, missing stamps, deletes, clocks that are set. After each run
//! every table is compared with the reference evaluator, and now and then with the same refresh
//! once more and with create in a schema of its own.
//!
//! ```text
//! SEGC_CASES=10000 cargo test --test refresh_incremental random -- --nocapture
//! ```
//!
//! `SEGC_SEED` (1) and `SEGC_FROM` (0) say which cases; one that fails prints both. With
//! `SEGC_THOROUGH=1` all of this follows every run.
#![allow(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests use the environment and the terminal"
)]

#[path = "../support/mod.rs"]
mod support;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../agreement/tape.rs"]
mod tape;

mod case;
mod conds;
mod lab;
mod oracle;
mod sabotage;
mod segments;
mod shrink;
mod stories;
mod tally;
mod telling;
mod timeline;
mod times;
mod truth;
mod world;

use std::time::Instant;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use case::Case;
use lab::{Depth, Lab, Strategy};
use sabotage::Sabotage;
use stories::Story;
use support::target::Target;
use tally::Tally;

/// Whether segments are refreshed by the keys that are affected: until they are, each of them is
/// rebuilt, and only its members can be looked at.
const BY_KEYS: bool = false;

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// The bytes that a case is made of: by the seed and its number alone.
fn bytes(seed: usize, number: usize) -> Vec<u8> {
    let mut start = [0; 32];
    start[..8].copy_from_slice(&(seed as u64).to_le_bytes());
    start[8..16].copy_from_slice(&(number as u64).to_le_bytes());
    let mut bytes = vec![0; 16_000];
    TestRng::from_seed(RngAlgorithm::ChaCha, &start).fill_bytes(&mut bytes);
    bytes
}

/// Every database of this machine, with empty tables.
fn labs() -> Vec<Lab> {
    let (_, sessions) = Case::random(&[]);
    Target::all().into_iter().map(|target| Lab::new(target, &sessions[0])).collect()
}

/// Plays a case in one database; says what is wrong if something is.
fn played(lab: &mut Lab, case: &Case, depth: Depth, tally: &mut Tally) -> Result<(), String> {
    let sessions = case.open()?;
    let expected = oracle::expected(case, &sessions)?;
    lab.play(case, &sessions, &expected, depth, tally)
}

/// Plays so many cases in every database, and fails with the smallest story that is wrong.
fn play(cases: usize, seed: usize) -> Tally {
    let (mut labs, mut tally, start) = (labs(), Tally::default(), Instant::now());
    let from = number("SEGC_FROM").unwrap_or(0);
    let depth = match number("SEGC_THOROUGH") {
        Some(_) => Depth { again: 1, fresh: 1 },
        None => Depth { again: 2, fresh: 3 },
    };
    for at in from..from + cases {
        let (case, sessions) = Case::random(&bytes(seed, at));
        let lies = truth::lies(&case, &case.calendar());
        assert!(lies.is_empty(), "case {at} of seed {seed} isn't as declared: {lies:?}\n{}", case.story());
        let expected = oracle::expected(&case, &sessions)
            .unwrap_or_else(|error| panic!("case {at}: {error}\n{}", case.story()));
        for lab in &mut labs {
            if let Err(error) = lab.play(&case, &sessions, &expected, depth, &mut tally) {
                let every = Depth { again: 1, fresh: 1 };
                let small = shrink::shrunk(&case, &mut |case| {
                    played(lab, case, every, &mut Tally::default()).is_err()
                });
                let now = played(lab, &small, every, &mut Tally::default());
                panic!(
                    "SEGC_SEED={seed} SEGC_FROM={at} SEGC_CASES=1: {error}\n\nsmaller: {now:?}\n{}",
                    small.story()
                );
            }
        }
        telling::count(&case, &sessions, &mut tally).unwrap_or_else(|error| panic!("case {at}: {error}"));
        tally.cases += 1;
        if tally.cases % 200 == 0 {
            eprintln!("{} s: {}", start.elapsed().as_secs(), tally.report());
        }
    }
    eprintln!("{} s, seed {seed}: {}", start.elapsed().as_secs(), tally.report());
    tally
}

/// The checks notice when a refresh passes over rows that it has to look at: for each wrong rule
/// a case in which it shows is played with those rows as they were before.
#[test]
fn wrong_refreshes_are_noticed() {
    let (mut labs, mut told) = (labs(), std::collections::BTreeSet::new());
    for at in 0..60 {
        let (case, sessions) = Case::random(&bytes(3, at));
        if case.is_sticky() {
            continue;
        }
        for (name, run) in telling::told(&case, &sessions).expect("the evaluator's answer") {
            if !told.insert(name) {
                continue;
            }
            let expected = oracle::expected(&case, &sessions).expect("the evaluator's answer");
            let wrong = telling::without(&case, run, name);
            let depth = Depth { again: usize::MAX, fresh: usize::MAX };
            let result = labs[0].play(&wrong, &sessions, &expected, depth, &mut Tally::default());
            assert!(result.is_err(), "{name} isn't noticed at run {run} of case {at}:\n{}", case.story());
        }
    }
    eprintln!("noticed: {told:#?}");
    assert!(told.len() >= 10, "too few wrong rules show: {told:?}");
}

#[test]
fn random_refreshes_leave_the_members_that_a_create_leaves() {
    play(number("SEGC_CASES").unwrap_or(40), number("SEGC_SEED").unwrap_or(1));
}

/// What is wrong about a story.
fn wrong(labs: &mut [Lab], story: &Story, tally: &mut Tally) -> Result<(), String> {
    let case = &story.case;
    let sessions = case.open()?;
    let lies = truth::lies(case, &case.calendar());
    if !lies.is_empty() {
        return Err(format!("not as declared: {lies:?}"));
    }
    let idle = story.idle_in_reach();
    if idle.is_empty() == story.crowded {
        return Err(format!("rows within the reach of stamps though nothing became of them: {idle:?}"));
    }
    let expected = oracle::expected(case, &sessions)?;
    for (run, told) in story.members.iter().enumerate() {
        for (name, keys) in told {
            let found = expected[run].get(name).ok_or_else(|| format!("no segment {name}"))?.keys();
            if found != *keys {
                return Err(format!(
                    "run {run}: {name} has {found:?} by the evaluator, {keys:?} in the story"
                ));
            }
        }
    }
    for lab in labs {
        let depth = Depth { again: 1, fresh: case.runs.len() };
        lab.play(case, &sessions, &expected, depth, tally)?;
        let found = lab.strategy(case, &sessions)?;
        match story.refresh {
            Some(Strategy::Keys) if !BY_KEYS => {}
            Some(wanted) if wanted != found => return Err(format!("it is refreshed by {found:?}")),
            _ => {}
        }
    }
    Ok(())
}

/// `SEGC_STORY` is a part of the names of those that are played.
#[test]
fn stories_go_as_they_are_told() {
    let (mut labs, mut tally) = (labs(), Tally::default());
    let chosen = std::env::var("SEGC_STORY").unwrap_or_default();
    let stories: Vec<Story> =
        stories::all().into_iter().filter(|story| story.name.contains(&chosen)).collect();
    let mut failed = Vec::new();
    for story in stories.iter().filter(|story| timeline::SOFT_DELETES || !story.is_soft()) {
        if let Err(error) = wrong(&mut labs, story, &mut tally) {
            eprintln!("---- {}\n{error}", story.name);
            failed.push(&story.name);
        }
    }
    eprintln!("{} stories: {:?}", stories.len(), tally.strategies);
    assert!(failed.is_empty(), "{} of {} stories go wrong: {failed:#?}", failed.len(), stories.len());
}

/// What is affected is made of several selects: without any of them, or without all of them, the
/// stories go wrong. Those that don't, and the selects that no story needs, are shown.
#[test]
#[ignore = "takes minutes; for whoever changes the rules"]
fn what_is_affected_is_needed() {
    let (mut labs, mut tally) = (labs(), Tally::default());
    let lab = &mut labs[0];
    let chosen = std::env::var("SEGC_STORY").unwrap_or_default();
    let mut pointless = Vec::new();
    let stories: Vec<Story> =
        stories::all().into_iter().filter(|story| story.name.contains(&chosen)).collect();
    for story in &stories {
        let Ok(sessions) = story.case.open() else { continue };
        if story.refresh != Some(Strategy::Keys) || (story.is_soft() && !timeline::SOFT_DELETES) {
            continue;
        }
        let expected = oracle::expected(&story.case, &sessions).expect("the evaluator's answer");
        let depth = Depth { again: usize::MAX, fresh: usize::MAX };
        let mut noticed = |lab: &mut Lab, run: usize, sabotage: Sabotage| {
            (lab.sabotage, lab.sabotaged) = ((run, sabotage), 0);
            let failed = lab.play(&story.case, &sessions, &expected, depth, &mut tally).is_err();
            lab.sabotage = (0, Sabotage::None);
            (failed, lab.sabotaged > 0)
        };
        let mut any = false;
        for run in 1..story.case.runs.len() {
            let (failed, done) = noticed(lab, run, Sabotage::Empty);
            any |= failed;
            if !done {
                continue;
            }
            for (number, text) in
                lab.affecting(&story.case, &sessions, run).expect("a script").iter().enumerate()
            {
                let (failed, _) = noticed(lab, run, Sabotage::Without(number));
                let what = if failed { "needed" } else { "not needed" };
                eprintln!("{} run {run}: {what}: {}", story.name, text.replace('\n', " "));
            }
        }
        if !any {
            pointless.push(&story.name);
        }
    }
    eprintln!("stories that nothing of this hurts: {pointless:#?}");
    assert!(!BY_KEYS || pointless.is_empty(), "these stories tell nothing");
}
