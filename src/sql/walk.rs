//! Walking the relational plan.

use std::collections::BTreeSet;

use crate::plan::rel::{Clock, Query, Relation, Scalar, Select, TableRef};

/// Bounds that read bounds that read bounds: more than any plan has.
const DEPTH: usize = 16;

/// The direct parts of an expression: expressions and subqueries.
fn parts<'a>(scalar: &'a Scalar, one: &mut dyn FnMut(&'a Scalar), query: &mut dyn FnMut(&'a Select)) {
    match scalar {
        Scalar::Column(..)
        | Scalar::Literal(_)
        | Scalar::Pattern(_)
        | Scalar::Clock(_)
        | Scalar::CountRows => {}
        Scalar::And(all)
        | Scalar::Or(all)
        | Scalar::Call(_, all)
        | Scalar::Coalesce(all)
        | Scalar::Least(all)
        | Scalar::Greatest(all) => {
            all.iter().for_each(one);
        }
        Scalar::Not(a)
        | Scalar::IsNull(a)
        | Scalar::IsNotNull(a)
        | Scalar::IsNotTrue(a)
        | Scalar::Negate(a)
        | Scalar::Member(a, _)
        | Scalar::Cast(a, _) => one(a),
        Scalar::Binary(_, a, b) => [a, b].into_iter().for_each(|each| one(each)),
        Scalar::InList(a, list, _) => {
            one(a);
            list.iter().for_each(one);
        }
        Scalar::Between(a, b, c, _) => [a, b, c].into_iter().for_each(|each| one(each)),
        Scalar::InQuery(a, select, _) => {
            one(a);
            query(select);
        }
        Scalar::Exists(select, _) | Scalar::Query(select) => query(select),
        Scalar::Window(over) => {
            over.function.iter().chain(&over.partition).for_each(&mut *one);
            over.order.iter().for_each(|order| one(&order.value));
        }
        Scalar::Case(branches, otherwise) => {
            for (condition, result) in branches {
                one(condition);
                one(result);
            }
            otherwise.iter().for_each(|each| one(each));
        }
    }
}

/// The direct expressions of a select.
fn clauses<'a>(select: &'a Select, one: &mut dyn FnMut(&'a Scalar)) {
    select.columns.iter().for_each(|column| one(&column.value));
    select.joins.iter().for_each(|join| one(&join.on));
    [&select.filter, &select.having].into_iter().flatten().for_each(&mut *one);
    select.group_by.iter().for_each(one);
}

/// Calls `see` for every expression and every select of a query, in no order of note.
fn everything<'a>(
    mut selects: Vec<&'a Select>,
    mut scalars: Vec<&'a Scalar>,
    see: &mut dyn FnMut(Result<&'a Scalar, &'a Select>),
) {
    loop {
        if let Some(scalar) = scalars.pop() {
            see(Ok(scalar));
            parts(scalar, &mut |one| scalars.push(one), &mut |one| selects.push(one));
        } else if let Some(select) = selects.pop() {
            see(Err(select));
            clauses(select, &mut |one| scalars.push(one));
            selects.extend(tables(select).filter_map(|table| match &table.relation {
                Relation::Rows(rows) => Some(rows.as_ref()),
                _ => None,
            }));
        } else {
            return;
        }
    }
}

/// What a select reads from.
fn tables(select: &Select) -> impl Iterator<Item = &TableRef> {
    select.from.iter().chain(select.joins.iter().map(|join| &join.table))
}

fn selects(query: &Query) -> Vec<&Select> {
    let ctes = query.ctes.iter().flat_map(|cte| std::iter::once(&cte.select).chain(&cte.union));
    ctes.chain([&query.select]).collect()
}

/// Whether a query reads an instant of its run.
pub(super) fn reads_clock(query: &Query) -> bool {
    let mut found = false;
    everything(selects(query), Vec::new(), &mut |one| found |= matches!(one, Ok(Scalar::Clock(_))));
    found
}

/// The names of the tables that a query reads without a schema.
pub(super) fn table_names(query: &Query) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    everything(selects(query), Vec::new(), &mut |one| {
        let Err(select) = one else { return };
        for table in tables(select) {
            if let Relation::Table(parts) = &table.relation
                && let [name] = parts.as_slice()
            {
                found.insert(name.clone());
            }
        }
    });
    found
}

/// A bound's value with the bounds that it reads written out; only `as_of` is left.
pub(super) fn inline_bounds(value: &Scalar, clock: &Clock, depth: usize) -> Scalar {
    let again = |one: &Scalar| inline_bounds(one, clock, depth);
    let boxed = |one: &Scalar| Box::new(again(one));
    let all = |list: &[Scalar]| list.iter().map(again).collect();
    match value {
        Scalar::Clock(name) => match clock.bounds.get(name) {
            Some((_, value, _)) if depth < DEPTH => inline_bounds(value, clock, depth + 1),
            _ => value.clone(),
        },
        Scalar::Call(function, arguments) => Scalar::Call(*function, all(arguments)),
        Scalar::Coalesce(values) => Scalar::Coalesce(all(values)),
        Scalar::Least(values) => Scalar::Least(all(values)),
        Scalar::Greatest(values) => Scalar::Greatest(all(values)),
        Scalar::And(values) => Scalar::And(all(values)),
        Scalar::Or(values) => Scalar::Or(all(values)),
        Scalar::Not(one) => Scalar::Not(boxed(one)),
        Scalar::Negate(one) => Scalar::Negate(boxed(one)),
        Scalar::IsNull(one) => Scalar::IsNull(boxed(one)),
        Scalar::IsNotNull(one) => Scalar::IsNotNull(boxed(one)),
        Scalar::IsNotTrue(one) => Scalar::IsNotTrue(boxed(one)),
        Scalar::Cast(one, ty) => Scalar::Cast(boxed(one), ty.clone()),
        Scalar::Member(one, name) => Scalar::Member(boxed(one), name.clone()),
        Scalar::Binary(op, a, b) => Scalar::Binary(*op, boxed(a), boxed(b)),
        Scalar::InList(one, list, negated) => Scalar::InList(boxed(one), all(list), *negated),
        Scalar::Between(a, b, c, negated) => Scalar::Between(boxed(a), boxed(b), boxed(c), *negated),
        Scalar::Case(branches, otherwise) => Scalar::Case(
            branches.iter().map(|(condition, result)| (again(condition), again(result))).collect(),
            otherwise.as_deref().map(boxed),
        ),
        // A bound reads no rows.
        Scalar::Column(..)
        | Scalar::Literal(_)
        | Scalar::Pattern(_)
        | Scalar::CountRows
        | Scalar::InQuery(..)
        | Scalar::Exists(..)
        | Scalar::Window(_)
        | Scalar::Query(_) => value.clone(),
    }
}
