//! Targets as data: capabilities, limits, types, function templates and statements.
//!
//! A dialect is a YAML file (`dialects/*.yml`, built in, or the user's own). Must not know:
//! segments, plans. The planner reads capabilities; the SQL stage reads the rest.

mod capability;
mod function;

pub use capability::{Capability, Limit};
pub use function::Function;
