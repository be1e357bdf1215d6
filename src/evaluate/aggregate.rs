//! Aggregates: what each makes of the path instances that it sees.

use std::collections::{BTreeMap, BTreeSet};

use bigdecimal::{BigDecimal, Zero};

use super::evaluator::{Evaluator, RowScope};
use super::number::{decimal, float, to_decimal, to_float};
use super::{Datum, EvalError};
use crate::check::hir::{Aggregate, AggregateFunc, Value};
use crate::diagnostic::Span;
use crate::types::Type;

impl Evaluator<'_> {
    /// True over nothing. Path, window and `latest` choose the rows; the filter is the test.
    pub(super) fn every(&self, aggregate: &Aggregate, scope: RowScope) -> Result<bool, EvalError> {
        let Some(test) = &aggregate.filter else {
            return Ok(true);
        };
        for instance in self.selected(aggregate, scope)? {
            if !self.test(test, instance)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A number or value made of the selected instances.
    pub(super) fn aggregate(&self, aggregate: &Aggregate, scope: RowScope) -> Result<Datum, EvalError> {
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
            AggregateFunc::First => self.of_one(aggregate, selected.first()),
            AggregateFunc::Last => self.of_one(aggregate, selected.last()),
            AggregateFunc::Mode => Ok(mode(values()?.0)),
            AggregateFunc::Exists | AggregateFunc::Every => Err(EvalError::IllTyped(span)),
        }
    }

    /// The value of one instance, even if it is missing; missing if there is none.
    fn of_one(&self, aggregate: &Aggregate, instance: Option<&RowScope>) -> Result<Datum, EvalError> {
        let value = aggregate.value.as_ref().ok_or(EvalError::IllTyped(aggregate.span))?;
        instance.map_or(Ok(Datum::Missing), |instance| self.eval(value, *instance))
    }

    /// The values of the instances, without the missing ones, which aggregates skip.
    fn present(&self, value: &Value, instances: &[RowScope]) -> Result<Vec<Datum>, EvalError> {
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

/// The most frequent; of several, the smallest. Missing over nothing.
fn mode(values: Vec<Datum>) -> Datum {
    let mut counts: BTreeMap<Datum, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max();
    let found = counts.into_iter().find(|(_, count)| Some(*count) == most);
    found.map(|(value, _)| value).into()
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
