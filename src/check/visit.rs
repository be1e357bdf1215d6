//! Walking the checked tree.

use super::hir::{Aggregate, Cond, CondKind, LocalTime, Path, Value, ValueKind, Window};

/// Visits a tree from the top. A method that is overridden goes on with the `walk_…` of its name.
pub trait Visitor {
    /// A condition.
    fn cond(&mut self, cond: &Cond) {
        walk_cond(self, cond);
    }
    /// A value.
    fn value(&mut self, value: &Value) {
        walk_value(self, value);
    }
    /// An aggregate; `This` inside is the end of its path, `Outer` the row it belongs to.
    fn aggregate(&mut self, aggregate: &Aggregate) {
        walk_aggregate(self, aggregate);
    }
    /// A window.
    fn window(&mut self, window: &Window) {
        walk_window(self, window);
    }
    /// The path of a field, a trait or a membership.
    fn path(&mut self, _path: &Path) {}
}

/// Visits what a condition is made of.
pub fn walk_cond<V: Visitor + ?Sized>(visitor: &mut V, cond: &Cond) {
    match &cond.kind {
        CondKind::Constant(_) => {}
        CondKind::And(parts) | CondKind::Or(parts) => parts.iter().for_each(|part| visitor.cond(part)),
        CondKind::Not(inner) => visitor.cond(inner),
        CondKind::Compare(_, left, right) | CondKind::Text(_, left, right) => {
            visitor.value(left);
            visitor.value(right);
        }
        CondKind::In(value, _) | CondKind::Missing(value) | CondKind::True(value) => visitor.value(value),
        CondKind::Between(value, low, high) => {
            visitor.value(value);
            visitor.value(low);
            visitor.value(high);
        }
        CondKind::During(value, window) => {
            visitor.value(value);
            visitor.window(window);
        }
        CondKind::InSegment(path, _) => visitor.path(path),
        CondKind::Exists(aggregate) | CondKind::Every(aggregate) => visitor.aggregate(aggregate),
    }
}

/// Visits what a value is made of.
pub fn walk_value<V: Visitor + ?Sized>(visitor: &mut V, value: &Value) {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Now => {}
        ValueKind::Field(path, _) | ValueKind::Trait(path, _) => visitor.path(path),
        ValueKind::Aggregate(aggregate) => visitor.aggregate(aggregate),
        ValueKind::Arithmetic(_, left, right) | ValueKind::DaysBetween(left, right) => {
            visitor.value(left);
            visitor.value(right);
        }
        ValueKind::Negate(inner) | ValueKind::ShiftExact(inner, _) => visitor.value(inner),
        ValueKind::Call(_, args) => args.iter().for_each(|arg| visitor.value(arg)),
        ValueKind::Instant(local) | ValueKind::LocalDate(local) | ValueKind::LocalPart(_, local) => {
            walk_local(visitor, local);
        }
        ValueKind::Condition(cond) => visitor.cond(cond),
    }
}

fn walk_local<V: Visitor + ?Sized>(visitor: &mut V, local: &LocalTime) {
    match local {
        LocalTime::Of(value) => visitor.value(value),
        LocalTime::StartOf(_, inner) | LocalTime::Shift(inner, _, _) => walk_local(visitor, inner),
    }
}

/// Visits what an aggregate is made of: its window, value and filter.
pub fn walk_aggregate<V: Visitor + ?Sized>(visitor: &mut V, aggregate: &Aggregate) {
    if let Some(window) = &aggregate.window {
        visitor.window(window);
    }
    if let Some(value) = &aggregate.value {
        visitor.value(value);
    }
    if let Some(filter) = &aggregate.filter {
        visitor.cond(filter);
    }
}

/// Visits the bounds of a window.
pub fn walk_window<V: Visitor + ?Sized>(visitor: &mut V, window: &Window) {
    window.from.iter().chain(&window.to).for_each(|bound| visitor.value(bound));
}
