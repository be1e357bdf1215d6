//! Scans that read no other rows than those of affected keys: what they have in common, and their
//! replacement by scans of a copy of these rows.
//!
//! A table's rows are narrowed where a condition says that columns of theirs are those of an affected key, or
//! equal columns of rows that are narrowed themselves: of another table of the same select, or of the row
//! that a correlated subquery is about.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::rel::{
    BinaryOp, ChildMut, Join, JoinKind, Negated, Query, Relation, Scalar, Select, TableRef, all, parts,
};
use crate::types::Literal;

/// A table's rows that belong to affected keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Narrowed {
    /// The table.
    pub(super) table: Vec<String>,
    /// Columns of the key, each with the table's column that equals it.
    pub(super) on: Vec<(String, String)>,
}

/// What else a scan demands of the rows it reads.
#[derive(Debug, Default)]
pub(super) struct Demands {
    /// Columns that are not before any of these instants; several are those of several scans, which may be the
    /// same.
    pub(super) since: BTreeMap<String, Vec<Scalar>>,
    /// Columns whose text is one of these.
    pub(super) one_of: BTreeMap<String, BTreeSet<String>>,
}

impl Demands {
    /// What both demand; of what they demand differently, either.
    pub(super) fn or(&mut self, other: Self) {
        let Self { mut since, mut one_of } = other;
        self.since.retain(|column, _| since.contains_key(column));
        self.one_of.retain(|column, _| one_of.contains_key(column));
        for (column, known) in &mut self.since {
            known.append(&mut since.remove(column).unwrap_or_default());
        }
        for (column, known) in &mut self.one_of {
            known.append(&mut one_of.remove(column).unwrap_or_default());
        }
    }
}

/// Calls `see` for each scan of a table that is narrowed to the keys in `affected`. If it returns a table,
/// which must have the narrowed rows and no others, the scan reads that instead.
pub(super) fn narrowed_scans(
    query: &mut Query,
    affected: &[String],
    see: &mut dyn FnMut(Narrowed, Demands) -> Option<Vec<String>>,
) {
    let mut scopes: Vec<Scope> = Vec::new();
    let mut todo: Vec<(ChildMut<'_>, Option<usize>)> =
        query.selects_mut().map(|select| (ChildMut::Select(select), None)).collect();
    while let Some((child, within)) = todo.pop() {
        match child {
            ChildMut::Scalar(scalar) => scalar.children_mut(&mut |child| todo.push((child, within))),
            ChildMut::Select(select) => {
                let scope = scope(select, affected, within, &scopes);
                replace(select, affected, &scope, see);
                scopes.push(scope);
                let inside = scopes.len() - 1;
                // Rows that are read in place can't refer to other rows of the select.
                select.children_mut(&mut |child| {
                    let within = matches!(child, ChildMut::Scalar(_)).then_some(inside);
                    todo.push((child, within));
                });
            }
        }
    }
}

/// The tables of a select, by alias: columns of the affected key, and those of the table that equal them.
struct Scope {
    within: Option<usize>,
    tables: BTreeMap<String, Vec<(String, String)>>,
}

/// What is narrowed in a select, by its own conditions or by those of the selects around it.
fn scope(select: &Select, affected: &[String], within: Option<usize>, scopes: &[Scope]) -> Scope {
    let mut tables: BTreeMap<String, Vec<(String, String)>> =
        select.tables().map(|table| (table.alias.clone(), Vec::new())).collect();
    // A full join keeps rows of either side that have no partner, whatever the other side's are.
    if select.joins.iter().any(|join| join.kind == JoinKind::Full) {
        return Scope { within, tables };
    }
    for (alias, on) in parts(select.filter.as_ref()).iter().filter_map(|part| pairs(part, affected)) {
        // It may be about a row of the select around it.
        tables.entry(alias).and_modify(|known| *known = on);
    }
    if within.is_none() && tables.values().all(Vec::is_empty) {
        return Scope { within, tables };
    }
    let equalities = equalities(select);
    // In the order of the joins, which start from what is before them; and once more for what is after.
    for table in select.tables().chain(select.tables()) {
        if tables.get(&table.alias).is_none_or(Vec::is_empty)
            && let Some(equal) = equalities.get(table.alias.as_str())
            && let Some(on) = implied(equal, &tables, within, scopes)
        {
            tables.insert(table.alias.clone(), on);
        }
    }
    Scope { within, tables }
}

/// Columns of other rows, by their alias: each with the column that equals it.
type Equal<'s> = BTreeMap<&'s str, BTreeMap<&'s str, &'s str>>;

/// By a table's alias, the columns that equal its own where its rows have an effect: found once for all tables of
/// a select.
fn equalities(select: &Select) -> BTreeMap<&str, Equal<'_>> {
    let mut found: BTreeMap<&str, Equal<'_>> = BTreeMap::new();
    let joins = Joins::of(select);
    for part in parts(select.filter.as_ref()) {
        add_equality(&mut found, part, &|_| true);
    }
    for join in &select.joins {
        let alias = join.table.alias.as_str();
        for part in parts(Some(&join.on)) {
            match join.kind {
                JoinKind::Inner => add_equality(&mut found, part, &|own| !joins.is_optional(own)),
                JoinKind::Left | JoinKind::Full => add_equality(&mut found, part, &|own| own == alias),
            }
        }
    }
    found
}

/// Adds a condition that columns of two tables are equal to those of each table for which it `counts`.
fn add_equality<'s>(
    found: &mut BTreeMap<&'s str, Equal<'s>>,
    part: &'s Scalar,
    counts: &dyn Fn(&str) -> bool,
) {
    let Scalar::Binary(BinaryOp::Equal, left, right) = part else { return };
    for (own, other) in [(left, right), (right, left)] {
        if let (Scalar::Column(one, own), Scalar::Column(two, column)) = (&**own, &**other)
            && one != two
            && counts(one)
        {
            found.entry(one).or_default().entry(two).or_default().insert(column, own);
        }
    }
}

/// How a table is narrowed because its columns equal those of narrowed rows.
fn implied(
    equal: &Equal<'_>,
    tables: &BTreeMap<String, Vec<(String, String)>>,
    within: Option<usize>,
    scopes: &[Scope],
) -> Option<Vec<(String, String)>> {
    let narrowing = |other: &str| match tables.get(other) {
        Some(on) => Some(on),
        None => std::iter::successors(within, |&at| scopes.get(at)?.within)
            .find_map(|at| scopes.get(at)?.tables.get(other)),
    };
    equal.iter().find_map(|(&other, columns)| {
        let on = narrowing(other).filter(|on| !on.is_empty())?;
        let own = |(key, column): &(String, String)| {
            Some((key.clone(), (*columns.get(column.as_str())?).to_owned()))
        };
        on.iter().map(own).collect()
    })
}

/// Offers the narrowed tables of a select, and has it read what is given for them.
fn replace(
    select: &mut Select,
    affected: &[String],
    scope: &Scope,
    see: &mut dyn FnMut(Narrowed, Demands) -> Option<Vec<String>>,
) {
    let mut replaced: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let joins = Joins::of(select);
    for TableRef { relation, alias } in select.tables() {
        let on = scope.tables.get(alias).filter(|on| !on.is_empty());
        if let (Relation::Table(table), Some(on)) = (relation, on) {
            let narrowed = Narrowed { table: table.clone(), on: on.clone() };
            replaced.extend(see(narrowed, demands(select, &joins, alias)).map(|copy| (alias.clone(), copy)));
        }
    }
    if replaced.is_empty() {
        return;
    }
    let Select { from, joins, filter, .. } = select;
    for table in from.iter_mut().chain(joins.iter_mut().map(|join| &mut join.table)) {
        if let Some(copy) = replaced.get(&table.alias) {
            table.relation = Relation::Table(copy.clone());
        }
    }
    // Of a left join, the condition also rejects rows without a partner.
    joins.iter().filter(|join| join.kind == JoinKind::Left).for_each(|join| {
        replaced.remove(&join.table.alias);
    });
    let is_known =
        |part: &Scalar| pairs(part, affected).is_some_and(|(alias, _)| replaced.contains_key(&alias));
    *filter = match filter.take() {
        Some(Scalar::And(parts)) => all(parts.into_iter().filter(|part| !is_known(part)).collect()),
        other => other.filter(|part| !is_known(part)),
    };
}

/// What a select demands of a table's rows.
fn demands(select: &Select, joins: &Joins<'_>, alias: &str) -> Demands {
    let mut demands = Demands::default();
    let own = |scalar: &Scalar| match scalar {
        Scalar::Column(of, column) if of == alias => Some(column.clone()),
        _ => None,
    };
    let text = |scalar: &Scalar| match scalar {
        Scalar::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    };
    for part in joins.conditions(select, alias) {
        match part {
            Scalar::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual, value, since) => {
                let is_instant = matches!(**since, Scalar::Clock(_) | Scalar::Literal(Literal::Timestamp(_)));
                if let Some(column) = own(value).filter(|_| is_instant) {
                    demands.since.entry(column).or_default().push((**since).clone());
                }
            }
            Scalar::Binary(BinaryOp::Equal, value, constant) => {
                if let (Some(column), Some(text)) = (own(value), text(constant)) {
                    demands.one_of.insert(column, BTreeSet::from([text]));
                }
            }
            Scalar::InList(value, list, Negated(false)) => {
                let list: Option<BTreeSet<String>> = list.iter().map(text).collect();
                if let (Some(column), Some(list)) = (own(value), list) {
                    demands.one_of.insert(column, list);
                }
            }
            _ => {}
        }
    }
    // Two of one scan are both demanded; either will do.
    demands.since.values_mut().for_each(|since| since.truncate(1));
    demands
}

/// The joins of a select: a segment may have thousands.
struct Joins<'s> {
    by_alias: BTreeMap<&'s str, &'s Join>,
    inner: Vec<&'s Join>,
}

impl<'s> Joins<'s> {
    fn of(select: &'s Select) -> Self {
        let by_alias = select.joins.iter().map(|join| (join.table.alias.as_str(), join)).collect();
        let inner = select.joins.iter().filter(|join| join.kind == JoinKind::Inner).collect();
        Self { by_alias, inner }
    }

    /// Whether rows are kept that have no partner in the table.
    fn is_optional(&self, alias: &str) -> bool {
        self.by_alias.get(alias).is_some_and(|join| join.kind == JoinKind::Left)
    }

    /// Conditions without which none of a table's rows has an effect.
    fn conditions(&self, select: &'s Select, alias: &str) -> impl Iterator<Item = &'s Scalar> {
        let own = self.by_alias.get(alias).copied().filter(|join| join.kind != JoinKind::Inner);
        let inner = if self.is_optional(alias) { &[][..] } else { &self.inner[..] };
        let joins = inner.iter().copied().chain(own);
        parts(select.filter.as_ref()).iter().chain(joins.flat_map(|join| parts(Some(&join.on))))
    }
}

/// If a condition says that columns of a row are those of an affected key: the row's alias, and the key's
/// columns with the row's. The reverse of [`crate::plan::lower::among`].
fn pairs(condition: &Scalar, affected: &[String]) -> Option<(String, Vec<(String, String)>)> {
    let (rows, mut on) = match condition {
        Scalar::InQuery(value, rows, Negated(false)) => {
            let [column] = &rows.columns[..] else { return None };
            rows.filter.is_none().then_some((rows, vec![(&column.value, &**value)]))?
        }
        Scalar::Exists(rows, Negated(false)) => {
            let pair = |part| match part {
                &Scalar::Binary(BinaryOp::Equal, ref left, ref right) => Some((&**left, &**right)),
                _ => None,
            };
            (rows, parts(rows.filter.as_ref()).iter().map(pair).collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    };
    let keys = rows.from.as_ref().filter(|from| is_table(from, affected))?;
    let is_plain = rows.joins.is_empty() && rows.group_by.is_empty() && rows.having.is_none();
    let mut alias: Option<&str> = None;
    let pairs = on.drain(..).map(|(key, own)| match (key, own) {
        (Scalar::Column(of_key, key), Scalar::Column(of_row, column))
            if *of_key == keys.alias && alias.is_none_or(|alias| alias == of_row) =>
        {
            alias = Some(of_row);
            Some((key.clone(), column.clone()))
        }
        _ => None,
    });
    let pairs: Vec<(String, String)> = pairs.collect::<Option<_>>()?;
    let alias = alias.filter(|&alias| is_plain && alias != keys.alias)?;
    Some((alias.to_owned(), pairs))
}

fn is_table(table: &TableRef, name: &[String]) -> bool {
    matches!(&table.relation, Relation::Table(parts) if parts == name)
}
