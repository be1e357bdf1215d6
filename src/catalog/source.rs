//! Where rows are: `table`, `query`, and differences between targets.

use std::collections::BTreeMap;

use super::lookup::check_name;
use super::model::TableSource;
use super::problems::tables::ShardsWithout;
use super::problems::{BadTable, EmptyText, NoTable, TableAndQuery};
use super::shards::{Owner, read_table};
use super::tables::{EventTable, read_other_tables};
use crate::diagnostic::{Diagnostics, Span};
use crate::yaml::{Fields, Like, Node, NodeKind};

/// The `table` or `query` of a map that is `owner`.
pub(super) fn read_source(
    fields: &mut Fields<'_>,
    owner: Owner<'_>,
    problems: &mut Diagnostics,
) -> Option<TableSource> {
    if fields.get("table").is_none()
        && let Some(span) = fields.key_span("shards")
        && fields.get("shards").is_some()
    {
        problems.push(ShardsWithout { span, owner: owner.name.to_owned(), lacks: "table: events_*" });
    }
    let name = owner.name;
    match (fields.get("table"), fields.get("query")) {
        (Some(table), Some(query)) => {
            let (span, table) = (query.span, table.span);
            problems.push(TableAndQuery { span, owner: name.to_owned(), table });
            None
        }
        (Some(table), None) => read_table(fields, table, owner, problems),
        (None, Some(query)) => read_query(query, problems),
        (None, None) => {
            if ["table", "query"].iter().any(|key| fields.has_as_other(key)) {
                return None;
            }
            let problem = NoTable { span: fields.at, owner: name.to_owned() };
            fields.lacks(&["table", "query"], problem, problems);
            None
        }
    }
}

fn read_query(node: &Node, problems: &mut Diagnostics) -> Option<TableSource> {
    let sql = node.text(problems)?;
    if sql.trim().is_empty() {
        problems.push(EmptyText { span: node.span, key: "query" });
        return None;
    }
    Some(TableSource::Query { sql: sql.to_owned(), span: node.span })
}

/// The name of a table. One to three parts: `a.b.c`, or a list of them where a part is unusual.
pub(super) fn read_name(node: &Node, problems: &mut Diagnostics) -> Option<Vec<String>> {
    let (parts, usual): (Vec<&str>, fn(&str) -> bool) = match &node.kind {
        NodeKind::List(items) => {
            (items.iter().map(|item| item.text(problems)).collect::<Option<_>>()?, is_part)
        }
        _ => (node.text(problems)?.split('.').collect(), is_usual_part),
    };
    if (1..=3).contains(&parts.len()) && parts.iter().all(|part| usual(part)) {
        return Some(parts.into_iter().map(str::to_owned).collect());
    }
    problems.push(BadTable { span: node.span, name: parts.join(".") });
    None
}

fn is_part(part: &str) -> bool {
    !part.trim().is_empty() && !part.contains(char::is_control)
}

/// Hyphens are usual in the names of cloud projects.
pub(super) fn is_usual_part(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

/// The `targets` of an entity, which has these `tables` if it has many; the names of targets go to
/// `mentioned`.
pub(super) fn read_targets(
    fields: &mut Fields<'_>,
    entity: &str,
    has_time: bool,
    tables: &[EventTable],
    mentioned: &mut Vec<(String, Span)>,
    problems: &mut Diagnostics,
) -> BTreeMap<String, TableSource> {
    let mut sources = BTreeMap::new();
    for (key, node) in fields.names("targets", Like::Each("{ table: … }"), problems) {
        check_name(key, "a target", problems);
        mentioned.push((key.text.clone(), key.span));
        let owner = format!("`{entity}` on target `{}`", key.text);
        let table = match &node.kind {
            NodeKind::String(table) => table,
            _ => "…",
        };
        let example = format!("{}: {{ table: {table} }}", key.text);
        let Some(mut fields) = Fields::shown(node, owner.clone(), key.span, Some(&example), problems) else {
            continue;
        };
        let source = match tables {
            [] => read_source(&mut fields, Owner { name: &owner, has_time }, problems),
            tables => {
                let other = fields.require("tables", problems);
                other.map(|other| read_other_tables(other, tables, problems))
            }
        };
        fields.finish(problems);
        sources.extend(source.map(|source| (key.text.clone(), source)));
    }
    sources
}
