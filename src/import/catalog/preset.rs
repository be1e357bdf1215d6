//! Ready-made catalogs: their entities are added as they are written, with their comments.

use std::collections::BTreeSet;

use super::edit::{Addition, Entry, add};
use super::existing::Existing;
use super::problems::CannotEdit;
use super::yaml_text::scalar;
use super::{FileEdit, Outcome, Report};
use crate::diagnostic::{Diagnostics, SourceId};
use crate::yaml::{self, Node, NodeKind};

/// The indentation of entities.
const INDENT: usize = 2;

/// Adds those entities of a ready-made catalog that a project doesn't have yet.
///
/// # Errors
///
/// The file that they would be added to is written in a way that segc can't add to.
pub fn import_preset(text: &str, existing: &Existing, into: &str) -> Result<Outcome, Diagnostics> {
    let tree = yaml::read(SourceId(0), text, &mut Diagnostics::new());
    let entities = tree.iter().flat_map(|tree| entries(tree, "entities"));
    let known: BTreeSet<String> = existing.names().into_iter().map(str::to_lowercase).collect();
    let mut report = Report::default();
    let mut new: Vec<Entry> = Vec::new();
    for (name, start, node) in entities {
        report.tables += 1;
        if known.contains(&name.to_lowercase()) {
            report.skipped.push((name.to_owned(), "the catalog has it already".to_owned()));
            continue;
        }
        report.fields += entries(node, "fields").count();
        report.links += entries(node, "links").count();
        report.entities.push(name.to_owned());
        let flow = format!("{}: {}", scalar(name), flow(node));
        new.push(Entry { key: name.to_owned(), flow, block: block(text, start) });
    }
    let mut outcome = Outcome { report, ..Outcome::default() };
    if new.is_empty() {
        return Ok(outcome);
    }
    let file = existing.files.iter().find(|file| file.path == into && !file.is_empty());
    let (before, after) = match file {
        Some(file) => {
            let apart = |entry: &Entry| {
                let block = std::iter::once(String::new()).chain(entry.block.iter().cloned()).collect();
                Entry { block, ..entry.clone() }
            };
            let path = vec!["entities".to_owned()];
            let addition = Addition { path, entries: new.iter().map(apart).collect(), items: Vec::new() };
            let Some(text) = add(&file.text, &[addition]) else {
                let lines = new.iter().map(|entry| entry.flow.clone()).collect();
                let problem = CannotEdit { span: None, path: file.path.clone(), lines };
                return Err(vec![problem.into()].into());
            };
            let mark = if file.has_mark { "\u{feff}" } else { "" };
            (Some(format!("{mark}{}", file.text)), format!("{mark}{text}"))
        }
        None => {
            let head: String = text.split_inclusive('\n').take_while(|line| line.starts_with('#')).collect();
            let lines = |entry: &Entry| {
                let indented = |line: &String| match line.as_str() {
                    "" => "\n".to_owned(),
                    line => format!("{}{line}\n", " ".repeat(INDENT)),
                };
                entry.block.iter().map(indented).collect::<String>()
            };
            let entities: Vec<String> = new.iter().map(lines).collect();
            (None, format!("{head}entities:\n{}", entities.join("\n")))
        }
    };
    outcome.edits.push(FileEdit { path: into.to_owned(), before, after });
    Ok(outcome)
}

/// The entries of a map below a key: the name, where it is, and the value.
fn entries<'a>(tree: &'a Node, key: &str) -> impl Iterator<Item = (&'a str, usize, &'a Node)> {
    let NodeKind::Map(all) = &tree.kind else { return [].iter().map(named as fn(_) -> _) };
    let found = all.iter().find(|(known, _)| known.text == key).map(|(_, node)| &node.kind);
    let entries: &[_] = match found {
        Some(NodeKind::Map(entries)) => entries,
        _ => &[],
    };
    entries.iter().map(named as fn(_) -> _)
}

fn named((key, node): &(yaml::Key, Node)) -> (&str, usize, &Node) {
    (&key.text, key.span.start as usize, node)
}

/// The lines of an entity, without their common indentation.
fn block(text: &str, start: usize) -> Vec<String> {
    let rest = text.get(start.saturating_sub(INDENT)..).unwrap_or_default();
    let is_inside =
        |(at, line): &(usize, &str)| *at == 0 || line.trim().is_empty() || line.starts_with("   ");
    let lines = rest.lines().enumerate().take_while(is_inside);
    let mut lines: Vec<String> =
        lines.map(|(_, line)| line.get(INDENT..).unwrap_or_default().to_owned()).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

/// A value in one line. It recurses once per level, of which YAML has few.
fn flow(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(value) => value.to_string(),
        NodeKind::Integer(_, text) | NodeKind::Float(_, text) => text.clone(),
        NodeKind::String(text) => scalar(text),
        NodeKind::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        NodeKind::Map(entries) => {
            let entry = |(key, node): &(yaml::Key, Node)| format!("{}: {}", scalar(&key.text), flow(node));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}
