//! The command line: a thin layer over the library.
//!
//! Raw arguments are validated before any work. Data goes to stdout, messages to stderr. Only this
//! module reads the environment and the clock, writes files, and knows exit codes.

pub(crate) mod against;
mod args;
mod cache;
mod clock;
pub(crate) mod command;
mod completion;
mod config;
mod diff_report;
mod dry_run;
mod exit;
pub(crate) mod folder;
mod pager;
mod plan_report;
mod preset;
pub(crate) mod problems;
mod report;
mod run_report;
mod table;
mod template;
mod terminal;
mod trace;
pub(crate) mod usage;
mod value_enums;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use args::Args;
use exit::Exit;
use terminal::Terminal;
use usage::Early;
use usage::problems::NotTogether;

/// The size of a thread's stack in bytes.
const STACK: usize = 64 << 20;

/// The exit code after a panic, which reports itself.
const PANICKED: u8 = 101;

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    // How deep a project may be nested is limited by counting; unoptimised, each level may take
    // dozens of kilobytes of stack. Memory is taken for what is used only.
    let main = std::thread::Builder::new().stack_size(STACK).spawn(work);
    // Without threads, it works on what there is.
    match main {
        Ok(main) => main.join().unwrap_or(ExitCode::from(PANICKED)),
        Err(_) => work(),
    }
}

fn work() -> ExitCode {
    if completion::is_asked() {
        return quietly(completion::answer()).into();
    }
    let line: Vec<OsString> = std::env::args_os().collect();
    let exit = match parse(&line) {
        Ok(args) => quietly(run(&args)),
        Err(error) => quietly(refuse(&error, &Early::of(&line))),
    };
    exit.into()
}

fn parse(line: &[OsString]) -> Result<Args, clap::Error> {
    let mut command = Args::command().color(Early::of(line).color.into());
    let matches = command.try_get_matches_from_mut(line)?;
    Args::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Prints the help or the version, or reports arguments that aren't understood.
fn refuse(error: &clap::Error, early: &Early) -> io::Result<Exit> {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => error.print().map(|()| Exit::Fine),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.print().map(|()| Exit::WrongUse),
        _ => Terminal::early(early).refuse(usage::problem(error)),
    }
}

fn run(args: &Args) -> io::Result<Exit> {
    let threads = args.common.jobs.map_or(0, usize::from);
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).num_threads(threads).build_global();
    let mut terminal = Terminal::new(args);
    if args.common.quiet && args.common.verbose {
        let (one, other) = ("--quiet".to_owned(), "--verbose".to_owned());
        return terminal.refuse(NotTogether { span: None, one, other });
    }
    let exit = command::run(args, &mut terminal)?;
    terminal.flush()?;
    Ok(exit)
}

/// If the reader closes the pipe early (`| head`), that isn't an error.
fn quietly(outcome: io::Result<Exit>) -> Exit {
    match outcome {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine,
        Err(error) => {
            // Where stderr is gone as well, there is nobody to tell.
            let _ = writeln!(io::stderr(), "segc: {error}");
            Exit::WrongUse
        }
    }
}
