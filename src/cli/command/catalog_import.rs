//! `segc catalog import`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use similar::TextDiff;

use super::one;
use crate::api::{self, Options};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::preset::Preset;
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, visible};
use crate::engine::{Access, Address};
use crate::import::catalog::problems::{NotACatalogFile, UnknownZone, UnreadableDocument};
use crate::import::catalog::{
    self, Document, Existing, FamilyRule, FileEdit, Found, Outcome, Report, Settings,
};
use crate::project::{Disk, Files as _};
use crate::types::{closest_zone, find_zone};

/// The maximum number of skipped things that are listed.
const LISTED: usize = 20;

/// Write the catalog from what a database, files or another tool say of tables
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("source").required(true).multiple(true)
        .args(["db", "information_schema", "dbt", "cube", "metricflow", "preset", "files"]),
    group = clap::ArgGroup::new("document").args(["information_schema", "dbt", "cube", "metricflow", "preset", "files"]),
    after_help = "\
What is new is added. What is in the catalog already keeps its bytes: where the source says
something else, a warning says so. What the source doesn't know is a TODO in the file.

Examples:
  segc catalog import --db shop.db
  segc catalog import --db postgres://localhost/shop --schema sales --zone UTC
  segc catalog import --db shop.db --tables 'orders*' --tables customers --dry-run
  segc catalog import --db shop.db --family 'evt_*=event'
  segc catalog import data/*.csv
  segc catalog import --preset stripe
  segc catalog import --information-schema columns.csv
  segc catalog import --dbt target --select tag:marts --select path:models/crm
  segc catalog import --cube model/cubes --db postgres://localhost/shop"
)]
pub(in crate::cli) struct Args {
    /// Data files: .csv, .tsv, .jsonl, .ndjson or .parquet
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The tables of this server (postgres://…, or host=… dbname=…) or database file
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    db: Option<String>,
    /// An export of INFORMATION_SCHEMA.COLUMNS, as CSV or JSON
    #[arg(long, value_name = "FILE")]
    information_schema: Option<PathBuf>,
    /// A dbt project's target folder, or its manifest.json; catalog.json beside it has the types
    #[arg(long, value_name = "DIR|FILE")]
    dbt: Option<PathBuf>,
    /// Only models with such names, or tag:…, path:…, package:…, source:… (repeatable)
    #[arg(long, value_name = "PATTERN", requires = "dbt")]
    select: Vec<String>,
    /// Data models of Cube in YAML, as files or folders; --db adds the types of columns
    #[arg(long, value_name = "DIR|FILE", num_args = 1..)]
    cube: Vec<PathBuf>,
    /// Semantic models of MetricFlow in YAML, as files or folders; --db adds the types of columns
    #[arg(long, value_name = "DIR|FILE", num_args = 1..)]
    metricflow: Vec<PathBuf>,
    /// The database whose types a document has, if it doesn't say
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    /// Only this schema
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Only tables with such names, such as 'stg_*' or 'sales.*' (repeatable)
    #[arg(long, value_name = "PATTERN")]
    tables: Vec<String>,
    /// Make one entity of tables with such names, one for each event: 'evt_*=event' (repeatable)
    #[arg(long, value_name = "PATTERN=ENTITY", conflicts_with = "preset")]
    family: Vec<String>,
    /// The ready-made catalog of a tool's tables
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "db")]
    preset: Option<Preset>,
    /// The file for new entities [default: catalog/imported.yml, or catalog/PRESET.yml]
    #[arg(long, value_name = "FILE")]
    into: Option<String>,
    /// The time zone of times that have none, such as UTC
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Print the changes as a diff, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (root, settings) = match (config::root(named), settings(args)) {
        (Ok(root), Ok(settings)) => (root, settings),
        (root, settings) => {
            let mut problems = settings.err().unwrap_or_default();
            root.err().into_iter().for_each(|problem| problems.push(problem));
            return terminal.report(&Sources::default(), problems);
        }
    };
    terminal.set_prefix(root.prefix.clone());
    let existing = match Existing::read(&Disk::new(&root.folder)) {
        Ok(existing) => existing,
        Err((sources, problems)) => return terminal.report(&sources, problems),
    };
    let outcome = match args.preset {
        Some(preset) => catalog::import_preset(preset.catalog(), &existing, &settings.into),
        None => match find(args, &root.folder, terminal) {
            Ok(found) => catalog::import(&found, &existing, &settings),
            Err((sources, problems)) => return terminal.report(&sources, problems),
        },
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(problems) => return terminal.report(&existing.sources, problems),
    };
    if args.dry_run {
        for edit in &outcome.edits {
            write_diff(edit, &mut terminal.out)?;
        }
        terminal.flush()?;
    } else {
        let files: Vec<(String, String)> =
            outcome.edits.iter().map(|edit| (edit.path.clone(), edit.after.clone())).collect();
        if let Err(problem) = folder::replace_files(&root.folder, &files) {
            return terminal.refuse(problem);
        }
    }
    let Outcome { edits, report, differences } = outcome;
    if terminal.is_human() {
        tell(&report, &edits, &root.prefix, args.dry_run, &mut terminal.err)?;
    }
    terminal.report(&existing.sources, differences)
}

fn settings(args: &Args) -> Result<Settings, Diagnostics> {
    let mut problems = Diagnostics::new();
    let usual = || format!("catalog/{}.yml", args.preset.map_or("imported", Preset::name));
    let asked = args.into.clone().unwrap_or_else(usual);
    let into = into(&asked);
    if into.is_none() {
        problems.push(NotACatalogFile { span: None, path: asked });
    }
    let zone = args.zone.as_ref().map(|name| {
        let zone = find_zone(name).map(|(_, name)| name);
        if zone.is_none() {
            let near = closest_zone(name).map(|near| near.to_string());
            problems.push(UnknownZone { span: None, name: name.clone(), near });
        }
        zone
    });
    let mut families = Vec::new();
    for text in &args.family {
        match FamilyRule::parse(text) {
            Ok(rule) => families.push(rule),
            Err(found) => problems.append(found),
        }
    }
    match into.filter(|_| problems.is_empty()) {
        Some(into) => {
            let is_whole = args.tables.is_empty() && args.schema.is_none() && args.select.is_empty();
            Ok(Settings { into, zone: zone.flatten(), is_whole, families })
        }
        None => Err(problems),
    }
}

/// The path of a catalog file in the project.
fn into(text: &str) -> Option<String> {
    let path = text.strip_prefix("./").unwrap_or(text);
    let path = if path.contains('/') { path.to_owned() } else { format!("catalog/{path}") };
    let mut parts = path.split('/');
    let is_plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\\');
    let is_in = parts.next() == Some("catalog") && parts.all(is_plain);
    (is_in && (path.ends_with(".yml") || path.ends_with(".yaml"))).then_some(path)
}

/// Problems, and the documents that they are in.
type Failed = (Sources, Diagnostics);

fn find(args: &Args, folder: &Path, terminal: &mut Terminal) -> Result<Found, Failed> {
    let from = args.from.as_deref();
    let mut found = if let Some(path) = &args.information_schema {
        let document = document(path)?;
        return catalog::read_information_schema(&document, from, args.schema.as_deref(), &args.tables);
    } else if !args.files.is_empty() {
        return catalog::read_data_files(&args.files).map_err(|problems| (Sources::default(), problems));
    } else if let Some(path) = &args.dbt {
        let manifest = if path.is_dir() { path.join("manifest.json") } else { path.clone() };
        let beside = manifest.with_file_name("catalog.json");
        let types = if beside.is_file() { Some(document(&beside)?) } else { None };
        catalog::read_dbt(&document(&manifest)?, types.as_ref(), from, &args.select)?
    } else if !args.cube.is_empty() {
        catalog::read_cube(&documents(&args.cube)?)?
    } else if !args.metricflow.is_empty() {
        catalog::read_metricflow(&documents(&args.metricflow)?)?
    } else {
        return database(args, &args.tables, folder, terminal);
    };
    if args.db.is_some() {
        found.complete(&database(args, &found.table_names(), folder, terminal)?);
    }
    Ok(found)
}

/// The tables of the database in the arguments.
fn database(args: &Args, tables: &[String], folder: &Path, terminal: &mut Terminal) -> Result<Found, Failed> {
    let failed = |problem: Diagnostic| (Sources::default(), one(problem));
    let address =
        Address::parse(args.db.as_deref().unwrap_or_default()).map_err(|error| failed(error.into()))?;
    terminal.trace(|| format!("database {}, to read", address.shown()));
    let engine = address.open(Access::Read).and_then(|engine| terminal.limited(engine));
    let mut engine = engine.map_err(|error| failed(error.into()))?;
    let (session, _) = api::open(folder, &Options::default());
    let segments = session.hir().segments.iter().map(|segment| segment.name.to_lowercase()).collect();
    let (shown, schema) = (address.shown(), args.schema.as_deref());
    catalog::read_database(engine.as_mut(), &shown, schema, tables, &segments)
        .map_err(|problems| (Sources::default(), problems))
}

/// The files, and all YAML files in the folders.
fn documents(paths: &[PathBuf]) -> Result<Vec<Document>, Failed> {
    let mut documents = Vec::new();
    for path in paths {
        if !path.is_dir() {
            documents.push(document(path)?);
            continue;
        }
        let mut names = Disk::new(path).list("").paths;
        names.retain(|name| name.ends_with(".yml") || name.ends_with(".yaml"));
        names.sort();
        for name in names {
            documents.push(document(&path.join(name))?);
        }
    }
    Ok(documents)
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the files in its arguments")]
fn document(path: &Path) -> Result<Document, Failed> {
    let failed = |reason: String| {
        let problem = UnreadableDocument { span: None, path: path.display().to_string(), reason };
        (Sources::default(), one(problem))
    };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it isn't UTF-8".to_owned()))?;
    Ok(Document { path: path.display().to_string(), text })
}

fn write_diff(edit: &FileEdit, out: &mut dyn Write) -> io::Result<()> {
    let before = edit.before.as_deref().unwrap_or_default();
    let old = edit.before.as_ref().map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{}", edit.path));
    let diff = TextDiff::from_lines(before, &edit.after);
    write!(out, "{}", diff.unified_diff().header(&old, &format!("b/{}", edit.path)))
}

fn tell(
    report: &Report,
    edits: &[FileEdit],
    prefix: &str,
    is_dry: bool,
    err: &mut dyn Write,
) -> io::Result<()> {
    for edit in edits {
        let what = match (is_dry, &edit.before) {
            (true, _) => "would write",
            (false, Some(_)) => "added to",
            (false, None) => "wrote",
        };
        writeln!(err, "{what} {}", PathBuf::from(format!("{prefix}{}", edit.path)).display())?;
    }
    let count = |number: usize, one: &str, many: &str| match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    };
    writeln!(
        err,
        "{}: {}, {}, {}",
        count(report.tables, "table", "tables"),
        count(report.entities.len(), "new entity", "new entities"),
        count(report.fields, "new field", "new fields"),
        count(report.links, "new link", "new links"),
    )?;
    for (entity, tables) in &report.families {
        writeln!(err, "  {entity}: {}", visible(tables))?;
    }
    if !report.questions.is_empty() {
        writeln!(err, "{} to answer:", count(report.questions.len(), "question", "questions"))?;
    }
    for question in &report.questions {
        writeln!(err, "  {} · {}: {}", question.entity, question.about, visible(&question.text))?;
    }
    if !report.skipped.is_empty() {
        writeln!(err, "{} not imported:", report.skipped.len())?;
    }
    for (what, why) in report.skipped.iter().take(LISTED) {
        writeln!(err, "  {}: {}", visible(what), visible(why))?;
    }
    match report.skipped.len().checked_sub(LISTED).filter(|more| *more > 0) {
        Some(more) => writeln!(err, "  and {more} more"),
        None => Ok(()),
    }
}
