//! Codes: the stable names of problems.

use serde::Serialize;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The segment (or the project) can't be compiled.
    Error,
    /// It compiles, but probably doesn't mean what its author intended.
    Warning,
}

/// What every problem with the same code has in common.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The stable code, such as `SEG203`. It is never reused for another kind of problem.
    pub code: &'static str,
    /// Whether it stops the compilation.
    pub severity: Severity,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The text of `segc explain`: the problem type's own documentation.
    pub explanation: &'static str,
}

impl CodeInfo {
    /// The explanation as plain text, without the space at the start of each line of a doc comment.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.explanation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}
