//! `segc` is a compiler for audience segments: segments, written as text, and a catalog of
//! the tables in YAML become SQL for DuckDB, Postgres, BigQuery and Spark.
//!
//! The program `segc` is a thin shell over this library: whatever it does, a Rust program
//! can do as well, without touching stdout, the clock or the process's exit code. Begin
//! with [`api::open`], or [`api::open_files`] for files that are on no disk:
//!
//! ```rust
#![doc = include_str!("../examples/library.rs")]
//! ```
//!
//! # From stage to stage
//!
//! Each stage has one input type and one output type, and knows nothing of the stages after
//! it. `ARCHITECTURE.md` lists their dependencies.
//!
//! | stage | takes | gives | must not know |
//! |---|---|---|---|
//! | [`project`] | a folder, as [`Files`](project::Files) | [`Project`](project::Project): config, catalog, texts | what segments mean, what dialects can do |
//! | [`syntax`] | the text of a `.seg` file | `ast::File` | catalogs, targets, SQL |
//! | [`catalog`] | YAML | [`Catalog`](catalog::Catalog) | segments, targets, SQL |
//! | [`check`] | syntax trees, [`Catalog`](catalog::Catalog) | [`Hir`](check::hir::Hir): resolved and typed | targets, files, SQL |
//! | [`analyze`] | [`Hir`](check::hir::Hir) | facts: [`Graph`](analyze::Graph), what segments read, fingerprints, whether members can leave, what segments ask in normal form | targets, capabilities, SQL |
//! | [`describe`] | [`Hir`](check::hir::Hir) | [`Description`](describe::Description)s: segments in plain English | targets, data, the terminal |
//! | [`evaluate`] | [`Hir`](check::hir::Hir), rows | members | SQL: engines are compared with it |
//! | [`dialect`] | YAML | [`Dialect`](dialect::Dialect): capabilities, templates | segments, plans |
//! | [`plan`] | [`Hir`](check::hir::Hir), facts, what a target can do, policy | [`Plan`](plan::Plan), with [`Query`](plan::rel::Query)s in it | SQL text, files |
//! | [`sql`] | [`Plan`](plan::Plan), [`Dialect`](dialect::Dialect) | SQL, [`Script`](sql::Script)s | policy, files, capabilities |
//! | [`artifact`] | [`Plan`](plan::Plan), SQL | [`Artifacts`](artifact::Artifacts): paths and texts | the disk, dialects |
//! | [`engine`] | SQL, sample data | [`Table`](engine::Table)s of rows | segments, plans |
//! | [`api`] | a folder, [`Options`](api::Options) | [`Session`](api::Session): all of the above | terminals, exit codes |
//! | [`conformance`] | a [`Dialect`](dialect::Dialect), an [`Engine`](engine::Engine) | a [`Report`](conformance::Report) of what is wrong with the dialect | terminals, exit codes |
//! | [`unittest`] | a [`Session`](api::Session), test files | [`Outcome`](unittest::Outcome)s of unit tests | terminals, exit codes |
//! | [`site`] | a [`Session`](api::Session), tests, measured sizes | the pages of a static site | databases, terminals, exit codes |
//! | [`import`] | other tools' files, a project's [`Files`](project::Files) | [`Imported`](import::segment::Imported): files to write, a report | SQL, terminals, exit codes |
//! | [`cli`] | arguments | text, an exit code | |
//!
//! All of them are based on:
//!
//! | module | holds | must not know |
//! |---|---|---|
//! | [`diagnostic`] | spans, problems, their codes and how they are shown | any stage |
//! | [`types`] | types, constants, calendar units | syntax, catalogs, SQL |
//! | [`convert`] | exact conversions of values that files and rows hold | files, engines, segments |
//! | [`registry`] | the codes of all stages, for `segc explain` | anything else about them |
//!
//! # Invariants
//!
//! - All problems are reported at once, as [`Diagnostics`](diagnostic::Diagnostics); anything with an
//!   error is skipped, and the rest is processed.
//! - The core does no I/O: [`project`] reads files, [`engine`] talks to databases, [`cli`]
//!   has the terminal, the clock and the disk.
//! - The same input gives the same bytes.
//! - No input causes a panic.
//! - Only [`plan`] makes decisions based on capabilities; [`sql`] carries them out.
//! - How a segment is stored or refreshed never changes its members.

pub mod analyze;
pub mod api;
pub mod artifact;
pub mod catalog;
pub mod check;
pub mod cli;
pub mod conformance;
pub mod convert;
pub mod describe;
pub mod diagnostic;
pub mod dialect;
pub mod engine;
pub mod evaluate;
pub mod import;
pub mod plan;
pub mod project;
pub mod registry;
pub mod site;
pub mod sql;
pub mod syntax;
pub mod types;
pub mod unittest;
mod yaml;
