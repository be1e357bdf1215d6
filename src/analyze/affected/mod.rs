//! Which keys can be affected between two runs (rules R1 to R7 of docs/refresh.md).
//!
//! An entity enters or leaves only if a row that the condition reads has arrived or changed, if an
//! instant of the clock has moved past a row, or if an entity has entered or left a segment that
//! it reads. Each such [`Trigger`] names rows, and the hops that lead back from them to the
//! segment's own entity. If that can't be proved, an [`Obstacle`] says why.

mod change_tracking;
mod clock_predicates;
mod collect;
mod substitute;

use std::collections::BTreeSet;

use super::obstacle::Obstacle;
use crate::catalog::EntityId;
use crate::check::hir::{Cond, Hir, Hop, SegmentId, Value};
use crate::diagnostic::{Sources, Span};

pub(crate) use change_tracking::{Stamp, stamp};

/// Rows that tell which keys may be affected.
#[derive(Debug, Clone)]
pub(crate) struct Trigger {
    /// The hops from the segment's entity to the rows; none for its own rows.
    pub(crate) place: Vec<Hop>,
    /// The entity of the rows.
    pub(crate) entity: EntityId,
    pub(crate) kind: TriggerKind,
    /// What was written that it follows from, if that is one thing: a window, a condition.
    pub(crate) written: Option<Span>,
}

/// Which rows tell it. In values and conditions [`crate::check::hir::Base::This`] is such a row, and
/// [`crate::check::hir::Base::Outer`] the row that `outer` hops of the place lead to.
#[derive(Debug, Clone)]
pub(crate) enum TriggerKind {
    /// Those that arrived or changed since the last run: R1.
    Arrival,
    /// Those with a value that an instant has passed: between what the instant was at the last
    /// run and what it is at this one, both ends included: R2a, R2c, R2d.
    WindowEdge {
        /// The value: a timestamp or a date, which doesn't read the clock.
        value: Box<Value>,
        /// The instant, which reads nothing but the clock.
        instant: Box<Value>,
        /// The place of the outer row.
        outer: Option<usize>,
    },
    /// Those for which a condition that reads the clock isn't what it was: R2b, R2c.
    ClockPredicate {
        /// The condition, without aggregates.
        cond: Box<Cond>,
        /// The place of the outer row.
        outer: Option<usize>,
    },
    /// The keys that entered or left the table of a segment over the rows' entity: R5.
    Members(SegmentId),
    /// Members of the segment's own table whose row is gone: R4.
    DeletedRow,
}

/// Finds every trigger for which a key may enter or leave a segment. The segments of `stored`
/// are read from their tables; others are expanded. Reasons hold the text of
/// the sources.
///
/// # Errors
/// All obstacles, each once.
pub(crate) fn affected(
    hir: &Hir,
    sources: &Sources,
    id: SegmentId,
    stored: &BTreeSet<SegmentId>,
) -> Result<Vec<Trigger>, Vec<Obstacle>> {
    let mut walker = collect::Walker::new(hir, sources, stored);
    walker.root(id);
    walker.finish()
}
