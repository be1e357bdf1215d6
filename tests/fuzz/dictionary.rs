//! The words of the formats, read from where segc itself has them: the grammar and the schemas.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;

use crate::entry::Entry;

const GRAMMAR: &str = include_str!("../../grammar/segment.pest");
const SCHEMAS: [&str; 3] = [
    include_str!("../../catalog/schema.json"),
    include_str!("../../catalog/project.schema.json"),
    include_str!("../../catalog/tests.schema.json"),
];
const DIALECT: &str = include_str!("../../dialects/postgres.yml");

/// Words that the grammar leaves to the checker.
const FUNCTIONS: &str = include_str!("../../src/check/expr/call.rs");

/// The readers of other tools' files, whose keys and operators are literals.
const READERS: [&str; 20] = [
    include_str!("../../src/import/segment/dittofeed.rs"),
    include_str!("../../src/import/segment/klaviyo.rs"),
    include_str!("../../src/import/segment/klaviyo/filter.rs"),
    include_str!("../../src/import/segment/segment_query/parse.rs"),
    include_str!("../../src/import/segment/segment_query/parse/comparison.rs"),
    include_str!("../../src/import/segment/flagd/logic.rs"),
    include_str!("../../src/import/segment/flagd/operator.rs"),
    include_str!("../../src/import/segment/flagsmith.rs"),
    include_str!("../../src/import/segment/flipt.rs"),
    include_str!("../../src/import/segment/growthbook/condition.rs"),
    include_str!("../../src/import/segment/growthbook/lists.rs"),
    include_str!("../../src/import/segment/featurevisor.rs"),
    include_str!("../../src/import/segment/posthog/mod.rs"),
    include_str!("../../src/import/segment/posthog/property.rs"),
    include_str!("../../src/import/segment/posthog/behavior.rs"),
    include_str!("../../src/import/segment/rule_groups.rs"),
    include_str!("../../src/import/segment/rule_groups/condition.rs"),
    include_str!("../../src/import/segment/litestar_flags/condition.rs"),
    include_str!("../../src/import/segment/launchdarkly/clause.rs"),
    include_str!("../../src/import/segment/unleash.rs"),
];

/// The readers of documents that say what tables there are.
const CATALOG_READERS: [&str; 8] = [
    include_str!("../../src/import/catalog/dbt/mod.rs"),
    include_str!("../../src/import/catalog/dbt/nodes.rs"),
    include_str!("../../src/import/catalog/dbt/columns.rs"),
    include_str!("../../src/import/catalog/dbt/tests.rs"),
    include_str!("../../src/import/catalog/cube.rs"),
    include_str!("../../src/import/catalog/metricflow.rs"),
    include_str!("../../src/import/catalog/semantic_model.rs"),
    include_str!("../../src/import/catalog/information_schema.rs"),
];

/// What is between the names in the files of other tools.
const SIGNS: [&str; 24] = [
    "{", "}", "[", "]", ": ", ", ", "\n", "\"", "true", "false", "null", "0", "-1", "1e3", "\"\"", "\"a\"",
    "[]", "{}", "(", ")", " AND ", " OR ", "NOT ", "NULL",
];

static IMPORTS: LazyLock<Vec<String>> = LazyLock::new(|| of_readers(&READERS));
static CATALOG_IMPORTS: LazyLock<Vec<String>> = LazyLock::new(|| of_readers(&CATALOG_READERS));

/// The keys and operators that readers look for, and signs.
fn of_readers(readers: &[&str]) -> Vec<String> {
    let is_name = |word: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_$-.!=<>:".contains(c);
        (1..32).contains(&word.len()) && word.chars().all(plain)
    };
    let names = readers.iter().flat_map(|text| text.lines()).flat_map(literals).filter(is_name);
    sorted(names.chain(SIGNS.map(str::to_owned)))
}

/// Every literal of the grammar, and every function's name.
static LANGUAGE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let of_grammar = GRAMMAR.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(literals);
    let of_functions = FUNCTIONS.lines().flat_map(literals);
    let name = |word: &String| word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    sorted(of_grammar.chain(of_functions.filter(name)))
});

/// Every key and word of the schemas, and the signs of YAML.
static YAML: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut words = Vec::new();
    for schema in SCHEMAS {
        names(&serde_json::from_str(schema).expect("a schema is JSON"), &mut words);
    }
    let signs = [
        "{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "\n    ", "|\n", ">-\n", "? ", "<<: *a", "&a ", "*a",
        "#",
    ];
    sorted(words.into_iter().chain(signs.map(str::to_owned)))
});

/// Every key of a dialect, and the slots of templates.
static TEMPLATES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let key = |line: &str| Some(line.trim().split_once(':')?.0.trim_start_matches("- ").to_owned());
    let slots = DIALECT.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    let slots = slots.filter(|word| word.starts_with("slot_") || word.starts_with('$')).map(str::to_owned);
    sorted(DIALECT.lines().filter_map(key).chain(slots).chain(YAML.iter().cloned()))
});

/// The words that an entry's files are made of.
pub(crate) fn words(entry: Entry) -> &'static [String] {
    match entry {
        Entry::Segments | Entry::Arguments => &LANGUAGE,
        Entry::Dialect => &TEMPLATES,
        Entry::Import => &IMPORTS,
        Entry::CatalogImport => &CATALOG_IMPORTS,
        _ => &YAML,
    }
}

/// What is in double quotes on a line.
fn literals(line: &str) -> impl Iterator<Item = String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned)
}

/// The properties of a schema, and the words of its enumerations.
fn names(schema: &Value, words: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("properties", Value::Object(properties)) => words.extend(properties.keys().cloned()),
                    ("enum", Value::Array(all)) => {
                        words.extend(all.iter().filter_map(Value::as_str).map(str::to_owned))
                    }
                    _ => {}
                }
                names(value, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, words)),
        _ => {}
    }
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    words.filter(|word| !word.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn the_dictionary_contains_the_words_of_every_format() {
    let has = |entry, word: &str| words(entry).iter().any(|one| one == word);
    assert!(
        has(Entry::Segments, "anniversary")
            && has(Entry::Segments, "days_since")
            && has(Entry::Segments, "<=")
    );
    assert!(
        has(Entry::Catalog, "append_only")
            && has(Entry::Config, "week_start")
            && has(Entry::UnitTests, "as_of")
    );
    assert!(has(Entry::Dialect, "semver_key") && has(Entry::Dialect, "slot_table"));
}
