//! What a plan is made for.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::policy::{Abilities, Policy};
use super::storage::{Reading, SegmentStorage};
use crate::analyze::Graph;
use crate::check::hir::{Hir, Materialize, SegmentId};
use crate::diagnostic::{Sources, Span};
use crate::dialect::TemplatesHash;
use crate::project::OnStaleState;

/// What a plan is made for.
pub struct Request<'a> {
    /// The checked project.
    pub(crate) hir: &'a Hir,
    pub(crate) graph: &'a Graph,
    /// The fingerprint of every segment, by its identity.
    pub(crate) fingerprints: &'a [String],
    /// The segments that are wanted; the stored ones that they read are added.
    pub(crate) segments: &'a [SegmentId],
    /// What the target can do.
    pub(crate) abilities: &'a Abilities,
    pub(crate) dialect: &'a str,
    /// The schema of the segments' tables.
    pub(crate) schema: &'a [String],
    /// The project's policy, and the tier's.
    pub(crate) policies: &'a [Policy<'a>],
    /// How segments are stored that do not say.
    pub(crate) materialize: Materialize,
    /// Where the project says its zone.
    pub(crate) zone_span: Option<Span>,
    /// The instant of the build, if it is known.
    pub(crate) as_of: Option<Timestamp>,
    /// The names of the entities' tables, without their schemas ([`tables`]).
    pub(crate) tables: BTreeSet<String>,
    /// What a refresh does that can't build on the last run.
    pub(crate) on_stale_state: OnStaleState,
    /// The files that the spans of the tree point into.
    pub(crate) sources: &'a Sources,
    /// A hash of the dialect's functions, which says when the same plan means other SQL.
    pub(crate) templates: TemplatesHash<'a>,
}

/// The last parts of the names of the entities' tables on a target.
#[must_use]
pub fn tables(hir: &Hir, target: &str) -> BTreeSet<String> {
    let last = |parts: &[String]| parts.last().map(|name| name.to_lowercase());
    hir.catalog.entities.iter().flat_map(|entity| entity.tables_on(target)).filter_map(last).collect()
}

impl Request<'_> {
    /// How a segment is stored.
    #[must_use]
    pub(crate) fn materialize(&self, id: SegmentId) -> Materialize {
        self.storage(Reading::Stored).materialize(id)
    }

    pub(super) fn table(&self, id: SegmentId) -> Vec<String> {
        self.storage(Reading::Stored).table(id)
    }

    /// How the segments are stored.
    pub(super) fn storage(&self, reading: Reading) -> SegmentStorage<'_> {
        SegmentStorage { hir: self.hir, schema: self.schema, default: self.materialize, reading }
    }
}
