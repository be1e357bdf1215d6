//! What a catalog declares, item by item, to compare two versions of it.

use std::collections::{BTreeMap, BTreeSet};

use super::fingerprint::{describe_entity, describe_field, describe_link, read_fields};
use super::footprint::Footprint;
use crate::catalog::{Catalog, EntityId, FieldId, LinkId};

/// Something that a catalog declares, by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Declared {
    /// The key, the table and the like of an entity.
    Entity(String),
    Field(String, String),
    Link(String, String),
    /// The keys in the file of a static list.
    List(String),
}

/// The items that decide about members, each with a text that is the same if they are declared the same.
pub(crate) fn declarations(catalog: &Catalog) -> BTreeMap<Declared, String> {
    let mut found = BTreeMap::new();
    for entity in &catalog.entities {
        let name = &entity.name;
        let mut add = |item: Declared, write: &dyn Fn(&mut String)| {
            let mut text = String::new();
            write(&mut text);
            found.insert(item, text);
        };
        if let Some(list) = &entity.list {
            add(Declared::List(list.path.clone()), &|text| text.push_str(&list.stamp));
        }
        add(Declared::Entity(name.clone()), &|text| describe_entity(entity, text));
        for (id, field) in (0..).map(FieldId).zip(&entity.fields) {
            let item = Declared::Field(name.clone(), field.name.clone());
            add(item, &|text| describe_field(entity, id, text));
        }
        for (id, link) in (0..).map(LinkId).zip(&entity.links) {
            let item = Declared::Link(name.clone(), link.name.clone());
            add(item, &|text| describe_link(catalog, entity, id, text));
        }
    }
    found
}

/// The items that a segment reads itself.
pub(crate) fn read_items(catalog: &Catalog, footprint: &Footprint) -> BTreeSet<Declared> {
    let name = |id: EntityId| catalog.entity(id).name.clone();
    let mut items: BTreeSet<Declared> =
        footprint.entities.keys().map(|&id| Declared::Entity(name(id))).collect();
    let lists = footprint.entities.keys().filter_map(|&id| catalog.entity(id).list.as_ref());
    items.extend(lists.map(|list| Declared::List(list.path.clone())));
    let fields = read_fields(catalog, footprint);
    items.extend(
        fields
            .into_iter()
            .map(|(id, field)| Declared::Field(name(id), catalog.entity(id).field(field).name.clone())),
    );
    let links = footprint.links.keys();
    items.extend(
        links.map(|&(id, link)| Declared::Link(name(id), catalog.entity(id).link(link).name.clone())),
    );
    items
}
