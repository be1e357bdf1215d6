//! The conformance cases: what every dialect's SQL must mean. The Markdown files in `tests/conformance`
//! and calls of single functions are built in, so that `segc test --dialect` can run them on a
//! dialect of the user's.
//!
//! `read` reads the files, `project` compiles their cases, `kit` executes them for a dialect and
//! compares the members with the reference evaluator's. Must not know: the command line, the
//! terminal, the clock.

mod files;
mod fill;
pub mod functions;
mod kit;
pub(crate) mod problems;
mod project;
mod read;
mod table;

pub use kit::{Failure, Kit, Report};
pub use project::{Case, EVERYONE, Project, open, rows};
pub use read::{Block, Cases, Section, Topic, files, topics};
