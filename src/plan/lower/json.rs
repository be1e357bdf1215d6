//! Values out of JSON documents: a key at a time, and then as the field's type, or null.

use bigdecimal::BigDecimal;

use crate::catalog::{Container, Step, is_plain};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::{Literal, Type};

/// The name of an element where an array's elements are read one by one.
const ITEM: &str = "segc_item";

/// The value at the end of these steps in the document of a column.
pub(super) fn in_json(column: Scalar, container: Container, steps: &[Step], ty: &Type) -> Scalar {
    let read = if container == Container::JsonText { Function::ReadJsonText } else { Function::ReadJson };
    let document = Scalar::Call(read, vec![column]);
    let below = |outer, key: &str| {
        let step = if is_plain(key) { Function::JsonKey } else { Function::JsonAnyKey };
        Scalar::Call(step, vec![outer, Scalar::text(key)])
    };
    let found = steps.iter().fold(document, |outer, step| match step {
        Step::Key(key) => below(outer, key),
        Step::Entry { field, key } => {
            let held = Scalar::Call(Function::JsonString, vec![below(item(), field)]);
            let condition = Scalar::equal(held, Scalar::text(key.as_str()));
            Scalar::Call(Function::JsonEntry, vec![outer, condition])
        }
    });
    typed(found, ty)
}

/// The value at the end of these steps in the struct of a column.
pub(super) fn in_struct(column: Scalar, steps: &[Step]) -> Scalar {
    steps.iter().fold(column, |outer, step| match step {
        Step::Key(key) => Scalar::Member(Box::new(outer), key.clone()),
        Step::Entry { field, key } => {
            let held = Scalar::Member(Box::new(item()), field.clone());
            let condition = Scalar::equal(held, Scalar::text(key.as_str()));
            Scalar::Call(Function::StructEntry, vec![outer, condition])
        }
    })
}

/// An element of the array that is read.
fn item() -> Scalar {
    Scalar::Column(String::new(), ITEM.to_owned())
}

/// A JSON value as one of a type; null if it is another.
fn typed(json: Scalar, ty: &Type) -> Scalar {
    let function = match ty {
        Type::String | Type::Semver => Function::JsonString,
        Type::Integer => Function::JsonInteger,
        Type::Float => Function::JsonFloat,
        Type::Boolean => Function::JsonBoolean,
        Type::Date => Function::JsonDate,
        Type::Timestamp => Function::JsonTimestamp,
        Type::Json => Function::JsonPresent,
        Type::Decimal { precision, scale } => return decimal(json, *precision, *scale),
        Type::Array(element) => {
            let item = typed(item(), element);
            return Scalar::Call(Function::JsonElements, vec![json, item]);
        }
    };
    Scalar::Call(function, vec![json])
}

/// A number with the digits of a decimal; null if it is too large for it.
fn decimal(json: Scalar, precision: u8, scale: u8) -> Scalar {
    let number = Scalar::Call(Function::JsonDecimal, vec![json]);
    let ty = Type::Decimal { precision, scale };
    if ty == Type::DECIMAL {
        return number;
    }
    // What rounds to 10 to the power of the digits before the point does not fit.
    let digits = i64::from(precision) - i64::from(scale);
    let half = BigDecimal::new(5.into(), i64::from(scale) + 1);
    let limit = BigDecimal::new(1.into(), -digits) - half;
    let size = Scalar::Call(Function::Abs, vec![number.clone()]);
    let fits = Scalar::binary(BinaryOp::Less, size, Scalar::Literal(Literal::Decimal(limit)));
    let places = Scalar::integer(i64::from(scale));
    let rounded = Scalar::Call(Function::RoundTo, vec![number, places]);
    Scalar::Case(vec![(fits, Scalar::Cast(Box::new(rounded), ty))], None)
}
