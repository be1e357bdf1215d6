//! Targets as data: capabilities, limits, types, function templates and statements.
//!
//! A dialect is a YAML file (`dialects/*.yml`, built in, or the user's own). Must not know:
//! segments, plans. The planner reads capabilities; the SQL stage reads the rest.

mod builtin;
mod capability;
mod decode;
mod function;
mod highlight;
mod later;
mod literals;
mod load;
mod model;
pub(crate) mod parse;
mod pattern;
mod probe;
pub(crate) mod problems;
mod sound;
mod spelling;
pub(crate) mod statement;
pub(crate) mod statement_template;
pub(crate) mod template;
pub(crate) mod walk;
mod words;

pub use capability::{Capability, Limit};
pub use function::Function;
pub use load::Dialects;
pub(crate) use model::TemplatesHash;
pub use model::{Answer, Dialect};
pub use probe::{ProbeQuery, Probes};
pub use statement::StepKind;
pub use statement_template::Slot;
pub use template::Template;

#[cfg(test)]
mod tests;
