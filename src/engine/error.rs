//! An engine's failure, as seen by its caller.

use std::fmt;
use std::time::Duration;

use super::problems::{CheckFailed, StatementFailed, TookTooLong};
use crate::diagnostic::{Diagnostic, Problem};

/// The prefix of messages from checks in scripts.
const CHECK: &str = "segc: ";

/// The prefix of the message for a failed statement.
const REFUSED: &str = "the engine rejected a statement: ";

/// The maximum length in bytes of a statement shown with its error.
const SHOWN_STATEMENT: usize = 2_000;

/// A failure of an engine, as a problem to report. The command line then exits with code 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError(Box<Diagnostic>);

impl EngineError {
    pub(crate) fn new(problem: impl Problem) -> Self {
        Self(Box::new(problem.into()))
    }

    /// Creates the error for a statement that an engine rejected, with the engine's message.
    /// Implementations of [`Engine`](super::Engine) for other databases use it.
    #[must_use]
    pub fn statement_failed(statement: &str, reason: impl Into<String>) -> Self {
        let shown = shown(statement);
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

    /// Creates the error for a statement that was cancelled because its time was over.
    pub(super) fn took_too_long(statement: &str, time: Duration) -> Self {
        Self::new(TookTooLong { span: None, statement: shown(statement), time })
    }

    /// Whether a statement was cancelled because its time was over.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.code() == "SEG856"
    }

    /// The problem to report.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
    }

    /// The engine's message, without segc's text.
    #[must_use]
    pub(crate) fn reason(&self) -> String {
        let words = self.0.message.as_str();
        words.strip_prefix(REFUSED).unwrap_or(words).to_owned()
    }

    /// The stable code, such as `SEG703`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.code
    }
}

/// A statement as it is shown with its error.
fn shown(statement: &str) -> String {
    let statement = statement.trim();
    let mut shown: String = statement.chars().take(SHOWN_STATEMENT).collect();
    if shown.len() < statement.len() {
        shown.push('…');
    }
    shown
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
