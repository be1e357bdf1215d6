//! The fingerprint of a segment's meaning (rule R9 of docs/refresh.md).
//!
//! Two segments with the same fingerprint have the same members over the same data: it covers the
//! checked rules, the traits and the part of the catalog that they use, the zone, the week's
//! start, and the fingerprints of their inputs. Formatting, comments, descriptions and anything
//! else that doesn't affect the members don't change it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::order::Graph;
use crate::catalog::{Entity, EntityId, FieldId, LinkId, TableSource};
use crate::check::canonical;
use crate::check::hir::{Aggregate, Hir, Path, SegmentId, TraitId, Value, ValueKind};
use crate::check::visit::{Visitor, walk_aggregate, walk_segment, walk_value};

/// The fingerprints of all segments, by identity: 32 hexadecimal digits each.
#[must_use]
pub(crate) fn fingerprints(hir: &Hir, graph: &Graph) -> Vec<String> {
    let mut all = vec![String::new(); hir.next_id().0 as usize];
    for &id in graph.order() {
        let mut meaning = meaning(hir, id);
        for input in &graph.node(id).inputs {
            let name = &hir.segment(input.segment).name;
            let _ = writeln!(meaning, "input {name} {}", all[input.segment.0 as usize]);
        }
        all[id.0 as usize] = hash(&meaning);
    }
    all
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Everything that determines the members, as text, without the inputs.
fn meaning(hir: &Hir, id: SegmentId) -> String {
    let segment = hir.segment(id);
    let mut used = Used {
        hir,
        entities: BTreeSet::new(),
        fields: BTreeSet::new(),
        links: BTreeSet::new(),
        traits: BTreeSet::new(),
        todo: Vec::new(),
    };
    used.entity(segment.entity);
    walk_segment(&mut used, segment);
    while let Some(computed) = used.todo.pop() {
        if used.traits.insert(computed) {
            used.value(&hir.computed(computed).value);
        }
    }
    let calendar = &hir.calendar;
    let mut text = format!("segc 1 zone {} week {}\n", calendar.zone_name, calendar.week_start.name());
    text.push_str(&canonical::segment(hir, segment));
    text.push('\n');
    for &computed in &used.traits {
        text.push_str(&canonical::computed(hir, hir.computed(computed)));
        text.push('\n');
    }
    used.describe(&mut text);
    text
}

/// The part of the catalog that a segment uses.
struct Used<'a> {
    hir: &'a Hir,
    entities: BTreeSet<EntityId>,
    fields: BTreeSet<(EntityId, FieldId)>,
    links: BTreeSet<(EntityId, LinkId)>,
    traits: BTreeSet<TraitId>,
    todo: Vec<TraitId>,
}

impl Used<'_> {
    fn entity(&mut self, id: EntityId) {
        if self.entities.insert(id) {
            let entity = self.hir.catalog.entity(id);
            self.fields.extend(entity.key.iter().map(|&field| (id, field)));
            let others = [entity.time, entity.event_name, entity.deleted_at()];
            self.fields.extend(others.into_iter().flatten().map(|field| (id, field)));
        }
    }

    fn hops(&mut self, hops: &[crate::check::hir::Hop]) {
        for hop in hops {
            self.entity(hop.from);
            self.entity(hop.to);
            self.links.insert((hop.from, hop.link));
            for &(own, target) in &self.hir.catalog.entity(hop.from).link(hop.link).on {
                self.fields.insert((hop.from, own));
                self.fields.insert((hop.to, target));
            }
        }
    }

    fn describe(&self, text: &mut String) {
        let catalog = &self.hir.catalog;
        for &id in &self.entities {
            let entity = catalog.entity(id);
            let _ = writeln!(text, "entity {} key {}", entity.name, names(entity, &entity.key));
            source(text, "from", &entity.source);
            for (target, place) in &entity.target_sources {
                source(text, target, place);
            }
            if let Some(time) = entity.time {
                let _ = writeln!(text, " time {}", names(entity, &[time]));
            }
            if let Some(mark) = entity.deleted_at() {
                let _ = writeln!(text, " deleted_at {}", names(entity, &[mark]));
            }
        }
        for &(id, field) in &self.fields {
            let entity = catalog.entity(id);
            let field = entity.field(field);
            let (name, column, ty, storage) = (&field.name, &field.column, &field.ty, &field.storage);
            let _ =
                writeln!(text, "field {}.{name} {column} {ty} {} {storage:?}", entity.name, field.nullable);
            if let Some(inside) = &field.inside {
                let _ = writeln!(text, " {inside:?}");
            }
        }
        for &(id, link) in &self.links {
            let entity = catalog.entity(id);
            let link = entity.link(link);
            let to = catalog.entity(link.to);
            let (own, target): (Vec<_>, Vec<_>) = link.on.iter().copied().unzip();
            let (own, target) = (names(entity, &own), names(to, &target));
            let _ = writeln!(text, "link {}.{} {own} {} {target}", entity.name, link.name, to.name);
        }
    }
}

fn names(entity: &Entity, fields: &[FieldId]) -> String {
    fields.iter().map(|&field| entity.field(field).name.as_str()).collect::<Vec<_>>().join(",")
}

fn source(text: &mut String, word: &str, source: &TableSource) {
    let _ = match source {
        TableSource::Table(parts) => writeln!(text, " {word} {parts:?}"),
        TableSource::Query { sql, .. } => writeln!(text, " {word} {sql:?}"),
    };
}

impl Visitor for Used<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => {
                self.fields.insert((path.end, *field));
            }
            ValueKind::Trait(_, id) => self.todo.push(*id),
            _ => {}
        }
        walk_value(self, value);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.hops(&aggregate.hops);
        walk_aggregate(self, aggregate);
    }

    fn path(&mut self, path: &Path) {
        self.entity(path.end);
        self.hops(&path.hops);
    }
}
