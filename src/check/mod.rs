//! From names to meaning: resolves and types the syntax tree against the catalog.
//!
//! Must not know: targets, capabilities, SQL.
//!
//! Order of work: `names` collects what every name stands for, `params` gives
//! parameters their values, `properties` reads what segments say of themselves,
//! `groups` puts exclusive groups in order, `graph` finds dependencies, and `expr` then checks every
//! trait and segment after all that it needs. What has an error is left out of the [`Hir`], and so,
//! silently, is what depends on it.

pub mod canonical;
pub(crate) mod columns;
mod elsewhere;
mod expansion_limit;
mod expr;
mod graph;
mod groups;
pub mod hir;
mod lists;
mod meant;
mod names;
mod params;
pub(crate) mod pattern;
pub(crate) mod problems;
mod project;
pub(crate) mod proof;
mod properties;
mod resolve;
mod retention;
pub(crate) mod tree;
mod unused;
pub mod visit;
pub mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::syntax::ast;
use crate::types::Materialize;
use crate::types::calendar::Calendar;

pub use hir::Hir;
pub use params::{Given, ParamOrigin, ParamValue};

/// What a project says beside its segments.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The time zone and the first day of weeks.
    pub calendar: Calendar,
    /// How segments are stored that do not say.
    pub materialize: Materialize,
    /// Values for parameters, which go before their defaults.
    pub params: BTreeMap<String, ParamValue>,
}

/// The properties of a segment, and whether it is enabled. Their problems are reported when it is checked.
pub(crate) fn properties_of(segment: &ast::Segment) -> (hir::Properties, bool) {
    let read = properties::read(segment, &mut Diagnostics::new());
    (read.properties, read.disabled.is_none())
}

/// Checks all files of a project together. Every problem is reported; what comes back is
/// what has none.
pub fn check(
    files: &[ast::File],
    catalog: Arc<Catalog>,
    settings: &Settings,
    problems: &mut Diagnostics,
) -> Hir {
    project::check(files, catalog, settings, problems)
}
