//! Decoding: asking a tree for what should be in it, and saying what is not.

use bigdecimal::BigDecimal;

use super::node::{Key, Node, NodeKind};
use super::problems::{MissingKey, UnknownKey, UnknownWord, WrongKind};
use crate::diagnostic::{Diagnostics, Span};

impl Node {
    /// Text. A number counts as the text that it was written as (`version: 1.10`).
    pub(crate) fn text(&self, problems: &mut Diagnostics) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text) => Some(text),
            NodeKind::Bool(value) => {
                self.wrong("text", Some(format!("put it in quotes: \"{value}\"")), problems)
            }
            _ => self.wrong("text", None, problems),
        }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&self, problems: &mut Diagnostics) -> Option<bool> {
        match self.kind {
            NodeKind::Bool(value) => Some(value),
            _ => self.wrong("`true` or `false`", None, problems),
        }
    }

    /// A whole number.
    pub(crate) fn integer(&self, problems: &mut Diagnostics) -> Option<i64> {
        match self.kind {
            NodeKind::Integer(value, _) => Some(value),
            _ => self.wrong("a whole number", None, problems),
        }
    }

    /// An exact number, as it was written.
    pub(crate) fn number(&self, problems: &mut Diagnostics) -> Option<BigDecimal> {
        let number = match &self.kind {
            NodeKind::Integer(value, _) => Some(BigDecimal::from(*value)),
            // An exponent of any size could be written out to any length.
            NodeKind::Float(_, text) if !text.contains(['e', 'E']) && text.len() <= 64 => {
                text.replace('_', "").parse().ok()
            }
            _ => None,
        };
        number.or_else(|| self.wrong("a number", None, problems))
    }

    /// The items of a list.
    pub(crate) fn list(&self, problems: &mut Diagnostics) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => self.wrong("a list", Some("put it in brackets: […]".to_owned()), problems),
        }
    }

    /// A list, or one value that stands for a list of one.
    pub(crate) fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map; a key with nothing after it counts as an empty map.
    pub(crate) fn entries(&self, problems: &mut Diagnostics) -> Option<&[(Key, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            NodeKind::Null => Some(&[]),
            _ => self.wrong("a map", None, problems),
        }
    }

    /// One of a closed set of words; `what` names the set with its article.
    pub(crate) fn word<T>(
        &self,
        what: &'static str,
        known: &[(&'static str, T)],
        problems: &mut Diagnostics,
    ) -> Option<T>
    where
        T: Clone,
    {
        let text = self.text(problems)?;
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == text) {
            return Some(value.clone());
        }
        let known = known.iter().map(|(name, _)| *name).collect();
        problems.push(UnknownWord { span: self.span, word: text.to_owned(), what, known });
        None
    }

    /// Says that something else was expected here.
    pub(crate) fn wrong<T>(
        &self,
        expected: &str,
        help: Option<String>,
        problems: &mut Diagnostics,
    ) -> Option<T> {
        let problem = WrongKind { span: self.span, expected: expected.to_owned(), found: self.found(), help };
        problems.push(problem);
        None
    }
}

/// A map whose keys are known beforehand. Ask for each, then [`finish`](Self::finish).
pub(crate) struct Fields<'a> {
    entries: &'a [(Key, Node)],
    /// What it is, for messages, with its article or name.
    owner: String,
    /// Where a missing key is reported: the name of the thing, or the map.
    pub(crate) at: Span,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`, which is `owner` ("entity `customer`").
    pub(crate) fn new(
        node: &'a Node,
        owner: impl Into<String>,
        at: Span,
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        let entries = node.entries(problems)?;
        Some(Self { entries, owner: owner.into(), at, asked: Vec::new() })
    }

    /// The value of a key, if it is there.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries.iter().find(|(one, _)| one.text == key).map(|(_, node)| node)
    }

    /// The place of a key that is there.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|(one, _)| one.text == key).map(|(one, _)| one.span)
    }

    /// The value of a key that has to be there.
    pub(crate) fn require(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            problems.push(MissingKey { span: self.at, key, owner: self.owner.clone() });
        }
        node
    }

    /// Text, if the key is there.
    pub(crate) fn text(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<String> {
        self.get(key)?.text(problems).map(str::to_owned)
    }

    /// A flag, if the key is there.
    pub(crate) fn boolean(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<bool> {
        self.get(key)?.boolean(problems)
    }

    /// A list of texts, with their places; empty if the key isn't there. One text may stand for a list.
    pub(crate) fn texts(&mut self, key: &'static str, problems: &mut Diagnostics) -> Vec<(String, Span)> {
        let items = self.get(key).map_or(&[][..], Node::one_or_many);
        items.iter().filter_map(|item| Some((item.text(problems)?.to_owned(), item.span))).collect()
    }

    /// The entries of a map, none if the key isn't there.
    pub(crate) fn entries(&mut self, key: &'static str, problems: &mut Diagnostics) -> &'a [(Key, Node)] {
        self.get(key).and_then(|node| node.entries(problems)).unwrap_or_default()
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(self, problems: &mut Diagnostics) {
        for (key, node) in self.entries {
            if !self.asked.contains(&key.text.as_str()) {
                let (owner, known) = (self.owner.clone(), self.asked.clone());
                let torn = node.kind == NodeKind::Null && key.text.contains(' ');
                problems.push(UnknownKey { span: key.span, key: key.text.clone(), owner, known, torn });
            }
        }
    }
}
