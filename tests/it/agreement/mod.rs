//! Random agreement: the reference evaluator and every engine give the same members for
//! random segments over random rows.
//!
//! The long run, whose figures are in `docs/agreement.md`:
//!
//! ```text
//! SEGC_CASES=10000 SEGC_QUERY_CASES=500 cargo test --test it agreement:: -- --ignored --nocapture
//! ```
//!
//! `refresh_incremental` refreshes such segments, with rows that arrive and change between runs.
//!
//! `SEGC_SEED` is the number that the cases are made from (1), `SEGC_FROM` the first world, of
//! which each has 25 cases (0).

pub mod case;
mod census;
pub mod compare;
mod edges;
mod mutants;
mod scripts;
pub mod segments;
mod shrink;
mod text;
pub mod world;

use std::time::Instant;

use crate::support;
use crate::support::engine::{self, Demand, Runner};
use crate::support::{postgres, python, statements};
use case::{ASKED, Cases};
use compare::{Tally, compare};

/// How many differences a run shows.
const SHOWN: usize = 12;

/// DuckDB and Postgres.
fn databases() -> Vec<Box<dyn Runner>> {
    let mut found: Vec<Box<dyn Runner>> = Vec::new();
    if engine::demand("duckdb") != Demand::Unwanted {
        found.push(Box::new(statements::Statements::new("duckdb", support::duckdb())));
    }
    if let Some(database) = postgres::database() {
        found.push(Box::new(statements::Statements::new("postgres", database)));
    }
    found
}

/// GoogleSQL and Spark, which answer queries and take longer for them.
fn query_engines() -> Vec<Box<dyn Runner>> {
    let found = [python::googlesql(), python::spark()].into_iter().flatten();
    found.map(|engine| -> Box<dyn Runner> { Box::new(engine) }).collect()
}

/// As many worlds as it takes, or most of them.
#[test]
#[ignore = "takes minutes"]
fn wrong_templates_are_noticed() {
    mutants::all_noticed(number("SEGC_WORLDS").unwrap_or(60), seed());
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// Compares this many random segments, and fails with the smallest cases that differ.
fn agree(engines: &mut [Box<dyn Runner>], cases: usize, seed: u64) -> Tally {
    let (start, mut tally, mut shown) = (Instant::now(), Tally::default(), Vec::new());
    let from = number("SEGC_FROM").unwrap_or(0);
    for (at, case) in Cases::new(seed).enumerate().skip(from).take(cases.div_ceil(ASKED)) {
        let differences =
            compare(engines, &case, &mut tally).unwrap_or_else(|error| panic!("not well typed:\n{error}"));
        for difference in differences {
            if shown.len() < SHOWN {
                let text = shrink::shrunk(engines, &case, &difference);
                eprintln!("---- world {at} of seed {seed}: {text}");
                shown.push(text);
            }
        }
        if tally.worlds % 10 == 0 {
            eprintln!("{} worlds, {} s\n{}", tally.worlds, start.elapsed().as_secs(), tally.report());
        }
    }
    eprintln!(
        "{} segments over {} worlds, seed {seed}\n{}",
        tally.census.segments,
        tally.worlds,
        tally.report()
    );
    assert!(shown.is_empty(), "engines differ from the evaluator:\n{}", shown.join("\n"));
    tally
}

fn seed() -> u64 {
    number("SEGC_SEED").map_or(1, |seed| seed as u64)
}

#[test]
fn databases_agree_on_random_segments() {
    let tally = agree(&mut databases(), number("SEGC_CASES").unwrap_or(400), seed());
    for (target, count) in &tally.by_target {
        assert!(
            count.selects > tally.census.segments * 4 / 5,
            "too little was compared on {target}: {count:?}"
        );
        assert!(count.mixed * 3 > count.selects, "too few have some members only, on {target}: {count:?}");
    }
    complete(&tally);
}

/// Fails if a construct wasn't compared, or hardly.
fn complete(tally: &Tally) {
    assert!(tally.per_day * 8 >= tally.worlds, "too few worlds have a table for each day: {}", tally.per_day);
    let rare = tally.census.rarer_than(tally.worlds / 16);
    assert!(rare.is_empty(), "compared too rarely: {rare:?}\n{}", tally.census.report());
}

#[test]
fn googlesql_and_spark_agree_on_random_segments() {
    let mut engines = query_engines();
    if !engines.is_empty() {
        agree(&mut engines, number("SEGC_QUERY_CASES").unwrap_or(25), seed());
    }
}

/// ClickHouse, which lacks some capabilities. SQLite, which has no decimals, refuses every world.
#[test]
fn clickhouse_agrees_on_random_segments() {
    if let Some(engine) = python::clickhouse() {
        let tally = agree(&mut [Box::new(engine)], number("SEGC_QUERY_CASES").unwrap_or(100), seed());
        let compared = tally.by_target.values().map(|count| count.selects).sum::<usize>();
        assert!(compared > tally.census.segments / 2, "too little was compared: {compared}");
    }
}

#[test]
fn scripts_agree_on_random_segments() {
    scripts::agree(number("SEGC_SCRIPT_CASES").unwrap_or(50), seed());
}

#[test]
#[ignore = "takes many minutes; the documentation keeps its figures"]
fn a_long_run_on_databases() {
    let tally = agree(&mut databases(), number("SEGC_CASES").unwrap_or(10_000), seed());
    eprintln!("{}", tally.census.report());
    complete(&tally);
}

#[test]
#[ignore = "takes many minutes; the documentation keeps its figures"]
fn a_long_run_on_googlesql() {
    if let Some(engine) = python::googlesql() {
        agree(&mut [Box::new(engine)], number("SEGC_QUERY_CASES").unwrap_or(500), seed());
    }
}

#[test]
#[ignore = "takes many minutes; the documentation keeps its figures"]
fn a_long_run_on_spark() {
    if let Some(engine) = python::spark() {
        agree(&mut [Box::new(engine)], number("SEGC_QUERY_CASES").unwrap_or(500), seed());
    }
}

#[test]
fn every_window_and_instant_is_exact_at_its_edges() {
    let mut engines = databases();
    let zones = [
        ("UTC", "monday"),
        ("Europe/London", "sunday"),
        ("Europe/London", "monday"),
        ("America/New_York", "saturday"),
    ];
    for (zone, start) in zones {
        edges::agree(&mut engines, zone, start);
    }
}

#[test]
fn every_window_and_instant_is_exact_at_its_edges_on_googlesql_and_spark() {
    let mut engines = query_engines();
    if !engines.is_empty() {
        edges::agree(&mut engines, "Europe/London", "sunday");
    }
}
