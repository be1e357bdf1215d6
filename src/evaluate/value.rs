//! Values, which may be missing.

use super::evaluator::{Evaluator, Scope};
use super::number::{Whole, absolute, arithmetic, negate, whole, widen};
use super::time::{days_between, part};
use super::{Datum, EvalError};
use crate::check::hir::{Func, LocalTime, Value, ValueKind};
use crate::diagnostic::Span;
use crate::types::calendar::shift_exact;

impl Evaluator<'_> {
    /// A value, of the type that the tree says.
    pub(super) fn eval(&self, value: &Value, scope: Scope) -> Result<Datum, EvalError> {
        let found = self.eval_kind(value, scope.deeper(value.span)?)?;
        if found.is_missing() && !value.may_miss {
            return Err(EvalError::Missing(value.span));
        }
        widen(found, &value.ty, value.span)
    }

    fn eval_kind(&self, value: &Value, scope: Scope) -> Result<Datum, EvalError> {
        let span = value.span;
        match &value.kind {
            ValueKind::Literal(literal) => Ok(Datum::from(literal)),
            ValueKind::Field(path, field) => {
                let row = self.end(path, scope, span)?;
                Ok(row.map_or(Datum::Missing, |row| self.field(row, *field).clone()))
            }
            ValueKind::Trait(path, id) => {
                let row = self.end(path, scope, span)?;
                row.map_or(Ok(Datum::Missing), |row| self.computed(*id, row.index))
            }
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate, scope),
            ValueKind::Arithmetic(op, left, right) => {
                let (left, right) = (self.eval(left, scope)?, self.eval(right, scope)?);
                arithmetic(*op, &left, &right, &value.ty, span)
            }
            ValueKind::Negate(inner) => negate(&self.eval(inner, scope)?, span),
            ValueKind::Call(Func::Coalesce, args) => self.coalesce(args, scope),
            ValueKind::Call(func, args) => match args.as_slice() {
                [arg] => call(*func, &self.eval(arg, scope)?, span),
                _ => Err(EvalError::IllTyped(span)),
            },
            ValueKind::Now => Ok(Datum::Timestamp(self.as_of)),
            ValueKind::Instant(_) | ValueKind::LocalDate(_) | ValueKind::LocalPart(..) => {
                self.eval_local(value, scope)
            }
            ValueKind::ShiftExact(inner, micros) => match self.eval(inner, scope)? {
                Datum::Missing => Ok(Datum::Missing),
                Datum::Timestamp(instant) => {
                    let moved = shift_exact(instant, *micros).ok_or(EvalError::OutOfRange(span))?;
                    Ok(Datum::Timestamp(moved))
                }
                _ => Err(EvalError::IllTyped(span)),
            },
            ValueKind::DaysBetween(from, to) => match (self.eval(from, scope)?, self.eval(to, scope)?) {
                (Datum::Missing, _) | (_, Datum::Missing) => Ok(Datum::Missing),
                (Datum::Date(from), Datum::Date(to)) => Ok(Datum::Integer(days_between(from, to, span)?)),
                _ => Err(EvalError::IllTyped(span)),
            },
            ValueKind::Condition(cond) => Ok(Datum::Boolean(self.test(cond, scope)?)),
        }
    }

    /// What is made of a local time.
    fn eval_local(&self, value: &Value, scope: Scope) -> Result<Datum, EvalError> {
        let span = value.span;
        let local = |local: &LocalTime| self.local(local, scope, span);
        match &value.kind {
            ValueKind::Instant(time) => match local(time)? {
                None => Ok(Datum::Missing),
                Some(time) => {
                    let instant = self.hir.calendar.instant(time).ok_or(EvalError::OutOfRange(span))?;
                    Ok(Datum::Timestamp(instant))
                }
            },
            ValueKind::LocalDate(time) => Ok(local(time)?.map(|time| time.date()).into()),
            ValueKind::LocalPart(which, time) => Ok(local(time)?.map(|time| part(*which, time)).into()),
            _ => Err(EvalError::IllTyped(span)),
        }
    }

    /// The first that is present.
    fn coalesce(&self, args: &[Value], scope: Scope) -> Result<Datum, EvalError> {
        for arg in args {
            let found = self.eval(arg, scope)?;
            if !found.is_missing() {
                return Ok(found);
            }
        }
        Ok(Datum::Missing)
    }
}

/// A function of one argument.
fn call(func: Func, arg: &Datum, span: Span) -> Result<Datum, EvalError> {
    match (func, arg) {
        (_, Datum::Missing) => Ok(Datum::Missing),
        (Func::Abs, number) => absolute(number, span),
        (Func::Round, number) => whole(number, Whole::Nearest, span),
        (Func::Floor, number) => whole(number, Whole::Down, span),
        (Func::Ceil, number) => whole(number, Whole::Up, span),
        // Rust lowers a final sigma to ς where engines may say σ: one of the letters on
        // which the language leaves engines their difference.
        (Func::Lower, Datum::String(text)) => Ok(Datum::String(text.to_lowercase())),
        (Func::Upper, Datum::String(text)) => Ok(Datum::String(text.to_uppercase())),
        (Func::Trim, Datum::String(text)) => Ok(Datum::from(text.trim_matches(' '))),
        (Func::Length, Datum::String(text)) => {
            i64::try_from(text.chars().count()).map(Datum::Integer).map_err(|_| EvalError::Overflow(span))
        }
        (Func::Lower | Func::Upper | Func::Trim | Func::Length | Func::Coalesce, _) => {
            Err(EvalError::IllTyped(span))
        }
    }
}
