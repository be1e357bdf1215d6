//! `segc docs`

pub(crate) mod problems;
mod server;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;

use super::database::{DATA, Database, choose};
use super::{Opened, leave, one, open, refuse_project};
use crate::api::{Attrition, Options, Selection, Session};
use crate::artifact::Artifacts;
use crate::check::hir::SegmentId;
use crate::cli::args::{Moment, SelectArgs, Values};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::{config, folder};
use crate::diagnostic::Diagnostics;
use crate::engine::{Access, Address, Engine};
use crate::project::Disk;
use crate::site::{self, Measured, Overlap, Place};
use crate::unittest;
use problems::TargetInTheWay;
use server::Server;

/// The default folder of the site, below the project's `target/`.
const FOLDER: &str = "docs";

/// Write a static site about the project: its segments, entities, lineage and tests
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes target/docs/, a folder of HTML that needs no server: open index.html, or put the folder
on any web server. Each segment has a page: in words, its size and how many remain after each
condition, its text, lineage to the column, how it is refreshed, its SQL for each target, tests.

Sizes are those in data/, if the project has it, or in the database of --db; --no-data counts
nothing. The same project, options and rows give the same bytes.

Examples:
  segc docs
  segc docs --serve
  segc docs --out public --as-of 2026-11-20T00:00:00Z
  segc docs --db postgres://ann@db.example/shop --target postgres
  segc docs --select tag:marketing --no-data")]
pub(in crate::cli) struct Args {
    /// The segments [default: all]
    #[arg(value_name = "SEGMENTS")]
    segments: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    /// Write to this folder instead of target/docs
    #[arg(long, value_name = "DIR", conflicts_with = "serve")]
    out: Option<PathBuf>,
    /// The targets whose SQL is shown [default: all targets in segc.yml]
    #[arg(long, short, value_name = "NAME")]
    target: Vec<String>,
    /// Count members in this server or database file, not in data/
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    db: Option<String>,
    /// Count nothing
    #[arg(long, conflicts_with = "db")]
    no_data: bool,
    /// Serve the site on this machine instead of writing it
    #[arg(long)]
    serve: bool,
    /// The port of --serve; 0 for any that is free
    #[arg(long, value_name = "NUMBER", default_value_t = 8080, requires = "serve")]
    port: u16,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
}

impl Args {
    /// The folder to write to, if it is named.
    pub(super) fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    /// Whether it goes on until it is stopped.
    pub(super) fn serves(&self) -> bool {
        self.serve
    }
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_project(&args.segments, named) {
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
    let artifacts = match make(&mut opened, args, &options, terminal) {
        Ok(artifacts) => artifacts,
        Err(problems) => return opened.report(problems, terminal),
    };
    if args.serve {
        let served = Server::open(args.port).and_then(|server| server.serve(&artifacts, terminal));
        let problems = served.err().map(one).unwrap_or_default();
        return opened.report(problems, terminal);
    }
    let (folder, shown) = place(&opened, args);
    let written = folder::replace(&[(folder.as_path(), &artifacts)]);
    let exit = opened.report(written.err().unwrap_or_default(), terminal)?;
    if exit == Exit::Fine && terminal.is_human() {
        let pages = artifacts.files.keys().filter(|path| path.ends_with(".html")).count();
        writeln!(terminal.err, "wrote {shown}: {pages} pages; open {shown}/index.html")?;
    }
    leave(artifacts);
    Ok(exit)
}

/// The folder of the site, and its path for people.
fn place(opened: &Opened, args: &Args) -> (PathBuf, String) {
    match &args.out {
        Some(out) => (out.clone(), out.display().to_string()),
        None => {
            let folder = opened.root.folder.join("target").join(FOLDER);
            (folder, format!("{}target/{FOLDER}", opened.root.prefix))
        }
    }
}

/// The files of the site.
fn make(
    opened: &mut Opened,
    args: &Args,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Artifacts, Diagnostics> {
    let targets =
        if args.target.is_empty() { opened.session.targets() } else { opened.targets(&args.target)? };
    let writes_default = args.out.is_none() && !args.serve;
    if writes_default && opened.session.targets().iter().any(|target| target == FOLDER) {
        return Err(one(TargetInTheWay { span: None, target: FOLDER.to_owned() }));
    }
    let selection = opened.selection(&args.segments, &args.select, &args.target)?;
    let (suite, problems) = unittest::read(&mut opened.session, &Disk::new(&opened.root.folder));
    if problems.has_errors() {
        return Err(problems);
    }
    let measured = measure(opened, args, &selection, options, terminal)?;
    // Queries on the pages read the clock, whenever the numbers are of.
    let options = Options { as_of: None, ..options.clone() };
    site::build(&site::Request {
        session: &opened.session,
        segments: &selection,
        targets: &targets,
        options: &options,
        suite: &suite,
        findings: &opened.diagnostics,
        measured: measured.as_ref(),
    })
}

/// What is counted in the database of the arguments, or in the sample rows if there are any.
fn measure(
    opened: &mut Opened,
    args: &Args,
    selection: &Selection,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Option<Measured>, Diagnostics> {
    let has_samples = opened.root.folder.join(DATA).is_dir() && !opened.session.embedded_targets().is_empty();
    if args.no_data || (args.db.is_none() && !has_samples) {
        return Ok(None);
    }
    let segments = opened.session.selected(selection)?;
    if segments.is_empty() {
        return Ok(None);
    }
    // Where sample rows are loaded, tables may be others; the pages have the project's.
    let project = opened.session.clone();
    let counted = database(opened, args).and_then(|database| {
        let mut engine = database.open(opened, Access::Read, false, terminal)?;
        let probes = database.probe(opened, engine.as_mut())?;
        let options = Options { probes, ..options.clone() };
        let (plan, _) = opened.session.plan(&database.target, &segments, &options);
        let Some(plan) = plan else { return Ok(None) };
        let warnings = database.examine(opened, &plan, false, engine.as_mut(), terminal)?;
        let ids: Vec<SegmentId> = plan.segments.iter().map(|segment| segment.id).collect();
        let ids: Vec<SegmentId> = segments.iter().copied().filter(|id| ids.contains(id)).collect();
        let place = match &database.address {
            Address::Memory => Place::SampleRows,
            address => Place::Database(address.shown()),
        };
        let mut counted = count(&opened.session, &database.target, &ids, options, place, engine.as_mut())?;
        if let Some(counted) = &mut counted {
            counted.histories = opened.session.histories(&plan, engine.as_mut())?;
        }
        opened.diagnostics.append(warnings);
        Ok(counted)
    });
    opened.session = project;
    counted
}

/// The database, and the first of the targets that it can run.
fn database(opened: &mut Opened, args: &Args) -> Result<Database, Diagnostics> {
    match args.target.as_slice() {
        [] => choose(opened, false, args.db.as_deref(), None),
        targets => {
            let address = args.db.as_deref().map(Address::parse).transpose().map_err(one)?;
            let able = opened.session.targets_of(address.unwrap_or(Address::Memory).dialect());
            let target = targets.iter().find(|target| able.contains(target));
            choose(opened, false, args.db.as_deref(), target.map(String::as_str))
        }
    }
}

/// Counts members, all as of the same instant.
fn count(
    session: &Session,
    target: &str,
    segments: &[SegmentId],
    mut options: Options,
    place: Place,
    engine: &mut dyn Engine,
) -> Result<Option<Measured>, Diagnostics> {
    let mut attritions = BTreeMap::new();
    for &segment in segments {
        let counted = session.attrition(segment, target, &options, engine)?;
        options.as_of = Some(counted.as_of);
        attritions.insert(counted.segment.clone(), counted);
    }
    let Some(as_of) = options.as_of.filter(|_| !attritions.is_empty()) else { return Ok(None) };
    let overlaps = overlaps(session, target, segments, &attritions, &options, engine)?;
    Ok(Some(Measured { place, as_of, attritions, overlaps, histories: BTreeMap::new() }))
}

/// The most segments of an entity that are compared: the largest.
const COMPARED: usize = 24;

/// Counts the members that segments have in common, by entity. Those without members have none.
fn overlaps(
    session: &Session,
    target: &str,
    segments: &[SegmentId],
    attritions: &BTreeMap<String, Attrition>,
    options: &Options,
    engine: &mut dyn Engine,
) -> Result<BTreeMap<String, Overlap>, Diagnostics> {
    let mut of_entity: BTreeMap<&str, Vec<(u64, SegmentId)>> = BTreeMap::new();
    for &id in segments {
        let Some(counted) = attritions.get(&session.hir().segment(id).name) else { continue };
        of_entity.entry(&counted.entity).or_default().push((counted.members(), id));
    }
    let mut found = BTreeMap::new();
    for (entity, mut sizes) in of_entity {
        // The sort is stable: of equals, by name.
        sizes.sort_by_key(|&(members, _)| std::cmp::Reverse(members));
        let all = sizes.len();
        sizes.retain(|&(members, _)| members > 0);
        sizes.truncate(COMPARED);
        if sizes.len() < 2 {
            continue;
        }
        let compared: Vec<SegmentId> = sizes.into_iter().map(|(_, id)| id).collect();
        let counted = session.overlap(&compared, target, options, engine)?;
        found.insert(entity.to_owned(), Overlap::of(&counted, all - compared.len()));
    }
    Ok(found)
}
