//! The library's interface: from a project's folder to its artifacts.
//!
//! It depends on every stage and leaves the work to them. Must not know: the command line, the
//! terminal, exit codes.

mod asked;
mod dbt;
mod described;
mod draft;
mod filter;
mod levels;
mod listing;
pub(crate) mod lists;
mod matrix;
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

pub use asked::{Asked, AskedScan, AskedWindow};
pub use draft::{Draft, DraftText, DraftValues, Drafted};
pub use filter::Filter;
pub use listing::{
    Entry, EntryCondition, EntryPosition, EntryRange, EntryRead, ListSource, Relation, Relative,
};
pub use matrix::{Cell, LimitRow, Matrix, MatrixRow, PolicyLimitRow};
pub use open::{open, open_files};
pub use overlap::{MOST_COMBINED, Overlap, OverlapCombination, OverlapPair, OverlapSegment};
pub use preview::{Population, Preview, PreviewRow, PreviewValue, ValuePreview};
pub use probe::Probe;
pub use recheck::{Kept, Known, Rechecked, open_to_check};
pub use run::{Event, History, Outcome, Parity, Ran, RunRequest, SegmentRan, Status};
pub use schemas::schemas;
pub use scripts::{Build, Execution, ExecutionStep, SegmentFiles};
pub use select::{Selection, State};
pub use session::{Options, Session};
pub use why::{Attrition, AttritionStep, Membership, Memberships, Question, Saw, Why, WhyPart};

pub use crate::syntax::format;
