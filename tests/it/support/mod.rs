//! What the tests share: engines, among them a private PostgreSQL cluster, projects, and rows for
//! every engine.
//!
//! ```ignore
//! let mut duckdb = support::duckdb();
//! let Some(mut postgres) = support::postgres::database() else { return };
//! support::data::fill(&mut postgres, &table, &rows);
//! ```

pub mod agree;
mod answers;
pub mod catalog;
mod conversation;
pub mod data;
pub mod engine;
pub mod files;
pub mod given;
pub mod lab;
pub mod postgres;
mod process;
pub mod project;
pub mod python;
pub mod rows;
pub mod statements;
pub mod store;
pub mod structs;
pub mod tape;
pub mod target;

use segc::engine::{DuckDb, Engine as _};

/// Tells the person running the tests something, even if the test passes: `eprintln!` would be
/// kept from them.
pub fn tell(line: &str) {
    use std::io::Write as _;
    // Nothing may be listening, which isn't the test's fault.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A new DuckDB in memory. For a few rows, more threads only get in each other's way.
pub fn duckdb() -> DuckDb {
    let mut engine = DuckDb::open(None).expect("DuckDB in memory opens");
    engine.execute("SET threads = 1").expect("a setting");
    engine
}
