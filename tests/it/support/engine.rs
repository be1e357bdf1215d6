//! The engines that execute a segment's SELECT over the rows of a case.
//!
//! ```ignore
//! for mut engine in support::engine::available() {
//!     engine.load(&support::given::from_data(engine.target(), &data));
//!     let sql = session.select_sql(engine.target(), id, &at(as_of)).expect("it can be written");
//!     assert_eq!(engine.members(&sql), Ok(wanted), "{}", engine.target());
//! }
//! ```
//!
//! `SEGC_ENGINES` says which: not set, all that this machine has; `all`, all that segc knows,
//! and one that is missing fails; `duckdb,postgres`, these alone, and a missing one fails.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use segc::engine::Cell;
use segc::evaluate::Datum;

use super::given::Given;
use super::{postgres, python, statements};

/// The keys of members.
pub type Members = BTreeSet<Vec<Datum>>;

/// The codes of a refusal because the target lacks a capability, or zones.
pub const REFUSALS: [&str; 2] = ["SEG501", "SEG505"];

/// An engine with the tables of one case at a time.
pub trait Runner {
    /// The name of the target whose SQL it executes.
    fn target(&self) -> &'static str;

    /// Replaces all tables and rows.
    fn load(&mut self, tables: &[Given]);

    /// Executes queries, and answers each or says why it can't.
    fn queries(&mut self, sql: &[String]) -> Vec<Result<Vec<Vec<Cell>>, String>>;

    /// The members that a segment's SELECT yields, each of them once.
    fn members(&mut self, select: &str) -> Result<Members, String> {
        self.members_of_all(&[select.to_owned()]).remove(0)
    }

    /// The same of many SELECTs over the same rows, which may be quicker than one by one.
    fn members_of_all(&mut self, selects: &[String]) -> Vec<Result<Members, String>> {
        self.queries(selects).into_iter().map(|rows| rows.and_then(keys)).collect()
    }
}

fn keys(rows: Vec<Vec<Cell>>) -> Result<Members, String> {
    let count = rows.len();
    let keys: Members = rows.into_iter().map(|row| row.into_iter().map(datum).collect()).collect();
    if keys.len() == count { Ok(keys) } else { Err(format!("{} keys twice", count - keys.len())) }
}

fn datum(cell: Cell) -> Datum {
    match cell {
        Cell::Null => Datum::Missing,
        Cell::Bool(value) => value.into(),
        Cell::Int(number) => {
            i64::try_from(number).map_or_else(|_| Datum::Decimal(number.into()), Datum::from)
        }
        Cell::Decimal(number) => number.into(),
        Cell::Float(number) => number.into(),
        Cell::Text(text) => text.into(),
        Cell::Date(date) => date.into(),
        Cell::Timestamp(instant) => Datum::Timestamp(instant),
    }
}

/// Members as one text a key, its parts joined by `/`: for messages and comparison with
/// what a person wrote.
pub fn words(members: &Members) -> BTreeSet<String> {
    let word = |key: &Vec<Datum>| key.iter().map(ToString::to_string).collect::<Vec<_>>().join("/");
    members.iter().map(word).collect()
}

/// Whether a test may use this engine, and whether it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// `SEGC_ENGINES` leaves it out.
    Unwanted,
    /// If the machine has it.
    Welcome,
    /// It is an error if the machine lacks it.
    Demanded,
}

/// What `SEGC_ENGINES` says of an engine.
pub fn demand(target: &str) -> Demand {
    let Ok(engines) = std::env::var("SEGC_ENGINES") else { return Demand::Welcome };
    let named = engines.split(',').any(|name| name.trim() == target || name.trim() == "all");
    if named { Demand::Demanded } else { Demand::Unwanted }
}

/// The result of looking for an engine; a line for people if it is missing.
pub fn found<T>(target: &str, search: impl FnOnce() -> Result<T, String>) -> Option<T> {
    let demand = demand(target);
    if demand == Demand::Unwanted {
        return None;
    }
    match search() {
        Ok(engine) => Some(engine),
        Err(reason) => {
            assert!(demand != Demand::Demanded, "SEGC_ENGINES demands {target}: {reason}");
            static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
            let line = format!("skipped on {target}: {reason}");
            if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
                super::tell(&line);
            }
            None
        }
    }
}

/// The next major version of an engine, which executes the SQL of the same target, if this machine
/// has it: named `next_duckdb` in `SEGC_ENGINES`.
pub fn next() -> Option<Box<dyn Runner>> {
    python::next_duckdb().map(|engine| Box::new(engine) as Box<dyn Runner>)
}

/// Every engine that this machine has, each with nothing in it.
pub fn available() -> Vec<Box<dyn Runner>> {
    let mut all: Vec<Box<dyn Runner>> = Vec::new();
    if demand("duckdb") != Demand::Unwanted {
        all.push(Box::new(statements::Statements::new("duckdb", super::duckdb())));
    }
    if let Some(engine) = postgres::database() {
        all.push(Box::new(statements::Statements::new("postgres", engine)));
    }
    for engine in [python::googlesql(), python::spark()].into_iter().flatten() {
        all.push(Box::new(engine));
    }
    all
}

/// The engines of the other built-in dialects, which lack some capability: a test that runs on them
/// expects refusals.
pub fn others() -> Vec<Box<dyn Runner>> {
    let all = [python::clickhouse(), python::sqlite()].into_iter().flatten();
    all.map(|engine| Box::new(engine) as Box<dyn Runner>).collect()
}
