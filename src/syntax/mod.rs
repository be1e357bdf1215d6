//! From text to tree: the grammar (`grammar/segment.pest`) and the syntax tree.
//!
//! Four steps, each in its own file: `scan` finds the words and the errors within them; `outline`
//! splits a file into items and checks its brackets; `grammar` reads an item (or, if there is an
//! error in it, its rules one at a time); `build` turns the result into the tree. `expected`
//! explains syntax errors.
//!
//! Back to text: `format` lays out a text with its comments, and `print` writes a tree, which `format`
//! then lays out.
//!
//! Must not know: the catalog, types of names, targets. Nothing outside this module sees a pest
//! `Pair`.

pub(crate) mod ast;

mod build;
mod expected;
mod foreign;
mod format;
mod grammar;
mod habit;
mod highlight;
pub(crate) mod keywords;
mod literal;
#[allow(dead_code, reason = "importers begin to use it")]
pub(crate) mod make;
pub(crate) mod mentions;
mod outline;
mod parser;
#[allow(dead_code, unused_imports, reason = "importers begin to use it")]
pub(crate) mod print;
pub(crate) mod problems;
mod scan;
mod stray;
#[cfg(test)]
mod tests;

pub use crate::types::parse_type;
pub use format::format;
pub use highlight::highlight;
pub(crate) use keywords::is_reserved;
pub use keywords::reserved;
pub use literal::{parse_literal, place_in_text};
pub(crate) use parser::parse_columns;
pub use parser::{parse, parse_expr};
