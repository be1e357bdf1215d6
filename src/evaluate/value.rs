//! Values, which may be missing.

use jiff::civil::DateTime;

use super::cond::elements;
use super::evaluator::{Evaluator, RowScope};
use super::number::{Whole, absolute, arithmetic, negate, version, whole, widen};
use super::time::{days_between, part};
use super::{Datum, EvalError};
use crate::catalog::FieldId;
use crate::check::hir::{Func, LocalTime, Path, TraitId, Value, ValueKind};
use crate::diagnostic::Span;
use crate::types::calendar::shift_exact;
use crate::types::reading;

impl Evaluator<'_> {
    /// A value, of the type that the tree says.
    pub(super) fn eval(&self, value: &Value, scope: RowScope) -> Result<Datum, EvalError> {
        let found = self.eval_kind(value, scope.deeper(value.span)?)?;
        if found.is_missing() && !value.nullable {
            return Err(EvalError::Missing(value.span));
        }
        widen(found, &value.ty, value.span)
    }

    /// Only tells the kinds apart: what recurses through here keeps a small frame.
    fn eval_kind(&self, value: &Value, scope: RowScope) -> Result<Datum, EvalError> {
        let span = value.span;
        match &value.kind {
            ValueKind::Literal(literal) => Ok(Datum::from(literal)),
            ValueKind::Field(path, field) => self.read(path, *field, scope, span),
            ValueKind::Trait(path, id) => self.read_trait(path, *id, scope, span),
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate, scope),
            ValueKind::Arithmetic(op, left, right) => {
                let [left, right] = self.pair(left, right, scope)?;
                arithmetic(*op, &left, &right, &value.ty, span)
            }
            ValueKind::Negate(inner) => negate(&self.eval(inner, scope)?, span),
            ValueKind::Call(Func::Coalesce, args) => self.coalesce(args, scope),
            ValueKind::Call(Func::Bucket(tool), args) => self.tool_bucket(*tool, args, scope, span),
            ValueKind::Call(func, args) => match args.as_slice() {
                [arg] => call(*func, &self.eval(arg, scope)?, span),
                _ => Err(EvalError::IllTyped(span)),
            },
            ValueKind::Now => Ok(Datum::Timestamp(self.as_of)),
            ValueKind::Instant(time) => self.instant_of(time, scope, span),
            ValueKind::LocalDate(time) => Ok(self.local(time, scope, span)?.map(DateTime::date).into()),
            ValueKind::LocalPart(which, time) => {
                Ok(self.local(time, scope, span)?.map(|time| part(*which, time)).into())
            }
            ValueKind::ShiftExact(inner, micros) => moved(&self.eval(inner, scope)?, *micros, span),
            ValueKind::DaysBetween(from, to) => {
                let [from, to] = self.pair(from, to, scope)?;
                days_between(&from, &to, span)
            }
            ValueKind::Periods(periods) => self.periods(periods, scope),
            ValueKind::Bucket { entity, seed } if scope.this.entity == *entity => {
                Ok(Datum::Integer(self.bucket(scope.this, seed, span)?))
            }
            ValueKind::Bucket { .. } => Err(EvalError::IllTyped(value.span)),
            ValueKind::Condition(cond) => self.test(cond, scope).map(Datum::Boolean),
        }
    }

    /// Two operands; both are evaluated, even if the first is missing.
    pub(super) fn pair(&self, left: &Value, right: &Value, scope: RowScope) -> Result<[Datum; 2], EvalError> {
        let left = self.eval(left, scope)?;
        let right = self.eval(right, scope)?;
        Ok([left, right])
    }

    fn read(&self, path: &Path, field: FieldId, scope: RowScope, span: Span) -> Result<Datum, EvalError> {
        let row = self.end(path, scope, span)?;
        Ok(row.map_or(Datum::Missing, |row| self.field(row, field).clone()))
    }

    fn read_trait(&self, path: &Path, id: TraitId, scope: RowScope, span: Span) -> Result<Datum, EvalError> {
        let row = self.end(path, scope, span)?;
        row.map_or(Ok(Datum::Missing), |row| self.computed(id, row.index))
    }

    fn instant_of(&self, time: &LocalTime, scope: RowScope, span: Span) -> Result<Datum, EvalError> {
        let instant = self.local(time, scope, span)?.map(|time| self.hir.calendar.instant(time));
        instant.map_or(Ok(Datum::Missing), |found| {
            found.map(Datum::Timestamp).ok_or(EvalError::OutOfRange(span))
        })
    }

    /// The first that is present.
    fn coalesce(&self, args: &[Value], scope: RowScope) -> Result<Datum, EvalError> {
        for arg in args {
            let found = self.eval(arg, scope)?;
            if !found.is_missing() {
                return Ok(found);
            }
        }
        Ok(Datum::Missing)
    }
}

/// An instant moved by exact microseconds.
fn moved(time: &Datum, micros: i64, span: Span) -> Result<Datum, EvalError> {
    match time {
        Datum::Missing => Ok(Datum::Missing),
        Datum::Timestamp(instant) => {
            shift_exact(*instant, micros).map(Datum::Timestamp).ok_or(EvalError::OutOfRange(span))
        }
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// A function of one argument.
fn call(func: Func, arg: &Datum, span: Span) -> Result<Datum, EvalError> {
    match (func, arg) {
        (Func::Size, array) => i64::try_from(elements(array, span)?.count())
            .map(Datum::Integer)
            .map_err(|_| EvalError::Overflow(span)),
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
        (Func::Semver, Datum::String(text)) => Ok(version(text)),
        (Func::ReadInteger, Datum::String(text)) => Ok(reading::integer(text).map(Datum::Integer).into()),
        (Func::ReadDecimal, Datum::String(text)) => Ok(reading::decimal(text).map(Datum::Decimal).into()),
        (Func::ReadDate, Datum::String(text)) => Ok(reading::date(text).map(Datum::Date).into()),
        (Func::ReadTimestamp, Datum::String(text)) => {
            Ok(reading::timestamp(text).map(Datum::Timestamp).into())
        }
        (Func::Text, Datum::Integer(number)) => Ok(Datum::String(number.to_string())),
        (Func::Text, Datum::Date(day)) => Ok(Datum::String(day.to_string())),
        (Func::Text, Datum::Boolean(value)) => Ok(Datum::String(value.to_string())),
        (
            Func::Lower
            | Func::Upper
            | Func::Trim
            | Func::Length
            | Func::Coalesce
            | Func::Semver
            | Func::ReadInteger
            | Func::ReadDecimal
            | Func::ReadDate
            | Func::ReadTimestamp
            | Func::Text
            | Func::Bucket(_),
            _,
        ) => Err(EvalError::IllTyped(span)),
    }
}
