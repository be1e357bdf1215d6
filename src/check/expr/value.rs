//! Values: literals, parameters, paths; dispatches the other kinds.

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::types::{Literal, Type};

use super::super::hir::{self, CondKind, Value, ValueKind};
use super::super::names::suggest;
use super::super::problems::names::{ManyAsValue, NeverDeleted, RowAsValue, UnknownParam};
use super::super::problems::types::{LooseDuration, WrongType};
use super::super::resolve::{NameScope, Resolved, Tail, path_text};
use super::quoted::field_of;
use super::time::yesterday;
use super::{Checker, TraitState, describe, value};

impl Checker<'_, '_> {
    /// Checks an expression that stands for a value.
    pub(in super::super) fn value(&mut self, expr: &Expr, scope: &NameScope) -> Option<Value> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(literal) => Some(constant(literal.clone(), span)),
            ExprKind::Param(name) => self.param(name).map(|literal| constant(literal, span)),
            ExprKind::Path(path) if self.is_yesterday(path, scope) => Some(yesterday(span)),
            ExprKind::Path(path) => self.path_value(path, scope),
            ExprKind::Duration(..) => self.fail(LooseDuration { span, help: None }),
            ExprKind::Now
            | ExprKind::Today
            | ExprKind::Ago(..)
            | ExprKind::FromNow(..)
            | ExprKind::StartOf(_) => self.instant(expr),
            ExprKind::Negate(operand) => self.negate(operand, span, scope),
            ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, span, scope),
            ExprKind::Call { name, args } => self.call(name, args, span, scope),
            ExprKind::ToolBucket { seed, of, tool } => self.tool_bucket(seed, of, tool, span, scope),
            ExprKind::Aggregate(aggregate) => self.aggregate_value(aggregate, span, scope),
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::HowMany { .. }
            | ExprKind::Compare { .. }
            | ExprKind::In { .. }
            | ExprKind::Between { .. }
            | ExprKind::Text { .. }
            | ExprKind::Missing { .. }
            | ExprKind::Instant { .. }
            | ExprKind::During { .. }
            | ExprKind::InSegment { .. }
            | ExprKind::ContainsItems { .. }
            | ExprKind::Empty { .. }
            | ExprKind::Matches { .. }
            | ExprKind::Resembles { .. }
            | ExprKind::Anniversary { .. }
            | ExprKind::Sequence(_) => {
                let condition = self.cond(expr, scope)?;
                Some(value(ValueKind::Condition(Box::new(condition)), Type::Boolean, false, span))
            }
            ExprKind::Periods(periods) => self.periods(periods, span, scope),
            ExprKind::Unreadable => {
                // Refused by the parser, at the same place.
                self.failed = true;
                None
            }
        }
    }

    /// The value of a parameter; a problem if there is none of that name.
    pub(super) fn param(&mut self, name: &ast::Name) -> Option<Literal> {
        match self.known.params.find(&name.text) {
            Some(literal) => {
                self.params_used.push((name.span, name.text.clone()));
                literal.cloned()
            }
            None => {
                if self.known.names.is_unread(&name.text) {
                    return self.fail(Diagnostic::reported());
                }
                let help = suggest(&name.text, self.known.params.names(), "the parameters are");
                let declare = || Some(format!("declare it: `param {}: integer = 1`", name.text));
                let help = help.or_else(declare);
                self.fail(UnknownParam { span: name.span, name: name.text.clone(), help })
            }
        }
    }

    fn path_value(&mut self, path: &ast::Path, scope: &NameScope) -> Option<Value> {
        let found = match self.known.names.resolve(path, scope) {
            Ok(found) => found,
            Err(problem) => return self.fail(problem),
        };
        if let Some(at) = self.first_many(&found) {
            return self.many_as_value(path, &found, at);
        }
        let behind_link = !found.hops.is_empty();
        let end = found.end;
        let place = hir::Path { base: found.base, hops: found.hops, end };
        match found.tail {
            Tail::Row => self.row_as_value(path, &place),
            Tail::Field(field) => {
                let entity = self.known.names.catalog.entity(end);
                let declared = entity.field(field);
                if let Some(mark) = entity.mark().filter(|mark| mark.field() == field) {
                    let (entity, field) = (entity.name.clone(), declared.name.clone());
                    self.report(NeverDeleted { span: path.span, entity, field, state: mark.state() });
                }
                // A row whose key has a missing part does not exist.
                let nullable = behind_link
                    || declared.nullable && !entity.key.contains(&field)
                    // Text that isn't a version is missing.
                    || declared.ty == Type::Semver;
                Some(value(ValueKind::Field(place, field), declared.ty.clone(), nullable, path.span))
            }
            Tail::Trait(at) => {
                let TraitState::Fine { id, ty, nullable } = &self.known.traits[at] else { return None };
                let nullable = *nullable || behind_link;
                Some(value(ValueKind::Trait(place, *id), ty.clone(), nullable, path.span))
            }
        }
    }

    /// Where a path first leads to many rows: the index of the hop.
    pub(super) fn first_many(&self, found: &Resolved) -> Option<usize> {
        let catalog = self.known.names.catalog;
        found.hops.iter().position(|hop| catalog.entity(hop.from).link(hop.link).many)
    }

    fn many_as_value(&mut self, path: &ast::Path, found: &Resolved, at: usize) -> Option<Value> {
        let text = path_text(path);
        let help = match (found.tail, path.parts.last()) {
            (Tail::Field(_) | Tail::Trait(_), Some(last)) => {
                let func = self.known.names.fitting_aggregate(found.end, &last.name.text);
                format!("reduce the rows to one value, such as `{func}({text})`")
            }
            _ => format!("reduce the rows to one value: `count({text})`, `exists({text} where …)`"),
        };
        let link = found.hops[at].span;
        let name = path.parts.iter().find(|part| part.name.span.start == link.start);
        let link = name.map_or(text, |part| part.name.text.clone());
        self.fail(ManyAsValue { span: path.span, link, help })
    }

    fn row_as_value(&mut self, path: &ast::Path, place: &hir::Path) -> Option<Value> {
        let names = self.known.names;
        let entity = names.catalog.entity(place.end);
        let text = path_text(path);
        let help = field_of(entity, &text);
        self.fail(RowAsValue { span: path.span, path: text, entity: entity.name.clone(), help })
    }

    fn negate(&mut self, operand: &Expr, span: Span, scope: &NameScope) -> Option<Value> {
        let inner = self.value(operand, scope)?;
        let inner = self.number(inner, operand, "`-`")?;
        let (ty, nullable) = (inner.ty.clone(), inner.nullable);
        Some(value(ValueKind::Negate(Box::new(inner)), ty, nullable, span))
    }

    /// The value, if it is a number; a problem of its taker otherwise.
    pub(super) fn number(&mut self, found: Value, expr: &Expr, taker: &str) -> Option<Value> {
        if found.ty.is_number() {
            return Some(found);
        }
        self.wrong_type(&found, expr, taker, "numbers", None)
    }

    /// The value, if it is text; a problem of its taker otherwise.
    pub(super) fn text(&mut self, found: Value, expr: &Expr, taker: &str) -> Option<Value> {
        if found.ty == Type::String {
            return Some(found);
        }
        self.wrong_type(&found, expr, taker, "text", None)
    }

    /// Reports that a value is not what its taker takes.
    pub(super) fn wrong_type<T>(
        &mut self,
        found: &Value,
        expr: &Expr,
        taker: &str,
        takes: &'static str,
        help: Option<String>,
    ) -> Option<T> {
        let (what, ty) = (describe(expr), found.ty.to_string());
        let date = match &expr.kind {
            ExprKind::Literal(Literal::Integer(number)) if takes.contains("date") => {
                super::quoted::digits_of_date(*number).map(|date| format!("write the date as `{date}`"))
            }
            _ => None,
        };
        let help = help.or(date).or_else(|| Some(instead(takes, &found.ty).to_owned()));
        self.fail(WrongType { span: expr.span, taker: taker.to_owned(), takes, what, ty, help })
    }
}

/// A constant as a value.
pub(super) fn constant(literal: Literal, span: Span) -> Value {
    let ty = literal.ty();
    value(ValueKind::Literal(literal), ty, false, span)
}

/// The condition that a boolean value is true.
pub(super) fn truth(found: Value) -> hir::Cond {
    let span = found.span;
    match found.kind {
        ValueKind::Literal(Literal::Boolean(holds)) => super::cond(CondKind::Constant(holds), span),
        ValueKind::Condition(condition) => *condition,
        kind => super::cond(CondKind::True(Box::new(Value { kind, ..found })), span),
    }
}

/// What to write where a value of another type is needed.
fn instead(takes: &str, given: &Type) -> &'static str {
    match given {
        Type::String if takes.contains("number") || takes.contains("integer") => {
            "you can't calculate with text: use a numeric field"
        }
        Type::String if takes.contains("date") => "use a field of type date or timestamp",
        Type::Array(_) => "test arrays with `contains`, `contains any (…)`, `is empty` or `size(…)`",
        Type::Json => "declare a field in the catalog with the `path` of the value you need",
        ty if ty.is_number() && takes.contains("date") => {
            "write a date as `2026-01-31`, an instant as `30 days ago`"
        }
        ty if ty.is_number() && takes == "text" => "compare numbers with `=`, `<`, `>` or `between`",
        ty if ty.is_time() && takes == "text" => "compare times with `before`, `after` or `during`",
        ty if ty.is_time() => "for a number of days, write `days_since(…)` or `days_between(…, …)`",
        _ => "use a value of another type",
    }
}
