//! The segments of Litestar Flags' documentation (tests/import/litestar_flags), and its operators.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

/// Each operator with values, contexts and what the library's evaluator says.
const CASES: &str = include_str!("../../import/litestar_flags/cases.json");

fn cases() -> Vec<Case> {
    let all: Value = serde_json::from_str(CASES).expect("it is JSON");
    let mut cases = Vec::new();
    for group in all["cases"].as_array().expect("a list") {
        let rows = match &group["segments"] {
            Value::Null => json!([{ "name": "case", "conditions": group["conditions"] }]),
            segments => segments.clone(),
        };
        for context in group["contexts"].as_array().expect("a list") {
            let attributes: BTreeMap<String, Value> = context[0]
                .as_object()
                .expect("attributes")
                .iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            cases.push(Case {
                name: format!("{} {}", group["name"], context[0]),
                tool: "litestar-flags",
                files: vec![file("segments.json", rows.to_string())],
                key: "case".to_owned(),
                context: attributes,
                text_values: false,
                as_of: AS_OF,
                expected: context[1].as_bool().expect("a result"),
            });
        }
    }
    cases
}

#[test]
fn its_operators_agree() {
    let cases = cases();
    assert!(cases.len() > 60);
    Count::of("Litestar Flags", &cases).compare();
}
