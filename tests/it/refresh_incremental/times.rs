//! Relevant times: the edges of windows at an instant, computed with the project's calendar. They
//! guide the generation of rows and decide no result.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use segc::types::Unit;
use segc::types::calendar::{Calendar, shift};

/// An instant that moves with the clock, or doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    Now,
    Ago(i64, Unit),
    Ahead(i64, Unit),
    /// The start of the unit, this many units back.
    Start(Unit, i64),
    Fixed(Timestamp),
}

impl Edge {
    pub fn at(self, calendar: &Calendar, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Now => Some(now),
            Self::Fixed(at) => Some(at),
            Self::Ago(count, unit) => moved(calendar, now, -count, unit),
            Self::Ahead(count, unit) => moved(calendar, now, count, unit),
            Self::Start(unit, back) => {
                let start = calendar.start_of(unit, calendar.local(now))?;
                calendar.instant(shift(start, -back, unit)?)
            }
        }
    }
}

pub fn moved(calendar: &Calendar, now: Timestamp, count: i64, unit: Unit) -> Option<Timestamp> {
    match unit.exact_micros() {
        Some(micros) => now.checked_add(SignedDuration::from_micros(micros * count)).ok(),
        None => calendar.instant(shift(calendar.local(now), count, unit)?),
    }
}

/// A window: its text after `during`, and its edges.
pub struct Window {
    pub text: &'static str,
    /// What shape it is, for the count of what was proved.
    pub shape: &'static str,
    pub edges: &'static [Edge],
}

const fn window(shape: &'static str, text: &'static str, edges: &'static [Edge]) -> Window {
    Window { text, shape, edges }
}

use Edge::{Ago, Ahead, Now, Start};

/// Windows of every shape but those between literals.
pub const WINDOWS: &[Window] = &[
    window("last", "last 30 days", &[Ago(30, Unit::Day)]),
    window("last", "last 1 month", &[Ago(1, Unit::Month)]),
    window("last", "last 24 hours", &[Ago(24, Unit::Hour)]),
    window("last", "last 1 day", &[Ago(1, Unit::Day)]),
    window("last", "last 2 weeks", &[Ago(2, Unit::Week)]),
    window("last", "last 1 quarter", &[Ago(1, Unit::Quarter)]),
    window("last", "last 90 minutes", &[Ago(90, Unit::Minute)]),
    window("last", "last 1 year", &[Ago(1, Unit::Year)]),
    window("previous", "previous 1 month", &[Start(Unit::Month, 0), Start(Unit::Month, 1)]),
    window("previous", "previous 2 weeks", &[Start(Unit::Week, 0), Start(Unit::Week, 2)]),
    window("previous", "previous 3 days", &[Start(Unit::Day, 0), Start(Unit::Day, 3)]),
    window("previous", "previous 1 hour", &[Start(Unit::Hour, 0), Start(Unit::Hour, 1)]),
    window("previous", "previous 1 quarter", &[Start(Unit::Quarter, 0), Start(Unit::Quarter, 1)]),
    window("previous", "yesterday", &[Start(Unit::Day, 0), Start(Unit::Day, 1)]),
    window("this", "today", &[Start(Unit::Day, 0), Start(Unit::Day, -1)]),
    window("this", "this week", &[Start(Unit::Week, 0), Start(Unit::Week, -1)]),
    window("this", "this month", &[Start(Unit::Month, 0)]),
    window("this", "this quarter", &[Start(Unit::Quarter, 0)]),
    window("this", "this year", &[Start(Unit::Year, 0)]),
    window("next", "next 7 days", &[Ahead(7, Unit::Day)]),
    window("next", "next 1 month", &[Ahead(1, Unit::Month)]),
    window("next", "next 24 hours", &[Ahead(24, Unit::Hour)]),
    window("until", "until 7 days from now", &[Ahead(7, Unit::Day)]),
    window("until", "until 30 days ago", &[Ago(30, Unit::Day)]),
    window("until", "until start of month", &[Start(Unit::Month, 0)]),
    window("since", "since 30 days ago", &[Ago(30, Unit::Day)]),
    window("since", "since start of month", &[Start(Unit::Month, 0)]),
    window("between", "60 days ago to 30 days ago", &[Ago(60, Unit::Day), Ago(30, Unit::Day)]),
    window("between", "2 months ago to 1 month ago", &[Ago(2, Unit::Month), Ago(1, Unit::Month)]),
    window("between", "7 days ago to 7 days from now", &[Ago(7, Unit::Day), Ahead(7, Unit::Day)]),
    window("between", "48 hours ago to 24 hours ago", &[Ago(48, Unit::Hour), Ago(24, Unit::Hour)]),
    window("between", "start of month to now", &[Start(Unit::Month, 0)]),
    window("lifetime", "", &[]),
    window("lifetime", "lifetime", &[]),
];

/// Instants that values are compared with.
pub const INSTANTS: &[(&str, Edge)] = &[
    ("now", Now),
    ("today", Start(Unit::Day, 0)),
    ("30 days ago", Ago(30, Unit::Day)),
    ("60 days ago", Ago(60, Unit::Day)),
    ("1 month ago", Ago(1, Unit::Month)),
    ("24 hours ago", Ago(24, Unit::Hour)),
    ("1 day from now", Ahead(1, Unit::Day)),
    ("start of month", Start(Unit::Month, 0)),
    ("start of week", Start(Unit::Week, 0)),
];

/// Windows that periods fill: text, length of a period, edges.
pub const PERIODS: &[(&str, &str, &[Edge])] = &[
    ("last 3 weeks", "1 week", &[Ago(1, Unit::Week), Ago(2, Unit::Week), Ago(3, Unit::Week)]),
    ("last 2 months", "1 month", &[Ago(1, Unit::Month), Ago(2, Unit::Month)]),
    ("previous 2 months", "1 month", &[Start(Unit::Month, 0), Start(Unit::Month, 1), Start(Unit::Month, 2)]),
    ("last 24 hours", "6 hours", &[Ago(6, Unit::Hour), Ago(12, Unit::Hour), Ago(24, Unit::Hour)]),
    ("3 months ago to now", "1 month", &[Ago(1, Unit::Month), Ago(2, Unit::Month), Ago(3, Unit::Month)]),
    ("this week", "1 day", &[Start(Unit::Day, 0), Start(Unit::Day, 1), Start(Unit::Week, 0)]),
    ("14 days ago to 7 days ago", "1 day", &[Ago(14, Unit::Day), Ago(10, Unit::Day), Ago(7, Unit::Day)]),
];

/// When first runs are: days on which clocks change, ends of months and years, leap days.
pub const ANCHORS: &[&str] = &[
    "2026-05-14T12:00:00Z",
    "2026-03-30T23:00:00Z",
    "2026-03-29T00:30:00Z",
    "2026-03-28T23:59:59.999999Z",
    "2026-03-08T06:30:00Z",
    "2026-10-25T00:30:00Z",
    "2026-11-01T05:30:00Z",
    "2024-02-29T12:00:00Z",
    "2025-12-31T23:30:00Z",
    "2026-02-28T12:00:00Z",
    "2026-04-30T23:00:00Z",
    "2026-06-01T00:00:00Z",
];

/// The day of an instant, moved by this many days.
pub fn day(calendar: &Calendar, at: Timestamp, by: i64) -> Option<Date> {
    Some(shift(calendar.local(at), by, Unit::Day)?.date())
}
