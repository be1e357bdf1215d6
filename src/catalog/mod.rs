//! The data: entities, fields, links, and how each table changes.
//!
//! `load` reads `catalog/*.yml` in two steps: each entity with its fields, then the links,
//! whose other ends are known by then. Must not know: segments, targets' capabilities, SQL.

mod changes;
mod column;
mod dbt;
mod describe;
mod entity;
mod field;
mod inside;
mod link;
mod list;
mod load;
mod lookup;
mod model;
mod places;
pub(crate) mod problems;
pub(crate) mod read;
mod shards;
mod source;
mod storage;
mod tables;

pub use dbt::DbtNode;
pub use describe::describe;
pub use list::KeyList;
pub(crate) use list::list_name;
pub use load::{Loaded, load, load_with_targets};
pub use lookup::is_plain;
pub use model::*;
pub use shards::Shards;
pub(crate) use shards::of_all_days;
pub use tables::{EventTable, HeldField};

/// The JSON Schema of a catalog file.
pub const SCHEMA: &str = include_str!("../../catalog/schema.json");

#[cfg(test)]
mod tests;
