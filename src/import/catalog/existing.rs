//! The catalog that a project already has, with its texts.

use std::collections::BTreeSet;

use crate::catalog::{self, Catalog, Entity, Field, TableSource};
use crate::diagnostic::{Diagnostics, Sources, Span};
use crate::project::{Files, ReadError};
use crate::types::parse_type;
use crate::yaml::{self, Node, NodeKind};

use super::plan::NewLink;
use super::problems::UnreadableCatalog;

/// The mark that some editors put before a text.
const MARK: &str = "\u{feff}";

/// A file of the catalog.
#[derive(Debug, Clone)]
pub(crate) struct CatalogFile {
    /// Its path in the project.
    pub(crate) path: String,
    /// The text without a byte order mark.
    pub(crate) text: String,
    /// Whether it has one.
    pub(crate) has_mark: bool,
    tree: Node,
}

/// The catalog's files, and what they mean together.
#[derive(Debug, Clone, Default)]
pub struct Existing {
    pub(crate) files: Vec<CatalogFile>,
    pub(crate) catalog: Catalog,
    /// For places in the files.
    pub sources: Sources,
}

impl Existing {
    /// Reads the catalog of a project.
    ///
    /// # Errors
    ///
    /// A file can't be read. Other mistakes in the catalog are for `check` to report.
    pub fn read(files: &dyn Files) -> Result<Self, (Sources, Diagnostics)> {
        let mut existing = Self::default();
        let mut problems = Diagnostics::new();
        let mut listing = files.list("catalog");
        listing.paths.retain(|path| path.ends_with(".yml") || path.ends_with(".yaml"));
        listing.paths.sort();
        for path in listing.paths {
            match files.read(&path).map(String::from_utf8) {
                Ok(Ok(text)) => existing.add(path, &text, &mut problems),
                Ok(Err(_)) => {
                    let reason = "it isn't UTF-8".to_owned();
                    problems.push(UnreadableCatalog { span: None, path, reason });
                }
                Err(error) => {
                    let reason = why(error);
                    problems.push(UnreadableCatalog { span: None, path, reason });
                }
            }
        }
        if !problems.is_empty() {
            return Err((existing.sources, problems));
        }
        let texts: Vec<_> = existing.sources.iter().map(|(id, source)| (id, source.text().clone())).collect();
        existing.catalog = catalog::load(&texts, &mut Diagnostics::new());
        Ok(existing)
    }

    fn add(&mut self, path: String, text: &str, problems: &mut Diagnostics) {
        let (text, has_mark) = text.strip_prefix(MARK).map_or((text, false), |rest| (rest, true));
        let source = self.sources.add(path.clone(), text);
        if let Some(tree) = yaml::read(source, text, problems) {
            self.files.push(CatalogFile { path, text: text.to_owned(), has_mark, tree });
        }
    }

    /// The file that declares an entity.
    pub(crate) fn file_of(&self, entity: &str) -> Option<&CatalogFile> {
        self.files.iter().find(|file| file.entity(entity).is_some())
    }

    /// Entities that could not be understood, with their tables as they are written.
    pub(super) fn unread(&self) -> impl Iterator<Item = (&str, String)> {
        let all = self.files.iter().flat_map(CatalogFile::entities);
        all.filter(|(name, _)| self.catalog.find(name).is_none()).map(|(name, node)| {
            let text = |node: &Node| match &node.kind {
                NodeKind::String(text) | NodeKind::Integer(_, text) => text.clone(),
                _ => String::new(),
            };
            let table = match value(node, "table").map(|node| (&node.kind, node)) {
                Some((NodeKind::List(parts), _)) => parts.iter().map(text).collect::<Vec<_>>().join("."),
                Some((_, node)) => text(node),
                None => name.to_owned(),
            };
            (name, table)
        })
    }

    /// All names of entities, also of those that could not be understood.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.files.iter().flat_map(CatalogFile::entities).map(|(name, _)| name).collect()
    }
}

fn why(error: ReadError) -> String {
    match error {
        ReadError::NotFound => "it doesn't exist".to_owned(),
        ReadError::TooLarge => "it is too large".to_owned(),
        ReadError::LinkLoop => "it is a link to a folder around it".to_owned(),
        ReadError::Other(reason) => reason,
    }
}

impl CatalogFile {
    fn entities(&self) -> impl Iterator<Item = (&str, &Node)> {
        value(&self.tree, "entities").into_iter().flat_map(entries)
    }

    fn entity(&self, name: &str) -> Option<&Node> {
        self.entities().find(|(known, _)| *known == name).map(|(_, node)| node)
    }

    /// Whether it has a map of entities to which more can be added.
    pub(crate) fn has_entities(&self) -> bool {
        self.entities().next().is_some()
    }

    /// Whether it holds nothing but comments.
    pub(crate) fn is_empty(&self) -> bool {
        self.tree.kind == NodeKind::Null
    }

    /// Whether an entity has a key such as `links`.
    pub(crate) fn has(&self, entity: &str, key: &str) -> bool {
        self.entity(entity).and_then(|node| value(node, key)).is_some()
    }

    /// The links of an entity as they are written, whether their fields can be understood or not.
    pub(super) fn links(&self, entity: &str) -> Vec<NewLink> {
        let Some(links) = self.entity(entity).and_then(|node| value(node, "links")) else {
            return Vec::new();
        };
        let text = |node: &Node| match &node.kind {
            NodeKind::String(text) => Some(text.clone()),
            _ => None,
        };
        let link = |(name, node): (&str, &Node)| {
            let on = value(node, "on").into_iter().flat_map(entries);
            Some(NewLink {
                name: name.to_owned(),
                to: value(node, "to").and_then(text)?,
                on: on.filter_map(|(own, theirs)| Some((own.to_owned(), text(theirs)?))).collect(),
                many: value(node, "many").is_some_and(|node| node.kind == NodeKind::Bool(true)),
            })
        };
        entries(links).filter_map(link).collect()
    }

    /// The names of an entity's `table` or `tables` as they are written, whether they can be understood or not.
    pub(super) fn tables(&self, entity: &str) -> Vec<Vec<String>> {
        let Some(node) = self.entity(entity) else { return Vec::new() };
        let of_events = value(node, "tables").into_iter().flat_map(entries);
        let of_event = |(_, node)| value(node, "table").unwrap_or(node);
        let all = value(node, "table").into_iter().chain(of_events.map(of_event));
        all.filter_map(written_name).collect()
    }

    /// The column that a field reads where its table doesn't say otherwise.
    pub(super) fn column_of(&self, entity: &str, field: &str) -> Option<String> {
        let field = value(value(self.entity(entity)?, "fields")?, field)?;
        match &value(field, "column")?.kind {
            NodeKind::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The fields that an entity's tables list, of which other tables have none.
    pub(super) fn listed(&self, entity: &str) -> BTreeSet<String> {
        let tables = self.entity(entity).and_then(|node| value(node, "tables"));
        let fields = tables.into_iter().flat_map(entries).filter_map(|(_, table)| value(table, "fields"));
        let names = fields.flat_map(|fields| match &fields.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![fields],
        });
        let text = |node: &Node| match &node.kind {
            NodeKind::String(text) => Some(text.clone()),
            _ => None,
        };
        names.filter_map(text).collect()
    }

    /// Whether fields can be added to those that the table of an event has.
    pub(super) fn can_list(&self, entity: &str, event: &str) -> bool {
        let table = self.event_table(entity, event);
        let is_map = |node: &&Node| matches!(node.kind, NodeKind::Map(_));
        table.filter(is_map).is_some_and(|table| {
            value(table, "fields").is_none_or(|fields| matches!(fields.kind, NodeKind::List(_)))
        })
    }

    /// Whether the table of an event lists fields.
    pub(super) fn lists(&self, entity: &str, event: &str) -> bool {
        self.event_table(entity, event).is_some_and(|table| value(table, "fields").is_some())
    }

    fn event_table(&self, entity: &str, event: &str) -> Option<&Node> {
        value(value(self.entity(entity)?, "tables")?, event)
    }

    /// The fields and links of an entity that were commented out, in lower case.
    pub(crate) fn left_out(&self, entity: &str) -> BTreeSet<String> {
        let Some(text) = self.entity(entity).and_then(|node| self.around(node.span)) else {
            return BTreeSet::new();
        };
        text.lines().filter_map(|line| commented_out(line.trim())).map(str::to_lowercase).collect()
    }

    /// The text of a place, and the comments after it that are indented like it or more.
    fn around(&self, span: Span) -> Option<&str> {
        let start = span.start as usize;
        let before = self.text.get(..start)?;
        let indent = start - before.rfind('\n').map_or(0, |newline| newline + 1);
        let mut end = (span.end as usize).min(self.text.len());
        for line in self.text.get(end..)?.split_inclusive('\n') {
            let content = line.trim_start_matches(' ');
            let is_inside = content.trim().is_empty()
                || content.starts_with('#') && line.len() - content.len() >= indent
                || end == span.end as usize;
            if !is_inside {
                break;
            }
            end += line.len();
        }
        self.text.get(start..end)
    }
}

/// The field that was commented out: `# name: string`, `# name: { … }`.
fn commented_out(line: &str) -> Option<&str> {
    let (name, value) = line.strip_prefix('#')?.trim_start().split_once(':')?;
    let value = value.trim();
    let is_entry =
        value.is_empty() || value.starts_with('{') || parse_type(value.trim_matches('"')).is_some();
    (catalog::is_plain(name) && is_entry).then_some(name)
}

/// A table's name: with dots, or as a list.
fn written_name(node: &Node) -> Option<Vec<String>> {
    match &node.kind {
        NodeKind::String(text) => Some(text.split('.').map(str::to_owned).collect()),
        NodeKind::List(items) => {
            let text = |item: &Node| match &item.kind {
                NodeKind::String(text) => Some(text.clone()),
                _ => None,
            };
            items.iter().map(text).collect()
        }
        _ => None,
    }
}

fn value<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    entries(node).find(|(known, _)| *known == key).map(|(_, node)| node)
}

fn entries(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match &node.kind {
        NodeKind::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, node)| (key.text.as_str(), node))
}

/// The fields that read a column as a whole.
pub(super) fn readers<'a>(entity: &'a Entity, column: &str) -> impl Iterator<Item = &'a Field> {
    let exact = entity.fields.iter().any(|field| field.column == column);
    entity
        .fields
        .iter()
        .filter(move |field| field.column == column || !exact && field.column.eq_ignore_ascii_case(column))
}

/// The names of the tables that an entity reads on any target.
pub(super) fn tables(entity: &Entity) -> impl Iterator<Item = &[String]> {
    std::iter::once(&entity.source).chain(entity.target_sources.values()).flat_map(TableSource::tables)
}
