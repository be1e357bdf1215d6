//! A random case: settings, a catalog, segments, rows, and the evaluator's members.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use segc::api::{Options, Session, open_files};
use segc::catalog::{Entity as Model, Storage, TableSource};
use segc::diagnostic::Severity;
use segc::engine::{DataTable, TableColumn, tables_of};
use segc::evaluate::{Data, Datum, Evaluator, parse_column};
use segc::project::Memory;
use segc::types::{EpochUnit, Type};

use crate::agreement::segments;
use crate::agreement::world::{self, Days, Kind, Rows, World};
use crate::support::given::Given;
use crate::support::tape::Tape;

/// Segments that are written over the same rows.
pub const WRITTEN: usize = 45;
/// How many of them engines evaluate.
pub const ASKED: usize = 25;

/// The column that holds the digits of a day on engines that have no table for each day.
const DIGITS: &str = "segc_digits";

const TARGETS: [&str; 6] = ["duckdb", "postgres", "bigquery", "spark", "clickhouse", "sqlite"];

/// The rows of a segment's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How many parts a key has.
    pub parts: usize,
    /// The values of the columns beside the key by key, whose parts are texts.
    pub rows: BTreeMap<Vec<String>, Vec<Datum>>,
}

/// The bytes that a case is made of.
#[derive(Debug, Clone)]
struct Tapes {
    world: Vec<u8>,
    segments: Vec<Vec<u8>>,
}

/// Cases without end: each is made from the seed and its own number alone.
pub struct Cases {
    seed: u64,
    number: u64,
    tapes: BoxedStrategy<Tapes>,
}

impl Cases {
    pub fn new(seed: u64) -> Self {
        let segment = prop::collection::vec(any::<u8>(), 10..220);
        let tapes = (prop::collection::vec(any::<u8>(), 2_000), prop::collection::vec(segment, WRITTEN));
        let tapes = tapes.prop_map(|(world, segments)| Tapes { world, segments });
        Self { seed, number: 0, tapes: tapes.boxed() }
    }
}

impl Iterator for Cases {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.number.to_le_bytes());
        self.number += 1;
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let tree = self.tapes.new_tree(&mut runner).expect("a list of bytes");
        Some(Case::new(&tree.current()))
    }

    fn nth(&mut self, after: usize) -> Option<Case> {
        self.number += after as u64;
        self.next()
    }
}

#[derive(Debug, Clone)]
pub struct Case {
    pub settings: String,
    pub world: World,
    /// Traits and segments.
    pub items: Vec<String>,
    pub rows: Rows,
    pub as_of: Timestamp,
    /// What DuckDB and Postgres take for their clock.
    pub clock: String,
}

/// Opened, with the rows for the evaluator.
pub struct Opened {
    pub session: Session,
    pub data: Data,
}

impl Case {
    fn new(tapes: &Tapes) -> Self {
        let mut tape = Tape::new(&tapes.world);
        let zone = tape.pick(&["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"]);
        let start = tape.pick(&["monday", "sunday", "saturday"]);
        let others =
            ["2026-01-01T00:00:00Z", "2025-10-26T01:30:00Z", "2024-02-29T10:00:00Z", "2026-03-29T01:00:00Z"];
        let as_of = if tape.one_in(6) { tape.pick(&others) } else { AS_OF };
        let world = World::random(&mut tape);
        let rows = world::random_rows(&world, &mut tape);
        let mut segments: Vec<Tape<'_>> = tapes.segments.iter().map(|bytes| Tape::new(bytes)).collect();
        let items = segments::file(&world, &mut tape, &mut segments);
        let targets = TARGETS.map(|target| format!("{target}: {{}}")).join(", ");
        let settings =
            format!("name: world\ntimezone: {zone}\nweek_start: {start}\ntargets: {{ {targets} }}\n");
        let clock = format!("TIMESTAMPTZ '{as_of}'");
        Self { settings, world, items, rows, as_of: as_of.parse().expect("an instant"), clock }
    }

    /// Checks it; says what is wrong if it isn't well typed.
    pub fn open(&self) -> Result<Opened, String> {
        self.open_with(None)
    }

    /// The same with another template for a function of DuckDB's.
    pub fn open_with(&self, wrong: Option<(&str, &str)>) -> Result<Opened, String> {
        let segments = self.items.join("\n\n");
        let mut files = Memory::new()
            .with("segc.yml", self.settings.clone())
            .with("catalog/world.yml", self.world.catalog())
            .with("segments/random.seg", segments.clone());
        for target in ["duckdb", "postgres"] {
            let mut dialect = self.other_clock(target);
            if let Some((function, template)) = wrong.filter(|_| target == "duckdb") {
                dialect.push_str(&format!("  {function}: {template:?}\n"));
                if function == "semver_key" {
                    dialect.push_str("  semver_text: $1\n");
                }
            }
            files = files.with(format!("dialects/{target}.yml"), dialect);
        }
        let (session, problems) = open_files(&files, &Options::default());
        if problems.has_errors() {
            let said: Vec<String> = problems
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .map(|one| {
                    let place = one.span.and_then(|span| session.sources.locate(span));
                    let place = place.map(|(path, at)| format!("{path}:{}:{}", at.line, at.column));
                    format!("{} {} {}", one.code, place.unwrap_or_default(), one.message)
                })
                .collect();
            return Err(format!("{}\n{segments}", said.join("\n")));
        }
        let data = self.data(&session);
        Ok(Opened { session, data })
    }

    /// A dialect that is the built-in one with another clock, and a column for the days of tables.
    fn other_clock(&self, target: &str) -> String {
        format!(
            "name: {target}\nextends: {target}\ncapabilities: {{ wildcard_tables: true }}\n\
             identifiers: {{ shard_digits: {DIGITS} }}\nfunctions:\n  engine_clock: \"{}\"\n",
            self.clock
        )
    }

    fn data(&self, session: &Session) -> Data {
        let catalog = &session.hir().catalog;
        let mut data = Data::new(catalog);
        for (entity, rows) in self.world.entities.iter().zip(&self.rows) {
            let id = catalog.find(entity.name).expect("an entity of the catalog");
            for row in rows {
                let Some(model) = in_its_table(catalog.entity(id), row) else { continue };
                let name = model.event_name.map(|name| name.0 as usize);
                let values = model.fields.iter().zip(row).enumerate().map(|(at, (field, cell))| match cell {
                    None => Datum::Missing,
                    // The table has no such field.
                    Some(_) if field.column.is_empty() && name != Some(at) => Datum::Missing,
                    Some(text) => parse_column(text, field).expect("a value of its type"),
                });
                data.push_row(id, values.collect()).expect("a row of its entity");
            }
        }
        data
    }

    /// The tables as an engine gets them: texts as they are here, whatever the evaluator reads.
    pub fn tables(&self, target: &str, session: &Session) -> Vec<Given> {
        let tables = tables_of(&session.hir().catalog, target).expect("one type per column");
        let fill = |mut table: DataTable| {
            let own =
                |(entity, _): &(&world::Entity, _)| table.entities.iter().any(|name| name == entity.name);
            let mut all = self.world.entities.iter().zip(&self.rows);
            let (entity, rows) = all.find(own).expect("a table of an entity");
            let events = table.events.first();
            let is_column = |at: usize, column: &str| match events {
                Some(events) => events.entity.fields[at].column == column,
                None => entity.fields[at].name == column,
            };
            let places: Vec<usize> = table
                .columns
                .iter()
                .map(|column| {
                    (0..entity.fields.len()).find(|&at| is_column(at, &column.name)).expect("a field")
                })
                .collect();
            let kind = entity.fields.iter().position(|field| field.kind == Kind::Event);
            let of_event = |row: &&Vec<Option<String>>| match (events, kind) {
                (Some(events), Some(kind)) => row[kind].as_ref() == Some(&events.event),
                _ => true,
            };
            let cells = |row: &Vec<Option<String>>| places.iter().map(|&at| row[at].clone()).collect();
            let rows = rows.iter().filter(of_event);
            let Some(days) = self.world.per_day.filter(|_| table.name.iter().any(|part| part.ends_with('*')))
            else {
                let rows = rows.map(cells).collect();
                return Given { table, rows };
            };
            let catalog = &session.hir().catalog;
            let model = catalog.entity(catalog.find(entity.name).expect("an entity of the catalog"));
            let with_digits = |(number, row): (usize, &Vec<Option<String>>)| {
                let mut cells: Vec<Option<String>> = cells(row);
                cells.push(Some(digits(model, row, number, days)));
                cells
            };
            let rows = rows.enumerate().map(with_digits).collect();
            let name = if target == "bigquery" { "_TABLE_SUFFIX" } else { DIGITS };
            table.columns.push(TableColumn {
                name: name.to_owned(),
                ty: Type::String,
                storage: Storage::Native,
                nullable: false,
                span: table.columns[0].span,
                parts: Vec::new(),
            });
            Given { table, rows }
        };
        tables.into_iter().map(fill).collect()
    }
}

/// The digits of a table in which a row may be: as far from its time as is declared, or nearer.
fn digits(entity: &Model, row: &[Option<String>], number: usize, days: Days) -> String {
    let time = entity.time.expect("events have a time");
    let text = row[time.0 as usize].as_ref();
    let value = text.map(|text| parse_column(text, entity.field(time)).expect("a value of its type"));
    let zone = TimeZone::get(days.zone).expect("a zone");
    let at = |instant: Option<Timestamp>| instant.map(|instant| zone.to_datetime(instant).date());
    let day = match (value, &entity.field(time).storage) {
        (Some(Datum::Timestamp(instant)), _) => at(Some(instant)),
        (Some(Datum::Date(day)), _) => Some(day),
        (Some(Datum::Integer(number)), Storage::Epoch(EpochUnit::Seconds)) => {
            at(Timestamp::from_second(number).ok())
        }
        (Some(Datum::Integer(number)), Storage::Epoch(EpochUnit::Millis)) => {
            at(Timestamp::from_millisecond(number).ok())
        }
        (Some(Datum::Integer(number)), Storage::Epoch(EpochUnit::Micros)) => {
            at(Timestamp::from_microsecond(number).ok())
        }
        (Some(Datum::Missing) | None, _) => None,
        (Some(other), storage) => panic!("a time that is {other:?} in {storage:?}"),
    };
    let day = day.unwrap_or(date(2026, 3, 1));
    let away = i64::try_from(number).expect("few rows") % (2 * days.late + 1) - days.late;
    let moved = day.checked_add(Span::new().days(away)).unwrap_or(day);
    moved.strftime("%Y%m%d").to_string()
}

/// An entity as the table of a row's event has it; `None` if there is no such table.
fn in_its_table(entity: &Model, row: &[Option<String>]) -> Option<Model> {
    let TableSource::Tables(tables) = &entity.source else { return Some(entity.clone()) };
    let name = row[entity.event_name?.0 as usize].as_ref()?;
    let table = tables.iter().find(|table| table.event == *name)?;
    entity.in_table("duckdb", &table.name)
}

impl Opened {
    /// The table of every segment by the evaluator; `None` where it fails (an overflow).
    pub fn expected(&self, as_of: Timestamp) -> Vec<(String, Option<Table>)> {
        let hir = self.session.hir();
        let mut evaluator = Evaluator::new(hir, &self.data, as_of);
        let members = |(id, segment): (_, &segc::check::hir::Segment)| {
            let parts = hir.catalog.entity(segment.entity).key.len();
            let text = |key: Vec<Datum>| key.iter().map(ToString::to_string).collect();
            let rows = evaluator.table(id).ok();
            let rows = rows.map(|rows| rows.into_iter().map(|(key, values)| (text(key), values)).collect());
            (segment.name.clone(), rows.map(|rows| Table { parts, rows }))
        };
        hir.iter().map(members).collect()
    }
}

/// The instant of most cases: the day on which clocks in London move.
pub const AS_OF: &str = "2026-03-29T12:30:00Z";
