//! The exit codes of the process.

use std::process::ExitCode;

use crate::diagnostic::{Diagnostics, Severity};

/// Exit codes, from the least to the most severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Success, possibly with warnings.
    Fine,
    /// The project has errors.
    ProjectErrors,
    /// The arguments are wrong, or files could not be written.
    WrongUse,
    /// The engine failed.
    EngineFailed,
}

impl Exit {
    /// The exit code for the worst problem. The range of its code decides.
    pub(super) fn of(diagnostics: &Diagnostics) -> Self {
        let errors = diagnostics.iter().filter(|one| one.severity == Severity::Error);
        let exit = errors.map(|one| match one.code.get(..4) {
            // What the project's files say, of themselves or of a database, and isn't so.
            Some("SEG7" | "SEG8") if is_of_the_project(one.code) => Self::ProjectErrors,
            Some("SEG7") if is_of_the_arguments(one.code) => Self::WrongUse,
            Some("SEG7") => Self::EngineFailed,
            Some("SEG8") => Self::WrongUse,
            _ => Self::ProjectErrors,
        });
        exit.max().unwrap_or(Self::Fine)
    }
}

fn is_of_the_project(code: &str) -> bool {
    matches!(code, "SEG727" | "SEG728" | "SEG827" | "SEG828") || ("SEG740".."SEG749").contains(&code)
}

/// Questions that can't be asked of a database.
fn is_of_the_arguments(code: &str) -> bool {
    ("SEG752".."SEG760").contains(&code)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::ProjectErrors => 1,
            Exit::WrongUse => 2,
            Exit::EngineFailed => 3,
        })
    }
}
