//! An engine's failure, as seen by its caller.

use std::fmt;

use super::problems::{CheckFailed, StatementFailed};
use crate::diagnostic::{Diagnostic, Problem};

/// What the messages of scripts' own checks begin with.
const CHECK: &str = "segc: ";

/// What the message of a failed statement begins with.
const REFUSED: &str = "the engine rejected a statement: ";

/// How much of a statement is shown with its error.
const SHOWN_STATEMENT: usize = 2_000;

/// An engine failed: the problem to show. The command line ends with exit code 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError(Box<Diagnostic>);

impl EngineError {
    pub(crate) fn new(problem: impl Problem) -> Self {
        Self(Box::new(problem.into()))
    }

    /// A statement that an engine refused, with the engine's own words: for those who
    /// implement [`Engine`](super::Engine) for another database.
    #[must_use]
    pub fn statement_failed(statement: &str, reason: impl Into<String>) -> Self {
        let statement = statement.trim();
        let mut shown: String = statement.chars().take(SHOWN_STATEMENT).collect();
        if shown.len() < statement.len() {
            shown.push('…');
        }
        let reason = reason.into();
        // What a script's own check says is no fault of the statement that says it.
        match reason.split_once(CHECK) {
            Some((_, said)) => {
                let said = said.lines().next().unwrap_or_default().trim().to_owned();
                Self::new(CheckFailed { span: None, said })
            }
            None => Self::new(StatementFailed { span: None, statement: shown, reason }),
        }
    }

    /// The problem, to be shown with the others.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }

    /// The engine's own words, without segc's.
    #[must_use]
    pub(crate) fn reason(&self) -> String {
        let words = self.0.message.as_str();
        words.strip_prefix(REFUSED).unwrap_or(words).to_owned()
    }

    /// Its stable code, such as `SEG703`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for EngineError {}

impl From<EngineError> for Diagnostic {
    fn from(error: EngineError) -> Self {
        *error.0
    }
}
