//! The outcome of a run, for people and for programs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::clock::{duration, now};
use super::table::{Table, line};
use crate::api::{Outcome, Parity, Ran, SegmentRan, Status};
use crate::diagnostic::visible;

/// How far a run is, and the time that each segment's own statements took.
#[derive(Default)]
pub(super) struct Progress {
    /// How many segments the run builds.
    total: usize,
    done: usize,
    /// How many are being built together.
    together: usize,
    begun: Option<Instant>,
    /// When the line was last shown.
    shown: Option<Instant>,
    /// The segment whose statement is being executed, and since when.
    works: Option<(String, Instant)>,
    times: BTreeMap<String, Duration>,
}

/// How often the line of a run in progress is renewed at most.
const RENEWED: Duration = Duration::from_millis(100);

impl Progress {
    pub(super) fn of(total: usize) -> Self {
        Self { total, begun: Some(now()), ..Self::default() }
    }

    pub(super) fn unit(&mut self, together: usize) {
        self.together = together;
    }

    /// A statement begins, of a segment or of several.
    pub(super) fn works(&mut self, on: Option<&str>) {
        let begun = now();
        if let Some((segment, since)) = self.works.take() {
            *self.times.entry(segment).or_default() += begun.duration_since(since);
        }
        self.works = on.map(|segment| (segment.to_owned(), begun));
    }

    pub(super) fn ends(&mut self) {
        self.works(None);
        self.done += 1;
    }

    /// The line to show, unless it was shown just before.
    pub(super) fn line(&mut self) -> Option<String> {
        let (now, begun) = (now(), self.begun?);
        if self.shown.is_some_and(|shown| now.duration_since(shown) < RENEWED) {
            return None;
        }
        self.shown = Some(now);
        let elapsed = duration(now.duration_since(begun));
        let what = match (&self.works, self.together) {
            (Some((segment, _)), _) => segment.clone(),
            (None, 0 | 1) => String::new(),
            (None, together) => format!("{together} segments together"),
        };
        Some(format!("{} of {} segments, {elapsed}  {what}", self.done, self.total))
    }

    fn time(&self, segment: &str) -> Option<Duration> {
        self.times.get(segment).copied()
    }

    fn shown_time(&self, segment: &str) -> String {
        self.time(segment).map(duration).unwrap_or_default()
    }
}

/// A table with a row per segment, without columns that would be empty.
pub(super) fn table(ran: &Ran, progress: &Progress) -> Table {
    let is_plain = |one: &SegmentRan| matches!(one.status, Status::Built(_));
    let outcomes = || ran.segments.iter().filter_map(|one| one.outcome.as_ref());
    let with_status = !ran.segments.iter().all(is_plain);
    let with_changes = outcomes().next().is_some();
    let with_evaluated = outcomes().any(|outcome| !outcome.everyone || outcome.why.is_some());
    let with_parity = ran.segments.iter().any(|one| one.parity.is_some());
    // Times are last, where they don't move what is beside them.
    let row = |cells: [String; 8]| {
        let shown = [true, true, with_changes, with_changes, with_status, with_evaluated, with_parity, true];
        cells.into_iter().zip(shown).filter(|(_, shown)| *shown).map(|(cell, _)| cell).collect::<Vec<_>>()
    };
    let names = ["SEGMENT", "MEMBERS", "ENTERED", "LEFT", "STATUS", "EVALUATED", "PARITY", "TIME"];
    let header = row(names.map(str::to_owned));
    let last = header.len() - 1;
    let numbers: &[usize] = if with_changes { &[1, 2, 3, last] } else { &[1, last] };
    let mut table = Table::new(header).right(numbers);
    for one in &ran.segments {
        let [members, entered, left] = numbers_of(one);
        let evaluated = one.outcome.as_ref().map(evaluated).unwrap_or_default();
        let parity = one.parity.as_ref().map(ToString::to_string).unwrap_or_default();
        let time = progress.shown_time(&one.segment);
        table.row(row([one.segment.clone(), members, entered, left, status(one), evaluated, parity, time]));
    }
    table
}

/// The numbers of members, of those who entered and of those who left; `-` where they aren't known.
fn numbers_of(one: &SegmentRan) -> [String; 3] {
    let members = match one.status {
        Status::Built(members) | Status::Kept(members) => Some(members),
        Status::Failed | Status::Skipped(_) | Status::NotReached => None,
    };
    let outcome = one.outcome.as_ref();
    let numbers = [members, outcome.map(|outcome| outcome.entered), outcome.map(|outcome| outcome.left)];
    numbers.map(|number| number.map_or_else(|| "-".to_owned(), |number| number.to_string()))
}

fn status(one: &SegmentRan) -> String {
    match &one.status {
        Status::Built(_) => "built".to_owned(),
        Status::Kept(_) => "kept".to_owned(),
        Status::Failed => "failed".to_owned(),
        Status::Skipped(failed) => format!("skipped: needs {}", failed.join(", ")),
        Status::NotReached => "not reached".to_owned(),
    }
}

fn evaluated(outcome: &Outcome) -> String {
    match (outcome.everyone, &outcome.why) {
        (false, _) => "affected".to_owned(),
        (true, Some(why)) => format!("all: {why}"),
        (true, None) => "all".to_owned(),
    }
}

/// The table, row by row while the run goes on: widths are chosen before the numbers are known, and whatever
/// has any length is last.
pub(super) struct Rows {
    widths: [usize; 6],
    /// Whether the run refreshes, so that the status says for which segments it did.
    refresh: bool,
}

impl Rows {
    const RIGHT: [usize; 4] = [1, 2, 3, 4];

    /// Rows for segments of these names.
    pub(super) fn of<'a>(segments: impl Iterator<Item = &'a str>, refresh: bool) -> Self {
        let names = segments.map(|name| visible(name).chars().count());
        let widest = names.chain(["SEGMENT".len()]).max().unwrap_or_default();
        Self { widths: [widest, 9, 9, 9, 8, 0], refresh }
    }

    pub(super) fn header(&self) -> String {
        let names = ["SEGMENT", "MEMBERS", "ENTERED", "LEFT", "TIME", "STATUS"];
        line(&names.map(str::to_owned), &self.widths, &Self::RIGHT)
    }

    pub(super) fn row(&self, one: &SegmentRan, progress: &Progress) -> String {
        let [members, entered, left] = numbers_of(one);
        let status = match &one.outcome {
            Some(outcome) if self.refresh => match (outcome.everyone, &outcome.why) {
                (false, _) => "refreshed".to_owned(),
                (true, None) => "rebuilt".to_owned(),
                (true, Some(why)) => format!("rebuilt: {why}"),
            },
            _ => status(one),
        };
        let cells = [one.segment.clone(), members, entered, left, progress.shown_time(&one.segment), status];
        line(&cells.map(|cell| visible(&cell)), &self.widths, &Self::RIGHT)
    }
}

/// The same as an object.
pub(super) fn object(ran: &Ran, target: &str, progress: &Progress) -> Value {
    let segments: Vec<Value> = ran.segments.iter().map(|one| segment(one, progress)).collect();
    json!({ "target": target, "as_of": ran.as_of.to_string(), "segments": segments })
}

fn segment(one: &SegmentRan, progress: &Progress) -> Value {
    let (status, members) = match &one.status {
        Status::Built(members) => ("built", Some(*members)),
        Status::Kept(members) => ("kept", Some(*members)),
        Status::Failed => ("failed", None),
        Status::Skipped(_) => ("skipped", None),
        Status::NotReached => ("not_reached", None),
    };
    let mut object = json!({ "segment": one.segment, "status": status, "members": members });
    if let Status::Skipped(failed) = &one.status {
        object["needs"] = json!(failed);
    }
    if let Some(outcome) = &one.outcome {
        object["entered"] = json!(outcome.entered);
        object["left"] = json!(outcome.left);
        object["evaluated"] = json!(if outcome.everyone { "all" } else { "affected" });
        object["why"] = json!(outcome.why);
    }
    if let Some(parity) = &one.parity {
        object["parity"] = differences(parity);
    }
    object["seconds"] = json!(progress.time(&one.segment).map(|time| time.as_secs_f64()));
    object
}

fn differences(parity: &Parity) -> Value {
    json!({
        "missing": parity.missing,
        "extra": parity.extra,
        "changed": parity.changed,
        "missing_keys": parity.missing_keys,
        "extra_keys": parity.extra_keys,
        "changed_keys": parity.changed_keys,
    })
}
