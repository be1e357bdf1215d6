//! Triggers in words for people (`segc plan`, the manifest), and as text for the hash of a plan.

use std::collections::BTreeMap;

use super::model::{Back, TriggerText, What};
use super::request::Request;
use crate::analyze::{Stamp, Trigger, TriggerKind, stamp};
use crate::catalog::{Catalog, Changes, Entity};
use crate::check::hir::{Hir, Hop};
use crate::check::{canonical, words};

/// As long as there are no more triggers than this, all are compared.
const FEW: usize = 16;

/// Each trigger in words, in the order in which they were found, each once. That now is an edge of
/// everything goes without saying where a window says it.
pub(super) fn describe(request: &Request<'_>, triggers: &[Trigger]) -> Vec<TriggerText> {
    let mut texts: Vec<TriggerText> = Vec::new();
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for trigger in triggers {
        let text = text(request, trigger);
        // A segment may have thousands.
        let subject = if triggers.len() > FEW { subject(&text) } else { "" };
        let alike = places.entry(subject.to_owned()).or_default();
        let same = |&&at: &&usize| texts.get(at).is_some_and(|known| is_same(known, &text));
        match alike.iter().find(same).and_then(|&at| texts.get_mut(at)) {
            Some(known) if is_plain(known) => *known = text,
            Some(_) => {}
            None => {
                alike.push(texts.len());
                texts.push(text);
            }
        }
    }
    texts
}

/// In what most triggers differ.
fn subject(trigger: &TriggerText) -> &str {
    match &trigger.what {
        What::Edge { instant, .. } => instant,
        What::Clock { cond } => cond,
        What::Members { segment } => segment,
        What::Arrival { .. } | What::Gone => &trigger.entity,
    }
}

/// Whether two triggers are about the same rows, leaving aside what was written.
fn is_same(one: &TriggerText, other: &TriggerText) -> bool {
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

fn is_plain(trigger: &TriggerText) -> bool {
    matches!(trigger.what, What::Edge { written: None, .. })
}

fn text(request: &Request<'_>, trigger: &Trigger) -> TriggerText {
    let (hir, sources) = (request.hir, request.sources);
    let catalog = &hir.catalog;
    let entity = catalog.entity(trigger.entity);
    let what = match &trigger.kind {
        TriggerKind::Arrival => arrival(entity),
        TriggerKind::WindowEdge { value, instant, .. } => What::Edge {
            time: words::value(hir, sources, value),
            instant: words::instant(sources, instant),
            written: trigger.written.map(|span| words::bare(sources, span)),
        },
        TriggerKind::ClockPredicate { cond, .. } => What::Clock { cond: words::cond(hir, sources, cond) },
        TriggerKind::Members(segment) => What::Members { segment: hir.segment(*segment).name.clone() },
        TriggerKind::DeletedRow => What::Gone,
    };
    let named = trigger.place.last().filter(|_| entity.event_name.is_some_and(|id| entity.is_immutable(id)));
    TriggerText {
        what,
        entity: entity.name.clone(),
        event: named.and_then(|hop| hop.event.clone()),
        back: trigger.place.iter().rev().map(|hop| back(catalog, hop)).collect(),
        place: trigger.written,
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

/// A trigger as text that changes whenever it, or what is declared of its rows, does; and not when
/// only the writing of it changes.
pub(super) fn canonical(hir: &Hir, trigger: &Trigger) -> String {
    let catalog = &hir.catalog;
    let entity = catalog.entity(trigger.entity);
    let (kind, by) = match &trigger.kind {
        TriggerKind::Arrival => ("arrival", stamped(entity)),
        TriggerKind::WindowEdge { value, instant, .. } => {
            ("edge", format!("{} passed by {}", canonical::value(hir, value), canonical::value(hir, instant)))
        }
        TriggerKind::ClockPredicate { cond, .. } => ("clock", canonical::cond(hir, cond)),
        TriggerKind::Members(segment) => {
            ("members", format!("who entered or left {}", hir.segment(*segment).name))
        }
        TriggerKind::DeletedRow => ("gone", "members whose row is gone".to_owned()),
    };
    let back: Vec<String> = trigger.place.iter().rev().map(|hop| led_back(catalog, hop)).collect();
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
