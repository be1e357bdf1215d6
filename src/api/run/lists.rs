//! Static lists in a run.

use std::collections::BTreeSet;

use super::{Ran, Status};
use crate::api::lists::problems::UnknownKeys;
use crate::api::scripts::plain_sql;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostic;
use crate::engine::Engine;
use crate::plan::{Plan, SegmentPlan};

/// The lists whose stored keys are already those of their files, so that they needn't be loaded. The script
/// makes sure of it once nothing else can write.
pub(super) fn stored(target: &Target, plan: &Plan, engine: &mut dyn Engine) -> BTreeSet<SegmentId> {
    let mut is_stored = |segment: &&SegmentPlan| {
        let sql = segment.list.as_ref().and_then(|list| plain_sql(target, list.stored.clone()).ok());
        // Before the first run there is no table to ask.
        sql.and_then(|sql| engine.query(&sql).ok()).is_some_and(|answer| !answer.rows.is_empty())
    };
    plan.segments.iter().filter(|segment| is_stored(segment)).map(|segment| segment.id).collect()
}

/// Warns of the keys of static lists that have no row, where nothing else keeps a key from being a member.
pub(super) fn unknown_keys<'a>(
    session: &'a Session,
    plan: &'a Plan,
    ran: &'a Ran,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let members = |name: &str| {
        let one = ran.segments.iter().find(|one| one.segment == name)?;
        if let Status::Built(members) = one.status { Some(members) } else { None }
    };
    plan.segments.iter().filter_map(move |segment| {
        let (list, members) = (segment.list.as_ref()?, members(&segment.name)?);
        let checked = session.hir.segment(segment.id);
        let span = session.hir.catalog.entity(checked.list?).span;
        let keys = u64::try_from(list.keys.rows.len()).unwrap_or(u64::MAX);
        let unknown = keys.saturating_sub(members);
        let (path, entity) = (list.keys.path.clone(), segment.entity.clone());
        (unknown > 0 && checked.group.is_none())
            .then(|| UnknownKeys { span: Some(span), path, unknown, keys, entity }.into())
    })
}
