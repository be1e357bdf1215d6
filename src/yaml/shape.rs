//! Shows how to write a value of another kind as the expected map.

use super::node::{Key, Node, NodeKind};

/// The values in a map whose keys are the user's own names, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Like {
    /// Each name has a value such as this: `{ … }`.
    Each(&'static str),
    /// The same, with an example of a name for when none is known.
    Named(&'static str, &'static str),
    /// Each name has another name, usually the same, as its value; examples of both for when none
    /// are known.
    Pairs(&'static str, &'static str),
}

/// The maximum number of names shown.
const SHOWN: usize = 3;

/// Such as "write `targets: { duckdb: {} }`", with the names from the value.
pub(super) fn as_names(key: &str, node: &Node, like: Like) -> String {
    let mut names = named(node);
    let holds_more =
        matches!(like, Like::Each(value) | Like::Named(_, value) if value.starts_with(['[', '{']));
    if !names.iter().all(|(name, value)| is_plain(name) && !(holds_more && value.is_some())) {
        names.clear();
    }
    let mut entries: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|(name, value)| match (value, like) {
            (Some(value), _) => format!("{name}: {value}"),
            (None, Like::Each(value) | Like::Named(_, value)) => format!("{name}: {value}"),
            (None, Like::Pairs(..)) => format!("{name}: {name}"),
        })
        .collect();
    if names.is_empty() {
        entries.push(match like {
            Like::Each(value) => format!("name: {value}"),
            Like::Named(name, value) | Like::Pairs(name, value) => format!("{name}: {value}"),
        });
    } else if names.len() > SHOWN {
        entries.push("…".to_owned());
    }
    format!("write `{key}: {{ {} }}`", entries.join(", "))
}

/// For a list instead of a map with known keys: the same keys, if each item is one of them.
pub(super) fn without_dashes(node: &Node) -> Option<String> {
    let NodeKind::List(items) = &node.kind else { return None };
    let key = |item: &'_ Node| match &item.kind {
        NodeKind::Map(entries) => match entries.as_slice() {
            [(key, _)] => Some(format!("`{}`", key.text)),
            _ => None,
        },
        _ => None,
    };
    let keys: Vec<String> = items.iter().map(key).collect::<Option<_>>()?;
    match keys.as_slice() {
        [] => None,
        [only] => Some(format!("remove the dash before {only}: it makes a list")),
        [first, ..] => {
            Some(format!("remove the dashes before {first} and the keys after it: they make a list"))
        }
    }
}

/// For a list of one text instead of the text.
pub(super) fn only_text(items: &[Node]) -> Option<String> {
    match items {
        [Node { kind: NodeKind::String(text), .. }] if is_plain(text) => {
            Some(format!("write it without brackets: `{text}`"))
        }
        _ => None,
    }
}

/// Another value as a list of maps.
pub(super) fn as_items(node: &Node, example: &str) -> String {
    match &node.kind {
        NodeKind::Map(entries) if !entries.is_empty() => {
            match entries.iter().find(|(_, node)| !matches!(node.kind, NodeKind::Map(_))) {
                Some(_) => format!("write it as an item, in brackets: `[{example}]`"),
                None => {
                    format!("write each as an item, with its name in it: `- name: {}`", entries[0].0.text)
                }
            }
        }
        _ => format!("write `[{example}]`"),
    }
}

/// Another value as a list.
pub(super) fn as_list(node: &Node) -> String {
    let texts = match &node.kind {
        NodeKind::String(text) | NodeKind::Integer(_, text) => vec![text.as_str()],
        NodeKind::Map(entries) => entries.iter().map(|(key, _)| key.text.as_str()).collect(),
        _ => Vec::new(),
    };
    match texts.as_slice() {
        [] => "put it in brackets: `[…]`".to_owned(),
        texts if !texts.iter().all(|text| is_plain(text)) => "put it in brackets: `[…]`".to_owned(),
        texts if texts.len() > SHOWN => format!("write a list: `[{}, …]`", texts[..SHOWN].join(", ")),
        texts => format!("write a list: `[{}]`", texts.join(", ")),
    }
}

/// The names in a list or a text, with their values if these are shown in full.
fn named(node: &Node) -> Vec<(&str, Option<&str>)> {
    match &node.kind {
        NodeKind::List(items) => items.iter().flat_map(of_item).collect(),
        NodeKind::String(text) => vec![(text, None)],
        _ => Vec::new(),
    }
}

/// The names in `- customer`, `- name: customer` or `- customer: …`.
fn of_item<'a>(node: &'a Node) -> Vec<(&'a str, Option<&'a str>)> {
    match &node.kind {
        NodeKind::String(name) => vec![(name, None)],
        NodeKind::Map(entries) => {
            let is_name = |key: &str, node: &Node| key == "name" && matches!(node.kind, NodeKind::String(_));
            if let Some((_, name)) = entries.iter().find(|(key, node)| is_name(&key.text, node)) {
                return of_item(name);
            }
            let of_entry = |(key, node): &'a (Key, Node)| match &node.kind {
                NodeKind::String(value) if is_plain(value) => (key.text.as_str(), Some(value.as_str())),
                NodeKind::Integer(_, value) => (key.text.as_str(), Some(value.as_str())),
                _ => (key.text.as_str(), None),
            };
            entries.iter().map(of_entry).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a text can be shown in braces without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() <= 60 && text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}
