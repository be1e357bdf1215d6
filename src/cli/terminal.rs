//! Where data and messages go.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::args::Args;
use super::exit::Exit;
use super::value_enums::Color;
use crate::diagnostic::render::{Format, Rendering, render};
use crate::diagnostic::{Diagnostic, Diagnostics, Sources};

/// Columns to wrap at where the terminal doesn't say.
const WIDTH: usize = 100;

/// Stdout, stderr, and how problems are written to them.
pub(super) struct Terminal {
    /// Data.
    pub(super) out: BufWriter<io::Stdout>,
    /// Messages.
    pub(super) err: io::Stderr,
    format: Format,
    /// Problems are what was asked for: those for machines go to stdout.
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

    /// Problems are this command's data, in this format if one was asked for.
    pub(super) fn ask_for_problems(&mut self, format: Option<Format>) {
        self.format = format.unwrap_or(self.format);
        self.problems_are_data = true;
    }

    /// What stands before the project's paths, as seen from the current folder.
    pub(super) fn set_prefix(&mut self, prefix: String) {
        self.prefix = prefix;
    }

    /// Whether people read the problems, so that a friendly word is no disturbance.
    pub(super) fn is_human(&self) -> bool {
        self.format == Format::Human
    }

    /// Writes problems in the order of a reader, and says how the process should end.
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

    /// The same for a problem that lies in no file.
    pub(super) fn refuse(&mut self, problem: impl Into<Diagnostic>) -> io::Result<Exit> {
        self.report(&Sources::default(), vec![problem.into()].into())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// <https://no-color.org>: set and not empty.
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
