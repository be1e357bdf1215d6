//! How segments are stored, and where the members of each are read.

use crate::check::hir::{Hir, Materialize, SegmentId};

/// Where the members of a segment that others refer to are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MembersAt {
    /// In its table, of this full name.
    Table(Vec<String>),
    /// In a subquery that is written where it is needed.
    Inline,
}

/// Which segments a query reads from their tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// All that have a table.
    Stored,
    /// Those that hold members who no longer match (`expire`), which only the table knows.
    Held,
    /// None: everything is inlined.
    Nothing,
}

/// How each segment of a tree is stored, as a query that reads some of them finds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SegmentStorage<'a> {
    pub(super) hir: &'a Hir,
    /// The schema of the segments' tables.
    pub(super) schema: &'a [String],
    /// How segments are stored that do not say.
    pub(super) default: Materialize,
    /// Which are read from their tables.
    pub(super) reading: Reading,
}

impl SegmentStorage<'_> {
    /// How a segment is stored.
    pub(super) fn materialize(&self, id: SegmentId) -> Materialize {
        self.hir.segment(id).properties.materialize.map_or(self.default, |(materialize, _)| materialize)
    }

    /// Whether a segment has a table.
    pub(super) fn is_table(&self, id: SegmentId) -> bool {
        self.materialize(id).is_table()
    }

    /// The full name of its table or view.
    pub(super) fn table(&self, id: SegmentId) -> Vec<String> {
        self.schema.iter().cloned().chain([self.hir.segment(id).name.clone()]).collect()
    }

    /// Where its members are read.
    pub(super) fn members_at(&self, id: SegmentId) -> MembersAt {
        if self.is_read(id) { MembersAt::Table(self.table(id)) } else { MembersAt::Inline }
    }

    /// Whether its members are read from its table.
    pub(super) fn is_read(&self, id: SegmentId) -> bool {
        match self.reading {
            Reading::Stored => self.is_table(id),
            Reading::Held => self.hir.segment(id).properties.expire.is_some(),
            Reading::Nothing => false,
        }
    }
}
