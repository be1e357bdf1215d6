//! `segc` is a compiler for audience segments: segments, written as text, and a catalog of
//! the tables in YAML become SQL for DuckDB, Postgres, BigQuery and Spark.
//!
//! The program `segc` is a thin shell over this library. The library never touches stdout, the clock or the process's
//! exit code. Its interface is [`api`]. Begin with [`api::check`] or [`api::open`], or with [`api::open_files`] for files
//! that are on no disk:
//!
//! ```rust
#![doc = include_str!("../examples/library/compile.rs")]
//! ```
//!
//! # What stays the same between versions
//!
//! Versions follow semantic versioning, and until 1.0 the minor version counts as the major one: 0.2.0 may break what
//! 0.1.x promises, 0.1.1 doesn't. The promise is about what this documentation shows. Even so, a patch version may add
//! fields to structs and variants to enums: create structs with `..Default::default()` or `new`, where they have it, and
//! let every `match` have a last arm `_`. The traits [`api::Engine`] and [`api::Files`] may get methods that have a default.
//! Items that are hidden from this documentation are for segc's own program and tests.
//!
//! Values have types of the crates `jiff`, `bigdecimal` and `serde_json`; a new major version of these is one of segc.
//! What the command line promises is in docs/library.md.
#![cfg_attr(segc_stages, doc = "", doc = include_str!("stages.md"))]
// Rustdoc also reads private items in hidden modules, in which examples are segments. With the stages, it checks `api`.
#![cfg_attr(not(segc_stages), allow(rustdoc::invalid_rust_codeblocks, rustdoc::invalid_html_tags))]

pub mod api;

// The stages, for segc's own program and tests. `make docs` shows them.
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod analyze;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod artifact;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod catalog;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod check;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod cli;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod conformance;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod convert;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod describe;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod diagnostic;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod dialect;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod engine;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod evaluate;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod import;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod plan;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod project;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod refactor;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod registry;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod site;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod sql;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod syntax;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod types;
#[cfg_attr(all(doc, not(segc_stages)), doc(hidden))]
pub mod unittest;
mod yaml;
