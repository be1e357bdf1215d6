//! Causes in words for people (`segc plan`, the manifest), and as text for the hash of a plan.

use super::build::Request;
use super::model::{Back, CauseText, What};
use crate::analyze::{Cause, CauseKind, Stamp, stamp};
use crate::catalog::{Catalog, Changes, Entity};
use crate::check::hir::{Hir, Hop};
use crate::check::{print, words};

/// Each cause in words, in the order in which they were found, each once. That now is an edge of
/// everything goes without saying where a window says it.
pub(super) fn told(request: &Request<'_>, causes: &[Cause]) -> Vec<CauseText> {
    let mut told: Vec<CauseText> = Vec::new();
    for cause in causes {
        let text = text(request, cause);
        match told.iter_mut().find(|known| is_same(known, &text)) {
            Some(known) if is_plain(known) => *known = text,
            Some(_) => {}
            None => told.push(text),
        }
    }
    told
}

/// Whether two causes are about the same rows, leaving aside what was written.
fn is_same(one: &CauseText, other: &CauseText) -> bool {
    let alike = match (&one.what, &other.what) {
        (
            What::Edge { time, instant, written },
            What::Edge { time: other_time, instant: other_instant, written: other_written },
        ) => {
            let written = written == other_written || written.is_none() || other_written.is_none();
            (time, instant) == (other_time, other_instant) && written
        }
        (one, other) => one == other,
    };
    alike && (&one.entity, &one.event, &one.back) == (&other.entity, &other.event, &other.back)
}

fn is_plain(cause: &CauseText) -> bool {
    matches!(cause.what, What::Edge { written: None, .. })
}

fn text(request: &Request<'_>, cause: &Cause) -> CauseText {
    let (hir, sources) = (request.hir, request.sources);
    let catalog = &hir.catalog;
    let entity = catalog.entity(cause.entity);
    let what = match &cause.kind {
        CauseKind::Arrival => arrival(entity),
        CauseKind::Passed { value, instant, .. } => What::Edge {
            time: words::value(hir, sources, value),
            instant: words::instant(sources, instant),
            written: cause.written.map(|span| words::bare(sources, span)),
        },
        CauseKind::Flipped { cond, .. } => What::Clock { cond: words::cond(hir, sources, cond) },
        CauseKind::Members(segment) => What::Members { segment: hir.segment(*segment).name.clone() },
        CauseKind::Gone => What::Gone,
    };
    let named = cause.place.last().filter(|_| entity.event_name.is_some_and(|id| entity.is_immutable(id)));
    CauseText {
        what,
        entity: entity.name.clone(),
        event: named.and_then(|hop| hop.event.clone()),
        back: cause.place.iter().rev().map(|hop| back(catalog, hop)).collect(),
        place: cause.written,
    }
}

fn arrival(entity: &Entity) -> What {
    let fields = stamp(entity).ok().flatten().map(|stamp| stamp.fields).unwrap_or_default();
    let late = match entity.changes {
        Changes::AppendOnly { lateness, ingested_at: None } => lateness,
        _ => None,
    };
    let fields = fields.iter().map(|&field| entity.field(field).name.clone()).collect();
    What::Arrival { fields, late, settle: entity.settle }
}

fn back(catalog: &Catalog, hop: &Hop) -> Back {
    let (from, to) = (catalog.entity(hop.from), catalog.entity(hop.to));
    let pairs = from.link(hop.link).on.iter();
    let on = pairs.map(|&(own, target)| (to.field(target).name.clone(), from.field(own).name.clone()));
    Back { to: from.name.clone(), on: on.collect() }
}

/// A cause as text that changes whenever it, or what is declared of its rows, does; and not when
/// only the writing of it changes.
pub(super) fn stable(hir: &Hir, cause: &Cause) -> String {
    let catalog = &hir.catalog;
    let entity = catalog.entity(cause.entity);
    let (kind, by) = match &cause.kind {
        CauseKind::Arrival => ("arrival", stamped(entity)),
        CauseKind::Passed { value, instant, .. } => {
            ("edge", format!("{} passed by {}", print::value(hir, value), print::value(hir, instant)))
        }
        CauseKind::Flipped { cond, .. } => ("clock", print::cond(hir, cond)),
        CauseKind::Members(segment) => {
            ("members", format!("who entered or left {}", hir.segment(*segment).name))
        }
        CauseKind::Gone => ("gone", "members whose row is gone".to_owned()),
    };
    let back: Vec<String> = cause.place.iter().rev().map(|hop| led_back(catalog, hop)).collect();
    format!("{kind} {} {by} {}", entity.name, back.join(" "))
}

fn stamped(entity: &Entity) -> String {
    let Ok(Some(Stamp { fields, horizon, .. })) = stamp(entity) else { return String::new() };
    let names: Vec<&str> = fields.iter().map(|&field| entity.field(field).name.as_str()).collect();
    let spans: Vec<String> = horizon.iter().map(|&(count, unit)| words::duration(count, unit)).collect();
    format!("{} since the last run, less {}", names.join(" or "), spans.join(" and "))
}

/// `order.customer_id = customer.customer_id`
fn led_back(catalog: &Catalog, hop: &Hop) -> String {
    let (from, to) = (catalog.entity(hop.from), catalog.entity(hop.to));
    let pairs = from.link(hop.link).on.iter().map(|&(own, target)| {
        format!("{}.{} = {}.{}", to.name, to.field(target).name, from.name, from.field(own).name)
    });
    pairs.collect::<Vec<_>>().join(" and ")
}
