//! What is known of the segments' last runs, and what is recorded of this one.

use std::borrow::Cow;

use super::Mode;
use super::step::Instant;
use crate::dialect::Function;
use crate::plan::lower::{LAST_AS_OF, LAST_READ_AT, is_new};
use crate::plan::model::{Plan, SegmentPlan};
use crate::plan::rel::{
    BinaryOp, Column, Join, JoinKind, Negated, Query, Relation, Scalar, Select, TableRef, all,
};
use crate::types::{Literal, Type};

/// The columns of the scratch table of base runs.
const COLUMNS: [&str; 9] = [
    "segment",
    "fingerprint",
    "refresh_hash",
    "members",
    "as_of",
    "read_at",
    "rebuilt_at",
    "read_by",
    "by_keys",
];

/// The names of its columns.
pub(super) fn columns() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

/// A segment's row of the scratch table of base runs.
pub(super) fn row(segment: &SegmentPlan, mode: Mode) -> Select {
    let mut row = segment.refresh.base.clone();
    let by_keys = mode == Mode::Refresh && segment.refresh.by_keys.is_some();
    let value = Scalar::Literal(Literal::Boolean(by_keys));
    row.columns.push(Column { value, name: Some("by_keys".to_owned()) });
    row
}

fn of_base(name: &str) -> Scalar {
    Scalar::column("b", name)
}

fn is_one_of(segments: &[&SegmentPlan]) -> Scalar {
    match segments {
        [only] => Scalar::equal(of_base("segment"), Scalar::text(&only.name)),
        _ => {
            let names = segments.iter().map(|segment| Scalar::text(&segment.name)).collect();
            Scalar::InList(Box::new(of_base("segment")), names, Negated(false))
        }
    }
}

/// The instants of the last run, on which segments that are refreshed by keys build: its as_of, which is
/// missing unless all of them can build on a run at one as_of, and the engine's time, the earliest of
/// theirs.
pub(super) fn last_run(plan: &Plan, by_keys: &[&SegmentPlan]) -> Vec<Instant<'static>> {
    let from = Some(TableRef::new(Relation::Table(plan.scratch.base_runs.clone()), "b"));
    let select = |value, filter: Vec<Scalar>| {
        let columns = vec![Column::plain(value)];
        Scalar::Query(Box::new(Select {
            columns,
            from: from.clone(),
            filter: all(filter),
            ..Select::default()
        }))
    };
    let (as_of, read_at) = match by_keys {
        [] => return Vec::new(),
        [only] => {
            let own = || is_one_of(&[only]);
            let mut filter = vec![own(), at_most(of_base("as_of"), Scalar::as_of())];
            let since = only.refresh.rebuilt_since.iter();
            filter.extend(since.map(|since| later(of_base("rebuilt_at"), since.clone())));
            (select(of_base("as_of"), filter), select(of_base("read_at"), vec![own()]))
        }
        several => {
            let of = |function, value| Scalar::Call(function, vec![value]);
            let (least, most) = (of(Function::Min, of_base("as_of")), of(Function::Max, of_base("as_of")));
            let number = Scalar::integer;
            let unknown =
                Scalar::Case(vec![(of_base("as_of").missing(), number(1))], Some(Box::new(number(0))));
            let mut conditions = vec![
                Scalar::equal(of(Function::Max, unknown), number(0)),
                Scalar::equal(least.clone(), most.clone()),
                at_most(most, Scalar::as_of()),
            ];
            for (since, segments) in rebuilt_since(several) {
                let rebuilt_at = Scalar::Case(vec![(is_one_of(&segments), of_base("rebuilt_at"))], None);
                conditions.push(later(of(Function::Min, rebuilt_at), since));
            }
            let known = Scalar::Case(vec![(Scalar::And(conditions), least)], None);
            let among = || vec![of_base("by_keys")];
            (select(known, among()), select(of(Function::Min, of_base("read_at")), among()))
        }
    };
    let instant = |name, value| Instant { name, ty: &Type::Timestamp, value: Cow::Owned(value) };
    vec![instant(LAST_AS_OF, as_of), instant(LAST_READ_AT, read_at)]
}

fn at_most(left: Scalar, right: Scalar) -> Scalar {
    Scalar::binary(BinaryOp::LessOrEqual, left, right)
}

fn later(left: Scalar, right: Scalar) -> Scalar {
    Scalar::binary(BinaryOp::Greater, left, right)
}

/// Since when which segments must have been evaluated in full.
fn rebuilt_since<'a>(segments: &[&'a SegmentPlan]) -> Vec<(Scalar, Vec<&'a SegmentPlan>)> {
    let mut found: Vec<(Scalar, Vec<&SegmentPlan>)> = Vec::new();
    for &segment in segments {
        for since in &segment.refresh.rebuilt_since {
            match found.iter_mut().find(|(known, _)| known == since) {
                Some((_, of)) => of.push(segment),
                None => found.push((since.clone(), vec![segment])),
            }
        }
    }
    found
}

/// What is recorded of segments whose changes are in one table: a row for each.
pub(super) fn record(plan: &Plan, segments: &[&SegmentPlan], changes: &[String], refresh: bool) -> Query {
    let name = segments.first().map_or_else(String::new, |first| segment_column(first));
    let counted = |actions: &[&str], alias: &str| {
        let group = Scalar::column("s", &name);
        let rows = Select {
            columns: vec![Column::plain(group.clone()), Column::named(Scalar::CountRows, "changed")],
            from: Some(TableRef::new(Relation::Table(changes.to_vec()), "s")),
            filter: Some(is_action(actions)),
            group_by: vec![group],
            ..Select::default()
        };
        Join {
            kind: JoinKind::Left,
            table: TableRef::new(Relation::Rows(Box::new(rows)), alias),
            on: Scalar::equal(Scalar::column(alias, &name), of_base("segment")),
        }
    };
    let rows = |alias: &str| Scalar::Coalesce(vec![Scalar::column(alias, "changed"), Scalar::integer(0)]);
    let members = Scalar::binary(BinaryOp::Add, of_base("members"), rows("i"));
    let members = Scalar::binary(BinaryOp::Subtract, members, rows("o"));
    let by_keys = |segment: &&SegmentPlan| refresh && segment.refresh.by_keys.is_some();
    let evaluated_all = match segments.iter().filter(|segment| by_keys(segment)).count() {
        0 => Scalar::Literal(Literal::Boolean(true)),
        some if some == segments.len() => is_new(),
        _ => Scalar::Or(vec![Scalar::Not(Box::new(of_base("by_keys"))), is_new()]),
    };
    let plain = |name: &str| Column::plain(of_base(name));
    Query::of(Select {
        columns: vec![
            plain("segment"),
            plain("fingerprint"),
            plain("refresh_hash"),
            Column::named(evaluated_all, "evaluated_all"),
            plain("read_by"),
            Column::named(members, "members"),
            Column::named(rows("i"), "rows_in"),
            Column::named(rows("o"), "rows_out"),
        ],
        from: Some(TableRef::new(Relation::Table(plan.scratch.base_runs.clone()), "b")),
        joins: vec![counted(&["enter"], "i"), counted(&["leave", "expire"], "o")],
        filter: Some(is_one_of(segments)),
        ..Select::default()
    })
}

/// The column of the segment's name in a table of changes: no other column has that name.
pub(super) fn segment_column(segment: &SegmentPlan) -> String {
    let mut name = "segment".to_owned();
    let keys = segment.keys.iter().map(|key| &key.name);
    let columns: Vec<&String> = keys.chain(segment.columns.iter().map(|column| &column.name)).collect();
    while columns.iter().any(|column| column.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}

/// That a change (`s`) is one of these.
pub(super) fn is_action(actions: &[&str]) -> Scalar {
    let action = Scalar::column("s", "action");
    match actions {
        [only] => Scalar::equal(action, Scalar::text(*only)),
        _ => {
            let actions = actions.iter().map(|&action| Scalar::text(action)).collect();
            Scalar::InList(Box::new(action), actions, Negated(false))
        }
    }
}

/// That a change (`s`) is one of a segment's.
pub(crate) fn is_own(segment: &SegmentPlan) -> Scalar {
    Scalar::equal(Scalar::column("s", segment_column(segment)), Scalar::text(&segment.name))
}
