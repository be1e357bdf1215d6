//! YAML definitions of other tools: values by their keys, and names that must be plain.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::document::Document;
use super::problems::{DefinedTwice, Misshapen, NotPlain};
use crate::diagnostic::{Diagnostics, Sources, Span};
use crate::yaml::{self, Node, NodeKind};

/// The documents of a file, which `---` separates. Each has its places in the whole file.
pub(super) fn read(document: &Document, sources: &mut Sources, problems: &mut Diagnostics) -> Vec<Node> {
    let source = document.source(sources);
    let text = document.text.trim_start_matches('\u{feff}');
    let mut nodes = Vec::new();
    let mut start = 0;
    let mut ends: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "---" {
            ends.push(at);
        }
        at += line.len();
    }
    ends.push(text.len());
    for end in ends {
        let part = text.get(start..end).unwrap_or_default();
        if part.lines().any(|line| {
            !line.trim().is_empty() && !line.trim_start().starts_with('#') && line.trim() != "---"
        }) {
            // What is before it becomes blank, so that its places are those in the file.
            let blank: String = text.get(..start).unwrap_or_default().chars().map(blank).collect();
            let part = part.replacen("---", "   ", usize::from(part.starts_with("---")));
            nodes.extend(yaml::read(source, &format!("{blank}{part}"), problems));
        }
        start = end;
    }
    nodes
}

/// As many bytes of space as a character has.
fn blank(c: char) -> &'static str {
    match (c, c.len_utf8()) {
        ('\n', _) => "\n",
        (_, 1) => " ",
        (_, 2) => "  ",
        (_, 3) => "   ",
        _ => "    ",
    }
}

/// The value of a key, unless it is `null`.
pub(super) fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    let found = entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node);
    found.filter(|node| node.kind != NodeKind::Null)
}

/// The text of a key.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    match &get(node, key)?.kind {
        NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text) => Some(text),
        _ => None,
    }
}

/// The items of a list.
pub(super) fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    match get(node, key).map(|node| &node.kind) {
        Some(NodeKind::List(items)) => items,
        _ => &[],
    }
}

pub(super) fn is_true(node: &Node, key: &str) -> bool {
    get(node, key).is_some_and(|node| node.kind == NodeKind::Bool(true))
}

/// What the parts of a definition must be.
#[derive(Default)]
pub(super) struct Shape<'a> {
    pub(super) required: &'a [&'a str],
    pub(super) texts: &'a [&'a str],
    pub(super) lists: &'a [&'a str],
}

impl Shape<'_> {
    /// Whether a definition has this shape. What hasn't is reported.
    pub(super) fn fits(&self, node: &Node, what: &str, problems: &mut Diagnostics) -> bool {
        let before = problems.len();
        let mut wrong = |span: Span, expected: String, found: &str| {
            problems.push(Misshapen { span, expected, found: found.to_owned() });
        };
        if !matches!(node.kind, NodeKind::Map(_)) {
            wrong(node.span, format!("a map for {what}"), node.found());
            return false;
        }
        for key in self.required.iter().filter(|key| get(node, key).is_none()) {
            wrong(node.span, format!("`{key}` for {what}"), "a map without it");
        }
        for key in self.texts {
            if let Some(value) = get(node, key).filter(|_| text(node, key).is_none()) {
                wrong(value.span, format!("text for `{key}`"), value.found());
            }
        }
        for key in self.lists {
            if let Some(value) = get(node, key).filter(|value| !matches!(value.kind, NodeKind::List(_))) {
                wrong(value.span, format!("a list for `{key}`"), value.found());
            }
        }
        problems.len() == before
    }
}

/// The names that documents have defined, and where.
#[derive(Default)]
pub(super) struct Defined(BTreeMap<String, Span>);

impl Defined {
    /// Whether a name is new. If not, that is reported.
    pub(super) fn is_new(
        &mut self,
        node: &Node,
        name: &str,
        what: String,
        problems: &mut Diagnostics,
    ) -> bool {
        let span = span(node, "name");
        match self.0.entry(name.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(span);
                true
            }
            Entry::Occupied(first) => {
                problems.push(DefinedTwice { span, what, first: *first.get() });
                false
            }
        }
    }
}

/// The place of a key's value, or of the whole.
pub(super) fn span(node: &Node, key: &str) -> Span {
    get(node, key).map_or(node.span, |value| value.span)
}

/// Reports a text that is a template. `true` if it is.
pub(super) fn refuse_template(node: &Node, key: &str, what: &str, problems: &mut Diagnostics) -> bool {
    let Some(text) = text(node, key).filter(|text| is_template(text)) else { return false };
    let span = Some(span(node, key));
    problems.push(NotPlain { span, what: what.to_owned(), text: text.to_owned() });
    true
}

pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// A column's name that is written alone, perhaps in quotes.
pub(super) fn plain_column(text: &str) -> Option<String> {
    let text = text.trim();
    let is_word = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
            && !text.starts_with(|c: char| c.is_ascii_digit())
    };
    if is_word(text) {
        return Some(text.to_owned());
    }
    ['"', '`'].into_iter().find_map(|quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.is_empty() && !inner.contains(quote)).then(|| inner.to_owned())
    })
}

/// A table's name of one to three parts, perhaps in quotes.
pub(super) fn plain_table(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    // BigQuery's way to quote a whole name.
    let whole = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
    let parts: Vec<&str> = match whole.filter(|inner| !inner.contains('`')) {
        Some(inner) => inner.split('.').collect(),
        None => text.split('.').collect(),
    };
    let part = |part: &&str| {
        plain_column(part).or_else(|| {
            let is_usual = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
            (!part.is_empty() && part.chars().all(is_usual)).then(|| (*part).to_owned())
        })
    };
    let parts: Vec<String> = parts.iter().map(part).collect::<Option<_>>()?;
    (1..=3).contains(&parts.len()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_or_none() {
        let table = |text: &str| plain_table(text).map(|parts| parts.join("|"));
        assert_eq!(table("shop.orders").as_deref(), Some("shop|orders"));
        assert_eq!(table("\"Shop\".\"Orders\"").as_deref(), Some("Shop|Orders"));
        assert_eq!(table("`my-project.shop.orders`").as_deref(), Some("my-project|shop|orders"));
        assert_eq!(table("SELECT * FROM orders"), None);
        assert_eq!(table("a.b.c.d"), None);
        assert_eq!(plain_column(" id ").as_deref(), Some("id"));
        assert_eq!(plain_column("\"Order Id\"").as_deref(), Some("Order Id"));
        assert_eq!(plain_column("lower(id)"), None);
        assert_eq!(plain_column("1"), None);
    }

    #[test]
    fn every_document_of_a_file_has_its_place() {
        let document = Document { path: "m.yml".to_owned(), text: "---\na: é\n---\nb: 2\n".to_owned() };
        let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
        let nodes = read(&document, &mut sources, &mut problems);
        let texts: Vec<&str> = nodes.iter().map(|node| sources.text(node.span)).collect();
        assert_eq!(texts, ["a: é", "b: 2"]);
    }
}
