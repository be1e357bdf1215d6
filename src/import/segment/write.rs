//! The text of the imported segments, and what it does to a file that is there already.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::draft::Draft;
use super::existing::{Block, marker};
use super::lists::KeyFile;
use super::tool::Tool;
use crate::syntax::ast::Item;
use crate::syntax::print;

/// A segment as it is written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) key: String,
    /// The comments and the segment.
    pub(super) body: String,
    /// The same with its marker.
    pub(super) text: String,
}

/// The text of a translated segment; `None` if it has been refused.
pub(super) fn write(tool: &dyn Tool, draft: &Draft) -> Option<Written> {
    let segment = draft.segment.as_ref().filter(|_| draft.refusals.is_empty() && !draft.is_skipped)?;
    let mut comments = vec![match &draft.title {
        Some(title) => format!("Imported from {}: `{}`, \"{title}\".", tool.title(), draft.key),
        None => format!("Imported from {}: `{}`.", tool.title(), draft.key),
    }];
    comments.extend(draft.list.iter().map(KeyFile::comment));
    comments.extend(draft.notes.iter().map(|note| format!("Note: {note}.")));
    let comments: Vec<String> = comments.iter().map(|text| print::comment(text)).collect();
    let body = format!("{}\n{}", comments.join("\n"), print::item(&Item::Segment(Box::new(segment.clone()))));
    let text = format!("{}\n{body}", marker(tool.name(), &draft.key, &body));
    Some(Written { key: draft.key.clone(), body, text })
}

/// What the import does with a segment in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It wasn't there.
    New,
    /// It was there in another version.
    Updated,
    /// It is there already.
    Unchanged,
    /// A person has changed it, and it stays as it is.
    Kept,
}

/// A file with the imported segments in it.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) text: String,
    /// What happens to each segment, and where it is in the text.
    pub(super) changes: Vec<(String, Change, Range<usize>)>,
}

/// Puts the segments into the file: in the place of their earlier versions, and new ones at the end.
/// `blocks` are those of this tool in this file.
pub(super) fn merge(
    tool: &dyn Tool,
    existing: Option<&str>,
    blocks: &[Block],
    segments: &[Written],
) -> Merged {
    let mut merged = Merged::default();
    let old = existing.unwrap_or_default();
    let mut at = 0;
    let by_key: BTreeMap<&str, &Written> =
        segments.iter().map(|written| (written.key.as_str(), written)).collect();
    for block in blocks {
        let Some(written) = by_key.get(block.key.as_str()) else { continue };
        let body = old.get(block.range.clone()).and_then(|text| text.split_once('\n')).map(|(_, body)| body);
        // A segment that was only renamed, with all references to it, is otherwise unchanged.
        let is_ours = block.is_untouched || body == Some(written.body.as_str());
        if !is_ours {
            continue;
        }
        merged.text.push_str(old.get(at..block.range.start).unwrap_or_default());
        at = block.range.end;
        let was = old.get(block.range.clone()).unwrap_or_default();
        let change = if was.replace('\r', "") == written.text { Change::Unchanged } else { Change::Updated };
        let start = merged.text.len();
        merged.text.push_str(if change == Change::Unchanged { was } else { &written.text });
        merged.changes.push((written.key.clone(), change, start..merged.text.len()));
    }
    merged.text.push_str(old.get(at..).unwrap_or_default());
    let there: BTreeSet<&str> = blocks.iter().map(|block| block.key.as_str()).collect();
    for written in segments.iter().filter(|written| !there.contains(written.key.as_str())) {
        if merged.text.trim().is_empty() {
            merged.text = header(tool);
        }
        let gap = if merged.text.ends_with("\n\n") {
            ""
        } else if merged.text.ends_with('\n') {
            "\n"
        } else {
            "\n\n"
        };
        merged.text.push_str(gap);
        let start = merged.text.len();
        merged.text.push_str(&written.text);
        merged.changes.push((written.key.clone(), Change::New, start..merged.text.len()));
        merged.text.push('\n');
    }
    merged
}

fn header(tool: &dyn Tool) -> String {
    let text = format!(
        "Segments of {}, written by `segc import`. Importing again updates them, except for those that \
         were changed by hand.",
        tool.title()
    );
    format!("{}\n", print::comment(&text))
}
