//! The graph of segments: levels and topological order.

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::inputs::{Input, inputs};
use crate::check::hir::{Hir, SegmentId, place};

/// One segment in the graph.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Which.
    pub(crate) id: SegmentId,
    /// What it refers to directly, in the order of names.
    pub(crate) inputs: Vec<Input>,
    /// 0 without inputs, else one more than the highest of them.
    pub(crate) level: usize,
}

/// All segments of a project and what they refer to. The checker has refused cycles.
#[derive(Debug, Clone)]
pub struct Graph {
    graph: DiGraph<SegmentId, ()>,
    nodes: Vec<Node>,
    order: Vec<SegmentId>,
}

impl Graph {
    /// The graph of a checked project.
    #[must_use]
    pub(crate) fn new(hir: &Hir) -> Self {
        let mut graph = DiGraph::new();
        let mut nodes: Vec<Node> = hir
            .iter()
            .map(|(id, _)| {
                graph.add_node(id);
                Node { id, inputs: inputs(hir, id), level: 0 }
            })
            .collect();
        for node in &nodes {
            for input in &node.inputs {
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
    pub(crate) fn node(&self, id: SegmentId) -> &Node {
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
