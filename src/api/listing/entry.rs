//! The description of a segment.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::relatives::{Relative, children, parents};
use crate::api::session::Session;
use crate::artifact::{ManifestColumn, ManifestField, sensitive_fields};
use crate::catalog::{Entity, FieldId, TableSource};
use crate::check;
use crate::check::hir::{Properties, SegmentId};
use crate::diagnostic::Span;
use crate::syntax::ast::{self, Listed, RuleKind};

/// A segment, as it is written and as it was understood.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The entity whose rows it selects.
    pub entity: String,
    /// Whether it compiles to anything. If not, it isn't checked: what a check would find is null.
    pub enabled: bool,
    /// What people call it.
    pub title: Option<String>,
    /// A description for people.
    pub description: Option<String>,
    /// The person responsible for it.
    pub owner: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The roles that may read it; empty if unrestricted.
    pub access: Vec<String>,
    /// How it is stored: `table`, `incremental`, `view` or `inline`.
    pub materialize: String,
    /// How long members stay after they last matched, as written.
    pub expire: Option<String>,
    /// Whether the log of who came and went is kept for good.
    pub history: bool,
    /// Its exclusive group, as written.
    pub exclusive_group: Option<String>,
    /// The segment that it narrows.
    pub extends: Option<String>,
    /// Where its keys are, if it is a static list.
    pub list: Option<ListSource>,
    /// Its conditions in the order in which they are written.
    pub conditions: Vec<EntryCondition>,
    /// What reduces the matches, as written: `keep top 10 by total`.
    pub keep: Vec<String>,
    /// The key columns of its table.
    pub keys: Option<Vec<ManifestColumn>>,
    /// The columns of its table after the key.
    pub columns: Option<Vec<ManifestColumn>>,
    /// The parameters that it uses, also through traits, without `$`.
    pub params: Option<Vec<String>>,
    /// The traits that it uses, also through others: `customer.lifetime_value`.
    pub traits: Option<Vec<String>>,
    /// The tables and columns that it reads itself.
    pub reads: Option<Vec<EntryRead>>,
    /// The fields it uses that have `roles` or are personal data.
    pub sensitive_fields: Option<Vec<ManifestField>>,
    /// The segments that it refers to.
    pub parents: Option<Vec<Relative>>,
    /// The segments that refer to it.
    pub children: Option<Vec<Relative>>,
    /// The names of the exposures in `segc.yml` that use it.
    pub exposures: Vec<String>,
    /// The path of its file relative to the project, with `/` as the separator.
    pub path: String,
    /// The line of its name, from 1.
    pub line: usize,
    /// All of it, from `segment` to `}`.
    pub range: EntryRange,
}

/// Where the keys of a static list are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListSource {
    /// In a file, by its path from the project's folder.
    File(String),
    /// In the rows of another entity.
    Entity(String),
}

/// A condition of a segment.
#[derive(Debug, Clone, Serialize)]
pub struct EntryCondition {
    /// `where`, `include` or `exclude`.
    pub kind: &'static str,
    /// The condition as written.
    pub text: String,
    /// Where it is.
    pub range: EntryRange,
}

/// What a segment reads of an entity.
#[derive(Debug, Clone, Serialize)]
pub struct EntryRead {
    /// The entity.
    pub entity: String,
    /// The tables of the entity, unless a target has others; none if the catalog has a query.
    pub tables: Vec<String>,
    /// The fields, in alphabetical order.
    pub fields: Vec<String>,
    /// Their columns, in alphabetical order.
    pub columns: Vec<String>,
}

/// A part of a file, from its first character to the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EntryRange {
    /// Its beginning.
    pub start: EntryPosition,
    /// Its end.
    pub end: EntryPosition,
}

/// A position in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct EntryPosition {
    /// The line, from 1.
    pub line: usize,
    /// The column in code points, from 1.
    pub column: usize,
}

impl Entry {
    /// A segment without error, and its tree.
    pub(super) fn sound(session: &Session, id: SegmentId, tree: Option<&ast::Segment>) -> Self {
        let hir = &session.hir;
        let segment = hir.segment(id);
        let entity = hir.catalog.entity(segment.entity);
        let footprint = &session.graph.node(id).footprint;
        let of_trait = |id| {
            let computed = hir.computed(id);
            format!("{}.{}", hir.catalog.entity(computed.entity).name, computed.name)
        };
        let traits = footprint.traits.keys();
        let places = traits.clone().map(|&id| hir.computed(id).value.span);
        let places = places.chain([tree.map_or(segment.name_span, |tree| tree.span)]);
        let column = |name: &str, ty: String| ManifestColumn { name: name.to_owned(), r#type: ty };
        let key = |&field: &FieldId| column(&entity.field(field).name, entity.field(field).ty.to_string());
        let bare = match tree {
            Some(tree) => Self::written(session, tree, &segment.properties),
            None => Self::bare(session, &segment.name, &entity.name, segment.name_span, &segment.properties),
        };
        Self {
            keys: Some(entity.key.iter().map(key).collect()),
            columns: Some(
                segment.columns.iter().map(|one| column(&one.name, one.value.ty.to_string())).collect(),
            ),
            params: Some(params(session, places)),
            traits: Some(traits.map(|&id| of_trait(id)).collect()),
            reads: Some(reads(session, id)),
            sensitive_fields: Some(sensitive_fields(hir, footprint)),
            parents: Some(parents(session, id)),
            children: Some(children(session, id)),
            ..bare
        }
    }

    /// A segment with `enabled: false`.
    pub(super) fn disabled(session: &Session, tree: &ast::Segment) -> Self {
        let (properties, _) = check::properties_of(tree);
        Self { enabled: false, ..Self::written(session, tree, &properties) }
    }

    /// What the tree of a segment says.
    fn written(session: &Session, tree: &ast::Segment, properties: &Properties) -> Self {
        let text = |span: Span| session.sources.text(span).to_owned();
        let property = |name: &str| {
            let found = tree.properties.iter().find(|property| property.name.text == name);
            found.map(|property| (text(property.value_span), &property.value))
        };
        let group = property("exclusive group").map(|(written, value)| match value {
            ast::PropertyValue::Text(name) => name.clone(),
            _ => written,
        });
        Self {
            expire: property("expire").map(|(written, _)| written),
            exclusive_group: group,
            extends: tree.extends.as_ref().map(|parent| parent.text.clone()),
            list: tree.listed.as_ref().map(|listed| match listed {
                Listed::File { path, .. } => ListSource::File(path.clone()),
                Listed::Entity { entity, .. } => ListSource::Entity(entity.text.clone()),
            }),
            conditions: tree
                .rules
                .iter()
                .map(|rule| EntryCondition {
                    kind: match rule.kind {
                        RuleKind::Where => "where",
                        RuleKind::Include => "include",
                        RuleKind::Exclude => "exclude",
                    },
                    text: text(rule.condition.span),
                    range: range(session, rule.condition.span),
                })
                .collect(),
            keep: tree.keeps.iter().map(|keep| text(keep.span)).collect(),
            range: range(session, tree.span),
            ..Self::bare(session, &tree.name.text, &tree.entity.text, tree.name.span, properties)
        }
    }

    fn bare(session: &Session, name: &str, entity: &str, span: Span, properties: &Properties) -> Self {
        let Properties { title, description, owner, tags, access, history, materialize, .. } = properties;
        let (path, line) = session.sources.locate(span).map_or(("", 0), |(path, at)| (path, at.line));
        Self {
            name: name.to_owned(),
            entity: entity.to_owned(),
            enabled: true,
            title: title.clone(),
            description: description.clone(),
            owner: owner.clone(),
            tags: tags.clone(),
            access: access.clone(),
            materialize: materialize.map_or(session.config.materialize, |(how, _)| how).name().to_owned(),
            expire: None,
            history: *history,
            exclusive_group: None,
            extends: None,
            list: None,
            conditions: Vec::new(),
            keep: Vec::new(),
            keys: None,
            columns: None,
            params: None,
            traits: None,
            reads: None,
            sensitive_fields: None,
            parents: None,
            children: None,
            exposures: Vec::new(),
            path: path.to_owned(),
            line,
            range: range(session, span),
        }
    }
}

/// The parameters used at some places.
fn params(session: &Session, places: impl Iterator<Item = Span>) -> Vec<String> {
    let used = &session.hir.params_used;
    let mut names = BTreeSet::new();
    for place in places {
        let first = used.partition_point(|(span, _)| (span.source, span.start) < (place.source, place.start));
        let inside =
            used[first..].iter().take_while(|(span, _)| span.source == place.source && span.end <= place.end);
        names.extend(inside.map(|(_, name)| name.clone()));
    }
    names.into_iter().collect()
}

fn reads(session: &Session, id: SegmentId) -> Vec<EntryRead> {
    let catalog = &session.hir.catalog;
    let footprint = &session.graph.node(id).footprint;
    let mut found: BTreeMap<&str, (&Entity, BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    for &entity in footprint.entities.keys() {
        let entity = catalog.entity(entity);
        // The keys of a static list are in a file.
        if entity.list.is_none() {
            found.insert(&entity.name, (entity, BTreeSet::new(), BTreeSet::new()));
        }
    }
    for &(entity, field) in footprint.fields.keys() {
        let entity = catalog.entity(entity);
        if let Some((_, fields, columns)) = found.get_mut(entity.name.as_str()) {
            let field = entity.field(field);
            fields.insert(field.name.clone());
            columns.insert(field.column.clone());
        }
    }
    let read = |(entity, fields, columns): (&Entity, BTreeSet<String>, BTreeSet<String>)| EntryRead {
        entity: entity.name.clone(),
        tables: tables(&entity.source),
        fields: fields.into_iter().collect(),
        columns: columns.into_iter().collect(),
    };
    found.into_values().map(read).collect()
}

fn tables(source: &TableSource) -> Vec<String> {
    match source {
        TableSource::Table(name) => vec![name.join(".")],
        TableSource::Shards(shards) => vec![shards.name.join(".")],
        TableSource::Tables(tables) => tables.iter().map(|table| table.name.join(".")).collect(),
        TableSource::Query { .. } => Vec::new(),
    }
}

/// The range of a span.
pub(super) fn range(session: &Session, span: Span) -> EntryRange {
    let at = |offset| {
        let source = session.sources.get(span.source);
        let position = source.map(|source| source.position(offset));
        position.map_or(EntryPosition::default(), |at| EntryPosition { line: at.line, column: at.column })
    };
    EntryRange { start: at(span.start), end: at(span.end) }
}
