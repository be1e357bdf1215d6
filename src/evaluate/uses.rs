//! The dependencies of an expression: hops, traits and segments.

use std::collections::BTreeSet;

use super::order::Node;
use crate::catalog::{EntityId, LinkId};
use crate::check::hir::{Aggregate, Cond, CondKind, Hop, LocalTime, Path, Value, ValueKind, Window};

/// Everything that has to be at hand before an expression can be evaluated.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Links that are followed.
    pub(super) links: BTreeSet<(EntityId, LinkId)>,
    /// Traits and segments that are referred to.
    pub(super) nodes: BTreeSet<Node>,
}

/// A part of an expression that is still to be looked at.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Cond(&'a Cond),
    Value(&'a Value),
    Local(&'a LocalTime),
    Aggregate(&'a Aggregate),
    Window(&'a Window),
}

/// Collects from expressions; with a list of its own, not the stack, so at any depth.
pub(super) fn uses<'a>(parts: impl IntoIterator<Item = Part<'a>>) -> Uses {
    let mut uses = Uses::default();
    let mut todo: Vec<Part<'a>> = parts.into_iter().collect();
    while let Some(part) = todo.pop() {
        match part {
            Part::Cond(cond) => uses.cond(cond, &mut todo),
            Part::Value(value) => uses.value(value, &mut todo),
            Part::Local(LocalTime::Of(value)) => todo.push(Part::Value(value)),
            Part::Local(LocalTime::StartOf(_, local) | LocalTime::Shift(local, _, _)) => {
                todo.push(Part::Local(local));
            }
            Part::Aggregate(aggregate) => uses.aggregate(aggregate, &mut todo),
            Part::Window(window) => todo.extend(window.from.iter().chain(&window.to).map(Part::Value)),
        }
    }
    uses
}

impl Uses {
    fn hops(&mut self, hops: &[Hop]) {
        self.links.extend(hops.iter().map(|hop| (hop.from, hop.link)));
    }

    fn path(&mut self, path: &Path, node: Option<Node>) {
        self.hops(&path.hops);
        self.nodes.extend(node);
    }

    fn aggregate<'a>(&mut self, aggregate: &'a Aggregate, todo: &mut Vec<Part<'a>>) {
        self.hops(&aggregate.hops);
        todo.extend(aggregate.window.iter().map(Part::Window));
        todo.extend(aggregate.value.iter().map(Part::Value));
        todo.extend(aggregate.filter.iter().map(Part::Cond));
    }

    fn cond<'a>(&mut self, cond: &'a Cond, todo: &mut Vec<Part<'a>>) {
        match &cond.kind {
            CondKind::Constant(_) => {}
            CondKind::And(parts) | CondKind::Or(parts) => todo.extend(parts.iter().map(Part::Cond)),
            CondKind::Not(inner) => todo.push(Part::Cond(inner)),
            CondKind::Compare(_, left, right)
            | CondKind::Text(_, left, right)
            | CondKind::Contains(left, right) => {
                todo.extend([Part::Value(left), Part::Value(right)]);
            }
            CondKind::Between(value, low, high) => {
                todo.extend([Part::Value(value), Part::Value(low), Part::Value(high)]);
            }
            CondKind::In(value, _)
            | CondKind::Missing(value)
            | CondKind::True(value)
            | CondKind::Matches(value, _)
            | CondKind::Resembles(value, _, _)
            | CondKind::ContainsAny(value, _)
            | CondKind::ContainsAll(value, _)
            | CondKind::Empty(value) => {
                todo.push(Part::Value(value));
            }
            CondKind::During(value, window) | CondKind::Anniversary(value, window) => {
                todo.extend([Part::Value(value), Part::Window(window)])
            }
            CondKind::InSegment(path, segment) => self.path(path, Some(Node::Segment(*segment))),
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => {
                todo.push(Part::Aggregate(aggregate));
            }
            CondKind::Sequence(sequence) => {
                todo.extend(sequence.steps.iter().map(|step| Part::Aggregate(&step.rows)));
                todo.extend(sequence.steps.iter().filter_map(|step| step.matching.as_ref()).map(Part::Value));
                todo.extend(sequence.window.iter().map(Part::Window));
            }
        }
    }

    fn value<'a>(&mut self, value: &'a Value, todo: &mut Vec<Part<'a>>) {
        match &value.kind {
            ValueKind::Literal(_) | ValueKind::Now | ValueKind::Bucket { .. } => {}
            ValueKind::Field(path, _) => self.path(path, None),
            ValueKind::Trait(path, id) => self.path(path, Some(Node::Trait(*id))),
            ValueKind::Aggregate(aggregate) => todo.push(Part::Aggregate(aggregate)),
            ValueKind::Arithmetic(_, left, right) | ValueKind::DaysBetween(left, right) => {
                todo.extend([Part::Value(left), Part::Value(right)]);
            }
            ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => todo.push(Part::Value(inner)),
            ValueKind::Call(_, args) => todo.extend(args.iter().map(Part::Value)),
            ValueKind::Instant(local) | ValueKind::LocalDate(local) | ValueKind::LocalPart(_, local) => {
                todo.push(Part::Local(local));
            }
            ValueKind::Periods(periods) => {
                todo.push(Part::Aggregate(&periods.rows));
                todo.extend(periods.bounds.iter().map(Part::Value));
            }
            ValueKind::Condition(cond) => todo.push(Part::Cond(cond)),
        }
    }
}
