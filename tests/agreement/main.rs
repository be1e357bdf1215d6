//! Random agreement: the reference evaluator and every engine give the same members for
//! random segments over random rows.
//!
//! `SEGC_CASES=10000 cargo test --test agreement` runs longer than the quick default on DuckDB
//! and Postgres, `SEGC_QUERY_CASES=500` on GoogleSQL and Spark.
#![allow(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests use the environment and the terminal"
)]

#[path = "../support/mod.rs"]
mod support;

mod edges;
mod engines;
mod keep;
mod queries;
mod rows;
mod segments;
mod tape;
mod world;

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use segc::api::{Options, Session, open_files};
use segc::evaluate::{Data, Evaluator, parse};
use segc::project::Memory;

use engines::{Engines, Keys};
use queries::Queries;
use tape::Tape;
use world::{CATALOG, ENTITIES, Rows};

/// A random case: settings of the project, segments and rows.
struct Case {
    settings: String,
    segments: String,
    rows: Rows,
}

impl Case {
    fn new(bytes: &[u8]) -> Self {
        let mut tape = Tape::new(bytes);
        let zone = tape.pick(&["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"]);
        let start = tape.pick(&["monday", "sunday", "saturday"]);
        let rows = world::rows(&mut tape);
        let segments = segments::file(&mut tape);
        Self { settings: format!("name: world\ntimezone: {zone}\nweek_start: {start}\n"), segments, rows }
    }

    fn open(&self) -> Result<Session, TestCaseError> {
        let files = Memory::new()
            .with("segc.yml", self.settings.clone())
            .with("catalog/world.yml", CATALOG)
            .with("segments/random.seg", self.segments.clone())
            .with("dialects/duckdb.yml", engines::fixed_clock("duckdb"))
            .with("dialects/postgres.yml", engines::fixed_clock("postgres"));
        let (session, problems) = open_files(&files, &Options::default());
        if problems.has_errors() {
            let said: Vec<String> = problems
                .iter()
                .map(|one| {
                    let place = one.span.and_then(|span| session.sources.locate(span));
                    let place = place.map(|(path, at)| format!("{path}:{}:{}", at.line, at.column));
                    format!("{} {} {}", one.code, place.unwrap_or_default(), one.message)
                })
                .collect();
            return Err(TestCaseError::fail(format!("not well typed: {said:#?}\n{}", self.segments)));
        }
        Ok(session)
    }

    fn data(&self, session: &Session) -> Data {
        let catalog = &session.hir().catalog;
        let mut data = Data::new(catalog);
        for (entity, rows) in ENTITIES.iter().zip(&self.rows) {
            let id = catalog.find(entity.name).expect("an entity of the catalog");
            for row in rows {
                let fields = &catalog.entity(id).fields;
                let values = fields.iter().zip(row).map(|(field, cell)| match cell {
                    None => segc::evaluate::Datum::Missing,
                    Some(text) => parse(text, &field.ty, &field.storage).expect("a value of its type"),
                });
                data.push_row(id, values.collect()).expect("a row of its entity");
            }
        }
        data
    }
}

/// The members of every segment by the evaluator; `None` where it fails (an overflow).
fn expected(session: &Session, data: &Data) -> Vec<(String, Option<Keys>)> {
    let as_of = world::AS_OF.parse().expect("an instant");
    let hir = session.hir();
    let mut evaluator = Evaluator::new(hir, data, as_of);
    hir.iter()
        .map(|(id, segment)| {
            let keys = evaluator.members(id).ok().map(|members| {
                members.iter().map(|key| key.iter().map(ToString::to_string).collect()).collect()
            });
            (segment.name.clone(), keys)
        })
        .collect()
}

fn compare(
    case: &Case,
    how: &str,
    name: &str,
    wanted: &Keys,
    found: &Keys,
    sql: &str,
) -> Result<(), TestCaseError> {
    if wanted == found {
        return Ok(());
    }
    let missing: BTreeSet<_> = wanted.difference(found).collect();
    let extra: BTreeSet<_> = found.difference(wanted).collect();
    Err(TestCaseError::fail(format!(
        "{name} on {how}: missing {missing:?}, extra {extra:?}\n{}\n{}\n{sql}\nrows: {:#?}",
        case.settings,
        case.segments,
        ENTITIES.iter().map(|entity| entity.table).zip(&case.rows).collect::<Vec<_>>()
    )))
}

fn run(engines: &mut Engines, case: &Case) -> Result<Count, TestCaseError> {
    let session = case.open()?;
    let data = case.data(&session);
    let wanted = expected(&session, &data);
    let mut count = Count::default();
    engines.load(&case.rows);
    for engine in engines.each() {
        for (name, wanted) in &wanted {
            let Some(wanted) = wanted else { continue };
            let (found, sql) = engine.select(&session, name)?;
            if let Some(found) = found {
                compare(case, engine.target, name, wanted, &found, &sql)?;
                count.selects += 1;
                count.members += wanted.len();
            }
        }
        if wanted.iter().all(|(_, wanted)| wanted.is_some())
            && let Some(tables) = engine.script(&session)?
        {
            for (name, found) in &tables {
                let wanted = wanted.iter().find(|(known, _)| known == name);
                if let Some((_, Some(wanted))) = wanted {
                    compare(case, &format!("{} (script)", engine.target), name, wanted, found, "")?;
                    count.tables += 1;
                }
            }
        }
    }
    Ok(count)
}

/// How much was compared: a test that skips everything proves nothing.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    selects: usize,
    tables: usize,
    members: usize,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.selects += other.selects;
        self.tables += other.tables;
        self.members += other.members;
    }
}

/// Compares as many random cases as the variable says.
fn random(variable: &str, few: u32, shrink: u32, mut run: impl FnMut(&Case) -> Result<Count, TestCaseError>) {
    let cases = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(few);
    let total = RefCell::new(Count::default());
    let run = RefCell::new(&mut run);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: shrink, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let tapes = prop::collection::vec(any::<u8>(), 300..2_500);
    let result = runner.run(&tapes, |bytes| {
        let count = run.borrow_mut()(&Case::new(&bytes))?;
        total.borrow_mut().add(count);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let total = *total.borrow();
    eprintln!("{cases} cases: {total:?}");
    assert!(
        total.selects > cases as usize && total.members > total.selects / 4,
        "too little was compared: {total:?}"
    );
}

#[test]
fn evaluator_and_databases_agree_on_random_segments() {
    let mut engines = Engines::start();
    random("SEGC_CASES", 60, 300, |case| run(&mut engines, case));
}

#[test]
fn evaluator_googlesql_and_spark_agree_on_random_segments() {
    let mut queries = Queries::start();
    if !queries.is_empty() {
        random("SEGC_QUERY_CASES", 15, 25, |case| queries.run(case));
    }
}

fn at_the_edges(zone: &str, start: &str, run: &mut dyn FnMut(&Case) -> Result<Count, TestCaseError>) {
    let settings = format!("name: world\ntimezone: {zone}\nweek_start: {start}\nmaterialize: inline\n");
    let case = Case { settings, segments: edges::segments(), rows: edges::rows() };
    let count = run(&case).unwrap_or_else(|error| panic!("{error}"));
    assert!(count.selects > 200 && count.members > 2_000, "too little was compared: {count:?}");
}

#[test]
fn every_window_and_instant_is_exact_at_its_edges() {
    let mut engines = Engines::start();
    for zone in ["UTC", "Europe/London", "America/New_York"] {
        for start in ["monday", "sunday"] {
            at_the_edges(zone, start, &mut |case| run(&mut engines, case));
        }
    }
}

#[test]
fn every_window_and_instant_is_exact_at_its_edges_on_googlesql_and_spark() {
    let mut queries = Queries::start();
    if !queries.is_empty() {
        at_the_edges("Europe/London", "sunday", &mut |case| queries.run(case));
    }
}
