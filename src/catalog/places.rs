//! Where an entity's rows are: in one table, in a query, or in a table for each event.

use std::collections::BTreeMap;

use super::model::{ReadOptions, TableSource};
use super::problems::tables::BesideTables;
use super::shards::Owner;
use super::source::{read_source, read_targets};
use super::tables::{Around, Found, HowRowsChange, read_tables};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::Unit;
use crate::yaml::Fields;

/// The places of an entity's rows.
pub(super) struct Places {
    pub(super) source: Option<TableSource>,
    pub(super) target_sources: BTreeMap<String, TableSource>,
    /// What is said of the tables, if there are many.
    pub(super) tables: Option<Found>,
}

/// Reads `table`, `query` or `tables`, and the `targets`.
pub(super) fn read_places(
    map: &mut Fields<'_>,
    owner: &str,
    around: &Around<'_>,
    targets: &mut Vec<(String, Span)>,
    problems: &mut Diagnostics,
) -> Places {
    let span = map.key_span("tables").unwrap_or(map.at);
    let Some(node) = map.get("tables") else {
        let has_time = map.get("time").is_some();
        let source = read_source(map, Owner { name: owner, has_time }, problems);
        let target_sources = read_targets(map, around.lookup.entity, has_time, &[], targets, problems);
        return Places { source, target_sources, tables: None };
    };
    for key in ["table", "query", "shards"] {
        if map.get(key).is_some() {
            let (entity, span) = (around.lookup.entity.to_owned(), map.key_span(key).unwrap_or(map.at));
            problems.push(BesideTables { span, key, entity, tables: node.span });
        }
    }
    let tables = read_tables(node, span, around, problems);
    let known = tables.as_ref().map_or(&[][..], |found| &found.tables);
    let target_sources = read_targets(map, around.lookup.entity, true, known, targets, problems);
    let source = (!known.is_empty()).then(|| TableSource::Tables(known.into()));
    Places { source, target_sources, tables }
}

impl Places {
    /// How rows change, wherever they are.
    pub(super) fn changes(&self, entity: HowRowsChange, problems: &mut Diagnostics) -> HowRowsChange {
        match &self.tables {
            Some(found) => found.changes(entity, problems),
            None => entity,
        }
    }

    /// How late rows may be, wherever they are.
    pub(super) fn settle(&self, entity: Option<(i64, Unit)>) -> Option<(i64, Unit)> {
        self.tables.as_ref().map_or(entity, |found| found.settle(entity))
    }

    /// Reports what can't be said of many tables at once.
    pub(super) fn judge(
        &self,
        map: &Fields<'_>,
        entity: &str,
        (has_node, read): (bool, Option<&ReadOptions>),
        problems: &mut Diagnostics,
    ) {
        if self.tables.is_none() {
            return;
        }
        let tables = map.key_span("tables").unwrap_or(map.at);
        let beside = |span, key| BesideTables { span, key, entity: entity.to_owned(), tables };
        if has_node {
            problems.push(beside(map.key_span("dbt").unwrap_or(map.at), "dbt"));
        }
        if let Some((_, span)) = read.and_then(|read| read.files.first()) {
            problems.push(beside(*span, "read: { files: … }"));
        }
    }
}
