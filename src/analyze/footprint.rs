//! The footprint of a segment: the entities, fields, links, paths, traits and segments that it reads.
//!
//! A segment reads a field if its members, or their order, can depend on it: a field that a condition
//! names; those that a link compares, if the link is followed; an entity's `time`, which decides what
//! rows an aggregate sees; `event_name` behind `events["…"]`; the key, which its table has as columns
//! and which breaks ties. The fields that `changes` names are the loader's bookkeeping. What the
//! segments that it reads read is in their own footprints.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::{EntityId, FieldId, LinkId};
use crate::check::hir::{
    Aggregate, AggregateFunc, Base, Cond, CondKind, Hir, Hop, Path, Periods, Segment, SegmentId, Sequence,
    TraitId, Value, ValueKind,
};
use crate::check::visit::{
    Visitor, walk_aggregate, walk_cond, walk_periods, walk_segment, walk_sequence, walk_value,
};
use crate::diagnostic::Span;
use crate::types::Type;

/// What a segment reads, each with the place in the segment that reads it first. What a trait reads is
/// read where the segment uses the trait.
#[derive(Debug, Clone, Default)]
pub(crate) struct Footprint {
    /// The segment's own entity, and those that paths lead through.
    pub(crate) entities: BTreeMap<EntityId, Span>,
    pub(crate) fields: BTreeMap<(EntityId, FieldId), Span>,
    /// How the fields that have `roles` or are personal data are used.
    pub(crate) sensitive: BTreeMap<(EntityId, FieldId), FieldUse>,
    pub(crate) links: BTreeMap<(EntityId, LinkId), Span>,
    /// The links that one value or aggregate follows in a row.
    pub(crate) paths: BTreeMap<Vec<(EntityId, LinkId)>, Span>,
    /// The traits, and those that they use.
    pub(crate) traits: BTreeMap<TraitId, Span>,
    /// The segments that it refers to.
    pub(crate) inputs: BTreeMap<SegmentId, Input>,
    /// The entities of which it takes rows in the order of their time and key.
    pub(crate) ordered: BTreeMap<EntityId, Span>,
    /// Where it reads as_of, if it does; the cut that hides rows after as_of doesn't count.
    pub(crate) clock: Option<Span>,
    /// Where it adds up floats, if it does: the same sum can differ in its last digit from one evaluation to
    /// the next.
    pub(crate) float_sum: Option<Span>,
}

/// How a field that has `roles` or is personal data is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldUse {
    pub(crate) purpose: Purpose,
    /// The place in the segment that uses it first.
    pub(crate) span: Span,
    /// Further places in the segment, up to [`MOST_PLACES`].
    pub(crate) others: Vec<Span>,
    /// The traits that lead there, from the one that the segment names.
    pub(crate) via: Vec<TraitId>,
    /// The place in the last of these traits.
    pub(crate) origin: Option<Span>,
}

/// What a field is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A condition or value names it.
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

/// A segment that another refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) segment: SegmentId,
    pub(crate) kind: InputKind,
    /// The place in the segment that refers to it first.
    pub(crate) span: Span,
    /// The traits that lead there, from the one that the segment names.
    pub(crate) via: Vec<TraitId>,
    /// The place in the last of these traits.
    pub(crate) origin: Option<Span>,
    /// Whether only membership of the segment's own row is tested, never that of a row behind a link.
    pub(crate) own_row: bool,
}

impl Input {
    /// The place that names the segment: in the segment itself or in a trait.
    pub(crate) fn written(&self) -> Span {
        self.origin.unwrap_or(self.span)
    }
}

/// How a segment refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// `extends`
    Extends,
    /// `in segment`
    InSegment,
    /// Comes before it in its exclusive group.
    Group,
}

/// How many further places of a field are recorded, and how many traits of a chain: nobody reads more.
const MOST_PLACES: usize = 8;
const MOST_STEPS: usize = 12;

/// The footprints of a tree's traits, from which those of its segments are made.
pub(super) struct TraitFootprints<'a> {
    hir: &'a Hir,
    traits: BTreeMap<TraitId, Footprint>,
}

impl<'a> TraitFootprints<'a> {
    pub(super) fn of(hir: &'a Hir) -> Self {
        let mut known = Self { hir, traits: BTreeMap::new() };
        // A trait comes after those that it uses.
        for computed in &hir.traits {
            let mut collector = Collector::new(&known);
            collector.value(&computed.value);
            let mut found = collector.found;
            found.sensitive.values_mut().for_each(|used| used.origin = used.origin.or(Some(used.span)));
            found.inputs.values_mut().for_each(|input| input.origin = Some(input.written()));
            known.traits.insert(computed.id, found);
        }
        known
    }

    /// The footprints of all segments.
    pub(super) fn segments(&self) -> BTreeMap<SegmentId, Footprint> {
        self.hir.segments.iter().map(|segment| (segment.id, self.segment(segment))).collect()
    }

    fn segment(&self, segment: &Segment) -> Footprint {
        let mut collector = Collector::new(self);
        collector.entity(segment.entity, segment.name_span);
        if let Some((parent, span)) = segment.parent {
            collector.own_input(parent, InputKind::Extends, span);
        }
        walk_segment(&mut collector, segment);
        if let Some(group) = &segment.group {
            for &before in &group.before {
                collector.own_input(before, InputKind::Group, group.span);
            }
        }
        collector.key(segment.entity, segment.name_span);
        collector.found
    }

    /// The segments that a trait refers to.
    pub(super) fn inputs_of(&self, id: TraitId) -> impl Iterator<Item = SegmentId> {
        self.traits.get(&id).into_iter().flat_map(|found| found.inputs.keys().copied())
    }
}

/// The footprint so far, and where the walk is.
struct Collector<'a> {
    known: &'a TraitFootprints<'a>,
    found: Footprint,
    /// How many aggregates, periods and sequences are around the current place, which is about the
    /// segment's own row if there is none.
    around: usize,
}

impl<'a> Collector<'a> {
    fn new(known: &'a TraitFootprints<'a>) -> Self {
        Self { known, found: Footprint::default(), around: 0 }
    }

    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.around += 1;
        visit(self);
        self.around -= 1;
    }

    /// Whether the row at the end of a path is the segment's own.
    fn is_own_row(&self, path: &Path) -> bool {
        self.around == 0 && path.hops.is_empty() && path.base == Base::This
    }

    fn entity(&mut self, entity: EntityId, span: Span) {
        self.found.entities.entry(entity).or_insert(span);
    }

    fn field(&mut self, entity: EntityId, field: FieldId, purpose: Purpose, span: Span) {
        self.found.fields.entry((entity, field)).or_insert(span);
        let declared = self.known.hir.catalog.entity(entity).field(field);
        if declared.pii || !declared.roles.is_empty() {
            let (others, via) = (Vec::new(), Vec::new());
            self.sensitive((entity, field), FieldUse { purpose, span, others, via, origin: None });
        }
    }

    fn sensitive(&mut self, field: (EntityId, FieldId), used: FieldUse) {
        let span = used.span;
        let known = self.found.sensitive.entry(field).or_insert(used);
        if known.span != span && !known.others.contains(&span) && known.others.len() < MOST_PLACES {
            known.others.push(span);
        }
    }

    fn key(&mut self, entity: EntityId, span: Span) {
        for &field in &self.known.hir.catalog.entity(entity).key {
            self.field(entity, field, Purpose::Key, span);
        }
    }

    fn own_input(&mut self, segment: SegmentId, kind: InputKind, span: Span) {
        self.input(Input { segment, kind, span, via: Vec::new(), origin: None, own_row: true });
    }

    fn input(&mut self, input: Input) {
        let own_row = input.own_row;
        self.found.inputs.entry(input.segment).or_insert(input).own_row &= own_row;
    }

    /// Links that are followed in a row, from a place that is written as a whole at `span`.
    fn hops(&mut self, hops: &[Hop], span: Span) {
        let catalog = &self.known.hir.catalog;
        for hop in hops {
            self.entity(hop.from, hop.span);
            self.entity(hop.to, hop.span);
            self.found.links.entry((hop.from, hop.link)).or_insert(hop.span);
            for &(own, target) in &catalog.entity(hop.from).link(hop.link).on {
                self.field(hop.from, own, Purpose::Link(hop.from, hop.link), hop.span);
                self.field(hop.to, target, Purpose::Link(hop.from, hop.link), hop.span);
            }
            if let (Some(_), Some(name)) = (&hop.event, catalog.entity(hop.to).event_name) {
                self.field(hop.to, name, Purpose::EventName, hop.span);
            }
        }
        if !hops.is_empty() {
            let path = hops.iter().map(|hop| (hop.from, hop.link)).collect();
            self.found.paths.entry(path).or_insert(span);
        }
    }

    /// Adds what a trait reads, where the segment uses the trait.
    fn computed(&mut self, path: &Path, id: TraitId, span: Span) {
        self.found.traits.entry(id).or_insert(span);
        let Some(inner) = self.known.traits.get(&id) else { return };
        let led = |via: &[TraitId]| std::iter::once(id).chain(via.iter().copied()).take(MOST_STEPS).collect();
        add(&mut self.found.entities, &inner.entities, span);
        add(&mut self.found.fields, &inner.fields, span);
        add(&mut self.found.links, &inner.links, span);
        add(&mut self.found.paths, &inner.paths, span);
        add(&mut self.found.traits, &inner.traits, span);
        add(&mut self.found.ordered, &inner.ordered, span);
        self.found.clock = self.found.clock.or(inner.clock.map(|_| span));
        self.found.float_sum = self.found.float_sum.or(inner.float_sum.map(|_| span));
        for (&field, used) in &inner.sensitive {
            self.sensitive(field, FieldUse { span, others: Vec::new(), via: led(&used.via), ..used.clone() });
        }
        let own_row = self.is_own_row(path);
        for input in inner.inputs.values() {
            let own_row = own_row && input.own_row;
            self.input(Input { span, via: led(&input.via), own_row, ..input.clone() });
        }
    }
}

/// Adds what isn't yet there, read at a place.
fn add<K: Ord + Clone>(found: &mut BTreeMap<K, Span>, inner: &BTreeMap<K, Span>, span: Span) {
    for key in inner.keys() {
        if !found.contains_key(key) {
            found.insert(key.clone(), span);
        }
    }
}

impl Visitor for Collector<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => self.field(path.end, *field, Purpose::Named, value.span),
            ValueKind::Trait(path, id) => self.computed(path, *id, value.span),
            ValueKind::Bucket { entity, .. } => self.key(*entity, value.span),
            ValueKind::Now => self.found.clock = self.found.clock.or(Some(value.span)),
            _ => {}
        }
        walk_value(self, value);
    }

    fn cond(&mut self, cond: &Cond) {
        if let CondKind::InSegment(path, segment) = &cond.kind {
            let (segment, kind, own_row) = (*segment, InputKind::InSegment, self.is_own_row(path));
            self.input(Input { segment, kind, span: cond.span, via: Vec::new(), origin: None, own_row });
            self.key(path.end, cond.span);
        }
        walk_cond(self, cond);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.hops(&aggregate.hops, aggregate.span);
        for &(hop, field) in &aggregate.times {
            if let Some(hop) = aggregate.hops.get(hop) {
                self.field(hop.to, field, Purpose::Time, aggregate.span);
            }
        }
        let adds = matches!(aggregate.func, AggregateFunc::Sum | AggregateFunc::Avg);
        if adds && aggregate.value.as_ref().is_some_and(|value| value.ty == Type::Float) {
            self.found.float_sum = self.found.float_sum.or(Some(aggregate.span));
        }
        let by_order = matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last);
        // Rows of one time are in the order of their keys.
        if aggregate.ranked.is_some() || by_order {
            self.key(aggregate.end, aggregate.span);
        }
        if aggregate.ranked.is_some() || by_order && aggregate.end_in_time().is_none() {
            self.found.ordered.entry(aggregate.end).or_insert(aggregate.span);
        }
        self.inside(|this| walk_aggregate(this, aggregate));
    }

    fn periods(&mut self, periods: &Periods) {
        self.inside(|this| walk_periods(this, periods));
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.inside(|this| walk_sequence(this, sequence));
    }

    fn path(&mut self, path: &Path) {
        if let Some(first) = path.hops.first() {
            self.hops(&path.hops, first.span);
        }
    }
}
