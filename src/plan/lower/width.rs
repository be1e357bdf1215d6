//! Integers of fewer than 64 bits: what engines give literals, lengths and parts of times, and
//! columns that say so. What is calculated with nothing else would overflow early.

use super::Lowering;
use super::frame::Scope;
use crate::catalog::Storage;
use crate::check::hir::{AggregateFunc, Func, Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::Scalar;
use crate::types::Type;

impl Lowering<'_> {
    /// The left operand of a sum, difference or product of integers.
    pub(super) fn wide_operand(&self, values: (&Value, &Value), left: Scalar) -> Scalar {
        let integers = values.0.ty == Type::Integer && values.1.ty == Type::Integer;
        if integers && !self.is_wide(values.0) && !self.is_wide(values.1) {
            return Scalar::Call(Function::WideInteger, vec![left]);
        }
        left
    }

    /// A number that is negated, or made positive: the least of 32 bits has no opposite.
    pub(super) fn widened(&mut self, scope: &Scope, number: &Value) -> Scalar {
        let scalar = self.value(scope, number);
        if number.ty == Type::Integer && !self.is_wide(number) {
            return Scalar::Call(Function::WideInteger, vec![scalar]);
        }
        scalar
    }

    /// Whether engines give an integer 64 bits. Literals, lengths, parts of times and columns that
    /// say so may have fewer, and what is calculated with nothing else overflows early.
    fn is_wide(&self, value: &Value) -> bool {
        match &value.kind {
            ValueKind::Field(path, field) => {
                self.cx.hir.catalog.entity(path.end).field(*field).storage != Storage::Int32
            }
            // Traits don't refer to themselves.
            ValueKind::Trait(_, id) => self.is_wide(&self.cx.hir.computed(*id).value),
            ValueKind::Aggregate(aggregate) => {
                aggregate.value.as_ref().is_none_or(|value| value.ty != Type::Integer || self.is_wide(value))
                    || matches!(aggregate.func, AggregateFunc::Count | AggregateFunc::CountDistinct)
            }
            ValueKind::Arithmetic(..) | ValueKind::Negate(_) | ValueKind::Call(Func::Abs, _) => true,
            ValueKind::Call(Func::Coalesce, args) => args.iter().any(|arg| self.is_wide(arg)),
            ValueKind::Call(Func::Round | Func::Floor | Func::Ceil, args) => {
                args.iter().all(|arg| self.is_wide(arg))
            }
            _ => false,
        }
    }
}
