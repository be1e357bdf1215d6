//! What is known without looking at any row: warnings about conditions that are the
//! same for everyone.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::FromPrimitive;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::catalog::FieldId;
use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::Literal;
use crate::types::calendar::{Calendar, shift, shift_exact};

use super::super::hir::{Base, Comparison, Cond, CondKind, LocalTime, Value, ValueKind, Window};
use super::super::problems::types::{AlwaysSame, DecidedByClock};
use super::Checker;
use super::compare::Operand;

impl Checker<'_, '_> {
    /// Warns of a comparison of two constants.
    pub(super) fn warn_constant(
        &mut self,
        op: Comparison,
        left: &Operand,
        right: &Operand,
        span: Span,
        negate: bool,
    ) {
        if let Some(holds) = of_literals(op, left, right, self.known.calendar) {
            self.report(AlwaysSame { span, holds: holds != negate });
        }
    }

    /// Warns of conditions on the time of an aggregate's rows that the cut at as_of decides.
    pub(super) fn warn_cut(&mut self, filter: &Cond, time: FieldId, link: &str) {
        let conditions = match &filter.kind {
            CondKind::And(items) => items.as_slice(),
            _ => std::slice::from_ref(filter),
        };
        for condition in conditions {
            if let Some(holds) = decided(condition, time) {
                self.report(DecidedByClock { span: condition.span, holds, link: link.to_owned() });
            }
        }
    }
}

/// Two literals as they were written; parameters are meant to be changed.
fn of_literals(op: Comparison, left: &Operand, right: &Operand, calendar: &Calendar) -> Option<bool> {
    let literal = |expr: &Expr| match &expr.kind {
        ExprKind::Literal(literal) => Some(literal.clone()),
        _ => None,
    };
    let order = compare(&literal(left.0)?, &literal(right.0)?, calendar)?;
    Some(match op {
        Comparison::Equal => order.is_eq(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}

/// The order of two constants; a date among timestamps stands for its local midnight.
pub(super) fn compare(a: &Literal, b: &Literal, calendar: &Calendar) -> Option<Ordering> {
    let number = |literal: &Literal| match literal {
        Literal::Integer(number) => Some(BigDecimal::from(*number)),
        Literal::Decimal(number) => Some(number.clone()),
        Literal::Float(number) => BigDecimal::from_f64(*number),
        _ => None,
    };
    match (a, b) {
        (Literal::String(a), Literal::String(b)) => Some(a.cmp(b)),
        (Literal::Boolean(a), Literal::Boolean(b)) => Some(a.cmp(b)),
        (Literal::Semver(a), Literal::Semver(b)) => Some(a.cmp(b)),
        (Literal::Date(a), Literal::Date(b)) => Some(a.cmp(b)),
        (Literal::Timestamp(a), Literal::Timestamp(b)) => Some(a.cmp(b)),
        (Literal::Date(a), Literal::Timestamp(b)) => Some(calendar.midnight(*a)?.cmp(b)),
        (Literal::Timestamp(a), Literal::Date(b)) => Some(a.cmp(&calendar.midnight(*b)?)),
        _ => Some(number(a)?.cmp(&number(b)?)),
    }
}

/// The instant that a bound is, if it reads neither a row nor the clock.
pub(in super::super) fn fold(bound: &Value, calendar: &Calendar) -> Option<Timestamp> {
    match &bound.kind {
        ValueKind::Literal(Literal::Timestamp(instant)) => Some(*instant),
        ValueKind::Literal(Literal::Date(day)) => calendar.midnight(*day),
        ValueKind::Instant(local) => calendar.instant(fold_local(local, calendar)?),
        ValueKind::ShiftExact(inner, micros) => shift_exact(fold(inner, calendar)?, *micros),
        _ => None,
    }
}

fn fold_local(local: &LocalTime, calendar: &Calendar) -> Option<DateTime> {
    match local {
        LocalTime::Of(Value { kind: ValueKind::Literal(Literal::Date(day)), .. }) => {
            Some(day.to_datetime(Time::midnight()))
        }
        LocalTime::Of(value) => Some(calendar.local(fold(value, calendar)?)),
        LocalTime::StartOf(unit, inner) => calendar.start_of(*unit, fold_local(inner, calendar)?),
        LocalTime::Shift(inner, count, unit) => shift(fold_local(inner, calendar)?, *count, *unit),
    }
}

/// What a condition on the rows' own time is, given that this time lies before as_of.
fn decided(condition: &Cond, time: FieldId) -> Option<bool> {
    match &condition.kind {
        CondKind::Not(inner) => decided(inner, time).map(|holds| !holds),
        CondKind::Compare(op, left, right) => {
            by_now(*op, left, right, time).or_else(|| by_now(op.mirrored(), right, left, time))
        }
        CondKind::During(tested, window) if is_time(tested, time) => {
            starts_in_future(window).then_some(false)
        }
        _ => None,
    }
}

fn by_now(op: Comparison, tested: &Value, instant: &Value, time: FieldId) -> Option<bool> {
    match &instant.kind {
        // The day of an earlier instant is no later than the day of as_of.
        ValueKind::LocalDate(local) => {
            let LocalTime::Of(instant) = &**local else { return None };
            let by_day = match &tested.kind {
                ValueKind::LocalDate(local) => matches!(&**local, LocalTime::Of(at) if is_time(at, time)),
                _ => is_time(tested, time),
            };
            if !by_day || !not_before_now(instant) {
                return None;
            }
            match op {
                Comparison::Greater => Some(false),
                Comparison::LessOrEqual => Some(true),
                _ => None,
            }
        }
        _ if is_time(tested, time) && not_before_now(instant) => match op {
            Comparison::Equal | Comparison::Greater | Comparison::GreaterOrEqual => Some(false),
            Comparison::Less | Comparison::LessOrEqual => Some(true),
        },
        _ => None,
    }
}

/// Whether a value is the time field of the row itself.
fn is_time(tested: &Value, time: FieldId) -> bool {
    matches!(&tested.kind, ValueKind::Field(path, field)
        if *field == time && path.base == Base::This && path.hops.is_empty())
}

/// Whether a window begins at as_of or later.
pub(super) fn starts_in_future(window: &Window) -> bool {
    window.from.as_ref().is_some_and(not_before_now)
}

/// Whether an instant is as_of or later, whatever as_of is.
fn not_before_now(instant: &Value) -> bool {
    match &instant.kind {
        ValueKind::Now => true,
        ValueKind::ShiftExact(inner, micros) => *micros >= 0 && not_before_now(inner),
        ValueKind::Instant(local) => match &**local {
            LocalTime::Shift(inner, count, _) => {
                *count >= 0 && matches!(&**inner, LocalTime::Of(inner) if not_before_now(inner))
            }
            LocalTime::Of(_) | LocalTime::StartOf(..) => false,
        },
        _ => false,
    }
}
