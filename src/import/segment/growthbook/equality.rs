//! Equality: strict with `$eq`, and with JavaScript's conversions for a bare value.

use super::Reader;
use super::condition::Operand;
use crate::import::segment::values::number_literal;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Node, NodeKind};

/// The type that a value implies for an attribute.
pub(super) fn implied(value: &Node) -> Option<Type> {
    match &value.kind {
        NodeKind::Bool(_) => Some(Type::Boolean),
        NodeKind::Integer(..) => Some(Type::Integer),
        NodeKind::Float(..) => Some(Type::DECIMAL),
        NodeKind::String(_) => Some(Type::String),
        NodeKind::List(items) => items.iter().find_map(implied),
        NodeKind::Null | NodeKind::Map(_) => None,
    }
}

impl Reader<'_, '_, '_> {
    /// `{ "plan": "pro" }`: the attribute is converted to the type of the value.
    pub(super) fn equal(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        if operand.is_array() && value.kind != NodeKind::Null {
            let what = "a list is compared with a single value".to_owned();
            let help = Some("write `{ \"$elemMatch\": { \"$eq\": … } }` in the tool".to_owned());
            return self.import.unfit(&operand.field, value.span, what, help);
        }
        match &value.kind {
            NodeKind::Null => self.null(operand, value),
            NodeKind::String(text) => self.equal_text(operand, text, value),
            NodeKind::Integer(_, text) | NodeKind::Float(_, text) => self.equal_number(operand, text, value),
            NodeKind::Bool(wanted) => self.equal_truth(operand, *wanted, value),
            NodeKind::List(_) | NodeKind::Map(_) => None,
        }
    }

    fn null(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        if operand.is_array() {
            let what = "the value is null, which an empty list isn't".to_owned();
            return self.import.unfit(&operand.field, value.span, what, None);
        }
        Some(make::missing(operand.expr.clone()))
    }

    /// The attribute as text. That of a missing one is `null`.
    fn equal_text(&mut self, operand: &Operand, text: &str, value: &Node) -> Option<Expr> {
        let found = match operand.ty() {
            Type::Boolean => match text {
                "true" => make::equal(operand.expr.clone(), make::boolean(true)),
                "false" => make::equal(operand.expr.clone(), make::boolean(false)),
                _ => return self.import.does_not_fit(&operand.field, value, None),
            },
            ty if ty.is_number() => {
                // `1.0` isn't how JavaScript writes a number.
                let is_plain = text.parse::<f64>().is_ok_and(|number| number.to_string() == text);
                match number_literal(text).filter(|_| is_plain) {
                    Some(literal) => make::equal(operand.expr.clone(), make::literal(literal)),
                    None => return self.import.does_not_fit(&operand.field, value, None),
                }
            }
            _ => self.strict(operand, value)?,
        };
        Some(operand.or_missing(found, text == "null"))
    }

    /// The attribute as a number. A missing one is 0.
    fn equal_number(&mut self, operand: &Operand, text: &str, value: &Node) -> Option<Expr> {
        let is_zero = text.parse::<f64>().is_ok_and(|number| number == 0.0);
        let found = match operand.ty() {
            Type::Boolean if is_zero => make::equal(operand.expr.clone(), make::boolean(false)),
            Type::Boolean if text == "1" => make::equal(operand.expr.clone(), make::boolean(true)),
            _ => self.strict(operand, value)?,
        };
        if is_zero && operand.field.nullable {
            self.import.note("a missing attribute counts as 0, as in the tool");
        }
        Some(operand.or_missing(found, is_zero))
    }

    /// Whether the attribute is true in JavaScript: not false, 0 or empty. A missing one is neither.
    fn equal_truth(&mut self, operand: &Operand, wanted: bool, value: &Node) -> Option<Expr> {
        let falsy = match operand.ty() {
            Type::Boolean => make::boolean(false),
            Type::String => make::text(""),
            ty if ty.is_number() => make::integer(0),
            _ => return self.import.does_not_fit(&operand.field, value, None),
        };
        let is_boolean = *operand.ty() == Type::Boolean;
        let present = || make::present(operand.expr.clone());
        Some(match wanted {
            true if is_boolean => operand.expr.clone(),
            true => make::all([present(), make::not(make::equal(operand.expr.clone(), falsy))]),
            false => make::equal(operand.expr.clone(), falsy),
        })
    }

    /// `{ "plan": { "$eq": "pro" } }`: the value in its own type.
    pub(super) fn identical(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        match &value.kind {
            NodeKind::Null => self.null(operand, value),
            NodeKind::List(_) | NodeKind::Map(_) => {
                let what =
                    "the operator compares a list or an object with itself, and never matches".to_owned();
                self.import.unfit(&operand.field, value.span, what, None)
            }
            _ => self.strict(operand, value),
        }
    }

    pub(super) fn strict(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        if matches!(operand.ty(), Type::Timestamp | Type::Date) {
            self.import.note("compared as a time; the tool compares its text");
        }
        if *operand.ty() == Type::Semver {
            self.import.note("compared as a version, without build metadata; the tool compares its text");
        }
        let constant = self.import.constant(&operand.field, value)?;
        Some(make::equal(operand.expr.clone(), constant))
    }
}
