//! The rows that the shapes are about.

use super::shapes::Shape;

pub const AS_OF: &str = "2026-03-31T12:00:00Z";

pub const CATALOG: &str = r#"
entities:
  company:
    table: companies
    key: company_id
    fields:
      company_id: { type: integer, nullable: false }
      industry: { type: string, nullable: false }
    links:
      customers: { to: customer, many: true, on: { company_id: company_id } }
  customer:
    table: customers
    key: customer_id
    unique: enforced
    fields:
      customer_id: { type: integer, nullable: false }
      company_id: integer
      country: { type: string, nullable: false }
      plan: { type: string, nullable: false }
      signed_up_at: { type: timestamp, nullable: false }
    links:
      company: { to: company, on: { company_id: company_id } }
      orders: { to: order, many: true, on: { customer_id: customer_id } }
      events: { to: event, many: true, on: { customer_id: customer_id } }
  order:
    table: orders
    key: order_id
    time: ordered_at
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      ordered_at: { type: timestamp, nullable: false }
      status: { type: string, nullable: false }
      total: { type: "decimal(10,2)", nullable: false }
    links:
      lines: { to: line, many: true, on: { order_id: order_id } }
  line:
    table: lines
    key: [order_id, line_no]
    fields:
      order_id: { type: integer, nullable: false }
      line_no: { type: integer, nullable: false }
      product: { type: string, nullable: false }
      quantity: { type: integer, nullable: false }
  event:
    table: events
    key: event_id
    time: at
    event_name: name
    fields:
      event_id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      name: { type: string, nullable: false }
      at: { type: timestamp, nullable: false, column: happened_at }
"#;

pub struct Scale {
    pub target: &'static str,
    pub customers: u64,
}

pub const SCALES: [Scale; 2] =
    [Scale { target: "duckdb", customers: 100_000 }, Scale { target: "postgres", customers: 20_000 }];

impl Scale {
    /// A number below `below`, evenly spread, that depends on row `i` and on `salt` alone.
    fn spread(&self, salt: u64, below: u64) -> String {
        match self.target {
            "duckdb" => format!("CAST(hash(i * 31 + {salt}) % {below} AS BIGINT)"),
            _ => format!("(('x' || SUBSTR(MD5((i * 31 + {salt})::TEXT), 1, 15))::BIT(60)::BIGINT % {below})"),
        }
    }

    fn rows(&self, count: u64) -> String {
        match self.target {
            "duckdb" => format!("range({count}) AS t(i)"),
            _ => format!("generate_series(0::BIGINT, {}) AS t(i)", count - 1),
        }
    }

    /// Creates and fills the tables; times are those of two years before as_of, in order, as events are stored.
    pub fn statements(&self) -> Vec<String> {
        let number = |salt, below| self.spread(salt, below);
        let customers = self.customers;
        let (orders, events) = (customers * 20, customers * 20);
        let time = |count: u64| {
            format!(
                "TIMESTAMPTZ '2024-04-01 00:00:00+00' + INTERVAL '1' SECOND * CAST(FLOOR(i * 63000000.0 / {count}) AS INTEGER)"
            )
        };
        let pick = |salt, words: &[&str]| {
            let cases = words.iter().enumerate().map(|(at, word)| format!("WHEN {at} THEN '{word}' "));
            format!("CASE {} {}END", number(salt, words.len() as u64), cases.collect::<String>())
        };
        let mut all = vec![
            "SET TimeZone = 'UTC'".to_owned(),
            format!(
                "CREATE TABLE companies AS SELECT i AS company_id, {} AS industry FROM {}",
                pick(1, &["retail", "health", "banking", "energy"]),
                self.rows(customers / 20)
            ),
            format!(
                "CREATE TABLE customers AS SELECT i AS customer_id, {} AS company_id, {} AS country, {} AS plan,
                   TIMESTAMPTZ '2024-04-01 00:00:00+00' + INTERVAL '1' HOUR * CAST({} AS INTEGER) AS signed_up_at
                 FROM {}",
                number(2, customers / 20),
                pick(3, &["US", "DE", "FR", "GB", "BR", "JP", "IN", "ES"]),
                pick(4, &["free", "pro", "team"]),
                number(5, 17_000),
                self.rows(customers)
            ),
            format!(
                "CREATE TABLE orders AS SELECT i AS order_id, {} AS customer_id, {} AS ordered_at, {} AS status,
                   CAST({} AS DECIMAL(10, 2)) / 100 AS total FROM {}",
                number(6, customers),
                time(orders),
                pick(7, &["paid", "paid", "paid", "paid", "refunded", "pending"]),
                number(8, 20_000),
                self.rows(orders)
            ),
            format!(
                "CREATE TABLE lines AS SELECT CAST((i - i % 2) / 2 AS BIGINT) AS order_id, i % 2 AS line_no, CONCAT('p', {}) AS product,
                   1 + {} AS quantity FROM {}",
                number(9, 500),
                number(10, 5),
                self.rows(orders * 2)
            ),
            format!(
                "CREATE TABLE events AS SELECT i AS event_id, {} AS customer_id, {} AS name, {} AS happened_at FROM {}",
                number(11, customers),
                pick(12, &["view", "view", "view", "view", "cart", "cart", "buy", "support"]),
                time(events),
                self.rows(events)
            ),
        ];
        if self.target == "postgres" {
            all.extend(
                [
                    "ALTER TABLE customers ADD PRIMARY KEY (customer_id)",
                    "ALTER TABLE companies ADD PRIMARY KEY (company_id)",
                    "CREATE INDEX ON customers (company_id)",
                    "CREATE INDEX ON orders (customer_id, ordered_at)",
                    "CREATE INDEX ON orders (ordered_at)",
                    "CREATE INDEX ON lines (order_id)",
                    "CREATE INDEX ON events (customer_id, happened_at)",
                    "CREATE INDEX ON events (name, happened_at)",
                    "ANALYZE",
                    "SET work_mem = '64MB'",
                ]
                .map(str::to_owned),
            );
        }
        all
    }

    /// The SELECT that was written by hand for this engine.
    pub fn by_hand(&self, shape: &Shape) -> String {
        let sql = match (self.target, shape.postgres) {
            ("postgres", Some(sql)) => sql,
            _ => shape.duckdb,
        };
        sql.replace("AS_OF", "TIMESTAMPTZ '2026-03-31 12:00:00+00'")
    }
}
