//! `segc preview`

use std::io::{self, Write};
use std::path::Path;

use super::database::{Ready, ready};
use super::{Opened, open, refuse_folder, write_json};
use crate::api::{
    Draft, DraftText, DraftValues, Drafted, Options, Population, Preview, PreviewValue, ValuePreview,
};
use crate::check::hir::SegmentId;
use crate::cli::args::{DatabaseArgs, Moment, Values};
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::problems::FieldsOfValue;
use crate::cli::table::{Table, percent};
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::{Diagnostics, visible};

/// What the names of entities begin with where a segment has the same name.
const ENTITY: &str = "entity:";

/// Show a segment's size and some of its members, or the values of a field
#[derive(Debug, clap::Args)]
#[command(after_help = "\
WHAT is a segment or an entity, whose rows are counted and shown, or a value of its rows, such as
`customer.country`, of which the most frequent and some of all values are shown. A name that both
a segment and an entity have is the segment's; `entity:NAME` is the entity.

The rows and the values shown are spread evenly over the order of keys or values, the same each time.
Fields that are personal data (`pii: true`) are shown only if --fields or WHAT names them.

Examples:
  segc preview vip
  segc preview vip --fields 'country, company.industry, orders = count(orders)'
  segc preview customer --where 'country = \"US\" and lifetime_value > 500'
  segc preview customer.country  the values of a field
  segc preview 'customer.orders_total / 10' --where 'in segment vip'
  segc preview vip.company.industry --limit 20 --db postgres://ann@db.example/shop
  segc preview customer.country --format json | jq -r '.popular[].text'")]
pub(in crate::cli) struct Args {
    /// A segment, an entity, or a value of either: NAME.FIELD
    #[arg(value_name = "WHAT")]
    what: String,
    /// Only rows for which this condition holds
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Further values of each row, as after `with`; `*` is all fields but personal data
    /// (repeatable)
    #[arg(long, value_name = "VALUES")]
    fields: Vec<String>,
    /// How many rows or values are shown
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    limit: u64,
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

/// What is shown.
enum Answer {
    Rows(Box<Preview>),
    Values(Box<ValuePreview>),
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (name, value) = parts(&args.what);
    if value.is_none()
        && let Err(problem) = refuse_folder(&[name.to_owned()], named)
    {
        return terminal.refuse(problem);
    }
    if value.is_some() && !args.fields.is_empty() {
        return terminal.refuse(FieldsOfValue { span: None, what: args.what.clone() });
    }
    let options = config::options(&args.values, args.moment.as_of.as_deref());
    let (mut opened, options) = match open(named, options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let (population, drafted) = match draft(&mut opened, args, name, value, terminal) {
        Ok(drafted) => drafted,
        // What is wrong is in the arguments, even if a file could have the same error.
        Err(problems) => return Ok(opened.report(problems, terminal)?.max(Exit::WrongUse)),
    };
    let answer = answer(&mut opened, args, (population, &drafted), &options, terminal);
    let problems = match answer {
        Ok(answer) => {
            write_answer(&answer, args, terminal)?;
            Diagnostics::new()
        }
        Err(problems) => problems,
    };
    terminal.flush()?;
    let mut warnings = drafted.warnings;
    warnings.append(problems);
    opened.report(warnings, terminal)
}

/// The name before the first point, and what is after it.
fn parts(what: &str) -> (&str, Option<&str>) {
    match what.split_once('.') {
        Some((name, value)) => (name.trim(), Some(value)),
        None => (what.trim(), None),
    }
}

/// Adds what the arguments ask for to the project.
fn draft(
    opened: &mut Opened,
    args: &Args,
    name: &str,
    value: Option<&str>,
    terminal: &mut Terminal,
) -> Result<(Population, Drafted), Diagnostics> {
    let (segment, entity) = match name.strip_prefix(ENTITY) {
        Some(entity) => (None, entity.to_owned()),
        // Also one that can't be used, which is said then.
        None if opened.session.is_written(name) => {
            let id = opened.segment(name)?;
            let hir = opened.session.hir();
            (Some(name), hir.catalog.entity(hir.segment(id).entity).name.clone())
        }
        None => (None, name.to_owned()),
    };
    let fields: Vec<(bool, String)> = args.fields.iter().map(|fields| all_and_list(fields)).collect();
    let values = fields.iter().flat_map(|(all, list)| {
        let listed = !all || !list.trim().is_empty();
        let list = listed.then_some(DraftValues::List(DraftText { place: "--fields", text: list }));
        all.then_some(DraftValues::All).into_iter().chain(list)
    });
    let one = DraftText { place: "WHAT", text: &args.what };
    let value = value.map(|value| DraftValues::One(one, args.what.len() - value.len()));
    let draft = Draft {
        entity: &entity,
        of: segment,
        condition: args.condition.as_deref().map(|text| DraftText { place: "--where", text }),
        values: values.chain(value).collect(),
    };
    let (session, drafted) = opened.session.with_draft(&draft);
    opened.session = session;
    // The texts are arguments, not files of the project.
    terminal.set_prefix(String::new());
    let drafted = drafted?;
    let segment = segment.map(|name| opened.segment(name)).transpose()?;
    Ok((Population { segment, draft: drafted.segment }, drafted))
}

/// Whether `*` stands first in a list, and the list without it: what follows is where it was.
fn all_and_list(fields: &str) -> (bool, String) {
    let Some(rest) = fields.trim_start().strip_prefix('*') else { return (false, fields.to_owned()) };
    let after = rest.trim_start();
    match after.strip_prefix(',') {
        Some(list) => (true, format!("{}{list}", " ".repeat(fields.len() - list.len()))),
        None if after.is_empty() => (true, String::new()),
        // Something else, which is an error.
        None => (false, fields.to_owned()),
    }
}

fn answer(
    opened: &mut Opened,
    args: &Args,
    (population, drafted): (Population, &Drafted),
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Answer, Diagnostics> {
    let segments: Vec<SegmentId> = population.segment.into_iter().chain([population.draft]).collect();
    let Ready { mut engine, target, options } = ready(opened, &args.place, &segments, options, terminal)?;
    let (session, engine) = (&opened.session, engine.as_mut());
    if args.what.contains('.') {
        let found = session.preview_values(population, drafted, args.limit, &target, &options, engine)?;
        return Ok(Answer::Values(Box::new(found)));
    }
    let found = session.preview(population, drafted, args.limit, &target, &options, engine)?;
    Ok(Answer::Rows(Box::new(found)))
}

fn write_answer(answer: &Answer, args: &Args, terminal: &mut Terminal) -> io::Result<()> {
    match (args.format, answer) {
        (AnswerFormat::Human, Answer::Rows(preview)) => write_rows(preview, &mut terminal.out),
        (AnswerFormat::Human, Answer::Values(preview)) => write_values(preview, &mut terminal.out),
        (AnswerFormat::Json, Answer::Rows(preview)) => {
            write_json(&serde_json::to_value(preview)?, &mut terminal.out)
        }
        (AnswerFormat::Json, Answer::Values(preview)) => {
            write_json(&serde_json::to_value(preview)?, &mut terminal.out)
        }
    }
}

fn write_rows(preview: &Preview, out: &mut dyn Write) -> io::Result<()> {
    let Preview { entity, rows, members, as_of, .. } = preview;
    let what = preview.segment.as_deref().unwrap_or(entity);
    let of_all = percent(preview.share);
    writeln!(out, "{what}: {members} of {rows} rows of {entity} ({of_all}), as of {as_of}")?;
    if let Some(condition) = &preview.condition {
        writeln!(out, "{}", visible(&format!("where {condition}")))?;
    }
    if !preview.left_out.is_empty() {
        let names = preview.left_out.join(", ");
        writeln!(out, "{}", visible(&format!("without {names}: name them in --fields")))?;
    }
    let Some(first) = preview.sample.first() else { return Ok(()) };
    writeln!(out)?;
    let names = first.key.keys().chain(first.columns.keys()).chain(first.fields.keys());
    let mut table = Table::new(names.map(|name| visible(name)));
    for row in &preview.sample {
        table.row(row.texts.clone());
    }
    table.write(out)?;
    let shown = preview.sample.len();
    if u64::try_from(shown).is_ok_and(|shown| shown < *members) {
        writeln!(out)?;
        writeln!(out, "{shown} of {members}, evenly spread by key")?;
    }
    Ok(())
}

fn write_values(preview: &ValuePreview, out: &mut dyn Write) -> io::Result<()> {
    let ValuePreview { entity, value, ty, rows, missing, distinct, as_of, .. } = preview;
    let what = preview.segment.as_deref().unwrap_or(entity);
    writeln!(
        out,
        "{}",
        visible(&format!("{what}.{value}: {ty}, in {rows} rows of {entity}, as of {as_of}"))
    )?;
    if let Some(condition) = &preview.condition {
        writeln!(out, "{}", visible(&format!("where {condition}")))?;
    }
    let values = if *distinct == 1 { "1 value".to_owned() } else { format!("{distinct} different values") };
    writeln!(out, "missing in {missing} ({}), {values}", percent(preview.missing_share))?;
    if let (Some(min), Some(max)) = (&preview.min, &preview.max)
        && *distinct > 1
    {
        writeln!(out, "{}", visible(&format!("from {} to {}", min.text, max.text)))?;
    }
    if preview.popular.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    write_list("MOST FREQUENT", &preview.popular, out)?;
    // Where all are frequent, they have all been shown.
    if preview.popular.len() < preview.sample.len().max(usize::try_from(*distinct).unwrap_or(usize::MAX)) {
        writeln!(out)?;
        write_list("SPREAD OVER ALL", &preview.sample, out)?;
    }
    Ok(())
}

fn write_list(title: &str, values: &[PreviewValue], out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new([title, "ROWS", "OF ALL"]).right(&[1, 2]);
    for one in values {
        table.row([one.text.clone(), one.rows.to_string(), percent(one.share)]);
    }
    table.write(out)
}
