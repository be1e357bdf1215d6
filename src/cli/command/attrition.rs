//! `segc attrition`

use std::io::{self, Write};
use std::path::Path;

use super::database::{Ready, ready};
use super::{Opened, is_plain_name, open, refuse_project, write_json};
use crate::api::{Attrition as Answer, AttritionStep, Options};
use crate::check::hir::SegmentId;
use crate::cli::args::{DatabaseArgs, Moment, SelectArgs, Values};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::Diagnostics;

/// Count how many remain after each condition of a segment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Conditions apply in the order in which they are written. Each include adds to those before
it; everything else narrows. Runs a single query for each segment, and only reads.

Examples:
  segc attrition vip
  segc attrition vip --db postgres://ann@db.example/shop
  segc attrition --select tag:crm
  segc attrition vip --format json | jq '.steps[] | .remain'")]
pub(in crate::cli) struct Args {
    /// The segment, or several
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
    let answers = match answers(&mut opened, args, &segments, &options, terminal) {
        Ok(answers) => answers,
        Err(problems) => return opened.report(problems, terminal),
    };
    match (args.format, answers.as_slice()) {
        (AnswerFormat::Human, answers) => {
            for (at, answer) in answers.iter().enumerate() {
                if at > 0 {
                    writeln!(terminal.out)?;
                }
                write_funnel(answer, &mut terminal.out)?;
            }
        }
        (AnswerFormat::Json, [answer]) if is_single(args) => write_json(&answer.json(), &mut terminal.out)?,
        (AnswerFormat::Json, answers) => {
            let all = answers.iter().map(Answer::json).collect();
            write_json(&serde_json::Value::Array(all), &mut terminal.out)?;
        }
    }
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

/// Whether one segment is named, whose answer isn't in a list.
fn is_single(args: &Args) -> bool {
    matches!(args.segments.as_slice(), [name] if is_plain_name(name)) && !args.select.narrows()
}

fn answers(
    opened: &mut Opened,
    args: &Args,
    segments: &[SegmentId],
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Vec<Answer>, Diagnostics> {
    let Ready { mut engine, target, options } = ready(opened, &args.place, segments, options, terminal)?;
    let ask = |&id| opened.session.attrition(id, &target, &options, engine.as_mut());
    segments.iter().map(ask).collect()
}

fn write_funnel(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new(["STEP", "REMAIN", "OF ALL"]).right(&[1, 2]);
    let share = |count| format!("{:.1} %", 100.0 * answer.share(count));
    let everyone = answer.everyone;
    table.row([format!("every {}", answer.entity), everyone.to_string(), share(everyone)]);
    for step in &answer.steps {
        table.row([words(step), step.remain.to_string(), share(step.remain)]);
    }
    writeln!(out, "{}: {} of {everyone}, as of {}", answer.segment, answer.members(), answer.as_of)?;
    writeln!(out)?;
    table.write(out)
}

/// A step as written.
fn words(step: &AttritionStep) -> String {
    match step.word {
        "keep" => step.text.clone(),
        "include" | "exclude" => format!("{} where {}", step.word, step.text),
        word => format!("{word} {}", step.text),
    }
}
