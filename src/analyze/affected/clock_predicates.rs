//! Conditions that read the clock outside windows: the rows for which such a condition has
//! changed although nothing arrived (R2b, R2c).

use super::collect::{RowPlace, Walker};
use super::substitute;
use super::{Trigger, TriggerKind};
use crate::analyze::obstacle::Obstacle;
use crate::check::hir::{
    Aggregate, AggregateFunc, Cond, CondKind, LocalTime, Path, Periods, Sequence, Value, ValueKind, Window,
};
use crate::check::visit::{Visitor, walk_cond, walk_value};
use crate::check::words;
use crate::diagnostic::Span;
use crate::types::calendar::Repeats;
use crate::types::{Literal, Type, Unit};

/// What a condition reads, outside aggregates.
#[derive(Default)]
pub(super) struct Reads {
    pub(super) clock: bool,
    row: bool,
    pub(super) aggregates: Vec<Aggregate>,
    /// Periods, sequences, memberships.
    others: bool,
}

impl Reads {
    pub(super) fn of_cond(cond: &Cond) -> Self {
        let mut reads = Self::default();
        reads.cond(cond);
        reads
    }

    pub(super) fn of_value(value: &Value) -> Self {
        let mut reads = Self::default();
        reads.value(value);
        reads
    }
}

impl Visitor for Reads {
    fn value(&mut self, value: &Value) {
        self.clock |= matches!(value.kind, ValueKind::Now);
        self.row |= matches!(value.kind, ValueKind::Bucket { .. });
        walk_value(self, value);
    }
    fn cond(&mut self, cond: &Cond) {
        self.others |= matches!(cond.kind, CondKind::InSegment(..));
        walk_cond(self, cond);
    }
    fn path(&mut self, _path: &Path) {
        self.row = true;
    }
    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.aggregates.push(aggregate.clone());
    }
    fn periods(&mut self, _periods: &Periods) {
        self.others = true;
    }
    fn sequence(&mut self, _sequence: &Sequence) {
        self.others = true;
    }
}

impl Walker<'_> {
    /// The triggers of one predicate at a place.
    pub(super) fn predicate(&mut self, cond: &Cond) {
        let (written_out, fits) = substitute::without_traits(self.hir, cond);
        let reads = Reads::of_cond(&written_out);
        if !reads.clock {
            return;
        }
        let here = self.at.clone();
        match reads.aggregates.as_slice() {
            _ if reads.others || !fits => self.unsound(cond),
            [] => self.of_rows(&here, &written_out),
            [aggregate] if picks(aggregate) => self.of_leaves(&here, &written_out, aggregate),
            _ => self.unsound(cond),
        }
    }

    /// That what an aggregate makes of a row may differ although neither the row nor a window has
    /// moved (R2c).
    pub(super) fn of_each_row(&mut self, value: &Value) {
        let reads = Reads::of_value(&substitute::value_without_traits(self.hir, value));
        if reads.clock {
            let text = words::value(self.hir, self.sources, value);
            let reason = format!("it aggregates `{text}`, which reads the clock and changes at every run");
            self.obstacle(Obstacle::new(reason).at(value.span));
        }
    }

    fn unsound(&mut self, cond: &Cond) {
        let text = words::cond(self.hir, self.sources, cond);
        let reason = format!(
            "`{text}` combines an aggregate with the clock, so it can change without any row changing"
        );
        self.obstacle(Obstacle::new(reason).at(words::cond_span(cond)));
    }

    /// A predicate of one row and the clock.
    fn of_rows(&mut self, at: &RowPlace, cond: &Cond) {
        // Where a local day comes twice, no instants begin and end it.
        let zone = &self.hir.calendar.zone;
        let repeats = *self.repeats.get_or_init(|| Repeats::of(zone).midnights);
        let found =
            passed(cond).filter(|pairs| !repeats || pairs.iter().all(|(_, instant)| !is_midnight(instant)));
        match found {
            Some(passed) => {
                for (value, instant) in passed {
                    let (value, instant) = (Box::new(value), Box::new(instant));
                    let kind = TriggerKind::WindowEdge { value, instant, outer: at.outer };
                    self.trigger(at, kind, Some(cond.span));
                }
            }
            None => {
                let kind = TriggerKind::ClockPredicate { cond: Box::new(cond.clone()), outer: at.outer };
                self.trigger(at, kind, Some(cond.span));
            }
        }
    }

    /// A predicate of an aggregate that picks one of its rows' values: while it picks the same,
    /// the predicate changes only as it does for that value.
    fn of_leaves(&mut self, at: &RowPlace, cond: &Cond, aggregate: &Aggregate) {
        let inside = aggregate.value.as_ref().and_then(|value| substitute::from_inside(cond, value));
        let Some(inside) = inside else { return self.unsound(cond) };
        let place = at.below(&aggregate.hops, aggregate.end);
        self.of_rows(&place, &inside);
        if let Some(fallback) = substitute::with_missing(cond) {
            self.of_rows(at, &fallback);
        }
    }

    pub(super) fn trigger(&mut self, at: &RowPlace, kind: TriggerKind, written: Option<Span>) {
        self.triggers.push(Trigger { place: at.hops.clone(), entity: at.entity, kind, written });
    }
}

/// Whether an aggregate is always one of its rows' values.
fn picks(aggregate: &Aggregate) -> bool {
    use AggregateFunc::{First, Last, Max, Min, Mode};
    matches!(aggregate.func, Min | Max | First | Last | Mode)
}

/// A time, and the instant that passes it.
type Pair = (Value, Value);

/// A predicate as values that an instant passes: each time one does, it may change, and only
/// then. `None` if it isn't of that kind.
fn passed(cond: &Cond) -> Option<Vec<Pair>> {
    match &cond.kind {
        CondKind::Not(inner) => passed(inner),
        CondKind::Compare(_, left, right) => compared(left, right).or_else(|| compared(right, left)),
        CondKind::Between(value, low, high) => {
            let bounds = || [&**low, &**high].into_iter();
            edges(value, bounds()).or_else(|| {
                let pairs: Option<Vec<Vec<Pair>>> = bounds().map(|bound| days(value, bound)).collect();
                pairs.map(|pairs| pairs.concat())
            })
        }
        CondKind::In(value, items) => {
            let item = |item: &Literal| {
                let kind = ValueKind::Literal(item.clone());
                days(value, &Value { kind, ty: Type::Integer, nullable: false, span: value.span })
            };
            items.iter().map(item).collect::<Option<Vec<_>>>().map(|pairs| pairs.concat())
        }
        CondKind::During(value, window) => edges(value, bounds(window)),
        _ => None,
    }
}

fn bounds(window: &Window) -> impl Iterator<Item = &Value> {
    window.from.iter().chain(&window.to)
}

/// The moving ones of several bounds; `None` if one of them is something else.
fn edges<'a>(value: &Value, bounds: impl Iterator<Item = &'a Value>) -> Option<Vec<Pair>> {
    // Where the value moves, the bounds need not.
    if Reads::of_value(value).clock {
        return None;
    }
    bounds.filter(|bound| Reads::of_value(bound).clock).map(|bound| pair(value, bound)).collect()
}

fn compared(value: &Value, with: &Value) -> Option<Vec<Pair>> {
    pair(value, with).map(|pair| vec![pair]).or_else(|| days(value, with))
}

/// A time of a row and an instant of the clock, which stand for themselves.
fn pair(value: &Value, instant: &Value) -> Option<Pair> {
    let is_time = matches!(value.ty, Type::Timestamp | Type::Date);
    let reads = Reads::of_value(value);
    let fits = is_time && reads.row && !reads.clock && is_instant(instant);
    fits.then(|| (value.clone(), instant.clone()))
}

/// Whether an instant was made from a number of days.
fn is_midnight(instant: &Value) -> bool {
    matches!(&instant.kind, ValueKind::Instant(local) if matches!(local.as_ref(), LocalTime::Shift(inner, _, Unit::Day)
        if matches!(inner.as_ref(), LocalTime::Of(day) if day.ty == Type::Date)))
}

/// The days between a time of a row and the clock's, compared with a number of them: the time is
/// passed by the midnights that begin and end the day that many days away.
fn days(between: &Value, count: &Value) -> Option<Vec<Pair>> {
    let (ValueKind::DaysBetween(from, to), ValueKind::Literal(Literal::Integer(count))) =
        (&between.kind, &count.kind)
    else {
        return None;
    };
    let (row, clock, ahead) = match (Reads::of_value(from).clock, Reads::of_value(to).clock) {
        (false, true) => (from, to, count.checked_neg()?),
        (true, false) => (to, from, *count),
        _ => return None,
    };
    if !is_instant(clock) || !Reads::of_value(row).row {
        return None;
    }
    let time = match &row.kind {
        ValueKind::LocalDate(local) => match local.as_ref() {
            LocalTime::Of(time) if time.ty == Type::Timestamp => time,
            _ => row,
        },
        _ => row,
    };
    let midnight = |days: i64| {
        let day = LocalTime::Shift(Box::new(LocalTime::Of((**clock).clone())), days, Unit::Day);
        let kind = ValueKind::Instant(Box::new(day));
        (time.clone(), Value { kind, ty: Type::Timestamp, nullable: false, span: between.span })
    };
    Some(vec![midnight(ahead), midnight(ahead.checked_add(1)?)])
}

/// Whether a value is an instant or a day of the clock: nothing but as_of, moved by the calendar.
pub(super) fn is_instant(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Now => true,
        ValueKind::ShiftExact(inner, _) => is_instant(inner),
        ValueKind::Instant(local) | ValueKind::LocalDate(local) => is_local_instant(local),
        _ => false,
    }
}

fn is_local_instant(local: &LocalTime) -> bool {
    match local {
        LocalTime::Of(value) => is_instant(value),
        LocalTime::StartOf(_, inner) | LocalTime::Shift(inner, _, _) => is_local_instant(inner),
    }
}
