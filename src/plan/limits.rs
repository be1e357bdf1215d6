//! Limits on the size of a statement. Beyond them, the output would grow with the square of the
//! project; nobody needs that, and each problem says what to do instead.

use std::collections::BTreeSet;

use super::problems::{ManyConditions, ManyInlined, ManyKeeps};
use super::request::Request;
use super::requirements::Requirements;
use crate::check::hir::{Materialize, SegmentId};
use crate::diagnostic::Diagnostics;

/// The maximum number of segments expanded into one, directly or indirectly.
const INLINED: usize = 200;

/// How many `keep`s a segment may have: each is ranked over the one before.
const KEEPS: usize = 20;

/// How many conditions a segment may have, its traits written out.
const CONDITIONS: usize = 5_000;

/// Reports a segment that is too large.
pub(super) fn judge_size(
    request: &Request<'_>,
    id: SegmentId,
    needs: &Requirements,
    problems: &mut Diagnostics,
) {
    let segment = request.hir.segment(id);
    let name = || segment.name.clone();
    if let Some(keep) = segment.keeps.get(KEEPS) {
        let count = segment.keeps.len();
        problems.push(ManyKeeps { span: keep.span, segment: name(), count, limit: KEEPS });
    }
    if needs.conditions > CONDITIONS {
        let count = needs.conditions;
        problems.push(ManyConditions { span: segment.name_span, segment: name(), count, limit: CONDITIONS });
    }
    if inlines_too_many(request, id) {
        // What could be stored instead: what it refers to itself.
        let inputs = || request.graph.node(id).inputs();
        let inlined = inputs().find(|input| !request.materialize(input.segment).is_table());
        let input = inlined.or(inputs().next()).map(|input| request.hir.segment(input.segment).name.clone());
        let view = request.materialize(id) == Materialize::View;
        problems.push(ManyInlined { span: segment.name_span, segment: name(), limit: INLINED, input, view });
    }
}

/// Whether more segments are expanded into one than the limit allows. A view stores nothing, and reads no
/// table of a segment.
pub(super) fn inlines_too_many(request: &Request<'_>, id: SegmentId) -> bool {
    let all = request.materialize(id) == Materialize::View;
    let mut seen = BTreeSet::new();
    let mut todo = vec![id];
    while let Some(at) = todo.pop() {
        for input in request.graph.node(at).inputs() {
            let is_inlined = all || !request.materialize(input.segment).is_table();
            if is_inlined && seen.insert(input.segment) {
                todo.push(input.segment);
            }
            if seen.len() > INLINED {
                return true;
            }
        }
    }
    false
}
