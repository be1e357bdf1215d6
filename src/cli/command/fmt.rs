//! `segc fmt`

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::unread;
use crate::api;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::problems::{CannotRead, StdinWithFiles};
use crate::cli::terminal::Terminal;
use crate::diagnostic::{Diagnostics, Sources};
use crate::project::{Disk, Files, MAX_FILE_BYTES, ReadError};

/// The name of stdin in messages.
const STDIN: &str = "<stdin>";

/// Format the segments
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Rewrites .seg files in segc's one style, which has no options; docs/formatting.md shows it. The
meaning and the comments stay. A file with a syntax error is reported and left as it is.

Examples:
  segc fmt                           all segments of the project
  segc fmt segments/crm vip.seg
  segc fmt --check                   in CI: list files that aren't formatted, exit code 1
  segc fmt --diff
  segc fmt - < vip.seg               from stdin to stdout, for editors")]
pub(in crate::cli) struct Args {
    /// Files and folders, or - for stdin [default: the project's segments/]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change
    #[arg(long)]
    dry_run: bool,
    /// The same, with exit code 1 if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing; print the changes as a diff
    #[arg(long)]
    diff: bool,
}

/// A file to format.
struct Input {
    /// Where it is.
    path: PathBuf,
    /// Its path in messages.
    shown: String,
}

/// A file whose formatted text differs.
struct Edit {
    input: Input,
    before: String,
    after: String,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        if args.paths.len() > 1 {
            return terminal.refuse(StdinWithFiles { span: None });
        }
        return stdin(args, terminal);
    }
    let mut problems = Diagnostics::new();
    let inputs = match args.paths.is_empty() {
        false => named_files(&args.paths, &mut problems),
        true => match config::root(named) {
            Ok(root) => in_folder(&root.folder, "segments", &root.prefix, &mut problems),
            Err(problem) => return terminal.refuse(problem),
        },
    };
    let mut sources = Sources::default();
    let count = inputs.len();
    let mut edits = Vec::new();
    let mut faulty = false;
    for input in inputs {
        let before = match read(&input.path) {
            Ok(text) => text,
            Err(why) => {
                problems.push(CannotRead { span: None, path: input.shown, why });
                faulty = true;
                continue;
            }
        };
        let source = sources.add(input.shown.clone(), before.clone());
        match api::format(source, &before, &mut problems) {
            Some(after) if after == before => {}
            Some(after) => edits.push(Edit { input, before, after }),
            None => faulty = true,
        }
    }
    let writes = !(args.check || args.diff || args.dry_run);
    if writes {
        let file = |edit: &Edit| (edit.input.path.to_string_lossy().into_owned(), edit.after.clone());
        let files: Vec<_> = edits.iter().map(file).collect();
        if let Err(problem) = folder::replace_files(Path::new(""), &files) {
            problems.push(problem);
            return terminal.report(&sources, problems);
        }
    }
    for edit in &edits {
        match (args.diff, writes) {
            (true, _) => write_diff(edit, &mut terminal.out)?,
            (false, true) if terminal.is_quiet() => {}
            (false, true) => writeln!(terminal.out, "formatted {}", edit.input.shown)?,
            (false, false) => writeln!(terminal.out, "would format {}", edit.input.shown)?,
        }
    }
    if edits.is_empty() && !faulty && terminal.is_human() {
        match count {
            0 => writeln!(terminal.err, "there are no .seg files")?,
            1 => writeln!(terminal.err, "the file is formatted")?,
            count => writeln!(terminal.err, "all {count} files are formatted")?,
        }
    }
    terminal.flush()?;
    let exit = terminal.report(&sources, problems)?;
    Ok(exit.max(checked(args, !edits.is_empty())))
}

/// The exit code of a check.
fn checked(args: &Args, differs: bool) -> Exit {
    if args.check && differs { Exit::ProjectErrors } else { Exit::Fine }
}

/// From stdin to stdout.
fn stdin(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let before = match text(bytes) {
        Ok(text) => text,
        Err(why) => return terminal.refuse(CannotRead { span: None, path: STDIN.to_owned(), why }),
    };
    let mut sources = Sources::default();
    let mut problems = Diagnostics::new();
    let source = sources.add(STDIN.to_owned(), before.clone());
    let Some(after) = api::format(source, &before, &mut problems) else {
        return terminal.report(&sources, problems);
    };
    let edit = Edit { input: Input { path: PathBuf::new(), shown: STDIN.to_owned() }, before, after };
    let differs = edit.before != edit.after;
    match (args.diff, args.check || args.dry_run) {
        (true, _) if differs => write_diff(&edit, &mut terminal.out)?,
        (false, true) if differs => writeln!(terminal.out, "would format {STDIN}")?,
        (false, false) => terminal.out.write_all(edit.after.as_bytes())?,
        _ => {}
    }
    terminal.flush()?;
    Ok(checked(args, differs))
}

/// The files with these names and those in folders with these names, each once.
fn named_files(paths: &[PathBuf], problems: &mut Diagnostics) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        if path.is_dir() {
            let below = if config::is_project(path) { "segments" } else { "" };
            let prefix = format!("{}/", shown.trim_end_matches(['/', '\\']));
            let prefix = if shown == "." { "" } else { prefix.as_str() };
            inputs.extend(in_folder(path, below, prefix, problems));
        } else {
            inputs.push(Input { path: path.clone(), shown });
        }
    }
    let mut seen = BTreeSet::new();
    inputs.retain(|input| seen.insert(fs::canonicalize(&input.path).unwrap_or_else(|_| input.path.clone())));
    inputs
}

/// The `.seg` files below a folder, hidden ones excepted.
fn in_folder(folder: &Path, below: &str, prefix: &str, problems: &mut Diagnostics) -> Vec<Input> {
    let listing = Disk::new(folder).list(below);
    for (path, error) in listing.errors {
        problems.push(CannotRead { span: None, path: format!("{prefix}{path}"), why: unread(error) });
    }
    let mut paths = listing.paths;
    paths.retain(|path| Path::new(path).extension().is_some_and(|ending| ending == "seg"));
    paths.sort();
    let input = |path: String| Input { path: folder.join(&path), shown: format!("{prefix}{path}") };
    paths.into_iter().map(input).collect()
}

/// The text of a file, or why it can't be read.
fn read(path: &Path) -> Result<String, String> {
    Disk::new("").read(&path.to_string_lossy()).map_err(unread).and_then(text)
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(unread(ReadError::TooLarge));
    }
    String::from_utf8(bytes).map_err(|_| "it isn't UTF-8".to_owned())
}

fn write_diff(edit: &Edit, out: &mut dyn Write) -> io::Result<()> {
    let diff = TextDiff::from_lines(&edit.before, &edit.after);
    let shown = &edit.input.shown;
    write!(out, "{}", diff.unified_diff().header(&format!("a/{shown}"), &format!("b/{shown}")))
}
