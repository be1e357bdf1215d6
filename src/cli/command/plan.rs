//! `segc plan`

use std::io;
use std::path::Path;

use serde_json::json;

use super::overview::{self, Row};
use super::{Opened, is_plain_name, open, refuse_project, say_nothing_selected, write_json};
use crate::api::{Asked, AskedScan};
use crate::artifact::{ManifestLog, ManifestRefresh, ManifestState};
use crate::check::hir::SegmentId;
use crate::cli::args::{SelectArgs, Values};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::plan_report;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::Diagnostics;
use crate::plan::{Plan, SegmentPlan};

/// Show how a segment is refreshed, or why it is rebuilt
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Shows how the segment is stored, why members may leave it, and which rows make a refresh
evaluate an entity again: arrivals, window edges, conditions that change with the clock,
segments that it reads. For a rebuild, shows every reason, with the declaration that would
remove it. Doesn't need a database.

Without a segment, also shows what a build shares, and how many measures the segments ask
for, from how many scans.

Examples:
  segc plan                      every segment, in a table
  segc plan vip
  segc plan --select tag:crm     several, in a table
  segc plan vip --target bigquery
  segc plan vip --format json | jq .refresh.obstacles")]
pub(in crate::cli) struct Args {
    /// The segment, or several, in a table [default: all]
    #[arg(value_name = "SEGMENTS")]
    segments: Vec<String>,
    #[command(flatten)]
    select: SelectArgs,
    /// The target [default: the first target in segc.yml]
    #[arg(long, short, value_name = "NAME")]
    target: Option<String>,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    values: Values,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Err(problem) = refuse_project(&args.segments, named) {
        return terminal.refuse(problem);
    }
    let (opened, options) = match open(named, config::options(&args.values, None), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let names: Vec<String> = args.target.iter().cloned().collect();
    let (targets, segments) =
        match (opened.targets(&names), opened.selected(&args.segments, &args.select, &names)) {
            (Ok(targets), Ok(segments)) => (targets, segments),
            (targets, segments) => {
                let mut slips = targets.err().unwrap_or_default();
                slips.append(segments.err().unwrap_or_default());
                return opened.report(slips, terminal);
            }
        };
    let Some(target) = targets.first() else { return Ok(Exit::WrongUse) };
    let (plan, problems) = opened.session.plan(target, &segments, &options);
    let is_empty = segments.is_empty() && (args.select.narrows() || !args.segments.is_empty());
    let single = match args.segments.as_slice() {
        [name] if is_plain_name(name) && !args.select.narrows() => Some(name),
        _ => None,
    };
    if let Some(plan) = plan.filter(|_| !problems.has_errors()) {
        match single {
            None if is_empty && args.format == AnswerFormat::Human => {}
            Some(name) => {
                let segment = plan.segments.iter().find(|segment| segment.name == *name);
                segment.map_or(Ok(()), |segment| write_one(&opened, segment, args.format, terminal))?;
            }
            None => write_all(&opened, &plan, args.format, terminal)?,
        }
        terminal.flush()?;
    }
    if is_empty {
        say_nothing_selected(terminal)?;
    }
    opened.report(problems, terminal)
}

fn write_one(
    opened: &Opened,
    segment: &SegmentPlan,
    format: AnswerFormat,
    terminal: &mut Terminal,
) -> io::Result<()> {
    match format {
        AnswerFormat::Human => {
            let shown = plan_report::Proof {
                segment,
                hir: opened.session.hir(),
                sources: &opened.session.sources,
                prefix: &opened.root.prefix,
            };
            shown.write(&mut terminal.out)
        }
        AnswerFormat::Json => write_json(&object(opened, segment), &mut terminal.out),
    }
}

fn write_all(opened: &Opened, plan: &Plan, format: AnswerFormat, terminal: &mut Terminal) -> io::Result<()> {
    match format {
        AnswerFormat::Human => {
            let rows: Vec<Row> = plan.segments.iter().map(Row::of).collect();
            overview::list(&rows, &mut terminal.out)?;
            // If it can't be written in SQL, `segc compile` says why.
            if let Ok(Some(builds)) = opened.session.builds(plan) {
                overview::builds(&builds, &mut terminal.out)?;
            }
            overview::asked(rows.len(), &asked(opened, plan), &mut terminal.out)
        }
        AnswerFormat::Json => {
            let segments: Vec<_> = plan.segments.iter().map(|segment| object(opened, segment)).collect();
            let Asked { measures, distinct, scans } = asked(opened, plan);
            let measures = json!({ "asked": measures, "distinct": distinct });
            let scans: Vec<_> = scans.iter().map(scan).collect();
            let build = json!({ "measures": measures, "scans": scans, "segments": segments });
            write_json(&build, &mut terminal.out)
        }
    }
}

fn asked(opened: &Opened, plan: &Plan) -> Asked {
    let ids: Vec<SegmentId> = plan.segments.iter().map(|segment| segment.id).collect();
    opened.session.asked(&ids)
}

fn scan(scan: &AskedScan) -> serde_json::Value {
    let window = scan.window.as_ref().map(|window| json!({ "from": window.from, "to": window.to }));
    json!({
        "entity": scan.entity,
        "path": scan.path,
        "reads": scan.reads,
        "segments": scan.segments,
        "measures": scan.measures,
        "functions": scan.functions,
        "window": window,
        "filter": scan.filter,
    })
}

/// The segment's plan as JSON, as in the manifest.
fn object(opened: &Opened, segment: &SegmentPlan) -> serde_json::Value {
    json!({
        "segment": segment.name,
        "entity": segment.entity,
        "materialize": segment.materialize.name(),
        "refresh": ManifestRefresh::of(segment, &opened.session.sources),
        "log": ManifestLog::of(segment),
        "inputs": segment.refresh.inputs.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "state": ManifestState::of(segment),
        "refresh_hash": segment.refresh.hash,
    })
}
