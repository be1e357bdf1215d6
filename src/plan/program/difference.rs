//! The changes of a segment's members: who enters, leaves, returns, lapses or expires.
//!
//! Each change is a row of the segment's key and an `action`. Matches and affected keys are rows `s`
//! of scratch tables, members are rows `m` of the segment's table.

use super::members::Keys;
use crate::plan::model::{Refresh, Retention, SegmentPlan};
use crate::plan::rel::{BinaryOp, Column, Join, Query, Relation, Scalar, Select, TableRef, all};

/// Which members may leave.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaving {
    /// All that don't match.
    All,
    /// Those among the affected keys.
    Affected,
    /// Nobody, unless the last run can't be built upon: its as_of is this instant, and missing then.
    NobodySince,
}

impl Leaving {
    /// Who may leave in a refresh, or in full.
    pub(super) fn of(segment: &SegmentPlan, refresh: bool) -> Self {
        match segment.refresh.strategy {
            Refresh::InsertOnly if refresh => Self::NobodySince,
            Refresh::InsertDelete if refresh => Self::Affected,
            _ => Self::All,
        }
    }
}

/// The query of the changes.
pub(super) fn changes(segment: &SegmentPlan, leaving: Leaving) -> Query {
    let keys = Keys::of(segment);
    let mut parts = vec![entering(segment, &keys)];
    match &segment.kept.retention {
        None => parts.push(leaving_at_once(segment, &keys, leaving)),
        Some(retention) => {
            parts.push(returning(segment, &keys));
            parts.push(lapsing(segment, retention, &keys, leaving));
            if matches!(leaving, Leaving::Affected) {
                parts.push(expired(segment, &keys));
            }
        }
    }
    let mut parts = parts.into_iter();
    let select = parts.next().unwrap_or_default();
    Query { union: parts.collect(), ..Query::of(select) }
}

fn action(name: &str) -> Column {
    Column::named(Scalar::text(name), "action")
}

fn entering(segment: &SegmentPlan, keys: &Keys) -> Select {
    Select {
        columns: keys.columns("s").chain([action("enter")]).collect(),
        from: Some(TableRef::new(Relation::Table(segment.kept.tables.matches.clone()), "s")),
        filter: Some(keys.exist("m", &segment.table, true)),
        ..Select::default()
    }
}

/// Members, with a name for what happens to them.
fn of_members(segment: &SegmentPlan, keys: &Keys, action: Column, filter: Vec<Scalar>) -> Select {
    Select {
        columns: keys.columns("m").chain([action]).collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        filter: all(filter),
        ..Select::default()
    }
}

fn matches(segment: &SegmentPlan, keys: &Keys, negated: bool) -> Scalar {
    keys.exist("s", &segment.kept.tables.matches, negated)
}

fn affected(segment: &SegmentPlan, keys: &Keys, negated: bool) -> Scalar {
    keys.exist("s", &segment.kept.tables.affected, negated)
}

fn leaving_at_once(segment: &SegmentPlan, keys: &Keys, leaving: Leaving) -> Select {
    let limit = match leaving {
        Leaving::All => None,
        Leaving::Affected => Some(affected(segment, keys, false)),
        Leaving::NobodySince => {
            segment.refresh.last_run.first().map(|(last, ..)| Scalar::Clock(last.clone()).missing())
        }
    };
    let filter = limit.into_iter().chain([matches(segment, keys, true)]).collect();
    of_members(segment, keys, action("leave"), filter)
}

fn expires_at() -> Scalar {
    Scalar::column("m", "expires_at")
}

/// Members who match again.
fn returning(segment: &SegmentPlan, keys: &Keys) -> Select {
    let filter = vec![expires_at().present(), matches(segment, keys, false)];
    of_members(segment, keys, action("return"), filter)
}

fn is_over(end: Scalar) -> Scalar {
    Scalar::binary(BinaryOp::LessOrEqual, end, Scalar::as_of())
}

/// Members who don't match: they lapse, leave because nothing may retain them, or expire. Those
/// who stopped matching matched in every run up to the last one.
fn lapsing(segment: &SegmentPlan, retention: &Retention, keys: &Keys, leaving: Leaving) -> Select {
    let absent = || keys.first("s").missing();
    let end = Scalar::Coalesce(vec![expires_at(), Scalar::Clock(retention.end.clone()), Scalar::as_of()]);
    let branches = vec![(absent(), Scalar::text("leave")), (is_over(end), Scalar::text("expire"))];
    let what = Scalar::Case(branches, Some(Box::new(Scalar::text("lapse"))));
    let mut filter = Vec::new();
    if matches!(leaving, Leaving::Affected) {
        filter.push(affected(segment, keys, false));
    }
    filter.push(matches(segment, keys, true));
    filter.push(Scalar::Or(vec![expires_at().missing(), is_over(expires_at()), absent()]));
    let admitted = TableRef::new(Relation::Table(segment.kept.tables.admitted.clone()), "s");
    let join = Join { left: true, table: admitted, on: keys.agree("m", "s") };
    Select { joins: vec![join], ..of_members(segment, keys, Column::named(what, "action"), filter) }
}

/// Retained members who weren't affected and have expired.
fn expired(segment: &SegmentPlan, keys: &Keys) -> Select {
    let filter = vec![is_over(expires_at()), affected(segment, keys, true), matches(segment, keys, true)];
    of_members(segment, keys, action("expire"), filter)
}
