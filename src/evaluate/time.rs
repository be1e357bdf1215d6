//! Local times, instants and windows.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Unit as JiffUnit};

use super::evaluator::{Evaluator, RowScope};
use super::{Datum, EvalError};
use crate::check::hir::{LocalTime, TimePart, Value, Window};
use crate::diagnostic::Span;
use crate::types::calendar::{self, Calendar};

/// An instant to the microsecond that it lies in.
pub(super) fn to_micros(instant: Timestamp) -> Timestamp {
    let micros = instant.as_nanosecond().div_euclid(1000);
    i64::try_from(micros).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(instant)
}

/// The instant that a time stands for where instants are wanted: a date is its local midnight.
pub(super) fn instant(time: &Datum, calendar: &Calendar, span: Span) -> Result<Option<Timestamp>, EvalError> {
    match time {
        Datum::Missing => Ok(None),
        Datum::Timestamp(instant) => Ok(Some(*instant)),
        Datum::Date(day) => calendar.midnight(*day).map(Some).ok_or(EvalError::OutOfRange(span)),
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// Days from one date to another.
pub(super) fn days_between(from: &Datum, to: &Datum, span: Span) -> Result<Datum, EvalError> {
    match (from, to) {
        (Datum::Missing, _) | (_, Datum::Missing) => Ok(Datum::Missing),
        (Datum::Date(from), Datum::Date(to)) => {
            let days = from.until((JiffUnit::Day, *to)).map_err(|_| EvalError::OutOfRange(span))?;
            Ok(Datum::Integer(i64::from(days.get_days())))
        }
        _ => Err(EvalError::IllTyped(span)),
    }
}

/// A part of a local time.
pub(super) fn part(part: TimePart, local: DateTime) -> i64 {
    match part {
        TimePart::Year => i64::from(local.year()),
        TimePart::Month => i64::from(local.month()),
        TimePart::Day => i64::from(local.day()),
        TimePart::Hour => i64::from(local.hour()),
        TimePart::Minute => i64::from(local.minute()),
        TimePart::TimeOfDay => {
            let seconds =
                (i64::from(local.hour()) * 60 + i64::from(local.minute())) * 60 + i64::from(local.second());
            seconds * 1_000_000 + i64::from(local.subsec_nanosecond()) / 1_000
        }
        TimePart::Weekday => i64::from(local.weekday().to_monday_one_offset()),
    }
}

impl Evaluator<'_> {
    /// A local time; `None` if what it is the local time of is missing.
    pub(super) fn local(
        &self,
        local: &LocalTime,
        scope: RowScope,
        span: Span,
    ) -> Result<Option<DateTime>, EvalError> {
        let scope = scope.deeper(span)?;
        let calendar = &self.hir.calendar;
        let moved = match local {
            LocalTime::Of(value) => return self.local_of(value, scope),
            LocalTime::StartOf(unit, local) => {
                self.local(local, scope, span)?.map(|local| calendar.start_of(*unit, local))
            }
            LocalTime::Shift(local, count, unit) => {
                self.local(local, scope, span)?.map(|local| calendar::shift(local, *count, *unit))
            }
        };
        moved.map(|local| local.ok_or(EvalError::OutOfRange(span))).transpose()
    }

    fn local_of(&self, value: &Value, scope: RowScope) -> Result<Option<DateTime>, EvalError> {
        match self.eval(value, scope)? {
            Datum::Missing => Ok(None),
            Datum::Timestamp(instant) => Ok(Some(self.hir.calendar.local(instant))),
            Datum::Date(day) => Ok(Some(day.to_datetime(jiff::civil::Time::midnight()))),
            _ => Err(EvalError::IllTyped(value.span)),
        }
    }

    /// Whether an instant lies in `[from, to)`; not if a bound is missing, because every
    /// comparison with a missing value is false.
    pub(super) fn in_window(
        &self,
        window: &Window,
        instant: Timestamp,
        scope: RowScope,
    ) -> Result<bool, EvalError> {
        let reached = match &window.from {
            None => true,
            Some(from) => self.bound(from, scope)?.is_some_and(|from| from <= instant),
        };
        let over = match &window.to {
            None => false,
            Some(to) => self.bound(to, scope)?.is_none_or(|to| to <= instant),
        };
        Ok(reached && !over)
    }

    /// Whether the local midnight of a time's month and day, in a year after its own, lies in
    /// a window; 29 February is 28 February in years without one.
    pub(super) fn has_anniversary(
        &self,
        value: &Value,
        window: &Window,
        scope: RowScope,
    ) -> Result<bool, EvalError> {
        let Some(local) = self.local_of(value, scope)? else { return Ok(false) };
        let (Some(from), Some(to)) = (&window.from, &window.to) else {
            return Err(EvalError::IllTyped(window.span));
        };
        let (Some(from), Some(to)) = (self.bound(from, scope)?, self.bound(to, scope)?) else {
            return Ok(false);
        };
        let calendar = &self.hir.calendar;
        let day = local.date();
        let year_of = |instant| calendar.local(instant).year();
        // A year more on both sides: a midnight may move to another local day.
        let first = year_of(from).saturating_sub(1).max(day.year().saturating_add(1));
        for year in first..=year_of(to).saturating_add(1) {
            let in_year =
                Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, day.month(), 28));
            let midnight = in_year.ok().and_then(|day| calendar.midnight(day));
            if midnight.is_some_and(|midnight| from <= midnight && midnight < to) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn bound(&self, value: &Value, scope: RowScope) -> Result<Option<Timestamp>, EvalError> {
        instant(&self.eval(value, scope)?, &self.hir.calendar, value.span)
    }
}
