//! Events of the people that segments are about: a to-many link to an entity with `time` and `event_name`.

use super::draft::Import;
use super::fields::{Attribute, Field, Schema, resolve};
use super::mapping::{Mapped, Mapping};
use super::problems::NoEquivalent;
use crate::catalog::EntityId;
use crate::diagnostic::Span;
use crate::import::problems::UnknownInMapping;
use crate::syntax::ast::{Expr, Path};
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::NodeKind;

/// The section of a mapping file that names the link to the events.
pub(crate) const SECTION: &str = "events";

/// What a catalog for a start calls the entity of the events that the rows of another perform.
pub(super) fn entity_of_events(performer: &str) -> &'static str {
    if performer == "event" { "performed_event" } else { "event" }
}

/// The events of the entity that segments are about.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    /// The link to them, or several.
    pub(crate) path: Vec<String>,
    /// Their entity.
    pub(crate) entity: String,
    /// The field of their time.
    pub(crate) time: String,
    /// The field of their name.
    pub(crate) name: String,
    /// The to-one link back to the entity that segments are about, if there is one.
    pub(crate) back: Option<String>,
}

impl Events {
    fn parts(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// The events of a name: `events["signup"]`.
    pub(crate) fn named(&self, name: &str) -> Path {
        make::event_path(&self.parts(), name)
    }

    /// All events.
    pub(crate) fn all(&self) -> Path {
        make::path_of(&self.parts())
    }

    /// The time of events behind a path.
    pub(crate) fn time_of(&self, path: Path) -> Expr {
        make::path(make::then(path, &self.time))
    }

    /// The name of an event, as a field of it.
    pub(crate) fn name_field(&self) -> Expr {
        make::field(&self.name)
    }
}

impl Import<'_> {
    /// The events of the segment's entity.
    pub(crate) fn events(&mut self, span: Span) -> Option<Events> {
        let performer = self.current_entity().to_owned();
        let catalog = match &mut self.schema {
            Schema::Catalog(catalog) => *catalog,
            Schema::Survey(survey) => {
                let entity = entity_of_events(&performer).to_owned();
                survey.performers = Some(performer.clone());
                let (path, back) = (vec!["events".to_owned()], Some(performer));
                let (time, name) = ("timestamp".to_owned(), "event".to_owned());
                return Some(Events { path, entity, time, name, back });
            }
        };
        let entity = catalog.find(&performer)?;
        let mapped = self.mapping.section(SECTION).map(|node| (node.kind.clone(), node.span));
        let found: Vec<(Vec<String>, EntityId)> = match mapped {
            Some((NodeKind::String(text), at)) => {
                let mut here = entity;
                let mut path = Vec::new();
                for part in text.split('.') {
                    let model = catalog.entity(here);
                    let Some(link) = model.links.iter().find(|link| link.name == part) else {
                        let known = model.links.iter().map(|link| link.name.clone()).collect();
                        let (what, name, owner) = ("link", part.to_owned(), Some(model.name.clone()));
                        return self.refuse(UnknownInMapping { span: Some(at), what, name, owner, known });
                    };
                    path.push(link.name.clone());
                    here = link.to;
                }
                vec![(path, here)]
            }
            _ => {
                let links = catalog.entity(entity).links.iter();
                let events = links.filter(|link| link.many && catalog.entity(link.to).event_name.is_some());
                events.map(|link| (vec![link.name.clone()], link.to)).collect()
            }
        };
        let (path, to) = match found.as_slice() {
            [only] => only.clone(),
            [] => {
                let what = format!("`{}` has no link to events", catalog.entity(entity).name);
                let help = "add an entity with `time` and `event_name` to the catalog, and a link to it with `many: true`";
                return self.refuse(NoEquivalent { span, what, help: help.to_owned() });
            }
            _ => {
                let names: Vec<_> = found.iter().map(|(path, _)| format!("`{}`", path.join("."))).collect();
                let what = format!("several links lead to events: {}", names.join(", "));
                let help = "name one in the mapping file: `events: …`".to_owned();
                return self.refuse(NoEquivalent { span, what, help });
            }
        };
        let model = catalog.entity(to);
        let (Some(time), Some(name)) = (model.time, model.event_name) else {
            let what = format!("`{}` has no `time` or no `event_name`", model.name);
            let help = "declare both in the catalog".to_owned();
            return self.refuse(NoEquivalent { span, what, help });
        };
        let back = model.links.iter().find(|link| !link.many && link.to == entity);
        Some(Events {
            path,
            entity: model.name.clone(),
            time: model.field(time).name.clone(),
            name: model.field(name).name.clone(),
            back: back.map(|link| link.name.clone()),
        })
    }

    /// A property of an event as a field of its entity. In a mapping file it is `event:NAME`.
    pub(crate) fn event_field(
        &mut self,
        events: &Events,
        name: &str,
        span: Span,
        wants: Option<&Type>,
    ) -> Option<Field> {
        let mut mapping = Mapping::default();
        let full = format!("event:{name}");
        if let Some(Mapped { parts, span }) = self.mapping.attributes.get(&full) {
            let mapped = Mapped { parts: parts.clone(), span: *span };
            mapping.attributes.insert(name.to_owned(), mapped);
        }
        let attribute = Attribute { kind: None, name, span };
        let found = resolve(&mut self.schema, &mapping, &events.entity, attribute, None, wants);
        let used = self.used.entry(full).or_default();
        used.1 = used.1.take().or_else(|| wants.cloned());
        match found {
            Ok(field) => {
                used.0 = Some(field.path.clone());
                Some(field)
            }
            Err(problem) => self.refuse(problem),
        }
    }
}
