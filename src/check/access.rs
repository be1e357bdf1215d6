//! Who may read a segment, and whether all of them may use what it uses.
//!
//! A segment may use a field if everyone who may read the segment may use the field, and read a
//! segment if everyone who may read the one may read the other. What is read is judged by itself,
//! so that nothing reaches readers through a chain of segments either.

use std::collections::{BTreeMap, BTreeSet};

use super::hir::{Hir, Segment, SegmentId, Trait, TraitId};
use super::problems::access::{FieldRefused, SegmentRefused};
use super::uses::{How, Read, Use, Uses};
use crate::diagnostic::{Diagnostics, Label};

/// Reports what segments use although not all of their readers may, and takes the segments that do out
/// of the tree, with all that needs them.
pub(super) fn check(hir: Hir, problems: &mut Diagnostics) -> Hir {
    if !has_restrictions(&hir) {
        return hir;
    }
    let uses = Uses::new(&hir);
    let mut refused = BTreeSet::new();
    let mut readers: BTreeMap<SegmentId, Vec<SegmentId>> = BTreeMap::new();
    for (id, segment) in hir.iter() {
        let before = problems.len();
        let footprint = uses.segment(id);
        footprint.segments.iter().for_each(|read| readers.entry(read.segment).or_default().push(id));
        footprint.fields.iter().for_each(|used| field(&hir, segment, used, problems));
        footprint.segments.iter().for_each(|read| other(&hir, segment, read, problems));
        if problems.len() > before {
            refused.insert(id);
        }
    }
    let mut todo: Vec<SegmentId> = refused.iter().copied().collect();
    while let Some(id) = todo.pop() {
        let needing = readers.get(&id).into_iter().flatten();
        todo.extend(needing.filter(|&&reader| refused.insert(reader)));
    }
    let sound = |one: &Trait| !uses.read_by(one.id).any(|read| refused.contains(&read));
    let traits = hir.traits.iter().filter(|one| sound(one)).cloned().collect();
    let segments = hir.segments.iter().filter(|one| !refused.contains(&one.id)).cloned().collect();
    Hir { traits, segments, ..hir }
}

fn has_restrictions(hir: &Hir) -> bool {
    let fields = hir.catalog.entities.iter().flat_map(|entity| &entity.fields);
    fields.into_iter().any(|field| !field.roles.is_empty())
        || hir.segments.iter().any(|segment| !segment.properties.access.is_empty())
}

/// Who may do the one and not the other: `None` if nobody, `Some(None)` if that is everyone but
/// those named. No names stand for everyone.
fn excess(readers: &[String], allowed: &[String]) -> Option<Option<Vec<String>>> {
    if allowed.is_empty() {
        return None;
    }
    if readers.is_empty() {
        return Some(None);
    }
    let excess: Vec<String> = readers.iter().filter(|role| !allowed.contains(role)).cloned().collect();
    (!excess.is_empty()).then_some(Some(excess))
}

/// The `access` that would do: those who may do both, or, without a restriction yet, those who may.
fn allowed(readers: &[String], roles: &[String]) -> Vec<String> {
    let may = roles.iter().filter(|role| readers.is_empty() || readers.contains(role));
    may.cloned().collect()
}

fn field(hir: &Hir, segment: &Segment, used: &Use, problems: &mut Diagnostics) {
    let entity = hir.catalog.entity(used.entity);
    let declared = entity.field(used.field);
    let access = &segment.properties.access;
    let Some(readers) = excess(access, &declared.roles) else { return };
    let mut places: Vec<Label> = Vec::new();
    places.extend(used.origin.map(|span| Label { span, text: "used here".to_owned() }));
    places.extend(used.others.iter().map(|&span| Label { span, text: "and here".to_owned() }));
    problems.push(FieldRefused {
        span: used.span,
        segment: segment.name.clone(),
        readers,
        field: format!("{}.{}", entity.name, declared.name),
        roles: declared.roles.clone(),
        how: format!("{}{}", what_for(hir, used), led_by(hir, &used.via)),
        allowed: allowed(access, &declared.roles),
        access: segment.properties.access_span,
        declared: declared.span,
        places,
    });
}

fn what_for(hir: &Hir, used: &Use) -> String {
    let entity = || &hir.catalog.entity(used.entity).name;
    match used.how {
        How::Named => String::new(),
        How::Link(from, link) => {
            let from = hir.catalog.entity(from);
            format!(", which the link `{}` of `{}` compares", from.link(link).name, from.name)
        }
        How::Time => format!(", the `time` of `{}`, which decides what rows count", entity()),
        How::EventName => ", which holds the names of events".to_owned(),
        How::Key => format!(", which is in the key of `{}`", entity()),
    }
}

/// The traits that lead there.
fn led_by(hir: &Hir, via: &[TraitId]) -> String {
    if via.is_empty() {
        return String::new();
    }
    let names: Vec<String> = via.iter().map(|&id| format!("`{}`", hir.computed(id).name)).collect();
    format!(" (through the trait {})", names.join(" → "))
}

fn other(hir: &Hir, segment: &Segment, read: &Read, problems: &mut Diagnostics) {
    let (access, other) = (&segment.properties.access, hir.segment(read.segment));
    let Some(readers) = excess(access, &other.properties.access) else { return };
    problems.push(SegmentRefused {
        span: read.span,
        segment: segment.name.clone(),
        readers,
        other: other.name.clone(),
        roles: other.properties.access.clone(),
        how: led_by(hir, &read.via),
        allowed: allowed(access, &other.properties.access),
        access: segment.properties.access_span,
        declared: other.properties.access_span,
    });
}
