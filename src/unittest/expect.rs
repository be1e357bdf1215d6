//! `expect`: the expected members of segments.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Expectation, Key, Wanted, key_text};
use super::problems::{BadKey, KeyNotGiven, KeyTwice, NoSegment, NothingExpected};
use super::value::value;
use crate::api::Session;
use crate::catalog::{Entity, EntityId};
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::yaml::{Fields, Like, Node, NodeKind};

/// The maximum number of keys in a problem.
const SHOWN: usize = 8;

/// The keys of the given rows, by entity.
pub(super) struct Given {
    pub(super) keys: BTreeMap<EntityId, BTreeMap<Key, Span>>,
    /// Entities with invalid rows, so that some of their keys are unknown.
    pub(super) broken: BTreeSet<EntityId>,
}

pub(super) fn read_expectations(
    node: &Node,
    session: &Session,
    given: &Given,
    problems: &mut Diagnostics,
) -> Vec<Expectation> {
    let hir = session.hir();
    let Some(entries) = node.names("expect", Like::Each("[…]"), problems) else { return Vec::new() };
    if entries.is_empty() {
        problems.push(NothingExpected { span: node.span, of: None });
    }
    let mut expectations = Vec::new();
    for (name, node) in entries {
        let Some(segment) = hir.find(&name.text) else {
            let names = hir.segments.iter().map(|segment| segment.name.as_str());
            let near = closest(&name.text, names).map(str::to_owned);
            let disabled = session.is_written(&name.text);
            problems.push(NoSegment { span: name.span, name: name.text.clone(), disabled, near });
            continue;
        };
        let id = hir.segment(segment).entity;
        let entity = hir.catalog.entity(id);
        let (keys, broken) = (given.keys.get(&id), given.broken.contains(&id));
        let mut reader = ExpectReader { entity, given: keys, broken, seen: BTreeMap::new() };
        if let Some(wanted) = reader.wanted(&name.text, node, problems) {
            let key = entity.key.iter().map(|&field| entity.field(field).name.clone()).collect();
            expectations.push(Expectation { segment, name: name.text.clone(), span: name.span, key, wanted });
        }
    }
    expectations
}

/// Reads the keys of an entity, each of which may occur once.
struct ExpectReader<'a> {
    entity: &'a Entity,
    given: Option<&'a BTreeMap<Key, Span>>,
    broken: bool,
    seen: BTreeMap<Key, Span>,
}

impl ExpectReader<'_> {
    fn wanted(&mut self, segment: &str, node: &Node, problems: &mut Diagnostics) -> Option<Wanted> {
        let nothing = || NothingExpected { span: node.span, of: Some(segment.to_owned()) };
        match &node.kind {
            NodeKind::List(items) => Some(Wanted::Exactly(self.keys(items, problems))),
            NodeKind::Map(_) => {
                let before = problems.len();
                let owner = format!("what is expected of `{segment}`");
                let mut fields = Fields::new(node, owner, node.span, problems)?;
                let (inside, outside) = (fields.get("in"), fields.get("out"));
                fields.finish(problems);
                let mut keys = |node: Option<&Node>| {
                    let items = node.and_then(|node| node.list(problems)).unwrap_or_default();
                    (self.keys(items, problems), items.len())
                };
                let ((inside, ins), (outside, outs)) = (keys(inside), keys(outside));
                if ins + outs == 0 && problems.len() == before {
                    problems.push(nothing());
                }
                Some(Wanted::Some { inside, outside })
            }
            NodeKind::Null => {
                problems.push(nothing());
                None
            }
            _ => node.wrong("a list of keys", Some(node.as_list()), problems),
        }
    }

    fn keys(&mut self, items: &[Node], problems: &mut Diagnostics) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for node in items {
            let Some(key) = self.key(node, problems) else { continue };
            let text = format!("`{}`", key_text(&key));
            if let Some(&first) = self.seen.get(&key) {
                problems.push(KeyTwice { span: node.span, key: text, first });
            } else if !self.broken && self.given.is_none_or(|given| !given.contains_key(&key)) {
                let known = self.given.into_iter().flat_map(|given| given.keys());
                let known = known.take(SHOWN).map(|key| format!("`{}`", key_text(key))).collect();
                let entity = self.entity.name.clone();
                problems.push(KeyNotGiven { span: node.span, entity, key: text, known });
            }
            self.seen.entry(key.clone()).or_insert(node.span);
            keys.insert(key);
        }
        keys
    }

    /// A key of one field is its value; one of several fields is a list or a map of values.
    fn key(&self, node: &Node, problems: &mut Diagnostics) -> Option<Key> {
        let fields = &self.entity.key;
        let parts: Option<Vec<&Node>> = match (&node.kind, fields.as_slice()) {
            (NodeKind::Null, _) => None,
            (NodeKind::List(items), [_, _, ..]) if items.len() == fields.len() => {
                Some(items.iter().collect())
            }
            (NodeKind::Map(entries), [_, _, ..]) if entries.len() == fields.len() => {
                let part =
                    |name: &str| entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
                fields.iter().map(|&field| part(&self.entity.field(field).name)).collect()
            }
            (NodeKind::List(_) | NodeKind::Map(_), _) | (_, [_, _, ..]) => None,
            (_, _) => Some(vec![node]),
        };
        let parts = parts.filter(|parts| parts.iter().all(|part| part.kind != NodeKind::Null));
        let Some(parts) = parts else {
            let names = fields.iter().map(|&field| self.entity.field(field).name.clone()).collect();
            problems.push(BadKey { span: node.span, entity: self.entity.name.clone(), fields: names });
            return None;
        };
        let values: Vec<_> = parts
            .into_iter()
            .zip(fields)
            .map(|(node, &field)| value(node, self.entity, field, problems))
            .collect();
        values.into_iter().collect()
    }
}
