//! The segments that a segment refers to directly.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::check::hir::{Cond, CondKind, Hir, SegmentId, TraitId, Value, ValueKind};
use crate::check::visit::{Visitor, walk_cond, walk_segment, walk_value};
use crate::diagnostic::Span;

/// A segment that another refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Input {
    /// Which.
    pub(crate) segment: SegmentId,
    /// Where it is first referred to.
    pub(crate) span: Span,
    /// How.
    pub(crate) kind: InputKind,
}

/// How a segment refers to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// `extends`
    Extends,
    /// `in segment`
    InSegment,
    /// Comes before it in its exclusive group.
    Group,
}

/// The segments that a segment refers to, through `extends`, `in segment` and its traits, each
/// once, in the order of their names.
#[must_use]
pub(crate) fn inputs(hir: &Hir, id: SegmentId) -> Vec<Input> {
    let segment = hir.segment(id);
    let mut finder = Finder { found: BTreeMap::new(), traits: Vec::new() };
    walk_segment(&mut finder, segment);
    let mut seen = BTreeSet::new();
    while let Some(computed) = finder.traits.pop() {
        if seen.insert(computed) {
            finder.value(&hir.computed(computed).value);
        }
    }
    let mut found: BTreeMap<SegmentId, Input> = finder
        .found
        .into_iter()
        .map(|(segment, span)| (segment, Input { segment, span, kind: InputKind::InSegment }))
        .collect();
    if let Some(group) = &segment.group {
        for &before in &group.before {
            let input = Input { segment: before, span: group.span, kind: InputKind::Group };
            found.entry(before).or_insert(input);
        }
    }
    if let Some((parent, span)) = segment.parent {
        found.insert(parent, Input { segment: parent, span, kind: InputKind::Extends });
    }
    found.into_values().collect()
}

struct Finder {
    found: BTreeMap<SegmentId, Span>,
    traits: Vec<TraitId>,
}

impl Visitor for Finder {
    fn cond(&mut self, cond: &Cond) {
        if let CondKind::InSegment(_, segment) = &cond.kind {
            self.found.entry(*segment).or_insert(cond.span);
        }
        walk_cond(self, cond);
    }

    fn value(&mut self, value: &Value) {
        if let ValueKind::Trait(_, id) = &value.kind {
            self.traits.push(*id);
        }
        walk_value(self, value);
    }
}
