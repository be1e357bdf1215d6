//! The arguments of several or all commands, as written. `config` validates them. A command's own
//! arguments are next to its `run`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PossibleValue};
use clap::{Args as Group, Parser, ValueEnum as _};

use super::command::Command;
use super::value_enums::{Color, MessageFormat};

/// The heading of the options that every command accepts.
const EVERYWHERE: &str = "For every command";

/// The heading of the options that select segments.
const SELECTION: &str = "Selection (docs/selection.md)";

/// Compiles audience segments, written as text, into SQL.
#[derive(Debug, Parser)]
#[command(
    name = "segc",
    version,
    propagate_version = true,
    after_help = "\
Exit codes: 0 success, 1 errors in the project, 2 invalid usage, 3 the engine failed.
Data goes to stdout, messages to stderr; on a terminal, a pager shows long output.

Examples:
  segc init shop && cd shop      create a working example project
  segc check                     find every problem
  segc compile vip               print one segment's SELECT
  segc compile                   write scripts for every target
  segc run                       try the segments on DuckDB
  segc test                      run the unit tests in tests/
  segc why vip 42                each condition of a segment, for one entity
  segc why 42                    the segments that an entity is in
  segc attrition vip             how many remain after each condition
  segc diff main                 what differs from a branch
  segc preview vip               its size and some of its members
  segc preview customer.country  the values of a field
  segc overlap vip buyers        how many members segments share
  segc plan vip                  how it is refreshed, or why it is rebuilt
  segc import unleash state.json segments of another tool
  segc docs --serve              a site of segments, entities, lineage and tests
  segc fmt                       format the segments
  segc watch test                test again whenever a file changes
  segc explain SEG301            explain a problem"
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Group)]
pub(super) struct Common {
    /// The project's folder [default: the nearest enclosing one with a segc.yml]
    #[arg(short = 'C', long = "project", value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    pub(super) project: Option<PathBuf>,
    /// When to write colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", global = true, help_heading = EVERYWHERE)]
    pub(super) color: Color,
    /// How problems are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", global = true, help_heading = EVERYWHERE)]
    pub(super) message_format: MessageFormat,
    /// Write nothing but errors and what was requested
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub(super) quiet: bool,
    /// Also show what is read, and each statement that a database executes, with its time
    #[arg(short, long, global = true, help_heading = EVERYWHERE)]
    pub(super) verbose: bool,
    /// Don't show long output in a pager
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(super) no_pager: bool,
    /// How many threads to use, also by the embedded engine [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_JOBS), global = true, help_heading = EVERYWHERE)]
    pub(super) jobs: Option<u16>,
    /// Cancel any statement of a database that takes longer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, global = true, help_heading = EVERYWHERE)]
    pub(super) timeout: Option<Duration>,
}

impl Common {
    /// The arguments that mean the same to another process of segc.
    pub(super) fn to_args(&self) -> Vec<OsString> {
        let Self { project, color, message_format, quiet, verbose, no_pager, jobs, timeout } = self;
        let mut args: Vec<OsString> = Vec::new();
        let mut add = |name: &str, value: Option<OsString>| {
            if let Some(value) = value {
                args.extend([OsString::from(name), value]);
            }
        };
        let named = |value: Option<PossibleValue>| value.map(|value| value.get_name().into());
        add("--project", project.as_ref().map(OsString::from));
        add("--color", named(color.to_possible_value()));
        add("--message-format", named(message_format.to_possible_value()));
        add("--jobs", jobs.map(|jobs| jobs.to_string().into()));
        add("--timeout", timeout.map(|time| time.as_secs_f64().to_string().into()));
        let flags = [("--quiet", quiet), ("--verbose", verbose), ("--no-pager", no_pager)];
        args.extend(flags.iter().filter(|(_, is_set)| **is_set).map(|(name, _)| OsString::from(name)));
        args
    }
}

/// The most threads that can be requested.
const MOST_JOBS: i64 = 1024;

/// A time in seconds, which may have decimals.
fn seconds(text: &str) -> Result<Duration, String> {
    let time = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| *time >= Duration::from_millis(1))
        .ok_or_else(|| "a number of seconds is expected, such as 30 or 0.5".to_owned())
}

#[derive(Debug, Group)]
pub(super) struct DatabaseArgs {
    /// Use this server (postgres://…, or host=… dbname=…) or database file, not data/
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) db: Option<String>,
    /// The target [default: the first that the database can run]
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
}

#[derive(Debug, Group)]
pub(super) struct Values {
    /// The value of a parameter (repeatable)
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(super) params: Vec<String>,
    /// Apply the policy of this tier
    #[arg(long, value_name = "NAME")]
    pub(super) tier: Option<String>,
}

#[derive(Debug, Group)]
pub(super) struct Moment {
    /// The current time, such as 2026-11-20T00:00:00Z, or a date, meaning its midnight in the
    /// project's time zone [default: the engine's clock]
    #[arg(long, value_name = "INSTANT|DAY")]
    pub(super) as_of: Option<String>,
}

/// The selection of segments, for every command that takes several.
#[derive(Debug, Group)]
pub(super) struct SelectArgs {
    /// Segments by name, tag:, path:, owner:, entity:, materialize: or state:, with * ? [a-z];
    /// +x, 2+x, x+ and @x add neighbours, a space is "or", a comma is "and"
    #[arg(long, short, value_name = "EXPR", num_args = 1.., help_heading = SELECTION)]
    pub(super) select: Vec<String>,
    /// Leave these out
    #[arg(long, value_name = "EXPR", num_args = 1.., help_heading = SELECTION)]
    pub(super) exclude: Vec<String>,
    /// The earlier build, written by `segc compile --out DIR`, that state: compares with
    #[arg(long, value_name = "DIR", help_heading = SELECTION)]
    pub(super) state: Option<PathBuf>,
}

impl SelectArgs {
    /// Whether the options choose some of the segments.
    pub(super) fn narrows(&self) -> bool {
        !self.select.is_empty() || !self.exclude.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_for_another_process_are_the_same() {
        let all = "segc -C shop --color never --message-format json -v --no-pager -j 3 --timeout 0.25 check";
        for line in [all, "segc check", "segc -q check"] {
            let args = Args::try_parse_from(line.split(' ')).expect("arguments");
            let passed = args.common.to_args();
            let first = ["segc", "check"].map(OsString::from);
            let again = Args::try_parse_from(first.into_iter().chain(passed)).expect("arguments");
            assert_eq!(format!("{args:?}"), format!("{again:?}"));
        }
    }

    #[test]
    fn times_are_seconds() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["0", "-1", "5s", "", "NaN", "1e300", "inf"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn clap_accepts_the_declarations() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_shows_examples() {
        for command in Args::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:"), "{} has no examples", command.get_name());
        }
    }
}
