//! Columns beside the key: which values can differ in their last digits, and when two values differ.

use super::model::ValueColumn;
use super::rel::{BinaryOp, Scalar, all};
use crate::check::hir::{Aggregate, AggregateFunc, ArithmeticOp, Hir, Segment, Value, ValueKind};
use crate::check::visit::{Visitor, walk_aggregate, walk_value};
use crate::dialect::Function;
use crate::types::{Literal, Type};

/// By how much of either two values of an approximate column may differ and still be the same.
const TOLERANCE: f64 = 1e-9;

/// The columns of a segment's table after the key.
pub(super) fn value_columns(hir: &Hir, segment: &Segment) -> Vec<ValueColumn> {
    let column = |column: &crate::check::hir::Column| {
        let (name, ty) = (column.name.clone(), column.value.ty.clone());
        let approximate = ty == Type::Float && is_computed(hir, &column.value);
        ValueColumn { name, ty, approximate }
    };
    segment.columns.iter().map(column).collect()
}

/// Whether a sum, an average or a division makes a value.
fn is_computed(hir: &Hir, value: &Value) -> bool {
    struct Computed<'a> {
        hir: &'a Hir,
        found: bool,
    }
    impl Visitor for Computed<'_> {
        fn value(&mut self, value: &Value) {
            match &value.kind {
                ValueKind::Arithmetic(ArithmeticOp::Divide, ..) => self.found = true,
                ValueKind::Trait(_, id) => self.value(&self.hir.computed(*id).value),
                _ => walk_value(self, value),
            }
        }

        fn aggregate(&mut self, aggregate: &Aggregate) {
            self.found |= matches!(aggregate.func, AggregateFunc::Sum | AggregateFunc::Avg);
            walk_aggregate(self, aggregate);
        }
    }
    let mut computed = Computed { hir, found: false };
    computed.value(value);
    computed.found
}

/// That two rows with the same columns differ in one of them; `None` without columns.
pub(super) fn differ(columns: &[ValueColumn], left: &str, right: &str) -> Option<Scalar> {
    let mut parts: Vec<Scalar> = columns.iter().map(|column| differs(column, left, right)).collect();
    if parts.len() > 1 { Some(Scalar::Or(parts)) } else { parts.pop() }
}

/// That two rows differ in a column: one of the values alone is missing, or both are present and unlike.
fn differs(column: &ValueColumn, left: &str, right: &str) -> Scalar {
    let value = |alias: &str| Scalar::column(alias, &column.name);
    let unlike = Scalar::binary(BinaryOp::NotEqual, value(left), value(right));
    let unlike = if column.approximate {
        all(vec![unlike.clone(), is_apart(value(left), value(right))])
    } else {
        Some(unlike)
    };
    let is_missing = |one: &str, other: &str| Scalar::And(vec![value(one).missing(), value(other).present()]);
    // A comparison with a missing value is null, which a disjunction takes for false only as a filter does.
    let both = [value(left).present(), value(right).present()].into_iter().chain(unlike).collect();
    Scalar::Or(vec![is_missing(left, right), is_missing(right, left), Scalar::And(both)])
}

/// That the distance of two numbers is more than a billionth of one of them.
fn is_apart(left: Scalar, right: Scalar) -> Scalar {
    let abs = |value: Scalar| Scalar::Call(Function::Abs, vec![value]);
    let distance = abs(Scalar::binary(BinaryOp::Subtract, left.clone(), right.clone()));
    let beyond = |value: Scalar| {
        let tolerance = Scalar::Literal(Literal::Float(TOLERANCE));
        let allowed = Scalar::binary(BinaryOp::Multiply, abs(value), tolerance);
        Scalar::binary(BinaryOp::Greater, distance.clone(), allowed)
    };
    Scalar::Or(vec![beyond(left), beyond(right)])
}
