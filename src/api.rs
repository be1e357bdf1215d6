//! The library's face: a project from its folder to its artifacts.
//!
//! Stands on every stage and does nothing of their work itself. Must not know: the
//! command line, the terminal, exit codes.

mod matrix;
pub(crate) mod problems;
mod select;
#[cfg(test)]
pub(crate) mod testing;

pub use matrix::{Cell, LimitRow, Matrix, MatrixRow};
pub use select::select;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::artifact::Artifacts;
use crate::check::hir::{Hir, Materialize, SegmentId};
use crate::check::{self, Given, ParamOrigin, ParamValue, Settings};
use crate::diagnostic::{Diagnostics, Sources};
use crate::plan::Plan;
use crate::project::{self, Config, ParamSetting};
use crate::syntax;
use problems::UnknownTier;

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
    /// What `segc.yml` says, as far as it could be read.
    pub config: Config,
    root: PathBuf,
    hir: Hir,
}

/// Loads and checks everything under `root`. What has errors is left out of the session;
/// the rest is there all the same, so that it can be looked at.
#[must_use]
pub fn open(root: &Path, options: &Options) -> (Session, Diagnostics) {
    let project = project::load(root);
    let mut problems = project.problems;
    if let Some(tier) = &options.tier
        && !project.config.tiers.contains_key(tier)
    {
        let known = project.config.tiers.keys().cloned().collect();
        problems.push(UnknownTier { span: None, name: tier.clone(), known });
    }
    // To be filled in: the files of `project.dialects`, and the rules of policies.
    let files: Vec<_> =
        project.segments.iter().map(|(source, text)| syntax::parse(*source, text, &mut problems)).collect();
    let settings =
        Settings { calendar: project.config.calendar.clone(), params: given(&project.config, options) };
    let hir = check::check(&files, Arc::new(project.catalog), &settings, &mut problems);
    let session = Session { sources: project.sources, config: project.config, root: root.to_owned(), hir };
    (session, problems)
}

/// The values of parameters: those of `segc.yml`, unless the caller gives others.
fn given(config: &Config, options: &Options) -> BTreeMap<String, ParamValue> {
    let of_project = config.params.iter().map(|param| {
        let given = match &param.value {
            ParamSetting::Text(text) => Given::Text(text.clone()),
            ParamSetting::Literal(literal) => Given::Literal(literal.clone()),
        };
        (param.name.clone(), ParamValue { given, origin: ParamOrigin::Project(param.span) })
    });
    let of_caller = options.params.iter().map(|(name, text)| {
        let given = Given::Text(text.clone());
        (name.clone(), ParamValue { given, origin: ParamOrigin::CommandLine })
    });
    of_project.chain(of_caller).collect()
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
        &self.config.name
    }

    /// The checked tree: every segment without errors.
    #[must_use]
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    /// The names of the project's targets, the default one first.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        self.config.targets.iter().flatten().map(|target| target.name.clone()).collect()
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
        own.map_or(self.config.materialize, |(materialize, _)| materialize)
    }

    /// The segments that the patterns choose; all if there is no pattern.
    ///
    /// # Errors
    ///
    /// Every pattern that chooses nothing.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<SegmentId>, Diagnostics> {
        select(&self.hir, patterns)
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
