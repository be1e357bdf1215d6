//! The projects whose members are known: the examples, and projects written in a test.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use segc::api::{Options, Session, open_files};
use segc::diagnostic::Diagnostics;
use segc::engine::quote_text;
use segc::project::{Disk, Files, Listing, Memory, ReadError};

/// A project with its rows, and hand-written queries for its members at one instant.
pub struct Project {
    pub name: &'static str,
    pub as_of: Timestamp,
    folder: PathBuf,
    /// CSV files.
    pub data: PathBuf,
    answers: Answers,
    /// A handful of rows, over which slow engines are quick.
    pub is_small: bool,
}

/// The members that are known.
enum Answers {
    /// `<segment>.sql` in a folder, for each segment.
    Queries(PathBuf),
    /// The keys themselves, for each segment.
    Keys(&'static [(&'static str, &'static [&'static str])]),
}

impl Project {
    pub fn shop() -> Self {
        Self::example("shop", "tests/shop_expected", "2026-03-31T12:00:00Z")
    }

    pub fn flags() -> Self {
        Self::example("flags", "tests/flags_expected", "2025-03-01T00:00:00Z")
    }

    pub fn web_analytics() -> Self {
        Self::example("web-analytics", "tests/web_analytics_expected", "2026-03-10T15:00:00Z")
    }

    pub fn examples() -> [Self; 3] {
        [Self::shop(), Self::flags(), Self::web_analytics()]
    }

    /// The real transactions, whose rows are not part of the repository.
    pub fn online_retail(data: PathBuf) -> Self {
        let folder = root().join("tests/online_retail");
        let expected = folder.join("expected");
        let (as_of, answers) = (instant("2011-12-10T00:00:00Z"), Answers::Queries(expected));
        Self { name: "online_retail", as_of, folder, data, answers, is_small: false }
    }

    fn example(name: &'static str, expected: &str, as_of: &str) -> Self {
        let folder = root().join("examples").join(name);
        let data = folder.join("data");
        let (as_of, answers) = (instant(as_of), Answers::Queries(root().join(expected)));
        Self { name, as_of, folder, data, answers, is_small: false }
    }

    /// A ready-made project, with the keys of its segments' members at the instant that its README tells.
    pub fn preset(name: &'static str, keys: &'static [(&'static str, &'static [&'static str])]) -> Self {
        let folder = root().join("catalog/preset").join(name);
        let (as_of, data) = (instant("2026-11-01T00:00:00Z"), folder.join("data"));
        Self { name, as_of, folder, data, answers: Answers::Keys(keys), is_small: true }
    }

    /// As it is on disk; where the clock is stopped, every engine's own reads that instant.
    pub fn open(&self, clock: Option<Timestamp>) -> Session {
        let over = clock.map_or_else(Memory::new, |at| stop_clocks(Memory::new(), at));
        open(&Overlay { disk: Disk::new(&self.folder), over })
    }

    /// With one more target, which the project itself doesn't have.
    pub fn open_with(&self, target: &str) -> Session {
        let config = std::fs::read_to_string(self.folder.join("segc.yml")).expect("its settings");
        assert!(config.contains("\ntargets:\n"), "its targets are a block");
        let config = config.replace("\ntargets:\n", &format!("\ntargets:\n  {target}: {{}}\n"));
        open(&Overlay { disk: Disk::new(&self.folder), over: Memory::new().with("segc.yml", config) })
    }

    /// The hand-written query for a segment, and how many members it has.
    pub fn by_hand(&self, segment: &str) -> (String, usize) {
        let folder = match &self.answers {
            Answers::Queries(folder) => folder,
            Answers::Keys(known) => {
                let found = known.iter().find(|(name, _)| *name == segment);
                let (_, keys) = found.unwrap_or_else(|| panic!("no answer for {segment}"));
                let rows: Vec<String> = keys.iter().map(|key| format!("({})", quote_text(key))).collect();
                let rows = ["('')".to_owned()].into_iter().chain(rows).collect::<Vec<_>>().join(", ");
                return (format!("SELECT k FROM (VALUES {rows}) AS known (k) WHERE k <> ''"), keys.len());
            }
        };
        let file = folder.join(format!("{segment}.sql"));
        let sql =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let count = sql.lines().next().and_then(|line| line.strip_prefix("-- "));
        let count = count.and_then(|line| line.split_whitespace().next()?.parse().ok());
        let count = count.unwrap_or_else(|| panic!("the first line of {} tells no number", file.display()));
        (sql.trim().trim_end_matches(';').to_owned(), count)
    }

    /// The names of all segments that are answered by hand.
    pub fn answered_by_hand(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.answers {
            Answers::Keys(known) => known.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Answers::Queries(folder) => {
                let entries = std::fs::read_dir(folder).expect("the folder of the queries");
                let names = entries.flatten().filter_map(|entry| {
                    let name = entry.file_name().into_string().ok()?;
                    Some(name.strip_suffix(".sql")?.to_owned())
                });
                names.collect()
            }
        };
        names.sort();
        names
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Options with a literal as_of.
pub fn at(as_of: Timestamp) -> Options {
    Options { as_of: Some(as_of), ..Options::default() }
}

/// Dialects that are the built-in ones, except for a clock that always tells the same.
pub fn stop_clocks(files: Memory, at: Timestamp) -> Memory {
    let zoned = at.strftime("%Y-%m-%d %H:%M:%S%.f+00:00");
    let local = at.strftime("%Y-%m-%d %H:%M:%S.%6f");
    let clocks = [
        ("duckdb", format!("TIMESTAMPTZ '{zoned}'")),
        ("postgres", format!("TIMESTAMPTZ '{zoned}'")),
        ("bigquery", format!("TIMESTAMP '{zoned}'")),
        ("spark", format!("TIMESTAMP '{zoned}'")),
        ("clickhouse", format!("CAST('{local}' AS DateTime64(6, 'UTC'))")),
        ("sqlite", format!("'{local}'")),
    ];
    clocks.into_iter().fold(files, |files, (target, clock)| {
        let stopped = format!("name: {target}\nextends: {target}\nfunctions:\n  engine_clock: \"{clock}\"\n");
        files.with(format!("dialects/{target}.yml"), stopped)
    })
}

/// Opens a project that has no problems, warnings aside.
pub fn open(files: &dyn Files) -> Session {
    let (session, problems) = open_files(files, &Options::default());
    assert!(!problems.has_errors(), "{}", said(&problems));
    session
}

/// Problems as lines.
pub fn said(problems: &Diagnostics) -> String {
    let lines = problems.iter().map(|one| match &one.help {
        Some(help) => format!("{} {} ({help})", one.code, one.message),
        None => format!("{} {}", one.code, one.message),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A folder with other files laid over it.
struct Overlay {
    disk: Disk,
    over: Memory,
}

impl Files for Overlay {
    fn list(&self, folder: &str) -> Listing {
        let mut listing = self.disk.list(folder);
        listing.paths.extend(self.over.list(folder).paths);
        listing.paths.sort();
        listing.paths.dedup();
        listing
    }

    fn survey(&self) -> Vec<String> {
        let mut paths = [self.disk.survey(), self.over.survey()].concat();
        paths.sort();
        paths.dedup();
        paths
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.over.read(path).or_else(|_| self.disk.read(path))
    }
}

/// The lines that a command printed, without the times that some end with, which also decide how wide
/// their column is: words joined by one space.
pub fn untimed(out: &str) -> Vec<String> {
    let line = |line: &str| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if matches!(words.last(), Some(&("ms" | "s"))) {
            words.truncate(words.len() - 2);
        }
        words.join(" ")
    };
    out.lines().map(line).collect()
}
