//! A table of millions of orders, of which an hour brings some thousands: refreshing segments by
//! affected keys, evaluating them in full, and an incremental statement as one would write it by
//! hand, on DuckDB.
//!
//! `cargo bench --bench refresh`; the work is DuckDB's, so `--profile dev` measures as well.
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

use std::time::Instant;

use segc::api::{Options, Session, open_files};
use segc::engine::{DuckDb, Engine};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 5 minutes
    unique: enforced
    fields:
      id: { type: integer, nullable: false }
      country: { type: string, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: order_id
    time: ordered_at
    changes: { mutable: { updated_at: updated_at, immutable: [customer_id, ordered_at] } }
    deletes: never
    settle: 5 minutes
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: { type: string, nullable: false }
      total: { type: \"decimal(10,2)\", nullable: false }
      ordered_at: { type: timestamp, nullable: false }
      updated_at: { type: timestamp, nullable: false }
";

/// Name and rules of each segment that is measured, each alone.
const SEGMENTS: [(&str, &str); 4] = [
    ("high_value", "where sum(orders.total during last 30 days where status = \"paid\") > 800"),
    ("lapsed", "where count(orders) >= 5 and not exists(orders during last 90 days)"),
    ("silent", "where last(orders.ordered_at) before 60 days ago and country = \"C1\""),
    ("best", "where country = \"C2\" keep top 100 by sum(orders.total)"),
];

/// Orders of two years, in the order in which they came, as tables of events are.
const ROWS: &str = "
CREATE TABLE customers AS
SELECT i AS id, 'C' || (i % 5) AS country, NOW() - INTERVAL 700 DAY AS updated_at FROM range(CUSTOMERS) AS t(i);
CREATE TABLE orders AS
SELECT i AS order_id,
  CAST(hash(i) % CUSTOMERS AS BIGINT) AS customer_id,
  CASE WHEN hash(i + 1) % 10 = 0 THEN 'refunded' ELSE 'paid' END AS status,
  CAST(hash(i + 2) % 20000 AS DECIMAL(10, 2)) / 100 AS total,
  NOW() - INTERVAL 1 SECOND * (63072000 - CAST(i * (63072000.0 / ORDERS) AS BIGINT)) AS ordered_at,
  ordered_at AS updated_at
FROM range(ORDERS) AS t(i)
";

/// What an hour brings: new orders, and some of last week's refunded.
const HOUR: &str = "
INSERT INTO orders
SELECT (SELECT MAX(order_id) FROM orders) + 1 + i, CAST(hash(i + 77) % CUSTOMERS AS BIGINT), 'paid', 42, NOW(), NOW()
FROM range(NEW) AS t(i);
UPDATE orders SET status = 'refunded', updated_at = NOW()
WHERE ordered_at > NOW() - INTERVAL 7 DAY AND hash(order_id) % 50 = 0
";

/// The first segment as a careful person refreshes it: from an hour's changes and the orders that
/// have left the window, with the same guard against lateness.
const BY_HAND: &str = "
CREATE TEMP TABLE touched AS
SELECT customer_id FROM orders WHERE updated_at >= SINCE - INTERVAL 5 MINUTE
UNION
SELECT customer_id FROM orders WHERE ordered_at BETWEEN SINCE - INTERVAL 30 DAY AND NOW() - INTERVAL 30 DAY;
CREATE TEMP TABLE found AS
SELECT customer_id AS id FROM orders
WHERE customer_id IN (SELECT customer_id FROM touched)
  AND ordered_at >= NOW() - INTERVAL 30 DAY AND status = 'paid'
GROUP BY customer_id HAVING SUM(total) > 800;
DELETE FROM by_hand WHERE id IN (SELECT customer_id FROM touched) AND id NOT IN (SELECT id FROM found);
INSERT INTO by_hand SELECT id FROM found WHERE id NOT IN (SELECT id FROM by_hand);
DROP TABLE touched;
DROP TABLE found
";

fn session(name: &str, rules: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: bench\nschema: segments\nmaterialize: incremental\n")
        .with("catalog/shop.yml", CATALOG)
        .with("segments/one.seg", format!("segment {name} on customer {{ {rules} }}\n"));
    open_files(&files, &Options::default()).0
}

fn script(name: &str, rules: &str, refresh: bool) -> Vec<String> {
    let session = session(name, rules);
    let all = session.select(&[]).unwrap_or_default();
    let (plan, _) = session.plan("duckdb", &all, &Options::default());
    let made = plan.and_then(|plan| session.execution(&plan, refresh).ok()).unwrap_or_default();
    made.steps.into_iter().map(|step| step.statement).collect()
}

fn timed(engine: &mut DuckDb, statements: &[String]) -> u128 {
    let start = Instant::now();
    engine.run(statements).expect("the script runs");
    start.elapsed().as_millis()
}

fn all(text: &str, customers: u32, orders: u32) -> Vec<String> {
    let text = text.replace("CUSTOMERS", &customers.to_string()).replace("ORDERS", &orders.to_string());
    let text = text.replace("NEW", &(orders / 2_000).to_string());
    text.split(";\n").map(str::to_owned).collect()
}

fn main() {
    let (customers, orders) = (300_000, 10_000_000);
    println!("{customers} customers, {orders} orders; {} new ones an hour", orders / 2_000);
    println!("{:<12} {:>10} {:>10} {:>10} {:>10}", "segment", "create", "in full", "by keys", "by hand");
    for (name, rules) in SEGMENTS {
        let mut engine = DuckDb::open(None).expect("a database");
        engine.run(&all(ROWS, customers, orders)).expect("the rows");
        let create = timed(&mut engine, &script(name, rules, false));
        let by_hand = name == "high_value";
        if by_hand {
            let now = ["CREATE TABLE by_hand AS SELECT id FROM segments.high_value".to_owned()];
            engine.run(&now).expect("a copy");
        }
        let since = engine.query("SELECT NOW()").expect("a clock").rows[0][0].to_string();
        let (mut full, mut keys, mut hand) = (u128::MAX, u128::MAX, u128::MAX);
        for _ in 0..3 {
            engine.run(&all(HOUR, customers, orders)).expect("an hour");
            keys = keys.min(timed(&mut engine, &script(name, rules, true)));
            if by_hand {
                let text = BY_HAND.replace("SINCE", &format!("TIMESTAMPTZ '{since}'"));
                hand = hand.min(timed(&mut engine, &all(&text, customers, orders)));
            }
            full = full.min(timed(&mut engine, &script(name, rules, false)));
        }
        let hand = if by_hand { format!("{hand} ms") } else { String::new() };
        println!("{name:<12} {create:>7} ms {full:>7} ms {keys:>7} ms {hand:>10}");
    }
}
