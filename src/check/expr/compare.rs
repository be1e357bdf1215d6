//! Comparisons: `=` and its like, ranges, text.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Span, lookalike};
use crate::syntax::ast::{AggregateFunc, CompareOp, Expr, ExprKind, InstantOp, TextOp};
use crate::types::{Literal, Type};

use super::super::hir::{Comparison, Cond, CondKind, Func, Value, ValueKind};
use super::super::names::suggest;
use super::super::problems::types::{EmptyRange, Mismatch, NotComparable, OutsideValues, QuotedTime};
use super::super::resolve::NameScope;
use super::quoted::{digits_of_date, is_constant};
use super::time::day_of;
use super::time_of_day::time_of_day;
use super::value::constant;
use super::{Checker, cond, describe, negated, value, write_back};

/// A value and the expression that it comes from.
pub(super) type Operand<'e> = (&'e Expr, Value);

impl Checker<'_, '_> {
    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        ignoring_case: bool,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        if self.compared_with_missing(op, left, right, scope) {
            return None;
        }
        self.no_list(op, left, right)?;
        self.no_row(op, left, right, scope)?;
        if is_constant(left) && is_constant(right) {
            self.no_quotes(left, scope)?;
            self.no_quotes(right, scope)?;
        }
        let checked = (self.value(left, scope), self.operand_beside(right, left, scope));
        let (left, right) = self.fit((left, checked.0?), (right, checked.1?), span)?;
        self.check_order(op, &left)?;
        if matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            self.check_moment(&left, &right, op == CompareOp::NotEqual, span)?;
            self.check_values(&left.1, &right, ignoring_case)?;
            self.check_values(&right.1, &left, ignoring_case)?;
        }
        let (comparison, negate) = desugared(op);
        self.warn_constant(comparison, &left, &right, span, negate);
        let (left, right) =
            if ignoring_case { (self.lowered(left)?, self.lowered(right)?) } else { (left.1, right.1) };
        let kind = CondKind::Compare(comparison, Box::new(left), Box::new(right));
        Some(negated(cond(kind, span), negate))
    }

    /// The right side of a comparison. A bare word that isn't a name, next to text, was
    /// probably meant as text.
    pub(super) fn operand_beside(&mut self, right: &Expr, left: &Expr, scope: &NameScope) -> Option<Value> {
        let ExprKind::Path(path) = &right.kind else { return self.value(right, scope) };
        if self.is_yesterday(path, scope) {
            return self.value(right, scope);
        }
        let ([part], Err(problem)) = (path.parts.as_slice(), self.known.names.resolve(path, scope)) else {
            return self.value(right, scope);
        };
        let ExprKind::Path(left) = &left.kind else { return self.fail(problem) };
        let word = &part.name.text;
        let is_text = self.known.names.resolve(left, scope).ok().and_then(|left| {
            let super::super::resolve::Tail::Field(field) = left.tail else { return None };
            let field = self.known.names.catalog.entity(left.end).field(field);
            (field.ty == Type::String).then_some(field.values.as_ref())
        });
        match is_text {
            // A name of the row outside has its own help.
            Some(values)
                if values.is_none_or(|values| values.contains(word))
                    && !self.known.names.is_outside(word, scope) =>
            {
                let help = Some(format!("put text in quotes: `\"{word}\"`"));
                self.fail(Diagnostic { help, ..problem })
            }
            _ => self.fail(problem),
        }
    }

    /// Makes two values comparable with each other, or says why they are not.
    pub(super) fn fit<'e>(
        &mut self,
        left: Operand<'e>,
        right: Operand<'e>,
        span: Span,
    ) -> Option<(Operand<'e>, Operand<'e>)> {
        let (left, right) = {
            let types = (left.1.ty.clone(), right.1.ty.clone());
            (self.as_version(left, &types.1), self.as_version(right, &types.0))
        };
        let (left, right) = (left?, right?);
        for side in [&left, &right] {
            self.comparable(side)?;
        }
        let (a, b) = (&left.1.ty, &right.1.ty);
        if a == b || a.is_number() && b.is_number() {
            return Some((left, right));
        }
        match (a, b) {
            (Type::Timestamp, Type::Date) => Some(((left.0, day_of(left.1)), right)),
            (Type::Date, Type::Timestamp) => Some((left, (right.0, day_of(right.1)))),
            _ => self.mismatch(&left, &right, span),
        }
    }

    /// Whether values of this type can be compared at all.
    pub(super) fn comparable(&mut self, (expr, found): &Operand) -> Option<()> {
        let (what, ty) = (describe(expr), found.ty.to_string());
        match found.ty {
            Type::Json | Type::Array(_) => {
                let help = Some(instead_of_comparing(expr, &found.ty));
                self.fail(NotComparable { span: expr.span, what, ty, help })
            }
            _ => Some(()),
        }
    }

    pub(super) fn mismatch<T>(&mut self, left: &Operand, right: &Operand, span: Span) -> Option<T> {
        for (one, other) in [(left, right), (right, left)] {
            if let (ExprKind::Literal(Literal::String(text)), true) = (&one.0.kind, other.1.ty.is_time()) {
                let is_time =
                    text.parse::<Date>().is_ok() && text.len() == 10 || text.parse::<Timestamp>().is_ok();
                return self.fail(QuotedTime { span: one.0.span, text: text.clone(), is_time });
            }
        }
        self.fail(Mismatch {
            span,
            left: describe(left.0),
            left_ty: left.1.ty.to_string(),
            left_span: left.0.span,
            right: describe(right.0),
            right_ty: right.1.ty.to_string(),
            right_span: right.0.span,
            help: mismatch_help(left, right),
        })
    }

    /// Booleans are equal or not, and in no order.
    fn check_order(&mut self, op: CompareOp, (expr, found): &Operand) -> Option<()> {
        if matches!(op, CompareOp::Equal | CompareOp::NotEqual) || found.ty.is_ordered() {
            return Some(());
        }
        let help = Some("use it as a condition by itself, or compare with `=`".to_owned());
        let (what, ty) = (describe(expr), found.ty.to_string());
        self.fail(NotComparable { span: expr.span, what, ty, help })
    }

    /// A constant must be one of the values of the field that it is compared with.
    fn check_values(&mut self, field: &Value, (expr, found): &Operand, ignoring_case: bool) -> Option<()> {
        match &found.kind {
            ValueKind::Literal(literal) => self.check_literal(field, literal, expr.span, ignoring_case),
            _ => Some(()),
        }
    }

    pub(super) fn check_literal(
        &mut self,
        field: &Value,
        literal: &Literal,
        span: Span,
        ignoring_case: bool,
    ) -> Option<()> {
        let (ValueKind::Field(path, id), Literal::String(text)) = (of_field(field), literal) else {
            return Some(());
        };
        let declared = self.known.names.catalog.entity(path.end).field(*id);
        let Some(values) = &declared.values else { return Some(()) };
        let same =
            |value: &String| value == text || ignoring_case && value.to_lowercase() == text.to_lowercase();
        if values.iter().any(same) {
            return Some(());
        }
        let plain = lookalike::meant(text);
        let help =
            suggest(plain.as_deref().unwrap_or(text), values.iter().map(String::as_str), "its values are");
        let help = match lookalike::first(text) {
            Some(odd) => Some(format!("it contains {odd}; {}", help.unwrap_or_default())),
            None => help,
        };
        self.fail(OutsideValues { span, value: format!("`{literal}`"), field: declared.name.clone(), help })
    }

    /// The value in lower case, for `ignoring case`.
    fn lowered(&mut self, (expr, found): Operand) -> Option<Value> {
        let found = self.text(found, expr, "`ignoring case`")?;
        Some(lower(found))
    }

    pub(super) fn between(
        &mut self,
        tested: &Expr,
        low: &Expr,
        high: &Expr,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        if let Some(time) = time_of_day(tested) {
            return self.time_between((tested, time), (low, high), span, scope);
        }
        self.no_quotes(tested, scope)?;
        let checked = [tested, low, high].map(|expr| self.value(expr, scope));
        let [Some(found), Some(from), Some(to)] = checked else { return None };
        let (from, to) = ((low, from), (high, to));
        let lower_side = self.fit((tested, found.clone()), from.clone(), span);
        let upper_side = self.fit((tested, found), to.clone(), span);
        let ((subject, from_fit), (upper_subject, to_fit)) = (lower_side?, upper_side?);
        self.check_order(CompareOp::LessOrEqual, &subject)?;
        self.warn_reversed(&from.1, &to.1, low.span.to(high.span), false);
        let boxed = |operand: Operand| Box::new(operand.1);
        if subject.1.ty == upper_subject.1.ty {
            let kind = CondKind::Between(boxed(subject), boxed(from_fit), boxed(to_fit));
            return Some(cond(kind, span));
        }
        // A timestamp between a date and a timestamp: each side compares in its own way.
        let from = CondKind::Compare(Comparison::GreaterOrEqual, boxed(subject), boxed(from_fit));
        let to = CondKind::Compare(Comparison::LessOrEqual, boxed(upper_subject), boxed(to_fit));
        Some(cond(CondKind::And(vec![cond(from, span), cond(to, span)]), span))
    }

    pub(super) fn before_after(
        &mut self,
        op: InstantOp,
        tested: &Expr,
        instant: &Expr,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let (comparison, word) = match op {
            InstantOp::Before => (Comparison::Less, "`before`"),
            InstantOp::After => (Comparison::Greater, "`after`"),
        };
        self.no_quotes(tested, scope)?;
        self.no_duration(tested, instant)?;
        let checked = (self.value(tested, scope), self.value(instant, scope));
        let (left, right) = ((tested, checked.0?), (instant, checked.1?));
        for side in [&left, &right] {
            if !side.1.ty.is_time() {
                let other_is_time = left.1.ty.is_time() || right.1.ty.is_time();
                if other_is_time && matches!(side.0.kind, ExprKind::Literal(Literal::String(_))) {
                    return self.mismatch(&left, &right, span);
                }
                return self.wrong_type(&side.1, side.0, word, "dates and timestamps", None);
            }
        }
        let (left, right) = self.fit(left, right, span)?;
        self.warn_constant(comparison, &left, &right, span, false);
        Some(cond(CondKind::Compare(comparison, Box::new(left.1), Box::new(right.1)), span))
    }

    pub(super) fn text_test(
        &mut self,
        op: TextOp,
        (tested, needle): (&Expr, &Expr),
        ignoring_case: bool,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let word = match op {
            TextOp::Contains => "`contains`",
            TextOp::StartsWith => "`starts with`",
            TextOp::EndsWith => "`ends with`",
        };
        self.no_quotes(tested, scope)?;
        let checked = (self.value(tested, scope), self.operand_beside(needle, tested, scope));
        let (found, needle_value) = (checked.0?, checked.1?);
        if matches!(found.ty, Type::Array(_)) && op == TextOp::Contains {
            return self.array_contains((tested, found), (needle, needle_value), ignoring_case, span);
        }
        let found = self.text(found, tested, word);
        let needle = self.text(needle_value, needle, word);
        let (found, needle) = (found?, needle?);
        let (found, needle) = if ignoring_case { (lower(found), lower(needle)) } else { (found, needle) };
        Some(cond(CondKind::Text(op, Box::new(found), Box::new(needle)), span))
    }

    /// Warns of a range of constants that ends before it begins (or where, half open).
    pub(super) fn warn_reversed(&mut self, from: &Value, to: &Value, span: Span, half_open: bool) {
        let (ValueKind::Literal(a), ValueKind::Literal(b)) = (&from.kind, &to.kind) else { return };
        let order = super::constant::compare(a, b, self.known.calendar);
        let is_empty = order.is_some_and(|order| order.is_gt() || half_open && order.is_eq());
        if is_empty {
            let help = if order.is_some_and(std::cmp::Ordering::is_eq) {
                "the end isn't part of the range; use a later one"
            } else {
                "the earlier or smaller one comes first"
            };
            self.report(EmptyRange { span, help });
        }
    }
}

/// `!=` is the complement of `=`.
fn desugared(op: CompareOp) -> (Comparison, bool) {
    match op {
        CompareOp::Equal => (Comparison::Equal, false),
        CompareOp::NotEqual => (Comparison::Equal, true),
        CompareOp::Less => (Comparison::Less, false),
        CompareOp::LessOrEqual => (Comparison::LessOrEqual, false),
        CompareOp::Greater => (Comparison::Greater, false),
        CompareOp::GreaterOrEqual => (Comparison::GreaterOrEqual, false),
    }
}

/// A text in lower case; constants at once.
pub(super) fn lower(found: Value) -> Value {
    let (nullable, span) = (found.nullable, found.span);
    match found.kind {
        ValueKind::Literal(Literal::String(text)) => constant(Literal::String(text.to_lowercase()), span),
        kind => {
            let inner = Value { kind, ..found };
            value(ValueKind::Call(Func::Lower, vec![inner]), Type::String, nullable, span)
        }
    }
}

/// How two values of different types were probably meant.
fn mismatch_help(left: &Operand, right: &Operand) -> String {
    for (one, other) in [(left, right), (right, left)] {
        let what = write_back(other.0).filter(|_| matches!(other.0.kind, ExprKind::Path(_)));
        match (&one.0.kind, &other.1.ty) {
            (_, Type::Boolean) => {
                let what = what.unwrap_or_else(|| "it".to_owned());
                return format!("{what} is true or false by itself: write `{what}` or `not {what}`")
                    .replace("`it` or `not it`", "it alone, or `not` in front of it");
            }
            (ExprKind::Literal(Literal::String(text)), ty) if ty.is_number() => {
                return match crate::syntax::parse_literal(text, ty) {
                    Some(_) => format!("remove the quotes: `{text}`"),
                    None => "compare it with a number".to_owned(),
                };
            }
            (ExprKind::Literal(literal), Type::String) if one.1.ty.is_number() => {
                return format!("put the number in quotes: `\"{literal}\"`");
            }
            (ExprKind::Literal(literal), Type::Semver) if one.1.ty.is_number() => {
                let version = crate::types::Version::parse(&literal.to_string());
                let meant = version.err().and_then(|error| error.meant).unwrap_or_else(|| "1.2.0".to_owned());
                return format!("write the version as text: `\"{meant}\"`");
            }
            (ExprKind::Literal(Literal::Integer(number)), ty) if ty.is_time() => {
                return match digits_of_date(*number) {
                    Some(date) => format!("write the date as `{date}`"),
                    None => "a time is compared with a date, `2026-01-31`, or an instant, `30 days ago`"
                        .to_owned(),
                };
            }
            (_, ty) if ty.is_time() && one.1.ty.is_number() => {
                return "a time is compared with a date, `2026-01-31`, or an instant, `30 days ago`"
                    .to_owned();
            }
            (_, Type::Semver) if one.1.ty == Type::String => {
                let what = write_back(one.0).unwrap_or_else(|| "…".to_owned());
                return format!("make a version of the text: `semver({what})`");
            }
            _ => {}
        }
    }
    "compare values of the same type".to_owned()
}

/// What to write instead of an impossible comparison.
fn instead_of_comparing(expr: &Expr, ty: &Type) -> String {
    let what = write_back(expr).unwrap_or_else(|| "…".to_owned());
    match ty {
        Type::Array(_) => format!("test for an element, `{what} contains …`, or compare `size({what})`"),
        _ => format!(
            "write `{what} is present`, or declare a field in the catalog with the `path` of the value to compare"
        ),
    }
}

/// What a value is one of the values of: `last(orders.status)` is a `status`.
fn of_field(value: &Value) -> &ValueKind {
    use AggregateFunc::{First, Last, Max, Min, Mode};
    match &value.kind {
        ValueKind::Aggregate(aggregate) if matches!(aggregate.func, First | Last | Max | Min | Mode) => {
            aggregate.value.as_ref().map_or(&value.kind, |taken| &taken.kind)
        }
        kind => kind,
    }
}
