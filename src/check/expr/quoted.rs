//! Operands that were meant as something else: a field in SQL's quotes, a date in digits, a row, `missing`.

use jiff::civil::Date;

use crate::catalog::Entity;
use crate::syntax::ast::{CompareOp, Count, Expr, ExprKind};
use crate::types::{Literal, Type};

use super::super::problems::names::{QuotedField, RowAsValue};
use super::super::problems::types::{ComparedWithMissing, LooseDuration, LooseValue};
use super::super::resolve::{NameScope, Resolved, Tail, path_text};
use super::{Checker, write_back};

impl Checker<'_, '_> {
    /// Refuses a text where a field is tested whose name it is: SQL's quoting.
    pub(super) fn no_quotes(&mut self, tested: &Expr, scope: &NameScope) -> Option<()> {
        let ExprKind::Literal(Literal::String(text)) = &tested.kind else { return Some(()) };
        match self.known.names.quoted(text, scope.this) {
            Some(name) => self.fail(QuotedField { span: tested.span, text: format!("{text:?}"), name }),
            None => Some(()),
        }
    }

    /// Refuses `x = ("a" or "b")`, where a list was meant, and `x > 30 days`, where an instant was.
    pub(super) fn no_list(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> Option<()> {
        let what = write_back(left).unwrap_or_else(|| "x".to_owned());
        match &right.kind {
            ExprKind::Or(items) => {
                let values: Option<Vec<String>> = items.iter().map(literal).collect();
                let Some(values) = values else { return Some(()) };
                let word = if op == CompareOp::NotEqual { "not in" } else { "in" };
                let help = format!("write `{what} {word} ({})`", values.join(", "));
                let value = format!("`{}`", values.join(" or "));
                self.fail(LooseValue { span: right.span, value, help })
            }
            ExprKind::Duration(..) => self.no_duration(left, right),
            _ => Some(()),
        }
    }

    /// Refuses a duration beside a field, where an instant was meant.
    pub(super) fn no_duration(&mut self, left: &Expr, right: &Expr) -> Option<()> {
        let what = write_back(left).unwrap_or_else(|| "x".to_owned());
        match &right.kind {
            ExprKind::Duration(count, unit)
                if matches!(left.kind, ExprKind::Path(_) | ExprKind::Aggregate(_)) =>
            {
                let count = match count {
                    Count::Number(number, _) => number.to_string(),
                    Count::Param(name) => format!("${}", name.text),
                };
                let unit = if count == "1" { unit.to_string() } else { format!("{unit}s") };
                let help = format!(
                    "name an instant: `{what} before {count} {unit} ago` is older than that, \
                     `{what} after {count} {unit} ago` newer"
                );
                self.fail(LooseDuration { span: right.span, help: Some(help) })
            }
            _ => Some(()),
        }
    }
}

impl Checker<'_, '_> {
    /// Refuses `company = vips`, where `company in segment vips` was meant: one problem, not one
    /// for each side.
    pub(super) fn no_row(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        scope: &NameScope,
    ) -> Option<()> {
        let (ExprKind::Path(row), ExprKind::Path(word)) = (&left.kind, &right.kind) else { return Some(()) };
        let names = self.known.names;
        let Ok(found) = names.resolve(row, scope) else { return Some(()) };
        let [part] = word.parts.as_slice() else { return Some(()) };
        let end = found.end;
        let is_row = |found: Resolved| matches!(found.tail, Tail::Row);
        if !is_row(found) || names.resolve(word, scope).is_ok_and(|other| !is_row(other)) {
            return Some(());
        }
        let (text, word) = (path_text(row), &part.name.text);
        let help = names.segment(word).map(|_| match op {
            CompareOp::NotEqual => format!("`{word}` is a segment: write `{text} not in segment {word}`"),
            _ => format!("`{word}` is a segment: write `{text} in segment {word}`"),
        });
        let entity = names.catalog.entity(end);
        let help = help.or_else(|| field_of(entity, &text));
        self.fail(RowAsValue { span: row.span, path: text, entity: entity.name.clone(), help })
    }

    /// `x = missing`: reported, with the way to say it.
    pub(super) fn compared_with_missing(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        scope: &NameScope,
    ) -> bool {
        let found = [(left, right), (right, left)].into_iter().find(|(word, _)| self.is_missing(word, scope));
        let Some((_, other)) = found else { return false };
        let what = write_back(other).unwrap_or_else(|| "…".to_owned());
        self.report(ComparedWithMissing {
            span: left.span.to(right.span),
            what,
            negated: op == CompareOp::NotEqual,
        });
        true
    }

    /// Whether this is a word for a missing value, and no name.
    pub(super) fn is_missing(&self, expr: &Expr, scope: &NameScope) -> bool {
        let ExprKind::Path(path) = &expr.kind else { return false };
        let [part] = path.parts.as_slice() else { return false };
        matches!(part.name.text.as_str(), "missing" | "null" | "NULL" | "none")
            && self.known.names.resolve(path, scope).is_err()
    }
}

/// Advice to read a field of a row that was taken for a value.
pub(super) fn field_of(entity: &Entity, row: &str) -> Option<String> {
    let field = entity.fields.iter().find(|field| field.ty == Type::String).or(entity.fields.first())?;
    Some(format!("read one of its fields, such as `{row}.{}`", field.name))
}

fn literal(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(literal) => Some(literal.to_string()),
        _ => None,
    }
}

/// A constant or a parameter.
pub(super) fn is_constant(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Param(_))
}

/// The date that a number of eight digits shows: `20260131`.
pub(super) fn digits_of_date(number: i64) -> Option<Date> {
    let part = |number: i64| i8::try_from(number).ok();
    let year = i16::try_from(number / 10_000).ok().filter(|year| (1900..2200).contains(year))?;
    Date::new(year, part(number / 100 % 100)?, part(number % 100)?).ok()
}
