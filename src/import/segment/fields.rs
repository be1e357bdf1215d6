//! From a tool's attributes to fields of the catalog.

use std::collections::BTreeMap;

use super::mapping::{Mapped, Mapping};
use super::naming::plain_name;
use crate::catalog::{Catalog, Entity, EntityId, Link, Storage};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, closest};
use crate::import::problems::UnknownInMapping;
use crate::import::segment::problems::NoFieldFor;
use crate::syntax::ast::{Expr, Path};
use crate::syntax::make;
use crate::types::Type;

/// An attribute as the tool names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute<'a> {
    /// The kind of context that has it; `None` is the kind that the segments are about.
    pub(crate) kind: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) span: Span,
}

impl Attribute<'_> {
    /// The name in mapping files and messages.
    pub(crate) fn full(&self) -> String {
        match self.kind {
            Some(kind) => format!("{kind}:{}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// A field of the catalog, as seen from the segment's entity.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) path: Vec<String>,
    pub(crate) ty: Type,
    /// Whether it can be missing.
    pub(crate) nullable: bool,
    /// Whether its column has versions that are written loosely (`v1.2`).
    pub(crate) is_loose: bool,
    /// For a list whose elements are rows: the path to them, from which `path` goes on.
    pub(crate) rows: Option<Vec<String>>,
}

impl Field {
    pub(crate) fn expr(&self) -> Expr {
        make::path(self.path())
    }

    /// The path in a condition.
    pub(crate) fn path(&self) -> Path {
        let parts: Vec<&str> = self.path.iter().map(String::as_str).collect();
        make::path_of(&parts)
    }

    /// The path as it is written.
    pub(crate) fn name(&self) -> String {
        self.path.join(".")
    }
}

/// What is known of the fields of entities.
#[derive(Debug)]
pub(crate) enum Schema<'a> {
    /// The project's catalog.
    Catalog(&'a Catalog),
    /// Nothing: the attributes that the files use are collected, to write a catalog.
    Survey(Survey),
}

/// Attributes found in the files: for each entity its fields, in the order of their names.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) entities: BTreeMap<String, BTreeMap<String, Surveyed>>,
    /// The entity whose rows perform events, if the segments ask for any.
    pub(crate) performers: Option<String>,
}

/// An attribute found in the files.
#[derive(Debug)]
pub(crate) struct Surveyed {
    /// As the tool names it.
    pub(crate) attribute: String,
    /// The type that its uses imply, if any does.
    pub(crate) ty: Option<Type>,
}

impl Survey {
    /// Notes an attribute. The type is the one that this use needs.
    fn field(&mut self, entity: &str, path: Vec<String>, attribute: String, wants: Option<&Type>) -> Field {
        let fields = self.entities.entry(entity.to_owned()).or_default();
        let mut name = path.join("_");
        // Another attribute may have the same plain name.
        while fields.get(&name).is_some_and(|other| other.attribute != attribute) {
            name.push_str("_2");
        }
        let found = fields.entry(name.clone()).or_insert(Surveyed { attribute, ty: None });
        found.ty = match (found.ty.take(), wants) {
            (None, wants) => wants.cloned(),
            (Some(known), None) => Some(known),
            (Some(known), Some(wants)) => Some(common(known, wants)),
        };
        // The condition is translated as this use needs it; the type that all uses have in common
        // counts when the files are read again.
        let ty = wants.cloned().or_else(|| found.ty.clone()).unwrap_or(Type::String);
        Field { path: vec![name], ty, nullable: true, is_loose: false, rows: None }
    }
}

/// A type for both uses of an attribute. Versions, dates and numbers can be read from text.
fn common(a: Type, b: &Type) -> Type {
    match (&a, b) {
        (a, b) if a == b => a.clone(),
        (Type::Array(_), _) => a,
        (_, Type::Array(_)) => b.clone(),
        (a, b) => a.widest(b).unwrap_or(Type::String),
    }
}

/// The field of an attribute.
pub(crate) fn resolve(
    schema: &mut Schema<'_>,
    mapping: &Mapping,
    entity: &str,
    attribute: Attribute<'_>,
    key_attribute: Option<&str>,
    wants: Option<&Type>,
) -> Result<Field, Diagnostic> {
    let catalog = match schema {
        Schema::Survey(survey) => {
            let path = match mapping.attributes.get(&attribute.full()) {
                Some(mapped) => mapped.parts.clone(),
                None => attribute
                    .kind
                    .into_iter()
                    .chain([attribute.name])
                    .map(|part| plain_name(part, "field"))
                    .collect(),
            };
            return Ok(survey.field(entity, path, attribute.full(), wants));
        }
        Schema::Catalog(catalog) => *catalog,
    };
    let Some(id) = catalog.find(entity) else {
        let known = catalog.iter().map(|(_, entity)| entity.name.clone()).collect();
        let name = entity.to_owned();
        return Err(UnknownInMapping { span: None, what: "entity", name, owner: None, known }.into());
    };
    if let Some(mapped) = mapping.attributes.get(&attribute.full()) {
        return mapped_path(catalog, id, mapping, mapped);
    }
    let start = match attribute.kind {
        None => Some((id, Vec::new())),
        Some(kind) => kind_path(catalog, id, mapping, kind)?,
    };
    let found = start.and_then(|(at, path)| {
        let is_key = key_attribute == Some(attribute.name);
        find(catalog, at, path.clone(), attribute.name).or_else(|| key(catalog, at, path).filter(|_| is_key))
    });
    let flat = || {
        let name = format!("{}_{}", attribute.kind?, attribute.name);
        find(catalog, id, Vec::new(), &name)
    };
    found.or_else(flat).ok_or_else(|| unknown(catalog.entity(id), attribute, wants).into())
}

/// Reports paths in a mapping file that don't lead to a field, whether or not the files use them.
pub(crate) fn check(catalog: &Catalog, entity: &str, mapping: &Mapping, problems: &mut Diagnostics) {
    let Some(id) = catalog.find(entity) else { return };
    let fields =
        mapping.attributes.values().map(|mapped| mapped_path(catalog, id, mapping, mapped).map(drop));
    let kinds = mapping.kinds.keys().map(|kind| kind_path(catalog, id, mapping, kind).map(drop));
    fields.chain(kinds).filter_map(Result::err).for_each(|problem| problems.push(problem));
}

/// The row of a kind of context: its entity and the path to it. `None` if the catalog has no link of
/// its name.
fn kind_path(
    catalog: &Catalog,
    entity: EntityId,
    mapping: &Mapping,
    kind: &str,
) -> Result<Option<(EntityId, Vec<String>)>, Diagnostic> {
    let Some(mapped) = mapping.kinds.get(kind) else {
        return Ok(link(catalog.entity(entity), kind).map(|(name, to)| (to, vec![name])));
    };
    let (mut at, mut path) = (entity, Vec::new());
    for part in &mapped.parts {
        let here = catalog.entity(at);
        let Some((name, to)) = here
            .links
            .iter()
            .find(|link| link.name == *part && !link.many)
            .map(|link| (link.name.clone(), link.to))
        else {
            let known = here.links.iter().filter(|link| !link.many).map(|link| link.name.clone()).collect();
            let (span, name, owner) = (Some(mapped.span), part.clone(), Some(here.name.clone()));
            return Err(UnknownInMapping { span, what: "link to one row", name, owner, known }.into());
        };
        path.push(name);
        at = to;
    }
    Ok(Some((at, path)))
}

/// The only field of a key.
fn key(catalog: &Catalog, entity: EntityId, mut path: Vec<String>) -> Option<Field> {
    let [only] = catalog.entity(entity).key.as_slice() else { return None };
    let field = catalog.entity(entity).field(*only);
    let nullable = !path.is_empty();
    path.push(field.name.clone());
    Some(Field { path, ty: field.ty.clone(), nullable, is_loose: is_loose(field), rows: None })
}

/// A field by the tool's name for it: the same name, or the same words.
fn find(catalog: &Catalog, entity: EntityId, mut path: Vec<String>, name: &str) -> Option<Field> {
    let here = catalog.entity(entity);
    let plain = plain_name(name, "field");
    let fits = |field: &&crate::catalog::Field| plain_name(&field.name, "field") == plain;
    let exact = here.fields.iter().find(|field| field.name == name);
    let alike: Vec<&crate::catalog::Field> = here.fields.iter().filter(fits).collect();
    let only = if let [only] = alike.as_slice() { Some(*only) } else { None };
    if let Some(field) = exact.or(only) {
        let nullable = field.nullable || !path.is_empty();
        path.push(field.name.clone());
        return Some(Field { path, ty: field.ty.clone(), nullable, is_loose: is_loose(field), rows: None });
    }
    // `company.plan` may be behind a link; names of more than a few parts aren't.
    let (first, rest) = name.split_once('.').filter(|_| path.len() < 4)?;
    let (link, to) = link(here, first)?;
    path.push(link);
    find(catalog, to, path, rest)
}

/// Whether a column has versions that are written loosely.
fn is_loose(field: &crate::catalog::Field) -> bool {
    field.storage == Storage::LooseVersion
}

/// A link to one row by the tool's name for it.
fn link(entity: &Entity, name: &str) -> Option<(String, EntityId)> {
    let plain = plain_name(name, "field");
    let to_one = entity.links.iter().filter(|link| !link.many);
    let mut fits = to_one.filter(|link| link.name == name || plain_name(&link.name, "field") == plain);
    fits.next().map(|link| (link.name.clone(), link.to))
}

/// The field at the end of a path in the mapping file.
fn mapped_path(
    catalog: &Catalog,
    entity: EntityId,
    mapping: &Mapping,
    mapped: &Mapped,
) -> Result<Field, Diagnostic> {
    let Some((last, links)) = mapped.parts.split_last() else {
        let known = Vec::new();
        return Err(UnknownInMapping {
            span: Some(mapped.span),
            what: "field",
            name: String::new(),
            owner: None,
            known,
        }
        .into());
    };
    let mut at = entity;
    let mut rows = None;
    for (position, part) in links.iter().enumerate() {
        let here = catalog.entity(at);
        let may_be_many = mapping.has_rows && rows.is_none();
        let leads = |link: &&Link| may_be_many || !link.many;
        let Some(link) = here.links.iter().filter(leads).find(|link| link.name == *part) else {
            let known = here.links.iter().filter(leads).map(|link| link.name.clone()).collect();
            let (name, owner) = (part.clone(), Some(here.name.clone()));
            let what = if may_be_many { "link" } else { "link to one row" };
            return Err(UnknownInMapping { span: Some(mapped.span), what, name, owner, known }.into());
        };
        if link.many {
            rows = Some(position + 1);
        }
        at = link.to;
    }
    let here = catalog.entity(at);
    match here.fields.iter().find(|field| field.name == *last) {
        Some(field) => {
            let (before, path) = mapped.parts.split_at(rows.unwrap_or(0));
            let nullable = field.nullable || path.len() > 1;
            let (path, ty) = (path.to_vec(), field.ty.clone());
            let rows = rows.map(|_| before.to_vec());
            Ok(Field { path, ty, nullable, is_loose: is_loose(field), rows })
        }
        None => {
            let known = here.fields.iter().map(|field| field.name.clone()).collect();
            let (name, owner) = (last.clone(), Some(here.name.clone()));
            Err(UnknownInMapping { span: Some(mapped.span), what: "field", name, owner, known }.into())
        }
    }
}

fn unknown(entity: &Entity, attribute: Attribute<'_>, wants: Option<&Type>) -> NoFieldFor {
    let full = attribute.full();
    let field = plain_name(&full, "field");
    let near = closest(&field, entity.fields.iter().map(|field| field.name.as_str())).map(str::to_owned);
    let ty = wants.unwrap_or(&Type::String).to_string();
    NoFieldFor { span: attribute.span, attribute: full, entity: entity.name.clone(), field, ty, near }
}
