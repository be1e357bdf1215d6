//! How `expire` retains members, and where their history is stored.

use std::collections::BTreeMap;

use super::lower::{self, Context, Lowered};
use super::model::Retention;
use super::problems::{HistoryNameTaken, NameTooLong};
use super::rel::Scalar;
use super::request::Request;
use super::state::{StateTables, last_run};
use crate::check::hir::{Segment, SegmentId};
use crate::diagnostic::Diagnostics;
use crate::types::Type;

/// What a history's name adds to its segment's.
const SUFFIX: &str = "_history";

/// The table that ended memberships of a segment go to, if they are kept.
pub(super) fn history(request: &Request<'_>, id: SegmentId) -> Option<Vec<String>> {
    let segment = request.hir.segment(id);
    let name = format!("{}{SUFFIX}", segment.name);
    segment.properties.history.then(|| request.schema.iter().cloned().chain([name]).collect())
}

/// The segments by their names in lower case; names are unique ignoring case.
pub(super) fn segments_by_name(request: &Request<'_>) -> BTreeMap<String, SegmentId> {
    let named = |(id, segment): (SegmentId, &Segment)| (segment.name.to_ascii_lowercase(), id);
    request.hir.iter().map(named).collect()
}

/// Reports a history whose name is too long, or that of a segment.
pub(super) fn check_history(
    request: &Request<'_>,
    id: SegmentId,
    segments: &BTreeMap<String, SegmentId>,
    problems: &mut Diagnostics,
) {
    let segment = request.hir.segment(id);
    if !segment.properties.history {
        return;
    }
    let name = format!("{}{SUFFIX}", segment.name);
    let bytes = request.abilities.identifier_bytes;
    if name.len() > bytes && segment.name.len() <= bytes {
        let (span, target) = (segment.name_span, request.abilities.target.clone());
        problems.push(NameTooLong { span, name: name.clone(), target, bytes });
    }
    if let Some(&other) = segments.get(&name.to_ascii_lowercase()) {
        let other = request.hir.segment(other);
        let (span, segment) = (other.name_span, segment.name.clone());
        problems.push(HistoryNameTaken { span, name: other.name.clone(), segment });
    }
}

/// How a segment holds members; the instants that this needs go to what was lowered already.
pub(super) fn retention(
    request: &Request<'_>,
    context: &Context<'_>,
    id: SegmentId,
    lowered: &mut Lowered,
) -> Option<Retention> {
    let segment = request.hir.segment(id);
    let (count, unit, _) = segment.properties.expire?;
    let admitted = lowered.absorb(lower::admitted(context, id));
    let last = format!("{}_last_run", segment.name);
    let end = format!("{}_end", segment.name);
    let after = lower::shifted(context, Scalar::Clock(last.clone()), count, unit);
    let bounds = &mut lowered.clock.bounds;
    bounds.add((last, last_run(&StateTables::of(request, id).runs, &segment.name), Type::Timestamp));
    bounds.add((end.clone(), after, Type::Timestamp));
    Some(Retention { admitted, end })
}
