//! How segments are stored and refreshed on each target.

use std::collections::HashMap;

use super::Request;
use super::facts::SegmentFacts;
use super::html::{self, Html};
use crate::api::Session;
use crate::artifact::{ManifestRefresh, ManifestTrigger, ManifestWhy, RefreshStrategy, TriggerKind};
use crate::check::hir::SegmentId;
use crate::diagnostic::visible;
use crate::plan::SegmentPlan;

/// How a segment is stored and refreshed on a target, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// `incremental`, `table`, `view` or `inline`.
    pub(super) materialize: &'static str,
    /// Its table or view, if it has one.
    pub(super) table: Option<String>,
    /// The strategy, in a word or two.
    pub(super) strategy: &'static str,
    /// What a refresh does, in a sentence.
    pub(super) does: String,
    /// Whether it is rebuilt though the segment is incremental.
    pub(super) is_obstructed: bool,
    /// Why members leave, if they do.
    pub(super) leaves: Option<Reason>,
    /// What keeps it from being refreshed more cheaply.
    pub(super) obstacles: Vec<Reason>,
    /// What makes an entity be evaluated again.
    pub(super) triggers: Vec<Trigger>,
    /// How often everything is evaluated regardless.
    pub(super) every: Vec<String>,
    /// 0 if it depends on no segment, else one more than the highest it depends on.
    pub(super) level: usize,
}

/// A reason, and the declaration that would remove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) text: Html,
    pub(super) remedy: Option<Html>,
}

/// Rows that make an entity be evaluated again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) kind: &'static str,
    pub(super) entity: String,
    pub(super) what: String,
    /// The window or condition that causes it, as written.
    pub(super) written: Option<String>,
}

/// Adds the plans of all targets.
pub(super) fn add_plans(
    request: &Request<'_>,
    places: &HashMap<String, usize>,
    segments: &mut [SegmentFacts],
) {
    let ids: Vec<SegmentId> = segments.iter().filter_map(|one| one.id).collect();
    for target in request.targets {
        // What a target refuses is said where its SQL would be.
        let (plan, _) = request.session.plan(target, &ids, request.options);
        for planned in plan.iter().flat_map(|plan| &plan.segments) {
            if let Some(segment) = places.get(&planned.name).and_then(|&at| segments.get_mut(at)) {
                segment.plans.insert(target.clone(), Planned::of(request.session, planned));
            }
        }
    }
}

impl Planned {
    fn of(session: &Session, plan: &SegmentPlan) -> Self {
        let refresh = ManifestRefresh::of(plan, &session.sources);
        let (strategy, does) = strategy(plan, &refresh);
        let reason = |why: &ManifestWhy| Reason {
            text: html::message(&why.reason),
            remedy: why.remedy.as_deref().map(html::message),
        };
        let table = plan.table.join(".");
        let is_stored = plan.materialize.is_table() || plan.materialize.name() == "view";
        Self {
            materialize: plan.materialize.name(),
            table: Some(visible(&table)).filter(|_| is_stored && !table.is_empty()),
            strategy,
            does,
            is_obstructed: plan.materialize.name() == "incremental"
                && refresh.strategy == RefreshStrategy::Rebuild,
            leaves: refresh.leaves.as_ref().map(reason),
            obstacles: refresh.obstacles.iter().map(reason).collect(),
            triggers: refresh.triggers.iter().map(trigger).collect(),
            every: refresh
                .rebuild_every
                .iter()
                .map(|one| format!("every {}, because of {}", one.every, visible(&one.entity)))
                .collect(),
            level: plan.level,
        }
    }
}

fn strategy(plan: &SegmentPlan, refresh: &ManifestRefresh) -> (&'static str, String) {
    let entity = visible(&plan.entity);
    match refresh.strategy {
        RefreshStrategy::InsertOnly if refresh.triggers.is_empty() => (
            "insert only",
            format!("Members never leave. A refresh evaluates every {entity} and adds those that match."),
        ),
        RefreshStrategy::InsertOnly => (
            "insert only",
            format!(
                "Members never leave. A refresh evaluates each {entity} that may be affected, and adds those that match."
            ),
        ),
        RefreshStrategy::InsertDelete => (
            "insert and delete",
            format!(
                "A refresh evaluates only each {entity} that may be affected, adds new members and removes those who left."
            ),
        ),
        RefreshStrategy::Rebuild => {
            ("rebuild", format!("A refresh evaluates every {entity} and writes the difference."))
        }
        RefreshStrategy::None if plan.materialize.name() == "view" => (
            "evaluated when read",
            "A view is evaluated whenever it is read, and never refreshed.".to_owned(),
        ),
        RefreshStrategy::None => (
            "expanded where used",
            "It is expanded into the segments that refer to it, and stored nowhere.".to_owned(),
        ),
    }
}

fn trigger(it: &ManifestTrigger) -> Trigger {
    let kind = match it.kind {
        TriggerKind::Arrival => "Arrival",
        TriggerKind::Edge => "Window edge",
        TriggerKind::Clock => "Clock",
        TriggerKind::Members => "Members",
        TriggerKind::DeletedRow => "Deleted row",
    };
    let fields = it.fields.join(" or ");
    let mut what = match it.kind {
        TriggerKind::Arrival if fields.is_empty() => "a row arrives or changes".to_owned(),
        TriggerKind::Arrival => format!("a row arrives or changes, as {fields} shows"),
        TriggerKind::Edge => format!("{fields} is passed by {}", it.by.as_deref().unwrap_or("an instant")),
        TriggerKind::Clock => {
            it.by.clone().unwrap_or_else(|| "a condition changes with the clock".to_owned())
        }
        TriggerKind::Members => {
            format!("a member enters or leaves {}", it.by.as_deref().unwrap_or("a segment"))
        }
        TriggerKind::DeletedRow => "the row of a member is deleted".to_owned(),
    };
    if let Some(late) = &it.lateness {
        what.push_str(&format!(", up to {late} late"));
    }
    if let Some(settle) = &it.settle {
        what.push_str(&format!(", visible within {settle}"));
    }
    for back in &it.back {
        let on = back.on.iter().map(
            |(own, other)| {
                if own == other { own.clone() } else { format!("{own} = {other}") }
            },
        );
        what.push_str(&format!(" → {} by {}", back.to, on.collect::<Vec<_>>().join(", ")));
    }
    let entity = match &it.event {
        Some(event) => format!("{} “{event}”", it.entity),
        None => it.entity.clone(),
    };
    Trigger {
        kind,
        entity: visible(&entity),
        what: visible(&what),
        written: it.written.as_deref().map(visible),
    }
}
