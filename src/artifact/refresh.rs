//! How a segment is refreshed, as shown in the manifest and by `segc plan --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::{ManifestPosition, position};
use crate::check::words;
use crate::diagnostic::Sources;
use crate::plan::{Refresh, SegmentPlan, TriggerText, What, Why};

/// How a segment is refreshed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestRefresh {
    /// The strategy.
    pub strategy: RefreshStrategy,
    /// Why no cheaper strategy is possible.
    pub why: Option<String>,
    /// What would allow a cheaper strategy.
    pub remedy: Option<String>,
    /// Why members may leave; null if they never do, or if nothing is stored.
    pub leaves: Option<ManifestWhy>,
    /// What prevents the evaluation of affected keys alone. If every obstacle has a remedy, all
    /// remedies together allow it.
    pub obstacles: Vec<ManifestWhy>,
    /// What makes a key affected, if only affected keys are evaluated.
    pub triggers: Vec<ManifestTrigger>,
    /// How often every entity is evaluated regardless.
    pub rebuild_every: Vec<ManifestEvery>,
    /// Whether a refresh stops if it can't build on the last run; otherwise it evaluates every
    /// entity.
    pub refuses: bool,
}

/// The strategy of a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshStrategy {
    /// Members never leave: inserts new members.
    InsertOnly,
    /// Evaluates affected keys, inserts new members and deletes those who left.
    InsertDelete,
    /// Evaluates every entity and applies the difference.
    Rebuild,
    /// Nothing is stored that could become outdated.
    None,
}

/// Why something isn't possible.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestWhy {
    /// The reason, in words that a user can act on.
    pub reason: String,
    /// The declaration that would remove the reason, if there is one.
    pub remedy: Option<String>,
    /// The entity of the catalog, or the part of a segment, that it is about.
    pub source: Option<ManifestPosition>,
}

/// Rows that make keys affected.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestTrigger {
    /// The kind of change.
    pub kind: TriggerKind,
    /// The entity of the rows.
    pub entity: String,
    /// The name of the events, if only these count.
    pub event: Option<String>,
    /// The fields that show that rows arrived or changed, or the time that is passed.
    pub fields: Vec<String>,
    /// The instant that passes (`30 days ago`), the condition that changes, or the segment whose
    /// members change.
    pub by: Option<String>,
    /// The window or condition that causes it, as written.
    pub written: Option<String>,
    /// How late rows may arrive.
    pub lateness: Option<String>,
    /// How long rows may take to become visible.
    pub settle: Option<String>,
    /// The links that lead back to the segment's entity, starting with the rows' own.
    pub back: Vec<ManifestBack>,
    /// The place of the window or condition.
    pub source: Option<ManifestPosition>,
}

/// The kinds of changes that make a key affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    /// Rows that arrived or changed since the last run.
    Arrival,
    /// Rows whose time an instant has passed since the last run.
    Edge,
    /// Rows for which a condition that reads the clock has changed.
    Clock,
    /// Keys that entered or left a segment.
    Members,
    /// Members whose row was deleted.
    DeletedRow,
}

/// A link that leads back to the segment's entity.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestBack {
    /// The entity that it leads to.
    pub to: String,
    /// The pairs of equal fields: that of the rows, and that of the entity.
    pub on: Vec<(String, String)>,
}

/// An entity that requires regular full evaluations.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestEvery {
    /// The entity's name.
    pub entity: String,
    /// The interval, such as `7 days`.
    pub every: String,
}

/// The log of a segment's entering and leaving members.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestLog {
    /// The name parts of the log's table.
    pub table: Vec<String>,
    /// Whether it is kept forever; otherwise until every reader has read it.
    pub for_good: bool,
    /// The segments that read the log.
    pub readers: Vec<String>,
}

/// The tables in addition to a segment's own, by the parts of their names.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestState {
    /// The last run of each segment.
    pub runs: Vec<String>,
    /// The last run of other segments that it has read from their logs.
    pub inputs: Vec<String>,
    /// The number of members of each segment.
    pub counts: Vec<String>,
    /// Entering and leaving members, if a log is kept.
    pub log: Option<Vec<String>>,
    /// The ranking candidates, if the segment has a `keep`.
    pub ranking_candidates: Option<Vec<String>>,
    /// Ended memberships, if they are kept.
    pub history: Option<Vec<String>>,
}

impl ManifestRefresh {
    /// How a segment of a plan is refreshed; its places are in `sources`.
    #[must_use]
    pub fn of(plan: &SegmentPlan, sources: &Sources) -> Self {
        let stored = plan.materialize.is_table();
        let (strategy, why, remedy) = match &plan.refresh.strategy {
            _ if !stored => (RefreshStrategy::None, None, None),
            Refresh::InsertOnly => (RefreshStrategy::InsertOnly, None, None),
            Refresh::InsertDelete => (RefreshStrategy::InsertDelete, None, None),
            Refresh::Rebuild { reason, remedy } => {
                (RefreshStrategy::Rebuild, Some(reason.clone()), remedy.clone())
            }
        };
        let triggers = plan.refresh.by_keys.iter().flat_map(|by_keys| &by_keys.triggers);
        let every = plan.refresh.rebuild_every.iter().map(|(entity, (count, unit))| ManifestEvery {
            entity: entity.clone(),
            every: words::duration(*count, *unit),
        });
        let builds_on_last = matches!(strategy, RefreshStrategy::InsertOnly | RefreshStrategy::InsertDelete);
        Self {
            strategy,
            why,
            remedy,
            leaves: plan.refresh.leaves.as_ref().filter(|_| stored).map(|why| told(why, sources)),
            obstacles: plan.refresh.obstacles.iter().map(|why| told(why, sources)).collect(),
            triggers: triggers.map(|trigger| self::trigger(trigger, sources)).collect(),
            rebuild_every: every.filter(|_| builds_on_last).collect(),
            refuses: plan.refresh.refusal.is_some(),
        }
    }
}

fn told(why: &Why, sources: &Sources) -> ManifestWhy {
    let Why { reason, remedy, place } = why;
    let source = place.and_then(|span| position(span, sources));
    ManifestWhy { reason: reason.clone(), remedy: remedy.clone(), source }
}

fn trigger(trigger: &TriggerText, sources: &Sources) -> ManifestTrigger {
    let mut made = ManifestTrigger {
        kind: TriggerKind::DeletedRow,
        entity: trigger.entity.clone(),
        event: trigger.event.clone(),
        fields: Vec::new(),
        by: None,
        written: None,
        lateness: None,
        settle: None,
        back: trigger
            .back
            .iter()
            .map(|back| ManifestBack { to: back.to.clone(), on: back.on.clone() })
            .collect(),
        source: trigger.place.and_then(|span| position(span, sources)),
    };
    match &trigger.what {
        What::Arrival { fields, late, settle } => {
            made.kind = TriggerKind::Arrival;
            made.fields.clone_from(fields);
            made.lateness = late.map(|(count, unit)| words::duration(count, unit));
            made.settle = settle.map(|(count, unit)| words::duration(count, unit));
        }
        What::Edge { time, instant, written } => {
            made.kind = TriggerKind::Edge;
            made.fields = vec![time.clone()];
            made.by = Some(instant.clone());
            made.written.clone_from(written);
        }
        What::Clock { cond } => {
            made.kind = TriggerKind::Clock;
            made.by = Some(cond.clone());
            made.written = Some(cond.clone());
        }
        What::Members { segment } => {
            made.kind = TriggerKind::Members;
            made.by = Some(segment.clone());
        }
        What::Gone => {}
    }
    made
}

impl ManifestLog {
    /// The log of a segment, if one is kept.
    #[must_use]
    pub fn of(plan: &SegmentPlan) -> Option<Self> {
        let log = plan.kept.log.as_ref()?;
        let readers = log.readers.iter().map(|(name, _)| name.clone()).collect();
        Some(Self { table: plan.kept.tables.log.clone(), for_good: log.for_good, readers })
    }
}

impl ManifestState {
    /// The tables in addition to a segment's own; `None` if it isn't a table.
    #[must_use]
    pub fn of(plan: &SegmentPlan) -> Option<Self> {
        let state = &plan.kept.tables;
        plan.materialize.is_table().then(|| Self {
            runs: state.runs.clone(),
            inputs: state.inputs.clone(),
            counts: state.counts.clone(),
            log: plan.kept.log.as_ref().map(|_| state.log.clone()),
            ranking_candidates: plan.kept.ranked.as_ref().map(|_| state.ranking_candidates.clone()),
            history: plan.kept.history.clone(),
        })
    }
}
