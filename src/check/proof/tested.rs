//! What a condition says of one subject: a value, a number of rows, or how two values compare.

use jiff::Timestamp;

use super::axis::{Axis, AxisPoint};
use super::domain::point;
use super::set::{Cut, Point, Values};
use crate::check::expr::fold;
use crate::check::hir::{Aggregate, Comparison, Cond, CondKind, Hir, Value, ValueKind, Window};
use crate::types::{Literal, Type};

/// A subject, and where among its values a condition is true.
pub(crate) enum Tested<'a> {
    /// A value is one of these.
    Value(&'a Value, Values),
    /// The number of an aggregate's rows is one of these.
    Count(&'a Aggregate, Values),
    /// The first value compares so with the second.
    Order(Comparison, &'a Value, &'a Value),
    /// A time lies on an axis that the clock moves: outside `most` the condition is false, inside `least`
    /// it is true.
    OnAxis { value: &'a Value, axis: Axis, most: Values, least: Values },
}

impl<'a> Tested<'a> {
    fn of_value(value: &'a Value, set: Values) -> Self {
        let is_whole = matches!(value.ty, Type::Integer | Type::Date | Type::Boolean);
        Self::Value(value, if is_whole { set.whole() } else { set })
    }
}

/// What is said of a subject; `None` where only the condition as a whole can be looked at.
pub(crate) fn tested<'a>(hir: &Hir, cond: &'a Cond) -> Option<Tested<'a>> {
    match &cond.kind {
        CondKind::Compare(op, left, right) => compared(*op, left, right),
        CondKind::In(value, items) => {
            let points: Option<Vec<Point>> = items.iter().map(|item| point(item, &value.ty)).collect();
            Some(Tested::of_value(value, Values::points(points?)))
        }
        CondKind::Between(value, low, high) => {
            let (low, high) = (constant(low, &value.ty)?, constant(high, &value.ty)?);
            Some(Tested::of_value(value, Values::range(Cut::before(low), Cut::after(high))))
        }
        CondKind::Missing(value) => Some(Tested::of_value(value, Values::missing())),
        CondKind::True(value) => Some(Tested::of_value(value, Values::points([Point::from(1)]))),
        CondKind::Exists(aggregate) => {
            Some(Tested::Count(aggregate, Values::range(Cut::before(1.into()), Cut::End).whole()))
        }
        CondKind::During(value, window) => during(hir, value, window),
        _ => None,
    }
}

fn constant(value: &Value, ty: &Type) -> Option<Point> {
    literal(value).and_then(|literal| point(literal, ty))
}

/// A sign belongs to its literal.
fn literal(value: &Value) -> Option<&Literal> {
    match &value.kind {
        ValueKind::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// A comparison.
pub(crate) fn compared<'a>(op: Comparison, left: &'a Value, right: &'a Value) -> Option<Tested<'a>> {
    match (literal(left).is_some(), literal(right).is_some()) {
        (true, true) => None,
        (false, true) => Some(Tested::of_value(left, side(op, constant(right, &left.ty)?))),
        (true, false) => Some(Tested::of_value(right, side(op.mirrored(), constant(left, &right.ty)?))),
        (false, false) => by_clock(op, left, right)
            .or_else(|| by_clock(op.mirrored(), right, left))
            .or(Some(Tested::Order(op, left, right))),
    }
}

/// The values that compare so with one.
fn side(op: Comparison, point: Point) -> Values {
    match op {
        Comparison::Equal => Values::points([point]),
        Comparison::Less => Values::range(Cut::Start, Cut::before(point)),
        Comparison::LessOrEqual => Values::range(Cut::Start, Cut::after(point)),
        Comparison::Greater => Values::range(Cut::after(point), Cut::End),
        Comparison::GreaterOrEqual => Values::range(Cut::before(point), Cut::End),
    }
}

/// Two values that compare so, among -1 (the first is less), 0 and 1.
pub(crate) fn orders(op: Comparison) -> Values {
    side(op, 0.into()).whole()
}

/// A timestamp beside an instant that the clock moves.
fn by_clock<'a>(op: Comparison, left: &'a Value, right: &Value) -> Option<Tested<'a>> {
    if left.ty != Type::Timestamp || right.ty != Type::Timestamp || AxisPoint::of(left).is_some() {
        return None;
    }
    let place = AxisPoint::of(right)?;
    // Two counts may be one instant, where a zone skipped a day: bounds that are included reach
    // into what lies beyond.
    let before = Cut::before(place.count.into());
    let (most, least) = match op {
        Comparison::Less => (Values::range(Cut::Start, before.clone()), None),
        Comparison::GreaterOrEqual => (Values::range(before, Cut::End), None),
        Comparison::Greater => (Values::range(before, Cut::End), Some(Values::none())),
        Comparison::LessOrEqual | Comparison::Equal => return None,
    };
    let least = least.unwrap_or_else(|| most.clone());
    Some(Tested::OnAxis { value: left, axis: place.axis, most, least })
}

/// The instant that a bound is in every run, if it reads neither a row nor the clock.
pub(crate) fn fixed(hir: &Hir, bound: &Value) -> Option<Timestamp> {
    fold(bound, &hir.calendar)
}

/// A time in a window whose bounds are on one axis, or are constants.
fn during<'a>(hir: &Hir, value: &'a Value, window: &Window) -> Option<Tested<'a>> {
    if value.ty != Type::Timestamp {
        return None;
    }
    let fixed = |bound: &Value| fixed(hir, bound).map(|instant| Cut::before(Point::Instant(instant)));
    let cut = |bound: &Option<Value>, open| bound.as_ref().map_or(Some(open), fixed);
    if let (Some(from), Some(to)) = (cut(&window.from, Cut::Start), cut(&window.to, Cut::End)) {
        return Some(Tested::of_value(value, Values::range(from, to)));
    }
    let place = |bound: &Option<Value>| bound.as_ref().map(AxisPoint::of);
    let (axis, from, to) = match (place(&window.from), place(&window.to)) {
        (Some(from), Some(to)) => {
            let (from, to) = (from?, to?);
            if from.axis != to.axis {
                return None;
            }
            (from.axis, Cut::before(from.count.into()), Cut::before(to.count.into()))
        }
        (Some(from), None) => {
            let from = from?;
            (from.axis, Cut::before(from.count.into()), Cut::End)
        }
        (None, Some(to)) => {
            let to = to?;
            (to.axis, Cut::Start, Cut::before(to.count.into()))
        }
        (None, None) => return None,
    };
    let most = Values::range(from, to);
    Some(Tested::OnAxis { value, axis, least: most.clone(), most })
}
