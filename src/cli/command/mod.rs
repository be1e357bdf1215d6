//! The commands, one per file.

mod attrition;
mod capabilities;
mod catalog;
mod catalog_import;
mod check;
mod compile;
mod completions;
mod database;
mod describe;
mod diff;
pub(crate) mod docs;
mod explain;
mod filter;
mod fmt;
mod graph;
mod import;
mod init;
mod ls;
mod man;
mod overlap;
mod overview;
mod plan;
mod preview;
mod refactor;
mod relatives;
mod run;
mod state;
mod test;
mod test_dialect;
mod watch;
mod why;
mod why_all;

pub(super) use state::read as read_state;

use std::io::{self, Write};
use std::path::Path;

use clap::Subcommand;

use super::args::{Args, SelectArgs};
use super::clock::{duration, now};
use super::config::{self, Asked, Root};
use super::exit::Exit;
use super::problems::{
    FolderForSegment, LevelOfError, NoTarget, NotOneSegment, UnknownLevelCode, UnknownTarget,
};
use super::terminal::Terminal;
use crate::api::{self, Options, Selection, Session};
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, closest};
use crate::project::ReadError;
use crate::registry;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(init::Args),
    Check(check::Args),
    Compile(compile::Args),
    Run(run::Args),
    Test(test::Args),
    Why(why::Args),
    Attrition(attrition::Args),
    Preview(preview::Args),
    Overlap(overlap::Args),
    Describe(describe::Args),
    Diff(diff::Args),
    Plan(plan::Args),
    Ls(ls::Args),
    Parents(relatives::ParentsArgs),
    Children(relatives::ChildrenArgs),
    Rename(refactor::RenameArgs),
    Remove(refactor::RemoveArgs),
    Graph(graph::Args),
    Docs(docs::Args),
    Capabilities(capabilities::Args),
    Catalog(catalog::Args),
    Import(import::Args),
    Fmt(fmt::Args),
    Explain(explain::Args),
    Watch(watch::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Whether a command's data is a text to read, which is paged if it is long. The others show data as it comes, or
/// print what is meant for a file.
pub(super) fn is_paged(command: &Command) -> bool {
    !matches!(
        command,
        Command::Init(_) | Command::Test(_) | Command::Watch(_) | Command::Completions(_) | Command::Man(_)
    ) && !matches!(command, Command::Run(run) if !run.is_dry())
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let named = args.common.project.as_deref();
    match &args.command {
        Command::Init(init) => init::run(init, terminal),
        Command::Check(check) => check::run(check, named, terminal),
        Command::Compile(compile) => compile::run(compile, named, terminal),
        Command::Run(run) => run::run(run, named, terminal),
        Command::Test(test) => test::run(test, named, terminal),
        Command::Why(why) => why::run(why, named, terminal),
        Command::Attrition(attrition) => attrition::run(attrition, named, terminal),
        Command::Preview(preview) => preview::run(preview, named, terminal),
        Command::Overlap(overlap) => overlap::run(overlap, named, terminal),
        Command::Describe(describe) => describe::run(describe, named, terminal),
        Command::Diff(diff) => diff::run(diff, named, terminal),
        Command::Plan(plan) => plan::run(plan, named, terminal),
        Command::Ls(ls) => ls::run(ls, named, terminal),
        Command::Parents(parents) => relatives::parents(parents, named, terminal),
        Command::Children(children) => relatives::children(children, named, terminal),
        Command::Rename(rename) => refactor::rename(rename, named, terminal),
        Command::Remove(remove) => refactor::remove(remove, named, terminal),
        Command::Graph(graph) => graph::run(graph, named, terminal),
        Command::Docs(docs) => docs::run(docs, named, terminal),
        Command::Capabilities(capabilities) => capabilities::run(capabilities, named, terminal),
        Command::Catalog(catalog) => catalog::run(catalog, named, terminal),
        Command::Import(import) => import::run(import, named, terminal),
        Command::Fmt(fmt) => fmt::run(fmt, named, terminal),
        Command::Explain(explain) => explain::run(explain, terminal),
        Command::Watch(watch) => watch::run(watch, &args.common, terminal),
        Command::Completions(completions) => completions::run(completions, terminal),
        Command::Man(man) => man::run(man, terminal),
    }
}

/// Rejects a folder or a file in place of the name of a segment or an entity. It is an easy
/// mistake, since some commands accept a folder there.
fn refuse_folder(names: &[String], named: Option<&Path>) -> Result<(), Diagnostic> {
    let looks_like_a_path = |name: &&String| name.contains(['/', '\\']) || name.ends_with(".seg");
    match names.iter().find(looks_like_a_path) {
        None => refuse_project(names, named),
        Some(name) => {
            let is_project = config::is_project(Path::new(name));
            Err(FolderForSegment { span: None, name: name.clone(), is_project }.into())
        }
    }
}

/// Rejects a project's folder in place of a selection. Other folders and files select the segments in them.
fn refuse_project(names: &[String], named: Option<&Path>) -> Result<(), Diagnostic> {
    let is_project = |name: &&String| {
        let is_path = name.contains(['/', '\\']);
        (is_path || named.is_none()) && config::is_project(Path::new(name.as_str()))
    };
    match names.iter().find(is_project) {
        None => Ok(()),
        Some(name) => Err(FolderForSegment { span: None, name: name.clone(), is_project: true }.into()),
    }
}

/// Whether a selection is the plain name of a segment.
fn is_plain_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// A project that was read, with its problems.
struct Opened {
    root: Root,
    session: Session,
    diagnostics: Diagnostics,
}

/// Finds and reads the project, and reports invalid arguments.
fn open(
    named: Option<&Path>,
    asked: Result<Asked, Diagnostics>,
    terminal: &mut Terminal,
) -> io::Result<Result<(Opened, Options), Exit>> {
    open_by(named, asked, terminal, |root, options| api::open(&root.folder, options))
}

/// Finds the project, reads it with `read`, and reports invalid arguments.
fn open_by(
    named: Option<&Path>,
    asked: Result<Asked, Diagnostics>,
    terminal: &mut Terminal,
    read: impl FnOnce(&Root, &Options) -> (Session, Diagnostics),
) -> io::Result<Result<(Opened, Options), Exit>> {
    let mut problems = Diagnostics::new();
    let root = config::root(named).map_err(|problem| problems.push(problem));
    let asked = asked.map_err(|slips| problems.append(slips));
    let (Ok(root), Ok(asked)) = (root, asked) else {
        return terminal.report(&Default::default(), problems).map(Err);
    };
    terminal.set_prefix(root.prefix.clone());
    let begun = now();
    let (session, diagnostics) = read(&root, &asked.options);
    terminal.trace(|| {
        let (folder, files) = (root.folder.display(), session.sources.iter().count());
        format!("read and checked {files} files of {folder} in {}", duration(begun.elapsed()))
    });
    let mut opened = Opened { root, session, diagnostics };
    opened.diagnostics.append(wrong_levels(&opened.session));
    match asked.in_project(&opened.session.config().calendar) {
        Ok(options) => Ok(Ok((opened, options))),
        Err(slips) => opened.report(slips, terminal).map(Err),
    }
}

/// Codes in `warnings` of `segc.yml` that aren't those of warnings.
fn wrong_levels(session: &Session) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for (code, (_, span)) in &session.config().warnings.codes {
        let (span, code) = (*span, code.clone());
        match registry::find(&code) {
            None => {
                let codes = registry::codes();
                let near = closest(&code, codes.iter().map(|info| info.code)).map(str::to_owned);
                problems.push(UnknownLevelCode { span, code, near });
            }
            Some(info) if info.severity == Severity::Error => {
                problems.push(LevelOfError { span, code, title: info.title });
            }
            Some(_) => {}
        }
    }
    problems
}

/// Keeps memory until the process ends, which is soon, and takes it all back at once. To free a large project
/// node by node takes a tenth of the time of a build.
fn leave<T>(value: T) {
    std::mem::forget(value);
}

impl Opened {
    /// Reports the project's problems together with further ones.
    fn report(mut self, further: Diagnostics, terminal: &mut Terminal) -> io::Result<Exit> {
        self.diagnostics.append(self.session.leveled(further));
        let exit = terminal.report(&self.session.sources, self.diagnostics);
        leave(self.session);
        exit
    }

    /// The segment with exactly this name.
    fn segment(&self, name: &str) -> Result<SegmentId, Diagnostics> {
        let chosen = self.session.select(&[name.to_owned()])?;
        match chosen.as_slice() {
            [segment] => Ok(*segment),
            _ => Err(one(NotOneSegment { span: None, pattern: name.to_owned() })),
        }
    }

    /// The segments that the arguments select, for these targets, which are all of the project's if there are none.
    fn selected(
        &self,
        names: &[String],
        args: &SelectArgs,
        targets: &[String],
    ) -> Result<Vec<SegmentId>, Diagnostics> {
        self.session.selected(&self.selection(names, args, targets)?)
    }

    /// What the arguments select.
    fn selection(
        &self,
        names: &[String],
        args: &SelectArgs,
        targets: &[String],
    ) -> Result<Selection, Diagnostics> {
        let state = args.state.as_deref().map(|folder| state::read(folder, targets, &self.session.targets()));
        Ok(Selection {
            select: names.iter().chain(&args.select).cloned().collect(),
            exclude: args.exclude.clone(),
            state: state.transpose().map_err(one)?,
            prefix: self.root.prefix.clone(),
            within: self.root.within.clone(),
        })
    }

    /// Says that a selection has no segments, which isn't an error.
    fn nothing_selected(self, terminal: &mut Terminal) -> io::Result<Exit> {
        say_nothing_selected(terminal)?;
        self.report(Diagnostics::new(), terminal)
    }

    /// The targets with these names, or all of the project's targets if there are none.
    fn targets(&self, names: &[String]) -> Result<Vec<String>, Diagnostics> {
        let known = self.session.targets();
        let mut problems = Diagnostics::new();
        for name in names.iter().filter(|&name| !known.contains(name)) {
            problems.push(UnknownTarget { span: None, name: name.clone(), known: known.clone() });
        }
        if names.is_empty() && known.is_empty() {
            let why = "the project has no target".to_owned();
            problems.push(NoTarget { span: None, why, able: Vec::new() });
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        if names.is_empty() {
            return Ok(known);
        }
        let mut chosen: Vec<String> = Vec::new();
        for name in names {
            if !chosen.contains(name) {
                chosen.push(name.clone());
            }
        }
        Ok(chosen)
    }

    /// The target with this name, or the first that the embedded engine can run.
    fn embedded_target(&self, name: Option<&String>) -> Result<String, Diagnostics> {
        let named: Vec<String> = name.into_iter().cloned().collect();
        let targets = self.targets(&named)?;
        let able = self.session.embedded_targets();
        targets.into_iter().find(|target| able.contains(target)).ok_or_else(|| {
            let why = match name {
                Some(name) => format!("the embedded engine can't run the target `{name}`"),
                None => "the embedded engine can't run any of the project's targets".to_owned(),
            };
            one(NoTarget { span: None, why, able })
        })
    }
}

/// Why a file named on the command line can't be read.
fn unread(error: ReadError) -> String {
    match error {
        ReadError::NotFound => "it doesn't exist".to_owned(),
        ReadError::TooLarge => "it has more than 10 MiB".to_owned(),
        ReadError::LinkLoop => "it is a link to itself".to_owned(),
        ReadError::Other(why) => why,
    }
}

/// Tells people that a selection has no segments.
fn say_nothing_selected(terminal: &mut Terminal) -> io::Result<()> {
    terminal.flush()?;
    if terminal.is_human() { writeln!(terminal.err, "nothing is selected") } else { Ok(()) }
}

/// Writes indented JSON.
fn write_json(value: &serde_json::Value, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// A list of one problem.
fn one(problem: impl Into<Diagnostic>) -> Diagnostics {
    vec![problem.into()].into()
}
