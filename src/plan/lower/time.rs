//! Values of time that are the same for every row: constants, and instants of the clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use crate::check::hir::{LocalTime, Value, ValueKind};
use crate::types::calendar::{Calendar, shift, shift_exact};
use crate::types::{Literal, Type, Unit};

/// What a value of time depends on.
pub(super) enum Fixed {
    /// Nothing, or an as_of that is known: it is this constant.
    Constant(Literal),
    /// Only the clock: it is fixed once per run, under this name.
    Clock(String),
}

/// Whether a value is the same for every row, and what it then is. `None` for a value that
/// reads a row, or that is outside the years that can be represented.
pub(super) fn fixed(value: &Value, as_of: Option<Timestamp>, calendar: &Calendar) -> Option<Fixed> {
    if let Some(constant) = fold(value, as_of, calendar) {
        return Some(Fixed::Constant(constant));
    }
    clock_name(value).map(Fixed::Clock)
}

/// The constant that a value of time is, if it reads neither a row nor an unknown clock.
pub(super) fn fold(value: &Value, as_of: Option<Timestamp>, calendar: &Calendar) -> Option<Literal> {
    match &value.kind {
        ValueKind::Literal(literal) => Some(literal.clone()),
        ValueKind::Now => as_of.map(Literal::Timestamp),
        ValueKind::Instant(local) => {
            calendar.instant(fold_local(local, as_of, calendar)?).map(Literal::Timestamp)
        }
        ValueKind::LocalDate(local) => Some(Literal::Date(fold_local(local, as_of, calendar)?.date())),
        ValueKind::ShiftExact(inner, micros) => match fold(inner, as_of, calendar)? {
            Literal::Timestamp(instant) => shift_exact(instant, *micros).map(Literal::Timestamp),
            _ => None,
        },
        _ => None,
    }
}

fn fold_local(local: &LocalTime, as_of: Option<Timestamp>, calendar: &Calendar) -> Option<DateTime> {
    match local {
        LocalTime::Of(value) => match fold(value, as_of, calendar)? {
            Literal::Timestamp(instant) => Some(calendar.local(instant)),
            Literal::Date(day) => Some(day.to_datetime(Time::midnight())),
            _ => None,
        },
        LocalTime::StartOf(unit, inner) => calendar.start_of(*unit, fold_local(inner, as_of, calendar)?),
        LocalTime::Shift(inner, count, unit) => shift(fold_local(inner, as_of, calendar)?, *count, *unit),
    }
}

/// The name of an instant or date of the clock: `ago_30_days`, `start_of_month`. Equal
/// names mean equal instants. `None` for what reads a row.
pub(super) fn clock_name(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::Now => Some("as_of".to_owned()),
        ValueKind::Instant(local) => local_name(local),
        ValueKind::LocalDate(local) => local_name(local)
            .map(|name| if name == "as_of" { "as_of_date".to_owned() } else { format!("date_of_{name}") }),
        ValueKind::ShiftExact(inner, micros) => {
            let (count, unit) = exact_units(*micros);
            shifted(&clock_name(inner)?, count, unit)
        }
        _ => None,
    }
}

fn local_name(local: &LocalTime) -> Option<String> {
    match local {
        LocalTime::Of(value) if value.ty == Type::Timestamp => clock_name(value),
        LocalTime::Of(value) => clock_name(value).map(|name| format!("midnight_of_{name}")),
        LocalTime::StartOf(unit, inner) => Some(match local_name(inner)?.as_str() {
            "as_of" => format!("start_of_{unit}"),
            name => format!("start_of_{unit}_of_{name}"),
        }),
        LocalTime::Shift(inner, count, unit) => shifted(&local_name(inner)?, *count, unit.name()),
    }
}

fn shifted(base: &str, count: i64, unit: &str) -> Option<String> {
    let size = count.unsigned_abs();
    let plural = if size == 1 { "" } else { "s" };
    Some(match (base, count < 0) {
        ("as_of", true) => format!("ago_{size}_{unit}{plural}"),
        ("as_of", false) => format!("in_{size}_{unit}{plural}"),
        (base, true) => format!("{base}_minus_{size}_{unit}{plural}"),
        (base, false) => format!("{base}_plus_{size}_{unit}{plural}"),
    })
}

/// Exact microseconds in the longest unit that divides them.
pub(super) fn exact_units(micros: i64) -> (i64, &'static str) {
    [Unit::Hour, Unit::Minute, Unit::Second]
        .into_iter()
        .find_map(|unit| {
            let length = unit.exact_micros()?;
            (micros % length == 0).then(|| (micros / length, unit.name()))
        })
        .unwrap_or((micros, "microsecond"))
}

/// The first date whose local midnight is not before an instant: in windows a date stands
/// for its midnight, so `date >= ceil(from)` is `midnight(date) >= from`.
pub(super) fn ceil_date(instant: Timestamp, calendar: &Calendar) -> Option<Date> {
    let day = calendar.local(instant).date();
    if calendar.midnight(day)? >= instant { Some(day) } else { day.tomorrow().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_mean_their_local_midnight() {
        let calendar = Calendar::default();
        let at = |text: &str| {
            ceil_date(text.parse().expect("an instant"), &calendar).expect("in range").to_string()
        };
        assert_eq!(at("2026-03-01T00:00:00Z"), "2026-03-01");
        assert_eq!(at("2026-03-01T00:00:00.000001Z"), "2026-03-02");
    }

    #[test]
    fn exact_durations_use_the_longest_unit() {
        assert_eq!(exact_units(7_200_000_000), (2, "hour"));
        assert_eq!(exact_units(-90_000_000), (-90, "second"));
    }
}
