//! `segc why`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::database::{Ready, ready};
use super::why_all::{self, AllAsked};
use super::{Opened, is_plain_name, one, open, refuse_folder, write_json};
use crate::api::{Options, Question, Why as Answer, WhyPart};
use crate::check::hir::how_many;
use crate::check::tree::{Role, Shape};
use crate::cli::args::{DatabaseArgs, Moment, SelectArgs, Values};
use crate::cli::clock::instant;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::problems::CannotRead;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::{Diagnostics, visible};
use crate::unittest::{self, SingleRow};

/// Explain why an entity is or isn't in a segment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Shows every condition of the segment, true or false, with the values it saw, and the columns
beside the key. Without --db, queries the sample rows in data/ on the embedded engine. Databases are only read. To keep
passwords out of commands, a target's `url_env:` in segc.yml can name an environment variable
with the URL, which is used when you name that target.

Without a segment, lists all segments of the entity: which it is in, and the first condition that
decides. A first argument that isn't the name of a segment is the key; with --entity, all arguments are.

Examples:
  segc why vip 42
  segc why 42                    all segments of the entity
  segc why --entity customer 42  the same, where several entities have such keys
  segc why 42 --select tag:crm
  segc why bulk_lines 17 2       a key of two parts
  segc why vip 42 --deep         also expand the segments it refers to
  segc why vip 42 --db postgres://ann@db.example/shop
  segc why vip 42 --db shop.db --as-of 2026-11-20T00:00:00Z
  segc why vip --row customer.yml
  segc why vip 42 --format json | jq .member")]
pub(in crate::cli) struct Args {
    /// The segment; without it, all segments of the entity
    #[arg(value_name = "SEGMENT|KEY", allow_negative_numbers = true)]
    first: String,
    /// The entity's key, one argument per field
    #[arg(value_name = "KEY", allow_negative_numbers = true)]
    key: Vec<String>,
    /// All arguments are the key of this entity, whose segments are listed
    #[arg(long, value_name = "ENTITY", conflicts_with = "row")]
    entity: Option<String>,
    /// Expand the segments to which it refers
    #[arg(long, conflicts_with = "entity")]
    deep: bool,
    /// Explain the entity in this YAML or JSON file, which isn't in a database
    #[arg(long, value_name = "FILE", conflicts_with_all = ["db", "target", "key"])]
    row: Option<PathBuf>,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    place: DatabaseArgs,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
}

/// The maximum column at which values start, unless a condition is longer.
const FURTHEST: usize = 72;

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if args.entity.is_none()
        && let Err(problem) = refuse_folder(std::slice::from_ref(&args.first), named)
    {
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
    if is_about_all(&opened, args) {
        let key = whole_key(args);
        let asked = AllAsked {
            entity: args.entity.as_deref(),
            key: &key,
            select: &args.select,
            place: &args.place,
            format: args.format,
            options: &options,
        };
        return why_all::run(opened, &asked, terminal);
    }
    let row = match &args.row {
        None => None,
        Some(file) => match read_row(&mut opened, &args.first, file) {
            Ok(row) => Some(row),
            Err(problems) => {
                // The file lies where it was named, not in the project.
                terminal.set_prefix(String::new());
                return opened.report(problems, terminal);
            }
        },
    };
    let answer = match answer(&mut opened, args, row.as_ref(), &options, terminal) {
        Ok(answer) => answer,
        Err(problems) => return opened.report(problems, terminal),
    };
    match args.format {
        AnswerFormat::Human => write_tree(&answer, &mut terminal.out)?,
        AnswerFormat::Json => write_json(&answer.json(), &mut terminal.out)?,
    }
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

/// All arguments as a key.
fn whole_key(args: &Args) -> Vec<String> {
    std::iter::once(&args.first).chain(&args.key).cloned().collect()
}

/// Whether the question is about all segments: the first argument isn't the name of one.
fn is_about_all(opened: &Opened, args: &Args) -> bool {
    if args.entity.is_some() || args.select.narrows() {
        return true;
    }
    if args.row.is_some() || args.deep || opened.session.is_written(&args.first) {
        return false;
    }
    let key = whole_key(args);
    let is_name = |first: char| first.is_alphabetic() || first == '_';
    match args.first.starts_with(is_name) {
        _ if args.key.is_empty() => true,
        // A misspelt name before a key isn't a part of the key.
        true => !is_plain_name(&args.first) && !opened.session.entities_of_key(&key).is_empty(),
        false => true,
    }
}

fn answer(
    opened: &mut Opened,
    args: &Args,
    row: Option<&SingleRow>,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<Answer, Diagnostics> {
    let segment = opened.segment(&args.first)?;
    if let Some(row) = row {
        // Nobody else has a clock.
        let as_of = options.as_of.unwrap_or_else(instant);
        let question = Question { segment, key: &row.key, deep: args.deep };
        return opened.session.why_row(&question, &row.data, as_of);
    }
    let question = Question { segment, key: &args.key, deep: args.deep };
    let Ready { mut engine, target, options } = ready(opened, &args.place, &[segment], options, terminal)?;
    opened.session.why(&question, &target, &options, engine.as_mut())
}

/// Reads the row of an entity that isn't in a database and answers with the reference evaluator.
fn read_row(opened: &mut Opened, segment: &str, file: &Path) -> Result<SingleRow, Diagnostics> {
    let segment = opened.segment(segment)?;
    let path = file.display().to_string();
    #[expect(clippy::disallowed_methods, reason = "a file named on the command line")]
    let text = std::fs::read_to_string(file);
    let text =
        text.map_err(|error| one(CannotRead { span: None, path: path.clone(), why: error.to_string() }))?;
    unittest::read_row(&mut opened.session, &path, &text, segment, &[])
}

/// A line of the tree: the text on the left, and the values.
type Line = (String, String);

fn write_tree(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", visible(&answer.sentence()))?;
    writeln!(out, "as of {}", answer.as_of)?;
    writeln!(out)?;
    let mut lines = Vec::new();
    tree_lines(&answer.tree, 0, &mut lines);
    let columns = answer.columns.iter();
    lines.extend(
        columns.map(|column| (visible(&format!("  with {}", column.what)), visible(&column.shown()))),
    );
    let with_values = lines.iter().filter(|(_, values)| !values.is_empty());
    let longest = with_values.map(|(text, _)| text.chars().count()).filter(|&long| long <= FURTHEST).max();
    let width = longest.unwrap_or(0);
    for (text, values) in &lines {
        match values.as_str() {
            "" => writeln!(out, "{text}")?,
            values => writeln!(out, "{text:<width$}  ({values})")?,
        }
    }
    Ok(())
}

fn tree_lines(part: &WhyPart, depth: usize, lines: &mut Vec<Line>) {
    let mark = if part.holds { '✓' } else { '✗' };
    let text = format!("{}{mark} {}", "  ".repeat(depth), words(part));
    lines.push((visible(&text), visible(&part.values())));
    for inner in &part.parts {
        tree_lines(inner, depth + 1, lines);
    }
}

/// The text of a line: the condition, or how it follows from those below.
fn words(part: &WhyPart) -> String {
    let below = match part.shape {
        Shape::HowMany { least, most } => Some(how_many(least, most, part.parts.len())),
        Shape::All => Some("all of".to_owned()),
        Shape::Any => Some("any of".to_owned()),
        Shape::Not => Some("none of".to_owned()),
        Shape::Match | Shape::Test => None,
    };
    let text = below.unwrap_or_else(|| part.text.clone());
    match part.role {
        Role::Segment(_) | Role::Keep => part.text.clone(),
        Role::Parent(_) => format!("extends {text}"),
        // A static list has no rule: the text is where its keys are.
        Role::Where if text.starts_with("from ") => text,
        Role::Where => format!("where {text}"),
        Role::Include => format!("include where {text}"),
        Role::Exclude if part.holds => format!("exclude where {text}: excluded"),
        Role::Exclude => format!("exclude where {text}"),
        Role::Group(_) => format!("exclusive group {}: none of", part.text),
        Role::Condition => text,
    }
}
