//! Workflow commands: GitHub shows them as annotations of a commit.

use std::io::{self, Write};

use super::super::{Diagnostic, Diagnostics, Severity, Sources};
use super::Rendering;
use super::place::Place;

pub(super) fn write(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    for diagnostic in diagnostics.iter() {
        writeln!(out, "{}", command(diagnostic, sources, rendering.prefix))?;
    }
    Ok(())
}

fn command(diagnostic: &Diagnostic, sources: &Sources, prefix: &str) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    if let Some(place) = diagnostic.span.and_then(|span| Place::of(span, sources, prefix)) {
        properties.push(format!("file={}", property(&place.path)));
        properties.push(format!("line={}", place.line));
        properties.push(format!("endLine={}", place.end_line));
        properties.push(format!("col={}", place.column));
        // GitHub takes an end column only if the annotation stays on one line.
        if place.end_line == place.line {
            properties.push(format!("endColumn={}", place.end_column));
        }
    }
    properties.push(format!("title={}", property(diagnostic.code)));
    let mut message = diagnostic.message.clone();
    for text in diagnostic.labels.iter().filter_map(|label| {
        let place = Place::of(label.span, sources, prefix)?;
        Some(format!("\n{}:{}:{}: {}", place.path, place.line, place.column, label.text))
    }) {
        message.push_str(&text);
    }
    if let Some(help) = &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    format!("::{name} {}::{}", properties.join(","), data(&message))
}

/// Escapes a message for GitHub's runner.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property's value, in which `:` and `,` are separators.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
