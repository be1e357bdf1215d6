//! Segments in normal form.

use super::digest::{Digest, Key};
use super::formula::FormulaId;
use super::implies::Signed;
use super::measure::MeasureId;
use super::normalizer::{Known, Normalizer};
use crate::check::hir::{Base, KeepKind, KeepSize, Path, Segment, SegmentId};
use crate::check::words::cond_span;
use crate::diagnostic::Span;

/// What a segment asks of rows.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Who matches, before any `keep`.
    pub(crate) formula: FormulaId,
    /// What all have to hold for a row to match.
    pub(crate) rules: Vec<Rule>,
    /// Identifies the members: two segments with the same have the same, whatever the rows are.
    pub(crate) members: Digest,
    /// The measures in its own rules, `keep`s and the traits that they use, each once. Those of segments that
    /// it reads are theirs.
    pub(crate) measures: Vec<MeasureId>,
    /// Whether it has the members of a segment that it reads, under another name.
    pub(crate) is_alias: bool,
}

/// A part of a segment that every match satisfies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) kind: RuleKind,
    pub(crate) holds: Signed,
    /// Where it is written.
    pub(crate) span: Span,
}

/// What a rule is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// `extends`.
    Parent,
    /// `where`, or all `include`s, of which one has to hold.
    Include,
    /// An `exclude`, which mustn't hold.
    Exclude,
    /// The segments that come first in an exclusive group.
    Group,
}

impl<'a> Normalizer<'a> {
    /// A segment, after all those that it refers to.
    pub(super) fn segment(&mut self, segment: &'a Segment) -> Question {
        self.asked.clear();
        self.read.clear();
        let own_row = Path { base: Base::This, hops: Vec::new(), end: segment.entity };
        let (mut parts, mut rules) = (Vec::new(), Vec::new());
        let mut rule = |kind, formula, span| {
            parts.push(formula);
            rules.push(Rule { kind, holds: Signed::from(formula), span });
        };
        if let Some((parent, span)) = segment.parent {
            rule(RuleKind::Parent, self.membership(&own_row, parent), span);
        }
        if let [first, .., last] | [first @ last] = segment.includes.as_slice() {
            let includes = segment.includes.iter().map(|include| self.cond(include)).collect();
            rule(RuleKind::Include, self.formulas.any(includes), cond_span(first).to(cond_span(last)));
        }
        for exclude in &segment.excludes {
            let excluded = self.cond(exclude);
            rule(RuleKind::Exclude, self.formulas.not(excluded), cond_span(exclude));
        }
        let before = self.group_before(segment);
        if let (Some(before), Some(group)) = (before, &segment.group) {
            let before = self.formulas.opaque(Key::new("before in group").part(before).end());
            rule(RuleKind::Group, self.formulas.not(before), group.span);
        }
        let formula = self.formulas.all(parts);
        let keeps: Vec<Digest> = segment.keeps.iter().map(|keep| self.keep(&keep.kind)).collect();
        let entity = &self.hir.catalog.entity(segment.entity).name;
        let key = Key::new("members").text(entity).part(self.formulas.digest(formula)).parts(&keeps);
        let expires = segment.properties.expire.is_some();
        // Whom it holds depends on its own runs.
        let members = if expires { key.text("expire").text(&segment.name).end() } else { key.end() };
        let plain = (keeps.is_empty() && !expires).then_some(formula);
        let group = segment.group.as_ref().map(|_| {
            let key = Key::new("group").parts(before.as_slice());
            key.part(members).end()
        });
        self.segments.insert(segment.id, Known { members, plain, group });
        let mut measures = std::mem::take(&mut self.asked);
        measures.sort_unstable();
        measures.dedup();
        let read = std::mem::take(&mut self.read);
        let is_alias =
            read.iter().any(|id| self.segments.get(id).is_some_and(|read| read.members == members));
        Question { formula, rules, members, measures, is_alias }
    }

    /// The segments that come before one in its group: the last of them, and those before that.
    fn group_before(&self, segment: &Segment) -> Option<Digest> {
        let before = &segment.group.as_ref()?.before;
        let last = *before.last()?;
        let is_next =
            self.hir.segment(last).group.as_ref().is_some_and(|group| group.before.len() + 1 == before.len());
        let known = |id: &SegmentId| self.segments.get(id);
        match known(&last).and_then(|last| last.group).filter(|_| is_next) {
            Some(chain) => Some(chain),
            None => {
                let all: Vec<Digest> = before.iter().filter_map(known).map(|known| known.members).collect();
                Some(Key::new("before").text(&segment.name).parts(&all).end())
            }
        }
    }

    fn keep(&mut self, keep: &'a KeepKind) -> Digest {
        match keep {
            KeepKind::Sample { seed, below } => Key::new("sample").text(seed).number((*below).into()).end(),
            KeepKind::Rank { bottom, size, per, by } => {
                let mut groups: Vec<Digest> = per.iter().map(|value| self.value(value)).collect();
                groups.sort_unstable();
                groups.dedup();
                let key = Key::new("rank").shown(bottom).part(self.value(by)).parts(&groups);
                match size {
                    KeepSize::Count(count) => key.text("count").shown(count).end(),
                    KeepSize::Percent(percent) => key.text("percent").shown(percent.normalized()).end(),
                }
            }
        }
    }
}
