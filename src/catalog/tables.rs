//! An entity over many tables: one for each event, with what its fields are in each.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::read_changes;
use super::dbt::{DbtNode, read_dbt};
use super::lookup::{Lookup, duration};
use super::model::{Changes, DeletedFlag, Deletes, Entity, Field, FieldId, Storage, TableSource};
use super::problems::EmptyText;
use super::problems::columns::UnknownZone;
use super::problems::tables::{MixedChanges, NoTables, OtherEvent, SameTable, TableField, TablesWithoutName};
use super::source::read_name;
use crate::catalog::Inside;
use crate::diagnostic::{Diagnostics, Span};
use crate::types::{Type, Unit, find_zone};
use crate::yaml::{Fields, Key, Like, Node, NodeKind};

/// What an entry of `tables` looks like, for messages.
const ENTRY: &str = "{ table: … }";

/// The table of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTable {
    /// The event's name, which all of its rows have.
    pub event: String,
    /// The name in the catalog, for messages.
    pub span: Span,
    /// The table's name, of one to three parts.
    pub name: Vec<String>,
    /// How it holds each of the entity's fields; `None` for one that it doesn't have.
    pub fields: Vec<Option<HeldField>>,
    /// The node of a dbt project that holds its rows.
    pub dbt: Option<DbtNode>,
}

/// How a table holds a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldField {
    /// The column.
    pub column: String,
    /// How the column holds the value.
    pub storage: Storage,
    /// Where in the column it is, if the column holds more than it.
    pub inside: Option<Inside>,
    /// Whether it may be missing.
    pub nullable: bool,
}

impl HeldField {
    /// The field as one of a table of its own.
    #[must_use]
    pub(crate) fn as_field(&self, field: &Field) -> Field {
        let Self { column, storage, inside, nullable } = self.clone();
        Field { column, storage, inside, nullable, ..field.clone() }
    }
}

impl TableSource {
    /// The names of its tables; none if rows come from a query.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &[String]> {
        let (one, many) = match self {
            Self::Table(name) => (Some(name.as_slice()), &[][..]),
            Self::Shards(shards) => (Some(shards.name.as_slice()), &[][..]),
            Self::Tables(tables) => (None, &**tables),
            Self::Query { .. } => (None, &[][..]),
        };
        one.into_iter().chain(many.iter().map(|table| table.name.as_slice()))
    }
}

impl Entity {
    /// The tables of its events on a target; none if its rows are in one place.
    #[must_use]
    pub fn event_tables(&self, target: &str) -> &[EventTable] {
        match self.source_on(target) {
            TableSource::Tables(tables) => tables,
            TableSource::Table(_) | TableSource::Query { .. } | TableSource::Shards(_) => &[],
        }
    }

    /// The names of all tables that hold its rows on a target; none if they come from a query.
    pub fn tables_on(&self, target: &str) -> impl Iterator<Item = &[String]> {
        self.source_on(target).tables()
    }

    /// The entity as one of its events' tables has it: the same fields in the same order, of which those that
    /// the table lacks have no column. `None` if the table is none of its.
    #[must_use]
    pub fn in_table(&self, target: &str, table: &[String]) -> Option<Self> {
        let found = self.event_tables(target).iter().find(|one| one.name == table)?;
        Some(self.of_event(found))
    }

    /// The same, of a table.
    #[must_use]
    pub(crate) fn of_event(&self, table: &EventTable) -> Self {
        let field = |(field, held): (&Field, &Option<HeldField>)| match held {
            Some(held) => held.as_field(field),
            None => Field { column: String::new(), ..field.clone() },
        };
        Self {
            source: TableSource::Table(table.name.clone()),
            target_sources: BTreeMap::new(),
            fields: self.fields.iter().zip(&table.fields).map(field).collect(),
            ..self.clone()
        }
    }

    /// The zones of columns that hold a field as local times.
    pub(crate) fn zones_of(&self, field: FieldId) -> impl Iterator<Item = &str> {
        let at = field.0 as usize;
        let sources = std::iter::once(&self.source).chain(self.target_sources.values());
        let tables = sources.flat_map(|source| match source {
            TableSource::Tables(tables) => &**tables,
            TableSource::Table(_) | TableSource::Query { .. } | TableSource::Shards(_) => &[],
        });
        let held = tables.filter_map(move |table| Some(&table.fields.get(at)?.as_ref()?.storage));
        held.chain([&self.field(field).storage]).filter_map(|storage| match storage {
            Storage::Zone(zone) => Some(zone.as_str()),
            _ => None,
        })
    }
}

/// How rows change, in all places of an entity.
pub(super) type HowRowsChange = (Changes, Deletes, Option<DeletedFlag>);

/// What the entity says, beside its tables.
pub(super) struct Around<'a> {
    pub(super) lookup: Lookup<'a>,
    pub(super) key: &'a [FieldId],
    pub(super) time: Option<FieldId>,
    pub(super) event_name: Option<FieldId>,
    /// Whether the entity has an `event_name`, even one that isn't understood.
    pub(super) has_name: bool,
}

/// What `tables` says.
pub(super) struct Found {
    pub(super) tables: Vec<EventTable>,
    /// How rows of tables change that say so themselves.
    changes: Vec<(String, Span, HowRowsChange)>,
    /// How late rows of tables may be that say so themselves.
    settle: Vec<(i64, Unit)>,
    /// How many tables say nothing of either.
    silent: (bool, bool),
}

/// One entry, read without regard to the fields that other tables list.
struct Entry<'a> {
    key: &'a Key,
    name: Vec<String>,
    listed: BTreeSet<FieldId>,
    columns: Vec<(FieldId, String, Span)>,
    zone: Option<String>,
    dbt: Option<DbtNode>,
}

/// Reads `tables`.
pub(super) fn read_tables(
    node: &Node,
    span: Span,
    around: &Around<'_>,
    problems: &mut Diagnostics,
) -> Option<Found> {
    let entity = around.lookup.entity;
    let entries = node.names("tables", Like::Each(ENTRY), problems)?;
    if entries.is_empty() {
        problems.push(NoTables { span, entity: entity.to_owned() });
    }
    if !around.has_name {
        problems.push(TablesWithoutName { span, entity: entity.to_owned() });
    }
    let mut found =
        Found { tables: Vec::new(), changes: Vec::new(), settle: Vec::new(), silent: (false, false) };
    let mut known: BTreeMap<Vec<String>, (String, Span)> = BTreeMap::new();
    let mut read: Vec<Entry<'_>> = Vec::new();
    for (key, node) in entries {
        let Some(entry) = read_entry(key, node, around, &mut found, problems) else { continue };
        let folded: Vec<String> = entry.name.iter().map(|part| part.to_lowercase()).collect();
        if let Some((event, first)) = known.get(&folded) {
            let (event, first, table) = (event.clone(), *first, entry.name.join("."));
            problems.push(SameTable { span: key.span, table, event, first });
            continue;
        }
        known.insert(folded, (key.text.clone(), key.span));
        read.push(entry);
    }
    let listed: BTreeSet<FieldId> = read.iter().flat_map(|entry| entry.listed.iter().copied()).collect();
    found.tables = read.iter().map(|entry| entry.table(around, &listed, problems)).collect();
    Some(found)
}

fn read_entry<'a>(
    key: &'a Key,
    node: &'a Node,
    around: &Around<'_>,
    found: &mut Found,
    problems: &mut Diagnostics,
) -> Option<Entry<'a>> {
    let lookup = around.lookup;
    let mut entry =
        Entry { key, name: Vec::new(), listed: BTreeSet::new(), columns: Vec::new(), zone: None, dbt: None };
    if !matches!(node.kind, NodeKind::Map(_)) {
        found.silent = (true, true);
        entry.name = read_name(node, problems)?;
        return Some(entry);
    }
    let mut map =
        Fields::shown(node, format!("the table of `{}`", key.text), key.span, Some(ENTRY), problems)?;
    let name = map.require("table", problems).and_then(|node| read_name(node, problems));
    for (field, span) in map.texts("fields", problems) {
        let Some(id) = lookup.find(&field, span, problems) else { continue };
        if Some(id) == around.event_name {
            problems.push(TableField { span, event: key.text.clone(), field, is_name: true });
        } else {
            entry.listed.insert(id);
        }
    }
    for (field, column) in map.names("columns", Like::Each("…"), problems) {
        let Some(id) = lookup.find(&field.text, field.span, problems) else { continue };
        let Some(text) = column.text(problems) else { continue };
        if text.trim().is_empty() {
            problems.push(EmptyText { span: column.span, key: "columns" });
        }
        super::field::no_nul(text, column.span, "column", problems);
        entry.columns.push((id, text.to_owned(), field.span));
    }
    if let Some(zone) = map.get("zone")
        && let Some(name) = zone.text(problems)
    {
        entry.zone = find_zone(name).map(|(_, name)| name);
        if entry.zone.is_none() {
            problems.push(UnknownZone { span: zone.span, name: name.to_owned() });
        }
    }
    entry.dbt = read_dbt(map.get("dbt"), problems);
    if map.get("changes").is_some() || map.get("deletes").is_some() {
        let changes = read_changes(&mut map, lookup, around.key, problems);
        found.changes.push((key.text.clone(), key.span, changes));
    } else {
        found.silent.0 = true;
    }
    match map.get("settle") {
        Some(node) => found.settle.extend(duration(Some(node), problems)),
        None => found.silent.1 = true,
    }
    map.finish(problems);
    entry.name = name?;
    Some(entry)
}

impl Entry<'_> {
    /// The table, if these fields are only in the tables that list them.
    fn table(
        &self,
        around: &Around<'_>,
        listed: &BTreeSet<FieldId>,
        problems: &mut Diagnostics,
    ) -> EventTable {
        let everywhere = |id: &FieldId| around.key.contains(id) || around.time == Some(*id);
        let has = |id: &FieldId| {
            Some(*id) != around.event_name
                && (everywhere(id) || self.listed.contains(id) || !listed.contains(id))
        };
        for (id, _, span) in self.columns.iter().filter(|(id, ..)| !has(id)) {
            let field = around.lookup.field(*id).name.clone();
            let is_name = Some(*id) == around.event_name;
            problems.push(TableField { span: *span, event: self.key.text.clone(), field, is_name });
        }
        let fields = (0u32..).map(FieldId).zip(around.lookup.fields);
        let held = |(id, field): (FieldId, &Field)| {
            let own = self.columns.iter().find(|(of, ..)| *of == id).map(|(_, column, _)| column.clone());
            let local = self.zone.as_ref().filter(|_| {
                field.ty == Type::Timestamp
                    && field.inside.is_none()
                    && matches!(field.storage, Storage::Native | Storage::Zone(_))
            });
            has(&id).then(|| HeldField {
                column: own.unwrap_or_else(|| field.column.clone()),
                storage: local.map_or_else(|| field.storage.clone(), |zone| Storage::Zone(zone.clone())),
                inside: field.inside.clone(),
                nullable: field.nullable,
            })
        };
        EventTable {
            event: self.key.text.clone(),
            span: self.key.span,
            name: self.name.clone(),
            fields: fields.map(held).collect(),
            dbt: self.dbt.clone(),
        }
    }
}

/// Other tables for the events, on a target: those that it doesn't name are where they are elsewhere.
pub(super) fn read_other_tables(
    node: &Node,
    tables: &[EventTable],
    problems: &mut Diagnostics,
) -> TableSource {
    let mut other = tables.to_vec();
    let places: BTreeMap<&str, usize> =
        tables.iter().enumerate().map(|(at, table)| (table.event.as_str(), at)).collect();
    for (key, node) in node.names("tables", Like::Each("…"), problems).unwrap_or_default() {
        let Some(table) = places.get(key.text.as_str()).and_then(|&at| other.get_mut(at)) else {
            let known = tables.iter().map(|table| table.event.clone()).collect();
            problems.push(OtherEvent { span: key.span, event: key.text.clone(), known });
            continue;
        };
        if let Some(name) = read_name(node, problems) {
            table.name = name;
        }
    }
    TableSource::Tables(other.into())
}

impl Found {
    /// What holds for the rows of all tables. Those that say nothing are as the entity says.
    pub(super) fn changes(&self, entity: HowRowsChange, problems: &mut Diagnostics) -> HowRowsChange {
        let mut all = self.changes.iter();
        let first = if self.silent.0 { None } else { all.next() };
        let (mut together, mut of) = match first {
            Some((event, span, changes)) => (changes.clone(), Some((event.clone(), *span))),
            None => (entity, None),
        };
        for (event, span, changes) in all {
            let Some(both) = weaker(&together, changes) else {
                let (other, first) = of.clone().unwrap_or_else(|| ("other tables".to_owned(), *span));
                problems.push(MixedChanges { span: *span, event: event.clone(), other, first });
                continue;
            };
            together = both;
            of = of.or_else(|| Some((event.clone(), *span)));
        }
        together
    }

    /// How late rows of any table may be; `None` if some say nothing and neither does the entity.
    pub(super) fn settle(&self, entity: Option<(i64, Unit)>) -> Option<(i64, Unit)> {
        if self.silent.1 && entity.is_none() {
            return None;
        }
        let own = if self.silent.1 { entity } else { None };
        self.settle.iter().copied().chain(own).max_by_key(length)
    }
}

/// About how long a duration is, in seconds.
fn length((count, unit): &(i64, Unit)) -> i64 {
    let seconds = match unit {
        Unit::Second => 1,
        Unit::Minute => 60,
        Unit::Hour => 3_600,
        // A day that the clock is put back on has 25 hours.
        Unit::Day => 90_000,
        Unit::Week => 7 * 86_400 + 3_600,
        Unit::Month => 31 * 86_400 + 3_600,
        Unit::Quarter => 92 * 86_400 + 3_600,
        Unit::Year => 366 * 86_400 + 3_600,
    };
    count.saturating_mul(seconds)
}

/// What holds for rows of two tables; `None` if they have different stamps.
fn weaker(one: &HowRowsChange, other: &HowRowsChange) -> Option<HowRowsChange> {
    let deletes = match (one.1, other.1) {
        (Deletes::Hard, _) | (_, Deletes::Hard) => Deletes::Hard,
        (Deletes::Soft, _) | (_, Deletes::Soft) => Deletes::Soft,
        (Deletes::Never, Deletes::Never) => Deletes::Never,
    };
    let flag = match (one.2, other.2) {
        (Some(one), Some(other)) if one != other => return None,
        (one, other) => one.or(other),
    };
    Some((weaker_changes(&one.0, &other.0)?, deletes, flag))
}

fn weaker_changes(one: &Changes, other: &Changes) -> Option<Changes> {
    use Changes::{AppendOnly, Mutable, Static, Unknown};
    Some(match (one, other) {
        (Unknown, _) | (_, Unknown) => Unknown,
        // Rows that don't change don't arrive either: a stamp that they lack says nothing of them.
        (Static, other) | (other, Static) => other.clone(),
        (AppendOnly { lateness, ingested_at }, AppendOnly { lateness: later, ingested_at: same }) => {
            if ingested_at != same {
                return None;
            }
            let lateness = lateness.iter().chain(later).copied().max_by_key(length);
            AppendOnly { lateness, ingested_at: *ingested_at }
        }
        (
            Mutable { ingested_at, updated_at, deleted_at, immutable },
            Mutable { ingested_at: at, updated_at: since, deleted_at: gone, immutable: fixed },
        ) => {
            if (ingested_at, updated_at) != (at, since)
                || (deleted_at.is_some() && gone.is_some() && deleted_at != gone)
            {
                return None;
            }
            Mutable {
                ingested_at: *ingested_at,
                updated_at: *updated_at,
                deleted_at: deleted_at.or(*gone),
                immutable: immutable.iter().filter(|field| fixed.contains(field)).copied().collect(),
            }
        }
        (Mutable { ingested_at, updated_at, deleted_at, immutable }, AppendOnly { ingested_at: at, .. })
        | (AppendOnly { ingested_at: at, .. }, Mutable { ingested_at, updated_at, deleted_at, immutable }) => {
            if at.is_none() || ingested_at != at {
                return None;
            }
            Mutable {
                ingested_at: *ingested_at,
                updated_at: *updated_at,
                deleted_at: *deleted_at,
                immutable: immutable.clone(),
            }
        }
    })
}

/// Makes the fields of an entity over many tables what each of its rows has, whatever its table: a column of
/// the field's own name, without storage, except for encodings, which all tables have.
pub(super) fn unite(fields: &mut [Field], tables: &[EventTable], event_name: Option<FieldId>) {
    for (at, field) in fields.iter_mut().enumerate() {
        let is_name = event_name.is_some_and(|id| id.0 as usize == at);
        field.column.clone_from(&field.name);
        field.inside = None;
        if !field.storage.is_encoding() {
            field.storage = Storage::Native;
        }
        field.nullable = match is_name {
            true => false,
            false => {
                field.nullable || tables.iter().any(|table| table.fields.get(at).is_none_or(Option::is_none))
            }
        };
        if is_name {
            field.values = Some(tables.iter().map(|table| table.event.clone()).collect());
        }
    }
}
