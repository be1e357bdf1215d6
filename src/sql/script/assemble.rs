//! Putting a script together.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::slots::READ_AT;
use super::{Purpose, Scope, Script, Statement};
use crate::check::hir::Materialize;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::dialect::statement_template::{Condition, StatementTemplate};
use crate::plan::rel::{Bound, Clock, Scalar};
use crate::plan::{ByKeys, Check, Plan, Refresh, SegmentPlan};
use crate::sql::problems::EmptySlot;
use crate::sql::render::{AS_OF, ClockForm, Renderer};
use crate::types::{Literal, Type};

pub(super) fn script(
    plan: &Plan,
    dialect: &Dialect,
    scope: Scope<'_>,
    refresh: bool,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, Diagnostics> {
    let scoped = match scope {
        Scope::All => plan.segments.as_slice(),
        Scope::One(segment) => std::slice::from_ref(segment),
    };
    let chosen: Vec<&SegmentPlan> =
        scoped.iter().filter(|segment| segment.materialize != Materialize::Inline).collect();
    let clock = clock(plan, &chosen, scope, refresh);
    let header = header(plan, &chosen, refresh, source);
    let form = plan.as_of.map_or(ClockForm::Script, ClockForm::ScriptAt);
    let renderer = Renderer::new(dialect, form, &clock);
    let writer = Writer { plan, dialect, renderer, clock: &clock, refresh, problems: RefCell::default() };
    let statements = writer.statements(&chosen, scope);
    let problems = writer.problems.take();
    if problems.is_empty() { Ok(Script { header, statements }) } else { Err(problems) }
}

/// The instants that the chosen segments read. Alone, a segment may take its as_of from the
/// tables that it reads; together all have the engine's.
fn clock(plan: &Plan, chosen: &[&SegmentPlan], scope: Scope<'_>, refresh: bool) -> Clock {
    let as_of = match (plan.as_of, scope) {
        (Some(instant), _) => Some(Scalar::Literal(Literal::Timestamp(instant))),
        (None, Scope::One(_)) => chosen.first().and_then(|segment| segment.clock.as_of.clone()),
        (None, Scope::All) => None,
    };
    let tables = chosen.iter().filter(|one| is_table(one));
    let bounds = tables.flat_map(|segment| bounds_of(segment, refresh)).cloned().collect();
    Clock { as_of, bounds }
}

/// The instants that a segment's statements read; a refresh those of the last run, too.
fn bounds_of(segment: &SegmentPlan, refresh: bool) -> impl Iterator<Item = &Bound> {
    let builds_on_last = refresh && !matches!(segment.refresh, Refresh::Rebuild { .. });
    let hold = segment.hold.is_some();
    let own =
        segment.clock.bounds.iter().filter(move |_| !builds_on_last || segment.by_keys.is_none() || hold);
    own.chain(segment.last_run.iter().filter(move |_| builds_on_last))
}

fn is_table(segment: &SegmentPlan) -> bool {
    matches!(segment.materialize, Materialize::Table | Materialize::Incremental)
}

fn header(
    plan: &Plan,
    chosen: &[&SegmentPlan],
    refresh: bool,
    source: &dyn Fn(&str) -> Option<String>,
) -> Vec<String> {
    let as_of = plan.as_of.map_or_else(
        || "the instant at which it runs, by the engine's clock".to_owned(),
        |instant| instant.to_string(),
    );
    let what = if refresh {
        "Brings segments up to date: whoever became a member is added, whoever no longer is one goes."
    } else {
        "Evaluates segments in full: what does not exist is created, else the difference is written."
    };
    let mut lines = vec![
        what.to_owned(),
        format!("Target: `{}` ({}). As of: {as_of}.", plan.target, plan.dialect),
        "Written by segc; changes will be lost.".to_owned(),
        String::new(),
    ];
    lines.extend(chosen.iter().map(|segment| {
        let place = source(&segment.name).map_or_else(String::new, |place| format!(" ({place})"));
        let fingerprint: String = segment.fingerprint.chars().take(12).collect();
        let how = match (&segment.refresh, is_table(segment), refresh) {
            (_, false, _) => "a view".to_owned(),
            (_, true, false) => "a table".to_owned(),
            (Refresh::InsertOnly, ..) if segment.by_keys.is_some() => {
                "a table that only grows, by the keys that may be affected".to_owned()
            }
            (Refresh::InsertOnly, ..) => "a table that only grows".to_owned(),
            (Refresh::InsertDelete, ..) => "a table, by the keys that may be affected".to_owned(),
            (Refresh::Rebuild { reason, .. }, ..) => format!("a table, evaluated in full: {reason}"),
        };
        format!("{}{place}, fingerprint {fingerprint}: {how}", segment.name)
    }));
    lines
}

pub(super) struct Writer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) dialect: &'a Dialect,
    pub(super) renderer: Renderer<'a>,
    pub(super) clock: &'a Clock,
    /// Whether it is a refresh.
    refresh: bool,
    problems: RefCell<Diagnostics>,
}

/// What the slots of a statement stand for, beside those of its plan.
#[derive(Clone, Copy, Default)]
pub(super) struct Context<'a> {
    pub(super) segment: Option<&'a SegmentPlan>,
    pub(super) check: Option<&'a Check>,
    pub(super) variable: Option<(&'a str, &'a Type)>,
    /// Another segment whose log is read: its name, and the table of its runs.
    pub(super) input: Option<&'a (String, Vec<String>)>,
    /// The table that tells how far logs have been read, where it isn't the segment's own.
    pub(super) inputs: Option<&'a [String]>,
    /// The statement writes a view, whose query reads the clock itself.
    pub(super) view: bool,
}

impl<'a> Context<'a> {
    fn of(segment: &'a SegmentPlan) -> Self {
        Self { segment: Some(segment), ..Self::default() }
    }
}

/// The templates of a step, what they are for, and their name in dialect files.
type Step<'a> = (&'a [StatementTemplate], Purpose, &'static str);

impl<'a> Writer<'a> {
    fn statements(&self, chosen: &[&'a SegmentPlan], scope: Scope<'_>) -> Vec<Statement> {
        if chosen.is_empty() {
            return Vec::new();
        }
        let templates = &self.dialect.statements;
        let tables: Vec<&SegmentPlan> = chosen.iter().copied().filter(|one| is_table(one)).collect();
        let mut out = Vec::new();
        let once = Context::default();
        let read_at = Context { variable: Some((READ_AT, &Type::Timestamp)), ..once };
        if !tables.is_empty() {
            self.add(&mut out, (&templates.declare, Purpose::Declare, "declare"), read_at);
            self.per_variable(&mut out, (&templates.declare, Purpose::Declare, "declare"));
        }
        self.add(&mut out, (&templates.session, Purpose::Session, "session"), once);
        if !templates.setup_in_transaction {
            self.setup(&mut out, &tables);
        }
        if !tables.is_empty() {
            self.add(&mut out, (&templates.set_read_at, Purpose::ReadAt, "set_read_at"), read_at);
            self.add(&mut out, (&templates.begin, Purpose::Begin, "begin"), once);
        }
        if templates.setup_in_transaction {
            self.setup(&mut out, &tables);
        }
        if !tables.is_empty() {
            self.members(&mut out, &tables, matches!(scope, Scope::One(_)));
        }
        if templates.view_in_transaction {
            self.views(&mut out, chosen);
        }
        if !tables.is_empty() {
            self.add(&mut out, (&templates.commit, Purpose::Commit, "commit"), once);
        }
        for &segment in &tables {
            let step = (&templates.finally_segment[..], Purpose::Finish, "finally_segment");
            self.add(&mut out, step, Context::of(segment));
        }
        if !templates.view_in_transaction {
            self.views(&mut out, chosen);
        }
        out
    }

    fn views(&self, out: &mut Vec<Statement>, chosen: &[&'a SegmentPlan]) {
        for &segment in chosen.iter().filter(|one| !is_table(one)) {
            let context = Context { view: true, ..Context::of(segment) };
            self.add(out, (&self.dialect.statements.view, Purpose::View, "view"), context);
        }
    }

    fn setup(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan]) {
        let templates = &self.dialect.statements;
        self.add(out, (&templates.setup, Purpose::Setup, "setup"), Context::default());
        let mut inputs: BTreeSet<&[String]> = BTreeSet::new();
        for &segment in tables {
            let readers = segment.log.iter().flat_map(|log| &log.readers).map(|(_, table)| table.as_slice());
            for table in readers.chain([segment.state.inputs.as_slice()]) {
                if inputs.insert(table) {
                    let context = Context { inputs: Some(table), ..Context::default() };
                    self.add(out, (&templates.setup_inputs, Purpose::Setup, "setup_inputs"), context);
                }
            }
        }
        for &segment in tables {
            self.add(out, (&templates.setup_segment, Purpose::Setup, "setup_segment"), Context::of(segment));
        }
    }

    /// Locks, clock, checks, and then the members, segment by segment.
    fn members(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan], alone: bool) {
        let templates = &self.dialect.statements;
        for &segment in tables {
            self.add(out, (&templates.lock_segment, Purpose::Lock, "lock_segment"), Context::of(segment));
        }
        self.add(out, (&templates.clock_table, Purpose::Clock, "clock_table"), Context::default());
        self.per_variable(out, (&templates.set_clock, Purpose::Clock, "set_clock"));
        for &segment in tables.iter().filter(|_| self.refresh) {
            self.checks(out, segment, segment.refusal.as_slice());
        }
        for &segment in tables {
            self.add(out, (&templates.start_segment, Purpose::Start, "start_segment"), Context::of(segment));
        }
        self.shared_checks(out, tables);
        for &segment in tables.iter().filter(|_| alone) {
            self.checks(out, segment, &segment.guards);
        }
        for &segment in tables {
            if let Some(by_keys) = self.by_keys(Some(segment)) {
                self.add(out, (&templates.affected, Purpose::Write, "affected"), Context::of(segment));
                self.checks(out, segment, &by_keys.checks);
            }
            self.add(out, (&templates.fill, Purpose::Write, "fill"), Context::of(segment));
            for input in &segment.inputs {
                let context = Context { input: Some(input), ..Context::of(segment) };
                self.add(out, (&templates.read_input, Purpose::Finish, "read_input"), context);
            }
            self.add(
                out,
                (&templates.finish_segment, Purpose::Finish, "finish_segment"),
                Context::of(segment),
            );
        }
    }

    /// The evaluation of affected keys, where this script does that.
    pub(super) fn by_keys(&self, segment: Option<&'a SegmentPlan>) -> Option<&'a ByKeys> {
        segment.filter(|_| self.refresh)?.by_keys.as_deref()
    }

    fn checks(&self, out: &mut Vec<Statement>, segment: &'a SegmentPlan, checks: &'a [Check]) {
        for check in checks {
            let context = Context { check: Some(check), ..Context::of(segment) };
            self.add(out, (&self.dialect.statements.check, Purpose::Check, "check"), context);
        }
    }

    /// What must hold of the data: many segments ask for the same, which is checked once. It
    /// belongs to a segment only if no other asks.
    fn shared_checks(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan]) {
        let mut asked: BTreeMap<&str, Vec<(&'a Check, Option<&'a SegmentPlan>)>> = BTreeMap::new();
        let mut order: Vec<(&'a str, usize)> = Vec::new();
        for &segment in tables.iter().filter(|segment| self.by_keys(Some(segment)).is_none()) {
            for check in &segment.checks {
                // Messages tell most checks apart, at less than a comparison of all trees.
                let alike = asked.entry(&check.message).or_default();
                match alike.iter_mut().find(|(known, _)| *known == check) {
                    Some((_, of)) => *of = None,
                    None => {
                        order.push((&check.message, alike.len()));
                        alike.push((check, Some(segment)));
                    }
                }
            }
        }
        for (message, at) in order {
            let Some(&(check, segment)) = asked.get(message).and_then(|alike| alike.get(at)) else {
                continue;
            };
            let context = Context { segment, check: Some(check), ..Context::default() };
            self.add(out, (&self.dialect.statements.check, Purpose::Check, "check"), context);
        }
    }

    /// Adds a statement for as_of, unless it is known, and for each bound.
    fn per_variable(&self, out: &mut Vec<Statement>, step: Step<'_>) {
        let first = self.plan.as_of.is_none().then_some((AS_OF, &Type::Timestamp)).into_iter();
        let bounds = self.clock.bounds.iter().map(|(name, _, ty)| (name.as_str(), ty));
        for variable in first.chain(bounds) {
            self.add(out, step, Context { variable: Some(variable), ..Context::default() });
        }
    }

    fn add(&self, out: &mut Vec<Statement>, (templates, purpose, what): Step<'_>, context: Context<'_>) {
        for template in templates.iter().filter(|template| self.applies(template, context)) {
            let name = context.variable.map_or("", |(name, _)| name);
            let problems = RefCell::new(Diagnostics::new());
            let filled = template.fill(name, &|slot, indent| match self.slot(slot, context, indent)? {
                Ok(text) => Some(text),
                Err(found) => {
                    problems.borrow_mut().append(found);
                    Some(String::new())
                }
            });
            self.problems.borrow_mut().append(problems.take());
            match filled {
                Ok(text) => {
                    let segment = context.segment.map(|segment| segment.name.clone());
                    out.push(Statement { text, segment, purpose, opaque: template.is_opaque() });
                }
                Err(slot) => {
                    let dialect = self.dialect.name.clone();
                    let problem = EmptySlot { span: None, slot: slot.name(), statement: what, dialect };
                    self.problems.borrow_mut().push(problem);
                }
            }
        }
    }

    /// Whether a statement is for a segment, and for this script.
    fn applies(&self, template: &StatementTemplate, context: Context<'_>) -> bool {
        let Some(segment) = context.segment else { return true };
        let refresh = if self.refresh { Some(&segment.refresh) } else { None };
        template.when.iter().all(|when| match when {
            Condition::Expire => segment.hold.is_some(),
            Condition::NoExpire => segment.hold.is_none(),
            Condition::History => segment.history.is_some(),
            Condition::Ranked => segment.ranked.is_some(),
            Condition::Unranked => segment.ranked.is_none(),
            Condition::Log => segment.log.is_some(),
            Condition::Prune => segment.log.as_ref().is_some_and(|log| !log.for_good),
            Condition::Affected => self.by_keys(Some(segment)).is_some(),
            Condition::Everyone => self.by_keys(Some(segment)).is_none(),
            Condition::ByKeys => matches!(refresh, Some(Refresh::InsertDelete)),
            Condition::Grows => matches!(refresh, Some(Refresh::InsertOnly)),
            Condition::InFull => matches!(refresh, None | Some(Refresh::Rebuild { .. })),
        })
    }
}

pub(super) fn text(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}
