//! From text to tree: the grammar (`grammar/segment.pest`) and the syntax tree.
//!
//! Must not know: the catalog, types of names, targets. Nothing outside this module
//! sees a pest `Pair`.

pub mod ast;
