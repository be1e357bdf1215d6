//! Instants, days and windows.

use super::words::{constant, duration, exact_duration};
use super::{Phrase, Scope, Speaker};
use crate::check::hir::{LocalTime, Value, ValueKind, Window};
use crate::types::{Type, Unit};

/// Where a window begins or ends, as far as it follows from the clock alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clock {
    /// A number of units after now.
    Now(i64, Unit),
    /// A number of units after the start of the unit that now is in.
    Start(Unit, i64, Unit),
}

impl Speaker<'_> {
    /// When something happened: `in the last 30 days`, `since 2024-01-01`. `cut`: rows that are still to come
    /// don't count, unless the window admits them.
    pub(super) fn window(&mut self, window: &Window, scope: Scope, cut: bool) -> Option<String> {
        Some(match (&window.from, &window.to) {
            (None, None) => return None,
            (Some(from), None) => format!("since {}", self.bound(from, scope)),
            (None, Some(to)) => format!("before {}", self.bound(to, scope)),
            (Some(from), Some(to)) => match self.known(from, to, cut.then_some(window.admits_future)) {
                Some(known) => known,
                None => self.range(from, to, scope),
            },
        })
    }

    /// The same of a field: `is in the last 30 days`, `is at or after 2024-01-01`.
    pub(super) fn lies_in(&mut self, window: &Window, scope: Scope) -> String {
        match (&window.from, &window.to) {
            (None, None) => "present".to_owned(),
            (Some(from), None) => format!("at or after {}", self.bound(from, scope)),
            _ => {
                let when = self.window(window, scope, false).unwrap_or_default();
                if when.starts_with("this ") { format!("in {when}") } else { when }
            }
        }
    }

    /// A window that has a name. `admits`: whether it admits rows that are still to come, where others don't count.
    fn known(&mut self, from: &Value, to: &Value, admits: Option<bool>) -> Option<String> {
        let (from, to) = (clock(from)?, clock(to)?);
        let whole = |unit: Unit| unit.exact_micros().is_none();
        let text = match (from, to) {
            (Clock::Now(count @ ..0, unit), Clock::Now(0, _)) => {
                format!("in the last {}", duration(count.saturating_neg(), unit))
            }
            (Clock::Now(0, _), Clock::Now(count @ 1.., unit)) => {
                format!("in the next {}", duration(count, unit))
            }
            (Clock::Start(Unit::Day, -1, Unit::Day), Clock::Start(Unit::Day, 0, _)) => "yesterday".to_owned(),
            (Clock::Start(unit, count @ ..0, step), Clock::Start(end, 0, _))
                if unit == end && step == unit =>
            {
                match (count.saturating_neg(), unit) {
                    (count, Unit::Day) => format!("in the {count} whole days before today"),
                    (1, unit) => format!("in the {unit} before the current one"),
                    (count, unit) => format!("in the {count} whole {unit}s before the current one"),
                }
            }
            (Clock::Start(unit, 0, _), Clock::Start(end, 1, step))
                if unit == end && step == unit && whole(unit) =>
            {
                let text = if unit == Unit::Day { "today".to_owned() } else { format!("this {unit}") };
                match admits {
                    Some(false) => format!("{text} so far"),
                    Some(true) => format!("{text}, also later than now"),
                    None => text,
                }
            }
            _ => return None,
        };
        for side in [from, to] {
            self.mention(side);
        }
        Some(text)
    }

    fn mention(&mut self, clock: Clock) {
        let (start, count, step) = match clock {
            Clock::Now(count, step) => (None, count, step),
            Clock::Start(start, count, step) => (Some(start), count, step),
        };
        self.calendar |= start.is_some() || count != 0 && step.exact_micros().is_none();
        self.weeks |= start == Some(Unit::Week);
    }

    /// `from 2024-01-01 through 2024-01-31`, `from … to before …`
    fn range(&mut self, from: &Value, to: &Value, scope: Scope) -> String {
        let first = self.bound(from, scope);
        match (day(from), last_day(to)) {
            (Some(_), Some(last)) => {
                self.calendar = true;
                let last = self.value(last, scope).unit();
                format!("from {first} through {last}")
            }
            _ => format!("from {first} to before {}", self.bound(to, scope)),
        }
    }

    fn bound(&mut self, value: &Value, scope: Scope) -> String {
        self.value(value, scope).unit()
    }

    /// An instant of a local time: a day is its midnight.
    pub(super) fn instant(&mut self, local: &LocalTime, scope: Scope) -> Phrase {
        self.calendar = true;
        self.local(local, scope)
    }

    /// The day of a local time.
    pub(super) fn date(&mut self, local: &LocalTime, scope: Scope) -> Phrase {
        self.calendar = true;
        match local_clock(local) {
            Some(Clock::Now(0, _) | Clock::Start(Unit::Day, 0, _)) => return Phrase::tight("today"),
            Some(Clock::Start(Unit::Day, -1, Unit::Day)) => return Phrase::tight("yesterday"),
            _ => {}
        }
        if is_of_date(local) {
            return self.local(local, scope);
        }
        let of = self.local(local, scope);
        if let Some(Clock::Now(..)) = local_clock(local) {
            return Phrase::tight(format!("the day {}", of.text));
        }
        Phrase::tight(format!("the date of {}", of.unit()))
    }

    /// One of two days whose distance is meant: of an instant, it goes without saying that its day is.
    pub(super) fn day_of(&mut self, value: &Value, scope: Scope) -> String {
        match &value.kind {
            ValueKind::LocalDate(local) => match &**local {
                LocalTime::Of(Value { kind: ValueKind::Now, .. }) => "today".to_owned(),
                local => {
                    self.calendar = true;
                    self.local(local, scope).unit()
                }
            },
            _ => self.operand(value, scope),
        }
    }

    pub(super) fn local(&mut self, local: &LocalTime, scope: Scope) -> Phrase {
        match local {
            LocalTime::Of(value) => self.value(value, scope),
            LocalTime::StartOf(unit, inner) => {
                self.weeks |= *unit == Unit::Week;
                match (&**inner, unit) {
                    (LocalTime::Of(Value { kind: ValueKind::Now, .. }), Unit::Day) => {
                        Phrase::tight("the start of today")
                    }
                    (LocalTime::Of(Value { kind: ValueKind::Now, .. }), unit) => {
                        Phrase::tight(format!("the start of this {unit}"))
                    }
                    (inner, unit) => Phrase::tight(format!(
                        "the start of the {unit} of {}",
                        self.local(inner, scope).unit()
                    )),
                }
            }
            LocalTime::Shift(inner, count, unit) => {
                let long = duration(count.saturating_abs(), *unit);
                let from = self.local(inner, scope);
                shifted(from, *count < 0, &long)
            }
        }
    }

    /// An instant moved by exact microseconds.
    pub(super) fn shifted(&mut self, value: &Value, micros: i64, scope: Scope) -> Phrase {
        let from = self.value(value, scope);
        shifted(from, micros < 0, &exact_duration(micros.saturating_abs()))
    }
}

/// The text of [`ValueKind::Now`].
pub(super) const NOW: &str = "now";

fn shifted(from: Phrase, back: bool, long: &str) -> Phrase {
    match (from.text.as_str(), back) {
        (NOW, true) => Phrase::tight(format!("{long} ago")),
        (NOW, false) => Phrase::tight(format!("{long} from now")),
        (_, true) => Phrase::loose(format!("{long} before {}", from.unit())),
        (_, false) => Phrase::loose(format!("{long} after {}", from.unit())),
    }
}

fn is_of_date(local: &LocalTime) -> bool {
    match local {
        LocalTime::Of(value) => value.ty == Type::Date,
        LocalTime::StartOf(_, inner) | LocalTime::Shift(inner, ..) => is_of_date(inner),
    }
}

fn clock(value: &Value) -> Option<Clock> {
    match &value.kind {
        ValueKind::Now => Some(Clock::Now(0, Unit::Second)),
        ValueKind::ShiftExact(inner, micros) => {
            let fits = |unit: &Unit| unit.exact_micros().is_some_and(|length| micros % length == 0);
            let unit = Unit::ALL.into_iter().rev().find(fits)?;
            let count = micros / unit.exact_micros()?;
            match clock(inner)? {
                Clock::Now(0, _) => Some(Clock::Now(count, unit)),
                Clock::Start(start, 0, _) => Some(Clock::Start(start, count, unit)),
                _ => None,
            }
        }
        ValueKind::Instant(local) => local_clock(local),
        _ => None,
    }
}

fn local_clock(local: &LocalTime) -> Option<Clock> {
    match local {
        LocalTime::Of(value) => clock(value),
        LocalTime::StartOf(unit, inner) => match local_clock(inner)? {
            Clock::Now(0, _) => Some(Clock::Start(*unit, 0, *unit)),
            _ => None,
        },
        LocalTime::Shift(inner, count, unit) => match local_clock(inner)? {
            Clock::Now(0, _) => Some(Clock::Now(*count, *unit)),
            Clock::Start(start, 0, _) => Some(Clock::Start(start, *count, *unit)),
            _ => None,
        },
    }
}

/// The date whose midnight an instant is.
fn day(value: &Value) -> Option<&Value> {
    match &value.kind {
        ValueKind::Instant(local) => match &**local {
            LocalTime::Of(day) if day.ty == Type::Date => Some(day),
            _ => None,
        },
        _ => None,
    }
}

/// The date with which a window ends, itself included.
fn last_day(value: &Value) -> Option<&Value> {
    match &value.kind {
        ValueKind::Instant(local) => match &**local {
            LocalTime::Shift(inner, 1, Unit::Day) => match &**inner {
                LocalTime::Of(day) if day.ty == Type::Date => Some(day),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// A constant of a part of a local time: by its name, or as a number with its name.
pub(super) fn part_constant(
    part: crate::check::hir::TimePart,
    literal: &crate::types::Literal,
    by_name: bool,
) -> String {
    use crate::check::hir::TimePart;
    use crate::types::Literal;
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let Literal::Integer(number) = *literal else { return constant(literal) };
    let of = |names: &[&'static str]| {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        names.get(at).map(|name| (*name).to_owned())
    };
    let named: Option<String> = match part {
        TimePart::Month => of(&MONTHS),
        TimePart::Weekday => of(&DAYS),
        TimePart::TimeOfDay => super::words::time_of_day(number),
        TimePart::Year | TimePart::Day | TimePart::Hour | TimePart::Minute => None,
    };
    match named {
        Some(name) if by_name || part == TimePart::TimeOfDay => name,
        Some(name) => format!("{number} ({name})"),
        None => constant(literal),
    }
}
