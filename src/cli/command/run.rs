//! `segc run`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Opened, one, open, refuse_folder};
use crate::api::{Execution, Options};
use crate::cli::args::Run;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::problems::{NoTables, NoTarget};
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
    let target = target(opened, args)?;
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

fn target(opened: &Opened, args: &Run) -> Result<String, Diagnostics> {
    let named: Vec<String> = args.target.iter().cloned().collect();
    let targets = opened.targets(&named)?;
    let able = opened.session.embedded_targets();
    targets.into_iter().find(|target| able.contains(target)).ok_or_else(|| {
        let why = match &args.target {
            Some(name) => format!("the embedded engine can't run the target `{name}`"),
            None => "the embedded engine can run none of the project's targets".to_owned(),
        };
        one(NoTarget { span: None, why, able })
    })
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

#[expect(
    clippy::disallowed_methods,
    reason = "how long a run took is for people, not part of any output file"
)]
fn now() -> Instant {
    Instant::now()
}

fn duration(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(Duration::from_micros(12_900)), "12 ms");
        assert_eq!(duration(Duration::from_millis(61_234)), "61.23 s");
    }
}
