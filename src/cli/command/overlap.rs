//! `segc overlap`

use std::io::{self, Write};
use std::path::Path;

use super::database::{Ready, ready};
use super::{Opened, open, refuse_project, write_json};
use crate::api::{MOST_COMBINED, Options, Overlap};
use crate::check::hir::SegmentId;
use crate::cli::args::{DatabaseArgs, Moment, SelectArgs, Values};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::table::{Table, percent};
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::Diagnostics;

/// Count the members that segments have in common
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Shows how many are in exactly which of the segments (of up to 8), and for each pair how many are in
both, Jaccard's index (both as a share of either), and the share of each that is in the other.
Runs a single query, and only reads. Members that only `expire` retains aren't counted.

Examples:
  segc overlap vip buyers
  segc overlap --select tag:crm
  segc overlap vip buyers lapsed --db postgres://ann@db.example/shop
  segc overlap --select entity:customer --format json | jq '.pairs[] | select(.jaccard > 0.8)'")]
pub(in crate::cli) struct Args {
    /// The segments, all of one entity
    #[arg(value_name = "SEGMENTS", required_unless_present = "select")]
    segments: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    place: DatabaseArgs,
    /// How to write the answer
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
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
    let segments = match opened.selected(&args.segments, &args.select, args.place.target.as_slice()) {
        Ok(segments) if segments.is_empty() => return opened.nothing_selected(terminal),
        Ok(segments) => segments,
        Err(problems) => return opened.report(problems, terminal),
    };
    let answer = match answer(&mut opened, args, &segments, &options, terminal) {
        Ok(answer) => answer,
        Err(problems) => return opened.report(problems, terminal),
    };
    match args.format {
        AnswerFormat::Human => write_tables(&answer, &mut terminal.out)?,
        AnswerFormat::Json => write_json(&serde_json::to_value(&answer)?, &mut terminal.out)?,
    }
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

fn answer(
    opened: &mut Opened,
    args: &Args,
    segments: &[SegmentId],
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Overlap, Diagnostics> {
    opened.session.comparable(segments)?;
    let Ready { mut engine, target, options } = ready(opened, &args.place, segments, options, terminal)?;
    opened.session.overlap(segments, &target, &options, engine.as_mut())
}

fn write_tables(answer: &Overlap, out: &mut dyn Write) -> io::Result<()> {
    let Overlap { entity, rows, as_of, .. } = answer;
    writeln!(out, "{} segments, {rows} rows of {entity}, as of {as_of}", answer.segments.len())?;
    writeln!(out)?;
    let mut table = Table::new(["SEGMENT", "MEMBERS", "OF ALL"]).right(&[1, 2]);
    for one in &answer.segments {
        table.row([one.segment.clone(), one.members.to_string(), percent(one.share)]);
    }
    table.write(out)?;
    if let Some(combinations) = &answer.combinations {
        writeln!(out)?;
        let mut table = Table::new(["IN EXACTLY", "ONLY", "OF ALL"]).right(&[1, 2]);
        for one in combinations {
            let names =
                if one.segments.is_empty() { "none of them".to_owned() } else { one.segments.join(", ") };
            table.row([names, one.only.to_string(), percent(one.share)]);
        }
        table.write(out)?;
    }
    writeln!(out)?;
    let header = ["FIRST", "SECOND", "BOTH", "EITHER", "JACCARD", "OF FIRST", "OF SECOND"];
    let mut table = Table::new(header).right(&[2, 3, 4, 5, 6]);
    for pair in &answer.pairs {
        table.row([
            pair.first.clone(),
            pair.second.clone(),
            pair.both.to_string(),
            pair.either.to_string(),
            pair.jaccard.map_or_else(|| "-".to_owned(), |index| format!("{index:.3}")),
            percent(pair.first_in_second),
            percent(pair.second_in_first),
        ]);
    }
    table.write(out)?;
    if answer.combinations.is_none() {
        writeln!(out)?;
        writeln!(out, "combinations are counted of up to {MOST_COMBINED} segments")?;
    }
    Ok(())
}
