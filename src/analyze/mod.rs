//! Facts about checked segments: what they depend on, their order, their fingerprint, whether
//! anyone can leave them, which keys can be affected between two runs.
//!
//! Must not know: targets, capabilities, SQL.

mod affected;
mod fingerprint;
mod inputs;
mod monotone;
mod order;

pub use affected::{Cause, CauseKind, Stamp, affected, stamp};
pub use fingerprint::fingerprints;
pub use inputs::{Input, InputKind, inputs};
pub use monotone::{Obstacle, nobody_leaves, reads_nothing};
pub use order::{Graph, Node};
