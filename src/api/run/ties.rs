//! Rows that `first`, `last`, `latest` and `earliest` can't order: same time and same key.

use std::collections::BTreeSet;

use super::doubles;
use super::problems::TiedRows;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::catalog::EntityId;
use crate::check::hir::{Aggregate, AggregateFunc};
use crate::check::visit::{Visitor, walk_aggregate, walk_segment};
use crate::diagnostic::Diagnostics;
use crate::engine::Engine;
use crate::plan::{Plan, Unique};

/// Finds such rows of every entity that a plan's segments order.
pub(super) fn find(session: &Session, target: &Target, plan: &Plan, engine: &mut dyn Engine) -> Diagnostics {
    let mut ordered = Ordered(BTreeSet::new());
    for segment in &plan.segments {
        walk_segment(&mut ordered, session.hir.segment(segment.id));
    }
    for one in &session.hir.traits {
        ordered.value(&one.value);
    }
    let read = |id: &EntityId| {
        let name = &session.hir.catalog.entity(*id).name;
        plan.segments.iter().flat_map(|segment| &segment.reads).any(|read| read.entity == *name)
    };
    let mut problems = Diagnostics::new();
    for id in ordered.0.into_iter().filter(read) {
        let entity = session.hir.catalog.entity(id);
        let Some(time) = entity.time.filter(|_| !entity.unique_enforced) else { continue };
        let mut fields = entity.key.clone();
        if !fields.contains(&time) {
            fields.push(time);
        }
        let found = doubles::count(session, target, &Unique { entity: id, fields }, engine);
        if let Some(keys) = found.found {
            let (span, entity) = (Some(entity.span), entity.name.clone());
            problems.push(TiedRows { span, entity, columns: found.columns, keys });
        }
    }
    problems
}

/// The entities at the end of aggregates that depend on the order of rows.
struct Ordered(BTreeSet<EntityId>);

impl Visitor for Ordered {
    fn aggregate(&mut self, aggregate: &Aggregate) {
        let by_order = matches!(aggregate.func, AggregateFunc::First | AggregateFunc::Last);
        if aggregate.ranked.is_some() || by_order && aggregate.end_in_time().is_none() {
            self.0.insert(aggregate.end);
        }
        walk_aggregate(self, aggregate);
    }
}
