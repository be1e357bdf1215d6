//! The dependencies of an expression: hops, traits and segments.

use std::collections::BTreeSet;

use super::order::Definition;
use crate::catalog::{EntityId, LinkId};
use crate::check::hir::{Aggregate, Cond, CondKind, Hop, LocalTime, Path, Value, ValueKind, Window};

/// Everything that has to be at hand before an expression can be evaluated.
#[derive(Debug, Default)]
pub(super) struct Uses {
    pub(super) links: BTreeSet<(EntityId, LinkId)>,
    /// Traits and segments that are referred to.
    pub(super) nodes: BTreeSet<Definition>,
}

/// A part of an expression that is still to be looked at.
#[derive(Clone, Copy)]
pub(super) enum Expression<'a> {
    Cond(&'a Cond),
    Value(&'a Value),
    Local(&'a LocalTime),
    Aggregate(&'a Aggregate),
    Window(&'a Window),
}

/// Collects from expressions; with a list of its own, not the stack, so at any depth.
pub(super) fn uses<'a>(parts: impl IntoIterator<Item = Expression<'a>>) -> Uses {
    let mut uses = Uses::default();
    let mut todo: Vec<Expression<'a>> = parts.into_iter().collect();
    while let Some(part) = todo.pop() {
        match part {
            Expression::Cond(cond) => uses.cond(cond, &mut todo),
            Expression::Value(value) => uses.value(value, &mut todo),
            Expression::Local(LocalTime::Of(value)) => todo.push(Expression::Value(value)),
            Expression::Local(LocalTime::StartOf(_, local) | LocalTime::Shift(local, _, _)) => {
                todo.push(Expression::Local(local));
            }
            Expression::Aggregate(aggregate) => uses.aggregate(aggregate, &mut todo),
            Expression::Window(window) => {
                todo.extend(window.from.iter().chain(&window.to).map(Expression::Value))
            }
        }
    }
    uses
}

impl Uses {
    fn hops(&mut self, hops: &[Hop]) {
        self.links.extend(hops.iter().map(|hop| (hop.from, hop.link)));
    }

    fn path(&mut self, path: &Path, node: Option<Definition>) {
        self.hops(&path.hops);
        self.nodes.extend(node);
    }

    fn aggregate<'a>(&mut self, aggregate: &'a Aggregate, todo: &mut Vec<Expression<'a>>) {
        self.hops(&aggregate.hops);
        todo.extend(aggregate.window.iter().map(Expression::Window));
        todo.extend(aggregate.value.iter().map(Expression::Value));
        todo.extend(aggregate.filter.iter().map(Expression::Cond));
    }

    fn cond<'a>(&mut self, cond: &'a Cond, todo: &mut Vec<Expression<'a>>) {
        match &cond.kind {
            CondKind::Constant(_) => {}
            CondKind::And(parts) | CondKind::Or(parts) | CondKind::HowMany(_, _, parts) => {
                todo.extend(parts.iter().map(Expression::Cond));
            }
            CondKind::Not(inner) => todo.push(Expression::Cond(inner)),
            CondKind::Compare(_, left, right)
            | CondKind::Text(_, left, right)
            | CondKind::Contains(left, right) => {
                todo.extend([Expression::Value(left), Expression::Value(right)]);
            }
            CondKind::Between(value, low, high) => {
                todo.extend([Expression::Value(value), Expression::Value(low), Expression::Value(high)]);
            }
            CondKind::In(value, _)
            | CondKind::Missing(value)
            | CondKind::True(value)
            | CondKind::Matches(value, _)
            | CondKind::Resembles(value, _, _)
            | CondKind::ContainsAny(value, _)
            | CondKind::ContainsAll(value, _)
            | CondKind::Empty(value) => {
                todo.push(Expression::Value(value));
            }
            CondKind::During(value, window) | CondKind::Anniversary(value, window) => {
                todo.extend([Expression::Value(value), Expression::Window(window)])
            }
            CondKind::InSegment(path, segment) => self.path(path, Some(Definition::Segment(*segment))),
            CondKind::Exists(aggregate) | CondKind::Every(aggregate) => {
                todo.push(Expression::Aggregate(aggregate));
            }
            CondKind::Sequence(sequence) => {
                todo.extend(sequence.steps.iter().map(|step| Expression::Aggregate(&step.rows)));
                todo.extend(
                    sequence.steps.iter().filter_map(|step| step.matching.as_ref()).map(Expression::Value),
                );
                todo.extend(sequence.window.iter().map(Expression::Window));
            }
        }
    }

    fn value<'a>(&mut self, value: &'a Value, todo: &mut Vec<Expression<'a>>) {
        match &value.kind {
            ValueKind::Literal(_) | ValueKind::Now | ValueKind::Bucket { .. } => {}
            ValueKind::Field(path, _) => self.path(path, None),
            ValueKind::Trait(path, id) => self.path(path, Some(Definition::Trait(*id))),
            ValueKind::Aggregate(aggregate) => todo.push(Expression::Aggregate(aggregate)),
            ValueKind::Arithmetic(_, left, right) | ValueKind::DaysBetween(left, right) => {
                todo.extend([Expression::Value(left), Expression::Value(right)]);
            }
            ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => todo.push(Expression::Value(inner)),
            ValueKind::Call(_, args) => todo.extend(args.iter().map(Expression::Value)),
            ValueKind::Instant(local) | ValueKind::LocalDate(local) | ValueKind::LocalPart(_, local) => {
                todo.push(Expression::Local(local));
            }
            ValueKind::Periods(periods) => {
                todo.push(Expression::Aggregate(&periods.rows));
                todo.extend(periods.bounds.iter().map(Expression::Value));
            }
            ValueKind::Condition(cond) => todo.push(Expression::Cond(cond)),
        }
    }
}
