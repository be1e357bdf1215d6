//! Comparisons, of numbers, text and times; windows.

use super::Lowering;
use super::at_run::AtRun;
use super::complement::{complement, not_true};
use super::digits::compared;
use super::frame::{Row, Scope};
use super::time::{Fixed, ceil_date, fixed};
use crate::catalog::FieldId;
use crate::check::hir::{Aggregate, AggregateFunc, Comparison, LocalTime, Value, ValueKind, Window};
use crate::diagnostic::Span;
use crate::plan::rel::{BinaryOp, Negated, Scalar, all};
use crate::types::{Literal, Type};

impl Lowering<'_> {
    /// `left op right`, or its complement.
    pub(super) fn compare(
        &mut self,
        scope: &Scope,
        op: Comparison,
        left: &Value,
        right: &Value,
        negated: bool,
    ) -> Scalar {
        if let Some(rewritten) = self.compare_days(scope, op, left, right, negated) {
            return rewritten;
        }
        if let Some(literal) = number(right) {
            if let Some(rewritten) = self.compare_total(scope, op, left, literal, right, negated) {
                return rewritten;
            }
        } else if let Some(literal) = number(left)
            && let Some(rewritten) = self.compare_total(scope, op.mirrored(), right, literal, left, negated)
        {
            return rewritten;
        }
        let nullable = left.nullable || right.nullable;
        let values = (left, right);
        let scalars = if op == Comparison::Equal {
            (self.value(scope, left), self.value(scope, right))
        } else {
            (self.ordered(scope, left), self.value(scope, right))
        };
        let (left, right) = compared(values, scalars);
        comparison(op, left, right, nullable, negated)
    }

    /// A count or sum against a constant: where no row counts it is null instead of 0, which
    /// only matters if 0 satisfies the comparison.
    fn compare_total(
        &mut self,
        scope: &Scope,
        op: Comparison,
        total: &Value,
        literal: f64,
        bound: &Value,
        negated: bool,
    ) -> Option<Scalar> {
        match &total.kind {
            ValueKind::Aggregate(aggregate) if is_total(aggregate) => {}
            ValueKind::Periods(_) => {}
            _ => return None,
        }
        let zero_holds = holds(op, 0.0, literal) != negated;
        let right = self.value(scope, bound);
        let left = match &total.kind {
            ValueKind::Aggregate(aggregate) if !zero_holds => self.aggregate(scope, aggregate),
            ValueKind::Periods(periods) if !zero_holds => self.periods(scope, periods),
            _ => self.value(scope, total),
        };
        let (left, right) = compared((total, bound), (left, right));
        Some(comparison(op, left, right, false, negated))
    }

    /// The local day of an instant against a day that is fixed: as a range of instants, so
    /// that the column is alone.
    fn compare_days(
        &mut self,
        scope: &Scope,
        op: Comparison,
        left: &Value,
        right: &Value,
        negated: bool,
    ) -> Option<Scalar> {
        let (op, instant, day) = match (local_day(left), local_day(right)) {
            (Some(instant), _) if self.is_fixed(scope, right) && !self.is_fixed(scope, left) => {
                (op, instant, right)
            }
            (_, Some(instant)) if self.is_fixed(scope, left) && !self.is_fixed(scope, right) => {
                (op.mirrored(), instant, left)
            }
            _ => return None,
        };
        let start = self.day_bound(scope, day, 0)?;
        let next = self.day_bound(scope, day, 1)?;
        let value = self.value(scope, instant);
        let compare = |op, bound| comparison(op, value.clone(), bound, instant.nullable, negated);
        Some(match op {
            Comparison::Less => compare(Comparison::Less, start),
            Comparison::LessOrEqual => compare(Comparison::Less, next),
            Comparison::Greater => compare(Comparison::GreaterOrEqual, next),
            Comparison::GreaterOrEqual => compare(Comparison::GreaterOrEqual, start),
            Comparison::Equal => in_range(value, Some(start), Some(next), instant.nullable, negated),
        })
    }

    /// The instant at which a fixed day begins, or the day after it.
    fn day_bound(&mut self, scope: &Scope, day: &Value, days: i64) -> Option<Scalar> {
        let mut local = LocalTime::Of(day.clone());
        if days != 0 {
            local = LocalTime::Shift(Box::new(local), days, crate::types::Unit::Day);
        }
        let bound = Value {
            kind: ValueKind::Instant(Box::new(local)),
            ty: Type::Timestamp,
            nullable: false,
            span: day.span,
        };
        self.fixed_scalar(&scope.at, &bound)
    }

    fn is_fixed(&self, scope: &Scope, value: &Value) -> bool {
        fixed(value, self.as_of(&scope.at), &self.cx.hir.calendar).is_some()
    }

    /// `value BETWEEN low AND high`, or its complement.
    pub(super) fn between(
        &mut self,
        scope: &Scope,
        value: &Value,
        low: &Value,
        high: &Value,
        negated: bool,
    ) -> Scalar {
        let nullable = value.nullable || low.nullable || high.nullable;
        if let Some(instant) = local_day(value)
            && self.is_fixed(scope, low)
            && self.is_fixed(scope, high)
            && !self.is_fixed(scope, value)
            && let (Some(from), Some(to)) = (self.day_bound(scope, low, 0), self.day_bound(scope, high, 1))
        {
            let value = self.value(scope, instant);
            return in_range(value, Some(from), Some(to), nullable, negated);
        }
        let scalar = self.ordered(scope, value);
        let bounds = (self.value(scope, low), self.value(scope, high));
        let (above, low) = compared((value, low), (scalar.clone(), bounds.0));
        let (below, high) = compared((value, high), (scalar.clone(), bounds.1));
        let scalar = if above == scalar { below } else { above };
        if negated && nullable {
            return not_true(Scalar::Between(
                Box::new(scalar),
                Box::new(low),
                Box::new(high),
                Negated(false),
            ));
        }
        Scalar::Between(Box::new(scalar), Box::new(low), Box::new(high), Negated(negated))
    }

    /// `value during window`, or its complement.
    pub(super) fn during(&mut self, scope: &Scope, value: &Value, window: &Window, negated: bool) -> Scalar {
        let bounds = || window.from.iter().chain(&window.to);
        let all_fixed = bounds().all(|bound| self.is_fixed(scope, bound));
        let days = value.ty == Type::Date && all_fixed;
        let nullable = value.nullable || bounds().any(|bound| bound.nullable);
        let from = window.from.as_ref().map(|bound| self.bound_for(scope, days, bound));
        let to = window.to.as_ref().map(|bound| self.bound_for(scope, days, bound));
        let scalar = self.value(scope, value);
        let scalar = if value.ty == Type::Date && !days { self.midnight_of(scalar) } else { scalar };
        if from.is_none() && to.is_none() {
            return match (value.nullable, negated) {
                (true, false) => scalar.present(),
                (true, true) => scalar.missing(),
                (false, _) => Scalar::Literal(Literal::Boolean(!negated)),
            };
        }
        in_range(scalar, from, to, nullable, negated)
    }

    /// A window's bound as what a time is compared with: for a date with a fixed window
    /// (`days`) it is the first day whose midnight lies in it.
    pub(super) fn bound_for(&mut self, scope: &Scope, days: bool, bound: &Value) -> Scalar {
        if days && let Some(day) = self.ceil_day(&scope.at, bound) {
            return day;
        }
        self.value(scope, bound)
    }

    /// The window and the cut at as_of, for every entity with `time` on an aggregate's path.
    pub(super) fn restrict_times(&mut self, scope: &Scope, path: &[Row], aggregate: &Aggregate) {
        let last = aggregate.times.len().saturating_sub(1);
        for (at, &(hop, field)) in aggregate.times.iter().enumerate() {
            let Some(row) = path.get(hop).cloned() else { continue };
            let window = aggregate.window.as_ref().filter(|_| at == last);
            let conditions = self.time_conditions(scope, &row, field, window, aggregate.span);
            self.frames[row.frame].filter.extend(conditions);
        }
    }

    pub(super) fn time_conditions(
        &mut self,
        scope: &Scope,
        row: &Row,
        field: FieldId,
        window: Option<&Window>,
        span: Span,
    ) -> Vec<Scalar> {
        let (from, upper) = visible(window, span);
        let declared = self.cx.hir.catalog.entity(row.entity).field(field);
        let (operand, days) = self.time_operand(scope, row, field, from.iter().chain(&upper));
        let mut conditions = Vec::new();
        for (op, bound) in from
            .iter()
            .map(|bound| (BinaryOp::GreaterOrEqual, bound))
            .chain(upper.iter().map(|bound| (BinaryOp::Less, bound)))
        {
            let bound = self.bound_for(scope, days, bound);
            conditions.push(Scalar::binary(op, operand.clone(), bound));
        }
        if conditions.is_empty() && declared.nullable {
            conditions.push(operand.present());
        }
        conditions
    }

    /// A time as it is compared with these bounds, and whether that is by days: a date is
    /// alone where all bounds are fixed.
    pub(super) fn time_operand<'v>(
        &mut self,
        scope: &Scope,
        row: &Row,
        field: FieldId,
        mut bounds: impl Iterator<Item = &'v Value>,
    ) -> (Scalar, bool) {
        let column = self.field(row, field);
        if self.cx.hir.catalog.entity(row.entity).field(field).ty != Type::Date {
            return (column, false);
        }
        if bounds.all(|bound| self.is_fixed(scope, bound)) {
            (column, true)
        } else {
            (self.midnight_of(column), false)
        }
    }

    /// The first day whose midnight is not before a fixed instant.
    pub(super) fn ceil_day(&mut self, at: &AtRun, bound: &Value) -> Option<Scalar> {
        match fixed(bound, self.as_of(at), &self.cx.hir.calendar)? {
            Fixed::Constant(Literal::Timestamp(instant)) => {
                let day = ceil_date(instant, &self.cx.hir.calendar)?;
                Some(Scalar::Literal(Literal::Date(day)))
            }
            Fixed::Constant(_) => None,
            Fixed::Clock(name) => {
                let instant = self.value_of_clock(at, bound, &name);
                Some(self.ceil_clock(at, &name, instant))
            }
        }
    }
}

/// The bounds between which an aggregate sees rows: its window, cut at as_of unless it admits
/// the future. All of the upper bounds hold.
fn visible(window: Option<&Window>, span: Span) -> (Option<Value>, Vec<Value>) {
    let now = || Value { kind: ValueKind::Now, ty: Type::Timestamp, nullable: false, span };
    match window {
        None => (None, vec![now()]),
        Some(window) if window.admits_future => (window.from.clone(), window.to.iter().cloned().collect()),
        Some(window) => {
            let upper = match window.to.as_ref().map(|to| (to, past(to))) {
                None | Some((_, Some(false))) => vec![now()],
                Some((to, Some(true))) => vec![to.clone()],
                Some((to, None)) => vec![to.clone(), now()],
            };
            (window.from.clone(), upper)
        }
    }
}

/// Whether a bound is never after as_of (`true`), never before it (`false`), or unknown.
fn past(bound: &Value) -> Option<bool> {
    match &bound.kind {
        ValueKind::Now => Some(true),
        ValueKind::ShiftExact(inner, micros) => (past(inner)? == (*micros <= 0)).then_some(*micros <= 0),
        ValueKind::Instant(local) => past_local(local),
        _ => None,
    }
}

fn past_local(local: &LocalTime) -> Option<bool> {
    match local {
        LocalTime::Of(value) if matches!(value.kind, ValueKind::Now) => Some(true),
        LocalTime::Of(_) => None,
        LocalTime::StartOf(_, inner) => past_local(inner).filter(|past| *past),
        LocalTime::Shift(inner, count, unit) => match (inner.as_ref(), *count) {
            (_, ..=0) => past_local(inner).filter(|past| *past),
            // The end of the unit that as_of lies in is after as_of.
            (LocalTime::StartOf(of, start), 1) if of == unit && is_now(start) => Some(false),
            _ => None,
        },
    }
}

fn is_now(local: &LocalTime) -> bool {
    matches!(local, LocalTime::Of(value) if matches!(value.kind, ValueKind::Now))
}

/// `from <= value < to`, or its complement.
fn in_range(
    value: Scalar,
    from: Option<Scalar>,
    to: Option<Scalar>,
    nullable: bool,
    negated: bool,
) -> Scalar {
    let (inside_from, inside_to) = (BinaryOp::GreaterOrEqual, BinaryOp::Less);
    if negated && !nullable {
        let before = from.map(|bound| Scalar::binary(BinaryOp::Less, value.clone(), bound));
        let after = to.map(|bound| Scalar::binary(BinaryOp::GreaterOrEqual, value, bound));
        let mut parts: Vec<Scalar> = before.into_iter().chain(after).collect();
        return if parts.len() == 1 { parts.swap_remove(0) } else { Scalar::Or(parts) };
    }
    let lower = from.map(|bound| Scalar::binary(inside_from, value.clone(), bound));
    let upper = to.map(|bound| Scalar::binary(inside_to, value, bound));
    let inside = all(lower.into_iter().chain(upper).collect());
    let inside = inside.unwrap_or(Scalar::Literal(Literal::Boolean(true)));
    complement(inside, nullable, negated)
}

/// `left op right`, or its complement: another operator where neither side may be missing.
fn comparison(op: Comparison, left: Scalar, right: Scalar, nullable: bool, negated: bool) -> Scalar {
    let operator = |op, negated| match (op, negated) {
        (Comparison::Equal, false) => BinaryOp::Equal,
        (Comparison::Equal, true) => BinaryOp::NotEqual,
        (Comparison::Less, false) | (Comparison::GreaterOrEqual, true) => BinaryOp::Less,
        (Comparison::LessOrEqual, false) | (Comparison::Greater, true) => BinaryOp::LessOrEqual,
        (Comparison::Greater, false) | (Comparison::LessOrEqual, true) => BinaryOp::Greater,
        (Comparison::GreaterOrEqual, false) | (Comparison::Less, true) => BinaryOp::GreaterOrEqual,
    };
    if negated && nullable {
        return not_true(Scalar::binary(operator(op, false), left, right));
    }
    Scalar::binary(operator(op, negated), left, right)
}

fn holds(op: Comparison, left: f64, right: f64) -> bool {
    match op {
        Comparison::Equal => left == right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    }
}

/// The sign and rough size of a numeric constant: all that a comparison with 0 needs.
fn number(value: &Value) -> Option<f64> {
    match &value.kind {
        ValueKind::Literal(Literal::Integer(number)) => Some(i64::signum(*number) as f64),
        ValueKind::Literal(Literal::Float(number)) => Some(*number),
        ValueKind::Literal(Literal::Decimal(number)) => Some(match number.sign() {
            bigdecimal::num_bigint::Sign::Minus => -1.0,
            bigdecimal::num_bigint::Sign::NoSign => 0.0,
            bigdecimal::num_bigint::Sign::Plus => 1.0,
        }),
        _ => None,
    }
}

/// An aggregate that is 0 over nothing.
pub(super) fn is_total(aggregate: &Aggregate) -> bool {
    matches!(aggregate.func, AggregateFunc::Count | AggregateFunc::CountDistinct | AggregateFunc::Sum)
}

/// The instant whose local day a value is.
fn local_day(value: &Value) -> Option<&Value> {
    match &value.kind {
        ValueKind::LocalDate(local) => match local.as_ref() {
            LocalTime::Of(instant) if instant.ty == Type::Timestamp => Some(instant),
            _ => None,
        },
        _ => None,
    }
}
