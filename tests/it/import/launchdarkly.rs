//! LaunchDarkly's own evaluations (tests/import/launchdarkly).
//!
//! They evaluate flags. Each flag's rules become a segment with these rules, whose members are those that
//! the flag has a match for.

use std::collections::BTreeMap;

use segc::api::{Options, open_files};
use segc::evaluate::{Data, Datum, members};
use segc::import::segment::{Request, Status, import};
use segc::project::Memory;
use serde_json::{Map, Value, json};

use super::suite::{AS_OF, Case, Count, file};

const FILES: [&str; 5] = [
    include_str!("../../import/launchdarkly/negation-and-iteration.yml"),
    include_str!("../../import/launchdarkly/operators-numeric.yml"),
    include_str!("../../import/launchdarkly/operators-string.yml"),
    include_str!("../../import/launchdarkly/segment-match.yml"),
    include_str!("../../import/launchdarkly/segment-recursion.yml"),
];

type Values = Map<String, Value>;

/// A value with the parameters in it: `<NAME>` alone is the parameter, and part of a text its text.
fn filled(value: &Value, params: &Values) -> Value {
    match value {
        Value::String(text) => {
            let alone = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            if let Some(found) = alone.and_then(|name| params.get(name)) {
                return filled(found, params);
            }
            let mut text = text.clone();
            for (name, value) in params {
                let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                text = text.replace(&format!("<{name}>"), &plain);
            }
            Value::String(text)
        }
        Value::Array(items) => items.iter().map(|item| filled(item, params)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), filled(value, params))).collect(),
        other => other.clone(),
    }
}

/// The attributes of a context, with the kind before those that aren't a user's.
fn attributes(context: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut add = |kind: &str, values: &Values| {
        for (name, value) in values {
            let name = if kind == "user" { name.clone() } else { format!("{kind}:{name}") };
            found.insert(name, value.clone());
        }
    };
    let context = context.as_object().expect("a context");
    match context.get("kind").and_then(Value::as_str) {
        Some("multi") => {
            for (kind, values) in context.iter().filter(|(kind, _)| *kind != "kind") {
                add(kind, values.as_object().expect("attributes"));
            }
        }
        kind => {
            add(kind.unwrap_or("user"), context);
            if let Some(custom) = context.get("custom").and_then(Value::as_object) {
                add("user", custom);
            }
        }
    }
    found
}

fn cases_of(text: &str) -> Vec<Case> {
    let suite: Value = serde_yaml::from_str(text).expect("it is YAML");
    let none = Values::new();
    let constants = suite["constants"].as_object().unwrap_or(&none);
    let sets: Vec<Values> = match &suite["parameters"] {
        Value::Array(sets) => sets.iter().map(|set| set.as_object().expect("parameters").clone()).collect(),
        _ => vec![Values::new()],
    };
    let mut cases = Vec::new();
    for set in sets {
        let params: Values = constants.clone().into_iter().chain(set).collect();
        let data = filled(&suite["sdkData"], &params);
        for evaluation in suite["evaluations"].as_array().expect("evaluations") {
            let evaluation = filled(evaluation, &params);
            let flag = &data["flags"][evaluation["flagKey"].as_str().expect("a flag")];
            let mut segments = data["segments"].as_object().unwrap_or(&none).clone();
            for (key, segment) in &mut segments {
                segment["key"] = json!(key);
            }
            let rules: Vec<Value> = flag["rules"]
                .as_array()
                .expect("rules")
                .iter()
                .map(|rule| json!({ "clauses": rule["clauses"] }))
                .collect();
            segments.insert("case".to_owned(), json!({ "key": "case", "rules": rules }));
            cases.push(Case {
                name: format!("{}: {}", suite["name"], evaluation["name"]),
                tool: "launchdarkly",
                files: vec![file("data.json", json!({ "segments": segments }).to_string())],
                key: "case".to_owned(),
                context: attributes(&evaluation["context"]),
                text_values: false,
                as_of: AS_OF,
                expected: evaluation["expect"]["value"] == json!(true),
            });
        }
    }
    cases
}

#[test]
fn its_own_evaluations_agree() {
    let cases: Vec<Case> = FILES.iter().flat_map(|text| cases_of(text)).collect();
    assert!(cases.len() > 100);
    Count::of("LaunchDarkly", &cases).compare();
}

#[test]
fn elements_of_lists_may_be_rows_behind_a_link() {
    let catalog = "entities:
  user:
    table: users
    key: key
    fields: { key: string, value: string }
    links: { memberships: { to: membership, many: true, on: { key: user_key } } }
  membership:
    table: memberships
    key: id
    fields: { id: integer, user_key: string, group: string, level: integer }
";
    let project =
        Memory::new().with("segc.yml", "name: a\ntargets: { duckdb: {} }\n").with("catalog/a.yml", catalog);
    let clause = |op: &str, values: Value, negate: bool| {
        let attribute = if values[0].is_number() { "levels" } else { "groups" };
        json!({ "key": "s", "rules": [{ "clauses": [{ "attribute": attribute, "op": op, "values": values, "negate": negate }] }] })
    };
    let run = |segment: Value| {
        let mapping = "attributes: { groups: memberships.group, levels: memberships.level }\n";
        import(
            &project,
            &Request {
                tool: "launchdarkly".to_owned(),
                files: vec![file("s.json", segment.to_string())],
                mapping: Some(file("map.yml", mapping)),
                ..Request::default()
            },
        )
    };
    for (segment, expected) in [
        (clause("startsWith", json!(["x"]), false), "both x"),
        (clause("startsWith", json!(["x"]), true), "null y"),
        (clause("in", json!(["x1", "y1"]), false), "both x y"),
        (clause("in", json!(["x1", "y1"]), true), "null"),
        (clause("matches", json!(["^y", "^z"]), false), "both y"),
        (clause("endsWith", json!([""]), false), "both x y"),
        (clause("in", json!([]), true), "both null x y"),
        (clause("lessThan", json!([2]), false), "both x"),
        (clause("lessThan", json!([2]), true), "null y"),
    ] {
        let imported = run(segment);
        let (_, text) = imported.files.first().unwrap_or_else(|| panic!("{:?}", imported.problems));
        let (session, problems) =
            open_files(&project.clone().with("segments/s.seg", text.as_str()), &Options::default());
        assert!(!problems.has_errors(), "{problems:?}");
        let mut data = Data::new(&session.hir().catalog);
        for key in ["none", "x", "y", "both", "null"] {
            data.push("user", vec![("key", Datum::from(key))]).expect("it fits");
        }
        let rows = [
            ("x", Some("x1"), 1),
            ("y", Some("y1"), 2),
            ("both", Some("x2"), 1),
            ("both", Some("y1"), 2),
            ("null", None, 3),
        ];
        for (id, (user, group, level)) in (0_i64..).zip(rows) {
            let group = group.map_or(Datum::Missing, Datum::from);
            let row = vec![
                ("id", Datum::from(id)),
                ("user_key", Datum::from(user)),
                ("group", group),
                ("level", Datum::from(i64::from(level))),
            ];
            data.push("membership", row).expect("it fits");
        }
        let id = session.hir().iter().next().expect("a segment").0;
        let found = members(session.hir(), id, &data, AS_OF).expect("no overflow");
        let found: Vec<String> = found.into_iter().map(|key| key[0].to_string()).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }
    // Keys and shares are of one value.
    let cut =
        json!({ "key": "s", "salt": "a", "rules": [{ "clauses": [], "weight": 500, "bucketBy": "groups" }] });
    let refused = run(cut);
    assert_eq!(refused.report.segments[0].status, Status::Refused);
}
