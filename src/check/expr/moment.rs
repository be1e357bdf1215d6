//! Instants of the clock where a day is meant: a timestamp equals one for a microsecond.

use crate::diagnostic::Span;
use crate::syntax::ast::{self, Expr, ExprKind};
use crate::types::{Type, Unit};

use super::super::hir::{Aggregate, Cond, CondKind, LocalTime, Periods, Sequence, TraitId, Value, ValueKind};
use super::super::problems::types::InstantAsDay;
use super::super::resolve::NameScope;
use super::super::visit::{Visitor, walk_cond, walk_value};
use super::compare::Operand;
use super::{Checker, write_back};

impl Checker<'_, '_> {
    /// Whether this is the word `yesterday`, and no name of the rows around it.
    pub(super) fn is_yesterday(&self, path: &ast::Path, scope: &NameScope) -> bool {
        const WORD: &str = "yesterday";
        let [part] = path.parts.as_slice() else { return false };
        let Span { start, end, .. } = part.name.span;
        let is_plain = (end - start) as usize == WORD.len() && part.event.is_none();
        let names = self.known.names;
        part.name.text == WORD
            && is_plain
            && names.member(scope.this, WORD).is_none()
            && !names.is_outside(WORD, scope)
    }

    /// Whether a value reads the clock, and no row.
    pub(in super::super) fn reads_only_clock(&self, value: &Value) -> bool {
        let mut reads = Reads { clock_traits: &self.known.clock_traits, clock: false, rows: false };
        reads.value(value);
        reads.clock && !reads.rows
    }

    /// Refuses `=` and `!=` between a timestamp and an instant of the clock.
    pub(super) fn check_moment(
        &mut self,
        left: &Operand,
        right: &Operand,
        negated: bool,
        span: Span,
    ) -> Option<()> {
        if left.1.ty != Type::Timestamp || right.1.ty != Type::Timestamp {
            return Some(());
        }
        let (tested, clock) = if self.reads_only_clock(&right.1) {
            (left.0, right)
        } else if self.reads_only_clock(&left.1) {
            (right.0, left)
        } else {
            return Some(());
        };
        self.fail(instant_as_day(tested, clock.0, &clock.1, negated, span))
    }

    /// The problem of an instant of the clock in a list, or of a list of instants for the clock.
    pub(super) fn moment_item(
        &mut self,
        found: Option<&Value>,
        tested: &Expr,
        item: &Expr,
        negated: bool,
        scope: &NameScope,
    ) -> Option<InstantAsDay> {
        let found = found.filter(|found| found.ty == Type::Timestamp)?;
        if matches!(&item.kind, ExprKind::Literal(_) | ExprKind::Param(_)) {
            if !self.reads_only_clock(found) {
                return None;
            }
            let constant = self.value(item, scope).filter(|item| item.ty == Type::Timestamp)?;
            return Some(instant_as_day(item, tested, found, negated, constant.span));
        }
        let value = self.clock_value(item, scope)?;
        let is_moment = value.ty == Type::Timestamp && self.reads_only_clock(&value);
        is_moment.then(|| instant_as_day(tested, item, &value, negated, item.span))
    }

    /// The value of an expression that may be an instant of the clock; reports nothing.
    fn clock_value(&mut self, item: &Expr, scope: &NameScope) -> Option<Value> {
        match &item.kind {
            ExprKind::Now
            | ExprKind::Today
            | ExprKind::Ago(..)
            | ExprKind::FromNow(..)
            | ExprKind::StartOf(_) => self.value(item, scope),
            ExprKind::Arithmetic(_, time, by) if matches!(by.kind, ExprKind::Duration(..)) => {
                self.clock_value(time, scope)?;
                self.value(item, scope)
            }
            ExprKind::Path(path) if self.is_yesterday(path, scope) => self.value(item, scope),
            ExprKind::Path(path) if self.known.names.resolve(path, scope).is_ok() => self.value(item, scope),
            _ => None,
        }
    }
}

/// What a value reads.
struct Reads<'a> {
    clock_traits: &'a [bool],
    clock: bool,
    rows: bool,
}

impl Visitor for Reads<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Now => self.clock = true,
            ValueKind::Field(..) | ValueKind::Bucket { .. } => self.rows = true,
            ValueKind::Trait(_, TraitId(id)) => {
                let is_clock = self.clock_traits.get(*id as usize).copied().unwrap_or_default();
                self.clock |= is_clock;
                self.rows |= !is_clock;
            }
            _ => walk_value(self, value),
        }
    }

    fn cond(&mut self, cond: &Cond) {
        self.rows |= matches!(cond.kind, CondKind::InSegment(..));
        walk_cond(self, cond);
    }

    fn aggregate(&mut self, _aggregate: &Aggregate) {
        self.rows = true;
    }

    fn periods(&mut self, _periods: &Periods) {
        self.rows = true;
    }

    fn sequence(&mut self, _sequence: &Sequence) {
        self.rows = true;
    }
}

fn instant_as_day(tested: &Expr, instant: &Expr, clock: &Value, negated: bool, span: Span) -> InstantAsDay {
    let text = write_back(instant);
    let help = offer(tested, text.as_deref(), instant, clock, negated);
    InstantAsDay { span, instant: text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`")), help }
}

/// How to test for the day of an instant.
fn offer(tested: &Expr, instant: Option<&str>, expr: &Expr, clock: &Value, negated: bool) -> String {
    let what = write_back(tested).unwrap_or_else(|| "…".to_owned());
    let (not, op) = if negated { ("not ", "!=") } else { ("", "=") };
    let day = |text: &str| format!("`date({what}) {op} {text}`");
    match (days_from_today(clock), instant) {
        (Some(0), _) => format!("write `{what} {not}during today`, or {}", day("today")),
        (Some(-1), _) => format!("write `{what} {not}during yesterday`, or {}", day("yesterday")),
        // A parameter's value is no part of what is written.
        (Some(..0), Some(text)) if !text.contains('$') => {
            let ago = days_from_today(clock).unwrap_or_default().saturating_neg();
            format!("write `days_since({what}) {op} {ago}`, or {}", day(text))
        }
        (_, Some(text)) => {
            let whole = match &expr.kind {
                ExprKind::StartOf(unit @ (Unit::Week | Unit::Month | Unit::Quarter | Unit::Year)) => {
                    format!("; for the whole {unit}, `{what} {not}during this {unit}`")
                }
                _ => String::new(),
            };
            format!("for that day, write {}{whole}", day(text))
        }
        (_, None) => format!("to compare days, write `date({what}) {op} date(…)`"),
    }
}

/// On which day, counted from as_of's, an instant is; `None` where that is not the same for every
/// as_of.
fn days_from_today(clock: &Value) -> Option<i64> {
    match &clock.kind {
        ValueKind::Now => Some(0),
        ValueKind::Instant(local) => local_days(local),
        ValueKind::ShiftExact(inner, 0) => days_from_today(inner),
        _ => None,
    }
}

fn local_days(local: &LocalTime) -> Option<i64> {
    match local {
        LocalTime::Of(value) => days_from_today(value),
        LocalTime::StartOf(Unit::Day, inner) => local_days(inner),
        LocalTime::StartOf(..) => None,
        LocalTime::Shift(inner, count, unit) => {
            local_days(inner)?.checked_add(count.checked_mul(unit.days()?)?)
        }
    }
}
