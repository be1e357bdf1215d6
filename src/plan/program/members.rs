//! The steps of a segment that is evaluated alone: by its own affected keys, matches and changes.

use std::borrow::Cow;

use super::apply::Apply;
use super::base::record;
use super::difference::{Leaving, changes};
use super::keys::Keys;
use super::level::affected;
use super::step::{Action, Phase, Source, Step};
use crate::plan::model::{ByKeys, Plan, Ranking, SegmentPlan};
use crate::plan::rel::{Column, Join, JoinKind, Query, Relation, Scalar, Select, TableRef, all};

/// A segment that is evaluated alone.
pub(super) struct Members<'a> {
    pub(super) plan: &'a Plan,
    pub(super) segment: &'a SegmentPlan,
    /// The refresh by keys, where the program makes one.
    pub(super) by_keys: Option<&'a ByKeys>,
    /// Whether the program refreshes.
    pub(super) refresh: bool,
    /// Whether the number of members is published by the same transaction.
    pub(super) counts_at_once: bool,
    /// Whether an earlier transaction of the program has been committed.
    pub(super) committed: bool,
}

impl<'a> Members<'a> {
    /// All steps, in order.
    pub(super) fn steps(&self, out: &mut Vec<Step<'a>>) {
        let mut add = |phase, action| out.push(Step { segment: Some(&self.segment.name), phase, action });
        match self.by_keys {
            Some(by_keys) => {
                if let Some(affected) = affected(self.plan, &[(self.segment, by_keys)]) {
                    add(Phase::Write, Action::FindAffected(Box::new(affected)));
                }
                by_keys
                    .checks
                    .iter()
                    .for_each(|check| add(Phase::Check, Action::Assert(check, self.committed)));
                add(Phase::Write, Action::PrepareLookups(self.segment, by_keys));
            }
            None => add(Phase::Write, Action::EvaluateAll),
        }
        if let Some(ranked) = &self.segment.kept.ranked {
            self.candidates(ranked).into_iter().for_each(|action| add(Phase::Write, action));
        }
        self.find_changes().into_iter().for_each(|action| add(Phase::Write, action));
        let apply = Apply { segment: self.segment, atomic: self.atomic() };
        apply.steps().into_iter().for_each(|action| add(Phase::Write, action));
        self.finish(apply).into_iter().for_each(|action| add(Phase::Finish, action));
    }

    fn atomic(&self) -> bool {
        self.plan.rules.transactions
    }

    /// Brings the stored ranking candidates up to date: affected ones are evaluated again (R6).
    fn candidates(&self, ranked: &'a Ranking) -> Vec<Action<'a>> {
        let (segment, tables, keys) = (self.segment, &self.segment.kept.tables, Keys::of(self.segment));
        let query = self.by_keys.map_or(&ranked.candidates, |by_keys| &by_keys.query);
        let mut steps = vec![Action::Scratch(&tables.candidates, Cow::Borrowed(query))];
        if !self.atomic() {
            steps.push(Action::MarkUnfinished(segment));
        }
        steps.push(match self.by_keys {
            Some(_) => {
                let affected = Source::Table(&tables.affected);
                Action::DeleteMatching(&tables.ranking_candidates, affected, keys.names().collect())
            }
            None => Action::Clear(&tables.ranking_candidates),
        });
        let columns: Vec<String> =
            keys.names().chain(ranked.columns.iter().map(|column| column.name.clone())).collect();
        let found = Select {
            columns: columns.iter().map(|name| Column::plain(Scalar::column("s", name))).collect(),
            from: Some(TableRef::new(Relation::Table(tables.candidates.clone()), "s")),
            filter: (!self.atomic()).then(|| keys.exist("m", &tables.ranking_candidates, true)),
            ..Select::default()
        };
        steps.push(Action::Insert(&tables.ranking_candidates, columns, Query::of(found)));
        steps.push(Action::Analyze(&tables.ranking_candidates, Source::Table(&tables.candidates)));
        steps
    }

    /// Finds the matches and the changes.
    fn find_changes(&self) -> Vec<Action<'a>> {
        let (segment, tables, keys) = (self.segment, &self.segment.kept.tables, Keys::of(self.segment));
        let query = match (&segment.kept.ranked, self.by_keys) {
            (Some(ranked), _) => &ranked.query,
            (None, Some(by_keys)) => &by_keys.query,
            (None, None) => &segment.evaluation.query,
        };
        let mut steps = vec![Action::Scratch(&tables.matches, Cow::Borrowed(query))];
        if segment.kept.ranked.is_some() && self.by_keys.is_some() {
            let (columns, query) = displaced(segment, &keys);
            steps.push(Action::Insert(&tables.affected, columns, query));
            steps.push(Action::AnalyzeScratch(&tables.affected));
        }
        if let Some(retention) = &segment.kept.retention {
            let admitted = self.by_keys.and_then(|by_keys| by_keys.admitted.as_ref());
            let admitted = admitted.unwrap_or(&retention.admitted);
            steps.push(Action::Scratch(&tables.admitted, Cow::Borrowed(admitted)));
        }
        let leaving = Leaving::of(segment, self.refresh);
        steps.push(Action::Scratch(&tables.changes, Cow::Owned(changes(segment, leaving))));
        steps
    }

    /// Records the run, and drops its scratch tables.
    fn finish(&self, apply: Apply<'a>) -> Vec<Action<'a>> {
        let (segment, tables) = (self.segment, &self.segment.kept.tables);
        let mut steps: Vec<Action<'a>> = apply.read_inputs().collect();
        let record = record(self.plan, &[segment], &tables.changes, self.refresh);
        steps.push(Action::Record(vec![segment], record));
        steps.extend(apply.prune().filter(|_| !self.atomic()));
        if self.counts_at_once {
            steps.push(Action::Count(vec![segment]));
        }
        let scratch = [
            self.by_keys.map(|_| &tables.affected),
            Some(&tables.matches),
            segment.kept.ranked.as_ref().map(|_| &tables.candidates),
            segment.kept.retention.as_ref().map(|_| &tables.admitted),
            Some(&tables.changes),
        ];
        steps.extend(scratch.into_iter().flatten().map(|table| Action::Drop(Cow::Borrowed(table))));
        steps
    }
}

/// What an interrupted run has logged but not done, where it had no transaction.
pub(super) fn undo_unfinished(segment: &SegmentPlan) -> Vec<Action<'_>> {
    let keys = Keys::of(segment);
    let unfinished = || {
        let runs = Relation::Table(segment.kept.tables.runs.clone());
        (TableRef::new(runs, "r"), Scalar::column("r", "fingerprint").missing())
    };
    let is_own = || Scalar::equal(Scalar::column("r", "segment"), Scalar::text(&segment.name));
    let mut steps = Vec::new();
    if segment.kept.log.is_some() {
        let (runs, is_unfinished) = unfinished();
        let same_run = Scalar::equal(Scalar::column("r", "run_seq"), Scalar::column("s", "run_seq"));
        let is_entry = Scalar::equal(Scalar::column("s", "action"), Scalar::text("enter"));
        let is_no_member = Scalar::column("m", "entered_at").missing();
        let members = TableRef::new(Relation::Table(segment.table.clone()), "m");
        let mut filter = vec![is_own(), is_unfinished, Scalar::equal(is_entry, is_no_member)];
        if !segment.columns.is_empty() {
            // Whether values were written isn't known: a change may be logged twice, and is never lost.
            let is_change = Scalar::equal(Scalar::column("s", "action"), Scalar::text("change"));
            filter.push(Scalar::Not(Box::new(is_change)));
        }
        let select = Select {
            columns: keys.columns("s").chain([Column::plain(Scalar::column("s", "run_seq"))]).collect(),
            from: Some(TableRef::new(Relation::Table(segment.kept.tables.log.clone()), "s")),
            joins: vec![
                Join { kind: JoinKind::Inner, table: runs, on: same_run },
                Join { kind: JoinKind::Left, table: members, on: keys.agree("m", "s") },
            ],
            filter: all(filter),
            ..Select::default()
        };
        let columns = keys.names().chain(["run_seq".to_owned()]).collect();
        let source = Source::Query(Box::new(Query::of(select)));
        steps.push(Action::DeleteMatching(&segment.kept.tables.log, source, columns));
    }
    if let Some(history) = &segment.kept.history {
        let (runs, is_unfinished) = unfinished();
        let select = Select {
            columns: keys.columns("s").chain([Column::plain(Scalar::column("s", "entered_at"))]).collect(),
            from: Some(TableRef::new(Relation::Table(segment.table.clone()), "s")),
            joins: vec![Join { kind: JoinKind::Inner, table: runs, on: is_own() }],
            filter: Some(is_unfinished),
            ..Select::default()
        };
        let columns = keys.names().chain(["entered_at".to_owned()]).collect();
        steps.push(Action::DeleteMatching(history, Source::Query(Box::new(Query::of(select))), columns));
    }
    steps
}

/// Members who were displaced by others: they are affected, too.
fn displaced(segment: &SegmentPlan, keys: &Keys<'_>) -> (Vec<String>, Query) {
    let filter = vec![
        keys.exist("s", &segment.kept.tables.matches, true),
        keys.exist("s", &segment.kept.tables.affected, true),
    ];
    let select = Select {
        columns: keys.columns("m").collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        filter: all(filter),
        ..Select::default()
    };
    (keys.names().collect(), Query::of(select))
}
