//! SQL that `sql_text` writes and `sql_engines` executes.

pub(crate) use segc::conformance::functions as cases;
pub(crate) mod compared;
pub(crate) mod sample;
