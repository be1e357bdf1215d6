//! The links of one entity, once all entities are known.

use super::entity::Draft;
use super::lookup::{Lookup, check_name, is_plain, read_label};
use super::model::{EntityId, Field, FieldId, Link, UnreadEntities};
use super::problems::columns::{KeyInside, LinkEncodings};
use super::problems::{EmptyLink, FieldAndLink, LinkTypes, UnknownEntity};
use crate::diagnostic::Diagnostics;
use crate::types::Type;
use crate::yaml::{Fields, Key, Like, Meant, Node, NodeKind, OtherKeys};

/// What other tools have in place of our keys.
const OTHER_KEYS: OtherKeys = &[
    (&["entity", "model", "target", "table", "references", "ref"], Meant::Key("to")),
    (&["foreign_key", "key", "keys", "using", "via", "sql", "sql_on", "field"], Meant::Key("on")),
    (
        &["type", "relationship", "cardinality", "kind"],
        Meant::Help("remove it, or write `many: true` if several rows are linked"),
    ),
    (&["name"], Meant::Help("remove it: a link's name is its key in `links`")),
];

/// What a link may lead to.
#[derive(Clone, Copy)]
pub(super) struct Others<'a> {
    /// The entities, by their identities.
    pub(super) drafts: &'a [Draft<'a>],
    /// The names of all that are declared, also of those that could not be read.
    pub(super) declared: &'a [&'a str],
    /// What is declared but could not be read.
    pub(super) unread: &'a UnreadEntities,
}

/// Reads the links of an entity. What is wrong is left out.
pub(super) fn read_links(owner: &Draft<'_>, others: Others<'_>, problems: &mut Diagnostics) -> Vec<Link> {
    let mut links = Vec::new();
    for (key, node) in owner.links {
        check_name(key, "a link", problems);
        let link = read_link(key, node, owner, others, problems);
        if let Some(field) = owner.entity.fields.iter().find(|field| field.name == key.text) {
            problems.push(FieldAndLink { span: key.span, name: key.text.clone(), field: field.span });
        } else {
            links.extend(link);
        }
    }
    links
}

fn read_link(
    key: &Key,
    node: &Node,
    owner: &Draft<'_>,
    others: Others<'_>,
    problems: &mut Diagnostics,
) -> Option<Link> {
    let other = match &node.kind {
        NodeKind::String(name) if is_plain(name) => name,
        _ => "…",
    };
    let example = format!("{}: {{ to: {other}, on: {{ … }} }}", key.text);
    let what = format!("link `{}`", key.text);
    let mut fields = Fields::shown(node, what, key.span, Some(&example), problems)?.knowing(OTHER_KEYS);
    let to = fields.require("to", problems).and_then(|node| find_entity(node, others, problems));
    let on = fields.require("on", problems);
    let many = fields.boolean("many", problems).unwrap_or(false);
    let label = read_label(&mut fields, "label", problems);
    let description = fields.text("description", problems);
    fields.finish(problems);

    let to = to?;
    let target = others.drafts.get(to.0 as usize)?;
    let on = read_pairs(key, on?, owner.lookup(), target.lookup(), problems)?;
    Some(Link { name: key.text.clone(), span: key.span, to, on, many, label, description, to_list: false })
}

fn find_entity(node: &Node, others: Others<'_>, problems: &mut Diagnostics) -> Option<EntityId> {
    let name = node.text(problems)?;
    if let Some(at) = others.drafts.iter().position(|draft| draft.entity.name == name) {
        return u32::try_from(at).ok().map(EntityId);
    }
    if !others.declared.contains(&name) && !others.unread.may_have(name) {
        let known = others.declared.iter().map(|&name| name.to_owned()).collect();
        problems.push(UnknownEntity { span: node.span, name: name.to_owned(), known });
    }
    None
}

/// The pairs of `on`; `None` if one is wrong, since a link over the others would be too wide.
fn read_pairs(
    link: &Key,
    node: &Node,
    own: Lookup<'_>,
    other: Lookup<'_>,
    problems: &mut Diagnostics,
) -> Option<Vec<(FieldId, FieldId)>> {
    let entries = node.names("on", Like::Pairs("own_field", "their_field"), problems)?;
    if entries.is_empty() {
        problems.push(EmptyLink { span: node.span, name: link.text.clone() });
        return None;
    }
    let pairs: Vec<_> = entries
        .iter()
        .map(|(key, node)| {
            let from = own.find(&key.text, key.span, problems);
            let to = other.node(node, problems);
            let (from, to) = (from?, to?);
            if other.field(to).inside.is_some() {
                problems.push(KeyInside { span: node.span, field: other.field(to).name.clone() });
                return None;
            }
            check_types(own.field(from), other.field(to), node, problems).then_some((from, to))
        })
        .collect();
    pairs.into_iter().collect()
}

fn check_types(own: &Field, other: &Field, node: &Node, problems: &mut Diagnostics) -> bool {
    let comparable = |ty: &Type| !matches!(ty, Type::Json | Type::Array(_));
    let fits = own.ty == other.ty || (own.ty.is_number() && other.ty.is_number());
    if fits && comparable(&own.ty) {
        return check_encodings(own, other, node, problems);
    }
    problems.push(LinkTypes {
        span: node.span,
        own: own.name.clone(),
        own_type: own.ty.clone(),
        other: other.name.clone(),
        other_type: other.ty.clone(),
    });
    false
}

/// What a link compares is what columns hold.
fn check_encodings(own: &Field, other: &Field, node: &Node, problems: &mut Diagnostics) -> bool {
    let is_encoded = own.storage.is_encoding() || other.storage.is_encoding();
    if !is_encoded || own.storage == other.storage {
        return true;
    }
    problems.push(LinkEncodings {
        span: node.span,
        own: own.name.clone(),
        own_encoding: own.storage.encoding(),
        other: other.name.clone(),
        other_encoding: other.storage.encoding(),
    });
    false
}
