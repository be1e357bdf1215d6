//! The queries behind `segc why`, `segc attrition`, `segc preview` and `segc overlap`.
//!
//! Everything that they refer to is inlined, since how a segment is stored never changes its members;
//! but only its table knows the members that a segment with `expire` retains.

use std::borrow::Cow;

use super::lower::Context;
use super::lower::preview::{found_values, listed_rows, listed_values, shared};
use super::lower::why::{Questions, answers, counts};
use super::rel::{Clock, Query};
use super::request::Request;
use super::storage::{Reading, SegmentStorage};
use crate::analyze::Graph;
use crate::catalog::EntityId;
use crate::check::hir::{Cond, Hir, SegmentId, Value};
use crate::types::Literal;

/// The conditions on a segment's entities.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The checked tree that the conditions refer to.
    pub(crate) hir: &'a Hir,
    /// The segments whose conditions they are, of one entity: they may refer to what these refer to.
    pub(crate) segments: &'a [SegmentId],
    /// Segments that they refer to, beside those that the segment refers to.
    pub(crate) whole: &'a [SegmentId],
    pub(crate) conds: &'a [&'a Cond],
}

/// A query, with the instants that it reads.
#[derive(Debug, Clone)]
pub struct Asked {
    pub(crate) query: Query,
    /// The instants that the query reads.
    pub(crate) clock: Clock,
}

/// Asks about the entity of a segment that has this key. The answer has a row for each such
/// entity: as_of, whether each condition holds, and each value.
#[must_use]
pub fn explain(request: &Request<'_>, about: &About<'_>, key: &[Literal], values: &[&Value]) -> Asked {
    with(request, about, values, |context, ask| answers(context, ask, key))
}

/// Counts a segment's entities in one row: as_of, all of them, and for each step those for
/// whom all of its conditions hold, which are named by their places.
#[must_use]
pub fn attrition(request: &Request<'_>, about: &About<'_>, steps: &[Vec<usize>]) -> Asked {
    with(request, about, &[], |context, ask| counts(context, ask, steps))
}

/// Some of the entities for whom all of the conditions hold, by their places in the order of their keys, or all of
/// them. The answer has a row for each: the place, the key, and each value.
#[must_use]
pub fn sample(request: &Request<'_>, about: &About<'_>, values: &[&Value], places: Option<&[u64]>) -> Asked {
    with(request, about, values, |context, ask| listed_rows(context, ask, places))
}

/// Counts the values that the entities have for whom all of the conditions hold, in one row: as_of, the
/// entities, those without a value, and the different values.
#[must_use]
pub fn tally(request: &Request<'_>, about: &About<'_>, value: &Value) -> Asked {
    with(request, about, &[value], found_values)
}

/// The values that most of these entities have, at most `most`, and those at some places in the order of the values.
/// The answer has a row for each: the value, how many have it, its place by that number, and its place by itself.
#[must_use]
pub fn popular(request: &Request<'_>, about: &About<'_>, value: &Value, most: u64, places: &[u64]) -> Asked {
    with(request, about, &[value], |context, ask| listed_values(context, ask, most, places))
}

/// Counts the entities by which of the conditions hold. The answer has a row for each combination that there is:
/// as_of, whether each condition holds, and how many.
#[must_use]
pub fn combinations(request: &Request<'_>, about: &About<'_>) -> Asked {
    with(request, about, &[], shared)
}

fn with(
    request: &Request<'_>,
    about: &About<'_>,
    values: &[&Value],
    lower: impl FnOnce(&Context<'_>, &Questions<'_>) -> super::lower::Lowered,
) -> Asked {
    let entity = about.segments.first().map_or(EntityId(0), |&id| about.hir.segment(id).entity);
    let storage = SegmentStorage { hir: about.hir, ..request.storage(Reading::Held) };
    // A segment that stands for a part of another is in the tree alone, not in the project's graph.
    let is_known = about.whole.iter().all(|&id| request.hir.get(id).is_some());
    let graph = if is_known { Cow::Borrowed(request.graph) } else { Cow::Owned(Graph::of(about.hir)) };
    let context = Context { graph: &graph, ..Context::new(request, storage) };
    let (of, whole, conds) = (about.segments, about.whole, about.conds);
    let lowered = lower(&context, &Questions { entity, of, whole, conds, values });
    Asked { query: lowered.query, clock: lowered.clock }
}
