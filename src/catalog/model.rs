//! The catalog, resolved: every name in it has been looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bigdecimal::BigDecimal;

pub use super::column::{Container, Inside, Step, Storage};
use super::dbt::DbtNode;
use super::list::KeyList;
use super::shards::Shards;
use super::tables::EventTable;
use crate::diagnostic::{SourceId, Span};
use crate::types::{TimeForm, Type, Unit};

/// Index of an entity in [`Catalog::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// Index of a field in [`Entity::fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u32);

/// Index of a link in [`Entity::links`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u32);

/// All entities of a project.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// In the order of their names.
    pub entities: Vec<Entity>,
    /// What is declared but could not be read.
    pub unread: UnreadEntities,
}

/// Entities that are declared but could not be read, which has been reported.
#[derive(Debug, Clone, Default)]
pub struct UnreadEntities {
    /// Their names, as far as they are known.
    pub(crate) names: BTreeSet<String>,
    /// Whether a whole file could not be read, so that any name may be one of its.
    pub(crate) files: bool,
}

impl UnreadEntities {
    /// Whether an entity of this name may have been declared.
    #[must_use]
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.files || self.names.contains(name)
    }
}

/// What an entity declares that could not be read, which has been reported.
#[derive(Debug, Clone, Default)]
pub struct Unread {
    /// Names of fields whose type is unknown, and of links.
    pub(crate) names: BTreeSet<String>,
    /// It has a `time`.
    pub(crate) time: bool,
    /// It has an `event_name`.
    pub(crate) event_name: bool,
}

impl Catalog {
    /// The entity of an identity that came from this catalog.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0 as usize]
    }

    /// The entity of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<EntityId> {
        let at = self.entities.iter().position(|entity| entity.name == name)?;
        Some(EntityId(u32::try_from(at).ok()?))
    }

    /// Every entity with its identity.
    pub fn iter(&self) -> impl Iterator<Item = (EntityId, &Entity)> {
        (0u32..).map(EntityId).zip(&self.entities)
    }
}

/// A kind of thing: customers, orders, events.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name, in the singular: `customer`.
    pub name: String,
    /// The name in the catalog, for messages.
    pub span: Span,
    /// What people call one of its rows, if not by its name.
    pub singular: Option<String>,
    /// What they call several of them.
    pub plural: Option<String>,
    /// A sentence for people.
    pub description: Option<String>,
    /// The table or query of its rows, on targets that `target_sources` doesn't name.
    pub source: TableSource,
    /// Where they are on targets that differ, by the target's name.
    pub target_sources: BTreeMap<String, TableSource>,
    /// The fields that identify a row, at least one.
    pub key: Vec<FieldId>,
    /// Its fields, in the order in which they are declared.
    pub fields: Vec<Field>,
    /// Its links, in the order in which they are declared.
    pub links: Vec<Link>,
    /// The event time: a date or a timestamp.
    pub time: Option<FieldId>,
    /// The field that holds an event's name, for `events["…"]`.
    pub event_name: Option<FieldId>,
    /// How its rows arrive and change, which decides how segments are refreshed.
    pub changes: Changes,
    /// Whether its rows are ever deleted.
    pub deletes: Deletes,
    /// The boolean that marks deleted rows, if deletes are soft and no time does.
    pub deleted_flag: Option<DeletedFlag>,
    /// The database itself guarantees that keys are unique: no check is needed.
    pub unique_enforced: bool,
    /// How long after a row's stamp it may still become visible.
    pub settle: Option<(i64, Unit)>,
    /// How often segments that read it are rebuilt, however they are refreshed in between.
    pub rebuild_every: Option<(i64, Unit)>,
    /// The node of a dbt project that holds its rows.
    pub dbt: Option<DbtNode>,
    /// How files of sample data write its rows.
    pub read: ReadOptions,
    /// The keys, if its rows are those of a static list.
    pub list: Option<Arc<KeyList>>,
    /// What could not be read.
    pub unread: Unread,
}

impl Entity {
    /// The field of an identity that came from this entity.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[id.0 as usize]
    }

    /// The link of an identity that came from this entity.
    #[must_use]
    pub fn link(&self, id: LinkId) -> &Link {
        &self.links[id.0 as usize]
    }

    /// The field of that name.
    #[must_use]
    pub(crate) fn find_field(&self, name: &str) -> Option<FieldId> {
        let at = self.fields.iter().position(|field| field.name == name)?;
        Some(FieldId(u32::try_from(at).ok()?))
    }

    /// The rows' place on a target.
    #[must_use]
    pub(crate) fn source_on(&self, target: &str) -> &TableSource {
        self.target_sources.get(target).unwrap_or(&self.source)
    }

    /// The field that tells whether a row has been deleted: where it is present, the row is none.
    #[must_use]
    pub fn deleted_at(&self) -> Option<FieldId> {
        match self.changes {
            Changes::Mutable { deleted_at, .. } if self.deletes == Deletes::Soft => deleted_at,
            _ => None,
        }
    }

    /// What tells that a row has been deleted, if deletes are soft.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        match self.deleted_flag {
            Some(flag) if self.deletes == Deletes::Soft => Some(Mark::Flag(flag)),
            _ => self.deleted_at().map(Mark::Time),
        }
    }

    /// Whether the declarations promise that this field of a row never changes.
    #[must_use]
    pub(crate) fn is_immutable(&self, id: FieldId) -> bool {
        match &self.changes {
            Changes::AppendOnly { .. } | Changes::Static => true,
            Changes::Mutable { immutable, .. } => immutable.contains(&id) || self.key.contains(&id),
            Changes::Unknown => false,
        }
    }
}

/// How files of sample data write rows (`read:`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Where it is declared; `None` if it isn't.
    pub(crate) span: Option<Span>,
    /// The files, below the folder of data; named after the table if none are declared.
    pub(crate) files: Vec<(String, Span)>,
    /// The columns of a file whose first line doesn't name them.
    pub(crate) columns: Option<Vec<String>>,
    /// The words for missing values; a blank, if none are declared.
    pub(crate) null: Option<Vec<String>>,
    /// Words for true, beside `true`.
    pub(crate) true_words: Vec<String>,
    /// Words for false, beside `false`.
    pub(crate) false_words: Vec<String>,
    /// The character between values.
    pub(crate) delimiter: Option<u8>,
    /// The character around values.
    pub(crate) quote: Option<u8>,
    /// Quotes are characters like others.
    pub(crate) no_quote: bool,
    /// The character before one that is meant literally.
    pub(crate) escape: Option<u8>,
    /// The encoding; UTF-8 if none is declared.
    pub(crate) encoding: Option<FileEncoding>,
    /// Numbers have a comma for a point.
    pub(crate) decimal_comma: bool,
    /// The character between thousands.
    pub(crate) thousands: Option<char>,
    /// Spaces around values don't count.
    pub(crate) trim: bool,
    pub(crate) date_forms: Vec<TimeForm>,
    pub(crate) timestamp_forms: Vec<TimeForm>,
    /// The IANA zone of times without an offset.
    pub(crate) zone: Option<String>,
}

impl ReadOptions {
    /// Nothing is declared.
    pub(crate) const NONE: Self = Self {
        span: None,
        files: Vec::new(),
        columns: None,
        null: None,
        true_words: Vec::new(),
        false_words: Vec::new(),
        delimiter: None,
        quote: None,
        no_quote: false,
        escape: None,
        encoding: None,
        decimal_comma: false,
        thousands: None,
        trim: false,
        date_forms: Vec::new(),
        timestamp_forms: Vec::new(),
        zone: None,
    };

    /// Whether they say the same, wherever they are declared.
    #[must_use]
    pub(crate) fn same(&self, other: &Self) -> bool {
        let plain = |read: &Self| {
            let files = read.files.iter().map(|(file, _)| (file.clone(), Span::new(SourceId(0), 0, 0)));
            Self { span: None, files: files.collect(), ..read.clone() }
        };
        plain(self) == plain(other)
    }
}

/// An encoding of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileEncoding {
    /// As it is declared.
    pub(crate) label: String,
    /// Its name in the Encoding Standard.
    pub(crate) name: &'static str,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSource {
    /// A table: one to three names, such as `shop.orders`.
    Table(Vec<String>),
    /// A query in the target's SQL, kept as it was written; the emitter parses it.
    Query {
        /// A `SELECT` in the target's SQL.
        sql: String,
        /// The query in the catalog, for messages.
        span: Span,
    },
    /// A table for each event; the entity's `event_name` is that of the row's table.
    Tables(Arc<[EventTable]>),
    /// A table for each day.
    Shards(Arc<Shards>),
}

/// A property of an entity's rows, read from a column.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name by which segments refer to it.
    pub name: String,
    /// The name in the catalog, for messages.
    pub span: Span,
    /// The column it is read from.
    pub column: String,
    /// The type of its values in segments, whatever the column's.
    pub ty: Type,
    /// Whether it may be missing; true unless declared.
    pub nullable: bool,
    /// The closed set of its values (strings only).
    pub values: Option<Arc<[String]>>,
    /// What people call it, if not by its name.
    pub label: Option<String>,
    /// A sentence for people.
    pub description: Option<String>,
    /// Whether its values are personal data.
    pub pii: bool,
    /// The roles that may use it; empty means everyone.
    pub roles: Vec<String>,
    /// The smallest value that rows may have, for numbers.
    pub min: Option<BigDecimal>,
    /// The largest value that rows may have, for numbers.
    pub max: Option<BigDecimal>,
    /// How the column holds it, where that differs from its type.
    pub storage: Storage,
    /// Where in the column it is, if the column holds more than it.
    pub inside: Option<Inside>,
}

impl Field {
    /// Whether it is read out of a JSON document.
    #[must_use]
    pub(crate) fn is_in_json(&self) -> bool {
        let container = self.inside.as_ref().map(|inside| inside.container);
        matches!(container, Some(Container::Json | Container::JsonText))
    }

    /// The type of the values that its column holds, or the document in it: another than its own if they
    /// are encoded.
    #[must_use]
    pub fn held_type(&self) -> Type {
        match self.storage {
            Storage::Epoch(_) | Storage::Digits { number: true } => Type::Integer,
            Storage::Digits { number: false } => Type::String,
            _ => self.ty.clone(),
        }
    }

    /// How the column holds values of [`Self::held_type`].
    #[must_use]
    pub fn held_storage(&self) -> Storage {
        if self.storage.is_encoding() { Storage::Native } else { self.storage.clone() }
    }
}

/// A link from one entity to another.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its name in segments: `orders`, `company`.
    pub name: String,
    /// The name in the catalog, for messages.
    pub span: Span,
    /// The entity it leads to.
    pub to: EntityId,
    /// Pairs of (own field, the other's field) that are equal, at least one.
    pub on: Vec<(FieldId, FieldId)>,
    /// Whether it leads to any number of rows; otherwise to at most one.
    pub many: bool,
    /// What people call what it leads to, if not by its name.
    pub label: Option<String>,
    /// A sentence for people.
    pub description: Option<String>,
    /// Whether it leads to the keys of a static list, and can't be named.
    pub to_list: bool,
}

/// How the rows of a table change, which decides what may be refreshed (`changes:`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Changes {
    /// Rows arrive and never change.
    AppendOnly {
        /// The longest time from a row's stamp to its arrival, if rows may come late.
        lateness: Option<(i64, Unit)>,
        /// The column that says when a row arrived.
        ingested_at: Option<FieldId>,
    },
    /// Rows arrive, and later change.
    Mutable {
        /// The column that the loader sets whenever it writes a row.
        ingested_at: Option<FieldId>,
        /// When a row changed last.
        updated_at: Option<FieldId>,
        /// When it was deleted, if deletes are soft.
        deleted_at: Option<FieldId>,
        /// The fields that never change.
        immutable: Vec<FieldId>,
    },
    /// Rows neither arrive nor change.
    Static,
    /// Nothing is known: the default.
    #[default]
    Unknown,
}

/// A boolean that marks deleted rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletedFlag {
    /// The field that holds it.
    pub field: FieldId,
    /// Its value in deleted rows; a missing one marks nothing.
    pub deleted: bool,
}

/// What tells that a row has been deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A time that is present.
    Time(FieldId),
    /// A boolean.
    Flag(DeletedFlag),
}

impl Mark {
    /// The field that holds it.
    #[must_use]
    pub fn field(self) -> FieldId {
        match self {
            Self::Time(field) => field,
            Self::Flag(flag) => flag.field,
        }
    }

    /// How a deleted row's field is: `present`, `true` or `false`.
    #[must_use]
    pub(crate) fn state(self) -> &'static str {
        match self {
            Self::Time(_) => "present",
            Self::Flag(DeletedFlag { deleted: true, .. }) => "true",
            Self::Flag(DeletedFlag { deleted: false, .. }) => "false",
        }
    }
}

/// Whether rows go away (`deletes:`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deletes {
    /// Rows stay for ever.
    Never,
    /// A row is marked through `deleted_at` or a boolean, and is then no row.
    Soft,
    /// Rows vanish; what is assumed of sources that say nothing.
    #[default]
    Hard,
}
