//! Rows that `first`, `last`, `latest` and `earliest` can't order: same time and same key.

use std::collections::BTreeSet;

use super::doubles;
use super::problems::TiedRows;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::catalog::EntityId;
use crate::diagnostic::Diagnostics;
use crate::engine::Engine;
use crate::plan::{Plan, Unique};

/// Finds such rows of every entity that a plan's segments order.
pub(super) fn find(session: &Session, target: &Target, plan: &Plan, engine: &mut dyn Engine) -> Diagnostics {
    let footprints = plan.segments.iter().map(|segment| &session.graph.node(segment.id).footprint);
    let ordered: BTreeSet<EntityId> =
        footprints.flat_map(|footprint| footprint.ordered.keys().copied()).collect();
    let mut problems = Diagnostics::new();
    for id in ordered {
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
