//! GrowthBook's own cases (tests/import/growthbook).

use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

const CASES: &str = include_str!("../../import/growthbook/cases.json");

fn cases() -> Vec<Case> {
    let all: Value = serde_json::from_str(CASES).expect("it is JSON");
    let all = all["evalCondition"].as_array().expect("a list").iter();
    all.map(|case| {
        let mut groups = vec![json!({ "id": "case", "type": "condition", "condition": case[1] })];
        for (id, values) in case[4].as_object().into_iter().flatten() {
            groups.push(json!({ "id": id, "type": "list", "attributeKey": "id", "values": values }));
        }
        let context = case[2].as_object().expect("attributes");
        Case {
            name: case[0].as_str().expect("a name").to_owned(),
            tool: "growthbook",
            files: vec![file("groups.json", json!({ "savedGroups": groups }).to_string())],
            key: "case".to_owned(),
            context: context.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            text_values: false,
            as_of: AS_OF,
            expected: case[3].as_bool().expect("a result"),
        }
    })
    .collect()
}

#[test]
fn its_own_cases_agree() {
    let cases = cases();
    assert!(cases.len() > 100);
    Count::of("GrowthBook", &cases).compare();
}
