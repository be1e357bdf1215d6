//! `segc diff`

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::database::choose;
use super::{Opened, one, open, write_json};
use crate::api::{Diff, Options, Session};
use crate::cli::against::problems::NoDataOfBuild;
use crate::cli::against::{Against, read};
use crate::cli::args::{DatabaseArgs, Moment, SelectArgs, Values};
use crate::cli::diff_report::{self, Style};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::DiffFormat;
use crate::cli::{clock, config};
use crate::diagnostic::Diagnostics;
use crate::engine::Access;

/// Compare the segments with another version of the project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Compares the files as they are with a git revision, another folder, or a build of
`segc compile --out`. `main...` is where this branch left main. Says what changes mean for
the members as far as texts prove it: narrower, none enters; wider, none leaves. With --data,
counts who enters and leaves on the sample data, or on the database of --db or --target.

Examples:
  segc diff                               since the last commit
  segc diff main... --format markdown     for a pull request's comment
  segc diff main... --exit-code           fail if anything differs
  segc diff v1.4 --data --db postgres://ann@db.example/shop
  segc diff ../shop-before
  segc diff build --format json | jq '.segments[].name'")]
pub(in crate::cli) struct Args {
    /// The other version: a revision of git, a folder with a project, or a build
    #[arg(value_name = "REVISION|FOLDER|BUILD", default_value = "HEAD")]
    against: String,
    #[command(flatten)]
    select: SelectArgs,
    /// Count who enters and leaves
    #[arg(long)]
    data: bool,
    #[command(flatten)]
    place: DatabaseArgs,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
    /// Exit with 1 if anything differs
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    values: Values,
    #[command(flatten)]
    moment: Moment,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let options = config::options(&args.values, args.moment.as_of.as_deref());
    let (mut opened, options) = match open(named, options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let (diff, shown) = match compare(&mut opened, args, &options, terminal) {
        Ok(found) => found,
        Err(problems) => return opened.report(problems, terminal),
    };
    match args.format {
        DiffFormat::Text => diff_report::write(&diff, &shown, Style::Text, &mut terminal.out)?,
        DiffFormat::Markdown => diff_report::write(&diff, &shown, Style::Markdown, &mut terminal.out)?,
        DiffFormat::Json => write_json(&serde_json::to_value(&diff)?, &mut terminal.out)?,
    }
    terminal.flush()?;
    let differs = args.exit_code && !diff.is_empty();
    let exit = opened.report(Diagnostics::new(), terminal)?;
    Ok(if differs { exit.max(Exit::ProjectErrors) } else { exit })
}

fn compare(
    opened: &mut Opened,
    args: &Args,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<(Diff, String), Diagnostics> {
    let targets = opened.session.targets();
    let (against, shown) = read(&args.against, &opened.root.folder, &targets, options).map_err(one)?;
    let mut diff = match &against {
        Against::Project(before) => opened.session.diff(before, options),
        Against::Build(state) => opened.session.diff_build(state).map_err(one)?,
    };
    if args.select.narrows() {
        let chosen = opened.selected(&[], &args.select, args.place.target.as_slice())?;
        let name = |&id| opened.session.hir().segment(id).name.clone();
        let chosen: BTreeSet<String> = chosen.iter().map(name).collect();
        diff.segments.retain(|segment| chosen.contains(&segment.name));
    }
    match against {
        Against::Project(before) if args.data => ask(&mut diff, *before, opened, args, options, terminal)?,
        Against::Build(_) if args.data => {
            return Err(one(NoDataOfBuild { span: None, asked: args.against.clone() }));
        }
        Against::Project(_) | Against::Build(_) => {}
    }
    Ok((diff, shown))
}

/// Counts who enters and leaves, as of one instant.
fn ask(
    diff: &mut Diff,
    before: Session,
    opened: &mut Opened,
    args: &Args,
    options: &Options,
    terminal: &mut Terminal,
) -> Result<(), Diagnostics> {
    let is_sample = args.place.db.is_none() && args.place.target.is_none();
    let database = choose(opened, false, args.place.db.as_deref(), args.place.target.as_deref())?;
    let before = if is_sample { before.with_sample_tables(&database.target) } else { before };
    let mut engine = database.open(opened, Access::Read, false, terminal)?;
    let probes = database.probe(opened, engine.as_mut())?;
    let as_of = options.as_of.or_else(|| Some(clock::instant()));
    let options = Options { probes, as_of, ..options.clone() };
    diff.ask((&before, &options), (&opened.session, &options), &database.target, engine.as_mut())
}
