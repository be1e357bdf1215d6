//! Instants that the clock moves, as places on an axis.

use std::fmt::{self, Display, Formatter};

use crate::check::hir::{LocalTime, Value, ValueKind};
use crate::types::Unit;

/// Instants that are apart by whole numbers of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Axis {
    /// It goes through the start of the current unit; `None`: through as_of.
    pub(crate) start: Option<Unit>,
    pub(crate) step: Step,
}

/// The step of an [`Axis`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Microseconds,
    /// Local calendar days.
    Days,
    /// Calendar months.
    Months,
}

/// A place on an axis: a number of steps from where the clock is. A greater count is never an earlier instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AxisPoint {
    pub(crate) axis: Axis,
    pub(crate) count: i64,
}

impl AxisPoint {
    /// Where a bound is, if it is on an axis.
    pub(crate) fn of(bound: &Value) -> Option<Self> {
        let at = |start, step, count| Some(Self { axis: Axis { start, step }, count });
        match &bound.kind {
            ValueKind::Now => at(None, Step::Days, 0),
            ValueKind::ShiftExact(inner, micros) if matches!(inner.kind, ValueKind::Now) => {
                at(None, Step::Microseconds, *micros)
            }
            ValueKind::Instant(local) => match &**local {
                LocalTime::StartOf(unit, inner) if is_now(inner) => at(Some(*unit), Step::Days, 0),
                LocalTime::Shift(inner, count, unit) => {
                    let start = match &**inner {
                        LocalTime::StartOf(unit, inner) if is_now(inner) => Some(*unit),
                        inner if is_now(inner) => None,
                        _ => return None,
                    };
                    let (step, factor) = counted(*unit)?;
                    at(start, step, count.checked_mul(factor)?)
                }
                LocalTime::StartOf(..) | LocalTime::Of(_) => None,
            },
            _ => None,
        }
    }
}

fn counted(unit: Unit) -> Option<(Step, i64)> {
    let months = || unit.months().map(|months| (Step::Months, months));
    unit.days().map(|days| (Step::Days, days)).or_else(months)
}

fn is_now(local: &LocalTime) -> bool {
    matches!(local, LocalTime::Of(Value { kind: ValueKind::Now, .. }))
}

impl Display for Axis {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.start {
            None => f.write_str("now")?,
            Some(unit) => write!(f, "start of {unit}")?,
        }
        match self.step {
            Step::Microseconds => Ok(()),
            Step::Days => f.write_str(", days"),
            Step::Months => f.write_str(", months"),
        }
    }
}
