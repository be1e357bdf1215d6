//! The query that compares the members of two versions of a segment.
//!
//! Both are evaluated on their own, with everything that they refer to inlined, over the same rows and as of the same
//! instant. Of a segment with `expire`, the matches are compared: who stays depends on former runs.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::{self, Context, Lowered};
use super::parity::{SubqueryNames, keys, sampled, unpaired};
use super::rel::{ChildMut, Clock, Column, Cte, Query, Relation, Scalar, Select, TableRef};
use super::request::Request;
use super::storage::Reading;
use super::why::Asked;
use crate::check::hir::SegmentId;

/// A key that only the later version has.
pub const ENTERS: &str = "enters";
/// A key that only the earlier version has.
const LEAVES: &str = "leaves";

/// Who enters and leaves, in at most `shown` rows for each: the difference, how many keys have it, the place among them
/// of one, and that one. The keys of both versions must have the same types.
#[must_use]
pub fn moves(
    (before, old): (&Request<'_>, SegmentId),
    (after, id): (&Request<'_>, SegmentId),
    shown: u8,
) -> Asked {
    let is = evaluated(after, id);
    let was = evaluated(before, old);
    let mut names = SubqueryNames::of(after, id, &is.query);
    names.add(SubqueryNames::of(before, old, &was.query));
    let (query, clock) = beside(was, &is, &mut names);
    let (former_keys, keys) = (keys(before, old), keys(after, id));
    let (earlier, later, both) = (names.cte("earlier"), names.cte("later"), names.cte("both_versions"));
    let difference = super::parity::unlike(&keys, "difference");
    let side = |what: &str, rows: &str, columns: &[String]| Select {
        columns: std::iter::once(Column::named(Scalar::text(what), &difference))
            .chain(
                columns
                    .iter()
                    .zip(&keys)
                    .map(|(column, key)| Column::named(Scalar::column("v", column), key)),
            )
            .collect(),
        from: Some(TableRef::new(Relation::Cte(rows.to_owned()), "v")),
        ..Select::default()
    };
    let mut ctes = query.ctes;
    ctes.extend(is.query.ctes);
    let select = side(ENTERS, &later, &keys);
    let union = vec![side(LEAVES, &earlier, &former_keys)];
    ctes.push(Cte { name: earlier, select: query.select, union: query.union });
    ctes.push(Cte { name: later, select: is.query.select, union: is.query.union });
    ctes.push(Cte { name: both.clone(), select, union });
    let mut all = is.clock;
    all.extend(clock.bounds);
    let query = Query { ctes, ..Query::of(unpaired(&both, &keys, &difference)) };
    sampled(Asked { query, clock: all }, &mut names, &keys, shown)
}

/// How many members a segment has: one number.
#[must_use]
pub fn size(request: &Request<'_>, id: SegmentId) -> Asked {
    let Lowered { query, clock, .. } = evaluated(request, id);
    let name = SubqueryNames::of(request, id, &query).cte("members");
    let mut ctes = query.ctes;
    ctes.push(Cte { name: name.clone(), select: query.select, union: query.union });
    let select = Select {
        columns: vec![Column::named(Scalar::CountRows, "members")],
        from: Some(TableRef::new(Relation::Cte(name), "m")),
        ..Select::default()
    };
    Asked { query: Query { ctes, ..Query::of(select) }, clock }
}

fn evaluated(request: &Request<'_>, id: SegmentId) -> Lowered {
    lower::segment(&Context::new(request, request.storage(Reading::Held)), id)
}

/// A query in the words of another statement, which has subqueries and instants of its own: those of one name are the
/// same.
fn beside(one: Lowered, other: &Lowered, names: &mut SubqueryNames) -> (Query, Clock) {
    let Lowered { mut query, clock, .. } = one;
    let taken: BTreeSet<&str> = other.query.ctes.iter().map(|cte| cte.name.as_str()).collect();
    let renamed: BTreeMap<String, String> = query
        .ctes
        .iter()
        .filter(|cte| taken.contains(cte.name.as_str()))
        .map(|cte| (cte.name.clone(), names.cte(&cte.name)))
        .collect();
    let mut instants: BTreeMap<String, String> = BTreeMap::new();
    let mut bounds = Vec::new();
    for (name, mut value, ty) in clock.bounds {
        rename_scalar(&mut value, &renamed, &instants);
        let differs = |known: &(String, Scalar, _)| known.1 != value || known.2 != ty;
        let new = match other.clock.bounds.get(&name) {
            Some(known) if differs(known) => {
                let new = names.cte(&name);
                instants.insert(name, new.clone());
                new
            }
            _ => name,
        };
        bounds.push((new, value, ty));
    }
    for cte in &mut query.ctes {
        if let Some(new) = renamed.get(&cte.name) {
            cte.name.clone_from(new);
        }
    }
    query.selects_mut().for_each(|select| rename(select, &renamed, &instants));
    (query, Clock { as_of: None, bounds: bounds.into_iter().collect() })
}

fn rename(select: &mut Select, ctes: &BTreeMap<String, String>, instants: &BTreeMap<String, String>) {
    let joined = select.joins.iter_mut().map(|join| &mut join.table);
    for table in select.from.iter_mut().chain(joined) {
        if let Relation::Cte(name) = &mut table.relation
            && let Some(new) = ctes.get(name)
        {
            name.clone_from(new);
        }
    }
    select.children_mut(&mut |child| match child {
        ChildMut::Select(select) => rename(select, ctes, instants),
        ChildMut::Scalar(scalar) => rename_scalar(scalar, ctes, instants),
    });
}

fn rename_scalar(scalar: &mut Scalar, ctes: &BTreeMap<String, String>, instants: &BTreeMap<String, String>) {
    if let Scalar::Clock(name) = scalar
        && let Some(new) = instants.get(name)
    {
        name.clone_from(new);
    }
    scalar.children_mut(&mut |child| match child {
        ChildMut::Select(select) => rename(select, ctes, instants),
        ChildMut::Scalar(scalar) => rename_scalar(scalar, ctes, instants),
    });
}
