//! `segc run`

use std::io::{self, Write};
use std::path::Path;

use clap::ArgGroup;
use clap::builder::NonEmptyStringValueParser;

use super::database::{Database, choose};
use super::{Opened, one, open, refuse_project, write_json};
use crate::api::{Event, Options, Ran, RunRequest, SegmentRan, Status};
use crate::check::hir::{Materialize, SegmentId};
use crate::cli::args::{Moment, SelectArgs, Values};
use crate::cli::config;
use crate::cli::dry_run::{self, Place};
use crate::cli::exit::Exit;
use crate::cli::problems::NoLoading;
use crate::cli::run_report::{Progress, Rows, object, table};
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::ListFormat;
use crate::diagnostic::Diagnostics;
use crate::engine::{Access, Address};
use crate::plan::Plan;

/// Build the segments, on the embedded engine or in a database
#[derive(Debug, clap::Args)]
#[command(
    group = ArgGroup::new("kept").args(["db", "target"]).multiple(true),
    after_help = "\
Fills the catalog's tables from data/*.csv and data/*.parquet, builds the segments, and
prints the number of members of each. This happens in memory; with --db, it uses and keeps
the tables and segments of a database file or a PostgreSQL server.

All segments have the same as_of. Those that don't depend on one another are built together,
in one transaction. If one fails, those that depend on it are skipped, the rest are built, and
the exit code is 3. --resume then builds the rest, as of the same instant.

Examples:
  segc run
  segc run vip --as-of 2026-11-20T00:00:00Z
  segc run --db shop.db --load   fill the file's tables from data/, then run
  segc run --db shop.db --refresh
  segc run --db shop.db --refresh --resume
  segc run --db shop.db --refresh --verify
  segc run --db postgres://ann@db.example/shop --no-wait"
)]
pub(in crate::cli) struct Args {
    /// The segments [default: all]
    #[arg(value_name = "SEGMENTS")]
    segments: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    /// A database file or server to use and keep [default: memory]
    #[arg(long, value_name = "FILE|URL", value_parser = NonEmptyStringValueParser::new())]
    db: Option<String>,
    /// First fill the file's tables from data/, replacing their rows; every segment is then
    /// evaluated in full
    #[arg(long, requires = "db")]
    load: bool,
    /// Refresh the tables of an earlier run
    #[arg(long, requires = "kept")]
    refresh: bool,
    /// Continue the newest run, or that of --as-of: build only what is missing
    #[arg(long, requires = "kept")]
    resume: bool,
    /// Compare each table with a fresh evaluation at the end
    #[arg(long)]
    verify: bool,
    /// Stop at the first segment that fails
    #[arg(long, short = 'x')]
    fail_fast: bool,
    /// Print what the run would execute, and use no database
    #[arg(long, conflicts_with_all = ["resume", "verify"])]
    dry_run: bool,
    /// Fail immediately if another run is active, instead of waiting for it
    #[arg(long)]
    no_wait: bool,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
    /// The target [default: the first that the engine can run]
    #[arg(long, short, value_name = "NAME")]
    target: Option<String>,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
}

impl Args {
    /// Whether it only prints what it would execute.
    pub(super) fn is_dry(&self) -> bool {
        self.dry_run
    }
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_project(&args.segments, named) {
        return terminal.refuse(problem);
    }
    let options = config::options(&args.values, args.moment.as_of.as_deref());
    let (mut opened, options) = match open(named, options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let prepared = match prepare(&mut opened, args, &options) {
        Ok(prepared)
            if prepared.segments.is_empty() && (args.select.narrows() || !args.segments.is_empty()) =>
        {
            return opened.nothing_selected(terminal);
        }
        Ok(prepared) => prepared,
        Err(problems) => return opened.report(problems, terminal),
    };
    if args.dry_run {
        return dry(opened, args, &options, &prepared, terminal);
    }
    let stored = stored(&prepared.plan);
    let mut progress = Progress::of(stored.len());
    // What a comparison at the end adds to a row isn't known before.
    let by_row = args.format == ListFormat::Table && !args.verify && terminal.is_watched();
    let rows = by_row.then(|| Rows::of(stored.into_iter(), args.refresh));
    match execute(&opened, args, &options, &prepared, (&mut progress, rows.as_ref()), terminal) {
        Ok(mut ran) => {
            let problems = std::mem::take(&mut ran.problems);
            match args.format {
                ListFormat::Table if rows.is_some() => {}
                ListFormat::Table => table(&ran, &progress).write(&mut terminal.out)?,
                ListFormat::Json => {
                    write_json(&object(&ran, &prepared.database.target, &progress), &mut terminal.out)?;
                }
            }
            terminal.flush()?;
            if args.resume && terminal.is_human() && nothing_was_left(&opened, &ran) {
                writeln!(terminal.err, "nothing left to do: every table is as of {}", ran.as_of)?;
            }
            if args.fail_fast && terminal.is_human() {
                say_what_is_left(&ran, &mut terminal.err)?;
            }
            opened.report(problems, terminal)
        }
        Err(problems) => opened.report(problems, terminal),
    }
}

/// A validated run.
struct Prepared {
    database: Database,
    segments: Vec<SegmentId>,
    /// The plan of the run.
    plan: Plan,
}

/// Everything that can fail before the engine is involved: target, selection, plan.
fn prepare(opened: &mut Opened, args: &Args, options: &Options) -> Result<Prepared, Diagnostics> {
    let database = choose(opened, args.load, args.db.as_deref(), args.target.as_deref())?;
    if args.load && matches!(database.address, Address::Server(_)) {
        return Err(one(NoLoading { span: None, database: database.address.shown() }));
    }
    let targets: Vec<String> = args.target.iter().cloned().collect();
    let segments = opened.selected(&args.segments, &args.select, &targets)?;
    let (plan, problems) = opened.session.plan(&database.target, &segments, options);
    let Some(plan) = plan.filter(|_| !problems.has_errors()) else { return Err(problems) };
    Ok(Prepared { database, segments, plan })
}

/// Runs the segments, and reports progress on stderr; on a terminal, also the rows as they come.
fn execute(
    opened: &Opened,
    args: &Args,
    options: &Options,
    prepared: &Prepared,
    (progress, rows): (&mut Progress, Option<&Rows>),
    terminal: &mut Terminal,
) -> Result<Ran, Diagnostics> {
    let database = &prepared.database;
    let mut engine = database.open(opened, Access::Write, args.load, terminal)?;
    let warnings = database.examine(opened, &prepared.plan, args.load, engine.as_mut(), terminal)?;
    let request = request(args, options, prepared);
    let human = terminal.is_human();
    let mut shows = false;
    let mut header = rows.map(Rows::header);
    let ran = opened.session.run(&request, engine.as_mut(), &mut |event| match event {
        Event::Works(on) => {
            progress.works(on);
            if let Some(line) = progress.line().filter(|_| terminal.is_terminal()) {
                shows = true;
                let _ = write!(terminal.err, "\r\u{1b}[K{line}");
                let _ = terminal.err.flush();
            }
        }
        Event::Ends(one) => {
            progress.ends();
            if let Some(rows) = rows {
                clear(std::mem::take(&mut shows), terminal);
                for line in header.take().into_iter().chain([rows.row(one, progress)]) {
                    let _ = writeln!(terminal.out, "{line}");
                }
                let _ = terminal.flush();
            }
        }
        Event::Unit(together) => progress.unit(together),
        // Where stderr is gone, there is nobody to tell.
        Event::Waits if human => {
            let _ =
                writeln!(terminal.err, "another run is in progress in this database: waiting for it to end");
        }
        Event::AsOf(as_of) if human && options.as_of.is_none() => {
            let _ = writeln!(terminal.err, "as of {as_of}");
        }
        Event::Waits | Event::AsOf(_) => {}
    });
    clear(shows, terminal);
    let ran = ran?;
    let mut problems = warnings;
    problems.append(ran.problems);
    Ok(Ran { problems, ..ran })
}

fn request<'a>(args: &Args, options: &'a Options, prepared: &'a Prepared) -> RunRequest<'a> {
    RunRequest {
        target: &prepared.database.target,
        segments: &prepared.segments,
        options,
        // Rows that were replaced have not arrived: nothing tells which of them changed.
        refresh: args.refresh && !args.load,
        resume: args.resume,
        verify: args.verify,
        fail_fast: args.fail_fast,
        wait: !args.no_wait,
        check_clock: prepared.database.address != Address::Memory,
    }
}

/// Prints what the run would execute.
fn dry(
    opened: Opened,
    args: &Args,
    options: &Options,
    prepared: &Prepared,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    let database = &prepared.database;
    let is_new = database.address == Address::Memory;
    let units = match opened.session.dry_run(&request(args, options, prepared), is_new) {
        Ok(units) => units,
        Err(problems) => return opened.report(problems, terminal),
    };
    let place = Place { target: &database.target, database: &database.address.shown() };
    match args.format {
        ListFormat::Table => dry_run::text(&units, &place, &mut terminal.out)?,
        ListFormat::Json => write_json(&dry_run::json(&units, &place), &mut terminal.out)?,
    }
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

/// Says what a run that ended at the first failure has left.
fn say_what_is_left(ran: &Ran, err: &mut dyn Write) -> io::Result<()> {
    let is_left = |one: &&SegmentRan| one.status == Status::NotReached;
    let left: Vec<&str> = ran.segments.iter().filter(is_left).map(|one| one.segment.as_str()).collect();
    match left.as_slice() {
        [] => Ok(()),
        [one] => writeln!(err, "{one} was not run, since another segment had failed (--fail-fast)"),
        more => {
            let names = more.join(", ");
            writeln!(err, "{} segments were not run, since one had failed (--fail-fast): {names}", more.len())
        }
    }
}

/// Removes the line of progress.
fn clear(shows: bool, terminal: &mut Terminal) {
    if shows {
        let _ = write!(terminal.err, "\r\u{1b}[K");
        let _ = terminal.err.flush();
    }
}

/// The segments that a run builds.
fn stored(plan: &Plan) -> Vec<&str> {
    let stored = plan.segments.iter().filter(|segment| segment.materialize != Materialize::Inline);
    stored.map(|segment| segment.name.as_str()).collect()
}

/// Whether the resumed run had already built every table. Views are always created again.
fn nothing_was_left(opened: &Opened, ran: &Ran) -> bool {
    let is_table = |one: &&SegmentRan| {
        let id = opened.session.hir().find(&one.segment);
        id.is_some_and(|id| opened.session.materialize(id).is_table())
    };
    ran.segments.iter().filter(is_table).all(|one| matches!(one.status, Status::Kept(_)))
}
