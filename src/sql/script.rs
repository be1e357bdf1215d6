//! Scripts: a program's steps, each written by the dialect's templates for its kind.

mod header;
mod slots;
mod text;
mod write;

use super::room::with_room;
use crate::diagnostic::Diagnostics;
use crate::dialect::{Dialect, parse};
use crate::plan::Plan;
use crate::plan::program::{Mode, Phase, Program, Scope, program};

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
    /// The part of the script to which it belongs.
    pub phase: Phase,
    /// sqlparser cannot read it, as its dialect's file says.
    pub opaque: bool,
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
    script(&program(plan, scope, Mode::Create), dialect, source)
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
    script(&program(plan, scope, Mode::Refresh), dialect, source)
}

/// A program as a script.
///
/// # Errors
/// What cannot be written in this dialect.
pub fn script(
    program: &Program<'_>,
    dialect: &Dialect,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, Diagnostics> {
    let statements = with_room(|| write::statements(program, dialect))?;
    Ok(Script { header: header::header(program, source), statements })
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
