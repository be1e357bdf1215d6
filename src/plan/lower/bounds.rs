//! Instants that are the same for every row: literals where as_of is known, else names that
//! the script (or the query's first subquery) fixes once.

use super::Lowering;
use super::at_run::{AS_OF, AtRun};
use super::time::{Fixed, exact_units, fixed};
use crate::check::hir::{LocalTime, Value, ValueKind};
use crate::dialect::Function;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::calendar::Repeats;
use crate::types::{Literal, Type, Unit};

impl Lowering<'_> {
    /// A value of time that no row decides; `None` if a row does.
    pub(super) fn fixed_scalar(&mut self, at: &AtRun, value: &Value) -> Option<Scalar> {
        Some(match fixed(value, self.as_of(at), &self.cx.hir.calendar)? {
            Fixed::Constant(literal) => Scalar::Literal(literal),
            Fixed::Clock(name) => self.value_of_clock(at, value, &name),
        })
    }

    /// A run's as_of, if it is known when the SQL is written: never the last run's, nor one that
    /// the engine's clock gives.
    pub(super) fn as_of(&self, at: &AtRun) -> Option<jiff::Timestamp> {
        match at {
            AtRun::This => self.cx.as_of,
            AtRun::Last { .. } => None,
        }
    }

    /// Reads a named instant of the clock, and has it fixed.
    pub(super) fn value_of_clock(&mut self, at: &AtRun, value: &Value, name: &str) -> Scalar {
        let full = at.clock_name(name);
        if name != AS_OF && !self.bounds.contains_key(&full) {
            let definition = self.definition(at, value);
            self.bounds.insert(full.clone(), (definition, value.ty.clone()));
        }
        Scalar::Clock(full)
    }

    /// A run's as_of, as a literal if it is known.
    pub(super) fn now(&self, at: &AtRun) -> Scalar {
        match self.as_of(at) {
            Some(instant) => Scalar::Literal(Literal::Timestamp(instant)),
            None => Scalar::Clock(at.clock_name(AS_OF)),
        }
    }

    /// The first day whose midnight is not before a named instant.
    pub(super) fn ceil_clock(&mut self, at: &AtRun, name: &str, instant: Scalar) -> Scalar {
        let ceil = at.clock_name(&format!("first_day_from_{name}"));
        let name = &at.clock_name(name);
        if !self.bounds.contains_key(&ceil) {
            let definition = self.ceil_definition(name, instant);
            self.bounds.insert(ceil.clone(), (definition, Type::Date));
        }
        Scalar::Clock(ceil)
    }

    fn ceil_definition(&self, name: &str, instant: Scalar) -> Scalar {
        // Bounds are fixed side by side: this one spells out the other.
        let instant = self.bounds.get(name).map_or(instant, |(definition, _)| definition.clone());
        self.first_day_from(instant)
    }

    /// The first day whose midnight is not before an instant.
    pub(super) fn first_day_from(&self, instant: Scalar) -> Scalar {
        let day = Scalar::Call(Function::LocalDate, vec![self.local_of(instant.clone())]);
        let midnight = self.instant_of(Scalar::Call(Function::Midnight, vec![day.clone()]));
        let next = Scalar::Call(Function::AddDateDays, vec![day.clone(), Scalar::integer(1)]);
        let whole = Scalar::binary(BinaryOp::GreaterOrEqual, midnight, instant);
        Scalar::Case(vec![(whole, day)], Some(Box::new(next)))
    }

    /// A value of the clock, spelled out down to as_of.
    fn definition(&mut self, at: &AtRun, value: &Value) -> Scalar {
        let mut read = |this: &mut Self, inner: &Value| this.definition(at, inner);
        match &value.kind {
            ValueKind::Instant(local) => self.instant_value(local, &mut read),
            ValueKind::LocalDate(local) => self.date_value(local, &mut read),
            ValueKind::ShiftExact(inner, micros) => {
                let inner = self.definition(at, inner);
                shift_exact(inner, *micros)
            }
            ValueKind::Literal(literal) => Scalar::Literal(literal.clone()),
            _ => self.now(at),
        }
    }

    /// The instant of a local time. In UTC, where local days are always 24 hours, whole days
    /// are exact and need no local time.
    pub(super) fn instant_value(
        &mut self,
        local: &LocalTime,
        read: &mut dyn FnMut(&mut Self, &Value) -> Scalar,
    ) -> Scalar {
        if self.cx.hir.calendar.is_utc()
            && let LocalTime::Shift(inner, by, unit) = local
            && let (LocalTime::Of(value), Some(days)) = (inner.as_ref(), unit.days())
            && value.ty == Type::Timestamp
            && let Some(micros) = by.checked_mul(days).and_then(|days| days.checked_mul(86_400_000_000))
        {
            let value = read(self, value);
            return shift_exact(value, micros);
        }
        if let LocalTime::Of(value) = local
            && value.ty == Type::Timestamp
        {
            return read(self, value);
        }
        let local = self.local_value(local, read);
        self.instant_of(local)
    }

    /// An instant moved forward by a count of units.
    pub(super) fn shifted(&mut self, instant: Scalar, by: i64, unit: Unit) -> Scalar {
        if let Some(micros) = unit.exact_micros().and_then(|micros| micros.checked_mul(by)) {
            return shift_exact(instant, micros);
        }
        let span = super::frame::dummy_span();
        let value = Value { kind: ValueKind::Now, ty: Type::Timestamp, nullable: false, span };
        let local = LocalTime::Shift(Box::new(LocalTime::Of(value)), by, unit);
        self.instant_value(&local, &mut |_, _| instant.clone())
    }

    /// The day of a local time; arithmetic on a date stays arithmetic on a date.
    pub(super) fn date_value(
        &mut self,
        local: &LocalTime,
        read: &mut dyn FnMut(&mut Self, &Value) -> Scalar,
    ) -> Scalar {
        match local {
            LocalTime::Of(value) if value.ty == Type::Date => read(self, value),
            LocalTime::Shift(inner, by, unit) if starts_at_date(inner) => {
                let date = self.date_value(inner, read);
                let size = |per: i64| by.checked_mul(per).unwrap_or(i64::MAX);
                match (unit.days(), unit.months()) {
                    (Some(days), _) => {
                        moved(date, size(days), Function::AddDateDays, Function::SubtractDateDays)
                    }
                    (_, Some(months)) => {
                        moved(date, size(months), Function::AddDateMonths, Function::SubtractDateMonths)
                    }
                    _ => date,
                }
            }
            _ => {
                let local = self.local_value(local, read);
                Scalar::Call(Function::LocalDate, vec![local])
            }
        }
    }

    /// A local time, its instants and dates as `read` lowers them.
    pub(super) fn local_value(
        &mut self,
        local: &LocalTime,
        read: &mut dyn FnMut(&mut Self, &Value) -> Scalar,
    ) -> Scalar {
        match local {
            LocalTime::Of(value) if value.ty == Type::Date => {
                let date = read(self, value);
                Scalar::Call(Function::Midnight, vec![date])
            }
            LocalTime::Of(value) => {
                let instant = read(self, value);
                self.local_of(instant)
            }
            LocalTime::StartOf(unit, inner) => {
                let inner = self.local_value(inner, read);
                self.start_of(*unit, inner)
            }
            LocalTime::Shift(inner, by, unit) => {
                let inner = self.local_value(inner, read);
                shift_local(inner, *by, *unit)
            }
        }
    }

    fn start_of(&self, unit: Unit, local: Scalar) -> Scalar {
        let function = match unit {
            Unit::Second => Function::StartOfSecond,
            Unit::Minute => Function::StartOfMinute,
            Unit::Hour => Function::StartOfHour,
            Unit::Day => Function::StartOfDay,
            Unit::Month => Function::StartOfMonth,
            Unit::Quarter => Function::StartOfQuarter,
            Unit::Year => Function::StartOfYear,
            Unit::Week => {
                // Engines' weeks start on Monday: move the project's first day there and back.
                let days = (7 - i64::from(self.cx.hir.calendar.week_start.offset_from_monday())) % 7;
                let start = Scalar::Call(Function::StartOfWeek, vec![shift_local(local, days, Unit::Day)]);
                return shift_local(start, -days, Unit::Day);
            }
        };
        Scalar::Call(function, vec![local])
    }

    /// The local time of an instant.
    pub(super) fn local_of(&self, instant: Scalar) -> Scalar {
        Scalar::Call(Function::LocalTime, vec![instant, self.zone()])
    }

    /// The instant of a local time, in the shortest form that is exact for the zone: most
    /// repeat no midnight, and many only ever one hour.
    pub(super) fn instant_of(&self, local: Scalar) -> Scalar {
        let repeats = self.repeats.get_or_init(|| Repeats::of(&self.cx.hir.calendar.zone));
        let function = match repeats {
            Repeats { midnights: false, .. } if is_midnight(&local) => Function::InstantOnce,
            Repeats { hours: true, .. } => Function::InstantHour,
            Repeats { hours: false, .. } => Function::Instant,
        };
        let function = if self.cx.hir.calendar.is_utc() { Function::InstantOnce } else { function };
        Scalar::Call(function, vec![local, self.zone()])
    }

    /// The instant at which a date begins.
    pub(super) fn midnight_of(&self, date: Scalar) -> Scalar {
        self.instant_of(Scalar::Call(Function::Midnight, vec![date]))
    }

    fn zone(&self) -> Scalar {
        Scalar::text(self.cx.hir.calendar.zone_name.to_owned())
    }
}

fn starts_at_date(local: &LocalTime) -> bool {
    match local {
        LocalTime::Of(value) => value.ty == Type::Date,
        LocalTime::Shift(inner, ..) => starts_at_date(inner),
        LocalTime::StartOf(..) => false,
    }
}

/// Whether a local time is always a day's first moment.
fn is_midnight(local: &Scalar) -> bool {
    let Scalar::Call(function, arguments) = local else { return false };
    match function {
        Function::Midnight
        | Function::StartOfDay
        | Function::StartOfWeek
        | Function::StartOfMonth
        | Function::StartOfQuarter
        | Function::StartOfYear => true,
        Function::AddDays | Function::SubtractDays | Function::AddMonths | Function::SubtractMonths => {
            arguments.first().is_some_and(is_midnight)
        }
        _ => false,
    }
}

/// A local time moved by calendar units.
fn shift_local(local: Scalar, by: i64, unit: Unit) -> Scalar {
    let size = |per: i64| by.checked_mul(per).unwrap_or(i64::MAX);
    match (unit.days(), unit.months()) {
        (Some(days), _) => moved(local, size(days), Function::AddDays, Function::SubtractDays),
        (_, Some(months)) => moved(local, size(months), Function::AddMonths, Function::SubtractMonths),
        _ => local,
    }
}

/// An instant moved by exact microseconds (whole seconds, as every unit is).
pub(super) fn shift_exact(instant: Scalar, micros: i64) -> Scalar {
    match exact_units(micros) {
        (hours, "hour") => moved(instant, hours, Function::AddHours, Function::SubtractHours),
        _ => moved(instant, micros / 1_000_000, Function::AddSeconds, Function::SubtractSeconds),
    }
}

fn moved(value: Scalar, by: i64, add: Function, subtract: Function) -> Scalar {
    match by {
        0 => value,
        1.. => Scalar::Call(add, vec![value, Scalar::integer(by)]),
        _ => Scalar::Call(subtract, vec![value, Scalar::integer(by.saturating_neg())]),
    }
}
