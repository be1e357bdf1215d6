//! Aggregates over rows of which one has all that another has: one scan instead of two.
//!
//! `count(orders during last 7 days) > count(orders during last 30 days) / 2` reads the orders of 30 days once, and
//! counts those of the last seven by `COUNT(CASE WHEN …)`.

use std::collections::BTreeMap;

use super::names::unused;
use crate::dialect::Function;
use crate::plan::rel::{
    Ago, BinaryOp, Bounds, Child, ChildMut, Column, Cte, Join, JoinKind, Query, Relation, Scalar, Select,
    all, parts,
};
use crate::types::Literal;

/// Of more subqueries over the same rows, none is looked for: each is compared with each.
const MOST: usize = 16;

/// Moves aggregates into the subqueries that read their rows, too.
pub(super) fn one_pass(query: &mut Query, bounds: &Bounds) {
    while let Some((narrow, wide)) = contained(query, bounds) {
        merge(query, narrow, wide);
    }
}

/// A subquery of aggregates, and another over the same rows and more: their places.
fn contained(query: &Query, bounds: &Bounds) -> Option<(usize, usize)> {
    let ctes = &query.ctes;
    let few = ctes.len() <= MOST && query.union.is_empty();
    let grouped = |cte: &Cte| !cte.select.group_by.is_empty() && cte.union.is_empty();
    let places: Vec<usize> = (0..ctes.len()).filter(|&at| few && grouped(&ctes[at])).collect();
    places.iter().find_map(|&narrow| {
        let has = |&&wide: &&usize| wide != narrow && holds(&ctes[wide].select, &ctes[narrow].select, bounds);
        let wide = *places.iter().find(has)?;
        can_move(query, narrow, wide).then_some((narrow, wide))
    })
}

/// Whether a select reads all rows of another, with the same groups.
fn holds(wide: &Select, narrow: &Select, bounds: &Bounds) -> bool {
    let same = wide.from == narrow.from && wide.joins == narrow.joins && wide.group_by == narrow.group_by;
    let plain = [wide, narrow].iter().all(|select| select.having.is_none() && !select.distinct);
    let narrower = parts(narrow.filter.as_ref());
    same && plain
        && parts(wide.filter.as_ref())
            .iter()
            .all(|part| narrower.iter().any(|other| part == other || follows(part, other, bounds)))
        // Inside an aggregate a subquery is no semi-join: it is executed for each row, or refused.
        && !narrower.iter().any(|part| asks_rows(part) && !parts(wide.filter.as_ref()).contains(part))
}

/// Whether a condition asks for rows of its own.
pub(super) fn asks_rows(condition: &Scalar) -> bool {
    let (mut todo, mut found) = (vec![condition], false);
    while let Some(scalar) = todo.pop() {
        scalar.children(&mut |child| match child {
            Child::Scalar(child) => todo.push(child),
            Child::Select(_) => found = true,
        });
    }
    found
}

/// Whether `value >= earlier` holds because `value >= later` does.
fn follows(part: &Scalar, other: &Scalar, bounds: &Bounds) -> bool {
    let (Scalar::Binary(BinaryOp::GreaterOrEqual, value, earlier), Scalar::Binary(op, same, later)) =
        (part, other)
    else {
        return false;
    };
    let is_lower = matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::Greater);
    is_lower && value == same && is_not_later(earlier, later, bounds)
}

/// Whether an instant is known not to be after another.
fn is_not_later(one: &Scalar, other: &Scalar, bounds: &Bounds) -> bool {
    match (one, other) {
        (Scalar::Literal(Literal::Timestamp(one)), Scalar::Literal(Literal::Timestamp(other))) => {
            one <= other
        }
        _ => match (ago(one, bounds), ago(other, bounds)) {
            (Some(one), Some(other)) => {
                one.unit == other.unit && one.from == other.from && one.count >= other.count
            }
            _ => false,
        },
    }
}

/// An instant as so much before another one.
fn ago<'b>(instant: &Scalar, bounds: &'b Bounds) -> Option<Ago<'b>> {
    match instant {
        Scalar::Clock(name) => bounds.get(name).and_then(|(_, value, _)| Ago::of(value)),
        _ => None,
    }
}

/// Whether all that is read of a subquery are aggregates that another can have, joined in the same way.
fn can_move(query: &Query, narrow: usize, wide: usize) -> bool {
    let keys = query.ctes[narrow].select.group_by.len();
    let own = &query.ctes[narrow].select.columns;
    let movable = own.len() > keys && own[keys..].iter().all(|column| moved(&column.value, None).is_some());
    let (Some(join), Some(other)) = (joined(query, narrow), joined(query, wide)) else { return false };
    let same = pairs(join).is_some_and(|pairs_of| Some(pairs_of) == pairs(other));
    let alone = reads(query, &query.ctes[narrow].name) == 1 && reads_no_key(query, join, &own[..keys]);
    movable && same && alone && !is_joined_by(query, &join.table.alias)
}

/// Whether the condition of another join reads a joined table.
fn is_joined_by(query: &Query, alias: &str) -> bool {
    let others = query.select.joins.iter().filter(|join| join.table.alias != alias);
    let mut found = false;
    for join in others {
        let mut todo = vec![&join.on];
        while let Some(scalar) = todo.pop() {
            found |= matches!(scalar, Scalar::Column(of, _) if of == alias);
            scalar.children(&mut |child| match child {
                Child::Scalar(child) => todo.push(child),
                // Whatever it is about.
                Child::Select(_) => found = true,
            });
        }
    }
    found
}

/// The only left join of a subquery in the query's own select.
fn joined(query: &Query, at: usize) -> Option<&Join> {
    let name = &query.ctes[at].name;
    let mut joins = query.select.joins.iter().filter(
        |join| matches!(&join.table.relation, Relation::Cte(cte) if cte == name && join.kind == JoinKind::Left),
    );
    joins.next().filter(|_| joins.next().is_none())
}

/// What a join's columns equal.
fn pairs(join: &Join) -> Option<BTreeMap<&str, &Scalar>> {
    let pair = |part| match part {
        &Scalar::Binary(BinaryOp::Equal, ref left, ref right) => match &**left {
            Scalar::Column(alias, column) if *alias == join.table.alias => Some((column.as_str(), &**right)),
            _ => None,
        },
        _ => None,
    };
    parts(Some(&join.on)).iter().map(pair).collect()
}

/// How often a subquery is read.
fn reads(query: &Query, name: &str) -> usize {
    let mut count = 0;
    query.walk(&mut |child| {
        if let Child::Select(select) = child {
            let is_read = |relation: &Relation| matches!(relation, Relation::Cte(cte) if cte == name);
            count += select.tables().filter(|table| is_read(&table.relation)).count();
        }
    });
    count
}

/// Whether nothing but its join reads the keys of a joined subquery: they tell that there is a row.
fn reads_no_key(query: &Query, join: &Join, keys: &[Column]) -> bool {
    let alias = &join.table.alias;
    let mut count = 0;
    query.walk(&mut |child| {
        if let Child::Scalar(Scalar::Column(of, column)) = child {
            count += usize::from(of == alias && keys.iter().any(|key| key.known_as() == Some(column)));
        }
    });
    count == keys.len()
}

/// An aggregate of those rows only for which a condition holds; `None` if it has no such form. A sum of floats
/// has none: it is what it is in the order in which its own rows are read.
fn moved(value: &Scalar, condition: Option<&Scalar>) -> Option<Scalar> {
    let when = |value: &Scalar| match condition {
        Some(condition) => Scalar::Case(vec![(condition.clone(), value.clone())], None),
        None => value.clone(),
    };
    match value {
        Scalar::CountRows => Some(Scalar::Count(Box::new(when(&Scalar::integer(1))))),
        Scalar::Call(function, arguments) => {
            let exact = [
                Function::CountDistinct,
                Function::SumInteger,
                Function::SumDecimal,
                Function::Min,
                Function::Max,
            ];
            let [argument] = &arguments[..] else { return None };
            exact.contains(function).then(|| Scalar::Call(*function, vec![when(argument)]))
        }
        _ => None,
    }
}

/// Moves the aggregates of a subquery into another.
fn merge(query: &mut Query, narrow: usize, wide: usize) {
    let (from, to) = (alias_of(query, narrow), alias_of(query, wide));
    let Cte { name, select, .. } = query.ctes[narrow].clone();
    let into = &mut query.ctes[wide].select;
    let known = parts(into.filter.as_ref()).to_vec();
    let own = parts(select.filter.as_ref()).iter().filter(|part| !known.contains(part)).cloned();
    let condition = all(own.collect());
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for column in &select.columns[select.group_by.len()..] {
        let Some(value) = moved(&column.value, condition.as_ref()) else { continue };
        let before = column.name.clone().unwrap_or_default();
        let after = unused(&format!("{name}_{before}"), |name| {
            into.columns.iter().any(|column| column.name.as_deref() == Some(name))
        });
        into.columns.push(Column { value, name: Some(after.clone()) });
        renamed.insert(before, after);
    }
    query.select.joins.retain(|join| join.table.alias != from);
    query.ctes.remove(narrow);
    let mut todo = vec![ChildMut::Select(&mut query.select)];
    while let Some(child) = todo.pop() {
        match child {
            ChildMut::Scalar(Scalar::Column(alias, column)) if *alias == from => {
                if let Some(after) = renamed.get(column) {
                    (*alias, *column) = (to.clone(), after.clone());
                }
            }
            ChildMut::Scalar(scalar) => scalar.children_mut(&mut |child| todo.push(child)),
            ChildMut::Select(select) => select.children_mut(&mut |child| todo.push(child)),
        }
    }
}

fn alias_of(query: &Query, at: usize) -> String {
    joined(query, at).map_or_else(String::new, |join| join.table.alias.clone())
}
