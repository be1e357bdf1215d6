//! The law of refresh: create, followed by any number of refreshes, leaves the members that create
//! leaves at the last as_of, provided that the catalog's declarations are true.
//!
//! Random rows live through 3 to 6 runs, with everything that the rules of refresh depend on: times
//! at the edges of windows, late arrivals, missing stamps, deletions, clocks that are set. After each
//! run, every table is compared with the reference evaluator, and sometimes with a repetition of the
//! refresh and with create in another schema. A third of the cases run segment by segment, as
//! `segc run` does. A fifth as many further cases have rows that only arrive, and segments that are
//! mostly append-only (`growing.rs`), so that refreshes only insert. Some more have segments of the
//! whole language (`language.rs`).
//!
//! ```text
//! SEGC_CASES=10000 cargo test --test it refresh_incremental::random -- --nocapture
//! ```
//!
//! `SEGC_SEED` (1) and `SEGC_FROM` (0) select the cases; a failing one prints both. With
//! `SEGC_THOROUGH=1`, every run is followed by all comparisons. The engines in processes (Spark, BigQuery) play
//! the stories where `SEGC_ENGINES` demands them, and the first `SEGC_SLOW_CASES` (0) of the cases.

mod apart;
mod case;
mod conds;
mod growing;
mod lab;
mod language;
mod logs;
mod mutants;
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

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use rayon::prelude::*;

use crate::agreement::compare::is_overflow;
use crate::support::target::Target;
use case::Case;
use lab::{Depth, Lab, Strategy};
use oracle::Expected;
use sabotage::Sabotage;
use segc::api::Session;
use stories::Story;
use tally::Tally;
use timeline::Bias;

/// Whether segments are refreshed by the keys that are affected: until they are, each of them is
/// rebuilt, and only its members can be looked at.
const BY_KEYS: bool = true;

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
fn labs(bias: Bias) -> Vec<Lab> {
    labs_of(Target::all(), bias)
}

/// Those, and the engines in processes that are demanded.
fn every_lab(bias: Bias) -> Vec<Lab> {
    let all = Target::every();
    labs_of(all.into_iter().filter(|target| case::targets().contains(&target.name)).collect(), bias)
}

fn labs_of(targets: Vec<Target>, bias: Bias) -> Vec<Lab> {
    let (mut case, mut sessions) = Case::random(bias, &[]);
    // A case has one table of events, or one for each event.
    let per_event = if bias == Bias::Language { &[false][..] } else { &[false, true] };
    for &per_event in per_event {
        case.facts.iter_mut().zip(case.entities).for_each(|(declared, entity)| {
            declared.per_event = per_event && entity.name == "event";
        });
        sessions.extend(case.open().expect("it has no error"));
    }
    targets.into_iter().map(|target| Lab::new(target, &sessions)).collect()
}

/// A database with nothing in it, where that makes it quicker.
fn renewed(mut lab: Lab, bias: Bias) -> Lab {
    if lab.target.renew() { labs_of(vec![lab.target], bias).remove(0) } else { lab }
}

/// Plays a case in one database; says what is wrong if something is.
fn played(lab: &mut Lab, case: &Case, depth: Depth, tally: &mut Tally) -> Result<(), String> {
    let sessions = case.open()?;
    let expected = oracle::expected(case, &sessions)?;
    unless_it_overflows(lab, case, tally, |lab, tally| lab.play(case, &sessions, &expected, depth, tally))
}

/// Engines evaluate more than the evaluator, in another order: where they meet a number beyond its type, a
/// case of the whole language ends early, and that is counted.
fn unless_it_overflows(
    lab: &mut Lab,
    case: &Case,
    tally: &mut Tally,
    play: impl FnOnce(&mut Lab, &mut Tally) -> Result<(), String>,
) -> Result<(), String> {
    match play(lab, tally) {
        Err(error) if case.may_overflow() && is_overflow(&error) => {
            tally.overflows += 1;
            // What was begun is undone, if it is open still.
            let _ = lab.target.engine().execute("ROLLBACK");
            Ok(())
        }
        result => result,
    }
}

/// The smallest story that goes wrong in a database.
fn smallest(lab: &mut Lab, case: &Case) -> String {
    let every = Depth { again: 1, fresh: 1 };
    let small = shrink::shrunk(case, &mut |case| played(lab, case, every, &mut Tally::default()).is_err());
    let now = played(lab, &small, every, &mut Tally::default());
    let last = small.runs.len() - 1;
    let affecting = small.open().and_then(|sessions| lab.affecting(&small, &sessions, last));
    let affecting = affecting.unwrap_or_default().join("\n");
    format!("smaller: {now:?}\n{}\naffected at the last run:\n{affecting}", small.story())
}

/// Plays this many cases in every database, and fails with the smallest story that is wrong.
fn play(bias: Bias, cases: usize, seed: usize) -> Tally {
    let (from, slow) = (number("SEGC_FROM").unwrap_or(0), number("SEGC_SLOW_CASES").unwrap_or(0));
    let (next, all, start) = (AtomicUsize::new(from), Mutex::new(Tally::default()), Instant::now());
    // Engines in processes have one for all.
    let players =
        if slow > 0 { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(4) };
    let player = || {
        let mut labs = if slow > 0 { every_lab(bias) } else { labs(bias) };
        for played in 1.. {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= from + cases {
                return Ok(());
            }
            if at >= from + slow {
                labs.retain(|lab| !lab.is_slow());
            }
            if played % 25 == 0 {
                labs = labs.into_iter().map(|lab| renewed(lab, bias)).collect();
            }
            let told = play_one(&mut labs, bias, at, seed)
                .inspect_err(|_| next.store(usize::MAX / 2, Ordering::Relaxed))?;
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(told);
            if all.cases % 200 == 0 {
                eprintln!("{} s: {}", start.elapsed().as_secs(), all.report());
            }
        }
        Ok(())
    };
    let ends: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let players: Vec<_> = (0..players).map(|_| scope.spawn(player)).collect();
        let end = |end: std::thread::Result<_>| end.unwrap_or_else(|_| Err("a panic, see above".to_owned()));
        players.into_iter().map(|player| end(player.join())).collect()
    });
    let failed: Vec<String> = ends.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    eprintln!("{} s, seed {seed}: {}", start.elapsed().as_secs(), all.report());
    all
}

/// Plays a case in every database; what is wrong, as the smallest story, if something is.
fn play_one(labs: &mut [Lab], bias: Bias, at: usize, seed: usize) -> Result<Tally, String> {
    let depth = match number("SEGC_THOROUGH") {
        Some(_) => Depth { again: 1, fresh: 1 },
        None => Depth { again: 2, fresh: 3 },
    };
    let (case, sessions) = Case::random(bias, &bytes(seed, at));
    let of_case = |error: String| format!("case {at} of seed {seed}: {error}\n{}", case.story());
    let lies = truth::lies(&case, &case.calendar());
    if !lies.is_empty() {
        return Err(of_case(format!("it isn't as declared: {lies:?}")));
    }
    let expected = oracle::expected(&case, &sessions).map_err(of_case)?;
    let mut played = Vec::new();
    for lab in labs {
        // Engines in processes are slow, and what create leaves there others test.
        let fresh = if lab.is_slow() { usize::MAX } else { depth.fresh };
        let (depth, mut tally) = (Depth { fresh, ..depth }, Tally::default());
        lab.one_by_one = at % 3 == 2 && !lab.is_slow();
        let result = unless_it_overflows(lab, &case, &mut tally, |lab, tally| {
            lab.play(&case, &sessions, &expected, depth, tally)
        });
        if let Err(error) = result {
            let smaller = smallest(lab, &case);
            return Err(format!("SEGC_SEED={seed} SEGC_FROM={at} SEGC_CASES=1: {error}\n\n{smaller}"));
        }
        played.push(tally);
    }
    // What the first database proves is counted; the others prove the same.
    let mut tally = played.into_iter().next().unwrap_or_default();
    if bias != Bias::Language {
        telling::count(&case, &sessions, &mut tally).map_err(of_case)?;
    }
    tally.cases = 1;
    Ok(tally)
}

/// The checks notice when a refresh passes over rows that it has to look at: for each wrong rule
/// a case in which it shows is played with those rows as they were before.
#[test]
fn sabotaged_refreshes_are_detected() {
    let (mut labs, mut told) = (labs(Bias::Rules), std::collections::BTreeSet::new());
    for at in 0..60 {
        let (case, sessions) = Case::random(Bias::Rules, &bytes(3, at));
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
fn random_refreshes_equal_a_create() {
    let chosen = number("SEGC_CASES");
    let cases = chosen.unwrap_or(210);
    let tally = play(Bias::Rules, cases, number("SEGC_SEED").unwrap_or(1));
    // As many cases as it takes for each construct and each wrong rule.
    let unseen = tally.unseen();
    assert!(chosen.is_some() || unseen.is_empty(), "not seen: {unseen:#?}\n{}", tally.report());
    let lacks = tally.lacks(BY_KEYS, timeline::SOFT_DELETES);
    assert!(cases < 40 || lacks.is_empty(), "too little was proved: {lacks:#?}\n{}", tally.report());
}

#[test]
fn random_inserts_refresh_to_what_a_create_gives() {
    let cases = number("SEGC_CASES").unwrap_or(40);
    let tally = play(Bias::Growing, cases, number("SEGC_SEED").unwrap_or(1));
    let inserted = tally.strategies.get(&Strategy::Insert).copied().unwrap_or_default();
    assert!(inserted >= 2 * cases && tally.grown * 6 > inserted, "too little was proved: {}", tally.report());
}

#[test]
fn random_segments_of_the_whole_language_equal_a_create() {
    let cases = number("SEGC_CASES").unwrap_or(8);
    let tally = play(Bias::Language, cases, number("SEGC_SEED").unwrap_or(1));
    let rebuilt = tally.strategies.get(&Strategy::Rebuild).copied().unwrap_or_default();
    let incremental = tally.quiet + tally.moved;
    assert!(tally.overflows * 10 <= cases, "too many cases overflowed: {}", tally.report());
    assert!(incremental > 2 * rebuilt, "too much was rebuilt: {}", tally.report());
    assert!(4 * tally.moved > incremental, "too few tables had to change: {}", tally.report());
}

/// A story, ready to be played.
struct Told {
    story: Story,
    sessions: Vec<Session>,
    expected: Expected,
}

/// Opens a story and holds it to what it says itself.
fn opened(story: Story) -> Result<Told, String> {
    let case = &story.case;
    let sessions = case.open()?;
    let lies = truth::lies(case, &case.calendar());
    if lies.is_empty() == story.untrue {
        return Err(format!("{}: what isn't as declared: {lies:?}", story.name));
    }
    let idle = story.idle_in_reach();
    if idle.is_empty() == story.crowded {
        return Err(format!("{}: crowded is {}, idle rows {idle:?}", story.name, story.crowded));
    }
    let expected = oracle::expected(case, &sessions)?;
    for (run, told) in story.members.iter().enumerate() {
        for (name, keys) in told {
            let found = expected[run].get(name).ok_or_else(|| format!("{}: no {name}", story.name))?.keys();
            if found != *keys {
                return Err(format!("{}: run {run}: {name}: {found:?}, in the story {keys:?}", story.name));
            }
        }
    }
    Ok(Told { story, sessions, expected })
}

/// The stories that `SEGC_STORY` is a part of the names of.
fn chosen() -> Vec<Result<Told, String>> {
    let chosen = std::env::var("SEGC_STORY").unwrap_or_default();
    let able = |story: &Story| timeline::SOFT_DELETES || !story.is_soft();
    let all = stories::all().into_iter().filter(|story| story.name.contains(&chosen) && able(story));
    all.collect::<Vec<_>>().into_par_iter().map(opened).collect()
}

/// Plays a story in one database; says what is wrong if something is.
fn tell(lab: &mut Lab, told: &Told) -> Result<(), String> {
    let Told { story, sessions, expected } = told;
    let runs = story.case.runs.len();
    let depth = match lab.is_slow() {
        false => Depth { again: 1, fresh: runs },
        true => Depth { again: runs, fresh: usize::MAX },
    };
    lab.play(&story.case, sessions, expected, depth, &mut Tally::default())?;
    let found = lab.strategy(&story.case, sessions)?;
    match story.refresh {
        Some(Strategy::Keys) if !BY_KEYS => Ok(()),
        Some(wanted) if wanted != found => Err(format!("it is refreshed by {found:?}")),
        _ => Ok(()),
    }
}

/// DuckDB, Postgres and SQLite play every story that they have the capabilities for; the slow engines play
/// those that say `everywhere`, and with `SEGC_STORY` every one, too.
#[test]
fn stories_behave_as_written() {
    let stories = chosen();
    let all = std::env::var("SEGC_STORY").is_ok();
    let failed: Vec<String> = every_lab(Bias::Rules)
        .par_iter_mut()
        .flat_map_iter(|lab| {
            let name = lab.target.name;
            let few = !all && lab.is_slow();
            let (mut played, mut refused, mut failed) = (0, 0, Vec::new());
            for told in &stories {
                match told {
                    Err(error) => failed.push(error.clone()),
                    Ok(told) if few && !told.story.everywhere => {}
                    Ok(told) if lab.refuses(&told.story.case, &told.sessions) => refused += 1,
                    Ok(told) => {
                        played += 1;
                        let error = tell(lab, told).err();
                        failed.extend(error.map(|error| format!("{}\n  {error}", told.story.name)));
                    }
                }
            }
            eprintln!("{name}: {played} stories, {refused} refused");
            let able = match name {
                // It has no decimals and no zones.
                "sqlite" => refused * 4 <= stories.len(),
                // It has no sequences that end with something that must not happen.
                "clickhouse" => refused * 20 <= played,
                _ => refused == 0,
            };
            if !all && !able {
                failed.push(format!("{name} refuses {refused}"));
            }
            failed
        })
        .collect();
    assert!(failed.is_empty(), "of {} stories:\n{}", stories.len(), failed.join("\n"));
}

/// What is affected is made of several selects: without any of them, or without all of them, the
/// stories go wrong. Those that don't, and the selects that no story needs, are shown.
#[test]
#[ignore = "takes minutes; for changes to the rules"]
fn every_trigger_is_needed() {
    let mut labs = labs(Bias::Rules);
    let mut pointless = Vec::new();
    let moves = |told: &Told| {
        told.expected.windows(2).any(|runs| {
            runs[1]
                .iter()
                .any(|(name, table)| runs[0].get(name).is_some_and(|before| before.keys() != table.keys()))
        })
    };
    let by_keys = |told: &Told| told.story.refresh == Some(Strategy::Keys) && moves(told);
    for told in chosen().into_iter().flatten().filter(by_keys) {
        let mut any = false;
        for run in 1..told.story.case.runs.len() {
            any |= shown(&mut labs[0], &told, run);
        }
        if !any {
            pointless.push(told.story.name);
        }
    }
    eprintln!("stories that nothing of this hurts: {pointless:#?}");
    assert!(!BY_KEYS || pointless.is_empty(), "these stories tell nothing");
}

/// Whether a story goes wrong where nothing is affected at a run. Shows which selects it needs.
fn shown(lab: &mut Lab, told: &Told, run: usize) -> bool {
    let case = &told.story.case;
    let depth = Depth { again: usize::MAX, fresh: usize::MAX };
    let fails = |lab: &mut Lab, sabotage: Sabotage| {
        (lab.sabotage, lab.sabotaged) = ((run, sabotage), 0);
        let failed = lab.play(case, &told.sessions, &told.expected, depth, &mut Tally::default()).is_err();
        lab.sabotage = (0, Sabotage::None);
        failed && lab.sabotaged > 0
    };
    let any = fails(lab, Sabotage::Empty);
    let selects = lab.affecting(case, &told.sessions, run).expect("a script");
    for (number, text) in selects.iter().enumerate() {
        let what = if fails(lab, Sabotage::Without(number)) { "needed" } else { "not needed" };
        eprintln!("{} run {run}: {what}: {}", told.story.name, text.replace('\n', " "));
    }
    any
}
