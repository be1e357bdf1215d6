//! `$lt`, `$lte`, `$gt`, `$gte`: JavaScript's order, in which a missing value is 0.

use super::Reader;
use super::condition::Operand;
use crate::import::segment::values::number_literal;
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Node, NodeKind};

impl Reader<'_, '_, '_> {
    pub(super) fn ordered(&mut self, operand: &Operand, op: CompareOp, value: &Node) -> Option<Expr> {
        let bound = match &value.kind {
            NodeKind::Integer(_, text) | NodeKind::Float(_, text) => text.parse::<f64>().ok(),
            // Text is read as a number if the other side is none.
            NodeKind::String(text) if text.trim().is_empty() => Some(0.0),
            NodeKind::String(text) => text.trim().parse::<f64>().ok(),
            _ => return self.import.wrong(value, "a number or text"),
        };
        let constant = match (operand.ty(), &value.kind) {
            (Type::Boolean | Type::Json | Type::Array(_) | Type::Semver, _) => {
                return self.import.unfit(
                    &operand.field,
                    value.span,
                    "the operator compares by size".to_owned(),
                    None,
                );
            }
            (ty, NodeKind::String(text)) if ty.is_number() => match number_literal(text.trim()) {
                Some(literal) => make::literal(literal),
                None => return self.import.does_not_fit(&operand.field, value, None),
            },
            (Type::Timestamp | Type::Date, _) => {
                self.import.note("compared as a time; the tool compares its text");
                self.import.constant(&operand.field, value)?
            }
            _ => self.import.constant(&operand.field, value)?,
        };
        let zero_holds = bound.is_some_and(|bound| holds(op, bound));
        let found = make::compare(op, operand.expr.clone(), constant);
        if zero_holds && operand.field.nullable {
            self.import.note("a missing attribute counts as 0, as in the tool");
        }
        Some(operand.or_missing(found, zero_holds))
    }
}

/// Whether 0 compares so with a number.
fn holds(op: CompareOp, bound: f64) -> bool {
    match op {
        CompareOp::Less => 0.0 < bound,
        CompareOp::LessOrEqual => 0.0 <= bound,
        CompareOp::Greater => 0.0 > bound,
        CompareOp::GreaterOrEqual => 0.0 >= bound,
        CompareOp::Equal | CompareOp::NotEqual => false,
    }
}
