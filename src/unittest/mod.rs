//! Unit tests of segments: given rows and expected members.
//!
//! `read` reads tests from `tests/**/*.yml`; `run` uses the reference evaluator or the embedded
//! engine, and reports missing and extra members. `single` reads the row of an entity that isn't in
//! a database. Must not know: the command line, the terminal, the clock.

mod dbt;
mod embedded;
mod expect;
mod model;
pub(crate) mod problems;
mod read;
mod reads;
mod rows;
mod run;
mod single;
mod stop;
mod value;

pub use model::{Case, Expectation, Key, OtherValue, Outcome, Suite, Verdict, Wanted, key_text};
pub use read::read;
pub use run::TestRun;
pub use single::{SingleRow, read_row};

/// The JSON Schema of a file of unit tests.
pub const SCHEMA: &str = include_str!("../../catalog/tests.schema.json");

#[cfg(test)]
mod tests;
