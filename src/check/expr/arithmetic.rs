//! `+ - * / %`: on numbers, and durations on times.

use bigdecimal::BigDecimal;
use bigdecimal::num_traits::Zero;

use crate::diagnostic::Span;
use crate::syntax::ast::{ArithmeticOp, Count, Expr, ExprKind};
use crate::types::{Literal, Type, Unit};

use super::super::hir::{Value, ValueKind};
use super::super::problems::types::{DivisionByZero, LooseDuration, TimeArithmetic};
use super::super::resolve::NameScope;
use super::{Checker, value, write_back};

impl Checker<'_, '_> {
    pub(super) fn arithmetic(
        &mut self,
        op: ArithmeticOp,
        left: &Expr,
        right: &Expr,
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        match (&left.kind, &right.kind) {
            (_, ExprKind::Duration(count, unit)) => {
                self.time_and(op, left, (count, *unit), right, span, scope)
            }
            (ExprKind::Duration(count, unit), _) if op == ArithmeticOp::Add => {
                self.time_and(op, right, (count, *unit), left, span, scope)
            }
            _ => self.numbers(op, left, right, span, scope),
        }
    }

    /// `t + 7 days`, `t - 7 days`.
    fn time_and(
        &mut self,
        op: ArithmeticOp,
        time: &Expr,
        (count, unit): (&Count, Unit),
        duration: &Expr,
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        let sign = match op {
            ArithmeticOp::Add => 1,
            ArithmeticOp::Subtract => -1,
            ArithmeticOp::Multiply | ArithmeticOp::Divide | ArithmeticOp::Remainder => {
                return self.fail(LooseDuration { span: duration.span, help: None });
            }
        };
        let checked = (self.value(time, scope), self.count(count, unit, 0));
        let (found, count) = (checked.0?, checked.1?);
        if !found.ty.is_time() {
            return self.fail(LooseDuration { span: duration.span, help: None });
        }
        self.shifted((time, found), (sign * count, unit), span)
    }

    fn numbers(
        &mut self,
        op: ArithmeticOp,
        left: &Expr,
        right: &Expr,
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        let checked = (self.value(left, scope), self.value(right, scope));
        let (a, b) = (checked.0?, checked.1?);
        if a.ty.is_time() || b.ty.is_time() {
            return self.time_arithmetic(op, (left, &a), (right, &b), span);
        }
        let word = symbol(op);
        let (a, b) = (self.number(a, left, word)?, self.number(b, right, word)?);
        if op == ArithmeticOp::Remainder {
            for (found, expr) in [(&a, left), (&b, right)] {
                if found.ty == Type::Float {
                    return self.wrong_type(found, expr, "`%`", "integers and decimals", None);
                }
            }
        }
        let divides = matches!(op, ArithmeticOp::Divide | ArithmeticOp::Remainder);
        let divisor = if divides { literal_is_zero(&b) } else { Some(false) };
        if divisor == Some(true) {
            self.report(DivisionByZero { span: right.span });
        }
        let nullable = a.nullable || b.nullable || divisor != Some(false);
        let ty = result_type(op, &a.ty, &b.ty)?;
        Some(value(ValueKind::Arithmetic(op, Box::new(a), Box::new(b)), ty, nullable, span))
    }

    fn time_arithmetic<T>(
        &mut self,
        op: ArithmeticOp,
        (left, a): (&Expr, &Value),
        (right, b): (&Expr, &Value),
        span: Span,
    ) -> Option<T> {
        let text = |expr| write_back(expr).unwrap_or_else(|| "…".to_owned());
        let help = match (a.ty.is_time(), b.ty.is_time()) {
            (true, true) if op == ArithmeticOp::Subtract => {
                format!("for the days between them, write `days_between({}, {})`", text(right), text(left))
            }
            (true, false) if b.ty.is_number() => {
                format!(
                    "say which unit: `{} {} {} days`",
                    text(left),
                    symbol(op).trim_matches('`'),
                    text(right)
                )
            }
            _ => "such as `signed_up_at + 7 days`".to_owned(),
        };
        self.fail(TimeArithmetic { span, help })
    }
}

/// The type of a result. Exact numbers stay exact, except for `/`.
fn result_type(op: ArithmeticOp, a: &Type, b: &Type) -> Option<Type> {
    let wide = a.widest(b)?;
    Some(match (op, a, b) {
        (ArithmeticOp::Divide, ..) => Type::Float,
        (ArithmeticOp::Multiply, Type::Decimal { scale: a, .. }, Type::Decimal { scale: b, .. }) => {
            Type::Decimal { precision: 38, scale: (a + b).min(9) }
        }
        _ => wide,
    })
}

/// Whether a constant is zero; `None` if it is no constant.
fn literal_is_zero(found: &Value) -> Option<bool> {
    match &found.kind {
        ValueKind::Literal(Literal::Integer(number)) => Some(*number == 0),
        ValueKind::Literal(Literal::Decimal(number)) => Some(BigDecimal::is_zero(number)),
        ValueKind::Literal(Literal::Float(number)) => Some(*number == 0.0),
        ValueKind::Negate(inner) => literal_is_zero(inner),
        _ => None,
    }
}

fn symbol(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "`+`",
        ArithmeticOp::Subtract => "`-`",
        ArithmeticOp::Multiply => "`*`",
        ArithmeticOp::Divide => "`/`",
        ArithmeticOp::Remainder => "`%`",
    }
}
