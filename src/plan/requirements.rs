//! What a segment needs of its target, and how big it is: facts that flags and limits judge.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::outer_values::{outer_null_in_aggregate, outer_null_in_sequence};
use super::storage::SegmentStorage;
use crate::analyze::{Footprint, SegmentNode, reads_nothing};
use crate::catalog::{Catalog, Container, Entity, Field, FieldId, Inside, Storage, TableSource};
use crate::check::hir::{
    Aggregate, AggregateFunc, Cond, CondKind, Func, Hir, Keep, KeepKind, LocalTime, Path, Periods, Sequence,
    Value, ValueKind, Window,
};
use crate::check::visit::{
    Visitor, walk_aggregate, walk_cond, walk_keep, walk_segment, walk_value, walk_window,
};
use crate::diagnostic::Span;
use crate::dialect::Capability;
use crate::types::{BucketHash, Literal, Type, Unit};

/// What no segment can use yet, whatever the target can do: the constructs are refused when
/// they are checked.
pub const NOT_YET: &[Capability] = &[Capability::Grants];

/// What a segment needs, each with the place that needs it first.
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
    /// A number of days; a month counts 30, a quarter 91, a year 365.
    Days(u64),
    /// A window with an open side, or with a bound that a row decides.
    Unlimited,
}

/// Finds what a segment needs of a target.
pub(super) fn requirements(node: &SegmentNode, storage: SegmentStorage<'_>, target: &str) -> Requirements {
    let (hir, footprint) = (storage.hir, &*node.footprint);
    let segment = hir.segment(node.id);
    let mut collector = Collector { hir, needs: Requirements::default(), in_trait: None };
    walk_segment(&mut collector, segment);
    for (&computed, &span) in &footprint.traits {
        collector.in_trait = Some(span);
        collector.value(&hir.computed(computed).value);
    }
    let mut needs = collector.needs;
    needs.hops = longest_path(footprint);
    needs.containers(&hir.catalog, footprint);
    needs.shards(&hir.catalog, footprint, target);
    if let Some((.., span)) = segment.properties.expire {
        needs.capability(Capability::Expiry, span);
    }
    if let Some(column) = segment.columns.first().filter(|_| storage.is_table(node.id)) {
        needs.capability(Capability::MemberColumns, column.value.span);
    }
    if segment.properties.history {
        needs.capability(Capability::History, segment.name_span);
    }
    if let Some(group) = &segment.group {
        needs.capability(Capability::ExclusiveGroups, group.span);
    }
    for input in node.inputs() {
        needs.capability(Capability::SegmentComposition, input.written());
        if storage.is_table(input.segment) {
            needs.capability(Capability::MaterializedComposition, input.written());
        }
    }
    needs
}

/// The most links that are followed in a row, and the first place that does.
fn longest_path(footprint: &Footprint) -> Option<(usize, Span)> {
    let longest = footprint.paths.iter().max_by_key(|&(path, &span)| (path.len(), Reverse(span)));
    longest.map(|(path, &span)| (path.len(), span))
}

impl Requirements {
    fn capability(&mut self, capability: Capability, span: Span) {
        self.capabilities.entry(capability).or_insert(span);
    }

    /// What reading tables for each day needs, on the targets where an entity has them.
    fn shards(&mut self, catalog: &Catalog, footprint: &Footprint, target: &str) {
        for (&id, &span) in &footprint.entities {
            if let TableSource::Shards(shards) = catalog.entity(id).source_on(target) {
                self.capability(Capability::WildcardTables, span);
                if shards.zone != "UTC" {
                    self.capability(Capability::TimeZones, span);
                }
            }
        }
    }

    /// What reading fields needs that are inside documents or structs. Whether a row has been deleted is
    /// read wherever its entity is.
    fn containers(&mut self, catalog: &Catalog, footprint: &Footprint) {
        let read = footprint.fields.iter().map(|(&(entity, field), &span)| (span, entity, field));
        let marks = footprint.entities.iter().filter_map(|(&id, &span)| {
            let mark = catalog.entity(id).mark()?;
            Some((span, id, mark.field()))
        });
        let mut places: Vec<(Capability, Span)> = read
            .chain(marks)
            .flat_map(|(span, entity, field)| {
                let entity = catalog.entity(entity);
                let in_tables = in_event_tables(entity, field);
                of_container(entity.field(field)).chain(in_tables).map(move |capability| (capability, span))
            })
            .collect();
        places.sort_unstable();
        places.into_iter().for_each(|(capability, span)| self.capability(capability, span));
    }
}

/// What reading a field needs in the tables of an entity's events.
fn in_event_tables(entity: &Entity, id: FieldId) -> Vec<Capability> {
    let TableSource::Tables(tables) = &entity.source else { return Vec::new() };
    let held = tables.iter().filter_map(|table| table.fields.get(id.0 as usize)?.as_ref());
    let mut needs = BTreeSet::new();
    for held in held {
        needs.extend(of_container(&held.as_field(entity.field(id))));
        let is_local = matches!(&held.storage, Storage::Zone(zone) if zone != "UTC");
        needs.extend(is_local.then_some(Capability::TimeZones));
    }
    needs.into_iter().collect()
}

/// What reading a field needs, if it is inside a document or a struct.
fn of_container(field: &Field) -> impl Iterator<Item = Capability> + use<> {
    let inside = field.inside.as_ref();
    let container = match inside.map(|inside| inside.container) {
        Some(Container::Struct) => Some(Capability::Structs),
        Some(Container::Json | Container::JsonText) => Some(Capability::Json),
        None => (field.ty == Type::Json).then_some(Capability::Json),
    };
    let is_entry = inside.is_some_and(Inside::is_struct_entry);
    container.into_iter().chain(is_entry.then_some(Capability::StructEntries))
}

struct Collector<'a> {
    hir: &'a Hir,
    needs: Requirements,
    /// Where the segment uses the trait that the walk is in.
    in_trait: Option<Span>,
}

impl Collector<'_> {
    fn need(&mut self, capability: Capability, span: Span) {
        self.needs.capability(capability, self.in_trait.unwrap_or(span));
    }

    fn reaches(&mut self, reach: Reach, span: Span) {
        if self.needs.window.is_none_or(|(most, _)| reach > most) {
            self.needs.window = Some((reach, self.in_trait.unwrap_or(span)));
        }
    }
}

impl Visitor for Collector<'_> {
    fn cond(&mut self, cond: &Cond) {
        let joins = matches!(
            cond.kind,
            CondKind::And(_) | CondKind::Or(_) | CondKind::HowMany(..) | CondKind::Not(_)
        );
        if !joins {
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
        if is_decimal(value) {
            self.need(Capability::Decimals, value.span);
        }
        // Where numbers with a fraction are floats, the nearest one isn't found.
        if matches!(value.kind, ValueKind::Call(Func::ReadFloat, _)) {
            self.need(Capability::Decimals, value.span);
        }
        if let ValueKind::Call(Func::ReadLocal, args) = &value.kind
            && !matches!(&args[..], [_, zone] if matches!(&zone.kind, ValueKind::Literal(Literal::String(name)) if name == "UTC"))
        {
            self.need(Capability::TimeZones, value.span);
        }
        if matches!(value.kind, ValueKind::Call(Func::Lower | Func::Upper, _)) {
            self.need(Capability::LetterCase, value.span);
        }
        if matches!(value.ty, Type::Array(_)) {
            self.need(Capability::Arrays, value.span);
        }
        if let ValueKind::Bucket { .. } = &value.kind {
            self.need(Capability::Sampling, value.span);
        }
        if let ValueKind::Call(Func::Bucket(tool), _) = &value.kind {
            let capability = match tool.hash() {
                BucketHash::Sha1Share => Capability::Sha1,
                BucketHash::Md5Share | BucketHash::Md5Remainder => Capability::Sampling,
            };
            self.need(capability, value.span);
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
        if aggregate.window.is_none() && !aggregate.times.is_empty() {
            self.reaches(Reach::Unlimited, aggregate.span);
        }
        if aggregate.ranked.is_some() || matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last)
        {
            self.need(Capability::RowOrder, aggregate.span);
        }
        if let Some(span) = outer_null_in_aggregate(self.hir, aggregate) {
            self.need(Capability::OuterNulls, span);
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
        if let Some(span) = outer_null_in_sequence(self.hir, sequence) {
            self.need(Capability::OuterNulls, span);
        }
        if let Some(last) = sequence.steps.last().filter(|last| last.negated) {
            self.need(Capability::SequenceAbsence, last.rows.span);
        }
        for step in &sequence.steps {
            self.need(Capability::ManyLinkedConditions, step.rows.span);
            step.rows.filter.iter().for_each(|filter| self.cond(filter));
            step.matching.iter().for_each(|value| self.value(value));
        }
        sequence.window.iter().for_each(|window| self.window(window));
    }

    fn path(&mut self, path: &Path) {
        if let Some(hop) = path.hops.first() {
            self.need(Capability::LinkedConditions, hop.span);
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

/// Whether a value needs exact decimals. A constant that a float can hold is compared as it is.
fn is_decimal(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Literal(Literal::Decimal(number)) => number.normalized().digits() > FLOAT_DIGITS,
        ValueKind::Literal(_) => false,
        _ => matches!(value.ty, Type::Decimal { .. }),
    }
}

/// How many digits of a decimal a float holds.
const FLOAT_DIGITS: u64 = 15;

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
