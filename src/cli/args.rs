//! The arguments as they are written; `config` makes sense of them.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args as Group, Parser, Subcommand, ValueEnum};

pub(super) use super::value_enums::{
    AnswerFormat, Color, GraphFormat, ListFormat, MessageFormat, Template, TestFormat,
};

const EXIT_CODES: &str = "\
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
  segc explain SEG301            explain a problem";

/// Above the options that every command takes.
const EVERYWHERE: &str = "For every command";

/// Compiles audience segments, written as text, into SQL.
#[derive(Debug, Parser)]
#[command(name = "segc", version, propagate_version = true, after_help = EXIT_CODES)]
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

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Init(Init),
    Check(Check),
    Compile(Compile),
    Run(Run),
    Test(Test),
    Why(Why),
    Attrition(Attrition),
    Plan(Plan),
    Ls(Ls),
    Graph(Graph),
    Capabilities(Capabilities),
    Catalog(Catalog),
    Explain(Explain),
}

/// Start a project that works at once
#[derive(Debug, Group)]
#[command(after_help = "\
Writes segc.yml, catalog/, segments/, data/ and tests/, and never overwrites a file.

Examples:
  segc init                      in the current folder
  segc init shop                 in a new folder
  segc init site --catalog web_analytics")]
pub(super) struct Init {
    /// Where; made if it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    /// Which catalog to start from
    #[arg(long, value_enum, value_name = "NAME", default_value = "shop")]
    pub(super) catalog: Template,
}

/// Find every problem of the project, for all of its targets
#[derive(Debug, Group)]
#[command(after_help = "\
Reports everything that any target doesn't support, or that the policy or the tier forbids.
Problems go to stderr in the human format, and to stdout in all others.

Examples:
  segc check
  segc check shop
  segc check --tier free --target postgres
  segc check --format json | jq .code
  segc check --format sarif > segc.sarif")]
pub(super) struct Check {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    pub(super) dir: Option<PathBuf>,
    /// How problems are written (as --message-format, but to stdout)
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<MessageFormat>,
    /// For which targets; every one of segc.yml if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Vec<String>,
    /// Also refuse what this server or database file lacks
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) probe: Option<String>,
    #[command(flatten)]
    pub(super) values: Values,
}

/// Write SQL: one SELECT, or the scripts of a build
#[derive(Debug, Group)]
#[command(after_help = "\
With a single name and no --out, prints that segment's SELECT. Otherwise replaces
target/<target>/ with create.sql, refresh.sql, manifest.json, the graph, and a pair of
scripts for each segment. --parity adds a SELECT for each table that compares it with a
fresh evaluation: no rows mean that the table is correct.

Selections:
  name     that segment            +name    with those it depends on
  tag:x    those with the tag      name+    with those that depend on it

Examples:
  segc compile
  segc compile vip --target postgres
  segc compile vip --target postgres --parity
  segc compile vip --as-of 2026-11-20T00:00:00Z | duckdb shop.db
  segc compile --select tag:marketing --select +vip --target bigquery --out build")]
pub(super) struct Compile {
    /// Which segments; all if none is named
    #[arg(value_name = "SEGMENTS")]
    pub(super) segments: Vec<String>,
    /// More segments, by name, +name, name+ or tag:x
    #[arg(long, value_name = "EXPR")]
    pub(super) select: Vec<String>,
    /// For which targets; every one of segc.yml if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Vec<String>,
    /// Write to DIR/<target>/ instead of target/<target>/
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Refuse what this server or database file lacks
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) probe: Option<String>,
    /// Write, or print, the SELECTs that compare tables with fresh evaluations
    #[arg(long)]
    pub(super) parity: bool,
    #[command(flatten)]
    pub(super) values: Values,
    #[command(flatten)]
    pub(super) moment: Moment,
}

/// Build the segments, on the embedded engine or in a database
#[derive(Debug, Group)]
#[command(
    group = ArgGroup::new("kept").args(["db", "target"]).multiple(true),
    after_help = "\
Fills the catalog's tables from data/*.csv and data/*.parquet, builds the segments, and
prints the number of members of each. This happens in memory; with --db, it uses and keeps
the tables and segments of a database file or a PostgreSQL server.

All segments have the same as_of. Each is built by its own script, after those it depends
on. If one fails, those that depend on it are skipped, the rest are built, and the exit code
is 3. --resume then builds the rest, as of the same instant.

Examples:
  segc run
  segc run vip --as-of 2026-11-20T00:00:00Z
  segc run --db shop.db --load   fill the file's tables from data/, then run
  segc run --db shop.db --refresh
  segc run --db shop.db --refresh --resume
  segc run --db shop.db --refresh --verify
  segc run --db postgres://ann@db.example/shop --no-wait"
)]
pub(super) struct Run {
    /// Which segments; all if none is named
    #[arg(value_name = "SEGMENTS")]
    pub(super) segments: Vec<String>,
    /// More segments, by name, +name, name+ or tag:x
    #[arg(long, value_name = "EXPR")]
    pub(super) select: Vec<String>,
    /// A database file or server, used and kept; otherwise all happens in memory
    #[arg(long, value_name = "FILE|URL", value_parser = NonEmptyStringValueParser::new())]
    pub(super) db: Option<String>,
    /// Fill the file's tables from data/ first, replacing what they hold; every segment is then
    /// evaluated in full
    #[arg(long, requires = "db")]
    pub(super) load: bool,
    /// Refresh the tables that an earlier run made
    #[arg(long, requires = "kept")]
    pub(super) refresh: bool,
    /// Go on with the newest run, or that of --as-of: build only what it has not
    #[arg(long, requires = "kept")]
    pub(super) resume: bool,
    /// Compare each table with a fresh evaluation in the end
    #[arg(long)]
    pub(super) verify: bool,
    /// Fail at once if another run is at work, instead of waiting for it
    #[arg(long)]
    pub(super) no_wait: bool,
    /// For which target; the first that the engine can run if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
    #[command(flatten)]
    pub(super) values: Values,
    #[command(flatten)]
    pub(super) moment: Moment,
}

/// Run the unit tests: given rows, who should be a member?
#[derive(Debug, Group)]
#[command(after_help = "\
Tests are in tests/**/*.yml. They run on the reference evaluator, or with --engine duckdb
as SQL on the embedded engine. A pattern is part of a test's name or path, or the name of a
segment. The exit code is 1 if a test fails.

Examples:
  segc test
  segc test high_value
  segc test tests/value.yml 'no orders'
  segc test --engine duckdb
  segc test --format junit > tests.xml")]
pub(super) struct Test {
    /// Which tests; all if none is named
    #[arg(value_name = "PATTERNS")]
    pub(super) patterns: Vec<String>,
    /// What finds the members
    #[arg(long, value_enum, value_name = "NAME", default_value = "reference")]
    pub(super) engine: TestEngine,
    /// For which target's SQL; the first that the engine can run if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// How results are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub(super) format: TestFormat,
}

/// Say why an entity is in a segment, or is not
#[derive(Debug, Group)]
#[command(after_help = "\
Shows every condition of the segment, true or false, with the values it saw. Without --db,
queries the sample rows in data/ on the embedded engine. Databases are only read. To keep
passwords out of commands, a target's `url_env:` in segc.yml can name an environment variable
with the URL, which is used when you name that target.

Examples:
  segc why vip 42
  segc why bulk_lines 17 2       a key of two parts
  segc why vip 42 --deep         the segments it refers to, too
  segc why vip 42 --db postgres://ann@db.example/shop
  segc why vip 42 --db shop.db --as-of 2026-11-20T00:00:00Z
  segc why vip --row customer.yml
  segc why vip 42 --format json | jq .member")]
pub(super) struct Why {
    /// The segment
    #[arg(value_name = "SEGMENT")]
    pub(super) segment: String,
    /// The entity's key; a part for each of its fields
    #[arg(value_name = "KEY", required_unless_present = "row", allow_negative_numbers = true)]
    pub(super) key: Vec<String>,
    /// Unfold the segments that it refers to
    #[arg(long)]
    pub(super) deep: bool,
    /// Ask about the entity in this YAML or JSON file, which is in no database
    #[arg(long, value_name = "FILE", conflicts_with_all = ["db", "target", "key"])]
    pub(super) row: Option<PathBuf>,
    #[command(flatten)]
    pub(super) place: Place,
    /// How to write the answer
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub(super) format: AnswerFormat,
    #[command(flatten)]
    pub(super) values: Values,
    #[command(flatten)]
    pub(super) moment: Moment,
}

/// Count how many remain after each condition of a segment
#[derive(Debug, Group)]
#[command(after_help = "\
Conditions apply in the order in which they are written. Each include adds to those before
it; everything else narrows. Runs a single query, and only reads.

Examples:
  segc attrition vip
  segc attrition vip --db postgres://ann@db.example/shop
  segc attrition vip --format json | jq '.steps[] | .remain'")]
pub(super) struct Attrition {
    /// The segment
    #[arg(value_name = "SEGMENT")]
    pub(super) segment: String,
    #[command(flatten)]
    pub(super) place: Place,
    /// How to write the answer
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub(super) format: AnswerFormat,
    #[command(flatten)]
    pub(super) values: Values,
    #[command(flatten)]
    pub(super) moment: Moment,
}

/// Say how a segment is refreshed, or why it is rebuilt
#[derive(Debug, Group)]
#[command(after_help = "\
Shows how the segment is stored, why members may leave it, and which rows make a refresh
evaluate an entity again: arrivals, window edges, conditions that change with the clock,
segments that it reads. For a rebuild, shows every reason, with the declaration that would
remove it. Doesn't need a database.

Examples:
  segc plan                      every segment, in a table
  segc plan vip
  segc plan vip --target bigquery
  segc plan vip --format json | jq .refresh.obstacles")]
pub(super) struct Plan {
    /// The segment; all of them, in a table, if none is named
    #[arg(value_name = "SEGMENT")]
    pub(super) segment: Option<String>,
    /// For which target; the first of segc.yml if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    pub(super) format: AnswerFormat,
    #[command(flatten)]
    pub(super) values: Values,
}

/// List the segments
#[derive(Debug, Group)]
#[command(after_help = "\
Examples:
  segc ls
  segc ls --select tag:marketing
  segc ls --format json | jq -r '.[].name'")]
pub(super) struct Ls {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    pub(super) dir: Option<PathBuf>,
    /// Which segments, by name, +name, name+ or tag:x
    #[arg(long, value_name = "EXPR")]
    pub(super) select: Vec<String>,
    /// How to write the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub(super) format: ListFormat,
}

/// Draw how segments and tables hang together
#[derive(Debug, Group)]
#[command(after_help = "\
Examples:
  segc graph                     Mermaid, which GitHub draws in Markdown
  segc graph --format dot | dot -Tsvg > graph.svg
  segc graph --select +vip")]
pub(super) struct Graph {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    pub(super) dir: Option<PathBuf>,
    /// Which segments, by name, +name, name+ or tag:x
    #[arg(long, value_name = "EXPR")]
    pub(super) select: Vec<String>,
    /// For which target; the first of segc.yml if none is named
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// How to write the graph
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "mermaid")]
    pub(super) format: GraphFormat,
}

/// Show what each target can do, and who says no
#[derive(Debug, Group)]
#[command(after_help = "\
Examples:
  segc capabilities
  segc capabilities --target postgres --tier free
  segc capabilities --probe postgres://ann@db.example/shop
  segc capabilities --format json")]
pub(super) struct Capabilities {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    pub(super) dir: Option<PathBuf>,
    /// Only these targets
    #[arg(long, short, value_name = "NAME")]
    pub(super) target: Vec<String>,
    /// With the policy of this tier
    #[arg(long, value_name = "NAME")]
    pub(super) tier: Option<String>,
    /// Ask this server or database file what it can do
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) probe: Option<String>,
    /// How to write the matrix
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub(super) format: ListFormat,
}

/// Show entities, their fields and links
#[derive(Debug, Group)]
#[command(after_help = "\
Examples:
  segc catalog
  segc catalog customer
  segc catalog --format json")]
pub(super) struct Catalog {
    /// One entity with all its fields and links
    #[arg(value_name = "ENTITY")]
    pub(super) entity: Option<String>,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub(super) format: ListFormat,
}

/// Explain the code of a problem
#[derive(Debug, Group)]
#[command(after_help = "\
Examples:
  segc explain SEG301
  segc explain 301
  segc explain --list")]
pub(super) struct Explain {
    /// Such as SEG301
    #[arg(value_name = "CODE", required_unless_present = "list")]
    pub(super) code: Option<String>,
    /// List every code
    #[arg(long, conflicts_with = "code")]
    pub(super) list: bool,
}

#[derive(Debug, Group)]
pub(super) struct Place {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TestEngine {
    /// The reference evaluator: the language itself, without SQL
    Reference,
    /// DuckDB, embedded
    #[value(name = "duckdb")]
    Embedded,
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
