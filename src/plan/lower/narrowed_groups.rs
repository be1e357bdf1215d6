//! Nested aggregates over the rows of those owners only that their reader keeps.
//!
//! `count(orders during last 90 days where sum(lines.quantity) >= 8)` groups the lines by order, and joins the sums to
//! the orders of 90 days. Without more, engines group the lines of all orders first: they don't push the window
//! through the join and the grouping. Here the lines get it as a semi-join (Bernstein and Chiu, "Using Semi-Joins to
//! Solve Relational Queries", 1981).

use super::one_pass::asks_rows;
use crate::plan::rel::{BinaryOp, Child, Join, JoinKind, Query, Relation, Scalar, Select, all, parts};

/// Narrows grouped subqueries that one other subquery reads. Those of outer rows first, since what they are narrowed
/// to isn't plain.
pub(super) fn narrow_groups(query: &mut Query) {
    for at in (0..query.ctes.len()).rev() {
        if let Some(owners) = owners_kept(query, at) {
            let select = &mut query.ctes[at].select;
            select.filter = all(select.filter.take().into_iter().chain([owners]).collect());
        }
    }
}

/// That the rows of a grouped subquery belong to owners that its only reader keeps, if that keeps those of a range.
fn owners_kept(query: &Query, at: usize) -> Option<Scalar> {
    let cte = &query.ctes[at];
    let [key] = &cte.select.group_by[..] else { return None };
    let narrowed = parts(cte.select.filter.as_ref()).iter().any(asks_rows);
    if narrowed || !cte.union.is_empty() {
        return None;
    }
    let (reader, join) = only_reader(query, &cte.name)?;
    let owners = reader.from.as_ref()?;
    let is_known = match &owners.relation {
        Relation::Cte(name) => query.ctes[..at].iter().any(|before| before.name == *name),
        Relation::Table(_) | Relation::Sql { .. } | Relation::Rows(_) | Relation::Union(_) => true,
    };
    let name = cte.select.columns.iter().find(|column| column.value == *key)?.known_as()?;
    let owner = owner_of(join, name)?;
    let own = |scalar: &Scalar| reads_only(scalar, &owners.alias);
    let kept: Vec<Scalar> = parts(reader.filter.as_ref()).iter().filter(|part| own(part)).cloned().collect();
    if !is_known || !own(owner) || !kept.iter().any(is_from) {
        return None;
    }
    let rows = Select { from: Some(owners.clone()), filter: all(kept), ..Select::default() };
    Some(rows.semi_join(vec![(owner.clone(), key.clone())], false))
}

/// The select that reads a subquery, as the only one and once, by a left join; not the query's own, whose rows the
/// engine sees beside the join.
fn only_reader<'q>(query: &'q Query, name: &str) -> Option<(&'q Select, &'q Join)> {
    let is_read = |relation: &Relation| matches!(relation, Relation::Cte(cte) if cte == name);
    let (mut reads, mut found) = (0, None);
    query.walk(&mut |child| {
        let Child::Select(select) = child else { return };
        reads += select.tables().filter(|table| is_read(&table.relation)).count();
        let join =
            select.joins.iter().find(|join| is_read(&join.table.relation) && join.kind == JoinKind::Left);
        found = found.or(join.map(|join| (select, join)));
    });
    found.filter(|(select, _)| reads == 1 && !std::ptr::eq(*select, &raw const query.select))
}

/// What a join's only condition equals with a column of the joined rows.
fn owner_of<'j>(join: &'j Join, key: &str) -> Option<&'j Scalar> {
    match &join.on {
        Scalar::Binary(BinaryOp::Equal, left, owner) => {
            let is_key =
                matches!(&**left, Scalar::Column(of, column) if *of == join.table.alias && column == key);
            is_key.then_some(&**owner)
        }
        _ => None,
    }
}

/// Whether an expression reads columns of these rows, and nothing else.
fn reads_only(scalar: &Scalar, alias: &str) -> bool {
    let (mut todo, mut own, mut others) = (vec![scalar], false, false);
    while let Some(scalar) = todo.pop() {
        if let Scalar::Column(of, _) = scalar {
            *if of == alias { &mut own } else { &mut others } = true;
        }
        scalar.children(&mut |child| match child {
            Child::Scalar(child) => todo.push(child),
            Child::Select(_) => others = true,
        });
    }
    own && !others
}

/// Whether a condition is a lower bound, as windows have: rows before it are most of a table.
fn is_from(condition: &Scalar) -> bool {
    matches!(condition, Scalar::Binary(BinaryOp::GreaterOrEqual, _, bound)
        if matches!(**bound, Scalar::Literal(_) | Scalar::Clock(_)))
}
