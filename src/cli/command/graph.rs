//! `segc graph`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{open, say_nothing_selected};
use crate::artifact;
use crate::cli::args::SelectArgs;
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;

/// Draw the dependencies between segments and tables
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  segc graph                     Mermaid, which GitHub draws in Markdown
  segc graph --format dot | dot -Tsvg > graph.svg
  segc graph --select +vip
  segc graph --build             with what a refresh builds together")]
pub(in crate::cli) struct Args {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    select: SelectArgs,
    /// The target [default: the first target in segc.yml]
    #[arg(long, short, value_name = "NAME")]
    target: Option<String>,
    /// Put the segments that a refresh builds together into boxes, with what they share
    #[arg(long)]
    build: bool,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "mermaid")]
    format: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    Mermaid,
    Dot,
    Json,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (opened, options) = match open(args.dir.as_deref().or(named), Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let names: Vec<String> = args.target.iter().cloned().collect();
    let (targets, segments) = match (opened.targets(&names), opened.selected(&[], &args.select, &names)) {
        (Ok(targets), Ok(segments)) => (targets, segments),
        (targets, segments) => {
            let mut slips = targets.err().unwrap_or_default();
            slips.append(segments.err().unwrap_or_default());
            return opened.report(slips, terminal);
        }
    };
    let Some(target) = targets.first() else { return Ok(Exit::WrongUse) };
    let (plan, found) = opened.session.plan(target, &segments, &options);
    if let Some(plan) = plan.filter(|_| !found.has_errors()) {
        let graph = artifact::Graph::of(&plan, opened.session.hir());
        let graph = if args.build { graph.grouped(&plan) } else { graph };
        let text = match args.format {
            GraphFormat::Mermaid => graph.mermaid(),
            GraphFormat::Dot => graph.dot(),
            GraphFormat::Json => graph.json(),
        };
        terminal.out.write_all(text.as_bytes())?;
    }
    if segments.is_empty() && args.select.narrows() {
        say_nothing_selected(terminal)?;
    }
    opened.report(found, terminal)
}
