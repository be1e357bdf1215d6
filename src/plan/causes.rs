//! Causes in words: for people (`segc plan`, the manifest), and for the hash of a plan.

use super::build::Request;
use super::model::CauseText;
use crate::analyze::{Cause, CauseKind, Stamp, stamp};
use crate::catalog::{Catalog, Entity};
use crate::check::hir::{Hir, Hop};
use crate::check::print;

/// Each cause in words, in the order in which they were found, each once.
pub(super) fn told(request: &Request<'_>, causes: &[Cause]) -> Vec<CauseText> {
    let mut told: Vec<CauseText> = Vec::new();
    for cause in causes {
        let text = text(request.hir, cause);
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

/// A cause as text that changes whenever it, or what is declared of its rows, does.
pub(super) fn stable(hir: &Hir, cause: &Cause) -> String {
    let CauseText { kind, rows, by, back } = text(hir, cause);
    format!("{kind} {rows} {by} {}", back.join(" "))
}

fn text(hir: &Hir, cause: &Cause) -> CauseText {
    let catalog = &hir.catalog;
    let entity = catalog.entity(cause.entity);
    let (kind, by) = match &cause.kind {
        CauseKind::Arrival => ("arrival", arrival(entity)),
        CauseKind::Passed { value, instant, .. } => {
            ("edge", format!("{} passed by {}", print::value(hir, value), print::value(hir, instant)))
        }
        CauseKind::Flipped { cond, .. } => ("clock", print::cond(hir, cond)),
        CauseKind::Members(segment) => {
            ("members", format!("who entered or left {}", hir.segment(*segment).name))
        }
        CauseKind::Gone => ("gone", "members whose row is gone".to_owned()),
    };
    let back = cause.place.iter().rev().map(|hop| led_back(catalog, hop)).collect();
    CauseText { kind: kind.to_owned(), rows: entity.name.clone(), by, back }
}

fn arrival(entity: &Entity) -> String {
    let Ok(Some(Stamp { fields, horizon, .. })) = stamp(entity) else { return "any change".to_owned() };
    let names: Vec<&str> = fields.iter().map(|&field| entity.field(field).name.as_str()).collect();
    let spans = horizon.iter().map(|(count, unit)| {
        let plural = if *count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural}")
    });
    let spans: Vec<String> = spans.collect();
    format!("{} since the last run, less {}", names.join(" or "), spans.join(" and "))
}

/// `order.customer_id = customer.customer_id`
fn led_back(catalog: &Catalog, hop: &Hop) -> String {
    let (from, to) = (catalog.entity(hop.from), catalog.entity(hop.to));
    let pairs = from.link(hop.link).on.iter().map(|(own, target)| {
        let (own, target) = (&from.field(*own).name, &to.field(*target).name);
        format!("{}.{target} = {}.{own}", to.name, from.name)
    });
    pairs.collect::<Vec<_>>().join(" and ")
}
