//! The tables of a live database.

use std::collections::BTreeSet;

use super::model::{Found, FoundColumn, FoundKey, FoundReference, FoundTable};
use super::names::fits;
use super::problems::NothingChosen;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{ColumnType, Described, Engine, Source, SourceColumn, StoredTable, select_as_text};

/// Reads the tables of a database. `tables` are patterns of names, with or without a schema.
/// Tables that segc fills are left out: its own, and those of `segments`, whose names are in lower case.
///
/// # Errors
///
/// The engine's error, or that no table fits.
pub fn read_database(
    engine: &mut dyn Engine,
    origin: &str,
    schema: Option<&str>,
    tables: &[String],
    segments: &BTreeSet<String>,
) -> Result<Found, Diagnostics> {
    let one = |error: Diagnostic| Diagnostics::from(vec![error]);
    let mut stored = engine.inventory().map_err(|error| one(error.into()))?;
    stored.retain(|table| !table.name.last().is_some_and(|name| is_own(name, segments)));
    let mut found = Found { origin: origin.to_owned(), is_complete: true, ..Found::default() };
    for table in &stored {
        let mut read = known(table);
        read.is_selected = is_chosen(table, schema, tables);
        // Only names without control characters can be written into a catalog.
        if read.is_selected
            && table.name.iter().any(|part| part.trim().is_empty() || part.contains(char::is_control))
        {
            found.skip(
                format!("{:?}", table.name.join(".")),
                "its name contains characters that no catalog can have",
            );
            read.is_selected = false;
        }
        if read.is_selected {
            match engine.describe(Source::Table(&table.name)) {
                Ok(Described::Columns(columns)) => add_columns(&mut read, table, columns, engine),
                Ok(Described::Absent | Described::Unknown) => {
                    found.skip(table.name.join("."), "it can't be described");
                    continue;
                }
                // Such as a view whose table is gone, or a table that may not be read.
                Err(error) => {
                    found.skip(table.name.join("."), error.reason());
                    read.is_selected = false;
                }
            }
        }
        found.tables.push(read);
    }
    if !found.tables.iter().any(|table| table.is_selected) && found.skipped.is_empty() {
        let asked: Vec<String> = schema
            .map(|schema| format!("`--schema {schema}`"))
            .into_iter()
            .chain(tables.iter().map(|pattern| format!("`{pattern}`")))
            .collect();
        return Err(one(NothingChosen {
            span: None,
            origin: origin.to_owned(),
            asked: asked.join(", "),
            known: stored.iter().map(|table| table.name.join(".")).collect(),
        }
        .into()));
    }
    Ok(found)
}

/// What the names of segc's own tables begin with.
const OWN: &str = "segc_";

fn is_own(name: &str, segments: &BTreeSet<String>) -> bool {
    let name = name.to_lowercase();
    name.starts_with(OWN) || segments.contains(&name)
}

fn id(schema: &str, table: &str) -> String {
    format!("{schema}\u{1f}{table}")
}

fn known(table: &StoredTable) -> FoundTable {
    let last = table.name.last().cloned().unwrap_or_default();
    FoundTable {
        id: id(&table.schema, &last),
        name: table.name.clone(),
        full: vec![table.schema.clone(), last],
        description: table.comment.clone(),
        keys: table
            .keys
            .iter()
            .map(|key| FoundKey {
                columns: key.columns.clone(),
                is_enforced: key.is_enforced,
                is_primary: key.is_primary,
            })
            .collect(),
        references: table
            .references
            .iter()
            .map(|reference| FoundReference {
                columns: reference.columns.clone(),
                to: id(&reference.schema, &reference.table),
                name: None,
            })
            .collect(),
        ..FoundTable::default()
    }
}

fn is_chosen(table: &StoredTable, schema: Option<&str>, patterns: &[String]) -> bool {
    let last = table.name.last().map_or("", String::as_str);
    let full = format!("{}.{last}", table.schema);
    let in_schema = schema.is_none_or(|schema| schema.eq_ignore_ascii_case(&table.schema));
    in_schema
        && (patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, last) || fits(pattern, &full)))
}

/// Adds the columns. Identifiers of a type that no field has are converted to text by a query, since
/// without them there would be no key and no link.
fn add_columns(read: &mut FoundTable, table: &StoredTable, columns: Vec<SourceColumn>, engine: &dyn Engine) {
    let is_id =
        |column: &SourceColumn| column.holds == ColumnType::Other && column.ty.eq_ignore_ascii_case("uuid");
    let is_used = |column: &SourceColumn| {
        let in_key = read.keys.iter().flat_map(|key| &key.columns);
        let in_link = read.references.iter().flat_map(|one| one.columns.iter().map(|(own, _)| own));
        in_key.chain(in_link).any(|name| engine.same_name(name, &column.name))
    };
    if columns.iter().any(|column| is_id(column) && is_used(column)) {
        let readable = columns.iter().filter(|column| is_id(column) || is_readable(&column.holds));
        let parts: Vec<(&str, bool)> = readable.map(|column| (column.name.as_str(), is_id(column))).collect();
        read.query = Some(select_as_text(&table.name, &parts));
    }
    let is_query = read.query.is_some();
    read.columns = columns
        .into_iter()
        .map(|column| {
            let holds = if is_query && is_id(&column) { ColumnType::Text } else { column.holds };
            FoundColumn {
                nullable: column.nullable,
                values: column.allowed,
                description: table.comments.get(&column.name).cloned(),
                ..FoundColumn::new(&column.name, &column.ty, Some(holds))
            }
        })
        .collect();
}

fn is_readable(holds: &ColumnType) -> bool {
    match holds {
        ColumnType::Struct(parts) => parts.iter().any(|(_, part)| is_readable(part)),
        holds => holds.declared().is_some(),
    }
}
