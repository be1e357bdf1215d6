//! Walking the relational plan.

use std::collections::BTreeSet;

use crate::plan::rel::{Child, ChildMut, Clock, Query, Relation, Scalar};

/// The maximum depth of bounds that read bounds; no plan reaches it.
const DEPTH: usize = 16;

/// Whether a query reads an instant of the run.
pub(super) fn reads_clock(query: &Query) -> bool {
    let mut found = false;
    query.walk(&mut |one| found |= matches!(one, Child::Scalar(Scalar::Clock(_))));
    found
}

/// The names of the tables that a query reads without a schema.
pub(super) fn table_names(query: &Query) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    query.walk(&mut |one| {
        let Child::Select(select) = one else { return };
        for table in select.tables() {
            if let Relation::Table(parts) = &table.relation
                && let [name] = parts.as_slice()
            {
                found.insert(name.clone());
            }
        }
    });
    found
}

/// A bound's value with the bounds that it reads expanded, so that only `as_of` remains.
pub(super) fn inline_bounds(value: &Scalar, clock: &Clock, depth: usize) -> Scalar {
    let mut copy = value.clone();
    expand(&mut copy, clock, depth);
    copy
}

fn expand(value: &mut Scalar, clock: &Clock, depth: usize) {
    let Scalar::Clock(name) = value else {
        // The bounds of a clock read no tables.
        return value.children_mut(&mut |child| {
            if let ChildMut::Scalar(child) = child {
                expand(child, clock, depth);
            }
        });
    };
    if let Some((_, bound, _)) = clock.bounds.get(name).filter(|_| depth < DEPTH) {
        *value = inline_bounds(bound, clock, depth + 1);
    }
}
