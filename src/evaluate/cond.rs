//! Conditions: true or false for every row, never unknown.

use std::cmp::Ordering;

use super::evaluator::{Evaluator, RowScope};
use super::number::compare;
use super::time::instant;
use super::{Datum, EvalError};
use crate::check::hir::{Comparison, Cond, CondKind, TextOp, Value, Window};
use crate::diagnostic::Span;
use crate::types::Literal;

impl Evaluator<'_> {
    /// Whether any condition holds; they are tried in order, up to the first that does.
    pub(super) fn any(&self, conds: &[Cond], scope: RowScope) -> Result<bool, EvalError> {
        for cond in conds {
            if self.test(cond, scope)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn all(&self, conds: &[Cond], scope: RowScope) -> Result<bool, EvalError> {
        for cond in conds {
            if !self.test(cond, scope)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a condition holds.
    pub(super) fn test(&self, cond: &Cond, scope: RowScope) -> Result<bool, EvalError> {
        let scope = scope.deeper(cond.span)?;
        match &cond.kind {
            CondKind::Constant(value) => Ok(*value),
            CondKind::And(parts) => self.all(parts, scope),
            CondKind::Or(parts) => self.any(parts, scope),
            CondKind::HowMany(least, most, parts) => {
                let mut holding = 0;
                for part in parts {
                    holding += usize::from(self.test(part, scope)?);
                }
                Ok((*least..=*most).contains(&holding))
            }
            CondKind::Not(inner) => Ok(!self.test(inner, scope)?),
            CondKind::Compare(op, left, right) => self.compares(*op, left, right, cond.span, scope),
            CondKind::In(value, items) => self.is_in(value, items, scope),
            CondKind::Between(value, low, high) => {
                Ok(self.compares(Comparison::GreaterOrEqual, value, low, cond.span, scope)?
                    && self.compares(Comparison::LessOrEqual, value, high, cond.span, scope)?)
            }
            CondKind::Text(op, value, needle) => text(*op, &self.pair(value, needle, scope)?, cond.span),
            CondKind::Missing(value) => Ok(self.eval(value, scope)?.is_missing()),
            CondKind::During(value, window) => self.is_during(value, window, scope),
            CondKind::InSegment(path, segment) => {
                let row = self.end(path, scope, cond.span)?;
                Ok(row.is_some_and(|row| self.is_member(*segment, row.index)))
            }
            CondKind::True(value) => is_true(&self.eval(value, scope)?, cond.span),
            CondKind::Exists(aggregate) => Ok(!self.selected(aggregate, scope)?.is_empty()),
            CondKind::Every(aggregate) => self.every(aggregate, scope),
            CondKind::Contains(array, item) => {
                let item = self.eval(item, scope)?;
                self.has_element(&self.eval(array, scope)?, &item, cond.span)
            }
            CondKind::ContainsAny(array, items) => self.has_elements(array, items, scope, false),
            CondKind::ContainsAll(array, items) => self.has_elements(array, items, scope, true),
            CondKind::Empty(array) => Ok(elements(&self.eval(array, scope)?, cond.span)?.next().is_none()),
            CondKind::Anniversary(value, window) => self.has_anniversary(value, window, scope),
            CondKind::Sequence(sequence) => self.sequence(sequence, scope),
            CondKind::Matches(..) | CondKind::Resembles(..) => self.on_text(cond, scope),
        }
    }

    fn compares(
        &self,
        op: Comparison,
        left: &Value,
        right: &Value,
        span: Span,
        scope: RowScope,
    ) -> Result<bool, EvalError> {
        let [left, right] = self.pair(left, right, scope)?;
        let order = compare(&left, &right, span)?;
        Ok(order.is_some_and(|order| match op {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterOrEqual => order != Ordering::Less,
        }))
    }

    fn is_during(&self, value: &Value, window: &Window, scope: RowScope) -> Result<bool, EvalError> {
        match instant(&self.eval(value, scope)?, &self.hir.calendar, value.span)? {
            None => Ok(false),
            Some(instant) => self.in_window(window, instant, scope),
        }
    }

    /// Whether an element equals the value; none does if either is missing.
    fn has_element(&self, array: &Datum, item: &Datum, span: Span) -> Result<bool, EvalError> {
        for element in elements(array, span)? {
            if compare(element, item, span)? == Some(Ordering::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an array has all of these elements, or any.
    fn has_elements(
        &self,
        array: &Value,
        items: &[Literal],
        scope: RowScope,
        all: bool,
    ) -> Result<bool, EvalError> {
        let found = self.eval(array, scope)?;
        for item in items {
            if self.has_element(&found, &Datum::from(item), array.span)? != all {
                return Ok(!all);
            }
        }
        Ok(all)
    }

    fn is_in(&self, value: &Value, items: &[Literal], scope: RowScope) -> Result<bool, EvalError> {
        let found = self.eval(value, scope)?;
        for item in items {
            if compare(&found, &Datum::from(item), value.span)? == Some(Ordering::Equal) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a boolean is true: false and missing are not.
fn is_true(value: &Datum, span: Span) -> Result<bool, EvalError> {
    match value {
        Datum::Missing => Ok(false),
        Datum::Boolean(value) => Ok(*value),
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// The elements of an array that are present; an absent array has none.
pub(super) fn elements(array: &Datum, span: Span) -> Result<impl Iterator<Item = &Datum>, EvalError> {
    let items = match array {
        Datum::Missing => &[][..],
        Datum::Array(items) => items,
        _ => return Err(EvalError::IllTyped(span)),
    };
    Ok(items.iter().filter(|item| !item.is_missing()))
}

/// A test on text; the needle is literal text.
fn text(op: TextOp, operands: &[Datum; 2], span: Span) -> Result<bool, EvalError> {
    match operands {
        [Datum::Missing, _] | [_, Datum::Missing] => Ok(false),
        [Datum::String(value), Datum::String(needle)] => Ok(match op {
            TextOp::Contains => value.contains(needle.as_str()),
            TextOp::StartsWith => value.starts_with(needle.as_str()),
            TextOp::EndsWith => value.ends_with(needle.as_str()),
        }),
        _ => Err(EvalError::IllTyped(span)),
    }
}
