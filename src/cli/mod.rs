//! The command line: a thin shell over the library.
//!
//! Raw arguments become a validated config before any work. Data goes to stdout, messages
//! to stderr. Only this module reads the environment and the clock, writes files, and
//! knows exit codes.

mod args;
mod choice;
mod clock;
mod command;
mod config;
mod exit;
pub(crate) mod folder;
pub(crate) mod problems;
mod proof;
mod report;
mod table;
mod template;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Args;
use exit::Exit;
use terminal::Terminal;

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let exit = match Args::try_parse() {
        Ok(args) => quietly(run(&args)),
        Err(error) => quietly(error.print().map(|()| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Fine,
            _ => Exit::WrongUse,
        })),
    };
    exit.into()
}

fn run(args: &Args) -> io::Result<Exit> {
    let mut terminal = Terminal::new(args);
    let exit = command::run(args, &mut terminal)?;
    terminal.flush()?;
    Ok(exit)
}

/// A reader that has seen enough (`| head`) is no error.
fn quietly(outcome: io::Result<Exit>) -> Exit {
    match outcome {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Fine,
        Err(error) => {
            use io::Write;
            // Where stderr is gone as well, nobody is left to be told.
            let _ = writeln!(io::stderr(), "segc: {error}");
            Exit::WrongUse
        }
    }
}
