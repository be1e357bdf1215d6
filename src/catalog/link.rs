//! The links of one entity, once all entities are known.

use super::lookup::{Lookup, check_name};
use super::model::{Entity, EntityId, Field, FieldId, Link};
use super::problems::{EmptyLink, FieldAndLink, LinkTypes, UnknownEntity};
use crate::diagnostic::Diagnostics;
use crate::types::Type;
use crate::yaml::{Fields, Key, Node};

/// Reads the links of `owner`, which is one of `entities`. What is wrong is left out.
pub(super) fn read_links(
    entries: &[(Key, Node)],
    owner: &Entity,
    entities: &[Entity],
    problems: &mut Diagnostics,
) -> Vec<Link> {
    let mut links = Vec::new();
    for (key, node) in entries {
        check_name(key, "a link", problems);
        let link = read_link(key, node, owner, entities, problems);
        if let Some(field) = owner.fields.iter().find(|field| field.name == key.text) {
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
    owner: &Entity,
    entities: &[Entity],
    problems: &mut Diagnostics,
) -> Option<Link> {
    let mut fields = Fields::new(node, format!("link `{}`", key.text), key.span, problems)?;
    let to = fields.require("to", problems).and_then(|node| find_entity(node, entities, problems));
    let on = fields.require("on", problems);
    let many = fields.boolean("many", problems).unwrap_or(false);
    let description = fields.text("description", problems);
    fields.finish(problems);

    let to = to?;
    let target = entities.get(to.0 as usize)?;
    let on = read_pairs(key, on?, owner, target, problems)?;
    Some(Link { name: key.text.clone(), span: key.span, to, on, many, description })
}

fn find_entity(node: &Node, entities: &[Entity], problems: &mut Diagnostics) -> Option<EntityId> {
    let name = node.text(problems)?;
    if let Some(at) = entities.iter().position(|entity| entity.name == name) {
        return u32::try_from(at).ok().map(EntityId);
    }
    let known = entities.iter().map(|entity| entity.name.clone()).collect();
    problems.push(UnknownEntity { span: node.span, name: name.to_owned(), known });
    None
}

/// The pairs of `on`; `None` if one is wrong, since a link over the others would be too wide.
fn read_pairs(
    link: &Key,
    node: &Node,
    owner: &Entity,
    target: &Entity,
    problems: &mut Diagnostics,
) -> Option<Vec<(FieldId, FieldId)>> {
    let own = Lookup { entity: &owner.name, fields: &owner.fields };
    let other = Lookup { entity: &target.name, fields: &target.fields };
    let entries = node.entries(problems)?;
    if entries.is_empty() {
        problems.push(EmptyLink { span: node.span, name: link.text.clone() });
        return None;
    }
    let pairs: Vec<_> = entries
        .iter()
        .map(|(key, node)| {
            let own = own.find(&key.text, key.span, problems);
            let other = other.node(node, problems);
            let (own, other) = (own?, other?);
            check_types(owner.field(own), target.field(other), node, problems).then_some((own, other))
        })
        .collect();
    pairs.into_iter().collect()
}

fn check_types(own: &Field, other: &Field, node: &Node, problems: &mut Diagnostics) -> bool {
    let comparable = |ty: &Type| !matches!(ty, Type::Json | Type::Array(_));
    let fits = own.ty == other.ty || (own.ty.is_number() && other.ty.is_number());
    if fits && comparable(&own.ty) {
        return true;
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
