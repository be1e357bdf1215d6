//! Walks over everything that a segment reads, with the place where it is read.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::change_tracking::{linked, may_vanish, moves, says_nothing, stamp, vanishes};
use super::clock_predicates::{Reads, is_instant};
use super::substitute::value_without_traits;
use super::{Trigger, TriggerKind};
use crate::analyze::obstacle::Obstacle;
use crate::catalog::{Changes, EntityId, FieldId};
use crate::check::columns::follows_clock;
use crate::check::hir::{
    Aggregate, AggregateFunc, Base, Column, Cond, CondKind, Hir, Hop, Keep, KeepKind, Path, Periods,
    SegmentId, Sequence, Value, ValueKind, Window,
};
use crate::check::visit::{Visitor, walk_aggregate, walk_cond, walk_keep, walk_rules, walk_value};
use crate::check::words;
use crate::diagnostic::{Sources, Span};
use crate::types::Type;

/// Where an expression is read: the hops from the segment's entity to its row.
#[derive(Debug, Clone)]
pub(super) struct RowPlace {
    pub(super) hops: Vec<Hop>,
    pub(super) entity: EntityId,
    /// How many of the hops lead to the row that `outer` is.
    pub(super) outer: Option<usize>,
}

impl RowPlace {
    /// The rows of an aggregate of this row.
    pub(super) fn below(&self, hops: &[Hop], end: EntityId) -> Self {
        let all = self.hops.iter().chain(hops).cloned().collect();
        Self { hops: all, entity: end, outer: Some(self.hops.len()) }
    }
}

pub(super) struct Walker<'a> {
    pub(super) hir: &'a Hir,
    pub(super) sources: &'a Sources,
    stored: &'a BTreeSet<SegmentId>,
    pub(super) triggers: Vec<Trigger>,
    obstacles: Vec<Obstacle>,
    pub(super) at: RowPlace,
    /// The segment's own entity.
    own: EntityId,
    /// Whether the project's zone has days whose first moment comes twice.
    pub(super) repeats: OnceCell<bool>,
    /// Entities of whose changes nothing is declared, with the fields that links lead to.
    undeclared: BTreeMap<EntityId, BTreeSet<FieldId>>,
    /// Places whose rows have been looked at.
    reached: BTreeSet<String>,
    /// Segments that have been walked in place, each with the place: one that several others
    /// refer to would else be walked along every way that leads to it.
    walked: BTreeSet<(SegmentId, String)>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(hir: &'a Hir, sources: &'a Sources, stored: &'a BTreeSet<SegmentId>) -> Self {
        let at = RowPlace { hops: Vec::new(), entity: EntityId(0), outer: None };
        let (undeclared, reached, walked) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let (triggers, obstacles) = (Vec::new(), Vec::new());
        let (own, repeats) = (EntityId(0), OnceCell::new());
        Self { hir, sources, stored, triggers, obstacles, at, own, repeats, undeclared, reached, walked }
    }

    /// Everything that the segment itself reads.
    pub(super) fn root(&mut self, id: SegmentId) {
        let segment = self.hir.segment(id);
        self.own = segment.entity;
        self.at = RowPlace { hops: Vec::new(), entity: segment.entity, outer: None };
        let entity = self.hir.catalog.entity(segment.entity);
        // Its key never changes, whatever `changes` says; where that says nothing, the rows are an
        // obstacle.
        self.reach(&self.at.clone());
        if may_vanish(entity) {
            self.trigger(&self.at.clone(), TriggerKind::DeletedRow, None);
        }
        self.segment(id, true);
    }

    pub(super) fn finish(self) -> Result<Vec<Trigger>, Vec<Obstacle>> {
        let undeclared = self.undeclared.iter().map(|(&id, linked)| {
            let entity = self.hir.catalog.entity(id);
            says_nothing(entity, linked).at(entity.span)
        });
        let obstacles: Vec<Obstacle> = undeclared.chain(self.obstacles).collect();
        if obstacles.is_empty() { Ok(self.triggers) } else { Err(obstacles) }
    }

    pub(super) fn obstacle(&mut self, obstacle: Obstacle) {
        if !self.obstacles.iter().any(|known| known.says_the_same(&obstacle)) {
            self.obstacles.push(obstacle);
        }
    }

    /// The rules of a segment over the row that the walk is at.
    fn segment(&mut self, id: SegmentId, is_root: bool) {
        let segment = self.hir.segment(id);
        let parent = segment.parent.iter().map(|(parent, _)| parent);
        let before = segment.group.iter().flat_map(|group| &group.before);
        for &input in parent.chain(before) {
            self.member_of(input);
        }
        let ranks = segment.keeps.iter().any(|keep| matches!(keep.kind, KeepKind::Rank { .. }));
        if ranks && !is_root {
            self.obstacle(
                Obstacle::lifted_by(
                    format!("`{}` has a `keep`, which ranks all entities, and isn't stored", segment.name),
                    format!("store `{}` with `materialize: incremental`", segment.name),
                )
                .at(segment.name_span),
            );
        }
        walk_rules(self, segment);
        // The columns of another segment aren't read.
        for column in segment.columns.iter().filter(|_| is_root) {
            self.column(column);
        }
    }

    /// Whether the row that the walk is at is a member of a segment.
    fn member_of(&mut self, id: SegmentId) {
        if self.stored.contains(&id) {
            let known = |trigger: &Trigger| {
                matches!(trigger.kind, TriggerKind::Members(other) if other == id)
                    && trigger.place.iter().eq(&self.at.hops)
            };
            if !self.triggers.iter().any(known) {
                self.trigger(&self.at.clone(), TriggerKind::Members(id), None);
            }
            return;
        }
        if self.walked.insert((id, spelled(&self.at.hops))) {
            let outer = self.at.outer.take();
            self.segment(id, false);
            self.at.outer = outer;
        }
    }

    /// Looks at the rows at a place, and at those passed through on the way.
    fn reach(&mut self, place: &RowPlace) {
        for length in 0..=place.hops.len() {
            let hops = &place.hops[..length];
            if !self.reached.insert(spelled(hops)) {
                continue;
            }
            let entity = hops.last().map_or(self.own, |hop| hop.to);
            self.rows(RowPlace { hops: hops.to_vec(), entity, outer: None });
        }
    }

    fn rows(&mut self, place: RowPlace) {
        let catalog = &self.hir.catalog;
        let entity = catalog.entity(place.entity);
        let mut found: Vec<Obstacle> = Vec::new();
        match stamp(entity) {
            Ok(Some(_)) => self.trigger(&place, TriggerKind::Arrival, None),
            Ok(None) => {}
            Err(obstacles) => found.extend(obstacles),
        }
        if entity.changes == Changes::Unknown {
            let fields = self.undeclared.entry(place.entity).or_default();
            fields.extend(place.hops.last().into_iter().flat_map(|hop| linked(catalog, hop)));
        }
        if let Some(hop) = place.hops.last() {
            found.extend(moves(catalog, hop));
            found.extend(vanishes(entity));
        }
        found.into_iter().for_each(|obstacle| self.obstacle(obstacle.at(entity.span)));
    }

    /// The place that a path leads to from here.
    fn along(&self, path: &Path) -> RowPlace {
        let start = match (path.base, self.at.outer) {
            (Base::Outer, Some(outer)) => &self.at.hops[..outer],
            _ => &self.at.hops[..],
        };
        let hops = start.iter().chain(&path.hops).cloned().collect();
        RowPlace { hops, entity: path.end, outer: None }
    }

    /// Whether a value is true where a condition is, even that of a trait: its parts are looked at.
    fn is_condition(&self, value: &Value) -> bool {
        match &value.kind {
            ValueKind::Condition(_) => true,
            ValueKind::Trait(_, id) => self.is_condition(&self.hir.computed(*id).value),
            _ => false,
        }
    }

    /// Goes on at another place, and returns.
    fn visit_at(&mut self, place: RowPlace, visit: impl FnOnce(&mut Self)) {
        let here = std::mem::replace(&mut self.at, place);
        visit(self);
        self.at = here;
    }

    /// What moves past the times of an aggregate's rows: the cut at as_of, and the edges of its
    /// windows.
    fn edges(&mut self, aggregate: &Aggregate, windows: &[&Window], more: &[Value]) {
        let last = aggregate.times.len().saturating_sub(1);
        for (at, &(hop, field)) in aggregate.times.iter().enumerate() {
            let Some(end) = aggregate.hops.get(hop) else { continue };
            let place = self.at.below(&aggregate.hops[..=hop], end.to);
            let own = at == last;
            let cut = !own || windows.iter().all(|window| !window.admits_future);
            if cut {
                self.window_edge(&place, field, &now(aggregate.span), None);
            }
            if own {
                for window in windows {
                    self.window_edges(&place, field, window);
                }
                for bound in more {
                    self.window_edge(&place, field, bound, None);
                }
            }
        }
    }

    fn window_edges(&mut self, place: &RowPlace, field: FieldId, window: &Window) {
        for bound in window.from.iter().chain(&window.to) {
            let written_out = value_without_traits(self.hir, bound);
            if is_instant(&written_out) {
                self.window_edge(place, field, &written_out, Some(window.span));
            } else if Reads::of_value(&written_out).clock {
                let time = Box::new(self.time(place.entity, field, window.span));
                let cond = Cond { kind: CondKind::During(time, window.clone()), span: window.span };
                self.visit_at(place.clone(), |walker| walker.predicate(&cond));
            }
        }
    }

    fn window_edge(&mut self, place: &RowPlace, field: FieldId, instant: &Value, written: Option<Span>) {
        let value = Box::new(self.time(place.entity, field, instant.span));
        let kind = TriggerKind::WindowEdge { value, instant: Box::new(instant.clone()), outer: place.outer };
        if Reads::of_value(instant).clock {
            self.trigger(place, kind, written);
        }
    }

    /// The time of a row.
    fn time(&self, entity: EntityId, field: FieldId, span: Span) -> Value {
        let declared = self.hir.catalog.entity(entity).field(field);
        let path = Path { base: Base::This, hops: Vec::new(), end: entity };
        let (ty, nullable) = (declared.ty.clone(), declared.nullable);
        Value { kind: ValueKind::Field(path, field), ty, nullable, span }
    }
}

/// Hops as text, by which places are known.
fn spelled(hops: &[Hop]) -> String {
    let words = hops.iter().map(|hop| format!("{:?}", (hop.from, hop.link, &hop.event)));
    words.collect::<Vec<_>>().join(" ")
}

fn now(span: Span) -> Value {
    Value { kind: ValueKind::Now, ty: Type::Timestamp, nullable: false, span }
}

impl Visitor for Walker<'_> {
    fn path(&mut self, path: &Path) {
        let place = self.along(path);
        self.reach(&place);
    }

    fn value(&mut self, value: &Value) {
        walk_value(self, value);
        if let ValueKind::Trait(path, id) = &value.kind {
            let (place, defined) = (self.along(path), &self.hir.computed(*id).value);
            self.visit_at(place, |walker| walker.value(defined));
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match &cond.kind {
            CondKind::And(_)
            | CondKind::Or(_)
            | CondKind::HowMany(..)
            | CondKind::Not(_)
            | CondKind::Constant(_) => {}
            CondKind::Exists(_) | CondKind::Every(_) | CondKind::Sequence(_) => {}
            CondKind::True(value) if self.is_condition(value) => {}
            CondKind::InSegment(path, id) => {
                let place = self.along(path);
                self.reach(&place);
                return self.visit_at(place, |walker| walker.member_of(*id));
            }
            _ => self.predicate(cond),
        }
        walk_cond(self, cond);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        let place = self.at.below(&aggregate.hops, aggregate.end);
        self.reach(&place);
        aggregate.value.iter().for_each(|value| self.of_each_row(value));
        let windows: Vec<&Window> = aggregate.window.iter().collect();
        self.edges(aggregate, &windows, &[]);
        self.visit_at(place, |walker| walk_aggregate(walker, aggregate));
    }

    fn periods(&mut self, periods: &Periods) {
        self.aggregate(&periods.rows);
        let place = self.at.below(&periods.rows.hops, periods.rows.end);
        for bound in &periods.bounds {
            let written_out = value_without_traits(self.hir, bound);
            if Reads::of_value(&written_out).clock && !is_instant(bound) {
                let reason = "the edges of its periods depend on both a row and the clock";
                self.obstacle(Obstacle::new(reason).at(periods.rows.span));
            }
            self.visit_at(place.clone(), |walker| walker.value(bound));
        }
        let rows = Aggregate { window: None, filter: None, value: None, ..periods.rows.clone() };
        self.edges(&rows, &[], &periods.bounds);
    }

    fn sequence(&mut self, sequence: &Sequence) {
        let trailing = sequence.steps.last().filter(|step| step.negated).and(sequence.span);
        for (at, step) in sequence.steps.iter().enumerate() {
            self.aggregate(&step.rows);
            let windows: Vec<&Window> = sequence.window.iter().collect();
            // It holds only once the first step is so long ago.
            let waited = trailing.filter(|_| at == 0).map(|span| {
                let kind = ValueKind::ShiftExact(Box::new(now(sequence.source)), span.saturating_neg());
                Value { kind, ..now(sequence.source) }
            });
            self.edges(&step.rows, &windows, waited.as_slice());
            let place = self.at.below(&step.rows.hops, step.rows.end);
            self.visit_at(place, |walker| {
                if let Some(value) = &step.matching {
                    walker.of_each_row(value);
                    walker.value(value);
                }
                windows.iter().flat_map(|window| window.from.iter().chain(&window.to)).for_each(|bound| {
                    walker.value(bound);
                });
            });
        }
    }

    fn keep(&mut self, keep: &Keep) {
        if let KeepKind::Rank { per, by, .. } = &keep.kind {
            for value in per.iter().chain([by]) {
                self.ranks_by(value);
            }
        }
        walk_keep(self, keep);
    }

    /// A column that is computed from the clock changes for members whom nothing else affects (R11).
    fn column(&mut self, column: &Column) {
        if follows_clock(self.hir, &column.value) {
            let reason = format!("its column `{}` changes at every run", column.name);
            self.obstacle(Obstacle::new(reason).at(column.value.span));
        }
        self.value(&column.value);
    }
}

impl Walker<'_> {
    /// A value that is stored to rank by it changes only for affected keys (R6).
    fn ranks_by(&mut self, value: &Value) {
        let whole = Cond { kind: CondKind::Missing(Box::new(value.clone())), span: value.span };
        let (written_out, _) = super::substitute::without_traits(self.hir, &whole);
        let reads = Reads::of_cond(&written_out);
        if value.ty == Type::Semver {
            let reason = "it ranks by versions, which aren't stored in their order";
            self.obstacle(Obstacle::new(reason).at(value.span));
        }
        if reads.clock {
            let text = words::value(self.hir, self.sources, value);
            let reason = format!("it ranks by `{text}`, which changes at every run");
            self.obstacle(Obstacle::new(reason).at(value.span));
        }
        let sums = |aggregate: &Aggregate| matches!(aggregate.func, AggregateFunc::Sum | AggregateFunc::Avg);
        if value.ty == Type::Float && reads.aggregates.iter().any(sums) {
            let text = words::value(self.hir, self.sources, value);
            let reason =
                format!("it ranks by `{text}`, a float, whose last digits depend on the order of its rows");
            self.obstacle(Obstacle::new(reason).at(value.span));
        }
    }
}
