//! The keys of static lists: reads their files, and links entities to the keys.
//!
//! Keys are personal data: messages name the file and the line, and never a key.

pub(crate) mod problems;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bigdecimal::BigDecimal;
use sha2::{Digest, Sha256};

use self::problems::{
    BadListHeader, BadListRow, ListKey, ListOutside, ListTooLong, MoreBadRows, NoList, RepeatedKey,
};
use super::targets::Target;
use crate::artifact::digest;
use crate::catalog::{
    Catalog, Changes, Deletes, Entity, EntityId, Field, FieldId, KeyList, Link, Storage, TableSource,
    list_name,
};
use crate::convert::{Converter, Misfit, Notation, Value};
use crate::diagnostic::{Diagnostics, Span};
use crate::dialect::Limit;
use crate::engine::load::records::{Next, RecordFault, Records, Separators};
use crate::plan::list_table;
use crate::project::{Files, ReadError};
use crate::syntax::ast::{self, Listed};
use crate::types::Literal;

/// The most keys of a list.
const MOST_KEYS: usize = 1_000_000;

/// The most rows of a file that are reported one by one.
const MOST_PROBLEMS: usize = 20;

/// Adds to a catalog, for each segment that is a static list, a link from its entity to the keys, which for a file
/// are rows of an entity of their own. What has an error isn't added.
pub(super) fn add(
    files: &dyn Files,
    syntax: &[ast::File],
    catalog: &mut Catalog,
    targets: &[Target],
    problems: &mut Diagnostics,
) {
    let items = syntax.iter().flat_map(|file| &file.items);
    let segments = items.filter_map(|item| match item {
        ast::Item::Segment(segment) if !segment.is_unreadable => Some(segment),
        _ => None,
    });
    for segment in segments {
        let (Some(listed), Some(id)) = (&segment.listed, catalog.find(&segment.entity.text)) else {
            continue;
        };
        let name = list_name(&segment.name.text);
        if catalog.entity(id).links.iter().any(|link| link.name == name) {
            continue;
        }
        let found = match listed {
            Listed::Entity { entity, .. } => catalog.find(&entity.text).and_then(|to| {
                let on = key_fields(catalog.entity(id), catalog.entity(to), entity.span, problems)?;
                Some((to, on))
            }),
            Listed::File { path, path_span, .. } => {
                let own = catalog.entity(id);
                let list = read(files, path, *path_span, own, problems);
                let keys = list.map(|list| keys_of(own, &segment.name.text, list, *path_span, targets));
                let on = own.key.iter().copied().zip((0..).map(FieldId)).collect();
                let to = u32::try_from(catalog.entities.len()).ok().map(EntityId);
                keys.zip(to).map(|(keys, to)| {
                    catalog.entities.push(keys);
                    (to, on)
                })
            }
        };
        if let (Some((to, on)), Some(entity)) = (found, catalog.entities.get_mut(id.0 as usize)) {
            let span = listed.span();
            entity.links.push(Link {
                name,
                span,
                to,
                on,
                many: true,
                label: None,
                description: None,
                to_list: true,
            });
        }
    }
}

/// Whether two fields hold the same values in the same way, as far as links need that.
fn is_alike(one: &Field, other: &Field) -> bool {
    one.ty == other.ty && one.storage.encoding() == other.storage.encoding()
}

/// The key of one entity in the fields of another, by their names.
fn key_fields(
    own: &Entity,
    other: &Entity,
    span: Span,
    problems: &mut Diagnostics,
) -> Option<Vec<(FieldId, FieldId)>> {
    let mut on = Vec::new();
    let mut lacking = Vec::new();
    for &key in &own.key {
        let field = own.field(key);
        match other.find_field(&field.name).filter(|&found| is_alike(field, other.field(found))) {
            Some(found) => on.push((key, found)),
            None => lacking.push(format!("`{}: {}`", field.name, field.ty)),
        }
    }
    if lacking.is_empty() {
        return Some(on);
    }
    let (entity, from) = (own.name.clone(), other.name.clone());
    problems.push(ListKey { span, entity, from, lacking: lacking.join(" and ") });
    None
}

/// An entity whose rows are the keys.
fn keys_of(own: &Entity, segment: &str, list: KeyList, span: Span, targets: &[Target]) -> Entity {
    let field = |&key: &FieldId| {
        let field = own.field(key);
        let (column, description) = (field.column.clone(), None);
        Field {
            column,
            nullable: false,
            storage: Storage::Native,
            inside: None,
            description,
            ..field.clone()
        }
    };
    let fields: Vec<Field> = own.key.iter().map(field).collect();
    let table = |target: &Target| {
        let bytes =
            target.dialect.limit(Limit::IdentifierBytes).and_then(|limit| usize::try_from(limit).ok());
        let name = list_table(&target.schema, segment, bytes.unwrap_or(usize::MAX));
        (target.name.clone(), TableSource::Table(name))
    };
    Entity {
        name: list_name(segment),
        span,
        singular: None,
        plural: None,
        description: None,
        source: TableSource::Table(list_table(&[], segment, usize::MAX)),
        target_sources: targets.iter().map(table).collect(),
        key: (0u32..).map(FieldId).zip(&fields).map(|(at, _)| at).collect(),
        fields,
        links: Vec::new(),
        time: None,
        event_name: None,
        changes: Changes::Unknown,
        deletes: Deletes::Hard,
        deleted_flag: None,
        unique_enforced: false,
        settle: None,
        rebuild_every: None,
        dbt: None,
        read: crate::catalog::ReadOptions::default(),
        list: Some(std::sync::Arc::new(list)),
        unread: crate::catalog::Unread::default(),
    }
}

/// Reads the keys in a file; `None` if there is any problem.
fn read(
    files: &dyn Files,
    path: &str,
    span: Span,
    own: &Entity,
    problems: &mut Diagnostics,
) -> Option<KeyList> {
    if !is_inside(path) {
        problems.push(ListOutside { span, path: path.to_owned() });
        return None;
    }
    let bytes = match files.read_list(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let reason = match error {
                ReadError::NotFound => "it doesn't exist".to_owned(),
                ReadError::TooLarge => "it is larger than 128 MiB".to_owned(),
                ReadError::LinkLoop => "it is a link to a folder that contains it".to_owned(),
                ReadError::Other(reason) => reason,
            };
            problems.push(NoList { span, path: path.to_owned(), reason });
            return None;
        }
    };
    let stamp = digest(&Sha256::digest(&bytes));
    let mut reader = Reader { path, span, own, found: Diagnostics::new(), unreported: 0 };
    let rows = reader.rows(&bytes);
    if reader.unreported > 0 {
        let (path, more) = (path.to_owned(), reader.unreported);
        reader.found.push(MoreBadRows { span, path, more });
    }
    let is_sound = reader.found.is_empty();
    problems.append(reader.found);
    rows.filter(|_| is_sound).map(|rows| KeyList { path: path.to_owned(), stamp, rows })
}

/// Whether a path stays within the project's folder, and is written the same on every system.
pub(super) fn is_inside(path: &str) -> bool {
    let parts = || path.split('/');
    !path.is_empty()
        && !path.contains(['\\', ':', '\0'])
        && parts().all(|part| !part.is_empty() && part != "." && part != "..")
}

struct Reader<'a> {
    path: &'a str,
    span: Span,
    own: &'a Entity,
    found: Diagnostics,
    unreported: usize,
}

impl Reader<'_> {
    /// The keys; `None` if the first line isn't right.
    fn rows(&mut self, bytes: &[u8]) -> Option<Vec<Vec<Literal>>> {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let separators = Separators { delimiter: b',', quote: Some(b'"'), escape: None, trim: false };
        let Ok(mut records) = Records::new(text, separators) else { return None };
        let notation = Notation::default();
        let converters: Vec<Converter<'_>> =
            self.own.key.iter().map(|&key| Converter::of_field(self.own.field(key), &notation)).collect();
        let mut places: Option<Vec<usize>> = None;
        let mut rows: Vec<Vec<Literal>> = Vec::new();
        let mut seen: HashMap<String, u64> = HashMap::new();
        loop {
            match records.next() {
                Err(_) | Ok(Next::End) => break,
                Ok(Next::Fault(fault, line)) => {
                    let said = match fault {
                        RecordFault::Unclosed => "a quote isn't closed",
                        RecordFault::AfterQuote => "something follows a closing quote",
                        RecordFault::QuoteAfterSpace => "a quote follows a space",
                    };
                    self.bad_row(line, said.to_owned());
                    if fault == RecordFault::Unclosed {
                        break;
                    }
                }
                Ok(Next::Record) => {
                    let Some(places) = &places else {
                        let names = (0..records.len()).map(|at| String::from_utf8_lossy(records.value(at)));
                        places = Some(self.header(&names.map(|name| name.into_owned()).collect::<Vec<_>>())?);
                        continue;
                    };
                    let line = records.line();
                    if records.len() != places.len() {
                        let (has, needs) = (records.len(), places.len());
                        self.bad_row(line, format!("it has {has} values, the first line has {needs} names"));
                        continue;
                    }
                    if rows.len() >= MOST_KEYS {
                        let (span, path) = (self.span, self.path.to_owned());
                        self.found.push(ListTooLong { span, path, line, most: MOST_KEYS });
                        return None;
                    }
                    let values = places.iter().map(|&at| records.value(at));
                    if let Some(row) = self.row(line, values, &converters) {
                        self.unique(line, &row, &mut seen);
                        rows.push(row);
                    }
                }
            }
        }
        if places.is_none() {
            self.bad_header("the file is empty".to_owned());
            return None;
        }
        Some(rows)
    }

    /// Where each part of the key is.
    fn header(&mut self, names: &[String]) -> Option<Vec<usize>> {
        let columns: Vec<&str> =
            self.own.key.iter().map(|&key| self.own.field(key).column.as_str()).collect();
        let mut places = Vec::new();
        for column in &columns {
            let mut found = (0..names.len()).filter(|&at| names[at] == *column);
            match (found.next(), found.next()) {
                (Some(at), None) => places.push(at),
                (Some(_), Some(_)) => {
                    self.bad_header(format!("it names the column `{column}` twice"));
                    return None;
                }
                (None, _) => {
                    let near = names.iter().find(|name| name.trim().eq_ignore_ascii_case(column));
                    let near = near.map_or_else(String::new, |name| format!(", but `{name}`"));
                    self.bad_header(format!("it doesn't name the column `{column}`{near}"));
                    return None;
                }
            }
        }
        if let Some(extra) = names.iter().find(|name| !columns.contains(&name.as_str())) {
            self.bad_header(format!("it names the column `{extra}`, which isn't part of the key"));
            return None;
        }
        Some(places)
    }

    fn row<'v>(
        &mut self,
        line: u64,
        values: impl Iterator<Item = &'v [u8]>,
        converters: &[Converter<'_>],
    ) -> Option<Vec<Literal>> {
        let mut row = Vec::with_capacity(converters.len());
        for ((value, converter), &key) in values.zip(converters).zip(&self.own.key) {
            let name = &self.own.field(key).column;
            let said = match std::str::from_utf8(value) {
                Err(_) => format!("`{name}` isn't UTF-8"),
                Ok("") => format!("`{name}` is empty"),
                Ok(text) => match converter.plain_text(text).map(literal) {
                    Ok(Some(literal)) => {
                        row.push(literal);
                        continue;
                    }
                    Err(Misfit::Nul) => format!("`{name}` contains the character U+0000"),
                    Ok(None) | Err(_) => format!("`{name}` isn't a value of type {}", converter.ty()),
                },
            };
            self.bad_row(line, said);
            return None;
        }
        Some(row)
    }

    fn unique(&mut self, line: u64, row: &[Literal], seen: &mut HashMap<String, u64>) {
        let parts: Vec<String> = row.iter().map(ToString::to_string).collect();
        match seen.entry(parts.join(",")) {
            Entry::Vacant(entry) => drop(entry.insert(line)),
            Entry::Occupied(entry) => {
                let first = *entry.get();
                if self.has_room() {
                    let (span, path) = (self.span, self.path.to_owned());
                    self.found.push(RepeatedKey { span, path, line, first });
                }
            }
        }
    }

    fn bad_header(&mut self, said: String) {
        let columns: Vec<String> =
            self.own.key.iter().map(|&key| self.own.field(key).column.clone()).collect();
        let (span, path, entity) = (self.span, self.path.to_owned(), self.own.name.clone());
        self.found.push(BadListHeader { span, path, said, entity, header: columns.join(",") });
    }

    fn bad_row(&mut self, line: u64, said: String) {
        if self.has_room() {
            self.found.push(BadListRow { span: self.span, path: self.path.to_owned(), line, said });
        }
    }

    fn has_room(&mut self) -> bool {
        let has_room = self.found.len() < MOST_PROBLEMS;
        self.unreported += usize::from(!has_room);
        has_room
    }
}

/// A key's value as a constant.
fn literal(value: Value<'_>) -> Option<Literal> {
    Some(match value {
        Value::Text(text) => Literal::String(text.into_owned()),
        Value::Integer(number) => Literal::Integer(number),
        Value::Decimal { digits, scale } => {
            Literal::Decimal(BigDecimal::new(digits.into(), i64::from(scale)).normalized())
        }
        Value::Float(number) => Literal::Float(number),
        Value::Boolean(value) => Literal::Boolean(value),
        Value::Date(date) => Literal::Date(date),
        Value::Timestamp(instant) => Literal::Timestamp(instant),
        Value::Missing | Value::Array(_) => return None,
    })
}
