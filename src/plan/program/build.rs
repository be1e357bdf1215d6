//! The order of the steps.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::members::{Members, undo_unfinished};
use super::step::{Action, Instant, Phase, Step};
use super::{Mode, Program, ProgramScope, Unit, tables};
use crate::check::hir::Materialize;
use crate::dialect::Function;
use crate::plan::assertion::Assertion;
use crate::plan::model::{ByKeys, Plan, Refresh, SegmentPlan};
use crate::plan::rel::{Bound, Clock, Scalar};
use crate::types::{Literal, Type};

/// The program that brings tables and views up to date.
#[must_use]
pub fn program<'a>(plan: &'a Plan, scope: ProgramScope<'a>, mode: Mode) -> Program<'a> {
    let (scoped, alone) = match scope {
        ProgramScope::All => (plan.segments.as_slice(), false),
        ProgramScope::One(segment) => (std::slice::from_ref(segment), true),
    };
    let is_built = |segment: &&SegmentPlan| segment.materialize != Materialize::Inline;
    let segments: Vec<&SegmentPlan> = scoped.iter().filter(is_built).collect();
    let (tables, views) = segments.iter().partition(|segment| segment.materialize.is_table());
    let mut builder = Builder { plan, tables, views, alone, mode, bounds: Vec::new(), steps: Vec::new() };
    builder.bounds = builder.find_bounds();
    let clock = builder.clock();
    if !segments.is_empty() {
        builder.build(&clock);
    }
    Program { plan, mode, segments, clock, units: vec![Unit { steps: builder.steps }] }
}

struct Builder<'a> {
    plan: &'a Plan,
    tables: Vec<&'a SegmentPlan>,
    views: Vec<&'a SegmentPlan>,
    /// Whether it is the program of one segment, which reads the tables of others as it finds them.
    alone: bool,
    mode: Mode,
    /// The instants that the tables' steps read, besides as_of.
    bounds: Vec<&'a Bound>,
    steps: Vec<Step<'a>>,
}

impl<'a> Builder<'a> {
    fn build(&mut self, clock: &Clock) {
        let rules = self.plan.rules;
        let writes = !self.tables.is_empty();
        if writes {
            self.add(None, Phase::Declare, Action::Declare(read_at()));
            self.instants(clock).for_each(|one| self.add(None, Phase::Declare, Action::Declare(one)));
        }
        self.add(None, Phase::Session, Action::PrepareSession);
        if !rules.tables_in_transaction {
            self.create_tables();
        }
        if writes {
            self.add(None, Phase::ReadAt, Action::SetReadAt(read_at()));
            self.add(None, Phase::Begin, Action::Begin);
        }
        if rules.tables_in_transaction {
            self.create_tables();
        }
        if writes {
            self.start(clock);
            self.write();
        }
        if rules.views_in_transaction {
            self.create_views();
        }
        if writes {
            self.add(None, Phase::Commit, Action::Commit);
        }
        if !self.counts_at_once() {
            self.each_table(Phase::Finish, Action::Count);
        }
        if !rules.views_in_transaction {
            self.create_views();
        }
    }

    fn add(&mut self, segment: Option<&'a SegmentPlan>, phase: Phase, action: Action<'a>) {
        self.steps.push(Step { segment: segment.map(|segment| segment.name.as_str()), phase, action });
    }

    fn each_table(&mut self, phase: Phase, action: impl Fn(&'a SegmentPlan) -> Action<'a>) {
        for segment in self.tables.clone() {
            self.add(Some(segment), phase, action(segment));
        }
    }

    /// Where concurrent transactions that change a table disturb one another, the table of all
    /// segments' counts is written after the commit, one statement a segment.
    fn counts_at_once(&self) -> bool {
        self.plan.rules.shares_state || !self.plan.rules.transactions
    }

    /// The refresh by keys of a segment, where this program makes one.
    fn by_keys(&self, segment: &'a SegmentPlan) -> Option<&'a ByKeys> {
        segment.refresh.by_keys.as_deref().filter(|_| self.mode == Mode::Refresh)
    }

    /// The instants that the tables' steps read, each once: a refresh reads those of the last run, too.
    fn find_bounds(&self) -> Vec<&'a Bound> {
        let mut known = BTreeSet::new();
        let mut found = Vec::new();
        for segment in &self.tables {
            let builds_on_last =
                self.mode == Mode::Refresh && !matches!(segment.refresh.strategy, Refresh::Rebuild { .. });
            let reads_own =
                !builds_on_last || segment.refresh.by_keys.is_none() || segment.kept.retention.is_some();
            let own = segment.evaluation.clock.bounds.iter().filter(|_| reads_own);
            let last = segment.refresh.last_run.iter().filter(|_| builds_on_last);
            found.extend(own.chain(last).filter(|(name, ..)| known.insert(name.as_str())));
        }
        found
    }

    /// Alone, a segment may take its as_of from the tables that it reads; together all have the
    /// engine's.
    fn clock(&self) -> Clock {
        let as_of = match self.plan.as_of {
            Some(instant) => Some(Scalar::Literal(Literal::Timestamp(instant))),
            None if self.alone => self
                .tables
                .iter()
                .chain(&self.views)
                .next()
                .and_then(|segment| segment.evaluation.clock.as_of.clone()),
            None => None,
        };
        Clock { as_of, bounds: self.bounds.iter().map(|&bound| bound.clone()).collect() }
    }

    /// As_of, unless it is known, and the bounds.
    fn instants(&self, clock: &Clock) -> impl Iterator<Item = Instant<'a>> + use<'a> {
        let engine = || Scalar::Call(Function::EngineClock, Vec::new());
        let value = Cow::Owned(clock.as_of.clone().unwrap_or_else(engine));
        let as_of = Instant { name: "as_of", ty: &Type::Timestamp, value };
        let bounds = self.bounds.clone().into_iter();
        let bounds = bounds.map(|(name, value, ty)| Instant { name, ty, value: Cow::Borrowed(value) });
        self.plan.as_of.is_none().then_some(as_of).into_iter().chain(bounds)
    }

    fn create_tables(&mut self) {
        self.add(None, Phase::Setup, Action::CreateSchema(&self.plan.schema));
        let rules = self.plan.rules;
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
            for table in readers.chain([segment.kept.tables.inputs.as_slice()]) {
                if known.insert(table) {
                    self.add(None, Phase::Setup, Action::CreateTable(tables::inputs(table, rules)));
                }
            }
        }
        for segment in self.tables.clone() {
            self.create_own_tables(segment);
        }
    }

    fn create_own_tables(&mut self, segment: &'a SegmentPlan) {
        let rules = self.plan.rules;
        let mut add = |action| self.add(Some(segment), Phase::Setup, action);
        if !rules.shares_state {
            add(Action::CreateTable(tables::state(&segment.kept.tables.runs, rules)));
        }
        for table in tables::own_tables(segment, rules) {
            let is_members = table.name == segment.table;
            add(Action::CreateTable(table));
            if is_members && segment.kept.retention.is_some() {
                add(Action::AddColumn(&segment.table, tables::expires_at()));
            }
        }
        add(Action::Register(segment));
    }

    /// Locks, instants, and what must hold before anything is written.
    fn start(&mut self, clock: &Clock) {
        self.each_table(Phase::Lock, Action::Lock);
        self.add(None, Phase::Clock, Action::ClockTable);
        self.instants(clock).for_each(|one| self.add(None, Phase::Clock, Action::SetInstant(one)));
        if self.mode == Mode::Refresh {
            for segment in self.tables.clone() {
                self.assert_all(segment, segment.refresh.refusal.as_slice());
            }
        }
        for segment in self.tables.clone() {
            self.add(Some(segment), Phase::Start, Action::Start(segment));
            if !self.plan.rules.transactions {
                for action in undo_unfinished(segment) {
                    self.add(Some(segment), Phase::Start, action);
                }
            }
        }
        self.shared_assertions();
        if self.alone {
            for segment in self.tables.clone() {
                self.assert_all(segment, &segment.evaluation.guards);
            }
        }
    }

    fn write(&mut self) {
        for segment in self.tables.clone() {
            let by_keys = self.by_keys(segment);
            let rules = self.plan.rules;
            let (refresh, atomic) = (self.mode == Mode::Refresh, rules.transactions);
            let counts_at_once = self.counts_at_once();
            Members { segment, by_keys, refresh, atomic, counts_at_once }.steps(&mut self.steps);
        }
    }

    fn create_views(&mut self) {
        for segment in self.views.clone() {
            self.add(Some(segment), Phase::View, Action::View(segment));
        }
    }

    fn assert_all(&mut self, segment: &'a SegmentPlan, assertions: &'a [Assertion]) {
        for assertion in assertions {
            self.add(Some(segment), Phase::Check, Action::Assert(assertion));
        }
    }

    /// What must hold of the data: many segments ask for the same, which is asserted once. It belongs
    /// to a segment only if no other asks.
    fn shared_assertions(&mut self) {
        let mut asked: BTreeMap<&str, Vec<(&'a Assertion, Option<&'a SegmentPlan>)>> = BTreeMap::new();
        let mut order: Vec<(&'a str, usize)> = Vec::new();
        for &segment in self.tables.iter().filter(|segment| self.by_keys(segment).is_none()) {
            for assertion in &segment.evaluation.checks {
                // Messages tell most of them apart, at less than a comparison of all trees.
                let alike = asked.entry(&assertion.message).or_default();
                match alike.iter_mut().find(|(known, _)| *known == assertion) {
                    Some((_, of)) => *of = None,
                    None => {
                        order.push((&assertion.message, alike.len()));
                        alike.push((assertion, Some(segment)));
                    }
                }
            }
        }
        for (message, at) in order {
            if let Some(&(assertion, segment)) = asked.get(message).and_then(|alike| alike.get(at)) {
                self.add(segment, Phase::Check, Action::Assert(assertion));
            }
        }
    }
}

/// The engine's own time when the run begins to read.
fn read_at() -> Instant<'static> {
    let value = Cow::Owned(Scalar::Call(Function::EngineClock, Vec::new()));
    Instant { name: "read_at", ty: &Type::Timestamp, value }
}
