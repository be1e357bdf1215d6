//! What a project's tests say of its columns.
//!
//! A test is only a hope that rows are so, unless it fails the build: one that warns, that looks at
//! some rows, or that is disabled proves nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::model::{Found, FoundColumn, FoundReference, FoundTable};
use super::entries;
use super::json::{text, texts};

/// A test of a column or a table.
struct Test<'a> {
    name: &'a str,
    kwargs: &'a Value,
    /// The identity of the table.
    of: String,
    column: Option<&'a str>,
    is_strict: bool,
}

/// Applies all tests, and the targets of foreign keys, which are names until now.
pub(super) fn apply(tree: &Value, found: &mut Found) {
    let by_reference: BTreeMap<String, String> =
        found.tables.iter().filter_map(|table| Some((table.reference.clone()?, table.id.clone()))).collect();
    let mut loose = 0usize;
    for (_, node) in entries(tree, "nodes") {
        let Some(test) = read(node, &by_reference) else { continue };
        let Some(at) = found.tables.iter().position(|table| table.id == test.of) else { continue };
        if !test.is_strict && test.name != "relationships" {
            loose += 1;
            continue;
        }
        if let Some(table) = found.tables.get_mut(at) {
            add(&test, table);
        }
    }
    for table in &mut found.tables {
        for reference in &mut table.references {
            if let Some(id) = find(&by_reference, &reference.to) {
                reference.to = id;
            }
        }
    }
    if loose > 0 {
        let why = "a test that warns, looks at some rows or is disabled proves nothing";
        found.skip(format!("{loose} {}", if loose == 1 { "test" } else { "tests" }), why);
    }
}

fn read<'a>(node: &'a Value, by_reference: &BTreeMap<String, String>) -> Option<Test<'a>> {
    let metadata = node.get("test_metadata").filter(|metadata| metadata.is_object())?;
    let kwargs = metadata.get("kwargs")?;
    let config = node.get("config").unwrap_or(&Value::Null);
    let is_error = text(config, "severity").is_none_or(|severity| severity.eq_ignore_ascii_case("error"));
    let is_strict = is_error
        && config.get("where").is_none_or(Value::is_null)
        && config.get("enabled") != Some(&Value::Bool(false))
        && text(config, "error_if").is_none_or(|condition| condition.replace(' ', "") == "!=0");
    let of = match text(node, "attached_node") {
        Some(id) => id.to_owned(),
        None => find(by_reference, &referenced(text(kwargs, "model")?))?,
    };
    let column = text(kwargs, "column_name").or_else(|| text(node, "column_name"));
    Some(Test { name: text(metadata, "name")?, kwargs, of, column, is_strict })
}

fn add(test: &Test<'_>, table: &mut FoundTable) {
    // In versions with `arguments`, they are one level deeper.
    let argument = |key: &str| test.kwargs.get(key).or_else(|| test.kwargs.get("arguments")?.get(key));
    let bare = test.column.map(|name| name.trim_matches(['"', '`']));
    match (test.name, bare) {
        ("not_null", Some(name)) => {
            if let Some(column) = column_mut(table, name) {
                column.nullable = false;
            }
        }
        ("unique", Some(name)) => {
            if let Some(column) = table.column(name) {
                let name = column.name.clone();
                table.add_key(vec![name], false, false);
            }
        }
        ("accepted_values", Some(name)) => {
            let values = argument("values").map(texts).unwrap_or_default();
            let is_complete =
                argument("values").and_then(Value::as_array).is_some_and(|all| all.len() == values.len());
            if let Some(column) = column_mut(table, name).filter(|_| is_complete && !values.is_empty()) {
                column.values = Some(values);
            }
        }
        ("relationships", Some(name)) => {
            let to = argument("to").and_then(Value::as_str).map(referenced);
            let field = argument("field").and_then(Value::as_str);
            if let (Some(to), Some(field), Some(column)) = (to, field, table.column(name)) {
                let field = field.trim_matches(['"', '`']).to_owned();
                let columns = vec![(column.name.clone(), field)];
                table.references.push(FoundReference { columns, to, name: None });
            }
        }
        ("unique_combination_of_columns", _) => {
            let columns = argument("combination_of_columns").map(texts).unwrap_or_default();
            if !columns.is_empty() {
                table.add_key(columns, false, false);
            }
        }
        _ => {}
    }
}

fn column_mut<'a>(table: &'a mut FoundTable, name: &str) -> Option<&'a mut FoundColumn> {
    table.columns.iter_mut().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// The table that `ref('orders')`, `ref('package', 'orders', v=2)` or `source('stripe', 'charge')`
/// means, as an entity's `dbt` does, whatever is around it.
pub(super) fn referenced(call: &str) -> String {
    let arguments = |name: &str| -> Option<Vec<String>> {
        let (_, rest) = call.split_once(&format!("{name}("))?;
        let (inside, _) = rest.split_once(')')?;
        let clean = |one: &str| one.trim().trim_matches(['\'', '"']).to_owned();
        Some(inside.split(',').map(clean).collect())
    };
    if let Some(parts) = arguments("source") {
        return format!("source.{}", parts.join("."));
    }
    let Some(parts) = arguments("ref") else { return call.to_owned() };
    let (mut name, mut version) = (String::new(), String::new());
    for part in parts {
        match part.split_once('=') {
            Some((key, value)) if ["v", "version"].contains(&key.trim()) => {
                version = format!(".v{}", value.trim().trim_matches(['\'', '"']));
            }
            _ => name = part,
        }
    }
    format!("model.{name}{version}")
}

/// `ref` doesn't say whether it means a model, a seed or a snapshot, and without a version it means
/// the latest.
fn find(by_reference: &BTreeMap<String, String>, reference: &str) -> Option<String> {
    if let Some(id) = by_reference.get(reference) {
        return Some(id.clone());
    }
    let name = reference.strip_prefix("model.")?;
    let other = ["seed", "snapshot"].iter().find_map(|kind| by_reference.get(&format!("{kind}.{name}")));
    let versions = || {
        let start = format!("{reference}.v");
        let fitting: Vec<&String> =
            by_reference.iter().filter(|(known, _)| known.starts_with(&start)).map(|(_, id)| id).collect();
        match fitting.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    };
    other.or_else(versions).cloned()
}
