//! The library's interface: from a project's folder to its artifacts.
//!
//! | to | begin with |
//! |---|---|
//! | find every problem of a project | [`check`] |
//! | compile segments | [`open`], then [`Session::select_sql`] or [`Session::plan`] and [`Session::artifacts`] |
//! | evaluate segments over rows, without SQL | [`Session::members`] |
//! | build segments in a database | [`Session::run`] |
//! | explain why someone is a member | [`Session::why`] |
//! | preview segments and values of a database | [`Session::preview`], [`Session::preview_values`], [`Session::overlap`] |
//! | compare two versions of a project | [`Session::diff`] |
//! | format a file | [`format()`] |
//!
//! Files are those of a folder ([`Disk`]) or in memory ([`Memory`]). Errors are never panics: what is wrong with a
//! project is in [`Diagnostics`].

// It depends on every stage and leaves the work to them. Must not know: the command line, the terminal, exit codes.

mod asked;
mod check;
mod dbt;
mod described;
mod diff;
mod draft;
mod filter;
mod levels;
mod listing;
pub(crate) mod lists;
mod matrix;
mod members;
mod open;
mod overlap;
mod parity;
pub(crate) mod preview;
mod probe;
pub(crate) mod problems;
mod recheck;
pub(crate) mod run;
pub(crate) mod schema;
mod schemas;
mod scripts;
pub(crate) mod select;
mod session;
mod targets;
#[cfg(test)]
pub(crate) mod testing;
mod variant;
mod why;

pub use check::check;
pub use diff::{
    BuildChange, Change, Clause, ClauseMark, Diff, Effect, MemberChange, PropertyChange, SegmentDiff,
};
pub use draft::{Draft, DraftText, DraftValues, Drafted};
pub use filter::Filter;
pub use listing::{
    Entry, EntryCondition, EntryPosition, EntryRange, EntryRead, ListSource, Relation, Relative,
};
pub use open::{open, open_files};
pub use overlap::{Overlap, OverlapCombination, OverlapPair, OverlapSegment};
pub use preview::{Population, Preview, PreviewRow, PreviewValue, ValuePreview};
pub use run::{DryStep, DryUnit, Event, History, Outcome, Parity, Ran, RunRequest, SegmentRan, Status};
pub use schemas::schemas;
pub use scripts::SegmentFiles;
pub use select::{Selection, State};
pub use session::{Options, Session};
pub use why::{Attrition, AttritionStep, Membership, Memberships, Question, Saw, Why, WhyPart};

pub use crate::analyze::InputKind;
pub use crate::artifact::{Artifacts, ManifestColumn, ManifestField, ScriptSize};
pub use crate::catalog::EntityId;
pub use crate::check::hir::SegmentId;
pub use crate::describe::{Description, Part, Section, SectionKind};
pub use crate::diagnostic::{
    Diagnostic, Diagnostics, Label, Position, Severity, Source, SourceId, Sources, Span,
};
pub use crate::engine::{Cell, DuckDb, Engine, EngineError, Limits, Postgres, Table};
pub use crate::evaluate::{Data, DataError, Datum, EvalError};
pub use crate::plan::Plan;
pub use crate::project::{Disk, Files, Listing, Memory, ReadError};
pub use crate::syntax::format;
pub use crate::types::{Literal, Materialize, Version};

// What the program `segc` needs besides. It may change in any version.
#[doc(hidden)]
pub use asked::{Asked, AskedScan, AskedWindow};
#[doc(hidden)]
pub use matrix::{LimitRow, Matrix, MatrixCell, MatrixRow, PolicyLimitRow};
#[doc(hidden)]
pub use overlap::MOST_COMBINED;
#[doc(hidden)]
pub use probe::Probe;
#[doc(hidden)]
pub use recheck::{Kept, Known, Rechecked, open_to_check};
#[doc(hidden)]
pub use scripts::{Build, Execution, ExecutionStep};
