//! The queries that say why an entity is in a segment or not, and where the others stay.
//!
//! Everything that they refer to is inlined: how a segment is stored never changes its members.

use super::build::Request;
use super::lower::explain::{Questions, answers, counts};
use super::lower::{Context, MembersAt};
use super::rel::{Clock, Query};
use crate::check::hir::{Cond, SegmentId, Value};
use crate::types::Literal;

/// A query, with the instants that it reads.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The query.
    pub query: Query,
    /// Its instants.
    pub clock: Clock,
}

/// Asks about the entity of a segment that has this key. The answer has a row for each such
/// entity: as_of, whether each condition holds, and each value.
#[must_use]
pub fn explain(
    request: &Request<'_>,
    segment: SegmentId,
    key: &[Literal],
    conds: &[&Cond],
    values: &[&Value],
) -> Asked {
    with(request, segment, conds, values, |context, ask| answers(context, ask, key))
}

/// Counts a segment's entities in one row: as_of, all of them, and for each step those for
/// whom all of its conditions hold, which are named by their places in `conds`.
#[must_use]
pub fn attrition(request: &Request<'_>, segment: SegmentId, conds: &[&Cond], steps: &[Vec<usize>]) -> Asked {
    with(request, segment, conds, &[], |context, ask| counts(context, ask, steps))
}

fn with(
    request: &Request<'_>,
    segment: SegmentId,
    conds: &[&Cond],
    values: &[&Value],
    lower: impl FnOnce(&Context<'_>, &Questions<'_>) -> super::lower::Lowered,
) -> Asked {
    let entity = request.hir.segment(segment).entity;
    let context = Context {
        hir: request.hir,
        target: &request.abilities.target,
        as_of: request.as_of,
        tables: &request.tables,
        members_at: &|_| MembersAt::Inline,
    };
    let lowered = lower(&context, &Questions { entity, of: &[segment], conds, values });
    Asked { query: lowered.query, clock: lowered.clock }
}
