//! Flipt's operators (tests/import/flipt), by the rules of its server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

const CASES: &str = include_str!("../../import/flipt/cases.json");

#[test]
fn its_operators_agree() {
    let all: Value = serde_json::from_str(CASES).expect("it is JSON");
    let mut cases = Vec::new();
    for group in all["cases"].as_array().expect("a list") {
        let segment = json!({
            "key": "case", "name": "case", "match_type": group["match_type"], "constraints": group["constraints"],
        });
        for context in group["contexts"].as_array().expect("contexts") {
            let attributes: BTreeMap<String, Value> =
                context[0].as_object().expect("attributes").clone().into_iter().collect();
            cases.push(Case {
                name: format!("{} {}", group["constraints"], context[0]),
                tool: "flipt",
                files: vec![file("features.json", json!({ "segments": [segment] }).to_string())],
                key: "case".to_owned(),
                context: attributes,
                text_values: true,
                as_of: AS_OF,
                expected: context[1].as_bool().expect("a result"),
            });
        }
    }
    assert!(cases.len() > 80, "{}", cases.len());
    Count::of("Flipt", &cases).compare();
}
