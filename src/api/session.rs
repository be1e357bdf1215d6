//! A loaded, checked project and what can be compiled from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::levels::Silence;
use super::matrix::{LimitRow, Matrix, MatrixCell, MatrixRow, PolicyLimitRow};
use super::probe::Probe;
use super::scripts::{Build, Execution, SegmentFiles, builds, execution, script_text, scripts, select_sql};
use super::select::{Selection, select};
use super::targets::Target;
use crate::analyze::Graph;
use crate::analyze::logical::Logical;
use crate::artifact::{self, Artifacts};
use crate::check::Settings;
use crate::check::hir::{Hir, Materialize, SegmentId};
use crate::diagnostic::{Diagnostics, Sources, Span};
use crate::dialect::{Capability, Dialect, Dialects, Limit, TemplatesHash};
use crate::engine::EMBEDDED_TARGET;
use crate::plan::program::{Mode, ProgramScope, program};
use crate::plan::{self, Abilities, Plan, Policy, Request, SegmentPlan};
use crate::project::{Config, PolicyLimit};
use crate::syntax::ast;

/// The caller's options, in addition to the project's files.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The values of parameters as text, by name.
    pub params: BTreeMap<String, String>,
    /// The tier whose policy applies in addition to the project's.
    pub tier: Option<String>,
    /// The instant to write into the SQL. By default, scripts read the engine's clock.
    pub as_of: Option<Timestamp>,
    /// The results of probing databases, by the names of their targets.
    #[doc(hidden)]
    pub probes: BTreeMap<String, Probe>,
}

/// A loaded, checked project.
#[derive(Debug, Clone)]
pub struct Session {
    /// All files that were read.
    pub sources: Sources,
    pub(super) config: Config,
    /// The syntax trees, to check them again with other values for parameters.
    pub(super) syntax: Arc<Vec<ast::File>>,
    pub(super) settings: Settings,
    pub(super) hir: Hir,
    pub(super) graph: Graph,
    pub(super) fingerprints: Vec<String>,
    /// What segments ask, once something needs it.
    pub(super) logical: OnceLock<Arc<Logical>>,
    /// The places that opening it has warned of.
    pub(super) warned: Vec<Span>,
    /// Which warnings are reported.
    pub(super) silence: Silence,
    pub(super) dialects: Dialects,
    pub(super) targets: Vec<Target>,
}

impl Session {
    /// The contents of `segc.yml`.
    #[must_use]
    #[doc(hidden)]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The name of the project.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// The checked tree, with all segments that have no errors.
    #[must_use]
    #[doc(hidden)]
    pub fn hir(&self) -> &Hir {
        &self.hir
    }

    /// The dependencies between segments.
    #[must_use]
    #[doc(hidden)]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// All dialects, both built-in and the project's own.
    #[must_use]
    #[doc(hidden)]
    pub fn dialects(&self) -> &Dialects {
        &self.dialects
    }

    /// The names of the project's targets, in the order of `segc.yml`.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        self.targets.iter().map(|target| target.name.clone()).collect()
    }

    /// The targets that the embedded engine can execute, because their dialect is the engine's or
    /// extends it.
    #[must_use]
    pub fn embedded_targets(&self) -> Vec<String> {
        self.targets_of(EMBEDDED_TARGET)
    }

    /// The targets whose dialect is this one or extends it.
    #[must_use]
    #[doc(hidden)]
    pub fn targets_of(&self, dialect: &str) -> Vec<String> {
        let able = self.targets.iter().filter(|target| target.dialect.origin == dialect);
        able.map(|target| target.name.clone()).collect()
    }

    /// The dialect of a target.
    #[must_use]
    #[doc(hidden)]
    pub fn dialect(&self, target: &str) -> Option<Arc<Dialect>> {
        self.target(target).map(|target| Arc::clone(&target.dialect))
    }

    /// Warnings about the dialects of these targets that have templates of the user's own, whose
    /// meaning nothing has proved yet. A dialect is named once.
    #[must_use]
    #[doc(hidden)]
    pub fn own_templates(&self, targets: &[String]) -> Diagnostics {
        let mut problems = Diagnostics::new();
        let mut named = BTreeSet::new();
        for target in self.targets.iter().filter(|target| targets.contains(&target.name)) {
            let needs_engine = target.dialect.origin != EMBEDDED_TARGET;
            let path = |span: Span| self.sources.get(span.source).map(|source| source.path().to_owned());
            if named.insert(&target.dialect.name)
                && let Some(warning) = target.dialect.own_templates(needs_engine, path)
            {
                problems.push(warning);
            }
        }
        problems
    }

    /// How a segment is stored: as it declares, or else by the project's default.
    #[must_use]
    pub fn materialize(&self, id: SegmentId) -> Materialize {
        self.hir.segment(id).properties.materialize.map_or(self.config.materialize, |(how, _)| how)
    }

    /// The segments that the patterns select; all segments if there are no patterns.
    ///
    /// # Errors
    ///
    /// Reports every pattern that selects nothing.
    pub fn select(&self, patterns: &[String]) -> Result<Vec<SegmentId>, Diagnostics> {
        select(self, &Selection::of(patterns))
    }

    /// The segments of a selection, ordered by name.
    ///
    /// # Errors
    ///
    /// Reports every part of it that selects nothing. That everything is excluded, or that nothing differs from
    /// an earlier build, isn't an error.
    pub fn selected(&self, selection: &Selection) -> Result<Vec<SegmentId>, Diagnostics> {
        select(self, selection)
    }

    /// The plan of a build, without the segments that the target or a policy rejects. `None` if the
    /// project has no such target.
    #[must_use]
    pub fn plan(
        &self,
        target: &str,
        segments: &[SegmentId],
        options: &Options,
    ) -> (Option<Plan>, Diagnostics) {
        let mut problems = Diagnostics::new();
        let plan = self.with_request(target, segments, options, |request| plan::plan(request, &mut problems));
        (plan, problems)
    }

    /// Reports what a target or a policy rejects about the segments, without planning them.
    #[must_use]
    pub fn judge(&self, target: &str, segments: &[SegmentId], options: &Options) -> Diagnostics {
        let mut problems = Diagnostics::new();
        self.with_request(target, segments, options, |request| plan::allowed(request, &mut problems));
        problems
    }

    /// A self-contained `SELECT` of a segment's members.
    ///
    /// # Errors
    ///
    /// Reports what the target or the policy rejects.
    pub fn select_sql(
        &self,
        target: &str,
        segment: SegmentId,
        options: &Options,
    ) -> Result<String, Diagnostics> {
        let planned = self.standalone(target, segment, options)?;
        let target = self.target(target).ok_or_else(Diagnostics::new)?;
        select_sql(self, target, &planned, options.as_of)
    }

    /// The plan of a segment by itself: everything it refers to is inlined.
    pub(super) fn standalone(
        &self,
        target: &str,
        segment: SegmentId,
        options: &Options,
    ) -> Result<SegmentPlan, Diagnostics> {
        let mut problems = Diagnostics::new();
        let planned = self.with_request(target, &[segment], options, |request| {
            let allowed = plan::allowed(request, &mut problems);
            allowed.contains(&segment).then(|| plan::standalone(request, segment))
        });
        match planned.flatten() {
            Some(planned) if !problems.has_errors() => Ok(planned),
            _ => Err(problems),
        }
    }

    /// The files of a build, and for each segment its SELECT and the requested files. `options`
    /// are those of the plan.
    ///
    /// # Errors
    ///
    /// Reports what can't be written in the target's SQL.
    pub fn artifacts(
        &self,
        plan: &Plan,
        options: &Options,
        files: SegmentFiles,
    ) -> Result<Artifacts, Diagnostics> {
        let Some(target) = self.target(&plan.target) else { return Ok(Artifacts::default()) };
        let mut scripts = scripts(self, target, plan, files)?;
        if files.parity {
            self.add_parity(target, plan, options, &mut scripts)?;
        }
        Ok(artifact::build(self.name(), plan, (&self.hir, &self.graph), &self.sources, scripts))
    }

    /// The script that creates or refreshes one segment alone, after those that it depends on.
    ///
    /// # Errors
    ///
    /// Reports what the target or the policy rejects, and what can't be written in the target's SQL.
    #[doc(hidden)]
    pub fn script(
        &self,
        target: &str,
        segment: SegmentId,
        mode: Mode,
        options: &Options,
    ) -> Result<String, Diagnostics> {
        let (plan, problems) = self.plan(target, &[segment], options);
        let planned = plan.as_ref().and_then(|plan| plan.segments.iter().find(|one| one.id == segment));
        match (&plan, planned, self.target(target)) {
            (Some(plan), Some(planned), Some(target)) if !problems.has_errors() => {
                let program = program(plan, ProgramScope::One(planned), mode);
                script_text(self, target, &program).map(|(text, _)| text)
            }
            _ => Err(problems),
        }
    }

    /// The statements of a build, to be executed immediately.
    ///
    /// # Errors
    ///
    /// Reports what can't be written in the target's SQL.
    #[doc(hidden)]
    pub fn execution(&self, plan: &Plan, mode: Mode) -> Result<Execution, Diagnostics> {
        let Some(target) = self.target(&plan.target) else { return Ok(Execution::default()) };
        execution(self, target, plan, mode)
    }

    /// What the builds of a plan are, in numbers: in full, and as a refresh.
    ///
    /// # Errors
    ///
    /// Reports what can't be written in the target's SQL.
    #[doc(hidden)]
    pub fn builds(&self, plan: &Plan) -> Result<Option<[Build; 2]>, Diagnostics> {
        self.target(&plan.target).map(|target| builds(self, target, plan)).transpose()
    }

    /// The capabilities of each target, given its dialect, a probe of its database if there is one,
    /// the project's policy and a tier.
    #[must_use]
    #[doc(hidden)]
    pub fn capability_matrix(&self, tier: Option<&str>, probes: &BTreeMap<String, Probe>) -> Matrix {
        let row = |&capability| MatrixRow {
            capability,
            cells: self.targets.iter().map(|target| self.cell(target, capability, tier, probes)).collect(),
        };
        let limits = |&limit: &Limit| LimitRow {
            limit,
            values: self.targets.iter().map(|target| target.dialect.limit(limit)).collect(),
        };
        let chosen = tier.and_then(|tier| self.config.tiers.get(tier));
        let policy_limits = |&limit: &PolicyLimit| PolicyLimitRow {
            limit,
            policy: self.config.policy.limit(limit).map(|(number, _)| number),
            tier: chosen.and_then(|tier| tier.limit(limit)).map(|(number, _)| number),
        };
        Matrix {
            tier: tier.map(str::to_owned),
            targets: self.targets(),
            probes: self.targets.iter().map(|target| probes.get(&target.name).cloned()).collect(),
            capabilities: Capability::ALL.iter().map(row).collect(),
            limits: Limit::ALL.iter().map(limits).collect(),
            policy_limits: PolicyLimit::ALL.iter().map(policy_limits).collect(),
        }
    }

    fn cell(
        &self,
        target: &Target,
        capability: Capability,
        tier: Option<&str>,
        probes: &BTreeMap<String, Probe>,
    ) -> MatrixCell {
        let answer = target.dialect.answer(capability);
        if !answer.allowed {
            return MatrixCell::No;
        }
        let probe = probes.get(&target.name);
        if let Some(otherwise) = probe.and_then(|probe| probe.missing.get(&capability)) {
            return MatrixCell::OffByProbe { otherwise: otherwise.clone() };
        }
        if plan::NOT_YET.contains(&capability) {
            return MatrixCell::NotYet;
        }
        if self.config.policy.forbids(capability).is_some() {
            return MatrixCell::OffByPolicy;
        }
        let policy = tier.and_then(|tier| Some((tier, self.config.tiers.get(tier)?)));
        if let Some((tier, _)) = policy.filter(|(_, policy)| policy.forbids(capability).is_some()) {
            return MatrixCell::OffByTier { tier: tier.to_owned() };
        }
        let note: Vec<&str> = answer.cost.iter().chain(&answer.note).map(String::as_str).collect();
        MatrixCell::Yes { note: (!note.is_empty()).then(|| note.join("; ")) }
    }

    pub(super) fn target(&self, name: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.name == name)
    }

    pub(super) fn with_request<T>(
        &self,
        target: &str,
        segments: &[SegmentId],
        options: &Options,
        work: impl FnOnce(&Request<'_>) -> T,
    ) -> Option<T> {
        let target = self.target(target)?;
        let probed = options.probes.get(&target.name).map(Probe::for_plan);
        let abilities = Abilities { probed, ..target.abilities(&self.targets) };
        let tier = options.tier.as_ref().and_then(|tier| self.config.tiers.get_key_value(tier));
        let mut policies = vec![Policy { tier: None, rules: &self.config.policy }];
        policies.extend(tier.map(|(name, rules)| Policy { tier: Some(name.as_str()), rules }));
        Some(work(&Request {
            hir: &self.hir,
            graph: &self.graph,
            fingerprints: &self.fingerprints,
            segments,
            abilities: &abilities,
            dialect: &target.dialect.name,
            schema: &target.schema,
            policies: &policies,
            materialize: self.config.materialize,
            zone_span: self.config.timezone_span,
            as_of: options.as_of,
            tables: plan::tables(&self.hir, &target.name),
            on_stale_state: self.config.on_stale_state,
            sources: &self.sources,
            templates: TemplatesHash(&target.dialect),
        }))
    }
}
