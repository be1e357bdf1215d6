//! Which of a dbt project's nodes an entity is.

use super::problems::BadDbtNode;
use crate::diagnostic::Diagnostics;
use crate::yaml::Node;

/// A node of a dbt project that holds an entity's rows, by the parts of its `unique_id`
/// (<https://docs.getdbt.com/reference/artifacts/manifest-json>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbtNode {
    /// A model, a seed or a snapshot: `model.shop.customers`, or `model.customers` in whichever
    /// package it is.
    Ref {
        /// The dbt package, if it is named.
        package: Option<String>,
        /// The name of the model.
        name: String,
        /// The version of a versioned model: `2` for `model.shop.customers.v2`.
        version: Option<String>,
    },
    /// A table of a source: `source.shop.raw.orders`, or `source.raw.orders`.
    Source {
        /// The name of the source.
        source: String,
        /// The name of its table.
        table: String,
    },
}

impl DbtNode {
    /// The node of a `unique_id`, whose package may be left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        if parts.iter().any(|part| part.is_empty() || part.contains(|c: char| c.is_control())) {
            return None;
        }
        let owned = |part: &str| part.to_owned();
        let version = |part: &str| part.strip_prefix('v').filter(|rest| !rest.is_empty()).map(str::to_owned);
        match *parts.as_slice() {
            ["model" | "seed" | "snapshot", name] => {
                Some(Self::Ref { package: None, name: owned(name), version: None })
            }
            ["model" | "seed" | "snapshot", package, name] => {
                Some(Self::Ref { package: Some(owned(package)), name: owned(name), version: None })
            }
            ["model", package, name, last] => {
                let (package, version) = (Some(owned(package)), Some(version(last)?));
                Some(Self::Ref { package, name: owned(name), version })
            }
            ["source", source, table] | ["source", _, source, table] => {
                Some(Self::Source { source: owned(source), table: owned(table) })
            }
            _ => None,
        }
    }
}

pub(super) fn read_dbt(node: Option<&Node>, problems: &mut Diagnostics) -> Option<DbtNode> {
    let node = node?;
    let text = node.text(problems)?;
    let found = DbtNode::parse(text);
    if found.is_none() {
        problems.push(BadDbtNode { span: node.span, text: text.to_owned() });
    }
    found
}

/// The `unique_id`, without a package that isn't known.
impl std::fmt::Display for DbtNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ref { package, name, version } => {
                f.write_str("model.")?;
                package.iter().try_for_each(|package| write!(f, "{package}."))?;
                f.write_str(name)?;
                version.iter().try_for_each(|version| write!(f, ".v{version}"))
            }
            Self::Source { source, table } => write!(f, "source.{source}.{table}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DbtNode;

    #[test]
    fn nodes_are_read_by_their_unique_id() {
        for (text, same) in [
            ("model.customers", "model.customers"),
            ("seed.shop.countries", "model.shop.countries"),
            ("model.shop.customers.v2", "model.shop.customers.v2"),
            ("source.shop.raw.orders", "source.raw.orders"),
            ("source.raw.orders", "source.raw.orders"),
        ] {
            assert_eq!(DbtNode::parse(text).map(|node| node.to_string()).as_deref(), Some(same));
        }
        for text in
            ["customers", "model.", "model.a.b.c", "model.a.b.v", "exposure.a.b", "model.a.b.v1.x", ""]
        {
            assert_eq!(DbtNode::parse(text), None, "{text}");
        }
    }
}
