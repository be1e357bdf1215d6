//! Flagsmith's operators (tests/import/flagsmith), by the rules of its engine; and its own test data, where
//! it is: it has no license that would let it be here.

use std::collections::BTreeMap;
use std::fs;

use segc::import::segment::{Request, Status, import};
use segc::project::Memory;
use serde_json::{Value, json};

use super::suite::{AS_OF, Case, Count, file};

const CASES: &str = include_str!("../../import/flagsmith/cases.json");

fn case(name: String, segments: &Value, key: &str, context: BTreeMap<String, Value>, expected: bool) -> Case {
    Case {
        name,
        tool: "flagsmith",
        files: vec![file("segments.json", json!({ "segments": segments }).to_string())],
        key: key.to_owned(),
        context,
        text_values: false,
        as_of: AS_OF,
        expected,
    }
}

#[test]
fn its_operators_agree() {
    let all: Value = serde_json::from_str(CASES).expect("it is JSON");
    let mut cases = Vec::new();
    for group in all["cases"].as_array().expect("a list") {
        let segments = json!({ "1": { "key": "1", "name": "case", "rules": group["rules"] } });
        for context in group["contexts"].as_array().expect("contexts") {
            let attributes = context[0].as_object().expect("traits").clone().into_iter().collect();
            let name = format!("{} {}", group["rules"], context[0]);
            cases.push(case(name, &segments, "1", attributes, context[1].as_bool().expect("a result")));
        }
    }
    assert!(cases.len() > 80, "{}", cases.len());
    Count::of("Flagsmith", &cases).compare();
}

/// A text of JSON without its comments, which begin a line or follow a space.
fn without_comments(text: &str) -> String {
    let plain = |line: &&str| !line.trim_start().starts_with("//");
    text.lines().filter(plain).collect::<Vec<_>>().join("\n")
}

/// The files of Flagsmith/engine-test-data: each context and the segments that it is in.
#[test]
fn its_own_test_data_agrees() {
    let Ok(folder) = std::env::var("SEGC_FLAGSMITH_CASES") else {
        println!("skipped: SEGC_FLAGSMITH_CASES names no folder");
        return;
    };
    let mut cases = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a file");
        let Ok(test) = serde_json::from_str::<Value>(&without_comments(&text)) else {
            println!("{name} isn't read");
            continue;
        };
        let context = &test["context"];
        let mut attributes = BTreeMap::new();
        for (group, value) in context.as_object().expect("a context") {
            for (key, value) in value
                .as_object()
                .into_iter()
                .flatten()
                .filter(|_| group == "environment" || group == "identity")
            {
                let full = match (group.as_str(), key.as_str()) {
                    ("identity", "traits") => {
                        attributes.extend(value.as_object().expect("traits").clone());
                        continue;
                    }
                    ("identity", key) => key.to_owned(),
                    (group, key) => format!("{group}.{key}"),
                };
                attributes.insert(full, value.clone());
            }
        }
        let members: Vec<&Value> =
            test["result"]["segments"].as_array().expect("segments").iter().map(|one| &one["name"]).collect();
        for (key, segment) in context["segments"].as_object().into_iter().flatten() {
            let alone = json!({ key: segment });
            let expected = members.contains(&&segment["name"]);
            cases.push(case(format!("{name} {key}"), &alone, key, attributes.clone(), expected));
        }
    }
    let count = Count::of("Flagsmith's own", &cases);
    println!("{count:#?}");
    count.agrees();
}

/// The engine takes the trait `"10"` for the number 10, so that no comparison with other text holds.
#[test]
fn text_that_looks_like_a_number_is_a_note() {
    let noted = |operator: &str, value: &str| {
        let condition = json!({ "operator": operator, "property": "plan", "value": value });
        let segment =
            json!({ "id": 1, "name": "a", "rules": [{ "type": "ALL", "conditions": [condition] }] });
        let catalog = "entities: { user: { table: u, key: id, fields: { id: string, plan: string } } }";
        let project = Memory::new()
            .with("segc.yml", "name: a\ntargets: { duckdb: {} }\n")
            .with("catalog/a.yml", catalog);
        let files = vec![file("segments.json", json!({ "results": [segment] }).to_string())];
        let imported =
            import(&project, &Request { tool: "flagsmith".to_owned(), files, ..Request::default() });
        let report = &imported.report.segments[0];
        assert_ne!(report.status, Status::Refused, "{:?}", report.refusals);
        report.notes.iter().any(|note| note.contains("looks like a number"))
    };
    for (operator, value) in [
        ("NOT_EQUAL", "pro"),
        ("NOT_CONTAINS", "pro"),
        ("EQUAL", "10"),
        ("CONTAINS", "1"),
        ("LESS_THAN", "b"),
    ] {
        assert!(noted(operator, value), "{operator} {value}");
    }
    for (operator, value) in
        [("EQUAL", "pro"), ("CONTAINS", "pro"), ("IN", "10,pro"), ("IS_SET", ""), ("REGEX", "1")]
    {
        assert!(!noted(operator, value), "{operator} {value}");
    }
}
