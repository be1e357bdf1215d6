//! Conversions: of whole texts to values, and of values to text.

use crate::diagnostic::Span;
use crate::syntax::ast::Expr;
use crate::types::{Literal, Type, reading};

use super::super::hir::{Func, Value, ValueKind};
use super::super::problems::convert::Unreadable;
use super::value::constant;
use super::{Checker, value};

impl Checker<'_, '_> {
    /// `integer(x)`, `decimal(x)`, `date(x)`, `timestamp(x)` of text: missing where the whole text is no such
    /// value. A constant is read at once.
    pub(super) fn read(
        &mut self,
        func: Func,
        values: Vec<Value>,
        args: &[Expr],
        span: Span,
    ) -> Option<Value> {
        let (found, arg) = (values.into_iter().next()?, args.first()?);
        let (name, ty) = match func {
            Func::ReadDecimal => ("decimal", Type::DECIMAL),
            Func::ReadDate => ("date", Type::Date),
            Func::ReadTimestamp => ("timestamp", Type::Timestamp),
            _ => ("integer", Type::Integer),
        };
        if found.ty != Type::String {
            let help = found
                .ty
                .is_number()
                .then(|| "it is a number already; `round(…)` makes it a whole one".to_owned());
            return self.wrong_type(&found, arg, &format!("`{name}`"), "text", help);
        }
        if let ValueKind::Literal(Literal::String(text)) = &found.kind {
            let literal = match func {
                Func::ReadDecimal => reading::decimal(text).map(Literal::Decimal),
                Func::ReadDate => reading::date(text).map(Literal::Date),
                Func::ReadTimestamp => reading::timestamp(text).map(Literal::Timestamp),
                _ => reading::integer(text).map(Literal::Integer),
            };
            return match literal {
                Some(literal) => Some(Value { ty, ..constant(literal, span) }),
                None => self.fail(Unreadable { span: arg.span, text: text.clone(), name }),
            };
        }
        Some(value(ValueKind::Call(func, vec![found]), ty, true, span))
    }

    /// `text(x)` of an integer, a date or a boolean. A constant is written at once.
    pub(super) fn write(&mut self, values: Vec<Value>, args: &[Expr], span: Span) -> Option<Value> {
        let (found, arg) = (values.into_iter().next()?, args.first()?);
        if !matches!(found.ty, Type::Integer | Type::Date | Type::Boolean) {
            let help = match found.ty {
                Type::Decimal { .. } | Type::Float => "compare numbers with `=`, `<`, `>` or `between`",
                Type::String => "it is text already",
                _ => "use an integer, a date or a boolean",
            };
            let takes = "integers, dates and booleans";
            return self.wrong_type(&found, arg, "`text`", takes, Some(help.to_owned()));
        }
        let nullable = found.nullable;
        let text = match &found.kind {
            ValueKind::Literal(Literal::Integer(number)) => Some(number.to_string()),
            ValueKind::Literal(Literal::Date(day)) => Some(day.to_string()),
            ValueKind::Literal(Literal::Boolean(value)) => Some(value.to_string()),
            _ => None,
        };
        Some(match text {
            Some(text) => constant(Literal::String(text), span),
            None => value(ValueKind::Call(Func::Text, vec![found]), Type::String, nullable, span),
        })
    }
}
