//! Evaluation for the affected keys only: the segment's own rows are narrowed to them, and the
//! rows of its aggregates to those that belong to them.

use std::collections::BTreeSet;

use super::frame::{Reached, Row};
use super::keep::ranks;
use super::names::initials;
use super::{Lowering, SegmentPart};
use crate::catalog::{Catalog, EntityId, FieldId};
use crate::check::hir::{Hop, SegmentId};
use crate::plan::rel::{Relation, Scalar, Select, TableRef};

/// Fields that are equal: of one row and of another.
type Ends = Vec<(FieldId, FieldId)>;

/// The aliases of the affected keys: the second beside rows that are called like the first.
const AFFECTED: [&str; 2] = ["a", "affected"];

impl Lowering<'_> {
    /// Decides which segments are evaluated for the affected keys only: the one that is wanted,
    /// and of the expanded ones those about the same row, and nowhere else. What the tables of others were
    /// evaluated from isn't read here.
    pub(super) fn narrow(&mut self, id: SegmentId, part: SegmentPart) {
        if self.cx.affected.is_none() {
            return;
        }
        let mut aligned = BTreeSet::from([id]);
        let mut elsewhere = BTreeSet::new();
        let mut todo = vec![(id, true)];
        let mut seen = BTreeSet::new();
        while let Some((at, same)) = todo.pop() {
            if !seen.insert((at, same)) {
                continue;
            }
            let same = same && (at == id || !ranks(&self.cx.hir.segment(at).keeps));
            let inputs = self.cx.graph.node(at).inputs();
            for input in inputs.filter(|input| !self.cx.storage.is_read(input.segment)) {
                let is_same = same && input.own_row;
                let known = if is_same { &mut aligned } else { &mut elsewhere };
                known.insert(input.segment);
                todo.push((input.segment, is_same));
            }
        }
        // A rank is about everyone; the rows that are ranked are not.
        let whole = |one: SegmentId| {
            ranks(&self.cx.hir.segment(one).keeps) && (one != id || part == SegmentPart::Match)
        };
        let narrowed = aligned.into_iter().filter(|one| !elsewhere.contains(one) && !whole(*one));
        self.narrowed = narrowed.collect();
    }

    /// Narrows a segment's own rows, the first of the innermost select.
    pub(super) fn narrow_own(&mut self, id: SegmentId, row: &Row) {
        if self.narrowed.contains(&id) {
            self.narrow_to_keys(row);
        }
    }

    /// Narrows rows of the segment's entity to the affected keys.
    fn narrow_to_keys(&mut self, row: &Row) {
        self.narrow_rows(row, Reached { entity: row.entity, hops: Vec::new() });
    }

    /// Narrows rows of an entity to those that some links lead to from affected keys.
    pub(super) fn narrow_rows(&mut self, row: &Row, reached: Reached) {
        let key = self.cx.hir.catalog.entity(row.entity).key.iter();
        let on = key.map(|&key| (key, key)).collect();
        let filter = self.restrict_to_affected(&reached, row, on);
        self.frames[row.frame].filter.push(filter);
        self.reach(row, reached);
    }

    /// Narrows the rows of a link to those that belong to affected keys, if their owners do.
    pub(super) fn narrow_link(&mut self, owner: &Row, row: &Row, hop: &Hop) {
        let Some(reached) = self.reached_via(owner).cloned() else { return };
        let on = ends_of(&self.cx.hir.catalog, hop);
        let filter = self.restrict_to_affected(&reached, row, on);
        self.frames[row.frame].filter.push(filter);
        self.reach_by(owner, hop, row);
    }

    /// That a row's fields equal those of a row that some links lead to from affected keys; pairs
    /// of that row's field and this one's.
    fn restrict_to_affected(&mut self, reached: &Reached, row: &Row, on: Ends) -> Scalar {
        let (hops, on) = self.shortest_path(&reached.hops, on);
        if hops.is_empty()
            && are_of_key(&self.cx.hir.catalog, reached.entity, &on)
            && let Some(filter) = self.among_affected(reached.entity, row, &on)
        {
            return filter;
        }
        let frame = self.push(true);
        let (first, rest) = self.start_of_links(reached.entity, hops, frame);
        let last = rest.iter().fold(first, |from, hop| self.join_inner(&from, hop));
        let own: Vec<Scalar> = on.iter().map(|(own, _)| self.field(&last, *own)).collect();
        let values: Vec<Scalar> = on.iter().map(|(_, target)| self.field(row, *target)).collect();
        self.pop().semi_join(own.into_iter().zip(values).collect(), false)
    }

    /// The first rows of links from affected keys, as a select's first table, and the links that
    /// are still to be followed: where the first link starts at the key, its rows tell by
    /// themselves that they belong to one.
    fn start_of_links<'h>(&mut self, entity: EntityId, hops: &'h [Hop], frame: usize) -> (Row, &'h [Hop]) {
        let catalog = &self.cx.hir.catalog;
        let first = hops.split_first().map(|(first, rest)| (first.to, ends_of(catalog, first), rest));
        let key = || catalog.entity(entity).key.iter().map(|&key| (key, key)).collect();
        let (to, on, rest) = first
            .filter(|(_, on, _)| are_of_key(catalog, entity, on))
            .unwrap_or_else(|| (entity, key(), hops));
        let row = self.first_rows(to, frame);
        let filter = self.among_affected(entity, &row, &on);
        self.frames[frame].filter.extend(filter);
        (row, rest)
    }

    /// The rows of an entity as a select's first table: those, too, that are none.
    fn first_rows(&mut self, entity: EntityId, frame: usize) -> Row {
        let alias = self.alias(frame, &initials(&self.cx.hir.catalog.entity(entity).name));
        self.frames[frame].from = Some(TableRef { relation: self.relation(entity), alias: alias.clone() });
        Row { frame, alias, entity }
    }

    /// The least links that lead to fields that equal these: a link's ends are alike, so the
    /// row at its end need not be read for them.
    fn shortest_path<'h>(&self, hops: &'h [Hop], on: Ends) -> (&'h [Hop], Ends) {
        if let [before @ .., last] = hops {
            let link = ends_of(&self.cx.hir.catalog, last);
            let own_of = |end: FieldId| link.iter().find(|(_, target)| *target == end).map(|(own, _)| *own);
            let on_before = on.iter().map(|&(end, target)| Some((own_of(end)?, target)));
            if let Some(on) = on_before.collect() {
                return self.shortest_path(before, on);
            }
        }
        (hops, on)
    }

    /// That fields of a row are those of an affected key: pairs of a field of its entity's key and
    /// one of the row.
    fn among_affected(&mut self, entity: EntityId, row: &Row, on: &Ends) -> Option<Scalar> {
        let relation = self.cx.affected?.clone();
        let entity = self.cx.hir.catalog.entity(entity);
        let pairs = on.iter().map(|&(own, to)| (entity.field(own).column.clone(), self.field(row, to)));
        let pairs = pairs.collect();
        Some(among(&relation, &row.alias, pairs))
    }
}

/// The fields that a link sets equal.
fn ends_of(catalog: &Catalog, hop: &Hop) -> Ends {
    catalog.entity(hop.from).link(hop.link).on.clone()
}

/// Whether the first fields of pairs are of an entity's key.
fn are_of_key(catalog: &Catalog, entity: EntityId, on: &Ends) -> bool {
    on.iter().all(|(own, _)| catalog.entity(entity).key.contains(own))
}

/// That values of a row with an alias are those of columns of some row.
pub(in crate::plan) fn among(relation: &Relation, beside: &str, pairs: Vec<(String, Scalar)>) -> Scalar {
    let [alias, other] = AFFECTED;
    let alias = if beside.eq_ignore_ascii_case(alias) { other } else { alias };
    let keys = Select { from: Some(TableRef::new(relation.clone(), alias)), ..Select::default() };
    let on = pairs.into_iter().map(|(name, value)| (Scalar::column(alias, name), value));
    keys.semi_join(on.collect(), false)
}
