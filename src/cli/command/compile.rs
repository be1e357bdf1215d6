//! `segc compile`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;

use super::database::probe;
use super::overview::{self, Row};
use super::{Opened, filter, is_plain_name, leave, one, open, refuse_project};
use crate::api::{Options, SegmentFiles};
use crate::artifact::{Artifacts, ScriptSize};
use crate::check::hir::{Materialize, SegmentId};
use crate::cli::args::{Moment, SelectArgs, Values};
use crate::cli::exit::Exit;
use crate::cli::problems::{NotInFormat, NothingStored, SeveralTargets};
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::{CompileFormat, ScriptKind};
use crate::cli::{config, folder};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::Disk;
use crate::unittest::{self, Suite};

/// Write SQL: one SELECT, or the scripts of a build
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With a single name and no --out, prints that segment's SELECT. Otherwise replaces
target/<target>/ with create.sql, refresh.sql, manifest.json, the graph, and a SELECT for
each segment, to review. --script adds the script that creates (or refreshes) each segment
alone, or prints it for a single name; --parity adds a SELECT for each table that compares
it with a fresh evaluation: no rows mean that the table is correct. --format dbt writes a dbt
package to target/<target>.dbt/ instead: a model for each segment. --format filter prints
conditions for a query of your own, with the subqueries that they need.

Examples:
  segc compile
  segc compile vip --target postgres
  segc compile vip --target postgres --script refresh
  segc compile --script create --script refresh
  segc compile vip --as-of 2026-11-20T00:00:00Z | duckdb shop.db
  segc compile --target duckdb --format dbt
  segc compile vip win_back --target bigquery --format filter --rows o
  segc compile --select tag:marketing --select +vip --target bigquery --out build")]
pub(in crate::cli) struct Args {
    /// The segments [default: all]
    #[arg(value_name = "SEGMENTS")]
    segments: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    /// The targets [default: all targets in segc.yml]
    #[arg(long, short, value_name = "NAME")]
    target: Vec<String>,
    /// Scripts, a dbt package, or conditions for a query of your own
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "scripts")]
    format: CompileFormat,
    /// The alias, in that query, of the rows that a condition is about [default: the entity's name]
    #[arg(long, value_name = "ALIAS")]
    rows: Option<String>,
    /// Write to DIR/<target>/ instead of target/<target>/
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing, and show what would be written
    #[arg(long)]
    dry_run: bool,
    /// Reject what this server or database file lacks
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    probe: Option<String>,
    /// Write, or print, the SELECTs that compare tables with fresh evaluations
    #[arg(long)]
    parity: bool,
    /// Write, or print, the script that creates or refreshes each segment alone
    #[arg(long, value_name = "KIND", value_enum)]
    script: Vec<ScriptKind>,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
}

impl Args {
    /// The folder to write to, if it is an argument.
    pub(super) fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_project(&args.segments, named) {
        return terminal.refuse(problem);
    }
    if let Err(problem) = not_in_format(args) {
        return terminal.refuse(problem);
    }
    let options = config::options(&args.values, args.moment.as_of.as_deref());
    let (mut opened, options) = match open(named, options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let chosen = opened.selected(&args.segments, &args.select, &args.target);
    let (targets, segments) = match (opened.targets(&args.target), chosen) {
        (Ok(targets), Ok(segments)) => (targets, segments),
        (targets, segments) => {
            let mut slips = targets.err().unwrap_or_default();
            slips.append(segments.err().unwrap_or_default());
            return opened.report(slips, terminal);
        }
    };
    if segments.is_empty() && (args.select.narrows() || !args.segments.is_empty()) {
        return opened.nothing_selected(terminal);
    }
    let probes = match probe(&opened, args.probe.as_deref(), &targets, &[], &options, terminal) {
        Ok(probed) if probed.untrue.has_errors() => return opened.report(probed.untrue, terminal),
        Ok(probed) => probed.probes,
        Err(problems) => return opened.report(problems, terminal),
    };
    opened.diagnostics.append(opened.session.own_templates(&targets));
    let options = Options { probes, ..options };
    if let CompileFormat::Filter | CompileFormat::FilterJson = args.format {
        if args.target.len() > 1 {
            return opened
                .report(one(SeveralTargets { span: None, segment: named_by(args).join(" ") }), terminal);
        }
        let Some(target) = targets.first() else { return Ok(Exit::WrongUse) };
        let as_json = args.format == CompileFormat::FilterJson;
        let asked = filter::Asked { target, segments: &segments, rows: args.rows.as_deref(), as_json };
        return filter::print(opened, &asked, &options, terminal);
    }
    match (plain_name(args), segments.as_slice()) {
        (Some(name), &[segment]) => print(opened, name, segment, args, &targets, &options, terminal),
        _ => write(opened, args, &targets, &segments, &options, terminal),
    }
}

/// The files to write of each segment.
fn files(args: &Args) -> SegmentFiles {
    let has = |kind| args.script.contains(&kind);
    SegmentFiles { create: has(ScriptKind::Create), refresh: has(ScriptKind::Refresh), parity: args.parity }
}

/// Rejects what a format has no place for.
fn not_in_format(args: &Args) -> Result<(), Diagnostic> {
    let (format, is_package) = match args.format {
        CompileFormat::Scripts if args.rows.is_some() => {
            return Err(NotInFormat { span: None, format: "a script", option: "--rows" }.into());
        }
        CompileFormat::Scripts => return Ok(()),
        CompileFormat::Dbt => ("a dbt package", true),
        CompileFormat::Filter | CompileFormat::FilterJson => ("a condition", false),
    };
    let option = match args {
        Args { moment: Moment { as_of: Some(_), .. }, .. } if is_package => "--as-of",
        Args { rows: Some(_), .. } if is_package => "--rows",
        Args { out: Some(_), .. } if !is_package => "--out",
        Args { parity: true, .. } => "--parity",
        Args { script, .. } if !script.is_empty() => "--script",
        _ => return Ok(()),
    };
    Err(NotInFormat { span: None, format, option }.into())
}

/// The segment whose SELECT is to be printed, if any.
fn plain_name(args: &Args) -> Option<&str> {
    match (args.segments.as_slice(), &args.out) {
        ([name], None)
            if args.format == CompileFormat::Scripts && is_plain_name(name) && !args.select.narrows() =>
        {
            Some(name)
        }
        _ => None,
    }
}

/// The segments, as the arguments name them.
fn named_by(args: &Args) -> Vec<String> {
    args.segments.iter().chain(&args.select.select).cloned().collect()
}

fn print(
    opened: Opened,
    name: &str,
    segment: SegmentId,
    args: &Args,
    targets: &[String],
    options: &Options,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    if args.target.len() > 1 {
        return opened.report(one(SeveralTargets { span: None, segment: name.to_owned() }), terminal);
    }
    let Some(target) = targets.first() else { return Ok(Exit::WrongUse) };
    let (session, materialize) = (&opened.session, opened.session.materialize(segment));
    let has = |kind: &ScriptKind| match kind {
        ScriptKind::Create => materialize != Materialize::Inline,
        ScriptKind::Refresh => materialize.is_table(),
    };
    let is_there = args.script.iter().all(has) && (!args.parity || materialize.is_table());
    let sql = match args.script.as_slice() {
        _ if !is_there => Err(one(NothingStored { span: None, segment: name.to_owned() })),
        [] if !args.parity => session.select_sql(target, segment, options),
        kinds => {
            let scripts = kinds.iter().map(|&kind| session.script(target, segment, kind.into(), options));
            let parity = args.parity.then(|| session.parity_sql(target, segment, options));
            scripts.chain(parity).collect::<Result<Vec<_>, _>>().map(|texts| texts.join("\n"))
        }
    };
    match sql {
        Ok(sql) => {
            writeln!(terminal.out, "{}", sql.trim_end())?;
            opened.report(Diagnostics::new(), terminal)
        }
        Err(problems) => opened.report(problems, terminal),
    }
}

/// If there are more segments than this, only the number of each kind is reported.
const LISTED: usize = 50;

/// A folder to be written.
struct Build {
    /// How its segments are stored and refreshed. The plan itself takes as much memory as all files.
    rows: Vec<Row>,
    artifacts: Artifacts,
    folder: PathBuf,
    shown: String,
}

fn write(
    mut opened: Opened,
    args: &Args,
    targets: &[String],
    segments: &[SegmentId],
    options: &Options,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    let mut problems = Diagnostics::new();
    let suite = unit_tests(&mut opened, args, &mut problems);
    let mut builds = Vec::new();
    for target in targets {
        let (plan, found) = opened.session.plan(target, segments, options);
        problems.append(found);
        if let Some(plan) = plan {
            let (folder, shown) = place(&opened, args, target);
            let made = match args.format {
                CompileFormat::Dbt => opened.session.dbt_package(&plan).map(|mut package| {
                    suite.add_to(&mut package);
                    package.files()
                }),
                _ => opened.session.artifacts(&plan, options, files(args)),
            };
            match made {
                Ok(artifacts) => {
                    let rows = plan.segments.iter().map(Row::of).collect();
                    builds.push(Build { rows, artifacts, folder, shown });
                }
                Err(found) => problems.append(found),
            }
            // Others use the memory again.
            if targets.last() == Some(target) {
                leave(plan);
            }
        }
    }
    // All or nothing: where the project has an error or one target refuses, no folder changes.
    if !opened.diagnostics.has_errors() && !problems.has_errors() {
        let builds: Vec<_> = builds.iter().map(|build| (build.folder.as_path(), &build.artifacts)).collect();
        let done = if args.dry_run { folder::examine(&builds) } else { folder::replace(&builds) };
        if let Err(found) = done {
            problems.append(found);
        }
    }
    let exit = opened.report(problems, terminal)?;
    if exit == Exit::Fine && terminal.is_human() {
        summarize(&builds, args.dry_run, &mut terminal.err)?;
    }
    leave(builds);
    Ok(exit)
}

/// The unit tests that a dbt package has. That there are none is no problem.
fn unit_tests(opened: &mut Opened, args: &Args, problems: &mut Diagnostics) -> Suite {
    if args.format != CompileFormat::Dbt {
        return Suite::default();
    }
    let (suite, found) = unittest::read(&mut opened.session, &Disk::new(&opened.root.folder));
    if found.has_errors() {
        problems.append(found);
    }
    suite
}

/// The folder of a target's files, and its path for people.
fn place(opened: &Opened, args: &Args, target: &str) -> (PathBuf, String) {
    let target = match args.format {
        CompileFormat::Dbt => format!("{target}.dbt"),
        _ => target.to_owned(),
    };
    match &args.out {
        Some(out) => (out.join(&target), format!("{}/{target}", out.display())),
        None => {
            let folder = opened.root.folder.join("target").join(&target);
            (folder, format!("{}target/{target}", opened.root.prefix))
        }
    }
}

/// The scripts in numbers: `create 77 statements, 20 scans; refresh 105 statements, 35 scans`.
fn size(artifacts: &Artifacts) -> String {
    if artifacts.files.contains_key("dbt_project.yml") {
        let tests = artifacts.files.keys().filter(|path| path.starts_with("tests/")).count();
        return format!("a dbt package, {tests} tests of keys beside those of its columns");
    }
    let [create, refresh] = artifacts
        .sizes
        .map(|ScriptSize { statements, scans }| format!("{statements} statements, {scans} scans"));
    format!("create {create}; refresh {refresh}")
}

/// Reports what was written. Targets with the same table share one, below their folders.
fn summarize(builds: &[Build], is_dry: bool, err: &mut dyn Write) -> io::Result<()> {
    let mut groups: Vec<(Vec<&Build>, &[Row])> = Vec::new();
    for build in builds {
        match groups.iter_mut().find(|(_, known)| *known == build.rows) {
            Some((builds, _)) => builds.push(build),
            None => groups.push((vec![build], &build.rows)),
        }
    }
    for (at, (builds, rows)) in groups.iter().enumerate() {
        if at > 0 {
            writeln!(err)?;
        }
        for build in builds {
            let plural = if rows.len() == 1 { "" } else { "s" };
            writeln!(
                err,
                "{} {}: {} segment{plural}; {}",
                if is_dry { "would write" } else { "wrote" },
                build.shown,
                rows.len(),
                size(&build.artifacts)
            )?;
        }
        writeln!(err)?;
        match rows.len() {
            0..=LISTED => overview::list(rows, err)?,
            _ => overview::count(rows, err)?,
        }
    }
    Ok(())
}
