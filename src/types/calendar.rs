//! Arithmetic on local time: the rules of the language reference, "Time".
//!
//! A local time that a zone skips moves forward by the gap; one that occurs twice is the
//! earlier instant. Month arithmetic keeps the day or takes the month's last.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::{Unit, Weekday};

/// A project's time zone and the first day of its weeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The project's time zone.
    pub zone: TimeZone,
    /// The time zone's name in the IANA database.
    pub zone_name: String,
    /// The first day of a week.
    pub week_start: Weekday,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, zone_name: "UTC".to_owned(), week_start: Weekday::Monday }
    }
}

impl Calendar {
    /// Whether the time zone is UTC, where local days always have 24 hours.
    #[must_use]
    pub(crate) fn is_utc(&self) -> bool {
        self.zone_name == "UTC"
    }

    /// The local time of an instant.
    #[must_use]
    pub fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// The instant of a local time, or `None` outside jiff's range of years.
    #[must_use]
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(local).compatible().ok()
    }

    /// The instant at which a day begins.
    #[must_use]
    pub fn midnight(&self, day: Date) -> Option<Timestamp> {
        self.instant(day.to_datetime(Time::midnight()))
    }

    /// The start of the unit that contains a local time.
    #[must_use]
    pub fn start_of(&self, unit: Unit, local: DateTime) -> Option<DateTime> {
        let day = local.date();
        let midnight = |day: Date| day.to_datetime(Time::midnight());
        Some(match unit {
            Unit::Second => local.with().subsec_nanosecond(0).build().ok()?,
            Unit::Minute => local.with().second(0).subsec_nanosecond(0).build().ok()?,
            Unit::Hour => local.with().minute(0).second(0).subsec_nanosecond(0).build().ok()?,
            Unit::Day => midnight(day),
            Unit::Week => {
                let since = day.weekday().to_monday_zero_offset() - self.week_start.offset_from_monday();
                midnight(day.checked_sub(i64::from(since.rem_euclid(7)).days()).ok()?)
            }
            Unit::Month => midnight(day.first_of_month()),
            Unit::Quarter => {
                let month = (day.month() - 1) / 3 * 3 + 1;
                midnight(Date::new(day.year(), month, 1).ok()?)
            }
            Unit::Year => midnight(day.first_of_year()),
        })
    }
}

/// Which local times occur twice in a zone, because its clocks are set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repeats {
    /// Whether clocks are only ever set back by one hour.
    pub(crate) hours: bool,
    /// Whether the first moment of some day occurs twice.
    pub(crate) midnights: bool,
}

impl Repeats {
    /// The repetitions in the years 1900 to 2100: before, places used local mean time, and
    /// afterwards, today's rules continue.
    #[must_use]
    pub(crate) fn of(zone: &TimeZone) -> Self {
        let bound = |year| Some(Date::new(year, 1, 1).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let none = Self { hours: true, midnights: false };
        let (Some(first), Some(last)) = (bound(1900), bound(2100)) else { return none };
        let changes = zone.following(first).map(|change| change.timestamp());
        changes.take_while(|at| *at < last).fold(none, |known, at| {
            let before = at.checked_sub(1.nanosecond()).map_or(at, |before| before);
            let (before, after) = (zone.to_offset(before), zone.to_offset(at));
            if after >= before {
                return known;
            }
            // What is repeated begins at `from` and ends before `to`.
            let (from, to) = (after.to_datetime(at), before.to_datetime(at));
            let midnight = to.date().to_datetime(Time::midnight());
            let holds_midnight = (from <= midnight && midnight < to) || from.time() == Time::midnight();
            Self {
                hours: known.hours && before.seconds() - after.seconds() == 3600,
                midnights: known.midnights || holds_midnight,
            }
        })
    }
}

/// A local time shifted by `count` units in calendar arithmetic; months clamp to their last day.
#[must_use]
pub fn shift(local: DateTime, count: i64, unit: Unit) -> Option<DateTime> {
    local.checked_add(span(count, unit)?).ok()
}

/// An instant shifted by an exact number of microseconds.
#[must_use]
pub(crate) fn shift_exact(instant: Timestamp, micros: i64) -> Option<Timestamp> {
    instant.checked_add(Span::new().try_microseconds(micros).ok()?).ok()
}

fn span(count: i64, unit: Unit) -> Option<Span> {
    let span = Span::new();
    match unit {
        Unit::Second => span.try_seconds(count).ok(),
        Unit::Minute => span.try_minutes(count).ok(),
        Unit::Hour => span.try_hours(count).ok(),
        Unit::Day => span.try_days(count).ok(),
        Unit::Week => span.try_weeks(count).ok(),
        Unit::Month => span.try_months(count).ok(),
        Unit::Quarter => span.try_months(count.checked_mul(3)?).ok(),
        Unit::Year => span.try_years(count).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn london() -> Calendar {
        Calendar {
            zone: TimeZone::get("Europe/London").expect("the zone database is built in"),
            zone_name: "Europe/London".to_owned(),
            week_start: Weekday::Monday,
        }
    }

    fn instant(calendar: &Calendar, local: &str) -> String {
        calendar.instant(local.parse().expect("a local time")).expect("in range").to_string()
    }

    #[test]
    fn skipped_times_move_forward_by_the_gap() {
        assert_eq!(instant(&london(), "2026-03-29T01:30:00"), "2026-03-29T01:30:00Z");
    }

    #[test]
    fn repeated_times_are_the_earlier_instant() {
        assert_eq!(instant(&london(), "2026-10-25T01:30:00"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn repeated_times_depend_on_the_time_zone() {
        let of = |name: &str| {
            let repeats = Repeats::of(&TimeZone::get(name).expect("the zone database is built in"));
            (repeats.hours, repeats.midnights)
        };
        assert_eq!(of("UTC"), (true, false));
        assert_eq!(of("Europe/London"), (true, false));
        assert_eq!(of("America/New_York"), (true, false));
        // It gave up its own sun's time in 1912, five minutes off.
        assert_eq!(of("Atlantic/Azores"), (false, true));
        assert_eq!(of("America/Havana"), (true, true));
        assert_eq!(of("Australia/Lord_Howe"), (false, false));
    }

    #[test]
    fn months_clamp_to_their_last_day() {
        let start: DateTime = "2024-03-31T10:00:00".parse().expect("a local time");
        assert_eq!(shift(start, -1, Unit::Month).expect("in range").to_string(), "2024-02-29T10:00:00");
        assert_eq!(shift(start, 1, Unit::Quarter).expect("in range").to_string(), "2024-06-30T10:00:00");
    }

    #[test]
    fn weeks_start_on_the_projects_week_start() {
        let sunday = Calendar { week_start: Weekday::Sunday, ..Calendar::default() };
        let wednesday: DateTime = "2026-11-18T12:00:00".parse().expect("a local time");
        let start =
            |calendar: &Calendar| calendar.start_of(Unit::Week, wednesday).expect("in range").to_string();
        assert_eq!(start(&sunday), "2026-11-15T00:00:00");
        assert_eq!(start(&Calendar::default()), "2026-11-16T00:00:00");
    }
}
