//! The page of an entity, and the list of all.

use askama::Template;

use super::facts::{EntityFacts, Facts, Link};
use super::html;
use super::overview::{Row, Table};
use super::shell::Shell;
use crate::catalog::{Changes, Deletes, Entity, FieldId, TableSource};
use crate::diagnostic::visible;
use crate::types::Unit;

#[derive(Template)]
#[template(path = "entity.html")]
pub(super) struct Page {
    shell: Shell,
    link: Link,
    description: Option<String>,
    properties: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    links: Vec<LinkRow>,
    table: Table,
    others: Vec<Link>,
    rows_counted: Option<String>,
}

struct Field {
    name: String,
    id: String,
    label: Option<String>,
    ty: String,
    description: Option<String>,
    column: Option<String>,
    values: Vec<String>,
    roles: String,
    range: Option<String>,
    is_key: bool,
    is_personal: bool,
    nullable: bool,
    readers: Vec<Link>,
    readers_count: String,
}

struct LinkRow {
    name: String,
    to: Link,
    many: bool,
    on: String,
    description: Option<String>,
}

/// The list of all entities.
#[derive(Template)]
#[template(path = "entities.html")]
pub(super) struct List {
    shell: Shell,
    entities: Vec<Listed>,
}

struct Listed {
    link: Link,
    description: Option<String>,
    table: String,
    changes: String,
    fields: usize,
    personal: usize,
    segments: usize,
    readers: usize,
}

impl List {
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let listed = |one: &EntityFacts<'_>| Listed {
            link: facts.entity_link(&one.entity.name),
            description: one.entity.description.as_deref().map(visible),
            table: table(&one.entity.source),
            changes: changes(one.entity),
            fields: one.entity.fields.len(),
            personal: one.entity.fields.iter().filter(|field| field.pii).count(),
            segments: one.segments.len(),
            readers: one.readers.len(),
        };
        Self {
            shell: facts.shell("Entities", "entities", false),
            entities: facts.entities.iter().map(listed).collect(),
        }
    }
}

impl Page {
    pub(super) fn of(facts: &Facts<'_>, one: &EntityFacts<'_>) -> Self {
        let entity = one.entity;
        let link = facts.entity_link(&entity.name);
        let segment = |&at: &usize| facts.segments.get(at);
        let links = entity.links.iter().filter(|link| !link.to_list).map(|link| {
            let to = facts.request.session.hir().catalog.entity(link.to);
            let pairs = link.on.iter().map(|&(own, other)| {
                let (own, other) = (&entity.field(own).name, &to.field(other).name);
                if own == other { visible(own) } else { visible(&format!("{own} = {}.{other}", to.name)) }
            });
            LinkRow {
                name: visible(&link.name),
                to: facts.entity_link(&to.name),
                many: link.many,
                on: pairs.collect::<Vec<_>>().join(", "),
                description: link.description.as_deref().or(link.label.as_deref()).map(visible),
            }
        });
        let counted =
            one.segments.iter().filter_map(segment).find_map(|one| facts.attrition(&one.entry.name));
        let is_other = |at: &&usize| one.segments.binary_search(at).is_err();
        Self {
            shell: facts.shell(&link.title, "entities", true),
            description: entity.description.as_deref().map(visible),
            properties: properties(facts, entity),
            fields: fields(facts, one),
            links: links.collect(),
            table: Table::of(
                facts,
                one.segments.iter().filter_map(segment).map(|one| Row::of(facts, one)).collect(),
                false,
            ),
            others: one
                .readers
                .iter()
                .filter(is_other)
                .filter_map(segment)
                .map(|one| facts.link(&one.entry.name))
                .collect(),
            rows_counted: counted.map(|counted| html::number(counted.everyone)),
            link,
        }
    }
}

fn fields(facts: &Facts<'_>, one: &EntityFacts<'_>) -> Vec<Field> {
    let entity = one.entity;
    let field = |(id, field): (u32, &crate::catalog::Field)| {
        let readers = one.fields.get(&field.name).map(Vec::as_slice).unwrap_or_default();
        let readers: Vec<Link> = readers
            .iter()
            .filter_map(|&at| facts.segments.get(at))
            .map(|one| facts.link(&one.entry.name))
            .collect();
        let range = match (&field.min, &field.max) {
            (None, None) => None,
            (Some(min), None) => Some(format!("at least {}", min.normalized())),
            (None, Some(max)) => Some(format!("at most {}", max.normalized())),
            (Some(min), Some(max)) => Some(format!("from {} to {}", min.normalized(), max.normalized())),
        };
        Field {
            name: visible(&field.name),
            id: html::url(&field.name),
            label: field.label.as_deref().map(visible),
            ty: field.ty.to_string(),
            description: field.description.as_deref().map(visible),
            column: Some(visible(&field.column)).filter(|_| field.column != field.name),
            values: field
                .values
                .iter()
                .flat_map(|values| values.iter())
                .map(|value| visible(value))
                .collect(),
            roles: visible(&field.roles.join(", ")),
            range,
            is_key: entity.key.contains(&FieldId(id)),
            is_personal: field.pii,
            nullable: field.nullable,
            readers_count: html::plural(readers.len(), "segment"),
            readers,
        }
    };
    (0..).zip(&entity.fields).map(field).collect()
}

fn properties(facts: &Facts<'_>, entity: &Entity) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut add = |name, value: String| {
        if !value.is_empty() {
            found.push((name, visible(&value)));
        }
    };
    let name = |id: FieldId| entity.field(id).name.clone();
    add("Table", table(&entity.source));
    for target in facts.request.targets {
        if let Some(source) = entity.target_sources.get(target) {
            add("Table elsewhere", format!("{} on {target}", table(source)));
        }
    }
    add("Key", entity.key.iter().map(|&id| name(id)).collect::<Vec<_>>().join(", "));
    add("Time", entity.time.map(name).unwrap_or_default());
    add("Event name", entity.event_name.map(name).unwrap_or_default());
    add("Changes", changes(entity));
    let deletes = match (&entity.deletes, entity.mark()) {
        (Deletes::Never, _) => "never",
        (Deletes::Soft, Some(mark)) => {
            add("Marks deleted rows", name(mark.field()));
            "marked"
        }
        (Deletes::Soft, None) => "marked",
        (Deletes::Hard, _) => "vanish",
    };
    add("Deleted rows", deletes.to_owned());
    add("Visible within", entity.settle.map(duration).unwrap_or_default());
    add("Rebuilt every", entity.rebuild_every.map(duration).unwrap_or_default());
    found
}

fn duration((count, unit): (i64, Unit)) -> String {
    crate::check::words::duration(count, unit)
}

/// How its rows change, as in the catalog.
fn changes(entity: &Entity) -> String {
    let name = |id: &FieldId| entity.field(*id).name.clone();
    match &entity.changes {
        Changes::AppendOnly { lateness, .. } => {
            let late = lateness.map(|late| format!(", up to {} late", duration(late)));
            format!("append only{}", late.unwrap_or_default())
        }
        Changes::Mutable { updated_at, .. } => {
            let by = updated_at.as_ref().map(|field| format!(", shown by {}", name(field)));
            format!("mutable{}", by.unwrap_or_default())
        }
        Changes::Static => "static".to_owned(),
        Changes::Unknown => "unknown".to_owned(),
    }
}

fn table(source: &TableSource) -> String {
    match source {
        TableSource::Table(name) => visible(&name.join(".")),
        TableSource::Shards(shards) => format!("{}, a table for each day", visible(&shards.name.join("."))),
        TableSource::Tables(tables) => {
            let names = tables.iter().map(|table| visible(&table.name.join(".")));
            names.collect::<Vec<_>>().join(", ")
        }
        TableSource::Query { .. } => "a query".to_owned(),
    }
}
