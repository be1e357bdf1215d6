//! `segc attrition`

use std::io::{self, Write};
use std::path::Path;

use super::database::choose;
use super::{Opened, open, refuse_folder, write_json};
use crate::api::{Attrition as Answer, AttritionStep, Options};
use crate::cli::args::{DatabaseArgs, Moment, Values};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::Diagnostics;
use crate::engine::Access;

/// Count how many remain after each condition of a segment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Conditions apply in the order in which they are written. Each include adds to those before
it; everything else narrows. Runs a single query, and only reads.

Examples:
  segc attrition vip
  segc attrition vip --db postgres://ann@db.example/shop
  segc attrition vip --format json | jq '.steps[] | .remain'")]
pub(in crate::cli) struct Args {
    /// The segment
    #[arg(value_name = "SEGMENT")]
    segment: String,
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
    if let Err(problem) = refuse_folder(std::slice::from_ref(&args.segment), named) {
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
    let answer = match answer(&mut opened, args, &options, terminal) {
        Ok(answer) => answer,
        Err(problems) => return opened.report(problems, terminal),
    };
    match args.format {
        AnswerFormat::Human => write_funnel(&answer, &mut terminal.out)?,
        AnswerFormat::Json => write_json(&answer.json(), &mut terminal.out)?,
    }
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

fn answer(
    opened: &mut Opened,
    args: &Args,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Answer, Diagnostics> {
    let segment = opened.segment(&args.segment)?;
    let database = choose(opened, false, args.place.db.as_deref(), args.place.target.as_deref())?;
    let mut engine = database.open(opened, Access::Read, false, terminal)?;
    let probes = database.probe(opened, engine.as_mut())?;
    let options = Options { probes, ..options.clone() };
    let (plan, _) = opened.session.plan(&database.target, &[segment], &options);
    if let Some(plan) = plan {
        database.examine(opened, &plan, false, engine.as_mut(), terminal)?;
    }
    opened.session.attrition(segment, &database.target, &options, engine.as_mut())
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
