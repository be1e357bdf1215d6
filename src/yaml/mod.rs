//! YAML files as trees in which every key and value has a span.
//!
//! `read` builds the tree; `Fields` and the methods of `Node` decode it and report every problem.
//! Must not know: the meaning of any file.

mod advice;
mod convert;
mod fields;
mod node;
pub(crate) mod problems;
mod raw;
mod read;
mod shape;
mod write;

pub(crate) use fields::{Fields, Meant, OtherKeys};
pub(crate) use node::{Key, Node, NodeKind};
pub(crate) use read::read;
pub(crate) use shape::Like;
pub(crate) use write::write;

#[cfg(test)]
pub(crate) mod schema_test;
#[cfg(test)]
mod tests;
