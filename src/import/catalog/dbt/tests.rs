//! What a project's tests say of its columns.
//!
//! A test is only a hope that rows are so, unless it fails the build: one that warns, that looks at
//! some rows, or that is disabled proves nothing.

use serde_json::Value;

use super::super::model::{Found, FoundColumn, FoundReference, FoundTable};
use super::entries;
use super::json::{list, text, texts};
use super::references::References;

/// A test of a column or a table.
struct Test<'a> {
    name: &'a str,
    kwargs: &'a Value,
    /// The identity of the table.
    of: String,
    column: Option<&'a str>,
    is_strict: bool,
}

/// Applies all tests.
pub(super) fn apply(tree: &Value, names: &References, found: &mut Found) {
    let mut loose = 0usize;
    for (_, node) in entries(tree, "nodes") {
        let Some(test) = read(node, names) else { continue };
        let Some(table) = found.tables.iter_mut().find(|table| table.id == test.of) else { continue };
        if !test.is_strict && test.name != "relationships" {
            loose += 1;
        } else if let Err(why) = add(&test, node, names, table) {
            let what = format!("the test {} of {}", test.name, table.name.join("."));
            if table.is_selected {
                found.skip(what, why);
            }
        }
    }
    if loose > 0 {
        let why = "a test that warns, looks at some rows or is disabled proves nothing";
        found.skip(format!("{loose} {}", if loose == 1 { "test" } else { "tests" }), why);
    }
}

fn read<'a>(node: &'a Value, names: &References) -> Option<Test<'a>> {
    let metadata = node.get("test_metadata").filter(|metadata| metadata.is_object())?;
    let kwargs = metadata.get("kwargs")?;
    let config = node.get("config").unwrap_or(&Value::Null);
    let is_error = text(config, "severity").is_none_or(|severity| severity.eq_ignore_ascii_case("error"));
    let is_strict = is_error
        && config.get("where").is_none_or(Value::is_null)
        && config.get("limit").is_none_or(Value::is_null)
        && config.get("enabled") != Some(&Value::Bool(false))
        && text(config, "error_if").is_none_or(|condition| condition.replace(' ', "") == "!=0");
    let of = match text(node, "attached_node") {
        Some(id) => id.to_owned(),
        None => names.find(text(kwargs, "model")?, text(node, "package_name"))?,
    };
    let column = text(kwargs, "column_name").or_else(|| text(node, "column_name"));
    Some(Test { name: text(metadata, "name")?, kwargs, of, column, is_strict })
}

/// Adds what a test says, or explains why it says nothing here.
fn add(test: &Test<'_>, node: &Value, names: &References, table: &mut FoundTable) -> Result<(), String> {
    // In versions with `arguments`, they are one level deeper.
    let argument = |key: &str| test.kwargs.get(key).or_else(|| test.kwargs.get("arguments")?.get(key));
    let unknown = |name: &str| format!("`{name}` isn't one of its columns");
    let bare = test.column.map(|name| name.trim_matches(['"', '`']));
    match (test.name, bare) {
        ("not_null", Some(name)) => {
            column_mut(table, name).ok_or_else(|| unknown(name))?.nullable = false;
        }
        ("unique", Some(name)) => {
            let name = table.column(name).ok_or_else(|| unknown(name))?.name.clone();
            table.add_key(vec![name], false, false);
        }
        ("accepted_values", Some(name)) => {
            let column = column_mut(table, name).ok_or_else(|| unknown(name))?;
            let values = argument("values").map(texts).unwrap_or_default();
            let all = argument("values").and_then(Value::as_array).map_or(0, Vec::len);
            if values.is_empty() || all != values.len() {
                return Err(format!("`values` of {name} are only declared for text"));
            }
            column.values = Some(values);
        }
        ("relationships", Some(name)) => {
            let column = table.column(name).ok_or_else(|| unknown(name))?.name.clone();
            let written = argument("to").and_then(Value::as_str).ok_or("it has no `to`")?;
            let field = argument("field").and_then(Value::as_str).ok_or("it has no `field`")?;
            let field = field.trim_matches(['"', '`']).to_owned();
            let to = target(test, node, written, names);
            table.references.push(FoundReference { columns: vec![(column, field)], to, name: None });
        }
        ("unique_combination_of_columns", _) => {
            let columns = argument("combination_of_columns").map(texts).unwrap_or_default();
            let known = |name: &String| {
                let bare = name.trim_matches(['"', '`']);
                table.column(bare).map(|column| column.name.clone()).ok_or_else(|| unknown(name))
            };
            let columns: Vec<String> = columns.iter().map(known).collect::<Result<_, _>>()?;
            if !columns.is_empty() {
                table.add_key(columns, false, false);
            }
        }
        _ => {}
    }
    Ok(())
}

/// The table that a relationship leads to: the other one that dbt says the test reads, or else the one
/// that is written.
fn target(test: &Test<'_>, node: &Value, written: &str, names: &References) -> String {
    let depends = node.get("depends_on").map(|on| list(on, "nodes")).unwrap_or_default();
    let mut others = depends.iter().filter_map(Value::as_str).filter(|id| *id != test.of);
    match (others.next(), others.next(), depends.is_empty()) {
        (Some(only), None, _) => only.to_owned(),
        (None, _, false) => test.of.clone(),
        _ => names
            .find(written, text(node, "package_name"))
            .unwrap_or_else(|| super::references::named(written)),
    }
}

pub(super) fn column_mut<'a>(table: &'a mut FoundTable, name: &str) -> Option<&'a mut FoundColumn> {
    let name = table.column(name)?.name.clone();
    table.columns.iter_mut().find(|column| column.name == name)
}
