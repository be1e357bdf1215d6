//! The segments of a run, and the statements that build some of them together.

use std::collections::BTreeMap;

use crate::api::scripts::{count_sql, script, span_of};
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::check::hir::Materialize;
use crate::diagnostic::{Diagnostics, Span};
use crate::plan::program::{
    Action, Loading, Mode, Program, ProgramScope, TableDef, program, program_loading, without_column,
};
use crate::plan::{Assertion, Plan, SegmentPlan, TableRead, Unique};
use crate::sql::Statement;

/// A segment of a run.
pub(super) struct Segment<'a> {
    /// How it is built, as of the plan's instant; a view follows the clock.
    pub(super) plan: &'a SegmentPlan,
    pub(super) span: Option<Span>,
    /// The segments on which it depends directly.
    pub(super) needs: Vec<&'a str>,
}

impl Segment<'_> {
    pub(super) fn name(&self) -> &str {
        &self.plan.name
    }

    /// Whether it is a table, whose runs are recorded.
    pub(super) fn is_table(&self) -> bool {
        self.plan.materialize.is_table()
    }

    /// Whether it is stored at all.
    pub(super) fn is_stored(&self) -> bool {
        self.plan.materialize != Materialize::Inline
    }

    /// What must be unique, each with the assertion of its script that it is.
    pub(super) fn unique(&self) -> impl Iterator<Item = (&Assertion, &Unique)> {
        let checks = self.plan.evaluation.checks.iter();
        checks.filter_map(|check| Some((check, check.unique.as_ref()?)))
    }
}

/// The plans of a run: tables are built as of an instant; views follow `live`.
#[derive(Clone, Copy)]
pub(super) struct Plans<'a> {
    pub(super) session: &'a Session,
    pub(super) target: &'a Target,
    pub(super) fixed: &'a Plan,
    pub(super) live: &'a Plan,
    /// How static lists are loaded.
    pub(super) loading: &'a Loading,
}

impl<'a> Plans<'a> {
    /// The segments, in the plan's order.
    pub(super) fn segments(self) -> Vec<Segment<'a>> {
        // The same segments in the same order: as_of changes neither.
        let pairs = self.fixed.segments.iter().zip(&self.live.segments);
        let made = |(fixed, live): (&'a SegmentPlan, &'a SegmentPlan)| Segment {
            plan: if fixed.materialize.is_table() { fixed } else { live },
            span: span_of(self.session, &fixed.name),
            needs: fixed.depends_on.iter().map(|input| input.name.as_str()).collect(),
        };
        pairs.map(made).collect()
    }

    /// The statements that build segments together.
    pub(super) fn statements(
        self,
        segments: &[&Segment<'a>],
        mode: Mode,
    ) -> Result<Vec<Statement>, Diagnostics> {
        let plans: Vec<&SegmentPlan> = segments.iter().map(|segment| segment.plan).collect();
        let program = match plans[..] {
            [only] if !only.materialize.is_table() => program(self.live, ProgramScope::One(only), mode),
            _ => program_loading(self.fixed, ProgramScope::Some(&plans), mode, self.loading),
        };
        Ok(script(self.session, self.target, &program)?.statements)
    }

    /// The statements that drop a column from a segment's table.
    pub(super) fn without_column(
        self,
        segment: &Segment<'a>,
        column: &str,
    ) -> Result<Vec<Statement>, Diagnostics> {
        let program = without_column(self.fixed, segment.plan, column);
        Ok(script(self.session, self.target, &program)?.statements)
    }

    /// The query that counts a segment's members.
    pub(super) fn count(self, segment: &Segment<'_>) -> Result<String, Diagnostics> {
        count_sql(self.target, &segment.plan.table)
    }

    /// What a segment's script reads and writes.
    pub(super) fn work(self, segment: &Segment<'a>) -> Work<'a> {
        let plan = segment.plan;
        let program = program(self.fixed, ProgramScope::One(plan), Mode::Create);
        let log = plan.kept.log.as_ref().filter(|log| log.for_good).map(|_| plan.kept.tables.log.clone());
        Work {
            tables: tables(&program),
            table: &plan.table,
            kept: plan.kept.history.iter().cloned().chain(log).collect(),
            reads: &plan.reads,
        }
    }
}

/// The tables that a segment's script reads and writes.
pub(super) struct Work<'a> {
    /// The tables that it creates if they are missing.
    pub(super) tables: Vec<TableDef>,
    /// The table of its members.
    pub(super) table: &'a [String],
    /// Its other tables, whose contents can't be computed again.
    pub(super) kept: Vec<Vec<String>>,
    /// The tables and columns that it reads.
    pub(super) reads: &'a [TableRead],
}

/// The tables that a program creates, without the columns that it adds to existing ones.
fn tables(program: &Program<'_>) -> Vec<TableDef> {
    let mut tables: Vec<TableDef> = Vec::new();
    for step in &program.steps {
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

/// The segments of a level, in the order of the plan; the levels in their order.
pub(super) fn levels<'s, 'a>(segments: &'s [Segment<'a>]) -> BTreeMap<usize, Vec<&'s Segment<'a>>> {
    let mut levels: BTreeMap<usize, Vec<&Segment<'a>>> = BTreeMap::new();
    for segment in segments {
        levels.entry(segment.plan.level).or_default().push(segment);
    }
    levels
}
