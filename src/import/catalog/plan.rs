//! Decides what is imported of the tables found: new entities, additions to existing ones, questions.

use std::collections::{BTreeMap, BTreeSet};

use super::Settings;
use super::compare::compare;
use super::encodings::{Mark, mark};
use super::existing::{Existing, readers, tables};
use super::families::{Family, extend_events, known_table, reads_days};
use super::fields::{Column, NewField, flatten};
use super::links::add_links;
use super::model::{Found, FoundColumn, FoundKey, FoundTable, Skipped};
use super::names::{Names, plain, singular};
use super::questions::{Question, field_questions, questions};
use crate::catalog::{DbtNode, Entity, EntityId, EventTable, TableSource};
use crate::diagnostic::Diagnostics;
use crate::types::Type;

/// A table, and what is imported of it.
pub(super) struct Planned<'a> {
    pub(super) table: &'a FoundTable,
    /// The entities that read it already. The first one gets what is new.
    pub(super) existing: Vec<(EntityId, &'a Entity)>,
    /// The name of its entity.
    pub(super) name: String,
    /// The names of its fields and links.
    pub(super) names: Names,
    pub(super) fields: Vec<NewField>,
    /// Comments on columns that no field can read.
    pub(super) unread: Vec<String>,
    /// The field that reads each column, with its type.
    pub(super) by_column: BTreeMap<&'a str, (String, Option<Type>)>,
    pub(super) links: Vec<NewLink>,
    /// The links that its entities have already.
    pub(super) known_links: Vec<NewLink>,
    /// Fields and links that were commented out, in lower case.
    pub(super) left_out: BTreeSet<String>,
    /// The field for the name of an event, if each event has a table.
    pub(super) event_name: Option<String>,
    /// The tables of events to be added.
    pub(super) tables: Vec<NewTable>,
    /// Fields to be added to those that an event's table has, by the event.
    pub(super) listed: BTreeMap<String, Vec<String>>,
}

/// The table of an event to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewTable {
    pub(super) event: String,
    pub(super) name: Vec<String>,
    /// Those of its fields that not every table has.
    pub(super) fields: Vec<String>,
    pub(super) dbt: Option<String>,
}

/// A link to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewLink {
    pub(super) name: String,
    pub(super) to: String,
    /// Own fields, each with the other's.
    pub(super) on: Vec<(String, String)>,
    pub(super) many: bool,
}

/// Everything that is to be done and said.
pub(super) struct Plan<'a> {
    pub(super) planned: Vec<Planned<'a>>,
    pub(super) questions: Vec<Question>,
    pub(super) differences: Diagnostics,
    pub(super) skipped: Vec<Skipped>,
}

pub(super) fn plan<'a>(found: &'a Found, existing: &'a Existing, settings: &Settings) -> Plan<'a> {
    let mut plan = Plan {
        planned: Vec::new(),
        questions: Vec::new(),
        differences: Diagnostics::new(),
        skipped: found.skipped.clone(),
    };
    let matched = matched(found, existing);
    let compared = compared(found);
    let mut names = Names::default();
    existing.names().into_iter().for_each(|name| names.take(name));
    for table in &found.tables {
        let entities = matched.get(table.id.as_str()).cloned().unwrap_or_default();
        if !table.is_selected && entities.is_empty() {
            continue;
        }
        let mut skip = |why: String| plan.skipped.push(Skipped { what: table.name.join("."), why });
        let names_table =
            |written: &str| [&table.name, &table.full].iter().any(|name| name.join(".") == written);
        let unread = existing.unread().find(|(_, written)| entities.is_empty() && names_table(written));
        if let Some((name, _)) = unread {
            skip(format!("its entity `{name}` has errors: `segc check` shows them"));
            continue;
        }
        let is_new = entities.is_empty();
        let mut with_name = names.clone();
        let name = match entities.first() {
            Some((_, entity)) => entity.name.clone(),
            None => entity_name(table, &mut with_name),
        };
        let mut left = Vec::new();
        let compared = compared.get(table.id.as_str());
        let is_family = matches!((&table.family, entities.first()), (Some(Family::Events(_)), Some(_)));
        let mut planned = Planned::new(table, entities, name, existing);
        match is_family {
            true => extend_events(&mut planned, existing, settings, &mut left),
            false => plan_fields(&mut planned, compared, settings, &mut left),
        }
        if is_new && planned.fields.is_empty() {
            skip("none of its columns has a type that a field can have".to_owned());
            continue;
        }
        names = with_name;
        plan.skipped.extend(left);
        plan.planned.push(planned);
    }
    add_links(&mut plan.planned, found, &mut plan.skipped);
    for planned in &plan.planned {
        if planned.existing.is_empty() {
            plan.questions.extend(questions(planned));
        } else if planned.table.is_selected {
            plan.questions.extend(field_questions(planned));
            compare(planned, &mut plan.differences);
        }
    }
    compare_tables(found, existing, &matched, settings, &mut plan.differences);
    plan.skipped.sort();
    plan.skipped.dedup();
    plan
}

/// The columns of each table that are part of a key or of a foreign key's either side, in lower case.
fn compared(found: &Found) -> BTreeMap<&str, BTreeSet<String>> {
    let mut compared: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for table in &found.tables {
        let keys = table.keys.iter().flat_map(|key| &key.columns);
        let own = table.references.iter().flat_map(|one| one.columns.iter().map(|(own, _)| own));
        compared.entry(&table.id).or_default().extend(keys.chain(own).map(|name| name.to_lowercase()));
        for reference in &table.references {
            let theirs = reference.columns.iter().map(|(_, theirs)| theirs.to_lowercase());
            compared.entry(&reference.to).or_default().extend(theirs);
        }
    }
    compared
}

/// The entities that read each table, by the table's identity.
fn matched<'a>(found: &'a Found, existing: &'a Existing) -> BTreeMap<&'a str, Vec<(EntityId, &'a Entity)>> {
    let mut matched: BTreeMap<&str, Vec<(EntityId, &Entity)>> = BTreeMap::new();
    for (id, entity) in existing.catalog.iter() {
        let of_family = |table: &&FoundTable| match &table.family {
            Some(Family::Days) => reads_days(entity, &table.name, existing),
            Some(Family::Events(events)) => events.entity.as_ref() == Some(&entity.name),
            None => false,
        };
        if let Some(table) = found.tables.iter().find(of_family).or_else(|| table_of(entity, found)) {
            matched.entry(&table.id).or_default().push((id, entity));
        }
    }
    matched
}

/// The table that an entity reads: by what dbt calls it, by its name as it is written, or by as much
/// of the name as both have.
pub(super) fn table_of<'a>(entity: &Entity, found: &'a Found) -> Option<&'a FoundTable> {
    let all = || found.tables.iter();
    let is_it = |table: &&FoundTable| {
        let node = table.dbt.as_deref().and_then(DbtNode::parse);
        node.zip(entity.dbt.as_ref()).is_some_and(|(node, own)| same_node(&node, own))
    };
    let by_dbt = all().find(is_it);
    let by_query = || {
        let is_query = matches!(entity.source, TableSource::Query { .. });
        all().find(|table| is_query && table.query.is_some() && wanted_name(table) == entity.name)
    };
    let by_name = || named(&tables(entity).collect::<Vec<_>>(), found);
    by_dbt.or_else(by_name).or_else(by_query)
}

/// The table that one of these names means: by the name as it is written, or by as much of it as both have.
pub(super) fn named<'a>(names: &[&[String]], found: &'a Found) -> Option<&'a FoundTable> {
    let fits = |fit: fn(&[String], &FoundTable) -> bool| {
        let mut fitting = found.tables.iter().filter(|table| names.iter().any(|name| fit(name, table)));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    };
    fits(|name, table| table.name == name)
        .or_else(|| fits(|name, table| table.full == name))
        .or_else(|| fits(|name, table| same_end(name, &table.full, |one, other| one == other)))
        .or_else(|| {
            fits(|name, table| same_end(name, &table.full, |one, other| one.eq_ignore_ascii_case(other)))
        })
}

/// Whether two names mean the same node, even if only one of them has the package.
pub(super) fn same_node(one: &DbtNode, other: &DbtNode) -> bool {
    match (one, other) {
        (
            DbtNode::Ref { package, name, version },
            DbtNode::Ref { package: other_package, name: other_name, version: other_version },
        ) => {
            let packages = package.as_ref().zip(other_package.as_ref());
            name == other_name && version == other_version && packages.is_none_or(|(one, other)| one == other)
        }
        (one, other) => one == other,
    }
}

pub(super) fn same_end(one: &[String], other: &[String], same: fn(&str, &str) -> bool) -> bool {
    one.iter().rev().zip(other.iter().rev()).all(|(one, other)| same(one, other))
}

fn wanted_name(table: &FoundTable) -> String {
    let last = table.name.last().map_or("", String::as_str);
    match &table.entity {
        Some(name) => plain(name, "entity"),
        None => singular(&plain(last, "entity")),
    }
}

/// The singular of the table's name; if that is taken, with its schema.
fn entity_name(table: &FoundTable, names: &mut Names) -> String {
    let name = wanted_name(table);
    let around = table.full.iter().rev().nth(1).map(|schema| format!("{}_{name}", plain(schema, "schema")));
    names.free(std::iter::once(name.as_str()).chain(around.as_deref()))
}

/// Plans the fields for the columns of a table.
fn plan_fields(
    planned: &mut Planned<'_>,
    compared: Option<&BTreeSet<String>>,
    settings: &Settings,
    skipped: &mut Vec<Skipped>,
) {
    let table = planned.table;
    if let (Some(Family::Events(_)), []) = (&table.family, planned.existing.as_slice()) {
        planned.name_events();
    }
    let mut new = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let mut readers = planned.existing.iter().flat_map(|(_, entity)| readers(entity, &column.name));
        let Some(first) = readers.next() else {
            let wanted = plain(&column.name, &format!("column_{}", at + 1));
            if planned.left_out.contains(&wanted) {
                let what = format!("{}.{wanted}", planned.name);
                skipped.push(Skipped { what, why: "it is commented out in the catalog".to_owned() });
            } else if table.is_selected {
                new.push((wanted, column));
            }
            continue;
        };
        let whole = std::iter::once(first).chain(readers).find(|field| field.inside.is_none());
        if let Some(field) = whole {
            planned.by_column.insert(&column.name, (field.name.clone(), Some(field.ty.clone())));
        }
    }
    if planned.existing.iter().any(|(_, entity)| matches!(entity.source, TableSource::Query { .. })) {
        let missing = new.drain(..).map(|(_, column)| format!("{}.{}", planned.name, column.name));
        let why = "its entity reads a query: add the column there first".to_owned();
        skipped.extend(missing.map(|what| Skipped { what, why: why.clone() }));
    }
    planned.read(new, compared, settings, skipped);
    if let (Some(Family::Events(events)), []) = (&table.family, planned.existing.as_slice()) {
        planned.list_tables(events);
    }
}

impl<'a> Planned<'a> {
    fn new(
        table: &'a FoundTable,
        entities: Vec<(EntityId, &'a Entity)>,
        name: String,
        existing: &Existing,
    ) -> Self {
        let first = entities.first().map(|(_, entity)| *entity);
        let left_out = first.and_then(|entity| Some(existing.file_of(&entity.name)?.left_out(&entity.name)));
        let links_of = |entity: &Entity| existing.file_of(&entity.name).map(|file| file.links(&entity.name));
        let mut names = Names::default();
        if let Some(entity) = first {
            entity.fields.iter().for_each(|field| names.take(&field.name));
            entity.links.iter().for_each(|link| names.take(&link.name));
            entity.unread.names.iter().for_each(|name| names.take(name));
        }
        Self {
            table,
            known_links: entities.iter().filter_map(|(_, entity)| links_of(entity)).flatten().collect(),
            existing: entities,
            name,
            names,
            fields: Vec::new(),
            unread: Vec::new(),
            by_column: BTreeMap::new(),
            links: Vec::new(),
            left_out: left_out.unwrap_or_default(),
            event_name: None,
            tables: Vec::new(),
            listed: BTreeMap::new(),
        }
    }

    /// Adds fields that read these columns, each with the name that is wanted.
    pub(super) fn read(
        &mut self,
        new: Vec<(String, &'a FoundColumn)>,
        compared: Option<&BTreeSet<String>>,
        settings: &Settings,
        skipped: &mut Vec<Skipped>,
    ) {
        // Columns whose names are plain keep them, whatever the others become.
        let mut order: Vec<usize> = (0..new.len()).collect();
        order.sort_by_key(|&at| new.get(at).is_none_or(|(wanted, column)| *wanted != column.name));
        let mut columns: Vec<(usize, Column)> = Vec::new();
        for at in order {
            let Some((wanted, column)) = new.get(at) else { continue };
            let is_compared = compared.is_some_and(|names| names.contains(&column.name.to_lowercase()));
            columns.push((at, flatten(column, is_compared, wanted, &mut self.names, settings)));
        }
        columns.sort_by_key(|(at, _)| *at);
        for (at, read) in columns {
            let Some((_, column)) = new.get(at) else { continue };
            match read {
                Column::Fields(fields) => {
                    if let [only] = fields.as_slice()
                        && only.path.is_empty()
                    {
                        self.by_column.insert(&column.name, (only.name.clone(), only.ty.clone()));
                    }
                    self.fields.extend(fields);
                }
                Column::Unread { comment, why } => {
                    let what = format!("{}.{}", self.table.name.join("."), column.name);
                    skipped.push(Skipped { what, why });
                    self.unread.push(comment);
                }
            }
        }
    }
}

impl Planned<'_> {
    /// The fields of a key; `None` if one of its columns has no field.
    pub(super) fn fields_of(&self, key: &FoundKey) -> Option<Vec<String>> {
        key.columns
            .iter()
            .map(|column| {
                let known = self.table.column(column)?;
                let (name, ty) = self.by_column.get(known.name.as_str())?;
                (!matches!(ty, Some(Type::Json | Type::Array(_)))).then(|| name.clone())
            })
            .collect()
    }

    /// The fields of the entity's key.
    pub(super) fn key(&self) -> Option<(Vec<String>, bool)> {
        let key = self.table.key()?;
        Some((self.fields_of(key)?, key.is_enforced))
    }

    /// The field of a column that holds a time.
    pub(super) fn time_field(&self, column: Option<&String>) -> Option<String> {
        let known = self.table.column(column?)?;
        let (name, ty) = self.by_column.get(known.name.as_str())?;
        ty.as_ref().is_none_or(Type::is_time).then(|| name.clone())
    }

    /// The field that is a certain mark of deleted rows.
    pub(super) fn deleted(&self) -> Option<&str> {
        self.marks().find(|(_, kind)| *kind == Mark::Certain).map(|(name, _)| name)
    }

    /// The new fields that may mark deleted rows.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&str, Mark)> {
        let whole = self.fields.iter().filter(|field| field.path.is_empty());
        whole.filter_map(|field| Some((field.name.as_str(), mark(&field.column, field.ty.as_ref())?)))
    }

    /// The fields that hold a time.
    pub(super) fn times(&self) -> Vec<&str> {
        let is_time =
            |field: &&NewField| field.ty.as_ref().is_some_and(Type::is_time) && field.path.is_empty();
        self.fields.iter().filter(is_time).map(|field| field.name.as_str()).collect()
    }
}

/// Reports entities whose table is gone.
fn compare_tables(
    found: &Found,
    existing: &Existing,
    matched: &BTreeMap<&str, Vec<(EntityId, &Entity)>>,
    settings: &Settings,
    differences: &mut Diagnostics,
) {
    let is_from_here =
        |entity: &Entity| existing.file_of(&entity.name).is_some_and(|file| file.path == settings.into);
    for entity in &existing.catalog.entities {
        let is_asked = found.is_complete || settings.is_whole && is_from_here(entity);
        if let TableSource::Tables(tables) = &entity.source
            && is_asked
        {
            let is_there = |table: &&EventTable| {
                let is_it =
                    |one: &FoundTable| known_table(entity, one).is_some_and(|it| it.event == table.event);
                found.all().any(is_it)
            };
            for table in tables.iter().filter(|table| !is_there(table)) {
                differences.push(super::problems::TableGone {
                    span: table.span,
                    entity: entity.name.clone(),
                    table: table.name.join("."),
                    origin: found.origin.clone(),
                });
            }
        }
        let is_matched = matched.values().flatten().any(|(_, one)| one.name == entity.name);
        let TableSource::Table(parts) = &entity.source else { continue };
        let written =
            existing.file_of(&entity.name).map(|file| file.tables(&entity.name)).unwrap_or_default();
        let of_days = |name: &Vec<String>| name.last().is_some_and(|last| last.ends_with('*'));
        if !is_matched && is_asked && !written.iter().any(of_days) {
            differences.push(super::problems::TableGone {
                span: entity.span,
                entity: entity.name.clone(),
                table: parts.join("."),
                origin: found.origin.clone(),
            });
        }
    }
}
