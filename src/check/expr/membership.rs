//! `x in (…)`: the items of the list, and what they are compared with.

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, ExprKind};
use crate::types::{Literal, Type};

use super::super::hir::{Cond, CondKind, Value};
use super::super::problems::types::{ComparedWithMissing, EmptyList, ItemNotConstant};
use super::super::resolve::NameScope;
use super::compare::{Operand, lower};
use super::time::day_of;
use super::value::constant;
use super::{Checker, cond, describe, write_back};

impl Checker<'_, '_> {
    pub(super) fn membership(
        &mut self,
        tested: &Expr,
        (items, items_span): (&[Expr], Span),
        (negated, ignoring_case): (bool, bool),
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        self.no_quotes(tested, scope)?;
        let found = self.value(tested, scope);
        let constant = |item| match self.moment_item(found.as_ref(), tested, item, negated, scope) {
            Some(problem) => self.fail(problem),
            None => Some((self.item_constant(item, tested, scope)?, item)),
        };
        let literals: Vec<Option<(Literal, &Expr)>> = items.iter().map(constant).collect();
        if items.is_empty() {
            return self.fail(EmptyList { span: items_span });
        }
        let mut found = (tested, found?);
        self.comparable(&found)?;
        if ignoring_case {
            found.1 = self.text(found.1, tested, "`ignoring case`")?;
        }
        let (mut own, mut days) = (Vec::new(), Vec::new());
        let (mut is_sound, mut items) = (true, Vec::new());
        for literal in literals {
            let expr = literal.as_ref().map(|(_, expr)| *expr);
            let checked = literal.and_then(|item| self.list_item(&found, item, ignoring_case));
            items.extend(checked.clone().zip(expr));
            match checked {
                Some(Literal::Date(day)) if found.1.ty == Type::Timestamp => days.push(Literal::Date(day)),
                Some(literal) => own.push(literal),
                None => is_sound = false,
            }
        }
        self.warn_repeated(&items);
        let subject = if ignoring_case { lower(found.1) } else { found.1 };
        is_sound.then(|| in_lists(subject, own, days, span))
    }

    /// One item of a list, as a constant that the value can be compared with.
    fn list_item(&mut self, found: &Operand, item: (Literal, &Expr), ignoring_case: bool) -> Option<Literal> {
        let (literal, expr) = item;
        let subject = &found.1;
        let literal = self.version_literal(literal, expr, &subject.ty)?;
        let ty = literal.ty();
        let fits = subject.ty == ty
            || subject.ty.is_number() && ty.is_number()
            || subject.ty.is_time() && ty.is_time();
        if !fits {
            let item = (expr, constant(literal, expr.span));
            return self.mismatch(found, &item, expr.span);
        }
        self.check_literal(subject, &literal, expr.span, ignoring_case)?;
        Some(match literal {
            Literal::String(text) if ignoring_case => Literal::String(text.to_lowercase()),
            // A date is compared with local dates.
            Literal::Timestamp(at) if subject.ty == Type::Date => {
                Literal::Date(self.known.calendar.local(at).date())
            }
            literal => literal,
        })
    }

    pub(super) fn item_constant(&mut self, item: &Expr, tested: &Expr, scope: &NameScope) -> Option<Literal> {
        match &item.kind {
            ExprKind::Literal(literal) => Some(literal.clone()),
            ExprKind::Param(name) => self.param(name),
            ExprKind::Unreadable => {
                self.value(item, scope);
                None
            }
            _ if self.is_missing(item, scope) => {
                let what = write_back(tested).unwrap_or_else(|| "…".to_owned());
                self.fail(ComparedWithMissing { span: item.span, what, negated: false })
            }
            ExprKind::Path(_) => {
                // A bare word is text without its quotes; a name that exists is no constant.
                self.operand_beside(item, tested, scope)?;
                self.fail(ItemNotConstant { span: item.span, what: describe(item) })
            }
            _ => self.fail(ItemNotConstant { span: item.span, what: describe(item) }),
        }
    }
}

/// `x in (…)`, where a timestamp may be looked for among instants and among days.
fn in_lists(subject: Value, own: Vec<Literal>, days: Vec<Literal>, span: Span) -> Cond {
    let list = |subject, items| cond(CondKind::In(Box::new(subject), items), span);
    match (own.is_empty(), days.is_empty()) {
        (_, true) => list(subject, own),
        (true, false) => list(day_of(subject), days),
        (false, false) => {
            let by_instant = list(subject.clone(), own);
            cond(CondKind::Or(vec![by_instant, list(day_of(subject), days)]), span)
        }
    }
}
