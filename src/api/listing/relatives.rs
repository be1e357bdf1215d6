//! How segments use one another: `segc parents`, `segc children`.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::analyze::{Input, InputKind};
use crate::api::session::Session;
use crate::check::hir::SegmentId;

/// A segment that another uses, or is used by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relative {
    /// The other segment's name.
    pub segment: String,
    /// How it is used: `extends`, `in_segment`, or `group` if it comes before in an exclusive group.
    pub by: InputKind,
    /// The traits through which it is used, from the one that the segment names.
    pub via: Vec<String>,
    /// The path of the file where the segment uses it, or such a trait, first.
    pub path: String,
    /// The line of that place, from 1.
    pub line: usize,
    /// Its column in code points, from 1.
    pub column: usize,
}

/// A use of one segment by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// The segment that uses `parent`.
    pub child: String,
    /// The segment that is used.
    pub parent: String,
    /// How it is used: `extends`, `in_segment`, or `group` if it comes before in an exclusive group.
    pub by: InputKind,
    /// The traits through which it is used, from the one that the child names.
    pub via: Vec<String>,
    /// The path of the file where the child uses it, or such a trait, first.
    pub path: String,
    /// The line of that place, from 1.
    pub line: usize,
    /// Its column in code points, from 1.
    pub column: usize,
}

/// The segments to which one refers, in the order of names.
pub(super) fn parents(session: &Session, id: SegmentId) -> Vec<Relative> {
    let inputs = session.graph.node(id).inputs();
    inputs.map(|input| relative(session, input, input.segment)).collect()
}

/// The segments that refer to one, in the order of names.
pub(super) fn children(session: &Session, id: SegmentId) -> Vec<Relative> {
    let dependents = session.graph.dependents(id).into_iter();
    let uses = dependents.filter_map(|child| {
        let input = session.graph.node(child).footprint.inputs.get(&id)?;
        Some(relative(session, input, child))
    });
    uses.collect()
}

fn relative(session: &Session, input: &Input, other: SegmentId) -> Relative {
    let (path, line, column) = session
        .sources
        .locate(input.span)
        .map_or(("", 0, 0), |(path, position)| (path, position.line, position.column));
    Relative {
        segment: session.hir.segment(other).name.clone(),
        by: input.kind,
        via: input.via.iter().map(|&id| session.hir.computed(id).name.clone()).collect(),
        path: path.to_owned(),
        line,
        column,
    }
}

impl Relation {
    /// How the parent is used, as people say it: `in segment through is_vip`.
    #[must_use]
    pub fn how(&self) -> String {
        let by = match self.by {
            InputKind::Extends => "extends",
            InputKind::InSegment => "in segment",
            InputKind::Group => "exclusive group",
        };
        let through = self.via.iter().map(|name| format!(" through {name}"));
        std::iter::once(by.to_owned()).chain(through).collect()
    }
}

impl Session {
    /// How a segment uses those that it refers to; with `all`, also how these use others, and so on. The
    /// segment's own come first, then those of the next level; each in the order of names.
    #[must_use]
    pub fn parents(&self, id: SegmentId, all: bool) -> Vec<Relation> {
        self.relations(id, all, |one| {
            let inputs = self.graph.node(one).inputs();
            inputs.map(|input| (input.segment, self.relation(input, one))).collect()
        })
    }

    /// How a segment is used by those that refer to it; with `all`, also how these are used, and so on.
    #[must_use]
    pub fn children(&self, id: SegmentId, all: bool) -> Vec<Relation> {
        self.relations(id, all, |one| {
            let dependents = self.graph.dependents(one).into_iter();
            let uses = dependents.filter_map(|child| {
                let input = self.graph.node(child).footprint.inputs.get(&one)?;
                Some((child, self.relation(input, child)))
            });
            uses.collect()
        })
    }

    fn relations(
        &self,
        id: SegmentId,
        all: bool,
        step: impl Fn(SegmentId) -> Vec<(SegmentId, Relation)>,
    ) -> Vec<Relation> {
        let mut seen = BTreeSet::from([id]);
        let mut edge = vec![id];
        let mut found = Vec::new();
        while !edge.is_empty() {
            let mut next = BTreeSet::new();
            for one in edge {
                for (other, relation) in step(one) {
                    found.push(relation);
                    if all && seen.insert(other) {
                        next.insert(other);
                    }
                }
            }
            edge = next.into_iter().collect();
        }
        found
    }

    fn relation(&self, input: &Input, child: SegmentId) -> Relation {
        let Relative { segment: parent, by, via, path, line, column } = relative(self, input, input.segment);
        let child = self.hir.segment(child).name.clone();
        Relation { child, parent, by, via, path, line, column }
    }
}
