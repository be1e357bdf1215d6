//! From text to text: the same segments in the one style (docs/formatting.md), with their comments.
//!
//! The words of a file stay as they are and in their order: the formatter only decides what is
//! between them. `trivia` collects the comments and blank lines there; `layout` finds in the
//! grammar's result where a line may end, and `write` where it does. Only a comma after the last
//! item of a list and doubled parentheses are left out.
//!
//! Everything that segc writes in the language passes through here, so that there is one style.

mod layout;
#[cfg(test)]
mod tests;
mod trivia;
mod write;

use std::ops::Range;

use super::grammar::{self, Rule};
use super::outline::{self, PieceKind, Tokens};
use super::{parser, scan};
use crate::diagnostic::{Diagnostics, SourceId};
use layout::Layout;
use trivia::Gap;

/// The columns that a line should not exceed.
pub(super) const WIDTH: usize = 100;

/// Formats a `.seg` file. If it has syntax errors, reports them and returns `None`.
///
/// The formatted text has the same meaning and the same comments, and formatting it again doesn't
/// change it.
///
/// ```
/// use segc::diagnostic::{Diagnostics, SourceId};
///
/// let mut problems = Diagnostics::new();
/// let text = segc::api::format(SourceId(0), "segment vip on customer{where plan='vip'}", &mut problems);
/// assert_eq!(text.as_deref(), Some("segment vip on customer { where plan = 'vip' }\n"));
/// ```
pub fn format(source: SourceId, text: &str, problems: &mut Diagnostics) -> Option<String> {
    let before = problems.len();
    parser::parse(source, text, problems);
    if problems.len() > before {
        return None;
    }
    let mut none = Diagnostics::new();
    let all = scan::scan(source, text, &mut none);
    let tokens = Tokens { source, text, all: &all };
    let gaps = trivia::gaps(tokens);
    let mut layout = Layout::new(tokens, &gaps);
    let mut items = Vec::new();
    for piece in outline::outline(tokens, &mut none) {
        let range = piece.tokens;
        let rule = match piece.kind {
            PieceKind::Param => Rule::one_param,
            PieceKind::Trait => Rule::one_trait,
            PieceKind::Segment => Rule::one_segment,
            PieceKind::Stray => return None,
        };
        let (start, end) = (all.get(range.start)?.start, all.get(range.end.checked_sub(1)?)?.end);
        let node = grammar::read(rule, text.get(start..end)?).ok()?.next()?;
        layout.item(node, start, range.clone());
        items.push(range);
    }
    Some(file(layout, &gaps, &items))
}

/// The items with what is between them.
fn file(layout: Layout<'_>, gaps: &[Gap], items: &[Range<usize>]) -> String {
    let page = layout.finish();
    let mut out = String::new();
    let mut was_long = false;
    for item in items {
        let text = page.write(item.clone());
        let is_long = text.contains('\n');
        between(&mut out, &gaps[item.start], was_long || is_long);
        out.push_str(&text);
        was_long = is_long;
    }
    if let Some(end) = gaps.last() {
        let end = Gap { blank: false, ..end.clone() };
        between(&mut out, &end, false);
    }
    out.truncate(out.trim_end_matches('\n').len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// Writes the comments before an item, and begins its line. Items of several lines are `apart`: there
/// is a blank line between them and their neighbours.
fn between(out: &mut String, gap: &Gap, apart: bool) {
    let is_apart = gap.blank || gap.comments.iter().any(|comment| comment.blank);
    let mut missing = apart && !is_apart && !out.is_empty();
    let mut begin = |out: &mut String, blank: bool| {
        if out.is_empty() {
            return;
        }
        out.push('\n');
        if blank || std::mem::take(&mut missing) {
            out.push('\n');
        }
    };
    for (at, comment) in gap.comments.iter().enumerate() {
        if at == 0 && !comment.own_line && !out.is_empty() {
            out.push(' ');
        } else {
            begin(out, comment.blank);
        }
        out.push_str(&comment.text);
    }
    begin(out, gap.blank);
}
