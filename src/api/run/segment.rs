//! The segments of a run, with the statements of each.

use rayon::prelude::*;

use crate::api::scripts::{count_sql, script, span_of};
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::check::hir::Materialize;
use crate::diagnostic::{Diagnostics, Span};
use crate::plan::program::{Action, Mode, Program, ProgramScope, TableDef, program};
use crate::plan::{Plan, SegmentPlan, TableRead, Unique};

/// A segment of a run.
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) span: Option<Span>,
    /// Whether it is a table, whose runs are recorded.
    pub(super) is_table: bool,
    /// The segments on which it depends directly.
    pub(super) needs: Vec<String>,
    /// How it is built; `None` if it isn't stored.
    pub(super) work: Option<Work>,
}

/// How a segment is built.
pub(super) struct Work {
    pub(super) statements: Vec<String>,
    /// The tables that it creates if they are missing.
    pub(super) tables: Vec<TableDef>,
    /// The table of its members.
    pub(super) table: Vec<String>,
    /// Its other tables, whose contents can't be computed again.
    pub(super) kept: Vec<Vec<String>>,
    /// The tables and columns that it reads.
    pub(super) reads: Vec<TableRead>,
    /// What must be unique, each with the message of its script if it isn't.
    pub(super) unique: Vec<(String, Unique)>,
    /// The query that counts its members afterwards.
    pub(super) count: String,
}

/// The segments of a plan, in its order. Tables are built as of the plan's instant; views follow
/// `live`.
pub(super) fn segments(
    session: &Session,
    target: &Target,
    fixed: &Plan,
    live: &Plan,
    mode: Mode,
) -> Result<Vec<Segment>, Diagnostics> {
    let made = |(one, live_one): (&SegmentPlan, &SegmentPlan)| {
        let (plan, planned) = if one.materialize.is_table() { (fixed, one) } else { (live, live_one) };
        Ok(Segment {
            name: one.name.clone(),
            span: span_of(session, &one.name),
            is_table: one.materialize.is_table(),
            needs: one.depends_on.iter().map(|input| input.name.clone()).collect(),
            work: work(session, target, plan, planned, mode)?,
        })
    };
    // The same segments in the same order: as_of changes neither.
    fixed.segments.par_iter().zip(&live.segments).map(made).collect()
}

fn work(
    session: &Session,
    target: &Target,
    plan: &Plan,
    segment: &SegmentPlan,
    mode: Mode,
) -> Result<Option<Work>, Diagnostics> {
    if segment.materialize == Materialize::Inline {
        return Ok(None);
    }
    let program = program(plan, ProgramScope::One(segment), mode);
    let made = script(session, target, &program)?;
    let log = segment.kept.log.as_ref().filter(|log| log.for_good).map(|_| segment.kept.tables.log.clone());
    Ok(Some(Work {
        tables: tables(&program),
        table: segment.table.clone(),
        kept: segment.kept.history.iter().cloned().chain(log).collect(),
        reads: segment.reads.clone(),
        unique: segment
            .evaluation
            .checks
            .iter()
            .filter_map(|check| Some((check.message.clone(), check.unique.clone()?)))
            .collect(),
        statements: made.statements.into_iter().map(|statement| statement.text).collect(),
        count: count_sql(target, &segment.table)?,
    }))
}

/// The tables that a program creates, without the columns that it adds to existing ones.
fn tables(program: &Program<'_>) -> Vec<TableDef> {
    let mut tables: Vec<TableDef> = Vec::new();
    for step in program.steps() {
        match &step.action {
            Action::CreateTable(table) => tables.push(table.clone()),
            Action::AddColumn(table, added) => {
                if let Some(table) = tables.iter_mut().find(|one| one.name == *table) {
                    table.columns.retain(|column| column != added);
                }
            }
            _ => {}
        }
    }
    tables
}
