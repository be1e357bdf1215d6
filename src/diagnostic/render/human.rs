//! For people: miette's drawing of messages, excerpts and help.
//!
//! What miette would trip over is prepared here: ends of files, spans that end with a line
//! break, long spans, and characters that a terminal would obey.

use std::fmt;
use std::io::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use super::super::{Diagnostic, Diagnostics, Severity, Source, SourceId, Sources, Span};
use super::place::floor;
use super::{Rendering, summary};

/// A span over more lines than this is drawn as its first line.
const LINES_SHOWN: usize = 6;

pub(super) fn write(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = if rendering.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_links(false).with_width(rendering.width.max(40));
    for diagnostic in diagnostics.iter() {
        let mut text = String::new();
        let report = Report::of(diagnostic, sources, rendering.prefix);
        handler.render_report(&mut text, &report).map_err(io::Error::other)?;
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    match summary(diagnostics) {
        Some(summary) => writeln!(out, "{summary}"),
        None => Ok(()),
    }
}

/// A problem, or a label of it that lies in another file, as miette sees it.
#[derive(Debug)]
struct Report {
    code: Option<&'static str>,
    severity: miette::Severity,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Report>,
}

impl Report {
    fn of(diagnostic: &Diagnostic, sources: &Sources, prefix: &str) -> Self {
        let file = |id: SourceId| sources.get(id).map(|source| Excerpt::of(source, prefix));
        let home = diagnostic.span.map(|span| span.source);
        let excerpt = home.and_then(file);
        let mut labels = Vec::new();
        let mut elsewhere = Vec::new();
        if let (Some(span), Some(excerpt)) = (diagnostic.span, &excerpt) {
            labels.push(LabeledSpan::new_primary_with_span(None, excerpt.span(span)));
        }
        for label in &diagnostic.labels {
            let Some(other) = file(label.span.source) else { continue };
            if home == Some(label.span.source) {
                labels.push(LabeledSpan::new_with_span(Some(tame(&label.text)), other.span(label.span)));
            } else {
                elsewhere.push(Self::note(other, label.span, &label.text));
            }
        }
        Self {
            code: Some(diagnostic.code),
            severity: match diagnostic.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
            },
            message: tame(&diagnostic.message),
            help: diagnostic.help.as_deref().map(tame),
            excerpt,
            labels,
            elsewhere,
        }
    }

    fn note(excerpt: Excerpt, span: Span, text: &str) -> Self {
        Self {
            code: None,
            severity: miette::Severity::Advice,
            message: tame(text),
            help: None,
            labels: vec![LabeledSpan::new_primary_with_span(None, excerpt.span(span))],
            excerpt: Some(excerpt),
            elsewhere: Vec::new(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
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

/// A file that can always show any place in it.
#[derive(Debug)]
struct Excerpt {
    name: String,
    /// The text without what a terminal would obey, offsets kept; then one space, which
    /// stands for the end of the file where that is a line of its own.
    text: String,
    /// Where each line starts.
    lines: Vec<usize>,
}

impl Excerpt {
    fn of(source: &Source, prefix: &str) -> Self {
        let text = tame(source.text()) + " ";
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: format!("{prefix}{}", source.path()), text, lines }
    }

    fn len(&self) -> usize {
        self.text.len() - 1
    }

    /// The line, from 0, of an offset.
    fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// A line's end, its line break included.
    fn end(&self, line: usize) -> usize {
        self.lines.get(line + 1).copied().unwrap_or(self.len())
    }

    /// What to underline: inside of the file, without a line break at the end, not too long.
    fn span(&self, span: Span) -> SourceSpan {
        let start = floor(&self.text, (span.start as usize).min(self.len()));
        let mut end = floor(&self.text, (span.end as usize).min(self.len())).max(start);
        if self.line(end) - self.line(start) >= LINES_SHOWN {
            end = self.end(self.line(start));
        }
        let shown = self.text[start..end].trim_end_matches(['\n', '\r']);
        (start, shown.len()).into()
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = span.offset().min(self.len());
        let last = (start + span.len()).min(self.len());
        let last = if span.is_empty() { last } else { last - 1 };
        let first_line = self.line(start).saturating_sub(before);
        let mut last_line = (self.line(last) + after).min(self.lines.len() - 1);
        let at_end = self.line(last) == self.lines.len() - 1;
        if !at_end && self.lines.get(last_line) == Some(&self.len()) {
            last_line -= 1;
        }
        let from = self.lines[first_line];
        let ends_file = self.lines[last_line] == self.len();
        let to = if ends_file { self.text.len() } else { self.end(last_line) };
        // Without context, miette asks where the span itself begins.
        let column = if before == 0 { self.text[from..start].chars().count() } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[from..to],
            (from, to - from).into(),
            first_line,
            column,
            last_line - first_line + 1,
        )))
    }
}

/// The text with `?` for characters that move a terminal's cursor or change its colours.
/// Every character keeps its bytes' length, so that offsets stay what they are.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len() + 1);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\t' => tamed.push(c),
            '\r' if characters.peek() == Some(&'\n') => tamed.push(c),
            c if c.is_control() => (0..c.len_utf8()).for_each(|_| tamed.push('?')),
            c => tamed.push(c),
        }
    }
    tamed
}
