//! The database that a command uses, and the target whose SQL it executes.

use std::collections::BTreeMap;
use std::io::Write;

use super::{Opened, one};
use crate::api::{Options, Probe};
use crate::check::hir::SegmentId;
use crate::cli::args::DatabaseArgs;
use crate::cli::clock::{duration, now};
use crate::cli::problems::{NoTables, NoTarget, NoUrlVariable};
use crate::cli::terminal::{Terminal, variable};
use crate::conformance::Kit;
use crate::diagnostic::Diagnostics;
use crate::engine::problems::NoDatabaseFile;
use crate::engine::{Access, Address, Embedded, Engine};
use crate::plan::Plan;

/// The folder of a project's sample data.
pub(super) const DATA: &str = "data";

/// How many rows of a table are compared with the catalog before a run, which must not read more of
/// a large table than the run itself. `check --probe` reads them all.
const FIRST_ROWS: u32 = 100_000;

/// A database, and the target whose SQL it executes.
pub(super) struct Database {
    pub(super) target: String,
    pub(super) address: Address,
}

/// The database or the database of the target in the arguments. Otherwise, the embedded engine in
/// memory. Where sample data is loaded, a table for each day is one table.
pub(super) fn choose(
    opened: &mut Opened,
    load: bool,
    database: Option<&str>,
    target: Option<&str>,
) -> Result<Database, Diagnostics> {
    let named: Vec<String> = target.iter().map(|&name| name.to_owned()).collect();
    let targets = opened.targets(&named)?;
    let address = match (database, target) {
        (Some(text), _) => Address::parse(text).map_err(one)?,
        (None, Some(target)) => of_target(opened, target)?,
        (None, None) => Address::Memory,
    };
    let able = opened.session.targets_of(address.dialect());
    let chosen = targets.into_iter().find(|target| able.contains(target));
    let target = chosen.ok_or_else(|| {
        let engine = match &address {
            Address::Memory => "the embedded engine".to_owned(),
            Address::File(_) | Address::Server(_) => format!("`{}`", address.shown()),
        };
        let why = match target {
            Some(name) => format!("{engine} can't run the target `{name}`"),
            None => format!("{engine} can't run any of the project's targets"),
        };
        one(NoTarget { span: None, why, able })
    })?;
    if load || address == Address::Memory {
        opened.session = opened.session.with_sample_tables(&target);
    }
    Ok(Database { target, address })
}

/// The database of a target in `segc.yml`.
fn of_target(opened: &Opened, target: &str) -> Result<Address, Diagnostics> {
    let declared = opened.session.config().targets.iter().flatten().find(|one| one.name == target);
    let Some(declared) = declared else { return Ok(Address::Memory) };
    let text = match (&declared.url, &declared.url_env) {
        (Some(url), _) => url.0.clone(),
        (None, Some((name, span))) => match variable(name) {
            Some(url) => url,
            None => {
                let (name, target) = (name.clone(), target.to_owned());
                return Err(one(NoUrlVariable { span: Some(*span), name, target }));
            }
        },
        (None, None) => return Ok(Address::Memory),
    };
    Address::parse(&text).map_err(one)
}

/// The result of probing a database.
#[derive(Default)]
pub(super) struct Probed {
    /// Its capabilities, for each target that it can run.
    pub(super) probes: BTreeMap<String, Probe>,
    /// Where the catalog disagrees with it.
    pub(super) untrue: Diagnostics,
}

/// Probes a database for each target that it can run. With `segments`, also compares the catalog
/// with the columns that they read.
pub(super) fn probe(
    opened: &Opened,
    database: Option<&str>,
    targets: &[String],
    segments: &[SegmentId],
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Probed, Diagnostics> {
    let Some(text) = database else { return Ok(Probed::default()) };
    let address = Address::parse(text).map_err(one)?;
    let able = opened.session.targets_of(address.dialect());
    let mut probed: Vec<&String> = targets.iter().filter(|target| able.contains(target)).collect();
    probed.sort();
    if probed.is_empty() {
        let why = format!("`{}` can't run any of the targets", address.shown());
        return Err(one(NoTarget { span: None, why, able }));
    }
    terminal.trace(|| format!("database {}, to read", address.shown()));
    let engine = address.open(Access::Read).map_err(one)?;
    let mut engine = terminal.limited(engine).map_err(one)?;
    let mut answer = Probed::default();
    for target in probed {
        let probe = opened.session.probe(target, &address.shown(), engine.as_mut()).map_err(one)?;
        answer.probes.insert(target.clone(), probe);
        answer.untrue.append(wrong_templates(opened, target, engine.as_mut()));
        if let (Some(plan), _) = opened.session.plan(target, segments, options) {
            let shown = address.shown();
            answer.untrue.append(opened.session.compare_schema(
                &plan,
                &shown,
                engine.as_mut(),
                None,
                &mut Vec::new(),
            ));
        }
    }
    Ok(answer)
}

/// A database that is open for questions about segments: its engine, the target whose SQL it executes, and the
/// options with what a probe has found.
pub(super) struct Ready {
    pub(super) engine: Box<dyn Engine>,
    pub(super) target: String,
    pub(super) options: Options,
}

/// Opens the database in the arguments to read it, and checks that it has what these segments read.
pub(super) fn ready(
    opened: &mut Opened,
    place: &DatabaseArgs,
    segments: &[SegmentId],
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Ready, Diagnostics> {
    let database = choose(opened, false, place.db.as_deref(), place.target.as_deref())?;
    let mut engine = database.open(opened, Access::Read, false, terminal)?;
    let probes = database.probe(opened, engine.as_mut())?;
    let options = Options { probes, ..options.clone() };
    let (plan, _) = opened.session.plan(&database.target, segments, &options);
    if let Some(plan) = plan {
        database.examine(opened, &plan, false, engine.as_mut(), terminal)?;
    }
    Ok(Ready { engine, target: database.target, options })
}

impl Database {
    /// Probes its capabilities, unless it is the embedded engine.
    pub(super) fn probe(
        &self,
        opened: &Opened,
        engine: &mut dyn Engine,
    ) -> Result<BTreeMap<String, Probe>, Diagnostics> {
        if self.address == Address::Memory {
            return Ok(BTreeMap::new());
        }
        let probe = opened.session.probe(&self.target, &self.address.shown(), engine).map_err(one)?;
        Ok(BTreeMap::from([(self.target.clone(), probe)]))
    }

    /// Opens the database. In memory, or if requested, sample data is loaded first.
    pub(super) fn open(
        &self,
        opened: &Opened,
        access: Access,
        load: bool,
        terminal: &mut Terminal,
    ) -> Result<Box<dyn Engine>, Diagnostics> {
        terminal.trace(|| {
            let how = if access == Access::Read { ", to read" } else { "" };
            format!("database {}{how}, target {}", self.address.shown(), self.target)
        });
        let file = match &self.address {
            Address::Memory => None,
            Address::File(path) if load => Some(path.as_path()),
            Address::File(path) if !path.is_file() => {
                return Err(one(NoDatabaseFile { span: None, path: self.address.shown() }));
            }
            Address::File(_) | Address::Server(_) => {
                let engine = self.address.open(access).map_err(one)?;
                return terminal.limited(engine).map_err(one);
            }
        };
        let mut engine = Embedded::open(file).map_err(one)?;
        load_samples(&mut engine, opened, &self.target, terminal)?;
        terminal.limited(Box::new(engine)).map_err(one)
    }
}

/// Templates of the project's own that mean something else on this engine.
fn wrong_templates(opened: &Opened, target: &str, engine: &mut dyn Engine) -> Diagnostics {
    match opened.session.dialect(target) {
        Some(dialect) => Kit::new(dialect, Vec::new(), Vec::new()).own_functions(engine),
        None => Diagnostics::new(),
    }
}

impl Database {
    /// Checks that the project's own templates mean what they must, and that the database has what a plan
    /// reads: the tables, and in a user's own database the columns as declared in the catalog. Returns
    /// warnings.
    pub(super) fn examine(
        &self,
        opened: &Opened,
        plan: &Plan,
        load: bool,
        engine: &mut dyn Engine,
        terminal: &mut Terminal,
    ) -> Result<Diagnostics, Diagnostics> {
        let wrong = wrong_templates(opened, &self.target, engine);
        if wrong.has_errors() {
            return Err(wrong);
        }
        let samples = load || self.address == Address::Memory;
        let reads = opened.session.source_tables(plan)?;
        let is_missing = |(_, query): &&(String, String)| engine.query(query).is_err();
        let missing: Vec<String> = reads.iter().filter(is_missing).map(|(table, _)| table.clone()).collect();
        if !missing.is_empty() && (samples || missing.len() == reads.len()) {
            let database = (!samples).then(|| self.address.shown());
            let is_server = matches!(self.address, Address::Server(_));
            return Err(one(NoTables { span: None, tables: missing, database, is_server }));
        }
        // Tables that segc fills itself are as the catalog says.
        if samples {
            return Ok(Diagnostics::new());
        }
        let mut partly = Vec::new();
        let shown = self.address.shown();
        let untrue = opened.session.compare_schema(plan, &shown, engine, Some(FIRST_ROWS), &mut partly);
        if !partly.is_empty() && terminal.is_human() {
            // Where stderr is gone, there is nobody to tell.
            let _ = writeln!(
                terminal.err,
                "compared the catalog with the first {FIRST_ROWS} rows of {}; `segc check --probe` reads all",
                partly.join(", ")
            );
        }
        if untrue.has_errors() { Err(untrue) } else { Ok(untrue) }
    }
}

/// Fills the tables from the sample files, and returns the names of those without a file.
fn load_samples(
    engine: &mut Embedded,
    opened: &Opened,
    target: &str,
    terminal: &mut Terminal,
) -> Result<(), Diagnostics> {
    let catalog = &opened.session.hir().catalog;
    let begun = now();
    let report = engine.load_files(catalog, target, &opened.root.folder.join(DATA))?;
    terminal.trace(|| {
        let rows: u64 = report.loaded.iter().map(|table| table.rows).sum();
        let (tables, time) = (report.loaded.len(), duration(begun.elapsed()));
        format!("loaded {tables} tables, {rows} rows, from {DATA}/ in {time}")
    });
    let warnings = opened.session.leveled(report.warnings);
    if warnings.has_errors() {
        return Err(warnings);
    }
    if !warnings.is_empty() {
        // Where stderr is gone, there is nobody to tell.
        let _ = terminal.report(&opened.session.sources, warnings);
    }
    if !report.without_file.is_empty() && terminal.is_human() {
        // Where stderr is gone, there is nobody to tell.
        let _ = writeln!(terminal.err, "no file in {DATA}/ for {}", report.without_file.join(", "));
    }
    Ok(())
}
