//! Windows: each becomes a pair of instants.

use crate::diagnostic::Span;
use crate::syntax::ast::{self, Count, Expr, ExprKind, WindowKind};
use crate::types::{Literal, Type, Unit};

use super::super::hir::{Cond, CondKind, LocalTime, Value, ValueKind, Window};
use super::super::problems::nested::OpenAnniversary;
use super::super::problems::types::{QuotedTime, ThroughNeedsDates};
use super::super::resolve::NameScope;
use super::time::{as_instant, at, local, local_start_of, moved, now, start_of};
use super::{Checker, cond, describe, value};

impl Checker<'_, '_> {
    /// `x during W`, of a field or another value of the row.
    pub(super) fn during(
        &mut self,
        tested: &Expr,
        window: &ast::Window,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let (found, window) = self.time_in(tested, window, scope, "`during`")?;
        Some(cond(CondKind::During(Box::new(found), window), span))
    }

    /// A time and a window; both are checked, so that every problem is found.
    fn time_in(
        &mut self,
        tested: &Expr,
        window: &ast::Window,
        scope: &NameScope,
        operator: &'static str,
    ) -> Option<(Value, Window)> {
        let found = self.value(tested, scope);
        let window = self.window(window, scope);
        let found = found?;
        if !found.ty.is_time() {
            return self.wrong_type(&found, tested, operator, "dates and timestamps", None);
        }
        Some((found, window?))
    }

    /// `x anniversary during W`.
    pub(super) fn anniversary(
        &mut self,
        tested: &Expr,
        window: &ast::Window,
        span: Span,
        scope: &NameScope,
    ) -> Option<Cond> {
        let (found, window) = self.time_in(tested, window, scope, "`anniversary`")?;
        let side = match (&window.from, &window.to) {
            (Some(_), Some(_)) => return Some(cond(CondKind::Anniversary(Box::new(found), window), span)),
            (None, _) => "beginning",
            (_, None) => "end",
        };
        self.fail(OpenAnniversary { span: window.span, side })
    }

    /// A window as a pair of instants.
    pub(super) fn window(&mut self, window: &ast::Window, scope: &NameScope) -> Option<Window> {
        let span = window.span;
        let (from, to, admits_future) = match &window.kind {
            WindowKind::Last(count, unit) => {
                let from = moved(now(span), -self.count(count, *unit, 1)?, *unit, span);
                (Some(from), Some(now(span)), false)
            }
            WindowKind::Next(count, unit) => {
                let to = moved(now(span), self.count(count, *unit, 1)?, *unit, span);
                (Some(now(span)), Some(to), true)
            }
            WindowKind::Previous(count, unit) => {
                let from = self.units_before(count, *unit, span)?;
                (Some(from), Some(start_of(*unit, span)), false)
            }
            WindowKind::This(unit) => (Some(start_of(*unit, span)), Some(from_start(*unit, 1, span)), false),
            WindowKind::Today => {
                (Some(start_of(Unit::Day, span)), Some(from_start(Unit::Day, 1, span)), false)
            }
            WindowKind::Yesterday => {
                (Some(from_start(Unit::Day, -1, span)), Some(start_of(Unit::Day, span)), false)
            }
            WindowKind::Since(from) => (Some(as_instant(self.bound(from, scope)?)), None, false),
            WindowKind::Until(to) => (None, Some(as_instant(self.bound(to, scope)?)), true),
            WindowKind::FromTo(from, to) => {
                let checked = (self.bound(from, scope), self.bound(to, scope));
                let (from, to) = (checked.0?, checked.1?);
                self.warn_reversed(&from, &to, span, true);
                (Some(as_instant(from)), Some(as_instant(to)), true)
            }
            WindowKind::Through(from, to) => {
                let checked = (self.day(from, scope), self.day(to, scope));
                let (from, to) = (checked.0?, checked.1?);
                self.warn_reversed(&from, &to, span, false);
                (Some(as_instant(from)), Some(day_after(to)), true)
            }
            WindowKind::Lifetime => (None, None, false),
        };
        Some(Window { from, to, admits_future, span })
    }

    fn units_before(&mut self, count: &Count, unit: Unit, span: Span) -> Option<Value> {
        let count = self.count(count, unit, 1)?;
        Some(from_start(unit, -count, span))
    }

    /// A bound of a window: a date or a timestamp.
    fn bound(&mut self, expr: &Expr, scope: &NameScope) -> Option<Value> {
        let found = self.value(expr, scope)?;
        if found.ty.is_time() {
            return Some(found);
        }
        if let ExprKind::Literal(Literal::String(text)) = &expr.kind {
            let is_time = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
                || text.parse::<jiff::Timestamp>().is_ok();
            return self.fail(QuotedTime { span: expr.span, text: text.clone(), is_time });
        }
        self.wrong_type(&found, expr, "a window", "dates and timestamps", None)
    }

    /// A bound of `through`: a date.
    fn day(&mut self, expr: &Expr, scope: &NameScope) -> Option<Value> {
        let found = self.bound(expr, scope)?;
        if found.ty == Type::Date {
            return Some(found);
        }
        let (what, ty) = (describe(expr), found.ty.to_string());
        self.fail(ThroughNeedsDates { span: expr.span, what, ty })
    }
}

/// `count` units after the start of the unit that as_of lies in.
fn from_start(unit: Unit, count: i64, span: Span) -> Value {
    if unit.exact_micros().is_some() {
        return moved(start_of(unit, span), count, unit, span);
    }
    at(LocalTime::Shift(Box::new(local_start_of(unit, span)), count, unit), span)
}

/// The instant at which the day after a date begins.
fn day_after(day: Value) -> Value {
    let (nullable, span) = (day.nullable, day.span);
    let next = LocalTime::Shift(Box::new(local(day)), 1, Unit::Day);
    value(ValueKind::Instant(Box::new(next)), Type::Timestamp, nullable, span)
}
