//! The graph of a build: segments, the tables they read, and how they refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analyze::InputKind;
use crate::check::hir::Hir;
use crate::plan::Plan;
use crate::plan::program::{Group, Mode};

/// Nodes and edges in a deterministic order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The tables ordered by name, then the segments in the order of the build.
    pub nodes: Vec<GraphNode>,
    /// The edges, in the order of the segments to which they lead.
    pub edges: Vec<Edge>,
    /// The segments that a refresh builds together, if they are drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GraphGroup>,
}

/// Segments that a refresh builds together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GraphGroup {
    /// 0 if they depend on no segment, else one more than the highest that they depend on.
    pub level: usize,
    /// Their entity.
    pub entity: String,
    /// What they share, or why they share nothing.
    pub evaluation: String,
    /// The ids of their nodes.
    pub segments: Vec<String>,
}

/// A segment, or a table that segments read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GraphNode {
    /// The unique id: `segment:vip`, `entity:customer`.
    pub id: String,
    /// Whether it is a segment or a table.
    pub kind: GraphNodeKind,
    /// The name of the segment or the entity.
    pub name: String,
    /// The table of the segment or the entity, its parts joined by dots.
    pub table: Option<String>,
    /// How the segment is stored.
    pub materialize: Option<&'static str>,
}

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphNodeKind {
    /// A segment.
    Segment,
    /// An entity, which is a table of the source data.
    Entity,
}

/// A dependency, from what is used to the segment that uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The id of the node that is used.
    pub from: String,
    /// The id of the segment that uses it.
    pub to: String,
    /// How it is used.
    pub kind: EdgeKind,
}

/// How a segment uses something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// The segment extends the other.
    Extends,
    /// The segment tests for members of the other.
    InSegment,
    /// The other segment comes before it in its exclusive group.
    Group,
    /// The segment reads the table.
    Reads,
}

impl EdgeKind {
    fn label(self) -> &'static str {
        match self {
            Self::Extends => "extends",
            Self::Group => "before",
            Self::InSegment => "in segment",
            Self::Reads => "reads",
        }
    }
}

impl Graph {
    /// The graph of a plan. Segments that are referred to but not part of the build are nodes as
    /// well.
    #[must_use]
    pub fn of(plan: &Plan, hir: &Hir) -> Self {
        let planned: BTreeSet<_> = plan.segments.iter().map(|segment| segment.id).collect();
        let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut outside = BTreeSet::new();
        let mut edges = Vec::new();
        for segment in &plan.segments {
            let to = segment_id(&segment.name);
            for dependency in &segment.depends_on {
                if !planned.contains(&dependency.id) {
                    outside.insert(dependency.id);
                }
                let kind = match dependency.kind {
                    InputKind::Extends => EdgeKind::Extends,
                    InputKind::InSegment => EdgeKind::InSegment,
                    InputKind::Group => EdgeKind::Group,
                };
                edges.push(Edge { from: segment_id(&dependency.name), to: to.clone(), kind });
            }
            let mut last = None;
            for read in &segment.reads {
                // An entity may have a table for each event.
                let of_entity: &mut BTreeSet<String> = tables.entry(read.entity.clone()).or_default();
                of_entity.extend(Some(read.table.join(".")).filter(|name| !name.is_empty()));
                if last.replace(&read.entity) != Some(&read.entity) {
                    edges.push(Edge { from: entity_id(&read.entity), to: to.clone(), kind: EdgeKind::Reads });
                }
            }
        }
        let joined = |tables: BTreeSet<String>| tables.into_iter().collect::<Vec<_>>().join(", ");
        let entities = tables.into_iter().map(|(name, tables)| GraphNode {
            id: entity_id(&name),
            kind: GraphNodeKind::Entity,
            name,
            table: Some(joined(tables)).filter(|tables| !tables.is_empty()),
            materialize: None,
        });
        let others = outside.into_iter().map(|id| segment_node(&hir.segment(id).name, None, None));
        let segments = plan.segments.iter().map(|segment| {
            let table = Some(segment.table.join(".")).filter(|name| !name.is_empty());
            segment_node(&segment.name, table, Some(segment.materialize.name()))
        });
        Self { nodes: entities.chain(others).chain(segments).collect(), edges, groups: Vec::new() }
    }

    /// The same graph with the segments that a refresh builds together.
    #[must_use]
    pub fn grouped(self, plan: &Plan) -> Self {
        let groups = Group::of(plan.segments.iter(), Mode::Refresh).into_iter().map(|group| GraphGroup {
            level: group.level,
            entity: group.entity,
            evaluation: group.evaluation.described(group.segments.len()),
            segments: group.segments.iter().map(|name| segment_id(name)).collect(),
        });
        Self { groups: groups.collect(), ..self }
    }

    /// The graph as a Mermaid flowchart, which GitHub and GitLab draw in Markdown.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let numbers = self.numbers();
        for (at, node) in self.nodes.iter().enumerate() {
            let label = mermaid_text(&node.label());
            text.push_str(&match node.kind {
                GraphNodeKind::Segment => format!("  n{at}[\"{label}\"]\n"),
                GraphNodeKind::Entity => format!("  n{at}[(\"{label}\")]\n"),
            });
        }
        for (at, group) in self.groups.iter().enumerate() {
            text.push_str(&format!("  subgraph g{at}[\"{}\"]\n", mermaid_text(&group.label())));
            for number in group.segments.iter().filter_map(|id| numbers.get(id.as_str())) {
                text.push_str(&format!("    n{number}\n"));
            }
            text.push_str("  end\n");
        }
        for edge in &self.edges {
            let arrow = match edge.kind {
                EdgeKind::Extends => "==>|extends|",
                EdgeKind::InSegment => "-->|in segment|",
                EdgeKind::Group => "-->|before|",
                EdgeKind::Reads => "-.->",
            };
            if let (Some(from), Some(to)) = (numbers.get(&*edge.from), numbers.get(&*edge.to)) {
                text.push_str(&format!("  n{from} {arrow} n{to}\n"));
            }
        }
        text
    }

    /// The graph in the language of Graphviz.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph segments {\n  rankdir=LR;\n");
        for node in &self.nodes {
            let shape = match node.kind {
                GraphNodeKind::Segment => "box",
                GraphNodeKind::Entity => "cylinder",
            };
            let (id, label) = (dot_text(&node.id), dot_text(&node.label()));
            text.push_str(&format!("  {id} [shape={shape}, label={label}];\n"));
        }
        for (at, group) in self.groups.iter().enumerate() {
            let ids: Vec<String> = group.segments.iter().map(|id| dot_text(id)).collect();
            let label = dot_text(&group.label());
            text.push_str(&format!("  subgraph cluster_{at} {{ label={label}; {}; }}\n", ids.join("; ")));
        }
        for edge in &self.edges {
            let style = match edge.kind {
                EdgeKind::Extends => "bold",
                EdgeKind::InSegment => "solid",
                EdgeKind::Group => "bold",
                EdgeKind::Reads => "dotted",
            };
            let (from, to, label) = (dot_text(&edge.from), dot_text(&edge.to), dot_text(edge.kind.label()));
            text.push_str(&format!("  {from} -> {to} [style={style}, label={label}];\n"));
        }
        text + "}\n"
    }

    /// The graph as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        super::json(self)
    }

    fn numbers(&self) -> BTreeMap<&str, usize> {
        self.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect()
    }
}

impl GraphGroup {
    fn label(&self) -> String {
        format!("level {}, {}: {}", self.level, self.entity, self.evaluation)
    }
}

impl GraphNode {
    fn label(&self) -> String {
        match (self.kind, &self.table) {
            (GraphNodeKind::Entity, Some(table)) => format!("{} ({table})", self.name),
            (GraphNodeKind::Entity, None) | (GraphNodeKind::Segment, _) => self.name.clone(),
        }
    }
}

fn segment_node(name: &str, table: Option<String>, materialize: Option<&'static str>) -> GraphNode {
    GraphNode {
        id: segment_id(name),
        kind: GraphNodeKind::Segment,
        name: name.to_owned(),
        table,
        materialize,
    }
}

fn segment_id(name: &str) -> String {
    format!("segment:{name}")
}

fn entity_id(name: &str) -> String {
    format!("entity:{name}")
}

/// Escapes quotes and angle brackets, which end a Mermaid label, as HTML entities.
fn mermaid_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn dot_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
