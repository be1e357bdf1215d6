//! `segc catalog`

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::{catalog_import, one, open, refuse_folder, write_json};
use crate::catalog::{Catalog, Changes, Entity, FieldId, Link, TableSource};
use crate::cli::config::Asked;
use crate::cli::exit::Exit;
use crate::cli::problems::UnknownEntity;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::ListFormat;
use crate::diagnostic::{Diagnostics, closest, visible};

/// Show entities, their fields and links, or import them
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  segc catalog
  segc catalog customer
  segc catalog import --db shop.db
  segc catalog --format json"
)]
pub(in crate::cli) struct Args {
    /// Show this entity with all its fields and links
    #[arg(value_name = "ENTITY")]
    entity: Option<String>,
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Import(catalog_import::Args),
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if let Some(Action::Import(import)) = &args.action {
        return catalog_import::run(import, named, terminal);
    }
    if let Err(problem) = refuse_folder(args.entity.as_slice(), named) {
        return terminal.refuse(problem);
    }
    let (opened, _) = match open(named, Ok(Asked::default()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let catalog = &opened.session.hir().catalog;
    let asked = match &args.entity {
        None => None,
        Some(name) => match catalog.find(name) {
            Some(id) => Some(catalog.entity(id)),
            None => {
                let names = declared(catalog).map(|entity| entity.name.as_str());
                let near = closest(name, names).map(str::to_owned);
                let problem = UnknownEntity { span: None, name: name.clone(), near };
                return opened.report(one(problem), terminal);
            }
        },
    };
    match (args.format, asked) {
        (ListFormat::Table, None) => overview(catalog).write(&mut terminal.out)?,
        (ListFormat::Table, Some(entity)) => details(catalog, entity, &mut terminal.out)?,
        (ListFormat::Json, None) => {
            let all = declared(catalog).map(|entity| object(catalog, entity)).collect();
            write_json(&Value::Array(all), &mut terminal.out)?;
        }
        (ListFormat::Json, Some(entity)) => write_json(&object(catalog, entity), &mut terminal.out)?,
    }
    opened.report(Diagnostics::new(), terminal)
}

/// The entities that the catalog declares: those made of static lists are left out.
fn declared(catalog: &Catalog) -> impl Iterator<Item = &Entity> {
    catalog.entities.iter().filter(|entity| entity.list.is_none())
}

fn overview(catalog: &Catalog) -> Table {
    let mut table = Table::new(["ENTITY", "TABLE", "KEY", "FIELDS", "LINKS", "CHANGES"]).right(&[3]);
    for entity in declared(catalog) {
        let links: Vec<&str> = entity.declared_links().map(|link| link.name.as_str()).collect();
        table.row([
            entity.name.clone(),
            source(entity).unwrap_or_else(|| "(query)".to_owned()),
            names(entity, &entity.key).join(", "),
            entity.fields.len().to_string(),
            links.join(", "),
            changes(entity).to_owned(),
        ]);
    }
    table
}

fn details(catalog: &Catalog, entity: &Entity, out: &mut dyn Write) -> io::Result<()> {
    let from = source(entity).unwrap_or_else(|| "query".to_owned());
    writeln!(out, "{} ({})", entity.name, visible(&from))?;
    for line in entity.description.iter().flat_map(|text| text.lines()) {
        writeln!(out, "{}", visible(line))?;
    }
    writeln!(out)?;
    let mut fields = Table::new(["FIELD", "TYPE", "NOTES", "ABOUT"]);
    for (id, field) in (0..).map(FieldId).zip(&entity.fields) {
        let marks = [
            (entity.key.contains(&id), "key"),
            (entity.time == Some(id), "time"),
            (entity.event_name == Some(id), "event name"),
            (field.nullable, "may be missing"),
            (field.pii, "pii"),
        ];
        let marks = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| (*mark).to_owned());
        let roles = (!field.roles.is_empty()).then(|| format!("only {}", field.roles.join(", ")));
        let marks: Vec<String> = marks.chain(roles).collect();
        let values = field.values.as_ref().map(|values| format!("one of {}", values.join(", ")));
        let about: Vec<String> = field.description.clone().into_iter().chain(values).collect();
        fields.row([field.name.clone(), field.ty.to_string(), marks.join(", "), about.join("; ")]);
    }
    fields.write(out)?;
    if entity.declared_links().next().is_none() {
        return Ok(());
    }
    writeln!(out)?;
    let mut links = Table::new(["LINK", "TO", "ON", "ABOUT"]);
    for link in entity.declared_links() {
        let other = catalog.entity(link.to);
        let to = if link.many { format!("many {}", other.name) } else { other.name.clone() };
        let on: Vec<String> =
            on(catalog, entity, link).iter().map(|(own, theirs)| format!("{own} = {theirs}")).collect();
        links.row([link.name.clone(), to, on.join(", "), link.description.clone().unwrap_or_default()]);
    }
    links.write(out)
}

fn object(catalog: &Catalog, entity: &Entity) -> Value {
    let fields: Vec<Value> = entity
        .fields
        .iter()
        .map(|field| {
            json!({
                "name": field.name,
                "type": field.ty.to_string(),
                "nullable": field.nullable,
                "values": field.values.as_deref(),
                "label": field.label,
                "description": field.description,
                "pii": field.pii,
                "roles": field.roles,
            })
        })
        .collect();
    let links: Vec<Value> = entity
        .declared_links()
        .map(|link| {
            let on: serde_json::Map<String, Value> =
                on(catalog, entity, link).into_iter().map(|(own, theirs)| (own, theirs.into())).collect();
            json!({
                "name": link.name,
                "to": catalog.entity(link.to).name,
                "many": link.many,
                "on": on,
                "label": link.label,
                "description": link.description,
            })
        })
        .collect();
    json!({
        "name": entity.name,
        "singular": entity.singular,
        "plural": entity.plural,
        "description": entity.description,
        "table": source(entity),
        "key": names(entity, &entity.key),
        "time": entity.time.map(|id| &entity.field(id).name),
        "event_name": entity.event_name.map(|id| &entity.field(id).name),
        "changes": changes(entity),
        "fields": fields,
        "links": links,
    })
}

fn names(entity: &Entity, fields: &[FieldId]) -> Vec<String> {
    fields.iter().map(|&id| entity.field(id).name.clone()).collect()
}

/// The pairs of fields that a link compares.
fn on(catalog: &Catalog, entity: &Entity, link: &Link) -> Vec<(String, String)> {
    let other = catalog.entity(link.to);
    let name = |entity: &Entity, id| entity.field(id).name.clone();
    link.on.iter().map(|&(own, theirs)| (name(entity, own), name(other, theirs))).collect()
}

fn source(entity: &Entity) -> Option<String> {
    match &entity.source {
        TableSource::Table(parts) => Some(parts.join(".")),
        TableSource::Shards(shards) => Some(shards.name.join(".")),
        TableSource::Query { .. } => None,
        TableSource::Tables(tables) => {
            Some(tables.iter().map(|table| table.name.join(".")).collect::<Vec<_>>().join(", "))
        }
    }
}

fn changes(entity: &Entity) -> &'static str {
    match entity.changes {
        Changes::AppendOnly { .. } => "append_only",
        Changes::Mutable { .. } => "mutable",
        Changes::Static => "static",
        Changes::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing;

    #[test]
    fn entities_match_their_snapshot_in_every_format() {
        let catalog = testing::hir().catalog;
        let mut out = Vec::new();
        overview(&catalog).write(&mut out).expect("a vector takes all");
        writeln!(out).expect("a vector takes all");
        details(&catalog, &catalog.entities[0], &mut out).expect("a vector takes all");
        write_json(&object(&catalog, &catalog.entities[0]), &mut out).expect("a vector takes all");
        insta::assert_snapshot!(String::from_utf8(out).expect("text is UTF-8"));
    }
}
