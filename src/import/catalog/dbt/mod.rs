//! A dbt project, from the `manifest.json` that dbt writes, and the `catalog.json` with the columns
//! and types of its tables.

mod columns;
mod json;
mod nodes;
mod references;
mod semantic;
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::json::{is_set, map, text};
use self::nodes::{Node, nodes};
use self::references::References;
use super::document::Document;
use super::model::{Found, Skipped};
use super::problems::{NothingChosen, OtherDocument, UnknownDatabase};
use crate::diagnostic::{Diagnostics, Sources};
use crate::engine::TypeNames;

/// The most models that are imported unless some are selected.
const MOST: usize = 100;

/// Reads a dbt project. `select` chooses by `tag:`, `path:`, `source:`, `package:` or the name.
///
/// # Errors
///
/// A document is broken or something else, its database is unknown, or nothing fits.
pub fn read_dbt(
    manifest: &Document,
    catalog: Option<&Document>,
    from: Option<&str>,
    select: &[String],
) -> Result<Found, (Sources, Diagnostics)> {
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
    let tree: Option<Value> = manifest.json(&mut sources, &mut problems);
    let columns: Option<Value> = catalog.and_then(|document| document.json(&mut sources, &mut problems));
    if let Some(tree) = tree.filter(|_| problems.is_empty()) {
        let read = read(manifest, &tree, (catalog, columns.as_ref()), from, select, &mut problems);
        if let Some(found) = read.filter(|_| problems.is_empty()) {
            return Ok(found);
        }
    }
    Err((sources, problems))
}

fn read(
    manifest: &Document,
    tree: &Value,
    (catalog, columns): (Option<&Document>, Option<&Value>),
    from: Option<&str>,
    select: &[String],
    problems: &mut Diagnostics,
) -> Option<Found> {
    let is_of = |tree: &Value, kind: &str| {
        let schema = tree.pointer("/metadata/dbt_schema_version").and_then(Value::as_str);
        schema.is_some_and(|schema| schema.contains(kind)) && tree.get("nodes").is_some_and(Value::is_object)
    };
    if !is_of(tree, "/manifest/") {
        problems.push(OtherDocument {
            span: None,
            path: manifest.path.clone(),
            expected: "a manifest of dbt".to_owned(),
            help: Some("`dbt parse` writes target/manifest.json".to_owned()),
        });
    }
    if let (Some(document), Some(columns)) = (catalog, columns)
        && !is_of(columns, "/catalog/")
    {
        problems.push(OtherDocument {
            span: None,
            path: document.path.clone(),
            expected: "a catalog of dbt".to_owned(),
            help: Some("`dbt docs generate` writes target/catalog.json".to_owned()),
        });
    }
    let adapter = from.or_else(|| tree.pointer("/metadata/adapter_type").and_then(Value::as_str));
    let types = adapter.and_then(TypeNames::of);
    if types.is_none() {
        problems.push(UnknownDatabase {
            span: None,
            path: manifest.path.clone(),
            found: adapter.map(str::to_owned),
            known: TypeNames::known(),
        });
    }
    let types = types.filter(|_| problems.is_empty())?;
    let mut found = Found { origin: manifest.path.clone(), ..Found::default() };
    let nodes = nodes(tree, &mut found.skipped);
    let chosen = choose(&nodes, select, manifest, problems)?;
    let databases: BTreeSet<&str> = nodes.iter().filter_map(|node| text(node.json, "database")).collect();
    let names = References::of(&nodes);
    for node in &nodes {
        let is_selected = chosen.contains(node.id);
        let of_catalog = columns.and_then(|columns| columns.get(node.section())?.get(node.id));
        let with_database = databases.len() > 1;
        let table =
            columns::table(node, of_catalog, types, is_selected, with_database, &names, &mut found.skipped);
        found.tables.push(table);
    }
    tests::apply(tree, &names, &mut found);
    for (node, table) in nodes.iter().zip(&mut found.tables) {
        columns::primary_key(node, table);
        table.owner = node.owner(tree);
    }
    semantic::apply(tree, &names, &mut found);
    if columns.is_none() {
        found.skip("the types of columns", "`dbt docs generate` writes them to target/catalog.json");
    }
    count_same(&mut found.skipped);
    Some(found)
}

/// The identities of the nodes that are imported.
fn choose<'a>(
    nodes: &[Node<'a>],
    select: &[String],
    manifest: &Document,
    problems: &mut Diagnostics,
) -> Option<BTreeSet<&'a str>> {
    let mut refuse = |asked: String| {
        problems.push(NothingChosen {
            span: None,
            origin: manifest.path.clone(),
            asked,
            known: nodes.iter().map(Node::shown).collect(),
        });
        None
    };
    if select.is_empty() {
        let is_usual = |node: &&Node<'_>| matches!(node.kind, "model" | "seed");
        let mut chosen: BTreeSet<&str> = nodes.iter().filter(is_usual).map(|node| node.id).collect();
        if chosen.is_empty() {
            chosen = nodes.iter().map(|node| node.id).collect();
        }
        return match chosen.len() {
            0 => refuse(String::new()),
            1..=MOST => Some(chosen),
            many => refuse(format!("an import without `--select`: {many} models are too many at once")),
        };
    }
    let mut chosen = BTreeSet::new();
    for pattern in select {
        let fitting: Vec<&str> = nodes.iter().filter(|node| node.fits(pattern)).map(|node| node.id).collect();
        if fitting.is_empty() {
            return refuse(format!("`{pattern}`"));
        }
        chosen.extend(fitting);
    }
    Some(chosen)
}

/// Things that were skipped for the same reason, counted.
fn count_same(skipped: &mut Vec<Skipped>) {
    let mut counts: BTreeMap<Skipped, usize> = BTreeMap::new();
    for one in skipped.drain(..) {
        *counts.entry(one).or_default() += 1;
    }
    skipped.extend(counts.into_iter().map(|(one, count)| match count {
        1 => one,
        count => Skipped { what: format!("{count} × {}", one.what), why: one.why },
    }));
}

/// Whether something says that it holds personal data: `meta: { contains_pii: true }` or a tag `pii`.
fn is_personal(column: &Value) -> bool {
    let of = |tree: &Value| {
        let meta =
            ["contains_pii", "pii"].iter().any(|key| tree.get("meta").is_some_and(|meta| is_set(meta, key)));
        let tags = tree.get("tags").map(json::texts).unwrap_or_default();
        meta || tags.iter().any(|tag| tag.eq_ignore_ascii_case("pii"))
    };
    of(column) || column.get("config").is_some_and(of)
}

/// The entries of a map below a key.
fn entries<'a>(tree: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    tree.get(key).and_then(map).into_iter().flatten()
}

/// What a `ref(…)` or `source(…)`, alone or in braces, means: its name in an entity's `dbt`, and the
/// table's own name.
pub(super) fn reference(text: &str) -> Option<(String, String)> {
    let call = text.trim();
    let call = call.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map_or(call, str::trim);
    let is_call = ["ref(", "source("].iter().any(|name| call.starts_with(name)) && call.ends_with(')');
    if !is_call || call.matches('(').count() != 1 {
        return None;
    }
    let name = references::named(call);
    let table = name.rsplit('.').find(|part| !is_version(part))?.to_owned();
    Some((name.clone(), table))
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
}
