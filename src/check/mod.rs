//! From names to meaning: resolves and types the syntax tree against the catalog.
//!
//! Must not know: targets, capabilities, SQL.

pub mod hir;
pub mod visit;
