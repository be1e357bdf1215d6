//! Arguments that clap rejects, as problems like all others.

pub(crate) mod problems;

use std::error::Error as _;
use std::ffi::OsString;

use clap::ValueEnum;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::problems::{ArgumentMissing, NotTogether, UnknownCommand, UnknownOption, UnreadableValue};
use super::value_enums::{Color, MessageFormat};
use crate::diagnostic::{Diagnostic, closest};

/// The options that say how problems are written, which count even if other arguments are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Early {
    pub(super) color: Color,
    pub(super) format: MessageFormat,
}

impl Early {
    /// Finds them on the command line.
    pub(super) fn of(line: &[OsString]) -> Self {
        let line: Vec<&str> =
            line.iter().map_while(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
        Self {
            color: value(&line, "--color").unwrap_or(Color::Auto),
            format: value(&line, "--message-format").unwrap_or(MessageFormat::Human),
        }
    }
}

fn value<T: ValueEnum>(line: &[&str], option: &str) -> Option<T> {
    let joined = line.iter().find_map(|arg| arg.strip_prefix(option)?.strip_prefix('='));
    let apart = || line.iter().position(|arg| *arg == option).and_then(|at| line.get(at + 1)).copied();
    T::from_str(joined.or_else(apart)?, false).ok()
}

/// The problem with arguments that clap rejects.
pub(super) fn problem(error: &clap::Error) -> Diagnostic {
    let text = |kind| text(error, kind);
    let usage = usage(error);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand);
            let similar = strings(error, ContextKind::SuggestedSubcommand);
            let near =
                closest(&name, similar.iter().map(String::as_str)).or(similar.last().map(String::as_str));
            let near = near.map(str::to_owned);
            UnknownCommand { span: None, name, near, usage }.into()
        }
        ErrorKind::UnknownArgument => {
            let name = text(ContextKind::InvalidArg);
            let near = some(text(ContextKind::SuggestedArg));
            UnknownOption { span: None, name, near, usage }.into()
        }
        ErrorKind::InvalidValue
        | ErrorKind::ValueValidation
        | ErrorKind::NoEquals
        | ErrorKind::InvalidUtf8 => {
            let (option, value) = (text(ContextKind::InvalidArg), some(text(ContextKind::InvalidValue)));
            let allowed = strings(error, ContextKind::ValidValue);
            let near = some(text(ContextKind::SuggestedValue));
            let why = error.source().map(ToString::to_string);
            UnreadableValue { span: None, option, value, near, allowed, why, usage }.into()
        }
        ErrorKind::MissingRequiredArgument => {
            ArgumentMissing { span: None, missing: strings(error, ContextKind::InvalidArg), usage }.into()
        }
        ErrorKind::ArgumentConflict => {
            let (one, other) = (text(ContextKind::InvalidArg), text(ContextKind::PriorArg));
            NotTogether { span: None, one, other }.into()
        }
        _ => {
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default();
            let why = Some(said.strip_prefix("error: ").unwrap_or(said).to_owned());
            let option = text(ContextKind::InvalidArg);
            UnreadableValue { span: None, option, value: None, near: None, allowed: Vec::new(), why, usage }
                .into()
        }
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// What clap knows of an error, as one text.
fn text(error: &clap::Error, kind: ContextKind) -> String {
    strings(error, kind).into_iter().next().unwrap_or_default()
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// How the command is used: `segc compile [OPTIONS] [SEGMENTS]...`.
fn usage(error: &clap::Error) -> String {
    let usage = text(error, ContextKind::Usage);
    usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Args;
    use super::*;

    fn said(line: &str) -> (&'static str, String, String) {
        let error = Args::try_parse_from(line.split(' ')).expect_err("it is wrong");
        let problem = problem(&error);
        (problem.code, problem.message, problem.help.unwrap_or_default())
    }

    #[test]
    fn each_mistake_has_its_code_and_remedy() {
        for (line, code, message, help) in [
            ("segc complie", "SEG882", "there is no command `complie`", "did you mean `compile`?"),
            ("segc xyzzy", "SEG882", "there is no command `xyzzy`", "`segc --help` lists the commands"),
            ("segc catalog imprt --db x", "SEG883", "there is no option `--db`", "segc catalog"),
            ("segc compile --targt x", "SEG883", "there is no option `--targt`", "did you mean `--target`?"),
            ("segc describe --xyzzy", "SEG883", "there is no option `--xyzzy`", "segc describe [OPTIONS]"),
            ("segc explain SEG301 SEG302", "SEG883", "`SEG302` is one argument too many", "segc explain"),
            (
                "segc check --format jsn",
                "SEG884",
                "`--format <FORMAT>` can't be `jsn`",
                "did you mean `json`?",
            ),
            ("segc check --format xml", "SEG884", "can't be `xml`", "`human`, `json`, `github` or `sarif`"),
            ("segc check --format", "SEG884", "`--format <FORMAT>` has no value", "`human`, `json`"),
            ("segc run --timeout 5s", "SEG884", "can't be `5s`: a number of seconds", "--help`"),
            ("segc check --jobs 0", "SEG884", "can't be `0`: 0 is not in 1..=1024", ""),
            ("segc rename vip", "SEG885", "`<TO>` is missing", "segc rename"),
            (
                "segc explain --list SEG801",
                "SEG889",
                "`--list` and `[CODE]` can't be combined",
                "one of them",
            ),
        ] {
            let found = said(line);
            assert_eq!(found.0, code, "{line}: {found:?}");
            assert!(found.1.contains(message) && found.2.contains(help), "{line}: {found:?}");
        }
    }

    #[test]
    fn how_problems_are_written_is_known_before_all_else() {
        let early = |line: &str| Early::of(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        let (color, format) = (Color::Never, MessageFormat::Json);
        assert_eq!(early("segc xyz --color never --message-format=json"), Early { color, format });
        let (color, format) = (Color::Auto, MessageFormat::Human);
        assert_eq!(early("segc xyz --color --message-format"), Early { color, format });
        assert_eq!(early("segc why -- --color always"), Early { color, format });
    }
}
