//! Segments that could narrow another instead of repeating its conditions.

use std::collections::BTreeSet;

use super::Project;
use super::problems::Narrows;
use crate::check::hir::{Segment, SegmentId};
use crate::diagnostic::Diagnostics;

/// Projects with more segments aren't compared pair by pair.
const MOST_SEGMENTS: usize = 1_000;

/// Warns of each segment whose members provably are members of another that it doesn't refer to. Of several such
/// segments it names one that has no other of them within.
pub(super) fn subsets(project: &Project<'_>, problems: &mut Diagnostics) {
    let all: Vec<&Segment> = project.hir.segments.iter().filter(|one| is_comparable(project, one)).collect();
    if all.len() > MOST_SEGMENTS {
        return;
    }
    for narrow in &all {
        let reads = ancestors(project, narrow.id);
        let wider: Vec<&&Segment> = all
            .iter()
            .filter(|wide| wide.id != narrow.id && wide.entity == narrow.entity && !reads.contains(&wide.id))
            .filter(|wide| project.implies(narrow.id, wide.id) && !project.implies(wide.id, narrow.id))
            .collect();
        let is_nearest = |wide: &&&&Segment| {
            !wider.iter().any(|other| other.id != wide.id && project.implies(other.id, wide.id))
        };
        let Some(wide) = wider.iter().find(is_nearest).or(wider.first()) else { continue };
        problems.push(Narrows {
            span: narrow.name_span,
            segment: narrow.name.clone(),
            wide: wide.name.clone(),
            declared: wide.name_span,
        });
    }
}

/// Whether the conditions of a segment alone make its members, and aren't decided.
fn is_comparable(project: &Project<'_>, segment: &Segment) -> bool {
    let question = project.logical.question(segment.id);
    let depends = question.is_some_and(|question| project.logical.decided(question.formula).is_none());
    depends
        && segment.keeps.is_empty()
        && segment.properties.expire.is_none()
        && segment.list.is_none()
        && !project.use_params.contains(&segment.id)
}

/// The segments that one refers to, by whatever way.
fn ancestors(project: &Project<'_>, id: SegmentId) -> BTreeSet<SegmentId> {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![id]);
    while let Some(id) = todo.pop() {
        let inputs = project.graph.node(id).inputs().map(|input| input.segment);
        todo.extend(inputs.filter(|&input| seen.insert(input)));
    }
    seen
}
