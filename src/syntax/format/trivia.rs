//! What is between the words of a file: comments, line breaks and blank lines.

use crate::syntax::outline::Tokens;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// The text from `#` on, without space at its end.
    pub(super) text: String,
    /// Whether only space precedes it on its line.
    pub(super) own_line: bool,
    /// Whether a blank line precedes it.
    pub(super) blank: bool,
}

/// What is before a token, or at the end of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) comments: Vec<Comment>,
    /// Whether the token is on another line than the one before it.
    pub(super) newline: bool,
    /// Whether a blank line precedes the token, after the comments.
    pub(super) blank: bool,
}

/// The gap before each token, and the one at the end. Comments are where they are written: a comment
/// before a comma or an opening brace is after it, and one after `and` or `or` is before it, as is a
/// blank line.
pub(super) fn gaps(tokens: Tokens<'_>) -> Vec<Gap> {
    let mut end = 0;
    let mut gaps: Vec<Gap> = Vec::with_capacity(tokens.all.len() + 1);
    for token in tokens.all {
        gaps.push(gap(tokens.text.get(end..token.start).unwrap_or_default(), end == 0));
        end = token.end;
    }
    gaps.push(gap(tokens.text.get(end..).unwrap_or_default(), end == 0));
    for at in 0..tokens.all.len() {
        let [before, after] = &mut gaps[at..=at + 1] else { continue };
        match tokens.word(at) {
            "," | "{" => {
                after.comments.splice(0..0, before.comments.drain(..));
            }
            "and" | "or" => {
                before.comments.append(&mut after.comments);
                before.blank |= std::mem::take(&mut after.blank);
            }
            _ => {}
        }
    }
    gaps
}

/// Reads the text between two tokens.
fn gap(text: &str, is_first: bool) -> Gap {
    let mut gap = Gap::default();
    let mut newlines = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '#']) {
        let (_, found) = rest.split_at(at);
        if let Some(after) = found.strip_prefix('\n') {
            newlines += 1;
            gap.newline = true;
            rest = after;
            continue;
        }
        let end = found.find('\n').unwrap_or(found.len());
        gap.comments.push(Comment {
            text: found[..end].trim_end().to_owned(),
            own_line: newlines > 0 || is_first && gap.comments.is_empty(),
            blank: newlines > 1,
        });
        newlines = 0;
        rest = &found[end..];
    }
    gap.blank = newlines > 1;
    gap
}
