//! JSON lines: one object a problem, for editors and scripts.

use std::io::{self, Write};

use serde::Serialize;

use super::super::{Diagnostic, Diagnostics, Severity, Sources, Span};
use super::Rendering;
use super::place::Place;

/// A problem as a JSON object. Unknown values (a problem without a place) are `null`.
#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    place: Position,
    labels: Vec<Label<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Position,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Position {
    path: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

impl Position {
    fn of(span: Option<Span>, sources: &Sources, prefix: &str) -> Self {
        let Some(place) = span.and_then(|span| Place::of(span, sources, prefix)) else {
            return Self::default();
        };
        Self {
            path: Some(place.path),
            line: Some(place.line),
            column: Some(place.column),
            end_line: Some(place.end_line),
            end_column: Some(place.end_column),
        }
    }
}

pub(super) fn write(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in diagnostics.iter() {
        let line = line(diagnostic, sources, rendering.prefix);
        writeln!(out, "{}", serde_json::to_string(&line)?)?;
    }
    Ok(())
}

fn line<'a>(diagnostic: &'a Diagnostic, sources: &Sources, prefix: &str) -> Line<'a> {
    Line {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        place: Position::of(diagnostic.span, sources, prefix),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Label {
                message: &label.text,
                place: Position::of(Some(label.span), sources, prefix),
            })
            .collect(),
    }
}
