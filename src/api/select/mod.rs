//! Selects segments, in the language of dbt's node selection (docs/selection.md).
//!
//! `parse` reads texts into criteria, `graph` combines what each criterion finds and adds neighbours, `method`
//! and `state` compare segments with values.

mod graph;
mod method;
mod parse;
mod pattern;
pub(crate) mod problems;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use state::State;

use self::graph::Space;
use self::method::{Candidate, Method};
use self::parse::{Criterion, parse};
use self::pattern::Pattern;
use self::problems::{NoSuchState, NothingFits, UnknownSegment, UnknownTag};
use self::state::Comparison;
use super::session::Session;
use crate::artifact::Definition;
use crate::check;
use crate::check::hir::{Properties, SegmentId};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span, closest};
use crate::syntax::ast;

/// Which segments are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// What is selected: the union of these. Everything, if there are none.
    pub select: Vec<String>,
    /// What of that isn't.
    pub exclude: Vec<String>,
    /// An earlier build, to compare with.
    pub state: Option<State>,
    /// What the paths of the project's files begin with, as the caller writes them: `shop/`.
    pub prefix: String,
    /// The folder of the project that the caller is in: `segments/`.
    pub within: String,
}

impl Selection {
    /// The selection of these patterns.
    #[must_use]
    pub fn of(patterns: &[String]) -> Self {
        Self { select: patterns.to_vec(), ..Self::default() }
    }

    /// Whether it is everything.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.select.is_empty() && self.exclude.is_empty()
    }
}

/// A segment that was selected.
#[derive(Debug, Clone, Copy)]
pub(super) enum Selected<'a> {
    /// One without error.
    Sound(SegmentId),
    /// One with `enabled: false`.
    Disabled(&'a ast::Segment),
}

/// The segments of a selection, ordered by name, without disabled ones.
pub(super) fn select(session: &Session, selection: &Selection) -> Result<Vec<SegmentId>, Diagnostics> {
    if selection.is_everything() {
        return Ok(session.hir.iter().map(|(id, _)| id).collect());
    }
    let found = Segments::of(session, selection, Vec::new()).select()?;
    let sound = |one| match one {
        Selected::Sound(id) => Some(id),
        Selected::Disabled(_) => None,
    };
    Ok(found.into_iter().filter_map(sound).collect())
}

/// The segments of a selection, ordered by name, with disabled ones, which nothing refers to.
pub(super) fn select_with_disabled<'a>(
    session: &'a Session,
    selection: &Selection,
) -> Result<Vec<Selected<'a>>, Diagnostics> {
    let mut found = Segments::of(session, selection, disabled(session)).select()?;
    found.sort_by_key(|one| match one {
        Selected::Sound(id) => session.hir.segment(*id).name.as_str(),
        Selected::Disabled(segment) => segment.name.text.as_str(),
    });
    Ok(found)
}

/// The segments with `enabled: false`, in the order of files.
fn disabled(session: &Session) -> Vec<Disabled<'_>> {
    let items = session.syntax.iter().flat_map(|file| &file.items);
    let segments = items.filter_map(|item| match item {
        ast::Item::Segment(segment) => Some(&**segment),
        ast::Item::Param(_) | ast::Item::Trait(_) => None,
    });
    let read = segments.filter_map(|segment| {
        let (properties, is_enabled) = check::properties_of(segment);
        (!is_enabled).then_some(Disabled { segment, properties })
    });
    read.collect()
}

struct Disabled<'a> {
    segment: &'a ast::Segment,
    properties: Properties,
}

/// Everything that can be selected: segments without error in the order of their places, then disabled ones.
struct Segments<'a, 's> {
    session: &'a Session,
    selection: &'s Selection,
    disabled: Vec<Disabled<'a>>,
}

impl<'a, 's> Segments<'a, 's> {
    fn of(session: &'a Session, selection: &'s Selection, disabled: Vec<Disabled<'a>>) -> Self {
        Self { session, selection, disabled }
    }

    fn select(&self) -> Result<Vec<Selected<'a>>, Diagnostics> {
        let mut problems = Diagnostics::new();
        if let Some(state) = &self.selection.state
            && let Err(problem) = state.check(self.session.name())
        {
            problems.push(problem);
        }
        let mut find = |texts: &[String]| {
            let found = parse(texts).and_then(|parts| graph::union(self, &parts));
            found.map_err(|found| problems.append(found)).unwrap_or_default()
        };
        let chosen = match self.selection.select.as_slice() {
            [] => (0..self.sound() + self.disabled.len()).collect(),
            select => find(select),
        };
        let excluded = find(&self.selection.exclude);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(chosen.difference(&excluded).filter_map(|&at| self.selected(at)).collect())
    }

    /// How many segments have no error.
    fn sound(&self) -> usize {
        self.session.hir.segments.len()
    }

    fn selected(&self, at: usize) -> Option<Selected<'a>> {
        match self.session.hir.segments.get(at) {
            Some(segment) => Some(Selected::Sound(segment.id)),
            None => self.disabled.get(at - self.sound()).map(|one| Selected::Disabled(one.segment)),
        }
    }

    fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        let session = self.session;
        let sound = session.hir.segments.iter().map(move |segment| {
            let entity = &session.hir.catalog.entity(segment.entity).name;
            candidate(session, &segment.name, segment.name_span, entity, &segment.properties)
        });
        let disabled = self.disabled.iter().map(move |Disabled { segment, properties }| {
            candidate(session, &segment.name.text, segment.name.span, &segment.entity.text, properties)
        });
        sound.chain(disabled)
    }

    fn matching(&self, method: Method, pattern: &Pattern) -> BTreeSet<usize> {
        let all = self.candidates().enumerate();
        all.filter(|(_, one)| one.fits(method, pattern)).map(|(at, _)| at).collect()
    }

    /// The segments in a file or a folder, whose path may begin as the caller sees it.
    fn in_path(&self, pattern: &Pattern) -> BTreeSet<usize> {
        let pattern = pattern.clone().trimmed();
        let pattern = pattern.moved("./", "").unwrap_or(pattern);
        let selection = self.selection;
        let meant = [
            pattern.moved(&selection.prefix, "").filter(|_| !selection.prefix.is_empty()),
            Some(pattern.clone()),
            pattern.moved("", &selection.within).filter(|_| !selection.within.is_empty()),
        ];
        let found = meant.into_iter().flatten().map(|pattern| match pattern.literal() {
            Some("." | "") => (0..self.sound() + self.disabled.len()).collect(),
            _ => self.matching(Method::Path, &pattern),
        });
        found.into_iter().find(|found: &BTreeSet<usize>| !found.is_empty()).unwrap_or_default()
    }

    fn in_state(&self, value: &Pattern) -> Result<BTreeSet<usize>, Diagnostic> {
        let comparison = Comparison::named(value)?;
        let Some(state) = &self.selection.state else {
            let state = value.text().to_owned();
            return Err(NoSuchState { span: None, state, is_known: true, near: None }.into());
        };
        let session = self.session;
        let fits = |(_, segment): &(usize, &check::hir::Segment)| {
            let how = session.materialize(segment.id);
            let now = Definition::of(&session.hir, &session.graph, segment.id, how);
            state.fits(comparison, &segment.name, &now)
        };
        let all = session.hir.segments.par_iter().enumerate();
        Ok(all.filter(fits).map(|(at, _)| at).collect())
    }

    /// That a criterion finds nothing.
    fn nothing(&self, method: Method, value: &Pattern) -> Diagnostic {
        let text = value.text().to_owned();
        let known: BTreeSet<&str> = self.candidates().flat_map(|one| one.values(method)).collect();
        let near = closest(&text, known).map(str::to_owned);
        match method {
            Method::Name if value.literal().is_some() => {
                let is_disabled = disabled(self.session).iter().any(|one| one.segment.name.text == text);
                UnknownSegment { span: None, name: text, near, is_disabled }.into()
            }
            Method::Tag if value.literal().is_some() => UnknownTag { span: None, tag: text, near }.into(),
            _ => {
                let quoted =
                    |near: String| match near.contains(|char: char| char.is_whitespace() || char == ',') {
                        true => format!("{}:\"{near}\"", method.word()),
                        false => format!("{}:{near}", method.word()),
                    };
                NothingFits { span: None, what: method.nothing(&text), near: near.map(quoted) }.into()
            }
        }
    }
}

/// What a segment can be selected by.
fn candidate<'b>(
    session: &'b Session,
    name: &'b str,
    span: Span,
    entity: &'b str,
    properties: &'b Properties,
) -> Candidate<'b> {
    let Properties { owner, tags, access, materialize, .. } = properties;
    Candidate {
        name,
        path: session.sources.get(span.source).map_or("", Source::path),
        entity,
        owner: owner.as_deref(),
        tags,
        access,
        materialize: materialize.map_or(session.config.materialize, |(how, _)| how).name(),
    }
}

impl Space for Segments<'_, '_> {
    fn find(&self, criterion: &Criterion) -> Result<BTreeSet<usize>, Diagnostic> {
        let Criterion { method, value, .. } = criterion;
        let found = match (method, value.literal()) {
            (Method::State, _) => return self.in_state(value),
            (Method::Path, _) => self.in_path(value),
            // The usual case needs no look at every segment.
            (Method::Name, Some(name)) if self.disabled.is_empty() => {
                let found = self.session.hir.find(name).map(|id| self.session.hir.place(id));
                found.into_iter().collect()
            }
            _ => self.matching(*method, value),
        };
        if found.is_empty() { Err(self.nothing(*method, value)) } else { Ok(found) }
    }

    fn parents(&self, one: usize) -> Vec<usize> {
        let session = self.session;
        let Some(segment) = session.hir.segments.get(one) else { return Vec::new() };
        let inputs = session.graph.node(segment.id).inputs();
        inputs.map(|input| session.hir.place(input.segment)).collect()
    }

    fn children(&self, one: usize) -> Vec<usize> {
        let session = self.session;
        let Some(segment) = session.hir.segments.get(one) else { return Vec::new() };
        session.graph.dependents(segment.id).into_iter().map(|id| session.hir.place(id)).collect()
    }
}
