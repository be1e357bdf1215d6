//! Codes: the stable names of problems.

use serde::Serialize;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The segment (or the project) can't be compiled.
    Error,
    /// It compiles, but probably does not mean what its author meant.
    Warning,
}

/// What is known of a code apart from where it happened.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// The stable code, such as `SEG203`. Never reused for something else.
    pub code: &'static str,
    /// Whether it stops the compilation.
    pub severity: Severity,
    /// A few words: what kind of problem it is.
    pub title: &'static str,
    /// The text of `segc explain`: the problem type's own documentation.
    pub explanation: &'static str,
}

impl CodeInfo {
    /// The explanation as plain text: without the space that a doc comment's lines begin with.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.explanation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}
