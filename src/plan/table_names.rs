//! Names that can't be used: those of segc's own tables, and those that a target would replace.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::expiry::history;
use super::names::initials;
use super::problems::{AliasName, ReplacedName, ReservedName, SourceTable};
use super::request::Request;
use super::state::StateTables;
use crate::catalog::{Container, Entity, Step};
use crate::check::hir::{Materialize, SegmentId};
use crate::diagnostic::{Diagnostics, Span};

/// What the names of segc's own tables begin with.
const RESERVED: &str = "segc_";

/// The entities that are read from a table, by the last part of its name in lower case.
pub(super) fn sources_by_name<'a>(
    request: &Request<'a>,
) -> BTreeMap<String, Vec<(&'a Entity, &'a [String])>> {
    let mut sources: BTreeMap<String, Vec<(&Entity, &[String])>> = BTreeMap::new();
    for entity in &request.hir.catalog.entities {
        for parts in entity.tables_on(&request.abilities.target) {
            let Some(name) = parts.last() else { continue };
            sources.entry(name.to_ascii_lowercase()).or_default().push((entity, parts));
        }
    }
    sources
}

/// Reports a segment whose name is segc's own, or one of whose tables an entity is read from:
/// a script would take the entity's rows for members.
pub(super) fn check_table_names(
    request: &Request<'_>,
    id: SegmentId,
    sources: &BTreeMap<String, Vec<(&Entity, &[String])>>,
    problems: &mut Diagnostics,
) {
    let segment = request.hir.segment(id);
    if request.materialize(id) == Materialize::Inline {
        return;
    }
    let begins = segment.name.get(..RESERVED.len());
    if begins.is_some_and(|begins| begins.eq_ignore_ascii_case(RESERVED)) {
        problems.push(ReservedName {
            span: segment.name_span,
            name: segment.name.clone(),
            reserved: RESERVED,
        });
    }
    if request.abilities.named_tables && is_alias(request, &segment.name) {
        problems.push(AliasName {
            span: segment.name_span,
            name: segment.name.clone(),
            target: request.abilities.target.clone(),
        });
    }
    // All of them begin with one of these; hardly any entity's table does.
    let name = segment.name.to_ascii_lowercase();
    let any_begins = |start: &str| {
        let mut from = sources.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        from.next().is_some_and(|(name, _)| name.starts_with(start))
    };
    if !any_begins(RESERVED) && !any_begins(&name) {
        return;
    }
    let state = StateTables::of(request, id);
    let own =
        [request.table(id), state.log, state.ranking_candidates, state.runs, state.inputs, state.counts];
    for table in own.iter().chain(&history(request, id)) {
        let default = request.abilities.default_schema.as_deref();
        let named = table.last().and_then(|name| sources.get(&name.to_ascii_lowercase()));
        let read = named.into_iter().flatten().find(|(_, source)| is_same(table, source, default));
        if let Some((entity, _)) = read {
            let (segment, entity) = (segment.name.clone(), entity.name.clone());
            let span = request.hir.segment(id).name_span;
            problems.push(SourceTable { span, table: table.join("."), segment, entity });
            return;
        }
    }
}

/// Whether a table of this name could be taken for an alias: those of scripts are single letters, those of
/// entities their initials, with a number where several are in one query.
fn is_alias(request: &Request<'_>, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let base = match name.rsplit_once('_') {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => base,
        _ => &name,
    };
    base.len() == 1 || request.hir.catalog.entities.iter().any(|entity| initials(&entity.name) == base)
}

/// Reports names of the catalog in which the target would replace something, so that another name,
/// or other SQL, would be read. Whether there are none.
pub(super) fn check_replaced_tables(request: &Request<'_>, problems: &mut Diagnostics) -> bool {
    let target = &request.abilities.target;
    let before = problems.len();
    for entity in &request.hir.catalog.entities {
        let tables = entity.tables_on(target).flatten().map(|part| (part.clone(), entity.span));
        let own = (entity.event_tables(target).is_empty()).then(|| names_of(entity));
        let of_events = entity.event_tables(target).iter().map(|table| names_of(&entity.of_event(table)));
        for (name, span) in tables.chain(own.into_iter().chain(of_events).flatten()) {
            if let Some(replaced) =
                request.abilities.replaced.iter().find(|text| name.contains(text.as_str()))
            {
                let (target, replaced) = (target.clone(), replaced.clone());
                problems.push(ReplacedName { span, name, target, replaced });
            }
        }
    }
    problems.len() == before
}

/// The names of an entity's columns, and those inside them.
fn names_of(entity: &Entity) -> Vec<(String, Span)> {
    let names = entity.fields.iter().flat_map(|field| {
        let inside = field.inside.as_ref().filter(|inside| inside.container == Container::Struct);
        let steps = inside.map_or(&[][..], |inside| &inside.steps);
        let names = steps.iter().map(|step| match step {
            Step::Key(name) | Step::Entry { field: name, .. } => name,
        });
        std::iter::once(&field.column).chain(names).map(|name| (name.clone(), field.span))
    });
    names.collect()
}

/// Whether two names are of the same table, as far as that can be told without the database: one
/// that lacks a schema means the default. Case makes no difference to some engines.
fn is_same(table: &[String], source: &[String], default_schema: Option<&str>) -> bool {
    let Some(above) = table.len().checked_sub(source.len()) else {
        return is_same(source, table, default_schema);
    };
    let (above, below) = table.split_at(above);
    let alike = below.iter().zip(source).all(|(one, other)| one.eq_ignore_ascii_case(other));
    let found_without = match source {
        [_] => above
            .last()
            .is_none_or(|schema| default_schema.is_some_and(|one| one.eq_ignore_ascii_case(schema))),
        _ => true,
    };
    alike && found_without
}
