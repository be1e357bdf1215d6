//! Cases that need what the stories' catalog lacks: arrays, versions, timestamps without a time
//! zone, keys that aren't unique, tables for each day. Each is written in SQL, for DuckDB only.

use segc::api::{Options, open_files};
use segc::engine::tables_of;
use segc::project::Memory;

use crate::refresh_incremental::case::clock;
use crate::refresh_incremental::lab::{Strategy, strategy};
use crate::support;
use crate::support::target::{Keys, Target, build, plan};

pub struct Apart {
    pub title: &'static str,
    /// The segment `s`.
    segment: &'static str,
    /// How it is refreshed.
    refresh: Strategy,
    runs: &'static [Run],
}

struct Run {
    seen: &'static str,
    /// What happens before it.
    sql: &'static str,
    members: Result<&'static [&'static str], &'static str>,
}

const CATALOG: &str = r#"
entities:
  customer:
    table: world.customers
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at, immutable: [id, interests, company_id] } }
    fields:
      id: { type: integer, nullable: false }
      company_id: integer
      interests: array<string>
      version: semver
      updated_at: timestamp
    links:
      company: { to: company, on: { company_id: id } }
      payments: { to: payment, many: true, on: { id: customer_id } }
  company:
    table: world.companies
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at } }
    fields:
      id: { type: integer, nullable: false }
      size: integer
      updated_at: timestamp
  order:
    table: world.orders
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at, immutable: [id, customer_id] } }
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      updated_at: timestamp
    links:
      customer: { to: customer, on: { customer_id: id } }
  payment:
    table: world.payments
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at, immutable: [id, customer_id, amount] } }
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      amount: { type: float, min: 0 }
      updated_at: timestamp
  note:
    table: world.notes
    key: id
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      text: string
  memo:
    query: SELECT * FROM world.memos WHERE kept
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at } }
    fields:
      id: { type: integer, nullable: false }
      text: string
      updated_at: timestamp
  call:
    table: world.calls
    key: id
    deletes: never
    settle: 5 minutes
    changes: { mutable: { updated_at: began } }
    fields:
      id: { type: integer, nullable: false }
      rate: integer
      began: { type: timestamp, zone: Europe/London }
  visit:
    table: world.visits_*
    shards: { zone: America/New_York, late: 2 days }
    key: id
    time: at
    deletes: never
    settle: 1 hour
    changes: append_only
    fields:
      id: { type: integer, nullable: false }
      pages: integer
      at: { type: timestamp, nullable: false }
"#;

/// A column for the digits of a day, since DuckDB has no tables for each day.
const DAYS: &str = "capabilities: { wildcard_tables: true }\nidentifiers: { shard_digits: segc_digits }\n";

pub const CASES: &[Apart] = &[
    Apart {
        title: "A stamp in the hour that comes twice",
        segment: "on call { materialize: incremental where rate > 3 }",
        refresh: Strategy::Keys,
        runs: &[
            Run {
                seen: "2026-10-25T01:20:00Z",
                sql: "INSERT INTO world.calls (id, rate, began) VALUES (1, 5, '2026-10-24 12:00:00')",
                members: Ok(&["1"]),
            },
            // 01:25 in winter, and read as 01:25 in summer, an hour before.
            Run {
                seen: "2026-10-25T01:30:00Z",
                sql: "INSERT INTO world.calls (id, rate, began) VALUES (2, 5, '2026-10-25 01:25:00')",
                members: Ok(&["1", "2"]),
            },
        ],
    },
    Apart {
        title: "A visit comes in the table of an earlier day",
        segment: "on visit { materialize: incremental where pages > 3 }",
        refresh: Strategy::Insert,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "ALTER TABLE world.\"visits_*\" ADD COLUMN segc_digits VARCHAR;
                      INSERT INTO world.\"visits_*\" VALUES (1, 5, '2026-05-13 12:00:00Z', '20260513')",
                members: Ok(&["1"]),
            },
            Run {
                seen: "2026-05-14T12:30:00Z",
                sql: "INSERT INTO world.\"visits_*\" VALUES (2, 5, '2026-05-14 12:10:00Z', '20260512')",
                members: Ok(&["1", "2"]),
            },
        ],
    },
    Apart {
        title: "A visit comes in the evening of its table's day",
        segment: "on visit { materialize: incremental where pages > 3 }",
        refresh: Strategy::Insert,
        runs: &[
            Run {
                seen: "2026-05-15T03:30:00Z",
                sql: "ALTER TABLE world.\"visits_*\" ADD COLUMN segc_digits VARCHAR;
                      INSERT INTO world.\"visits_*\" VALUES (1, 5, '2026-05-13 12:00:00Z', '20260513')",
                members: Ok(&["1"]),
            },
            // 23:40 on the 14th in New York, in the table of two days before.
            Run {
                seen: "2026-05-15T03:50:00Z",
                sql: "INSERT INTO world.\"visits_*\" VALUES (2, 5, '2026-05-15 03:40:00Z', '20260512')",
                members: Ok(&["1", "2"]),
            },
        ],
    },
    Apart {
        title: "A note comes of which nothing is declared",
        segment: "on note { materialize: incremental where text = \"tea\" }",
        refresh: Strategy::Rebuild,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.notes (id, text) VALUES (1, 'tea')",
                members: Ok(&["1"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "INSERT INTO world.notes (id, text) VALUES (2, 'tea')",
                members: Ok(&["1", "2"]),
            },
        ],
    },
    Apart {
        title: "A memo leaves its query",
        segment: "on memo { materialize: incremental where text = \"tea\" }",
        refresh: Strategy::Keys,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "CREATE TABLE world.memos AS
                      SELECT id, 'tea' AS text, TIMESTAMPTZ '2025-01-01 00:00:00Z' AS updated_at, true AS kept
                      FROM (VALUES (1), (2)) AS v (id)",
                members: Ok(&["1", "2"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "UPDATE world.memos SET kept = false WHERE id = 1",
                members: Ok(&["2"]),
            },
        ],
    },
    Apart {
        title: "The interests of a customer who comes later",
        segment: "on order { materialize: incremental where customer.interests is empty }",
        refresh: Strategy::Keys,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.orders (id, customer_id, updated_at) VALUES (1, 1, '2025-01-01'), (2, 2, '2025-01-01')",
                members: Ok(&["1", "2"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "INSERT INTO world.customers (id, interests, updated_at) VALUES (1, ['tea'], '2026-05-15')",
                members: Ok(&["2"]),
            },
        ],
    },
    Apart {
        title: "A sum of floats that has been reached",
        segment: "on customer { materialize: incremental where sum(payments.amount) >= 0.6 }",
        refresh: Strategy::Keys,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.customers (id, updated_at) VALUES (1, '2025-01-01')",
                members: Ok(&[]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "INSERT INTO world.payments (id, customer_id, amount, updated_at) VALUES (1, 1, 0.7, '2026-05-15')",
                members: Ok(&["1"]),
            },
        ],
    },
    Apart {
        title: "The highest version",
        segment: "on customer { materialize: incremental keep top 1 by version }",
        refresh: Strategy::Rebuild,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.customers (id, version, updated_at) VALUES (1, '9.0.0', '2025-01-01'), (2, '8.0.0', '2025-01-01')",
                members: Ok(&["1"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "UPDATE world.customers SET version = '10.0.0', updated_at = '2026-05-15' WHERE id = 2",
                members: Ok(&["2"]),
            },
        ],
    },
    Apart {
        title: "A second row under the own key",
        segment: "on order { materialize: incremental where customer_id = 1 }",
        refresh: Strategy::Insert,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.orders (id, customer_id, updated_at) VALUES (1, 1, '2025-01-01')",
                members: Ok(&["1"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "INSERT INTO world.orders (id, customer_id, updated_at) VALUES (1, 2, '2026-05-15')",
                members: Err("two rows of order have the same id"),
            },
        ],
    },
    Apart {
        title: "A second row behind a to-one link",
        segment: "on customer { materialize: incremental where company.size > 3 }",
        refresh: Strategy::Keys,
        runs: &[
            Run {
                seen: "2026-05-14T12:00:00Z",
                sql: "INSERT INTO world.companies (id, size, updated_at) VALUES (1, 5, '2025-01-01');
                      INSERT INTO world.customers (id, company_id, updated_at) VALUES (1, 1, '2025-01-01')",
                members: Ok(&["1"]),
            },
            Run {
                seen: "2026-05-15T12:00:00Z",
                sql: "INSERT INTO world.companies (id, size, updated_at) VALUES (1, 1, '2026-05-15')",
                members: Err("two rows of company have the same id"),
            },
        ],
    },
];

/// Plays a case: create, and then refreshes; what is wrong if something is.
pub fn play(case: &Apart) -> Result<(), String> {
    let files = Memory::new()
        .with("segc.yml", "name: apart\nschema: segments\n")
        .with("catalog/world.yml", CATALOG)
        .with("dialects/duckdb.yml", format!("{}{DAYS}", clock("duckdb")))
        .with("segments/s.seg", format!("segment s {}\n", case.segment));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{}", support::project::said(&problems));
    let mut target = Target::duckdb();
    let tables = tables_of(&session.hir().catalog, target.name).expect("one type per column");
    tables.iter().for_each(|table| target.make(table));
    target.make_clock();
    let plan = plan(&session, target.name, &Options::default());
    for (at, run) in case.runs.iter().enumerate() {
        case_happens(&mut target, run);
        let done = target.run(&build(&session, &plan, at > 0));
        let members = match run.members {
            Ok(keys) => keys,
            Err(_) if done.is_ok() => return Err(format!("run {at}: it was refreshed though it mustn't be")),
            Err(why) if done.as_ref().is_err_and(|error| error.contains(why)) => continue,
            Err(_) => &[],
        };
        done.map_err(|error| format!("run {at}: {error}"))?;
        let wanted: Keys = members.iter().map(|key| vec![(*key).to_owned()]).collect();
        let found = target.members(&plan.segments[0])?;
        if wanted != found {
            return Err(format!("run {at}: lacks {:?}, has {found:?}", &wanted - &found));
        }
    }
    let found = strategy(&plan.segments[0]);
    if found == case.refresh { Ok(()) } else { Err(format!("it is refreshed by {found:?}")) }
}

#[test]
fn hand_written_cases_behave_as_written() {
    let failed = CASES.iter().filter_map(|case| play(case).err().map(|error| (case.title, error)));
    assert_eq!(failed.collect::<Vec<_>>(), []);
}

fn case_happens(target: &mut Target, run: &Run) {
    run.sql.split(';').for_each(|statement| target.must(statement));
    target.set_clock(run.seen);
}
