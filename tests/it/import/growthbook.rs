//! GrowthBook's own cases (tests/import/growthbook).

use segc::import::segment::{Request, import};
use segc::project::Memory;
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

/// As JavaScript's SDK 1.8.0 does; older ones skip such elements.
#[test]
fn elements_that_are_false_or_empty_match() {
    let condition = json!({ "tags": { "$elemMatch": { "$in": ["", "a", null] } } });
    let groups = json!({ "savedGroups": [{ "id": "case", "type": "condition", "condition": condition }] });
    let request = Request {
        tool: "growthbook".to_owned(),
        files: vec![file("groups.json", groups.to_string())],
        write_catalog: Some("catalog/a.yml".to_owned()),
        ..Request::default()
    };
    let imported = import(&Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {} }\n"), &request);
    let text = &imported.files.last().expect("segments").1;
    assert!(text.contains(r#"tags contains any ("", "a")"#), "{text}");
    assert!(imported.report.segments[0].notes[0].contains("older ones skip them"));
}
