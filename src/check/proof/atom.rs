//! A condition as a set of values of one subject.

use super::domain::{Domain, point};
use super::set::{Cut, Point, Values};
use crate::check::canonical;
use crate::check::expr::fold;
use crate::check::hir::{
    Aggregate, AggregateFunc, Comparison, Cond, CondKind, Hir, LocalTime, Value, ValueKind, Window,
};
use crate::types::{Type, Unit};

/// A condition that looks at one subject alone.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// The value, the two values that are compared, or the condition itself.
    pub(super) subject: String,
    pub(super) domain: Domain,
    /// Where it is true, or somewhat more: what is outside is impossible.
    pub(super) most: Values,
    /// Where it is true, or somewhat less: what is inside is certain.
    pub(super) least: Values,
}

impl Atom {
    fn exact(subject: String, domain: Domain, set: Values) -> Self {
        Self { subject, domain, most: set.clone(), least: set }
    }

    pub(super) fn is_never(&self) -> bool {
        self.most.meet(&self.domain.values).is_empty()
    }

    pub(super) fn is_always(&self) -> bool {
        self.least.complement().meet(&self.domain.values).is_empty()
    }

    pub(super) fn complement(self) -> Self {
        let (most, least) = (self.least.complement(), self.most.complement());
        Self { most, least, ..self }
    }
}

/// The condition as an atom, if it looks at one subject. `opaque` receives conditions that nothing
/// may be concluded from.
pub(super) fn atom(hir: &Hir, cond: &Cond, opaque: &dyn Fn(&Cond) -> bool) -> Option<Atom> {
    match &cond.kind {
        CondKind::Not(inner) => Some(atom(hir, inner, opaque)?.complement()),
        CondKind::And(parts) | CondKind::Or(parts) => {
            let is_and = matches!(cond.kind, CondKind::And(_));
            let mut atoms = Vec::with_capacity(parts.len());
            for part in parts {
                let atom = atom(hir, part, opaque)?;
                if atoms.first().is_some_and(|first: &Atom| first.subject != atom.subject) {
                    return None;
                }
                atoms.push(atom);
            }
            joined(&atoms, is_and)
        }
        CondKind::Constant(_) => None,
        _ if opaque(cond) => None,
        _ => Some(single(hir, cond).unwrap_or_else(|| {
            let truth = Values::points([Point::from(1)]);
            Atom::exact(canonical::cond(hir, cond), Domain::truth(), truth.whole())
        })),
    }
}

/// All of them, or any of them. They have one subject.
pub(super) fn joined(atoms: &[Atom], all: bool) -> Option<Atom> {
    let first = atoms.first()?;
    let join = |of: fn(&Atom) -> &Values| {
        if !all {
            return Values::union(atoms.iter().map(of));
        }
        let outside: Vec<Values> = atoms.iter().map(|atom| of(atom).complement()).collect();
        Values::union(&outside).complement()
    };
    Some(Atom { most: join(|atom| &atom.most), least: join(|atom| &atom.least), ..first.clone() })
}

/// What is said of a value; `None` where only the condition as a whole can be looked at.
fn single(hir: &Hir, cond: &Cond) -> Option<Atom> {
    match &cond.kind {
        CondKind::Compare(op, left, right) => compared(hir, *op, left, right),
        CondKind::In(value, items) => {
            let points: Option<Vec<Point>> = items.iter().map(|item| point(item, &value.ty)).collect();
            Some(of_value(hir, value, Values::points(points?)))
        }
        CondKind::Between(value, low, high) => {
            let (low, high) = (constant(low, &value.ty)?, constant(high, &value.ty)?);
            Some(of_value(hir, value, Values::range(Cut::before(low), Cut::after(high))))
        }
        CondKind::Missing(value) => Some(of_value(hir, value, Values::missing())),
        CondKind::True(value) => Some(of_value(hir, value, Values::points([Point::from(1)]))),
        CondKind::Exists(aggregate) => Some(existence(hir, aggregate)),
        CondKind::During(value, window) => during(hir, value, window),
        _ => None,
    }
}

/// A set of a value's own values.
fn of_value(hir: &Hir, value: &Value, set: Values) -> Atom {
    let is_whole = matches!(value.ty, Type::Integer | Type::Date | Type::Boolean);
    let set = if is_whole { set.whole() } else { set };
    Atom::exact(canonical::value(hir, value), Domain::of(hir, value), set)
}

fn constant(value: &Value, ty: &Type) -> Option<Point> {
    match &value.kind {
        ValueKind::Literal(literal) => point(literal, ty),
        // A sign belongs to its literal.
        _ => None,
    }
}

fn is_literal(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Literal(_))
}

/// `exists(P)` is `count(P) >= 1`.
fn existence(hir: &Hir, aggregate: &Aggregate) -> Atom {
    let span = aggregate.span;
    let count = Aggregate { func: AggregateFunc::Count, value: None, ..aggregate.clone() };
    let kind = ValueKind::Aggregate(Box::new(count));
    let count = Value { kind, ty: Type::Integer, nullable: false, span };
    of_value(hir, &count, Values::range(Cut::before(1.into()), Cut::End))
}

fn compared(hir: &Hir, op: Comparison, left: &Value, right: &Value) -> Option<Atom> {
    match (is_literal(left), is_literal(right)) {
        (true, true) => None,
        (false, true) => Some(of_value(hir, left, side(op, constant(right, &left.ty)?))),
        (true, false) => Some(of_value(hir, right, side(op.mirrored(), constant(left, &right.ty)?))),
        (false, false) => by_clock(hir, op, left, right)
            .or_else(|| by_clock(hir, op.mirrored(), right, left))
            .or_else(|| Some(pair(hir, op, left, right))),
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

/// Two values of rows: one is less than the other, equal, or greater.
fn pair(hir: &Hir, op: Comparison, left: &Value, right: &Value) -> Atom {
    let (mut a, mut b) = (canonical::value(hir, left), canonical::value(hir, right));
    let mut op = op;
    if a > b {
        std::mem::swap(&mut a, &mut b);
        op = op.mirrored();
    }
    let nullable = left.nullable || right.nullable;
    let domain = if a == b { Domain::whole(0, 0, nullable) } else { Domain::order(nullable) };
    Atom::exact(format!("{a} <=> {b}"), domain, side(op, 0.into()).whole())
}

/// A place on an axis of instants that the clock moves: counts of days or months from one instant.
/// A greater count is never an earlier instant.
struct AxisPoint {
    axis: String,
    count: i64,
}

fn place(bound: &Value) -> Option<AxisPoint> {
    let at = |axis: &str, count| Some(AxisPoint { axis: axis.to_owned(), count });
    match &bound.kind {
        ValueKind::Now => at("now, days", 0),
        ValueKind::ShiftExact(inner, micros) if matches!(inner.kind, ValueKind::Now) => at("now", *micros),
        ValueKind::Instant(local) => match &**local {
            LocalTime::StartOf(unit, inner) if is_now(inner) => at(&format!("start of {unit}, days"), 0),
            LocalTime::Shift(inner, count, unit) => {
                let base = match &**inner {
                    LocalTime::StartOf(unit, inner) if is_now(inner) => format!("start of {unit}"),
                    inner if is_now(inner) => "now".to_owned(),
                    _ => return None,
                };
                let (unit, factor) = counted(*unit)?;
                Some(AxisPoint { axis: format!("{base}, {unit}"), count: count.checked_mul(factor)? })
            }
            LocalTime::StartOf(..) | LocalTime::Of(_) => None,
        },
        _ => None,
    }
}

fn counted(unit: Unit) -> Option<(&'static str, i64)> {
    unit.days().map(|days| ("days", days)).or_else(|| unit.months().map(|months| ("months", months)))
}

fn is_now(local: &LocalTime) -> bool {
    matches!(local, LocalTime::Of(Value { kind: ValueKind::Now, .. }))
}

/// A timestamp beside an instant that the clock moves.
fn by_clock(hir: &Hir, op: Comparison, left: &Value, right: &Value) -> Option<Atom> {
    if left.ty != Type::Timestamp || right.ty != Type::Timestamp || place(left).is_some() {
        return None;
    }
    let place = place(right)?;
    // Two counts may be one instant, where a zone skipped a day: bounds that are included reach
    // into what lies beyond.
    let before = Cut::before(place.count.into());
    let (most, least) = match op {
        Comparison::Less => (Values::range(Cut::Start, before.clone()), None),
        Comparison::GreaterOrEqual => (Values::range(before, Cut::End), None),
        Comparison::Greater => (Values::range(before, Cut::End), Some(Values::none())),
        Comparison::LessOrEqual | Comparison::Equal => return None,
    };
    Some(on_axis(hir, left, &place.axis, most.clone(), least.unwrap_or(most)))
}

fn on_axis(hir: &Hir, value: &Value, axis: &str, most: Values, least: Values) -> Atom {
    let subject = format!("{} from {axis}", canonical::value(hir, value));
    Atom { subject, domain: Domain::any(value.nullable), most, least }
}

/// A time in a window whose bounds are on one axis, or are constants.
fn during(hir: &Hir, value: &Value, window: &Window) -> Option<Atom> {
    if value.ty != Type::Timestamp {
        return None;
    }
    let fixed =
        |bound: &Value| fold(bound, &hir.calendar).map(|instant| Cut::before(Point::Instant(instant)));
    let cut = |bound: &Option<Value>, open| bound.as_ref().map_or(Some(open), fixed);
    if let (Some(from), Some(to)) = (cut(&window.from, Cut::Start), cut(&window.to, Cut::End)) {
        return Some(of_value(hir, value, Values::range(from, to)));
    }
    let axis = |bound: &Option<Value>| bound.as_ref().map(place);
    let (axis, from, to) = match (axis(&window.from), axis(&window.to)) {
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
    let set = Values::range(from, to);
    Some(on_axis(hir, value, &axis, set.clone(), set))
}
