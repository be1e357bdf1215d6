//! What the data is: entities, fields, links, and how each table changes.
//!
//! Must not know: segments, targets' capabilities, SQL.

mod model;

pub use model::*;
