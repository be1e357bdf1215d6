//! Exports of `INFORMATION_SCHEMA.COLUMNS`, as CSV, as a JSON list or as lines of JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::distinct_keys::DistinctKeys;
use super::document::Document;
use super::model::{Found, FoundColumn, FoundTable};
use super::names::fits;
use super::problems::{NothingChosen, OtherDocument, UnknownDatabase, UnreadableDocument};
use crate::diagnostic::{Diagnostics, Sources, Span};
use crate::engine::{ColumnType, CsvFault, TypeNames, csv_rows};

/// A row, by the names of its columns in lower case.
type Row = BTreeMap<String, String>;

/// Reads an export. `from` names the database, if the types don't show it.
///
/// # Errors
///
/// The document is broken or something else, or no table fits.
pub fn read_information_schema(
    document: &Document,
    from: Option<&str>,
    schema: Option<&str>,
    tables: &[String],
) -> Result<Found, (Sources, Diagnostics)> {
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
    let rows = rows(document, &mut sources, &mut problems);
    let found = rows.and_then(|rows| gather(document, &rows, from, (schema, tables), &mut problems));
    match found {
        Some(found) if problems.is_empty() => Ok(found),
        _ => Err((sources, problems)),
    }
}

fn rows(document: &Document, sources: &mut Sources, problems: &mut Diagnostics) -> Option<Vec<Row>> {
    let text = document.text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        Some('[') => document
            .json::<Vec<Map<String, Value>>>(sources, problems)
            .map(|rows| rows.iter().map(of_json).collect()),
        Some('{') => json_lines(document, text, sources, problems),
        _ => csv(document, text, sources, problems),
    }
}

fn json_lines(
    document: &Document,
    text: &str,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    for row in serde_json::Deserializer::from_str(text).into_iter::<DistinctKeys>() {
        match row.and_then(|DistinctKeys(row)| serde_json::from_value(row)) {
            Ok(row) => rows.push(of_json(&row)),
            Err(error) => {
                let source = sources.add(document.path.clone(), text);
                problems.push(document.unreadable(source, text, &error));
                return None;
            }
        }
    }
    Some(rows)
}

fn of_json(row: &Map<String, Value>) -> Row {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    };
    row.iter().filter_map(|(key, value)| Some((key.to_lowercase(), text(value)?))).collect()
}

fn csv(
    document: &Document,
    text: &str,
    sources: &mut Sources,
    problems: &mut Diagnostics,
) -> Option<Vec<Row>> {
    let header = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b'\t', b';', b'|']
        .into_iter()
        .max_by_key(|byte| (header.bytes().filter(|one| one == byte).count(), *byte == b','));
    let records = match csv_rows(text, delimiter.unwrap_or(b',')) {
        Ok(records) => records,
        Err(CsvFault { line, reason }) => {
            problems.push(unreadable_line(document, text, line, reason, sources));
            return None;
        }
    };
    let mut records = records.into_iter();
    let header: Vec<String> =
        records.next().unwrap_or_default().1.iter().map(|name| name.trim().to_lowercase()).collect();
    let records: Vec<(usize, Vec<String>)> = records.collect();
    if let Some((line, values)) = records.iter().find(|(_, values)| values.len() != header.len()) {
        let reason = format!("there are {} values for {} columns", values.len(), header.len());
        problems.push(unreadable_line(document, text, *line, reason, sources));
        return None;
    }
    let row = |(_, values): (usize, Vec<String>)| {
        header.iter().cloned().zip(values).filter(|(_, value)| !value.is_empty()).collect::<Row>()
    };
    Some(records.into_iter().map(row).collect())
}

fn unreadable_line(
    document: &Document,
    text: &str,
    line: usize,
    reason: String,
    sources: &mut Sources,
) -> UnreadableDocument {
    let source = document.source(sources);
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    UnreadableDocument { span: Some(Span::new(source, start, start)), path: document.path.clone(), reason }
}

fn gather(
    document: &Document,
    rows: &[Row],
    from: Option<&str>,
    (schema, patterns): (Option<&str>, &[String]),
    problems: &mut Diagnostics,
) -> Option<Found> {
    let is_export = |row: &Row| {
        ["table_name", "column_name"].iter().all(|key| row.contains_key(*key)) && ty(row).is_some()
    };
    if rows.is_empty() || !rows.iter().any(is_export) {
        problems.push(OtherDocument {
            span: None,
            path: document.path.clone(),
            expected: "an export of INFORMATION_SCHEMA.COLUMNS".to_owned(),
            help: Some("it needs the columns table_name, column_name and data_type".to_owned()),
        });
        return None;
    }
    let names = type_names(document, rows, from, problems)?;
    let catalogs: BTreeSet<&String> = rows.iter().filter_map(|row| row.get("table_catalog")).collect();
    let mut found = Found { origin: document.path.clone(), ..Found::default() };
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let mut ordered: Vec<&Row> = rows.iter().filter(|row| is_export(row)).collect();
    ordered.sort_by_key(|row| {
        let table = (row.get("table_catalog"), row.get("table_schema"), row.get("table_name"));
        (table, row.get("ordinal_position").and_then(|place| place.parse::<u64>().ok()))
    });
    for row in ordered {
        let part = |key: &str| row.get(key).cloned();
        let full: Vec<String> =
            ["table_catalog", "table_schema", "table_name"].into_iter().filter_map(part).collect();
        let is_own = part("table_schema").is_some_and(|name| name.eq_ignore_ascii_case("information_schema"));
        let is_hidden = part("is_hidden").is_some_and(|word| word.eq_ignore_ascii_case("yes"));
        if is_own || is_hidden {
            continue;
        }
        let at = *places.entry(full.clone()).or_insert_with(|| {
            let has_catalog = full.len() == 3 && catalogs.len() < 2;
            let name = if has_catalog { full.get(1..).unwrap_or_default().to_vec() } else { full.clone() };
            let table = part("table_name").unwrap_or_default();
            let last_two = full.iter().rev().take(2).rev().cloned().collect::<Vec<_>>().join(".");
            let in_schema = schema.is_none_or(|schema| {
                part("table_schema").is_some_and(|own| own.eq_ignore_ascii_case(schema))
            });
            let is_selected = in_schema
                && (patterns.is_empty()
                    || patterns.iter().any(|one| fits(one, &table) || fits(one, &last_two)));
            found.tables.push(FoundTable {
                id: full.join("."),
                name,
                full: full.clone(),
                is_selected,
                ..FoundTable::default()
            });
            found.tables.len() - 1
        });
        if let (Some(table), Some(column)) = (found.tables.get_mut(at), column(row, names)) {
            if table.columns.iter().any(|known| known.name == column.name) {
                let what = format!("{}.{}", table.name.join("."), column.name);
                found.skip(what, "the export has it twice: the first row counts");
            } else {
                table.columns.push(column);
            }
        }
    }
    let incomplete = rows.iter().filter(|row| !is_export(row)).count();
    if incomplete > 0 {
        let what = format!("{incomplete} {} of the export", if incomplete == 1 { "row" } else { "rows" });
        found.skip(what, "table_name, column_name or data_type is empty");
    }
    if !found.tables.iter().any(|table| table.is_selected) {
        let asked: Vec<String> =
            schema.into_iter().map(str::to_owned).chain(patterns.iter().cloned()).collect();
        problems.push(NothingChosen {
            span: None,
            origin: document.path.clone(),
            asked: asked.join(", "),
            known: found.tables.iter().map(|table| table.name.join(".")).collect(),
        });
        return None;
    }
    Some(found)
}

fn column(row: &Row, names: TypeNames) -> Option<FoundColumn> {
    let ty = ty(row)?;
    let holds = names.column_type(&ty);
    let is_wide = matches!(holds, ColumnType::Integer { bits: 128 });
    let mut column = FoundColumn::new(row.get("column_name")?, &ty, Some(holds));
    column.nullable =
        !row.get("is_nullable").is_some_and(|word| ["no", "false"].contains(&word.to_lowercase().as_str()));
    column.description = row.get("comment").or_else(|| row.get("description")).cloned();
    column.note = is_wide.then(|| format!("{ty}; if values have more than 18 digits: \"decimal(38,0)\""));
    Some(column)
}

/// The whole type: with its precision, if that is in columns of its own.
fn ty(row: &Row) -> Option<String> {
    if let Some(full) = row.get("full_data_type") {
        return Some(full.clone());
    }
    let ty = row.get("data_type")?;
    let word = ty.to_uppercase();
    if word == "ARRAY"
        && let Some(element) = row.get("udt_name").and_then(|name| name.strip_prefix('_'))
    {
        return Some(format!("{element}[]"));
    }
    if ["NUMBER", "NUMERIC", "DECIMAL", "DEC"].contains(&word.as_str()) {
        let number = |key: &str| row.get(key).and_then(|text| text.parse::<u32>().ok());
        if let (Some(precision), Some(scale)) = (number("numeric_precision"), number("numeric_scale")) {
            return Some(format!("{ty}({precision},{scale})"));
        }
    }
    Some(ty.clone())
}

fn type_names(
    document: &Document,
    rows: &[Row],
    from: Option<&str>,
    problems: &mut Diagnostics,
) -> Option<TypeNames> {
    let has = |key: &str| rows.iter().any(|row| row.contains_key(key));
    let known = match from {
        Some(name) => TypeNames::of(name),
        None => {
            let types: Vec<String> = rows.iter().filter_map(ty).collect();
            let by_columns = TypeNames::by_schema_columns(has);
            TypeNames::guess(types.iter().map(String::as_str)).or(by_columns)
        }
    };
    if known.is_none() {
        problems.push(UnknownDatabase {
            span: None,
            path: document.path.clone(),
            found: from.map(str::to_owned),
            known: TypeNames::known(),
        });
    }
    known
}
