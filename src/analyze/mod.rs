//! Facts about checked segments: what they read, their order, their fingerprint, whether members can
//! leave them, which keys can be affected between two runs.
//!
//! `logical` is what segments ask in normal form, which is computed only for the commands that need it.
//! `analyze` computes the other facts about the whole tree, each segment's `Footprint` first, which the
//! others are derived from. A segment that reads what its readers may not is left out of the tree.
//!
//! Must not know: targets, capabilities, SQL.

mod access;
mod affected;
mod append_only;
mod declared;
pub(crate) mod findings;
mod fingerprint;
mod footprint;
mod immutable;
pub(crate) mod logical;
mod obstacle;
mod order;
mod personal;
pub(crate) mod problems;

use crate::check::hir::Hir;
use crate::diagnostic::Diagnostics;
use footprint::TraitFootprints;

pub(crate) use affected::{Stamp, Trigger, TriggerKind, affected, stamp};
pub(crate) use append_only::{prove_append_only, reads_nothing};
pub(crate) use declared::{Declared, declarations, read_items};
pub(crate) use fingerprint::{own_meaning, own_rules};
pub use footprint::InputKind;
pub(crate) use footprint::{Footprint, Input, Purpose};
pub(crate) use immutable::never_changes;
pub(crate) use obstacle::Obstacle;
pub use order::Graph;
pub(crate) use order::SegmentNode;
pub(crate) use personal::is_personal;

/// A checked tree and the facts about it.
pub(crate) struct Analysis {
    /// The tree, without the segments that read what their readers may not.
    pub(crate) hir: Hir,
    pub(crate) graph: Graph,
    /// The fingerprint of every segment, by its identity.
    pub(crate) fingerprints: Vec<String>,
}

/// Finds the facts about a tree, and reports the segments that read what their readers may not.
pub(crate) fn analyze(hir: Hir, problems: &mut Diagnostics) -> Analysis {
    let traits = TraitFootprints::of(&hir);
    let mut footprints = traits.segments();
    let refused = access::refused(&hir, &footprints, problems);
    let hir = access::without(&hir, &traits, &refused).unwrap_or(hir);
    footprints.retain(|id, _| !refused.contains(id));
    let graph = Graph::new(&hir, footprints);
    let fingerprints = fingerprint::fingerprints(&hir, &graph);
    Analysis { hir, graph, fingerprints }
}
