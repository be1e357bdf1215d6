//! The shop that is measured: its rows, its segments, what a step brings. All of it is SQL that
//! DuckDB and PostgreSQL read alike.

pub const CUSTOMERS: u32 = 300_000;
pub const ORDERS: u32 = 10_000_000;

pub const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 second
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
    settle: 1 second
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: { type: string, nullable: false }
      total: { type: \"decimal(10,2)\", nullable: false }
      ordered_at: { type: timestamp, nullable: false }
      updated_at: { type: timestamp, nullable: false }
";

/// Name and rules of each segment that is measured, each alone.
pub const SEGMENTS: &[(&str, &str)] = &[
    ("high_value", "where sum(orders.total during last 30 days where status = \"paid\") > 800"),
    ("lapsed", "where count(orders) >= 5 and not exists(orders during last 90 days)"),
    ("silent", "where last(orders.ordered_at) before 60 days ago and country = \"C1\""),
    ("best", "where country = \"C2\" keep top 100 by sum(orders.total)"),
];

/// Orders of two years, in the order in which they came, as tables of events are; a customer's are
/// anywhere.
pub const ROWS: &str = "
CREATE TABLE customers AS
SELECT i AS id, 'C' || (i % 5) AS country, NOW() - INTERVAL '700 days' AS updated_at
FROM generate_series(0, CUSTOMERS - 1) AS t(i);
ALTER TABLE customers ADD PRIMARY KEY (id);
CREATE TABLE orders AS
SELECT o.*, o.ordered_at AS updated_at
FROM (
  SELECT CAST(i AS BIGINT) AS order_id,
    (CAST(i AS BIGINT) * 2654435761 % 4294967291) % CUSTOMERS AS customer_id,
    CASE WHEN i % 10 = 0 THEN 'refunded' ELSE 'paid' END AS status,
    CAST((CAST(i AS BIGINT) * 40503 % 20000) / 100.0 AS DECIMAL(10, 2)) AS total,
    NOW() - INTERVAL '1 second' * (63072000 - CAST(i * (63072000.0 / ORDERS) AS BIGINT)) AS ordered_at
  FROM generate_series(0, ORDERS - 1) AS t(i)
) AS o
";

/// What Postgres has besides.
pub const INDEXES: &str = "
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (ordered_at);
CREATE INDEX ON orders (updated_at)
";

/// An hour as others; a hundredth of all orders at once, of few customers or of any; a load that
/// touches every customer.
pub const STEPS: [(&str, &str); 4] = [
    ("an hour: 5,000 orders, 2 % of a week's refunded", HOUR),
    ("1 % more orders, of 1,000 customers", FEW),
    ("1 % more orders, of all customers", MANY),
    ("every customer changes", EVERYONE),
];

const HOUR: &str = "
INSERT INTO orders
SELECT m.top + 1 + i, ((m.top + i) * 2654435761 % 4294967291) % CUSTOMERS, 'paid', 42, NOW(), NOW()
FROM generate_series(0, 4999) AS t(i), (SELECT MAX(order_id) AS top FROM orders) AS m;
UPDATE orders SET status = 'refunded', updated_at = NOW()
WHERE ordered_at > NOW() - INTERVAL '7 days' AND order_id % 50 = 7
";
const FEW: &str = "
INSERT INTO orders
SELECT m.top + 1 + i, 7 + i % 1000 * 300, 'paid', 42, NOW(), NOW()
FROM generate_series(0, 99999) AS t(i), (SELECT MAX(order_id) AS top FROM orders) AS m
";
const MANY: &str = "
INSERT INTO orders
SELECT m.top + 1 + i, ((m.top + i) * 2654435761 % 4294967291) % CUSTOMERS, 'paid', 42, NOW(), NOW()
FROM generate_series(0, 99999) AS t(i), (SELECT MAX(order_id) AS top FROM orders) AS m
";

const EVERYONE: &str = "UPDATE customers SET updated_at = NOW()";

/// As it is mostly written: every customer with an order in the window is evaluated again. Who has none any
/// more stays, which is wrong.
pub const LOOKBACK: &[(&str, &str)] = &[
    (
        "high_value",
        "
CREATE TEMP TABLE touched AS SELECT DISTINCT customer_id FROM orders WHERE ordered_at >= NOW() - INTERVAL '30 days';
CREATE TEMP TABLE found AS
SELECT customer_id AS id FROM orders
WHERE customer_id IN (SELECT customer_id FROM touched)
  AND ordered_at >= NOW() - INTERVAL '30 days' AND status = 'paid'
GROUP BY customer_id HAVING SUM(total) > 800;
DELETE FROM lookback WHERE id IN (SELECT customer_id FROM touched) AND id NOT IN (SELECT id FROM found);
INSERT INTO lookback SELECT id FROM found WHERE id NOT IN (SELECT id FROM lookback);
DROP TABLE touched;
DROP TABLE found
",
    ),
    (
        "lapsed",
        "
CREATE TEMP TABLE touched AS SELECT DISTINCT customer_id FROM orders WHERE ordered_at >= NOW() - INTERVAL '91 days';
CREATE TEMP TABLE found AS
SELECT customer_id AS id FROM orders
WHERE customer_id IN (SELECT customer_id FROM touched)
GROUP BY customer_id HAVING COUNT(*) >= 5 AND MAX(ordered_at) < NOW() - INTERVAL '90 days';
DELETE FROM lookback WHERE id IN (SELECT customer_id FROM touched) AND id NOT IN (SELECT id FROM found);
INSERT INTO lookback SELECT id FROM found WHERE id NOT IN (SELECT id FROM lookback);
DROP TABLE touched;
DROP TABLE found
",
    ),
];

/// As a careful person writes it: from what has changed since the last time, and the orders that have
/// left the window.
pub const BY_HAND: &[(&str, &str)] = &[(
    "high_value",
    "
CREATE TEMP TABLE touched AS
SELECT customer_id FROM orders WHERE updated_at > SINCE
UNION
SELECT customer_id FROM orders
WHERE ordered_at BETWEEN SINCE - INTERVAL '30 days' AND NOW() - INTERVAL '30 days';
CREATE TEMP TABLE found AS
SELECT customer_id AS id FROM orders
WHERE customer_id IN (SELECT customer_id FROM touched)
  AND ordered_at >= NOW() - INTERVAL '30 days' AND status = 'paid'
GROUP BY customer_id HAVING SUM(total) > 800;
DELETE FROM by_hand WHERE id IN (SELECT customer_id FROM touched) AND id NOT IN (SELECT id FROM found);
INSERT INTO by_hand SELECT id FROM found WHERE id NOT IN (SELECT id FROM by_hand);
DROP TABLE touched;
DROP TABLE found
",
)];

/// The statements of a text.
pub fn statements(text: &str) -> Vec<String> {
    let text = text.replace("CUSTOMERS", &CUSTOMERS.to_string()).replace("ORDERS", &ORDERS.to_string());
    text.trim().split(";\n").map(str::to_owned).collect()
}
