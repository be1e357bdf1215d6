//! The records of an earlier run, and the segments that need not be built again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::problems::{BackInTime, NoBaseRun};
use super::{Ran, SegmentRan, Status, one};
use crate::api::problems::NothingToResume;
use crate::api::scripts::{count_sql, plain_sql};
use crate::api::targets::Target;
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine};
use crate::plan::rel::{Column, Relation, Scalar, Select, TableRef};
use crate::plan::{Plan, Refresh, SegmentPlan};

/// The last run of a segment.
pub(super) struct Recorded {
    pub(super) segment: String,
    pub(super) as_of: Timestamp,
    fingerprint: String,
    refresh_hash: String,
    members: Option<i128>,
    pub(super) rebuilt_at: Option<Timestamp>,
}

impl Recorded {
    /// A run at an instant on which a refresh of this plan may build.
    pub(super) fn standing(segment: &SegmentPlan, as_of: Timestamp) -> Self {
        Self {
            segment: segment.name.clone(),
            as_of,
            fingerprint: segment.fingerprint.clone(),
            refresh_hash: segment.refresh.hash.clone(),
            members: None,
            rebuilt_at: Some(as_of),
        }
    }

    /// Whether a refresh of this plan may build on it.
    pub(super) fn is_of(&self, segment: &SegmentPlan) -> bool {
        self.fingerprint == segment.fingerprint && self.refresh_hash == segment.refresh.hash
    }
}

/// The last runs of a plan's segments, or why there are none.
pub(super) fn recorded(
    target: &Target,
    plan: &Plan,
    engine: &mut dyn Engine,
) -> Result<Vec<Recorded>, String> {
    let columns = ["segment", "as_of", "fingerprint", "refresh_hash", "members", "rebuilt_at"]
        .map(|name| Column { value: Scalar::Column("r".to_owned(), name.to_owned()), name: None });
    let runs: BTreeSet<&Vec<String>> = tables(plan).map(|segment| &segment.kept.tables.runs).collect();
    let (mut found, mut failed) = (Vec::new(), None);
    for table in runs {
        let from = Some(TableRef { relation: Relation::Table(table.clone()), alias: "r".to_owned() });
        let select = Select { columns: columns.to_vec(), from, ..Select::default() };
        let sql = plain_sql(target, select).map_err(|_| format!("`{}` can't be asked", table.join(".")))?;
        // Where each segment has a table of its own, a new segment has none yet.
        match engine.query(&sql) {
            Ok(answer) => found.extend(answer.rows.into_iter().filter_map(read)),
            Err(error) => failed = failed.or(Some(error.to_string())),
        }
    }
    match failed {
        Some(reason) if found.is_empty() => Err(reason),
        _ => Ok(found),
    }
}

/// Reads the record of a completed run.
fn read(row: Vec<Cell>) -> Option<Recorded> {
    let Ok(
        [
            Cell::Text(segment),
            Cell::Timestamp(as_of),
            Cell::Text(fingerprint),
            Cell::Text(refresh_hash),
            members,
            rebuilt_at,
        ],
    ) = <[Cell; 6]>::try_from(row)
    else {
        return None;
    };
    let members = if let Cell::Int(members) = members { Some(members) } else { None };
    let rebuilt_at = if let Cell::Timestamp(at) = rebuilt_at { Some(at) } else { None };
    Some(Recorded { segment, as_of, fingerprint, refresh_hash, members, rebuilt_at })
}

/// The segments that have no table or view yet, where one transaction creates tables and fills them. None
/// of them if the engine can't tell.
pub(super) fn without_tables(plan: &Plan, engine: &mut dyn Engine) -> BTreeSet<SegmentId> {
    let Ok(known) = engine.tables() else { return BTreeSet::new() };
    let rules = plan.rules;
    // Names are compared by their last parts: a table elsewhere only costs time.
    let known: BTreeSet<String> =
        known.iter().filter_map(|table| table.last()).map(|name| name.to_lowercase()).collect();
    let is_new = |segment: &&SegmentPlan| {
        segment.table.last().is_some_and(|name| !known.contains(&name.to_lowercase()))
    };
    // Without any table there is nothing to read: an engine that says so can't tell.
    let fills = !known.is_empty() && rules.transactions && rules.shares_state;
    tables(plan).filter(|_| fills).filter(is_new).map(|segment| segment.id).collect()
}

/// The latest as_of of a plan's tables.
pub(super) fn newest(
    plan: &Plan,
    recorded: &Result<Vec<Recorded>, String>,
) -> Result<Timestamp, Diagnostics> {
    let nothing = |reason: String| one(NothingToResume { span: None, reason });
    let recorded = recorded.as_ref().map_err(|reason| nothing(reason.clone()))?;
    let names = names(plan);
    let of_plan = |one: &&Recorded| names.contains(one.segment.as_str());
    let newest = recorded.iter().filter(of_plan).map(|one| one.as_of).max();
    newest.ok_or_else(|| nothing("none of these segments has a recorded run".to_owned()))
}

/// The problem that tables are at a later as_of than a run's.
pub(super) fn later(plan: &Plan, recorded: &[Recorded], as_of: Timestamp) -> Option<BackInTime> {
    let names = names(plan);
    let of_plan = |one: &&Recorded| names.contains(one.segment.as_str());
    let later = recorded.iter().filter(of_plan).filter(|one| one.as_of > as_of);
    let segments: Vec<String> = later.clone().map(|one| one.segment.clone()).collect();
    let newest = later.map(|one| one.as_of).max()?;
    Some(BackInTime { span: None, as_of, newest, segments })
}

/// The segments that a refresh built without a base run, by the reason.
pub(super) fn without_base_run(plan: &Plan, recorded: &[Recorded], ran: &Ran) -> Vec<NoBaseRun> {
    let is_built = |one: &&SegmentRan| matches!(one.status, Status::Built(_));
    let built: BTreeSet<&str> =
        ran.segments.iter().filter(is_built).map(|one| one.segment.as_str()).collect();
    let runs: BTreeMap<&str, &Recorded> = recorded.iter().map(|run| (run.segment.as_str(), run)).collect();
    let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for segment in tables(plan) {
        let by_keys = matches!(segment.refresh.strategy, Refresh::InsertOnly | Refresh::InsertDelete);
        if !by_keys || !built.contains(segment.name.as_str()) {
            continue;
        }
        let run = runs.get(segment.name.as_str()).copied();
        let Some(reason) = not_a_base(segment, run) else { continue };
        found.entry(reason).or_default().push(segment.name.clone());
    }
    found.into_iter().map(|(reason, segments)| NoBaseRun { span: None, reason, segments }).collect()
}

/// Why the record of a segment's last run is no base for a refresh; `None` if it is one.
fn not_a_base(segment: &SegmentPlan, run: Option<&Recorded>) -> Option<&'static str> {
    match run {
        None => Some("no run is recorded"),
        Some(run) if run.fingerprint != segment.fingerprint => Some("the last run used another definition"),
        Some(run) if run.refresh_hash != segment.refresh.hash => {
            Some("the last run used another way to refresh")
        }
        Some(_) => None,
    }
}

/// Why a refresh has evaluated everyone.
pub(super) fn why_everyone(segment: &SegmentPlan, recorded: &[Recorded]) -> String {
    if segment.refresh.by_keys.is_none() {
        let reasons = segment.refresh.obstacles.first().map(|why| why.reason.clone());
        return reasons.unwrap_or_else(|| "it is always rebuilt".to_owned());
    }
    let run = recorded.iter().find(|run| run.segment == segment.name);
    let due = segment.refresh.rebuild_every.first();
    match (not_a_base(segment, run), due) {
        (Some(reason), _) => reason.to_owned(),
        (None, Some((entity, _))) => {
            format!("its table has changed since the last run, or `rebuild_every` of `{entity}` is due")
        }
        (None, None) => {
            "its table has changed since the last run, which may be later than this one".to_owned()
        }
    }
}

/// The tables that are at the plan's as_of, were built from the current definitions, and have as
/// many members as were recorded. Otherwise, something else has written to them since, or dropped
/// them.
pub(super) fn standing(
    target: &Target,
    plan: &Plan,
    recorded: &[Recorded],
    engine: &mut dyn Engine,
) -> BTreeSet<String> {
    let stands =
        |one: &&&Recorded, segment: &SegmentPlan| one.is_of(segment) && Some(one.as_of) == plan.as_of;
    let mut runs: BTreeMap<&str, Vec<&Recorded>> = BTreeMap::new();
    for run in recorded {
        runs.entry(&run.segment).or_default().push(run);
    }
    let mut standing = BTreeSet::new();
    for segment in tables(plan) {
        let mut own = runs.get(segment.name.as_str()).into_iter().flatten();
        let Some(run) = own.find(|one| stands(one, segment)) else { continue };
        let counted = count_sql(target, &segment.table).ok().and_then(|sql| engine.query(&sql).ok());
        let counted = counted.and_then(|table| table.rows.into_iter().flatten().next());
        if let (Some(Cell::Int(counted)), Some(members)) = (counted, run.members)
            && counted == members
        {
            standing.insert(segment.name.clone());
        }
    }
    standing
}

fn names(plan: &Plan) -> BTreeSet<&str> {
    tables(plan).map(|segment| segment.name.as_str()).collect()
}

fn tables(plan: &Plan) -> impl Iterator<Item = &SegmentPlan> {
    plan.segments.iter().filter(|segment| segment.materialize.is_table())
}
