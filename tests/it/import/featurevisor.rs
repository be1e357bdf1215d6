//! The segments of Featurevisor's example with their specs (tests/import/featurevisor), and its operators.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use segc::import::segment::File;
use serde_json::{Map, Value, json};

use super::suite::{AS_OF, Case, Count, file};

const ROOT: &str = "tests/import/featurevisor";

/// Each operator with contexts and what the SDK says, written for segc.
const OPERATORS: &str = include_str!("../../import/featurevisor/operators.json");

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(yaml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "yml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn segments() -> Vec<File> {
    let folder = Path::new(ROOT).join("segments");
    let one = |path: PathBuf| {
        let relative =
            path.strip_prefix(&folder).expect("it is in the folder").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a file");
        File { path: path.display().to_string(), relative, text }
    };
    yaml_files(&folder).into_iter().map(one).collect()
}

/// The contexts of an assertion: one for each combination of its matrix.
fn contexts(assertion: &Value) -> Vec<Map<String, Value>> {
    let mut rows: Vec<Map<String, Value>> = vec![Map::new()];
    for (name, values) in assertion["matrix"].as_object().into_iter().flatten() {
        let values = values.as_array().expect("values");
        rows = rows
            .iter()
            .flat_map(|row| {
                values
                    .iter()
                    .map(|value| row.clone().into_iter().chain([(name.clone(), value.clone())]).collect())
            })
            .collect();
    }
    let context = assertion["context"].as_object().expect("a context");
    let fill = |value: &Value, row: &Map<String, Value>| {
        let name = value.as_str().and_then(|text| text.strip_prefix("${{ ")?.strip_suffix(" }}"));
        name.and_then(|name| row.get(name)).unwrap_or(value).clone()
    };
    rows.iter()
        .map(|row| context.iter().map(|(name, value)| (name.clone(), fill(value, row))).collect())
        .collect()
}

fn cases() -> Vec<Case> {
    let files = segments();
    let mut cases = Vec::new();
    for path in yaml_files(&Path::new(ROOT).join("tests")) {
        let spec: Value =
            serde_yaml::from_str(&fs::read_to_string(&path).expect("a file")).expect("it is YAML");
        let key = spec["segment"].as_str().expect("a segment");
        let own: Vec<File> = files
            .iter()
            .filter(|file| file.relative.replace('/', ".") == format!("{key}.yml"))
            .cloned()
            .collect();
        for (number, assertion) in spec["assertions"].as_array().expect("assertions").iter().enumerate() {
            for context in contexts(assertion) {
                cases.push(Case {
                    name: format!("{key} {}", number + 1),
                    tool: "featurevisor",
                    files: own.clone(),
                    key: key.to_owned(),
                    context: context.into_iter().collect(),
                    text_values: false,
                    as_of: AS_OF,
                    expected: assertion["expectedToMatch"].as_bool().expect("a result"),
                });
            }
        }
    }
    cases
}

fn of_operators() -> Vec<Case> {
    let all: Value = serde_json::from_str(OPERATORS).expect("it is JSON");
    let mut cases = Vec::new();
    for group in all["cases"].as_array().expect("a list") {
        for context in group["contexts"].as_array().expect("contexts") {
            let attributes: BTreeMap<String, Value> =
                context[0].as_object().expect("attributes").clone().into_iter().collect();
            cases.push(Case {
                name: format!("{} {}", group["conditions"], context[0]),
                tool: "featurevisor",
                files: vec![file("case.json", json!({ "conditions": group["conditions"] }).to_string())],
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
fn its_own_specs_and_operators_agree() {
    let mut cases = cases();
    assert!(cases.len() > 30, "{}", cases.len());
    cases.extend(of_operators());
    Count::of("Featurevisor", &cases).compare();
}
