//! The members of a segment over rows in memory, without SQL.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::session::Session;
use crate::check::hir::SegmentId;
use crate::evaluate::{self, Data, Datum, EvalError};

impl Session {
    /// The project's entities without a row, except for the keys of static lists. Add rows with [`Data::push`].
    #[must_use]
    pub fn data(&self) -> Data {
        Data::new(&self.hir.catalog)
    }

    /// The keys of a segment's members at an instant, by the reference evaluator, which needs no database. A key has a
    /// value for each of its fields.
    ///
    /// ```rust
    #[doc = include_str!("../../examples/library/evaluate.rs")]
    /// ```
    ///
    /// # Errors
    ///
    /// Where a run in a database would fail: overflow, duplicate keys, times out of range.
    pub fn members(
        &self,
        segment: SegmentId,
        data: &Data,
        as_of: Timestamp,
    ) -> Result<BTreeSet<Vec<Datum>>, EvalError> {
        evaluate::members(&self.hir, segment, data, as_of)
    }
}
