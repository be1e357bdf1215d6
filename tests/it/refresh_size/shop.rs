//! The refreshed shop: every way in which keys are found and evaluated, over keys of one column and
//! of several, of numbers and of text, over tables and a query.

use segc::engine::Engine;

use crate::support::postgres::Postgres;

pub const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [company, invited_by] } }
    deletes: never
    settle: 1 second
    fields:
      id: { type: integer, nullable: false }
      company: { type: string }
      country: { type: string, nullable: false }
      score: { type: integer, nullable: false }
      invited_by: integer
      updated_at: { type: timestamp, nullable: false }
    links:
      employer: { to: company, on: { company: name } }
      orders: { to: order, many: true, on: { id: customer_id } }
      events: { to: event, many: true, on: { id: customer_id } }
      inviter: { to: customer, on: { invited_by: id } }
  company:
    table: companies
    key: name
    changes: { mutable: { updated_at: updated_at, immutable: [name] } }
    deletes: never
    settle: 1 second
    fields:
      name: { type: string, nullable: false }
      size: { type: integer, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      people: { to: customer, many: true, on: { name: company } }
  order:
    table: orders
    key: [shop, number]
    time: ordered_at
    changes: { mutable: { updated_at: updated_at, immutable: [shop, number, customer_id, ordered_at] } }
    deletes: never
    settle: 1 second
    fields:
      shop: { type: string, nullable: false }
      number: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: { type: string, nullable: false }
      total: { type: \"decimal(10,2)\", nullable: false, min: 0 }
      ordered_at: { type: timestamp, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { shop: shop, number: number } }
  line:
    table: lines
    key: [shop, number, sku]
    changes: { mutable: { updated_at: updated_at, immutable: [shop, number, sku] } }
    deletes: never
    settle: 1 second
    fields:
      shop: { type: string, nullable: false }
      number: { type: integer, nullable: false }
      sku: { type: string, nullable: false }
      quantity: { type: integer, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      order: { to: order, on: { shop: shop, number: number } }
  event:
    table: events
    key: id
    time: at
    event_name: name
    changes: append_only
    deletes: never
    settle: 1 second
    fields:
      id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      name: { type: string, nullable: false }
      at: { type: timestamp, nullable: false }
    links:
      customer: { to: customer, on: { customer_id: id } }
  account:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    settle: 1 second
    fields:
      id: { type: integer, nullable: false }
      score: { type: integer, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  buyer:
    query: SELECT c.id, c.score, c.updated_at FROM customers AS c WHERE EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id)
    key: id
    changes: { mutable: { updated_at: updated_at } }
    settle: 1 second
    fields:
      id: { type: integer, nullable: false }
      score: { type: integer, nullable: false }
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
";

pub const SEGMENTS: &str = "
segment plain on customer { where score > 500 }
segment linked on customer { where employer.size > 50 and country = \"C1\" }
segment window on customer { where sum(orders.total during last 30 days where status = \"paid\") > 100 }
segment lapsed on customer { where count(orders) >= 2 and not exists(orders during last 90 days) }
segment either on customer { where count(orders during last 30 days) >= 3 or employer.size > 90 or in segment plain }
segment latest on customer { where last(orders.status) = \"refunded\" and first(orders.ordered_at) before 60 days ago }
segment deep on customer { where exists(orders where count(lines) >= 2) }
segment lines_of on order { where sum(lines.quantity) > 5 and customer.score > 100 }
segment orders_of_members on order { where customer in segment plain and total > 10 }
segment every_line on order { where every(lines where quantity > 1) or customer.employer.size > 50 }
segment big_company on company { where count(people) >= 5 and count(people.orders during last 30 days) >= 3 }
segment member_companies on company { where exists(people where in segment plain) or size > 80 }
segment held on customer { expire: 14 days where exists(orders during last 7 days) }
segment archived on customer { history: true where exists(orders during last 7 days) }
segment best on customer { where country = \"C2\" keep top 100 by sum(orders.total) }
segment best_each on customer { keep top 5% per country by count(orders) }
segment sampled on customer { where score > 100 keep sample 10% seed \"x\" }
segment first_choice on customer { exclusive group: \"mail\" priority: 1 where score > 900 }
segment second_choice on customer { exclusive group: \"mail\" priority: 2 where count(orders) >= 1 }
segment third_choice on customer { exclusive group: \"mail\" priority: 3 where country = \"C3\" }
segment child on customer extends window { where score > 300 exclude where in segment lapsed }
segment grows on event { where name = \"buy\" }
segment ever_bought on event { where name = \"buy\" and in segment grows }
segment visitors on customer { where exists(events[\"view\"] during last 30 days) and not exists(events[\"buy\"]) }
segment funnel on customer { where sequence(events[\"view\"] then events[\"buy\"] within 7 days during last 60 days) }
segment dropped on customer { where sequence(events[\"view\"] then not events[\"buy\"] within 1 day during last 60 days) }
segment regular on customer { where periods(orders during last 8 weeks each 1 week) >= 2 }
segment aged on customer { where days_since(updated_at) % 7 = 0 }
segment invited on customer { where inviter.score > 500 and inviter in segment plain }
segment of_others on customer { where exists(orders where customer.employer in segment big_company) }
segment nth on customer { where count(orders.lines where quantity > 1) >= 2 and mode(orders.status) = \"paid\" and count distinct(orders.shop) >= 2 }
segment not_members on customer { where not in segment window and not in segment plain and not (inviter in segment best) }
segment held_accounts on account { expire: 14 days where score > 300 and exists(orders during last 30 days) }
segment top_accounts on account { keep top 1000 by score }
segment accounts on account { where score > 500 }
segment good_buyers on buyer { where score > 500 and count(orders) >= 2 }
segment top_line on line { where quantity > 3 and order.customer.score > 200 }
";

const ROWS: &str = "
CREATE TABLE customers AS
SELECT CAST(i AS BIGINT) AS id, 'Company ' || (i % (MOST / 10)) AS company, 'C' || (i % 5) AS country,
  CAST(i * 7919 % 1000 AS BIGINT) AS score, CAST(i / 2 AS BIGINT) AS invited_by,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' AS updated_at
FROM generate_series(1, MOST) AS t(i);
ALTER TABLE customers ADD PRIMARY KEY (id);
CREATE TABLE companies AS
SELECT 'Company ' || i AS name, CAST(i * 31 % 100 AS BIGINT) AS size,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' AS updated_at
FROM generate_series(0, MOST / 10 - 1) AS t(i);
CREATE TABLE orders AS
SELECT 'shop ' || (i % 7) AS shop, CAST(i / 7 AS BIGINT) AS number,
  CAST(1 + CAST(i AS BIGINT) * 7 % MOST AS BIGINT) AS customer_id,
  CASE WHEN i % 10 = 0 THEN 'refunded' ELSE 'paid' END AS status, CAST(i % 200 AS DECIMAL(10, 2)) AS total,
  TIMESTAMPTZ '2026-03-31 12:00:00+00' - INTERVAL '1 minute' * (CAST(i AS BIGINT) * 13 % 500000) AS ordered_at,
  TIMESTAMPTZ '2024-01-01 00:00:00+00' AS updated_at
FROM generate_series(1, 3 * MOST) AS t(i);
CREATE TABLE lines AS
SELECT o.shop, o.number, 'sku' || s AS sku, CAST(1 + (o.number + s) % 5 AS BIGINT) AS quantity, o.updated_at
FROM orders AS o, generate_series(1, 2) AS t(s)
WHERE o.number % 2 = 0;
CREATE TABLE events AS
SELECT CAST(i AS BIGINT) AS id, CAST(1 + CAST(i AS BIGINT) * 11 % MOST AS BIGINT) AS customer_id,
  CASE WHEN i % 3 = 0 THEN 'buy' ELSE 'view' END AS name,
  TIMESTAMPTZ '2026-03-31 12:00:00+00' - INTERVAL '1 minute' * (CAST(i AS BIGINT) * 17 % 200000) AS at
FROM generate_series(1, 3 * MOST) AS t(i)
";

const INDEXES: &str = "
CREATE INDEX ON customers (company);
CREATE INDEX ON customers (invited_by);
CREATE INDEX ON companies (name);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (shop, number);
CREATE INDEX ON lines (shop, number);
CREATE INDEX ON events (customer_id);
CREATE INDEX ON events (id)
";

/// A night's changes: this percentage of rows change, and as many events arrive.
const CHANGES: &str = "
UPDATE customers SET score = (score + 37) % 1000, updated_at = NOW() WHERE id % 100 < SHARE;
UPDATE companies SET size = (size + 7) % 100, updated_at = NOW()
WHERE CAST(SUBSTR(name, 9) AS BIGINT) % 100 < SHARE;
UPDATE orders SET status = CASE WHEN number % 3 = 0 THEN 'refunded' ELSE 'paid' END, updated_at = NOW()
WHERE customer_id % 100 < SHARE;
UPDATE lines SET quantity = 1 + (quantity + 2) % 5, updated_at = NOW() WHERE number % 100 < SHARE;
INSERT INTO events
SELECT e.top + i, CAST(i AS BIGINT) * 7919 % MOST + 1, CASE WHEN i % 3 = 0 THEN 'buy' ELSE 'view' END, NOW()
FROM generate_series(1, MOST / 100 * SHARE) AS t(i), (SELECT MAX(id) AS top FROM events) AS e
";

const TABLES: [&str; 5] = ["customers", "companies", "orders", "lines", "events"];

pub struct Shop<'a> {
    database: &'a mut Postgres,
    customers: u32,
}

impl<'a> Shop<'a> {
    pub fn new(database: &'a mut Postgres) -> Self {
        let asked = std::env::var("SEGC_ROWS").ok().and_then(|rows| rows.parse().ok());
        Self { database, customers: asked.unwrap_or(5_000) }
    }

    fn run(&mut self, statements: &str) {
        for statement in statements.split(';') {
            let statement = statement.replace("MOST", &self.customers.to_string());
            self.database.execute(&statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
        }
    }

    pub fn fill(&mut self) {
        self.run(ROWS);
    }

    pub fn index(&mut self) {
        self.run(INDEXES);
    }

    pub fn analyze(&mut self) {
        TABLES.iter().for_each(|table| self.run(&format!("ANALYZE {table}")));
    }

    /// This percentage of rows changes.
    pub fn change(&mut self, share: u32) {
        self.run(&CHANGES.replace("SHARE", &share.to_string()));
    }

    /// How many rows there are.
    pub fn rows(&mut self) -> u64 {
        let counts = TABLES.map(|table| format!("(SELECT COUNT(*) FROM {table})"));
        let found = self.database.query(&format!("SELECT {}", counts.join(" + "))).expect("a number");
        found.rows[0][0].to_string().parse().expect("a number")
    }
}
