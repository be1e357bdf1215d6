//! From the YAML reader's locations to spans, and from lists of pairs to maps without duplicates.

use std::collections::BTreeMap;

use serde_yaml::{Location, Spanned};

use super::node::{Key, Node, NodeKind};
use super::problems::{CutText, DuplicateKey, Glued};
use super::raw::Raw;
use super::read::span_of;
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// The maximum length in bytes of text that is rejoined.
const LONGEST_CUT: u32 = 200;

/// Converts the raw tree. Its depth is limited by the reader's budget.
pub(super) struct Converter<'a> {
    source: SourceId,
    text: &'a str,
    pub(super) problems: Diagnostics,
    /// Whether some key looks like a number.
    pub(super) numeric_keys: bool,
}

impl<'a> Converter<'a> {
    pub(super) fn new(source: SourceId, text: &'a str) -> Self {
        Self { source, text, problems: Diagnostics::new(), numeric_keys: false }
    }

    pub(super) fn node(&mut self, raw: Spanned<Raw>) -> Node {
        let span = self.span(&raw.defined);
        let written = || self.text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
        match raw.value {
            Raw::Null => Node { kind: NodeKind::Null, span },
            Raw::Bool(value) => Node { kind: NodeKind::Bool(value), span },
            Raw::Integer(value) => Node { kind: NodeKind::Integer(value, written()), span },
            Raw::Float(value) => Node { kind: NodeKind::Float(value, written()), span },
            Raw::String(value) => Node { kind: NodeKind::String(value), span },
            Raw::List(items) => {
                let items: Vec<Node> = items.into_iter().map(|item| self.node(item)).collect();
                let span = self.around(span, items.first().map(|item| item.span), items.last());
                Node { kind: NodeKind::List(items), span }
            }
            Raw::Map(entries) => self.map(span, entries),
        }
    }

    fn map(&mut self, span: Span, entries: Vec<(Spanned<Option<String>>, Spanned<Raw>)>) -> Node {
        let mut map: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        // A text that was torn at a comma, as far as it has been put together.
        let mut cut: Option<Span> = None;
        for (key, value) in entries {
            let text = key.value.unwrap_or_else(|| "null".to_owned());
            let key = Key { span: self.span(&key.defined), text };
            self.numeric_keys |= key.text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            let value = self.node(value);
            let (key, value) = self.parted(key, value);
            if value.kind == NodeKind::Null
                && let Some((_, last)) = map.last_mut()
                && let Some(whole) = self.torn(last, key.span)
            {
                cut = Some(whole.span);
                *last = whole;
                continue;
            }
            self.report_cut(cut.take());
            if let Some(&first) = seen.get(&key.text) {
                self.problems.push(DuplicateKey { span: key.span, key: key.text, first });
            } else {
                seen.insert(key.text.clone(), key.span);
                map.push((key, value));
            }
        }
        self.report_cut(cut);
        let span =
            self.around(span, map.first().map(|(key, _)| key.span), map.last().map(|(_, value)| value));
        Node { kind: NodeKind::Map(map), span }
    }

    /// Splits a key without a value into key and value if it contains a colon without a space, as
    /// in `{id:integer}`.
    fn parted(&mut self, key: Key, value: Node) -> (Key, Node) {
        let written = self.text.get(key.span.start as usize..key.span.end as usize).unwrap_or_default();
        let is_word = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
        let parts = written.split_once(':').filter(|(name, text)| {
            value.kind == NodeKind::Null
                && self.is_alone(key.span)
                && !name.is_empty()
                && is_word(name)
                && !text.is_empty()
        });
        let Some((name, text)) = parts else { return (key, value) };
        let kind = match (text.parse(), text) {
            (Ok(number), _) => NodeKind::Integer(number, text.to_owned()),
            (_, "true") => NodeKind::Bool(true),
            (_, "false") => NodeKind::Bool(false),
            _ => NodeKind::String(text.to_owned()),
        };
        self.problems.push(Glued { span: key.span, key: name.to_owned(), value: text.to_owned() });
        (Key { text: name.to_owned(), span: key.span }, Node { kind, span: key.span })
    }

    /// A value joined with the key after it, if the comma between them is inside the value's
    /// parentheses, as in `{ type: decimal(10,2) }`.
    fn torn(&self, value: &Node, key: Span) -> Option<Node> {
        let NodeKind::String(_) = value.kind else { return None };
        let written = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        let (start, end) = (value.span.start, key.end);
        if end.saturating_sub(start) > LONGEST_CUT {
            return None;
        }
        let is_open = opened(written(start, value.span.end)?) > 0;
        let between = written(value.span.end, key.start)?;
        if !is_open || !self.is_alone(key) || between.trim() != "," {
            return None;
        }
        let span = Span { start, end, ..value.span };
        Some(Node { kind: NodeKind::String(written(start, end)?.to_owned()), span })
    }

    /// Whether a key in braces has no colon after it.
    fn is_alone(&self, key: Span) -> bool {
        let rest = self.text.get(key.end as usize..).unwrap_or_default();
        rest.trim_start().starts_with([',', '}', '#'])
    }

    fn report_cut(&mut self, cut: Option<Span>) {
        let Some(span) = cut else { return };
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
        self.problems.push(CutText { span, text });
    }

    fn span(&self, location: &Location) -> Span {
        span_of(self.source, self.text, location.span())
    }

    /// The extent of a collection. Its own location is only its start.
    fn around(&self, own: Span, first: Option<Span>, last: Option<&Node>) -> Span {
        let start = first.map_or(own.start, |first| own.start.min(first.start));
        let end = last.map_or(own.end, |last| last.span.end.max(own.end));
        let bracket = match self.text.as_bytes().get(start as usize) {
            Some(b'[') => ']',
            Some(b'{') => '}',
            _ => return Span { start, end, ..own },
        };
        let inner = if last.is_some() { end } else { start + 1 };
        let end = closing(self.text.get(inner as usize..).unwrap_or_default(), bracket);
        let end = end.and_then(|at| u32::try_from(at).ok()).map_or(inner, |at| inner + at);
        Span { start, end, ..own }
    }
}

/// The number of parentheses and angle brackets that are open at the end of a text without quotes.
fn opened(text: &str) -> usize {
    if text.starts_with(['"', '\'']) {
        return 0;
    }
    text.chars().fold(0, |open: usize, c| match c {
        '(' | '<' => open + 1,
        ')' | '>' => open.saturating_sub(1),
        _ => open,
    })
}

/// The end of `bracket`, if only space, separators and comments precede it.
fn closing(rest: &str, bracket: char) -> Option<usize> {
    let mut in_comment = false;
    for (at, c) in rest.char_indices() {
        match c {
            '\n' => in_comment = false,
            _ if in_comment => {}
            '#' => in_comment = true,
            c if c == bracket => return Some(at + 1),
            c if c.is_whitespace() || c == ',' || c == ':' => {}
            _ => return None,
        }
    }
    None
}
