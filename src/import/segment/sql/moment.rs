//! Comparisons of dates and instants.
//!
//! In SQL a date that is compared with an instant is its midnight. In a segment the comparison is one of
//! days, and in a window a date is its midnight. Both are used here, each where it means the same.
use jiff::civil::{Date, Time};

use super::Translator;
use super::compare::{is_clock, mirror};
use super::database::{Elapsed, WeekStart};
use super::interval::starts;
use super::literal;
use super::scope::Scope;
use super::value::{Clock, Constant, Interval, Plain, Value};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr, WindowKind};
use crate::syntax::make;
use crate::types::calendar::shift;
use crate::types::{Literal, Type, Unit};

impl Translator<'_> {
    /// A date or an instant against a constant.
    pub(super) fn time_with_constant(
        &mut self,
        span: Span,
        left: Plain,
        op: CompareOp,
        right: &Constant,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let negative = op == CompareOp::NotEqual;
        if left.ty == Type::Date {
            return self.date_with_constant(span, left, op, right, scope);
        }
        let literal = self.typed(span, right, &left)?;
        let day = literal::local(right).filter(|local| local.time() == Time::midnight());
        let in_project_zone = left.zone.as_deref().is_none_or(|zone| zone == self.setting.calendar.zone_name);
        let (op, right) = match (op, day) {
            // Its days are the project's: the comparison of days is the same.
            (CompareOp::GreaterOrEqual | CompareOp::Less, Some(day)) if in_project_zone => {
                (op, make::literal(Literal::Date(day.date())))
            }
            _ => (op, make::literal(literal)),
        };
        let written = make::compare(op, left.expr.clone(), right);
        Some(self.guarded(written, negative, &[&left], scope))
    }

    fn date_with_constant(
        &mut self,
        span: Span,
        left: Plain,
        op: CompareOp,
        right: &Constant,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let negative = op == CompareOp::NotEqual;
        if let Some(day) = literal::date(right) {
            let right = make::literal(Literal::Date(day));
            let written = make::compare(op, left.expr.clone(), right);
            return Some(self.guarded(written, negative, &[&left], scope));
        }
        let Constant::Local(local) = right else {
            return self.wrong_type(
                span,
                "a date is compared with something that isn't one",
                "write it as `'2024-01-31'`; a time that is meant is written `TIMESTAMP '2024-01-31 12:00:00'`",
            );
        };
        // No date's midnight is that instant: what is after it begins with the next day.
        let day = make::literal(Literal::Date(local.date()));
        let written = match op {
            CompareOp::Equal => return Some(make::boolean(false)),
            CompareOp::NotEqual => make::boolean(true),
            CompareOp::Greater | CompareOp::GreaterOrEqual => {
                make::compare(CompareOp::Greater, left.expr.clone(), day)
            }
            CompareOp::Less | CompareOp::LessOrEqual => {
                make::compare(CompareOp::LessOrEqual, left.expr.clone(), day)
            }
        };
        Some(self.guarded(written, negative, &[&left], scope))
    }

    /// Two dates or instants.
    pub(super) fn times(
        &mut self,
        span: Span,
        left: Plain,
        op: CompareOp,
        right: Plain,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        // A day of the clock is written as the instant at which it begins.
        let is_instant = |plain: &Plain| plain.ty == Type::Timestamp;
        match (is_instant(&left), is_instant(&right)) {
            (true, true) => {
                self.mixed_zones(span, &left, &right);
                Some(self.instants(span, left, op, right, scope))
            }
            (true, false) if right.clock == Clock::Day => {
                self.mixed_zones(span, &left, &right);
                Some(self.instants(span, left, op, right, scope))
            }
            (false, true) if left.clock == Clock::Day => {
                self.mixed_zones(span, &left, &right);
                Some(self.instants(span, right, mirror(op), left, scope))
            }
            (true, false) => Some(self.midnight(right, mirror(op), left, scope)),
            (false, true) => Some(self.midnight(left, op, right, scope)),
            (false, false) => {
                let (left, op, right) = if left.clock == Clock::Day && right.clock != Clock::Day {
                    (right, mirror(op), left)
                } else {
                    (left, op, right)
                };
                if left.clock == Clock::Day {
                    return Some(self.instants(span, left, op, right, scope));
                }
                let written = make::compare(op, left.expr.clone(), right.expr.clone());
                Some(self.guarded(written, op == CompareOp::NotEqual, &[&left, &right], scope))
            }
        }
    }

    /// Two instants. Equality with the clock is written as two comparisons, since it holds for a
    /// microsecond, which segments reject.
    fn instants(&mut self, span: Span, left: Plain, op: CompareOp, right: Plain, scope: &Scope<'_>) -> Expr {
        let (left, op, right) =
            if is_clock(&left) && !is_clock(&right) { (right, mirror(op), left) } else { (left, op, right) };
        let both = [&left, &right];
        if is_clock(&right) && matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            self.note(
                span,
                "an instant is compared with a day or with the clock: it is equal for a microsecond; \
                 if the day is meant, write `date(…) = today` in the segment",
            );
            let (a, b) = if op == CompareOp::Equal {
                (CompareOp::GreaterOrEqual, CompareOp::LessOrEqual)
            } else {
                (CompareOp::Less, CompareOp::Greater)
            };
            let parts = [a, b].map(|op| make::compare(op, left.expr.clone(), right.expr.clone()));
            let written = if op == CompareOp::Equal { make::all(parts) } else { make::any(parts) };
            return self.guarded(written, false, &both, scope);
        }
        let written = make::compare(op, left.expr.clone(), right.expr.clone());
        self.guarded(written, op == CompareOp::NotEqual, &both, scope)
    }

    /// The midnight of a date against an instant.
    fn midnight(&mut self, date: Plain, op: CompareOp, instant: Plain, scope: &Scope<'_>) -> Expr {
        let day = |op| make::compare(op, date.expr.clone(), instant.expr.clone());
        let since = || {
            make::during(date.expr.clone(), make::window(WindowKind::Since(Box::new(instant.expr.clone()))))
        };
        let until = || {
            make::during(date.expr.clone(), make::window(WindowKind::Until(Box::new(instant.expr.clone()))))
        };
        let written = match op {
            CompareOp::Greater => day(CompareOp::Greater),
            CompareOp::LessOrEqual => day(CompareOp::LessOrEqual),
            CompareOp::GreaterOrEqual => since(),
            CompareOp::Less => until(),
            CompareOp::Equal => make::all([since(), day(CompareOp::LessOrEqual)]),
            CompareOp::NotEqual => make::any([until(), day(CompareOp::Greater)]),
        };
        self.guarded(written, false, &[&date, &instant], scope)
    }

    /// The time between two instants against a duration: `later - earlier > 7 days`.
    pub(super) fn elapsed(
        &mut self,
        span: Span,
        later: Plain,
        earlier: Plain,
        op: CompareOp,
        interval: Interval,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        let Some(micros) = interval.micros() else {
            return self.refuse(
                span,
                "the time between two instants is compared with months, which differ in length",
                "compare one instant with the other less the months: `created_at < now() - interval '1 month'`",
            );
        };
        let by_wall_clock =
            !self.setting.calendar.is_utc() && self.setting.database.elapsed == Elapsed::WallClock;
        if by_wall_clock && !interval.is_days() {
            return self.refuse(
                span,
                "the database subtracts local times, so that hours differ when clocks change",
                "compare whole days, or one instant with the other less the hours",
            );
        }
        let exact = if by_wall_clock { Some(interval) } else { exact_units(micros) };
        let Some(exact) = exact else {
            return self.refuse(span, "a duration shorter than a second", "use whole seconds");
        };
        // later - earlier > D  ⇔  earlier < later - D
        let moved = self.moved(span, later, &exact.negated()?)?;
        self.compare(span, Value::Plain(earlier), mirror(op), moved, scope)
    }

    /// An instant cut to its unit, against a constant or an instant cut likewise.
    pub(super) fn truncated(
        &mut self,
        span: Span,
        unit: Unit,
        of: Plain,
        op: CompareOp,
        right: Value,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        self.week_start(span, unit)?;
        let (from, to) = match &right {
            Value::Constant(constant) => {
                let Some(local) = literal::local(constant) else {
                    return self.wrong_type(span, "an instant is compared with something that isn't one", "");
                };
                let calendar = self.setting.calendar;
                let start = calendar.start_of(unit, local);
                let end = start.and_then(|start| shift(start, 1, unit));
                let (Some(start), Some(end)) = (start, end) else {
                    return self.wrong_type(span, "the time is out of range", "");
                };
                if start != local {
                    return self.cut_between(span, of, op, (start.date(), end.date()), unit, scope);
                }
                let make = |local| Value::Constant(Constant::Local(local));
                (make(start), make(end))
            }
            Value::Plain(plain)
                if is_clock(plain) && plain.aligned.is_some_and(|aligned| starts(aligned, unit)) =>
            {
                let end = self.moved(span, plain.clone(), &Interval::of(1, unit))?;
                (right.clone(), end)
            }
            _ => {
                return self.refuse(
                    span,
                    format!("an instant cut to its {} is compared with one that isn't", unit.name()),
                    "compare it with a constant, or with the clock cut to the same unit",
                );
            }
        };
        let of = Value::Plain(of);
        let at_least = CompareOp::GreaterOrEqual;
        match op {
            CompareOp::Equal => {
                let parts = [
                    self.compare(span, of.clone(), at_least, from, scope)?,
                    self.compare(span, of, CompareOp::Less, to, scope)?,
                ];
                Some(make::all(parts))
            }
            CompareOp::NotEqual => {
                let parts = [
                    self.compare(span, of.clone(), CompareOp::Less, from, scope)?,
                    self.compare(span, of, at_least, to, scope)?,
                ];
                Some(make::any(parts))
            }
            CompareOp::Less => self.compare(span, of, CompareOp::Less, from, scope),
            CompareOp::GreaterOrEqual => self.compare(span, of, at_least, from, scope),
            CompareOp::LessOrEqual => self.compare(span, of, CompareOp::Less, to, scope),
            CompareOp::Greater => self.compare(span, of, at_least, to, scope),
        }
    }

    /// A cut instant against a constant that isn't the start of a unit, but within one.
    fn cut_between(
        &mut self,
        span: Span,
        of: Plain,
        op: CompareOp,
        unit: (Date, Date),
        name: Unit,
        scope: &Scope<'_>,
    ) -> Option<Expr> {
        if name.exact_micros().is_some() {
            return self.refuse(span, "an instant cut to its unit is never this one", "use the unit's start");
        }
        let (_, end) = unit;
        let end = Value::Constant(Constant::Local(end.to_datetime(Time::midnight())));
        match op {
            CompareOp::Equal => Some(make::boolean(false)),
            CompareOp::NotEqual => Some(make::all(self.presence(&of, scope))),
            CompareOp::Less | CompareOp::LessOrEqual => {
                self.compare(span, Value::Plain(of), CompareOp::Less, end, scope)
            }
            CompareOp::Greater | CompareOp::GreaterOrEqual => {
                self.compare(span, Value::Plain(of), CompareOp::GreaterOrEqual, end, scope)
            }
        }
    }

    /// Whether the database's weeks are the project's.
    pub(super) fn week_start(&mut self, span: Span, unit: Unit) -> Option<()> {
        if unit != Unit::Week {
            return Some(());
        }
        let theirs = match self.setting.database.week {
            WeekStart::Monday => "monday",
            WeekStart::Sunday => "sunday",
            WeekStart::Unknown => {
                return self.refuse(
                    span,
                    "databases cut weeks on different days",
                    "name the database with `--dialect`",
                );
            }
        };
        let ours = format!("{:?}", self.setting.calendar.week_start).to_lowercase();
        if ours != theirs {
            let message = format!("the database's weeks begin on {theirs}, the project's on {ours}");
            return self.refuse(span, message, format!("set `week_start: {theirs}` in segc.yml"));
        }
        Some(())
    }

    /// Notes that an instant without a zone is one of the session's zone.
    pub(super) fn mixed_zones(&mut self, span: Span, left: &Plain, right: &Plain) {
        let zones = [&left.zone, &right.zone];
        let differ = left.zone != right.zone;
        if let (true, Some(zone)) = (differ, zones.into_iter().flatten().next()) {
            let text = format!(
                "a column of local times of {zone} is compared with an instant: right in the database if the \
                 session's zone is {zone}"
            );
            self.note(span, text);
        }
    }
}

/// A duration in whole seconds, as the largest exact unit.
fn exact_units(micros: i64) -> Option<Interval> {
    let parts = [Unit::Hour, Unit::Minute, Unit::Second];
    let unit = parts.into_iter().find(|unit| micros % unit.exact_micros().unwrap_or(1) == 0)?;
    Some(Interval::of(micros / unit.exact_micros()?, unit))
}
