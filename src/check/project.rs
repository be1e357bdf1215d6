//! All traits and segments of a project, each after what it needs.

use std::sync::Arc;

use crate::catalog::{Catalog, EntityId, list_name};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{self, RuleKind};

use super::Settings;
use super::columns;
use super::expansion_limit::Expansion;
use super::expr::{Checker, Known, SegmentState, TraitState};
use super::graph::{self, ItemIndex, Order};
use super::groups::{self, GroupPlace};
use super::hir::{Cond, Group, Hir, Segment, SegmentId, Trait, TraitId};
use super::lists;
use super::names::{Names, did_you_mean, listed};
use super::params::Params;
use super::problems::names::{DisabledUsed, ExtendsOther, SecondWhere, UnknownSegment};
use super::proof;
use super::properties;
use super::resolve::{NameScope, path_text};
use super::retention;
use super::unused::unused;
use super::visit::Visitor as _;

pub(super) fn check(
    files: &[ast::File],
    catalog: Arc<Catalog>,
    settings: &Settings,
    problems: &mut Diagnostics,
) -> Hir {
    let names = Names::collect(files, &catalog, problems);
    let params = Params::collect(files, &settings.params, problems);
    let mut read: Vec<_> = names.segments.iter().map(|item| properties::read(item.ast, problems)).collect();
    let places = groups::collect(&names, &mut read, problems);
    let order = graph::order(&names, &places, |at| read[at].disabled.is_none(), problems);
    lists::check(&names, &mut read, settings.materialize, problems);
    columns::check(&names, &mut read, settings.materialize, problems);
    retention::check(&names, &mut read, &order, settings.materialize, problems);
    let (read, places) = (&read[..], &places[..]);
    let project = Project { names: &names, params: &params, settings, read, places, order: &order };

    let checked = project.check(problems);
    let params_used = checked.params_used;
    // Those that use something may be among what has errors.
    let unused = match problems.has_errors() {
        true => Vec::new(),
        false => {
            let disabled: Vec<usize> = (0..read.len()).filter(|&at| read[at].disabled.is_some()).collect();
            unused(&names, &params, &order, &params_used, &disabled)
        }
    };
    let mut segments = checked.segments;
    segments.sort_by_key(|segment| segment.id);
    let (calendar, params, traits) = (settings.calendar.clone(), params.values(), checked.traits);
    let hir = Hir { catalog, calendar, params, params_used, unused, traits, segments };
    columns::warn(&hir, settings.materialize, problems);
    proof::warn(&hir, problems);
    hir
}

/// Gives every segment that may be sound its identity, in the order of names.
fn number(names: &Names, states: &mut [SegmentState]) {
    let mut sound: Vec<usize> = (0..states.len()).filter(|&at| states[at].is_fine()).collect();
    sound.sort_by_key(|&at| &names.segments[at].ast.name.text);
    for (id, at) in (0u32..).zip(sound) {
        states[at] = SegmentState::Fine(SegmentId(id));
    }
}

struct Project<'a> {
    names: &'a Names<'a>,
    params: &'a Params<'a>,
    settings: &'a Settings,
    read: &'a [properties::Read],
    /// The place of each segment in its exclusive group.
    places: &'a [Option<GroupPlace>],
    order: &'a Order,
}

#[derive(Default)]
struct Checked {
    traits: Vec<Trait>,
    /// Of the traits, by identity.
    expansions: Vec<Expansion>,
    segments: Vec<Segment>,
    /// The places of parameters, in order.
    params_used: Vec<(Span, String)>,
}

impl Project<'_> {
    /// What is known of each segment before any condition was looked at.
    fn first_states(&self) -> Vec<SegmentState> {
        let state = |(item, read): (&super::names::SegmentItem, &properties::Read)| match read.disabled {
            Some(span) => SegmentState::Disabled(span),
            None if item.unique && item.entity.is_some() && read.is_sound && !item.ast.is_unreadable => {
                SegmentState::Fine(SegmentId(0))
            }
            None => SegmentState::Broken,
        };
        let mut states: Vec<_> = self.names.segments.iter().zip(self.read).map(state).collect();
        for node in &self.order.cyclic {
            if let ItemIndex::Segment(at) = *node {
                states[at] = SegmentState::Broken;
            }
        }
        number(self.names, &mut states);
        states
    }

    /// Checks everything, once.
    fn check(&self, problems: &mut Diagnostics) -> Checked {
        let mut checked = Checked::default();
        let segments = self.first_states();
        let traits = vec![TraitState::Broken; self.names.traits.len()];
        let (names, params, calendar) = (self.names, self.params, &self.settings.calendar);
        let known = Known { names, params, calendar, traits, clock_traits: Vec::new(), segments };
        let mut checker = Checker::new(known, problems);
        let cyclic: std::collections::HashSet<ItemIndex> = self.order.cyclic.iter().copied().collect();
        for &node in &self.order.nodes {
            match node {
                ItemIndex::Trait(at) => {
                    if let Some((found, expansion)) = self.check_trait(&mut checker, at, &checked.expansions)
                        && !cyclic.contains(&node)
                    {
                        checker.known.traits[at] = TraitState::fine(found.id, &found.value);
                        let is_clock = checker.reads_only_clock(&found.value);
                        checker.known.clock_traits.push(is_clock);
                        checked.traits.push(found);
                        checked.expansions.push(expansion);
                    }
                }
                ItemIndex::Segment(at) => {
                    let found = self.check_segment(&mut checker, at, &checked.expansions);
                    match found {
                        Some(found) => checked.segments.push(found),
                        None if self.read[at].disabled.is_none() => {
                            checker.known.segments[at] = SegmentState::Broken;
                        }
                        None => {}
                    }
                }
            }
        }
        checked.params_used = checker.params_used;
        checked.params_used.sort_by_key(|(span, _)| (span.source, span.start));
        checked
    }

    fn check_trait(
        &self,
        checker: &mut Checker,
        at: usize,
        expansions: &[Expansion],
    ) -> Option<(Trait, Expansion)> {
        let item = &self.names.traits[at];
        // Those without error so far.
        let id = TraitId(u32::try_from(expansions.len()).unwrap_or(u32::MAX));
        let entity = item.entity?;
        let (value, expansion) = checker.item(|checker| {
            let value = checker.value(&item.ast.value, &NameScope::of(entity))?;
            let expansion = checker.expansion(expansions, |measure| measure.value(&value));
            Some((value, expansion))
        })?;
        let name = item.ast.name.text.clone();
        item.unique.then_some((Trait { id, name, entity, value }, expansion))
    }

    /// The segment, if it and all that it needs are without error.
    fn check_segment(&self, checker: &mut Checker, at: usize, expansions: &[Expansion]) -> Option<Segment> {
        let item = &self.names.segments[at];
        if self.read[at].disabled.is_some() {
            return None;
        }
        let (ast, entity) = (item.ast, item.entity);
        checker.item(|checker| {
            let parent = ast.extends.as_ref().map(|parent| self.parent(checker, parent, at));
            one_where(ast, checker);
            let scope = NameScope::of(entity?);
            let mut rules: [Vec<Option<Cond>>; 2] = Default::default();
            // With its rows' condition outside it, neither of the two makes sense.
            let rules_alone = rows_alone(ast).is_some();
            for rule in ast.rules.iter().filter(|_| !rules_alone) {
                let cond = checker.cond(&rule.condition, &scope);
                rules[usize::from(rule.kind == RuleKind::Exclude)].push(cond);
            }
            if let Some(listed) = &ast.listed {
                rules[0].push(checker.listed(ast, listed, entity?));
            }
            let [includes, excludes] = rules.map(|conds| conds.into_iter().collect::<Option<Vec<_>>>());
            let keeps: Vec<_> = ast.keeps.iter().map(|keep| checker.keep(keep, &scope)).collect();
            let columns = checker.columns(ast, entity?);
            let parent = match parent {
                Some(found) => Some(found?),
                None => None,
            };
            let group = match &self.places[at] {
                Some(place) => Some(rivals(checker, place)?),
                None => None,
            };
            let (includes, excludes) = (includes?, excludes?);
            let keeps: Vec<_> = keeps.into_iter().collect::<Option<_>>()?;
            let columns = columns?;
            checker.expansion(expansions, |measure| {
                includes.iter().chain(&excludes).for_each(|rule| measure.cond(rule));
                keeps.iter().for_each(|keep| measure.keep(keep));
                columns.iter().for_each(|column| measure.column(column));
            });
            let SegmentState::Fine(id) = checker.known.segments[at] else { return None };
            Some(Segment {
                id,
                name: ast.name.text.clone(),
                entity: entity?,
                parent,
                includes,
                excludes,
                group,
                keeps,
                columns,
                list: file_entity(ast, self.names.catalog),
                properties: self.read[at].properties.clone(),
                name_span: ast.name.span,
            })
        })
    }

    fn parent(&self, checker: &mut Checker, parent: &ast::Name, child: usize) -> Option<(SegmentId, Span)> {
        let (at, id) = checker.segment(parent)?;
        let (own, other) = (self.names.segments[child].entity?, self.names.segments[at].entity?);
        if own != other {
            let name = |id| self.names.entity_name(id).to_owned();
            let (parent_entity, entity) = (name(other), name(own));
            let (span, parent) = (parent.span, parent.text.clone());
            checker.report(ExtendsOther { span, parent, parent_entity, entity });
            return None;
        }
        Some((id?, parent.span))
    }
}

/// The entity whose rows are the keys in a segment's file.
fn file_entity(segment: &ast::Segment, catalog: &Catalog) -> Option<EntityId> {
    match segment.listed {
        Some(ast::Listed::File { .. }) => catalog.find(&list_name(&segment.name.text)),
        _ => None,
    }
}

/// The group of a segment, if all that come before it are without error.
fn rivals(checker: &Checker, place: &GroupPlace) -> Option<Group> {
    let id = |&at: &usize| match checker.known.segments[at] {
        SegmentState::Fine(id) => Some(id),
        SegmentState::Broken | SegmentState::Disabled(_) => None,
    };
    let before: Option<Vec<SegmentId>> = place.before.iter().map(id).collect();
    Some(place.group(before?))
}

/// `where count(orders) where total > 10`: how the first condition is written with the second
/// inside it, if it is an aggregate that a condition on its rows could belong to.
fn rows_alone(segment: &ast::Segment) -> Option<String> {
    let [first, _] = segment.rules.as_slice() else { return None };
    let ast::ExprKind::Aggregate(aggregate) = &first.condition.kind else { return None };
    let ast::ExprKind::Path(path) = &aggregate.arg.kind else { return None };
    let free = aggregate.filter.is_none() && segment.rules.iter().all(|rule| rule.kind == RuleKind::Where);
    free.then(|| format!("{}({} where …)", aggregate.func.word(), path_text(path)))
}

/// At most one `where`, and none beside `include`.
fn one_where(segment: &ast::Segment, checker: &mut Checker) {
    let mut includes = segment.rules.iter().filter(|rule| rule.kind != RuleKind::Exclude);
    let Some(first) = includes.next() else { return };
    for rule in includes {
        if first.kind == RuleKind::Include && rule.kind == RuleKind::Include {
            continue;
        }
        let beside_include = first.kind != rule.kind;
        let aggregate = rows_alone(segment);
        checker.report(SecondWhere { span: rule.span, first: first.span, beside_include, aggregate });
    }
}

impl Checker<'_, '_> {
    /// Looks a segment up: its index in the names, and its identity if it is without error.
    pub(super) fn segment(&mut self, name: &ast::Name) -> Option<(usize, Option<SegmentId>)> {
        let Some(at) = self.known.names.segment(&name.text) else {
            let names = self.known.names;
            if names.is_unread(&name.text) {
                self.report(Diagnostic::reported());
                return None;
            }
            let all: Vec<&str> = names.segments.iter().map(|item| item.ast.name.text.as_str()).collect();
            let slip = names.near(&name.text, &all).map(did_you_mean);
            let help = slip.or_else(|| listed(all, "the segments are"));
            let help = help.or_else(|| Some("`segc ls` lists all segments".to_owned()));
            self.report(UnknownSegment { span: name.span, name: name.text.clone(), help });
            return None;
        };
        match self.known.segments[at] {
            SegmentState::Fine(id) => Some((at, Some(id))),
            SegmentState::Broken => Some((at, None)),
            SegmentState::Disabled(disabled) => {
                self.report(DisabledUsed { span: name.span, name: name.text.clone(), disabled });
                None
            }
        }
    }
}
