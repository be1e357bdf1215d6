//! The catalogs of refreshed segments: a small shop, and declarations of how its rows change. The
//! tables are always the same; the declarations vary. The entities of the whole language are in
//! `language.rs`.

use std::fmt::Write as _;

/// What a field holds, which decides how random values are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Part of the key: a number that the row is named by.
    Key,
    /// The key of a row of another entity, which may not be there.
    Ref(&'static str),
    Text(&'static [&'static str]),
    Number(&'static [&'static str]),
    Boolean,
    Date,
    Timestamp,
    /// A column that says when a row arrived, changed or went.
    Stamp,
    /// Read from the document in another field, whose value it has in a row of a case.
    Inside(&'static str),
}

#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub ty: &'static str,
    pub kind: Kind,
}

/// An entity; `links` are lines of YAML.
#[derive(Debug)]
pub struct Entity {
    pub name: &'static str,
    pub table: &'static str,
    pub key: usize,
    pub time: Option<&'static str>,
    pub event_name: Option<&'static str>,
    pub fields: &'static [Field],
    pub links: &'static [&'static str],
    /// How many rows there are at most.
    pub most: usize,
}

const fn field(name: &'static str, ty: &'static str, kind: Kind) -> Field {
    Field { name, ty, kind }
}

const SMALL: &[&str] = &["0", "1", "2", "3", "5", "-2"];
const COUNTS: &[&str] = &["1", "2", "3", "5", "0"];
/// Sums of these differ by the order in which floats are added.
const TENTHS: &[&str] = &["0.1", "0.2", "0.3", "1", "2.5"];
const AMOUNTS: &[&str] = &["10", "0.1", "0.2", "0.3", "-50", "5", "2.5", "10"];

/// Those that others refer to come first.
pub const ENTITIES: &[Entity] = &[
    Entity {
        name: "customer",
        table: "customers",
        key: 1,
        time: None,
        event_name: None,
        fields: &[
            field("id", "integer", Kind::Key),
            field("company_id", "integer", Kind::Ref("company")),
            field("plan_id", "integer", Kind::Ref("plan")),
            field("country", "string", Kind::Text(&["US", "DE", "GB"])),
            field("tier", "string", Kind::Text(&["gold", "free", "trial"])),
            field("score", "integer", Kind::Number(SMALL)),
            field("ratio", "float", Kind::Number(TENTHS)),
            field("credit_days", "integer", Kind::Number(&["30", "7", "1", "0"])),
            field("active", "boolean", Kind::Boolean),
            field("signed_up_at", "timestamp", Kind::Timestamp),
            field("last_seen_at", "timestamp", Kind::Timestamp),
            field("born", "date", Kind::Date),
            field("updated_at", "timestamp", Kind::Stamp),
            field("deleted_at", "timestamp", Kind::Stamp),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &[
            "company: { to: company, on: { company_id: id } }",
            "plan: { to: plan, on: { plan_id: id } }",
            "orders: { to: order, many: true, on: { id: customer_id } }",
            "events: { to: event, many: true, on: { id: customer_id } }",
            "visits: { to: visit, many: true, on: { id: customer_id } }",
            "days: { to: day, many: true, on: { id: customer_id } }",
        ],
        most: 12,
    },
    Entity {
        name: "company",
        table: "companies",
        key: 1,
        time: None,
        event_name: None,
        fields: &[
            field("id", "integer", Kind::Key),
            field("name", "string", Kind::Text(&["Acme", "Bolt"])),
            field("size", "integer", Kind::Number(COUNTS)),
            field("opened_at", "timestamp", Kind::Timestamp),
            field("updated_at", "timestamp", Kind::Stamp),
            field("deleted_at", "timestamp", Kind::Stamp),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &["people: { to: customer, many: true, on: { id: company_id } }"],
        most: 5,
    },
    Entity {
        name: "plan",
        table: "plans",
        key: 1,
        time: None,
        event_name: None,
        fields: &[field("id", "integer", Kind::Key), field("level", "integer", Kind::Number(COUNTS))],
        links: &[],
        most: 2,
    },
    Entity {
        name: "order",
        table: "orders",
        key: 1,
        time: Some("ordered_at"),
        event_name: None,
        fields: &[
            field("id", "integer", Kind::Key),
            field("customer_id", "integer", Kind::Ref("customer")),
            field("status", "string", Kind::Text(&["paid", "refunded", "pending"])),
            field("total", "\"decimal(10,2)\"", Kind::Number(AMOUNTS)),
            field("weight", "float", Kind::Number(TENTHS)),
            field("ordered_at", "timestamp", Kind::Timestamp),
            field("due_at", "timestamp", Kind::Timestamp),
            field("hidden", "boolean", Kind::Boolean),
            field("updated_at", "timestamp", Kind::Stamp),
            field("deleted_at", "timestamp", Kind::Stamp),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &[
            "customer: { to: customer, on: { customer_id: id } }",
            "lines: { to: line, many: true, on: { id: order_id } }",
        ],
        most: 20,
    },
    Entity {
        name: "line",
        table: "lines",
        key: 2,
        time: None,
        event_name: None,
        fields: &[
            field("order_id", "integer", Kind::Key),
            field("line_no", "integer", Kind::Key),
            field("product", "string", Kind::Text(&["tea", "cup"])),
            field("quantity", "integer", Kind::Number(SMALL)),
            field("price", "\"decimal(10,4)\"", Kind::Number(AMOUNTS)),
            field("updated_at", "timestamp", Kind::Stamp),
            field("deleted_at", "timestamp", Kind::Stamp),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &["order: { to: order, on: { order_id: id } }"],
        most: 20,
    },
    Entity {
        name: "event",
        table: "events",
        key: 1,
        time: Some("at"),
        event_name: Some("kind"),
        fields: &[
            field("id", "integer", Kind::Key),
            field("customer_id", "integer", Kind::Ref("customer")),
            field("kind", "string", Kind::Text(&["view", "cart", "buy"])),
            field("at", "timestamp", Kind::Timestamp),
            field("amount", "integer", Kind::Number(SMALL)),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &["customer: { to: customer, on: { customer_id: id } }"],
        most: 26,
    },
    Entity {
        name: "visit",
        table: "visits",
        key: 1,
        time: Some("at"),
        event_name: None,
        fields: &[
            field("id", "integer", Kind::Key),
            field("customer_id", "integer", Kind::Ref("customer")),
            field("at", "timestamp", Kind::Timestamp),
            field("pages", "integer", Kind::Number(COUNTS)),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &["customer: { to: customer, on: { customer_id: id } }"],
        most: 16,
    },
    Entity {
        name: "day",
        table: "days",
        key: 1,
        time: Some("day"),
        event_name: None,
        fields: &[
            field("id", "integer", Kind::Key),
            field("customer_id", "integer", Kind::Ref("customer")),
            field("day", "date", Kind::Date),
            field("pages", "integer", Kind::Number(COUNTS)),
            field("loaded_at", "timestamp", Kind::Stamp),
        ],
        links: &["customer: { to: customer, on: { customer_id: id } }"],
        most: 16,
    },
];

pub fn entity_at(name: &str) -> usize {
    place(ENTITIES, name)
}

/// The place of an entity among these.
pub fn place(entities: &[Entity], name: &str) -> usize {
    entities.iter().position(|entity| entity.name == name).unwrap_or_else(|| panic!("no entity `{name}`"))
}

impl Entity {
    pub fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    pub fn place(&self, name: &str) -> usize {
        self.find(name).unwrap_or_else(|| panic!("{} has no field `{name}`", self.name))
    }

    /// The names of its events.
    pub fn events(&self) -> &'static [&'static str] {
        let name = self.event_name.map(|name| self.fields[self.place(name)].kind);
        match name {
            Some(Kind::Text(events)) => events,
            _ => &[],
        }
    }

    /// A table for each event. The first has no `amount`; the last calls its time otherwise.
    fn event_tables(&self) -> String {
        let mut text = "    tables:\n".to_owned();
        for (at, event) in self.events().iter().enumerate() {
            let fields = if at == 0 { "" } else { ", fields: [amount]" };
            let columns = if at + 1 == self.events().len() { ", columns: { at: happened }" } else { "" };
            let _ =
                writeln!(text, "      {event}: {{ table: world.{}_{event}{fields}{columns} }}", self.table);
        }
        text
    }

    /// The key of its rows by their numbers.
    pub fn key_of(&self, number: usize) -> Vec<String> {
        if self.key == 1 {
            return vec![(number + 1).to_string()];
        }
        let (first, second) = (number / 2 + 1, number % 2 + 1);
        let second = if self.fields[1].ty.contains("date") {
            format!("2026-03-{:02}", 15 + 7 * second)
        } else {
            second.to_string()
        };
        vec![first.to_string(), second]
    }

    /// Fields inside a document have the document itself.
    pub fn copy_documents(&self, cells: &mut [Option<String>]) {
        for (at, field) in self.fields.iter().enumerate() {
            if let Kind::Inside(document) = field.kind {
                cells[at] = cells[self.place(document)].clone();
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deletes {
    Never,
    Soft,
    Hard,
    /// By a boolean: customers that aren't active, and other rows that are hidden.
    Flag,
}

impl Deletes {
    /// The boolean that marks rows of an entity, and its value in deleted ones.
    pub fn flag(self, entity: &str) -> Option<(&'static str, bool)> {
        match (self, entity) {
            (Self::Flag, "customer") => Some(("active", false)),
            (Self::Flag, _) => Some(("hidden", true)),
            _ => None,
        }
    }
}

/// How rows come and change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changes {
    Append,
    Mutable,
    Static,
}

/// What the catalog declares of an entity.
#[derive(Clone, Debug)]
pub struct Declared {
    pub changes: Changes,
    /// Whether `loaded_at` is the stamp; else `updated_at`, or the time of an event.
    pub ingested: bool,
    pub deletes: Deletes,
    pub immutable: Vec<&'static str>,
    /// In hours.
    pub settle: Option<i64>,
    /// In days.
    pub lateness: i64,
    /// After how many days everything is evaluated again, whatever was declared.
    pub rebuild_every: Option<i64>,
    /// How columns hold its stamps and its time.
    pub encoding: Option<Encoding>,
    /// Whether there is a table for each event, of which some lack a field.
    pub per_event: bool,
}

/// How a column of integers holds instants. The columns are beside those that hold the same as instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Encoding {
    pub name: &'static str,
    /// What is added to the name of a field to get that of its column.
    pub suffix: &'static str,
    micros: i64,
}

pub const ENCODINGS: &[Encoding] = &[
    Encoding { name: "epoch_seconds", suffix: "_s", micros: 1_000_000 },
    Encoding { name: "epoch_millis", suffix: "_ms", micros: 1_000 },
    Encoding { name: "epoch_micros", suffix: "_us", micros: 1 },
];

/// The suffix of columns that hold dates as numbers: `20260331`.
pub const DIGITS: &str = "_n";

/// What a column holds of a field's value. Instants between two counts are the later one: a stamp that tells too
/// late a time only makes more keys affected.
pub fn held(field: &str, column: &str, text: &str) -> String {
    match column.strip_prefix(field).unwrap_or_default() {
        "" => text.to_owned(),
        DIGITS => text.replace('-', ""),
        suffix => {
            let encoding = ENCODINGS.iter().find(|one| one.suffix == suffix).expect("an encoding");
            let micros = text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond();
            (-(-micros).div_euclid(encoding.micros)).to_string()
        }
    }
}

/// The declarations for each entity.
pub type Facts = Vec<Declared>;

/// What lets the most be refreshed by keys.
pub fn best() -> Facts {
    let of = |changes, ingested, deletes, immutable: &[&'static str], lateness| Declared {
        changes,
        ingested,
        deletes,
        immutable: immutable.to_vec(),
        settle: Some(1),
        lateness,
        rebuild_every: None,
        encoding: None,
        per_event: false,
    };
    use Changes::{Append, Mutable, Static};
    use Deletes::{Hard, Never};
    vec![
        of(Mutable, false, Hard, &["id", "country", "signed_up_at", "born"], 0),
        of(Mutable, false, Never, &["id"], 0),
        of(Static, false, Never, &[], 0),
        of(Mutable, false, Never, &["id", "customer_id"], 0),
        of(Append, true, Never, &[], 0),
        of(Append, false, Never, &[], 2),
        of(Append, true, Never, &[], 0),
        of(Append, false, Never, &[], 2),
    ]
}

impl Declared {
    /// Whether the value of a field must stay as it is.
    pub fn is_fixed(&self, entity: &Entity, field: usize) -> bool {
        // No row moves from the table of one event to that of another.
        if self.per_event && entity.event_name == Some(entity.fields[field].name) {
            return true;
        }
        match self.changes {
            Changes::Append | Changes::Static => true,
            Changes::Mutable => field < entity.key || self.immutable.contains(&entity.fields[field].name),
        }
    }

    /// The fields whose greatest is the stamp: `None` for a static entity.
    pub fn stamps(&self, entity: &Entity) -> Option<Vec<usize>> {
        let names: &[&str] = match self.changes {
            Changes::Static => return None,
            _ if self.ingested => &["loaded_at"],
            Changes::Append => {
                return Some(entity.time.map(|time| vec![entity.place(time)]).unwrap_or_default());
            }
            Changes::Mutable if self.deletes == Deletes::Soft => &["updated_at", "deleted_at"],
            Changes::Mutable => &["updated_at"],
        };
        Some(names.iter().map(|name| entity.place(name)).collect())
    }

    /// Where the column of a field is another one.
    fn column(&self, entity: &Entity, field: &Field) -> String {
        let is_time = field.kind == Kind::Stamp || entity.time == Some(field.name);
        match self.encoding.filter(|_| is_time) {
            None => String::new(),
            Some(_) if field.kind == Kind::Date => {
                format!(", column: {}{DIGITS}, encoding: yyyymmdd, storage: integer", field.name)
            }
            Some(Encoding { name, suffix, .. }) => {
                format!(", column: {}{suffix}, encoding: {name}", field.name)
            }
        }
    }

    fn yaml(&self) -> String {
        let loaded = if self.ingested { "ingested_at: loaded_at" } else { "" };
        match self.changes {
            Changes::Static => "    changes: static\n".to_owned(),
            Changes::Append => {
                let lateness = if self.lateness > 0 {
                    format!("lateness: {} days", self.lateness)
                } else {
                    String::new()
                };
                let options = [lateness.as_str(), loaded].join(", ");
                let options = options.trim_matches([',', ' ']);
                if options.is_empty() {
                    return "    changes: append_only\n".to_owned();
                }
                format!("    changes: {{ append_only: {{ {options} }} }}\n")
            }
            Changes::Mutable => {
                let soft = if self.deletes == Deletes::Soft { ", deleted_at: deleted_at" } else { "" };
                let stamp = if self.ingested { loaded } else { "updated_at: updated_at" };
                let fixed = self.immutable.join(", ");
                format!("    changes: {{ mutable: {{ {stamp}{soft}, immutable: [{fixed}] }} }}\n")
            }
        }
    }
}

/// The catalog, as a user would write it.
pub fn catalog(entities: &[Entity], facts: &Facts) -> String {
    let mut text = "entities:\n".to_owned();
    for (entity, declared) in entities.iter().zip(facts) {
        let keys: Vec<&str> = entity.fields[..entity.key].iter().map(|field| field.name).collect();
        let _ = writeln!(text, "  {}:", entity.name);
        match declared.per_event {
            false => drop(writeln!(text, "    table: world.{}", entity.table)),
            true => text.push_str(&entity.event_tables()),
        }
        let _ = writeln!(text, "    key: [{}]", keys.join(", "));
        if let Some(time) = entity.time {
            let _ = writeln!(text, "    time: {time}");
        }
        if let Some(name) = entity.event_name {
            let _ = writeln!(text, "    event_name: {name}");
        }
        text.push_str(&declared.yaml());
        let deletes = match declared.deletes.flag(entity.name) {
            None => format!("{:?}", declared.deletes).to_lowercase(),
            Some((flag, true)) => format!("{{ soft: {flag} }}"),
            Some((flag, false)) => format!("{{ soft: {{ not: {flag} }} }}"),
        };
        let _ = writeln!(text, "    deletes: {deletes}");
        if let Some(hours) = declared.settle {
            let _ = writeln!(text, "    settle: {hours} hours");
        }
        if let Some(days) = declared.rebuild_every {
            let _ = writeln!(text, "    rebuild_every: {days} days");
        }
        text.push_str("    fields:\n");
        for (at, field) in entity.fields.iter().enumerate() {
            let missing = if at < entity.key { ", nullable: false" } else { "" };
            let least = if entity.name == "visit" && field.name == "pages" { ", min: 0" } else { "" };
            let column = declared.column(entity, field);
            let _ = writeln!(text, "      {}: {{ type: {}{missing}{least}{column} }}", field.name, field.ty);
        }
        if !entity.links.is_empty() {
            text.push_str("    links:\n");
        }
        for link in entity.links {
            let _ = writeln!(text, "      {link}");
        }
    }
    text
}
