//! The steps that write a segment's members, and the queries in them.

use std::borrow::Cow;

use super::difference::{Leaving, changes};
use super::step::{Action, Phase, Record, Source, Step, Written};
use crate::plan::model::{ByKeys, Log, Ranking, SegmentPlan};
use crate::plan::rel::{Column, Join, Negated, Query, Relation, Scalar, Select, TableRef, all};
use crate::plan::state::read_to;
use crate::types::Literal;

/// A segment's key.
pub(super) struct Keys<'a>(Vec<&'a str>);

impl<'a> Keys<'a> {
    pub(super) fn of(segment: &'a SegmentPlan) -> Self {
        Self(segment.keys.iter().map(|key| key.name.as_str()).collect())
    }

    pub(super) fn columns(&self, alias: &str) -> impl Iterator<Item = Column> {
        self.0.iter().map(move |key| Column::plain(Scalar::column(alias, *key)))
    }

    /// The first of its columns, which is missing where a left join has found no row.
    pub(super) fn first(&self, alias: &str) -> Scalar {
        Scalar::column(alias, self.0.first().copied().unwrap_or_default())
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|&key| key.to_owned())
    }

    /// That rows of two tables have the same key.
    pub(super) fn agree(&self, left: &str, right: &str) -> Scalar {
        let equal = |key: &&str| Scalar::equal(Scalar::column(left, *key), Scalar::column(right, *key));
        all(self.0.iter().map(equal).collect()).unwrap_or(Scalar::Literal(Literal::Boolean(true)))
    }

    /// That a table has a row with the key of the row that asks; or that it has none. One of them has
    /// the alias `m`, the other `s`.
    pub(super) fn exist(&self, alias: &str, table: &[String], negated: bool) -> Scalar {
        Self::exist_where(alias, table, vec![self.agree("m", "s")], negated)
    }

    /// That a table has a row for which all of this is so; or that it has none.
    fn exist_where(alias: &str, table: &[String], on: Vec<Scalar>, negated: bool) -> Scalar {
        let from = Some(TableRef::new(Relation::Table(table.to_vec()), alias));
        Scalar::exists(
            Select { columns: Select::one().columns, from, filter: all(on), ..Select::default() },
            negated,
        )
    }
}

/// How the members of one segment are written.
pub(super) struct Members<'a> {
    pub(super) segment: &'a SegmentPlan,
    /// The refresh by keys, where the program makes one.
    pub(super) by_keys: Option<&'a ByKeys>,
    /// Whether the program refreshes.
    pub(super) refresh: bool,
    /// Whether the program's statements are one transaction; otherwise each may be the last, and must
    /// bear to be repeated.
    pub(super) atomic: bool,
    /// Whether the number of members is published by the same transaction.
    pub(super) counts_at_once: bool,
}

impl<'a> Members<'a> {
    /// All steps, in order.
    pub(super) fn steps(&self, out: &mut Vec<Step<'a>>) {
        let mut add = |phase, action| out.push(Step { segment: Some(&self.segment.name), phase, action });
        match self.by_keys {
            Some(by_keys) => {
                add(Phase::Write, Action::FindAffected(self.segment, by_keys));
                by_keys.checks.iter().for_each(|check| add(Phase::Check, Action::Assert(check)));
            }
            None => add(Phase::Write, Action::EvaluateAll),
        }
        if let Some(ranked) = &self.segment.kept.ranked {
            self.candidates(ranked).into_iter().for_each(|action| add(Phase::Write, action));
        }
        self.write().into_iter().for_each(|action| add(Phase::Write, action));
        self.finish().into_iter().for_each(|action| add(Phase::Finish, action));
    }

    /// Brings the stored ranking candidates up to date: affected ones are evaluated again (R6).
    fn candidates(&self, ranked: &'a Ranking) -> Vec<Action<'a>> {
        let (segment, tables, keys) = (self.segment, &self.segment.kept.tables, Keys::of(self.segment));
        let query = self.by_keys.map_or(&ranked.candidates, |by_keys| &by_keys.query);
        let mut steps = vec![Action::Scratch(&tables.candidates, Cow::Borrowed(query))];
        if !self.atomic {
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
            filter: (!self.atomic).then(|| keys.exist("m", &tables.ranking_candidates, true)),
            ..Select::default()
        };
        steps.push(Action::Insert(&tables.ranking_candidates, columns, Query::of(found)));
        steps.push(Action::Analyze(Written { table: &tables.ranking_candidates, rows: &tables.candidates }));
        steps
    }

    /// Finds the matches and the changes, and applies them.
    fn write(&self) -> Vec<Action<'a>> {
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
        let changes = changes(segment, Leaving::of(segment, self.refresh));
        steps.push(Action::Scratch(&tables.changes, Cow::Owned(changes)));
        if !self.atomic && segment.kept.ranked.is_none() {
            steps.push(Action::MarkUnfinished(segment));
        }
        if segment.kept.log.is_some() {
            let (columns, query) = logged(segment, &keys, self.atomic);
            steps.push(Action::Insert(&tables.log, columns, query));
        }
        if let Some(history) = &segment.kept.history {
            let (columns, query) = ended(segment, history, &keys, self.atomic);
            steps.push(Action::Insert(history, columns, query));
        }
        steps.push(match &segment.kept.retention {
            Some(retention) => Action::ApplyExpiring(segment, &retention.end),
            None => Action::Apply(segment),
        });
        steps.push(Action::Analyze(Written { table: &segment.table, rows: &tables.changes }));
        if segment.kept.log.is_some() {
            steps.push(Action::Analyze(Written { table: &tables.log, rows: &tables.changes }));
        }
        steps.extend(self.prune().filter(|_| self.atomic));
        steps
    }

    /// Records the run, and drops its scratch tables.
    fn finish(&self) -> Vec<Action<'a>> {
        let (segment, tables) = (self.segment, &self.segment.kept.tables);
        let read = |(input, runs): &'a (String, Vec<String>)| Action::ReadInput(segment, input, runs);
        let mut steps: Vec<Action<'a>> = segment.refresh.inputs.iter().map(read).collect();
        let whole = match (self.by_keys, segment.refresh.last_run.first()) {
            (Some(_), Some((last, ..))) => Scalar::Clock(last.clone()).missing(),
            _ => Scalar::Literal(Literal::Boolean(true)),
        };
        steps.push(Action::Record(Record { segment, whole, log_since: log_since(segment) }));
        // Once the record says that the log begins later.
        steps.extend(self.prune().filter(|_| !self.atomic));
        if self.counts_at_once {
            steps.push(Action::Count(segment));
        }
        let scratch = [
            self.by_keys.map(|_| &tables.affected),
            Some(&tables.matches),
            segment.kept.ranked.as_ref().map(|_| &tables.candidates),
            segment.kept.retention.as_ref().map(|_| &tables.admitted),
            Some(&tables.changes),
        ];
        steps.extend(scratch.into_iter().flatten().map(|table| Action::Drop(table)));
        steps
    }

    fn prune(&self) -> impl Iterator<Item = Action<'a>> {
        let log = self.segment.kept.log.as_ref().filter(|log| !log.for_good);
        log.map(|log| Action::Prune(self.segment, pruned_to(log, &self.segment.name))).into_iter()
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
        let select = Select {
            columns: keys.columns("s").chain([Column::plain(Scalar::column("s", "run_seq"))]).collect(),
            from: Some(TableRef::new(Relation::Table(segment.kept.tables.log.clone()), "s")),
            joins: vec![
                Join { left: false, table: runs, on: same_run },
                Join { left: true, table: members, on: keys.agree("m", "s") },
            ],
            filter: all(vec![is_own(), is_unfinished, Scalar::equal(is_entry, is_no_member)]),
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
            joins: vec![Join { left: false, table: runs, on: is_own() }],
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

fn is_one_of(value: Scalar, names: &[&str]) -> Scalar {
    let names = names.iter().map(|&name| Scalar::text(name)).collect();
    Scalar::InList(Box::new(value), names, Negated(false))
}

/// The entries of the log: who entered and left in this run.
fn logged(segment: &SegmentPlan, keys: &Keys<'_>, atomic: bool) -> (Vec<String>, Query) {
    let (action, run_seq) = (Scalar::column("s", "action"), Scalar::column("r", "run_seq"));
    let mut filter = vec![is_one_of(action.clone(), &["enter", "leave", "expire"])];
    if !atomic {
        let is_of_run = Scalar::equal(Scalar::column("m", "run_seq"), run_seq.clone());
        let same = vec![keys.agree("m", "s"), is_of_run];
        filter.push(Keys::exist_where("m", &segment.kept.tables.log, same, true));
    }
    let runs = TableRef::new(Relation::Table(segment.kept.tables.runs.clone()), "r");
    let is_own = Scalar::equal(Scalar::column("r", "segment"), Scalar::text(&segment.name));
    let select = Select {
        columns: keys.columns("s").chain([run_seq, action, Scalar::as_of()].map(Column::plain)).collect(),
        from: Some(TableRef::new(Relation::Table(segment.kept.tables.changes.clone()), "s")),
        joins: vec![Join { left: false, table: runs, on: is_own }],
        filter: all(filter),
        ..Select::default()
    };
    let columns = keys.names().chain(["run_seq", "action", "logged_at"].map(str::to_owned));
    (columns.collect(), Query::of(select))
}

/// The memberships that end in this run, as they are kept.
fn ended(segment: &SegmentPlan, history: &[String], keys: &Keys<'_>, atomic: bool) -> (Vec<String>, Query) {
    let entered_at = || Scalar::column("m", "entered_at");
    let ends = is_one_of(Scalar::column("s", "action"), &["leave", "expire"]);
    let change = vec![keys.agree("m", "s"), ends];
    let mut filter = vec![Keys::exist_where("s", &segment.kept.tables.changes, change, false)];
    if !atomic {
        let same = vec![
            keys.agree("h", "m"),
            Scalar::equal(Scalar::column("h", "entered_at"), entered_at()),
            Scalar::equal(Scalar::column("h", "left_at"), Scalar::as_of()),
        ];
        filter.push(Keys::exist_where("h", history, same, true));
    }
    let select = Select {
        columns: keys.columns("m").chain([entered_at(), Scalar::as_of()].map(Column::plain)).collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        filter: all(filter),
        ..Select::default()
    };
    let columns = keys.names().chain(["entered_at", "left_at"].map(str::to_owned));
    (columns.collect(), Query::of(select))
}

/// Up to which run every reader has read a log, over a row that has a `run_seq`: a reader that has read
/// nothing yet begins with a full evaluation.
fn pruned_to(log: &Log, segment: &str) -> Scalar {
    let read = |(reader, inputs): &(String, Vec<String>)| {
        Scalar::Coalesce(vec![read_to(inputs, reader, segment), Scalar::column("", "run_seq")])
    };
    let mut all: Vec<Scalar> = log.readers.iter().map(read).collect();
    match all.len() {
        0 => Scalar::integer(0),
        1 => all.swap_remove(0),
        _ => Scalar::Least(all),
    }
}

/// The run since which the log is whole, over a row of the runs.
fn log_since(segment: &SegmentPlan) -> Scalar {
    let own = |name: &str| Scalar::column("", name);
    match &segment.kept.log {
        None => own("run_seq"),
        Some(log) if log.for_good => own("log_since"),
        Some(log) => Scalar::Greatest(vec![own("log_since"), pruned_to(log, &segment.name)]),
    }
}
