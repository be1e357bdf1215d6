//! From files to a checked project.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::levels::Silence;
use super::lists;
use super::problems::{PasswordInFile, UnknownExposed, UnknownTier};
use super::session::{Options, Session};
use super::targets::read_targets;
use crate::analyze::{Analysis, analyze};
use crate::check::hir::Hir;
use crate::check::{self, Given, ParamOrigin, ParamValue, Settings};
use crate::diagnostic::{Diagnostics, closest};
use crate::dialect::Dialects;
use crate::engine::Address;
use crate::project::{self, Disk, Exposure, Files, Param, ParamSetting, Project};
use crate::syntax;

/// Loads and checks the project in the folder `root`. Parts with errors aren't in the session; all
/// others are, so that they can be inspected.
#[must_use]
pub fn open(root: &Path, options: &Options) -> (Session, Diagnostics) {
    open_files(&Disk::new(root), options)
}

/// Loads and checks a project from any [`Files`].
#[must_use]
pub fn open_files(files: &dyn Files, options: &Options) -> (Session, Diagnostics) {
    let mut project = project::load_from(files);
    let mut problems = std::mem::take(&mut project.problems);
    let dialects = Dialects::load(&project.dialects, &mut problems);
    let targets = read_targets(&project, &dialects, &mut problems);
    if let Some(tier) = &options.tier
        && !project.config.tiers.contains_key(tier)
    {
        let known: Vec<String> = project.config.tiers.keys().cloned().collect();
        let near = closest(tier, known.iter().map(String::as_str)).map(str::to_owned);
        problems.push(UnknownTier { span: None, tier: tier.clone(), known, near });
    }
    for target in project.config.targets.iter().flatten() {
        if let Some(url) = target.url.as_ref().filter(|url| Address::holds_password(&url.0)) {
            problems.push(PasswordInFile { span: url.1, target: target.name.clone() });
        }
    }
    let syntax = parse(&project, &mut problems);
    let mut catalog = std::mem::take(&mut project.catalog);
    lists::add(files, &syntax, &mut catalog, &targets, &mut problems);
    let catalog = Arc::new(catalog);
    let settings = Settings {
        calendar: project.config.calendar.clone(),
        materialize: project.config.materialize,
        params: params(&project, options),
    };
    let hir = check::check(&syntax, catalog, &settings, &mut problems);
    let Analysis { hir, graph, fingerprints } = analyze(hir, &mut problems);
    check_exposures(&project.config.exposures, &hir, &mut problems);
    let Project { config, sources, .. } = project;
    let syntax = Arc::new(syntax);
    problems.sort(&sources);
    let mut silence = Silence::of(&config.warnings, &sources);
    let warned = problems.iter().filter_map(|problem| problem.span).collect();
    let problems = silence.apply(&sources, problems);
    let logical = OnceLock::new();
    let session = Session {
        sources,
        config,
        syntax,
        settings,
        hir,
        graph,
        fingerprints,
        logical,
        warned,
        silence,
        dialects,
        targets,
    };
    (session, problems)
}

/// Reports segments that exposures name and that don't exist. With other errors, they may only be unread.
fn check_exposures(exposures: &[Exposure], hir: &Hir, problems: &mut Diagnostics) {
    if problems.has_errors() {
        return;
    }
    for exposure in exposures {
        for (name, span) in exposure.segments.iter().filter(|(name, _)| hir.find(name).is_none()) {
            let known = hir.segments.iter().map(|segment| segment.name.as_str());
            let near = closest(name, known).map(str::to_owned);
            problems.push(UnknownExposed { span: *span, name: name.clone(), near });
        }
    }
}

fn parse(project: &Project, problems: &mut Diagnostics) -> Vec<syntax::ast::File> {
    let parsed: Vec<(syntax::ast::File, Diagnostics)> = project
        .segments
        .par_iter()
        .map(|(source, text)| {
            let mut found = Diagnostics::new();
            let file = syntax::parse(*source, text, &mut found);
            (file, found)
        })
        .collect();
    parsed
        .into_iter()
        .map(|(file, found)| {
            problems.append(found);
            file
        })
        .collect()
}

/// The value of a parameter in a file.
pub(super) fn of_file(param: &Param) -> (String, ParamValue) {
    let given = match &param.value {
        ParamSetting::Text(text) => Given::Text(text.clone()),
        ParamSetting::Literal(literal) => Given::Literal(literal.clone()),
    };
    (param.name.clone(), ParamValue { given, origin: ParamOrigin::Project(param.span) })
}

/// The values of parameters. The caller's take precedence over those in `segc.yml`.
fn params(project: &Project, options: &Options) -> BTreeMap<String, ParamValue> {
    let of_project = project.config.params.iter().map(of_file);
    let of_caller = options.params.iter().map(|(name, text)| {
        let given = Given::Text(text.clone());
        (name.clone(), ParamValue { given, origin: ParamOrigin::CommandLine })
    });
    of_project.chain(of_caller).collect()
}
