//! Segments with the same members.

use std::collections::BTreeMap;

use super::Project;
use crate::analyze::logical::Digest;
use crate::analyze::problems::SameMembers;
use crate::check::hir::Segment;
use crate::diagnostic::Diagnostics;

/// Warns of each segment that provably has the members of one before it. Not of segments that
///
/// - are decided without any row, which other warnings are about;
/// - have the members of a segment that they read, which is no repetition;
/// - use parameters, whose values are meant to change;
/// - have columns beside the key;
/// - other roles may read.
pub(super) fn duplicates(project: &Project<'_>, problems: &mut Diagnostics) {
    let mut by_members: BTreeMap<Digest, Vec<&Segment>> = BTreeMap::new();
    for (id, question) in project.logical.comparable() {
        by_members.entry(question.members).or_default().push(project.hir.segment(id));
    }
    for mut same in by_members.into_values().filter(|same| same.len() > 1) {
        same.retain(|segment| !project.use_params.contains(&segment.id) && segment.columns.is_empty());
        same.sort_by_key(|segment| (segment.name_span.source, segment.name_span.start));
        for (at, segment) in same.iter().enumerate() {
            let access = |one: &&&Segment| one.properties.access == segment.properties.access;
            if let Some(first) = same[..at].iter().find(access) {
                problems.push(SameMembers {
                    span: segment.name_span,
                    segment: segment.name.clone(),
                    first: first.name.clone(),
                    first_span: first.name_span,
                });
            }
        }
    }
}
