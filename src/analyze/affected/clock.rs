//! Conditions that read the clock outside of windows: which rows tell that one of them has
//! become another, although nothing arrived (R2b, R2c).

use super::rewrite;
use super::walk::{Place, Walker};
use super::{Cause, CauseKind};
use crate::analyze::monotone::Obstacle;
use crate::check::hir::{
    Aggregate, AggregateFunc, Cond, CondKind, Path, Periods, Sequence, Value, ValueKind, Window,
};
use crate::check::visit::{Visitor, walk_cond, walk_value};
use crate::check::words;
use crate::diagnostic::Span;
use crate::types::Type;

/// What a condition reads, outside of aggregates.
#[derive(Default)]
pub(super) struct Reads {
    pub(super) clock: bool,
    row: bool,
    pub(super) aggregates: Vec<Aggregate>,
    /// Periods, sequences, memberships.
    others: bool,
}

impl Reads {
    pub(super) fn of_cond(cond: &Cond) -> Self {
        let mut reads = Self::default();
        reads.cond(cond);
        reads
    }

    pub(super) fn of_value(value: &Value) -> Self {
        let mut reads = Self::default();
        reads.value(value);
        reads
    }

    /// Nothing but the clock.
    pub(super) fn only_clock(&self) -> bool {
        self.clock && !self.row && self.aggregates.is_empty() && !self.others
    }
}

impl Visitor for Reads {
    fn value(&mut self, value: &Value) {
        self.clock |= matches!(value.kind, ValueKind::Now);
        self.row |= matches!(value.kind, ValueKind::Bucket { .. });
        walk_value(self, value);
    }
    fn cond(&mut self, cond: &Cond) {
        self.others |= matches!(cond.kind, CondKind::InSegment(..));
        walk_cond(self, cond);
    }
    fn path(&mut self, _path: &Path) {
        self.row = true;
    }
    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.aggregates.push(aggregate.clone());
    }
    fn periods(&mut self, _periods: &Periods) {
        self.others = true;
    }
    fn sequence(&mut self, _sequence: &Sequence) {
        self.others = true;
    }
}

impl Walker<'_> {
    /// The causes of one predicate at a place.
    pub(super) fn predicate(&mut self, cond: &Cond) {
        let written_out = rewrite::without_traits(self.hir, cond);
        let reads = Reads::of_cond(&written_out);
        if !reads.clock {
            return;
        }
        let here = self.at.clone();
        match reads.aggregates.as_slice() {
            _ if reads.others => self.unsound(cond),
            [] => self.of_rows(&here, &written_out),
            [aggregate] if picks(aggregate) => self.of_leaves(&here, &written_out, aggregate),
            _ => self.unsound(cond),
        }
    }

    fn unsound(&mut self, cond: &Cond) {
        let text = words::cond(self.hir, self.sources, cond);
        let reason =
            format!("no row tells when `{text}` changes, as it computes with an aggregate and the clock");
        self.obstacle(Obstacle::new(reason).at(words::cond_span(cond)));
    }

    /// A predicate of one row and the clock.
    fn of_rows(&mut self, at: &Place, cond: &Cond) {
        match passed(cond) {
            Some(passed) => {
                for (value, instant) in passed {
                    let (value, instant) = (Box::new(value.clone()), Box::new(instant.clone()));
                    let kind = CauseKind::Passed { value, instant, outer: at.outer };
                    self.cause(at, kind, Some(cond.span));
                }
            }
            None => {
                let kind = CauseKind::Flipped { cond: Box::new(cond.clone()), outer: at.outer };
                self.cause(at, kind, Some(cond.span));
            }
        }
    }

    /// A predicate of an aggregate that picks one of its rows' values: while it picks the same,
    /// the predicate changes only as it does for that value.
    fn of_leaves(&mut self, at: &Place, cond: &Cond, aggregate: &Aggregate) {
        let inside = aggregate.value.as_ref().and_then(|value| rewrite::from_inside(cond, value));
        let Some(inside) = inside else { return self.unsound(cond) };
        let place = at.below(&aggregate.hops, aggregate.end);
        self.of_rows(&place, &inside);
        if let Some(fallback) = rewrite::with_missing(cond) {
            self.of_rows(at, &fallback);
        }
    }

    pub(super) fn cause(&mut self, at: &Place, kind: CauseKind, written: Option<Span>) {
        self.causes.push(Cause { place: at.hops.clone(), entity: at.entity, kind, written });
    }
}

/// Whether an aggregate is always one of its rows' values.
fn picks(aggregate: &Aggregate) -> bool {
    use AggregateFunc::{First, Last, Max, Min, Mode};
    matches!(aggregate.func, Min | Max | First | Last | Mode)
}

/// A predicate as values that an instant passes: each time one does, it may change, and only
/// then. `None` if it isn't of that kind.
fn passed(cond: &Cond) -> Option<Vec<(&Value, &Value)>> {
    match &cond.kind {
        CondKind::Not(inner) => passed(inner),
        CondKind::Compare(_, left, right) => {
            pair(left, right).or_else(|| pair(right, left)).map(|pair| vec![pair])
        }
        CondKind::Between(value, low, high) => edges(value, [&**low, &**high].into_iter()),
        CondKind::During(value, window) => edges(value, bounds(window)),
        _ => None,
    }
}

fn bounds(window: &Window) -> impl Iterator<Item = &Value> {
    window.from.iter().chain(&window.to)
}

/// The moving ones of several bounds; `None` if one of them is something else.
fn edges<'a>(
    value: &'a Value,
    bounds: impl Iterator<Item = &'a Value>,
) -> Option<Vec<(&'a Value, &'a Value)>> {
    bounds.filter(|bound| Reads::of_value(bound).clock).map(|bound| pair(value, bound)).collect()
}

/// A time of a row and an instant of the clock, which stand for themselves.
fn pair<'a>(value: &'a Value, instant: &'a Value) -> Option<(&'a Value, &'a Value)> {
    let is_time = matches!(value.ty, Type::Timestamp | Type::Date);
    let is_row = Reads::of_value(value);
    let fits = is_time && is_row.row && !is_row.clock && Reads::of_value(instant).only_clock();
    fits.then_some((value, instant))
}
