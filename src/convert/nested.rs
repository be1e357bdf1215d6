//! Documents and structs that are composed of the values of fields inside them.

use serde_json::{Map, Value};

use crate::catalog::Step;

/// Puts a value where the steps lead. What is no object or array on the way there stays as it is: then the
/// value isn't read back, which is noticed.
pub(crate) fn set(root: &mut Value, steps: &[Step], value: Value) {
    let mut place = root;
    for step in steps {
        let next = match step {
            Step::Key(key) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                place.as_object_mut().map(|entries| entries.entry(key.clone()).or_insert(Value::Null))
            }
            Step::Entry { field, key } => {
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                place.as_array_mut().and_then(|entries| entry_of(entries, field, key))
            }
        };
        match next {
            Some(next) => place = next,
            None => return,
        }
    }
    *place = value;
}

/// The first entry of a key, which is added if there is none.
fn entry_of<'v>(entries: &'v mut Vec<Value>, field: &str, key: &str) -> Option<&'v mut Value> {
    let known = entries.iter().position(|entry| is_entry(entry, field, key));
    let at = known.unwrap_or(entries.len());
    if known.is_none() {
        entries.push(Value::Object(Map::from_iter([(field.to_owned(), key.into())])));
    }
    entries.get_mut(at)
}

/// Whether an element of an array is an object whose field holds this text.
pub(crate) fn is_entry(entry: &Value, field: &str, key: &str) -> bool {
    entry.as_object().and_then(|entry| entry.get(field)?.as_str()) == Some(key)
}

/// Gives each struct all of its members, whatever is missing, as engines demand it. It recurses once per
/// step, and paths are short.
pub(crate) fn complete(value: &mut Value, paths: &[&[Step]]) {
    let mut below: Vec<(&str, Vec<&[Step]>)> = Vec::new();
    let mut entries: Vec<&[Step]> = Vec::new();
    let mut fields: Vec<Step> = Vec::new();
    for (step, rest) in paths.iter().filter_map(|path| path.split_first()) {
        match step {
            Step::Key(key) => match below.iter_mut().find(|(name, _)| *name == key) {
                Some((_, paths)) => paths.push(rest),
                None => below.push((key, vec![rest])),
            },
            Step::Entry { field, .. } => {
                entries.push(rest);
                fields.push(Step::Key(field.clone()));
            }
        }
    }
    match value {
        Value::Object(members) => {
            for (name, paths) in below {
                complete(members.entry(name).or_insert(Value::Null), &paths);
            }
        }
        Value::Array(items) => {
            entries.extend(fields.iter().map(std::slice::from_ref));
            items.iter_mut().for_each(|item| complete(item, &entries));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_composed_and_completed() {
        let key = |key: &str| Step::Key(key.to_owned());
        let entry = |name: &str| Step::Entry { field: "key".to_owned(), key: name.to_owned() };
        let (page, id) = ([entry("page"), key("value"), key("s")], [entry("id"), key("value"), key("i")]);
        let mut root = Value::Null;
        set(&mut root, &page, "home".into());
        set(&mut root, &id, 3.into());
        complete(&mut root, &[&page, &id]);
        let expected = serde_json::json!([
            { "key": "page", "value": { "s": "home", "i": null } },
            { "key": "id", "value": { "i": 3, "s": null } },
        ]);
        assert_eq!(root, expected);
    }
}
