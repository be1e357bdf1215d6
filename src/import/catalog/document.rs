//! Documents of other tools: their texts, and JSON with the places of its mistakes.

use serde::de::DeserializeOwned;

use super::distinct_keys::DistinctKeys;
use super::problems::UnreadableDocument;
use crate::diagnostic::{Diagnostics, SourceId, Sources, Span};

/// The text of a file to import from.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its path, as the user wrote it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Document {
    /// Adds the text to the sources, for messages.
    pub(super) fn source(&self, sources: &mut Sources) -> SourceId {
        sources.add(self.path.clone(), self.text.as_str())
    }

    /// Reads the text as JSON of this form. A mistake is reported at its place.
    pub(super) fn json<T: DeserializeOwned>(
        &self,
        sources: &mut Sources,
        problems: &mut Diagnostics,
    ) -> Option<T> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let read = serde_json::from_str::<DistinctKeys>(text);
        match read.and_then(|DistinctKeys(value)| serde_json::from_value(value)) {
            Ok(value) => Some(value),
            Err(error) => {
                let source = sources.add(self.path.clone(), text);
                problems.push(self.unreadable(source, text, &error));
                None
            }
        }
    }

    pub(super) fn unreadable(
        &self,
        source: SourceId,
        text: &str,
        error: &serde_json::Error,
    ) -> UnreadableDocument {
        let start = offset(text, error.line(), error.column());
        let end =
            text.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |c| start + c.len_utf8());
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or(&reason).to_owned();
        let span = Some(Span::new(source, start, end));
        UnreadableDocument { span, path: self.path.clone(), reason }
    }
}

/// The offset of a line and a column, which count from 1; the column counts bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(at, _)| at + 1),
    };
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The files that something is from, in a few words.
pub(super) fn origin(paths: Vec<String>) -> String {
    match paths.as_slice() {
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second} and {} more", rest.len())
        }
        paths => paths.join(" and "),
    }
}
