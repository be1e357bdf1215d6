//! `segc ls`

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Opened, open, say_nothing_selected, write_json};
use crate::api::{Entry, Selection, Session};
use crate::check::hir::SegmentId;
use crate::cli::args::SelectArgs;
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostics, visible};
use crate::project::Disk;
use crate::unittest::{self, Case};

/// List the segments
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  segc ls
  segc ls --select tag:marketing --exclude '*_test'
  segc ls --select state:modified+ --state build
  segc ls --format name | xargs -n 1 segc plan
  segc ls --format json | jq '.[] | {name, conditions}'")]
pub(in crate::cli) struct Args {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    select: SelectArgs,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: LsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LsFormat {
    /// Aligned columns
    Table,
    /// A name per line
    Name,
    /// The path of a file per line, each once
    Path,
    /// Everything that is known, also of disabled segments
    Json,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (mut opened, _) = match open(args.dir.as_deref().or(named), Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let selection = match opened.selection(&[], &args.select, &[]) {
        Ok(selection) => selection,
        Err(slips) => return opened.report(slips, terminal),
    };
    let mut problems = Diagnostics::new();
    let listed = match args.format {
        LsFormat::Json => json(&mut opened, &selection, &mut problems, terminal),
        format => lines(&opened, &selection, format, terminal),
    };
    let count = match listed {
        Ok(count) => count?,
        Err(slips) => return opened.report(slips, terminal),
    };
    if count == 0 && args.select.narrows() {
        say_nothing_selected(terminal)?;
    }
    // A segment with an error is not in the list: its problem says so.
    opened.report(problems, terminal)
}

/// Writes a table or lines, and returns the number of segments.
fn lines(
    opened: &Opened,
    selection: &Selection,
    format: LsFormat,
    terminal: &mut Terminal,
) -> Result<io::Result<usize>, Diagnostics> {
    let session = &opened.session;
    let segments = session.selected(selection)?;
    let segment = |&id| session.hir().segment(id);
    let out = &mut terminal.out;
    let written = match format {
        LsFormat::Name => {
            let mut names = segments.iter().map(|id| &segment(id).name);
            names.try_for_each(|name| writeln!(out, "{}", visible(name)))
        }
        LsFormat::Path => {
            let path = |id| session.sources.locate(segment(id).name_span).map(|(path, _)| path);
            let paths: BTreeSet<&str> = segments.iter().filter_map(path).collect();
            let prefix = &opened.root.prefix;
            paths.into_iter().try_for_each(|path| writeln!(out, "{}", visible(&format!("{prefix}{path}"))))
        }
        LsFormat::Table | LsFormat::Json => table(session, &segments).write(out),
    };
    Ok(written.map(|()| segments.len()))
}

/// Writes everything about the segments, with their unit tests, and returns their number.
fn json(
    opened: &mut Opened,
    selection: &Selection,
    problems: &mut Diagnostics,
    terminal: &mut Terminal,
) -> Result<io::Result<usize>, Diagnostics> {
    let entries = opened.session.entries(selection)?;
    let mut tests: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    if !opened.diagnostics.has_errors() {
        let (suite, found) = unittest::read(&mut opened.session, &Disk::new(&opened.root.folder));
        // That there are no tests is no problem here.
        if found.has_errors() {
            problems.append(found);
        }
        for case in &suite.cases {
            for expectation in &case.expectations {
                tests.entry(expectation.name.clone()).or_default().push(test(case));
            }
        }
    }
    let with_tests = |entry: &Entry| {
        let mut value = serde_json::to_value(entry).unwrap_or_default();
        value["tests"] = Value::Array(tests.remove(&entry.name).unwrap_or_default());
        value
    };
    let all = entries.iter().map(with_tests).collect();
    Ok(write_json(&Value::Array(all), &mut terminal.out).map(|()| entries.len()))
}

fn test(case: &Case) -> Value {
    json!({ "name": case.name, "path": case.path, "line": case.line })
}

fn table(session: &Session, segments: &[SegmentId]) -> Table {
    let hir = session.hir();
    let mut table = Table::new(["SEGMENT", "ENTITY", "MATERIALIZE", "OWNER", "TAGS"]);
    for &id in segments {
        let segment = hir.segment(id);
        table.row([
            segment.name.clone(),
            hir.catalog.entity(segment.entity).name.clone(),
            session.materialize(id).name().to_owned(),
            segment.properties.owner.clone().unwrap_or_default(),
            segment.properties.tags.join(", "),
        ]);
    }
    table
}
