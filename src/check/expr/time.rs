//! Instants, durations, and what calendar arithmetic makes of them.

use crate::diagnostic::Span;
use crate::syntax::ast::{Count, Expr, ExprKind};
use crate::types::{Literal, Type, Unit};

use super::super::hir::{LocalTime, Value, ValueKind};
use super::super::problems::types::{DateHours, WrongUnits};
use super::{Checker, describe, value};

impl Checker<'_, '_> {
    /// `now`, `today`, `7 days ago`, `7 days from now`, `start of month`.
    pub(super) fn instant(&mut self, expr: &Expr) -> Option<Value> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Today => Some(start_of(Unit::Day, span)),
            ExprKind::StartOf(unit) => Some(start_of(*unit, span)),
            ExprKind::Ago(count, unit) => Some(moved(now(span), -self.count(count, *unit, 0)?, *unit, span)),
            ExprKind::FromNow(count, unit) => {
                Some(moved(now(span), self.count(count, *unit, 0)?, *unit, span))
            }
            _ => Some(now(span)),
        }
    }

    /// A count of units: at least `least`, at most ten thousand years.
    pub(super) fn count(&mut self, count: &Count, unit: Unit, least: i64) -> Option<i64> {
        let (number, given, span) = match count {
            Count::Number(number, span) => (Some(*number), number.to_string(), *span),
            Count::Param(name) => {
                let literal = self.param(name)?;
                let number = if let Literal::Integer(number) = literal { Some(number) } else { None };
                (number, format!("${} ({literal})", name.text), name.span)
            }
        };
        match number.filter(|number| (least..=most_units(unit)).contains(number)) {
            Some(number) => Some(number),
            None => self.fail(WrongUnits { span, given: format!("`{given}`"), least }),
        }
    }

    /// A date or timestamp moved by a duration.
    pub(super) fn shifted(
        &mut self,
        (expr, time): (&Expr, Value),
        by: (i64, Unit),
        span: Span,
    ) -> Option<Value> {
        let (count, unit) = by;
        if time.ty == Type::Timestamp {
            return Some(moved(time, count, unit, span));
        }
        if unit.exact_micros().is_some() {
            return self.fail(DateHours { span, unit: unit.name(), what: describe(expr) });
        }
        let nullable = time.nullable;
        let local = LocalTime::Shift(Box::new(LocalTime::Of(time)), count, unit);
        Some(value(ValueKind::LocalDate(Box::new(local)), Type::Date, nullable, span))
    }
}

/// The largest count of a unit: ten thousand years.
pub(in super::super) fn most_units(unit: Unit) -> i64 {
    const DAYS: i64 = 3_660_000;
    match unit {
        Unit::Second => DAYS * 86_400,
        Unit::Minute => DAYS * 1_440,
        Unit::Hour => DAYS * 24,
        Unit::Day => DAYS,
        Unit::Week => DAYS / 7,
        Unit::Month => 120_000,
        Unit::Quarter => 40_000,
        Unit::Year => 10_000,
    }
}

/// as_of as a value, written at `span`.
pub(super) fn now(span: Span) -> Value {
    value(ValueKind::Now, Type::Timestamp, false, span)
}

/// The local time of an instant, or the midnight of a date.
pub(super) fn local(time: Value) -> LocalTime {
    LocalTime::Of(time)
}

/// The start of the unit that as_of lies in, as a local time.
pub(super) fn local_start_of(unit: Unit, span: Span) -> LocalTime {
    LocalTime::StartOf(unit, Box::new(local(now(span))))
}

/// The start of the unit that as_of lies in.
pub(super) fn start_of(unit: Unit, span: Span) -> Value {
    at(local_start_of(unit, span), span)
}

/// The start of the day before the one that as_of lies in.
pub(super) fn yesterday(span: Span) -> Value {
    at(LocalTime::Shift(Box::new(local_start_of(Unit::Day, span)), -1, Unit::Day), span)
}

/// The instant of a local time that is never missing.
pub(super) fn at(local: LocalTime, span: Span) -> Value {
    value(ValueKind::Instant(Box::new(local)), Type::Timestamp, false, span)
}

/// A timestamp moved by a count of units: exactly, or on the calendar.
pub(super) fn moved(time: Value, count: i64, unit: Unit, span: Span) -> Value {
    let nullable = time.nullable;
    let kind = match unit.exact_micros() {
        // Counts are bounded (`most`), so this is far from overflowing.
        Some(micros) => ValueKind::ShiftExact(Box::new(time), count.saturating_mul(micros)),
        None => ValueKind::Instant(Box::new(LocalTime::Shift(Box::new(local(time)), count, unit))),
    };
    value(kind, Type::Timestamp, nullable, span)
}

/// The local date of a timestamp.
pub(super) fn day_of(time: Value) -> Value {
    let (nullable, span) = (time.nullable, time.span);
    value(ValueKind::LocalDate(Box::new(local(time))), Type::Date, nullable, span)
}

/// A date or timestamp as an instant: a date is its local midnight.
pub(super) fn as_instant(time: Value) -> Value {
    if time.ty == Type::Timestamp {
        return time;
    }
    let (nullable, span) = (time.nullable, time.span);
    value(ValueKind::Instant(Box::new(local(time))), Type::Timestamp, nullable, span)
}
