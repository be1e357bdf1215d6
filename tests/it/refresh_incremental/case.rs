//! A case: declarations, segments, runs, and every row with its changes.

use std::fmt::Write as _;

use jiff::Timestamp;
use segc::api::{Options, Session, open_files};
use segc::project::Memory;

use crate::refresh_incremental::language;
use crate::refresh_incremental::segments::{Item, PRELUDE};
use crate::refresh_incremental::world::{self, Entity, Facts, Kind};
use crate::support::engine::{Demand, demand};
use crate::support::project::said;

/// The values of a row's fields, as text.
pub type Cells = Vec<Option<String>>;

/// What a row is from a run on; `None` where it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The first run that sees it.
    pub run: usize,
    pub cells: Option<Cells>,
}

/// A row of an entity, by its key, through time.
#[derive(Clone, Debug)]
pub struct Row {
    pub entity: usize,
    /// In the order of their runs.
    pub versions: Vec<Version>,
}

impl Row {
    /// What a run sees of it.
    pub fn at(&self, run: usize) -> Option<&Cells> {
        let version = self.versions.iter().rev().find(|version| version.run <= run);
        version.and_then(|version| version.cells.as_ref())
    }
}

/// One run: the engine's clock when it reads, as_of if it differs, and what is omitted.
#[derive(Clone, Debug)]
pub struct Run {
    pub seen: Timestamp,
    pub literal: Option<Timestamp>,
    pub without: Vec<String>,
    pub config: usize,
    /// What was lost of segments since the run before, by accident.
    pub lost: Vec<Lost>,
}

/// What somebody removed.
#[derive(Clone, Debug)]
pub enum Lost {
    /// All rows of a segment's table.
    Members(String),
    /// All rows of the table of those who would be ranked.
    Ranks(String),
    /// What was recorded of a segment's runs.
    Runs(String),
}

impl Run {
    pub fn as_of(&self) -> Timestamp {
        self.literal.unwrap_or(self.seen)
    }
}

/// What the segments' files hold at a run.
#[derive(Clone, Debug)]
pub struct Config {
    pub items: Vec<Item>,
    /// The value of `$least`.
    pub least: i64,
    /// Whether comments and blanks are other ones.
    pub reformatted: bool,
    /// The zone, where it isn't that of the case.
    pub zone: Option<String>,
    /// What the catalog declares, where that isn't what it does for the case.
    pub facts: Option<Facts>,
    /// Whether a refresh stops that can't be built upon the last run.
    pub refuses: bool,
    /// The file of the static list, if there is one.
    pub list: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub zone: String,
    pub week_start: String,
    pub entities: &'static [Entity],
    pub facts: Facts,
    pub configs: Vec<Config>,
    pub runs: Vec<Run>,
    pub rows: Vec<Row>,
}

impl Case {
    /// The rows of an entity that a run sees.
    pub fn visible(&self, run: usize, entity: usize) -> impl Iterator<Item = &Cells> {
        self.rows.iter().filter(move |row| row.entity == entity).filter_map(move |row| row.at(run))
    }

    /// Whether members of any segment are held.
    pub fn is_sticky(&self) -> bool {
        self.configs.iter().any(|config| config.items.iter().any(|item| item.text.contains("expire:")))
    }

    /// Whether its segments may compute numbers beyond their types: those of the whole language.
    pub fn may_overflow(&self) -> bool {
        std::ptr::eq(self.entities, language::entities())
    }

    pub fn config(&self, run: usize) -> &Config {
        &self.configs[self.runs[run].config]
    }

    /// The project as files, in one of its configurations.
    fn files(&self, config: &Config) -> Memory {
        let mut text = format!("param least: integer = {}\n{PRELUDE}", config.least);
        for item in &config.items {
            match config.reformatted {
                false => text.push_str(&item.text),
                true => {
                    let text_again = item.text.replace("  include", "\n\n    include  ");
                    text.push_str(&format!("# again\n{text_again}\n"));
                }
            }
        }
        let settings = format!(
            "name: world\ntimezone: {}\nweek_start: {}\nschema: segments\nrefresh: {{ on_stale_state: {} }}\n",
            config.zone.as_ref().unwrap_or(&self.zone),
            self.week_start,
            if config.refuses { "fail" } else { "rebuild" }
        );
        let list = config.list.iter();
        list.fold(Memory::new(), |files, list| files.with("lists/chosen.csv", list.clone()))
            .with("segc.yml", settings)
            .with(
                "catalog/world.yml",
                world::catalog(self.entities, config.facts.as_ref().unwrap_or(&self.facts)),
            )
            .with("segments/random.seg", text)
    }

    /// Opens the project in each of its configurations; what is wrong if something is.
    pub fn open(&self) -> Result<Vec<Session>, String> {
        self.configs.iter().map(|config| self.open_with(config)).collect()
    }

    fn open_with(&self, config: &Config) -> Result<Session, String> {
        let mut files = self.files(config);
        for target in targets() {
            files = files.with(format!("dialects/{target}.yml"), clock(target));
        }
        let (session, problems) = open_files(&files, &Options::default());
        if problems.has_errors() { Err(said(&problems)) } else { Ok(session) }
    }

    /// The names of the segments that take part in a run.
    pub fn taking_part(&self, run: usize) -> Vec<String> {
        let without = &self.runs[run].without;
        let names = self.config(run).items.iter().map(|item| item.name.clone());
        names.filter(|name| !without.contains(name)).collect()
    }
}

/// The targets that are played on; those in processes, which take long, only where they are demanded.
pub fn targets() -> Vec<&'static str> {
    let slow = ["bigquery", "spark", "clickhouse", "sqlite"];
    let slow = slow.into_iter().filter(|target| demand(target) == Demand::Demanded);
    ["duckdb", "postgres"].into_iter().chain(slow).collect()
}

/// A dialect whose clock tells what is in a table, so that one script serves many runs. On DuckDB, two
/// segments that read one table's rows of affected keys read a copy of these rows. On Postgres and BigQuery, a
/// transaction has room for three segments, or fewer if they have other tables.
pub fn clock(target: &str) -> String {
    let clock = match target {
        "duckdb" | "postgres" => "world.stopped_clock()",
        _ => "(SELECT s.instant FROM world.stopped AS s)",
    };
    let limits = match target {
        "duckdb" => "limits: { separate_scans: 1 }\n",
        "postgres" | "bigquery" => "limits: { transaction_tables: 6 }\n",
        _ => "",
    };
    format!("name: {target}\nextends: {target}\n{limits}functions:\n  engine_clock: \"{clock}\"\n")
}

impl Case {
    /// What a person has to read: the segments, the declarations, and what happened.
    pub fn story(&self) -> String {
        let mut text = format!("zone {}, weeks start on {}\n", self.zone, self.week_start);
        for (entity, declared) in self.entities.iter().zip(&self.facts) {
            if self.rows.iter().any(|row| self.entities[row.entity].name == entity.name) {
                let _ = writeln!(text, "{}: {declared:?}", entity.name);
            }
        }
        for (number, config) in self.configs.iter().enumerate() {
            let _ = writeln!(text, "-- config {number}, least {}, zone {:?}", config.least, config.zone);
            if let Some(list) = &config.list {
                let _ = writeln!(text, "-- list {list:?}");
            }
            config.items.iter().for_each(|item| text.push_str(&item.text));
        }
        for (number, run) in self.runs.iter().enumerate() {
            let _ = write!(text, "-- run {number}: seen {}, as of {}", run.seen, run.as_of());
            let _ = writeln!(text, ", config {}, without {:?}", run.config, run.without);
            for row in &self.rows {
                for version in row.versions.iter().filter(|version| version.run == number) {
                    let _ = writeln!(text, "   {}", self.told(row, version));
                }
            }
        }
        text
    }

    /// A version of a row: what is set the first time, afterwards what differs.
    fn told(&self, row: &Row, version: &Version) -> String {
        let entity = &self.entities[row.entity];
        let before = version.run.checked_sub(1).and_then(|run| row.at(run));
        let Some(cells) = &version.cells else {
            let keys = row.versions.iter().find_map(|version| version.cells.as_ref());
            return format!("{} {:?} is deleted", entity.name, keys.map(|cells| &cells[..entity.key]));
        };
        let mut text = format!("{}{}", if before.is_some() { "~" } else { "+" }, entity.name);
        for (at, (field, cell)) in entity.fields.iter().zip(cells).enumerate() {
            if matches!(field.kind, Kind::Inside(_)) {
                continue;
            }
            let differs = at < entity.key || before.map_or(cell.is_some(), |before| before[at] != *cell);
            if differs {
                let _ = write!(text, " {}={}", field.name, cell.as_deref().unwrap_or("missing"));
            }
        }
        text
    }
}
