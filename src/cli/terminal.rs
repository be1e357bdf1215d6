//! The outputs for data and messages.

use std::io::{self, IsTerminal, Write};
use std::num::NonZeroUsize;

use terminal_size::{Width, terminal_size_of};

use super::args::Args;
use super::command::is_paged;
use super::exit::Exit;
use super::pager::{self, Output};
use super::trace::Trace;
use super::usage::Early;
use super::value_enums::Color;
use crate::diagnostic::render::{Format, Rendering, render};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources};
use crate::engine::{Engine, EngineError, Limits};

/// The width at which to wrap if the terminal's is unknown.
const WIDTH: usize = 100;

/// Stdout and stderr, and how problems are written to them.
pub(super) struct Terminal {
    /// The output for data.
    pub(super) out: Output,
    /// The output for messages.
    pub(super) err: io::Stderr,
    format: Format,
    /// Whether problems are the requested output. Machine-readable formats then go to stdout.
    problems_are_data: bool,
    quiet: bool,
    verbose: bool,
    limits: Limits,
    color: bool,
    width: usize,
    prefix: String,
}

impl Terminal {
    pub(super) fn new(args: &Args) -> Self {
        let common = &args.common;
        let threads = common.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into()));
        let terminal = Self::early(&Early { color: common.color, format: common.message_format });
        let pages = is_paged(&args.command)
            && !common.no_pager
            && io::stdout().is_terminal()
            && variable("TERM").is_none_or(|term| term != "dumb");
        let out = pages.then(pager::chosen).flatten().map_or_else(Output::direct, Output::paged);
        let limits = Limits { time: common.timeout, threads };
        Self { out, quiet: common.quiet, verbose: common.verbose, limits, ..terminal }
    }

    /// The terminal of arguments that can't be read.
    pub(super) fn early(early: &Early) -> Self {
        let err = io::stderr();
        Self {
            color: colored(early.color, err.is_terminal()),
            out: Output::direct(),
            format: early.format.into(),
            problems_are_data: false,
            quiet: false,
            verbose: false,
            limits: Limits::default(),
            width: width(&err),
            err,
            prefix: String::new(),
        }
    }

    /// Makes problems the data of this command, in this format if one was requested.
    pub(super) fn ask_for_problems(&mut self, format: Option<Format>) {
        self.format = format.unwrap_or(self.format);
        self.problems_are_data = true;
    }

    /// Sets the prefix of the project's paths, as seen from the current folder.
    pub(super) fn set_prefix(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// Whether people read the problems and want more than them, so that additional text is welcome.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human && !self.quiet
    }

    /// Whether only errors and requested data are written.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether people read the problems, and find the results of tests with the data.
    pub(super) fn has_human_problems(&self) -> bool {
        self.format == Format::Human
    }

    /// Whether a line of progress can be shown and renewed: people watch stderr, and nothing else is written
    /// there meanwhile.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_human() && !self.verbose && self.err.is_terminal()
    }

    /// Whether people watch stdout, too, so that data can be shown as it comes.
    pub(super) fn is_watched(&self) -> bool {
        self.is_human() && self.err.is_terminal() && io::stdout().is_terminal()
    }

    /// Says what is being done, if that is wanted.
    pub(super) fn trace(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = self.tracing() {
            trace.say(&what());
        }
    }

    fn tracing(&self) -> Option<Trace> {
        (self.verbose && self.is_human()).then(Trace::default)
    }

    /// An engine within the limits of the arguments, which shows its statements if that is wanted.
    pub(super) fn limited(&self, mut engine: Box<dyn Engine>) -> Result<Box<dyn Engine>, EngineError> {
        engine.limit(self.limits)?;
        Ok(match self.tracing() {
            Some(trace) => trace.engine(engine),
            None => engine,
        })
    }

    /// What each statement may use.
    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Sorts and writes problems, and returns the exit code.
    pub(super) fn report(&mut self, sources: &Sources, mut diagnostics: Diagnostics) -> io::Result<Exit> {
        let exit = Exit::of(&diagnostics);
        let are_data = self.problems_are_data && self.format != Format::Human;
        if self.quiet && !are_data {
            diagnostics.retain(|problem| problem.severity == Severity::Error);
        }
        diagnostics.sort(sources);
        let rendering = Rendering {
            format: self.format,
            color: self.color,
            width: self.width,
            prefix: &self.prefix,
            rules: crate::registry::codes(),
        };
        if are_data {
            render(&rendering, sources, &diagnostics, &mut self.out)?;
        } else {
            // In one piece: stderr is not buffered.
            let mut text = Vec::new();
            render(&rendering, sources, &diagnostics, &mut text)?;
            if self.out.is_paged() {
                // Messages stay on the screen when the pager is closed.
                self.out.flush()?;
            }
            self.err.write_all(&text)?;
        }
        Ok(exit)
    }

    /// Reports a problem that isn't in a file.
    pub(super) fn refuse(&mut self, problem: impl Into<Diagnostic>) -> io::Result<Exit> {
        self.report(&Sources::default(), vec![problem.into()].into())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Implements <https://no-color.org>: the variable is set and not empty.
fn colored(color: Color, is_terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal
                && variable("NO_COLOR").is_none()
                && variable("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// The width of messages: `COLUMNS`, or the terminal's.
fn width(err: &io::Stderr) -> usize {
    let asked = variable("COLUMNS").and_then(|text| text.parse().ok());
    let real =
        || terminal_size_of(err).map(|(Width(width), _)| usize::from(width)).filter(|width| *width > 0);
    asked.or_else(real).unwrap_or(WIDTH)
}

/// A variable that is set and not empty.
pub(super) fn variable(name: &str) -> Option<String> {
    setting(name).filter(|value| !value.is_empty())
}

/// A variable that is set, perhaps empty.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(super) fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether a variable is set, to whatever.
pub(super) fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}
