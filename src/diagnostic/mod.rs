//! Spans, problems and their codes: every stage depends on this module.
//!
//! A stage declares one struct per problem with [`problems!`](crate::problems), near
//! the code that finds it, and pushes it into a [`Diagnostics`]. This module must not
//! know any stage: the registry of all codes is put together by the library's face.

mod code;
mod list;
pub(crate) mod lookalike;
mod problem;
pub mod render;
mod span;
mod suggest;
mod visible;

pub use code::{CodeInfo, Severity};
pub use list::Diagnostics;
pub use problem::{Diagnostic, Label, Problem};
pub use span::{Position, Source, SourceId, Sources, Span};
pub use suggest::closest;
pub use visible::{is_unseen, visible};
