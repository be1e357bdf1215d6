//! Evaluation for the affected keys only: the segment's own rows are narrowed to them, and the
//! rows of its aggregates to those that belong to them.

use std::collections::BTreeSet;

use super::frame::{Row, equal};
use super::keep::ranks;
use super::segment::select_one;
use super::{Lowering, Part};
use crate::analyze::Clause;
use crate::check::hir::{
    Aggregate, Base, Cond, CondKind, Hir, Hop, Path, SegmentId, TraitId, Value, ValueKind,
};
use crate::check::visit::{Visitor, walk_aggregate, walk_cond, walk_segment, walk_value};
use crate::plan::rel::{Column, Negated, Relation, Scalar, Select, TableRef, all};

/// The aliases of the affected keys: the second beside rows that are called like the first.
const AFFECTED: [&str; 2] = ["a", "affected"];

impl Lowering<'_> {
    /// Decides which segments are evaluated for the affected keys only: the one that is wanted,
    /// and of those put in place the ones that are asked about the same row, and nowhere else.
    pub(super) fn narrow(&mut self, id: SegmentId, part: Part) {
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
            let segment = self.cx.hir.segment(at);
            let same = same && (at == id || !ranks(&segment.keeps));
            let inputs = super::segment::inputs_of(self.cx.hir, at);
            let mut own = SameRow::new(self.cx.hir);
            walk_segment(&mut own, segment);
            let before = segment.group.iter().flat_map(|group| &group.before);
            own.same.extend(segment.parent.iter().map(|(parent, _)| parent).chain(before));
            for input in inputs {
                let away = own.elsewhere.contains(&input) && Clause::AskedOfOthersByTheSame.holds();
                let same = same || !Clause::AskedOfOthersByAnother.holds();
                let is_same = same && own.same.contains(&input) && !away;
                let known = if is_same { &mut aligned } else { &mut elsewhere };
                known.insert(input);
                todo.push((input, is_same));
            }
        }
        // A rank is about everyone; the rows that are ranked are not.
        let whole =
            |one: SegmentId| ranks(&self.cx.hir.segment(one).keeps) && (one != id || part == Part::Match);
        let others = |one: &SegmentId| elsewhere.contains(one) && Clause::AskedOfOthers.holds();
        let narrowed = aligned.into_iter().filter(|one| !others(one) && !whole(*one));
        self.narrowed = narrowed.collect();
    }

    /// Narrows a segment's own rows, the first of the innermost select.
    pub(super) fn narrow_own(&mut self, id: SegmentId, row: &Row) {
        if self.narrowed.contains(&id) {
            self.narrow_to_keys(row);
        }
    }

    /// Narrows rows of the segment's entity to the affected keys.
    pub(super) fn narrow_to_keys(&mut self, row: &Row) {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let pairs = entity.key.clone().into_iter().map(|key| (entity.field(key).column.clone(), key));
        let pairs: Vec<_> = pairs.collect();
        let pairs = pairs.into_iter().map(|(name, key)| (name, self.field(row, key))).collect();
        if let Some(filter) = self.among_affected(&row.alias, pairs) {
            let frame = &mut self.frames[row.frame];
            frame.filter.push(filter);
            frame.narrowed = Some(row.alias.clone());
        }
    }

    /// Whether only the affected keys' rows are wanted of a row's aggregates.
    pub(super) fn is_narrowed(&self, owner: &Row) -> bool {
        self.frames.get(owner.frame).is_some_and(|frame| frame.narrowed.as_ref() == Some(&owner.alias))
    }

    /// Narrows the rows of a link to those that belong to affected keys.
    pub(super) fn narrow_link(&mut self, owner: &Row, row: &Row, hop: &Hop) {
        if !self.is_narrowed(owner) {
            return;
        }
        let entity = self.cx.hir.catalog.entity(owner.entity);
        let on = self.cx.hir.catalog.entity(hop.from).link(hop.link).on.clone();
        if !on.iter().all(|(own, _)| entity.key.contains(own)) {
            return self.narrow_by_owner(owner, row, &on);
        }
        let pairs: Vec<_> = on.iter().map(|(own, to)| (entity.field(*own).column.clone(), *to)).collect();
        let pairs = pairs.into_iter().map(|(name, to)| (name, self.field(row, to))).collect();
        let filter = self.among_affected(&row.alias, pairs);
        self.frames[row.frame].filter.extend(filter);
    }

    /// The same where the link doesn't start at the key: through the owner's own rows.
    fn narrow_by_owner(
        &mut self,
        owner: &Row,
        row: &Row,
        on: &[(crate::catalog::FieldId, crate::catalog::FieldId)],
    ) {
        let frame = self.push(true);
        let alias = self.alias(frame, &owner.alias);
        let again = Row { frame, alias: alias.clone(), entity: owner.entity };
        let relation = self.relation(owner.entity);
        self.frames[frame].from = Some(TableRef { relation, alias });
        self.narrow_to_keys(&again);
        let columns: Vec<Scalar> = on.iter().map(|(own, _)| self.field(&again, *own)).collect();
        let targets: Vec<Scalar> = on.iter().map(|(_, target)| self.field(row, *target)).collect();
        let rows = self.pop();
        let filter = match (columns.as_slice(), targets.as_slice()) {
            ([column], [target]) => {
                let columns = vec![Column { value: column.clone(), name: None }];
                Scalar::InQuery(
                    Box::new(target.clone()),
                    Box::new(Select { columns, ..rows }),
                    Negated(false),
                )
            }
            _ => {
                let tied = columns.into_iter().zip(targets).map(|(column, target)| equal(column, target));
                let filter = all(rows.filter.into_iter().chain(tied).collect());
                let columns = select_one().columns;
                Scalar::Exists(Box::new(Select { columns, filter, ..rows }), Negated(false))
            }
        };
        self.frames[row.frame].filter.push(filter);
    }

    /// That values are those of an affected key's columns.
    fn among_affected(&self, beside: &str, pairs: Vec<(String, Scalar)>) -> Option<Scalar> {
        let relation = self.cx.affected?.clone();
        Some(among(&relation, beside, pairs))
    }
}

/// That values of a row with an alias are those of columns of some row.
pub(in crate::plan) fn among(relation: &Relation, beside: &str, mut pairs: Vec<(String, Scalar)>) -> Scalar {
    let [alias, other] = AFFECTED;
    let alias = if beside.eq_ignore_ascii_case(alias) { other } else { alias };
    let from = Some(TableRef { relation: relation.clone(), alias: alias.to_owned() });
    let column = |name: &str| Scalar::Column(alias.to_owned(), name.to_owned());
    if let ([_], Some((name, value))) = (pairs.as_slice(), pairs.last().cloned()) {
        let columns = vec![Column { value: column(&name), name: None }];
        let keys = Select { columns, from, ..Select::default() };
        return Scalar::InQuery(Box::new(value), Box::new(keys), Negated(false));
    }
    let tied = pairs.drain(..).map(|(name, value)| equal(column(&name), value)).collect();
    let keys = Select { from, filter: all(tied), ..select_one() };
    Scalar::Exists(Box::new(keys), Negated(false))
}

/// The segments that a segment's rules ask about its own row, and those they ask about others;
/// by its traits, too.
struct SameRow<'a> {
    hir: &'a Hir,
    same: BTreeSet<SegmentId>,
    elsewhere: BTreeSet<SegmentId>,
    /// How many aggregates and links away from its own row it is.
    away: usize,
    /// The traits that have been looked into, and whether away.
    traits: BTreeSet<(TraitId, bool)>,
}

impl<'a> SameRow<'a> {
    fn new(hir: &'a Hir) -> Self {
        let (same, elsewhere, traits) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { hir, same, elsewhere, away: 0, traits }
    }

    fn further(&mut self, is_away: bool, visit: impl FnOnce(&mut Self)) {
        self.away += usize::from(is_away);
        visit(self);
        self.away -= usize::from(is_away);
    }
}

impl Visitor for SameRow<'_> {
    fn cond(&mut self, cond: &Cond) {
        if let CondKind::InSegment(path, id) = &cond.kind {
            let known = if self.away == 0 && is_here(path) { &mut self.same } else { &mut self.elsewhere };
            known.insert(*id);
        }
        walk_cond(self, cond);
    }
    fn value(&mut self, value: &Value) {
        if let ValueKind::Trait(path, id) = &value.kind
            && Clause::AskedOfOthersByATrait.holds()
        {
            let is_away = !is_here(path);
            if self.traits.insert((*id, is_away || self.away > 0)) {
                let defined = &self.hir.computed(*id).value;
                self.further(is_away, |this| this.value(defined));
            }
        }
        walk_value(self, value);
    }
    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.further(true, |this| walk_aggregate(this, aggregate));
    }
}

fn is_here(path: &Path) -> bool {
    path.hops.is_empty() && path.base == Base::This
}
