//! The entities, before a case decides on their columns.

use super::{Entity, Field, Kind, Link};
use crate::support::tape::Tape;

pub const PLANS: &[&str] = &["free", "premium", "enterprise"];
pub const EVENTS: &[&str] = &["view", "Add To Cart", "it's \"bought\""];

/// An entity without its columns' details.
pub struct Shape {
    name: &'static str,
    table: &'static str,
    key: &'static [&'static str],
    fields: &'static [(&'static str, Kind)],
    one: &'static [Link],
    many: &'static [Link],
    time: Option<&'static str>,
}

const CUSTOMER: usize = 0;
const COMPANY: usize = 1;
const ORDER: usize = 2;
const LINE: usize = 3;
const EVENT: usize = 4;
const DAY: usize = 5;

/// Orphans, links to oneself, links in both directions, keys of several parts.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "customer",
        table: "customers",
        key: &["id"],
        fields: &[
            ("id", Kind::Number),
            ("company_id", Kind::Ref),
            ("referrer_id", Kind::Ref),
            ("full_name", Kind::Text),
            ("plan", Kind::Plan),
            ("age", Kind::Integer),
            ("visits_total", Kind::Integer),
            ("score", Kind::Float),
            ("balance", Kind::Decimal),
            ("signed_up_at", Kind::Timestamp),
            ("created_at", Kind::Timestamp),
            ("born", Kind::Date),
            ("active", Kind::Boolean),
            ("verified", Kind::Boolean),
            ("app", Kind::Version),
            ("tags", Kind::Tags),
            ("scores", Kind::Scores),
        ],
        one: &[("company", COMPANY, "company_id", "company_id"), ("referrer", CUSTOMER, "referrer_id", "id")],
        many: &[
            ("orders", ORDER, "id", "customer_id"),
            ("events", EVENT, "id", "customer_id"),
            ("days", DAY, "id", "customer_id"),
            ("referred", CUSTOMER, "id", "referrer_id"),
        ],
        time: None,
    },
    Shape {
        name: "company",
        table: "companies",
        key: &["company_id"],
        fields: &[
            ("company_id", Kind::Number),
            ("parent_id", Kind::Ref),
            ("industry", Kind::Text),
            ("size", Kind::Integer),
            ("founded", Kind::Date),
            ("rating", Kind::Float),
            ("labels", Kind::Tags),
        ],
        one: &[("parent", COMPANY, "parent_id", "company_id")],
        many: &[
            ("people", CUSTOMER, "company_id", "company_id"),
            ("branches", COMPANY, "company_id", "parent_id"),
        ],
        time: None,
    },
    Shape {
        name: "order",
        table: "orders",
        key: &["order_no"],
        fields: &[
            ("order_no", Kind::OrderNo),
            ("customer_id", Kind::Ref),
            ("total", Kind::Decimal),
            ("status", Kind::Text),
            ("channel", Kind::Channel),
            ("ordered_at", Kind::Timestamp),
            ("shipped_on", Kind::Date),
            ("gift", Kind::Boolean),
            ("amount", Kind::Integer),
            ("note", Kind::Document),
        ],
        one: &[("customer", CUSTOMER, "customer_id", "id")],
        many: &[("lines", LINE, "order_no", "order_no")],
        time: Some("ordered_at"),
    },
    Shape {
        name: "line",
        table: "lines",
        key: &["order_no", "line_no"],
        fields: &[
            ("order_no", Kind::RefOrder),
            ("line_no", Kind::Number),
            ("product", Kind::Text),
            ("quantity", Kind::Integer),
            ("price", Kind::Decimal),
            ("weight", Kind::Float),
        ],
        one: &[("order", ORDER, "order_no", "order_no")],
        many: &[],
        time: None,
    },
    Shape {
        name: "event",
        table: "events",
        key: &["event_id"],
        fields: &[
            ("event_id", Kind::Number),
            ("customer_id", Kind::Ref),
            ("kind", Kind::Event),
            ("at", Kind::Timestamp),
            ("channel", Kind::Channel),
            ("amount", Kind::Integer),
            ("app", Kind::Version),
            ("props", Kind::Document),
            ("on_day", Kind::Date),
        ],
        one: &[
            ("customer", CUSTOMER, "customer_id", "id"),
            ("its_day", DAY, "customer_id: customer_id, on_day", "day"),
        ],
        many: &[],
        time: Some("at"),
    },
    Shape {
        name: "day",
        table: "days",
        key: &["customer_id", "day"],
        fields: &[
            ("customer_id", Kind::Ref),
            ("day", Kind::Date),
            ("channel", Kind::Channel),
            ("amount", Kind::Integer),
            ("ratio", Kind::Float),
        ],
        one: &[("customer", CUSTOMER, "customer_id", "id")],
        many: &[("day_events", EVENT, "customer_id: customer_id, day", "on_day")],
        time: Some("day"),
    },
];

/// Fields inside documents: the document's field, name, kind, what the catalog says.
const INSIDE: &[(&str, &str, Kind, &str)] = &[
    ("props", "item", Kind::Text, "column: props, path: item"),
    ("props", "seats", Kind::Integer, "column: props, path: [plan, seats]"),
    ("props", "price", Kind::Decimal, "column: props, path: [plan, price]"),
    ("props", "rate", Kind::Float, "column: props, path: [plan, price]"),
    ("props", "opened", Kind::Boolean, "column: props, path: opened"),
    ("props", "seen_at", Kind::Timestamp, "column: props, path: seen"),
    ("props", "counted_at", Kind::Timestamp, "column: props, path: seen, encoding: epoch_millis"),
    ("props", "due", Kind::Date, "column: props, path: due"),
    ("props", "labels", Kind::Tags, "column: props, path: tags"),
    ("props", "points", Kind::Scores, "column: props, path: points"),
    ("note", "note_item", Kind::Text, "column: note, path: item, from: json_text"),
    ("note", "note_seats", Kind::Integer, "column: note, path: [plan, seats], from: json_text"),
    ("note", "note_opened", Kind::Boolean, "column: note, path: opened, from: json_text"),
    ("note", "note_labels", Kind::Tags, "column: note, path: tags, from: json_text"),
];

/// Entities whose rows may be marked as deleted.
const MARKED: &[&str] = &["order", "company"];

impl Shape {
    pub fn entity(&self, tape: &mut Tape<'_>) -> Entity {
        let field = |&(name, kind): &(&'static str, Kind)| {
            let never = kind.is_single() && tape.one_in(4);
            let storage = match name {
                "note" => "from: json_text",
                // Ends of links, of which one is a key.
                "day" | "on_day" => "",
                _ => storage(kind, tape),
            };
            let ty = match kind {
                Kind::Decimal => tape.pick(&["decimal(12,4)", "decimal(14,6)", "decimal"]),
                kind => kind.type_name(),
            };
            Field { name, kind, ty, nullable: !never, storage, within: None }
        };
        let Self { name, table, key, one, many, time, .. } = *self;
        let mut fields: Vec<Field> = self.fields.iter().map(field).collect();
        for &(document, name, kind, storage) in INSIDE {
            if fields.iter().any(|field| field.name == document) {
                let ty = kind.type_name();
                fields.push(Field { name, kind, ty, nullable: true, storage, within: Some(document) });
            }
        }
        let mut changes = String::new();
        if name == "customer" && tape.one_in(4) {
            // Of a flag that is never missing, too.
            let flag = tape.pick(&["active", "{ not: active }"]);
            changes.push_str(&format!("    deletes: {{ soft: {flag} }}\n"));
        }
        if MARKED.contains(&name) && tape.one_in(2) {
            let (kind, storage) = (Kind::Mark, storage(Kind::Timestamp, tape));
            let ty = kind.type_name();
            fields.push(Field { name: "deleted_at", kind, ty, nullable: true, storage, within: None });
            changes.push_str("    changes: { mutable: { deleted_at: deleted_at } }\n    deletes: soft\n");
        }
        Entity { name, table, key, fields, one, many, time, changes }
    }
}

/// How a column is stored, where that is not as its type says.
fn storage(kind: Kind, tape: &mut Tape<'_>) -> &'static str {
    match kind {
        Kind::Text => tape.pick(&["", "", "", "storage: char"]),
        Kind::Integer => tape.pick(&["", "", "", "storage: int32"]),
        Kind::Float => tape.pick(&["", "storage: float_nan", "storage: float32"]),
        Kind::Timestamp => {
            let zoned = ["", "", "", "", "zone: Europe/London", "zone: America/New_York", "zone: UTC"];
            if tape.one_in(4) {
                tape.pick(&["encoding: epoch_seconds", "encoding: epoch_millis", "encoding: epoch_micros"])
            } else {
                tape.pick(&zoned)
            }
        }
        Kind::Date => tape.pick(&["", "", "", "encoding: yyyymmdd", "encoding: yyyymmdd, storage: integer"]),
        Kind::Version => tape.pick(&["", "", "encoding: loose"]),
        _ => "",
    }
}
