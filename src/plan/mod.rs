//! What to do for one target: what is allowed, in which order, how each segment is stored
//! and refreshed, and the relational plan of its members.
//!
//! The only reader of capabilities: later stages receive choices, never flags. Must not know: files,
//! SQL text, a dialect's name.

mod alone;
mod assertion;
mod build;
mod checks;
mod columns;
pub(crate) mod delta;
mod expiry;
mod limits;
mod lists;
mod logs;
mod lookups;
mod lower;
mod model;
mod names;
mod outer_values;
mod parity;
mod personal;
mod policy;
pub(crate) mod problems;
pub mod program;
mod refresh;
pub mod rel;
mod request;
mod requirements;
mod state;
mod storage;
mod table_names;
mod triggers;
mod why;

pub use assertion::{Assertion, Unique};
pub use build::{allowed, plan, standalone};
pub use checks::doubles;
pub use lookups::Lookup;
pub(crate) use lower::rows_of;
pub use model::*;
pub use parity::{differing, parity};
pub use policy::{Abilities, Policy, Probed};
pub use request::{Request, tables};
pub use requirements::NOT_YET;
pub use state::{COUNTS_TABLE, STATE_TABLE, ScratchTables, StateNames, StateTables, list_table};
pub use why::{About, Asked, attrition, combinations, explain, popular, sample, tally};
