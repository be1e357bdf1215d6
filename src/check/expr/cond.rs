//! Conditions, except for comparisons.

use crate::diagnostic::Span;
use crate::syntax::ast::{self, CompareOp, Expr, ExprKind, TextOp};
use crate::types::{Literal, Type};

use super::super::hir::{self, Base, Cond, CondKind, Value};
use super::super::problems::names::{ManyAsValue, OtherMembers, ValueInSegment};
use super::super::problems::types::{LooseValue, NotComparable, NotCondition};
use super::super::resolve::{NameScope, Tail, path_text};
use super::value::truth;
use super::{Checker, cond, describe, negated, write_back};

impl Checker<'_, '_> {
    /// Checks an expression that stands for a condition.
    pub(in super::super) fn cond(&mut self, expr: &Expr, scope: &NameScope) -> Option<Cond> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Not(inner) => {
                let inner = self.cond(inner, scope)?;
                Some(cond(CondKind::Not(Box::new(inner)), span))
            }
            ExprKind::And(items) => self.all(items, scope).map(|items| cond(CondKind::And(items), span)),
            ExprKind::Or(items) => self.all(items, scope).map(|items| cond(CondKind::Or(items), span)),
            ExprKind::HowMany { bound, count, items } => self.how_many(*bound, count, items, span, scope),
            ExprKind::Compare { op, left, right, ignoring_case } => {
                self.compare(*op, left, right, *ignoring_case, span, scope)
            }
            ExprKind::In { value, items, items_span, negated: not, ignoring_case } => {
                let (items, modifiers) = ((items.as_slice(), *items_span), (*not, *ignoring_case));
                let found = self.membership(value, items, modifiers, span, scope)?;
                Some(negated(found, *not))
            }
            ExprKind::Between { value, low, high, negated: not } => {
                Some(negated(self.between(value, low, high, span, scope)?, *not))
            }
            ExprKind::Text { op, value, needle, negated: not, ignoring_case } => {
                let found = self.text_test(*op, (value, needle), *ignoring_case, span, scope)?;
                Some(negated(found, *not))
            }
            ExprKind::Missing { value, negated: not } => {
                Some(negated(self.missing(value, span, scope)?, *not))
            }
            ExprKind::Instant { op, value, instant, negated: not } => {
                Some(negated(self.before_after(*op, value, instant, span, scope)?, *not))
            }
            ExprKind::During { value, window, negated: not } => {
                Some(negated(self.during(value, window, span, scope)?, *not))
            }
            ExprKind::InSegment { path, segment, negated: not } => {
                Some(negated(self.in_segment(path.as_ref(), segment, span, scope)?, *not))
            }
            ExprKind::Aggregate(aggregate) if super::aggregate::is_condition(aggregate.func) => {
                self.aggregate_cond(aggregate, span, scope)
            }
            ExprKind::ContainsItems { all, value, items, items_span, negated: not } => {
                let found = self.contains_items(*all, value, (items, *items_span), span, scope)?;
                Some(negated(found, *not))
            }
            ExprKind::Empty { value, negated: not } => Some(negated(self.empty(value, span, scope)?, *not)),
            ExprKind::Matches { value, pattern, pattern_raw, pattern_span, negated: not } => {
                let pattern = (pattern.as_str(), pattern_raw.as_str(), *pattern_span);
                Some(negated(self.matches(value, pattern, span, scope)?, *not))
            }
            ExprKind::Resembles { value, text, text_span, edits, edits_span, negated: not } => {
                let (text, edits) = ((text.as_str(), *text_span), (*edits, *edits_span));
                Some(negated(self.resembles(value, text, edits, span, scope)?, *not))
            }
            ExprKind::Anniversary { value, window, negated: not } => {
                Some(negated(self.anniversary(value, window, span, scope)?, *not))
            }
            ExprKind::Sequence(sequence) => self.sequence(sequence, span, scope),
            ExprKind::Literal(_)
            | ExprKind::Param(_)
            | ExprKind::Path(_)
            | ExprKind::Now
            | ExprKind::Today
            | ExprKind::Duration(..)
            | ExprKind::Ago(..)
            | ExprKind::FromNow(..)
            | ExprKind::StartOf(_)
            | ExprKind::Negate(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Call { .. }
            | ExprKind::ToolBucket { .. }
            | ExprKind::Aggregate(_)
            | ExprKind::Periods(_)
            | ExprKind::Unreadable => {
                self.no_quotes(expr, scope)?;
                let found = self.value(expr, scope)?;
                self.value_as_cond(found, expr)
            }
        }
    }

    fn value_as_cond(&mut self, found: Value, expr: &Expr) -> Option<Cond> {
        if found.ty == Type::Boolean {
            return Some(truth(found));
        }
        let text = write_back(expr).unwrap_or_else(|| "…".to_owned());
        let help = match (&expr.kind, &found.ty) {
            (ExprKind::Aggregate(_) | ExprKind::Periods(_), ty) if ty.is_number() => {
                format!("compare it, such as `{text} > 0`")
            }
            (_, ty) if ty.is_number() => {
                format!("compare it, such as `{text} > 0`, or write `{text} is present`")
            }
            (_, ty) if ty.is_time() => format!("compare it, such as `{text} during last 30 days`"),
            (_, Type::Array(_)) => {
                format!("test for an element, `{text} contains …`, or write `{text} is not empty`")
            }
            (_, Type::Json) => format!("write `{text} is present`"),
            _ => format!("compare it, such as `{text} = …`, or write `{text} is present`"),
        };
        self.fail(NotCondition { span: expr.span, what: describe(expr), ty: found.ty.to_string(), help })
    }

    /// Checks all of them, so that every problem is found.
    fn all(&mut self, items: &[Expr], scope: &NameScope) -> Option<Vec<Cond>> {
        let check = |(at, item): (usize, &Expr)| match loose_value(&items[..at], item) {
            Some(problem) => self.fail(problem),
            None => self.cond(item, scope),
        };
        let checked: Vec<Option<Cond>> = items.iter().enumerate().map(check).collect();
        checked.into_iter().collect()
    }

    fn missing(&mut self, tested: &Expr, span: Span, scope: &NameScope) -> Option<Cond> {
        self.no_quotes(tested, scope)?;
        let found = self.value(tested, scope)?;
        if matches!(found.ty, Type::Array(_)) {
            let help = Some("an absent array is empty: write `is empty`".to_owned());
            let (what, ty) = (describe(tested), found.ty.to_string());
            return self.fail(NotComparable { span, what, ty, help });
        }
        Some(cond(CondKind::Missing(Box::new(found)), span))
    }

    fn in_segment(
        &mut self,
        path: Option<&ast::Path>,
        segment: &ast::Name,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let place = match path {
            Some(path) => self.row(path, segment, scope),
            None => Some(hir::Path { base: Base::This, hops: Vec::new(), end: scope.this }),
        };
        let (at, id) = self.segment(segment)?;
        let (place, entity) = (place?, self.known.names.segments[at].entity?);
        if place.end != entity {
            return self.other_members(path, segment, place.end, entity);
        }
        Some(cond(CondKind::InSegment(place, id?), span))
    }

    /// The one row that a path leads to.
    fn row(&mut self, path: &ast::Path, segment: &ast::Name, scope: &NameScope) -> Option<hir::Path> {
        let found = match self.known.names.resolve(path, scope) {
            Ok(found) => found,
            Err(problem) => return self.fail(problem),
        };
        let text = path_text(path);
        if !matches!(found.tail, Tail::Row) {
            return self.fail(ValueInSegment { span: path.span, path: text, segment: segment.text.clone() });
        }
        if self.first_many(&found).is_some() {
            let help = format!("write `exists({text} where in segment {})`", segment.text);
            return self.fail(ManyAsValue { span: path.span, link: text, help });
        }
        Some(hir::Path { base: found.base, hops: found.hops, end: found.end })
    }

    fn other_members(
        &mut self,
        path: Option<&ast::Path>,
        segment: &ast::Name,
        end: crate::catalog::EntityId,
        wanted: crate::catalog::EntityId,
    ) -> Option<Cond> {
        let names = self.known.names;
        let links = &names.catalog.entity(end).links;
        let prefix = path.map(|path| format!("{}.", path_text(path))).unwrap_or_default();
        let fitting = links.iter().filter(|link| !link.many && link.to == wanted);
        self.fail(OtherMembers {
            span: segment.span,
            segment: segment.text.clone(),
            segment_entity: names.entity_name(wanted).to_owned(),
            entity: names.entity_name(end).to_owned(),
            links: fitting.map(|link| format!("{prefix}{}", link.name)).collect(),
        })
    }
}

/// `"b"` in `x contains "a" or "b"`.
fn loose_text(before: &[Expr], item: &Expr, literal: &Literal) -> Option<LooseValue> {
    let tested = |expr: &Expr| match &expr.kind {
        ExprKind::Text { op, value, negated, .. } => {
            let word = match op {
                TextOp::Contains => "contains",
                TextOp::StartsWith => "starts with",
                TextOp::EndsWith => "ends with",
            };
            let not = if *negated { "not " } else { "" };
            Some(format!("{} {not}{word}", write_back(value)?))
        }
        ExprKind::Missing { value, .. } => Some(format!("{} =", write_back(value)?)),
        _ => None,
    };
    let test = before.iter().rev().find_map(tested)?;
    let help = format!("repeat the left side: `{test} {literal}`");
    Some(LooseValue { span: item.span, value: format!("`{literal}`"), help })
}

/// `"b"` in `x = "a" or "b"`: a constant after a comparison, where `in` was meant.
fn loose_value(before: &[Expr], item: &Expr) -> Option<LooseValue> {
    let ExprKind::Literal(literal) = &item.kind else { return None };
    if matches!(literal, Literal::Boolean(_)) {
        return None;
    }
    let compared = |expr: &Expr| match &expr.kind {
        ExprKind::Compare { op: op @ (CompareOp::Equal | CompareOp::NotEqual), left, right, .. } => {
            let word = if *op == CompareOp::Equal { "in" } else { "not in" };
            Some((write_back(left)?, word, write_back(right)?))
        }
        _ => None,
    };
    let Some((left, word, right)) = before.iter().rev().find_map(compared) else {
        return loose_text(before, item, literal);
    };
    let loose = |expr: &&Expr| matches!(&expr.kind, ExprKind::Literal(_));
    let between = before.iter().filter(loose).filter_map(write_back);
    let list: Vec<String> =
        std::iter::once(right).chain(between).chain(std::iter::once(literal.to_string())).collect();
    let help = format!("write `{left} {word} ({})`", list.join(", "));
    Some(LooseValue { span: item.span, value: format!("`{literal}`"), help })
}
