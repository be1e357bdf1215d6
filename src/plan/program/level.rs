//! The steps of segments of one level that are evaluated together: entity by entity, they share the
//! affected keys, the checks and the table of changes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Mode;
use super::apply::Apply;
use super::base::record;
use super::build::Builder;
use super::difference::{Leaving, difference};
use super::keys::Keys;
use super::step::{Action, Phase};
use crate::plan::assertion::Assertion;
use crate::plan::delta::Deltas;
use crate::plan::lookups::Lookup;
use crate::plan::model::{ByKeys, Plan, SegmentPlan};
use crate::plan::rel::{Cte, Query};

/// The search for the affected keys of segments.
#[derive(Debug, Clone)]
pub struct Affected<'a> {
    /// The scratch table that holds them.
    pub table: &'a [String],
    /// The key columns of the segments' entity.
    pub keys: Vec<&'a str>,
    /// The affected keys, each once.
    pub query: Query,
    /// The tables in which the search looks rows up.
    pub lookups: Vec<Lookup>,
    /// All keys of the entity.
    pub everyone: &'a Query,
}

/// The search for the affected keys of segments of one entity; `None` without a segment.
pub(super) fn affected<'a>(
    plan: &'a Plan,
    segments: &[(&'a SegmentPlan, &'a ByKeys)],
) -> Option<Affected<'a>> {
    let &(segment, by_keys) = segments.first()?;
    let mut deltas = Deltas::default();
    let mut sources: Vec<Cte> = Vec::new();
    let mut lookups: BTreeSet<&Lookup> = BTreeSet::new();
    for (_, by_keys) in segments {
        by_keys.deltas.iter().for_each(|delta| deltas.add(delta));
        for source in &by_keys.sources {
            if !sources.iter().any(|known| known.name == source.name) {
                sources.push(source.clone());
            }
        }
        lookups.extend(&by_keys.search_lookups);
    }
    let keys: Vec<&str> = segment.keys.iter().map(|key| key.name.as_str()).collect();
    let names: Vec<String> = Keys::of(segment).names().collect();
    Some(Affected {
        table: &segment.kept.tables.affected,
        keys,
        query: deltas.search(sources, &names, &plan.source_tables, plan.rules.joins_ranges),
        lookups: lookups.into_iter().cloned().collect(),
        everyone: &by_keys.everyone,
    })
}

impl<'a> Builder<'a, '_> {
    /// The steps of a level's segments, those that are evaluated together first.
    pub(super) fn level(&mut self, segments: &[&'a SegmentPlan]) {
        let mut entities: BTreeMap<&str, Vec<&'a SegmentPlan>> = BTreeMap::new();
        for &segment in segments.iter().filter(|segment| segment.alone.is_none()) {
            entities.entry(&segment.entity).or_default().push(segment);
        }
        if self.mode == Mode::First {
            return entities.values().for_each(|together| self.fill(together));
        }
        let mut known = BTreeSet::new();
        for together in entities.values() {
            self.evaluate_affected(together, &mut known);
        }
        for together in entities.values() {
            self.evaluate_all(together, &mut known);
        }
        for together in entities.values() {
            self.apply(together);
        }
        for &segment in segments.iter().filter(|segment| segment.alone.is_some()) {
            self.alone(segment);
        }
    }

    /// Evaluates the affected keys for the segments that are refreshed by keys.
    fn evaluate_affected(&mut self, together: &[&'a SegmentPlan], known: &mut BTreeSet<&'a [String]>) {
        let by_keys = |&segment: &&'a SegmentPlan| Some((segment, self.by_keys(segment)?));
        let mut keyed: Vec<(&'a SegmentPlan, &'a ByKeys)> = together.iter().filter_map(by_keys).collect();
        let Some(&(first, _)) = keyed.first() else { return };
        let owner = if keyed.len() == 1 { Some(first) } else { None };
        if let Some(affected) = affected(self.plan, &keyed) {
            self.add(owner, Phase::Affected, Action::FindAffected(Box::new(affected)));
        }
        let checks = keyed
            .iter()
            .flat_map(|&(segment, by_keys)| by_keys.checks.iter().map(move |check| (segment, check)));
        self.assert_once(checks.collect());
        // Those that look up the same tables follow one another: these are prepared for once.
        keyed.sort_by(|(_, one), (_, other)| one.lookups.cmp(&other.lookups));
        let mut prepared: Option<&[Lookup]> = None;
        let copied = self.copy_rows(&keyed);
        for ((segment, by_keys), query) in keyed.into_iter().zip(copied.queries) {
            if prepared != Some(&by_keys.lookups) {
                self.add(owner, Phase::Affected, Action::PrepareLookups(segment, by_keys));
                prepared = Some(&by_keys.lookups);
            }
            self.find_changes(segment, query, known);
        }
        for table in copied.tables {
            self.add(None, Phase::Copy, Action::Drop(Cow::Owned(table)));
        }
    }

    /// Evaluates everyone for the others.
    fn evaluate_all(&mut self, together: &[&'a SegmentPlan], known: &mut BTreeSet<&'a [String]>) {
        let others: Vec<&'a SegmentPlan> =
            together.iter().copied().filter(|&segment| self.by_keys(segment).is_none()).collect();
        if others.is_empty() {
            return;
        }
        self.add(None, Phase::Affected, Action::EvaluateAll);
        for segment in others {
            self.find_changes(segment, segment.evaluation.query.clone(), known);
        }
    }

    /// Adds a segment's changes to those of its entity.
    fn find_changes(&mut self, segment: &'a SegmentPlan, matches: Query, known: &mut BTreeSet<&'a [String]>) {
        let leaving = Leaving::of(segment, self.by_keys(segment).is_some());
        let query = difference(segment, matches, leaving);
        let changes: &'a [String] = &segment.kept.tables.changes;
        let action = if known.insert(changes) {
            Action::Scratch(changes, Cow::Owned(query))
        } else {
            let columns = query.select.columns.iter().filter_map(super::difference::name);
            Action::Insert(changes, columns.collect(), query)
        };
        self.add(Some(segment), Phase::Write, action);
    }

    /// Writes the changes of segments of one entity, and records their runs.
    fn apply(&mut self, together: &[&'a SegmentPlan]) {
        let Some(&first) = together.first() else { return };
        let rules = self.plan.rules;
        let owner = if together.len() == 1 { Some(first) } else { None };
        let changes: &'a [String] = &first.kept.tables.changes;
        if together.len() > 1 {
            self.add(None, Phase::Affected, Action::IndexChanges(changes));
        }
        for &segment in together {
            let apply = Apply { segment, atomic: rules.transactions };
            let steps: Vec<Action<'a>> = apply.steps().into_iter().chain(apply.read_inputs()).collect();
            steps.into_iter().for_each(|action| self.add(Some(segment), Phase::Apply, action));
            if !rules.shares_state {
                self.record(owner, vec![segment], changes);
            }
            let prune: Vec<Action<'a>> = apply.prune().filter(|_| !rules.transactions).collect();
            prune.into_iter().for_each(|action| self.add(Some(segment), Phase::Finish, action));
        }
        if rules.shares_state {
            self.record(owner, together.to_vec(), changes);
        }
        if together.iter().any(|&segment| self.by_keys(segment).is_some()) {
            self.add(owner, Phase::Finish, Action::Drop(Cow::Borrowed(&first.kept.tables.affected)));
        }
        self.add(owner, Phase::Finish, Action::Drop(Cow::Borrowed(changes)));
    }

    fn record(&mut self, owner: Option<&'a SegmentPlan>, segments: Vec<&'a SegmentPlan>, changes: &[String]) {
        let query = record(self.plan, &segments, changes, self.mode == Mode::Refresh);
        let owner = owner.or_else(|| segments.first().copied().filter(|_| segments.len() == 1));
        self.add(owner, Phase::Finish, Action::Record(segments.clone(), query));
        if self.counts_at_once() {
            self.add(owner, Phase::Finish, Action::Count(segments));
        }
    }

    /// What must hold of the data: many segments ask for the same, which is asserted once. It belongs
    /// to a segment only if no other asks.
    pub(super) fn assert_once(&mut self, asked: Vec<(&'a SegmentPlan, &'a Assertion)>) {
        let mut alike: BTreeMap<&str, Vec<(&'a Assertion, Option<&'a SegmentPlan>)>> = BTreeMap::new();
        let mut order: Vec<(&'a str, usize)> = Vec::new();
        for (segment, assertion) in asked {
            // Messages tell most of them apart, at less than a comparison of all trees.
            let same = alike.entry(&assertion.message).or_default();
            match same.iter_mut().find(|(known, _)| *known == assertion) {
                Some((_, of)) => *of = None,
                None => {
                    order.push((&assertion.message, same.len()));
                    same.push((assertion, Some(segment)));
                }
            }
        }
        for (message, at) in order {
            if let Some(&(assertion, segment)) = alike.get(message).and_then(|same| same.get(at)) {
                self.add(segment, Phase::Check, Action::Assert(assertion, self.committed));
            }
        }
    }
}
