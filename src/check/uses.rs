//! The fields that segments use and that not everyone may use, or that are personal data: through
//! links, traits, windows, rankings.
//!
//! A segment uses a field if its members, or their order, can depend on it: what is named in its
//! conditions; the fields that a link compares, if the link is followed; an entity's `time`,
//! which decides what rows an aggregate sees; `event_name` behind `events["…"]`; the key, which
//! its table holds and which breaks ties. The fields that `changes` names are the loader's
//! bookkeeping, and no use. What the segments that it reads use is theirs: see `super::access`.

use std::collections::{BTreeMap, BTreeSet};

use super::hir::{
    Aggregate, AggregateFunc, Cond, CondKind, Hir, Hop, Path, SegmentId, TraitId, Value, ValueKind,
};
use super::visit::{Visitor, walk_aggregate, walk_cond, walk_segment, walk_value};
use crate::catalog::{EntityId, Field, FieldId, LinkId};
use crate::diagnostic::Span;

/// A field that a segment uses, and the way in which it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// The entity that has the field.
    pub(crate) entity: EntityId,
    pub(crate) field: FieldId,
    /// What for.
    pub(crate) how: How,
    /// The place in the segment where it gets at the field first.
    pub(crate) span: Span,
    /// Its other places in the segment.
    pub(crate) others: Vec<Span>,
    /// The traits that lead there, from the one that the segment names.
    pub(crate) via: Vec<TraitId>,
    /// The place in the last of these traits.
    pub(crate) origin: Option<Span>,
}

/// What a field is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// It is named.
    Named,
    /// A link that is followed compares it.
    Link(EntityId, LinkId),
    /// It is the time of rows, and decides which of them count.
    Time,
    /// It holds the names of events.
    EventName,
    /// It is part of a key.
    Key,
}

/// A segment that a segment reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    /// The segment that is read.
    pub(crate) segment: SegmentId,
    /// The place in the segment that reads it.
    pub(crate) span: Span,
    /// The traits that lead there, from the one that the segment names.
    pub(crate) via: Vec<TraitId>,
}

/// What a segment gets at.
#[derive(Debug, Clone, Default)]
pub struct Footprint {
    /// The fields that have `roles` or are personal data, each once, in the order of the catalog.
    pub(crate) fields: Vec<Use>,
    /// The segments, each once.
    pub(crate) segments: Vec<Read>,
}

/// What the segments of a project use.
#[derive(Debug)]
pub struct Uses<'a> {
    hir: &'a Hir,
    /// What each trait gets at.
    traits: BTreeMap<TraitId, Footprint>,
}

impl<'a> Uses<'a> {
    /// Finds what the traits use.
    #[must_use]
    pub(crate) fn new(hir: &'a Hir) -> Self {
        let mut uses = Self { hir, traits: BTreeMap::new() };
        // A trait comes after those that it uses.
        for computed in &hir.traits {
            let mut collector = Collector::new(&uses);
            collector.value(&computed.value);
            let mut found = collector.finish();
            found.fields.iter_mut().for_each(|used| used.origin = used.origin.or(Some(used.span)));
            uses.traits.insert(computed.id, found);
        }
        uses
    }

    /// What a segment gets at by itself.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> Footprint {
        let segment = self.hir.segment(id);
        let mut collector = Collector::new(self);
        if let Some((parent, span)) = segment.parent {
            collector.reads(Read { segment: parent, span, via: Vec::new() });
        }
        walk_segment(&mut collector, segment);
        if let Some(group) = &segment.group {
            for &before in &group.before {
                collector.reads(Read { segment: before, span: group.span, via: Vec::new() });
            }
        }
        collector.key(segment.entity, segment.name_span);
        collector.finish()
    }

    /// The segments that a trait reads.
    pub(super) fn read_by(&self, id: TraitId) -> impl Iterator<Item = SegmentId> {
        self.traits.get(&id).into_iter().flat_map(|found| &found.segments).map(|read| read.segment)
    }

    /// Whether a value is made of personal data: of the value of a `pii` field, not merely of rows
    /// that such a field chooses.
    #[must_use]
    pub(crate) fn is_personal(&self, value: &Value) -> bool {
        let mut personal = Personal { hir: self.hir, found: false };
        personal.value(value);
        personal.found
    }
}

/// Whether something has to be said of who uses a field.
fn is_protected(field: &Field) -> bool {
    field.pii || !field.roles.is_empty()
}

struct Collector<'a> {
    uses: &'a Uses<'a>,
    fields: BTreeMap<(EntityId, FieldId), Use>,
    segments: Vec<Read>,
    known: BTreeSet<SegmentId>,
}

impl<'a> Collector<'a> {
    fn new(uses: &'a Uses<'a>) -> Self {
        Self { uses, fields: BTreeMap::new(), segments: Vec::new(), known: BTreeSet::new() }
    }

    fn finish(self) -> Footprint {
        Footprint { fields: self.fields.into_values().collect(), segments: self.segments }
    }

    fn reads(&mut self, read: Read) {
        if self.known.insert(read.segment) {
            self.segments.push(read);
        }
    }

    fn field(&mut self, entity: EntityId, field: FieldId, how: How, span: Span) {
        if is_protected(self.uses.hir.catalog.entity(entity).field(field)) {
            let (others, via) = (Vec::new(), Vec::new());
            self.used(Use { entity, field, how, span, others, via, origin: None });
        }
    }

    fn used(&mut self, used: Use) {
        let span = used.span;
        let known = self.fields.entry((used.entity, used.field)).or_insert(used);
        if known.span != span && !known.others.contains(&span) && known.others.len() < MOST_PLACES {
            known.others.push(span);
        }
    }

    fn key(&mut self, entity: EntityId, span: Span) {
        for &field in &self.uses.hir.catalog.entity(entity).key {
            self.field(entity, field, How::Key, span);
        }
    }

    fn hop(&mut self, hop: &Hop) {
        let catalog = &self.uses.hir.catalog;
        for &(own, target) in &catalog.entity(hop.from).link(hop.link).on {
            self.field(hop.from, own, How::Link(hop.from, hop.link), hop.span);
            self.field(hop.to, target, How::Link(hop.from, hop.link), hop.span);
        }
        if let (Some(_), Some(name)) = (&hop.event, catalog.entity(hop.to).event_name) {
            self.field(hop.to, name, How::EventName, hop.span);
        }
    }

    fn computed(&mut self, id: TraitId, span: Span) {
        let Some(inner) = self.uses.traits.get(&id) else { return };
        let led = |via: &[TraitId]| std::iter::once(id).chain(via.iter().copied()).take(MOST_STEPS).collect();
        for used in &inner.fields {
            self.used(Use { span, others: Vec::new(), via: led(&used.via), ..used.clone() });
        }
        for read in &inner.segments {
            self.reads(Read { segment: read.segment, span, via: led(&read.via) });
        }
    }
}

/// How many other places are kept, and how many traits of a chain: nobody reads more.
const MOST_PLACES: usize = 8;
const MOST_STEPS: usize = 12;

impl Visitor for Collector<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => self.field(path.end, *field, How::Named, value.span),
            ValueKind::Trait(_, id) => self.computed(*id, value.span),
            ValueKind::Bucket { entity, .. } => self.key(*entity, value.span),
            _ => {}
        }
        walk_value(self, value);
    }

    fn cond(&mut self, cond: &Cond) {
        if let CondKind::InSegment(path, id) = &cond.kind {
            self.reads(Read { segment: *id, span: cond.span, via: Vec::new() });
            self.key(path.end, cond.span);
        }
        walk_cond(self, cond);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        aggregate.hops.iter().for_each(|hop| self.hop(hop));
        for &(hop, field) in &aggregate.times {
            if let Some(hop) = aggregate.hops.get(hop) {
                self.field(hop.to, field, How::Time, aggregate.span);
            }
        }
        // Rows of one time are in the order of their keys.
        if aggregate.ranked.is_some() || matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last)
        {
            self.key(aggregate.end, aggregate.span);
        }
        walk_aggregate(self, aggregate);
    }

    fn path(&mut self, path: &Path) {
        path.hops.iter().for_each(|hop| self.hop(hop));
    }
}

/// Looks for personal data in what a value is made of.
struct Personal<'a> {
    hir: &'a Hir,
    found: bool,
}

impl Visitor for Personal<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => {
                self.found |= self.hir.catalog.entity(path.end).field(*field).pii;
            }
            ValueKind::Trait(_, id) if !self.found => self.value(&self.hir.computed(*id).value),
            ValueKind::Aggregate(aggregate) => aggregate.value.iter().for_each(|value| self.value(value)),
            _ => walk_value(self, value),
        }
    }

    // Whether a condition holds is shown beside it anyway.
    fn cond(&mut self, _cond: &Cond) {}
}
