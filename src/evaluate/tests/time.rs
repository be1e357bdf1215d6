//! Section 5: instants, local time, dates.

use super::World;
use super::build::*;
use crate::check::hir::{LocalTime, TimePart, Value, ValueKind};
use crate::evaluate::EvalError;
use crate::types::{Type, Unit};

fn berlin(as_of: &str) -> World {
    World::new().customer(1, "visits", 1).in_zone("Europe/Berlin").when(as_of)
}

fn part(part: TimePart, time: LocalTime) -> Value {
    value(Type::Integer, ValueKind::LocalPart(part, Box::new(time)))
}

/// "There is one clock: `as_of`." Microseconds: what is finer does not exist.
#[test]
fn now_is_as_of_to_the_microsecond() {
    assert_eq!(berlin("2026-06-15T12:00:00.1234567Z").show(&now()), "2026-06-15T12:00:00.123456Z");
}

/// "Days, weeks, months, quarters and years are calendar units in that zone; minutes and
/// hours are exact."
#[test]
fn days_are_calendar_units_and_hours_are_exact() {
    // The night before, clocks went from 2 to 3.
    let world = berlin("2026-03-29T10:00:00Z");
    assert_eq!(world.show(&instant_of(shift(local(now()), -1, Unit::Day))), "2026-03-28T11:00:00Z");
    let exact = value(Type::Timestamp, ValueKind::ShiftExact(Box::new(now()), -24 * 3_600_000_000));
    assert_eq!(world.show(&exact), "2026-03-28T10:00:00Z");
    assert_eq!(world.show(&instant_of(start_of(Unit::Day, local(now())))), "2026-03-28T23:00:00Z");
    assert_eq!(world.show(&instant_of(start_of(Unit::Week, local(now())))), "2026-03-22T23:00:00Z");
    assert_eq!(world.show(&instant_of(start_of(Unit::Quarter, local(now())))), "2025-12-31T23:00:00Z");
}

/// "A local time that a zone skips moves forward by the gap; one that occurs twice is the
/// earlier instant"
#[test]
fn skipped_times_move_forward_and_repeated_times_are_the_earlier_instant() {
    let world = berlin("2026-03-28T01:30:00Z");
    assert_eq!(world.show(&instant_of(shift(local(now()), 1, Unit::Day))), "2026-03-29T01:30:00Z");
    let world = berlin("2026-10-24T00:30:00Z");
    assert_eq!(world.show(&instant_of(shift(local(now()), 1, Unit::Day))), "2026-10-25T00:30:00Z");
    let later = berlin("2026-10-25T01:30:00Z");
    assert_eq!(later.show(&instant_of(local(now()))), "2026-10-25T00:30:00Z");
}

/// "Month arithmetic keeps the day or takes the month's last."
#[test]
fn month_arithmetic_clamps_to_the_last_day() {
    let world = berlin("2026-03-31T10:00:00Z");
    let moved = |count, unit| world.show(&local_date(shift(local(now()), count, unit)));
    assert_eq!(moved(-1, Unit::Month), "2026-02-28");
    assert_eq!(moved(1, Unit::Month), "2026-04-30");
    assert_eq!(moved(-2, Unit::Month), "2026-01-31");
    assert_eq!(moved(-1, Unit::Quarter), "2025-12-31");
    let leap = berlin("2028-02-29T10:00:00Z");
    assert_eq!(leap.show(&local_date(shift(local(now()), 1, Unit::Year))), "2029-02-28");
}

/// "year month day hour weekday(x) (Monday = 1; calendar functions use the project's zone)"
#[test]
fn calendar_functions_use_the_projects_time_zone() {
    let world = berlin("2026-12-31T23:30:00Z");
    let parts = [TimePart::Year, TimePart::Month, TimePart::Day, TimePart::Hour, TimePart::Weekday];
    let shown: Vec<_> = parts.map(|which| world.show(&part(which, local(now())))).into();
    assert_eq!(shown, ["2027", "1", "1", "0", "5"]);
    let monday = local(date("2026-06-15"));
    assert_eq!(world.show(&part(TimePart::Weekday, monday.clone())), "1");
    assert_eq!(world.show(&part(TimePart::Hour, monday)), "0");
}

/// "`days_since(x)` = local date of as_of − local date of x"; days_between(a, b) is from a to b.
#[test]
fn days_are_counted_between_local_dates() {
    let days = |from, to| {
        value(
            Type::Integer,
            ValueKind::DaysBetween(Box::new(local_date(local(from))), Box::new(local_date(local(to)))),
        )
    };
    let world = berlin("2026-06-15T21:59:00Z");
    assert_eq!(world.show(&days(instant("2026-06-14T22:00:00Z"), now())), "0");
    assert_eq!(world.show(&days(instant("2026-06-14T21:59:00Z"), now())), "1");
    assert_eq!(world.show(&days(date("2028-01-01"), date("2029-01-01"))), "366");
    assert_eq!(world.show(&days(date("2026-06-02"), date("2026-06-01"))), "-1");
    assert_eq!(world.show(&days(field("signed_up_at"), now())), "missing");
}

/// "Comparing a timestamp with a date compares local dates": between … and 2024-01-31
/// "includes the 31st; `after 2024-01-31` starts on 1 February".
#[test]
fn timestamps_and_dates_compare_as_local_dates() {
    let mut world = World::new().in_zone("Europe/Berlin");
    for (id, time) in (1..).zip([
        "2023-12-31T22:59:59.999999Z",
        "2023-12-31T23:00:00Z",
        "2024-01-31T22:59:59.999999Z",
        "2024-01-31T23:00:00Z",
    ]) {
        world = world.customer(id, "signed_up_at", at(time));
    }
    let signed_up = || local_date(local(field("signed_up_at")));
    assert_eq!(world.who(between(signed_up(), date("2024-01-01"), date("2024-01-31"))), [2, 3]);
    assert_eq!(world.who(more(signed_up(), date("2024-01-31"))), [4]);
    assert_eq!(world.who(less(signed_up(), date("2024-01-01"))), [1]);
}

/// Beyond the years that a date can have, a run fails.
#[test]
fn times_out_of_range_fail() {
    let world = berlin("2026-06-15T12:00:00Z");
    let far = |unit| world.try_value(&instant_of(shift(local(now()), i64::MAX, unit)));
    assert_eq!(far(Unit::Day), Err(EvalError::OutOfRange(SPAN)));
    assert_eq!(far(Unit::Quarter), Err(EvalError::OutOfRange(SPAN)));
    let exact = value(Type::Timestamp, ValueKind::ShiftExact(Box::new(now()), i64::MAX));
    assert_eq!(world.try_value(&exact), Err(EvalError::OutOfRange(SPAN)));
}
