//! `segc check`

use std::io::{self, Write};
use std::path::Path;

use super::open;
use crate::cli::args::Check;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;

pub(super) fn run(args: &Check, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    terminal.ask_for_problems(args.format.map(Into::into));
    let options = config::options(&args.values, None);
    let (opened, _) = match open(args.dir.as_deref().or(named), options, terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let clean = opened.diagnostics.is_empty();
    let segments = opened.session.hir().segments.len();
    let exit = opened.report(Diagnostics::new(), terminal)?;
    if clean && terminal.is_human() {
        let plural = if segments == 1 { "" } else { "s" };
        writeln!(terminal.err, "{segments} segment{plural}, no problems")?;
    }
    Ok(exit)
}
