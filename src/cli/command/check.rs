//! `segc check`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;

use super::database::probe;
use super::{Opened, open_by};
use crate::api::{self, Kept, Known, Options};
use crate::check::hir::SegmentId;
use crate::cli::args::Values;
use crate::cli::cache;
use crate::cli::config::{self, Root};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::MessageFormat;
use crate::diagnostic::Diagnostics;
use crate::project::Disk;

/// Find every problem of the project, for all of its targets
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reports everything that any target doesn't support, or that the policy or the tier forbids.
Problems go to stderr in the human format, and to stdout in all others.

Examples:
  segc check
  segc check shop
  segc check --tier free --target postgres
  segc check --format json | jq .code
  segc check --format sarif > segc.sarif")]
pub(in crate::cli) struct Args {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    dir: Option<PathBuf>,
    /// The format of problems (like --message-format, but on stdout)
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<MessageFormat>,
    /// The targets [default: all targets in segc.yml]
    #[arg(long, short, value_name = "NAME")]
    target: Vec<String>,
    /// Also reject what this server or database file lacks
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    probe: Option<String>,
    /// Check every file, whatever earlier checks have kept in target/
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    values: Values,
}

impl Args {
    /// The project's folder, if it is an argument.
    pub(super) fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    terminal.ask_for_problems(args.format.map(Into::into));
    let options = config::options(&args.values, None);
    let mut known = Known::default();
    let read = |root: &Root, options: &Options| {
        // A database may answer differently the next time.
        if args.no_cache || args.probe.is_some() {
            return api::open(&root.folder, options);
        }
        let (disk, compiler, bytes) = (Disk::new(&root.folder), cache::compiler(), cache::read(&root.folder));
        let kept = Kept { bytes: bytes.as_deref(), compiler: &compiler, from: cache::FROM };
        let checked = api::open_to_check(&disk, options, &args.target, kept);
        known = checked.known;
        (checked.session, checked.problems)
    };
    let (mut opened, options) = match open_by(args.dir.as_deref().or(named), options, terminal, read)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let targets = match opened.targets(&args.target) {
        Ok(targets) => targets,
        // A project whose targets have errors has none; those errors are enough.
        Err(_) if args.target.is_empty() && opened.diagnostics.has_errors() => Vec::new(),
        Err(slips) => return opened.report(slips, terminal),
    };
    let all: Vec<SegmentId> = opened.session.hir().iter().map(|(id, _)| id).collect();
    let probed = match probe(&opened, args.probe.as_deref(), &targets, &all, &options, terminal) {
        Ok(probed) => probed,
        Err(problems) => return opened.report(problems, terminal),
    };
    let options = Options { probes: probed.probes, ..options };
    opened.diagnostics.append(probed.untrue);
    opened.diagnostics.append(opened.session.own_templates(&targets));
    opened.diagnostics.append(opened.session.findings());
    opened.diagnostics.append(refusals(&opened, &targets, &all, &options));
    let clean = opened.diagnostics.is_empty();
    let segments = opened.session.hir().segments.len() + known.elsewhere;
    if let Some(bytes) = known.to_keep().filter(|_| clean) {
        cache::write(&opened.root.folder, &bytes);
    }
    let exit = opened.report(Diagnostics::new(), terminal)?;
    if clean && terminal.is_human() {
        let plural = if segments == 1 { "" } else { "s" };
        writeln!(terminal.err, "{segments} segment{plural}, no problems on {}", targets.join(", "))?;
    }
    Ok(exit)
}

/// What any target or policy rejects. Problems of a target name it; identical problems of all
/// targets are reported once.
fn refusals(opened: &Opened, targets: &[String], all: &[SegmentId], options: &Options) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for target in targets {
        problems.append(opened.session.judge(target, all, options));
    }
    problems
}
