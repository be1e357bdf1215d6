//! The first build of tables: all matches are members, and none was one before.

use super::apply::Apply;
use super::build::{Builder, ROWS};
use super::difference::matching;
use super::keys::Keys;
use super::step::{Action, Phase, Source};
use crate::plan::logs::read_by;
use crate::plan::model::SegmentPlan;
use crate::plan::rel::{Column, Join, JoinKind, Query, Relation, Scalar, Select, TableRef};
use crate::types::Literal;

impl<'a> Builder<'a, '_> {
    /// Evaluates everyone, and writes the matches into tables that have just been created.
    pub(super) fn fill(&mut self, together: &[&'a SegmentPlan]) {
        self.add(None, Phase::Affected, Action::EvaluateAll);
        for &segment in together {
            self.add(Some(segment), Phase::Write, members(segment));
            self.add(Some(segment), Phase::Write, written(&segment.table, segment));
            if segment.kept.log.is_some() {
                self.add(Some(segment), Phase::Write, entries(segment));
                self.add(Some(segment), Phase::Write, written(&segment.kept.tables.log, segment));
            }
            let apply = Apply { segment, atomic: self.plan.rules.transactions };
            for action in apply.prune().chain(apply.read_inputs()) {
                self.add(Some(segment), Phase::Finish, action);
            }
        }
        let owner = if let [only] = together { Some(*only) } else { None };
        for segments in together.chunks(ROWS) {
            let mut rows = segments.iter().map(|segment| run(segment));
            let select = rows.next().unwrap_or_default();
            let runs = Query { union: rows.collect(), ..Query::of(select) };
            self.add(owner, Phase::Finish, Action::Record(segments.to_vec(), runs));
        }
        if self.counts_at_once() {
            self.add(owner, Phase::Finish, Action::Count(together.to_vec()));
        }
    }
}

/// Inserts the matches.
fn members<'a>(segment: &'a SegmentPlan) -> Action<'a> {
    let keys = Keys::of(segment);
    let (ctes, rows) = matching(segment.evaluation.query.clone());
    let select = Select {
        columns: keys.columns("s").chain([Column::plain(Scalar::as_of())]).collect(),
        from: Some(TableRef::new(rows, "s")),
        ..Select::default()
    };
    let columns = keys.names().chain(["entered_at".to_owned()]).collect();
    Action::Insert(&segment.table, columns, Query { ctes, ..Query::of(select) })
}

/// Tells the engine how many rows a table has: as many as there are members.
fn written<'a>(table: &'a [String], segment: &'a SegmentPlan) -> Action<'a> {
    Action::Analyze(table, Source::Table(&segment.table))
}

/// The entries of the log: all of them enter.
fn entries<'a>(segment: &'a SegmentPlan) -> Action<'a> {
    let (keys, tables) = (Keys::of(segment), &segment.kept.tables);
    let own = [Scalar::column("r", "run_seq"), Scalar::text("enter"), Scalar::as_of()].map(Column::plain);
    let select = Select {
        columns: keys.columns("m").chain(own).collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        joins: vec![Join {
            kind: JoinKind::Inner,
            table: TableRef::new(Relation::Table(tables.runs.clone()), "r"),
            on: Scalar::equal(Scalar::column("r", "segment"), Scalar::text(&segment.name)),
        }],
        ..Select::default()
    };
    let columns = keys.names().chain(["run_seq", "action", "logged_at"].map(str::to_owned)).collect();
    Action::Insert(&tables.log, columns, Query::of(select))
}

/// What is recorded of a segment's run.
fn run(segment: &SegmentPlan) -> Select {
    let values = [
        (Scalar::text(&segment.name), "segment"),
        (Scalar::text(&segment.fingerprint), "fingerprint"),
        (Scalar::text(&segment.refresh.hash), "refresh_hash"),
        (Scalar::Literal(Literal::Boolean(true)), "evaluated_all"),
        (read_by(segment.kept.log.as_ref(), &segment.name), "read_by"),
        (Scalar::CountRows, "members"),
        (Scalar::CountRows, "rows_in"),
        (Scalar::integer(0), "rows_out"),
    ];
    Select {
        columns: values.into_iter().map(|(value, name)| Column::named(value, name)).collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        ..Select::default()
    }
}
