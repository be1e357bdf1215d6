//! YAML files as trees in which every key and value knows its place.
//!
//! `read` makes the tree; `Fields` and the methods of `Node` decode it and push every
//! problem they meet. Must not know: what any of the files mean.

mod convert;
mod fields;
mod node;
pub(crate) mod problems;
mod raw;
mod read;

pub(crate) use fields::Fields;
pub(crate) use node::{Key, Node, NodeKind};
pub(crate) use read::read;

#[cfg(test)]
mod tests;
