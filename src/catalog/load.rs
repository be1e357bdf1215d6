//! From files to the catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entity::{Draft, KEYS, read_entity};
use super::link::{Others, read_links};
use super::model::{Catalog, Entity, Link, UnreadEntities};
use super::problems::{CaseOnly, DuplicateEntity, EmptyCatalog};
use super::read::check_agreement;
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::yaml::problems::NotIndented;
use crate::yaml::{self, Fields, Key, Like, Meant, Node, NodeKind, OtherKeys};

/// What a file looks like, for messages.
const FILE: &str = "entities: { customer: { … } }";

/// What other tools have in place of `entities`, and keys of an entity that is not in it.
const OTHER_KEYS: OtherKeys = &[
    (
        &["models", "cubes", "semantic_models", "tables", "sources", "views", "entity", "datasets"],
        Meant::Key("entities"),
    ),
    (&["version"], Meant::Help("remove it: a catalog has no version")),
];

/// A catalog, and what only the whole project can check.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub(crate) catalog: Catalog,
    /// Every name of a target for which an entity has another table, and where it is.
    pub(crate) targets: Vec<(String, Span)>,
}

/// Reads and checks the catalog's files. What can't be understood is left out or, where
/// that would only cause more problems later, replaced by something harmless.
#[must_use]
pub fn load(files: &[(SourceId, Arc<str>)], problems: &mut Diagnostics) -> Catalog {
    load_with_targets(files, problems).catalog
}

/// Like [`load`], with the names of targets that the catalog mentions.
#[must_use]
pub fn load_with_targets(files: &[(SourceId, Arc<str>)], problems: &mut Diagnostics) -> Loaded {
    let before = problems.len();
    let trees: Vec<Node> =
        files.iter().filter_map(|(source, text)| yaml::read(*source, text, problems)).collect();
    let mut unread_files = trees.len() < files.len() || trees.iter().any(|tree| !is_map(tree));
    let found: Vec<&(Key, Node)> =
        trees.iter().flat_map(|tree| entries_of(tree, &mut unread_files, problems)).collect();
    if found.is_empty()
        && problems.len() == before
        && let Some((source, _)) = files.first()
    {
        problems.push(EmptyCatalog { span: Span::new(*source, 0, 0) });
    }

    let found = unique(found, problems);
    let declared: Vec<&str> = found.iter().map(|(key, _)| key.text.as_str()).collect();
    let mut targets = Vec::new();
    let drafts: Vec<Draft<'_>> =
        found.into_iter().filter_map(|(key, node)| read_entity(key, node, &mut targets, problems)).collect();
    let read = |name: &&str| drafts.iter().any(|draft| draft.entity.name == **name);
    let names = declared.iter().filter(|name| !read(name)).map(|&name| name.to_owned()).collect();
    let unread = UnreadEntities { names, files: unread_files };
    let entities = with_links(drafts, &declared, &unread, problems);
    check_agreement(&entities, problems);
    Loaded { catalog: Catalog { entities, unread }, targets }
}

fn is_map(tree: &Node) -> bool {
    matches!(tree.kind, NodeKind::Map(_) | NodeKind::Null)
}

/// The entities of one file. An empty file has none; `is_unread` is set if it has others that are not
/// understood.
fn entries_of<'a>(tree: &'a Node, is_unread: &mut bool, problems: &mut Diagnostics) -> &'a [(Key, Node)] {
    if tree.kind == NodeKind::Null {
        return &[];
    }
    let Some(mut fields) = Fields::shown(tree, "a catalog file", tree.span, Some(FILE), problems) else {
        return &[];
    };
    fields = fields.knowing(OTHER_KEYS);
    let found = fields.names("entities", Like::Each("{ … }"), problems);
    let entities = fields.get("entities").map(|node| &node.kind);
    let fields_unread = entities.is_some_and(|kind| !matches!(kind, NodeKind::Map(_) | NodeKind::Null))
        || fields.has_as_other("entities");
    fields.finish(problems);
    let (found, beside) = split_beside(found);
    *is_unread |= beside.is_some() || fields_unread;
    if let Some((owner, key)) = beside {
        problems.push(NotIndented { span: key.span, key: key.text.clone(), under: owner.text.clone() });
    }
    found
}

/// An empty entity, and the first key that belongs in it.
type Beside<'a> = (&'a Key, &'a Key);

/// The entities, and what is beside one of them, which is empty, and belongs in it.
fn split_beside(found: &[(Key, Node)]) -> (&[(Key, Node)], Option<Beside<'_>>) {
    let is_empty = |node: &Node| node.kind == NodeKind::Null;
    let at = found.windows(2).position(|pair| match pair {
        [(_, node), (next, _)] => is_empty(node) && KEYS.contains(&next.text.as_str()),
        _ => false,
    });
    match at.and_then(|at| Some((found.get(..at)?, (&found.get(at)?.0, &found.get(at + 1)?.0)))) {
        Some((before, beside)) => (before, Some(beside)),
        None => (found, None),
    }
}

/// In the order of their names, the first of each; others are reported.
fn unique<'a>(found: Vec<&'a (Key, Node)>, problems: &mut Diagnostics) -> Vec<(&'a Key, &'a Node)> {
    let mut by_name: BTreeMap<&str, (&Key, &Node)> = BTreeMap::new();
    let mut by_lower: BTreeMap<String, &Key> = BTreeMap::new();
    for (key, node) in found {
        if let Some((first, _)) = by_name.get(key.text.as_str()) {
            problems.push(DuplicateEntity { span: key.span, name: key.text.clone(), first: first.span });
            continue;
        }
        by_name.insert(&key.text, (key, node));
        if let Some(first) = by_lower.get(&key.text.to_lowercase()) {
            let (name, other) = (key.text.clone(), first.text.clone());
            problems.push(CaseOnly { span: key.span, name, other, first: first.span });
        } else {
            by_lower.insert(key.text.to_lowercase(), key);
        }
    }
    by_name.into_values().collect()
}

fn with_links(
    drafts: Vec<Draft<'_>>,
    declared: &[&str],
    unread: &UnreadEntities,
    problems: &mut Diagnostics,
) -> Vec<Entity> {
    let others = Others { drafts: &drafts, declared, unread };
    let links: Vec<_> = drafts.iter().map(|draft| read_links(draft, others, problems)).collect();
    let with = |(draft, links): (Draft<'_>, Vec<Link>)| {
        let Draft { mut entity, links: declared, .. } = draft;
        let lost = declared.iter().filter(|(key, _)| !links.iter().any(|link| link.name == key.text));
        entity.unread.names.extend(lost.map(|(key, _)| key.text.clone()));
        Entity { links, ..entity }
    };
    drafts.into_iter().zip(links).map(with).collect()
}
