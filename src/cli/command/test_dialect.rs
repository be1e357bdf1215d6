//! `segc test --dialect`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::one;
use super::test::TestFormat;
use crate::cli::clock::{duration, now};
use crate::cli::exit::Exit;
use crate::cli::problems::{CannotRead, NoFormat};
use crate::cli::terminal::Terminal;
use crate::conformance::{Failure, Kit, Report};
use crate::diagnostic::{Diagnostics, SourceId, Sources, visible};
use crate::dialect::{Dialect, Dialects};
use crate::engine::{Access, Address, Embedded, Engine, EngineError, Program};

/// What executes the SQL.
pub(super) enum Place<'a> {
    /// The embedded engine, if it can; otherwise nothing.
    Embedded,
    /// A database at an address.
    Database(&'a str),
    /// A command.
    Program(&'a str),
}

/// The maximum number of failures that are shown.
const SHOWN: usize = 50;

/// The files of dialects: their names in the project, and their texts.
type Files = Vec<(String, String)>;

pub(super) fn run(
    file: &Path,
    patterns: &[String],
    place: &Place<'_>,
    format: TestFormat,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    if format == TestFormat::Junit {
        return terminal.refuse(NoFormat { span: None });
    }
    let start = now();
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
    let read = read(file, &mut sources, &mut problems);
    let Ok((dialect, files)) = read.map_err(|found| problems.append(found)) else {
        return terminal.report(&sources, problems);
    };
    let kit = Kit::new(Arc::clone(&dialect), files, patterns.to_vec());
    let report = engine(&kit, place, terminal).map_err(one).and_then(|mut engine| kit.run(&mut engine));
    let mut report = match report {
        Ok(report) => report,
        Err(found) => {
            problems.append(found);
            return terminal.report(&sources, problems);
        }
    };
    let failed = !report.failures.is_empty();
    problems.append(std::mem::take(&mut report.problems));
    let wrong = problems.iter().filter(|problem| problem.code == "SEG640").count();
    match format {
        TestFormat::Json => lines(&report, &mut terminal.out)?,
        TestFormat::Human | TestFormat::Junit => {
            human(&dialect, &report, wrong, &duration(start.elapsed()), &mut terminal.out)?;
        }
    }
    terminal.flush()?;
    let exit = terminal.report(&sources, problems)?;
    Ok(if failed { exit.max(Exit::ProjectErrors) } else { exit })
}

/// The dialect of a file. The other files of its folder may be what it extends, if the folder is a
/// project's `dialects/`.
fn read(
    file: &Path,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Result<(Arc<Dialect>, Files), Diagnostics> {
    let mut paths = vec![file.to_path_buf()];
    let folder = file.parent().filter(|folder| folder.ends_with("dialects"));
    #[expect(clippy::disallowed_methods, reason = "the folder of a file named on the command line")]
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut others: Vec<_> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    let is_dialect = |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
    others.retain(|path| path.file_name() != file.file_name() && is_dialect(path));
    others.sort();
    paths.extend(others);
    let mut texts: Vec<(SourceId, Arc<str>)> = Vec::new();
    let mut files = Vec::new();
    for path in &paths {
        let shown = path.display().to_string();
        #[expect(clippy::disallowed_methods, reason = "a file named on the command line")]
        let text = std::fs::read_to_string(path);
        let text = text
            .map_err(|error| one(CannotRead { span: None, path: shown.clone(), why: error.to_string() }))?;
        texts.push((sources.add(&shown, text.as_str()), Arc::from(text.as_str())));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        files.push((name.unwrap_or_default(), text));
    }
    let dialects = Dialects::load(&texts, problems);
    let name = texts.first().and_then(|(source, text)| Dialects::name_in(*source, text));
    match name.and_then(|name| dialects.get(&name).cloned()) {
        Some(dialect) if !problems.has_errors() => Ok((dialect, files)),
        _ => Err(Diagnostics::new()),
    }
}

fn engine(kit: &Kit, place: &Place<'_>, terminal: &Terminal) -> Result<Option<Box<dyn Engine>>, EngineError> {
    let engine: Box<dyn Engine> = match place {
        Place::Program(command) => Box::new(Program::start(command)?),
        Place::Database(text) => Address::parse(text)?.open(Access::Write)?,
        Place::Embedded if kit.is_embedded() => Box::new(Embedded::open(None)?),
        Place::Embedded => return Ok(None),
    };
    terminal.limited(engine).map(Some)
}

fn human(
    dialect: &Dialect,
    report: &Report,
    wrong: usize,
    time: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    for failure in report.failures.iter().take(SHOWN) {
        writeln!(out, "FAILED {}  {}", failure.place, visible(&failure.text).replace('\n', " "))?;
        writeln!(out, "  expected  {}", keys(&failure.expected))?;
        match &failure.got {
            Ok(got) => writeln!(out, "  got       {}", keys(got))?,
            Err(error) => writeln!(out, "  got       {}", indented(error))?,
        }
        if !failure.sql.is_empty() {
            writeln!(out, "  {}", indented(&failure.sql))?;
        }
        writeln!(out)?;
    }
    let more = report.failures.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "and {more} more failed\n")?;
    }
    let how = if report.executed { "executed" } else { "written and read back, not executed" };
    writeln!(
        out,
        "{}: {} calls of functions and {} cases {how} in {time}",
        dialect.name, report.calls, report.cases
    )?;
    writeln!(out, "  {wrong} functions wrong, {} cases failed", report.failures.len())?;
    for (capability, count) in &report.rejected {
        writeln!(out, "  {count} need {capability}, which the dialect doesn't have")?;
    }
    for (reason, count) in &report.left_out {
        writeln!(out, "  {count} not tried: {reason}")?;
    }
    if !report.executed {
        writeln!(out, "  to execute them, name a database (--db) or a command (--exec)")?;
    }
    Ok(())
}

fn keys(keys: &BTreeSet<String>) -> String {
    if keys.is_empty() { "nobody".to_owned() } else { keys.iter().cloned().collect::<Vec<_>>().join(" ") }
}

fn indented(text: &str) -> String {
    text.trim_end().replace('\n', "\n  ")
}

/// An object per failure, and a last one with the counts.
fn lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for failure in &report.failures {
        let Failure { place, text, sql, expected, got } = failure;
        let line = match got {
            Ok(got) => json!({ "case": place, "text": text, "sql": sql, "expected": expected, "got": got }),
            Err(error) => {
                json!({ "case": place, "text": text, "sql": sql, "expected": expected, "error": error })
            }
        };
        writeln!(out, "{line}")?;
    }
    let counts = json!({
        "executed": report.executed,
        "calls": report.calls,
        "cases": report.cases,
        "failed": report.failures.len(),
        "rejected": report.rejected,
        "left_out": report.left_out,
    });
    writeln!(out, "{counts}")
}
