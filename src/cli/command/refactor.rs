//! `segc rename` and `segc remove`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use clap::builder::NonEmptyStringValueParser;
use similar::TextDiff;

use super::open;
use crate::api::{self, Session};
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::problems::CannotWrite;
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::{Disk, Edited};
use crate::refactor::{self, Edits};

/// Rename a segment in all files that name it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Changes the declaration, the segments and traits that refer to it, unit tests, and exposures in
segc.yml. Other text stays as it is. The next run creates the table under the new name; the
former table isn't dropped, and members that `expire` retained, and the log of a `history`, stay
in it.

Examples:
  segc rename vip best_customers
  segc rename vip best_customers --diff    show the changes and write nothing")]
pub(in crate::cli) struct RenameArgs {
    /// The segment
    #[arg(value_name = "FROM", value_parser = NonEmptyStringValueParser::new())]
    from: String,
    /// Its new name
    #[arg(value_name = "TO", value_parser = NonEmptyStringValueParser::new())]
    to: String,
    /// Show the changes and write nothing
    #[arg(long, visible_alias = "dry-run")]
    diff: bool,
}

/// Remove a segment that nothing uses
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Removes the segment with the comments right above it, and the file if nothing else is in it.
Refuses while a segment, a trait, a unit test or an exposure uses it, and names all that do. Its
table isn't dropped.

Examples:
  segc remove old_trial
  segc remove old_trial --diff    show the change and write nothing")]
pub(in crate::cli) struct RemoveArgs {
    /// The segment
    #[arg(value_name = "SEGMENT", value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// Show the change and write nothing
    #[arg(long, visible_alias = "dry-run")]
    diff: bool,
}

pub(super) fn rename(args: &RenameArgs, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let said = format!("renamed {} to {}", args.from, args.to);
    change(named, args.diff, &said, terminal, |session, files| {
        refactor::rename(session, files, &args.from, &args.to)
    })
}

pub(super) fn remove(args: &RemoveArgs, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let said = format!("removed {}", args.name);
    change(named, args.diff, &said, terminal, |session, files| refactor::remove(session, files, &args.name))
}

fn change(
    named: Option<&Path>,
    diff: bool,
    said: &str,
    terminal: &mut Terminal,
    edit: impl FnOnce(&Session, &Disk) -> Result<Edits, Diagnostics>,
) -> io::Result<Exit> {
    let (opened, options) = match open(named, Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    if opened.diagnostics.has_errors() {
        return opened.report(Diagnostics::new(), terminal);
    }
    let files = Disk::new(&opened.root.folder);
    let edits = match edit(&opened.session, &files) {
        Ok(edits) => edits,
        Err(problems) => return opened.report(problems, terminal),
    };
    // Before anything is written, the new texts are read as a project.
    let (after, problems) = api::open_files(&Edited::new(&files, contents(&edits)), &options);
    if problems.has_errors() {
        return terminal.report(&after.sources, problems);
    }
    if diff {
        write_diff(&edits, &opened.root.prefix, &mut terminal.out)?;
        terminal.flush()?;
        return opened.report(Diagnostics::new(), terminal);
    }
    if let Err(problem) = write(&opened.root.folder, &edits) {
        return opened.report(vec![problem].into(), terminal);
    }
    for path in edits.files.keys() {
        writeln!(terminal.out, "changed {}{path}", opened.root.prefix)?;
    }
    for path in edits.emptied.keys() {
        writeln!(terminal.out, "deleted {}{path}", opened.root.prefix)?;
    }
    writeln!(terminal.out, "{said}")?;
    terminal.flush()?;
    opened.report(Diagnostics::new(), terminal)
}

fn contents(edits: &Edits) -> BTreeMap<String, Option<Vec<u8>>> {
    let changed =
        edits.files.iter().map(|(path, (_, after))| (path.clone(), Some(after.clone().into_bytes())));
    changed.chain(edits.emptied.keys().map(|path| (path.clone(), None))).collect()
}

fn write(root: &Path, edits: &Edits) -> Result<(), Diagnostic> {
    let files: Vec<(String, String)> =
        edits.files.iter().map(|(path, (_, after))| (path.clone(), after.clone())).collect();
    folder::replace_files(root, &files)?;
    for path in edits.emptied.keys() {
        let path = root.join(path);
        if let Err(error) = std::fs::remove_file(&path) {
            let (path, why) = (path.display().to_string(), error.to_string());
            return Err(CannotWrite { span: None, path, why }.into());
        }
    }
    Ok(())
}

fn write_diff(edits: &Edits, prefix: &str, out: &mut dyn Write) -> io::Result<()> {
    let changed = edits.files.iter().map(|(path, (before, after))| (path, before.as_str(), after.as_str()));
    let emptied = edits.emptied.iter().map(|(path, before)| (path, before.as_str(), ""));
    for (path, before, after) in changed.chain(emptied) {
        let path = format!("{prefix}{path}");
        let diff = TextDiff::from_lines(before, after);
        write!(out, "{}", diff.unified_diff().context_radius(3).header(&path, &path))?;
    }
    Ok(())
}
