//! `segc` compiles audience segments, written as text, into SQL.

pub mod analyze;
pub mod api;
pub mod artifact;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod dialect;
pub mod engine;
pub mod evaluate;
pub mod plan;
pub mod project;
pub mod registry;
pub mod sql;
pub mod syntax;
pub mod types;
mod yaml;
