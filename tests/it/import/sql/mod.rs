//! `segc import sql` keeps SQL's three-valued logic: random predicates over random rows with many NULLs
//! select the same keys in DuckDB and Postgres as the imported segments do on the reference evaluator.
//!
//! ```text
//! SEGC_CASES=20000 cargo test --test it import::sql -- --nocapture
//! ```

mod predicate;
mod world;

use std::collections::BTreeMap;

use segc::api::{Options, open_files};
use segc::engine::Engine;
use segc::evaluate::members;
use segc::import::segment::{File, Request, Status, import};

use crate::support::engine::{Demand, Members, Runner, demand, words};
use crate::support::{self, given, postgres, statements};
use predicate::{Predicates, Style};
use world::World;

/// How many predicates are asked of the rows of a world.
const ASKED: usize = 40;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn whole(predicate: &str) -> String {
    format!("SELECT id FROM customers AS c WHERE {predicate}")
}

/// What a run has compared.
#[derive(Debug, Default)]
struct Tally {
    compared: usize,
    /// Predicates that some rows satisfy, and others don't.
    mixed: usize,
    refused: BTreeMap<String, usize>,
}

/// A database that is asked the predicates.
struct Asked<'e> {
    dialect: &'static str,
    style: Style,
    runner: &'e mut dyn Runner,
}

/// Imports the predicates, and compares the members of each with the rows that the database selects.
fn compare(
    world: &World,
    predicates: &[String],
    asked: &mut Asked<'_>,
    tally: &mut Tally,
    wrong: &mut Vec<String>,
) {
    let files = world.project();
    let text: String =
        predicates.iter().enumerate().map(|(at, sql)| format!("-- name: p{at}\n{}\n", whole(sql))).collect();
    let request = Request {
        tool: "sql".to_owned(),
        files: vec![File { path: "p.sql".to_owned(), relative: "p.sql".to_owned(), text }],
        entity: Some("customer".to_owned()),
        dialect: Some(asked.dialect.to_owned()),
        ..Request::default()
    };
    let imported = import(&files, &request);
    let files = imported.files.iter().fold(files, |files, (path, text)| files.with(path, text.clone()));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "the imported segments have errors: {problems:?}");
    assert_eq!(imported.report.segments.len(), predicates.len(), "{:?}", imported.problems);
    let data = world.data(&session.hir().catalog);
    asked.runner.load(&given::from_data(asked.dialect, &data));
    let (mut queries, mut ours) = (Vec::new(), Vec::new());
    for reported in &imported.report.segments {
        let at: usize = reported.key.trim_start_matches('p').parse().expect("a number");
        if reported.status == Status::Refused {
            let why = reported.refusals.first().expect("a reason");
            assert_ne!(why.code, "SEG929", "{} doesn't compile: {}", predicates[at], why.message);
            *tally.refused.entry(format!("{} {}", why.code, why.message)).or_default() += 1;
            continue;
        }
        let id = session.hir().iter().find(|(_, segment)| segment.name == reported.name).expect("imported").0;
        let found = members(session.hir(), id, &data, world::as_of()).expect("no overflow");
        queries.push(world.stop_clock(&whole(&predicates[at])));
        ours.push((at, reported.line.unwrap_or_default(), found));
    }
    let theirs = asked.runner.members_of_all(&queries);
    for ((at, line, ours), theirs) in ours.into_iter().zip(theirs) {
        let theirs: Members = theirs.unwrap_or_else(|error| panic!("{}: {error}", predicates[at]));
        tally.compared += 1;
        tally.mixed += usize::from(!ours.is_empty() && ours.len() < world.customers());
        if ours != theirs && wrong.len() < 8 {
            let text = &imported.files[0].1;
            let segment: String =
                text.lines().skip(line).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            let only = |a: &Members, b: &Members| words(&a.difference(b).cloned().collect());
            wrong.push(format!(
                "{} on {}\n{segment}\nonly in the segment: {:?}\nonly in SQL: {:?}\n{}",
                predicates[at],
                asked.dialect,
                only(&ours, &theirs),
                only(&theirs, &ours),
                world.describe(ours.symmetric_difference(&theirs).next()),
            ));
        }
    }
}

fn agree(asked: &mut Asked<'_>, cases: u64) -> Tally {
    let seed = number("SEGC_SEED").unwrap_or(1);
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    let worlds = cases.div_ceil(ASKED as u64);
    let from = number("SEGC_FROM").unwrap_or(0);
    for at in from..from + worlds {
        let mut random = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(at));
        let world = World::random(&mut random);
        asked.runner.queries(&[world.set_zone(asked.dialect)]);
        let predicates: Vec<String> = {
            let mut made = Predicates::new(&mut random, asked.style);
            (0..ASKED).map(|_| made.predicate()).collect()
        };
        compare(&world, &predicates, asked, &mut tally, &mut wrong);
        if !wrong.is_empty() {
            break;
        }
    }
    eprintln!("{}: {tally:#?}", asked.dialect);
    assert!(wrong.is_empty(), "seed {seed}:\n\n{}", wrong.join("\n\n"));
    tally
}

fn enough(tally: &Tally, cases: u64) {
    let refused: usize = tally.refused.values().sum();
    assert!(tally.compared as u64 >= cases * 4 / 5, "too few were compared: {tally:?}");
    assert!(tally.mixed * 2 > tally.compared, "too few select some rows only: {tally:?}");
    assert!(refused * 10 < tally.compared, "too many were refused: {tally:?}");
}

#[test]
fn random_predicates_select_the_same_rows_in_duckdb() {
    if demand("duckdb") == Demand::Unwanted {
        return;
    }
    let cases = number("SEGC_CASES").unwrap_or(600);
    let mut runner = statements::Statements::new("duckdb", support::duckdb());
    // Its optimizer lets `date_trunc('year', x) = DATE '2026-01-31'` be false where x is NULL.
    runner.engine().execute("PRAGMA disable_optimizer").expect("a setting");
    let mut asked = Asked { dialect: "duckdb", style: Style { days: true }, runner: &mut runner };
    enough(&agree(&mut asked, cases), cases);
}

#[test]
fn random_predicates_select_the_same_rows_in_postgres() {
    let Some(database) = postgres::database() else { return };
    let cases = number("SEGC_CASES").unwrap_or(400);
    let mut runner = statements::Statements::new("postgres", database);
    let mut asked = Asked { dialect: "postgres", style: Style { days: false }, runner: &mut runner };
    enough(&agree(&mut asked, cases), cases);
}
