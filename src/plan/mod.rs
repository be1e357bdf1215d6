//! What to do for one target: what is allowed, in which order, how each segment is stored
//! and refreshed, and the relational plan of its members.
//!
//! The only reader of capabilities: downward go choices, never flags. Must not know: files,
//! SQL text, a dialect's name.

mod build;
mod causes;
mod checks;
mod explain;
mod hold;
mod limits;
mod lookups;
mod lower;
mod model;
mod needs;
mod parity;
mod personal;
mod policy;
pub(crate) mod problems;
mod refresh;
pub mod rel;
mod state;
mod taken;

pub use build::{Request, allowed, plan, standalone, tables};
pub use checks::doubles;
pub use explain::{About, Asked, attrition, explain};
pub use lookups::Lookup;
pub use model::*;
pub use needs::NOT_YET;
pub use parity::{differing, parity};
pub use policy::{Abilities, Policy, Probed};
pub use state::{COUNTS_TABLE, Names as StateNames, RUNS_TABLE, StateTables};
