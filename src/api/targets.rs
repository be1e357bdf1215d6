//! The targets of a project and their capabilities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::problems::UnknownDialect;
use crate::diagnostic::{Diagnostics, closest};
use crate::dialect::{Capability, Dialect, Dialects, Function, Limit};
use crate::plan::Abilities;
use crate::project::Project;

/// A target whose dialect is known.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) dialect: Arc<Dialect>,
    pub(super) schema: Vec<String>,
}

/// The project's targets in their order. If it declares none, every dialect under its own name,
/// without built-in ones that lack a feature: a project names those it wants.
pub(super) fn read_targets(
    project: &Project,
    dialects: &Dialects,
    problems: &mut Diagnostics,
) -> Vec<Target> {
    let schema = &project.config.schema;
    let Some(declared) = &project.config.targets else {
        let every = dialects.iter().filter(|dialect| !dialect.is_limited()).map(|dialect| Target {
            name: dialect.name.clone(),
            dialect: Arc::clone(dialect),
            schema: schema.clone(),
        });
        return every.collect();
    };
    let mut targets = Vec::new();
    for target in declared {
        if let Some(dialect) = dialects.get(&target.dialect) {
            let schema = target.schema.clone().unwrap_or_else(|| schema.clone());
            targets.push(Target { name: target.name.clone(), dialect: Arc::clone(dialect), schema });
        } else if !target.dialect_unread {
            let known: Vec<String> = dialects.iter().map(|dialect| dialect.name.clone()).collect();
            let near = closest(&target.dialect, known.iter().map(String::as_str)).map(str::to_owned);
            let (span, dialect) = (target.dialect_span, target.dialect.clone());
            problems.push(UnknownDialect { span, dialect, known, near });
        }
    }
    targets
}

impl Target {
    /// The capabilities of this target, and which targets have those that it lacks.
    pub(super) fn abilities(&self, all: &[Self]) -> Abilities {
        let can = |target: &Self, capability| target.dialect.allows(capability);
        let capabilities: BTreeSet<Capability> =
            Capability::ALL.iter().copied().filter(|&capability| can(self, capability)).collect();
        let elsewhere: BTreeMap<Capability, Vec<String>> = Capability::ALL
            .iter()
            .map(|&capability| {
                let able = all.iter().filter(|target| can(target, capability));
                (capability, able.map(|target| target.name.clone()).collect())
            })
            .collect();
        let limit = |limit| self.dialect.limit(limit).and_then(|value| usize::try_from(value).ok());
        Abilities {
            target: self.name.clone(),
            capabilities,
            probed: None,
            elsewhere,
            identifier_bytes: limit(Limit::IdentifierBytes).unwrap_or(usize::MAX),
            separate_scans: limit(Limit::SeparateScans),
            transaction_tables: limit(Limit::TransactionTables),
            ordered_aggregates: self.dialect.has(Function::FirstRow) && self.dialect.has(Function::LastRow),
            replaced: self.dialect.replaced().to_vec(),
            default_schema: self.dialect.default_schema().map(str::to_owned),
            named_tables: self.dialect.named_tables(),
        }
    }
}
