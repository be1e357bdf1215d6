//! The semantic models of a manifest, which are those of MetricFlow.

use serde_json::Value;

use super::super::model::Found;
use super::super::semantic_model::{Dimension, Entity, EntityKind, SemanticModel, link};
use super::entries;
use super::json::{list, text};
use super::references::References;

/// Adds keys, links and times from semantic models to the tables that they describe.
pub(super) fn apply(tree: &Value, names: &References, found: &mut Found) {
    let mut models = Vec::new();
    for (_, node) in entries(tree, "semantic_models") {
        let depends = node.pointer("/depends_on/nodes").and_then(Value::as_array);
        let first = depends.and_then(|all| all.first()).and_then(Value::as_str).map(str::to_owned);
        let named = || names.find(text(node, "model")?, text(node, "package_name"));
        let id = first.or_else(named);
        if let Some(table) = found.tables.iter().find(|table| Some(&table.id) == id.as_ref()) {
            models.push((table.id.clone(), read(node)));
        }
    }
    link(&models, found);
}

fn read(node: &Value) -> SemanticModel {
    let column = |one: &Value| text(one, "expr").or_else(|| text(one, "name")).unwrap_or_default().to_owned();
    let name = |one: &Value| text(one, "name").unwrap_or_default().to_owned();
    let time = node.pointer("/defaults/agg_time_dimension").and_then(Value::as_str);
    SemanticModel {
        entities: list(node, "entities")
            .iter()
            .filter_map(|one| {
                let kind = EntityKind::of(text(one, "type")?)?;
                Some(Entity { name: name(one), kind, column: column(one) })
            })
            .collect(),
        dimensions: list(node, "dimensions")
            .iter()
            .map(|one| Dimension {
                name: name(one),
                is_time: text(one, "type") == Some("time"),
                column: column(one),
            })
            .collect(),
        time: time.map(str::to_owned),
    }
}
