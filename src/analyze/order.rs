//! The graph of segments: levels and topological order.

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::footprint::{Footprint, Input, TraitFootprints};
use crate::check::hir::{Hir, SegmentId, place};

#[derive(Debug, Clone)]
pub(crate) struct SegmentNode {
    pub(crate) id: SegmentId,
    /// What it reads itself; what its inputs read is in theirs.
    pub(crate) footprint: Arc<Footprint>,
    /// 0 without inputs, else one more than the highest of them.
    pub(crate) level: usize,
}

impl SegmentNode {
    /// The segments that it refers to, through `extends`, `in segment`, its group and its traits, each
    /// once, in the order of names.
    pub(crate) fn inputs(&self) -> impl DoubleEndedIterator<Item = &Input> {
        self.footprint.inputs.values()
    }
}

/// All segments of a project and what they read. The checker has refused cycles.
#[derive(Debug, Clone)]
pub struct Graph {
    graph: DiGraph<SegmentId, ()>,
    nodes: Vec<SegmentNode>,
    order: Vec<SegmentId>,
}

impl Graph {
    /// The graph of a checked tree.
    #[must_use]
    pub(crate) fn of(hir: &Hir) -> Self {
        Self::new(hir, TraitFootprints::of(hir).segments())
    }

    /// The graph of a checked tree, given what each of its segments reads.
    #[must_use]
    pub(super) fn new(hir: &Hir, footprints: BTreeMap<SegmentId, Footprint>) -> Self {
        let mut graph = DiGraph::new();
        let mut nodes: Vec<SegmentNode> = footprints
            .into_iter()
            .map(|(id, footprint)| {
                graph.add_node(id);
                SegmentNode { id, footprint: Arc::new(footprint), level: 0 }
            })
            .collect();
        for node in &nodes {
            for input in node.inputs() {
                graph.add_edge(index(hir, input.segment), index(hir, node.id), ());
            }
        }
        let sorted = petgraph::algo::toposort(&graph, None).unwrap_or_default();
        for at in sorted {
            let level = graph
                .neighbors_directed(at, Direction::Incoming)
                .map(|input| nodes[input.index()].level + 1)
                .max();
            nodes[at.index()].level = level.unwrap_or(0);
        }
        let mut order: Vec<SegmentId> = nodes.iter().map(|node| node.id).collect();
        // Identities follow names, so that equals are sorted by name.
        order.sort_by_key(|&id| (nodes[hir.place(id)].level, id));
        Self { graph, nodes, order }
    }

    /// What is known of a segment.
    #[must_use]
    pub(crate) fn node(&self, id: SegmentId) -> &SegmentNode {
        let at = place(&self.nodes, |node| node.id.0, id.0).unwrap_or(usize::MAX);
        &self.nodes[at]
    }

    /// Every segment after those that it refers to; by level, then by name.
    #[must_use]
    pub fn order(&self) -> &[SegmentId] {
        &self.order
    }

    /// The segments that refer to one directly, in the order of names.
    #[must_use]
    pub(crate) fn dependents(&self, id: SegmentId) -> Vec<SegmentId> {
        let Some(at) = place(&self.nodes, |node| node.id.0, id.0) else { return Vec::new() };
        let mut found: Vec<SegmentId> = self
            .graph
            .neighbors_directed(NodeIndex::new(at), Direction::Outgoing)
            .filter_map(|at| self.graph.node_weight(at).copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn index(hir: &Hir, id: SegmentId) -> NodeIndex {
    NodeIndex::new(hir.place(id))
}
