//! The possible values of a value.

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::Zero;

use super::set::{Cut, Point, Values};
use crate::catalog::Field;
use crate::check::hir::{AggregateFunc, Func, Hir, TimePart, Value, ValueKind};
use crate::diagnostic::{Label, Span};
use crate::types::{Literal, Type};

/// What a value can be.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) values: Values,
    /// The same, whatever the catalog says of bounds and values.
    pub(crate) by_type: Values,
    /// What the catalog says, and where.
    pub(crate) declared: Option<Label>,
}

impl Domain {
    pub(crate) fn of(hir: &Hir, value: &Value) -> Self {
        let (mut by_type, mut values) = (by_type(&value.ty), None);
        let mut declared = None;
        match bounds(hir, value) {
            Bounds::Own(range) => by_type = by_type.meet(&range),
            Bounds::Declared(range, label) => {
                values = Some(by_type.meet(&range));
                declared = Some(label);
            }
            Bounds::None => {}
        }
        let mut values = values.unwrap_or_else(|| by_type.clone());
        by_type.missing = value.nullable;
        values.missing = value.nullable;
        Self { values, by_type, declared }
    }

    /// The domain of a boolean that is never missing.
    pub(crate) fn truth() -> Self {
        Self::whole(0, 1, false)
    }

    /// The domain of a number of rows.
    pub(crate) fn count() -> Self {
        let values = by_type(&Type::Integer).meet(&from(0));
        Self { by_type: values.clone(), values, declared: None }
    }

    /// How two values compare: less, equal, greater.
    pub(crate) fn order(nullable: bool) -> Self {
        Self::whole(-1, 1, nullable)
    }

    pub(crate) fn whole(least: i64, most: i64, missing: bool) -> Self {
        let values = Values { missing, ..between(least, most).whole() };
        Self { by_type: values.clone(), values, declared: None }
    }

    /// The domain of a value of which nothing is known.
    pub(crate) fn any(missing: bool) -> Self {
        let values = Values { missing, ..Values::range(Cut::Start, Cut::End) };
        Self { by_type: values.clone(), values, declared: None }
    }
}

fn between(least: i64, most: i64) -> Values {
    Values::range(Cut::before(least.into()), Cut::after(most.into()))
}

fn from(least: i64) -> Values {
    Values::range(Cut::before(least.into()), Cut::End)
}

fn by_type(ty: &Type) -> Values {
    match ty {
        Type::Boolean => between(0, 1).whole(),
        Type::Integer => between(i64::MIN, i64::MAX).whole(),
        Type::String => Values::range(Cut::before(Point::Text(String::new())), Cut::End),
        _ => Values::range(Cut::Start, Cut::End),
    }
}

/// Narrower bounds than those of a value's type.
enum Bounds {
    None,
    /// They follow from what it is.
    Own(Values),
    /// The catalog declares `values`, `min` or `max`.
    Declared(Values, Label),
}

fn bounds(hir: &Hir, value: &Value) -> Bounds {
    match &value.kind {
        ValueKind::Field(path, field) => of_field(hir.catalog.entity(path.end).field(*field)),
        ValueKind::Trait(_, id) => bounds(hir, &hir.computed(*id).value),
        ValueKind::LocalPart(part, _) => Bounds::Own(match part {
            TimePart::Month => between(1, 12),
            TimePart::Day => between(1, 31),
            TimePart::Hour => between(0, 23),
            TimePart::Minute => between(0, 59),
            TimePart::TimeOfDay => between(0, 86_399_999_999),
            TimePart::Weekday => between(1, 7),
            TimePart::Year => return Bounds::None,
        }),
        ValueKind::Bucket { .. } => Bounds::Own(between(0, 9_999)),
        ValueKind::Call(Func::Bucket(tool), _) => Bounds::Own(between(0, tool.last())),
        ValueKind::Periods(periods) => {
            let most = i64::try_from(periods.bounds.len()).unwrap_or(i64::MAX).saturating_sub(1);
            Bounds::Own(between(0, most))
        }
        ValueKind::Call(Func::Length | Func::Size | Func::Abs, _) => Bounds::Own(from(0)),
        ValueKind::Aggregate(aggregate) => {
            let inner = aggregate.value.as_ref();
            match aggregate.func {
                AggregateFunc::Count | AggregateFunc::CountDistinct => Bounds::Own(from(0)),
                AggregateFunc::Min
                | AggregateFunc::Max
                | AggregateFunc::First
                | AggregateFunc::Last
                | AggregateFunc::Mode => inner.map_or(Bounds::None, |inner| bounds(hir, inner)),
                AggregateFunc::Sum | AggregateFunc::Avg => {
                    inner.map_or(Bounds::None, |inner| of_sum(bounds(hir, inner)))
                }
                AggregateFunc::Exists | AggregateFunc::Every => Bounds::None,
            }
        }
        _ => Bounds::None,
    }
}

fn of_field(field: &Field) -> Bounds {
    let label = |text| Label { span: field.span, text };
    if let Some(values) = &field.values {
        let points = values.iter().cloned().map(Point::Text);
        return Bounds::Declared(Values::points(points), label("these are all its values".to_owned()));
    }
    if field.min.is_none() && field.max.is_none() {
        return Bounds::None;
    }
    let point = |bound: &BigDecimal| number(&Literal::Decimal(bound.clone()), &field.ty);
    let low = field.min.as_ref().and_then(point).map_or(Cut::Start, Cut::before);
    let high = field.max.as_ref().and_then(point).map_or(Cut::End, Cut::after);
    let said = |key, bound: &Option<BigDecimal>| {
        bound.as_ref().map(|bound| format!("`{key}: {}`", bound.normalized().to_plain_string()))
    };
    let said: Vec<String> = said("min", &field.min).into_iter().chain(said("max", &field.max)).collect();
    let range = Values::range(low, high);
    let range = if field.ty == Type::Integer { range.whole() } else { range };
    Bounds::Declared(range, label(said.join(", ")))
}

/// Of what values of one sign come to, only the sign is known.
fn of_sum(of: Bounds) -> Bounds {
    let zero = || Point::Number(BigDecimal::zero());
    let sign = |values: &Values| {
        let positive = Values::range(Cut::before(zero()), Cut::End);
        let negative = Values::range(Cut::Start, Cut::after(zero()));
        [positive, negative].into_iter().find(|side| values.meet(&side.complement()).is_empty())
    };
    match of {
        Bounds::Own(values) => sign(&values).map_or(Bounds::None, Bounds::Own),
        Bounds::Declared(values, label) => {
            sign(&values).map_or(Bounds::None, |side| Bounds::Declared(side, label))
        }
        Bounds::None => Bounds::None,
    }
}

/// A constant among the values of a type; `None` where that can't be said exactly.
pub(crate) fn point(literal: &Literal, ty: &Type) -> Option<Point> {
    Some(match (literal, ty) {
        (Literal::String(text), Type::String) => Point::Text(text.clone()),
        (Literal::Boolean(value), Type::Boolean) => i64::from(*value).into(),
        (Literal::Date(day), Type::Date) => Point::Day(*day),
        (Literal::Timestamp(instant), Type::Timestamp) => Point::Instant(*instant),
        (Literal::Semver(version), Type::Semver) => Point::Version(version.clone()),
        _ if ty.is_number() => number(literal, ty)?,
        _ => return None,
    })
}

/// A number among numbers: floats are compared as floats, the others exactly.
fn number(literal: &Literal, ty: &Type) -> Option<Point> {
    /// Whole numbers below are floats, too.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    let exact = |float: f64| BigDecimal::try_from(float).ok();
    Some(Point::Number(match (literal, ty) {
        (Literal::Integer(number), Type::Float) =>
        {
            #[expect(clippy::cast_precision_loss, reason = "integers widen to floats by rounding")]
            exact(*number as f64)?
        }
        (Literal::Decimal(number), Type::Float) => exact(number.to_string().parse().ok()?)?,
        (Literal::Float(number), Type::Float) => exact(*number)?,
        (Literal::Float(number), Type::Integer) if number.abs() < WHOLE => exact(*number)?,
        (Literal::Integer(number), _) => (*number).into(),
        (Literal::Decimal(number), _) => number.clone(),
        _ => return None,
    }))
}

/// The place of a field in the catalog that is never missing.
pub(crate) fn never_missing(hir: &Hir, value: &Value) -> Option<(Span, &'static str)> {
    let ValueKind::Field(path, field) = &value.kind else { return None };
    let entity = hir.catalog.entity(path.end);
    let text = if entity.key.contains(field) { "part of the key" } else { "`nullable: false`" };
    Some((entity.field(*field).span, text))
}
