//! For people: miette's drawing of messages, excerpts and help.
//!
//! What miette would trip over is prepared in [`super::excerpt`]: ends of files, spans that end with
//! a line break, long spans, long lines, and characters that a terminal would obey.

use std::fmt;
use std::io::{self, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use super::super::{Diagnostic, Diagnostics, Label, Severity, Source, Sources, Span};
use super::excerpt::{CONTEXT, Excerpt, tame};
use super::{Rendering, summary};

/// The maximum number of problems drawn. Nobody reads more before fixing some.
const SHOWN: usize = 100;

pub(super) fn write(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = if rendering.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_context_lines(CONTEXT)
        .with_width(rendering.width.max(40));
    for diagnostic in shown(diagnostics) {
        let mut text = String::new();
        let report = Report::of(diagnostic, sources, rendering.prefix);
        handler.render_report(&mut text, &report).map_err(io::Error::other)?;
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    let Some(summary) = summary(diagnostics) else { return Ok(()) };
    let more = diagnostics.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "{more} more not shown; `--message-format json` shows all of them")?;
    }
    writeln!(out, "{summary}")
}

/// The problems to draw, in their order. If there are too many, errors take precedence over
/// warnings.
fn shown(diagnostics: &Diagnostics) -> impl Iterator<Item = &Diagnostic> {
    let all = diagnostics.iter().filter(|item| item.severity == Severity::Error).count();
    let (mut errors, mut warnings) = (SHOWN, SHOWN.saturating_sub(all));
    diagnostics.iter().filter(move |item| {
        let left = match item.severity {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
        };
        let is_shown = *left > 0;
        *left = left.saturating_sub(1);
        is_shown
    })
}

/// A problem, or one of its labels in another file, in the form that miette needs.
#[derive(Debug)]
struct Report<'a> {
    code: Option<&'static str>,
    severity: miette::Severity,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt<'a>>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report<'a>>,
}

impl<'a> Report<'a> {
    fn of(diagnostic: &Diagnostic, sources: &'a Sources, prefix: &str) -> Self {
        let file = |span: Span| sources.get(span.source);
        let home = diagnostic.span.and_then(file);
        let is_home = |label: &&Label| diagnostic.span.is_some_and(|span| span.source == label.span.source);
        let (here, others): (Vec<&Label>, Vec<&Label>) = diagnostic.labels.iter().partition(is_home);
        let spans: Vec<Span> =
            diagnostic.span.into_iter().chain(here.iter().map(|label| label.span)).collect();
        let excerpt = home.map(|source| Excerpt::of(source, prefix, &spans));
        let mut labels = Vec::new();
        if let (Some(span), Some(excerpt)) = (diagnostic.span, &excerpt) {
            labels.push(LabeledSpan::new_primary_with_span(None, excerpt.span(span)));
            labels.extend(here.iter().map(|label| {
                LabeledSpan::new_with_span(Some(message(&label.text)), excerpt.span(label.span))
            }));
        }
        let note = |label: &&Label| Some(Self::note(file(label.span)?, prefix, label));
        let elsewhere = others.iter().filter_map(note).collect();
        Self {
            code: Some(diagnostic.code),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message: message(&diagnostic.message),
            help: diagnostic.help.as_deref().map(message),
            excerpt,
            labels,
            elsewhere,
        }
    }

    fn note(source: &'a Source, prefix: &str, label: &Label) -> Self {
        let excerpt = Excerpt::of(source, prefix, &[label.span]);
        Self {
            code: None,
            severity: miette::Severity::Advice,
            message: message(&label.text),
            help: None,
            labels: vec![LabeledSpan::new_primary_with_span(None, excerpt.span(label.span))],
            excerpt: Some(excerpt),
            elsewhere: Vec::new(),
        }
    }
}

/// Escapes a message for the terminal. Unlike an excerpt it has no offsets to preserve, so a tab
/// becomes a space.
fn message(text: &str) -> String {
    tame(text).replace('\t', " ")
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related(&self) -> Option<Box<dyn Iterator<Item = &dyn miette::Diagnostic> + '_>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|report| report as &dyn miette::Diagnostic)))
    }
}
