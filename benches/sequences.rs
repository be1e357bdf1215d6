//! A sequence of three steps over a million events on DuckDB: segc's SQL, and the query that
//! joins the events to themselves for each step.
//!
//! `cargo bench --bench sequences`; the work is DuckDB's, so `--profile dev` measures as well.
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

use std::time::Instant;

use segc::api::{Options, open_files};
use segc::engine::{DuckDb, Engine};
use segc::project::Memory;

const EVENTS: u32 = 1_000_000;
/// How many persons share the events.
const PERSONS: [u32; 3] = [100_000, 10_000, 1_000];

const CATALOG: &str = "
entities:
  person:
    table: persons
    key: id
    fields:
      id: { type: integer, nullable: false }
    links:
      events: { to: event, many: true, on: { id: person_id } }
  event:
    table: events
    key: event_id
    time: at
    event_name: kind
    fields:
      event_id: { type: integer, nullable: false }
      person_id: { type: integer, nullable: false }
      kind: { type: string, nullable: false }
      at: { type: timestamp, nullable: false }
";

const SEGMENT: &str = r#"
segment funnel on person {
  where sequence(events["view"] then within 1 day events["cart"] then events["buy"] within 7 days)
}
"#;

/// A year of events, of which one in ten is a purchase, three a cart, six a view.
const ROWS: &str = "
CREATE TABLE events AS
SELECT
  i AS event_id,
  CAST(hash(i) % PERSONS AS BIGINT) AS person_id,
  CASE WHEN hash(i + 1) % 10 = 0 THEN 'buy' WHEN hash(i + 1) % 10 < 4 THEN 'cart' ELSE 'view' END AS kind,
  TIMESTAMPTZ '2025-03-01 00:00:00+00' + INTERVAL 1 SECOND * CAST(hash(i + 2) % 31536000 AS BIGINT) AS at
FROM range(EVENTS) AS t(i)
";

/// One join per step, as one would write it by hand.
const JOINED: &str = "
SELECT p.id
FROM persons AS p
WHERE p.id IN (
  SELECT v.person_id
  FROM events AS v
  JOIN events AS c
    ON c.person_id = v.person_id AND c.kind = 'cart'
    AND c.at > v.at AND c.at <= v.at + INTERVAL 24 HOUR
  JOIN events AS b
    ON b.person_id = v.person_id AND b.kind = 'buy'
    AND b.at > c.at AND b.at <= v.at + INTERVAL 168 HOUR
  WHERE v.kind = 'view' AND b.at < TIMESTAMPTZ '2026-03-01 12:00:00+00'
)
";

fn main() {
    println!("{:>9} {:>12} {:>12} {:>10}", "persons", "segc", "self-joins", "members");
    let sql = select();
    for persons in PERSONS {
        let mut engine = DuckDb::open(None).expect("DuckDB in memory opens");
        for statement in [
            "SET TimeZone = 'UTC'".to_owned(),
            format!("CREATE TABLE persons AS SELECT CAST(i AS BIGINT) AS id FROM range({persons}) AS t(i)"),
            ROWS.replace("PERSONS", &persons.to_string()).replace("EVENTS", &EVENTS.to_string()),
        ] {
            engine.execute(&statement).expect("rows can be made");
        }
        let (own, members) = best(&mut engine, &sql);
        let (joined, same) = best(&mut engine, JOINED);
        assert_eq!(members, same, "both find the same");
        println!("{persons:>9} {:>9.0} ms {:>9.0} ms {members:>10}", own * 1e3, joined * 1e3);
    }
}

/// What segc writes.
fn select() -> String {
    let files = Memory::new()
        .with("segc.yml", "name: bench\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENT);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "the project is sound");
    let as_of = "2026-03-01T12:00:00Z".parse().ok();
    let id = session.hir().find("funnel").expect("the segment");
    session.select_sql("duckdb", id, &Options { as_of, ..Options::default() }).expect("it can be written")
}

/// The best of three runs in seconds, and how many rows there were.
fn best(engine: &mut DuckDb, sql: &str) -> (f64, usize) {
    let mut best = (f64::INFINITY, 0);
    for _ in 0..3 {
        let start = Instant::now();
        let rows = engine.query(sql).expect("the query runs").rows.len();
        best = (best.0.min(start.elapsed().as_secs_f64()), rows);
    }
    best
}
