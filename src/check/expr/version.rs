//! Semantic versions: text that is compared with one is one itself.

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::{Literal, Type, Version};

use super::super::hir::{Func, Value, ValueKind};
use super::super::problems::text::NotVersion;
use super::compare::Operand;
use super::value::constant;
use super::{Checker, value};

impl Checker<'_, '_> {
    /// A text literal beside a version as a version; anything else as it is.
    pub(super) fn as_version<'e>(&mut self, operand: Operand<'e>, beside: &Type) -> Option<Operand<'e>> {
        match (&operand.0.kind, &operand.1.kind) {
            (ExprKind::Literal(_), ValueKind::Literal(literal)) => {
                let literal = self.version_literal(literal.clone(), operand.0, beside)?;
                Some((operand.0, constant(literal, operand.1.span)))
            }
            _ => Some(operand),
        }
    }

    /// The same for a constant of a list.
    pub(super) fn version_literal(
        &mut self,
        literal: Literal,
        expr: &Expr,
        beside: &Type,
    ) -> Option<Literal> {
        match literal {
            Literal::String(text) if *beside == Type::Semver && matches!(expr.kind, ExprKind::Literal(_)) => {
                self.version(&text, expr.span).map(Literal::Semver)
            }
            literal => Some(literal),
        }
    }

    /// `semver(x)`: a version of text, missing where it is none. A constant is checked at once.
    pub(super) fn semver(&mut self, values: Vec<Value>, args: &[Expr], span: Span) -> Option<Value> {
        let (found, arg) = (values.into_iter().next()?, args.first()?);
        if found.ty == Type::Semver {
            return Some(Value { span, ..found });
        }
        let found = self.text(found, arg, "`semver`")?;
        if let ValueKind::Literal(Literal::String(text)) = &found.kind {
            return self.version(text, arg.span).map(|version| constant(Literal::Semver(version), span));
        }
        Some(value(ValueKind::Call(Func::Semver, vec![found]), Type::Semver, true, span))
    }

    fn version(&mut self, text: &str, span: Span) -> Option<Version> {
        match Version::parse(text) {
            Ok(version) => Some(version),
            Err(error) => {
                self.fail(NotVersion { span, text: text.to_owned(), what: error.what, meant: error.meant })
            }
        }
    }
}
