//! `segc run`

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::database::{Database, choose};
use super::{Opened, one, open, refuse_folder};
use crate::api::{Execution, Options};
use crate::cli::args::Run;
use crate::cli::clock::{duration, now};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::problems::{NoLoading, NoTables};
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;
use crate::engine::{Access, Address, Cell, Engine, EngineError};

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
        Err(Failure::Problems(found)) => problems.append(found),
        Err(Failure::NoTables(problem)) => problems.push(*problem),
    }
    opened.report(problems, terminal)
}

/// What is to be run, and where.
struct Prepared {
    database: Database,
    execution: Execution,
}

/// Everything that can go wrong before the engine is asked: target, selection, plan, SQL.
fn prepare(opened: &Opened, args: &Run, options: &Options) -> Result<(Prepared, Diagnostics), Diagnostics> {
    let database = choose(opened, args.db.as_deref(), args.target.as_deref())?;
    if args.load && matches!(database.address, Address::Server(_)) {
        return Err(one(NoLoading { span: None, database: database.address.shown() }));
    }
    let patterns: Vec<String> = args.segments.iter().chain(&args.select).cloned().collect();
    let segments = opened.session.select(&patterns)?;
    let (plan, mut problems) = opened.session.plan(&database.target, &segments, options);
    let Some(plan) = plan.filter(|_| !problems.has_errors()) else { return Err(problems) };
    match opened.session.execution(&plan, args.refresh) {
        Ok(execution) => Ok((Prepared { database, execution }, problems)),
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
    Problems(Diagnostics),
    NoTables(Box<NoTables>),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        Self::Problems(problems)
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
    let execution = &prepared.execution;
    let mut engine = prepared.database.open(opened, Access::Write, args.load, terminal)?;
    require_tables(engine.as_mut(), args, &prepared.database, execution)?;
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
        table.row([segment.clone(), count(engine.as_mut(), query)?, duration(time)]);
    }
    Ok(table)
}

/// Asks for every table that is read, so that a missing one is told in the user's words.
fn require_tables(
    engine: &mut dyn Engine,
    args: &Run,
    database: &Database,
    execution: &Execution,
) -> Result<(), Failure> {
    let missing: Vec<String> = execution
        .reads
        .iter()
        .filter(|(_, query)| engine.query(query).is_err())
        .map(|(table, _)| table.clone())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let database = (database.address != Address::Memory && !args.load).then(|| database.address.shown());
    Err(Failure::NoTables(Box::new(NoTables { span: None, tables: missing, database })))
}

fn count(engine: &mut dyn Engine, query: &str) -> Result<String, EngineError> {
    let answer = engine.query(query)?;
    let cell = answer.rows.first().and_then(|row| row.first());
    Ok(cell.map(Cell::to_string).unwrap_or_default())
}
