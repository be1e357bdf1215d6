//! Scripts: the dialect's statements in their order, slots filled from the plan.

mod assemble;
mod made;
mod slots;
mod text;

use super::room::with_room;
use crate::diagnostic::Diagnostics;
use crate::dialect::{Dialect, parse};
use crate::plan::{Plan, SegmentPlan};
pub use made::{MadeTable, made_tables};

/// Which segments a script is for.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// All of the plan, at one as_of.
    All,
    /// One of it, at the as_of of the tables that it reads.
    One(&'a SegmentPlan),
}

/// A script: statements to run one after the other in one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Lines that say what it is, without their comment signs.
    pub header: Vec<String>,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its text, without a semicolon.
    pub text: String,
    /// The segment that it is for.
    pub segment: Option<String>,
    /// What it does.
    pub purpose: Purpose,
    /// sqlparser cannot read it, as its dialect's file says.
    pub opaque: bool,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Declares a variable.
    Declare,
    /// Prepares the session.
    Session,
    /// Creates what is missing.
    Setup,
    /// Reads the engine's time.
    ReadAt,
    /// Opens the transaction.
    Begin,
    /// Keeps other runs out.
    Lock,
    /// Fixes the run's instants.
    Clock,
    /// Gives the run its number, or takes back what one before it has left half done.
    Start,
    /// Fails if something does not hold.
    Check,
    /// Changes a segment's members.
    Write,
    /// Records the run.
    Finish,
    /// Closes the transaction.
    Commit,
    /// Creates a view.
    View,
}

/// The script that makes every table what its segment says, in full.
///
/// `sources` says where a segment is written (`segments/vip.seg:3`).
///
/// # Errors
/// What cannot be written in this dialect.
pub fn create(
    plan: &Plan,
    dialect: &Dialect,
    scope: Scope<'_>,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, Diagnostics> {
    with_room(|| assemble::script(plan, dialect, scope, false, source))
}

/// The script that brings every table up to date, each the way that the plan has chosen.
///
/// # Errors
/// What cannot be written in this dialect.
pub fn refresh(
    plan: &Plan,
    dialect: &Dialect,
    scope: Scope<'_>,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, Diagnostics> {
    with_room(|| assemble::script(plan, dialect, scope, true, source))
}

/// A query as a file: lines that say what it is, as comments, and the query.
#[must_use]
pub fn commented(header: &[String], query: &str) -> String {
    let mut out = String::new();
    header.iter().for_each(|line| text::comment(&mut out, line));
    out.push('\n');
    out.push_str(query.trim_end());
    out.push_str(";\n");
    out
}

/// Reads a statement with the dialect's own parser, unless it is one that sqlparser cannot read.
///
/// # Errors
/// The parser's message.
pub fn parses_back(statement: &Statement, dialect: &Dialect) -> Result<(), String> {
    if statement.opaque {
        return Ok(());
    }
    parse::statement(&dialect.parser, &statement.text).map(drop)
}
