//! The changes of a segment's members: who enters, leaves, returns, lapses or expires, or has other values.
//!
//! Each change is a row of the segment's name, its key, an `action` and the columns beside the key. Matches and affected keys are rows `s`
//! of scratch tables, members are rows `m` of the segment's table.

use super::base::segment_column;
use super::keys::Keys;
use crate::plan::columns::differ;
use crate::plan::lower::{among, is_new};
use crate::plan::model::{Refresh, Retention, SegmentPlan};
use crate::plan::rel::{
    BinaryOp, Column, Cte, Join, JoinKind, Query, Relation, Scalar, Select, TableRef, all,
};

/// Which members may leave.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaving {
    /// All that don't match.
    All,
    /// Those among the affected keys.
    Affected,
    /// Nobody, unless the last run can't be built upon.
    NobodySince,
}

impl Leaving {
    /// Who may leave in a refresh, or in full.
    pub(super) fn of(segment: &SegmentPlan, refresh: bool) -> Self {
        let by_keys = refresh && segment.refresh.by_keys.is_some();
        match segment.refresh.strategy {
            Refresh::InsertOnly if by_keys => Self::NobodySince,
            Refresh::InsertDelete if by_keys => Self::Affected,
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
            parts.extend(changing_retained(segment, retention, &keys));
            if matches!(leaving, Leaving::Affected) {
                parts.push(expired(segment, &keys));
            }
        }
    }
    parts.extend(changing(segment, &keys, leaving));
    let mut parts = parts.into_iter();
    let select = parts.next().unwrap_or_default();
    Query { union: parts.collect(), ..Query::of(select) }
}

/// The changes of a segment that is evaluated with others, in one pass over its matches and its members.
/// Matches are among the affected keys, so that only members among them can leave; if the last run can't
/// be built upon, all of them can.
pub(super) fn difference(segment: &SegmentPlan, matches: Query, leaving: Leaving) -> Query {
    let keys = Keys::of(segment);
    let (ctes, rows) = matching(matches);
    let considered = match leaving {
        Leaving::All | Leaving::NobodySince => None,
        Leaving::Affected => {
            let affected = Relation::Table(segment.kept.tables.affected.clone());
            Some(Scalar::Or(vec![is_new(), among(&affected, "m", keys.pairs("m"))]))
        }
    };
    let members = Select {
        columns: keys.columns("m").collect(),
        from: Some(TableRef::new(Relation::Table(segment.table.clone()), "m")),
        filter: considered,
        ..Select::default()
    };
    let enters = || keys.first("m").missing();
    let mut leaves = vec![keys.first("s").missing()];
    if matches!(leaving, Leaving::NobodySince) {
        leaves.push(is_new());
    }
    let what = Scalar::Case(vec![(enters(), Scalar::text("enter"))], Some(Box::new(Scalar::text("leave"))));
    let select = Select {
        columns: [named(segment)]
            .into_iter()
            .chain(keys.of_either("s", "m"))
            .chain([Column::named(what, "action")])
            .collect(),
        from: Some(TableRef::new(rows, "s")),
        joins: vec![Join {
            kind: JoinKind::Full,
            table: TableRef::new(Relation::Rows(Box::new(members)), "m"),
            on: keys.agree("s", "m"),
        }],
        filter: Some(Scalar::Or([Some(enters()), all(leaves)].into_iter().flatten().collect())),
        ..Select::default()
    };
    Query { ctes, ..Query::of(select) }
}

/// The matches as rows of another query, and the subqueries that it needs.
pub(super) fn matching(matches: Query) -> (Vec<Cte>, Relation) {
    let Query { mut ctes, select, union } = matches;
    if union.is_empty() {
        return (ctes, Relation::Rows(Box::new(select)));
    }
    ctes.push(Cte { name: MATCHES.to_owned(), select, union });
    (ctes, Relation::Cte(MATCHES.to_owned()))
}

/// The subquery of the matches, if they are a union.
const MATCHES: &str = "segc_matching";

/// The name of a column of changes.
pub(super) fn name(column: &Column) -> Option<String> {
    column.name.clone().or_else(|| match &column.value {
        Scalar::Column(_, name) => Some(name.clone()),
        _ => None,
    })
}

/// The segment's name, as a column of its changes.
fn named(segment: &SegmentPlan) -> Column {
    Column::named(Scalar::text(&segment.name), segment_column(segment))
}

fn action(name: &str) -> Column {
    Column::named(Scalar::text(name), "action")
}

/// The columns of a change: the key of one row, and the values of another or the same.
fn columns(segment: &SegmentPlan, keys: &Keys, of_key: &str, action: Column, of_values: &str) -> Vec<Column> {
    let values = Keys::beside(segment);
    [named(segment)]
        .into_iter()
        .chain(keys.columns(of_key))
        .chain([action])
        .chain(values.columns(of_values))
        .collect()
}

fn entering(segment: &SegmentPlan, keys: &Keys) -> Select {
    Select {
        columns: columns(segment, keys, "s", action("enter"), "s"),
        from: Some(TableRef::new(Relation::Table(segment.kept.tables.matches.clone()), "s")),
        filter: Some(keys.exist("m", &segment.table, true)),
        ..Select::default()
    }
}

/// Members, with a name for what happens to them.
fn of_members(segment: &SegmentPlan, keys: &Keys, action: Column, filter: Vec<Scalar>) -> Select {
    Select {
        columns: columns(segment, keys, "m", action, "m"),
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
        Leaving::NobodySince => Some(is_new()),
    };
    let filter = limit.into_iter().chain([matches(segment, keys, true)]).collect();
    of_members(segment, keys, action("leave"), filter)
}

/// Members who match and have other values than before (R11).
fn changing(segment: &SegmentPlan, keys: &Keys, leaving: Leaving) -> Option<Select> {
    let mut filter = vec![differ(&segment.columns, "m", "s")?];
    if matches!(leaving, Leaving::NobodySince) {
        filter.push(is_new());
    }
    let matches = TableRef::new(Relation::Table(segment.kept.tables.matches.clone()), "s");
    Some(changed(segment, keys, matches, filter))
}

/// Retained members who have other values than before.
fn changing_retained(segment: &SegmentPlan, retention: &Retention, keys: &Keys) -> Option<Select> {
    let goes_on = Scalar::binary(BinaryOp::Greater, end(retention), Scalar::as_of());
    let filter = vec![differ(&segment.columns, "m", "s")?, matches(segment, keys, true), goes_on];
    let admitted = TableRef::new(Relation::Table(segment.kept.tables.admitted.clone()), "s");
    Some(changed(segment, keys, admitted, filter))
}

/// Members who remain, with their new values.
fn changed(segment: &SegmentPlan, keys: &Keys, evaluated: TableRef, filter: Vec<Scalar>) -> Select {
    Select {
        columns: columns(segment, keys, "m", action("change"), "s"),
        joins: vec![Join { kind: JoinKind::Inner, table: evaluated, on: keys.agree("m", "s") }],
        ..of_members(segment, keys, action("change"), filter)
    }
}

/// When the membership of a member who doesn't match ends.
fn end(retention: &Retention) -> Scalar {
    Scalar::Coalesce(vec![expires_at(), Scalar::Clock(retention.end.clone()), Scalar::as_of()])
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
    let branches = vec![(absent(), Scalar::text("leave")), (is_over(end(retention)), Scalar::text("expire"))];
    let what = Scalar::Case(branches, Some(Box::new(Scalar::text("lapse"))));
    let mut filter = Vec::new();
    if matches!(leaving, Leaving::Affected) {
        filter.push(affected(segment, keys, false));
    }
    filter.push(matches(segment, keys, true));
    filter.push(Scalar::Or(vec![expires_at().missing(), is_over(expires_at()), absent()]));
    let admitted = TableRef::new(Relation::Table(segment.kept.tables.admitted.clone()), "s");
    let join = Join { kind: JoinKind::Left, table: admitted, on: keys.agree("m", "s") };
    Select { joins: vec![join], ..of_members(segment, keys, Column::named(what, "action"), filter) }
}

/// Retained members who weren't affected and have expired.
fn expired(segment: &SegmentPlan, keys: &Keys) -> Select {
    let filter = vec![is_over(expires_at()), affected(segment, keys, true), matches(segment, keys, true)];
    of_members(segment, keys, action("expire"), filter)
}
