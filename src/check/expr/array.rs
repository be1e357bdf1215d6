//! Arrays: `contains`, `contains any`, `contains all`, `is empty`, `size`.

use bigdecimal::{BigDecimal, ToPrimitive};

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::{Literal, Type};

use super::super::hir::{Cond, CondKind, Func, Value, ValueKind};
use super::super::problems::nested::{ArrayIgnoringCase, NotArray, WrongElement};
use super::super::problems::types::{EmptyList, TypeUnsupported};
use super::super::resolve::NameScope;
use super::compare::Operand;
use super::value::constant;
use super::{Checker, cond, describe, value, write_back};

impl Checker<'_, '_> {
    /// `array contains x`.
    pub(super) fn array_contains(
        &mut self,
        (tested, found): Operand<'_>,
        (needle, item): Operand<'_>,
        ignoring_case: bool,
        span: Span,
    ) -> Option<Cond> {
        if ignoring_case {
            return self.fail(ArrayIgnoringCase { span, what: describe(tested) });
        }
        let element = self.element_type(&found, tested)?;
        let item = match &item.kind {
            ValueKind::Literal(literal) => {
                let literal = self.element((literal.clone(), needle), (tested, &element))?;
                constant(literal, item.span)
            }
            _ if item.ty == element || both_decimal(&item.ty, &element) => item,
            _ => return self.wrong_element((needle, &item.ty), (tested, &element)),
        };
        Some(cond(CondKind::Contains(Box::new(found), Box::new(item)), span))
    }

    /// `array contains any (…)`, `array contains all (…)`.
    pub(super) fn contains_items(
        &mut self,
        all: bool,
        tested: &Expr,
        (items, items_span): (&[Expr], Span),
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let found = self.value(tested, scope);
        let literals: Vec<Option<(Literal, &Expr)>> =
            items.iter().map(|item| Some((self.item_constant(item, tested, scope)?, item))).collect();
        if items.is_empty() {
            return self.fail(EmptyList { span: items_span });
        }
        let found = found?;
        let taker = if all { "`contains all`" } else { "`contains any`" };
        let help = |what: &str| match (&found.ty, all) {
            (Type::String, false) => {
                format!(
                    "for one of several texts, write `{what} in (…)`; for part of a text, join `{what} contains …` with `or`"
                )
            }
            (Type::String, true) => format!("join `{what} contains …` with `and`"),
            _ => format!("for one of several values write `{what} in (…)`"),
        };
        let help = help(&write_back(tested).unwrap_or_else(|| "…".to_owned()));
        self.an_array(&found, tested, taker, help)?;
        let element = self.element_type(&found, tested)?;
        let literals: Vec<Option<(Literal, &Expr)>> = literals
            .into_iter()
            .map(|item| {
                let (literal, expr) = item?;
                Some((self.element((literal, expr), (tested, &element))?, expr))
            })
            .collect();
        let literals: Vec<(Literal, &Expr)> = literals.into_iter().collect::<Option<_>>()?;
        self.warn_repeated(&literals);
        let literals = literals.into_iter().map(|(literal, _)| literal).collect();
        let found = Box::new(found);
        let kind =
            if all { CondKind::ContainsAll(found, literals) } else { CondKind::ContainsAny(found, literals) };
        Some(cond(kind, span))
    }

    /// `array is empty`.
    pub(super) fn empty(&mut self, tested: &Expr, span: Span, scope: &NameScope) -> Option<Cond> {
        let found = self.value(tested, scope)?;
        let what = write_back(tested).unwrap_or_else(|| "…".to_owned());
        let help = match found.ty {
            Type::String => format!("write `{what} = \"\"` for empty text, or `{what} is missing`"),
            _ => format!("write `{what} is missing`"),
        };
        self.an_array(&found, tested, "`is empty`", help)?;
        Some(cond(CondKind::Empty(Box::new(found)), span))
    }

    /// `size(array)`.
    pub(super) fn size(&mut self, values: Vec<Value>, args: &[Expr], span: Span) -> Option<Value> {
        for (found, arg) in values.iter().zip(args) {
            let what = write_back(arg).unwrap_or_else(|| "…".to_owned());
            let help = match found.ty {
                Type::String => format!("for the number of characters write `length({what})`"),
                _ => "use a field of type `array<…>`; rows are counted with `count(…)`".to_owned(),
            };
            self.an_array(found, arg, "`size`", help)?;
        }
        Some(value(ValueKind::Call(Func::Size, values), Type::Integer, false, span))
    }

    fn an_array(&mut self, found: &Value, expr: &Expr, taker: &'static str, help: String) -> Option<()> {
        if matches!(found.ty, Type::Array(_)) {
            return Some(());
        }
        let (what, ty) = (describe(expr), found.ty.to_string());
        self.fail(NotArray { span: expr.span, taker, what, ty, help })
    }

    /// The type of an array's elements, which must be one that can be compared.
    fn element_type(&mut self, found: &Value, expr: &Expr) -> Option<Type> {
        match &found.ty {
            Type::Array(element) if !matches!(**element, Type::Array(_) | Type::Json | Type::Semver) => {
                Some((**element).clone())
            }
            ty => {
                let (what, ty) = (describe(expr), ty.to_string());
                self.fail(TypeUnsupported { span: expr.span, what, ty })
            }
        }
    }

    /// A constant as an element of an array.
    fn element(&mut self, (literal, expr): (Literal, &Expr), array: (&Expr, &Type)) -> Option<Literal> {
        let ty = literal.ty();
        match as_element(literal, array.1) {
            Some(literal) => Some(literal),
            None => self.wrong_element((expr, &ty), array),
        }
    }

    fn wrong_element<T>(
        &mut self,
        (expr, ty): (&Expr, &Type),
        (array, element): (&Expr, &Type),
    ) -> Option<T> {
        let help = match (element, ty) {
            (Type::String, ty) if ty.is_number() && matches!(expr.kind, ExprKind::Literal(_)) => {
                "put it in quotes".to_owned()
            }
            (Type::Integer, ty) if ty.is_number() => {
                "an integer never equals it: use a whole number".to_owned()
            }
            (Type::Timestamp, Type::Date) => {
                "write an instant with its zone, such as `2024-01-31T12:00:00Z`".to_owned()
            }
            _ => format!("write a value of type {element}"),
        };
        let (what, ty) = (describe(expr), ty.to_string());
        let (array, element) = (describe(array), element.to_string());
        self.fail(WrongElement { span: expr.span, array, element, what, ty, help })
    }
}

fn both_decimal(one: &Type, other: &Type) -> bool {
    matches!((one, other), (Type::Decimal { .. }, Type::Decimal { .. }))
}

/// A constant in the type of an array's elements; `None` if no element can equal it.
fn as_element(literal: Literal, element: &Type) -> Option<Literal> {
    match (element, literal) {
        (Type::Integer, Literal::Decimal(number)) => whole(&number),
        (Type::Integer, Literal::Float(number)) => whole(&BigDecimal::try_from(number).ok()?),
        (Type::Decimal { .. }, Literal::Integer(number)) => Some(Literal::Decimal(number.into())),
        (Type::Decimal { .. }, Literal::Float(number)) => {
            let number: BigDecimal = number.to_string().parse().ok()?;
            let (digits, scale) = number.normalized().as_bigint_and_exponent();
            (scale <= 9 && digits.bits() < 96).then_some(Literal::Decimal(number))
        }
        #[expect(clippy::cast_precision_loss, reason = "integers widen to floats by rounding")]
        (Type::Float, Literal::Integer(number)) => Some(Literal::Float(number as f64)),
        (Type::Float, Literal::Decimal(number)) => Some(Literal::Float(number.to_string().parse().ok()?)),
        (Type::Decimal { .. }, literal @ Literal::Decimal(_)) => Some(literal),
        (element, literal) => (literal.ty() == *element).then_some(literal),
    }
}

fn whole(number: &BigDecimal) -> Option<Literal> {
    if number.is_integer() { number.to_i64().map(Literal::Integer) } else { None }
}
