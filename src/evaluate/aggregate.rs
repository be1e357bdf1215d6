//! Aggregates: which path instances one sees, and what it makes of them.

use std::collections::BTreeSet;

use bigdecimal::{BigDecimal, Zero};
use jiff::Timestamp;

use super::evaluator::{Evaluator, Row, Scope};
use super::number::{decimal, float, to_decimal, to_float};
use super::time::instant;
use super::{Datum, EvalError};
use crate::check::hir::{Aggregate, AggregateFunc, Value, Window};
use crate::diagnostic::Span;
use crate::types::Type;

/// An instance of a path.
pub(super) struct Instance {
    /// What is said about it is read from here.
    pub(super) scope: Scope,
    /// The time of the last entity that has one.
    pub(super) time: Option<Timestamp>,
}

impl Evaluator<'_> {
    /// The instances of the path that are in the window and satisfy the filter.
    pub(super) fn selected(&self, aggregate: &Aggregate, scope: Scope) -> Result<Vec<Scope>, EvalError> {
        let mut selected = Vec::new();
        for instance in self.instances(aggregate, scope)? {
            let passes = match &aggregate.filter {
                None => true,
                Some(filter) => self.test(filter, instance)?,
            };
            if passes {
                selected.push(instance);
            }
        }
        Ok(selected)
    }

    /// True over nothing. Path and window choose the rows; the filter is the test.
    pub(super) fn every(&self, aggregate: &Aggregate, scope: Scope) -> Result<bool, EvalError> {
        let Some(test) = &aggregate.filter else {
            return Ok(true);
        };
        for instance in self.instances(aggregate, scope)? {
            if !self.test(test, instance)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Joined rows up to the path's end, cut at as_of and to the window; each as the scope
    /// of what is said about it.
    fn instances(&self, aggregate: &Aggregate, scope: Scope) -> Result<Vec<Scope>, EvalError> {
        let instances = self.instances_in(aggregate, aggregate.window.as_ref(), scope)?;
        Ok(instances.into_iter().map(|instance| instance.scope).collect())
    }

    /// The same, in a window.
    pub(super) fn instances_in(
        &self,
        aggregate: &Aggregate,
        window: Option<&Window>,
        scope: Scope,
    ) -> Result<Vec<Instance>, EvalError> {
        if aggregate.hops.first().is_none_or(|hop| hop.from != scope.this.entity) {
            return Err(EvalError::IllTyped(aggregate.span));
        }
        let mut instances = vec![vec![]];
        for hop in &aggregate.hops {
            let mut longer = Vec::new();
            for instance in &instances {
                let from = instance.last().copied().unwrap_or(scope.this);
                for to in self.follow(from, hop) {
                    let mut rows: Vec<Row> = instance.clone();
                    rows.push(to);
                    longer.push(rows);
                }
            }
            instances = longer;
        }
        let mut visible = Vec::new();
        for rows in instances {
            let end = rows.last().copied().ok_or(EvalError::IllTyped(aggregate.span))?;
            let inside = scope.inside(end);
            if let Some(time) = self.visible_at(aggregate, window, &rows, inside)? {
                visible.push(Instance { scope: inside, time });
            }
        }
        Ok(visible)
    }

    /// "An aggregate sees a row of an entity with `time` only if that time is present and
    /// before as_of", but for the window's own where the window admits the future.
    /// Gives the last time, if there is any.
    fn visible_at(
        &self,
        aggregate: &Aggregate,
        window: Option<&Window>,
        rows: &[Row],
        scope: Scope,
    ) -> Result<Option<Option<Timestamp>>, EvalError> {
        let mut latest = None;
        let last = aggregate.times.len().checked_sub(1);
        if window.is_some() && last.is_none() {
            return Err(EvalError::IllTyped(aggregate.span));
        }
        for (at, (hop, field)) in aggregate.times.iter().enumerate() {
            let row = rows.get(*hop).ok_or(EvalError::IllTyped(aggregate.span))?;
            let Some(time) = instant(self.field(*row, *field), &self.hir.calendar, aggregate.span)? else {
                return Ok(None);
            };
            let window = window.filter(|_| Some(at) == last);
            if !window.is_some_and(|window| window.admits_future) && time >= self.as_of {
                return Ok(None);
            }
            if let Some(window) = window
                && !self.in_window(window, time, scope)?
            {
                return Ok(None);
            }
            latest = Some(time);
        }
        Ok(Some(latest))
    }

    /// A number or value made of the selected instances.
    pub(super) fn aggregate(&self, aggregate: &Aggregate, scope: Scope) -> Result<Datum, EvalError> {
        let span = aggregate.span;
        let selected = self.selected(aggregate, scope)?;
        let values = || {
            let value = aggregate.value.as_ref().ok_or(EvalError::IllTyped(span))?;
            Ok((self.present(value, &selected)?, &value.ty))
        };
        match aggregate.func {
            AggregateFunc::Count => count(selected.len(), span),
            AggregateFunc::CountDistinct => {
                let (values, _) = values()?;
                count(values.into_iter().collect::<BTreeSet<_>>().len(), span)
            }
            AggregateFunc::Sum => {
                let (values, ty) = values()?;
                sum(&values, ty, span)
            }
            AggregateFunc::Avg => {
                let (values, ty) = values()?;
                average(&values, ty, span)
            }
            AggregateFunc::Min => Ok(values()?.0.into_iter().min().into()),
            AggregateFunc::Max => Ok(values()?.0.into_iter().max().into()),
            AggregateFunc::First | AggregateFunc::Last | AggregateFunc::Mode => {
                Err(EvalError::IllTyped(span))
            }
            AggregateFunc::Exists | AggregateFunc::Every => Err(EvalError::IllTyped(span)),
        }
    }

    /// The values of the instances, without the missing ones, which aggregates skip.
    fn present(&self, value: &Value, instances: &[Scope]) -> Result<Vec<Datum>, EvalError> {
        let mut values = Vec::new();
        for instance in instances {
            let found = self.eval(value, *instance)?;
            if !found.is_missing() {
                values.push(found);
            }
        }
        Ok(values)
    }
}

fn count(rows: usize, span: Span) -> Result<Datum, EvalError> {
    i64::try_from(rows).map(Datum::Integer).map_err(|_| EvalError::Overflow(span))
}

/// 0 over nothing. Integers and decimals add up exactly, floats in the order of the rows.
fn sum(values: &[Datum], ty: &Type, span: Span) -> Result<Datum, EvalError> {
    match ty {
        Type::Integer => decimal(&exact_sum(values, span)?, &Type::WIDE_INTEGER, span),
        Type::Decimal { scale, .. } => {
            let wide = Type::Decimal { precision: 38, scale: *scale };
            decimal(&exact_sum(values, span)?, &wide, span)
        }
        Type::Float => float_sum(values, span),
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// A float; missing over nothing.
#[expect(clippy::cast_precision_loss, reason = "nobody holds 2^53 rows in memory")]
fn average(values: &[Datum], ty: &Type, span: Span) -> Result<Datum, EvalError> {
    if values.is_empty() {
        return Ok(Datum::Missing);
    }
    let total =
        if *ty == Type::Float { float_sum(values, span)? } else { Datum::Decimal(exact_sum(values, span)?) };
    match total {
        Datum::Missing => Ok(Datum::Missing),
        total => {
            let total = to_float(&total).ok_or(EvalError::IllTyped(span))?;
            float(total / values.len() as f64, &[total], span)
        }
    }
}

fn exact_sum(values: &[Datum], span: Span) -> Result<BigDecimal, EvalError> {
    let mut total = BigDecimal::zero();
    for value in values {
        total += to_decimal(value).ok_or(EvalError::IllTyped(span))?;
    }
    Ok(total)
}

fn float_sum(values: &[Datum], span: Span) -> Result<Datum, EvalError> {
    let mut total = 0.0;
    for value in values {
        let next = to_float(value).ok_or(EvalError::IllTyped(span))?;
        match float(total + next, &[total, next], span)? {
            Datum::Float(sum) => total = sum,
            // NaN, of infinities of both signs.
            missing => return Ok(missing),
        }
    }
    Ok(Datum::Float(total))
}
