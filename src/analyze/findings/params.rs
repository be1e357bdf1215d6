//! The segments that parameters decide about.

use std::collections::BTreeSet;

use crate::analyze::order::Graph;
use crate::check::hir::{Cond, Hir, Keep, SegmentId, Value, Window};
use crate::check::visit::{Visitor, walk_cond, walk_keep, walk_segment, walk_value, walk_window};

/// The segments that have a parameter in them, in a trait that they use, or in a segment that they read.
pub(super) fn users_of_params(hir: &Hir, graph: &Graph) -> BTreeSet<SegmentId> {
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
