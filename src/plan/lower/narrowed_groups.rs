//! Nested aggregates over the rows of those owners only that their reader keeps.
//!
//! `count(orders during last 90 days where sum(lines.quantity) >= 8)` groups the lines by order, and joins the sums to
//! the orders of 90 days. Without more, engines group the lines of all orders first: they don't push the window
//! through the join and the grouping. Here the lines get it as a semi-join (Bernstein and Chiu, "Using Semi-Joins to
//! Solve Relational Queries", 1981).

use std::collections::BTreeMap;

use super::one_pass::asks_rows;
use crate::plan::rel::{
    BinaryOp, Child, Join, JoinKind, Query, Relation, Scalar, Select, TableRef, all, parts,
};

/// Narrows grouped subqueries that one other subquery reads.
pub(super) fn narrow_groups(query: &mut Query) {
    let readers = Readers::of(query);
    let owners: Vec<(usize, Scalar)> =
        (0..query.ctes.len()).filter_map(|at| Some((at, owners_kept(query, &readers, at)?))).collect();
    for (at, owners) in owners {
        let select = &mut query.ctes[at].select;
        select.filter = all(select.filter.take().into_iter().chain([owners]).collect());
    }
}

/// That the rows of a grouped subquery belong to owners that its only reader keeps, if that keeps those of a range.
fn owners_kept(query: &Query, readers: &Readers<'_>, at: usize) -> Option<Scalar> {
    let cte = &query.ctes[at];
    let [key] = &cte.select.group_by[..] else { return None };
    let narrowed = parts(cte.select.filter.as_ref()).iter().any(asks_rows);
    if narrowed || !cte.union.is_empty() {
        return None;
    }
    let (reader, join) = readers.only(&cte.name)?;
    let owners = reader.from.as_ref()?;
    let is_known = match &owners.relation {
        Relation::Cte(name) => readers.position(name).is_some_and(|of| of < at),
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

/// Who reads the subqueries of a query.
struct Readers<'q>(BTreeMap<&'q str, Reads<'q>>);

/// Who reads a subquery.
struct Reads<'q> {
    /// Where it is among the subqueries.
    position: usize,
    /// How often it is read.
    count: usize,
    /// The first select that reads it by a left join; not the query's own, whose rows the engine sees beside the join.
    joined: Option<(&'q Select, &'q Join)>,
}

impl<'q> Readers<'q> {
    fn of(query: &'q Query) -> Readers<'q> {
        let named = query.ctes.iter().enumerate();
        let unread = |position| Reads { position, count: 0, joined: None };
        let mut all: BTreeMap<&str, Reads<'_>> =
            named.map(|(position, cte)| (&*cte.name, unread(position))).collect();
        query.walk(&mut |child| {
            let Child::Select(select) = child else { return };
            let is_own = std::ptr::eq(select, &raw const query.select);
            for table in select.tables() {
                if let Some(reads) = read(table).and_then(|name| all.get_mut(name)) {
                    reads.count += 1;
                }
            }
            for join in select.joins.iter().filter(|join| join.kind == JoinKind::Left && !is_own) {
                if let Some(reads) = read(&join.table).and_then(|name| all.get_mut(name)) {
                    reads.joined.get_or_insert((select, join));
                }
            }
        });
        Readers(all)
    }

    /// The select that reads a subquery, as the only one and once, by a left join.
    fn only(&self, name: &str) -> Option<(&'q Select, &'q Join)> {
        self.0.get(name).filter(|reads| reads.count == 1)?.joined
    }

    fn position(&self, name: &str) -> Option<usize> {
        Some(self.0.get(name)?.position)
    }
}

/// The subquery that a table is.
fn read(table: &TableRef) -> Option<&str> {
    match &table.relation {
        Relation::Cte(name) => Some(name),
        Relation::Table(_) | Relation::Sql { .. } | Relation::Rows(_) | Relation::Union(_) => None,
    }
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
