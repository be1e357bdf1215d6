//! Rules that decide nothing, or everything.

use std::collections::BTreeSet;

use super::Project;
use super::problems::{AlwaysEmpty, AlwaysEveryone};
use crate::analyze::logical::{FormulaId, Question, Rule, RuleKind, Signed};
use crate::check::hir::{Cond, CondKind, Segment};
use crate::check::problems::proof::{ADDS_NOBODY, Contradiction, Exhaustive, Idle, LEAVES_NOBODY_OUT};
use crate::check::visit::{Visitor, walk_cond};
use crate::check::words::cond_span;
use crate::diagnostic::{Diagnostics, Label, Span};

/// Groups of more parts aren't compared pair by pair.
const MOST_PARTS: usize = 16;

/// Warns of segments that are always empty or always everyone, and of rules and conditions that make no difference
/// beside another. A segment that only follows one that is itself decided isn't reported.
pub(super) fn decided(project: &Project<'_>, problems: &mut Diagnostics) {
    let mut known: BTreeSet<_> = BTreeSet::new();
    for &id in project.graph.order() {
        let segment = project.hir.segment(id);
        let Some(question) = project.logical.question(id) else { continue };
        let follows = project.graph.node(id).inputs().any(|input| known.contains(&input.segment));
        let opaque = segment.list.is_some() || project.use_params.contains(&id);
        let mut rules = Rules::of(project, segment, question);
        if follows || opaque || rules.is_constant || rules.has_warning() {
            if follows || project.logical.decided(question.formula).is_some() {
                known.insert(id);
            }
            continue;
        }
        if rules.segment(problems) {
            known.insert(id);
        } else {
            rules.groups(problems);
        }
    }
}

/// The rules of one segment.
struct Rules<'a> {
    project: &'a Project<'a>,
    segment: &'a Segment,
    question: &'a Question,
    /// The places of its own conditions.
    own: Vec<Span>,
    /// Whether it says `true` or `false` itself.
    is_constant: bool,
    /// What has been reported.
    told: BTreeSet<(u32, u32)>,
}

impl<'a> Rules<'a> {
    fn of(project: &'a Project<'a>, segment: &'a Segment, question: &'a Question) -> Self {
        let conds = || segment.includes.iter().chain(&segment.excludes);
        let own = conds().map(cond_span).collect();
        let mut constants = Constants { found: false };
        conds().for_each(|cond| constants.cond(cond));
        Self { project, segment, question, own, is_constant: constants.found, told: BTreeSet::new() }
    }

    fn is_own(&self, span: Span) -> bool {
        self.own.iter().any(|own| contains(*own, span))
    }

    /// Whether the checker has warned of one of its conditions, or of a trait that it uses.
    fn has_warning(&self) -> bool {
        let traits = self.project.graph.node(self.segment.id).footprint.traits.keys();
        let traits = traits.map(|&id| self.project.hir.computed(id).value.span);
        let rules = self.question.rules.iter().map(|rule| rule.span);
        self.own.iter().copied().chain(rules).chain(traits).any(|place| self.project.has_warning(place))
    }

    fn implies(&self, when: Signed, then: Signed) -> bool {
        self.project.logical.implies(when, then)
    }

    /// Reports what the rules come to together. Returns whether that decides who is a member.
    fn segment(&mut self, problems: &mut Diagnostics) -> bool {
        let (name, span) = (self.segment.name.clone(), self.segment.name_span);
        let rules = &self.question.rules;
        let pair = pairs(rules).find(|(one, other)| self.implies(one.holds, other.holds.not()));
        let expires = self.segment.properties.expire.is_some();
        if let Some((one, other)) = pair.filter(|_| !expires) {
            let (first, second) = match (one.kind, other.kind) {
                (RuleKind::Exclude, RuleKind::Exclude) => ("some are excluded here", "and all others here"),
                (_, RuleKind::Exclude) => ("all who satisfy this", "satisfy this, too, and are excluded"),
                (RuleKind::Exclude, _) => ("excluded here", "all who satisfy this"),
                _ => ("this and", "this are never true together"),
            };
            let rules = vec![label(one, first), label(other, second)];
            problems.push(AlwaysEmpty { span, segment: name, rules });
            return true;
        }
        let all = |text| rules.iter().map(|rule| label(rule, text)).collect();
        match self.project.logical.decided(self.question.formula) {
            Some(false) if !expires => {
                problems.push(AlwaysEmpty { span, segment: name, rules: all("never true together") });
            }
            Some(true) if !rules.is_empty() && self.segment.keeps.is_empty() => {
                problems.push(AlwaysEveryone { span, segment: name, rules: all("leaves no row out") });
            }
            Some(_) => {}
            None => {
                self.idle_rules(problems);
                return false;
            }
        }
        true
    }

    /// Rules that another implies: an `exclude` that takes out nobody, a `where` that all members of the parent
    /// satisfy. A parent that follows from the rest is no finding: it says where the segment belongs.
    fn idle_rules(&mut self, problems: &mut Diagnostics) {
        let rules = &self.question.rules;
        for (at, idle) in rules.iter().enumerate().filter(|(_, rule)| rule.kind != RuleKind::Parent) {
            let others = rules.iter().enumerate().filter(|(other, _)| *other != at);
            let given = others
                .filter(|(other, rule)| {
                    self.implies(rule.holds, idle.holds)
                        && (*other < at || !self.implies(idle.holds, rule.holds))
                })
                .map(|(_, rule)| rule)
                .next();
            let Some(given) = given else { continue };
            let what = match idle.kind {
                RuleKind::Exclude => "this takes out nobody: none of them satisfies the other rules",
                _ => "this leaves nobody out beside another rule",
            };
            problems.push(Idle { span: idle.span, other: given.span, what });
        }
    }

    /// Reports conditions of its groups that make no difference beside another.
    fn groups(&mut self, problems: &mut Diagnostics) {
        let mut todo: Vec<FormulaId> = self.question.rules.iter().map(|rule| rule.holds.formula).collect();
        let mut seen: BTreeSet<FormulaId> = BTreeSet::new();
        while let Some(formula) = todo.pop() {
            let Some((all, parts)) = self.project.logical.group(formula) else { continue };
            if !seen.insert(formula) || parts.len() > MOST_PARTS {
                continue;
            }
            todo.extend(parts);
            let placed: Vec<(FormulaId, Span)> =
                parts.iter().filter_map(|&part| Some((part, self.place(part)?))).collect();
            // What has its place together with another is only a part of what is written.
            let is_whole = |span: Span| placed.iter().filter(|(_, other)| *other == span).count() == 1;
            let placed: Vec<_> = placed.iter().filter(|(_, span)| is_whole(*span)).collect();
            for ((one, here), (other, there)) in pairs(&placed) {
                self.pair(all, (*one, *here), (*other, *there), problems);
            }
        }
    }

    fn pair(
        &mut self,
        all: bool,
        one: (FormulaId, Span),
        other: (FormulaId, Span),
        problems: &mut Diagnostics,
    ) {
        let (first, last) = if one.1.start <= other.1.start { (one, other) } else { (other, one) };
        let (a, b): (Signed, Signed) = (first.0.into(), last.0.into());
        let decides = if all { self.implies(a, b.not()) } else { self.implies(a.not(), b) };
        if decides {
            if self.told.insert((first.1.start, last.1.start)) {
                let (span, others) = (last.1, vec![first.1]);
                let help = format!("did you mean `{}`?", if all { "or" } else { "and" });
                match all {
                    true => problems.push(Contradiction { span, others, help }),
                    false => problems.push(Exhaustive { span, others, help }),
                }
            }
            return;
        }
        // Of all, what follows from another leaves nobody out; of any, what implies another adds nobody.
        let (of_last, of_first) = (self.implies(a, b), self.implies(b, a));
        let (idle, given) = match (of_last, of_first) {
            (true, _) if all => (last, first),
            (_, true) if all => (first, last),
            (_, true) => (last, first),
            (true, _) => (first, last),
            _ => return,
        };
        if self.told.insert((idle.1.start, idle.1.end)) {
            let what = if all { LEAVES_NOBODY_OUT } else { ADDS_NOBODY };
            problems.push(Idle { span: idle.1, other: given.1, what });
        }
    }

    /// Where a condition is written in the segment.
    fn place(&self, formula: FormulaId) -> Option<Span> {
        self.project.logical.places(formula).iter().copied().find(|span| self.is_own(*span))
    }
}

fn label(rule: &Rule, text: &str) -> Label {
    Label { span: rule.span, text: text.to_owned() }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(at, one)| all[at + 1..].iter().map(move |other| (one, other)))
}

/// Looks for `true` and `false` as conditions.
struct Constants {
    found: bool,
}

impl Visitor for Constants {
    fn cond(&mut self, cond: &Cond) {
        self.found |= matches!(cond.kind, CondKind::Constant(_));
        walk_cond(self, cond);
    }
}
