//! One entity, without its links.

use std::collections::BTreeSet;

use super::changes::read_changes;
use super::dbt::read_dbt;
use super::field::read_field;
use super::lookup::{Lookup, check_name, duration, interval, read_label};
use super::model::{Entity, Field, FieldId, TableSource, Unread};
use super::places::{Places, read_places};
use super::problems::columns::{EncodedKey, KeyInside};
use super::problems::{BadKey, EventNameType, NoFields};
use super::read::read_options;
use super::tables::{Around, unite};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::Type;
use crate::yaml::{Fields, Key, Like, Meant, Node, OtherKeys};

/// The keys of an entity.
pub(super) const KEYS: &[&str] = &[
    "changes",
    "dbt",
    "deletes",
    "description",
    "event_name",
    "fields",
    "key",
    "links",
    "plural",
    "query",
    "read",
    "rebuild_every",
    "settle",
    "shards",
    "singular",
    "table",
    "tables",
    "targets",
    "time",
    "unique",
];

/// What other tools have in place of our keys.
const OTHER_KEYS: OtherKeys = &[
    (&["attributes", "columns", "dimensions", "properties", "schema_fields"], Meant::Key("fields")),
    (&["primary_key", "primaryKey", "pk", "unique_key", "keys"], Meant::Key("key")),
    (
        &["sql_table", "sql_table_name", "table_name", "model", "relation", "from", "source"],
        Meant::Key("table"),
    ),
    (&["sql", "select", "derived_table"], Meant::Key("query")),
    (&["joins", "relationships", "relations", "references", "foreign_keys"], Meant::Key("links")),
    (&["timestamp", "timestamp_column", "event_time", "loaded_at_field"], Meant::Key("time")),
    (&["measures", "metrics"], Meant::Help("remove it: segments compute this, as in `count(orders) > 3`")),
    (&["schema", "database"], Meant::Help("write it in front of the table's name: `table: schema.name`")),
    (&["title", "label", "display_name"], Meant::Key("singular")),
    (&["title_plural", "label_plural", "plural_name"], Meant::Key("plural")),
    (&["name"], Meant::Help("remove it: an entity's name is its key in `entities`")),
    (
        &["tests", "constraints", "config", "meta", "tags"],
        Meant::Help("remove it: the catalog has no such setting"),
    ),
];

/// An entity whose links have not been looked at.
pub(super) struct Draft<'a> {
    pub(super) entity: Entity,
    pub(super) links: &'a [(Key, Node)],
    /// Fields whose type is not known.
    pub(super) broken: BTreeSet<String>,
}

impl Draft<'_> {
    pub(super) fn lookup(&self) -> Lookup<'_> {
        Lookup { entity: &self.entity.name, fields: &self.entity.fields, broken: &self.broken }
    }
}

/// Reads an entity. Without any field it is reported and left out, since it can't have a key.
pub(super) fn read_entity<'a>(
    key: &'a Key,
    node: &'a Node,
    targets: &mut Vec<(String, Span)>,
    problems: &mut Diagnostics,
) -> Option<Draft<'a>> {
    check_name(key, "an entity", problems);
    let owner = format!("entity `{}`", key.text);
    let example = format!("{}: {{ table: …, key: …, fields: {{ … }} }}", key.text);
    let mut map = Fields::shown(node, owner.clone(), key.span, Some(&example), problems)?.knowing(OTHER_KEYS);
    let mut broken = BTreeSet::new();
    let mut fields = read_fields(&mut map, &key.text, &mut broken, problems);
    let lookup = Lookup { entity: &key.text, fields: &fields, broken: &broken };

    let singular = read_label(&mut map, "singular", problems);
    let plural = read_label(&mut map, "plural", problems);
    let description = map.text("description", problems);
    let keys = read_key(&mut map, lookup, problems);
    let enforced = [("enforced", true)];
    let unique = map.get("unique").and_then(|node| node.word("a setting of `unique`", &enforced, problems));
    let time = lookup.time("time", map.get("time"), problems);
    let event_name = read_event_name(map.get("event_name"), lookup, problems);
    let unread = Unread {
        names: broken.clone(),
        time: time.is_none() && map.get("time").is_some(),
        event_name: event_name.is_none() && map.get("event_name").is_some(),
    };
    let around = Around { lookup, key: &keys, time, event_name, has_name: map.get("event_name").is_some() };
    let places = read_places(&mut map, &owner, &around, targets, problems);
    let how = read_changes(&mut map, lookup, &keys, problems);
    let settle = duration(map.get("settle"), problems);
    let (changes, deletes, deleted_flag) = places.changes(how, problems);
    let settle = places.settle(settle);
    let rebuild_every = interval(map.get("rebuild_every"), problems);
    let of_query = matches!(places.source, Some(TableSource::Query { .. }));
    let dbt = read_dbt(map.get("dbt"), problems);
    let read = read_options(&mut map, lookup, of_query, problems);
    places.judge(&map, &key.text, (dbt.is_some(), read.as_ref()), problems);
    let links = map.names("links", Like::Each("{ to: …, on: { … } }"), problems);
    map.finish(problems);
    if fields.is_empty() {
        return None;
    }
    let Places { source, target_sources, tables } = places;
    let mut keys = keys;
    if let Some(found) = &tables {
        unite(&mut fields, &found.tables, event_name);
        // Rows of two tables are different rows, whatever their keys; those of one time are in this order.
        keys.retain(|id| Some(*id) != event_name);
        keys.splice(0..0, event_name);
    }

    let entity = Entity {
        name: key.text.clone(),
        span: key.span,
        singular,
        plural,
        description,
        source: source.unwrap_or_else(|| TableSource::Table(vec![key.text.clone()])),
        target_sources,
        key: keys,
        fields,
        links: Vec::new(),
        time,
        event_name,
        changes,
        deletes,
        deleted_flag,
        unique_enforced: unique.unwrap_or(false),
        settle,
        rebuild_every,
        dbt,
        read: read.unwrap_or_default(),
        list: None,
        unread,
    };
    Some(Draft { entity, links, broken })
}

fn read_fields(
    map: &mut Fields<'_>,
    entity: &str,
    broken: &mut BTreeSet<String>,
    problems: &mut Diagnostics,
) -> Vec<Field> {
    let span = map.key_span("fields").unwrap_or(map.at);
    let Some(node) = map.require("fields", problems) else { return Vec::new() };
    let Some(entries) = node.names("fields", Like::Each("…"), problems) else { return Vec::new() };
    if entries.is_empty() && !map.is_beside("fields", KEYS) {
        problems.push(NoFields { span, entity: entity.to_owned() });
    }
    entries.iter().map(|(key, node)| read_field(key, node, broken, problems)).collect()
}

/// The key. If nothing of it can be understood, the first field is used instead.
fn read_key(map: &mut Fields<'_>, lookup: Lookup<'_>, problems: &mut Diagnostics) -> Vec<FieldId> {
    let stand_in = if lookup.fields.is_empty() { vec![] } else { vec![FieldId(0)] };
    let Some(node) = map.require("key", problems) else { return stand_in };
    if lookup.fields.is_empty() {
        return stand_in;
    }
    let bad = |span, reason: String| BadKey { span, entity: lookup.entity.to_owned(), reason };
    let mut key: Vec<FieldId> = Vec::new();
    for part in node.one_or_many() {
        let Some(id) = lookup.node(part, problems) else { continue };
        let field = lookup.field(id);
        if key.contains(&id) {
            problems.push(bad(part.span, format!("names `{}` twice", field.name)));
        } else if matches!(field.ty, Type::Json | Type::Array(_)) {
            problems.push(bad(part.span, format!("can't contain `{}`, which is {}", field.name, field.ty)));
        } else if field.inside.is_some() {
            problems.push(KeyInside { span: part.span, field: field.name.clone() });
        } else if field.storage.is_encoding() {
            let (name, column) = (field.name.clone(), field.column.clone());
            problems.push(EncodedKey { span: part.span, field: name, column, held: field.held_type() });
        } else {
            key.push(id);
        }
    }
    if node.one_or_many().is_empty() {
        problems.push(bad(node.span, "is empty".to_owned()));
    }
    if key.is_empty() { stand_in } else { key }
}

fn read_event_name(node: Option<&Node>, lookup: Lookup<'_>, problems: &mut Diagnostics) -> Option<FieldId> {
    let node = node?;
    let id = lookup.node(node, problems)?;
    let Field { name, ty, .. } = lookup.field(id);
    if *ty != Type::String {
        problems.push(EventNameType { span: node.span, name: name.clone(), ty: ty.clone() });
        return None;
    }
    Some(id)
}
