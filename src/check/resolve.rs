//! Paths: from names joined by dots to hops and what is at their end.

use crate::catalog::{EntityId, FieldId};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast;

use super::hir::{Base, Hop};
use super::names::{Member, Names, suggest};
use super::problems::names::{
    AfterField, MisplacedOuter, NoEventName, PathRepeated, PathTooLong, UnknownEvent, UnknownName, WindowName,
};

/// How many links a path may follow: each is a join.
const MOST_LINKS: usize = 32;

/// Where an expression is, and so what its names are read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameScope<'a> {
    /// The row that bare names are read from.
    pub(super) this: EntityId,
    /// The row that `outer` is, inside an aggregate.
    pub(super) outer: Option<EntityId>,
    /// The path of the aggregate that this is in.
    pub(super) head: Option<Head<'a>>,
    /// In the window of an aggregate, where bare names mean nothing.
    pub(super) in_window: bool,
}

impl NameScope<'_> {
    /// The scope of a segment's or a trait's expression.
    pub(super) fn of(entity: EntityId) -> Self {
        Self { this: entity, outer: None, head: None, in_window: false }
    }
}

/// The first path of an aggregate's argument, which says what rows it ranges over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    /// The path as it was written.
    pub(super) path: &'a ast::Path,
    /// How many of its parts lead to the rows; the others are read from there.
    pub(super) skip: usize,
}

/// What is at the end of a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tail {
    /// The row itself.
    Row,
    /// A field of it.
    Field(FieldId),
    /// A trait of it: index in [`Names::traits`].
    Trait(usize),
}

/// A path whose names are all known. Its hops may lead to many rows.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) base: Base,
    pub(super) hops: Vec<Hop>,
    pub(super) end: EntityId,
    pub(super) tail: Tail,
}

impl Names<'_> {
    /// Looks up every name of a path.
    pub(super) fn resolve(&self, path: &ast::Path, scope: &NameScope) -> Result<Resolved, Diagnostic> {
        let (base, start, parts) = self.start(path, scope)?;
        if let ([first, .., last], true) = (parts, parts.len() > MOST_LINKS + 1) {
            let span = first.name.span.to(last.name.span);
            return Err(PathTooLong { span, links: parts.len() - 1, limit: MOST_LINKS }.into());
        }
        let mut found = Resolved { base, hops: Vec::new(), end: start, tail: Tail::Row };
        for (at, part) in parts.iter().enumerate() {
            let Some(member) = self.member(found.end, &part.name.text) else {
                return Err(self.unknown(path, parts, at, &found, scope));
            };
            let is_last = at + 1 == parts.len();
            match member {
                Member::Link(link) => {
                    let to = self.catalog.entity(found.end).link(link).to;
                    let event = self.event(part, to)?;
                    let span =
                        part.event.as_ref().map_or(part.name.span, |event| part.name.span.to(event.span));
                    found.hops.push(Hop { from: found.end, link, to, event, span });
                    found.end = to;
                }
                _ if part.event.is_some() => {
                    let span = part.event.as_ref().map_or(part.name.span, |event| event.span);
                    return Err(NoEventName {
                        span,
                        name: part.name.text.clone(),
                        entity: None,
                        field: None,
                    }
                    .into());
                }
                Member::Field(_) if self.catalog.entity(found.end).unread.names.contains(&part.name.text) => {
                    return Err(Diagnostic::reported());
                }
                Member::Field(field) if is_last => found.tail = Tail::Field(field),
                Member::Trait(at) if is_last => found.tail = Tail::Trait(at),
                Member::Field(_) | Member::Trait(_) => {
                    return Err(self.after_field(&found, member, &parts[at + 1].name, &part.name));
                }
            }
        }
        Ok(found)
    }

    fn start<'p>(
        &self,
        path: &'p ast::Path,
        scope: &NameScope,
    ) -> Result<(Base, EntityId, &'p [ast::PathPart]), Diagnostic> {
        let parts = path.parts.as_slice();
        if let Some(head) = scope.head.filter(|head| head.path.span == path.span) {
            return Ok((Base::This, scope.this, &parts[head.skip.min(parts.len())..]));
        }
        let Some(first) = parts.first().filter(|part| is_outer(part)) else {
            if scope.in_window {
                let help = format!("write `outer.{}`", path_text(path));
                let message = "a window's bounds are the same for all rows of the aggregate".to_owned();
                return Err(WindowName { span: path.span, message, help }.into());
            }
            return Ok((Base::This, scope.this, parts));
        };
        let misplaced = |span, message, help| Err(MisplacedOuter { span, message, help }.into());
        let Some(outer) = scope.outer else {
            let message = "`outer` has a meaning only inside an aggregate";
            return misplaced(
                first.name.span,
                message,
                "remove `outer.`: names are already read from this row",
            );
        };
        match parts.get(1).filter(|part| is_outer(part)) {
            Some(second) => {
                let message = "`outer` reaches exactly one level up";
                misplaced(second.name.span, message, "define a `trait` for the value one level further in")
            }
            None => Ok((Base::Outer, outer, &parts[1..])),
        }
    }

    fn event(&self, part: &ast::PathPart, to: EntityId) -> Result<Option<String>, Diagnostic> {
        let Some(event) = &part.event else { return Ok(None) };
        let entity = self.catalog.entity(to);
        let Some(field) = entity.event_name else {
            if entity.unread.event_name {
                return Err(Diagnostic::reported());
            }
            let field = entity.fields.iter().find(|field| field.name == event.text);
            let field = field.map(|field| format!("{}.{}", part.name.text, field.name));
            let (name, entity) = (part.name.text.clone(), Some(entity.name.clone()));
            return Err(NoEventName { span: event.span, name, entity, field }.into());
        };
        if let Some(values) = &entity.field(field).values
            && !values.contains(&event.text)
        {
            let help = suggest(&event.text, values.iter().map(String::as_str), "its events are");
            let (name, entity) = (event.text.clone(), entity.name.clone());
            return Err(UnknownEvent { span: event.span, name, entity, help }.into());
        }
        Ok(Some(event.text.clone()))
    }

    fn after_field(
        &self,
        found: &Resolved,
        member: Member,
        next: &ast::Name,
        name: &ast::Name,
    ) -> Diagnostic {
        let ty = match member {
            Member::Field(field) => Some(self.catalog.entity(found.end).field(field).ty.to_string()),
            _ => None,
        };
        let is_time = ty.as_deref().is_some_and(|ty| ["date", "timestamp"].contains(&ty));
        let parts = ["year", "month", "day", "weekday", "hour", "minute", "date"];
        let known = if ty.as_deref() == Some("timestamp") { parts.len() } else { 4 };
        let mut parts = parts.into_iter().take(known);
        let part = parts.find(|part| is_time && part.eq_ignore_ascii_case(&next.text));
        AfterField { span: next.span, name: name.text.clone(), ty, part }.into()
    }

    fn unknown(
        &self,
        path: &ast::Path,
        parts: &[ast::PathPart],
        at: usize,
        found: &Resolved,
        scope: &NameScope,
    ) -> Diagnostic {
        let name = &parts[at].name;
        let alone = at == 0 && parts.len() == 1;
        if self.catalog.entity(found.end).unread.names.contains(&name.text)
            || alone && self.is_unread(&name.text)
        {
            return Diagnostic::reported();
        }
        let is_bare = at == 0 && found.base == Base::This;
        if let Some(repeated) = scope.head.and_then(|head| repeated(head, path, parts, is_bare)) {
            return repeated.into();
        }
        let outer = scope.outer.filter(|&outer| is_bare && self.member(outer, &name.text).is_some());
        let help = match outer {
            Some(outer) => {
                let entity = self.entity_name(outer);
                Some(format!("it is on `{entity}`, the outer row: write `outer.{}`", path_text(path)))
            }
            None => self.help_for(path, parts, at, found.end, scope),
        };
        let entity = self.entity_name(found.end).to_owned();
        UnknownName { span: name.span, name: name.text.clone(), entity, help }.into()
    }

    /// Whether a name that is unknown here is one of the row outside.
    pub(super) fn is_outside(&self, name: &str, scope: &NameScope) -> bool {
        scope.outer.is_some_and(|outer| self.member(outer, name).is_some())
    }
}

/// `orders.total` in an aggregate over `orders`: the first name already gave the path.
fn repeated(head: Head, path: &ast::Path, parts: &[ast::PathPart], is_bare: bool) -> Option<PathRepeated> {
    let link = &head.path.parts.first()?.name.text;
    if !is_bare || head.path.span == path.span || parts.len() < 2 || parts[0].name.text != *link {
        return None;
    }
    let same = |(a, b): &(&ast::PathPart, &ast::PathPart)| a.name.text == b.name.text;
    let shared = head.path.parts.iter().take(head.skip).zip(parts).take_while(same).count();
    let rest = parts_text(&parts[shared.min(parts.len() - 1)..]);
    Some(PathRepeated { span: path.span, link: parts_text(&head.path.parts[..head.skip]), rest })
}

/// Whether this is the word `outer`, and not a field of that name in backticks.
pub(super) fn is_outer(part: &ast::PathPart) -> bool {
    let Span { start, end, .. } = part.name.span;
    part.name.text == "outer" && part.event.is_none() && (end - start) as usize == part.name.text.len()
}

/// A path as it is written.
pub(super) fn path_text(path: &ast::Path) -> String {
    parts_text(&path.parts)
}

pub(super) fn parts_text(parts: &[ast::PathPart]) -> String {
    let part = |part: &ast::PathPart| match &part.event {
        Some(event) => format!("{}[{:?}]", part.name.text, event.text),
        None => part.name.text.clone(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(".")
}
