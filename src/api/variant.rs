//! The same project with other values for parameters, or with rows in other tables, for unit tests.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::open::of_file;
use super::session::Session;
use crate::analyze::{Analysis, analyze};
use crate::catalog::{EntityId, TableSource};
use crate::check;
use crate::diagnostic::Diagnostics;
use crate::project::Param;
use crate::syntax::ast;

impl Session {
    /// The project with values for parameters that take precedence over its own. Its files are
    /// neither read nor parsed again.
    #[must_use]
    #[doc(hidden)]
    pub fn with_params(&self, params: &[Param]) -> (Self, Diagnostics) {
        let mut problems = Diagnostics::new();
        let mut settings = self.settings.clone();
        settings.params.extend(params.iter().map(of_file));
        let hir = check::check(&self.syntax, Arc::clone(&self.hir.catalog), &settings, &mut problems);
        let Analysis { hir, graph, fingerprints } = analyze(hir, &mut problems);
        let logical = OnceLock::new();
        (Self { settings, hir, graph, fingerprints, logical, ..self.clone() }, problems)
    }

    /// The project with the rows of some entities in these tables, on every target.
    #[must_use]
    #[doc(hidden)]
    pub fn with_tables(&self, tables: &BTreeMap<EntityId, TableSource>) -> Self {
        let mut session = self.clone();
        if tables.is_empty() {
            return session;
        }
        let mut catalog = (*session.hir.catalog).clone();
        for (&id, source) in tables {
            if let Some(entity) = catalog.entities.get_mut(id.0 as usize) {
                entity.source = source.clone();
                entity.target_sources.clear();
            }
        }
        session.hir.catalog = Arc::new(catalog);
        session
    }

    /// The project with the rows of all days in one table, for entities that have a table for each day on a
    /// target: sample data is loaded into such a table.
    #[must_use]
    #[doc(hidden)]
    pub fn with_sample_tables(&self, target: &str) -> Self {
        let of_days = self.hir.catalog.iter().filter_map(|(id, entity)| match entity.source_on(target) {
            TableSource::Shards(shards) => Some((id, TableSource::Table(shards.name.clone()))),
            TableSource::Table(_) | TableSource::Query { .. } | TableSource::Tables(_) => None,
        });
        self.with_tables(&of_days.collect())
    }

    /// Whether a file contains a segment of that name, even a disabled or invalid one.
    #[must_use]
    #[doc(hidden)]
    pub fn is_written(&self, segment: &str) -> bool {
        let items = self.syntax.iter().flat_map(|file| &file.items);
        items.into_iter().any(|item| matches!(item, ast::Item::Segment(one) if one.name.text == segment))
    }
}
