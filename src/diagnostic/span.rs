//! Places in source files.

use std::ops::Range;
use std::sync::Arc;

/// Identifies a file in a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A half-open range of bytes `[start, end)` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Creates a span over the bytes `start..end` of `source`. Offsets beyond 4 GiB are clamped.
    #[must_use]
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { source, start: fit(start), end: fit(end.max(start)) }
    }

    /// The smallest span that covers both, or `self` if they are in different files.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.source != other.source {
            return self;
        }
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A position in a reader's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
}

/// A file: the path shown to people, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    path: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
    /// The number of characters before every [`STRIDE`]th byte. A line can be as long as a file and
    /// contain thousands of problems.
    characters: Vec<u32>,
}

/// The maximum number of bytes scanned to find a column.
const STRIDE: usize = 4096;

impl Source {
    /// The path relative to the project, with `/` as the separator.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The complete text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The line and column of a byte offset. Offsets past the end are clamped.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset as usize);
        let start = self.line_starts.get(line).copied().unwrap_or(0) as usize;
        let offset = (offset as usize).min(self.text.len());
        let is_between = self.text.is_char_boundary(start) && self.text.is_char_boundary(offset);
        let column = match self.text.as_bytes().get(start..offset) {
            _ if !is_between => 0,
            Some(bytes) if bytes.len() < STRIDE => characters(bytes),
            _ => self.characters_to(offset).saturating_sub(self.characters_to(start)),
        };
        Position { line: line + 1, column: column + 1 }
    }

    /// The number of characters that start before an offset.
    fn characters_to(&self, offset: usize) -> usize {
        let known = offset / STRIDE;
        let bytes = self.text.as_bytes().get(known * STRIDE..offset).unwrap_or_default();
        self.characters.get(known).copied().unwrap_or(0) as usize + characters(bytes)
    }

    /// The line of a byte offset, from 0.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// The number of lines, including the empty one after a final line break.
    pub(super) fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The byte range of a line, including its line break.
    pub(super) fn line_range(&self, line: usize) -> Range<usize> {
        let start =
            |line: usize| self.line_starts.get(line).map(|&start| (start as usize).min(self.text.len()));
        start(line).unwrap_or(self.text.len())..start(line + 1).unwrap_or(self.text.len())
    }
}

/// The number of characters that start in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0b1100_0000 != 0b1000_0000).count()
}

/// All files of a compilation. A [`SourceId`] is an index into it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let text = text.into();
        let ends = text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        let line_starts = std::iter::once(0).chain(ends).collect();
        let counted = text.as_bytes().chunks(STRIDE).scan(0u32, |before, chunk| {
            let here = *before;
            *before = before.saturating_add(u32::try_from(characters(chunk)).unwrap_or(u32::MAX));
            Some(here)
        });
        // An offset at the end may begin a stride of its own.
        let all = text
            .len()
            .is_multiple_of(STRIDE)
            .then(|| u32::try_from(characters(text.as_bytes())).unwrap_or(u32::MAX));
        let characters = counted.chain(all).collect();
        self.files.push(Source { path: path.into(), text, line_starts, characters });
        SourceId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file with this id, if it belongs to this set.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The path and position of the start of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<(&str, Position)> {
        self.get(span.source).map(|source| (source.path(), source.position(span.start)))
    }

    /// The text of a span, or an empty string if it isn't in any of the files.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        let text = self.get(span.source).map_or("", |source| source.text());
        text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Iterates over the files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0u32..).map(SourceId).zip(self.files.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_code_points() {
        // Longer than several strides, with characters across their edges.
        for unit in ["a", "é", "字", "🎉", "ab\n", "é\r\n", ""] {
            let text = unit.repeat(3 * STRIDE);
            for length in [text.len(), STRIDE, 2 * STRIDE] {
                let text = text.get(..length).unwrap_or(&text);
                let mut sources = Sources::default();
                let id = sources.add("a.seg", text);
                let source = sources.get(id).expect("it was added");
                let (mut line, mut column) = (1, 1);
                let places = text.char_indices().chain([(text.len(), ' ')]);
                for (offset, c) in places {
                    if (offset + 9) % STRIDE < 19 {
                        let found = source.position(u32::try_from(offset).expect("it is short"));
                        assert_eq!(found, Position { line, column }, "{unit:?} {offset}");
                    }
                    (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
                }
            }
        }
    }
}
