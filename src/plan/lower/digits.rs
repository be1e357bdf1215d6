//! Decimals whose exact result would have more than 38 digits. Some engines then drop digits
//! after the point, without a word; operands are narrowed first, so that none is lost.

use crate::check::hir::{AggregateFunc, ArithmeticOp, Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::Scalar;
use crate::types::{Literal, Type};

/// The most digits that a decimal has anywhere.
const MOST: u32 = 38;

/// An operand with at most these digits before the point need not be narrowed: as many has a
/// 64-bit integer.
const NARROW: u32 = 20;

/// How many digits the exact type of a value has, before and after the point.
#[derive(Clone, Copy)]
struct Digits {
    whole: u32,
    scale: u32,
}

impl Digits {
    fn fit(self) -> bool {
        self.whole + self.scale <= MOST
    }

    fn narrow(self, scalar: Scalar) -> Scalar {
        let literal = matches!(scalar, Scalar::Literal(_));
        if literal || self.whole <= NARROW { scalar } else { Scalar::Call(Function::Narrow, vec![scalar]) }
    }
}

/// Two values as they can be compared.
pub(super) fn compared(values: (&Value, &Value), scalars: (Scalar, Scalar)) -> (Scalar, Scalar) {
    let (left, right) = narrowed(values, scalars, widest);
    // An engine may take a column for one that is never null where its type can't reach the
    // constant.
    let narrow = |scalar| Scalar::Call(Function::Narrow, vec![scalar]);
    if out_of_reach(values.0, values.1) {
        (narrow(left), right)
    } else if out_of_reach(values.1, values.0) {
        (left, narrow(right))
    } else {
        (left, right)
    }
}

/// Whether a constant may lie beyond the integers of a column, of which the shortest have 16
/// bits.
fn out_of_reach(integer: &Value, constant: &Value) -> bool {
    integer.ty == Type::Integer
        && matches!(constant.kind, ValueKind::Literal(Literal::Decimal(_)))
        && digits(constant).is_some_and(|digits| digits.whole >= 5)
}

/// The operands of a sum, difference or product.
pub(super) fn operands(
    op: ArithmeticOp,
    values: (&Value, &Value),
    scalars: (Scalar, Scalar),
) -> (Scalar, Scalar) {
    match op {
        ArithmeticOp::Add | ArithmeticOp::Subtract => narrowed(values, scalars, sum),
        ArithmeticOp::Multiply => narrowed(values, scalars, product),
        ArithmeticOp::Divide | ArithmeticOp::Remainder => scalars,
    }
}

fn narrowed(
    values: (&Value, &Value),
    scalars: (Scalar, Scalar),
    result: fn(Digits, Digits) -> Digits,
) -> (Scalar, Scalar) {
    match (digits(values.0), digits(values.1)) {
        (Some(left), Some(right)) if !result(left, right).fit() => {
            (left.narrow(scalars.0), right.narrow(scalars.1))
        }
        _ => scalars,
    }
}

fn widest(left: Digits, right: Digits) -> Digits {
    Digits { whole: left.whole.max(right.whole), scale: left.scale.max(right.scale) }
}

fn sum(left: Digits, right: Digits) -> Digits {
    let widest = widest(left, right);
    Digits { whole: widest.whole + 1, ..widest }
}

fn product(left: Digits, right: Digits) -> Digits {
    Digits { whole: left.whole + right.whole + 1, scale: left.scale + right.scale }
}

/// `None` for what is no exact number.
fn digits(value: &Value) -> Option<Digits> {
    let of_type = match value.ty {
        Type::Integer => Digits { whole: NARROW, scale: 0 },
        Type::Decimal { precision, scale } => {
            Digits { whole: u32::from(precision.saturating_sub(scale)), scale: u32::from(scale) }
        }
        _ => return None,
    };
    // What is computed may be narrower than what the language says of it.
    let computed = match &value.kind {
        ValueKind::Literal(Literal::Decimal(number)) => {
            let (_, scale) = number.normalized().into_bigint_and_exponent();
            let scale = u32::try_from(scale.max(0)).unwrap_or(MOST);
            let whole = number.with_scale(0).digits();
            Some(Digits { whole: u32::try_from(whole).unwrap_or(MOST), scale })
        }
        ValueKind::Aggregate(aggregate) => match (aggregate.func, &aggregate.value) {
            (AggregateFunc::Sum, Some(inner)) => digits(inner)
                .map(|inner| Digits { whole: inner.whole + 9 + u32::from(inner.scale > 0), ..inner }),
            (
                AggregateFunc::Min
                | AggregateFunc::Max
                | AggregateFunc::First
                | AggregateFunc::Last
                | AggregateFunc::Mode,
                Some(inner),
            ) => digits(inner),
            _ => None,
        },
        ValueKind::Negate(inner) => digits(inner),
        ValueKind::Arithmetic(op, left, right) => match (digits(left), digits(right)) {
            (Some(left), Some(right)) => match op {
                ArithmeticOp::Add | ArithmeticOp::Subtract => Some(sum(left, right)),
                ArithmeticOp::Multiply => Some(product(left, right)),
                ArithmeticOp::Divide | ArithmeticOp::Remainder => None,
            },
            _ => None,
        },
        _ => None,
    };
    Some(computed.filter(|digits| digits.fit()).unwrap_or(of_type))
}
