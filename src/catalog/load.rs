//! From files to the catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entity::{Draft, read_entity};
use super::link::read_links;
use super::model::{Catalog, Entity};
use super::problems::{CaseOnly, DuplicateEntity, EmptyCatalog};
use crate::diagnostic::{Diagnostics, SourceId, Span};
use crate::yaml::{self, Fields, Key, Node, NodeKind};

/// A catalog, and what only the whole project can check.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The catalog.
    pub catalog: Catalog,
    /// Every name of a target for which an entity has another table, and where it stands.
    pub targets: Vec<(String, Span)>,
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
    let trees: Vec<Node> =
        files.iter().filter_map(|(source, text)| yaml::read(*source, text, problems)).collect();
    let found: Vec<&(Key, Node)> = trees.iter().flat_map(|tree| entries_of(tree, problems)).collect();
    if found.is_empty()
        && !problems.has_errors()
        && let Some((source, _)) = files.first()
    {
        problems.push(EmptyCatalog { span: Span::new(*source, 0, 0) });
    }

    let mut targets = Vec::new();
    let drafts: Vec<Draft<'_>> = unique(found, problems)
        .into_iter()
        .filter_map(|(key, node)| read_entity(key, node, &mut targets, problems))
        .collect();
    Loaded { catalog: Catalog { entities: with_links(drafts, problems) }, targets }
}

/// The entities of one file. An empty file has none.
fn entries_of<'a>(tree: &'a Node, problems: &mut Diagnostics) -> &'a [(Key, Node)] {
    if tree.kind == NodeKind::Null {
        return &[];
    }
    let Some(mut fields) = Fields::new(tree, "a catalog file", tree.span, problems) else { return &[] };
    let found = fields.entries("entities", problems);
    fields.finish(problems);
    found
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

fn with_links(drafts: Vec<Draft<'_>>, problems: &mut Diagnostics) -> Vec<Entity> {
    let (mut entities, pending): (Vec<Entity>, Vec<_>) =
        drafts.into_iter().map(|draft| (draft.entity, draft.links)).unzip();
    let links: Vec<_> = pending
        .iter()
        .zip(&entities)
        .map(|(pending, owner)| read_links(pending, owner, &entities, problems))
        .collect();
    for (entity, links) in entities.iter_mut().zip(links) {
        entity.links = links;
    }
    entities
}
