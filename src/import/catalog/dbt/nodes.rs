//! Models, seeds, snapshots and sources.

use serde_json::Value;

use super::super::model::Skipped;
use super::super::names::fits;
use super::entries;
use super::json::{is_set, list, text, texts};
use super::references::References;

/// A node of the project that has a table.
pub(super) struct Node<'a> {
    /// `model.package.name`.
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) json: &'a Value,
}

/// All nodes with a table, ordered by name. Others are counted.
pub(super) fn nodes<'a>(tree: &'a Value, skipped: &mut Vec<Skipped>) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    for (id, json) in entries(tree, "nodes").chain(entries(tree, "sources")) {
        let Some(kind) = text(json, "resource_type") else { continue };
        if !["model", "seed", "snapshot", "source"].contains(&kind) {
            continue;
        }
        if text(json, "name").is_none() {
            skipped.push(Skipped { what: id.clone(), why: "it has no name".to_owned() });
            continue;
        }
        let config = json.get("config").unwrap_or(&Value::Null);
        if text(config, "materialized") == Some("ephemeral") {
            let why = "it is ephemeral: it has no table".to_owned();
            skipped.push(Skipped { what: kind.to_owned(), why });
            continue;
        }
        if config.get("enabled") == Some(&Value::Bool(false)) {
            skipped.push(Skipped { what: kind.to_owned(), why: "it is disabled".to_owned() });
            continue;
        }
        nodes.push(Node { id, kind, json });
    }
    for (_, disabled) in entries(tree, "disabled") {
        let kind = disabled.as_array().and_then(|all| text(all.first()?, "resource_type"));
        if let Some(kind @ ("model" | "seed" | "snapshot" | "source")) = kind {
            skipped.push(Skipped { what: kind.to_owned(), why: "it is disabled".to_owned() });
        }
    }
    nodes.sort_by_key(|node| (node.name().to_owned(), node.id));
    nodes
}

impl Node<'_> {
    pub(super) fn is_source(&self) -> bool {
        self.kind == "source"
    }

    /// Where the catalog of dbt has it.
    pub(super) fn section(&self) -> &'static str {
        if self.is_source() { "sources" } else { "nodes" }
    }

    pub(super) fn name(&self) -> &str {
        text(self.json, "name").unwrap_or_default()
    }

    fn source_name(&self) -> &str {
        text(self.json, "source_name").unwrap_or_default()
    }

    /// The name for people.
    pub(super) fn shown(&self) -> String {
        if self.is_source() {
            format!("source:{}.{}", self.source_name(), self.name())
        } else {
            self.name().to_owned()
        }
    }

    /// What `ref` and `source` need to find it.
    pub(super) fn reference(&self) -> String {
        if self.is_source() {
            return format!("source.{}.{}", self.source_name(), self.name());
        }
        let version = self.version().map(|version| format!(".v{version}")).unwrap_or_default();
        format!("{}{version}", self.without_version())
    }

    /// Whether dbt means this version by a `ref` without one.
    pub(super) fn is_latest(&self) -> bool {
        self.version().is_some() && self.json.get("version") == self.json.get("latest_version")
    }

    fn version(&self) -> Option<String> {
        match self.json.get("version")? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(version) => Some(version.clone()),
            _ => None,
        }
    }

    /// What `ref` and `source` need to find it in whichever version is the latest.
    pub(super) fn without_version(&self) -> String {
        format!("{}.{}", self.kind, self.name())
    }

    pub(super) fn package(&self) -> &str {
        text(self.json, "package_name").unwrap_or_default()
    }

    /// Its name in the catalog: with its package only if it has a version, or another package has a
    /// node of that name.
    pub(super) fn unique_id(&self, names: &References) -> String {
        let needs_package = self.version().is_some() || names.is_ambiguous(&self.reference());
        match (needs_package, self.package()) {
            (true, package) if !package.is_empty() => {
                self.reference().replacen('.', &format!(".{package}."), 1)
            }
            _ => self.reference(),
        }
    }

    /// The parts of the table's name, from the database on.
    pub(super) fn full_name(&self) -> Vec<String> {
        let table = if self.is_source() { text(self.json, "identifier") } else { text(self.json, "alias") };
        [text(self.json, "database"), text(self.json, "schema"), table.or(Some(self.name()))]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn config(&self) -> &Value {
        self.json.get("config").unwrap_or(&Value::Null)
    }

    /// The group that it belongs to, with the group's owner; or else the owner that its `meta` names.
    pub(super) fn owner(&self, tree: &Value) -> Option<String> {
        let of_meta = |of: &Value| of.get("meta").and_then(|meta| text(meta, "owner")).map(str::to_owned);
        let group = text(self.json, "group").or_else(|| text(self.config(), "group"));
        let Some(group) = group else { return of_meta(self.json).or_else(|| of_meta(self.config())) };
        let (_, declared) = entries(tree, "groups").find(|(_, one)| text(one, "name") == Some(group))?;
        let owner = declared.get("owner").unwrap_or(&Value::Null);
        let words = [text(owner, "name"), text(owner, "email")].into_iter().flatten().collect::<Vec<_>>();
        Some(if words.is_empty() { group.to_owned() } else { format!("{group} ({})", words.join(", ")) })
    }

    /// Whether a pattern of `--select` chooses it.
    pub(super) fn fits(&self, pattern: &str) -> bool {
        let (method, rest) = pattern.split_once(':').unwrap_or(("", pattern));
        match method {
            "tag" => {
                let of = |tree: &Value| tree.get("tags").map(texts).unwrap_or_default();
                of(self.json).iter().chain(&of(self.config())).any(|tag| fits(rest, tag))
            }
            "path" => {
                let path = text(self.json, "original_file_path").unwrap_or_default();
                let folder = rest.trim_end_matches('/');
                fits(folder, path) || fits(&format!("{folder}/*"), path)
            }
            "package" => fits(rest, self.package()),
            "source" => {
                let name = format!("{}.{}", self.source_name(), self.name());
                self.is_source() && (fits(rest, &name) || fits(rest, self.source_name()))
            }
            "" => !self.is_source() && fits(rest, self.name()),
            _ => false,
        }
    }

    /// Whether dbt makes sure that rows keep the declared constraints.
    pub(super) fn has_contract(&self) -> bool {
        self.config().get("contract").is_some_and(|contract| is_set(contract, "enforced"))
    }

    /// The constraints of the model, and those of each column with the column's name.
    pub(super) fn constraints(&self) -> Vec<(Vec<String>, &Value)> {
        let own = list(self.json, "constraints").iter();
        let own = own.map(|one| (one.get("columns").map(texts).unwrap_or_default(), one));
        let of_columns = entries(self.json, "columns").flat_map(|(name, column)| {
            let name = text(column, "name").unwrap_or(name);
            list(column, "constraints").iter().map(move |one| (vec![name.to_owned()], one))
        });
        own.chain(of_columns).collect()
    }
}
