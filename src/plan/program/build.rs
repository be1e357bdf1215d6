//! The order of the steps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::base;
use super::members::{Members, undo_unfinished};
use super::step::{Action, Instant, Phase, Step};
use super::transactions::transactions;
use super::{Loading, Mode, Program, ProgramScope, tables};
use crate::check::hir::Materialize;
use crate::dialect::Function;
use crate::plan::assertion::Assertion;
use crate::plan::model::{ByKeys, Plan, SegmentPlan};
use crate::plan::rel::{Bound, Clock, Column, Query, Scalar, Select};
use crate::plan::state::last_run;
use crate::types::{Literal, Type};

/// How many rows of constants, or of different tables, one statement has at most.
pub(super) const ROWS: usize = 500;

/// The program that brings tables and views up to date: all segments at one as_of.
#[must_use]
pub fn program<'a>(plan: &'a Plan, scope: ProgramScope<'a>, mode: Mode) -> Program<'a> {
    program_loading(plan, scope, mode, &Loading::default())
}

/// Likewise, for a caller that knows which lists are stored, and what its engine can.
pub(crate) fn program_loading<'a>(
    plan: &'a Plan,
    scope: ProgramScope<'a>,
    mode: Mode,
    loading: &Loading,
) -> Program<'a> {
    let segments: Vec<&'a SegmentPlan> = match scope {
        ProgramScope::All => plan.segments.iter().collect(),
        ProgramScope::Some(segments) => segments.to_vec(),
        ProgramScope::One(segment) => vec![segment],
    };
    let is_built = |segment: &&SegmentPlan| segment.materialize != Materialize::Inline;
    let segments: Vec<&SegmentPlan> = segments.into_iter().filter(is_built).collect();
    let (tables, views): (Vec<&'a SegmentPlan>, Vec<&'a SegmentPlan>) =
        segments.iter().copied().partition(|segment| segment.materialize.is_table());
    let transactions = transactions(tables, |segment| segment, plan.rules);
    let mut builder = Builder {
        plan,
        first: transactions.first().and_then(|tables| tables.first()).copied(),
        tables: Vec::new(),
        views,
        segments: &segments,
        mode,
        committed: false,
        loading,
        instants: Vec::new(),
        steps: Vec::new(),
    };
    let mut clock = Clock::default();
    let mut parts = Vec::new();
    for (at, tables) in transactions.into_iter().enumerate() {
        builder.tables = tables;
        let found = builder.find_instants(at > 0);
        clock.as_of = clock.as_of.or(found.as_of);
        clock.extend(found.bounds);
        parts.push((std::mem::take(&mut builder.tables), std::mem::take(&mut builder.instants)));
    }
    if !segments.is_empty() {
        builder.build(parts);
    }
    let steps = builder.steps;
    Program { plan, mode, segments, clock, steps }
}

/// The program that drops a column from a segment's table.
pub(crate) fn without_column<'a>(plan: &'a Plan, segment: &'a SegmentPlan, column: &str) -> Program<'a> {
    let action = Action::DropColumn(&segment.table, column.to_owned());
    let step = Step { segment: Some(&segment.name), phase: Phase::Finish, action };
    Program { plan, mode: Mode::Create, segments: vec![segment], clock: Clock::default(), steps: vec![step] }
}

pub(super) struct Builder<'a, 's> {
    pub(super) plan: &'a Plan,
    /// The first segment of the first transaction.
    first: Option<&'a SegmentPlan>,
    /// The segments of a transaction that are tables.
    tables: Vec<&'a SegmentPlan>,
    views: Vec<&'a SegmentPlan>,
    /// All segments of the program.
    segments: &'s [&'a SegmentPlan],
    pub(super) mode: Mode,
    /// Whether a transaction has been committed by the steps so far.
    pub(super) committed: bool,
    loading: &'s Loading,
    /// The instants that the tables' steps read, in the order in which they are set.
    pub(super) instants: Vec<Instant<'a>>,
    steps: Vec<Step<'a>>,
}

impl<'a> Builder<'a, '_> {
    /// The steps, given the tables and the instants of each transaction.
    fn build(&mut self, transactions: Vec<(Vec<&'a SegmentPlan>, Vec<Instant<'a>>)>) {
        let rules = self.plan.rules;
        let all: Vec<&'a SegmentPlan> = transactions.iter().flat_map(|(tables, _)| tables).copied().collect();
        let writes = !all.is_empty();
        if writes {
            self.declare(&transactions);
        }
        self.add(None, Phase::Session, Action::PrepareSession);
        if !rules.tables_in_transaction || !writes {
            self.tables.clone_from(&all);
            self.create_tables();
        }
        let last = transactions.len();
        for (at, (tables, instants)) in transactions.into_iter().enumerate().filter(|_| writes) {
            (self.tables, self.instants) = (tables, instants);
            self.transaction(at + 1 == last);
            self.committed = true;
        }
        self.tables = all;
        if !writes && rules.views_in_transaction {
            self.create_views();
        }
        if !self.counts_at_once() {
            for segment in self.tables.clone() {
                self.add(Some(segment), Phase::Finish, Action::Count(vec![segment]));
            }
        }
        if !rules.views_in_transaction {
            self.create_views();
        }
    }

    /// The steps of one transaction; the last one may create the views, too.
    fn transaction(&mut self, is_last: bool) {
        let rules = self.plan.rules;
        self.add(None, Phase::ReadAt, Action::SetReadAt(read_at()));
        self.add(None, Phase::Begin, Action::Begin);
        if rules.tables_in_transaction {
            self.create_tables();
        }
        self.start();
        self.write();
        if is_last && rules.views_in_transaction {
            self.create_views();
        }
        self.add(None, Phase::Commit, Action::Commit);
    }

    pub(super) fn add(&mut self, segment: Option<&'a SegmentPlan>, phase: Phase, action: Action<'a>) {
        self.steps.push(Step { segment: segment.map(|segment| segment.name.as_str()), phase, action });
    }

    /// Adds one step for all tables if they share the table of runs; else one for each.
    fn for_state(&mut self, phase: Phase, action: impl Fn(Vec<&'a SegmentPlan>) -> Action<'a>) {
        if self.plan.rules.shares_state {
            let owner = if let [only] = self.tables[..] { Some(only) } else { None };
            let mut tables = self.tables.clone();
            if phase == Phase::Lock {
                // All runs lock in one order, so that no two wait for each other.
                tables.sort_by(|one, other| one.table.cmp(&other.table));
            }
            for tables in tables.chunks(ROWS) {
                self.add(owner, phase, action(tables.to_vec()));
            }
        } else {
            for segment in self.tables.clone() {
                self.add(Some(segment), phase, action(vec![segment]));
            }
        }
    }

    /// Where concurrent transactions that change a table disturb one another, the table of all
    /// segments' counts is written after the commit, one statement a segment.
    pub(super) fn counts_at_once(&self) -> bool {
        self.plan.rules.shares_state || !self.plan.rules.transactions
    }

    /// The refresh by keys of a segment, where this program makes one.
    pub(super) fn by_keys(&self, segment: &'a SegmentPlan) -> Option<&'a ByKeys> {
        segment.refresh.by_keys.as_deref().filter(|_| self.mode == Mode::Refresh)
    }

    /// The instants that the tables' steps read: as_of unless it is known, those of the last run, and the
    /// others, each once. Returns them as the clock of the unit.
    /// `again` is for transactions after the first, whose as_of is that of the first.
    fn find_instants(&mut self, again: bool) -> Clock {
        let engine = || Scalar::Call(Function::EngineClock, Vec::new());
        let first = self.first.filter(|_| again && self.plan.as_of.is_none());
        let as_of = match first {
            Some(first) => Some(last_run(&first.kept.tables.runs, &first.name)),
            None => self.as_of(),
        };
        if self.plan.as_of.is_none() {
            let value = Cow::Owned(as_of.clone().unwrap_or_else(engine));
            self.instants.push(Instant { name: "as_of", ty: &Type::Timestamp, value });
        }
        let keyed: Vec<&'a SegmentPlan> =
            self.tables.iter().copied().filter(|&segment| self.by_keys(segment).is_some()).collect();
        let last_run = base::last_run(self.plan, &keyed);
        let mut bounds: Vec<Bound> = last_run.iter().map(bound).collect();
        self.instants.extend(last_run);
        let mut known = BTreeSet::new();
        for &segment in &self.tables {
            let by_keys = self.by_keys(segment).is_some();
            let own = segment.evaluation.clock.bounds.iter();
            let own = own.filter(|_| !by_keys || segment.kept.retention.is_some());
            let last = segment.refresh.last_run.iter().filter(|_| by_keys);
            for one in own.chain(last).filter(|(name, ..)| known.insert(name.as_str())) {
                let (name, value, ty) = one;
                self.instants.push(Instant { name, ty, value: Cow::Borrowed(value) });
                bounds.push(one.clone());
            }
        }
        Clock { as_of, bounds: bounds.into_iter().collect() }
    }

    /// As_of, unless it is the engine's clock. A segment that is built alone may take it from the tables
    /// that it reads.
    fn as_of(&self) -> Option<Scalar> {
        match (self.plan.as_of, self.segments) {
            (Some(instant), _) => Some(Scalar::Literal(Literal::Timestamp(instant))),
            (None, [only]) => only.evaluation.clock.as_of.clone(),
            (None, _) => None,
        }
    }

    fn declare(&mut self, transactions: &[(Vec<&'a SegmentPlan>, Vec<Instant<'a>>)]) {
        let mut known = BTreeSet::new();
        let instants = transactions.iter().flat_map(|(_, instants)| instants).cloned();
        for instant in std::iter::once(read_at()).chain(instants) {
            if known.insert(instant.name) {
                self.add(None, Phase::Declare, Action::Declare(instant));
            }
        }
    }

    fn create_tables(&mut self) {
        let rules = self.plan.rules;
        self.add(None, Phase::Setup, Action::CreateSchema(&self.plan.schema));
        let Some(state) = self.tables.iter().chain(&self.views).next().map(|segment| &segment.kept.tables)
        else {
            return;
        };
        if rules.shares_state {
            self.add(None, Phase::Setup, Action::CreateTable(tables::state(&state.runs, rules)));
        }
        self.add(None, Phase::Setup, Action::CreateTable(tables::counts(&state.counts, rules)));
        let mut known: BTreeSet<&[String]> = BTreeSet::new();
        for segment in self.tables.clone() {
            let readers =
                segment.kept.log.iter().flat_map(|log| &log.readers).map(|(_, table)| table.as_slice());
            // Where each segment has its own, one that reads no log needs none.
            let reads = rules.shares_state || !segment.refresh.inputs.is_empty();
            let own = reads.then_some(segment.kept.tables.inputs.as_slice());
            for table in readers.chain(own) {
                if known.insert(table) {
                    self.add(None, Phase::Setup, Action::CreateTable(tables::inputs(table, rules)));
                }
            }
        }
        for segment in self.tables.clone() {
            self.create_own_tables(segment);
        }
        self.for_state(Phase::Setup, |segments| {
            let named = |segment: &&SegmentPlan| Select {
                columns: vec![Column {
                    value: Scalar::text(&segment.name),
                    name: Some("segment".to_owned()),
                }],
                ..Select::default()
            };
            let mut rows = segments.iter().map(named);
            let select = rows.next().unwrap_or_default();
            let union = rows.collect();
            Action::Register(segments, Query { union, ..Query::of(select) })
        });
    }

    fn create_own_tables(&mut self, segment: &'a SegmentPlan) {
        let rules = self.plan.rules;
        let mut add = |action| self.add(Some(segment), Phase::Setup, action);
        if !rules.shares_state {
            add(Action::CreateTable(tables::state(&segment.kept.tables.runs, rules)));
        }
        for table in tables::own_tables(segment, rules) {
            let is_members = table.name == segment.table;
            let has_values = is_members || segment.kept.history.as_ref() == Some(&table.name);
            let own: &'a [String] = if is_members {
                &segment.table
            } else {
                segment.kept.history.as_deref().unwrap_or(&segment.table)
            };
            add(Action::CreateTable(table));
            for column in tables::values(segment).filter(|_| has_values) {
                add(Action::AddColumn(own, column));
            }
            if is_members && segment.kept.retention.is_some() {
                add(Action::AddColumn(&segment.table, tables::expires_at()));
            }
        }
    }

    /// Locks, instants, and what must hold before anything is written.
    fn start(&mut self) {
        self.for_state(Phase::Lock, Action::Lock);
        if self.mode != Mode::First {
            self.find_base_runs();
        }
        self.add(None, Phase::Clock, Action::ClockTable);
        for instant in self.instants.clone() {
            self.add(None, Phase::Clock, Action::SetInstant(instant));
        }
        if self.mode == Mode::Refresh {
            // The first transaction answers for all: nothing is written if one refuses.
            let is_first = self.tables.first().map(|one| one.id) == self.first.map(|one| one.id);
            let asked = if is_first { self.segments.to_vec() } else { self.tables.clone() };
            for segment in asked {
                let refusals = segment.refresh.refusal.iter();
                self.assert_once(refusals.map(|refusal| (segment, refusal)).collect());
            }
        }
        self.for_state(Phase::Start, Action::Start);
        if !self.plan.rules.transactions {
            for segment in self.tables.clone() {
                for action in undo_unfinished(segment) {
                    self.add(Some(segment), Phase::Start, action);
                }
            }
        }
        let in_full: Vec<&'a SegmentPlan> =
            self.tables.iter().copied().filter(|&segment| self.by_keys(segment).is_none()).collect();
        self.assert_once(
            in_full.into_iter().flat_map(|segment| asked(segment, &segment.evaluation.checks)).collect(),
        );
        let built: BTreeSet<&str> = self.tables.iter().map(|segment| segment.name.as_str()).collect();
        let guards = self.tables.clone().into_iter().flat_map(|segment| {
            let unbuilt =
                segment.evaluation.guards.iter().filter(|(input, _)| !built.contains(input.as_str()));
            unbuilt.map(move |(_, guard)| (segment, guard))
        });
        self.assert_once(guards.collect());
    }

    /// Reads what is known of the last runs.
    fn find_base_runs(&mut self) {
        let table: &'a [String] = &self.plan.scratch.base_runs;
        for (at, segments) in self.tables.clone().chunks(ROWS).enumerate() {
            let mut rows = segments.iter().map(|segment| base::row(segment, self.mode));
            let select = rows.next().unwrap_or_default();
            let query = Query { union: rows.collect(), ..Query::of(select) };
            let action = match at {
                0 => Action::Scratch(table, Cow::Owned(query)),
                _ => Action::Insert(table, base::columns(), query),
            };
            self.add(None, Phase::LastRun, action);
        }
    }

    /// Level by level: what a segment reads of others has been written.
    fn write(&mut self) {
        let mut levels: BTreeMap<usize, Vec<&'a SegmentPlan>> = BTreeMap::new();
        for &segment in &self.tables {
            levels.entry(segment.level).or_default().push(segment);
        }
        for segments in levels.values() {
            segments.iter().for_each(|segment| self.load_list(segment));
            self.level(segments);
        }
        if self.mode != Mode::First {
            self.add(None, Phase::Finish, Action::Drop(Cow::Borrowed(&self.plan.scratch.base_runs)));
        }
    }

    /// Replaces the stored keys of a static list by those of its file, unless they are known to be these. Their
    /// stamp is missing until all are there.
    fn load_list(&mut self, segment: &'a SegmentPlan) {
        let Some(list) = &segment.list else { return };
        if self.loading.stored.contains(&segment.id) {
            return self.assert_once(vec![(segment, &list.is_stored)]);
        }
        let appends = self.loading.appends;
        let mut add = |action| self.add(Some(segment), Phase::Write, action);
        add(Action::Clear(&list.stamps));
        add(Action::Clear(&list.table));
        match appends {
            true => add(Action::AppendKeys(segment, list)),
            false => {
                for keys in list.keys.rows.chunks(ROWS) {
                    let columns = segment.keys.iter().map(|key| key.name.clone()).collect();
                    add(Action::InsertKeys(&list.table, columns, keys));
                }
            }
        }
        let stamp = Column::named(Scalar::text(&list.stamp), "stamp");
        let row = Select { columns: vec![stamp], ..Select::default() };
        add(Action::Insert(&list.stamps, vec!["stamp".to_owned()], Query::of(row)));
    }

    /// The steps of a segment that is evaluated alone.
    pub(super) fn alone(&mut self, segment: &'a SegmentPlan) {
        let by_keys = self.by_keys(segment);
        let refresh = self.mode == Mode::Refresh;
        let (counts_at_once, committed) = (self.counts_at_once(), self.committed);
        let members = Members { plan: self.plan, segment, by_keys, refresh, counts_at_once, committed };
        members.steps(&mut self.steps);
    }

    fn create_views(&mut self) {
        for segment in self.views.clone() {
            self.add(Some(segment), Phase::View, Action::View(segment));
        }
    }
}

fn asked<'a>(
    segment: &'a SegmentPlan,
    assertions: &'a [Assertion],
) -> impl Iterator<Item = (&'a SegmentPlan, &'a Assertion)> {
    assertions.iter().map(move |assertion| (segment, assertion))
}

fn bound(instant: &Instant<'_>) -> Bound {
    (instant.name.to_owned(), instant.value.clone().into_owned(), instant.ty.clone())
}

/// The engine's own time when the run begins to read.
fn read_at() -> Instant<'static> {
    let value = Cow::Owned(Scalar::Call(Function::EngineClock, Vec::new()));
    Instant { name: "read_at", ty: &Type::Timestamp, value }
}
