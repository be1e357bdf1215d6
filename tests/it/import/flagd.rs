//! flagd's operators, and its example of a flag definition (tests/import/flagd).

use std::collections::BTreeMap;

use segc::import::segment::{Request, Status, import};
use segc::project::Memory;
use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

const CASES: &str = include_str!("../../import/flagd/cases.json");

/// An example from the schemas' own tests.
const FULL: &str = include_str!("../../import/flagd/full.json");

fn case(document: &Value, key: &str, context: &Value) -> Case {
    let attributes: BTreeMap<String, Value> =
        context[0].as_object().expect("attributes").clone().into_iter().collect();
    Case {
        name: format!("{document} {}", context[0]),
        tool: "flagd",
        files: vec![file("a.flagd.json", document.to_string())],
        key: key.to_owned(),
        context: attributes,
        text_values: false,
        as_of: AS_OF,
        expected: context[1].as_bool().expect("a result"),
    }
}

#[test]
fn its_operators_agree() {
    let all: Value = serde_json::from_str(CASES).expect("it is JSON");
    let mut cases = Vec::new();
    for group in all["rules"].as_array().expect("a list") {
        let document = json!({ "$evaluators": { "case": group["rule"] }, "flags": {} });
        let contexts = group["contexts"].as_array().expect("contexts").iter();
        cases.extend(contexts.map(|context| case(&document, "case", context)));
    }
    for group in all["variants"].as_array().expect("a list") {
        let variants = json!({ "one": 1, "two": 2, "three": 3, "prefix": 4, "postfix": 5 });
        let flag = json!({ "state": "ENABLED", "variants": variants, "targeting": group["targeting"] });
        let document = json!({ "flags": { "case": flag } });
        let key = format!("case {}", group["variant"].as_str().expect("a variant"));
        let contexts = group["contexts"].as_array().expect("contexts").iter();
        cases.extend(contexts.map(|context| case(&document, &key, context)));
    }
    assert!(cases.len() > 100, "{}", cases.len());
    Count::of("flagd", &cases).compare();
}

#[test]
fn every_flag_of_the_example_is_imported_or_refused() {
    let project = Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {} }\n");
    let request = Request {
        tool: "flagd".to_owned(),
        files: vec![file("full.json", FULL)],
        write_catalog: Some("catalog/a.yml".to_owned()),
        ..Request::default()
    };
    let imported = import(&project, &request);
    let of = |status: Status| -> Vec<&str> {
        let segments = imported.report.segments.iter().filter(|one| one.status == status);
        segments.map(|one| one.key.split(' ').next().unwrap_or_default()).collect()
    };
    let (mut noted, mut refused) = (of(Status::WithNotes), of(Status::Refused));
    noted.dedup();
    refused.dedup();
    assert_eq!(noted, ["major-minor-version-flag", "context-aware"]);
    let expected = [
        "fractional-flag",
        "shorthand-fractional-flag",
        "starts-ends-flag",
        "equal-greater-lesser-version-flag",
        "test-cat",
        "timestamp-flag",
    ];
    for flag in expected {
        assert!(refused.contains(&flag) || noted.contains(&flag), "{flag} is neither: {refused:?} {noted:?}");
    }
}

#[test]
fn loose_comparisons_with_zero_are_a_note() {
    let project = Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {} }\n");
    let compared = |operator: &str, value: Value| json!({ operator: [{ "var": "age" }, value] });
    let document = json!({ "$evaluators": {
        "is_zero": compared("==", json!(0)), "is_not_zero": compared("!=", json!(0)),
        "is_one": compared("==", json!(1)), "is_strictly_zero": compared("===", json!(0)),
    }, "flags": {} });
    let request = Request {
        tool: "flagd".to_owned(),
        files: vec![file("a.flagd.json", document.to_string())],
        write_catalog: Some("catalog/a.yml".to_owned()),
        ..Request::default()
    };
    let imported = import(&project, &request);
    let statuses: BTreeMap<&str, Status> =
        imported.report.segments.iter().map(|one| (one.key.as_str(), one.status)).collect();
    let (exact, noted) = (Status::Exact, Status::WithNotes);
    let expected =
        [("is_not_zero", noted), ("is_one", exact), ("is_strictly_zero", exact), ("is_zero", noted)];
    assert_eq!(statuses, BTreeMap::from(expected));
}
