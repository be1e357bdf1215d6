//! Spans as paths, lines and columns.

use super::super::{Sources, Span};

/// A span in a reader's terms: lines and columns start at 1, columns count code points, and the end
/// is one past the last character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

impl Place {
    pub(super) fn of(span: Span, sources: &Sources, prefix: &str) -> Option<Self> {
        let source = sources.get(span.source)?;
        let text = source.text();
        let cut = |offset: u32| u32::try_from(floor(text, offset as usize)).unwrap_or(offset);
        let (start, end) = (source.position(cut(span.start)), source.position(cut(span.end)));
        Some(Self {
            path: format!("{prefix}{}", source.path()),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        })
    }
}

/// The offset itself, or the nearest one before it that is inside the text and between characters.
pub(super) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
