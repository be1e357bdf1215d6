//! The steps that write a segment's changes to its tables.

use super::base::{is_action, is_own};
use super::keys::Keys;
use super::step::{Action, Source};
use crate::plan::logs::read_by;
use crate::plan::model::SegmentPlan;
use crate::plan::rel::{Column, Join, JoinKind, Query, Relation, Scalar, Select, TableRef, all};

/// How a segment's changes are written.
#[derive(Clone, Copy)]
pub(super) struct Apply<'a> {
    pub(super) segment: &'a SegmentPlan,
    /// Whether the program's statements are one transaction; otherwise each may be the last, and must
    /// bear to be repeated.
    pub(super) atomic: bool,
}

impl<'a> Apply<'a> {
    /// All steps, in order.
    pub(super) fn steps(self) -> Vec<Action<'a>> {
        let (segment, tables) = (self.segment, &self.segment.kept.tables);
        let mut steps = Vec::new();
        if !self.atomic && segment.kept.ranked.is_none() {
            steps.push(Action::MarkUnfinished(segment));
        }
        if segment.kept.log.is_some() {
            let (columns, query) = self.logged();
            steps.push(Action::Insert(&tables.log, columns, query));
        }
        if let Some(history) = &segment.kept.history {
            let (columns, query) = self.ended(history);
            steps.push(Action::Insert(history, columns, query));
        }
        steps.push(match &segment.kept.retention {
            Some(retention) => Action::ApplyExpiring(segment, &retention.end),
            None => Action::Apply(segment),
        });
        if !segment.columns.is_empty() {
            steps.push(Action::ApplyColumns(segment));
        }
        let written = |table| Action::Analyze(table, self.changes());
        steps.push(written(&segment.table));
        if segment.kept.log.is_some() {
            steps.push(written(&tables.log));
        }
        steps.extend(self.prune().filter(|_| self.atomic));
        steps
    }

    /// The segment's changes.
    fn changes(self) -> Source<'a> {
        let changes = &self.segment.kept.tables.changes;
        if self.segment.alone.is_some() {
            return Source::Table(changes);
        }
        let from = Some(TableRef::new(Relation::Table(changes.clone()), "s"));
        let filter = Some(is_own(self.segment));
        Source::Query(Box::new(Query::of(Select { from, filter, ..Select::one() })))
    }

    /// What records up to which run the logs of others have been read.
    pub(super) fn read_inputs(self) -> impl Iterator<Item = Action<'a>> {
        let segment = self.segment;
        segment.refresh.inputs.iter().map(move |(input, runs)| Action::ReadInput(segment, input, runs))
    }

    /// What every reader of the log has read goes; without transactions, once the record says so.
    pub(super) fn prune(self) -> impl Iterator<Item = Action<'a>> {
        let segment = self.segment;
        let log = segment.kept.log.as_ref().filter(|log| !log.for_good);
        log.map(|log| Action::Prune(segment, read_by(Some(log), &segment.name))).into_iter()
    }

    /// The entries of the log: who entered, left or changed in this run.
    fn logged(self) -> (Vec<String>, Query) {
        let (segment, keys) = (self.segment, Keys::of(self.segment));
        let run_seq = Scalar::column("r", "run_seq");
        let logged: &[&str] = match segment.columns[..] {
            [] => &["enter", "leave", "expire"],
            _ => &["enter", "leave", "expire", "change"],
        };
        let mut filter = vec![is_own(segment), is_action(logged)];
        if !self.atomic {
            let is_of_run = Scalar::equal(Scalar::column("m", "run_seq"), run_seq.clone());
            let same = vec![keys.agree("m", "s"), is_of_run];
            filter.push(Keys::exist_where("m", &segment.kept.tables.log, same, true));
        }
        let runs = TableRef::new(Relation::Table(segment.kept.tables.runs.clone()), "r");
        let is_run = Scalar::equal(Scalar::column("r", "segment"), Scalar::text(&segment.name));
        let own = [run_seq, Scalar::column("s", "action"), Scalar::as_of()].map(Column::plain);
        let select = Select {
            columns: keys.columns("s").chain(own).collect(),
            from: Some(TableRef::new(Relation::Table(segment.kept.tables.changes.clone()), "s")),
            joins: vec![Join { kind: JoinKind::Inner, table: runs, on: is_run }],
            filter: all(filter),
            ..Select::default()
        };
        let columns = keys.names().chain(["run_seq", "action", "logged_at"].map(str::to_owned));
        (columns.collect(), Query::of(select))
    }

    /// The memberships that end in this run, as they are kept.
    fn ended(self, history: &[String]) -> (Vec<String>, Query) {
        let (segment, keys) = (self.segment, Keys::of(self.segment));
        let entered_at = || Scalar::column("m", "entered_at");
        let change = vec![is_own(segment), keys.agree("m", "s"), is_action(&["leave", "expire"])];
        let mut filter = vec![Keys::exist_where("s", &segment.kept.tables.changes, change, false)];
        if !self.atomic {
            let same = vec![
                keys.agree("h", "m"),
                Scalar::equal(Scalar::column("h", "entered_at"), entered_at()),
                Scalar::equal(Scalar::column("h", "left_at"), Scalar::as_of()),
            ];
            filter.push(Keys::exist_where("h", history, same, true));
        }
        let values = Keys::beside(segment);
        let select = Select {
            columns: keys
                .columns("m")
                .chain(values.columns("m"))
                .chain([entered_at(), Scalar::as_of()].map(Column::plain))
                .collect(),
            from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
            filter: all(filter),
            ..Select::default()
        };
        let columns = keys.names().chain(values.names()).chain(["entered_at", "left_at"].map(str::to_owned));
        (columns.collect(), Query::of(select))
    }
}
