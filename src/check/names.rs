//! What every name means: one lookup each, whatever the size of the project.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use crate::catalog::{Catalog, EntityId, FieldId, LinkId};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::syntax::ast;

use super::problems::list;
use super::problems::names::{Duplicate, TraitHides, UnknownEntity};

/// What a name of an entity stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Member {
    Field(FieldId),
    Link(LinkId),
    /// Index in [`Names::traits`].
    Trait(usize),
}

/// A trait and the entity it is on, if that entity exists.
pub(super) struct TraitItem<'a> {
    pub(super) ast: &'a ast::Trait,
    pub(super) entity: Option<EntityId>,
    /// Whether it has its name to itself.
    pub(super) unique: bool,
}

/// A segment and the entity it is about, if that entity exists.
pub(super) struct SegmentItem<'a> {
    pub(super) ast: &'a ast::Segment,
    pub(super) entity: Option<EntityId>,
    /// Whether it has its name to itself.
    pub(super) unique: bool,
}

/// All names of a project.
pub(super) struct Names<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) traits: Vec<TraitItem<'a>>,
    pub(super) segments: Vec<SegmentItem<'a>>,
    entities: HashMap<&'a str, EntityId>,
    members: Vec<HashMap<&'a str, Member>>,
    segment_names: HashMap<&'a str, usize>,
    pub(super) params: HashSet<&'a str>,
    /// Names of items that could not be read, which has been reported.
    unread: HashSet<&'a str>,
    /// How many names were compared with misspelt ones.
    compared: Cell<usize>,
}

impl<'a> Names<'a> {
    /// Collects the names of all files; what is defined twice is a problem.
    pub(super) fn collect(files: &'a [ast::File], catalog: &'a Catalog, problems: &mut Diagnostics) -> Self {
        let entities = catalog.iter().map(|(id, entity)| (entity.name.as_str(), id)).collect();
        let members = catalog.entities.iter().map(members_of).collect();
        let (traits, segments, segment_names) = (Vec::new(), Vec::new(), HashMap::new());
        let compared = Cell::new(0);
        let items = || files.iter().flat_map(|file| &file.items);
        let params = items().filter_map(|item| match item {
            ast::Item::Param(param) => Some(param.name.text.as_str()),
            _ => None,
        });
        let params = params.collect();
        let unread = files.iter().flat_map(|file| &file.unread).map(String::as_str).collect();
        let mut names =
            Self { catalog, traits, segments, entities, members, segment_names, params, unread, compared };
        for item in items() {
            if let ast::Item::Trait(item) = item {
                names.add_trait(item, problems);
            }
        }
        let mut seen = HashMap::new();
        for item in items() {
            if let ast::Item::Segment(item) = item {
                names.add_segment(item, &mut seen, problems);
            }
        }
        names
    }

    fn add_trait(&mut self, item: &'a ast::Trait, problems: &mut Diagnostics) {
        let entity = self.find_entity(&item.entity, problems);
        let mut unique = true;
        if let Some(id) = entity {
            let entity = self.catalog.entity(id);
            let name = &item.name;
            let hides = |what, other| TraitHides {
                span: name.span,
                name: name.text.clone(),
                entity: entity.name.clone(),
                what,
                other,
            };
            match self.member(id, &name.text) {
                None => {
                    let at = self.traits.len();
                    self.members[id.0 as usize].insert(&name.text, Member::Trait(at));
                }
                Some(Member::Field(field)) => problems.push(hides("field", entity.field(field).span)),
                Some(Member::Link(link)) => problems.push(hides("link", entity.link(link).span)),
                Some(Member::Trait(other)) => {
                    problems.push(duplicate("trait", name, &self.traits[other].ast.name));
                }
            }
            unique =
                matches!(self.member(id, &name.text), Some(Member::Trait(at)) if at == self.traits.len());
        }
        self.traits.push(TraitItem { ast: item, entity, unique });
    }

    fn add_segment(
        &mut self,
        item: &'a ast::Segment,
        seen: &mut HashMap<String, usize>,
        problems: &mut Diagnostics,
    ) {
        let entity = self.find_entity(&item.entity, problems);
        let at = self.segments.len();
        let first = *seen.entry(item.name.text.to_lowercase()).or_insert(at);
        if first == at {
            self.segment_names.insert(&item.name.text, at);
        } else {
            problems.push(duplicate("segment", &item.name, &self.segments[first].ast.name));
        }
        self.segments.push(SegmentItem { ast: item, entity, unique: first == at });
    }

    fn find_entity(&self, name: &ast::Name, problems: &mut Diagnostics) -> Option<EntityId> {
        let found = self.entities.get(name.text.as_str()).copied();
        // Without any entity, that is the problem, which has been reported.
        let reported = self.catalog.entities.is_empty() || self.catalog.unread.may_have(&name.text);
        if found.is_none() && !reported {
            if let Some(at) = self.segment(&name.text) {
                let about = self.segments[at].ast.entity.text.as_str();
                let help = format!("it is a segment: write `on {about} extends {}`", name.text);
                problems.push(UnknownEntity { span: name.span, name: name.text.clone(), help: Some(help) });
                return None;
            }
            problems.push(self.unknown_entity(name));
        }
        found
    }

    fn unknown_entity(&self, name: &ast::Name) -> UnknownEntity {
        let declared = self.catalog.entities.iter().filter(|entity| entity.list.is_none());
        let help = suggest(&name.text, declared.map(|entity| entity.name.as_str()), "the entities are");
        let help = help.or_else(|| Some("`segc catalog` lists all entities".to_owned()));
        UnknownEntity { span: name.span, name: name.text.clone(), help }
    }

    /// The entity whose rows a static list takes its keys from.
    pub(super) fn listed_entity(&self, name: &ast::Name) -> Result<EntityId, Diagnostic> {
        if let Some(&found) = self.entities.get(name.text.as_str()) {
            return Ok(found);
        }
        if self.catalog.entities.is_empty() || self.catalog.unread.may_have(&name.text) {
            return Err(Diagnostic::reported());
        }
        let help = self.segment(&name.text).map(|at| {
            let about = &self.segments[at].ast.entity.text;
            format!("it is a segment: write `on {about} extends {}`", name.text)
        });
        let unknown = self.unknown_entity(name);
        Err(UnknownEntity { help: help.or_else(|| unknown.help.clone()), ..unknown }.into())
    }

    /// What a name of an entity stands for.
    pub(super) fn member(&self, entity: EntityId, name: &str) -> Option<Member> {
        self.members[entity.0 as usize].get(name).copied()
    }

    /// Every name of an entity: fields, links, then traits as they were written.
    pub(super) fn member_names(&self, entity: EntityId) -> impl Iterator<Item = &'a str> {
        let it = self.catalog.entity(entity);
        let fields = it.fields.iter().map(|field| field.name.as_str());
        let links = it.declared_links().map(|link| link.name.as_str());
        let traits = self.traits.iter().filter(move |item| item.entity == Some(entity) && item.unique);
        fields.chain(links).chain(traits.map(|item| item.ast.name.text.as_str()))
    }

    /// Whether an item of this name could not be read, which has been reported.
    pub(super) fn is_unread(&self, name: &str) -> bool {
        self.unread.contains(name)
    }

    /// The segment of exactly that name.
    pub(super) fn segment(&self, name: &str) -> Option<usize> {
        self.segment_names.get(name).copied()
    }

    /// The name that was probably meant. Thousands of mistakes among thousands of names
    /// would take minutes, so at some point this no longer looks.
    pub(super) fn near<'n>(&self, name: &str, all: &[&'n str]) -> Option<&'n str> {
        const MOST: usize = 500_000;
        let compared = self.compared.get().saturating_add(all.len());
        self.compared.set(compared);
        if compared > MOST { None } else { near(name, all) }
    }

    /// The name of an entity.
    pub(super) fn entity_name(&self, id: EntityId) -> &'a str {
        &self.catalog.entity(id).name
    }
}

fn members_of(entity: &crate::catalog::Entity) -> HashMap<&str, Member> {
    let links = (0u32..).map(LinkId).zip(&entity.links);
    let fields = (0u32..).map(FieldId).zip(&entity.fields);
    links
        .map(|(id, link)| (link.name.as_str(), Member::Link(id)))
        .chain(fields.map(|(id, field)| (field.name.as_str(), Member::Field(id))))
        .collect()
}

/// The problem of a second thing of one name.
pub(super) fn duplicate(what: &'static str, name: &ast::Name, first: &ast::Name) -> Duplicate {
    Duplicate {
        span: name.span,
        what,
        name: name.text.clone(),
        first: first.span,
        first_name: first.text.clone(),
    }
}

/// "did you mean `x`?"; without a likely one, what there is, if that is short enough to read.
pub(super) fn suggest<'n>(name: &str, all: impl Iterator<Item = &'n str>, intro: &str) -> Option<String> {
    let all: Vec<&str> = all.collect();
    near(name, &all).map(did_you_mean).or_else(|| listed(all, intro))
}

fn near<'n>(name: &str, all: &[&'n str]) -> Option<&'n str> {
    // A name that is much longer or shorter is no typo, and comparing letters is slow.
    closest(name, all.iter().copied().filter(|it| it.len().abs_diff(name.len()) <= 8))
}

pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// All names, if they are few enough to read.
pub(super) fn listed(mut all: Vec<&str>, intro: &str) -> Option<String> {
    const READABLE: usize = 24;
    if all.is_empty() || all.len() > READABLE {
        return None;
    }
    all.sort_unstable();
    Some(format!("{intro} {}", list(all)))
}
