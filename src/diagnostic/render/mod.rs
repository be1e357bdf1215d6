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

/// How problems are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: message, excerpt of the file, help.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
    /// Workflow commands that GitHub shows beside the changed lines.
    Github,
    /// One SARIF 2.1.0 document.
    Sarif,
}

/// Everything that a rendering depends on besides the problems.
#[derive(Debug, Clone, Copy)]
pub struct Rendering<'a> {
    /// Which form.
    pub format: Format,
    /// Whether a terminal's colours are written (people's form only).
    pub color: bool,
    /// Columns to wrap at (people's form only).
    pub width: usize,
    /// Put before every path, `/` included: where the project is, seen from the reader.
    pub prefix: &'a str,
    /// The rules that SARIF lists: every code there is.
    pub rules: &'a [&'static CodeInfo],
}

impl Default for Rendering<'_> {
    fn default() -> Self {
        Self { format: Format::Human, color: false, width: 100, prefix: "", rules: &[] }
    }
}

/// Writes all problems in the order they are in (see [`Diagnostics::sort`]).
///
/// # Errors
///
/// What the writer fails with.
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

/// `3 errors, 1 warning`; `None` if there is nothing to count.
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
