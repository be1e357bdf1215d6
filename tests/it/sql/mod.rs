//! SQL that `sql_text` writes and `sql_engines` executes.

pub(crate) mod cases;
pub(crate) mod compared;
pub(crate) mod sample;
