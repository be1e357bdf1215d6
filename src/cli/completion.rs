//! Completions: shells ask the program itself, which knows the project's names.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, Command, CommandFactory, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use super::args::Args;
use super::config;
use super::exit::Exit;
use super::terminal::variable;
use crate::api::{self, Options, Session};
use crate::registry;

/// The variable by which a shell asks for completions. Its value is the name of the shell.
const ASKS: &str = "SEGC_COMPLETE";

/// The name of the program, also in scripts.
const PROGRAM: &str = "segc";

/// The methods of selection whose values a project has.
const METHODS: [&str; 3] = ["tag:", "owner:", "entity:"];

/// Whether a shell asks for completions.
pub(super) fn is_asked() -> bool {
    variable(ASKS).is_some()
}

/// Answers a shell.
pub(super) fn answer() -> io::Result<Exit> {
    let asked = CompleteEnv::with_factory(command).var(ASKS).bin(PROGRAM).completer(PROGRAM);
    let current = std::env::current_dir().ok();
    match asked.try_complete(std::env::args_os(), current.as_deref()) {
        Ok(_) => Ok(Exit::Fine),
        Err(error) => error.print().map(|()| Exit::WrongUse),
    }
}

/// The script by which a shell learns to ask.
pub(super) fn script(shell: &str, out: &mut dyn io::Write) -> io::Result<()> {
    match Shells::builtins().completer(shell) {
        Some(shell) => shell.write_registration(ASKS, PROGRAM, PROGRAM, PROGRAM, out),
        None => Ok(()),
    }
}

/// The command line, with what its values may be.
fn command() -> Command {
    with_names(Args::command())
}

fn with_names(command: Command) -> Command {
    command.mut_args(with_values).mut_subcommands(with_names)
}

/// Says what an argument's values are. What they are called tells, so that a new command has nothing to add.
fn with_values(arg: Arg) -> Arg {
    let name = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let option = arg.get_long().unwrap_or_default().to_owned();
    let completer = match (name.as_deref().unwrap_or_default(), option.as_str()) {
        ("SEGMENT" | "SEGMENTS" | "SEGMENT|KEY" | "FROM", _) => ArgValueCompleter::new(segments),
        ("EXPR", _) => ArgValueCompleter::new(selections),
        ("PATTERNS", _) => ArgValueCompleter::new(segments),
        ("CODE", _) => ArgValueCompleter::new(codes),
        ("ENTITY", _) | (_, "entity") => ArgValueCompleter::new(entities),
        (_, "target") => ArgValueCompleter::new(targets),
        (_, "tier") => ArgValueCompleter::new(tiers),
        (_, "param") => ArgValueCompleter::new(params),
        (name, "db" | "probe") if name.contains("FILE") => return arg.value_hint(ValueHint::AnyPath),
        _ => return arg,
    };
    arg.add(completer)
}

/// The project that the command line is about.
fn session() -> Option<Session> {
    let line: Vec<OsString> = std::env::args_os().collect();
    let root = config::root(project(&line).as_deref()).ok()?;
    Some(api::open(&root.folder, &Options::default()).0)
}

/// The folder after `-C`, in the words that are being completed.
fn project(line: &[OsString]) -> Option<PathBuf> {
    let words = line.iter().map(|word| word.to_string_lossy());
    let words: Vec<_> = words.collect();
    words.iter().enumerate().rev().find_map(|(at, word)| {
        let joined = word.strip_prefix("--project=").or_else(|| word.strip_prefix("-C"));
        match (word.as_ref(), joined) {
            ("-C" | "--project", _) => words.get(at + 1).map(|folder| Path::new(folder.as_ref()).to_owned()),
            (_, Some(folder)) => Some(Path::new(folder).to_owned()),
            _ => None,
        }
    })
}

/// Candidates that begin with what is there already, each with a remark.
fn fitting(
    current: &OsStr,
    names: impl Iterator<Item = (String, Option<String>)>,
) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let fits = names.filter(|(name, _)| name.starts_with(current));
    fits.map(|(name, help)| CompletionCandidate::new(name).help(help.map(Into::into))).collect()
}

fn names_of(session: &Session) -> impl Iterator<Item = (String, Option<String>)> {
    session.hir().iter().map(|(_, segment)| (segment.name.clone(), segment.properties.title.clone()))
}

fn segments(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(session) = session() else { return Vec::new() };
    let mut found = fitting(current, names_of(&session));
    if found.is_empty() {
        found = selections(current);
    }
    found
}

/// Selections: the last of several criteria is completed, and operators before it stay.
fn selections(current: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(session), Some(text)) = (session(), current.to_str()) else { return Vec::new() };
    let begins = text.rfind([',', ' ', '+', '@']).map_or(0, |at| at + 1);
    let (before, last) = text.split_at(begins);
    let all = match last.split_once(':') {
        Some((method, _)) => {
            let mut values = values(&session, method);
            values.sort();
            values.dedup();
            values.into_iter().map(|value| (format!("{method}:{value}"), None)).collect()
        }
        None => {
            let methods = METHODS.iter().map(|method| ((*method).to_owned(), None));
            names_of(&session).chain(methods).collect::<Vec<_>>()
        }
    };
    let found = fitting(OsStr::new(last), all.into_iter());
    found.into_iter().map(|candidate| candidate.add_prefix(before)).collect()
}

/// The values that the segments have, by which a method selects.
fn values(session: &Session, method: &str) -> Vec<String> {
    let hir = session.hir();
    let of = |segment: &crate::check::hir::Segment| match method {
        "tag" => segment.properties.tags.clone(),
        "owner" => segment.properties.owner.iter().cloned().collect(),
        "entity" => vec![hir.catalog.entity(segment.entity).name.clone()],
        _ => Vec::new(),
    };
    hir.iter().flat_map(|(_, segment)| of(segment)).collect()
}

fn entities(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(session) = session() else { return Vec::new() };
    let entities = session.hir().catalog.iter();
    fitting(current, entities.map(|(_, entity)| (entity.name.clone(), None)))
}

fn targets(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(session) = session() else { return Vec::new() };
    fitting(current, session.targets().into_iter().map(|target| (target, None)))
}

fn tiers(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(session) = session() else { return Vec::new() };
    let tiers = session.config().tiers.keys();
    fitting(current, tiers.map(|tier| (tier.clone(), None)))
}

fn params(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(session) = session() else { return Vec::new() };
    let params = session.hir().params.iter();
    fitting(current, params.map(|(name, value)| (format!("{name}="), Some(format!("now {value}")))))
}

fn codes(current: &OsStr) -> Vec<CompletionCandidate> {
    let codes = registry::codes().iter().copied();
    fitting(current, codes.map(|info| (info.code.to_owned(), Some(info.title.to_owned()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_of_an_unfinished_line_is_found() {
        let of = |line: &str| project(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of("segc -- segc -C shop describe v"), Some(PathBuf::from("shop")));
        assert_eq!(of("segc -- segc describe --project=shop v"), Some(PathBuf::from("shop")));
        assert_eq!(of("segc -- segc describe v -C"), None);
    }
}
