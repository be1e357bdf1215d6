//! A single entity's row with its linked rows, for entities that aren't in a database.
//!
//! A file is either a map of fields, in which links contain the linked rows (`{ plan: free,
//! company: { industry: retail }, orders: [{ total: 10.00 }] }`), or rows by entity, as in `given`
//! of a unit test. Keys, and the fields that links compare, may be omitted if rows are nested, and
//! so may fields on which the segment doesn't depend.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::{NoField, NotOneRow, RowIncomplete};
use super::reads::reads;
use super::rows::{Defaults, example, key_of, keys_of, read_rows};
use super::value::value;
use crate::api::Session;
use crate::catalog::{Catalog, EntityId, FieldId, Link};
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostics, Span};
use crate::evaluate::{Data, Datum};
use crate::types::Type;
use crate::yaml::{self, Node, NodeKind};

/// The rows of a file, and the key of the entity in question.
#[derive(Debug, Clone)]
pub struct SingleRow {
    /// All rows.
    pub data: Data,
    /// The parts of the key as text.
    pub key: Vec<String>,
}

/// Reads a file about one entity of a segment. The file is added to the session's sources. If there
/// are several rows, `key` selects one.
///
/// # Errors
///
/// Reports what can't be read, or doesn't match the catalog.
pub fn read_row(
    session: &mut Session,
    path: &str,
    text: &str,
    segment: SegmentId,
    key: &[String],
) -> Result<SingleRow, Diagnostics> {
    let source = session.sources.add(path, text);
    let mut problems = Diagnostics::new();
    let catalog = session.hir().catalog.clone();
    let entity = session.hir().segment(segment).entity;
    let reads = reads(session.graph(), segment);
    let data = Data::new(&catalog);
    let mut reader = RowReader { catalog: &catalog, reads, data, made: 0, problems: &mut problems };
    let found = yaml::read(source, text, reader.problems).and_then(|tree| reader.file(entity, &tree));
    let data = reader.data;
    match found {
        Some(found) if !problems.has_errors() => {
            Ok(SingleRow { data, key: if key.is_empty() { found } else { key.to_vec() } })
        }
        _ => Err(problems),
    }
}

struct RowReader<'a> {
    catalog: &'a Catalog,
    /// The fields on which the segment depends.
    reads: BTreeSet<(EntityId, FieldId)>,
    data: Data,
    /// The number of keys generated so far.
    made: i64,
    problems: &'a mut Diagnostics,
}

/// The known values of a row.
type Known = BTreeMap<FieldId, Datum>;

impl RowReader<'_> {
    /// Reads a file and returns the key of its entity.
    fn file(&mut self, entity: EntityId, tree: &Node) -> Option<Vec<String>> {
        let entries = tree.entries(&example(self.catalog.entity(entity)), self.problems)?;
        let by_entity = !entries.is_empty()
            && entries.iter().all(|(key, node)| {
                self.catalog.find(&key.text).is_some() && matches!(node.kind, NodeKind::List(_))
            });
        let row =
            if by_entity { self.by_entity(entity, tree) } else { self.row(entity, tree, Known::new()) }?;
        let key = key_of(self.catalog.entity(entity), &row)?;
        Some(key.iter().map(ToString::to_string).collect())
    }

    /// Reads rows as in a unit test. The row in question is the entity's first.
    fn by_entity(&mut self, entity: EntityId, tree: &Node) -> Option<Vec<Datum>> {
        let given = read_rows(tree, self.catalog, &Defaults::new(), self.problems);
        keys_of(&given.rows, self.catalog, self.problems);
        let mut own = given.rows.iter().filter(|row| row.entity == entity).map(|row| row.values.clone());
        let (first, second) = (own.next(), own.next());
        if (first.is_none() && given.broken.is_empty()) || second.is_some() {
            let (name, none) = (self.catalog.entity(entity).name.clone(), first.is_none());
            self.problems.push(NotOneRow { span: tree.span, entity: name, none });
        }
        for row in given.rows {
            self.push(row.entity, row.values, row.span);
        }
        first
    }

    /// Reads a row and the rows inside it. `known` is what the enclosing row determines about it.
    fn row(&mut self, id: EntityId, node: &Node, known: Known) -> Option<Vec<Datum>> {
        let catalog = self.catalog;
        let entity = catalog.entity(id);
        let mut values = Known::new();
        let mut linked: Vec<(&Link, &Node)> = Vec::new();
        let before = self.problems.len();
        for (key, node) in node.entries(&example(entity), self.problems)? {
            if let Some(field) = entity.find_field(&key.text) {
                values.extend(value(node, entity, field, self.problems).map(|value| (field, value)));
            } else if let Some(link) = entity.links.iter().find(|link| link.name == key.text) {
                linked.push((link, node));
            } else {
                let names = entity.fields.iter().map(|field| field.name.clone());
                let links = entity.links.iter().map(|link| link.name.clone());
                let of_column = entity.fields.iter().find(|field| field.column == key.text);
                self.problems.push(NoField {
                    span: key.span,
                    name: key.text.clone(),
                    entity: entity.name.clone(),
                    known: names.chain(links).collect(),
                    field_of_column: of_column.map(|field| field.name.clone()),
                });
            }
        }
        for (field, value) in known {
            values.entry(field).or_insert(value);
        }
        let to_one: Vec<_> = linked.iter().filter(|(link, _)| !link.many).collect();
        let led: BTreeSet<FieldId> =
            to_one.iter().flat_map(|(link, _)| link.on.iter().map(|(own, _)| *own)).collect();
        self.make_up(id, &mut values, &led);
        for (link, node) in to_one {
            self.follow(link, node, &mut values);
        }
        self.make_up(id, &mut values, &BTreeSet::new());
        for (link, node) in linked.iter().filter(|(link, _)| link.many) {
            for node in node.list(self.problems).unwrap_or_default() {
                let known =
                    link.on.iter().filter_map(|(own, there)| Some((*there, values.get(own)?.clone())));
                self.row(link.to, node, known.collect());
            }
        }
        if self.problems.len() > before {
            return None;
        }
        self.complete(id, values, node.span)
    }

    /// Reads the row to which a to-one link leads, and the fields that lead there.
    fn follow(&mut self, link: &Link, node: &Node, values: &mut Known) {
        if matches!(node.kind, NodeKind::Null) {
            return;
        }
        let known = link.on.iter().filter_map(|(own, there)| Some((*there, values.get(own)?.clone())));
        let Some(row) = self.row(link.to, node, known.collect()) else { return };
        for (own, there) in &link.on {
            if let Some(value) = row.get(there.0 as usize) {
                values.entry(*own).or_insert_with(|| value.clone());
            }
        }
    }

    /// Generates missing keys if their type has enough values, except for those that links
    /// determine.
    fn make_up(&mut self, id: EntityId, values: &mut Known, led: &BTreeSet<FieldId>) {
        let entity = self.catalog.entity(id);
        for &field in &entity.key {
            let ty = &entity.field(field).ty;
            if values.contains_key(&field)
                || led.contains(&field)
                || !matches!(ty, Type::Integer | Type::String)
            {
                continue;
            }
            self.made += 1;
            let number = Datum::Integer(self.made);
            values
                .insert(field, if *ty == Type::Integer { number } else { Datum::String(number.to_string()) });
        }
    }

    /// A row with all its fields, provided that those with `nullable: false` are present.
    fn complete(&mut self, id: EntityId, mut values: Known, span: Span) -> Option<Vec<Datum>> {
        let entity = self.catalog.entity(id);
        let (mut row, mut lacks) = (Vec::new(), Vec::new());
        for (at, field) in (0..).map(FieldId).zip(&entity.fields) {
            let is_key = entity.key.contains(&at);
            let mut value = values.remove(&at).unwrap_or(Datum::Missing);
            if value.is_missing() && (!field.nullable || is_key) {
                match anything(&field.ty).filter(|_| !is_key && !self.reads.contains(&(id, at))) {
                    Some(unread) => value = unread,
                    None => lacks.push(field.name.clone()),
                }
            }
            row.push(value);
        }
        if !lacks.is_empty() {
            self.problems.push(RowIncomplete { span, entity: entity.name.clone(), fields: lacks });
            return None;
        }
        self.push(id, row.clone(), span);
        Some(row)
    }

    fn push(&mut self, id: EntityId, row: Vec<Datum>, span: Span) {
        if self.data.push_row(id, row).is_err() {
            let entity = self.catalog.entity(id);
            let fields = entity.fields.iter().map(|field| field.name.clone()).collect();
            self.problems.push(RowIncomplete { span, entity: entity.name.clone(), fields });
        }
    }
}

/// Any value of a type, for a field that nothing reads.
fn anything(ty: &Type) -> Option<Datum> {
    Some(match ty {
        Type::String | Type::Semver => Datum::String(String::new()),
        Type::Json => Datum::String("null".to_owned()),
        Type::Integer | Type::Decimal { .. } => Datum::Integer(0),
        Type::Float => Datum::Float(0.0),
        Type::Boolean => Datum::Boolean(false),
        Type::Date => Datum::Date(jiff::civil::Date::constant(1970, 1, 1)),
        Type::Timestamp => Datum::Timestamp(jiff::Timestamp::UNIX_EPOCH),
        Type::Array(_) => return None,
    })
}
