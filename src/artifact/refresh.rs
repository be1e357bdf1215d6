//! How a segment is refreshed, as shown in the manifest and by `segc plan --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::{ManifestPosition, position};
use crate::check::words;
use crate::diagnostic::Sources;
use crate::plan::{Refresh, SegmentPlan, TriggerText, What, Why};

/// How a refresh works.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestRefresh {
    /// What is done.
    pub strategy: RefreshStrategy,
    /// Why nothing cheaper is done.
    pub why: Option<String>,
    /// What would allow something cheaper.
    pub remedy: Option<String>,
    /// Why members may leave; null if nobody ever does, or if nothing is stored.
    pub leaves: Option<ManifestWhy>,
    /// The obstacles to evaluating only the keys that may be affected. Where each has
    /// a remedy, all of them together turn it into that.
    pub obstacles: Vec<ManifestWhy>,
    /// What makes a key affected, where only affected keys are evaluated.
    pub triggers: Vec<ManifestTrigger>,
    /// How often everyone is evaluated all the same.
    pub rebuild_every: Vec<ManifestEvery>,
    /// Whether a refresh stops that can't build on the last run; otherwise it evaluates everyone.
    pub refuses: bool,
}

/// What a refresh does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshStrategy {
    /// Nobody can leave: newcomers are inserted.
    InsertOnly,
    /// Affected keys are evaluated again; new members are inserted, leaving members deleted.
    InsertDelete,
    /// Evaluated again in full; the difference is applied.
    Rebuild,
    /// Nothing is stored that could grow old.
    None,
}

/// Why something isn't done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestWhy {
    /// In words that a user can act on.
    pub reason: String,
    /// The declaration that would lift it, if one would.
    pub remedy: Option<String>,
    /// What it is about: an entity of the catalog, or a part of a segment.
    pub source: Option<ManifestPosition>,
}

/// Rows that make keys affected.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestTrigger {
    /// Which rows.
    pub kind: TriggerKind,
    /// Their entity.
    pub entity: String,
    /// Only events of this name.
    pub event: Option<String>,
    /// What tells: the fields by which rows arrive or change, or the time that is passed.
    pub fields: Vec<String>,
    /// The instant that passes (`30 days ago`), the condition that changes, or the segment that is
    /// entered and left.
    pub by: Option<String>,
    /// The window or condition that it follows from, as it was written.
    pub written: Option<String>,
    /// How late rows may come.
    pub lateness: Option<String>,
    /// How long rows may take to become visible.
    pub settle: Option<String>,
    /// The links that lead back to the segment's entity, the rows' own first.
    pub back: Vec<ManifestBack>,
    /// Where it was written.
    pub source: Option<ManifestPosition>,
}

/// Which rows make a key affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    /// Those that arrived or changed since the last run.
    Arrival,
    /// Those with a time that an instant has passed since the last run.
    Edge,
    /// Those for which a condition that reads the clock isn't what it was.
    Clock,
    /// Those that entered or left a segment.
    Members,
    /// Members whose row is gone.
    DeletedRow,
}

/// A link that leads back.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestBack {
    /// The entity that it leads to.
    pub to: String,
    /// Pairs of fields that are equal: that of the rows, and that of the entity.
    pub on: Vec<(String, String)>,
}

/// An entity whose segments are evaluated in full every so often.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestEvery {
    /// The entity.
    pub entity: String,
    /// How often: `7 days`.
    pub every: String,
}

/// The log of a segment's members.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestLog {
    /// The name parts of its table.
    pub table: Vec<String>,
    /// Whether it is kept for good; otherwise until every reader has read it.
    pub for_good: bool,
    /// The segments that read it.
    pub readers: Vec<String>,
}

/// The tables beside a segment's own, by the parts of their names.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManifestState {
    /// The runs.
    pub runs: Vec<String>,
    /// Up to which run of other segments' logs it has read.
    pub inputs: Vec<String>,
    /// How many members each segment has.
    pub counts: Vec<String>,
    /// Entries and exits, if a log is kept.
    pub log: Option<Vec<String>>,
    /// The ranking candidates, if the segment has a `keep`.
    pub ranking_candidates: Option<Vec<String>>,
    /// Ended memberships, where they are kept.
    pub history: Option<Vec<String>>,
}

impl ManifestRefresh {
    /// How a segment is refreshed.
    #[must_use]
    pub fn of(plan: &SegmentPlan, sources: &Sources) -> Self {
        let stored = plan.materialize.is_table();
        let (strategy, why, remedy) = match &plan.refresh {
            _ if !stored => (RefreshStrategy::None, None, None),
            Refresh::InsertOnly => (RefreshStrategy::InsertOnly, None, None),
            Refresh::InsertDelete => (RefreshStrategy::InsertDelete, None, None),
            Refresh::Rebuild { reason, remedy } => {
                (RefreshStrategy::Rebuild, Some(reason.clone()), remedy.clone())
            }
        };
        let triggers = plan.by_keys.iter().flat_map(|by_keys| &by_keys.triggers);
        let every = plan.rebuild_every.iter().map(|(entity, (count, unit))| ManifestEvery {
            entity: entity.clone(),
            every: words::duration(*count, *unit),
        });
        let builds_on_last = matches!(strategy, RefreshStrategy::InsertOnly | RefreshStrategy::InsertDelete);
        Self {
            strategy,
            why,
            remedy,
            leaves: plan.leaves.as_ref().filter(|_| stored).map(|why| told(why, sources)),
            obstacles: plan.obstacles.iter().map(|why| told(why, sources)).collect(),
            triggers: triggers.map(|trigger| self::trigger(trigger, sources)).collect(),
            rebuild_every: every.filter(|_| builds_on_last).collect(),
            refuses: plan.refusal.is_some(),
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
    /// The log that is kept of a segment, if one is.
    #[must_use]
    pub fn of(plan: &SegmentPlan) -> Option<Self> {
        let log = plan.log.as_ref()?;
        let readers = log.readers.iter().map(|(name, _)| name.clone()).collect();
        Some(Self { table: plan.state.log.clone(), for_good: log.for_good, readers })
    }
}

impl ManifestState {
    /// The tables beside a segment's own; none if it is no table.
    #[must_use]
    pub fn of(plan: &SegmentPlan) -> Option<Self> {
        let state = &plan.state;
        plan.materialize.is_table().then(|| Self {
            runs: state.runs.clone(),
            inputs: state.inputs.clone(),
            counts: state.counts.clone(),
            log: plan.log.as_ref().map(|_| state.log.clone()),
            ranking_candidates: plan.ranked.as_ref().map(|_| state.ranking_candidates.clone()),
            history: plan.history.clone(),
        })
    }
}
