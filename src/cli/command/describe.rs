//! `segc describe`

use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use super::{open, refuse_folder, write_json};
use crate::cli::args::Values;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::DescribeFormat;
use crate::describe::Describer;
use crate::diagnostic::Diagnostics;

/// Describe segments in plain English
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Says who is a member: every condition in a sentence, and what happens to missing values wherever
the sentence alone would leave it open. Two segments with the same sentences have the same
members. The words for entities, fields and links are those of the catalog (`singular`, `plural`,
`label`),
and those for segments are their titles.

Examples:
  segc describe win_back
  segc describe win_back --tree
  segc describe tag:marketing --format markdown
  segc describe --format json | jq -r '.[].text'")]
pub(in crate::cli) struct Args {
    /// The segments, by name, +name, name+ or tag:x; all by default
    #[arg(value_name = "SEGMENT")]
    segments: Vec<String>,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: DescribeFormat,
    /// Draw the conditions as a tree
    #[arg(long, conflicts_with = "format")]
    tree: bool,
    #[command(flatten)]
    values: Values,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_folder(&args.segments, named) {
        return terminal.refuse(problem);
    }
    let (opened, _) = match open(named, config::options(&args.values, None), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let segments = match opened.session.select(&args.segments) {
        Ok(segments) => segments,
        Err(slips) => return opened.report(slips, terminal),
    };
    let session = &opened.session;
    let describer = Describer::new(session.hir());
    if args.format == DescribeFormat::Json {
        let all = segments.iter().map(|&id| session.description_json(id, &describer.segment(id)));
        let all = all.collect();
        write_json(&Value::Array(all), &mut terminal.out)?;
    } else {
        for (at, &id) in segments.iter().enumerate() {
            if at > 0 {
                writeln!(terminal.out)?;
            }
            let description = describer.segment(id);
            let text = match args.format {
                DescribeFormat::Markdown => description.markdown(),
                _ if args.tree => description.tree(),
                _ => description.text(),
            };
            terminal.out.write_all(text.as_bytes())?;
        }
    }
    terminal.flush()?;
    // A segment with an error is not described: its problem says so.
    opened.report(Diagnostics::new(), terminal)
}
