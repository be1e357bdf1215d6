//! The catalog that random segments are written over, and random rows for it.

use crate::tape::Tape;

/// The instant that every case is evaluated at: the day on which clocks in London move.
pub const AS_OF: &str = "2026-03-29T12:30:00Z";

/// What the generator knows of an entity.
pub struct Entity {
    pub name: &'static str,
    pub table: &'static str,
    /// (name, kind, may be missing)
    pub fields: &'static [(&'static str, Kind, bool)],
    /// (link, entity), to one.
    pub one: &'static [(&'static str, &'static str)],
    /// (link, entity), to many.
    pub many: &'static [(&'static str, &'static str)],
    pub time: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Key,
    /// A reference to the rows of another entity.
    Ref(&'static str),
    Text,
    Closed,
    Integer,
    Decimal,
    Float,
    Boolean,
    Date,
    Timestamp,
}

pub const PLANS: &[&str] = &["free", "premium", "enterprise"];
pub const EVENTS: &[&str] = &["view", "Add To Cart", "it's \"bought\""];

pub const ENTITIES: &[Entity] = &[
    Entity {
        name: "customer",
        table: "customers",
        fields: &[
            ("id", Kind::Key, false),
            ("company_id", Kind::Ref("company"), true),
            ("name", Kind::Text, true),
            ("plan", Kind::Closed, true),
            ("age", Kind::Integer, true),
            ("visits_total", Kind::Integer, false),
            ("score", Kind::Float, true),
            ("balance", Kind::Decimal, true),
            ("credit", Kind::Decimal, false),
            ("signed_up_at", Kind::Timestamp, true),
            ("created_at", Kind::Timestamp, false),
            ("born", Kind::Date, true),
            ("active", Kind::Boolean, true),
            ("verified", Kind::Boolean, false),
        ],
        one: &[("company", "company")],
        many: &[("orders", "order"), ("events", "event"), ("days", "day")],
        time: None,
    },
    Entity {
        name: "company",
        table: "companies",
        fields: &[
            ("company_id", Kind::Key, false),
            ("parent_id", Kind::Ref("company"), true),
            ("name", Kind::Text, true),
            ("size", Kind::Integer, true),
            ("founded", Kind::Date, true),
        ],
        one: &[("parent", "company")],
        many: &[("people", "customer"), ("branches", "company")],
        time: None,
    },
    Entity {
        name: "order",
        table: "orders",
        fields: &[
            ("order_no", Kind::Key, false),
            ("customer_id", Kind::Ref("customer"), true),
            ("total", Kind::Decimal, true),
            ("status", Kind::Text, true),
            ("ordered_at", Kind::Timestamp, true),
            ("gift", Kind::Boolean, true),
        ],
        one: &[("customer", "customer")],
        many: &[("lines", "line")],
        time: Some("ordered_at"),
    },
    Entity {
        name: "line",
        table: "lines",
        fields: &[
            ("order_no", Kind::Key, false),
            ("line_no", Kind::Key, false),
            ("product", Kind::Text, true),
            ("quantity", Kind::Integer, true),
            ("price", Kind::Decimal, true),
            ("weight", Kind::Float, true),
        ],
        one: &[("order", "order")],
        many: &[],
        time: None,
    },
    Entity {
        name: "event",
        table: "events",
        fields: &[
            ("event_id", Kind::Key, false),
            ("customer_id", Kind::Ref("customer"), true),
            ("kind", Kind::Text, true),
            ("at", Kind::Timestamp, true),
            ("amount", Kind::Integer, true),
        ],
        one: &[("customer", "customer")],
        many: &[],
        time: Some("at"),
    },
    Entity {
        name: "day",
        table: "days",
        fields: &[
            ("day_id", Kind::Key, false),
            ("customer_id", Kind::Ref("customer"), true),
            ("day", Kind::Date, true),
            ("pages", Kind::Integer, true),
        ],
        one: &[("customer", "customer")],
        many: &[],
        time: Some("day"),
    },
];

pub fn entity(name: &str) -> &'static Entity {
    ENTITIES.iter().find(|entity| entity.name == name).expect("an entity of this world")
}

/// The catalog as a user would write it.
pub const CATALOG: &str = r#"
entities:
  customer:
    table: world.customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      company_id: integer
      name: string
      plan: { type: string, values: [free, premium, enterprise] }
      age: integer
      visits_total: { type: integer, nullable: false }
      score: float
      balance: { type: "decimal(12,2)" }
      credit: { type: "decimal(12,2)", nullable: false }
      signed_up_at: timestamp
      created_at: { type: timestamp, nullable: false }
      born: date
      active: boolean
      verified: { type: boolean, nullable: false }
    links:
      company: { to: company, on: { company_id: company_id } }
      orders: { to: order, many: true, on: { id: customer_id } }
      events: { to: event, many: true, on: { id: customer_id } }
      days: { to: day, many: true, on: { id: customer_id } }
  company:
    table: world.companies
    key: company_id
    fields:
      company_id: integer
      parent_id: integer
      name: string
      size: integer
      founded: date
    links:
      parent: { to: company, on: { parent_id: company_id } }
      people: { to: customer, many: true, on: { company_id: company_id } }
      branches: { to: company, many: true, on: { company_id: parent_id } }
  order:
    table: world.orders
    key: order_no
    time: ordered_at
    fields:
      order_no: string
      customer_id: integer
      total: { type: "decimal(10,2)" }
      status: string
      ordered_at: timestamp
      gift: boolean
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { order_no: order_no } }
  line:
    table: world.lines
    key: [order_no, line_no]
    fields:
      order_no: string
      line_no: integer
      product: string
      quantity: integer
      price: { type: "decimal(10,4)" }
      weight: float
    links:
      order: { to: order, on: { order_no: order_no } }
  event:
    table: world.events
    key: event_id
    time: at
    event_name: kind
    fields:
      event_id: integer
      customer_id: integer
      kind: string
      at: timestamp
      amount: integer
    links:
      customer: { to: customer, on: { customer_id: id } }
  day:
    table: world.days
    key: day_id
    time: day
    fields:
      day_id: integer
      customer_id: integer
      day: date
      pages: integer
    links:
      customer: { to: customer, on: { customer_id: id } }
"#;

const TEXTS: &[&str] = &["paid", "", "Paid", "a%b_c", " trim ", "it's", "PAID IN FULL", "ünï", "\\", "z"];
pub const INSTANTS: &[&str] = &[
    "2026-03-29T12:30:00Z",
    "2026-03-29T12:29:59.999999Z",
    "2026-03-22T12:30:00Z",
    "2026-03-22T11:30:00Z",
    "2026-03-22T12:29:59.999999Z",
    "2026-02-28T12:30:00Z",
    "2026-03-29T00:00:00Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-03-28T05:00:00Z",
    "2026-03-01T00:00:00Z",
    "2025-10-26T00:30:00Z",
    "2025-10-26T01:30:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2026-01-01T00:00:00Z",
    "2026-03-23T00:00:00Z",
    "2026-04-05T12:30:00Z",
    "2026-04-01T00:00:00Z",
    "2026-03-29T12:30:00.000001Z",
    "2026-04-05T12:29:59.999999Z",
    "2024-02-29T10:00:00Z",
];
pub const DATES: &[&str] = &[
    "2026-03-29",
    "2026-03-28",
    "2026-03-30",
    "2026-03-22",
    "2026-03-01",
    "2026-02-28",
    "2025-12-31",
    "2024-02-29",
    "2026-04-05",
    "2026-04-01",
    "1990-05-17",
];

/// Rows as text, one list a table, in the order of [`ENTITIES`]; `None` is missing.
pub type Rows = Vec<Vec<Vec<Option<String>>>>;

/// Random rows, with orphans, ties and missing values.
pub fn rows(tape: &mut Tape<'_>) -> Rows {
    ENTITIES
        .iter()
        .map(|entity| {
            let most = if entity.many.is_empty() { 9 } else { 6 };
            (0..tape.below(most) + 1).map(|at| row(entity, at, tape)).collect()
        })
        .collect()
}

fn row(entity: &Entity, at: usize, tape: &mut Tape<'_>) -> Vec<Option<String>> {
    let cell = |&(name, kind, nullable): &(&str, Kind, bool), tape: &mut Tape<'_>| {
        if nullable && tape.one_in(5) {
            return None;
        }
        Some(match kind {
            // Lines belong to orders that may not exist, and number from 1.
            Kind::Key if name == "order_no" && entity.name == "line" => order_no(at / 2),
            Kind::Key if name == "order_no" => order_no(at),
            Kind::Key => (at + 1).to_string(),
            Kind::Ref(_) => (tape.below(7) + 1).to_string(),
            Kind::Text if name == "kind" => tape.pick(EVENTS).to_owned(),
            Kind::Text if tape.one_in(3) => tape.pick(crate::text::TEXTS).to_owned(),
            Kind::Text => tape.pick(TEXTS).to_owned(),
            Kind::Closed => tape.pick(PLANS).to_owned(),
            Kind::Integer => (i64::try_from(tape.below(12)).expect("small") - 3).to_string(),
            Kind::Decimal => tape.pick(&["0", "1.5", "-2.25", "10", "99.99", "0.01", "2.5"]).to_owned(),
            Kind::Float => tape.pick(&["0", "0.5", "-1.25", "3.75", "100"]).to_owned(),
            Kind::Boolean => if tape.below(2) == 0 { "true" } else { "false" }.to_owned(),
            Kind::Date => tape.pick(DATES).to_owned(),
            Kind::Timestamp => tape.pick(INSTANTS).to_owned(),
        })
    };
    entity.fields.iter().map(|field| cell(field, tape)).collect()
}

fn order_no(at: usize) -> String {
    match at {
        0 => "A'1".to_owned(),
        1 => "B\"2".to_owned(),
        _ => format!("N{at}"),
    }
}
