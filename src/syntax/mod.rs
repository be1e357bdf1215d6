//! From text to tree: the grammar (`grammar/segment.pest`) and the syntax tree.
//!
//! Four steps, each in its own file: `scan` finds the words and the faults within them;
//! `outline` splits a file into items and checks its brackets; `grammar` reads an item (or,
//! where it has a fault, its rules one at a time); `build` turns what was read into the
//! tree. `explain` puts a syntax error into words.
//!
//! Must not know: the catalog, types of names, targets. Nothing outside this module
//! sees a pest `Pair`.

pub mod ast;

mod build;
mod expected;
mod foreign;
mod grammar;
mod habit;
mod literal;
mod outline;
mod parser;
pub(crate) mod problems;
mod scan;
mod stray;
#[cfg(test)]
mod tests;

pub use crate::types::parse_type;
pub use literal::{parse_literal, place_in_text};
pub use parser::{parse, parse_expr};

/// The words that are never names unless they are in backticks.
///
/// Each is reserved because it may take the place of a value or a name, or follow one directly, and
/// reading it as a name would hide an error or change a meaning. All other keywords
/// (`last`, `since`, `count`, `contains`, `segment`, …) are distinguished from names by their place.
pub const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "between", "during", "where", "include", "exclude", "true", "false",
    "null", "now", "today",
];

/// The properties of a segment that the language knows.
const PROPERTIES: &[&str] = &[
    "description",
    "owner",
    "tags",
    "enabled",
    "materialize",
    "expire",
    "history",
    "exclusive group",
    "priority",
    "access",
];

/// Whether a word names a property of a segment.
fn is_property(word: &str) -> bool {
    PROPERTIES.contains(&word)
}
