//! From the YAML reader's locations to spans, and from pairs to maps without duplicates.

use std::collections::BTreeMap;

use serde_yaml::{Location, Spanned};

use super::node::{Key, Node, NodeKind};
use super::problems::DuplicateKey;
use super::raw::Raw;
use super::read::span_of;
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// Walks the raw tree. Its depth is bounded by the reader's budget.
pub(super) struct Converter<'a> {
    source: SourceId,
    text: &'a str,
    pub(super) problems: Diagnostics,
    /// A key looks like a number somewhere.
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
        for (key, value) in entries {
            let text = key.value.unwrap_or_else(|| "null".to_owned());
            let key = Key { span: self.span(&key.defined), text };
            self.numeric_keys |= key.text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            let value = self.node(value);
            if let Some(&first) = seen.get(&key.text) {
                self.problems.push(DuplicateKey { span: key.span, key: key.text, first });
            } else {
                seen.insert(key.text.clone(), key.span);
                map.push((key, value));
            }
        }
        let span =
            self.around(span, map.first().map(|(key, _)| key.span), map.last().map(|(_, value)| value));
        Node { kind: NodeKind::Map(map), span }
    }

    fn span(&self, location: &Location) -> Span {
        span_of(self.source, self.text, location.span())
    }

    /// The extent of a collection, whose own location is only where it begins.
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

/// Where `bracket` ends, if only space, separators and comments stand before it.
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
