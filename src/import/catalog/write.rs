//! From a plan to the new texts of the catalog's files.

use super::edit::{Addition, Entry, add};
use super::existing::{CatalogFile, Existing};
use super::families::Family;
use super::plan::{NewLink, NewTable, Plan, Planned};
use super::problems::CannotEdit;
use super::questions::questions;
use super::yaml_text::{Line, Yaml, comment, list, quoted, scalar};
use super::{FileEdit, Settings};
use crate::diagnostic::Diagnostics;

/// The indentation of entities, and of their fields and links.
const ENTITY: usize = 2;
const FIELD: usize = 6;

/// The files that change.
pub(super) fn write(
    plan: &Plan<'_>,
    existing: &Existing,
    origin: &str,
    settings: &Settings,
    problems: &mut Diagnostics,
) -> Vec<FileEdit> {
    let mut edits = Vec::new();
    let new: Vec<Entry> = plan
        .planned
        .iter()
        .filter(|planned| planned.existing.is_empty())
        .filter_map(|planned| entity(planned).entry(ENTITY))
        .collect();
    for file in &existing.files {
        let mut additions: Vec<Addition> =
            plan.planned.iter().flat_map(|planned| to_existing(planned, file)).collect();
        let is_into = file.path == settings.into && !new.is_empty();
        if is_into && file.has_entities() {
            let apart = |entry: &Entry| {
                let block = std::iter::once(String::new()).chain(entry.block.iter().cloned()).collect();
                Entry { block, ..entry.clone() }
            };
            let entries = new.iter().map(apart).collect();
            additions.push(Addition { path: vec!["entities".to_owned()], entries, items: Vec::new() });
        }
        if additions.is_empty() && !is_into {
            continue;
        }
        match edited(file, &additions, &new, is_into) {
            Some(text) => edits.push(FileEdit {
                path: file.path.clone(),
                before: Some(with_mark(file, &file.text)),
                after: with_mark(file, &text),
            }),
            None => {
                let entries = additions.iter().flat_map(|one| &one.entries);
                let lines = entries.map(|entry| entry.flow.clone()).collect();
                problems.push(CannotEdit { span: None, path: file.path.clone(), lines });
            }
        }
    }
    if !new.is_empty() && !existing.files.iter().any(|file| file.path == settings.into) {
        let about = format!(
            "# Imported by `segc catalog import` from {}. This file is yours: another import adds\n\
             # what is new and changes nothing. Lines with TODO ask for what the source doesn't say.\n",
            comment(origin)
        );
        let after = format!("{about}{}", whole(&new));
        edits.push(FileEdit { path: settings.into.clone(), before: None, after });
    }
    edits
}

fn with_mark(file: &CatalogFile, text: &str) -> String {
    if file.has_mark { format!("\u{feff}{text}") } else { text.to_owned() }
}

fn edited(file: &CatalogFile, additions: &[Addition], new: &[Entry], is_into: bool) -> Option<String> {
    if is_into && file.is_empty() {
        let newline = if file.text.is_empty() || file.text.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{}{newline}{}", file.text, whole(new)));
    }
    if is_into && !file.has_entities() {
        return None;
    }
    add(&file.text, additions)
}

/// The text of a file with nothing but these entities, apart from one another.
fn whole(entities: &[Entry]) -> String {
    let lines = |entry: &Entry| {
        entry.block.iter().map(|line| format!("{}{line}\n", " ".repeat(ENTITY))).collect::<String>()
    };
    format!("entities:\n{}", entities.iter().map(lines).collect::<Vec<_>>().join("\n"))
}

/// What is added to an entity in its file.
fn to_existing(planned: &Planned<'_>, file: &CatalogFile) -> Vec<Addition> {
    let Some((_, entity)) = planned.existing.first() else { return Vec::new() };
    let name = &entity.name;
    let path = |key: &str| vec!["entities".to_owned(), name.clone(), key.to_owned()];
    if !file.has(name, "fields") {
        return Vec::new();
    }
    let mut additions = of_events(planned, file, name);
    let fields: Vec<Entry> = planned.fields.iter().filter_map(|field| field.line().entry(FIELD)).collect();
    if !fields.is_empty() {
        additions.push(Addition { path: path("fields"), entries: fields, items: Vec::new() });
    }
    let links: Vec<Line> = planned.links.iter().map(link).collect();
    if links.is_empty() {
        return additions;
    }
    if file.has(name, "links") {
        let entries = links.iter().filter_map(|line| line.entry(FIELD)).collect();
        additions.push(Addition { path: path("links"), entries, items: Vec::new() });
    } else {
        let line = Line::Entry("links".to_owned(), Yaml::Block(links), None);
        let path = vec!["entities".to_owned(), name.clone()];
        additions.push(Addition {
            path,
            entries: line.entry(ENTITY + 2).into_iter().collect(),
            items: Vec::new(),
        });
    }
    additions
}

/// What is added to the `tables` of an entity.
fn of_events(planned: &Planned<'_>, file: &CatalogFile, entity: &str) -> Vec<Addition> {
    let path = |keys: &[&str]| {
        ["entities", entity, "tables"].iter().chain(keys).map(|&key| key.to_owned()).collect::<Vec<_>>()
    };
    let mut additions = Vec::new();
    let entries: Vec<Entry> =
        planned.tables.iter().filter_map(|table| event_table(table).entry(FIELD)).collect();
    if !entries.is_empty() {
        additions.push(Addition { path: path(&[]), entries, items: Vec::new() });
    }
    for (event, fields) in &planned.listed {
        if file.lists(entity, event) {
            let items = fields.iter().map(|field| scalar(field)).collect();
            additions.push(Addition { path: path(&[event, "fields"]), entries: Vec::new(), items });
        } else {
            let line = Line::text("fields", list(fields, false));
            let entries = line.entry(FIELD + 2).into_iter().collect();
            additions.push(Addition { path: path(&[event]), entries, items: Vec::new() });
        }
    }
    additions
}

/// The table of an event.
fn event_table(table: &NewTable) -> Line {
    let mut entries = vec![("table", table_name(&table.name))];
    entries.extend(table.dbt.as_ref().map(|name| ("dbt", scalar(name))));
    if !table.fields.is_empty() {
        entries.push(("fields", list(&table.fields, false)));
    }
    Line::Entry(table.event.clone(), Yaml::Inline(entries), None)
}

/// Where the rows of a new entity are.
fn source(planned: &Planned<'_>) -> Vec<Line> {
    let table = planned.table;
    match (&table.family, &table.query) {
        (Some(Family::Events(events)), _) => {
            let tables = planned.tables.iter().map(event_table).collect();
            let sent = if events.is_tracked { "; `event_text` is as it was sent" } else { "" };
            let about = format!("Events are called like their tables. Rename them as you like{sent}.");
            vec![Line::Comment(about), Line::Entry("tables".to_owned(), Yaml::Block(tables), None)]
        }
        (Some(Family::Days), _) => {
            let shards = Line::text("shards", "{ zone: TODO, late: TODO }".to_owned());
            vec![Line::text("table", name_of_days(&table.name)), shards]
        }
        (None, Some(query)) => vec![Line::text("query", quoted(query))],
        (None, None) => vec![Line::text("table", table_name(&table.name))],
    }
}

/// A new entity.
fn entity(planned: &Planned<'_>) -> Line {
    let table = planned.table;
    let mut lines = Vec::new();
    if let Some(text) = table.description.as_ref().filter(|text| !text.trim().is_empty()) {
        lines.push(Line::text("description", scalar(text.trim())));
    }
    lines.extend(source(planned));
    lines.extend(table.dbt.iter().map(|name| Line::text("dbt", scalar(name))));
    lines.extend(table.owner.iter().map(|owner| Line::Comment(comment(&format!("owner in dbt: {owner}")))));
    let asked = questions(planned);
    let todo = |about: &'static str| {
        let about = asked.iter().filter(move |question| question.about == about);
        about.map(|question| Line::Comment(comment(&format!("TODO {}: {}", question.about, question.text))))
    };
    lines.extend(todo("shards"));
    if let Some((key, is_enforced)) = planned.key() {
        lines.push(Line::text("key", list(&key, true)));
        if is_enforced && table.query.is_none() {
            lines.push(Line::text("unique", "enforced".to_owned()));
        }
    }
    lines.extend(todo("key"));
    lines.extend(planned.time_field(table.time.as_ref()).map(|field| Line::text("time", scalar(&field))));
    lines.extend(todo("time"));
    lines.extend(planned.event_name.iter().map(|name| Line::text("event_name", scalar(name))));
    if let Some(field) = planned.time_field(table.ingested_at.as_ref()) {
        lines.push(Line::text("changes", format!("{{ mutable: {{ ingested_at: {} }} }}", scalar(&field))));
    }
    lines.extend(todo("changes"));
    if let Some(field) = planned.deleted() {
        lines.push(Line::text("deletes", format!("{{ soft: {} }}", scalar(field))));
    }
    lines.extend(todo("deletes"));
    let name = planned.event_name.iter().map(|name| Line::text(name, "string".to_owned()));
    let fields = name.chain(planned.fields.iter().map(super::fields::NewField::line));
    let unread = planned.unread.iter().map(|text| Line::Comment(text.clone()));
    lines.push(Line::Entry("fields".to_owned(), Yaml::Block(fields.chain(unread).collect()), None));
    if !planned.links.is_empty() {
        let links = planned.links.iter().map(link).collect();
        lines.push(Line::Entry("links".to_owned(), Yaml::Block(links), None));
    }
    Line::Entry(planned.name.clone(), Yaml::Block(lines), None)
}

fn link(link: &NewLink) -> Line {
    let on: Vec<String> =
        link.on.iter().map(|(own, theirs)| format!("{}: {}", scalar(own), scalar(theirs))).collect();
    let mut entries = vec![("to", scalar(&link.to))];
    if link.many {
        entries.push(("many", "true".to_owned()));
    }
    entries.push(("on", format!("{{ {} }}", on.join(", "))));
    Line::Entry(link.name.clone(), Yaml::Inline(entries), None)
}

/// The name of the tables of all days, with its star.
fn name_of_days(parts: &[String]) -> String {
    let plain: Vec<String> = parts.iter().map(|part| part.trim_end_matches('*').to_owned()).collect();
    match table_name(&plain).starts_with('[') {
        true => list_of_parts(parts),
        false => scalar(&parts.join(".")),
    }
}

/// A table's name: with dots, or as a list if a part contains other characters.
fn table_name(parts: &[String]) -> String {
    let is_usual = |part: &String| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
    };
    if parts.iter().all(is_usual) {
        return scalar(&parts.join("."));
    }
    list_of_parts(parts)
}

fn list_of_parts(parts: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
    format!("[{}]", parts.join(", "))
}
