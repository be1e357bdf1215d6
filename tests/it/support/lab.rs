//! A small shop in memory, whose rows the tests of scripts change between runs.

use segc::api::Session;
use segc::engine::tables_of;
use segc::project::Memory;

use super::project::{instant, open, stop_clocks};
use super::target::Target;

/// Three runs, a month and more apart.
pub const FIRST: &str = "2026-03-31T12:00:00Z";
pub const SECOND: &str = "2026-05-15T12:00:00Z";
pub const THIRD: &str = "2026-05-15T12:00:00.000001Z";

const SETTINGS: &str = "name: lab\ntimezone: UTC\nschema: segments\nmaterialize: incremental\n";

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: append_only
    deletes: never
    fields:
      id: { type: integer }
      name: string
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: order_no
    time: at
    changes: append_only
    deletes: never
    fields:
      order_no: { type: string }
      customer_id: integer
      total: { type: 'decimal(10,2)', min: 0 }
      at: timestamp
    links:
      customer: { to: customer, on: { customer_id: id } }
";

/// `buyers`, `big` and `big_buyers` are those that members never leave.
pub const SEGMENTS: &str = "
segment buyers on customer { where exists(orders) }
segment big on customer { where sum(orders.total) >= 100 }
segment big_buyers on customer extends buyers { where in segment big }
segment recent on customer { where exists(orders during last 30 days) }
segment quiet on customer { where not in segment recent }
segment good_orders on order { where customer in segment big and total >= 50 }
segment now_recent on customer { materialize: view where in segment recent }
";

/// The rows of the first run: who has bought what, and when.
const ROWS: &[&str] = &[
    "INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cy'), (4, NULL), (NULL, 'nobody')",
    "INSERT INTO orders VALUES ('a1', 1, 60, TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), \
     ('a2', 1, 50, TIMESTAMPTZ '2026-03-30 00:00:00+00:00'), \
     ('b1', 2, 99.99, TIMESTAMPTZ '2026-03-05 00:00:00+00:00'), \
     ('b2', 2, 0.01, TIMESTAMPTZ '2026-05-01 00:00:00+00:00'), \
     ('x1', NULL, 500, TIMESTAMPTZ '2026-03-05 00:00:00+00:00')",
];

/// What arrives later: a new customer, an order that comes late, one without a time.
pub const ARRIVALS: &[&str] = &[
    "INSERT INTO customers VALUES (5, 'Eve')",
    "INSERT INTO orders VALUES ('c1', 3, 100, TIMESTAMPTZ '2026-02-01 00:00:00+00:00'), \
     ('d1', 4, 30, NULL), ('e1', 5, 70, TIMESTAMPTZ '2026-05-10 00:00:00+00:00'), \
     ('a3', 1, 51, TIMESTAMPTZ '2026-05-15 12:00:00+00:00')",
];

/// The project with these segments, its clock stopped.
pub fn session(segments: &str, clock: &str) -> Session {
    session_with(CATALOG, segments, clock)
}

/// The same for a target. SQLite has no decimals, and its views can't read another schema's tables.
pub fn session_on(target: &str, segments: &str, clock: &str) -> Session {
    if target != "sqlite" {
        return session(segments, clock);
    }
    let catalog = CATALOG.replace("'decimal(10,2)'", "float");
    session_with(&catalog, &segments.replace("materialize: view", ""), clock)
}

/// The same with another catalog.
pub fn session_with(catalog: &str, segments: &str, clock: &str) -> Session {
    session_of(SETTINGS, catalog, segments, clock)
}

/// The same with other settings.
pub fn session_of(settings: &str, catalog: &str, segments: &str, clock: &str) -> Session {
    open(&stop_clocks(files_of(settings, catalog, segments), instant(clock)))
}

/// The files of the project with these segments.
pub fn files(segments: &str) -> Memory {
    files_of(SETTINGS, CATALOG, segments)
}

fn files_of(settings: &str, catalog: &str, segments: &str) -> Memory {
    Memory::new()
        .with("segc.yml", settings)
        .with("catalog/shop.yml", catalog)
        .with("segments/all.seg", segments)
}

/// Makes the tables with the rows of the first run.
pub fn fill(target: &mut Target) {
    let session = session_on(target.name, SEGMENTS, FIRST);
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.make(&table);
    }
    append(target, ROWS);
}

pub fn append(target: &mut Target, rows: &[&str]) {
    for statement in rows {
        target.must(statement);
    }
}
