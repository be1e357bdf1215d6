//! What a segment needs of its target, and how big it is: facts that flags and limits judge.

use std::collections::{BTreeMap, BTreeSet};

use super::storage::SegmentStorage;
use crate::analyze::{Input, reads_nothing};
use crate::catalog::{Container, EntityId, FieldId};
use crate::check::hir::{
    Aggregate, AggregateFunc, Cond, CondKind, Hir, Hop, Keep, KeepKind, LocalTime, Path, Periods, SegmentId,
    Sequence, TraitId, Value, ValueKind, Window,
};
use crate::check::visit::{
    Visitor, walk_aggregate, walk_cond, walk_keep, walk_segment, walk_value, walk_window,
};
use crate::diagnostic::Span;
use crate::dialect::Capability;
use crate::types::{Type, Unit};

/// What no segment can use yet, whatever the target can do: the constructs are refused when
/// they are checked.
pub const NOT_YET: &[Capability] = &[Capability::Grants];

/// What a segment needs.
#[derive(Debug, Clone, Default)]
pub(super) struct Requirements {
    /// Each capability, where it is needed first.
    pub(super) capabilities: BTreeMap<Capability, Span>,
    /// The most links in one path, and where.
    pub(super) hops: Option<(usize, Span)>,
    /// How far the window that reaches furthest does, and where.
    pub(super) window: Option<(Reach, Span)>,
    /// How many single conditions it has.
    pub(super) conditions: usize,
}

/// How far a window reaches from as_of, back or ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Days, about.
    Days(u64),
    /// A window with an open side, or with a bound that a row decides.
    Unlimited,
}

/// Finds what a segment needs.
pub(super) fn needs(id: SegmentId, inputs: &[Input], storage: SegmentStorage<'_>) -> Requirements {
    let hir = storage.hir;
    let segment = hir.segment(id);
    let mut collector =
        Collector { hir, needs: Requirements::default(), traits: BTreeSet::new(), todo: Vec::new() };
    walk_segment(&mut collector, segment);
    collector.mark(segment.entity, segment.name_span);
    while let Some((computed, span)) = collector.todo.pop() {
        if collector.traits.insert(computed) {
            let mut inner =
                Collector { hir, needs: Requirements::default(), traits: BTreeSet::new(), todo: Vec::new() };
            inner.value(&hir.computed(computed).value);
            collector.merge(inner, span);
        }
    }
    let mut needs = collector.needs;
    if let Some((.., span)) = segment.properties.expire {
        needs.capabilities.entry(Capability::Expiry).or_insert(span);
    }
    if segment.properties.history {
        needs.capabilities.entry(Capability::History).or_insert(segment.name_span);
    }
    if let Some(group) = &segment.group {
        needs.capabilities.entry(Capability::ExclusiveGroups).or_insert(group.span);
    }
    for input in inputs {
        needs.capabilities.entry(Capability::SegmentComposition).or_insert(input.span);
        if storage.is_table(input.segment) {
            needs.capabilities.entry(Capability::MaterializedComposition).or_insert(input.span);
        }
    }
    needs
}

struct Collector<'a> {
    hir: &'a Hir,
    needs: Requirements,
    traits: BTreeSet<TraitId>,
    todo: Vec<(TraitId, Span)>,
}

impl Collector<'_> {
    /// Takes over what a trait needs, at the place where the segment uses the trait.
    fn merge(&mut self, inner: Self, span: Span) {
        for &capability in inner.needs.capabilities.keys() {
            self.needs.capabilities.entry(capability).or_insert(span);
        }
        if let Some((hops, _)) = inner.needs.hops {
            self.path_length(hops, span);
        }
        if let Some((reach, _)) = inner.needs.window {
            self.reaches(reach, span);
        }
        self.needs.conditions += inner.needs.conditions;
        self.todo.extend(inner.todo.into_iter().map(|(id, _)| (id, span)));
    }

    fn need(&mut self, capability: Capability, span: Span) {
        self.needs.capabilities.entry(capability).or_insert(span);
    }

    /// What reading a field needs that is inside a document or a struct.
    fn inside(&mut self, entity: EntityId, field: FieldId, span: Span) {
        let field = self.hir.catalog.entity(entity).field(field);
        let container = field.inside.as_ref().map(|inside| inside.container);
        match container {
            Some(Container::Struct) => self.need(Capability::Structs, span),
            Some(Container::Json | Container::JsonText) => self.need(Capability::Json, span),
            None if field.ty == Type::Json => self.need(Capability::Json, span),
            None => {}
        }
    }

    /// What telling an entity's deleted rows needs.
    fn mark(&mut self, entity: EntityId, span: Span) {
        if let Some(mark) = self.hir.catalog.entity(entity).deleted_at() {
            self.inside(entity, mark, span);
        }
    }

    /// The fields that a hop compares, and that tell whether it leads to a row.
    fn hop(&mut self, hop: &Hop, span: Span) {
        let catalog = &self.hir.catalog;
        for &(own, target) in &catalog.entity(hop.from).link(hop.link).on {
            self.inside(hop.from, own, span);
            self.inside(hop.to, target, span);
        }
        if let (Some(_), Some(name)) = (&hop.event, catalog.entity(hop.to).event_name) {
            self.inside(hop.to, name, span);
        }
        self.mark(hop.to, span);
    }

    fn path_length(&mut self, hops: usize, span: Span) {
        if hops > self.needs.hops.map_or(0, |(most, _)| most) {
            self.needs.hops = Some((hops, span));
        }
    }

    fn reaches(&mut self, reach: Reach, span: Span) {
        if self.needs.window.is_none_or(|(most, _)| reach > most) {
            self.needs.window = Some((reach, span));
        }
    }
}

impl Visitor for Collector<'_> {
    fn cond(&mut self, cond: &Cond) {
        if !matches!(cond.kind, CondKind::And(_) | CondKind::Or(_) | CondKind::Not(_)) {
            self.needs.conditions += 1;
        }
        match &cond.kind {
            CondKind::Matches(..) => self.need(Capability::Regex, cond.span),
            CondKind::Resembles(..) => self.need(Capability::FuzzyMatch, cond.span),
            CondKind::Anniversary(..) => self.need(Capability::Anniversaries, cond.span),
            _ => {}
        }
        walk_cond(self, cond);
    }

    fn value(&mut self, value: &Value) {
        if value.ty == Type::Semver {
            self.need(Capability::Semver, value.span);
        }
        if let ValueKind::Trait(_, id) = &value.kind {
            self.todo.push((*id, value.span));
        }
        if matches!(value.ty, Type::Array(_)) {
            self.need(Capability::Arrays, value.span);
        }
        if let ValueKind::Field(path, field) = &value.kind {
            self.inside(path.end, *field, value.span);
        }
        if let ValueKind::Bucket { .. } = &value.kind {
            self.need(Capability::Sampling, value.span);
        }
        walk_value(self, value);
    }

    fn keep(&mut self, keep: &Keep) {
        let capability = match &keep.kind {
            KeepKind::Rank { .. } => Capability::Ranking,
            KeepKind::Sample { .. } => Capability::Sampling,
        };
        self.need(capability, keep.span);
        walk_keep(self, keep);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.need(Capability::ManyLinkedConditions, aggregate.span);
        self.path_length(aggregate.hops.len(), aggregate.span);
        for hop in &aggregate.hops {
            self.hop(hop, aggregate.span);
        }
        for &(hop, field) in &aggregate.times {
            if let Some(hop) = aggregate.hops.get(hop) {
                self.inside(hop.to, field, aggregate.span);
            }
        }
        if aggregate.window.is_none() && !aggregate.times.is_empty() {
            self.reaches(Reach::Unlimited, aggregate.span);
        }
        if aggregate.ranked.is_some() || matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last)
        {
            self.need(Capability::RowOrder, aggregate.span);
        }
        if aggregate.func == AggregateFunc::Mode {
            self.need(Capability::Modes, aggregate.span);
        }
        walk_aggregate(self, aggregate);
    }

    fn periods(&mut self, periods: &Periods) {
        self.need(Capability::Periods, periods.rows.span);
        // Its bounds lie in the window of its rows.
        self.aggregate(&periods.rows);
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.need(Capability::Sequences, sequence.source);
        // The window is the sequence's, not each step's.
        if sequence.window.is_none() {
            self.reaches(Reach::Unlimited, sequence.source);
        }
        for step in &sequence.steps {
            self.need(Capability::ManyLinkedConditions, step.rows.span);
            self.path_length(step.rows.hops.len(), step.rows.span);
            step.rows.filter.iter().for_each(|filter| self.cond(filter));
            step.matching.iter().for_each(|value| self.value(value));
        }
        sequence.window.iter().for_each(|window| self.window(window));
    }

    fn path(&mut self, path: &Path) {
        if let Some(hop) = path.hops.first() {
            self.need(Capability::LinkedConditions, hop.span);
            self.path_length(path.hops.len(), hop.span);
            for hop in &path.hops {
                self.hop(hop, hop.span);
            }
        }
    }

    fn window(&mut self, window: &Window) {
        // An end that is open stands for as_of, a beginning for all that ever was.
        let back = window.from.as_ref().map_or(Some(Reach::Unlimited), reach);
        let ahead = window.to.as_ref().and_then(reach);
        if let Some(furthest) = back.max(ahead) {
            self.reaches(furthest, window.span);
        }
        walk_window(self, window);
    }
}

/// How far a bound lies from as_of; `None` for a fixed one, which may lie anywhere.
fn reach(bound: &Value) -> Option<Reach> {
    if reads_nothing(bound) {
        return None;
    }
    Some(days_from_now(bound).map_or(Reach::Unlimited, |days| Reach::Days(days.unsigned_abs())))
}

/// How many days after as_of a bound lies, about; `None` if a row decides.
fn days_from_now(bound: &Value) -> Option<i64> {
    match &bound.kind {
        ValueKind::Now => Some(0),
        ValueKind::ShiftExact(inner, micros) => {
            days_from_now(inner)?.checked_add(micros.checked_div(86_400_000_000)?)
        }
        ValueKind::Instant(local) => local_days_from_now(local),
        ValueKind::LocalDate(local) => local_days_from_now(local),
        _ => None,
    }
}

fn local_days_from_now(local: &LocalTime) -> Option<i64> {
    match local {
        LocalTime::Of(value) => days_from_now(value),
        LocalTime::StartOf(_, inner) => local_days_from_now(inner),
        LocalTime::Shift(inner, by, unit) => {
            let days = match unit {
                Unit::Week => 7,
                Unit::Month => 30,
                Unit::Quarter => 91,
                Unit::Year => 365,
                Unit::Second | Unit::Minute | Unit::Hour | Unit::Day => 1,
            };
            by.checked_mul(days)?.checked_add(local_days_from_now(inner)?)
        }
    }
}
