//! `segc check`

use std::io::{self, Write};
use std::path::Path;

use super::database::probe;
use super::{Opened, open};
use crate::api::Options;
use crate::check::hir::SegmentId;
use crate::cli::args::Check;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;

pub(super) fn run(args: &Check, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    terminal.ask_for_problems(args.format.map(Into::into));
    let options = config::options(&args.values, None);
    let (mut opened, options) = match open(args.dir.as_deref().or(named), options, terminal)? {
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
    let probed = match probe(&opened, args.probe.as_deref(), &targets, &all, &options) {
        Ok(probed) => probed,
        Err(problems) => return opened.report(problems, terminal),
    };
    let options = Options { probes: probed.probes, ..options };
    opened.diagnostics.append(probed.untrue);
    opened.diagnostics.append(refusals(&opened, &targets, &all, &options));
    let clean = opened.diagnostics.is_empty();
    let segments = opened.session.hir().segments.len();
    let exit = opened.report(Diagnostics::new(), terminal)?;
    if clean && terminal.is_human() {
        let plural = if segments == 1 { "" } else { "s" };
        writeln!(terminal.err, "{segments} segment{plural}, no problems on {}", targets.join(", "))?;
    }
    Ok(exit)
}

/// What any of the targets refuses, or a policy. A target's problems name it; what all of
/// them say in the same words is reported once.
fn refusals(opened: &Opened, targets: &[String], all: &[SegmentId], options: &Options) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for target in targets {
        problems.append(opened.session.judge(target, all, options));
    }
    problems
}
