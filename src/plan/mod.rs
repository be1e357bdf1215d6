//! What to do for one target: what is allowed, in which order, how each segment is stored
//! and refreshed, and the relational plan of its members.
//!
//! The only reader of capabilities: downward go choices, never flags. Must not know: files,
//! SQL text, a dialect's name.

mod depend;
mod model;
pub mod rel;

pub use depend::{DependencyKind, dependencies};
pub use model::*;
