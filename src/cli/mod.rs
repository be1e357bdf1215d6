//! The command line: a thin layer over the library.
//!
//! Raw arguments are validated before any work. Data goes to stdout, messages to stderr. Only this
//! module reads the environment and the clock, writes files, and knows exit codes.

mod args;
mod cache;
mod clock;
pub(crate) mod command;
mod config;
mod exit;
pub(crate) mod folder;
mod plan_report;
mod preset;
pub(crate) mod problems;
mod report;
mod run_report;
mod table;
mod template;
mod terminal;
mod value_enums;

use std::io;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::Args;
use exit::Exit;
use terminal::Terminal;

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
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let mut terminal = Terminal::new(args);
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
            use io::Write;
            // Where stderr is gone as well, there is nobody to tell.
            let _ = writeln!(io::stderr(), "segc: {error}");
            Exit::WrongUse
        }
    }
}
