//! Arithmetic: integers checked, decimals exact and rounded to 9 places, floats as they are.

use std::cmp::Ordering;

use bigdecimal::num_bigint::Sign;
use bigdecimal::{BigDecimal, RoundingMode, Zero};

use super::{Datum, EvalError};
use crate::check::hir::ArithmeticOp;
use crate::diagnostic::Span;
use crate::types::{Type, Version, round_decimal};

/// Whether a number has at most `precision` digits, `scale` of them after the point.
pub(super) fn fits(number: &BigDecimal, precision: u8, scale: u8) -> bool {
    // Without trailing zeros first: the exponent of what a user sends may be enormous.
    let number = number.normalized();
    let (_, exponent) = number.as_bigint_and_exponent();
    exponent <= i64::from(scale) && below_limit(&number, precision, scale)
}

fn below_limit(number: &BigDecimal, precision: u8, scale: u8) -> bool {
    let number = number.normalized();
    let (digits, exponent) = number.as_bigint_and_exponent();
    let before_point = i64::try_from(number.digits()).unwrap_or(i64::MAX).saturating_sub(exponent);
    digits.sign() == Sign::NoSign || before_point <= i64::from(precision.saturating_sub(scale))
}

/// A decimal result of type `ty`: rounded half away from zero to 9 places, and within it.
pub(super) fn decimal(number: &BigDecimal, ty: &Type, span: Span) -> Result<Datum, EvalError> {
    let (precision, scale) = match ty {
        Type::Decimal { precision, scale } => (*precision, *scale),
        _ => (38, 9),
    };
    let rounded = round_decimal(number, 9);
    if below_limit(&rounded, precision, scale) {
        Ok(Datum::Decimal(rounded))
    } else {
        Err(EvalError::Overflow(span))
    }
}

/// A float result: NaN is missing; infinity is an overflow unless an operand was infinite.
pub(super) fn float(number: f64, operands: &[f64], span: Span) -> Result<Datum, EvalError> {
    if number.is_infinite() && operands.iter().all(|operand| operand.is_finite()) {
        return Err(EvalError::Overflow(span));
    }
    Ok(Datum::from(number))
}

/// A number as an exact decimal; `None` for floats and other types.
pub(super) fn to_decimal(value: &Datum) -> Option<BigDecimal> {
    match value {
        Datum::Integer(number) => Some(BigDecimal::from(*number)),
        Datum::Decimal(number) => Some(number.clone()),
        _ => None,
    }
}

/// The nearest float.
#[expect(clippy::cast_precision_loss, reason = "widening to float is to the nearest")]
pub(super) fn to_float(value: &Datum) -> Option<f64> {
    match value {
        Datum::Integer(number) => Some(*number as f64),
        // Through text, because that conversion is correctly rounded.
        Datum::Decimal(number) => {
            let (digits, exponent) = number.as_bigint_and_exponent();
            format!("{digits}e{}", exponent.saturating_neg()).parse().ok()
        }
        Datum::Float(number) => Some(*number),
        _ => None,
    }
}

/// A value as one of type `ty`: integers widen to decimals, both to floats; text of a field
/// of versions is read as a version.
pub(super) fn widen(value: Datum, ty: &Type, span: Span) -> Result<Datum, EvalError> {
    let widened = match (&value, ty) {
        (Datum::Missing, _)
        | (Datum::String(_), Type::String)
        | (Datum::Integer(_), Type::Integer)
        | (Datum::Decimal(_), Type::Decimal { .. })
        | (Datum::Float(_), Type::Float)
        | (Datum::Boolean(_), Type::Boolean)
        | (Datum::Date(_), Type::Date)
        | (Datum::Timestamp(_), Type::Timestamp)
        | (Datum::Array(_), Type::Array(_))
        | (Datum::String(_), Type::Json)
        | (Datum::Semver(_), Type::Semver) => return Ok(value),
        (Datum::String(text), Type::Semver) => return Ok(version(text)),
        (Datum::Integer(number), Type::Decimal { .. }) => Some(Datum::Decimal(BigDecimal::from(*number))),
        (Datum::Integer(_) | Datum::Decimal(_), Type::Float) => to_float(&value).map(Datum::Float),
        _ => None,
    };
    widened.ok_or(EvalError::IllTyped(span))
}

/// Text as a semantic version; missing if it is none.
pub(super) fn version(text: &str) -> Datum {
    Version::parse(text).ok().map_or(Datum::Missing, Datum::Semver)
}

/// How two values compare; `None` if one is missing.
pub(super) fn compare(left: &Datum, right: &Datum, span: Span) -> Result<Option<Ordering>, EvalError> {
    match (left, right) {
        (Datum::Missing, _) | (_, Datum::Missing) => Ok(None),
        (Datum::String(_), Datum::String(_))
        | (Datum::Boolean(_), Datum::Boolean(_))
        | (Datum::Date(_), Datum::Date(_))
        | (Datum::Timestamp(_), Datum::Timestamp(_))
        | (Datum::Semver(_), Datum::Semver(_))
        | (Datum::Integer(_) | Datum::Decimal(_), Datum::Integer(_) | Datum::Decimal(_)) => {
            Ok(Some(left.cmp(right)))
        }
        _ => match (to_float(left), to_float(right)) {
            (Some(left), Some(right)) => Ok(left.partial_cmp(&right)),
            _ => Err(EvalError::IllTyped(span)),
        },
    }
}

/// `+ - * / %` with a result of type `ty`.
pub(super) fn arithmetic(
    op: ArithmeticOp,
    left: &Datum,
    right: &Datum,
    ty: &Type,
    span: Span,
) -> Result<Datum, EvalError> {
    match (left, right) {
        (Datum::Missing, _) | (_, Datum::Missing) => Ok(Datum::Missing),
        (Datum::Integer(left), Datum::Integer(right)) if op != ArithmeticOp::Divide => {
            integers(op, *left, *right, span)
        }
        _ => match (to_decimal(left), to_decimal(right)) {
            (Some(left), Some(right)) if op != ArithmeticOp::Divide => decimals(op, &left, &right, ty, span),
            _ => match (to_float(left), to_float(right)) {
                (Some(left), Some(right)) => floats(op, left, right, span),
                _ => Err(EvalError::IllTyped(span)),
            },
        },
    }
}

fn integers(op: ArithmeticOp, left: i64, right: i64, span: Span) -> Result<Datum, EvalError> {
    let result = match op {
        ArithmeticOp::Add => left.checked_add(right),
        ArithmeticOp::Subtract => left.checked_sub(right),
        ArithmeticOp::Multiply => left.checked_mul(right),
        ArithmeticOp::Divide | ArithmeticOp::Remainder if right == 0 => return Ok(Datum::Missing),
        ArithmeticOp::Divide => return Err(EvalError::IllTyped(span)),
        // The smallest integer % -1 is 0, which only the division behind it cannot hold.
        ArithmeticOp::Remainder => Some(left.wrapping_rem(right)),
    };
    result.map(Datum::Integer).ok_or(EvalError::Overflow(span))
}

fn decimals(
    op: ArithmeticOp,
    left: &BigDecimal,
    right: &BigDecimal,
    ty: &Type,
    span: Span,
) -> Result<Datum, EvalError> {
    let result = match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Subtract => left - right,
        ArithmeticOp::Multiply => left * right,
        ArithmeticOp::Divide | ArithmeticOp::Remainder if right.is_zero() => return Ok(Datum::Missing),
        ArithmeticOp::Divide => return Err(EvalError::IllTyped(span)),
        ArithmeticOp::Remainder => left % right,
    };
    decimal(&result, ty, span)
}

fn floats(op: ArithmeticOp, left: f64, right: f64, span: Span) -> Result<Datum, EvalError> {
    let result = match op {
        ArithmeticOp::Add => left + right,
        ArithmeticOp::Subtract => left - right,
        ArithmeticOp::Multiply => left * right,
        ArithmeticOp::Divide | ArithmeticOp::Remainder if right == 0.0 => return Ok(Datum::Missing),
        ArithmeticOp::Divide => left / right,
        ArithmeticOp::Remainder => left % right,
    };
    float(result, &[left, right], span)
}

/// `-x`
pub(super) fn negate(value: &Datum, span: Span) -> Result<Datum, EvalError> {
    match value {
        Datum::Missing => Ok(Datum::Missing),
        Datum::Integer(number) => number.checked_neg().map(Datum::Integer).ok_or(EvalError::Overflow(span)),
        Datum::Decimal(number) => Ok(Datum::Decimal(-number)),
        Datum::Float(number) => Ok(Datum::Float(-number)),
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// `abs(x)`
pub(super) fn absolute(value: &Datum, span: Span) -> Result<Datum, EvalError> {
    match value {
        Datum::Missing => Ok(Datum::Missing),
        Datum::Integer(number) => number.checked_abs().map(Datum::Integer).ok_or(EvalError::Overflow(span)),
        Datum::Decimal(number) => Ok(Datum::Decimal(number.abs())),
        Datum::Float(number) => Ok(Datum::Float(number.abs())),
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// The whole number that a number is rounded to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whole {
    /// The nearest, half away from zero.
    Nearest,
    /// The largest that isn't above it.
    Down,
    /// The smallest that isn't below it.
    Up,
}

/// `round(x)`, `floor(x)`, `ceil(x)`
pub(super) fn whole(value: &Datum, to: Whole, span: Span) -> Result<Datum, EvalError> {
    match value {
        Datum::Missing => Ok(Datum::Missing),
        Datum::Integer(number) => Ok(Datum::Integer(*number)),
        Datum::Decimal(number) => {
            let number = match to {
                Whole::Nearest => round_decimal(number, 0),
                Whole::Down => number.with_scale_round(0, RoundingMode::Floor),
                Whole::Up => number.with_scale_round(0, RoundingMode::Ceiling),
            };
            decimal(&number, &Type::WIDE_INTEGER, span)
        }
        Datum::Float(number) => Ok(Datum::Float(match to {
            Whole::Nearest => number.round(),
            Whole::Down => number.floor(),
            Whole::Up => number.ceil(),
        })),
        _ => Err(EvalError::IllTyped(span)),
    }
}
