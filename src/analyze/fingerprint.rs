//! The fingerprint of a segment's meaning (rule R9 of docs/refresh.md).
//!
//! Two segments with the same fingerprint have the same members over the same data: it covers the
//! checked rules, the traits and the part of the catalog that they use, the zone, the week's
//! start, and the fingerprints of their inputs. Formatting, comments, descriptions and anything
//! else that doesn't affect the members don't change it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::footprint::Footprint;
use super::order::{Graph, SegmentNode};
use crate::catalog::{Catalog, Entity, EntityId, EventTable, FieldId, LinkId, Mark, TableSource};
use crate::check::canonical;
use crate::check::hir::Hir;

/// The fingerprints of all segments, by identity: 32 hexadecimal digits each.
#[must_use]
pub(super) fn fingerprints(hir: &Hir, graph: &Graph) -> Vec<String> {
    let mut all = vec![String::new(); hir.next_id().0 as usize];
    for &id in graph.order() {
        let node = graph.node(id);
        let mut meaning = meaning(hir, node);
        for input in node.inputs() {
            let name = &hir.segment(input.segment).name;
            let _ = writeln!(meaning, "input {name} {}", all[input.segment.0 as usize]);
        }
        all[id.0 as usize] = hash(&meaning);
    }
    all
}

/// A hash of a segment's own meaning, which its inputs only have by their names.
#[must_use]
pub(crate) fn own_meaning(hir: &Hir, node: &SegmentNode) -> String {
    hash(&meaning(hir, node))
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Everything that determines the members, as text, without the inputs.
fn meaning(hir: &Hir, node: &SegmentNode) -> String {
    let calendar = &hir.calendar;
    let mut text = format!("segc 1 zone {} week {}\n", calendar.zone_name, calendar.week_start.name());
    text.push_str(&own_rules(hir, node));
    describe(&hir.catalog, &node.footprint, &mut text);
    text
}

/// What a segment and the traits that it uses say, with other segments and the catalog by their names only.
#[must_use]
pub(crate) fn own_rules(hir: &Hir, node: &SegmentNode) -> String {
    let mut text = canonical::segment(hir, hir.segment(node.id));
    text.push('\n');
    for &computed in node.footprint.traits.keys() {
        text.push_str(&canonical::computed(hir, hir.computed(computed)));
        text.push('\n');
    }
    text
}

/// The part of the catalog that a segment reads. Of each entity, that is also what decides which of its
/// rows there are and in which order they are.
fn describe(catalog: &Catalog, footprint: &Footprint, text: &mut String) {
    footprint.entities.keys().for_each(|&id| describe_entity(catalog.entity(id), text));
    for (id, field) in read_fields(catalog, footprint) {
        describe_field(catalog.entity(id), field, text);
    }
    for &(id, link) in footprint.links.keys() {
        describe_link(catalog, catalog.entity(id), link, text);
    }
}

/// The fields that a segment reads, those of each entity that decide about its rows included.
pub(super) fn read_fields(catalog: &Catalog, footprint: &Footprint) -> BTreeSet<(EntityId, FieldId)> {
    let mut fields: BTreeSet<(EntityId, FieldId)> = footprint.fields.keys().copied().collect();
    for &id in footprint.entities.keys() {
        let entity = catalog.entity(id);
        let others = [entity.time, entity.event_name, entity.mark().map(Mark::field)];
        fields
            .extend(entity.key.iter().copied().chain(others.into_iter().flatten()).map(|field| (id, field)));
    }
    fields
}

/// What the catalog declares of an entity itself, as far as it decides about members.
pub(super) fn describe_entity(entity: &Entity, text: &mut String) {
    let _ = writeln!(text, "entity {} key {}", entity.name, names(entity, &entity.key));
    source(text, "from", &entity.source);
    for (target, place) in &entity.target_sources {
        source(text, target, place);
    }
    if let Some(time) = entity.time {
        let _ = writeln!(text, " time {}", names(entity, &[time]));
    }
    let _ = match entity.mark() {
        None => Ok(()),
        Some(Mark::Time(mark)) => writeln!(text, " deleted_at {}", names(entity, &[mark])),
        Some(Mark::Flag(flag)) => {
            writeln!(text, " deleted if {} is {}", names(entity, &[flag.field]), flag.deleted)
        }
    };
}

/// What the catalog declares of a field, as far as it decides about members.
pub(super) fn describe_field(entity: &Entity, field: FieldId, text: &mut String) {
    let field = entity.field(field);
    let (name, column, ty, storage) = (&field.name, &field.column, &field.ty, &field.storage);
    let _ = writeln!(text, "field {}.{name} {column} {ty} {} {storage:?}", entity.name, field.nullable);
    if let Some(inside) = &field.inside {
        let _ = writeln!(text, " {inside:?}");
    }
}

/// What the catalog declares of a link.
pub(super) fn describe_link(catalog: &Catalog, entity: &Entity, link: LinkId, text: &mut String) {
    let link = entity.link(link);
    let to = catalog.entity(link.to);
    let (own, target): (Vec<_>, Vec<_>) = link.on.iter().copied().unzip();
    let (own, target) = (names(entity, &own), names(to, &target));
    let _ = writeln!(text, "link {}.{} {own} {} {target}", entity.name, link.name, to.name);
}

fn names(entity: &Entity, fields: &[FieldId]) -> String {
    fields.iter().map(|&field| entity.field(field).name.as_str()).collect::<Vec<_>>().join(",")
}

fn source(text: &mut String, word: &str, source: &TableSource) {
    let _ = match source {
        TableSource::Table(parts) => writeln!(text, " {word} {parts:?}"),
        TableSource::Query { sql, .. } => writeln!(text, " {word} {sql:?}"),
        TableSource::Shards(shards) => writeln!(text, " {word} {shards:?}"),
        TableSource::Tables(tables) => {
            tables.iter().try_for_each(|EventTable { event, name, fields, .. }| {
                writeln!(text, " {word} {event:?} {name:?} {fields:?}")
            })
        }
    };
}
