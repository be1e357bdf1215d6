//! Whether a case distinguishes a wrong rule from the right one: each wrong rule overlooks some of
//! the changes between two runs, so it leaves the members of rows without these changes.

use std::collections::BTreeMap;

use segc::api::Session;
use segc::check::hir::Hir;

use crate::refresh_incremental::case::{Case, Row};
use crate::refresh_incremental::oracle;
use crate::refresh_incremental::tally::Tally;
use crate::refresh_incremental::truth::stamp;
use crate::refresh_incremental::world::{Changes, Deletes, Entity};
use crate::support::target::Keys;

/// A wrong rule: its name, and whether it misses what a run sees again of a row.
pub type Wrong = (&'static str, fn(&Change<'_>) -> bool);

/// What became of a row between a run and the one before.
pub struct Change<'c> {
    case: &'c Case,
    run: usize,
    row: &'c Row,
    stamp: Option<jiff::Timestamp>,
}

impl Change<'_> {
    fn entity(&self) -> &'static Entity {
        &self.case.entities[self.row.entity]
    }

    fn is(&self, entity: &str) -> bool {
        self.entity().name == entity
    }

    fn was_there(&self) -> bool {
        self.row.at(self.run - 1).is_some()
    }

    fn is_there(&self) -> bool {
        self.row.at(self.run).is_some()
    }

    fn declared(&self) -> &crate::refresh_incremental::world::Declared {
        &self.case.facts[self.row.entity]
    }

    /// Whether only the mark of a soft delete says that something changed.
    fn is_marked(&self) -> bool {
        let place = self.entity().find("deleted_at");
        let mark = |run: usize| place.and_then(|at| self.row.at(run).map(|cells| cells[at].is_some()));
        self.declared().deletes == Deletes::Soft
            && mark(self.run) == Some(true)
            && mark(self.run - 1) == Some(false)
    }

    fn before(&self) -> jiff::Timestamp {
        self.case.runs[self.run - 1].seen
    }
}

/// Each takes away one clause.
pub const WRONG: &[Wrong] = &[
    ("R1: no arrivals at all", |_| true),
    ("R1: missing stamps are passed over", |change| change.is_there() && change.stamp.is_none()),
    ("R1: without settle and lateness", |change| change.stamp.is_some_and(|at| at < change.before())),
    ("R1: with an upper bound", |change| {
        change.stamp.is_some_and(|at| at > change.case.runs[change.run].as_of())
    }),
    ("R1: the watermark is as_of", |change| {
        let run = &change.case.runs[change.run - 1];
        run.literal.is_some() && change.stamp.is_some_and(|at| at < run.as_of())
    }),
    ("R1: nothing arrives at the same as_of", |change| {
        change.case.runs[change.run].as_of() == change.case.runs[change.run - 1].as_of()
    }),
    ("R1: updates are passed over", |change| change.was_there() && change.is_there()),
    ("R1: customers are passed over", |change| change.is("customer") && change.is_there()),
    ("R1: companies are passed over", |change| change.is("company")),
    ("R1: orders are passed over", |change| change.is("order")),
    ("R1: lines are passed over", |change| change.is("line")),
    ("R1: events are passed over", |change| change.is("event")),
    ("R1: days are passed over", |change| change.is("day")),
    ("R1: visits by their own time", |change| {
        let at = change.entity().find("at");
        let time = at.and_then(|at| change.row.at(change.run)?[at].as_ref()?.parse::<jiff::Timestamp>().ok());
        change.is("visit") && time.is_some_and(|at| at < change.before())
    }),
    ("R1: lateness is passed over", |change| {
        let by_time = change.declared().changes == Changes::Append && !change.declared().ingested;
        let settled =
            change.before() - jiff::SignedDuration::from_hours(change.declared().settle.unwrap_or(0));
        by_time && change.stamp.is_some_and(|at| at < settled)
    }),
    ("R1: updated_at alone is the stamp", |change| change.is_marked()),
    ("R4: members without a row stay", |change| !change.is_there() && change.is("customer")),
    ("R4: deletes behind links are passed over", |change| !change.is_there() && !change.is("customer")),
];

/// What changes between a run and the one before.
fn changes(case: &Case, run: usize) -> Vec<Change<'_>> {
    let calendar = case.calendar();
    let stamped = |row: &Row| {
        let cells = row.at(run)?;
        stamp(&case.entities[row.entity], &case.facts[row.entity], cells, &calendar)
    };
    let changed = case.rows.iter().filter(|row| row.at(run) != row.at(run - 1));
    changed.map(|row| Change { case, run, row, stamp: stamped(row) }).collect()
}

/// The members that a wrong rule leaves, if it misses anything.
fn left(
    case: &Case,
    hir: &Hir,
    changes: &[Change<'_>],
    misses: fn(&Change<'_>) -> bool,
) -> Result<Option<BTreeMap<String, Keys>>, String> {
    let missed: Vec<&Change<'_>> = changes.iter().filter(|change| misses(change)).collect();
    let Some(run) = missed.first().map(|change| change.run) else { return Ok(None) };
    let is_missed = |row: &Row| missed.iter().any(|change| std::ptr::eq(change.row, row));
    let rows = oracle::data(hir, case, |row| row.at(if is_missed(row) { run - 1 } else { run }));
    oracle::members(hir, &rows, case.runs[run].as_of(), &[]).map(Some)
}

/// The wrong rules that would show, each with the first run at which it does in a table.
pub fn told(case: &Case, sessions: &[Session]) -> Result<Vec<(&'static str, usize)>, String> {
    let mut all = Vec::new();
    for run in 1..case.runs.len() {
        let hir = sessions[case.runs[run].config].hir();
        let rows = oracle::data(hir, case, |row| row.at(run));
        let right = oracle::members(hir, &rows, case.runs[run].as_of(), &[])?;
        let changes = changes(case, run);
        let part = case.taking_part(run);
        let stored = case
            .config(run)
            .items
            .iter()
            .filter(|item| part.contains(&item.name) && !item.text.contains("materialize: inline"));
        let stored: Vec<&String> = stored.map(|item| &item.name).collect();
        for (name, misses) in WRONG {
            if let Some(wrong) = left(case, hir, &changes, *misses)?
                && stored.iter().any(|name| wrong[*name] != right[*name])
                && all.iter().all(|(known, _)| known != name)
            {
                all.push((*name, run));
            }
        }
    }
    Ok(all)
}

/// The case up to a run, at which what a wrong rule misses hasn't happened.
pub fn without(case: &Case, run: usize, rule: &str) -> Case {
    let mut wrong = case.clone();
    wrong.runs.truncate(run + 1);
    let misses = WRONG.iter().find(|(name, _)| *name == rule).expect("a wrong rule").1;
    let changes = changes(case, run);
    for (row, wrong) in case.rows.iter().zip(&mut wrong.rows) {
        if changes.iter().any(|change| std::ptr::eq(change.row, row) && misses(change)) {
            wrong.versions.retain(|version| version.run != run);
        }
    }
    wrong
}

/// Counts the refreshes in which each wrong rule would show, and the keys that the clock moves.
pub fn count(case: &Case, sessions: &[Session], tally: &mut Tally) -> Result<(), String> {
    if case.is_sticky() {
        return Ok(());
    }
    for run in 1..case.runs.len() {
        let hir = sessions[case.runs[run].config].hir();
        let (as_of, config) = (case.runs[run].as_of(), case.config(run));
        let before = oracle::data(hir, case, |row| row.at(run - 1));
        let then = oracle::members(hir, &before, case.runs[run - 1].as_of(), &[])?;
        let waited = oracle::members(hir, &before, as_of, &[])?;
        let now = oracle::members(hir, &oracle::data(hir, case, |row| row.at(run)), as_of, &[])?;
        for item in &config.items {
            let (then, waited, now) = (&then[&item.name], &waited[&item.name], &now[&item.name]);
            for tag in &item.tags {
                let used = tally.tags.entry(tag).or_default();
                used.by_clock += then.symmetric_difference(waited).count();
                used.by_rows += waited.symmetric_difference(now).count();
            }
        }
        let changes = changes(case, run);
        for (name, misses) in WRONG {
            let wrong = left(case, hir, &changes, *misses)?;
            let shows = |wrong: BTreeMap<String, Keys>| {
                config.items.iter().filter(|item| wrong[&item.name] != now[&item.name]).count()
            };
            *tally.telling.entry(name).or_default() += wrong.map_or(0, shows);
        }
    }
    Ok(())
}
