//! Where lines end: a group that doesn't fit on its line is broken at all of its breaks.

use std::ops::Range;

use super::WIDTH;
use super::layout::{Break, Group, Indent, Slot};
use super::trivia::Gap;
use crate::syntax::outline::Tokens;

/// The columns beyond which no line begins, however long the text is to which it is aligned.
const MAX_INDENT: usize = WIDTH * 2 / 3;

/// A laid-out file.
pub(super) struct Page<'a> {
    tokens: Tokens<'a>,
    gaps: &'a [Gap],
    /// The groups, the outer ones first.
    groups: Vec<Group>,
    slots: Vec<Slot>,
    /// For each token and the end, the columns from the start of the file on one line.
    offsets: Vec<usize>,
    /// For each gap, the columns after it up to the next possible break.
    tails: Vec<usize>,
    /// For each gap, the number of gaps before it that are line breaks in any case.
    forced: Vec<usize>,
}

impl<'a> Page<'a> {
    pub(super) fn new(tokens: Tokens<'a>, gaps: &'a [Gap], groups: Vec<Group>, slots: Vec<Slot>) -> Self {
        let mut page =
            Self { tokens, gaps, groups, slots, offsets: Vec::new(), tails: Vec::new(), forced: Vec::new() };
        page.force();
        page.measure();
        page
    }

    /// Breaks the groups that contain a comment or a broken group, and counts the breaks.
    fn force(&mut self) {
        for (gap, slot) in self.gaps.iter().zip(&self.slots) {
            if let (false, Some(scope)) = (gap.comments.is_empty(), slot.scope) {
                self.groups[scope].broken = true;
            }
        }
        for at in (0..self.groups.len()).rev() {
            if let (true, Some(parent)) = (self.groups[at].broken, self.groups[at].parent) {
                self.groups[parent].broken = true;
            }
        }
        let mut count = 0;
        for (gap, slot) in self.gaps.iter().zip(&self.slots) {
            self.forced.push(count);
            let is_broken = matches!(slot.at, Break::Group(group) if self.groups[group].broken);
            count += usize::from(is_broken || !gap.comments.is_empty());
        }
    }

    fn measure(&mut self) {
        let mut offset = 0;
        for at in 0..self.slots.len() {
            self.offsets.push(offset);
            offset += self.space(at) + self.width(at);
        }
        self.tails = vec![0; self.slots.len()];
        for at in (0..self.slots.len().saturating_sub(1)).rev() {
            let may_break = self.slots[at].at != Break::Never || !self.gaps[at].comments.is_empty();
            if !(may_break || self.slots[at].begins_item) {
                self.tails[at] = self.space(at) + self.width(at) + self.tails[at + 1];
            }
        }
    }

    /// The columns of a token.
    fn width(&self, at: usize) -> usize {
        if self.slots[at].left_out { 0 } else { self.tokens.word(at).chars().count() }
    }

    /// The columns between a token and the one before it, on one line.
    fn space(&self, at: usize) -> usize {
        usize::from(!self.slots[at].tight && !self.slots[at].left_out)
    }

    /// Whether tokens fit on one line, from a column on, with what follows up to the next possible break.
    fn fits(&self, column: usize, range: &Range<usize>) -> bool {
        let width = self.offsets[range.end] - self.offsets[range.start] - self.space(range.start);
        column + width + self.tails[range.end] <= WIDTH
    }

    /// The text of an item.
    pub(super) fn write(&self, item: Range<usize>) -> String {
        let mut line = Line { out: String::new(), column: 0 };
        let mut columns = vec![0; item.len()];
        let first = self.groups.partition_point(|group| group.tokens.start < item.start);
        let end = self.groups.partition_point(|group| group.tokens.start < item.end);
        let mut flat = vec![false; end - first];
        let mut next = first;
        for at in item.clone() {
            let indent = |indent: Indent| {
                let column: usize = columns[indent.token - item.start];
                column.saturating_add_signed(indent.columns).min(MAX_INDENT)
            };
            if at > item.start {
                self.gap(at, &mut line, |group| flat[group - first], indent);
            }
            columns[at - item.start] = line.column;
            while let Some(group) = self.groups.get(next).filter(|group| group.tokens.start == at) {
                let in_flat = group.parent.is_some_and(|parent| flat[parent - first]);
                flat[next - first] = in_flat || !group.broken && self.fits(line.column, &group.tokens);
                next += 1;
            }
            if !self.slots[at].left_out {
                line.push(self.tokens.word(at));
            }
        }
        line.out
    }

    /// Writes what is before a token.
    fn gap(
        &self,
        at: usize,
        line: &mut Line,
        is_flat: impl Fn(usize) -> bool,
        column: impl Fn(Indent) -> usize,
    ) {
        let (slot, gap) = (&self.slots[at], &self.gaps[at]);
        let scope = slot.scope.map_or(0, |scope| column(self.groups[scope].indent));
        let own = match slot.at {
            Break::Fill { indent, .. } => column(indent),
            _ => slot.indent.map_or(scope, &column),
        };
        for (nth, comment) in gap.comments.iter().enumerate() {
            if nth == 0 && !comment.own_line {
                line.push(" ");
            } else {
                line.end(comment.blank && slot.blank_before && (nth > 0 || !slot.opened), scope);
            }
            line.push(&comment.text);
        }
        let is_first = gap.comments.is_empty() && slot.opened;
        let blank = gap.blank && slot.blank && !is_first;
        if !gap.comments.is_empty() {
            return line.end(blank, own);
        }
        let breaks = match slot.at {
            Break::Never => false,
            Break::Group(group) => !is_flat(group),
            Break::Fill { end, .. } => {
                !slot.scope.is_some_and(is_flat) && self.fills(at, end, line.column, own)
            }
        };
        if breaks {
            line.end(blank, own);
        } else if self.space(at) > 0 {
            line.push(" ");
        }
    }

    /// Whether the tokens from `at` to `end` go to a new line, which begins at `fresh`: they don't fit on
    /// this one, and either fit there, or nothing of them fits here.
    fn fills(&self, at: usize, end: usize, column: usize, fresh: usize) -> bool {
        let here = column + self.space(at);
        let is_one_line = self.forced[end] == self.forced[at + 1];
        let fits_there = is_one_line && self.fits(fresh, &(at..end));
        let begins_here = here + self.width(at) + self.tails[at + 1] <= WIDTH;
        fresh < column && !(is_one_line && self.fits(here, &(at..end))) && (fits_there || !begins_here)
    }
}

/// The text so far, and the width of its last line.
struct Line {
    out: String,
    column: usize,
}

impl Line {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Ends the line and begins another.
    fn end(&mut self, blank: bool, column: usize) {
        self.out.push_str(if blank { "\n\n" } else { "\n" });
        self.out.extend(std::iter::repeat_n(' ', column));
        self.column = column;
    }
}
