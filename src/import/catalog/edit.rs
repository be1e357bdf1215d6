//! Adds entries to maps, and items to lists, in the text of a YAML file. Everything else keeps its bytes.

use crate::diagnostic::{Diagnostics, SourceId};
use crate::yaml::{self, Key, Node, NodeKind};

/// An entry of a map, written in both styles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key as its text is, not as it is written.
    pub(super) key: String,
    /// The entry in one line, without comments.
    pub(super) flow: String,
    /// The entry in lines, indented as if the map had no indentation.
    pub(super) block: Vec<String>,
}

/// Entries for the map, or items for the list, at a path of keys.
#[derive(Debug, Clone, Default)]
pub(super) struct Addition {
    pub(super) path: Vec<String>,
    pub(super) entries: Vec<Entry>,
    /// Items of a list, as they are written.
    pub(super) items: Vec<String>,
}

/// Where a text is inserted.
struct Insertion {
    at: usize,
    text: String,
}

/// The text with all additions; `None` if there is no way to add them that changes nothing else.
pub(super) fn add(text: &str, additions: &[Addition]) -> Option<String> {
    let tree = parse(text)?;
    let mut expected = tree.clone();
    for addition in additions {
        extend(&mut expected, addition)?;
    }
    [Place::AfterBlock, Place::AfterLine].into_iter().find_map(|place| {
        let edited = insert(text, &tree, additions, place)?;
        let read = parse(&edited)?;
        same(&read, &expected).then_some(edited)
    })
}

fn parse(text: &str) -> Option<Node> {
    let mut problems = Diagnostics::new();
    yaml::read(SourceId(0), text, &mut problems).filter(|_| problems.is_empty())
}

/// Where a new entry of a map in lines goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// After all lines that are indented like the map, which may be comments.
    AfterBlock,
    /// After the line in which its last value ends.
    AfterLine,
}

fn insert(text: &str, tree: &Node, additions: &[Addition], place: Place) -> Option<String> {
    let mut insertions = Vec::new();
    for addition in additions {
        insertions.push(insertion(text, tree, addition, place)?);
    }
    // From the end, so that earlier offsets stay right; of those in one place, the first comes first.
    insertions.sort_by_key(|one| one.at);
    let mut edited = text.to_owned();
    for one in insertions.iter().rev() {
        if !edited.is_char_boundary(one.at) {
            return None;
        }
        edited.insert_str(one.at, &one.text);
    }
    Some(edited)
}

fn insertion(text: &str, tree: &Node, addition: &Addition, place: Place) -> Option<Insertion> {
    let (key, map) = find(tree, &addition.path)?;
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = |indent: usize| {
        let entries = addition.entries.iter().flat_map(|entry| &entry.block);
        let indented = |line: &String| match line.as_str() {
            "" => end_of_line.to_owned(),
            line => format!("{end_of_line}{}{line}", " ".repeat(indent)),
        };
        entries.map(indented).collect::<String>()
    };
    match &map.kind {
        NodeKind::Map(entries) => {
            let start = map.span.start as usize;
            let is_flow = text.get(start..)?.starts_with('{') && map.span.end > map.span.start;
            let Some((first, _)) = entries.first() else {
                return Some(Insertion { at: start + 1, text: format!(" {} ", flow(addition)) });
            };
            let (last_key, last) = entries.last()?;
            let end = (last.span.end.max(last_key.span.end)) as usize;
            if is_flow {
                return Some(Insertion { at: end, text: format!(", {}", flow(addition)) });
            }
            let indent = indentation(text, first.span.start as usize)?;
            Some(Insertion { at: end_of(text, end, indent, place)?, text: lines(indent) })
        }
        NodeKind::List(items) if !addition.items.is_empty() => {
            list_insertion(text, map, items, addition, place)
        }
        NodeKind::Null => {
            let key = key?;
            let indent = indentation(text, key.span.start as usize)?;
            let at = end_of(text, key.span.end as usize, indent + 1, place)?;
            Some(Insertion { at, text: lines(indent + 2) })
        }
        _ => None,
    }
}

/// Where items of a list are inserted: behind its last one.
fn list_insertion(
    text: &str,
    list: &Node,
    items: &[Node],
    addition: &Addition,
    place: Place,
) -> Option<Insertion> {
    let written = addition.items.join(", ");
    let is_flow = text.get(list.span.start as usize..)?.starts_with('[');
    let Some(last) = items.last() else {
        return is_flow.then(|| Insertion { at: list.span.start as usize + 1, text: written });
    };
    if is_flow {
        return Some(Insertion { at: last.span.end as usize, text: format!(", {written}") });
    }
    let before = text.get(..last.span.start as usize)?;
    let prefix = before.get(before.rfind('\n')? + 1..)?;
    let indent =
        prefix.find('-').filter(|at| prefix.trim() == "-" && prefix.starts_with(&" ".repeat(*at)))?;
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = addition.items.iter().map(|item| format!("{end_of_line}{prefix}{item}")).collect();
    Some(Insertion { at: end_of(text, last.span.end as usize, indent + 1, place)?, text: lines })
}

fn flow(addition: &Addition) -> String {
    addition.entries.iter().map(|entry| entry.flow.as_str()).collect::<Vec<_>>().join(", ")
}

/// The number of spaces before a place, if nothing else is before it in its line.
fn indentation(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let line = before.rfind('\n').map_or(before, |newline| before.get(newline + 1..).unwrap_or_default());
    line.bytes().all(|byte| byte == b' ').then_some(line.len())
}

/// The end of the line in which a block ends, without its line break.
fn end_of(text: &str, from: usize, indent: usize, place: Place) -> Option<usize> {
    // A value in several lines may end with its last line break.
    let value = text.get(..from)?.trim_end_matches(['\n', '\r', ' ']).len();
    let mut end = line_end(text, value);
    if place == Place::AfterLine {
        return Some(end);
    }
    let mut at = next_line(text, end);
    while let Some(start) = at {
        let line_end = line_end(text, start);
        let line = text.get(start..line_end)?;
        let content = line.trim_start_matches(' ');
        if !content.trim().is_empty() {
            if line.len() - content.len() < indent {
                break;
            }
            end = line_end;
        }
        at = next_line(text, line_end);
    }
    Some(end)
}

/// The end of the line, before its line break.
fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |newline| at + newline);
    if end > at && text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

fn next_line(text: &str, end: usize) -> Option<usize> {
    let newline = text.get(end..)?.find('\n')?;
    let start = end + newline + 1;
    (start < text.len()).then_some(start)
}

/// The value at a path, and its key.
fn find<'a>(tree: &'a Node, path: &[String]) -> Option<(Option<&'a Key>, &'a Node)> {
    let mut found: (Option<&Key>, &Node) = (None, tree);
    for name in path {
        let NodeKind::Map(entries) = &found.1.kind else { return None };
        let (key, node) = entries.iter().find(|(key, _)| key.text == *name)?;
        found = (Some(key), node);
    }
    Some(found)
}

/// Adds the entries to a tree, as the edited text should be read.
fn extend(tree: &mut Node, addition: &Addition) -> Option<()> {
    let mut map = tree;
    for name in &addition.path {
        let NodeKind::Map(entries) = &mut map.kind else { return None };
        map = entries.iter_mut().find(|(key, _)| key.text == *name).map(|(_, node)| node)?;
    }
    if let NodeKind::List(items) = &mut map.kind {
        let read = parse(&format!("[{}]", addition.items.join(", ")))?;
        let NodeKind::List(read) = read.kind else { return None };
        items.extend(read);
        return (!addition.items.is_empty()).then_some(());
    }
    if map.kind == NodeKind::Null {
        map.kind = NodeKind::Map(Vec::new());
    }
    let NodeKind::Map(entries) = &mut map.kind else { return None };
    for entry in &addition.entries {
        let read = parse(&format!("{{ {} }}", entry.flow))?;
        let NodeKind::Map(read) = read.kind else { return None };
        let is_new = read.iter().all(|(key, _)| entries.iter().all(|(known, _)| known.text != key.text));
        if !is_new {
            return None;
        }
        entries.extend(read);
    }
    Some(())
}

/// Whether two trees have the same values, wherever they are.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::List(one), NodeKind::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (NodeKind::Map(one), NodeKind::Map(other)) => {
            let pairs = one.iter().zip(other);
            one.len() == other.len()
                && pairs
                    .into_iter()
                    .all(|((key, one), (known, other))| key.text == known.text && same(one, other))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: &str) -> Entry {
        let line = format!("{key}: {value}");
        Entry { key: key.to_owned(), flow: line.clone(), block: vec![line] }
    }

    fn edited(text: &str, path: &[&str], entries: &[Entry]) -> Option<String> {
        let path = path.iter().map(|&name| name.to_owned()).collect();
        add(text, &[Addition { path, entries: entries.to_vec(), items: Vec::new() }])
    }

    #[test]
    fn entries_go_to_the_end_of_their_map() {
        let new = [entry("b", "date")];
        for (text, expected) in [
            ("m:\n  f:\n    a: string\n", "m:\n  f:\n    a: string\n    b: date\n"),
            ("m:\n  f:\n    a: string", "m:\n  f:\n    a: string\n    b: date"),
            ("m:\r\n  f:\r\n    a: string\r\n", "m:\r\n  f:\r\n    a: string\r\n    b: date\r\n"),
            ("m:\n  f: { a: string }\n", "m:\n  f: { a: string, b: date }\n"),
            ("m:\n  f: {a: string,}\n", "m:\n  f: {a: string, b: date,}\n"),
            ("m:\n  f: {}\n", "m:\n  f: { b: date }\n"),
            ("m:\n  f:\n  g: 1\n", "m:\n  f:\n    b: date\n  g: 1\n"),
            (
                "m:\n  f:\n    a: string # why\n    # c: old\n\n  # next\n  g: 1\n",
                "m:\n  f:\n    a: string # why\n    # c: old\n    b: date\n\n  # next\n  g: 1\n",
            ),
            (
                "m:\n  f:\n    a: >\n      long\n      text\n\n  g: 1\n",
                "m:\n  f:\n    a: >\n      long\n      text\n    b: date\n\n  g: 1\n",
            ),
            (
                "m:\n  f: {\n    a: string # why\n  }\n  g: 1\n",
                "m:\n  f: {\n    a: string, b: date # why\n  }\n  g: 1\n",
            ),
            (
                "m:\n  f:\n    a: { type: string,\n  column: x }\n  g: 1\n",
                "m:\n  f:\n    a: { type: string,\n  column: x }\n    b: date\n  g: 1\n",
            ),
        ] {
            assert_eq!(edited(text, &["m", "f"], &new).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn items_go_to_the_end_of_their_list() {
        for (text, expected) in [
            ("m:\n  f: [a]\n", "m:\n  f: [a, b, \"c: d\"]\n"),
            ("m: { f: [ a, ] }\n", "m: { f: [ a, b, \"c: d\", ] }\n"),
            ("m:\n  f: []\n", "m:\n  f: [b, \"c: d\"]\n"),
            (
                "m:\n  f:\n    - a # why\n  g: 1\n",
                "m:\n  f:\n    - a # why\n    - b\n    - \"c: d\"\n  g: 1\n",
            ),
            ("m:\n  f:\n  - a\n  - x\n  g: 1\n", "m:\n  f:\n  - a\n  - x\n  - b\n  - \"c: d\"\n  g: 1\n"),
            ("m:\r\n  f:\r\n    - a\r\n", "m:\r\n  f:\r\n    - a\r\n    - b\r\n    - \"c: d\"\r\n"),
        ] {
            let path = ["m", "f"].map(str::to_owned).to_vec();
            let items = vec!["b".to_owned(), "\"c: d\"".to_owned()];
            let addition = Addition { path, entries: Vec::new(), items };
            assert_eq!(add(text, &[addition]).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_shared_map_is_not_edited() {
        let text = "x: &one\n  a: string\nm:\n  f: *one\n";
        assert_eq!(edited(text, &["m", "f"], &[entry("b", "date")]), None);
        assert_eq!(edited("m:\n  f: { a: string }\n", &["m", "f"], &[entry("a", "date")]), None);
        assert_eq!(edited("m:\n  f: 1\n", &["m", "f"], &[entry("a", "date")]), None);
    }

    #[test]
    fn several_maps_are_edited_at_once() {
        let text = "m:\n  f:\n    a: string\n";
        let nested = Entry {
            key: "links".to_owned(),
            flow: "links: { o: 1 }".to_owned(),
            block: vec!["links:".to_owned(), "  o: 1".to_owned()],
        };
        let path = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let additions = [
            Addition { path: path(&["m", "f"]), entries: vec![entry("b", "date")], items: Vec::new() },
            Addition { path: path(&["m"]), entries: vec![nested], items: Vec::new() },
        ];
        let expected = "m:\n  f:\n    a: string\n    b: date\n  links:\n    o: 1\n";
        assert_eq!(add(text, &additions).as_deref(), Some(expected));
    }
}
