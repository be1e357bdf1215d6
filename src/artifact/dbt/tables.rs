//! How models refer to the tables that they read.

use std::collections::{BTreeMap, BTreeSet};

use super::model::jinja_text;
use crate::catalog::{Catalog, Changes, DbtNode, Entity, TableSource, of_all_days};
use crate::plan::Plan;

/// The tables that models read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// How each is written in a model, by the parts of its name.
    pub references: BTreeMap<Vec<String>, String>,
    /// Those that the package itself declares as sources, since the catalog names no node of dbt for
    /// them, by the name of the source.
    pub sources: BTreeMap<String, Source>,
    /// The entities whose rows come from a query, which names its tables itself.
    pub queries: BTreeSet<String>,
}

/// A source that the package declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The database and the schema of its tables, where their names have one.
    pub place: Vec<String>,
    /// Its tables by their names in dbt, each with its description and the column that says when a row was loaded.
    pub tables: BTreeMap<String, SourceTable>,
}

/// A table of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTable {
    /// What the database calls it.
    pub identifier: String,
    /// What the catalog says of the entity.
    pub description: Option<String>,
    /// The column that tells how fresh the table is.
    pub loaded_at: Option<String>,
}

/// A reference to a model.
#[must_use]
pub fn reference(package: Option<&str>, name: &str, version: Option<&str>) -> String {
    let package = package.map_or_else(String::new, |package| format!("{}, ", jinja_text(package)));
    let version = version.map_or_else(String::new, |version| match version.parse::<u32>() {
        Ok(number) => format!(", v={number}"),
        Err(_) => format!(", v={}", jinja_text(version)),
    });
    format!("{{{{ ref({package}{}{version}) }}}}", jinja_text(name))
}

/// Whether a segment of a plan reads a table.
fn is_read(plan: &Plan, table: &[String]) -> bool {
    plan.segments.iter().flat_map(|segment| &segment.reads).any(|read| read.table == table)
}

fn source(source: &str, table: &str) -> String {
    format!("{{{{ source({}, {}) }}}}", jinja_text(source), jinja_text(table))
}

impl Tables {
    /// The tables that the segments of a plan read: those of entities, and of segments.
    #[must_use]
    pub fn of(plan: &Plan, catalog: &Catalog) -> Self {
        let mut tables = Self::default();
        let read: BTreeSet<&str> = plan
            .segments
            .iter()
            .flat_map(|segment| &segment.reads)
            .map(|read| read.entity.as_str())
            .collect();
        for (_, entity) in catalog.iter().filter(|(_, entity)| read.contains(entity.name.as_str())) {
            match entity.source_on(&plan.target) {
                TableSource::Table(parts) => tables.add(parts, entity),
                TableSource::Shards(shards) => tables.add(&shards.name, entity),
                TableSource::Tables(all) => {
                    for table in all.iter().filter(|table| is_read(plan, &table.name)) {
                        let of_event = Entity { dbt: table.dbt.clone(), ..entity.of_event(table) };
                        tables.add(&table.name, &of_event);
                    }
                }
                TableSource::Query { .. } => drop(tables.queries.insert(entity.name.clone())),
            }
        }
        for segment in &plan.segments {
            tables.references.insert(segment.table.clone(), reference(None, &segment.name, None));
            if let Some(list) = &segment.list {
                let name = list.table.last().map_or("", String::as_str);
                tables.references.insert(list.table.clone(), reference(None, name, None));
            }
        }
        tables
    }

    fn add(&mut self, parts: &[String], entity: &Entity) {
        if self.references.contains_key(parts) {
            return;
        }
        let text = match &entity.dbt {
            Some(DbtNode::Ref { package, name, version }) => {
                reference(package.as_deref(), name, version.as_deref())
            }
            Some(DbtNode::Source { source: of, table }) => source(of, table),
            None => self.declare(parts, entity),
        };
        self.references.insert(parts.to_vec(), text);
    }

    /// Adds a table to a source of the package, named after its schema.
    fn declare(&mut self, parts: &[String], entity: &Entity) -> String {
        let Some((table, place)) = parts.split_last() else { return String::new() };
        let name = match place {
            [] => "tables".to_owned(),
            _ => place.join("_").replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        };
        let declared = self.sources.entry(name.clone()).or_default();
        declared.place = place.to_vec();
        // dbt has no names with a star.
        let mut named = of_all_days(table).to_owned();
        while declared.tables.get(&named).is_some_and(|known| known.identifier != *table) {
            named.push('_');
        }
        let of_table = declared.tables.entry(named.clone()).or_default();
        of_table.identifier.clone_from(table);
        of_table.description.clone_from(&entity.description);
        of_table.loaded_at = loaded_at(entity);
        source(&name, &named)
    }
}

/// The column that the loader sets, if there is one.
fn loaded_at(entity: &Entity) -> Option<String> {
    let field = match entity.changes {
        Changes::AppendOnly { ingested_at, .. } => ingested_at.or(entity.time),
        Changes::Mutable { ingested_at, updated_at, .. } => ingested_at.or(updated_at),
        Changes::Static | Changes::Unknown => None,
    };
    field.map(|id| entity.field(id).column.clone())
}
