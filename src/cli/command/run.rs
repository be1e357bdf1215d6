//! `segc run`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::{Opened, open, refuse_folder};
use crate::api::{Execution, Options};
use crate::cli::args::Run;
use crate::cli::clock::{duration, now};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::problems::NoTables;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Embedded, Engine, EngineError};

/// Where a project's sample rows are.
const DATA: &str = "data";

pub(super) fn run(args: &Run, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_folder(&args.segments, named) {
        return terminal.refuse(problem);
    }
    let options = config::options(&args.values, args.moment.as_of.as_deref());
    let (opened, options) = match open(named, options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let (prepared, warnings) = match prepare(&opened, args, &options) {
        Ok(prepared) => prepared,
        Err(problems) => return opened.report(problems, terminal),
    };
    let mut problems = warnings;
    match execute(&opened, args, &prepared, terminal) {
        Ok(table) => {
            table.write(&mut terminal.out)?;
            terminal.flush()?;
        }
        Err(Failure::Io(error)) => return Err(error),
        // It is one transaction: nothing was changed, so there is nothing to show.
        Err(Failure::Engine(error)) => problems.push(error),
        Err(Failure::NoTables(problem)) => problems.push(*problem),
    }
    opened.report(problems, terminal)
}

/// What is to be run.
struct Prepared {
    target: String,
    execution: Execution,
}

/// Everything that can go wrong before the engine is asked: target, selection, plan, SQL.
fn prepare(opened: &Opened, args: &Run, options: &Options) -> Result<(Prepared, Diagnostics), Diagnostics> {
    let target = opened.embedded_target(args.target.as_ref())?;
    let patterns: Vec<String> = args.segments.iter().chain(&args.select).cloned().collect();
    let segments = opened.session.select(&patterns)?;
    let (plan, mut problems) = opened.session.plan(&target, &segments, options);
    let Some(plan) = plan.filter(|_| !problems.has_errors()) else { return Err(problems) };
    match opened.session.execution(&plan, args.refresh) {
        Ok(execution) => Ok((Prepared { target, execution }, problems)),
        Err(found) => {
            problems.append(found);
            Err(problems)
        }
    }
}

/// Why a run ended early.
enum Failure {
    Io(io::Error),
    Engine(EngineError),
    NoTables(Box<NoTables>),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Executes a build and tells how many members each stored segment then has.
fn execute(
    opened: &Opened,
    args: &Run,
    prepared: &Prepared,
    terminal: &mut Terminal,
) -> Result<Table, Failure> {
    let mut engine = Embedded::open(args.db.as_deref())?;
    if args.db.is_none() || args.load {
        load(&mut engine, opened, &prepared.target, terminal)?;
    }
    let execution = &prepared.execution;
    require_tables(&mut engine, args, execution)?;
    let mut times: BTreeMap<&str, Duration> = BTreeMap::new();
    for step in &execution.steps {
        let start = now();
        engine.run(std::slice::from_ref(&step.statement))?;
        if let Some(segment) = &step.segment {
            *times.entry(segment).or_default() += start.elapsed();
        }
    }
    let mut table = Table::new(["SEGMENT", "MEMBERS", "TIME"]).right(&[1, 2]);
    for (segment, query) in &execution.counts {
        let time = times.get(segment.as_str()).copied().unwrap_or_default();
        table.row([segment.clone(), count(&mut engine, query)?, duration(time)]);
    }
    Ok(table)
}

/// Asks for every table that is read, so that a missing one is told in the user's words.
fn require_tables(engine: &mut Embedded, args: &Run, execution: &Execution) -> Result<(), Failure> {
    let missing: Vec<String> = execution
        .reads
        .iter()
        .filter(|(_, query)| engine.query(query).is_err())
        .map(|(table, _)| table.clone())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let database = args.db.as_ref().filter(|_| !args.load).map(|path| path.display().to_string());
    Err(Failure::NoTables(Box::new(NoTables { span: None, tables: missing, database })))
}

/// Fills the tables from the sample files, and names those that have none.
fn load(
    engine: &mut Embedded,
    opened: &Opened,
    target: &str,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let catalog = &opened.session.hir().catalog;
    let report = engine.load_files(catalog, target, &opened.root.folder.join(DATA))?;
    if !report.without_file.is_empty() && terminal.is_human() {
        writeln!(terminal.err, "no file in {DATA}/ for {}", report.without_file.join(", "))?;
    }
    Ok(())
}

fn count(engine: &mut Embedded, query: &str) -> Result<String, EngineError> {
    let answer = engine.query(query)?;
    let cell = answer.rows.first().and_then(|row| row.first());
    Ok(cell.map(Cell::to_string).unwrap_or_default())
}
