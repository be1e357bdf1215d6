//! The SQL texts of a build.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;

use super::session::Session;
use super::targets::Target;
use crate::artifact::{Scripts, SegmentScripts};
use crate::check::hir::Materialize;
use crate::diagnostic::{Diagnostics, Span};
use crate::dialect::Limit;
use crate::plan::problems::StatementTooLong;
use crate::plan::program::{Mode, Program, Scope, program};
use crate::plan::rel::{Clock, Column, Query, Relation, Scalar, Select, TableRef};
use crate::plan::{Plan, SegmentPlan};
use crate::sql::{self, ClockForm, Renderer, Script, Statement};
use crate::types::Literal;

/// A build as an engine executes it: statements in order, in one session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Execution {
    /// The statements.
    pub steps: Vec<Step>,
    /// The segments that are stored or views, in the order in which they are built, each with
    /// the query that then counts its members.
    pub counts: Vec<(String, String)>,
    /// The tables that are read, each with a query that fails if it isn't there.
    pub reads: Vec<(String, String)>,
}

/// A statement of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The segment that it is for; `None` for what all of them need.
    pub segment: Option<String>,
    /// Its text.
    pub statement: String,
}

/// One self-contained `SELECT`.
pub(super) fn select_sql(
    session: &Session,
    target: &Target,
    planned: &SegmentPlan,
    as_of: Option<Timestamp>,
) -> Result<String, Diagnostics> {
    let form = as_of.map_or(ClockForm::Query, ClockForm::Literal);
    let text = Renderer::new(&target.dialect, form, &planned.clock).query(&planned.query)?;
    let problems = too_long(session, target, &planned.name, &text);
    if problems.is_empty() { Ok(text) } else { Err(problems) }
}

/// Every script of a build.
pub(super) fn scripts(session: &Session, target: &Target, plan: &Plan) -> Result<Scripts, Diagnostics> {
    let (create, refresh) = rayon::join(
        || script(session, target, &program(plan, Scope::All, Mode::Create)),
        || script(session, target, &program(plan, Scope::All, Mode::Refresh)),
    );
    let segments: Result<BTreeMap<String, SegmentScripts>, Diagnostics> = plan
        .segments
        .par_iter()
        .filter(|segment| segment.materialize != Materialize::Inline)
        .map(|segment| {
            let scope = Scope::One(segment);
            let create = script(session, target, &program(plan, scope, Mode::Create))?.to_text();
            let stored = segment.materialize.is_table();
            let refresh =
                stored.then(|| script(session, target, &program(plan, scope, Mode::Refresh))).transpose()?;
            let refresh = refresh.map(|script| script.to_text());
            Ok((segment.name.clone(), SegmentScripts { create, refresh, parity: None }))
        })
        .collect();
    let (create, refresh) = (create?, refresh?);
    Ok(Scripts { create: create.to_text(), refresh: refresh.to_text(), segments: segments? })
}

/// A build's statements, and how its segments are counted.
pub(super) fn execution(
    session: &Session,
    target: &Target,
    plan: &Plan,
    mode: Mode,
) -> Result<Execution, Diagnostics> {
    let script = script(session, target, &program(plan, Scope::All, mode))?;
    let step = |statement: Statement| Step { segment: statement.segment, statement: statement.text };
    let mut counts = Vec::new();
    for segment in plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline) {
        counts.push((segment.name.clone(), count_sql(target, &segment.table)?));
    }
    let reads = reads(target, plan)?;
    Ok(Execution { steps: script.statements.into_iter().map(step).collect(), counts, reads })
}

/// The tables that a build reads, each with a query that fails if it isn't there.
pub(super) fn reads(target: &Target, plan: &Plan) -> Result<Vec<(String, String)>, Diagnostics> {
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for read in plan.segments.iter().flat_map(|segment| &segment.reads).filter(|read| !read.table.is_empty())
    {
        // Of no row: a table may be large.
        let nothing = Some(Scalar::Literal(Literal::Boolean(false)));
        tables.insert(read.table.join("."), plain_sql(target, counted(&read.table, nothing))?);
    }
    Ok(tables.into_iter().collect())
}

/// The query that counts the rows of a table.
pub(super) fn count_sql(target: &Target, table: &[String]) -> Result<String, Diagnostics> {
    plain_sql(target, counted(table, None))
}

fn counted(table: &[String], filter: Option<Scalar>) -> Select {
    let from = TableRef { relation: Relation::Table(table.to_vec()), alias: "m".to_owned() };
    let columns = vec![Column { value: Scalar::CountRows, name: None }];
    Select { columns, from: Some(from), filter, ..Select::default() }
}

/// A query that reads no instant of a run.
pub(super) fn plain_sql(target: &Target, select: Select) -> Result<String, Diagnostics> {
    let clock = Clock::default();
    Renderer::new(&target.dialect, ClockForm::Script, &clock).query(&Query::of(select))
}

/// A program in the target's SQL.
pub(super) fn script(
    session: &Session,
    target: &Target,
    program: &Program<'_>,
) -> Result<Script, Diagnostics> {
    let made = sql::script(program, &target.dialect, &|name| source(session, name))?;
    judge_length(session, target, &made)?;
    Ok(made)
}

/// Where a segment is written: `segments/vip.seg:3`.
pub(super) fn source(session: &Session, name: &str) -> Option<String> {
    let (path, position) = session.sources.locate(span_of(session, name)?)?;
    Some(format!("{path}:{}", position.line))
}

pub(super) fn span_of(session: &Session, name: &str) -> Option<Span> {
    session.hir.find(name).map(|id| session.hir.segment(id).name_span)
}

fn judge_length(session: &Session, target: &Target, script: &Script) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for statement in &script.statements {
        let segment = statement.segment.as_deref().unwrap_or_default();
        problems.append(too_long(session, target, segment, &statement.text));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The problem that a statement is longer than its target accepts, if it is.
pub(super) fn too_long(session: &Session, target: &Target, segment: &str, text: &str) -> Diagnostics {
    let limit = target.dialect.limit(Limit::StatementBytes);
    let allowed = limit.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
    let mut problems = Diagnostics::new();
    if text.len() > allowed {
        let (span, segment) = (span_of(session, segment), segment.to_owned());
        let (target, bytes) = (target.name.clone(), text.len());
        problems.push(StatementTooLong { span, segment, target, bytes, allowed });
    }
    problems
}
