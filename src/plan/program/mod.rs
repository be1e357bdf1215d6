//! The script of a build as data: typed steps, in the order in which an engine executes them.
//!
//! What is done, and in which order, is decided here, once for all targets. The `sql` stage writes
//! each step by the dialect's template for its kind and decides nothing. See refresh.md for the rules
//! that the order follows (R8 to R10).

mod apply;
mod base;
mod build;
mod copies;
mod difference;
mod first;
mod keys;
mod level;
mod members;
mod narrowed;
mod rows;
mod step;
mod summary;
mod tables;
mod transactions;

pub(crate) use base::is_own;
pub use build::program;
pub(crate) use build::{program_loading, without_column};
pub use level::Affected;
pub use rows::{Stored, repeated, rows};
pub use step::{Action, Instant, Phase, Source, Step};
pub use summary::{Group, GroupEvaluation};
pub use tables::{ColumnDef, TableDef};
pub(crate) use transactions::transactions;

use std::collections::BTreeSet;

use super::model::{Plan, SegmentPlan};
use super::rel::Clock;
use crate::check::hir::SegmentId;

/// Which segments a program is for.
#[derive(Debug, Clone, Copy)]
pub enum ProgramScope<'a> {
    /// All of the plan, at one as_of.
    All,
    /// Some of it, each after those of them that it reads. Tables of others are read as they are, and must be
    /// at the same as_of.
    Some(&'a [&'a SegmentPlan]),
    /// One of it, at the as_of of the tables that it reads.
    One(&'a SegmentPlan),
}

/// What a program does to the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Evaluates every entity, and fills tables that don't exist yet. No segment may be one that is evaluated
    /// alone; the target has transactions and one table of runs.
    First,
    /// Evaluates every entity, and applies the difference.
    Create,
    /// Refreshes each segment the way that the plan has chosen.
    Refresh,
}

/// How a program loads the keys of static lists: by statements, unless its caller knows better.
#[derive(Debug, Clone, Default)]
pub(crate) struct Loading {
    /// The lists whose stored keys are those of their files: the program only makes sure of it.
    pub(crate) stored: BTreeSet<SegmentId>,
    /// Whether the caller's engine appends keys to a table.
    pub(crate) appends: bool,
}

/// The steps of a build for one target.
#[derive(Debug, Clone)]
pub struct Program<'a> {
    /// The plan that it is made from.
    pub plan: &'a Plan,
    /// What it does.
    pub mode: Mode,
    /// The segments it builds, each after those that it reads; without those stored nowhere.
    pub segments: Vec<&'a SegmentPlan>,
    /// The instants that its steps read.
    pub clock: Clock,
    /// What is executed, in order and in one session: as a whole or, where the engine has transactions, not
    /// at all.
    pub steps: Vec<Step<'a>>,
}
