//! Walking the checked tree.

use super::hir::{
    Aggregate, Column, Cond, CondKind, Keep, KeepKind, LocalTime, Path, Periods, Segment, Sequence, Value,
    ValueKind, Window,
};

/// Visits a tree from the top, parts in the order in which they are written.
///
/// Each method visits the parts of what it is given. One that is overridden calls the `walk_…` function of
/// its name to do so, or leaves the parts out.
pub trait Visitor {
    /// Visits a condition: a rule, a filter, or a part of one.
    fn cond(&mut self, cond: &Cond) {
        walk_cond(self, cond);
    }
    /// Visits a value, such as a side of a comparison or the bound of a window.
    fn value(&mut self, value: &Value) {
        walk_value(self, value);
    }
    /// Visits an aggregate; `This` inside is the end of its path, `Outer` the row it belongs to.
    fn aggregate(&mut self, aggregate: &Aggregate) {
        walk_aggregate(self, aggregate);
    }
    /// Visits the window of an aggregate, of a sequence or of `during`.
    fn window(&mut self, window: &Window) {
        walk_window(self, window);
    }
    /// Visits the periods that a window is divided into.
    fn periods(&mut self, periods: &Periods) {
        walk_periods(self, periods);
    }
    /// Visits a sequence of rows.
    fn sequence(&mut self, sequence: &Sequence) {
        walk_sequence(self, sequence);
    }
    /// Visits a `keep`, which has values only if it ranks.
    fn keep(&mut self, keep: &Keep) {
        walk_keep(self, keep);
    }
    /// Visits a column beside the key.
    fn column(&mut self, column: &Column) {
        self.value(&column.value);
    }
    /// Visits the to-one path to a field, a trait or a membership.
    fn path(&mut self, _path: &Path) {}
}

/// Visits the rules of a segment, its `keep`s and its columns.
pub fn walk_segment<V: Visitor + ?Sized>(visitor: &mut V, segment: &Segment) {
    walk_rules(visitor, segment);
    segment.columns.iter().for_each(|column| visitor.column(column));
}

/// Visits what decides about the members of a segment: its rules and its `keep`s.
pub fn walk_rules<V: Visitor + ?Sized>(visitor: &mut V, segment: &Segment) {
    segment.includes.iter().chain(&segment.excludes).for_each(|rule| visitor.cond(rule));
    segment.keeps.iter().for_each(|keep| visitor.keep(keep));
}

/// Visits what a `keep` is made of.
pub fn walk_keep<V: Visitor + ?Sized>(visitor: &mut V, keep: &Keep) {
    match &keep.kind {
        KeepKind::Rank { per, by, .. } => {
            per.iter().for_each(|value| visitor.value(value));
            visitor.value(by);
        }
        KeepKind::Sample { .. } => {}
    }
}

/// Visits the rows of periods, and their bounds.
pub(crate) fn walk_periods<V: Visitor + ?Sized>(visitor: &mut V, periods: &Periods) {
    visitor.aggregate(&periods.rows);
    periods.bounds.iter().for_each(|bound| visitor.value(bound));
}

/// Visits the steps of a sequence, and its window.
pub fn walk_sequence<V: Visitor + ?Sized>(visitor: &mut V, sequence: &Sequence) {
    for step in &sequence.steps {
        visitor.aggregate(&step.rows);
        step.matching.iter().for_each(|value| visitor.value(value));
    }
    sequence.window.iter().for_each(|window| visitor.window(window));
}

/// Visits what a condition is made of.
pub fn walk_cond<V: Visitor + ?Sized>(visitor: &mut V, cond: &Cond) {
    match &cond.kind {
        CondKind::Constant(_) => {}
        CondKind::And(parts) | CondKind::Or(parts) | CondKind::HowMany(_, _, parts) => {
            parts.iter().for_each(|part| visitor.cond(part));
        }
        CondKind::Not(inner) => visitor.cond(inner),
        CondKind::Compare(_, left, right)
        | CondKind::Text(_, left, right)
        | CondKind::Contains(left, right) => {
            visitor.value(left);
            visitor.value(right);
        }
        CondKind::In(value, _)
        | CondKind::Missing(value)
        | CondKind::True(value)
        | CondKind::Matches(value, _)
        | CondKind::Resembles(value, _, _)
        | CondKind::ContainsAny(value, _)
        | CondKind::ContainsAll(value, _)
        | CondKind::Empty(value) => visitor.value(value),
        CondKind::Between(value, low, high) => {
            visitor.value(value);
            visitor.value(low);
            visitor.value(high);
        }
        CondKind::During(value, window) | CondKind::Anniversary(value, window) => {
            visitor.value(value);
            visitor.window(window);
        }
        CondKind::InSegment(path, _) => visitor.path(path),
        CondKind::Exists(aggregate) | CondKind::Every(aggregate) => visitor.aggregate(aggregate),
        CondKind::Sequence(sequence) => visitor.sequence(sequence),
    }
}

/// Visits what a value is made of.
pub fn walk_value<V: Visitor + ?Sized>(visitor: &mut V, value: &Value) {
    match &value.kind {
        ValueKind::Literal(_) | ValueKind::Now | ValueKind::Bucket { .. } => {}
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
        ValueKind::Periods(periods) => visitor.periods(periods),
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
