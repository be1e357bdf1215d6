//! Arrays. An absent one is empty, and elements that are missing don't exist: what asks for an
//! element may be null, so its complement is always wrapped.

use super::Lowering;
use super::complement::not_true;
use super::frame::Scope;
use crate::check::hir::Value;
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar, all};
use crate::types::Literal;

impl Lowering<'_> {
    /// `array contains item`, or its complement.
    pub(super) fn contains(&mut self, scope: &Scope, array: &Value, item: &Value, negated: bool) -> Scalar {
        let array = self.value(scope, array);
        let item = self.value(scope, item);
        has_element(array, item, negated)
    }

    /// `array contains any (…)` or `contains all (…)`, or its complement.
    pub(super) fn contains_items(
        &mut self,
        scope: &Scope,
        array: &Value,
        items: &[Literal],
        every: bool,
        negated: bool,
    ) -> Scalar {
        let array = self.value(scope, array);
        let mut parts: Vec<Scalar> = Vec::new();
        for item in items {
            let part = has_element(array.clone(), Scalar::Literal(item.clone()), negated);
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        match (every != negated, parts.len()) {
            (_, 0) => Scalar::Literal(Literal::Boolean(every != negated)),
            (_, 1) => parts.swap_remove(0),
            (true, _) => all(parts).unwrap_or(Scalar::Literal(Literal::Boolean(true))),
            (false, _) => Scalar::Or(parts),
        }
    }

    /// `array is empty`, or its complement.
    pub(super) fn empty(&mut self, scope: &Scope, array: &Value, negated: bool) -> Scalar {
        let zero = Scalar::integer(0);
        if negated {
            let array = self.value(scope, array);
            return Scalar::binary(BinaryOp::Greater, Scalar::Call(Function::ArraySize, vec![array]), zero);
        }
        let size = self.size(scope, array);
        Scalar::binary(BinaryOp::Equal, size, zero)
    }

    /// `size(array)`: 0 if it is absent.
    pub(super) fn size(&mut self, scope: &Scope, array: &Value) -> Scalar {
        let size = Scalar::Call(Function::ArraySize, vec![self.value(scope, array)]);
        if array.nullable { Scalar::Coalesce(vec![size, Scalar::integer(0)]) } else { size }
    }
}

fn has_element(array: Scalar, item: Scalar, negated: bool) -> Scalar {
    let found = Scalar::Call(Function::ArrayContains, vec![array, item]);
    if negated { not_true(found) } else { found }
}
