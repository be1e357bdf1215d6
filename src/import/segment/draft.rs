//! Segments on their way from a tool's file into the project.

use super::fields::{Attribute, Field, Schema, resolve};
use super::lists::KeyFile;
use super::mapping::{Mapping, Naming};
use super::naming::Names;
use super::problems::{Twice, WrongShape};
use super::tool::Tool;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Expr, PropertyValue, Rule, RuleKind, Segment};
use crate::syntax::make;
use crate::types::Type;
use crate::types::calendar::Calendar;
use crate::yaml::{Node, NodeKind};

use std::collections::{BTreeMap, BTreeSet};

/// A segment of the tool. It has been declared, and may not have been translated yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DraftId(pub(super) usize);

/// A segment of a tool.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The key by which it is recognized when it is imported again.
    pub(crate) key: String,
    /// What people call it in the tool, if that differs from the key.
    pub(crate) title: Option<String>,
    /// Its name in the project.
    pub(crate) name: String,
    /// Where it is declared.
    pub(crate) span: Span,
    pub(crate) notes: Vec<String>,
    /// The segments that it refers to, and where.
    pub(crate) reads: Vec<(DraftId, Span)>,
    /// Why it isn't imported, if it isn't.
    pub(crate) refusals: Vec<Diagnostic>,
    pub(crate) segment: Option<Segment>,
    /// A mapping file says that it isn't imported.
    pub(crate) is_skipped: bool,
    /// The file with its keys, if it is a static list.
    pub(super) list: Option<KeyFile>,
    /// The segment that it is a list of, if the tool has none for it.
    pub(super) part_of: Option<usize>,
}

/// What a segment consists of, apart from its name.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) description: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) is_disabled: bool,
    /// The name of the segment that it extends.
    pub(crate) parent: Option<String>,
    pub(crate) rules: Vec<Rule>,
}

impl Body {
    /// A segment of all that a condition holds for.
    pub(crate) fn of(condition: Expr) -> Self {
        Self { rules: make::rule(RuleKind::Where, condition).into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn described(mut self, description: Option<String>) -> Self {
        self.description = description.filter(|text| !text.trim().is_empty());
        self
    }
}

/// An import of files: readers declare segments, then translate each.
pub(crate) struct Import<'a> {
    pub(super) tool: &'static dyn Tool,
    pub(crate) schema: Schema<'a>,
    pub(crate) mapping: &'a Mapping,
    /// The entity that segments are about unless the tool says otherwise.
    pub(crate) entity: String,
    /// A name for the only segment of a file that has no names.
    pub(crate) given_name: Option<String>,
    /// What was looked up in the tool's own sections of a mapping file, with the answers.
    pub(crate) asked: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// The database whose SQL the files have.
    pub(crate) dialect: Option<String>,
    /// The project's zone and weeks.
    pub(crate) calendar: Calendar,
    /// Problems with files as a whole.
    pub(crate) problems: Diagnostics,
    pub(super) names: Names,
    /// The names that segments got in an earlier import, by their keys.
    pub(super) earlier: BTreeMap<String, String>,
    /// The names of the project's own segments.
    pub(super) own: BTreeSet<String>,
    pub(super) drafts: Vec<Draft>,
    by_key: BTreeMap<String, DraftId>,
    /// The attributes that the segments use, and the fields that they are.
    pub(super) used: BTreeMap<String, (Option<Vec<String>>, Option<Type>)>,
    work: Work,
}

/// What is found while a segment is translated.
#[derive(Debug, Default)]
struct Work {
    entity: String,
    notes: Vec<String>,
    reads: Vec<(DraftId, Span)>,
    refusals: Vec<Diagnostic>,
}

impl<'a> Import<'a> {
    pub(super) fn new(
        tool: &'static dyn Tool,
        schema: Schema<'a>,
        mapping: &'a Mapping,
        entity: String,
        given_name: Option<String>,
    ) -> Self {
        Self {
            tool,
            schema,
            mapping,
            entity,
            given_name,
            asked: BTreeMap::new(),
            dialect: None,
            calendar: Calendar::default(),
            problems: Diagnostics::new(),
            names: Names::default(),
            earlier: BTreeMap::new(),
            own: BTreeSet::new(),
            drafts: Vec::new(),
            by_key: BTreeMap::new(),
            used: BTreeMap::new(),
            work: Work::default(),
        }
    }

    /// Declares a segment under its key, before any is translated, so that others can refer to it.
    /// `None` if there is one already, which is reported.
    pub(crate) fn declare(&mut self, key: &str, title: Option<&str>, span: Span) -> Option<DraftId> {
        if let Some(&DraftId(first)) = self.by_key.get(key) {
            let first = self.drafts.get(first).map_or(span, |draft| draft.span);
            self.problems.push(Twice { span, name: key.to_owned(), first });
            return None;
        }
        let naming = self.mapping.segments.get(key).or_else(|| self.mapping.segments.get(title?));
        let name = match naming {
            Some(Naming::Named(name, _)) => name.clone(),
            _ => match self.earlier.get(key) {
                Some(name) => name.clone(),
                None => self.names.invent(title.unwrap_or(key), self.tool.name()),
            },
        };
        self.names.take(&name);
        let id = DraftId(self.drafts.len());
        self.drafts.push(Draft {
            key: key.to_owned(),
            title: title.filter(|title| *title != key).map(str::to_owned),
            name,
            span,
            notes: Vec::new(),
            reads: Vec::new(),
            refusals: Vec::new(),
            segment: None,
            is_skipped: naming == Some(&Naming::Skip),
            list: None,
            part_of: None,
        });
        self.by_key.insert(key.to_owned(), id);
        Some(id)
    }

    /// Another name by which segments refer to a declared one.
    pub(crate) fn also_known_as(&mut self, id: DraftId, key: &str) {
        self.by_key.entry(key.to_owned()).or_insert(id);
    }

    /// Translates a segment. If anything in it is refused, it isn't imported.
    pub(crate) fn translate(&mut self, id: DraftId, translate: impl FnOnce(&mut Self) -> Option<Body>) {
        let entity = self.entity.clone();
        self.translate_on(id, &entity, translate);
    }

    /// Translates a segment on an entity.
    pub(crate) fn translate_on(
        &mut self,
        id: DraftId,
        entity: &str,
        translate: impl FnOnce(&mut Self) -> Option<Body>,
    ) {
        self.work = Work { entity: entity.to_owned(), ..Work::default() };
        let body = translate(self);
        let work = std::mem::take(&mut self.work);
        let Some(draft) = self.drafts.get_mut(id.0) else { return };
        draft.notes = work.notes;
        draft.reads = work.reads;
        draft.refusals = work.refusals;
        draft.segment = body.map(|body| segment(&draft.name, entity, body));
    }

    /// Refuses the segment that is being translated, because of something in it.
    pub(crate) fn refuse<T>(&mut self, problem: impl Into<Diagnostic>) -> Option<T> {
        let problem = problem.into();
        if !self.work.refusals.contains(&problem) {
            self.work.refusals.push(problem);
        }
        None
    }

    /// Notes what the segment means that a reader of the tool's file wouldn't expect.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.work.notes.contains(&text) {
            self.work.notes.push(text);
        }
    }

    /// The entity of the segment that is being translated.
    pub(crate) fn current_entity(&self) -> &str {
        &self.work.entity
    }

    /// The field of an attribute. `wants` is the type that the use implies, if there is no catalog yet.
    pub(crate) fn field(&mut self, attribute: Attribute<'_>, wants: Option<&Type>) -> Option<Field> {
        let key = self.tool.key_attribute();
        let entity = self.work.entity.clone();
        let found = resolve(&mut self.schema, self.mapping, &entity, attribute, key, wants);
        let used = self.used.entry(attribute.full()).or_default();
        used.1 = used.1.take().or_else(|| wants.cloned());
        match found {
            Ok(field) => {
                used.0 = Some(field.path.clone());
                Some(field)
            }
            Err(problem) => self.refuse(problem),
        }
    }

    /// Whether the catalog has a field for an attribute.
    pub(crate) fn has_field(&mut self, attribute: Attribute<'_>) -> bool {
        let is_survey = matches!(self.schema, Schema::Survey(_));
        let entity = self.work.entity.clone();
        !is_survey && resolve(&mut self.schema, self.mapping, &entity, attribute, None, None).is_ok()
    }

    /// The name of the segment with a key of the tool: one of the files, or one of the project that the
    /// mapping file names.
    pub(crate) fn reference(&mut self, key: &str, span: Span) -> Option<String> {
        if let Some(&id) = self.by_key.get(key)
            && let Some(draft) = self.drafts.get(id.0)
            && !draft.is_skipped
        {
            self.work.reads.push((id, span));
            return Some(draft.name.clone());
        }
        match self.mapping.segments.get(key) {
            Some(Naming::Named(name, _)) if self.own.contains(name) => Some(name.clone()),
            _ => None,
        }
    }

    /// The keys of all segments in the files.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.drafts.iter().map(|draft| draft.key.clone()).collect()
    }

    /// Refuses a value of another kind.
    pub(crate) fn wrong<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let (expected, found) = (expected.to_owned(), node.found().to_owned());
        self.refuse(WrongShape { span: node.span, expected, found, help: None })
    }

    /// The text of a required key.
    pub(crate) fn text<'n>(&mut self, map: &'n Node, key: &str) -> Option<&'n str> {
        match entry(map, key) {
            Some(Node { kind: NodeKind::String(text), .. }) => Some(text),
            Some(other) => self.wrong(other, &format!("text for `{key}`")),
            None => self.lacks(map, key),
        }
    }

    /// The list of a key; empty if the key is absent or null.
    pub(crate) fn list<'n>(&mut self, map: &'n Node, key: &str) -> Option<&'n [Node]> {
        match entry(map, key) {
            Some(Node { kind: NodeKind::List(items), .. }) => Some(items),
            None | Some(Node { kind: NodeKind::Null, .. }) => Some(&[]),
            Some(other) => self.wrong(other, &format!("a list for `{key}`")),
        }
    }

    /// Whether a key is true; an absent or null one isn't.
    pub(crate) fn flag(&mut self, map: &Node, key: &str) -> Option<bool> {
        match entry(map, key) {
            Some(Node { kind: NodeKind::Bool(value), .. }) => Some(*value),
            None | Some(Node { kind: NodeKind::Null, .. }) => Some(false),
            Some(other) => self.wrong(other, &format!("`true` or `false` for `{key}`")),
        }
    }

    pub(crate) fn lacks<T>(&mut self, map: &Node, key: &str) -> Option<T> {
        let (expected, found) = (format!("`{key}`"), format!("{} without it", map.found()));
        self.refuse(WrongShape { span: map.span, expected, found, help: None })
    }
}

/// The value of a key of a map.
pub(crate) fn entry<'n>(map: &'n Node, key: &str) -> Option<&'n Node> {
    let NodeKind::Map(entries) = &map.kind else { return None };
    entries.iter().find(|(one, _)| one.text == key).map(|(_, node)| node)
}

/// The text of a key, if there is one.
pub(crate) fn entry_text<'n>(map: &'n Node, key: &str) -> Option<&'n str> {
    match &entry(map, key)?.kind {
        NodeKind::String(text) => Some(text),
        _ => None,
    }
}

fn segment(name: &str, entity: &str, body: Body) -> Segment {
    let mut segment = make::segment(name, entity);
    segment.extends = body.parent.map(make::name);
    let description = body.description.map(|text| make::property("description", PropertyValue::Text(text)));
    let tags = (!body.tags.is_empty()).then(|| {
        make::property("tags", PropertyValue::List(body.tags.into_iter().map(make::name).collect()))
    });
    let enabled = body.is_disabled.then(|| make::property("enabled", PropertyValue::Boolean(false)));
    segment.properties = description.into_iter().chain(tags).chain(enabled).collect();
    segment.rules = body.rules;
    segment
}
