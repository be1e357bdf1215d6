//! The fields on which a segment's members depend, directly or through other segments.

use std::collections::BTreeSet;

use crate::analyze::Graph;
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::SegmentId;

/// The fields of every entity that a segment reads.
pub(super) fn reads(graph: &Graph, segment: SegmentId) -> BTreeSet<(EntityId, FieldId)> {
    let (mut found, mut segments, mut done) = (BTreeSet::new(), vec![segment], BTreeSet::new());
    while let Some(id) = segments.pop() {
        if done.insert(id) {
            let node = graph.node(id);
            found.extend(node.footprint.fields.keys().copied());
            segments.extend(node.inputs().map(|input| input.segment));
        }
    }
    found
}
