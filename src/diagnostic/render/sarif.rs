//! SARIF 2.1.0: what code scanning services read.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::{CodeInfo, Diagnostic, Diagnostics, Severity, Sources, Span};
use super::Rendering;
use super::place::Place;

pub(super) fn write(
    rendering: &Rendering<'_>,
    sources: &Sources,
    diagnostics: &Diagnostics,
    out: &mut dyn Write,
) -> io::Result<()> {
    let index: BTreeMap<&str, usize> =
        rendering.rules.iter().enumerate().map(|(at, rule)| (rule.code, at)).collect();
    let results: Vec<Value> =
        diagnostics.iter().map(|diagnostic| result(diagnostic, sources, rendering.prefix, &index)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "segc",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rendering.rules.iter().map(|info| rule(info)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn rule(info: &CodeInfo) -> Value {
    json!({
        "id": info.code,
        "shortDescription": { "text": info.title },
        "help": { "text": info.text(), "markdown": info.text() },
        "defaultConfiguration": { "level": level(info.severity) },
    })
}

fn result(diagnostic: &Diagnostic, sources: &Sources, prefix: &str, index: &BTreeMap<&str, usize>) -> Value {
    let text = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code,
        "level": level(diagnostic.severity),
        "message": { "text": text },
        "locations": location(diagnostic.span, sources, prefix).into_iter().collect::<Vec<_>>(),
    });
    if let Some(at) = index.get(diagnostic.code) {
        result["ruleIndex"] = json!(at);
    }
    let related: Vec<Value> = (0..)
        .zip(&diagnostic.labels)
        .filter_map(|(id, label): (usize, _)| {
            let mut place = location(Some(label.span), sources, prefix)?;
            place["id"] = json!(id);
            place["message"] = json!({ "text": label.text });
            Some(place)
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

fn location(span: Option<Span>, sources: &Sources, prefix: &str) -> Option<Value> {
    let place = Place::of(span?, sources, prefix)?;
    Some(json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.path) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    }}))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A relative path as a URI reference. All characters except unreserved ones are percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
