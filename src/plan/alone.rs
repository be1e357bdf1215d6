//! Which segments are evaluated by steps of their own, and why.

use std::collections::BTreeSet;

use super::lower;
use super::model::Alone;
use super::refresh::Strategy;
use super::request::Request;
use super::storage::Reading;
use crate::analyze::TriggerKind;
use crate::check::hir::{Cond, SegmentId, Value, ValueKind};
use crate::check::visit::{Visitor, walk_value};

/// Why a segment doesn't share the affected keys and the difference of its entity; `None` if it does.
pub(super) fn alone(request: &Request<'_>, id: SegmentId, strategy: &Strategy) -> Option<Alone> {
    let segment = request.hir.segment(id);
    let by_keys = strategy.by_keys();
    if segment.properties.expire.is_some() {
        return Some(Alone::Retains);
    }
    if by_keys && lower::ranks(&segment.keeps) {
        return Some(Alone::Ranks);
    }
    if !segment.columns.is_empty() {
        return Some(Alone::HasColumns);
    }
    if by_keys && adds_floats(request, id) {
        return Some(Alone::AddsFloats);
    }
    (by_keys && asks_the_clock(strategy)).then_some(Alone::AsksTheClock)
}

/// Whether it, or a segment that is expanded into it, adds up floats.
fn adds_floats(request: &Request<'_>, id: SegmentId) -> bool {
    let stored = request.storage(Reading::Stored);
    let (mut todo, mut seen) = (vec![id], BTreeSet::new());
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = request.graph.node(id);
        if node.footprint.float_sum.is_some() {
            return true;
        }
        todo.extend(node.inputs().map(|input| input.segment).filter(|&input| !stored.is_table(input)));
    }
    false
}

/// Whether a condition that reads no row may change for everyone when the clock moves (R2b).
fn asks_the_clock(strategy: &Strategy) -> bool {
    strategy.triggers.iter().flatten().any(|trigger| match &trigger.kind {
        TriggerKind::ClockPredicate { cond, .. } => reads_no_row(cond),
        _ => false,
    })
}

fn reads_no_row(cond: &Cond) -> bool {
    struct Rows(bool);
    impl Visitor for Rows {
        fn value(&mut self, value: &Value) {
            self.0 |= matches!(
                value.kind,
                ValueKind::Field(..)
                    | ValueKind::Trait(..)
                    | ValueKind::Aggregate(_)
                    | ValueKind::Periods(_)
                    | ValueKind::Bucket { .. }
            );
            walk_value(self, value);
        }
    }
    let mut rows = Rows(false);
    rows.cond(cond);
    !rows.0
}
