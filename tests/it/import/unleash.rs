//! Unleash's own specification (tests/import/unleash).
//!
//! It evaluates toggles. The constraints of a strategy and of its segments become a segment, whose members
//! are those that the toggle is enabled for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

const FILES: [&str; 4] = [
    include_str!("../../import/unleash/09-strategy-constraints.json"),
    include_str!("../../import/unleash/11-strategy-constraints-edge-cases.json"),
    include_str!("../../import/unleash/13-constraint-operators.json"),
    include_str!("../../import/unleash/15-global-constraints.json"),
];

/// The attributes of a context. Its properties are attributes like the standard ones.
fn attributes(context: &Value) -> (BTreeMap<String, Value>, Timestamp) {
    let mut found = BTreeMap::new();
    let mut as_of = AS_OF;
    for (name, value) in context.as_object().expect("a context") {
        match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => found.extend(properties.clone()),
            ("currentTime", Value::String(time)) => as_of = time.parse().expect("an instant"),
            (name, value) => drop(found.insert(name.to_owned(), value.clone())),
        }
    }
    (found, as_of)
}

/// The constraints of a toggle's only strategy; `None` if it has something else that decides.
fn constraints(state: &Value, toggle: &str) -> Option<Vec<Value>> {
    let features = state["features"].as_array().expect("features");
    let feature = features.iter().find(|feature| feature["name"] == toggle).expect("the toggle");
    let [strategy] = feature["strategies"].as_array().expect("strategies").as_slice() else { return None };
    let users = strategy["parameters"]["userIds"].as_str();
    let users = users.map(|ids| json!({ "contextName": "userId", "operator": "IN", "values": ids.split(',').collect::<Vec<_>>() }));
    let own = strategy["constraints"].as_array().into_iter().flatten().cloned().chain(users);
    let mut all: Vec<Value> = own.collect();
    for id in strategy["segments"].as_array().into_iter().flatten() {
        let segment = state["segments"].as_array()?.iter().find(|segment| segment["id"] == *id)?;
        all.extend(segment["constraints"].as_array().into_iter().flatten().cloned());
    }
    Some(all)
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for text in FILES {
        let suite: Value = serde_json::from_str(text).expect("it is JSON");
        for test in suite["tests"].as_array().expect("tests") {
            let toggle = test["toggleName"].as_str().expect("a toggle");
            let Some(constraints) = constraints(&suite["state"], toggle) else { continue };
            let (context, as_of) = attributes(&test["context"]);
            let segments = json!({ "segments": [{ "id": 1, "name": "case", "constraints": constraints }] });
            cases.push(Case {
                name: format!("{}: {}", suite["name"], test["description"]),
                tool: "unleash",
                files: vec![file("state.json", segments.to_string())],
                key: "1".to_owned(),
                context,
                text_values: true,
                as_of,
                expected: test["expectedResult"].as_bool().expect("a result"),
            });
        }
    }
    cases
}

#[test]
fn its_own_specification_agrees() {
    let cases = cases();
    assert!(cases.len() > 60, "{}", cases.len());
    Count::of("Unleash", &cases).compare();
}
