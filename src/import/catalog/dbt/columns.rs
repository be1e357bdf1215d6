//! The columns of a node, and what it declares of them itself.

use serde_json::Value;

use super::super::model::{FoundColumn, FoundKey, FoundReference, FoundTable, Skipped};
use super::json::{text, texts};
use super::nodes::Node;
use super::references::{References, named};
use super::tests::column_mut;
use super::{entries, is_personal};
use crate::engine::{ColumnType, TypeNames};

pub(super) fn table(
    node: &Node<'_>,
    of_catalog: Option<&Value>,
    names: TypeNames,
    is_selected: bool,
    with_database: bool,
    references: &References,
    skipped: &mut Vec<Skipped>,
) -> FoundTable {
    let full = node.full_name();
    let from = if with_database || full.len() < 3 { 0 } else { 1 };
    let mut table = FoundTable {
        id: node.id.to_owned(),
        name: full.get(from..).unwrap_or_default().to_vec(),
        full: full.clone(),
        is_selected,
        description: text(node.json, "description").map(str::to_owned),
        columns: columns(node, of_catalog, names),
        dbt: Some(node.unique_id(references)),
        ..FoundTable::default()
    };
    constraints(node, references, &mut table, skipped);
    let event_time = text(node.config(), "event_time").or_else(|| text(node.json, "event_time"));
    table.time = event_time.map(str::to_owned);
    let loaded = text(node.json, "loaded_at_field").or_else(|| text(node.config(), "loaded_at_field"));
    if let Some(field) = loaded {
        if table.column(field).is_some() {
            table.ingested_at = Some(field.to_owned());
        } else if is_selected {
            let what = format!("loaded_at_field of {}", node.shown());
            skipped.push(Skipped { what, why: format!("`{field}` isn't one of its columns") });
        }
    }
    table
}

/// The columns in the order of the catalog; without one, those that are documented.
fn columns(node: &Node<'_>, of_catalog: Option<&Value>, names: TypeNames) -> Vec<FoundColumn> {
    let documented: Vec<(&str, &Value)> = entries(node.json, "columns")
        .map(|(key, column)| (text(column, "name").unwrap_or(key), column))
        .collect();
    let own = |name: &str| {
        let exact = documented.iter().find(|(known, _)| *known == name);
        exact.or_else(|| documented.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)))
    };
    let described = |name: &str, ty: Option<&str>| {
        let own = own(name).map(|(_, column)| *column);
        let ty = ty.or_else(|| own.and_then(|own| text(own, "data_type")));
        let holds = ty.map(|ty| names.column_type(ty));
        let is_wide = matches!(holds, Some(ColumnType::Integer { bits: 128 }));
        FoundColumn {
            description: own.and_then(|own| text(own, "description")).map(str::to_owned),
            is_personal: own.is_some_and(is_personal),
            note: is_wide.then(|| {
                format!("{}; if values have more than 18 digits: \"decimal(38,0)\"", ty.unwrap_or_default())
            }),
            ..FoundColumn::new(name, ty.unwrap_or_default(), holds)
        }
    };
    let Some(of_catalog) = of_catalog else {
        return documented.iter().map(|(name, _)| described(name, None)).collect();
    };
    let mut columns: Vec<(u64, FoundColumn)> = entries(of_catalog, "columns")
        .map(|(key, column)| {
            let place = column.get("index").and_then(Value::as_u64).unwrap_or(u64::MAX);
            let mut found = described(text(column, "name").unwrap_or(key), text(column, "type"));
            found.description = found.description.or_else(|| text(column, "comment").map(str::to_owned));
            (place, found)
        })
        .collect();
    columns.sort_by_key(|(place, _)| *place);
    let columns: Vec<FoundColumn> = columns.into_iter().map(|(_, column)| column).collect();
    // BigQuery's catalogs have the fields of structs a second time: `address` and `address.city`.
    let is_nested = |column: &FoundColumn| {
        column.name.match_indices('.').any(|(dot, _)| {
            let around = |one: &FoundColumn| {
                column.name.get(..dot) == Some(&one.name)
                    && ["STRUCT", "RECORD", "ARRAY"]
                        .iter()
                        .any(|kind| one.ty.to_uppercase().starts_with(kind))
            };
            columns.iter().any(around)
        })
    };
    columns.iter().filter(|column| !is_nested(column)).cloned().collect()
}

/// Adds the key that dbt has found: by a constraint, or else from tests, of which it puts the columns of all
/// together, so that a part of them may be a key already.
pub(super) fn primary_key(node: &Node<'_>, table: &mut FoundTable) {
    let key = node.json.get("primary_key").map(texts).unwrap_or_default();
    let is_within = |known: &FoundKey| {
        known.is_primary
            || known.columns.len() < key.len() && known.columns.iter().all(|one| key.contains(one))
    };
    if !key.is_empty() && !table.keys.iter().any(is_within) {
        table.add_key(key, true, false);
    }
}

/// Keys, presence and foreign keys that the node declares. Databases that dbt writes to seldom
/// enforce them, but dbt checks `not_null` if there is a contract.
fn constraints(node: &Node<'_>, references: &References, table: &mut FoundTable, skipped: &mut Vec<Skipped>) {
    for (columns, constraint) in node.constraints() {
        match text(constraint, "type") {
            Some("primary_key") if !columns.is_empty() => table.add_key(columns, true, false),
            Some("unique") if !columns.is_empty() => table.add_key(columns, false, false),
            Some("not_null") if node.has_contract() => {
                for name in &columns {
                    if let Some(column) = column_mut(table, name) {
                        column.nullable = false;
                    }
                }
            }
            Some("foreign_key") => {
                let theirs = constraint.get("to_columns").map(texts).unwrap_or_default();
                match text(constraint, "to") {
                    Some(to) if theirs.len() == columns.len() && !theirs.is_empty() => {
                        let columns = columns.into_iter().zip(theirs).collect();
                        let to = references.find(to, Some(node.package())).unwrap_or_else(|| named(to));
                        table.references.push(FoundReference { columns, to, name: None });
                    }
                    _ => skipped.push(Skipped {
                        what: format!("a foreign key of {}", node.shown()),
                        why: "it is an expression, not `to` and `to_columns`".to_owned(),
                    }),
                }
            }
            _ => {}
        }
    }
}
