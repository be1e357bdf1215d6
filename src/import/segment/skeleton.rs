//! Files for a start: a catalog with the attributes that the files use, and a mapping file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::events::entity_of_events;
use super::fields::{Survey, Surveyed};
use super::naming::plain_name;
use super::tool::Tool;
use crate::import::is_unprintable;
use crate::types::Type;

/// A catalog of the attributes that the files use. The entity's key is the tool's own attribute for
/// it, if there is one.
pub(super) fn catalog(survey: &Survey, entity: &str, tool: &dyn Tool) -> String {
    let (key, title) = (tool.key_attribute(), tool.title());
    let none = BTreeMap::new();
    let fields = survey.entities.get(entity).unwrap_or(&none);
    let key_name = key.map_or_else(|| "id".to_owned(), |key| plain_name(key, "id"));
    let mut text = format!(
        "# Made by `segc import` from the attributes that the segments of {title} use. Types are those that the\n\
         # conditions imply: compare them with your table. Then correct `table`, and say how its rows change\n\
         # (docs/catalog.md).\n\
         entities:\n  {entity}:\n    table: {entity}s\n    key: {key_name}\n    fields:\n"
    );
    let key_type = fields.get(&key_name).and_then(|found| found.ty.clone()).unwrap_or(Type::String);
    if !fields.contains_key(&key_name) {
        let _ = writeln!(text, "      {key_name}: string");
    }
    for (name, found) in fields {
        text.push_str(&field(name, found, tool));
    }
    let performs = survey.performers.as_deref() == Some(entity);
    let events = entity_of_events(entity);
    if performs {
        let link = free(fields, &["events", "performed_events"]);
        let owner = Owner { entity, key: &key_name, ty: &key_type };
        let (on, of_events) =
            event_entity(survey.entities.get(events).unwrap_or(&none), events, &owner, tool);
        let _ = writeln!(
            text,
            "    links:\n      {link}: {{ to: {events}, many: true, on: {{ {key_name}: {on} }} }}"
        );
        text.push_str(&of_events);
    }
    let is_done = |name: &str| name == entity || (performs && name == events);
    for (other, fields) in survey.entities.iter().filter(|(name, _)| !is_done(name)) {
        let _ = write!(text, "  {other}:\n    table: {other}s\n    key: id\n    fields:\n");
        if !fields.contains_key("id") {
            let _ = writeln!(text, "      id: string");
        }
        for (name, found) in fields {
            text.push_str(&field(name, found, tool));
        }
    }
    text
}

/// The entity whose rows perform events.
struct Owner<'a> {
    entity: &'a str,
    key: &'a str,
    ty: &'a Type,
}

/// The entity of events, and its field that says who performed them. Properties of events keep their names.
fn event_entity(
    properties: &BTreeMap<String, Surveyed>,
    events: &str,
    owner: &Owner<'_>,
    tool: &dyn Tool,
) -> (String, String) {
    let (entity, owner_key) = (owner.entity, owner.key);
    let key = free(properties, &[tool.event_key(), "event_key"]);
    let time = free(properties, &["timestamp", "event_time"]);
    let name = free(properties, &["event", "event_name"]);
    let on = free(properties, &[&format!("{entity}_id"), &format!("event_{entity}_id")]);
    let back = free(properties, &[entity, "performed_by"]);
    let on_type = yaml_type(owner.ty, tool.reads_loose_versions());
    let mut text = format!(
        "\n  {events}:\n    table: {events}s\n    key: {key}\n    time: {time}\n    event_name: {name}\n    fields:\n      \
         {key}: string\n      {on}: {on_type}\n      {name}: string\n      {time}: timestamp\n"
    );
    for (name, found) in properties {
        text.push_str(&field(name, found, tool));
    }
    let _ = writeln!(text, "    links:\n      {back}: {{ to: {entity}, on: {{ {on}: {owner_key} }} }}");
    (on, text)
}

/// The first of these names that no field has, or the last one with a number.
fn free(fields: &BTreeMap<String, Surveyed>, names: &[&str]) -> String {
    let last = names.last().copied().unwrap_or_default();
    let numbered = (2..).map(|number| format!("{last}_{number}"));
    let mut names = names.iter().map(|&name| name.to_owned()).chain(numbered);
    names.find(|name| !fields.contains_key(name)).unwrap_or_default()
}

/// The line of a field, with the tool's name for it if that differs.
fn field(name: &str, Surveyed { attribute, ty }: &Surveyed, tool: &dyn Tool) -> String {
    let comment = match attribute == name {
        true => String::new(),
        false => format!("    # `{}`", attribute.replace(is_unprintable, " ")),
    };
    let ty = yaml_type(ty.as_ref().unwrap_or(&Type::String), tool.reads_loose_versions());
    format!("      {name}: {ty}{comment}\n")
}

fn yaml_type(ty: &Type, is_loose: bool) -> String {
    match ty {
        Type::Semver if is_loose => "{ type: semver, encoding: loose }".to_owned(),
        Type::Decimal { .. } => "decimal".to_owned(),
        other => other.to_string(),
    }
}

/// A mapping file with all attributes that the segments use: those that the catalog has, and those for
/// which it has no field.
pub(super) fn mapping(
    entity: &str,
    used: &BTreeMap<String, (Option<Vec<String>>, Option<Type>)>,
    asked: &BTreeMap<&'static str, BTreeMap<String, String>>,
    segments: &[(String, String)],
) -> String {
    let mut text = String::from(
        "# What the names of the tool are called here. Pass it with `--map`; an entry without a value has no effect.\n",
    );
    if !entity.is_empty() {
        let _ = writeln!(text, "entity: {entity}");
    }
    for (section, names) in asked {
        let _ = writeln!(text, "{section}:");
        for (name, said) in names {
            let _ = writeln!(text, "  {}: {}", quoted(name), quoted(said));
        }
    }
    if !used.is_empty() {
        text.push_str("attributes:\n");
    }
    for (attribute, (path, ty)) in used {
        let attribute = quoted(attribute);
        let _ = match (path, ty) {
            (Some(path), _) => writeln!(text, "  {attribute}: {}", path.join(".")),
            (None, Some(ty)) => writeln!(text, "  {attribute}:    # a field of the type {ty}"),
            (None, None) => writeln!(text, "  {attribute}:    # a field"),
        };
    }
    if !segments.is_empty() {
        text.push_str("segments:    # `false`: not imported\n");
    }
    for (key, name) in segments {
        let _ = writeln!(text, "  {}: {name}", quoted(key));
    }
    text
}

/// A key in quotes, in which YAML and JSON agree.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
