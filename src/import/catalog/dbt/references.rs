//! What `ref` and `source` mean: which node of the project.

use std::collections::BTreeMap;

use super::super::yaml_document::plain_table;
use super::nodes::Node;

/// The nodes by the names that `ref` and `source` have for them.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Several if packages have nodes of the same name.
    by_name: BTreeMap<String, Vec<Known>>,
    /// Their tables, from the database on.
    tables: Vec<(Vec<String>, String)>,
}

#[derive(Debug)]
struct Known {
    id: String,
    package: String,
}

impl References {
    pub(super) fn of(nodes: &[Node<'_>]) -> Self {
        let mut references = Self::default();
        for node in nodes {
            let mut add = |name: String| {
                let known = Known { id: node.id.to_owned(), package: node.package().to_owned() };
                references.by_name.entry(name).or_default().push(known);
            };
            add(node.reference());
            if node.is_latest() {
                add(node.without_version());
            }
            references.tables.push((node.full_name(), node.id.to_owned()));
        }
        references
    }

    /// Whether nodes of several packages have this name.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|all| all.len() > 1)
    }

    /// The node of `ref('orders')`, `ref('package', 'orders', v=2)`, `source('stripe', 'charge')`,
    /// whatever is around it, or of a table's whole name. A `ref` without a package means the one in the
    /// package that it is written in, before any other.
    pub(super) fn find(&self, written: &str, own_package: Option<&str>) -> Option<String> {
        let name = named(written);
        if name == written {
            return self.by_table(written);
        }
        // `ref` doesn't say whether it means a model, a seed or a snapshot.
        let bare = name.strip_prefix("model.");
        let kinds = bare.into_iter().flat_map(|bare| [format!("seed.{bare}"), format!("snapshot.{bare}")]);
        let all = std::iter::once(name.clone()).chain(kinds).find_map(|name| self.by_name.get(&name));
        let of = |package: &str| all?.iter().find(|known| known.package == package);
        let only = || match all?.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let known = match package(written) {
            Some(package) => of(&package),
            None => own_package.and_then(of).or_else(only),
        };
        known.map(|known| known.id.clone()).or_else(|| self.only_version(bare?))
    }

    /// The only version of a model that doesn't say which is the latest.
    fn only_version(&self, bare: &str) -> Option<String> {
        let start = format!("model.{bare}.v");
        let mut fitting = self.by_name.iter().filter(|(name, _)| name.starts_with(&start));
        match (fitting.next(), fitting.next()) {
            (Some((_, all)), None) => Some(all.first()?.id.clone()),
            _ => None,
        }
    }

    /// The node whose table has this name, as much of it as is written.
    fn by_table(&self, written: &str) -> Option<String> {
        let parts = plain_table(written)?;
        let is_it = |(full, _): &&(Vec<String>, String)| {
            full.len() >= parts.len()
                && full
                    .iter()
                    .rev()
                    .zip(parts.iter().rev())
                    .all(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        let mut fitting = self.tables.iter().filter(is_it);
        match (fitting.next(), fitting.next()) {
            (Some((_, id)), None) => Some(id.clone()),
            _ => None,
        }
    }
}

/// The arguments of `name(…)` in a text, without quotes.
fn arguments(written: &str, name: &str) -> Option<Vec<String>> {
    let (_, rest) = written.split_once(&format!("{name}("))?;
    let (inside, _) = rest.split_once(')')?;
    let clean = |one: &str| one.trim().trim_matches(['\'', '"']).to_owned();
    Some(inside.split(',').map(clean).collect())
}

/// What a `ref(…)` or `source(…)` means, as an entity's `dbt` does without a package; any other text
/// itself.
pub(super) fn named(written: &str) -> String {
    if let Some(parts) = arguments(written, "source") {
        return format!("source.{}", parts.join("."));
    }
    let Some(parts) = arguments(written, "ref") else { return written.to_owned() };
    let (mut name, mut version) = (String::new(), String::new());
    for part in parts {
        match part.split_once('=') {
            Some((key, value)) if ["v", "version"].contains(&key.trim()) => {
                version = format!(".v{}", value.trim().trim_matches(['\'', '"']));
            }
            _ => name = part,
        }
    }
    format!("model.{name}{version}")
}

/// The package that a `ref` names.
fn package(written: &str) -> Option<String> {
    let parts = arguments(written, "ref").filter(|_| !written.contains("source("))?;
    let mut names = parts.into_iter().filter(|part| !part.contains('='));
    let first = names.next()?;
    names.next().map(|_| first)
}
