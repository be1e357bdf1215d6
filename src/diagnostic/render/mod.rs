//! Problems as people and machines want them: terminal, JSON lines, GitHub, SARIF.
//!
//! Pure: text goes into a writer that the caller gives. Must not know: terminals,
//! environment variables, which stage a problem comes from.

mod excerpt;
mod github;
mod human;
mod json;
mod place;
mod sarif;

use std::io::{self, Write};

use super::{CodeInfo, Diagnostics, Severity, Sources};

/// The format in which problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Messages, excerpts of the file and help, for people.
    #[default]
    Human,
    /// JSON lines: one object per problem.
    Json,
    /// Workflow commands, which GitHub shows next to the changed lines.
    Github,
    /// One SARIF 2.1.0 document.
    Sarif,
}

/// Everything besides the problems that the output depends on.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// The output format.
    pub format: Format,
    /// Whether to write a terminal's colours. Applies only to [`Format::Human`].
    pub color: bool,
    /// The width in columns at which to wrap. Applies only to [`Format::Human`].
    pub width: usize,
    /// A prefix for every path, including the `/`: the project's folder as seen by the reader.
    pub prefix: &'a str,
    /// The rules to list in SARIF: all codes.
    pub rules: &'a [&'static CodeInfo],
}

impl Default for Rendering<'_> {
    fn default() -> Self {
        Self { format: Format::Human, color: false, width: 100, prefix: "", rules: &[] }
    }
}

/// Writes all problems in their current order (see [`Diagnostics::sort`]).
///
/// # Errors
///
/// Returns the writer's error.
pub fn render(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    match rendering.format {
        Format::Human => human::write(rendering, sources, diagnostics, out),
        Format::Json => json::write(rendering, sources, diagnostics, out),
        Format::Github => github::write(rendering, sources, diagnostics, out),
        Format::Sarif => sarif::write(rendering, sources, diagnostics, out),
    }
}

/// The numbers of errors and warnings, such as `3 errors, 1 warning`, or `None` if there are none.
#[must_use]
pub fn summary(diagnostics: &Diagnostics) -> Option<String> {
    let count = |severity| diagnostics.iter().filter(|item| item.severity == severity).count();
    let words = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts = [words(count(Severity::Error), "error"), words(count(Severity::Warning), "warning")];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
