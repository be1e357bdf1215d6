//! Copies of the affected keys' rows: where many segments read these rows of one table, they are looked
//! for once, and each segment reads the copy.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::build::Builder;
use super::narrowed::{Demands, Narrowed, narrowed_scans};
use super::step::{Action, Phase};
use crate::plan::lower::among;
use crate::plan::model::{ByKeys, SegmentPlan};
use crate::plan::names::unused;
use crate::plan::rel::{Ago, BinaryOp, Column, Negated, Query, Relation, Scalar, Select, TableRef, all};
use crate::types::Literal;

/// How many names of events a copy selects by; with more of them, it has those of all events.
const NAMES: usize = 200;

/// The alias of a table whose rows are copied.
const SOURCE: &str = "t";

/// Who reads a table's rows of affected keys.
struct Readers {
    /// How many segments.
    segments: usize,
    /// The last of them.
    last: usize,
    /// What all of them demand.
    demands: Demands,
}

/// The segments' queries, which read copies where those are worth it, and the tables of the copies.
pub(super) struct Copied {
    pub(super) queries: Vec<Query>,
    pub(super) tables: Vec<Vec<String>>,
}

impl<'a> Builder<'a, '_> {
    /// Copies the rows of affected keys from each table that many of the segments read.
    pub(super) fn copy_rows(&mut self, keyed: &[(&'a SegmentPlan, &'a ByKeys)]) -> Copied {
        let mut queries: Vec<Query> = keyed.iter().map(|(_, by_keys)| by_keys.query.clone()).collect();
        let most = self.plan.rules.separate_scans.unwrap_or(usize::MAX);
        let Some(&(first, _)) = keyed.first().filter(|_| keyed.len() > most) else {
            return Copied { queries, tables: Vec::new() };
        };
        let affected = &first.kept.tables.affected;
        let mut readers = readers(&mut queries, affected);
        readers.retain(|_, one| one.segments > most);
        let mut copies: BTreeMap<Narrowed, Vec<String>> = BTreeMap::new();
        for (rows, readers) in readers {
            let columns = columns(&rows.table, keyed);
            // A table that isn't of the catalog is another segment's.
            if columns.is_empty() {
                continue;
            }
            let name =
                unused(&format!("segc_rows_{}", rows.table.last().map_or("", String::as_str)), |name| {
                    copies
                        .values()
                        .any(|copy| copy.last().is_some_and(|known| known.eq_ignore_ascii_case(name)))
                });
            let copy = self.plan.scratch.beside(name);
            let mut demands = readers.demands;
            demands.since.values_mut().for_each(|since| self.leave_earliest(since));
            let (query, order) = rows_of(&rows, &demands, &columns, affected);
            self.add(None, Phase::Copy, Action::CopyRows(copy.clone(), query, order));
            copies.insert(rows, copy);
        }
        if !copies.is_empty() {
            for query in &mut queries {
                narrowed_scans(query, affected, &mut |rows, _| copies.get(&rows).cloned());
            }
        }
        Copied { queries, tables: copies.into_values().collect() }
    }

    /// Leaves of some instants those that may be the earliest: of 30 and of 90 days ago, the latter.
    fn leave_earliest(&self, instants: &mut Vec<Scalar>) {
        let mut earliest: Option<Timestamp> = None;
        let mut kept: Vec<(Scalar, Option<Ago<'_>>)> = Vec::new();
        // Where in `kept` those of each unit and origin are: few.
        let mut places: Vec<usize> = Vec::new();
        let values: BTreeMap<&str, &Scalar> =
            self.instants.iter().map(|one| (one.name, one.value.as_ref())).collect();
        let mut seen = BTreeSet::new();
        for instant in std::mem::take(instants) {
            if let Scalar::Clock(name) = &instant
                && !seen.insert(name.clone())
            {
                continue;
            }
            let ago = match &instant {
                Scalar::Literal(Literal::Timestamp(known)) => {
                    earliest = Some(earliest.map_or(*known, |earliest| earliest.min(*known)));
                    continue;
                }
                Scalar::Clock(name) => values.get(name.as_str()).copied(),
                _ => None,
            };
            let ago = ago.and_then(Ago::of);
            let alike = |&&at: &&usize| match (kept.get(at), &ago) {
                (Some((_, Some(known))), Some(ago)) => known.unit == ago.unit && known.from == ago.from,
                _ => false,
            };
            match places.iter().find(alike).copied() {
                None => {
                    places.extend(ago.is_some().then_some(kept.len()));
                    kept.push((instant, ago));
                }
                Some(at) => {
                    if kept[at].1.as_ref().map(|ago| ago.count) < ago.as_ref().map(|ago| ago.count) {
                        kept[at] = (instant, ago);
                    }
                }
            }
        }
        let literal = earliest.map(|earliest| Scalar::Literal(Literal::Timestamp(earliest)));
        *instants = literal.into_iter().chain(kept.into_iter().map(|(instant, _)| instant)).collect();
    }
}

/// Which rows the queries read, and how many of them do.
fn readers(queries: &mut [Query], affected: &[String]) -> BTreeMap<Narrowed, Readers> {
    let mut readers: BTreeMap<Narrowed, Readers> = BTreeMap::new();
    for (at, query) in queries.iter_mut().enumerate() {
        narrowed_scans(query, affected, &mut |rows, demands| {
            match readers.get_mut(&rows) {
                None => {
                    readers.insert(rows, Readers { segments: 1, last: at, demands });
                }
                Some(known) => {
                    known.segments += usize::from(known.last != at);
                    known.last = at;
                    known.demands.or(demands);
                }
            }
            None
        });
    }
    readers
}

/// The columns that the segments read of one of the catalog's tables.
fn columns<'a>(table: &[String], keyed: &[(&'a SegmentPlan, &ByKeys)]) -> BTreeSet<&'a str> {
    let reads = keyed.iter().flat_map(|(segment, _)| &segment.reads).filter(|read| read.table == table);
    reads.flat_map(|read| &read.columns).map(String::as_str).collect()
}

/// The rows that are copied, and the columns by which they are sorted.
fn rows_of(
    rows: &Narrowed,
    demands: &Demands,
    columns: &BTreeSet<&str>,
    affected: &[String],
) -> (Query, Vec<String>) {
    let column = |name: &str| Scalar::column(SOURCE, name);
    let on = rows.on.iter().map(|(key, own)| (key.clone(), column(own))).collect();
    let mut filter = vec![among(&Relation::Table(affected.to_vec()), SOURCE, on)];
    let mut order = Vec::new();
    for (name, texts) in demands.one_of.iter().filter(|(_, texts)| texts.len() <= NAMES) {
        let texts: Vec<Scalar> = texts.iter().map(Scalar::text).collect();
        filter.push(match <[Scalar; 1]>::try_from(texts) {
            Ok([only]) => Scalar::equal(column(name), only),
            Err(texts) => Scalar::InList(Box::new(column(name)), texts, Negated(false)),
        });
    }
    order.extend(demands.one_of.keys().cloned());
    for (name, since) in &demands.since {
        let least = match &since[..] {
            [only] => only.clone(),
            _ => Scalar::Least(since.clone()),
        };
        filter.push(Scalar::binary(BinaryOp::GreaterOrEqual, column(name), least));
        order.extend((!order.contains(name)).then(|| name.clone()));
    }
    order.retain(|name| columns.contains(name.as_str()));
    let select = Select {
        columns: columns.iter().map(|name| Column::plain(column(name))).collect(),
        from: Some(TableRef::new(Relation::Table(rows.table.clone()), SOURCE)),
        filter: all(filter),
        ..Select::default()
    };
    (Query::of(select), order)
}
