//! `segc graph`

use std::io::{self, Write};
use std::path::Path;

use super::open;
use crate::artifact;
use crate::cli::args::{Graph, GraphFormat};
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;

pub(super) fn run(args: &Graph, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (opened, options) = match open(args.dir.as_deref().or(named), Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let names: Vec<String> = args.target.iter().cloned().collect();
    let (targets, segments) = match (opened.targets(&names), opened.session.select(&args.select)) {
        (Ok(targets), Ok(segments)) => (targets, segments),
        (targets, segments) => {
            let mut slips = targets.err().unwrap_or_default();
            slips.append(segments.err().unwrap_or_default());
            return opened.report(slips, terminal);
        }
    };
    let Some(target) = targets.first() else { return Ok(Exit::WrongUse) };
    let (plan, found) = opened.session.plan(target, &segments, &options);
    if let Some(plan) = plan.filter(|_| !found.has_errors()) {
        let graph = artifact::Graph::of(&plan, opened.session.hir());
        let text = match args.format {
            GraphFormat::Mermaid => graph.mermaid(),
            GraphFormat::Dot => graph.dot(),
            GraphFormat::Json => graph.json(),
        };
        terminal.out.write_all(text.as_bytes())?;
    }
    opened.report(found, terminal)
}
