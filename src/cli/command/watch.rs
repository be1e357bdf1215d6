//! `segc watch`

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command as Process, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};
use notify_debouncer_full::notify::event::{EventKind, ModifyKind};
use notify_debouncer_full::notify::{self, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};

use super::Command;
use crate::cli::args::{self, Common};
use crate::cli::clock::{duration, now};
use crate::cli::config::{self, Root};
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::cli::usage;
use crate::cli::usage::problems::{CannotWatch, NotWatched};
use crate::diagnostic::{Diagnostic, visible};

/// Run a command now, and again whenever a file of the project changes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Watches the project's files: segc.yml, .seg files, YAML and data. The command's own output is
left out: target/, the folder after --out, and the file that stdout is redirected to. If a file
is saved while the command runs, it runs once more. Ctrl-C ends it, with exit code 0.

Examples:
  segc watch                     check again and again
  segc watch test
  segc watch test high_value --engine duckdb
  segc watch compile vip --target postgres
  segc watch run --as-of 2026-11-20T00:00:00Z")]
pub(in crate::cli) struct Args {
    /// The command and its arguments [default: check]
    #[arg(value_name = "COMMAND", num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

/// How long files must be left alone before the command runs: editors and `git` write several at once.
const SETTLED: Duration = Duration::from_millis(100);

/// How often a running command is asked whether it has ended.
const ASKED: Duration = Duration::from_millis(10);

/// The endings of the names of files that a project has, perhaps before that of a compressed file.
const ENDINGS: [&str; 8] = ["seg", "yml", "yaml", "csv", "tsv", "jsonl", "ndjson", "parquet"];

/// The ending of compressed files.
const COMPRESSED: &str = "gz";

/// What is told while a command is watched.
enum News {
    /// The watcher has seen something.
    Files(DebounceEventResult),
    /// The user, or the system, ends the program.
    Stop,
}

pub(super) fn run(args: &Args, common: &Common, terminal: &mut Terminal) -> io::Result<Exit> {
    let words = if args.command.is_empty() { vec!["check".into()] } else { args.command.clone() };
    let watched = match watched(&words, common) {
        Ok(watched) => watched,
        Err(problem) => {
            // How to write it may be among the arguments of the command.
            let line: Vec<OsString> = std::env::args_os().collect();
            return Terminal::early(&usage::Early::of(&line)).refuse(problem);
        }
    };
    let root = match config::root(watched.project.as_deref()) {
        Ok(root) => root,
        Err(problem) => return terminal.refuse(problem),
    };
    let (tell, news) = mpsc::channel();
    let watch = |reason: notify::Error| CannotWatch {
        span: None,
        folder: root.folder.display().to_string(),
        reason: reason.to_string(),
    };
    let files = tell.clone();
    // Without a receiver, the program is about to end.
    let see = move |seen| drop(files.send(News::Files(seen)));
    let watcher = new_debouncer(SETTLED, None, see).and_then(|mut watcher| {
        watcher.watch(&root.folder, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    let _watcher = match watcher {
        Ok(watcher) => watcher,
        Err(reason) => return terminal.refuse(watch(reason)),
    };
    // If there is a handler already, Ctrl-C ends the program as always.
    let _ = ctrlc::set_handler(move || drop(tell.send(News::Stop)));
    let tells = terminal.is_human() && !watched.quiet;
    let files = Files::of(&root, watched.out);
    Watch { line: watched.line, name: watched.name, tells, files, news }.go(terminal)
}

/// A command that is run again and again.
struct Watched {
    /// All of its arguments, those of `watch` included.
    line: Vec<OsString>,
    /// Its name.
    name: String,
    /// The project's folder, if it is named.
    project: Option<PathBuf>,
    /// The folder that it writes, if that is named.
    out: Option<PathBuf>,
    quiet: bool,
}

/// The command, if its arguments can be read and it only reads the project.
fn watched(words: &[OsString], common: &Common) -> Result<Watched, Diagnostic> {
    let mut line = common.to_args();
    line.extend(words.iter().cloned());
    let all = std::iter::once(OsString::from("segc")).chain(line.iter().cloned());
    let matches = args::Args::command().try_get_matches_from(all).map_err(|error| usage::problem(&error))?;
    let name = matches.subcommand_name().unwrap_or_default().to_owned();
    let parsed = args::Args::from_arg_matches(&matches).map_err(|error| usage::problem(&error))?;
    let (project, out) = match &parsed.command {
        Command::Compile(compile) => (None, compile.out().map(Path::to_owned)),
        Command::Check(check) => (check.dir().map(Path::to_owned), None),
        Command::Docs(docs) if !docs.serves() => (None, docs.out().map(Path::to_owned)),
        Command::Test(_)
        | Command::Run(_)
        | Command::Why(_)
        | Command::Attrition(_)
        | Command::Preview(_)
        | Command::Overlap(_)
        | Command::Describe(_)
        | Command::Diff(_)
        | Command::Plan(_)
        | Command::Ls(_)
        | Command::Parents(_)
        | Command::Children(_)
        | Command::Graph(_)
        | Command::Capabilities(_) => (None, None),
        _ => return Err(NotWatched { span: None, name }.into()),
    };
    let Common { project: named, quiet, .. } = parsed.common;
    Ok(Watched { line, name, project: project.or(named), out, quiet })
}

/// Which files of a project are watched.
struct Files {
    root: PathBuf,
    prefix: String,
    /// What the command writes.
    own: Vec<PathBuf>,
}

impl Files {
    fn of(root: &Root, out: Option<PathBuf>) -> Self {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = real(&root.folder);
        let mut own = vec![folder.join("target")];
        // What doesn't exist yet has a real parent, or none that is watched.
        own.extend(out.map(|out| match (out.parent(), out.file_name()) {
            (Some(parent), Some(name)) if !out.exists() => {
                real(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }).join(name)
            }
            _ => real(&out),
        }));
        Self { root: folder, prefix: root.prefix.clone(), own }
    }

    /// The path of a file as the user sees it, if the command may read it.
    fn shown(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(&self.root).ok()?;
        let is_hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
        let is_own = self.own.iter().any(|own| path.starts_with(own)) || is_stdout(path);
        let is_read = has_ending(inside) && !inside.components().any(is_hidden) && !is_own;
        is_read.then(|| format!("{}{}", self.prefix, inside.display()))
    }
}

fn has_ending(path: &Path) -> bool {
    let ending = |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let first = ending(path).unwrap_or_default();
    let plain = if first == COMPRESSED {
        path.file_stem().and_then(|stem| ending(Path::new(stem))).unwrap_or_default()
    } else {
        first
    };
    ENDINGS.contains(&plain.as_str())
}

/// Whether stdout or stderr is redirected to this file.
#[cfg(unix)]
fn is_stdout(path: &Path) -> bool {
    use std::fs::File;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    let Ok(found) = std::fs::metadata(path) else { return false };
    let (out, err) = (io::stdout(), io::stderr());
    [out.as_fd().try_clone_to_owned(), err.as_fd().try_clone_to_owned()].into_iter().flatten().any(|output| {
        let output = File::from(output).metadata();
        output.is_ok_and(|output| (output.dev(), output.ino()) == (found.dev(), found.ino()))
    })
}

#[cfg(not(unix))]
fn is_stdout(_: &Path) -> bool {
    false
}

struct Watch {
    line: Vec<OsString>,
    name: String,
    /// Whether to say what happens.
    tells: bool,
    files: Files,
    news: Receiver<News>,
}

impl Watch {
    /// Runs the command until it is stopped.
    fn go(&self, terminal: &mut Terminal) -> io::Result<Exit> {
        let mut changed = BTreeSet::new();
        loop {
            let begun = now();
            let mut child = Process::new(std::env::current_exe()?).args(&self.line).spawn()?;
            let Some(status) = self.wait(&mut child, &mut changed)? else { return Ok(Exit::Fine) };
            if self.tells {
                let time = duration(begun.elapsed());
                let next = if changed.is_empty() { "; waiting for changes" } else { "" };
                writeln!(terminal.err, "{}: {} in {time}{next}", self.name, said(status))?;
            }
            if changed.is_empty() && !self.wait_for_changes(&mut changed) {
                return Ok(Exit::Fine);
            }
            if self.tells {
                writeln!(terminal.err, "\n{}; {} again …", told(&changed), self.name)?;
            }
            changed.clear();
        }
    }

    /// Waits until the command ends, and notes what changes meanwhile. `None` if it is stopped.
    fn wait(&self, child: &mut Child, changed: &mut BTreeSet<String>) -> io::Result<Option<ExitStatus>> {
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            match self.news.recv_timeout(ASKED) {
                Ok(News::Files(seen)) => self.note(seen, changed),
                Ok(News::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    // From a terminal it has got the signal, too, and may have ended.
                    let _ = child.kill();
                    child.wait()?;
                    return Ok(None);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        loop {
            match self.news.try_recv() {
                Ok(News::Files(seen)) => self.note(seen, changed),
                Ok(News::Stop) | Err(TryRecvError::Disconnected) => return Ok(None),
                Err(TryRecvError::Empty) => return Ok(Some(status)),
            }
        }
    }

    /// Waits until a file of the project changes. Returns whether one has, or else the program ends.
    fn wait_for_changes(&self, changed: &mut BTreeSet<String>) -> bool {
        while changed.is_empty() {
            match self.news.recv() {
                Ok(News::Files(seen)) => self.note(seen, changed),
                Ok(News::Stop) | Err(_) => return false,
            }
        }
        true
    }

    /// Adds the files that have changed.
    fn note(&self, seen: DebounceEventResult, changed: &mut BTreeSet<String>) {
        // Where the system has lost track, anything may have changed.
        let Ok(events) = seen else {
            changed.insert("a file".to_owned());
            return;
        };
        for event in events {
            let is_change = match event.kind {
                EventKind::Create(_) | EventKind::Remove(_) => true,
                EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
                _ => event.need_rescan(),
            };
            if event.need_rescan() {
                changed.insert("a file".to_owned());
            } else if is_change {
                changed.extend(event.paths.iter().filter_map(|path| self.files.shown(path)));
            }
        }
    }
}

/// `segments/vip.seg changed`, or how many files did.
fn told(changed: &BTreeSet<String>) -> String {
    match changed.first() {
        Some(only) if changed.len() == 1 => format!("{} changed", visible(only)),
        _ => format!("{} files changed", changed.len()),
    }
}

fn said(status: ExitStatus) -> String {
    match status.code() {
        Some(0) => "fine".to_owned(),
        Some(code) => format!("exit code {code}"),
        None => "ended by a signal".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_the_project_has_are_watched() {
        let (root, own) = (PathBuf::from("/shop"), vec!["/shop/target".into(), "/shop/build".into()]);
        let files = Files { root, prefix: "../".to_owned(), own };
        let shown = |path: &str| files.shown(Path::new(path));
        assert_eq!(shown("/shop/segments/vip.seg").as_deref(), Some("../segments/vip.seg"));
        for watched in ["segc.yml", "catalog/a/b.yaml", "data/orders.csv.gz", "lists/vips.CSV", "tests/a.yml"]
        {
            assert!(shown(&format!("/shop/{watched}")).is_some(), "{watched}");
        }
        let others =
            ["target/duckdb/manifest.yml", "build/a.yml", ".git/x.yml", "segments/.#vip.seg", "shop.db"];
        for other in others.into_iter().chain(["segments/vip.seg~", "segments/4913", "tests.xml", "a.gz"]) {
            assert_eq!(shown(&format!("/shop/{other}")), None, "{other}");
        }
        assert_eq!(shown("/elsewhere/vip.seg"), None);
    }

    #[test]
    fn changes_are_told_in_a_line() {
        let changed = |paths: &[&str]| told(&paths.iter().map(|&path| path.to_owned()).collect());
        assert_eq!(changed(&["segments/vip.seg"]), "segments/vip.seg changed");
        assert_eq!(changed(&["a.seg", "b.seg", "c.seg"]), "3 files changed");
    }
}
