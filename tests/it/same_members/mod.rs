//! The normal form of segments: what means the same is found to be the same, and what is found to be
//! the same has the same members over random rows, by the reference evaluator.
//!
//! `SEGC_CASES` is the number of random worlds (of 45 segments each, and as many rewritten ones).

mod asked;
pub mod dense;
mod rewrite;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use segc::api::{Options, Session, open_files};
use segc::check::hir::SegmentId;
use segc::diagnostic::Severity;
use segc::project::Memory;

use crate::agreement::case::{Case, Cases, Table};
pub use rewrite::Meaning;
use rewrite::rewritten;

#[derive(Default, Debug)]
struct Tally {
    /// Rewritten segments, and those among them whose text the checker doesn't accept.
    rewritten: usize,
    refused: usize,
    /// Pairs of different segments that are found to be the same, with the same members.
    same: usize,
    /// Segments with another meaning, and those among them whose members differ.
    changed: usize,
    differ: usize,
}

/// The segments of a world, each with one that means the same and one that doesn't.
#[test]
fn rewritten_segments_are_the_same_and_same_segments_have_the_same_members() {
    let worlds = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(16);
    let mut tally = Tally::default();
    for (seed, case) in Cases::new(5).enumerate().take(worlds) {
        compare(case, seed as u64, &mut tally);
    }
    eprintln!("{tally:?}");
    assert!(tally.rewritten > worlds * 20, "too few were rewritten: {tally:?}");
    assert!(tally.refused * 10 < tally.rewritten, "too many rewritten texts are refused: {tally:?}");
    assert!(
        tally.differ * 4 > tally.changed,
        "the changed ones hardly differ, so they prove nothing: {tally:?}"
    );
}

fn compare(mut case: Case, seed: u64, tally: &mut Tally) {
    // A table for each event would reject the names of others, and has the same normal form.
    case.world.per_event = false;
    let mut rng = Rng::with_seed(seed);
    let original = case.clone();
    let originals = original.items.len();
    let mut case = with_copies(&case, &mut rng, "r", Meaning::Kept);
    // Twice, so that rewrites are rewritten.
    case = with_copies(&case, &mut rng, "q", Meaning::Kept);
    case = with_copies(&case, &mut rng, "m", Meaning::Changed);
    let written = case.items.len() - originals;
    let opened = loop {
        match case.open() {
            Ok(opened) => break opened,
            Err(_) => {
                let before = case.items.len();
                case.items = accepted(&case);
                assert!(
                    case.items.len() < before && case.items.len() >= originals,
                    "the originals are refused"
                );
            }
        }
    };
    tally.rewritten += written;
    tally.refused += originals + written - case.items.len();
    let session = &opened.session;
    // Columns say nothing of who is a member.
    let keys = |table: Table| table.rows.into_keys().collect::<Vec<_>>();
    let members: BTreeMap<String, Option<Vec<_>>> =
        opened.expected(case.as_of).into_iter().map(|(name, table)| (name, table.map(keys))).collect();
    let ids: Vec<(SegmentId, String)> =
        session.hir().iter().map(|(id, segment)| (id, segment.name.clone())).collect();
    for (id, name) in &ids {
        let (kind, number) = name.split_at(1);
        let first = session.hir().find(&format!("s{number}")).expect("the original");
        let group = &session.hir().segment(first).group;
        // Not all that come before it in its group have a copy.
        if matches!(kind, "r" | "q") && group.as_ref().is_none_or(|group| group.before.is_empty()) {
            assert!(
                session.same_members(first, *id),
                "world {seed}: {name} isn't found to be the same as s{number}:\n{}\n{}",
                text_of(&case, &format!("s{number}")),
                text_of(&case, name)
            );
        }
        if kind == "m" {
            tally.changed += 1;
            tally.differ += usize::from(members[name] != members[&format!("s{number}")]);
        }
    }
    for (at, (one, name)) in ids.iter().enumerate() {
        for (other, other_name) in &ids[..at] {
            let (Some(first), Some(second)) = (&members[name], &members[other_name]) else { continue };
            if session.same_members(*one, *other) {
                tally.same += 1;
                assert_eq!(
                    first,
                    second,
                    "world {seed}: {name} and {other_name} are said to be the same:\n{}\n{}",
                    text_of(&case, name),
                    text_of(&case, other_name)
                );
            }
        }
    }
}

fn text_of<'a>(case: &'a Case, name: &str) -> &'a str {
    let head = format!("segment {name} ");
    case.items.iter().find(|item| item.starts_with(&head)).map_or("", String::as_str)
}

/// The case with a copy of each segment, some of its conditions written otherwise. A segment is copied from the
/// latest copy with the same meaning.
pub fn with_copies(case: &Case, rng: &mut Rng, prefix: &str, meaning: Meaning) -> Case {
    let Ok(opened) = case.open() else { return case.clone() };
    let text = case.items.join("\n\n");
    let mut items = case.items.clone();
    let mut start = 0;
    for item in &case.items {
        let place = start..start + item.len();
        start = place.end + 2;
        let Some(name) = item.strip_prefix("segment ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        let of = if prefix == "q" { 'r' } else { 's' };
        if !name.starts_with(of) {
            continue;
        }
        let hir = opened.session.hir();
        let Some(segment) = hir.find(name).map(|id| hir.segment(id)) else { continue };
        if let Some(copy) = rewritten(&text, place, segment, rng, meaning) {
            let mut copy = copy.replacen(name, &format!("{prefix}{}", &name[1..]), 1);
            copy = copy.replace("group: \"of", &format!("group: \"{prefix} of"));
            items.push(copy);
        }
    }
    Case { items, ..case.clone() }
}

/// The items without those that have an error.
pub fn accepted(case: &Case) -> Vec<String> {
    let text = case.items.join("\n\n");
    let files = Memory::new()
        .with("segc.yml", case.settings.clone())
        .with("catalog/world.yml", case.world.catalog())
        .with("segments/random.seg", text.clone());
    let (_, problems) = open_files(&files, &Options::default());
    let errors = problems.iter().filter(|one| one.severity == Severity::Error);
    let wrong: BTreeSet<usize> = errors.filter_map(|one| Some(one.span?.start as usize)).collect();
    let mut start = 0;
    let mut kept = Vec::new();
    for item in &case.items {
        let end = start + item.len();
        if wrong.range(start..=end).next().is_none() {
            kept.push(item.clone());
        }
        start = end + 2;
    }
    kept
}

/// All pairs of segments that are found to be the same, by name.
fn same_pairs(session: &Session) -> Vec<(String, String)> {
    let all: Vec<(SegmentId, &str)> =
        session.hir().iter().map(|(id, segment)| (id, segment.name.as_str())).collect();
    let mut pairs = Vec::new();
    for (at, (one, name)) in all.iter().enumerate() {
        let same = all[..at].iter().filter(|(other, _)| session.same_members(*one, *other));
        pairs.extend(same.map(|(_, other)| ((*name).to_owned(), (*other).to_owned())));
    }
    pairs
}
