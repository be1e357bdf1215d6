//! The catalogs of random segments: the same entities in every case, with columns whose nullability
//! and storage depend on the case.

mod rows;
mod shapes;

use std::fmt::Write;

use crate::support::tape::Tape;

pub use rows::{DATES, INSTANTS, Rows, random as random_rows, values};
pub use shapes::{EVENTS, PLANS};

/// What the values of a field are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A whole number that numbers the rows.
    Number,
    /// A text that numbers the rows, with quotes.
    OrderNo,
    /// The key of one of the rows of another entity, or of none.
    Ref,
    RefOrder,
    Text,
    /// One of a few words, which several entities share.
    Channel,
    /// The name of an event.
    Event,
    /// A closed set.
    Plan,
    Version,
    Integer,
    Decimal,
    Float,
    Boolean,
    Date,
    Timestamp,
    Tags,
    Scores,
    /// A JSON document.
    Document,
    /// When the row was deleted.
    Mark,
}

impl Kind {
    /// Its type in a catalog.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Number | Self::Ref | Self::Integer => "integer",
            Self::OrderNo | Self::RefOrder | Self::Text | Self::Channel | Self::Event | Self::Plan => {
                "string"
            }
            Self::Version => "semver",
            Self::Decimal => "decimal",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp | Self::Mark => "timestamp",
            Self::Tags => "array<string>",
            Self::Scores => "array<integer>",
            Self::Document => "json",
        }
    }

    pub fn is_exact(self) -> bool {
        matches!(self, Self::Number | Self::Ref | Self::Integer | Self::Decimal)
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Channel | Self::Event | Self::OrderNo | Self::RefOrder)
    }

    pub fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }

    pub fn is_array(self) -> bool {
        matches!(self, Self::Tags | Self::Scores)
    }

    /// Whether values can be compared for equality.
    pub fn is_single(self) -> bool {
        !self.is_array() && self != Self::Document && self != Self::Mark
    }
}

/// A field of a case.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    /// Its type in the catalog.
    pub ty: &'static str,
    pub nullable: bool,
    /// What the catalog says of its column, beside the type: `storage: char`.
    pub storage: &'static str,
    /// The field that holds the document which this is read from.
    pub within: Option<&'static str>,
}

/// An entity of a case.
#[derive(Clone, Debug)]
pub struct Entity {
    pub name: &'static str,
    pub table: &'static str,
    pub key: &'static [&'static str],
    pub fields: Vec<Field>,
    pub one: &'static [Link],
    pub many: &'static [Link],
    pub time: Option<&'static str>,
    /// Lines of the catalog: how its rows change.
    pub changes: String,
}

/// (name, the entity's place in the world, own field, the other's field); the own one may have
/// another pair before it.
pub type Link = (&'static str, usize, &'static str, &'static str);

/// The entities of a case.
#[derive(Clone, Debug)]
pub struct World {
    pub entities: Vec<Entity>,
    /// Whether there is a table for each event, with some of the fields.
    pub per_event: bool,
    /// Whether there is a table for each day, where a target can have one.
    pub per_day: Option<Days>,
}

/// What the catalog says of tables for each day.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    pub zone: &'static str,
    /// How many days the day of a row's table may be from the day of its time.
    pub late: i64,
}

impl World {
    /// A world whose columns are drawn; at the end of the tape all may be missing, and are
    /// stored as their types say.
    pub fn random(tape: &mut Tape<'_>) -> Self {
        let entities = shapes::SHAPES.iter().map(|shape| shape.entity(tape)).collect();
        // One draw for all of it, so that what is drawn next is the same wherever events are.
        let drawn = tape.below(12);
        let (places, choice) = (drawn % 3, drawn / 3);
        let zones = ["UTC", "America/New_York", "Asia/Tokyo", "America/St_Johns"];
        let per_day = (places == 2).then(|| Days { zone: zones[choice], late: [0, 1, 3, 0][choice] });
        Self { entities, per_event: places == 1, per_day }
    }

    /// The place of an entity.
    pub fn find(&self, name: &str) -> usize {
        self.entities.iter().position(|entity| entity.name == name).expect("an entity of this world")
    }

    /// The catalog as a user would write it.
    pub fn catalog(&self) -> String {
        let mut text = String::from("entities:\n");
        for entity in &self.entities {
            let (name, table, key) = (entity.name, entity.table, entity.key.join(", "));
            let is_event = entity.fields.iter().any(|field| field.kind == Kind::Event);
            let place = match (self.per_event, self.per_day) {
                (true, _) if is_event => tables(table),
                (_, Some(days)) if is_event => of_days(table, days),
                _ => format!("    table: world.{table}\n"),
            };
            let _ = writeln!(text, "  {name}:\n{place}    key: [{key}]");
            if let Some(time) = entity.time {
                let _ = writeln!(text, "    time: {time}");
            }
            if let Some(event) = entity.fields.iter().find(|field| field.kind == Kind::Event) {
                let _ = writeln!(text, "    event_name: {}", event.name);
            }
            text.push_str(&entity.changes);
            text.push_str("    fields:\n");
            for field in &entity.fields {
                let _ = writeln!(text, "      {}: {{ {} }}", field.name, declaration(field));
            }
            text.push_str("    links:\n");
            for (links, many) in [(entity.one, ""), (entity.many, "many: true, ")] {
                for (link, to, own, other) in links {
                    let to = self.entities[*to].name;
                    let _ = writeln!(text, "      {link}: {{ to: {to}, {many}on: {{ {own}: {other} }} }}");
                }
            }
        }
        text
    }
}

/// A table for each event: each lacks something, and one calls the time otherwise.
fn tables(table: &str) -> String {
    let held = ["fields: [channel, props]", "fields: [channel, amount, app, props]"];
    let renamed = "fields: [amount, app, on_day], columns: { at: happened }";
    let held = held.into_iter().chain([renamed]);
    let mut text = "    tables:\n".to_owned();
    for ((number, event), held) in (1..).zip(EVENTS).zip(held) {
        let _ = writeln!(text, "      {event:?}: {{ table: world.{table}_{number}, {held} }}");
    }
    text
}

/// A table for each day, and one for all days on targets that can't have that.
fn of_days(table: &str, Days { zone, late }: Days) -> String {
    let mut text = format!(
        "    table: world.{table}_*\n    shards: {{ zone: {zone}, late: {late} days }}\n    targets:\n"
    );
    for target in ["spark", "clickhouse", "sqlite"] {
        let _ = writeln!(text, "      {target}: {{ table: world.{table} }}");
    }
    text
}

fn declaration(field: &Field) -> String {
    let mut text = format!("type: \"{}\"", field.ty);
    if field.kind == Kind::Plan {
        let _ = write!(text, ", values: [{}]", PLANS.join(", "));
    }
    if !field.nullable {
        text.push_str(", nullable: false");
    }
    if !field.storage.is_empty() {
        let _ = write!(text, ", {}", field.storage);
    }
    text
}
