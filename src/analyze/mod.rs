//! Facts about checked segments: what they depend on, their fingerprint, whether anyone can
//! leave them.
//!
//! Must not know: targets, capabilities, SQL.

mod inputs;

pub use inputs::{Input, inputs};
