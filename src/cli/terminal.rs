//! The outputs for data and messages.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::args::Args;
use super::exit::Exit;
use super::value_enums::Color;
use crate::diagnostic::render::{Format, Rendering, render};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources};

/// The width at which to wrap if the terminal's is unknown.
const WIDTH: usize = 100;

/// Stdout and stderr, and how problems are written to them.
pub(super) struct Terminal {
    /// The output for data.
    pub(super) out: BufWriter<io::Stdout>,
    /// The output for messages.
    pub(super) err: io::Stderr,
    format: Format,
    /// Whether problems are the requested output. Machine-readable formats then go to stdout.
    problems_are_data: bool,
    color: bool,
    width: usize,
    prefix: String,
}

impl Terminal {
    pub(super) fn new(args: &Args) -> Self {
        let err = io::stderr();
        Self {
            color: colored(args.common.color, err.is_terminal()),
            out: BufWriter::new(io::stdout()),
            err,
            format: args.common.message_format.into(),
            problems_are_data: false,
            width: variable("COLUMNS").and_then(|text| text.parse().ok()).unwrap_or(WIDTH),
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

    /// Whether people read the problems, so that additional text is welcome.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Whether a line of progress can be shown and renewed: people watch stderr.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_human() && self.err.is_terminal()
    }

    /// Whether people watch stdout, too, so that data can be shown as it comes.
    pub(super) fn is_watched(&self) -> bool {
        self.is_terminal() && self.out.get_ref().is_terminal()
    }

    /// Sorts and writes problems, and returns the exit code.
    pub(super) fn report(&mut self, sources: &Sources, mut diagnostics: Diagnostics) -> io::Result<Exit> {
        diagnostics.sort(sources);
        let rules = crate::registry::codes();
        let rendering = Rendering {
            format: self.format,
            color: self.color,
            width: self.width,
            prefix: &self.prefix,
            rules: &rules,
        };
        if self.problems_are_data && self.format != Format::Human {
            render(&rendering, sources, &diagnostics, &mut self.out)?;
        } else {
            // In one piece: stderr is not buffered.
            let mut text = Vec::new();
            render(&rendering, sources, &diagnostics, &mut text)?;
            self.err.write_all(&text)?;
        }
        Ok(Exit::of(&diagnostics))
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

#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
