//! Values in JSON that may be absent, `null` or of another kind.

use serde_json::{Map, Value};

/// A text below a key, if it isn't blank.
pub(super) fn text<'a>(tree: &'a Value, key: &str) -> Option<&'a str> {
    tree.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

pub(super) fn map(tree: &Value) -> Option<&Map<String, Value>> {
    tree.as_object()
}

/// The items of a list below a key.
pub(super) fn list<'a>(tree: &'a Value, key: &str) -> &'a [Value] {
    tree.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The texts of a list, or a single text.
pub(super) fn texts(tree: &Value) -> Vec<String> {
    match tree {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Whether a key holds `true`, also as text.
pub(super) fn is_set(tree: &Value, key: &str) -> bool {
    match tree.get(key) {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}
