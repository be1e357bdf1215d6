//! The words determine the meaning: what is said of two segments that differ is different, over random
//! segments and small changes of them. And only the meaning: layout and comments change nothing.
//!
//! `SEGC_CASES` is the number of random worlds.

use std::collections::BTreeMap;

use fastrand::Rng;
use segc::api::Session;
use segc::check::hir::{Segment, SegmentId};
use segc::describe::{Describer, SectionKind};

use crate::agreement::case::{Case, Cases};
use crate::same_members::{Meaning, accepted, with_copies};

/// What is replaced by what, one place at a time.
const CHANGES: &[(&str, &str)] = &[
    (" and ", " or "),
    (" or ", " and "),
    (" >= ", " > "),
    (" <= ", " < "),
    (" > ", " >= "),
    (" < ", " <= "),
    (" = ", " != "),
    (" != ", " = "),
    ("where ", "where not "),
    ("not ", ""),
    (" last ", " previous "),
    (" previous ", " last "),
    (" last ", " next "),
    (" day", " week"),
    (" hour", " minute"),
    (" week", " month"),
    ("latest ", "earliest "),
    ("earliest ", "latest "),
    ("sum(", "avg("),
    ("avg(", "sum("),
    ("min(", "max("),
    ("max(", "min("),
    ("first(", "last("),
    ("last(", "first("),
    ("exists(", "not exists("),
    ("every(", "exists("),
    ("top ", "bottom "),
    ("bottom ", "top "),
    ("include ", "exclude "),
    ("exclude ", "include "),
    ("at least ", "at most "),
    ("at most ", "exactly "),
    (" ignoring case", ""),
    ("contains any", "contains all"),
    ("starts with", "ends with"),
    ("before ", "after "),
    ("since ", "until "),
    ("outer.", ""),
    ("then not ", "then "),
    (" each ", " at least 2 each "),
    ("is missing", "is present"),
    ("between ", "not between "),
    ("lower(", "upper("),
    ("floor(", "ceil("),
    ("round(", "floor("),
    (" + ", " - "),
    (" * ", " + "),
    ("\"", "\"x"),
];

/// The text with one place changed: a number, or one of the above.
fn changed(text: &str, rng: &mut Rng) -> Option<String> {
    let head = text.find('{').unwrap_or(0);
    if rng.usize(..3) == 0 {
        let bytes = text.as_bytes();
        let in_name = |at: usize| bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_';
        let digits: Vec<usize> =
            (head + 1..text.len()).filter(|&at| bytes[at].is_ascii_digit() && !in_name(at)).collect();
        let at = *digits.get(rng.usize(..digits.len().max(1)))?;
        let digit = if bytes[at] == b'9' { '1' } else { char::from(bytes[at] + 1) };
        let mut text = text.to_owned();
        text.replace_range(at..=at, &digit.to_string());
        return Some(text);
    }
    let (old, new) = CHANGES[rng.usize(..CHANGES.len())];
    let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).filter(|at| *at > head).collect();
    let at = *places.get(rng.usize(..places.len().max(1)))?;
    let mut text = text.to_owned();
    text.replace_range(at..at + old.len(), new);
    Some(text)
}

/// What is said of who is a member.
fn words(describer: &Describer<'_>, id: SegmentId) -> String {
    let described = describer.segment(id);
    let sections = described.sections.iter().filter(|section| {
        !matches!(section.kind, SectionKind::Columns | SectionKind::Parameters | SectionKind::Notes)
    });
    let lines: Vec<String> = sections.map(|section| format!("{:?}", section.part)).collect();
    without_places(&lines.join("\n"))
}

/// The `Debug` of parts without their spans.
fn without_places(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("span: Some(") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        rest = after.find("})").map_or("", |end| &after[end + 2..]);
    }
    out + rest
}

/// Words that would be lost if a description said less: segments that differ must then be found to have the
/// same words, or the comparison proves nothing about them.
const LOSSES: [(&str, &str); 6] = [
    ("more than", "at least"),
    ("less than", "at most"),
    ("is not ", "is "),
    ("all of these are true", "at least one of these is true"),
    ("none of these is true", "at least one of these is true"),
    ("in the last", "in the next"),
];

#[derive(Debug, Default)]
struct Tally {
    segments: usize,
    changed: usize,
    equal_words: usize,
    /// Pairs of different segments that only numbers tell apart.
    by_number: usize,
    /// The same for each of the losses.
    by_loss: [usize; LOSSES.len()],
}

/// How many neighbouring segments differ, although their words, with something lost, are equal.
fn mistaken(session: &Session, words: &[(SegmentId, String)], lose: impl Fn(&str) -> String) -> usize {
    let mut by_words: BTreeMap<String, Vec<SegmentId>> = BTreeMap::new();
    for (id, words) in words {
        by_words.entry(lose(words)).or_default().push(*id);
    }
    let pairs = by_words.values().flat_map(|same| same.windows(2));
    pairs.filter(|pair| !session.same_members(pair[0], pair[1])).count()
}

#[test]
fn different_segments_have_different_words() {
    let worlds = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(16);
    let mut tally = Tally::default();
    for (seed, case) in Cases::new(9).enumerate().take(worlds) {
        compare(case, seed as u64, &mut tally);
    }
    eprintln!("{tally:?}");
    assert!(tally.changed > worlds * 60, "too few were changed: {tally:?}");
    assert!(tally.equal_words > worlds, "hardly any words are equal: {tally:?}");
    assert!(tally.by_number > worlds / 2, "a lost number would hardly be noticed: {tally:?}");
    for (count, loss) in tally.by_loss.iter().zip(LOSSES) {
        assert!(*count > 0, "the loss of {loss:?} wouldn't be noticed: {tally:?}");
    }
}

fn compare(mut case: Case, seed: u64, tally: &mut Tally) {
    case.world.per_event = false;
    let mut rng = Rng::with_seed(seed);
    let original = case.items.len();
    // Copies that mean the same, and copies that don't.
    let mut case = with_copies(&case, &mut rng, "r", Meaning::Kept);
    case = with_copies(&case, &mut rng, "m", Meaning::Changed);
    for round in ["x", "y", "z"] {
        for at in 0..original {
            let item = case.items[at].clone();
            let Some(name) = item.strip_prefix("segment s").and_then(|rest| rest.split(' ').next()) else {
                continue;
            };
            if let Some(changed) = changed(&item, &mut rng) {
                let changed =
                    changed.replacen(&format!("segment s{name}"), &format!("segment {round}{name}"), 1);
                case.items.push(changed.replace("group: \"of", &format!("group: \"{round} of")));
            }
        }
    }
    let opened = loop {
        match case.open() {
            Ok(opened) => break opened,
            Err(_) => {
                let before = case.items.len();
                case.items = accepted(&case);
                assert!(
                    case.items.len() < before && case.items.len() >= original,
                    "the originals are refused"
                );
            }
        }
    };
    let session = &opened.session;
    let hir = session.hir();
    let describer = Describer::new(hir);
    tally.segments += hir.segments.len();
    tally.changed += case.items.len() - original;
    // Copies of groups have names of their own.
    let alone = |segment: &Segment| segment.group.as_ref().is_none_or(|group| group.before.is_empty());
    let all = hir.iter().filter(|(_, segment)| alone(segment));
    let all: Vec<(SegmentId, String)> = all.map(|(id, _)| (id, words(&describer, id))).collect();
    tally.by_number += mistaken(session, &all, |words| words.replace(|c: char| c.is_ascii_digit(), "0"));
    for (count, (said, lost)) in tally.by_loss.iter_mut().zip(LOSSES) {
        *count += mistaken(session, &all, |words| words.replace(said, lost));
    }
    let mut by_words: BTreeMap<String, Vec<SegmentId>> = BTreeMap::new();
    for (id, words) in all {
        by_words.entry(words).or_default().push(id);
    }
    for (words, same) in by_words {
        let (first, others) = same.split_first().expect("one at least");
        for other in others {
            tally.equal_words += 1;
            let name = |id: SegmentId| hir.segment(id).name.clone();
            assert!(
                session.same_members(*first, *other),
                "world {seed}: {} and {} differ, but have the same words:\n{}\n{}\n{words}",
                name(*first),
                name(*other),
                text_of(&case, &name(*first)),
                text_of(&case, &name(*other)),
            );
        }
    }
}

fn text_of<'a>(case: &'a Case, name: &str) -> &'a str {
    let head = format!("segment {name} ");
    case.items.iter().find(|item| item.starts_with(&head)).map_or("", String::as_str)
}

/// The text with a comment and a line break for each space outside quotes.
fn spread(text: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                out.push(c);
                out.extend(chars.next());
                continue;
            }
            (Some(end), c) if c == end => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, ' ') => {
                out.push_str(" # why\n ");
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

#[test]
fn layout_and_comments_change_no_word() {
    for case in Cases::new(10).take(6) {
        let opened = case.open().expect("it is well typed");
        let items = case.items.iter().map(|item| spread(item)).collect();
        let other = Case { items, ..case.clone() }.open().expect("it is well typed");
        for (id, segment) in opened.session.hir().iter() {
            let again = other.session.hir().find(&segment.name).expect("the same segment");
            assert_eq!(
                opened.session.describe(id).text(),
                other.session.describe(again).text(),
                "{}",
                segment.name
            );
        }
    }
}
