//! Random rows with many NULLs.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use segc::catalog::{Catalog, Storage};
use segc::evaluate::{Data, Datum, parse};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  company:
    table: companies
    key: id
    fields:
      id: { type: integer, nullable: false }
      industry: string
      size: integer
    links:
      customers: { to: customer, many: true, on: { id: company_id } }
  customer:
    table: customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      company_id: integer
      name: { type: string, nullable: false }
      country: string
      plan: string
      age: integer
      visits: { type: integer, nullable: false }
      balance: decimal(12,2)
      score: float
      active: boolean
      vip: { type: boolean, nullable: false }
      birthday: date
      created_at: timestamp
      seen_at: timestamp
    links:
      company: { to: company, on: { company_id: id } }
      orders: { to: order, many: true, on: { id: customer_id } }
      notes: { to: note, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: ordered_at
    fields:
      id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: string
      total: decimal(12,2)
      items: integer
      shipped_on: date
      ordered_at: { type: timestamp, nullable: false }
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { id: order_id } }
  line:
    table: lines
    key: id
    fields:
      id: { type: integer, nullable: false }
      order_id: integer
      sku: string
      quantity: integer
      price: decimal(12,2)
    links:
      order: { to: order, on: { order_id: id } }
  note:
    table: notes
    key: id
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      text: string
";

pub(super) fn as_of() -> Timestamp {
    "2026-03-31T12:30:00Z".parse().expect("an instant")
}

/// Rows of one table: the names of its columns with their types, and texts.
struct Table {
    entity: &'static str,
    columns: &'static [(&'static str, &'static str)],
    rows: Vec<Vec<Option<String>>>,
}

/// A database with random rows.
pub(super) struct World {
    zone: &'static str,
    tables: Vec<Table>,
}

type Rng = fastrand::Rng;

fn maybe(random: &mut Rng, value: impl FnOnce(&mut Rng) -> String) -> Option<String> {
    if random.u8(0..10) < 3 { None } else { Some(value(random)) }
}

fn pick(random: &mut Rng, from: &[&str]) -> String {
    (*random.choice(from).expect("some")).to_owned()
}

fn whole(random: &mut Rng, below: i64) -> String {
    random.i64(0..below).to_string()
}

pub(super) const COUNTRIES: [&str; 6] = ["US", "us", "CA", "", "a%b_c", "Ca\nX"];
pub(super) const PLANS: [&str; 4] = ["free", "pro", "Pro", "max"];
pub(super) const DAYS: [&str; 13] = [
    "2026-03-31",
    "2026-03-30",
    "2026-03-29",
    "2026-03-24",
    "2026-03-01",
    "2026-02-28",
    "2026-01-31",
    "2025-03-31",
    "2024-02-29",
    "2026-04-02",
    // The clocks of New York and Berlin change.
    "2026-03-08",
    "2025-11-02",
    "2025-10-26",
];
const TIMES: [&str; 7] =
    ["00:00:00", "12:30:00", "23:59:59.999999", "01:30:00", "04:00:00", "05:00:00", "22:00:00"];

fn day(random: &mut Rng) -> String {
    pick(random, &DAYS)
}

fn instant(random: &mut Rng) -> String {
    format!("{}T{}Z", day(random), pick(random, &TIMES))
}

fn past(random: &mut Rng) -> String {
    loop {
        let text = instant(random);
        if text.parse::<Timestamp>().expect("an instant") < as_of() {
            return text;
        }
    }
}

fn money(random: &mut Rng) -> String {
    pick(random, &["0", "0.5", "1", "10", "99.99", "100", "-3.25"])
}

impl World {
    pub(super) fn random(random: &mut Rng) -> Self {
        let zone = *random.choice(["UTC", "America/New_York", "Europe/Berlin"].as_slice()).expect("some");
        let companies = (1..=4)
            .map(|id| {
                let industry = maybe(random, |random| pick(random, &["retail", "media", ""]));
                vec![Some(id.to_string()), industry, maybe(random, |random| whole(random, 4))]
            })
            .collect();
        let customers = (1..=24)
            .map(|id: i64| {
                vec![
                    Some(id.to_string()),
                    maybe(random, |random| random.i64(1..7).to_string()),
                    Some(pick(random, &["Ann", "ann lee", "Bo", ""])),
                    maybe(random, |random| pick(random, &COUNTRIES)),
                    maybe(random, |random| pick(random, &PLANS)),
                    maybe(random, |random| whole(random, 7)),
                    Some(whole(random, 5)),
                    maybe(random, money),
                    maybe(random, |random| pick(random, &["0.5", "1.5", "2", "-1"])),
                    maybe(random, |random| random.bool().to_string()),
                    Some(random.bool().to_string()),
                    maybe(random, day),
                    maybe(random, instant),
                    maybe(random, instant),
                ]
            })
            .collect();
        let orders = (1..=40)
            .map(|id: i64| {
                vec![
                    Some(id.to_string()),
                    Some(random.i64(1..21).to_string()),
                    maybe(random, |random| pick(random, &["paid", "void", "open"])),
                    maybe(random, money),
                    maybe(random, |random| whole(random, 4)),
                    maybe(random, day),
                    Some(past(random)),
                ]
            })
            .collect();
        let lines = (1..=50)
            .map(|id: i64| {
                vec![
                    Some(id.to_string()),
                    maybe(random, |random| random.i64(1..44).to_string()),
                    maybe(random, |random| pick(random, &["a", "b", "c"])),
                    maybe(random, |random| whole(random, 4)),
                    maybe(random, money),
                ]
            })
            .collect();
        let notes = (1..=20)
            .map(|id: i64| {
                let text = maybe(random, |random| pick(random, &["hi", "complaint", "refund"]));
                vec![Some(id.to_string()), maybe(random, |random| random.i64(1..26).to_string()), text]
            })
            .collect();
        let table = |entity, columns, rows| Table { entity, columns, rows };
        let tables = vec![
            table(
                "company",
                &[("id", "integer"), ("industry", "string"), ("size", "integer")][..],
                companies,
            ),
            table(
                "customer",
                &[
                    ("id", "integer"),
                    ("company_id", "integer"),
                    ("name", "string"),
                    ("country", "string"),
                    ("plan", "string"),
                    ("age", "integer"),
                    ("visits", "integer"),
                    ("balance", "decimal(12,2)"),
                    ("score", "float"),
                    ("active", "boolean"),
                    ("vip", "boolean"),
                    ("birthday", "date"),
                    ("created_at", "timestamp"),
                    ("seen_at", "timestamp"),
                ],
                customers,
            ),
            table(
                "order",
                &[
                    ("id", "integer"),
                    ("customer_id", "integer"),
                    ("status", "string"),
                    ("total", "decimal(12,2)"),
                    ("items", "integer"),
                    ("shipped_on", "date"),
                    ("ordered_at", "timestamp"),
                ],
                orders,
            ),
            table(
                "line",
                &[
                    ("id", "integer"),
                    ("order_id", "integer"),
                    ("sku", "string"),
                    ("quantity", "integer"),
                    ("price", "decimal(12,2)"),
                ],
                lines,
            ),
            table("note", &[("id", "integer"), ("customer_id", "integer"), ("text", "string")], notes),
        ];
        Self { zone, tables }
    }

    pub(super) fn project(&self) -> Memory {
        let config =
            format!("name: shop\ntimezone: {}\ntargets: {{ duckdb: {{}}, postgres: {{}} }}\n", self.zone);
        Memory::new().with("segc.yml", config).with("catalog/shop.yml", CATALOG)
    }

    pub(super) fn data(&self, catalog: &Arc<Catalog>) -> Data {
        let mut data = Data::new(catalog);
        for table in &self.tables {
            for row in &table.rows {
                let values = table.columns.iter().zip(row).map(|((name, ty), text)| {
                    let ty = segc::syntax::parse_type(ty).expect("a type");
                    let value = text.as_ref().map_or(Datum::Missing, |text| match ty {
                        segc::types::Type::String => Datum::String(text.clone()),
                        _ => parse(text, &ty, &Storage::Native).expect("a value"),
                    });
                    (*name, value)
                });
                data.push(table.entity, values.collect::<Vec<_>>()).expect("it fits");
            }
        }
        data
    }

    pub(super) fn customers(&self) -> usize {
        self.tables[1].rows.len()
    }

    /// Lets the session's zone be the project's.
    pub(super) fn set_zone(&self, _: &str) -> String {
        format!("SET TimeZone = '{}'", self.zone)
    }

    /// The query with the clock as constants.
    pub(super) fn stop_clock(&self, sql: &str) -> String {
        let today = TimeZone::get(self.zone).expect("a zone").to_datetime(as_of()).date();
        sql.replace("NOW()", "TIMESTAMPTZ '2026-03-31 12:30:00+00'")
            .replace("CURRENT_DATE", &format!("DATE '{today}'"))
    }

    /// A customer with its rows, for messages.
    pub(super) fn describe(&self, key: Option<&Vec<Datum>>) -> String {
        let Some([Datum::Integer(id)]) = key.map(Vec::as_slice) else { return String::new() };
        let id = id.to_string();
        let mut text = format!("zone {}\n", self.zone);
        for table in &self.tables {
            let column = if table.entity == "customer" { "id" } else { "customer_id" };
            let Some(at) = table.columns.iter().position(|(name, _)| *name == column) else { continue };
            for row in table.rows.iter().filter(|row| row[at].as_ref() == Some(&id)) {
                let cells = table
                    .columns
                    .iter()
                    .zip(row)
                    .map(|((name, _), value)| format!("{name}={}", value.as_deref().unwrap_or("NULL")));
                let _ = writeln!(text, "{}: {}", table.entity, cells.collect::<Vec<_>>().join(" "));
            }
        }
        text
    }
}
