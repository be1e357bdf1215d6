//! The arguments that every command or several take, as they are written; `config` makes sense of them.
//! A command's own are beside its `run`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Group, Parser};

use super::command::Command;
use super::value_enums::{Color, MessageFormat};

/// Above the options that every command takes.
const EVERYWHERE: &str = "For every command";

/// Compiles audience segments, written as text, into SQL.
#[derive(Debug, Parser)]
#[command(
    name = "segc",
    version,
    propagate_version = true,
    after_help = "\
Exit codes: 0 success, 1 errors in the project, 2 invalid usage, 3 the engine failed.
Data goes to stdout, messages to stderr.

Examples:
  segc init shop && cd shop      create a working example project
  segc check                     find every problem
  segc compile vip               print one segment's SELECT
  segc compile                   write scripts for every target
  segc run                       try the segments on DuckDB
  segc test                      run the unit tests in tests/
  segc why vip 42                each condition of a segment, for one entity
  segc attrition vip             how many remain after each condition
  segc plan vip                  how it is refreshed, or why it is rebuilt
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
    /// The project's folder; otherwise the nearest one upward with a segc.yml
    #[arg(short = 'C', long = "project", value_name = "DIR", global = true, help_heading = EVERYWHERE)]
    pub(super) project: Option<PathBuf>,
    /// When to write colours
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", global = true, help_heading = EVERYWHERE)]
    pub(super) color: Color,
    /// How problems are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", global = true, help_heading = EVERYWHERE)]
    pub(super) message_format: MessageFormat,
}

#[derive(Debug, Group)]
pub(super) struct DatabaseArgs {
    /// Ask this server (postgres://…, or host=… dbname=…) or database file, not data/
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) db: Option<String>,
    /// For which target; the first that the database can run if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
}

#[derive(Debug, Group)]
pub(super) struct Values {
    /// Value of a parameter, once for each
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub(super) params: Vec<String>,
    /// With the policy of this tier
    #[arg(long, value_name = "NAME")]
    pub(super) tier: Option<String>,
}

#[derive(Debug, Group)]
pub(super) struct Moment {
    /// The instant that counts as now, as 2026-11-20T00:00:00Z, or a day, whose midnight in the
    /// project's time zone it is; otherwise the engine's clock
    #[arg(long, value_name = "INSTANT|DAY")]
    pub(super) as_of: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Args;

    #[test]
    fn the_declarations_are_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        for command in Args::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:"), "{} has no examples", command.get_name());
        }
    }
}
