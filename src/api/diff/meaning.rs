//! What two versions of a segment mean for each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Effect;
use super::words::{Clause, ClauseMark, Words};
use crate::analyze::logical::{FormulaId, Logical, Question, Signed};
use crate::analyze::{Declared, declarations, own_rules, read_items};
use crate::api::session::Session;
use crate::check::hir::{Segment, SegmentId};
use crate::describe::{Describer, Part, SectionKind};
use crate::diagnostic::Span;

/// One of the two versions.
pub(super) struct Version<'a> {
    pub(super) session: &'a Session,
    describer: Describer<'a>,
    /// What catalogs declare differently, of what each segment reads itself or through others.
    reads: BTreeMap<SegmentId, BTreeSet<Declared>>,
    conditions: HashMap<Span, FormulaId>,
}

/// Both versions, and what is proved of them.
pub(super) struct Versions<'a> {
    pub(super) before: Version<'a>,
    pub(super) after: Version<'a>,
    /// The formulas of both.
    logical: Logical,
    /// Whether a setting differs on which everything depends.
    settings_differ: bool,
}

impl<'a> Versions<'a> {
    pub(super) fn of(before: &'a Session, after: &'a Session, settings_differ: bool) -> Self {
        let earlier = before.logical();
        let logical = Logical::after(earlier, &after.hir, &after.graph);
        let now = declarations(&after.hir.catalog);
        let was = declarations(&before.hir.catalog);
        let differs =
            |item: &Declared| matches!((was.get(item), now.get(item)), (Some(a), Some(b)) if a != b);
        let before = Version::of(before, earlier, differs);
        let after = Version::of(after, &logical, differs);
        Self { before, after, logical, settings_differ }
    }

    /// Whether a segment itself says the same in both versions, given those that it reads.
    pub(super) fn says_the_same(&self, before: SegmentId, after: SegmentId) -> bool {
        self.before.own(before) == self.after.own(after) && self.before.list(before) == self.after.list(after)
    }

    /// The declarations that differ, of what either version reads.
    pub(super) fn declarations(&self, before: SegmentId, after: SegmentId) -> Vec<String> {
        let read = |version: &'_ Version<'_>, id| version.reads.get(&id).cloned().unwrap_or_default();
        let mut all = read(&self.before, before);
        all.extend(read(&self.after, after));
        all.iter().map(shown).collect()
    }

    /// Whether both provably have the same members, if the declarations are the same.
    pub(super) fn have_the_same_members(&self, before: SegmentId, after: SegmentId) -> bool {
        let (Some(was), Some(is)) = (self.question(before), self.logical.question(after)) else {
            return false;
        };
        // How long members stay depends on which part of the conditions is a rule and which an exclusion.
        let expires = |of: &Segment| of.properties.expire.is_some();
        let (one, other) = (self.before.segment(before), self.after.segment(after));
        let holds = expires(one) || expires(other);
        was.members == is.members && (!holds || self.before.own(before) == self.after.own(after))
    }

    /// What the change means for the members, whatever the data are.
    pub(super) fn effect(&self, before: SegmentId, after: SegmentId) -> Effect {
        let (one, other) = (self.before.segment(before), self.after.segment(after));
        if self.settings_differ || !self.declarations(before, after).is_empty() {
            return Effect::Unknown;
        }
        if self.have_the_same_members(before, after) {
            return Effect::Same;
        }
        let (Some(was), Some(is)) = (self.question(before), self.logical.question(after)) else {
            return Effect::Unknown;
        };
        let expires = one.properties.expire.is_some() || other.properties.expire.is_some();
        if expires || self.before.entity(one) != self.after.entity(other) {
            return Effect::Other;
        }
        let narrower = one.keeps.is_empty() && self.logical.implies(is.formula, was.formula);
        let wider = other.keeps.is_empty() && self.logical.implies(was.formula, is.formula);
        match (narrower, wider) {
            (true, false) => Effect::Narrower,
            (false, true) => Effect::Wider,
            (true, true) => Effect::Same,
            (false, false) => Effect::Other,
        }
    }

    fn question(&self, before: SegmentId) -> Option<&Question> {
        self.before.session.logical().question(before)
    }

    /// Both versions in words, with what differs.
    pub(super) fn words(&self, before: SegmentId, after: SegmentId) -> Vec<Clause> {
        let effect = |was: &Part, is: &Part| self.effect_of_clause(was, is);
        let mut words = Words { effect: &effect, clauses: Vec::new() };
        for ((_, was), (_, is)) in self.before.sections(before).into_iter().zip(self.after.sections(after)) {
            match (was, is) {
                (Some(was), Some(is)) => {
                    let start = words.clauses.len();
                    words.both(&was, &is, 0);
                    let is_kept = |clause: &Clause| clause.mark == ClauseMark::Kept;
                    if words.clauses[start..].iter().all(is_kept) {
                        words.clauses.truncate(start);
                    }
                }
                (Some(was), None) => words.whole(&was, 0, ClauseMark::Removed),
                (None, Some(is)) => words.whole(&is, 0, ClauseMark::Added),
                (None, None) => {}
            }
        }
        words.clauses
    }

    fn effect_of_clause(&self, was: &Part, is: &Part) -> Option<Effect> {
        if self.settings_differ
            || self.before.reads.values().chain(self.after.reads.values()).any(|all| !all.is_empty())
        {
            return None;
        }
        let of = |version: &Version<'_>, part: &Part| {
            let formula = *version.conditions.get(&part.span?)?;
            Some(Signed { formula, negated: part.negated })
        };
        let (was, is) = (of(&self.before, was)?, of(&self.after, is)?);
        match (self.logical.implies(is, was), self.logical.implies(was, is)) {
            (true, false) => Some(Effect::Narrower),
            (false, true) => Some(Effect::Wider),
            (true, true) => Some(Effect::Same),
            (false, false) => None,
        }
    }
}

impl<'a> Version<'a> {
    fn of(session: &'a Session, logical: &Logical, differs: impl Fn(&Declared) -> bool) -> Self {
        let mut reads: BTreeMap<SegmentId, BTreeSet<Declared>> = BTreeMap::new();
        for &id in session.graph.order() {
            let node = session.graph.node(id);
            let items = read_items(&session.hir.catalog, &node.footprint).into_iter();
            let mut items: BTreeSet<Declared> = items.filter(&differs).collect();
            let inputs = node.inputs().filter_map(|input| reads.get(&input.segment));
            items.extend(inputs.flatten().cloned().collect::<Vec<_>>());
            reads.insert(id, items);
        }
        let describer = Describer::new(&session.hir);
        Self { session, describer, reads, conditions: logical.conditions() }
    }

    pub(super) fn segment(&self, id: SegmentId) -> &'a Segment {
        self.session.hir.segment(id)
    }

    pub(super) fn entity(&self, segment: &Segment) -> &'a str {
        &self.session.hir.catalog.entity(segment.entity).name
    }

    fn own(&self, id: SegmentId) -> String {
        own_rules(&self.session.hir, self.session.graph.node(id))
    }

    /// What identifies the keys of a static list.
    fn list(&self, id: SegmentId) -> Option<&'a str> {
        let list = self.segment(id).list?;
        self.session.hir.catalog.entity(list).list.as_ref().map(|list| list.stamp.as_str())
    }

    /// A whole segment in words.
    pub(super) fn words(&self, id: SegmentId, mark: ClauseMark) -> Vec<Clause> {
        let mut words = Words { effect: &|_, _| None, clauses: Vec::new() };
        for section in self.describer.segment(id).sections {
            words.whole(&section.part, 0, mark);
        }
        words.clauses
    }

    /// What is said of a segment, by kind. The rules are a group, so that they can be compared.
    fn sections(&self, id: SegmentId) -> Vec<(SectionKind, Option<Part>)> {
        let mut all = self.describer.segment(id).sections;
        let kinds = [
            SectionKind::Members,
            SectionKind::Keep,
            SectionKind::Expire,
            SectionKind::Columns,
            SectionKind::Definitions,
            SectionKind::Parameters,
            SectionKind::Notes,
        ];
        kinds
            .into_iter()
            .map(|kind| {
                let at = all.iter().position(|section| section.kind == kind);
                let part = at.map(|at| all.remove(at).part);
                let part = if kind == SectionKind::Members { Some(self.describer.rules(id)) } else { part };
                (kind, part)
            })
            .collect()
    }
}

/// An item of the catalog, as people name it.
fn shown(item: &Declared) -> String {
    match item {
        Declared::Entity(entity) => format!("entity {entity}"),
        Declared::Field(entity, field) => format!("field {entity}.{field}"),
        Declared::Link(entity, link) => format!("link {entity}.{link}"),
        Declared::List(path) => format!("list {path}"),
    }
}
