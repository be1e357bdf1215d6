//! `segc` compiles audience segments, written as text, into SQL.

pub mod catalog;
pub mod check;
pub mod diagnostic;
pub mod dialect;
pub mod plan;
pub mod sql;
pub mod syntax;
pub mod types;
mod yaml;
