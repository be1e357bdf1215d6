//! `segc test`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;

use super::test_dialect::{self, Place};
use super::{Opened, open, say_nothing_selected};
use crate::cli::args::SelectArgs;
use crate::cli::clock::{duration, now};
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::problems::NoSuchTest;
use crate::cli::report;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostics, visible};
use crate::engine::Limits;
use crate::project::Disk;
use crate::unittest::{self, Case, Expectation, Key, OtherValue, Outcome, Suite, TestRun, Verdict};

/// Run the unit tests: given rows, who should be a member?
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Tests are in tests/**/*.yml. They run on the reference evaluator, or with --engine duckdb
as SQL on the embedded engine. A pattern is part of a test's name or path, or the name of a
segment; --select and --exclude choose the tests that expect members of these segments. The exit
code is 1 if a test fails.

With --dialect, tests a dialect file instead: every function and every conformance case, on
the embedded engine if the dialect extends its own, on the database of --db, or on what
--exec starts, which reads {\"sql\": …} from its input and answers {\"rows\": [[…], …]} or
{\"error\": …}, a line each. Without any of them, SQL is only written and read back. The
tables are in the schema segc_conformance.

Examples:
  segc test
  segc test high_value
  segc test tests/value.yml 'no orders'
  segc test --select +vip
  segc test --engine duckdb
  segc test --format junit > tests.xml
  segc test --dialect dialects/warehouse.yml
  segc test --dialect dialects/warehouse.yml contains zones
  segc test --dialect dialects/lite.yml --exec 'python3 lite.py'")]
pub(in crate::cli) struct Args {
    /// The tests, by part of name or path, or by segment [default: all]
    #[arg(value_name = "PATTERNS")]
    patterns: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    /// The engine that evaluates the segments
    #[arg(long, value_enum, value_name = "NAME", default_value = "reference")]
    engine: TestEngine,
    /// The target whose SQL is used [default: the first that the engine can run]
    #[arg(long, short, value_name = "NAME")]
    target: Option<String>,
    /// Test this dialect file; the patterns are functions, topics or parts of cases
    #[arg(long, value_name = "FILE", conflicts_with_all = ["engine", "target", "select", "exclude", "state"])]
    dialect: Option<PathBuf>,
    /// The database that executes the dialect's SQL
    #[arg(long, value_name = "URL|FILE", requires = "dialect", value_parser = NonEmptyStringValueParser::new())]
    db: Option<String>,
    /// The command that executes the dialect's SQL
    #[arg(long, value_name = "COMMAND", requires = "dialect", conflicts_with = "db", value_parser = NonEmptyStringValueParser::new())]
    exec: Option<String>,
    /// Stop at the first test that fails
    #[arg(long, short = 'x', conflicts_with = "dialect")]
    fail_fast: bool,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: TestFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestEngine {
    /// The reference evaluator: the language itself, without SQL
    Reference,
    /// DuckDB, embedded
    #[value(name = "duckdb")]
    Embedded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestFormat {
    /// A table per failed test, and a summary
    Human,
    /// One JSON object per line and test
    Json,
    /// JUnit's XML
    Junit,
}

/// The maximum number of rows in a table.
const SHOWN: usize = 20;

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Some(file) = &args.dialect {
        let on = match (&args.db, &args.exec) {
            (Some(database), _) => Place::Database(database),
            (None, Some(command)) => Place::Program(command),
            (None, None) => Place::Embedded,
        };
        return test_dialect::run(file, &args.patterns, &on, args.format, terminal);
    }
    let (mut opened, _) = match open(named, Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let (suite, mut problems) = unittest::read(&mut opened.session, &Disk::new(&opened.root.folder));
    if problems.has_errors() {
        return opened.report(problems, terminal);
    }
    let start = now();
    let (outcomes, wanted) = match outcomes(&opened, args, &suite, terminal) {
        Ok(ran) => ran,
        Err(refused) => {
            problems.append(refused);
            return opened.report(problems, terminal);
        }
    };
    if outcomes.is_empty() && args.select.narrows() {
        say_nothing_selected(terminal)?;
    }
    match args.format {
        TestFormat::Human => {
            failures(&opened, &suite, &outcomes, &mut terminal.out)?;
            if !terminal.is_quiet() {
                summary(&outcomes, wanted, start.elapsed(), &mut terminal.out)?;
            }
        }
        TestFormat::Json => report::json_lines(&suite, &outcomes, &mut terminal.out)?,
        TestFormat::Junit => report::junit(opened.session.name(), &suite, &outcomes, &mut terminal.out)?,
    }
    terminal.flush()?;
    // People have the tables; machines get places.
    if !terminal.has_human_problems() {
        problems.append(suite.problems(&outcomes));
    }
    let failed = outcomes.iter().any(|outcome| !outcome.passed());
    let exit = opened.report(problems, terminal)?;
    Ok(if failed { exit.max(Exit::ProjectErrors) } else { exit })
}

/// The outcomes, and how many tests were to be run.
fn outcomes(
    opened: &Opened,
    args: &Args,
    suite: &Suite,
    terminal: &Terminal,
) -> Result<(Vec<Outcome>, usize), Diagnostics> {
    let cases = select(opened, args, suite)?;
    let outcomes = match args.engine {
        TestEngine::Reference if args.fail_fast => suite.run_until_failure(&cases),
        TestEngine::Reference => suite.run(&cases),
        TestEngine::Embedded => {
            // Tests run in parallel, each share of them on one thread.
            let limits = Limits { threads: Some(NonZeroUsize::MIN), ..terminal.limits() };
            let target = opened.embedded_target(args.target.as_ref())?;
            suite.run_embedded(&cases, &target, TestRun { fail_fast: args.fail_fast, limits })?
        }
    };
    Ok((outcomes, cases.len()))
}

/// The requested tests. A path may be relative to the current folder.
fn select(opened: &Opened, args: &Args, suite: &Suite) -> Result<Vec<usize>, Diagnostics> {
    let in_project = |pattern: &String| {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        pattern.strip_prefix(&opened.root.prefix).unwrap_or(pattern).to_owned()
    };
    let patterns: Vec<String> = args.patterns.iter().map(in_project).collect();
    let (cases, idle) = suite.select(&patterns);
    if idle.is_empty() {
        return selected(opened, args, suite, cases);
    }
    let names = |case: &Case| {
        let segments = case.expectations.iter().map(|expectation| expectation.name.clone());
        segments.chain([case.path.clone(), case.name.clone()]).collect::<Vec<_>>()
    };
    let known: Vec<String> = suite.cases.iter().flat_map(names).collect();
    let unknown = |pattern| NoSuchTest { span: None, pattern, known: known.clone() };
    Err(idle.into_iter().map(|pattern| unknown(pattern).into()).collect::<Vec<_>>().into())
}

/// Those of the tests that expect members of a selected segment.
fn selected(
    opened: &Opened,
    args: &Args,
    suite: &Suite,
    cases: Vec<usize>,
) -> Result<Vec<usize>, Diagnostics> {
    if !args.select.narrows() {
        return Ok(cases);
    }
    let chosen = opened.selected(&[], &args.select, args.target.as_slice())?;
    let names: BTreeSet<&str> =
        chosen.iter().map(|&id| opened.session.hir().segment(id).name.as_str()).collect();
    let is_about = |case: &Case| case.expectations.iter().any(|one| names.contains(one.name.as_str()));
    Ok(cases.into_iter().filter(|&at| suite.cases.get(at).is_some_and(is_about)).collect())
}

/// Writes a small table per failed expectation.
fn failures(opened: &Opened, suite: &Suite, outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed()) {
        let Some(case) = suite.cases.get(outcome.case) else { continue };
        writeln!(out, "FAILED {}{}:{} {}", opened.root.prefix, case.path, case.line, visible(&case.name))?;
        for (expectation, verdict) in case.expectations.iter().zip(&outcome.verdicts) {
            failure(expectation, verdict, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How many passed or failed, and how many were left when the first failed.
fn summary(outcomes: &[Outcome], wanted: usize, time: Duration, out: &mut dyn Write) -> io::Result<()> {
    let tests = |count: usize| format!("{count} test{}", if count == 1 { "" } else { "s" });
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let (all, time) = (outcomes.len(), duration(time));
    match (failed, wanted - all) {
        _ if all == 0 => Ok(()),
        (0, _) => writeln!(out, "{} passed in {time}", tests(all)),
        (count, 0) => writeln!(out, "{count} of {} failed in {time}", tests(all)),
        (count, left) => {
            let were = if left == 1 { "was" } else { "were" };
            writeln!(out, "{count} of {} failed in {time}; {left} {were} not run (--fail-fast)", tests(all))
        }
    }
}

fn failure(expectation: &Expectation, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let (missing, extra, other) = match verdict {
        Verdict::Passed => return Ok(()),
        Verdict::Fails(why) => return writeln!(out, "\n  {}: {}", expectation.name, visible(why)),
        Verdict::Differs { missing, extra, other } => (missing, extra, other),
    };
    writeln!(out, "\n  {}", expectation.name)?;
    let missing = missing.iter().map(|key| (key, ["in", "out"]));
    let extra = extra.iter().map(|key| (key, ["out", "in"]));
    let mut members: Vec<_> = missing.chain(extra).collect();
    members.sort();
    let texts = |key: &Key| key.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rows =
        members.into_iter().map(|(key, words)| [texts(key), words.map(str::to_owned).to_vec()].concat());
    differences(expectation, &["expected", "got"], &rows.collect::<Vec<_>>(), out)?;
    let row = |one: &OtherValue| {
        let values = vec![one.column.clone(), one.wanted.to_string(), one.found.to_string()];
        [texts(&one.key), values].concat()
    };
    let rows: Vec<_> = other.iter().map(row).collect();
    differences(expectation, &["column", "expected", "got"], &rows, out)
}

/// Writes a table of rows that begin with a key, unless there are none.
fn differences(
    expectation: &Expectation,
    header: &[&str],
    rows: &[Vec<String>],
    out: &mut dyn Write,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(expectation.key.iter().map(String::as_str).chain(header.iter().copied()));
    for row in rows.iter().take(SHOWN) {
        table.row(row.iter().cloned());
    }
    let mut text = Vec::new();
    table.write(&mut text)?;
    for line in String::from_utf8_lossy(&text).lines() {
        writeln!(out, "    {line}")?;
    }
    match rows.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "    and {more} more"),
    }
}
