//! Decoding: reads the expected values from a tree, and reports missing and unexpected ones.

use bigdecimal::BigDecimal;

use super::node::{Key, Node, NodeKind};
use super::problems::{MissingKey, NotIndented, UnknownKey, UnknownWord, WrongKind};
use super::shape::{Like, as_items, as_list, as_names, only_text, without_dashes};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, closest};

impl Node {
    /// Text. A number counts as its text in the file (`version: 1.10`).
    pub(crate) fn text(&self, problems: &mut Diagnostics) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text) => Some(text),
            NodeKind::Bool(value) => {
                self.wrong("text", Some(format!("put it in quotes: \"{value}\"")), problems)
            }
            NodeKind::List(items) => self.wrong("text", only_text(items), problems),
            _ => self.wrong("text", None, problems),
        }
    }

    /// A boolean: `true` or `false`.
    pub(crate) fn boolean(&self, problems: &mut Diagnostics) -> Option<bool> {
        match self.kind {
            NodeKind::Bool(value) => Some(value),
            _ => self.wrong("`true` or `false`", self.spelled_flag(), problems),
        }
    }

    /// The suggestion for another spelling of a boolean: `yes` is text in YAML 1.2.
    fn spelled_flag(&self) -> Option<String> {
        let (NodeKind::String(text) | NodeKind::Integer(_, text)) = &self.kind else { return None };
        if text == "true" || text == "false" {
            return Some(format!("remove the quotes: `{text}`"));
        }
        let flag = match text.to_lowercase().as_str() {
            "yes" | "y" | "on" | "true" | "1" => true,
            "no" | "n" | "off" | "false" | "0" => false,
            _ => return None,
        };
        Some(format!("write `{flag}` for `{text}`"))
    }

    /// A whole number.
    pub(crate) fn integer(&self, problems: &mut Diagnostics) -> Option<i64> {
        match self.kind {
            NodeKind::Integer(value, _) => Some(value),
            _ => self.wrong("a whole number", None, problems),
        }
    }

    /// A decimal number, exactly as written.
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

    pub(crate) fn list(&self, problems: &mut Diagnostics) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => self.wrong("a list", Some(self.as_list()), problems),
        }
    }

    /// The items of a list of maps. `example` is an item for the help.
    pub(crate) fn maps(&self, example: &str, problems: &mut Diagnostics) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => self.wrong("a list", Some(as_items(self, example)), problems),
        }
    }

    /// The value as a list, for messages.
    pub(crate) fn as_list(&self) -> String {
        as_list(self)
    }

    /// A list, or a single value as a list of one.
    pub(crate) fn one_or_many(&self) -> &[Node] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// The entries of a map whose keys are the user's own names. The map is the value of `key`; a
    /// key without a value counts as an empty map.
    pub(crate) fn names(&self, key: &str, like: Like, problems: &mut Diagnostics) -> Option<&[(Key, Node)]> {
        self.map(|| Some(as_names(key, self, like)), problems)
    }

    /// The entries of any other map. `example` is shown if the value isn't a map.
    pub(crate) fn entries(&self, example: &str, problems: &mut Diagnostics) -> Option<&[(Key, Node)]> {
        self.map(|| Some(format!("write `{example}`")), problems)
    }

    fn map(
        &self,
        help: impl FnOnce() -> Option<String>,
        problems: &mut Diagnostics,
    ) -> Option<&[(Key, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            NodeKind::Null => Some(&[]),
            _ => self.wrong("a map", help(), problems),
        }
    }

    /// One of a closed set of words. `what` is the name of the set, with its article.
    pub(crate) fn word<T>(
        &self,
        what: &'static str,
        known: &[(&'static str, T)],
        problems: &mut Diagnostics,
    ) -> Option<T>
    where
        T: Clone,
    {
        let text = match self.kind {
            NodeKind::Bool(true) => "true",
            NodeKind::Bool(false) => "false",
            _ => self.text(problems)?,
        };
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == text) {
            return Some(value.clone());
        }
        let known = known.iter().map(|(name, _)| *name).collect();
        problems.push(UnknownWord { span: self.span, word: text.to_owned(), what, known });
        None
    }

    /// Reports that something else was expected here.
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

/// What an unknown key probably means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meant {
    /// Another key, which then isn't reported as missing.
    Key(&'static str),
    /// A key of the map with this name.
    In(&'static str),
    /// Something that needs an explanation.
    Help(&'static str),
}

/// Other tools' words for keys, and what they mean here.
pub(crate) type OtherKeys = &'static [(&'static [&'static str], Meant)];

/// A map with a known set of keys. Get each, then call [`finish`](Self::finish).
pub(crate) struct Fields<'a> {
    entries: &'a [(Key, Node)],
    /// The owner of the keys for messages, with its article or name.
    owner: String,
    /// Where missing keys are reported: at the owner's name, or at the map.
    pub(crate) at: Span,
    asked: Vec<&'static str>,
    others: Vec<OtherKeys>,
    /// The required keys that are missing, with what was reported.
    lacking: Vec<(&'static str, Diagnostic)>,
}

impl<'a> Fields<'a> {
    /// The keys of `node`, which is `owner` ("entity `customer`").
    pub(crate) fn new(
        node: &'a Node,
        owner: impl Into<String>,
        at: Span,
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        Self::shown(node, owner, at, None, problems)
    }

    /// Like `new`; `example` is shown if `node` isn't a map.
    pub(crate) fn shown(
        node: &'a Node,
        owner: impl Into<String>,
        at: Span,
        example: Option<&str>,
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        let help = || without_dashes(node).or_else(|| Some(format!("write `{}`", example?)));
        let entries = node.map(help, problems)?;
        Some(Self {
            entries,
            owner: owner.into(),
            at,
            asked: Vec::new(),
            others: Vec::new(),
            lacking: Vec::new(),
        })
    }

    /// Adds other tools' keys, so that messages can name the corresponding ones.
    pub(crate) fn knowing(mut self, others: OtherKeys) -> Self {
        self.others.push(others);
        self
    }

    /// Whether a key is present under another tool's name.
    pub(crate) fn has_as_other(&self, key: &str) -> bool {
        self.entries
            .iter()
            .any(|(one, _)| matches!(self.meant(&one.text), Some(Meant::Key(meant)) if meant == key))
    }

    fn meant(&self, key: &str) -> Option<Meant> {
        self.others.iter().copied().flatten().find(|(words, _)| words.contains(&key)).map(|(_, meant)| *meant)
    }

    /// Whether a key has no value and is followed by an unknown key, which belongs inside it.
    pub(crate) fn is_beside(&self, key: &str, known: &[&str]) -> bool {
        self.entries.windows(2).any(|pair| match pair {
            [(one, node), (next, _)] => {
                one.text == key && node.kind == NodeKind::Null && !known.contains(&next.text.as_str())
            }
            _ => false,
        })
    }

    /// The value of a key, if the key is present.
    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries.iter().find(|(one, _)| one.text == key).map(|(_, node)| node)
    }

    /// The place of a key, if the key is present.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|(one, _)| one.text == key).map(|(one, _)| one.span)
    }

    /// The value of a required key.
    pub(crate) fn require(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() && !self.has_as_other(key) {
            self.lacks(&[key], MissingKey { span: self.at, key, owner: self.owner.clone() }, problems);
        }
        node
    }

    /// Reports that none of the keys is there. If one turns out to be there with a slip in its name,
    /// [`finish`](Self::finish) reports the slip instead.
    pub(crate) fn lacks(
        &mut self,
        keys: &[&'static str],
        problem: impl Into<Diagnostic>,
        problems: &mut Diagnostics,
    ) {
        let problem = problem.into();
        self.lacking.extend(keys.iter().map(|key| (*key, problem.clone())));
        problems.push(problem);
    }

    /// Withdraws the report of a missing key, whose name is misspelt.
    fn is_misspelt(&self, key: &str, problems: &mut Diagnostics) {
        if let Some((_, reported)) = self.lacking.iter().find(|(missing, _)| *missing == key) {
            problems.retain(|one| one != reported);
        }
    }

    /// The text of an optional key.
    pub(crate) fn text(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<String> {
        self.get(key)?.text(problems).map(str::to_owned)
    }

    /// The boolean of an optional key.
    pub(crate) fn boolean(&mut self, key: &'static str, problems: &mut Diagnostics) -> Option<bool> {
        self.get(key)?.boolean(problems)
    }

    /// The texts of an optional list, with their places. A single text counts as a list of one.
    pub(crate) fn texts(&mut self, key: &'static str, problems: &mut Diagnostics) -> Vec<(String, Span)> {
        let items = self.get(key).map_or(&[][..], Node::one_or_many);
        items.iter().filter_map(|item| Some((item.text(problems)?.to_owned(), item.span))).collect()
    }

    /// The entries of an optional map whose keys are the user's own names.
    pub(crate) fn names(
        &mut self,
        key: &'static str,
        like: Like,
        problems: &mut Diagnostics,
    ) -> &'a [(Key, Node)] {
        self.get(key).and_then(|node| node.names(key, like, problems)).unwrap_or_default()
    }

    /// The meaning of a map that is next to the only known key instead of inside it.
    fn outside(&self, key: &Key, node: &Node) -> Option<Meant> {
        let [only] = self.asked[..] else { return None };
        let is_map = matches!(&node.kind, NodeKind::Map(entries) if !entries.is_empty());
        (is_map && closest(&key.text, [only]).is_none()).then_some(Meant::In(only))
    }

    pub(crate) fn finish(self, problems: &mut Diagnostics) {
        // The key without a value that the unknown ones after it belong to.
        let mut empty: Option<&Key> = None;
        let mut is_reported = false;
        for (at, (key, node)) in self.entries.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| self.entries.get(before)).map(|(_, node)| node);
            if self.asked.contains(&key.text.as_str()) {
                empty = (node.kind == NodeKind::Null).then_some(key);
                is_reported = false;
                continue;
            }
            let near = closest(&key.text, self.asked.iter().copied());
            let is_slip = near.is_some();
            if let Some(near) = near {
                self.is_misspelt(near, problems);
            }
            if before.is_some_and(|before| is_cut_list(before, node, problems)) {
                continue;
            }
            let meant = self.meant(&key.text).or_else(|| slip(key, node)).or_else(|| self.outside(key, node));
            if let (Some(owner), None, false) = (empty, meant, is_slip) {
                let (span, under) = (key.span, owner.text.clone());
                if !std::mem::replace(&mut is_reported, true) {
                    problems.push(NotIndented { span, key: key.text.clone(), under });
                }
                continue;
            }
            let (owner, known) = (self.owner.clone(), self.asked.clone());
            problems.push(UnknownKey { span: key.span, key: key.text.clone(), owner, known, meant });
        }
    }
}

/// Whether an entry is the second value of `values: a, b`, in braces. That a list belongs there has been
/// reported.
fn is_cut_list(before: &Node, node: &Node, problems: &Diagnostics) -> bool {
    if node.kind != NodeKind::Null {
        return false;
    }
    let mut no_list = Diagnostics::new();
    before.list(&mut no_list);
    no_list.iter().any(|wrong| problems.iter().any(|one| one == wrong))
}

/// The meaning of something that isn't a key at all.
fn slip(key: &Key, node: &Node) -> Option<Meant> {
    if ["//", "/*", "--"].iter().any(|mark| key.text.starts_with(mark)) {
        return Some(Meant::Help("begin a comment with `#`"));
    }
    let is_torn = node.kind == NodeKind::Null && key.text.contains(' ');
    is_torn.then_some(Meant::Help("if it belongs to the text before it, put all of that in quotes"))
}
