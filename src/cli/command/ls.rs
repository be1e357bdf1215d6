//! `segc ls`

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{open, write_json};
use crate::api::Session;
use crate::artifact::sensitive_fields;
use crate::check::hir::SegmentId;
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::ListFormat;
use crate::diagnostic::Diagnostics;

/// List the segments
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  segc ls
  segc ls --select tag:marketing
  segc ls --format json | jq -r '.[].name'")]
pub(in crate::cli) struct Args {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    dir: Option<PathBuf>,
    /// The segments, by name, +name, name+ or tag:x
    #[arg(long, value_name = "EXPR")]
    select: Vec<String>,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (opened, _) = match open(args.dir.as_deref().or(named), Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let segments = match opened.session.select(&args.select) {
        Ok(segments) => segments,
        Err(slips) => return opened.report(slips, terminal),
    };
    match args.format {
        ListFormat::Table => table(&opened.session, &segments).write(&mut terminal.out)?,
        ListFormat::Json => {
            let all = segments.iter().map(|&id| object(&opened.session, id)).collect();
            write_json(&Value::Array(all), &mut terminal.out)?;
        }
    }
    // A segment with an error is not in the list: its problem says so.
    opened.report(Diagnostics::new(), terminal)
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

fn object(session: &Session, id: SegmentId) -> Value {
    let hir = session.hir();
    let segment = hir.segment(id);
    let place = session.sources.locate(segment.name_span);
    json!({
        "name": segment.name,
        "entity": hir.catalog.entity(segment.entity).name,
        "title": segment.properties.title,
        "description": segment.properties.description,
        "owner": segment.properties.owner,
        "tags": segment.properties.tags,
        "access": segment.properties.access,
        "columns": segment.columns.iter().map(|column| &column.name).collect::<Vec<_>>(),
        "sensitive_fields": sensitive_fields(hir, &session.graph().node(id).footprint),
        "materialize": session.materialize(id).name(),
        "path": place.map(|(path, _)| path),
        "line": place.map(|(_, position)| position.line),
    })
}
