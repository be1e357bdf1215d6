//! The library's face: a project from its folder to its artifacts.
//!
//! Stands on every stage and does nothing of their work itself. Must not know: the
//! command line, the terminal, exit codes.

mod matrix;
mod select;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use select::problems;

pub use matrix::{Cell, LimitRow, Matrix, MatrixRow};
pub use select::select;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::artifact::Artifacts;
use crate::catalog::Catalog;
use crate::check::hir::{Hir, Materialize, SegmentId};
use crate::diagnostic::{Diagnostics, Sources};
use crate::plan::Plan;
use crate::types::calendar::Calendar;

/// Stands in for the loaded `segc.yml` until the stage that loads it is here.
#[derive(Debug)]
pub struct Project {
    /// Its name.
    pub name: String,
}

/// What the caller decides, beside what the project's files say.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Values of parameters, as text, by name.
    pub params: BTreeMap<String, String>,
    /// The tier whose policy applies.
    pub tier: Option<String>,
    /// The instant to bake in; otherwise scripts read the engine's clock.
    pub as_of: Option<Timestamp>,
}

/// A part of a build that an engine executes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// The segment that it makes or refreshes; `None` for what all of them need.
    pub segment: Option<String>,
    /// The statements, in order.
    pub statements: Vec<String>,
    /// The query that then counts the segment's members; `None` if it is not stored.
    pub count: Option<String>,
}

/// A loaded, checked project.
#[derive(Debug)]
pub struct Session {
    /// Every file that was read.
    pub sources: Sources,
    /// What `segc.yml` says, if it could be read.
    pub project: Option<Project>,
    root: PathBuf,
    hir: Hir,
}

/// Loads and checks everything under `root`. What has errors is left out of the session;
/// the rest is there all the same, so that it can be looked at.
#[must_use]
pub fn open(root: &Path, _options: &Options) -> (Session, Diagnostics) {
    let hir = Hir {
        catalog: Arc::new(Catalog::default()),
        calendar: Calendar::default(),
        params: Vec::new(),
        traits: Vec::new(),
        segments: Vec::new(),
    };
    let session = Session { sources: Sources::default(), project: None, root: root.to_owned(), hir };
    (session, Diagnostics::new())
}

impl Session {
    /// The project's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.project.as_ref().map_or("", |project| &project.name)
    }

    /// The checked tree: every segment without errors.
    #[must_use]
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    /// The names of the project's targets, the default one first.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        Vec::new()
    }

    /// Those targets that the embedded engine can run.
    #[must_use]
    pub fn embedded_targets(&self) -> Vec<String> {
        self.targets()
    }

    /// How a segment is stored: what it says itself, or the project's default.
    #[must_use]
    pub fn materialize(&self, id: SegmentId) -> Materialize {
        let own = self.hir.segment(id).properties.materialize;
        own.map_or_else(Materialize::default, |(materialize, _)| materialize)
    }

    /// The segments that the patterns choose; all if there is no pattern.
    ///
    /// # Errors
    ///
    /// Every pattern that chooses nothing.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<SegmentId>, Diagnostics> {
        select(&self.hir, &self.graph, patterns)
    }

    /// The plan of a build.
    #[must_use]
    pub fn plan(
        &self,
        _target: &str,
        _segments: &[SegmentId],
        _options: &Options,
    ) -> (Option<Plan>, Diagnostics) {
        (None, Diagnostics::new())
    }

    /// One self-contained `SELECT` of a segment's members.
    ///
    /// # Errors
    ///
    /// What the target or the policy refuses.
    pub fn select_sql(
        &self,
        _target: &str,
        _segment: SegmentId,
        _options: &Options,
    ) -> Result<String, Diagnostics> {
        Ok(String::new())
    }

    /// The files of a build.
    #[must_use]
    pub fn artifacts(&self, plan: &Plan) -> Artifacts {
        let scripts = crate::artifact::Scripts::default();
        crate::artifact::build(self.name(), plan, &self.hir, &self.sources, scripts)
    }

    /// The statements of a build, to be executed here and now in this order.
    ///
    /// # Errors
    ///
    /// What can't be written in the target's SQL.
    pub fn steps(&self, _plan: &Plan, _refresh: bool) -> Result<Vec<Step>, Diagnostics> {
        Ok(Vec::new())
    }

    /// What each target can do, by its dialect, the project's policy and a tier.
    #[must_use]
    pub fn capability_matrix(&self, tier: Option<&str>) -> Matrix {
        Matrix {
            tier: tier.map(str::to_owned),
            targets: self.targets(),
            capabilities: Vec::new(),
            limits: Vec::new(),
        }
    }
}
