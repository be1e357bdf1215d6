//! `segc parents` and `segc children`

use std::io::{self, Write};
use std::path::Path;

use super::{open, refuse_folder, write_json};
use crate::api::{Relation, Session};
use crate::check::hir::SegmentId;
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::Diagnostics;

/// List the segments that a segment refers to, and where
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A segment refers to others with `extends`, with `in segment`, also through traits, and by its
place in an exclusive group.

Examples:
  segc parents win_back
  segc parents win_back --all    also what these refer to
  segc parents win_back --format json | jq -r '.[].parent'")]
pub(in crate::cli) struct ParentsArgs {
    #[command(flatten)]
    of: Of,
}

/// List the segments that refer to a segment, and where
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A segment refers to others with `extends`, with `in segment`, also through traits, and by its
place in an exclusive group.

Examples:
  segc children high_value
  segc children high_value --all     also those that refer to these
  segc children high_value --format json | jq -r '.[].child'")]
pub(in crate::cli) struct ChildrenArgs {
    #[command(flatten)]
    of: Of,
}

#[derive(Debug, clap::Args)]
struct Of {
    /// The segment
    #[arg(value_name = "SEGMENT")]
    segment: String,
    /// Also the indirect ones
    #[arg(long)]
    all: bool,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
}

pub(super) fn parents(args: &ParentsArgs, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    run(&args.of, named, terminal, "refers to no segment", Session::parents)
}

pub(super) fn children(
    args: &ChildrenArgs,
    named: Option<&Path>,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    run(&args.of, named, terminal, "isn't referred to by any segment", Session::children)
}

fn run(
    args: &Of,
    named: Option<&Path>,
    terminal: &mut Terminal,
    none: &str,
    find: impl Fn(&Session, SegmentId, bool) -> Vec<Relation>,
) -> io::Result<Exit> {
    if let Err(problem) = refuse_folder(std::slice::from_ref(&args.segment), named) {
        return terminal.refuse(problem);
    }
    let (opened, _) = match open(named, Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let segment = match opened.segment(&args.segment) {
        Ok(segment) => segment,
        // It may be unknown because of an error.
        Err(_) if opened.diagnostics.has_errors() => return opened.report(Diagnostics::new(), terminal),
        Err(slips) => return opened.report(slips, terminal),
    };
    let relations = find(&opened.session, segment, args.all);
    match args.format {
        AnswerFormat::Json => write_json(&serde_json::to_value(&relations)?, &mut terminal.out)?,
        AnswerFormat::Human if relations.is_empty() => {
            terminal.flush()?;
            if terminal.is_human() {
                writeln!(terminal.err, "`{}` {none}", args.segment)?;
            }
        }
        AnswerFormat::Human => table(&relations, &opened.root.prefix).write(&mut terminal.out)?,
    }
    opened.report(Diagnostics::new(), terminal)
}

fn table(relations: &[Relation], prefix: &str) -> Table {
    let mut table = Table::new(["SEGMENT", "REFERS TO", "BY", "WHERE"]);
    for one in relations {
        let Relation { child, parent, path, line, column, .. } = one;
        let place = format!("{prefix}{path}:{line}:{column}");
        table.row([child.clone(), parent.clone(), one.how(), place]);
    }
    table
}
