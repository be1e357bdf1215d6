//! Facts about checked segments: what they depend on, their order, their fingerprint, whether
//! anyone can leave them, which keys can be affected between two runs.
//!
//! Must not know: targets, capabilities, SQL.

mod affected;
mod append_only;
mod fingerprint;
mod inputs;
mod order;

pub use affected::{Stamp, Trigger, TriggerKind, affected, stamp};
pub use append_only::{Obstacle, prove_append_only, reads_nothing};
pub use fingerprint::fingerprints;
pub use inputs::{Input, InputKind, inputs};
pub use order::{Graph, Node};
