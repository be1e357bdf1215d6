//! Constructs about rows behind links: aggregates, periods and sequences, and their windows.

use super::{AggregateFunc, Base, Cond, Hop, Value, ValueKind};
use crate::catalog::{EntityId, FieldId};
use crate::diagnostic::Span;
use crate::types::Type;

/// A half-open window `[from, to)` of instants; a side that is `None` is open.
#[derive(Debug, Clone)]
pub struct Window {
    /// The first instant in it: a timestamp.
    pub from: Option<Value>,
    /// The first instant after it: a timestamp.
    pub to: Option<Value>,
    /// Whether rows at or after as_of may be in it (`next`, `until`, `to`, `through`).
    pub admits_future: bool,
    /// The window in a segment or trait, for messages.
    pub span: Span,
}

/// An aggregate over the instances of a path: joined rows, never multiplied by other links.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// What is made of the rows.
    pub func: AggregateFunc,
    /// The path up to its last to-many link, from [`Base::This`] of where it is.
    pub hops: Vec<Hop>,
    /// The entity at its end: `This` in `value` and `filter`; `Outer` is the row that the
    /// aggregate belongs to (also in `window`).
    pub end: EntityId,
    /// The entities with `time` on the path, as (index of the hop that leads there, the
    /// field). A row counts only if each of these times is present and before as_of, but
    /// for the window's own if the window admits the future.
    pub times: Vec<(usize, FieldId)>,
    /// The window, which applies to the last of `times`.
    pub window: Option<Window>,
    /// Only the first rows of an order, of those that are in the window and satisfy the filter
    /// (`every`: of those in the window; the filter is then the test). The end has a `time`.
    pub ranked: Option<RankedRows>,
    /// What is aggregated; `None` for `count`, `exists`, `every`.
    pub value: Option<Value>,
    /// `where …`: only rows that satisfy it count; for `every`, the test.
    pub filter: Option<Cond>,
    /// The whole aggregate, for messages.
    pub span: Span,
}

impl Aggregate {
    /// What `first` and `last` come to where they take the very time that orders the rows: its
    /// least or greatest, for which no row has to be found. The time is never missing in a row
    /// that counts.
    pub(crate) fn end_in_time(&self) -> Option<AggregateFunc> {
        let Some(ValueKind::Field(path, field)) = self.value.as_ref().map(|value| &value.kind) else {
            return None;
        };
        let of_end = path.base == Base::This && path.hops.is_empty() && self.ranked.is_none();
        let orders = self.times.last() == Some(&(self.hops.len().checked_sub(1)?, *field));
        match self.func {
            AggregateFunc::First if of_end && orders => Some(AggregateFunc::Min),
            AggregateFunc::Last if of_end && orders => Some(AggregateFunc::Max),
            _ => None,
        }
    }
}

/// `latest 3`, `earliest 3`: the first rows by (time, key), from either end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RankedRows {
    /// From the latest on; otherwise from the earliest.
    pub latest: bool,
    /// How many, at least 1.
    pub count: u64,
}

/// How many of the back-to-back periods of a window have enough rows.
#[derive(Debug, Clone)]
pub struct Periods {
    /// The rows: a [`AggregateFunc::Count`] with a window.
    pub(crate) rows: Aggregate,
    /// Where the periods begin and end, the earliest first: one more than there are periods.
    /// The first and the last are the window's own bounds. Timestamps.
    pub(crate) bounds: Vec<Value>,
    /// The number of rows that is enough, at least 1.
    pub(crate) at_least: u64,
}

/// `sequence(…)`: rows that follow one another, each strictly later than the one before.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// The steps in order: at least two; the first isn't negated, no two neighbours are.
    pub steps: Vec<SequenceStep>,
    /// From the first step to the last, at most, in microseconds; always there if the last
    /// step is negated.
    pub span: Option<i64>,
    /// The type that the values of `matching` widen to, where there is a `matching`.
    pub matching: Option<Type>,
    /// All steps but the negated lie in it.
    pub window: Option<Window>,
    /// The whole `sequence(…)`, for messages.
    pub source: Span,
}

/// A step of a sequence.
#[derive(Debug, Clone)]
pub struct SequenceStep {
    /// `then not`: there is no such row between the neighbours; last: in (last step, first +
    /// span], which must have passed.
    pub negated: bool,
    /// From the step before to this one, at most, in microseconds.
    pub gap: Option<i64>,
    /// Its rows: an [`AggregateFunc::Exists`] without a window; the last of `times` is the
    /// time of the step.
    pub rows: Aggregate,
    /// `matching p`, read from the end of this step's path: the same in every step; missing
    /// never matches.
    pub matching: Option<Value>,
}
