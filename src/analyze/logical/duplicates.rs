//! Segments with the same members.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::Digest;
use super::formula::Formula;
use super::{Logical, Question};
use crate::analyze::order::Graph;
use crate::analyze::problems::SameMembers;
use crate::check::hir::{Cond, Hir, Keep, Segment, SegmentId, Value, Window};
use crate::check::visit::{Visitor, walk_cond, walk_keep, walk_segment, walk_value, walk_window};
use crate::diagnostic::Diagnostics;

/// Warns of each segment that provably has the members of one before it. Not of segments that
///
/// - are decided without any row, which other warnings are about;
/// - have the members of a segment that they read, which is no repetition;
/// - use parameters, whose values are meant to change;
/// - have columns beside the key;
/// - other roles may read.
pub(crate) fn duplicates(hir: &Hir, graph: &Graph, logical: &Logical) -> Diagnostics {
    let mut by_members: BTreeMap<Digest, Vec<&Segment>> = BTreeMap::new();
    for (id, question) in logical.comparable() {
        by_members.entry(question.members).or_default().push(hir.segment(id));
    }
    let by_params = users_of_params(hir, graph);
    let mut problems = Diagnostics::new();
    for mut same in by_members.into_values().filter(|same| same.len() > 1) {
        same.retain(|segment| !by_params.contains(&segment.id) && segment.columns.is_empty());
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
    problems
}

/// Whether another segment with the same members would be worth a warning, as far as this one alone decides.
pub(super) fn is_candidate(logical: &Logical, question: &Question) -> bool {
    !question.is_alias && !matches!(logical.formulas.get(question.formula), Formula::Constant(_))
}

/// The segments that have a parameter in them, in a trait that they use, or in a segment that they read.
fn users_of_params(hir: &Hir, graph: &Graph) -> BTreeSet<SegmentId> {
    let mut users = BTreeSet::new();
    if hir.params_used.is_empty() {
        return users;
    }
    let mut params = Params { hir, found: false };
    let mut traits = BTreeSet::new();
    for computed in &hir.traits {
        params.found = false;
        params.value(&computed.value);
        if params.found {
            traits.insert(computed.id);
        }
    }
    for &id in graph.order() {
        params.found = false;
        walk_segment(&mut params, hir.segment(id));
        let node = graph.node(id);
        let by_trait = node.footprint.traits.keys().any(|used| traits.contains(used));
        if params.found || by_trait || node.inputs().any(|input| users.contains(&input.segment)) {
            users.insert(id);
        }
    }
    users
}

struct Params<'a> {
    hir: &'a Hir,
    found: bool,
}

impl Visitor for Params<'_> {
    fn cond(&mut self, cond: &Cond) {
        self.found |= self.hir.uses_param(cond.span);
        walk_cond(self, cond);
    }

    fn value(&mut self, value: &Value) {
        self.found |= self.hir.uses_param(value.span);
        walk_value(self, value);
    }

    fn window(&mut self, window: &Window) {
        self.found |= self.hir.uses_param(window.span);
        walk_window(self, window);
    }

    fn keep(&mut self, keep: &Keep) {
        self.found |= self.hir.uses_param(keep.span);
        walk_keep(self, keep);
    }
}
