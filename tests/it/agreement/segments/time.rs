//! Times, instants and windows.

use super::{Scope, Writer};
use crate::agreement::world::Kind;

/// Instants of the clock and constants.
pub const INSTANTS: &[&str] = &[
    "now",
    "7 days ago",
    "today",
    "1 month ago",
    "24 hours ago",
    "start of month",
    "start of week",
    "2026-03-22T12:30:00Z",
    "2026-03-01",
    "start of day",
    "3 days from now",
    "start of quarter",
    "1 year ago",
    "start of hour",
    "start of year",
    "90 minutes ago",
    "2 quarters ago",
    "30 seconds from now",
];

/// Windows of every shape.
pub const WINDOWS: &[&str] = &[
    "last 7 days",
    "last 1 month",
    "last 24 hours",
    "previous 1 month",
    "previous 2 weeks",
    "this month",
    "this week",
    "today",
    "yesterday",
    "next 7 days",
    "since 2026-03-01",
    "until 2026-03-22",
    "2026-02-28 to 2026-03-22",
    "2026-03-01 through 2026-03-28",
    "14 days ago to 7 days ago",
    "this quarter",
    "this year",
    "lifetime",
    "last 1 year",
    "since start of week",
    "previous 1 day",
    "last 30 days",
    "this day",
    "previous 1 quarter",
    "previous 3 hours",
    "30 days ago to 7 days from now",
    "until now",
    "last 2 quarters",
];

/// Whether this is an instant of the clock, which no timestamp may be equal to.
pub fn is_clock(instant: &str) -> bool {
    INSTANTS.contains(&instant) && !instant.starts_with("2026-")
}

impl<'w> Writer<'w, '_, '_> {
    pub(super) fn time(&mut self, scope: Scope<'w>, depth: usize) -> Option<(String, Kind)> {
        let taken = match depth > 0 && self.tape.one_in(4) {
            true => self.taken(scope, depth, &["first", "last", "mode", "min", "max"], Kind::is_time),
            false => None,
        };
        let (path, kind) = match taken {
            Some(taken) => taken,
            None => self.field(scope, Kind::is_time)?,
        };
        Some(match (self.tape.below(12), kind) {
            (4, _) => (format!("({path} + 7 days)"), kind),
            (5 | 10, _) => (format!("({path} - 1 month)"), kind),
            (9, Kind::Timestamp) => (format!("({path} + 30 seconds)"), kind),
            (6, Kind::Timestamp) => (format!("({path} + 36 hours)"), kind),
            (7, Kind::Timestamp) => (format!("date({path})"), Kind::Date),
            (8, Kind::Timestamp) => (format!("coalesce({path}, now)"), kind),
            (8, _) => (format!("coalesce({path}, 2026-03-22)"), kind),
            _ => (path, kind),
        })
    }

    fn instant(&mut self, scope: Scope<'w>) -> String {
        match self.tape.below(INSTANTS.len() + 4) {
            at if at < INSTANTS.len() => INSTANTS[at].to_owned(),
            _ => self.time(scope, 0).map_or_else(|| "now".to_owned(), |(time, _)| time),
        }
    }

    pub(super) fn time_test(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let Some((time, kind)) = self.time(scope, depth) else { return self.compare_texts(scope, depth) };
        let op = self.tape.pick(&["before", "after", "not before", "not after", "=", "<", ">=", "!="]);
        let instant = self.instant(scope);
        if kind == Kind::Timestamp && matches!(op, "=" | "!=") && is_clock(&instant) {
            return format!("date({time}) {op} {instant}");
        }
        format!("{time} {op} {instant}")
    }

    pub(super) fn during(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let Some((time, _)) = self.time(scope, depth) else { return self.compare_texts(scope, depth) };
        format!("{time} {}during {}", self.not(), self.window(scope))
    }

    pub(super) fn anniversary(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let Some((time, _)) = self.time(scope, depth) else { return self.compare_texts(scope, depth) };
        let window = self.tape.pick(&[
            "next 7 days",
            "this month",
            "last 30 days",
            "this week",
            "today",
            "2026-02-28 through 2026-03-28",
            "this year",
            "next 2 years",
        ]);
        format!("{time} {}anniversary during {window}", self.not())
    }

    /// A time of day; mostly a range around the times of rows, which are near those of instants.
    pub(super) fn time_of_day(&mut self, scope: Scope<'w>) -> String {
        const TIMES: &[&str] =
            &["00:00", "12:30", "23:59:59", "01:00", "02:30", "12:29:59", "11:00", "22:00:01", "03:00"];
        let time = match self.time(scope, 0) {
            Some((time, Kind::Timestamp)) => time,
            _ => "now".to_owned(),
        };
        let (from, to) = (self.tape.pick(TIMES), self.tape.pick(TIMES));
        format!("time({time}) {}between \"{from}\" and \"{to}\"", self.not())
    }

    /// The window of an aggregate may be anchored to the row that the aggregate belongs to.
    pub(super) fn window(&mut self, scope: Scope<'w>) -> String {
        if let Some(outer) = scope.outer
            && self.tape.one_in(5)
            && let Some((name, kind)) = self.own_field(outer, Kind::is_time)
        {
            let to = if kind == Kind::Date { "5 days" } else { "36 hours" };
            return match self.tape.below(4) {
                0 => format!("since outer.{name}"),
                1 => format!("until outer.{name}"),
                _ => format!("outer.{name} to outer.{name} + {to}"),
            };
        }
        self.tape.pick(WINDOWS).to_owned()
    }

    pub(super) fn calendar_number(&mut self, scope: Scope<'w>) -> String {
        self.calendar(scope).0
    }

    /// A part of a time, and a number that it may well be.
    pub(super) fn calendar(&mut self, scope: Scope<'w>) -> (String, &'static str) {
        let Some((time, kind)) = self.time(scope, 0) else { return ("1".to_owned(), "1") };
        let days = ["0", "1", "7", "28", "-7"];
        match (self.tape.below(8), kind) {
            (0, _) => (format!("days_since({time})"), self.tape.pick(&days)),
            (1, _) => (format!("weekday({time})"), self.tape.pick(&["7", "6", "1", "5"])),
            (2, _) => (format!("year({time})"), self.tape.pick(&["2026", "2025", "2020"])),
            (3, _) => (format!("month({time})"), self.tape.pick(&["3", "1", "4", "2"])),
            (4, _) => (format!("day({time})"), self.tape.pick(&["28", "22", "29", "1"])),
            (5, Kind::Timestamp) => (format!("hour({time})"), self.tape.pick(&["12", "0", "23", "11"])),
            (6, Kind::Timestamp) => (format!("minute({time})"), self.tape.pick(&["30", "0", "59", "29"])),
            _ => match self.time(scope, 0) {
                Some((other, _)) => (format!("days_between({time}, {other})"), self.tape.pick(&days)),
                None => (format!("days_since({time})"), "7"),
            },
        }
    }
}
