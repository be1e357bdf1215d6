//! The rows of several tables, of which a query reads those that its conditions can hold for.
//!
//! A table of events has one name for all its rows, and lacks fields of other events: a condition that asks for
//! another name, or for a value that is missing there, excludes all of its rows, so the table isn't read.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::truth::{Known, Truth, truth};
use super::{Child, ChildMut, Column, JoinKind, Query, Relation, Scalar, Select, all, parts};
use crate::types::Literal;

/// The column of a union over a table for each day that holds the digits of the row's table.
pub(crate) const DAY: &str = "segc_day";

/// The rows of several selects, all with the same columns (`UNION ALL`).
#[derive(Debug, Clone)]
pub struct Union(Arc<Vec<Select>>);

impl Union {
    pub(crate) fn of(selects: Vec<Select>) -> Self {
        Self(Arc::new(selects))
    }

    /// The selects, in order.
    #[must_use]
    pub fn selects(&self) -> &[Select] {
        &self.0
    }

    /// The tables that are read.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &[String]> {
        let tables = self.0.iter().flat_map(Select::tables);
        tables.filter_map(|table| match &table.relation {
            Relation::Table(name) => Some(name.as_slice()),
            Relation::Sql { .. } | Relation::Cte(_) | Relation::Rows(_) | Relation::Union(_) => None,
        })
    }
}

impl PartialEq for Union {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Hash for Union {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tables().for_each(|table| table.hash(state));
    }
}

impl Query {
    /// The tables that its unions read.
    pub(crate) fn event_tables(&self) -> BTreeSet<Vec<String>> {
        let mut tables = BTreeSet::new();
        self.walk(&mut |child| {
            if let Child::Select(select) = child {
                tables.extend(unions(select).flat_map(|(_, union)| union.tables()).map(<[String]>::to_vec));
            }
        });
        tables
    }

    /// Leaves out tables and columns that no condition and no value needs.
    pub(crate) fn prune(&mut self) {
        self.selects_mut().for_each(Select::prune);
    }
}

impl Select {
    /// Leaves out all tables of its unions except for these. A union that has none of them stays as it is.
    pub(crate) fn keep_tables(&mut self, tables: &BTreeSet<Vec<String>>) {
        let keep = |(alias, union): (&str, &Union)| {
            let is_kept = |branch: &&Select| {
                let mut read = branch.tables().map(|table| &table.relation);
                read.any(|relation| matches!(relation, Relation::Table(name) if tables.contains(name)))
            };
            let kept: Vec<Select> = union.selects().iter().filter(is_kept).cloned().collect();
            (alias.to_owned(), if kept.is_empty() { union.clone() } else { Union::of(kept) })
        };
        let kept: Vec<(String, Union)> = unions(self).map(keep).collect();
        for (alias, union) in kept {
            set(self, &alias, union);
        }
    }

    /// Leaves out tables and columns that no condition and no value needs.
    pub(crate) fn prune(&mut self) {
        let mut todo = vec![self];
        while let Some(select) = todo.pop() {
            let aliases: Vec<String> = unions(select).map(|(alias, _)| alias.to_owned()).collect();
            for alias in &aliases {
                prune_tables(select, alias);
                prune_days(select, alias);
            }
            if !aliases.is_empty() {
                prune_columns(select);
            }
            let mut inside = Vec::new();
            select.children_mut(&mut |child| inside.push(child));
            while let Some(child) = inside.pop() {
                match child {
                    ChildMut::Scalar(scalar) => scalar.children_mut(&mut |child| inside.push(child)),
                    ChildMut::Select(select) => todo.push(select),
                }
            }
        }
    }
}

/// The unions that a select reads, by alias.
fn unions(select: &Select) -> impl Iterator<Item = (&str, &Union)> {
    select.tables().filter_map(|table| match &table.relation {
        Relation::Union(union) => Some((table.alias.as_str(), union)),
        Relation::Table(_) | Relation::Sql { .. } | Relation::Cte(_) | Relation::Rows(_) => None,
    })
}

fn set(select: &mut Select, alias: &str, union: Union) {
    let joins = select.joins.iter_mut().map(|join| &mut join.table);
    if let Some(table) = select.from.iter_mut().chain(joins).find(|table| table.alias == alias) {
        table.relation = Relation::Union(union);
    }
}

/// Leaves out the tables of which no row fulfils the conditions, and conditions that all rows of the others
/// fulfil.
fn prune_tables(select: &mut Select, alias: &str) {
    let Some((_, union)) = unions(select).find(|(one, _)| *one == alias) else { return };
    let conditions = conditions(select, alias);
    let holds =
        |branch: &Select, condition: &Scalar| truth(condition, &|of, name| known(branch, alias, of, name));
    let is_read = |branch: &&Select| conditions.iter().all(|one| holds(branch, one).may_be_true());
    let mut kept: Vec<Select> = union.selects().iter().filter(is_read).cloned().collect();
    let settled: Vec<Scalar> = conditions
        .iter()
        .filter(|one| is_about(one, alias) && kept.iter().all(|branch| holds(branch, one) == Truth::TRUE))
        .map(|&one| one.clone())
        .collect();
    if kept.is_empty() {
        kept = no_rows(union);
    } else {
        drop_conditions(select, alias, &settled);
    }
    set(select, alias, Union::of(kept));
}

/// Moves conditions on the digits of a row's table to where the tables are read, so that the engine reads no
/// others.
fn prune_days(select: &mut Select, alias: &str) {
    let Some((_, union)) = unions(select).find(|(one, _)| *one == alias) else { return };
    let has_days = |branch: &Select| branch.columns.iter().any(|column| column.name.as_deref() == Some(DAY));
    if !union.selects().iter().any(has_days) {
        return;
    }
    let of_days: Vec<Scalar> =
        conditions(select, alias).iter().filter_map(|one| only_days(one, alias)).collect();
    if of_days.is_empty() {
        return;
    }
    let mut branches = union.selects().to_vec();
    for branch in &mut branches {
        let inside = of_days.iter().cloned().map(on_digits);
        branch.filter = all(branch.filter.take().into_iter().chain(inside).collect());
    }
    change_conditions(select, alias, &|condition| without_days(condition, alias));
    set(select, alias, Union::of(branches));
}

/// What a condition says of the digits alone, wherever it is true. It recurses into AND and OR alone, whose depth
/// the language bounds.
fn only_days(condition: &Scalar, alias: &str) -> Option<Scalar> {
    match condition {
        Scalar::And(parts) => all(parts.iter().filter_map(|part| only_days(part, alias)).collect()),
        Scalar::Or(parts) => {
            let each: Option<Vec<Scalar>> = parts.iter().map(|part| only_days(part, alias)).collect();
            each.filter(|each| !each.is_empty()).map(Scalar::any)
        }
        one => (is_about(one, alias) && columns_of(one).iter().all(|name| *name == DAY)).then(|| one.clone()),
    }
}

/// The rest of a condition, of which [`only_days`] holds for the rows anyway: what it says of the digits follows
/// from what it says of a time.
fn without_days(condition: &Scalar, alias: &str) -> Option<Scalar> {
    if only_days(condition, alias).is_none() {
        return Some(condition.clone());
    }
    match condition {
        Scalar::And(parts) => all(parts.iter().filter_map(|part| without_days(part, alias)).collect()),
        Scalar::Or(parts) => {
            let rest: Vec<Option<Scalar>> = parts.iter().map(|part| without_days(part, alias)).collect();
            if rest.iter().all(Option::is_none) {
                return None;
            }
            let rest: Option<Vec<Scalar>> = rest.into_iter().collect();
            Some(rest.map_or_else(|| condition.clone(), Scalar::any))
        }
        _ => None,
    }
}

/// The names of the columns that a condition reads.
fn columns_of(condition: &Scalar) -> BTreeSet<&str> {
    let (mut todo, mut names) = (vec![condition], BTreeSet::new());
    while let Some(scalar) = todo.pop() {
        if let Scalar::Column(_, name) = scalar {
            names.insert(name.as_str());
        }
        scalar.children(&mut |child| {
            if let Child::Scalar(scalar) = child {
                todo.push(scalar);
            }
        });
    }
    names
}

/// A condition on the column of the digits as one on the digits themselves.
fn on_digits(mut condition: Scalar) -> Scalar {
    let mut todo = vec![&mut condition];
    while let Some(scalar) = todo.pop() {
        if let Scalar::Column(..) = scalar {
            *scalar = Scalar::ShardDigits;
        }
        scalar.children_mut(&mut |child| {
            if let ChildMut::Scalar(scalar) = child {
                todo.push(scalar);
            }
        });
    }
    condition
}

/// A select with a union's columns, and no rows.
fn no_rows(union: &Union) -> Vec<Select> {
    let never = Some(Scalar::Literal(Literal::Boolean(false)));
    union.selects().first().map(|first| Select { filter: never, ..first.clone() }).into_iter().collect()
}

/// What all rows of a branch have in a column.
fn known<'b>(branch: &'b Select, alias: &str, of: &str, name: &str) -> Option<Known<'b>> {
    if of != alias {
        return None;
    }
    let column = branch.columns.iter().find(|column| column.name.as_deref() == Some(name))?;
    match &column.value {
        Scalar::Missing(_) => Some(Known::Missing),
        Scalar::Literal(Literal::String(text)) => Some(Known::Text(text)),
        _ => None,
    }
}

/// The conditions without which none of a table's rows has an effect.
fn conditions<'s>(select: &'s Select, alias: &str) -> Vec<&'s Scalar> {
    let own = select.joins.iter().find(|join| join.table.alias == alias);
    if select.joins.iter().any(|join| join.kind == JoinKind::Full) {
        return Vec::new();
    }
    if let Some(own) = own.filter(|join| join.kind == JoinKind::Left) {
        return parts(Some(&own.on)).iter().collect();
    }
    let inner = select.joins.iter().filter(|join| join.kind == JoinKind::Inner);
    parts(select.filter.as_ref()).iter().chain(inner.flat_map(|join| parts(Some(&join.on)))).collect()
}

/// Whether a condition reads columns of this table, and of no other.
fn is_about(condition: &Scalar, alias: &str) -> bool {
    let (mut todo, mut of_this, mut of_others) = (vec![condition], false, false);
    while let Some(scalar) = todo.pop() {
        if let Scalar::Column(of, _) = scalar {
            of_this |= of == alias;
            of_others |= of != alias;
        }
        scalar.children(&mut |child| match child {
            Child::Scalar(scalar) => todo.push(scalar),
            Child::Select(_) => of_others = true,
        });
    }
    of_this && !of_others
}

/// Drops conditions from where [`conditions`] finds them.
fn drop_conditions(select: &mut Select, alias: &str, settled: &[Scalar]) {
    change_conditions(select, alias, &|part| (!settled.contains(part)).then(|| part.clone()));
}

/// Changes, or drops, each condition where [`conditions`] finds it.
fn change_conditions(select: &mut Select, alias: &str, change: &dyn Fn(&Scalar) -> Option<Scalar>) {
    let changed = |condition: Scalar| all(parts(Some(&condition)).iter().filter_map(change).collect());
    let is_left = |kind: JoinKind| kind == JoinKind::Left;
    let own_is_left = select.joins.iter().any(|join| join.table.alias == alias && is_left(join.kind));
    for join in &mut select.joins {
        if is_left(join.kind) == own_is_left && (!own_is_left || join.table.alias == alias) {
            let on = std::mem::replace(&mut join.on, Scalar::Literal(Literal::Boolean(true)));
            if let Some(rest) = changed(on) {
                join.on = rest;
            }
        }
    }
    if !own_is_left {
        select.filter = select.filter.take().and_then(changed);
    }
}

/// Leaves out the columns of unions that nothing in a select reads.
fn prune_columns(select: &mut Select) {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut todo = vec![Child::Select(&*select)];
    while let Some(child) = todo.pop() {
        match child {
            Child::Scalar(Scalar::Column(alias, name)) => {
                used.entry(alias.clone()).or_default().insert(name.clone());
            }
            Child::Scalar(scalar) => scalar.children(&mut |child| todo.push(child)),
            Child::Select(select) => select.children(&mut |child| todo.push(child)),
        }
    }
    let narrow = |(alias, union): (&str, &Union)| {
        let used = used.get(alias);
        let is_used = |column: &&Column| {
            column.name.as_ref().is_some_and(|name| used.is_some_and(|used| used.contains(name)))
        };
        let narrow = |branch: &Select| {
            let mut columns: Vec<Column> = branch.columns.iter().filter(is_used).cloned().collect();
            if columns.is_empty() {
                // A select has at least one.
                columns.extend(branch.columns.first().cloned());
            }
            Select { columns, ..branch.clone() }
        };
        (alias.to_owned(), Union::of(union.selects().iter().map(narrow).collect()))
    };
    let narrowed: Vec<(String, Union)> = unions(select).map(narrow).collect();
    for (alias, union) in narrowed {
        set(select, &alias, union);
    }
}
