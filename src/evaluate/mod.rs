//! The reference evaluator: computes the members of a segment over rows in memory.
//!
//! It interprets the checked tree sentence by sentence as the language reference defines it. Every
//! engine is compared with it, so being obviously correct comes before being fast.
//!
//! Must not know: targets, capabilities, SQL, plans.

mod aggregate;
mod columns;
mod cond;
mod data;
mod datum;
mod encoding;
mod error;
mod evaluator;
mod index;
mod instances;
mod json;
mod keep;
mod number;
mod order;
mod parse;
mod sequence;
mod text;
mod time;
mod uses;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::check::hir::{Hir, SegmentId};

pub use columns::{Clash, Columns, covers};
pub use data::{Data, DataError, fit, is_deleted};
pub use datum::Datum;
pub use error::EvalError;
pub use evaluator::{Evaluator, Row};
pub use json::extract;
pub use parse::{ParseError, parse, parse_column};
pub(crate) use text::is_found;

/// The keys of a segment's members at an instant.
///
/// # Errors
/// Where a run on an engine would fail: overflow, duplicate keys, times out of range.
pub fn members(
    hir: &Hir,
    segment: SegmentId,
    data: &Data,
    as_of: Timestamp,
) -> Result<BTreeSet<Vec<Datum>>, EvalError> {
    Evaluator::new(hir, data, as_of).members(segment)
}
