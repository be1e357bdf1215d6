//! `given` and `defaults`: rows, by entity.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Key, key_text};
use super::problems::{NoEntity, NoField, RowLacks, RowTwice, WrongValue};
use super::value::value;
use crate::catalog::{Catalog, Entity, EntityId, FieldId};
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::evaluate::{Clash, Columns, Datum, covers, is_deleted};
use crate::yaml::{Like, Node, NodeKind};

/// The values of fields that rows don't specify.
pub(super) type Defaults = BTreeMap<EntityId, BTreeMap<FieldId, Datum>>;

/// A row and its place.
#[derive(Debug, Clone)]
pub(super) struct GivenRow {
    pub(super) entity: EntityId,
    pub(super) values: Vec<Datum>,
    pub(super) span: Span,
}

pub(super) fn read_defaults(node: &Node, catalog: &Catalog, problems: &mut Diagnostics) -> Defaults {
    let mut defaults = Defaults::new();
    for (id, entity, node) in by_entity("defaults", ("{ … }", node), catalog, problems) {
        let values = read_values(node, entity, problems).into_iter();
        defaults.insert(id, values.filter_map(|(field, written)| Some((field, written.value?))).collect());
    }
    defaults
}

/// The rows of a `given`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    /// The rows without problems.
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
    // Rows of a misspelt entity are no reason to miss them.
    if let NodeKind::Map(entries) = &node.kind {
        let unknown = entries.iter().filter(|(key, _)| catalog.find(&key.text).is_none());
        let names = || catalog.iter().map(|(_, entity)| entity.name.as_str());
        let meant = unknown.filter_map(|(key, _)| catalog.find(closest(&key.text, names())?));
        given.broken.extend(meant);
    }
    for (id, entity, node) in by_entity("given", ("[…]", node), catalog, problems) {
        let columns = Columns::of(entity);
        let Some(rows) = node.maps(&example(entity), problems) else {
            given.broken.insert(id);
            continue;
        };
        for node in rows {
            match read_row(node, entity, &columns, defaults.get(&id), problems) {
                Some(values) => given.rows.push(GivenRow { entity: id, values, span: node.span }),
                None => {
                    given.broken.insert(id);
                }
            }
        }
    }
    given
}

/// The entries of a map of entities. Unknown ones are reported.
fn by_entity<'a, 'c>(
    key: &str,
    (value, node): (&'static str, &'a Node),
    catalog: &'c Catalog,
    problems: &mut Diagnostics,
) -> Vec<(EntityId, &'c Entity, &'a Node)> {
    let mut found = Vec::new();
    for (key, node) in node.names(key, Like::Named("entity", value), problems).unwrap_or_default() {
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

/// A value in the file and its place; `None` if it has a problem.
struct Written {
    value: Option<Datum>,
    span: Span,
}

/// An example of a row, for messages.
pub(super) fn example(entity: &Entity) -> String {
    let key = entity.key.iter().map(|&field| format!("{}: …", entity.field(field).name));
    format!("{{ {} }}", key.collect::<Vec<_>>().join(", "))
}

fn read_values(node: &Node, entity: &Entity, problems: &mut Diagnostics) -> BTreeMap<FieldId, Written> {
    let mut values = BTreeMap::new();
    for (key, node) in node.entries(&example(entity), problems).unwrap_or_default() {
        if let Some(id) = entity.find_field(&key.text) {
            values.insert(id, Written { value: value(node, entity, id, problems), span: node.span });
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
    columns: &Columns,
    defaults: Option<&BTreeMap<FieldId, Datum>>,
    problems: &mut Diagnostics,
) -> Option<Vec<Datum>> {
    let written = read_values(node, entity, problems);
    if !matches!(node.kind, NodeKind::Map(_) | NodeKind::Null) {
        return None;
    }
    let sound = written.values().all(|written| written.value.is_some());
    // A default is none for whom the row says something of the same column.
    let is_said = |field| written.keys().any(|&id| covers(entity.field(id), field));
    let given = |(id, field)| match written.get(&id) {
        Some(written) => written.value.clone(),
        None if is_said(field) => None,
        None => defaults.and_then(|defaults| defaults.get(&id)).cloned(),
    };
    let given: Vec<Option<Datum>> = (0..).map(FieldId).zip(&entity.fields).map(given).collect();
    let is_null = |(id, written): (&FieldId, &Written)| {
        written.value.as_ref().is_some_and(Datum::is_missing).then_some(*id)
    };
    let nulls: Vec<FieldId> = written.iter().filter_map(is_null).collect();
    let mut values: Vec<Datum> = given.iter().map(|given| given.clone().unwrap_or(Datum::Missing)).collect();
    if sound && let Err(clash) = columns.complete(entity, &mut values, &nulls) {
        let span = written.get(&clash.field).map_or(node.span, |written| written.span);
        problems.push(clashing(entity, &clash, span));
        return None;
    }
    let lacks = (0..).map(FieldId).zip(&entity.fields).zip(given.iter().zip(&values));
    let lacks = lacks.filter(|((id, field), (given, value))| {
        let absent = given.is_none() && value.is_missing() && !written.contains_key(id);
        absent && (entity.key.contains(id) || !field.nullable)
    });
    let (ids, lacks): (Vec<_>, Vec<_>) = lacks.map(|((id, field), _)| (id, field.name.clone())).unzip();
    if !lacks.is_empty() {
        let key = ids.iter().any(|id| entity.key.contains(id));
        problems.push(RowLacks { span: node.span, entity: entity.name.clone(), fields: lacks, key });
        return None;
    }
    sound.then_some(values)
}

/// The problem that a column can't contain a value in this row.
fn clashing(entity: &Entity, clash: &Clash, span: Span) -> WrongValue {
    let field = entity.field(clash.field);
    let (what, help) = if clash.alone {
        let what = format!("{}, which no JSON document holds exactly", field.ty);
        (what, "numbers of JSON are exact to 15 digits: write fewer".to_owned())
    } else {
        let what = format!(
            "`{}` in this row: another value is in the same place of column `{}`",
            clash.reads, field.column
        );
        (what, "leave out one of the two, or make them agree".to_owned())
    };
    WrongValue { span, field: field.name.clone(), entity: entity.name.clone(), what, help }
}

/// The key of a row, or `None` if a part of it is missing: such a row isn't an entity.
pub(super) fn key_of(entity: &Entity, values: &[Datum]) -> Option<Key> {
    let part = |id: &FieldId| values.get(id.0 as usize).filter(|value| !value.is_missing()).cloned();
    entity.key.iter().map(part).collect()
}

/// The keys of rows, by entity. Of rows with the same key, all but the first are reported. Deleted
/// rows don't count as rows, but may be mentioned.
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
