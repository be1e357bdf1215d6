//! How each segment is refreshed: what is proved about it, and the consequences.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::assertion::Assertion;
use super::checks::{Doubles, double_members, unique_checks};
use super::limits::inlines_too_many;
use super::lookups::{lookups, search_lookups};
use super::lower::{self, Context, Lowered, MembersLog, State};
use super::model::{ByKeys, KeyColumn, Ranking, Refresh, RefreshPlan, Why};
use super::rel::{Bounds, Relation, Scalar};
use super::request::Request;
use super::state::{BaseRun, StateTables, read_to};
use crate::analyze::{Obstacle, Trigger, TriggerKind, affected, never_changes, prove_append_only};
use crate::catalog::{EntityId, TableSource};
use crate::check::hir::{Materialize, SegmentId};
use crate::project::OnStaleState;
use crate::types::Unit;

/// What is known of a segment's refresh before anything is lowered.
#[derive(Debug, Clone)]
pub(super) struct Strategy {
    /// What a refresh does.
    pub(super) refresh: Refresh,
    /// Why members may leave; `None` if nobody ever does.
    pub(super) leaves: Option<Why>,
    /// From what the affected keys follow; or why they can't be told.
    pub(super) triggers: Result<Vec<Trigger>, Vec<Obstacle>>,
}

impl Strategy {
    /// The segments whose logs it reads.
    fn logs(&self) -> BTreeSet<SegmentId> {
        let triggers = self.triggers.iter().flatten();
        let logs = triggers.filter_map(|trigger| match trigger.kind {
            TriggerKind::Members(segment) => Some(segment),
            _ => None,
        });
        if self.by_keys() { logs.collect() } else { BTreeSet::new() }
    }

    /// Whether a refresh evaluates the affected keys only.
    pub(super) fn by_keys(&self) -> bool {
        self.triggers.is_ok() && !matches!(self.refresh, Refresh::Rebuild { .. })
    }
}

impl Default for Strategy {
    fn default() -> Self {
        let refresh = Refresh::Rebuild { reason: String::new(), remedy: None };
        Self { refresh, leaves: None, triggers: Err(Vec::new()) }
    }
}

/// The strategies of all segments of a project.
pub(super) fn strategies(request: &Request<'_>) -> BTreeMap<SegmentId, Strategy> {
    let hir = request.hir;
    let stored = hir.iter().map(|(id, _)| id).filter(|&id| request.materialize(id).is_table()).collect();
    let mut append_only: BTreeSet<SegmentId> = BTreeSet::new();
    let mut all: BTreeMap<SegmentId, Strategy> = BTreeMap::new();
    for &id in request.graph.order() {
        if inlines_too_many(request, id) {
            all.insert(id, Strategy::default());
            continue;
        }
        let leaves = prove_append_only(hir, request.graph, id, &append_only).err();
        if leaves.is_none() {
            append_only.insert(id);
        }
        all.insert(id, strategy(request, id, &stored, leaves.map(Why::from)));
    }
    all
}

fn strategy(
    request: &Request<'_>,
    id: SegmentId,
    stored: &BTreeSet<SegmentId>,
    leaves: Option<Why>,
) -> Strategy {
    let find = || affected(request.hir, request.sources, id, stored);
    let triggers = match request.materialize(id) {
        Materialize::Table if request.hir.segment(id).list.is_some() => {
            let place = Some(request.hir.segment(id).name_span);
            let reason = "a static list is compared with its table as a whole".to_owned();
            Err(vec![Obstacle { reason, remedy: None, place }])
        }
        Materialize::Table => {
            let others = if leaves.is_none() { Vec::new() } else { find().err().unwrap_or_default() };
            Err([is_table(request, id)].into_iter().chain(others).collect())
        }
        Materialize::View => Err(vec![Obstacle::new("a view is evaluated whenever it is read")]),
        Materialize::Inline => Err(vec![Obstacle::new("it is expanded into the segments that refer to it")]),
        Materialize::Incremental => find(),
    };
    let refresh = match &triggers {
        _ if leaves.is_none()
            && request.materialize(id) == Materialize::Incremental
            && keeps_values(request, id) =>
        {
            Refresh::InsertOnly
        }
        Ok(_) => Refresh::InsertDelete,
        Err(obstacles) => {
            let first = obstacles.first();
            let reason = first.map_or_else(String::new, |obstacle| obstacle.reason.clone());
            Refresh::Rebuild { reason, remedy: first.and_then(|obstacle| obstacle.remedy.clone()) }
        }
    };
    Strategy { refresh, leaves, triggers }
}

/// Whether no column beside the key ever changes for a member who never leaves.
fn keeps_values(request: &Request<'_>, id: SegmentId) -> bool {
    request.hir.segment(id).columns.iter().all(|column| never_changes(request.hir, &column.value))
}

/// That a segment is stored in the simplest way. Other obstacles are reported, too.
fn is_table(request: &Request<'_>, id: SegmentId) -> Obstacle {
    let segment = request.hir.segment(id);
    let place = segment.properties.materialize.map_or(segment.name_span, |(_, span)| span);
    Obstacle {
        reason: "`materialize: table` is always rebuilt".to_owned(),
        remedy: Some("set `materialize: incremental`".to_owned()),
        place: Some(place),
    }
}

impl From<Obstacle> for Why {
    fn from(Obstacle { reason, remedy, place }: Obstacle) -> Self {
        Self { reason, remedy, place }
    }
}

/// The segments that read each segment's log, by the segment.
pub(super) fn readers(strategies: &BTreeMap<SegmentId, Strategy>) -> BTreeMap<SegmentId, Vec<SegmentId>> {
    let mut readers: BTreeMap<SegmentId, Vec<SegmentId>> = BTreeMap::new();
    for (&reader, strategy) in strategies {
        for log in strategy.logs() {
            readers.entry(log).or_default().push(reader);
        }
    }
    readers
}

/// Everything that a segment's refresh by keys needs, lowered.
pub(super) struct Refreshing<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) id: SegmentId,
    pub(super) tables: &'a StateTables,
    pub(super) table: &'a [String],
    pub(super) strategy: &'a Strategy,
    /// Whether it is evaluated by steps of its own.
    pub(super) alone: bool,
    pub(super) fingerprint: &'a str,
}

/// The columns that are read, by entity.
type Columns = BTreeMap<EntityId, BTreeSet<String>>;

impl Refreshing<'_> {
    /// The refresh. The columns that it reads besides those of the full evaluation are added to `lowered`.
    /// `read_by` is up to which run the readers of the segment's log have read it.
    pub(super) fn plan(
        &self,
        context: &Context<'_>,
        lowered: &mut Lowered,
        expires: bool,
        read_by: Scalar,
    ) -> RefreshPlan {
        let hash = self.refresh_hash();
        let (rebuild_every, refusal) = (self.rebuild_every(lowered), self.refusal(&hash));
        let base = self.base_run(&hash).row(read_by);
        let mut last_run = Vec::new();
        let by_keys = self.by_keys(context, expires).map(|(by_keys, bounds, columns)| {
            last_run.extend(bounds);
            for (entity, columns) in columns {
                lowered.reads.entry(entity).or_default().extend(columns);
            }
            Box::new(by_keys)
        });
        RefreshPlan {
            strategy: self.strategy.refresh.clone(),
            leaves: self.strategy.leaves.clone(),
            by_keys,
            obstacles: self.obstacles(),
            rebuild_every,
            base,
            rebuilt_since: self.rebuilt_since(context, lowered),
            refusal,
            hash,
            last_run,
            inputs: self.inputs().into_iter().map(|(name, tables)| (name, tables.runs)).collect(),
        }
    }

    /// The hash of how it is refreshed: the strategy, what the affected keys follow from and
    /// what is declared of it, and the functions of its SQL (R9).
    fn refresh_hash(&self) -> String {
        let strategy = match self.strategy.refresh {
            Refresh::InsertOnly => "InsertOnly",
            Refresh::InsertDelete => "InsertDelete",
            Refresh::Rebuild { .. } => "Rebuild",
        };
        let mut text = format!("segc 1 {strategy}\n{}\n", self.request.templates);
        for trigger in self.strategy.triggers.iter().flatten() {
            text.push_str(&super::triggers::canonical(self.request.hir, trigger));
            text.push('\n');
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a run must be to be built upon.
    fn base_run<'a>(&'a self, refresh_hash: &'a str) -> BaseRun<'a> {
        BaseRun {
            segment: self.name(),
            tables: self.tables,
            fingerprint: self.fingerprint,
            refresh_hash,
            table: self.table,
            filled: self.ranks().then_some(&self.tables.ranking_candidates[..]).into_iter().collect(),
            inputs: self.inputs(),
        }
    }

    fn name(&self) -> &str {
        &self.request.hir.segment(self.id).name
    }

    /// How often the entities that it reads want everyone evaluated.
    fn rebuild_every(&self, lowered: &Lowered) -> Vec<(String, (i64, Unit))> {
        let entities = lowered.reads.keys().map(|&id| self.request.hir.catalog.entity(id));
        let every = entities.filter_map(|entity| Some((entity.name.clone(), entity.rebuild_every?)));
        every.collect()
    }

    /// Since when everyone must have been evaluated.
    fn rebuilt_since(&self, context: &Context<'_>, lowered: &Lowered) -> Vec<Scalar> {
        let every = self.rebuild_every(lowered).into_iter().map(|(_, every)| every);
        let every: BTreeSet<(i64, Unit)> = every.collect();
        let since = |(count, unit): (i64, Unit)| lower::shifted(context, Scalar::as_of(), -count, unit);
        every.into_iter().map(since).collect()
    }

    /// What stops a refresh that can't build on the last run, where the project wants that. The
    /// first run of an empty table, and one that `rebuild_every` asks for, go on (R10).
    fn refusal(&self, refresh_hash: &str) -> Option<Assertion> {
        let applies = !matches!(self.strategy.refresh, Refresh::Rebuild { .. });
        let refuses = self.request.on_stale_state == OnStaleState::Fail && applies;
        refuses.then(|| self.base_run(refresh_hash).refusal())
    }

    /// The segments whose logs it reads.
    fn inputs(&self) -> Vec<(String, StateTables)> {
        let name = |id: SegmentId| self.request.hir.segment(id).name.clone();
        let logs = self.strategy.logs().into_iter();
        logs.map(|id| (name(id), StateTables::of(self.request, id))).collect()
    }

    /// The refresh by keys, and the instants and columns that it reads.
    fn by_keys(&self, context: &Context<'_>, expires: bool) -> Option<(ByKeys, Bounds, Columns)> {
        let triggers = self.strategy.triggers.as_ref().ok().filter(|_| self.strategy.by_keys())?;
        let hir = self.request.hir;
        let name = hir.segment(self.id).name.as_str();
        let log = |input: SegmentId| {
            let other = &hir.segment(input).name;
            let table = StateTables::of(self.request, input).log;
            (input, MembersLog { table, read_to: read_to(&self.tables.inputs, name, other) })
        };
        let affected = Relation::Table(self.tables.affected.clone());
        let narrow = Context { affected: Some(&affected), ..*context };
        let mut query = match self.ranks() {
            true => lower::candidates(&narrow, self.id),
            false => lower::segment(&narrow, self.id),
        };
        let admitted = expires.then(|| query.absorb(lower::admitted(&narrow, self.id)));
        let state = State {
            segment: name,
            entity: hir.segment(self.id).entity,
            table: if self.ranks() { &self.tables.ranking_candidates } else { self.table },
            members: self.table,
            logs: self.strategy.logs().into_iter().map(log).collect(),
            members_if_new: self.alone && self.strategy.refresh != Refresh::InsertOnly,
            event_tables: &query.event_tables,
        };
        let mut search = lower::affected(context, triggers, &state, &query.unique);
        let mut checks: Vec<Assertion> =
            unique_checks(hir, &self.request.abilities.target, &query.unique, &query.event_tables)
                .into_iter()
                .filter_map(|(entity, fields, doubles)| {
                    let own = entity == state.entity && fields == hir.catalog.entity(entity).key;
                    let among = if own { None } else { search.arrivals.get(&(entity, fields.clone())) };
                    doubles.narrowed(hir, (entity, &fields), &affected, own, among).map(Doubles::check)
                })
                .collect();
        let keys = hir.catalog.entity(state.entity);
        let key = |&field| {
            let field = keys.field(field);
            KeyColumn { name: field.column.clone(), ty: field.ty.clone() }
        };
        let keys: Vec<KeyColumn> = keys.key.iter().map(key).collect();
        // Where the last run can be built upon, there are as many members as it left.
        checks.push(double_members(name, self.table, &keys, Some(lower::is_new())));
        let mut everyone = lower::everyone(context, state.entity);
        everyone.select.keep_tables(&query.event_tables);
        let read: BTreeSet<EntityId> = query.reads.keys().chain(search.reads.keys()).copied().collect();
        search.bounds.extend(query.clock.bounds);
        let evaluated = [&query.query].into_iter().chain(&admitted);
        let is_source = |table: &[String]| read.iter().any(|&entity| self.is_source(entity, table));
        let by_keys = ByKeys {
            lookups: lookups(evaluated, &is_source),
            search_lookups: search_lookups(&search.deltas, &is_source),
            deltas: search.deltas,
            sources: search.sources,
            everyone,
            query: query.query,
            admitted,
            checks,
            triggers: super::triggers::describe(self.request, triggers),
        };
        Some((by_keys, search.bounds, search.reads))
    }

    /// Whether a table is that of an entity.
    fn is_source(&self, entity: EntityId, table: &[String]) -> bool {
        match self.request.hir.catalog.entity(entity).source_on(&self.request.abilities.target) {
            TableSource::Table(parts) => parts == table,
            TableSource::Tables(tables) => tables.iter().any(|one| one.name == table),
            TableSource::Shards(shards) => shards.name == table,
            TableSource::Query { .. } => false,
        }
    }

    /// Whether its match is stored, to be ranked.
    fn ranks(&self) -> bool {
        self.strategy.by_keys() && lower::ranks(&self.request.hir.segment(self.id).keeps)
    }

    /// The stored candidates of a match that is ranked. The instants that finding them reads are added to
    /// `lowered`.
    pub(super) fn ranked(&self, context: &Context<'_>, lowered: &mut Lowered) -> Option<Ranking> {
        if !self.ranks() {
            return None;
        }
        let candidates = lower::candidates(context, self.id);
        lowered.clock.extend(candidates.clock.bounds);
        let query = lower::kept_of(context, self.id, &self.tables.ranking_candidates).query;
        let columns = lower::rank_columns(context, self.id);
        let columns = columns.into_iter().map(|(name, ty)| KeyColumn { name, ty }).collect();
        Some(Ranking { columns, candidates: candidates.query, query })
    }

    /// Why every row is evaluated although members never leave.
    fn obstacles(&self) -> Vec<Why> {
        let is_table = self.request.materialize(self.id).is_table();
        let obstacles = self.strategy.triggers.as_ref().err().filter(|_| is_table).into_iter().flatten();
        obstacles.cloned().map(Why::from).collect()
    }
}
