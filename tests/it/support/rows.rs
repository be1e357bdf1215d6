//! Rows for the reference evaluator, from data files.

use std::path::Path;

use segc::catalog::{Container, Entity, EntityId, Field, Step};
use segc::evaluate::{Data, Datum, parse, parse_column};
use serde_json::Value;

use super::files::{self, Rows};

/// Adds the rows of an entity's table, which has these fields, from the file named after it: all of them
/// are of this event, if one is given. Columns that no field reads are passed over.
pub(crate) fn add(
    data: &mut Data,
    folder: &Path,
    id: EntityId,
    (entity, table): (&Entity, &[String]),
    event: Option<&str>,
) {
    let names = [table.last().expect("a name has parts").as_str(), &entity.name];
    let file = Rows::of(folder, names.into_iter());
    let is_held = |field: &&Field| !field.column.is_empty();
    let columns: Vec<&str> =
        entity.fields.iter().filter(is_held).map(|field| field.column.as_str()).collect();
    for row in file.with(&columns) {
        let mut cells = row.into_iter();
        let name = entity.event_name.map(|name| entity.field(name).name.as_str());
        let value = |field: &Field| match (is_held(&field), event) {
            (true, _) => cells.next().flatten().map_or(Datum::Missing, |text| read(&text, field)),
            (false, Some(event)) if name == Some(&field.name) => event.into(),
            (false, _) => Datum::Missing,
        };
        let row = entity.fields.iter().map(value).collect();
        data.push_row(id, row).expect("the row fits");
    }
}

/// Adds rows that have a text for each field.
pub(crate) fn add_texts(data: &mut Data, id: EntityId, entity: &Entity, rows: Vec<Vec<String>>) {
    for row in rows {
        let row = entity.fields.iter().zip(row).map(|(field, text)| read(&text, field)).collect();
        data.push_row(id, row).expect("the row fits");
    }
}

fn read(text: &str, field: &Field) -> Datum {
    let inside = field.inside.as_ref().filter(|inside| inside.container == Container::Struct);
    let read = match inside {
        None => parse_column(text, field),
        Some(inside) => {
            let whole: Value = serde_json::from_str(text).expect("a struct is JSON");
            let found = inside.steps.iter().try_fold(&whole, step).and_then(files::text_of);
            let Some(text) = found else { return Datum::Missing };
            parse(&text, &field.held_type(), &field.held_storage())
        }
    };
    read.unwrap_or_else(|error| panic!("`{}`: {error}", field.name))
}

/// What a step of a path leads to: of entries with equal keys, the first.
fn step<'v>(value: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(name) => value.get(name),
        Step::Entry { field, key } => {
            value.as_array()?.iter().find(|entry| entry.get(field).and_then(Value::as_str) == Some(key))
        }
    }
}

/// Adds the rows of an entity. The first line names columns; columns that no field reads
/// are passed over. A blank is missing, for strings too, as it is where sample data is
/// loaded into the embedded engine.
pub(crate) fn read_csv(data: &mut Data, entity: &str, text: &str) -> Result<(), String> {
    let catalog = data.catalog().clone();
    let id = catalog.find(entity).ok_or_else(|| format!("there is no entity `{entity}`"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| error.to_string())?.clone();
    let fields = &catalog.entity(id).fields;
    let places: Vec<usize> = fields
        .iter()
        .map(|field| {
            let place = columns.iter().position(|column| column == field.column);
            place.ok_or_else(|| format!("`{entity}` has no column `{}`", field.column))
        })
        .collect::<Result<_, _>>()?;
    for (line, record) in (2..).zip(reader.records()) {
        let at = |error: String| format!("line {line} of `{entity}`: {error}");
        let record = record.map_err(|error| at(error.to_string()))?;
        let values = fields.iter().zip(&places).map(|(field, place)| match record.get(*place) {
            None | Some("") => Ok(Datum::Missing),
            Some(text) => parse_column(text, field).map_err(|error| at(error.to_string())),
        });
        let row = values.collect::<Result<_, _>>()?;
        data.push_row(id, row).map_err(|error| at(error.to_string()))?;
    }
    Ok(())
}
