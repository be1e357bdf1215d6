//! Facts about checked segments: what they depend on, their order, their fingerprint, whether
//! anyone can leave them, which keys can be affected between two runs.
//!
//! Must not know: targets, capabilities, SQL.

mod affected;
mod append_only;
mod fingerprint;
mod inputs;
mod order;

pub(crate) use affected::{Stamp, Trigger, TriggerKind, affected, stamp};
pub(crate) use append_only::{Obstacle, prove_append_only, reads_nothing};
pub(crate) use fingerprint::fingerprints;
pub(crate) use inputs::{Input, InputKind, inputs};
pub use order::Graph;
