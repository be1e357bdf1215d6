//! Windows whose bounds can be compared, and the hull of many.

use std::fmt::{self, Display, Formatter};

use jiff::Timestamp;

use super::digest::{Digest, Key};
use crate::check::proof::{Axis, AxisPoint, Step};
use crate::types::Unit;

/// The times of the rows that a measure takes: from a bound on, before another. Without `admits_future`,
/// rows at or after as_of aren't taken either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Option<Bound>,
    pub(crate) to: Option<Bound>,
    pub(crate) admits_future: bool,
}

impl Window {
    /// All rows before as_of.
    pub(super) const LIFETIME: Self = Self { from: None, to: None, admits_future: false };

    /// Whether another window provably has every instant of this one, whatever the clock and the zone.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let from = match (&self.from, &other.from) {
            (_, None) => true,
            (Some(own), Some(other)) => other.is_never_after(own),
            (None, Some(_)) => false,
        };
        let ends = |before: &Bound| {
            self.to.is_some_and(|own| own.is_never_after(before))
                || !self.admits_future && Bound::NOW.is_never_after(before)
        };
        from && other.to.as_ref().is_none_or(ends) && (other.admits_future || ends(&Bound::NOW))
    }

    pub(super) fn write(&self, key: Key) -> Key {
        let side = |key: Key, bound: &Option<Bound>| match bound {
            None => key.text("open"),
            Some(bound) => bound.write(key),
        };
        side(side(key.shown(self.admits_future), &self.from), &self.to)
    }
}

/// A side of a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bound {
    /// An instant that is the same in every run.
    Fixed(Timestamp),
    /// An instant that the clock moves.
    Clock(AxisPoint),
    /// An instant that depends on the row, or that can't be compared with others.
    Other(Digest),
}

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// By how much the length of days and months is off, at most: the days that zones skip or have twice, and the
/// end of a month that is shorter.
const SLACK: i64 = 5 * MICROS_OF_DAY;

impl Bound {
    pub(super) const NOW: Self =
        Self::Clock(AxisPoint { axis: Axis { start: None, step: Step::Days }, count: 0 });

    fn write(&self, key: Key) -> Key {
        match self {
            Self::Fixed(instant) => key.text("fixed").shown(instant),
            Self::Clock(at) => point(key.text("clock"), *at),
            Self::Other(value) => key.text("other").part(*value),
        }
    }

    /// Whether it is never after another, whatever the clock and the zone.
    pub(crate) fn is_never_after(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(one), Self::Fixed(other)) => one <= other,
            (Self::Clock(one), Self::Clock(other)) if one.axis == other.axis => one.count <= other.count,
            (Self::Clock(one), Self::Clock(other)) => distance(*one).1 <= distance(*other).0,
            (Self::Other(one), Self::Other(other)) => one == other,
            _ => false,
        }
    }
}

/// A key's part for an instant that the clock moves.
pub(super) fn point(key: Key, at: AxisPoint) -> Key {
    // Zero steps from as_of is as_of, whatever the step.
    let axis = if at.count == 0 { Axis { step: Step::Days, ..at.axis } } else { at.axis };
    key.shown(axis).number(at.count)
}

/// The least and the greatest number of microseconds from as_of to an instant.
fn distance(at: AxisPoint) -> (i64, i64) {
    let steps = |micros: i64| at.count.saturating_mul(micros);
    // A month has 30.436875 days on average.
    let (middle, slack) = match at.axis.step {
        Step::Microseconds => (at.count, 0),
        Step::Days => (steps(MICROS_OF_DAY), SLACK),
        Step::Months => (steps(2_629_746_000_000), SLACK),
    };
    let slack = if at.count == 0 { 0 } else { slack };
    let behind = match at.axis.start {
        None => 0,
        Some(unit) => longest(unit),
    };
    (middle.saturating_sub(slack).saturating_sub(behind), middle.saturating_add(slack))
}

/// No unit lasts longer.
fn longest(unit: Unit) -> i64 {
    match (unit.exact_micros(), unit.days(), unit.months()) {
        (Some(micros), ..) => micros,
        (_, Some(days), _) => (days + 2) * MICROS_OF_DAY,
        (.., months) => (months.unwrap_or(12) * 31 + 2) * MICROS_OF_DAY,
    }
}

/// What many windows have together: no row outside is in any of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Hull {
    from: Side,
    to: Side,
}

/// A side of a [`Hull`]: beyond the furthest of some bounds there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Side {
    Open,
    Furthest(Vec<Bound>),
}

impl Default for Side {
    fn default() -> Self {
        Self::Furthest(Vec::new())
    }
}

impl Hull {
    pub(super) fn add(&mut self, window: &Window) {
        self.from.add(window.from, |one, other| one.is_never_after(other));
        let to = if window.admits_future { window.to } else { Some(window.to.unwrap_or(Bound::NOW)) };
        self.to.add(to, |one, other| other.is_never_after(one));
    }

    /// The bounds from the earliest of which on rows are read; `None` if there is no first one.
    pub(crate) fn from(&self) -> Option<&[Bound]> {
        self.from.bounds()
    }

    /// The bounds before the latest of which rows are read; `None` if there is no last one.
    pub(crate) fn to(&self) -> Option<&[Bound]> {
        self.to.bounds()
    }
}

impl Side {
    fn bounds(&self) -> Option<&[Bound]> {
        match self {
            Self::Open => None,
            Self::Furthest(bounds) => Some(bounds),
        }
    }

    fn add(&mut self, bound: Option<Bound>, covers: impl Fn(&Bound, &Bound) -> bool) {
        let Self::Furthest(bounds) = self else { return };
        match bound {
            None | Some(Bound::Other(_)) => *self = Self::Open,
            Some(bound) if bounds.iter().any(|known| covers(known, &bound)) => {}
            Some(bound) => {
                bounds.retain(|known| !covers(&bound, known));
                bounds.push(bound);
                bounds.sort_unstable();
            }
        }
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(instant) => write!(f, "{instant}"),
            Self::Clock(AxisPoint { axis, count }) => {
                let start = axis.start.map(|unit| match unit {
                    Unit::Day => "today".to_owned(),
                    unit => format!("start of {unit}"),
                });
                let length = length(axis.step, count.unsigned_abs());
                match (start, *count) {
                    (None, 0) => f.write_str("now"),
                    (None, ..0) => write!(f, "{length} ago"),
                    (None, _) => write!(f, "{length} from now"),
                    (Some(start), 0) => f.write_str(&start),
                    (Some(start), ..0) => write!(f, "{start} - {length}"),
                    (Some(start), _) => write!(f, "{start} + {length}"),
                }
            }
            Self::Other(_) => f.write_str("an instant of the row"),
        }
    }
}

/// A number of steps in the largest exact unit.
fn length(step: Step, count: u64) -> String {
    let (count, unit) = match step {
        Step::Days => (count, "day"),
        Step::Months => (count, "month"),
        Step::Microseconds => [Unit::Hour, Unit::Minute, Unit::Second]
            .into_iter()
            .find_map(|unit| {
                let micros = unit.exact_micros()?.unsigned_abs();
                count.is_multiple_of(micros).then(|| (count / micros, unit.name()))
            })
            .unwrap_or((count, "microsecond")),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}
