//! What entities, fields, links, traits and segments are called.

use std::collections::HashMap;

use super::words::{plural, spaced};
use crate::catalog::{Catalog, Entity, EntityId, FieldId, LinkId};
use crate::check::hir::{Hir, Hop, Segment, SegmentId, TraitId};

/// The names for people, each of which stands for one thing: two that are alike have their names in the
/// catalog behind them.
#[derive(Debug)]
pub(super) struct Names<'a> {
    hir: &'a Hir,
    /// How often each label occurs among the entities.
    entities: HashMap<String, usize>,
    /// The same among the members of an entity, by its place in the catalog.
    members: Vec<HashMap<String, usize>>,
}

/// Rows of one kind, in the singular and in the plural.
pub(super) struct Noun {
    /// In the singular, if it is known.
    pub(super) one: Option<String>,
    /// In the plural.
    pub(super) many: String,
}

impl<'a> Names<'a> {
    pub(super) fn of(hir: &'a Hir) -> Self {
        let mut entities = HashMap::new();
        let mut members: Vec<HashMap<String, usize>> = Vec::new();
        for entity in &hir.catalog.entities {
            *entities.entry(label_of(entity)).or_insert(0) += 1;
            let fields = entity.fields.iter().map(|field| said(field.label.as_ref(), &field.name));
            let links = entity.links.iter().map(|link| said(link.label.as_ref(), &link.name));
            let mut counts = HashMap::new();
            fields.chain(links).for_each(|text| *counts.entry(text).or_insert(0) += 1);
            members.push(counts);
        }
        for computed in &hir.traits {
            if let Some(counts) = members.get_mut(computed.entity.0 as usize) {
                *counts.entry(spaced(&computed.name)).or_insert(0) += 1;
            }
        }
        Self { hir, entities, members }
    }

    fn catalog(&self) -> &'a Catalog {
        &self.hir.catalog
    }

    /// A row of an entity: `customer`.
    pub(super) fn entity(&self, id: EntityId) -> String {
        let entity = self.catalog().entity(id);
        let label = label_of(entity);
        if self.entities.get(&label).is_some_and(|count| *count > 1) {
            format!("{label} ({})", entity.name)
        } else {
            label
        }
    }

    /// Rows of an entity: `customers`.
    pub(super) fn entities(&self, id: EntityId) -> String {
        let entity = self.catalog().entity(id);
        entity.plural.clone().unwrap_or_else(|| plural(&label_of(entity)))
    }

    pub(super) fn field(&self, id: EntityId, field: FieldId) -> String {
        let declared = self.catalog().entity(id).field(field);
        self.unique(id, declared.label.as_ref(), &declared.name)
    }

    pub(super) fn computed(&self, id: TraitId) -> String {
        let computed = self.hir.computed(id);
        self.unique(computed.entity, None, &computed.name)
    }

    fn link(&self, id: EntityId, link: LinkId) -> String {
        let declared = self.catalog().entity(id).link(link);
        self.unique(id, declared.label.as_ref(), &declared.name)
    }

    /// The row at the end of a to-one link: `company`.
    pub(super) fn hop(&self, hop: &Hop) -> String {
        self.link(hop.from, hop.link)
    }

    /// The rows at the end of a link: `orders`, `"Order Completed" events`.
    pub(super) fn rows(&self, hop: &Hop) -> Noun {
        let many = self.hop(hop);
        let entity = self.entity(hop.to);
        let one = singular(&many, &entity, &self.entities(hop.to));
        match &hop.event {
            Some(event) => {
                let event = crate::types::Literal::String(event.clone());
                let one = one.map(|one| format!("{event} {one}"));
                Noun { one, many: format!("{event} {many}") }
            }
            None => Noun { one, many },
        }
    }

    /// A segment as it is referred to: `High value (high_value)`.
    pub(super) fn segment(&self, id: SegmentId) -> String {
        heading(self.hir.segment(id))
    }

    /// The label, or the name as words; with the name if others of the entity are called the same.
    fn unique(&self, entity: EntityId, label: Option<&String>, name: &str) -> String {
        let text = said(label, name);
        let counts = self.members.get(entity.0 as usize);
        if counts.and_then(|counts| counts.get(&text)).is_some_and(|count| *count > 1) {
            format!("{text} ({name})")
        } else {
            text
        }
    }
}

/// A segment's title and name.
pub(super) fn heading(segment: &Segment) -> String {
    match &segment.properties.title {
        Some(title) => format!("{title} ({})", segment.name),
        None => segment.name.clone(),
    }
}

fn label_of(entity: &Entity) -> String {
    said(entity.singular.as_ref(), &entity.name)
}

fn said(label: Option<&String>, name: &str) -> String {
    label.cloned().unwrap_or_else(|| spaced(name))
}

/// The singular of a link's label: that of its entity, or a part of it.
fn singular(label: &str, entity: &str, entities: &str) -> Option<String> {
    if label == entities {
        return Some(entity.to_owned());
    }
    // `lines`, of the entity `order line`, whose plural is `order lines`.
    let last = entity.rsplit(' ').next().unwrap_or(entity);
    if plural(last) == label {
        return Some(last.to_owned());
    }
    let cut = |end: &str, new: &str| label.strip_suffix(end).map(|stem| format!("{stem}{new}"));
    let guess = cut("ies", "y").or_else(|| cut("s", ""))?;
    (plural(&guess) == label).then_some(guess)
}
