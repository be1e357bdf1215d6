//! Imports what people already have in other tools.

pub mod catalog;
