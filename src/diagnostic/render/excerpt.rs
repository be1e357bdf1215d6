//! The lines of a file that show some places in it, as miette reads them.
//!
//! Only those lines are copied, and of a long one only what is around the places: a file may be as
//! large as it likes, and may be one line.

use std::ops::RangeInclusive;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::super::{Source, Span, is_unseen};
use super::place::floor;

/// A span of more lines is drawn as its first line.
const LINES_SHOWN: usize = 6;

/// The number of lines drawn before and after a line with a place.
pub(super) const CONTEXT: usize = 1;

/// Longer lines, in characters, are drawn in pieces. Far below miette's limit of 65,535 columns.
const LONG: usize = 200;

/// The number of characters of a long line drawn before and after each end of a place.
const AROUND: usize = 50;

/// Replaces the omitted parts of a long line.
const LEFT_OUT: char = '…';

/// The parts of a file around some places in it.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    source: &'a Source,
    name: String,
    text: String,
    lines: Vec<Line>,
}

/// A line of the excerpt.
#[derive(Debug)]
struct Line {
    /// Its number in the file, from 0.
    number: usize,
    /// Its offset in the excerpt.
    start: usize,
    /// Whether it is the end of the file, after the last line break.
    is_end: bool,
    /// The drawn parts, in order.
    pieces: Vec<Piece>,
}

/// A part of a line.
#[derive(Debug)]
struct Piece {
    /// Its offset in the file.
    from: usize,
    /// Its offset in the excerpt.
    at: usize,
    len: usize,
}

impl<'a> Excerpt<'a> {
    /// The excerpt that shows these places.
    pub(super) fn of(source: &'a Source, prefix: &str, spans: &[Span]) -> Self {
        let name = format!("{prefix}{}", source.path());
        let mut excerpt = Self { source, name, text: String::new(), lines: Vec::new() };
        let ends: Vec<(usize, usize)> = spans.iter().map(|&span| ends(source, span)).collect();
        let mut wanted: Vec<usize> = ends.iter().flat_map(|&ends| wanted(source, ends)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut places: Vec<usize> = ends.into_iter().flat_map(|(start, end)| [start, end]).collect();
        places.sort_unstable();
        wanted.into_iter().for_each(|line| excerpt.add(line, &places));
        excerpt
    }

    fn add(&mut self, number: usize, places: &[usize]) {
        let source = self.source;
        let range = source.line_range(number);
        let is_end = range.start == source.text().len();
        let text = source.text().get(range.clone()).unwrap_or_default();
        let content = text.strip_suffix('\n').unwrap_or(text);
        let content = content.strip_suffix('\r').unwrap_or(content);
        let mut line = Line { number, start: self.text.len(), is_end, pieces: Vec::new() };
        let has_break = content.len() < text.len();
        let first = places.partition_point(|&place| place < range.start);
        let own = places[first..].iter().take_while(|&&place| place < range.end + usize::from(!has_break));
        let pieces = pieces(content, own.map(|place| (place - range.start).min(content.len())));
        for &(from, to) in &pieces {
            if from > 0 && line.pieces.is_empty() {
                self.text.push(LEFT_OUT);
            }
            line.pieces.push(Piece { from: range.start + from, at: self.text.len(), len: to - from });
            self.text.push_str(&tame(&content[from..to]));
            if to < content.len() {
                self.text.push(LEFT_OUT);
            }
        }
        if is_end {
            self.text.push(' ');
        } else if has_break {
            self.text.push('\n');
        }
        self.lines.push(line);
    }

    /// The range to underline for a place: without a final line break, and not too long.
    pub(super) fn span(&self, span: Span) -> SourceSpan {
        let (start, end) = ends(self.source, span);
        let (start, end) = (self.place(start), self.place(end));
        (start, end.saturating_sub(start)).into()
    }

    /// The offset in the excerpt of an offset in the file. Omitted text maps to its mark.
    fn place(&self, offset: usize) -> usize {
        let pieces = || self.lines.iter().flat_map(|line| &line.pieces);
        let last = pieces().take_while(|piece| piece.from <= offset).last().or_else(|| pieces().next());
        last.map_or(0, |piece| piece.at + offset.saturating_sub(piece.from).min(piece.len))
    }

    /// The index in `lines` of the line at an offset of the excerpt.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.start <= at).saturating_sub(1)
    }

    /// The column in the file, from 0, of an offset in the excerpt.
    fn column(&self, at: usize) -> usize {
        let pieces = self.lines.get(self.line(at)).map_or(&[][..], |line| &line.pieces);
        let piece = pieces.iter().rfind(|piece| piece.at <= at).or_else(|| pieces.first());
        let offset = piece.map_or(0, |piece| piece.from + at.saturating_sub(piece.at).min(piece.len));
        self.source.position(u32::try_from(offset).unwrap_or(u32::MAX)).column - 1
    }

    /// The line up to `steps` lines away, as far as there is no gap in between.
    fn neighbour(&self, line: usize, steps: usize, next: impl Fn(usize) -> Option<usize>) -> usize {
        let number = |line: usize| self.lines.get(line).map(|line| line.number);
        (0..steps).fold(line, |line, _| {
            let other = next(line).filter(|&other| match (number(line), number(other)) {
                (Some(here), Some(there)) => here.abs_diff(there) == 1,
                _ => false,
            });
            other.unwrap_or(line)
        })
    }
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'s>(
        &'s self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'s> + 's>, MietteError> {
        let start = span.offset().min(self.text.len());
        let last = (start + span.len()).min(self.text.len());
        let last = if span.is_empty() { last } else { last - 1 };
        let first_line = self.neighbour(self.line(start), before, |line| line.checked_sub(1));
        let mut last_line = self.neighbour(self.line(last), after, |line| Some(line + 1));
        let is_end = |line: usize| self.lines.get(line).is_some_and(|line| line.is_end);
        if is_end(last_line) && !is_end(self.line(last)) {
            last_line -= 1;
        }
        let Some(first) = self.lines.get(first_line) else { return Err(MietteError::OutOfBounds) };
        let to = self.lines.get(last_line + 1).map_or(self.text.len(), |line| line.start);
        // Without context, miette asks where the span itself begins.
        let column = if before == 0 { self.column(start) } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.text.as_bytes()[first.start..to],
            (first.start, to - first.start).into(),
            first.number,
            column,
            last_line - first_line + 1,
        )))
    }
}

/// The start and end of a place: inside the file, without a final line break, and not too long.
fn ends(source: &Source, span: Span) -> (usize, usize) {
    let text = source.text();
    let start = floor(text, span.start as usize);
    let mut end = floor(text, span.end as usize).max(start);
    if source.line(end) - source.line(start) >= LINES_SHOWN {
        end = source.line_range(source.line(start)).end;
    }
    let shown = text[start..end].trim_end_matches(['\n', '\r']);
    (start, start + shown.len())
}

/// The lines to draw for a place.
fn wanted(source: &Source, (start, end): (usize, usize)) -> RangeInclusive<usize> {
    let (first, last) = (source.line(start), source.line(end.max(start + 1) - 1));
    let mut after = (last + CONTEXT).min(source.line_count() - 1);
    if after > last && source.line_range(after).start == source.text().len() {
        after -= 1;
    }
    first.saturating_sub(CONTEXT)..=after
}

/// The parts of a line to draw for the given places, which are sorted; its beginning if there are
/// none.
fn pieces(content: &str, places: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    if content.chars().nth(LONG).is_none() {
        return vec![(0, content.len())];
    }
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let mut places = places.peekable();
    let beginning = places.peek().is_none().then_some(0);
    for place in places.chain(beginning) {
        let place = floor(content, place);
        let (from, to) = (back(content, place), ahead(content, place));
        match pieces.last_mut() {
            // A mark takes a column itself.
            Some(last) if from <= last.1 + LEFT_OUT.len_utf8() => last.1 = last.1.max(to),
            _ => pieces.push((from, to)),
        }
    }
    pieces
}

/// The offset of the character [`AROUND`] characters before another.
fn back(text: &str, offset: usize) -> usize {
    text[..offset].char_indices().rev().nth(AROUND - 1).map_or(0, |(at, _)| at)
}

/// The offset of the character [`AROUND`] characters after another.
fn ahead(text: &str, offset: usize) -> usize {
    text[offset..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| offset + at)
}

/// Replaces characters that move a terminal's cursor, change its colours or its writing direction
/// with `?`. The number of bytes per character remains the same, so offsets stay valid.
pub(super) fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\t' => tamed.push(c),
            '\r' if characters.peek() == Some(&'\n') => tamed.push(c),
            c if is_unseen(c) => (0..c.len_utf8()).for_each(|_| tamed.push('?')),
            c => tamed.push(c),
        }
    }
    tamed
}
