//! Builds of 1, 10, 100 and 500 segments over one table of events, beside as many `INSERT … SELECT`s of
//! the same SELECTs in one transaction: on DuckDB, 10 million events of 100,000 customers in a file;
//! on PostgreSQL, 2 million of 20,000 with indexes. Then events arrive, hour by hour: those of an hour, an
//! event of each customer out of a hundred, of one in ten, of all; after each, the segments are refreshed.
//! Every time is the median of three.
//!
//! `cargo bench --bench build`, perhaps with `duckdb` or `postgres` and a number of segments, or with `sizes`
//! for statements and scans alone, of all targets and of 2,000 segments, too.
#![allow(
    unreachable_pub,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs
)]

#[path = "../tests/it/support/mod.rs"]
#[allow(dead_code, reason = "only PostgreSQL is needed of it")]
mod support;

use std::fmt::Write;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use segc::api::{Options, RunRequest, Session, Status, open_files};
use segc::engine::{DuckDb, Engine};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: customer_id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    fields:
      customer_id: integer
      country: string
      plan: string
      updated_at: timestamp
    links:
      events: { to: event, on: { customer_id: customer_id }, many: true }
  event:
    table: events
    key: event_id
    time: at
    event_name: name
    changes: { append_only: { lateness: 1 hour } }
    deletes: never
    settle: 1 hour
    fields:
      event_id: integer
      customer_id: integer
      name: string
      at: timestamp
      amount: decimal(12,2)
";

/// Segments of five kinds, over 60 names of events and 8 windows.
fn segments(count: usize) -> String {
    let mut out = String::new();
    for i in 0..count {
        let days = [1, 3, 7, 14, 30, 60, 90, 180][(i / 60) % 8];
        let name = format!("event_{}", i % 60);
        let rows = format!("events[\"{name}\"] during last {days} days");
        let cond = match i % 5 {
            0 => format!("count({rows}) >= {}", 1 + i % 4),
            1 => format!("sum(events[\"{name}\"].amount during last {days} days) > {}", 100 + i % 7 * 50),
            2 => format!("exists({rows})"),
            3 => format!("not exists({rows}) and plan = \"{}\"", ["free", "pro", "team"][i % 3]),
            _ => format!("count({rows} where amount > {}) >= 2 and country in (\"US\", \"DE\")", i % 50),
        };
        let _ = writeln!(out, "segment s{i:05} on customer {{ where {cond} }}");
    }
    out
}

fn session(count: usize) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: bench\nschema: seg\nmaterialize: incremental\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", segments(count));
    open_files(&files, &Options::default()).0
}

/// How often each time is measured.
const TIMES: usize = 3;

/// Of how many customers in a hundred an event arrives; without a number, the events of an hour arrive.
const STEPS: [(&str, Option<u64>); 4] =
    [("an hour", None), ("1 %", Some(1)), ("10 %", Some(10)), ("all", Some(100))];

struct Scale {
    target: &'static str,
    events: u64,
    customers: u64,
    arrivals: u64,
}

const SCALES: [Scale; 2] = [
    Scale { target: "duckdb", events: 10_000_000, customers: 100_000, arrivals: 10_000 },
    Scale { target: "postgres", events: 2_000_000, customers: 20_000, arrivals: 2_000 },
];

impl Scale {
    /// A number from a number, evenly spread.
    fn spread(&self, seed: &str) -> String {
        match self.target {
            "duckdb" => format!("CAST(hash({seed}) % 1000000007 AS BIGINT)"),
            _ => format!("CAST(CAST('x' || SUBSTR(MD5(CAST({seed} AS TEXT)), 1, 7) AS BIT(28)) AS BIGINT)"),
        }
    }

    fn rows(&self, count: u64) -> String {
        match self.target {
            "duckdb" => format!("range({count}) AS t(i)"),
            _ => format!("generate_series(0, {}) AS t(i)", count - 1),
        }
    }

    /// Events from an instant on, of the first customers.
    fn events(&self, from: u64, count: u64, customers: u64, start: Timestamp, seconds: f64) -> String {
        format!(
            "SELECT CAST({from} + i AS BIGINT) AS event_id, {} % {customers} AS customer_id, \
             'event_' || CAST(FLOOR(60 * POWER(({} % 1000000) / 1000000.0, 2.0)) AS INTEGER) AS name, \
             TIMESTAMPTZ '{start}' + i * {} * INTERVAL '1 second' AS at, \
             CAST(({} % 100000) / 100.0 AS DECIMAL(12, 2)) AS amount FROM {}",
            // As many events as customers: one each.
            if count == customers { "i".to_owned() } else { self.spread("i * 7 + 1") },
            self.spread("i * 3 + 5"),
            seconds / count as f64,
            self.spread("i * 11"),
            self.rows(count),
        )
    }

    fn fill(&self, end: Timestamp) -> Vec<String> {
        let Self { events, customers, .. } = self;
        let year = 365.0 * 86_400.0;
        let start = end - SignedDuration::from_hours(365 * 24);
        let mut all = vec![
            format!("CREATE TABLE events AS {}", self.events(0, *events, *customers, start, year)),
            format!(
                "CREATE TABLE customers AS SELECT CAST(i AS BIGINT) AS customer_id, \
                 CASE i % 5 WHEN 0 THEN 'US' WHEN 1 THEN 'DE' WHEN 2 THEN 'FR' WHEN 3 THEN 'GB' ELSE 'BR' END AS country, \
                 CASE i % 3 WHEN 0 THEN 'free' WHEN 1 THEN 'pro' ELSE 'team' END AS plan, \
                 TIMESTAMPTZ '2025-01-01 00:00:00+00' AS updated_at FROM {}",
                self.rows(*customers)
            ),
        ];
        if self.target == "postgres" {
            let indexes = ["customer_id, at", "name, at", "at"];
            all.extend(indexes.map(|columns| format!("CREATE INDEX ON events ({columns})")));
            all.push("ANALYZE".to_owned());
        }
        all
    }
}

fn each(engine: &mut dyn Engine, statements: &[String]) {
    for statement in statements {
        engine.execute(statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
    }
}

/// The seconds of a run.
fn run(session: &Session, engine: &mut dyn Engine, target: &str, as_of: Timestamp, refresh: bool) -> f64 {
    let all = session.select(&[]).unwrap_or_default();
    let options = Options { as_of: Some(as_of), ..Options::default() };
    let request = RunRequest {
        target,
        segments: &all,
        options: &options,
        refresh,
        resume: false,
        verify: false,
        fail_fast: false,
        wait: true,
        check_clock: false,
    };
    let start = Instant::now();
    let ran = session.run(&request, engine, &mut |_| {}).unwrap_or_else(|problems| panic!("{problems:?}"));
    let seconds = start.elapsed().as_secs_f64();
    let built = ran.segments.iter().all(|one| matches!(one.status, Status::Built(_)));
    assert!(built, "{:?}", ran.problems);
    seconds
}

/// The seconds of the same SELECTs as `INSERT`s into tables without a key, and how many rows they wrote.
fn by_hand(session: &Session, engine: &mut dyn Engine, target: &str, as_of: Timestamp) -> f64 {
    let options = Options { as_of: Some(as_of), ..Options::default() };
    let mut statements = Vec::new();
    for id in session.select(&[]).unwrap_or_default() {
        let name = session.hir().segment(id).name.clone();
        let select = session.select_sql(target, id, &options).unwrap_or_default();
        statements.push(format!(
            "CREATE TABLE hand.{name} (customer_id BIGINT NOT NULL, entered_at TIMESTAMPTZ NOT NULL)"
        ));
        statements.push(format!(
            "INSERT INTO hand.{name} SELECT m.customer_id, TIMESTAMPTZ '{as_of}' FROM ({select}) AS m"
        ));
    }
    each(engine, &["CREATE SCHEMA hand".to_owned()]);
    let start = Instant::now();
    each(engine, &["BEGIN".to_owned()]);
    each(engine, &statements);
    each(engine, &["COMMIT".to_owned()]);
    let seconds = start.elapsed().as_secs_f64();
    each(engine, &["DROP SCHEMA hand CASCADE".to_owned()]);
    seconds
}

/// Statements and scans of a build.
fn size(session: &Session, target: &str) -> String {
    let all = session.select(&[]).unwrap_or_default();
    let (plan, _) = session.plan(target, &all, &Options::default());
    let builds = plan.and_then(|plan| session.builds(&plan).ok().flatten());
    builds.map_or_else(String::new, |[create, refresh]| {
        format!("{} / {} | {} / {}", create.statements, refresh.statements, create.scans, refresh.scans)
    })
}

/// The median of as many measurements as are made.
fn median(measure: impl FnMut(usize) -> f64) -> f64 {
    let mut seconds: Vec<f64> = (0..TIMES).map(measure).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[TIMES / 2]
}

/// Statements and scans of builds for every target.
fn sizes() {
    println!("| segments | target | statements (create / refresh) | scans (create / refresh) |");
    println!("|---:|---|---:|---:|");
    for count in [10, 100, 500, 2_000] {
        let session = session(count);
        for target in session.targets() {
            println!("| {count} | {target} | {} |", size(&session, &target));
        }
    }
}

/// Measures builds of as many segments in a database that has the rows of a scale.
fn measured(scale: &Scale, count: usize, engine: &mut dyn Engine) -> String {
    // Rows arrive when the engine's clock says so.
    let first = Timestamp::now();
    each(engine, &scale.fill(first));
    if scale.target == "postgres" {
        each(engine, &["SET work_mem = '64MB'".to_owned()]);
    }
    let session = session(count);
    let hand = median(|_| by_hand(&session, engine, scale.target, first));
    let create = median(|_| {
        each(engine, &["DROP SCHEMA IF EXISTS seg CASCADE".to_owned()]);
        run(&session, engine, scale.target, first, false)
    });
    let mut row = format!("| {count} | {hand:.2} s | {create:.2} s ({:.2}) |", create / hand);
    let (mut now, mut from) = (first, scale.events);
    for (_, share) in STEPS {
        let customers = share.map_or(scale.customers, |share| scale.customers * share / 100);
        let arrivals = share.map_or(scale.arrivals, |_| customers);
        let refresh = median(|_| {
            let events = scale.events(from, arrivals, customers, now, 3_600.0);
            each(engine, &[format!("INSERT INTO events {events}")]);
            now += SignedDuration::from_hours(1);
            from += arrivals;
            run(&session, engine, scale.target, now, true)
        });
        let _ = write!(row, " {refresh:.2} s ({:.2}) |", refresh / hand);
    }
    row
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if wanted.iter().any(|word| word == "sizes") {
        return sizes();
    }
    let is_wanted = |word: &str, of: fn(&str) -> bool| {
        let named: Vec<&String> = wanted.iter().filter(|word| of(word)).collect();
        named.is_empty() || named.iter().any(|named| *named == word)
    };
    let is_number = |word: &str| word.parse::<usize>().is_ok();
    for scale in SCALES.iter().filter(|scale| is_wanted(scale.target, |word| word.parse::<usize>().is_err()))
    {
        println!("\n{}: {} events, {} customers", scale.target, scale.events, scale.customers);
        let steps = STEPS.map(|(name, _)| format!(" refresh, {name} |")).concat();
        println!("| segments | by hand | create |{steps}\n|{}", "---:|".repeat(3 + STEPS.len()));
        for count in [1, 10, 100, 500].into_iter().filter(|count| is_wanted(&count.to_string(), is_number)) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut engine: Box<dyn Engine> = match scale.target {
                "duckdb" => {
                    Box::new(DuckDb::open(Some(&folder.path().join("bench.duckdb"))).expect("a file"))
                }
                _ => match support::postgres::database() {
                    Some(engine) => Box::new(engine),
                    None => continue,
                },
            };
            println!("{}", measured(scale, count, engine.as_mut()));
        }
    }
}
