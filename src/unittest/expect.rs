//! `expect`: the expected members of segments.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Expectation, Key, Wanted, key_text};
use super::problems::{BadKey, ColumnOutside, KeyNotGiven, KeyTwice, NoColumn, NoSegment, NothingExpected};
use super::value::{column_value, value};
use crate::api::Session;
use crate::catalog::{Entity, EntityId};
use crate::check::hir::Segment;
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::evaluate::Datum;
use crate::yaml::{Fields, Key as Name, Like, Node, NodeKind};

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
        let of = hir.segment(segment);
        let entity = hir.catalog.entity(of.entity);
        let (keys, broken) = (given.keys.get(&of.entity), given.broken.contains(&of.entity));
        let (seen, values) = (BTreeMap::new(), BTreeMap::new());
        let mut reader = ExpectReader { segment: of, entity, given: keys, broken, seen, values };
        if let Some(wanted) = reader.wanted(node, problems) {
            let key = entity.key.iter().map(|&field| entity.field(field).name.clone()).collect();
            let columns = of.columns.iter().map(|column| column.name.clone()).collect();
            let (name, span, values) = (name.text.clone(), name.span, reader.values);
            expectations.push(Expectation { segment, name, span, key, wanted, columns, values });
        }
    }
    expectations
}

/// Reads the keys of an entity, each of which may occur once.
struct ExpectReader<'a> {
    segment: &'a Segment,
    entity: &'a Entity,
    given: Option<&'a BTreeMap<Key, Span>>,
    broken: bool,
    seen: BTreeMap<Key, Span>,
    /// The values of columns that are expected of members.
    values: BTreeMap<Key, Vec<(usize, Datum)>>,
}

/// Whether keys are those of members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    In,
    Out,
}

/// What is written of columns, with their names.
type Beside<'a> = Vec<&'a (Name, Node)>;

impl ExpectReader<'_> {
    fn wanted(&mut self, node: &Node, problems: &mut Diagnostics) -> Option<Wanted> {
        let segment = &self.segment.name;
        let nothing = || NothingExpected { span: node.span, of: Some(segment.clone()) };
        match &node.kind {
            NodeKind::List(items) => Some(Wanted::Exactly(self.keys(items, Side::In, problems))),
            NodeKind::Map(_) => {
                let before = problems.len();
                let owner = format!("what is expected of `{segment}`");
                let mut fields = Fields::new(node, owner, node.span, problems)?;
                let (inside, outside) = (fields.get("in"), fields.get("out"));
                fields.finish(problems);
                let mut keys = |node: Option<&Node>, side| {
                    let items = node.and_then(|node| node.list(problems)).unwrap_or_default();
                    (self.keys(items, side, problems), items.len())
                };
                let ((inside, ins), (outside, outs)) = (keys(inside, Side::In), keys(outside, Side::Out));
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

    fn keys(&mut self, items: &[Node], side: Side, problems: &mut Diagnostics) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        for node in items {
            let Some((key, beside)) = self.key(node, problems) else { continue };
            let text = format!("`{}`", key_text(&key));
            if let Some(&first) = self.seen.get(&key) {
                problems.push(KeyTwice { span: node.span, key: text.clone(), first });
            } else if !self.broken && self.given.is_none_or(|given| !given.contains_key(&key)) {
                let known = self.given.into_iter().flat_map(|given| given.keys());
                let known = known.take(SHOWN).map(|key| format!("`{}`", key_text(key))).collect();
                let entity = self.entity.name.clone();
                problems.push(KeyNotGiven { span: node.span, entity, key: text.clone(), known });
            }
            match beside.first() {
                Some((name, _)) if side == Side::Out => {
                    problems.push(ColumnOutside { span: name.span, key: text, column: name.text.clone() });
                }
                Some(_) => drop(self.values.insert(key.clone(), self.columns(&beside, problems))),
                None => {}
            }
            self.seen.entry(key.clone()).or_insert(node.span);
            keys.insert(key);
        }
        keys
    }

    /// What is expected of a member's columns.
    fn columns(&self, written: &Beside<'_>, problems: &mut Diagnostics) -> Vec<(usize, Datum)> {
        let columns = &self.segment.columns;
        let mut values = Vec::new();
        for (name, node) in written {
            let Some(at) = columns.iter().position(|column| column.name == name.text) else {
                let segment = self.segment.name.clone();
                let known = columns.iter().map(|column| column.name.clone()).collect();
                problems.push(NoColumn { span: name.span, name: name.text.clone(), segment, known });
                continue;
            };
            let Some(column) = columns.get(at) else { continue };
            values.extend(column_value(node, &self.segment.name, column, problems).map(|value| (at, value)));
        }
        values
    }

    /// A key of one field is its value; one of several fields is a list or a map of values. A map may have
    /// columns beside the key.
    fn key<'n>(&self, node: &'n Node, problems: &mut Diagnostics) -> Option<(Key, Beside<'n>)> {
        let fields = &self.entity.key;
        let mut beside = Vec::new();
        let parts: Option<Vec<&Node>> = match (&node.kind, fields.as_slice()) {
            (NodeKind::Null, _) => None,
            (NodeKind::List(items), [_, _, ..]) if items.len() == fields.len() => {
                Some(items.iter().collect())
            }
            (NodeKind::Map(entries), _) => {
                let is = |name: &str, field| self.entity.field(field).name == name;
                let part = |field| entries.iter().find(|(key, _)| is(&key.text, field)).map(|(_, node)| node);
                let is_beside = |name: &str| !fields.iter().any(|&field| is(name, field));
                beside.extend(entries.iter().filter(|(key, _)| is_beside(&key.text)));
                fields.iter().map(|&field| part(field)).collect()
            }
            (NodeKind::List(_), _) | (_, [_, _, ..]) => None,
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
        let key: Option<Key> = values.into_iter().collect();
        Some((key?, beside))
    }
}
