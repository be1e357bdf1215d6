//! Scripts: a program's steps, each written by the dialect's templates for its kind.

mod header;
mod slots;
mod text;
mod write;

use super::room::with_room;
use crate::diagnostic::Diagnostics;
use crate::dialect::{Dialect, parse};
use crate::plan::program::{Mode, Phase, Program, ProgramScope, program};
use crate::plan::{KeyLoad, Plan};

/// A script: statements to execute in order in one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Lines that describe it, without comment signs.
    pub header: Vec<String>,
    /// The statements in order.
    pub statements: Vec<Statement>,
}

/// A statement of a script.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text without a semicolon; empty if rows are loaded.
    pub text: String,
    /// The segment that it belongs to, if any.
    pub segment: Option<String>,
    /// The part of the script to which it belongs.
    pub phase: Phase,
    /// Whether sqlparser can't parse it, as its dialect's file declares.
    pub opaque: bool,
    /// The rows that the engine appends to a table in its place, if the program's caller has asked for that.
    pub load: Option<KeyLoad>,
}

/// The script that evaluates every segment in full.
///
/// `sources` returns the place of a segment (`segments/vip.seg:3`).
///
/// # Errors
///
/// Reports what can't be written in this dialect.
pub fn create(
    plan: &Plan,
    dialect: &Dialect,
    scope: ProgramScope<'_>,
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<Script, Diagnostics> {
    script(&program(plan, scope, Mode::Create), dialect, source)
}

/// The script that refreshes every segment with the strategy that the plan has chosen.
///
/// # Errors
///
/// Reports what can't be written in this dialect.
pub fn refresh(
    plan: &Plan,
    dialect: &Dialect,
    scope: ProgramScope<'_>,
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
    let mut statements = Vec::new();
    with_room(|| write::statements(program, dialect, &mut |statement| statements.push(statement)))?;
    Ok(Script { header: header::header(program, source), statements })
}

/// The text of a program's script, as [`Script::to_text`] writes it. Each statement is gone once it has been
/// `seen` and written.
///
/// # Errors
/// What cannot be written in this dialect.
pub(crate) fn script_text(
    program: &Program<'_>,
    dialect: &Dialect,
    source: &dyn Fn(&str) -> Option<String>,
    seen: &mut dyn FnMut(&Statement),
) -> Result<String, Diagnostics> {
    let mut writer = text::Writer::new(&header::header(program, source));
    with_room(|| {
        write::statements(program, dialect, &mut |statement| {
            seen(&statement);
            writer.add(&statement);
        })
    })?;
    Ok(writer.out)
}

/// A query as a file: descriptive lines as comments, then the query.
#[must_use]
pub fn commented(header: &[String], query: &str) -> String {
    let mut out = String::new();
    header.iter().for_each(|line| text::comment(&mut out, line));
    out.push('\n');
    out.push_str(query.trim_end());
    out.push_str(";\n");
    out
}

/// Parses a statement with the dialect's own parser, unless it is declared opaque.
///
/// # Errors
///
/// Returns the parser's message.
pub fn parses_back(statement: &Statement, dialect: &Dialect) -> Result<(), String> {
    if statement.opaque {
        return Ok(());
    }
    parse::statement(&dialect.parser, &statement.text).map(drop)
}
