//! `given` and `defaults`: rows, by entity.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Key, key_text};
use super::problems::{NoEntity, NoField, RowLacks, RowTwice};
use super::value::value;
use crate::catalog::{Catalog, Entity, EntityId, FieldId};
use crate::diagnostic::{Diagnostics, Span};
use crate::evaluate::{Datum, is_deleted};
use crate::yaml::Node;

/// What rows hold that don't say otherwise.
pub(super) type Defaults = BTreeMap<EntityId, BTreeMap<FieldId, Datum>>;

/// A row, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct GivenRow {
    pub(super) entity: EntityId,
    pub(super) values: Vec<Datum>,
    pub(super) span: Span,
}

pub(super) fn read_defaults(node: &Node, catalog: &Catalog, problems: &mut Diagnostics) -> Defaults {
    let mut defaults = Defaults::new();
    for (id, entity, node) in by_entity(node, catalog, problems) {
        let values = read_values(node, entity, problems);
        defaults.insert(id, values.into_iter().filter_map(|(field, value)| Some((field, value?))).collect());
    }
    defaults
}

/// The rows of a `given`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    /// Those without problems.
    pub(super) rows: Vec<GivenRow>,
    /// The entities that have rows with problems.
    pub(super) broken: BTreeSet<EntityId>,
}

pub(super) fn read_rows(
    node: &Node,
    catalog: &Catalog,
    defaults: &Defaults,
    problems: &mut Diagnostics,
) -> Rows {
    let mut given = Rows::default();
    for (id, entity, node) in by_entity(node, catalog, problems) {
        for node in node.list(problems).unwrap_or_default() {
            match read_row(node, entity, defaults.get(&id), problems) {
                Some(values) => given.rows.push(GivenRow { entity: id, values, span: node.span }),
                None => {
                    given.broken.insert(id);
                }
            }
        }
    }
    given
}

/// The entries of a map of entities; those that nobody knows are reported.
fn by_entity<'a, 'c>(
    node: &'a Node,
    catalog: &'c Catalog,
    problems: &mut Diagnostics,
) -> Vec<(EntityId, &'c Entity, &'a Node)> {
    let mut found = Vec::new();
    for (key, node) in node.entries(problems).unwrap_or_default() {
        match catalog.find(&key.text) {
            Some(id) => found.push((id, catalog.entity(id), node)),
            None => {
                let known = catalog.iter().map(|(_, entity)| entity.name.clone()).collect();
                problems.push(NoEntity { span: key.span, name: key.text.clone(), known });
            }
        }
    }
    found
}

/// The values that are written; `None` for one that has a problem.
fn read_values(node: &Node, entity: &Entity, problems: &mut Diagnostics) -> BTreeMap<FieldId, Option<Datum>> {
    let mut values = BTreeMap::new();
    for (key, node) in node.entries(problems).unwrap_or_default() {
        if let Some(id) = entity.find_field(&key.text) {
            values.insert(id, value(node, entity, id, problems));
            continue;
        }
        let of_column = entity.fields.iter().find(|field| field.column == key.text);
        problems.push(NoField {
            span: key.span,
            name: key.text.clone(),
            entity: entity.name.clone(),
            known: entity.fields.iter().map(|field| field.name.clone()).collect(),
            field_of_column: of_column.map(|field| field.name.clone()),
        });
    }
    values
}

fn read_row(
    node: &Node,
    entity: &Entity,
    defaults: Option<&BTreeMap<FieldId, Datum>>,
    problems: &mut Diagnostics,
) -> Option<Vec<Datum>> {
    let written = read_values(node, entity, problems);
    let (mut values, mut lacks, mut key, mut sound) = (Vec::new(), Vec::new(), false, true);
    for (id, field) in (0..).map(FieldId).zip(&entity.fields) {
        let of_default = || defaults.and_then(|defaults| defaults.get(&id)).cloned();
        let is_key = entity.key.contains(&id);
        match written.get(&id).cloned().or_else(|| of_default().map(Some)) {
            Some(Some(value)) => values.push(value),
            Some(None) => sound = false,
            None if is_key || !field.nullable => {
                key |= is_key;
                lacks.push(field.name.clone());
            }
            None => values.push(Datum::Missing),
        }
    }
    if !lacks.is_empty() {
        problems.push(RowLacks { span: node.span, entity: entity.name.clone(), fields: lacks, key });
        return None;
    }
    sound.then_some(values)
}

/// The key of a row, unless a part of it is missing: then it is no entity.
pub(super) fn key_of(entity: &Entity, values: &[Datum]) -> Option<Key> {
    let part = |id: &FieldId| values.get(id.0 as usize).filter(|value| !value.is_missing()).cloned();
    entity.key.iter().map(part).collect()
}

/// The keys of rows, by entity. Of rows with one key, all but the first are reported; those that
/// have been deleted are no rows, but may be spoken of.
pub(super) fn keys_of<'a>(
    rows: impl IntoIterator<Item = &'a GivenRow>,
    catalog: &Catalog,
    problems: &mut Diagnostics,
) -> BTreeMap<EntityId, BTreeMap<Key, Span>> {
    let mut keys: BTreeMap<EntityId, BTreeMap<Key, Span>> = BTreeMap::new();
    let (deleted, rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| is_deleted(catalog.entity(row.entity), &row.values));
    for row in rows {
        let entity = catalog.entity(row.entity);
        let Some(key) = key_of(entity, &row.values) else { continue };
        let known = keys.entry(row.entity).or_default();
        if let Some(&first) = known.get(&key) {
            let (entity, key) = (entity.name.clone(), format!("`{}`", key_text(&key)));
            problems.push(RowTwice { span: row.span, entity, key, first });
        } else {
            known.insert(key, row.span);
        }
    }
    for row in deleted {
        if let Some(key) = key_of(catalog.entity(row.entity), &row.values) {
            keys.entry(row.entity).or_default().entry(key).or_insert(row.span);
        }
    }
    keys
}
