//! Whether a case tells a wrong rule from the right one: each wrong rule fails to see some of
//! what changed between two runs, so the members it leaves are those over rows of which these
//! are still the old ones.

use segc::api::Session;

use crate::case::{Case, Row};
use crate::oracle;
use crate::tally::Tally;
use crate::truth::stamp;
use crate::world::{Changes, Deletes, ENTITIES};

/// A wrong rule: its name, and whether it misses what a run sees anew of a row.
pub type Wrong = (&'static str, fn(&Change<'_>) -> bool);

/// What became of a row between a run and the one before.
pub struct Change<'c> {
    case: &'c Case,
    run: usize,
    row: &'c Row,
    stamp: Option<jiff::Timestamp>,
}

impl Change<'_> {
    fn is(&self, entity: &str) -> bool {
        ENTITIES[self.row.entity].name == entity
    }

    fn was_there(&self) -> bool {
        self.row.at(self.run - 1).is_some()
    }

    fn is_there(&self) -> bool {
        self.row.at(self.run).is_some()
    }

    fn declared(&self) -> &crate::world::Declared {
        &self.case.facts[self.row.entity]
    }

    /// Whether only the mark of a soft delete says that something changed.
    fn is_marked(&self) -> bool {
        let place = ENTITIES[self.row.entity].find("deleted_at");
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
        let at = ENTITIES[change.row.entity].find("at");
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

/// Counts the refreshes in which each wrong rule would show, and the keys that the clock moves.
pub fn count(case: &Case, sessions: &[Session], tally: &mut Tally) -> Result<(), String> {
    if case.configs.iter().any(|config| config.items.iter().any(|item| item.text.contains("expire:"))) {
        return Ok(());
    }
    let calendar = case.calendar();
    for run in 1..case.runs.len() {
        let hir = sessions[case.runs[run].config].hir();
        let (as_of, config) = (case.runs[run].as_of(), case.config(run));
        let before = oracle::data(hir, case, |row| row.at(run - 1));
        let then = oracle::members(hir, &before, case.runs[run - 1].as_of())?;
        let waited = oracle::members(hir, &before, as_of)?;
        let now = oracle::members(hir, &oracle::data(hir, case, |row| row.at(run)), as_of)?;
        for item in &config.items {
            let (then, waited, now) = (&then[&item.name], &waited[&item.name], &now[&item.name]);
            for tag in &item.tags {
                let used = tally.tags.entry(tag).or_default();
                used.by_clock += then.symmetric_difference(waited).count();
                used.by_rows += waited.symmetric_difference(now).count();
            }
        }
        let changes: Vec<Change<'_>> = case
            .rows
            .iter()
            .filter(|row| row.at(run) != row.at(run - 1))
            .map(|row| Change {
                case,
                run,
                row,
                stamp: row.at(run).and_then(|cells| {
                    stamp(&ENTITIES[row.entity], &case.facts[row.entity], cells, &calendar)
                }),
            })
            .collect();
        for (name, misses) in WRONG {
            let missed: Vec<&Row> =
                changes.iter().filter(|change| misses(change)).map(|change| change.row).collect();
            let told = tally.telling.entry(name).or_default();
            if missed.is_empty() {
                continue;
            }
            let is_missed = |row: &Row| missed.iter().any(|other| std::ptr::eq(*other, row));
            let rows = oracle::data(hir, case, |row| row.at(if is_missed(row) { run - 1 } else { run }));
            let wrong = oracle::members(hir, &rows, as_of)?;
            *told += config.items.iter().filter(|item| wrong[&item.name] != now[&item.name]).count();
        }
    }
    Ok(())
}
