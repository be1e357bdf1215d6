//! What an engine's failure looks like to a caller.

use std::fmt;

use crate::diagnostic::{Diagnostic, Problem};

/// An engine failed: the problem to show. The command line ends with exit code 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError(Box<Diagnostic>);

impl EngineError {
    pub(crate) fn new(problem: impl Problem) -> Self {
        Self(Box::new(problem.into()))
    }

    /// The problem, to be shown with the others.
    #[must_use]
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0
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
