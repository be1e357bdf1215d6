//! Who may read a segment, and whether all of them may use what it uses.
//!
//! A segment may use a field if everyone who may read the segment may use the field, and may read
//! another segment if everyone who may read the one may read the other. The other segment is checked
//! itself, so nothing leaks through a chain of segments either.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::footprint::{FieldUse, Footprint, Input, Purpose, TraitFootprints};
use super::problems::{FieldRefused, SegmentRefused};
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::{Hir, Segment, SegmentId, Trait, TraitId};
use crate::diagnostic::{Diagnostics, Label};

/// Reports what segments use although not all of their readers may, and returns the segments that do,
/// with all that depend on them.
pub(super) fn refused(
    hir: &Hir,
    footprints: &BTreeMap<SegmentId, Footprint>,
    problems: &mut Diagnostics,
) -> BTreeSet<SegmentId> {
    let mut refused = BTreeSet::new();
    if !has_restrictions(hir) {
        return refused;
    }
    let mut readers: BTreeMap<SegmentId, Vec<SegmentId>> = BTreeMap::new();
    for (&id, footprint) in footprints {
        let (segment, before) = (hir.segment(id), problems.len());
        footprint.inputs.keys().for_each(|&input| readers.entry(input).or_default().push(id));
        footprint.sensitive.iter().for_each(|(&id, used)| field(hir, segment, id, used, problems));
        footprint.inputs.values().for_each(|input| other(hir, segment, input, problems));
        if problems.len() > before {
            refused.insert(id);
        }
    }
    let mut todo: Vec<SegmentId> = refused.iter().copied().collect();
    while let Some(id) = todo.pop() {
        let needing = readers.get(&id).into_iter().flatten();
        todo.extend(needing.filter(|&&reader| refused.insert(reader)));
    }
    refused
}

/// The tree without some segments and the traits that refer to them; `None` if no segment is refused.
pub(super) fn without(hir: &Hir, known: &TraitFootprints<'_>, refused: &BTreeSet<SegmentId>) -> Option<Hir> {
    if refused.is_empty() {
        return None;
    }
    let sound = |one: &Trait| !known.inputs_of(one.id).any(|input| refused.contains(&input));
    let traits = hir.traits.iter().filter(|one| sound(one)).cloned().collect();
    let segments = hir.segments.iter().filter(|one| !refused.contains(&one.id)).cloned().collect();
    let (calendar, params) = (hir.calendar.clone(), hir.params.clone());
    let (params_used, unused) = (hir.params_used.clone(), hir.unused.clone());
    Some(Hir { catalog: Arc::clone(&hir.catalog), calendar, params, params_used, unused, traits, segments })
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

fn field(
    hir: &Hir,
    segment: &Segment,
    (entity, field): (EntityId, FieldId),
    used: &FieldUse,
    problems: &mut Diagnostics,
) {
    let entity = hir.catalog.entity(entity);
    let declared = entity.field(field);
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
        how: format!("{}{}", what_for(hir, &entity.name, used.purpose), led_by(hir, &used.via)),
        allowed: allowed(access, &declared.roles),
        access: segment.properties.access_span,
        declared: declared.span,
        places,
    });
}

fn what_for(hir: &Hir, entity: &str, purpose: Purpose) -> String {
    match purpose {
        Purpose::Named => String::new(),
        Purpose::Link(from, link) => {
            let from = hir.catalog.entity(from);
            format!(", which the link `{}` of `{}` compares", from.link(link).name, from.name)
        }
        Purpose::Time => format!(", the `time` of `{entity}`, which decides which rows count"),
        Purpose::EventName => ", which contains the names of events".to_owned(),
        Purpose::Key => format!(", which is in the key of `{entity}`"),
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

fn other(hir: &Hir, segment: &Segment, input: &Input, problems: &mut Diagnostics) {
    let (access, other) = (&segment.properties.access, hir.segment(input.segment));
    let Some(readers) = excess(access, &other.properties.access) else { return };
    problems.push(SegmentRefused {
        span: input.span,
        segment: segment.name.clone(),
        readers,
        other: other.name.clone(),
        roles: other.properties.access.clone(),
        how: led_by(hir, &input.via),
        allowed: allowed(access, &other.properties.access),
        access: segment.properties.access_span,
        declared: other.properties.access_span,
    });
}
