//! From text to tree: the grammar (`grammar/segment.pest`) and the syntax tree.
//!
//! Four steps, each in its own file: `scan` finds the words and the faults within them;
//! `outline` splits a file into items and checks its brackets; `grammar` reads an item (or,
//! where it has a fault, its rules one at a time); `build` turns what was read into the
//! tree. `explain` puts a syntax error into words.
//!
//! Must not know: the catalog, types of names, targets. Nothing outside this module
//! sees a pest `Pair`.

pub(crate) mod ast;

mod build;
mod expected;
mod foreign;
mod grammar;
mod habit;
pub(crate) mod keywords;
mod literal;
mod outline;
mod parser;
pub(crate) mod problems;
mod scan;
mod stray;
#[cfg(test)]
mod tests;

pub use crate::types::parse_type;
pub use keywords::reserved;
pub use literal::{parse_literal, place_in_text};
pub use parser::{parse, parse_expr};
