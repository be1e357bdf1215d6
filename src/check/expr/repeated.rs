//! Values that a list names twice.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::FromPrimitive;

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::Literal;

use super::super::problems::proof::RepeatedItem;
use super::Checker;

impl Checker<'_, '_> {
    /// Warns of literals that a list has already. Parameters are meant to be changed.
    pub(super) fn warn_repeated(&mut self, items: &[(Literal, &Expr)]) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (literal, expr) in items.iter().filter(|(_, expr)| matches!(expr.kind, ExprKind::Literal(_))) {
            let first = *seen.entry(same(literal)).or_insert(expr.span);
            if first != expr.span {
                self.report(RepeatedItem { span: expr.span, first, item: literal.to_string() });
            }
        }
    }
}

/// The same text for equal constants.
fn same(literal: &Literal) -> String {
    let number = match literal {
        Literal::Integer(number) => Some(BigDecimal::from(*number)),
        Literal::Decimal(number) => Some(number.clone()),
        Literal::Float(number) => BigDecimal::from_f64(*number),
        _ => None,
    };
    number.map_or_else(|| literal.to_string(), |number| number.normalized().to_string())
}
