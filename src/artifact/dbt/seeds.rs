//! Seeds: the keys of static lists, as files that dbt loads.
//!
//! <https://docs.getdbt.com/docs/build/seeds>

use serde_json::{Value, json};

use super::Package;
use super::properties::{file, literal, object};

/// The keys of a static list as a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Its name, which is that of its table.
    pub name: String,
    /// The segment whose members these keys are.
    pub segment: String,
    /// The file with the keys.
    pub path: String,
    /// Its columns, each with its type in the target's SQL.
    pub columns: Vec<(String, String)>,
    /// The keys as text.
    pub rows: Vec<Vec<String>>,
}

impl Seed {
    /// The text of the file. All values are in quotes: dbt takes those that aren't for numbers and dates, and some
    /// words for missing ones.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        line(&mut out, self.columns.iter().map(|(name, _)| name.as_str()));
        self.rows.iter().for_each(|row| line(&mut out, row.iter().map(String::as_str)));
        out
    }
}

fn line<'a>(out: &mut String, values: impl Iterator<Item = &'a str>) {
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&value.replace('"', "\"\""));
        out.push('"');
    }
    out.push('\n');
}

/// The properties of seeds, if there are any.
pub(super) fn properties(package: &Package<'_>) -> Option<String> {
    let described = |seed: &Seed| {
        let types: serde_json::Map<String, Value> =
            seed.columns.iter().map(|(name, ty)| (name.clone(), json!(ty))).collect();
        let quoted = json!(true);
        let columns: Vec<Value> = seed.columns.iter().map(|(name, _)| json!({ "name": name })).collect();
        object([
            ("name", json!(seed.name)),
            ("description", json!(literal(&format!("The keys of {}, from {}", seed.segment, seed.path)))),
            ("config", json!({ "column_types": types, "quote_columns": quoted })),
            ("columns", json!(columns)),
        ])
    };
    let seeds: Vec<Value> = package.seeds.iter().map(described).collect();
    (!seeds.is_empty()).then(|| file(&json!({ "version": 2, "seeds": seeds })))
}
