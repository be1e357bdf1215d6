//! Putting a script together.

use std::cell::RefCell;
use std::collections::BTreeMap;

use sqlparser::ast::{BinaryOperator, Expr, Ident};

use super::{Purpose, Scope, Script, Statement};
use crate::check::hir::Materialize;
use crate::diagnostic::Diagnostics;
use crate::dialect::shell::{Shell, Slot, When};
use crate::dialect::{Dialect, Function};
use crate::plan::rel::{BinaryOp, Clock, Column, Negated, Relation, Scalar, Select, TableRef};
use crate::plan::{Check, Plan, RUNS_TABLE, Refresh, SegmentPlan};
use crate::sql::parens;
use crate::sql::print;
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
    let clock = clock(plan, &chosen, scope);
    let header = header(plan, &chosen, refresh, source);
    let form = plan.as_of.map_or(ClockForm::Script, ClockForm::Literal);
    let renderer = Renderer::new(dialect, form, &clock);
    let writer = Writer { plan, dialect, renderer, clock: &clock, problems: RefCell::default() };
    let statements = writer.statements(&chosen, scope, refresh);
    let problems = writer.problems.take();
    if problems.is_empty() { Ok(Script { header, statements }) } else { Err(problems) }
}

/// The instants that the chosen segments read. Alone, a segment may take its as_of from the
/// tables that it reads; together all have the engine's.
fn clock(plan: &Plan, chosen: &[&SegmentPlan], scope: Scope<'_>) -> Clock {
    let as_of = match (plan.as_of, scope) {
        (Some(instant), _) => Some(Scalar::Literal(Literal::Timestamp(instant))),
        (None, Scope::One(_)) => chosen.first().and_then(|segment| segment.clock.as_of.clone()),
        (None, Scope::All) => None,
    };
    let mut bounds: Vec<(String, Scalar, Type)> = Vec::new();
    for bound in chosen.iter().filter(|one| is_table(one)).flat_map(|segment| &segment.clock.bounds) {
        if !bounds.iter().any(|(name, ..)| *name == bound.0) {
            bounds.push(bound.clone());
        }
    }
    Clock { as_of, bounds }
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
            (Refresh::InsertOnly, ..) => "a table that only grows".to_owned(),
            (Refresh::Rebuild { reason, .. }, ..) => format!("a table, evaluated in full: {reason}"),
        };
        format!("{}{place}, fingerprint {fingerprint}: {how}", segment.name)
    }));
    lines
}

struct Writer<'a> {
    plan: &'a Plan,
    dialect: &'a Dialect,
    renderer: Renderer<'a>,
    clock: &'a Clock,
    problems: RefCell<Diagnostics>,
}

/// What the slots of a statement stand for, beside those of its plan.
#[derive(Clone, Copy, Default)]
struct Context<'a> {
    segment: Option<&'a SegmentPlan>,
    check: Option<&'a Check>,
    variable: Option<(&'a str, &'a Type)>,
    /// The statement writes a view, whose query reads the clock itself.
    view: bool,
}

impl<'a> Writer<'a> {
    fn statements(&self, chosen: &[&'a SegmentPlan], scope: Scope<'_>, refresh: bool) -> Vec<Statement> {
        let shells = &self.dialect.statements;
        let tables: Vec<&SegmentPlan> = chosen.iter().copied().filter(|one| is_table(one)).collect();
        let mut out = Vec::new();
        let once = Context::default();
        if !tables.is_empty() {
            self.per_variable(&mut out, (&shells.declare, Purpose::Declare, "declare"));
        }
        self.add(&mut out, (&shells.session, Purpose::Session, "session"), once);
        if !shells.setup_in_transaction {
            self.setup(&mut out, &tables);
        }
        if !tables.is_empty() {
            self.add(&mut out, (&shells.begin, Purpose::Begin, "begin"), once);
        }
        if shells.setup_in_transaction {
            self.setup(&mut out, &tables);
        }
        if !tables.is_empty() {
            self.members(&mut out, &tables, matches!(scope, Scope::One(_)), refresh);
        }
        if shells.view_in_transaction {
            self.views(&mut out, chosen);
        }
        if !tables.is_empty() {
            self.add(&mut out, (&shells.commit, Purpose::Commit, "commit"), once);
        }
        if !shells.view_in_transaction {
            self.views(&mut out, chosen);
        }
        out
    }

    fn views(&self, out: &mut Vec<Statement>, chosen: &[&'a SegmentPlan]) {
        for &segment in chosen.iter().filter(|one| !is_table(one)) {
            let context = Context { segment: Some(segment), view: true, ..Context::default() };
            self.add(out, (&self.dialect.statements.view, Purpose::View, "view"), context);
        }
    }

    fn setup(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan]) {
        let shells = &self.dialect.statements;
        self.add(out, (&shells.setup, Purpose::Setup, "setup"), Context::default());
        for &segment in tables {
            let context = Context { segment: Some(segment), ..Context::default() };
            self.add(out, (&shells.setup_segment, Purpose::Setup, "setup_segment"), context);
        }
    }

    /// Locks, clock, checks, and then the members, segment by segment.
    fn members(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan], alone: bool, refresh: bool) {
        let shells = &self.dialect.statements;
        let of = |segment| Context { segment: Some(segment), ..Context::default() };
        for &segment in tables {
            self.add(out, (&shells.lock_segment, Purpose::Lock, "lock_segment"), of(segment));
        }
        if self.plan.as_of.is_none() {
            self.add(out, (&shells.clock_table, Purpose::Clock, "clock_table"), Context::default());
            self.per_variable(out, (&shells.set_clock, Purpose::Clock, "set_clock"));
        }
        let appends = |segment: &SegmentPlan| refresh && segment.refresh == Refresh::InsertOnly;
        self.shared_checks(out, tables);
        for &segment in tables {
            let own = if appends(segment) { self.state_checks(segment) } else { Vec::new() };
            let guards = if alone { &segment.guards[..] } else { &[] };
            for check in guards.iter().chain(&own) {
                // The context of a check lives as long as the check: fill it here.
                let context = Context { segment: Some(segment), check: Some(check), ..Context::default() };
                self.add(out, (&shells.check, Purpose::Check, "check"), context);
            }
        }
        for &segment in tables {
            let write = if appends(segment) { (&shells.append, "append") } else { (&shells.fill, "fill") };
            self.add(out, (write.0, Purpose::Write, write.1), of(segment));
            self.add(out, (&shells.finish_segment, Purpose::Finish, "finish_segment"), of(segment));
        }
    }

    /// What must hold of the data: many segments ask for the same, which is checked once. It
    /// belongs to a segment only if no other asks.
    fn shared_checks(&self, out: &mut Vec<Statement>, tables: &[&'a SegmentPlan]) {
        let mut asked: BTreeMap<&str, Vec<(&'a Check, Option<&'a SegmentPlan>)>> = BTreeMap::new();
        let mut order: Vec<(&'a str, usize)> = Vec::new();
        for &segment in tables {
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

    /// What must hold for inserts alone to be enough: the last run, if there was one, meant
    /// the same and was not later; and without a known run there are no members yet.
    fn state_checks(&self, segment: &SegmentPlan) -> Vec<Check> {
        let column = |name: &str| Box::new(Scalar::Column("r".to_owned(), name.to_owned()));
        let text = |text: &str| Box::new(Scalar::Literal(Literal::String(text.to_owned())));
        let run = |wrong: Scalar| {
            let own = Scalar::Binary(BinaryOp::Equal, column("segment"), text(&segment.name));
            let one = Column { value: Scalar::Literal(Literal::Integer(1)), name: None };
            let from = TableRef { relation: Relation::Table(self.runs()), alias: "r".to_owned() };
            let filter = Some(Scalar::And(vec![own, wrong]));
            let select = Select { columns: vec![one], from: Some(from), filter, ..Select::default() };
            Scalar::Exists(Box::new(select), Negated(false))
        };
        let name = &segment.name;
        let as_of = Box::new(Scalar::Clock(AS_OF.to_owned()));
        vec![
            Check {
                fails_if: run(Scalar::Binary(
                    BinaryOp::NotEqual,
                    column("fingerprint"),
                    text(&segment.fingerprint),
                )),
                message: format!("segment {name} has changed since its last run: run its create script"),
            },
            Check {
                fails_if: run(Scalar::Binary(BinaryOp::Greater, column(AS_OF), as_of)),
                message: format!("segment {name} has already run at a later as_of: run its create script"),
            },
            Check {
                fails_if: run(Scalar::And(vec![Scalar::IsNull(column(AS_OF)), self.has_members(segment)])),
                message: format!("segment {name} has members of an unknown run: run its create script"),
            },
        ]
    }

    fn has_members(&self, segment: &SegmentPlan) -> Scalar {
        let one = Column { value: Scalar::Literal(Literal::Integer(1)), name: None };
        let from = TableRef { relation: Relation::Table(segment.table.clone()), alias: "m".to_owned() };
        let select = Select { columns: vec![one], from: Some(from), ..Select::default() };
        Scalar::Exists(Box::new(select), Negated(false))
    }

    fn runs(&self) -> Vec<String> {
        self.plan.schema.iter().cloned().chain([RUNS_TABLE.to_owned()]).collect()
    }

    /// Adds a statement for as_of and each bound.
    fn per_variable(&self, out: &mut Vec<Statement>, step: (&[Shell], Purpose, &'static str)) {
        if self.plan.as_of.is_some() {
            return;
        }
        let bounds = self.clock.bounds.iter().map(|(name, _, ty)| (name.as_str(), ty));
        for variable in std::iter::once((AS_OF, &Type::Timestamp)).chain(bounds) {
            self.add(out, step, Context { variable: Some(variable), ..Context::default() });
        }
    }

    fn add(
        &self,
        out: &mut Vec<Statement>,
        (shells, purpose, what): (&[Shell], Purpose, &'static str),
        context: Context<'_>,
    ) {
        for shell in shells.iter().filter(|shell| applies(shell, context)) {
            let name = context.variable.map_or("", |(name, _)| name);
            let problems = RefCell::new(Diagnostics::new());
            let filled = shell.fill(name, &|slot, indent| match self.slot(slot, context, indent)? {
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
                    out.push(Statement { text, segment, purpose, opaque: shell.is_opaque() });
                }
                Err(slot) => {
                    let dialect = self.dialect.name.clone();
                    let problem = EmptySlot { span: None, slot: slot.name(), statement: what, dialect };
                    self.problems.borrow_mut().push(problem);
                }
            }
        }
    }

    /// The text that stands in a slot; `None` if nothing can.
    fn slot(&self, slot: Slot, context: Context<'_>, indent: usize) -> Option<Result<String, Diagnostics>> {
        let renderer = &self.renderer;
        let segment = context.segment;
        Some(match slot {
            Slot::Schema => Ok(renderer.table_name(&self.plan.schema).to_string()),
            Slot::Runs => Ok(renderer.table_name(&self.runs()).to_string()),
            Slot::Table => Ok(renderer.table_name(&segment?.table).to_string()),
            Slot::Segment => renderer.scalar(&text(&segment?.name)),
            Slot::Fingerprint => renderer.scalar(&text(&segment?.fingerprint)),
            Slot::AsOf => renderer.scalar(&Scalar::Clock(AS_OF.to_owned())),
            Slot::Timestamp => Ok(self.dialect.data_type(&Type::Timestamp)?.to_string()),
            Slot::Keys => Ok(self.keys(segment?, "")),
            Slot::ScratchKeys => Ok(self.keys(segment?, "s")),
            Slot::KeyColumns => self.key_columns(segment?, indent),
            Slot::Match => Ok(self.matching(segment?)),
            Slot::Query if context.view => {
                let clock = Clock { as_of: None, bounds: segment?.clock.bounds.clone() };
                let form = self.plan.as_of.map_or(ClockForm::Query, ClockForm::Literal);
                Renderer::new(self.dialect, form, &clock).query_at(&segment?.query, indent)
            }
            Slot::Query => match segment {
                Some(segment) => renderer.query_at(&segment.query, indent),
                None => self.clock_query(indent),
            },
            Slot::Admitted => renderer.query_at(&segment?.hold.as_ref()?.admitted, indent),
            Slot::End => renderer.scalar(&Scalar::Clock(segment?.hold.as_ref()?.end.clone())),
            Slot::History => Ok(renderer.table_name(segment?.history.as_ref()?).to_string()),
            Slot::Condition => renderer.scalar_at(&context.check?.fails_if, indent),
            Slot::Failure => {
                renderer.scalar(&Scalar::Call(Function::Raise, vec![text(&context.check?.message)]))
            }
            Slot::Type => Ok(self.dialect.data_type(context.variable?.1)?.to_string()),
            Slot::Value => self.value(context.variable?.0),
        })
    }

    fn clock_query(&self, indent: usize) -> Result<String, Diagnostics> {
        let renderer = Renderer::new(self.dialect, ClockForm::Query, self.clock);
        renderer.clock_text(indent)
    }

    /// The value that a clock variable is set to.
    fn value(&self, name: &str) -> Result<String, Diagnostics> {
        if name != AS_OF {
            let bound = self.clock.bounds.iter().find(|(one, ..)| one == name);
            return bound.map_or(Ok(String::new()), |(_, value, _)| self.renderer.scalar(value));
        }
        match &self.clock.as_of {
            Some(scalar) => self.renderer.scalar(scalar),
            None => self.renderer.scalar(&Scalar::Call(Function::EngineClock, Vec::new())),
        }
    }

    fn keys(&self, segment: &SegmentPlan, alias: &str) -> String {
        let column = |name: &str| match alias {
            "" => self.renderer.name(name),
            alias => Expr::CompoundIdentifier(vec![Ident::new(alias), self.dialect.identifiers.write(name)])
                .to_string(),
        };
        segment.keys.iter().map(|key| column(&key.name)).collect::<Vec<_>>().join(", ")
    }

    fn key_columns(&self, segment: &SegmentPlan, indent: usize) -> Result<String, Diagnostics> {
        let definitions = segment.keys.iter().filter_map(|key| {
            let ty = self.dialect.data_type(&key.ty)?;
            Some(format!("{} {ty} NOT NULL", self.renderer.name(&key.name)))
        });
        Ok(definitions.collect::<Vec<_>>().join(&format!(",\n{}", " ".repeat(indent))))
    }

    fn matching(&self, segment: &SegmentPlan) -> String {
        let column = |alias: &str, name: &str| {
            Expr::CompoundIdentifier(vec![Ident::new(alias), self.dialect.identifiers.write(name)])
        };
        let equal = |name: &str| Expr::BinaryOp {
            left: Box::new(column("m", name)),
            op: BinaryOperator::Eq,
            right: Box::new(column("s", name)),
        };
        let parts = segment.keys.iter().map(|key| equal(&key.name));
        let all = parts.reduce(|left, right| Expr::BinaryOp {
            left: Box::new(left),
            op: BinaryOperator::And,
            right: Box::new(right),
        });
        all.map_or_else(
            || "TRUE".to_owned(),
            |mut all| {
                parens::tidy(&mut all);
                print::expr(&all, 0)
            },
        )
    }
}

/// Whether a statement is for a segment.
fn applies(shell: &Shell, context: Context<'_>) -> bool {
    let Some(segment) = context.segment else { return true };
    shell.when.iter().all(|when| match when {
        When::Expire => segment.hold.is_some(),
        When::NoExpire => segment.hold.is_none(),
        When::History => segment.history.is_some(),
    })
}

fn text(text: &str) -> Scalar {
    Scalar::Literal(Literal::String(text.to_owned()))
}
