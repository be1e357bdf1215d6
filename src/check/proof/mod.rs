//! Conditions on one value that contradict or exhaust one another.
//!
//! Cheap proofs, by sets of the values of one subject: a field, an aggregate, a trait, two values
//! that are compared, or a condition as a whole. Nothing is concluded from parameters, whose
//! values are meant to change. A warning holds for all rows that match the catalog.

mod atom;
mod axis;
mod domain;
mod help;
mod leaf;
mod rules;
mod set;
mod tested;

use std::collections::{BTreeMap, HashMap};

use super::canonical;
use super::hir::{Cond, CondKind, Hir, Segment};
use super::problems::proof::{
    ADDS_NOBODY, Contradiction, DecidedByCatalog, Exhaustive, Idle, LEAVES_NOBODY_OUT, NeverMissing, Repeated,
};
use super::problems::types::AlwaysSame;
use super::visit::{Visitor, walk_cond};
use crate::diagnostic::{Diagnostics, Span};
use atom::{Atom, atom, joined};
use leaf::{Leaf, gather, is_group, peel};

pub(crate) use axis::{Axis, AxisPoint, Step};
pub(crate) use domain::Domain;
pub(crate) use set::{Cut, Point, Values};
pub(crate) use tested::{Tested, compared, fixed, orders, tested};

/// More conditions than these on one subject aren't compared pair by pair.
const MOST_PAIRED: usize = 16;

/// The most other places that a warning shows.
const MOST_PLACES: usize = 5;

/// Warns of conditions that are the same for all rows because of one another, or by themselves.
pub(super) fn warn(hir: &Hir, problems: &mut Diagnostics) {
    let mut prover = Prover { hir, problems };
    hir.traits.iter().for_each(|computed| prover.value(&computed.value));
    hir.segments.iter().for_each(|segment| prover.segment(segment));
}

struct Prover<'a> {
    hir: &'a Hir,
    problems: &'a mut Diagnostics,
}

impl Visitor for Prover<'_> {
    fn cond(&mut self, cond: &Cond) {
        let (core, _) = peel(cond);
        if is_group(core) {
            let all = matches!(core.kind, CondKind::And(_));
            self.group(&gather([core], false, all), all);
        } else {
            self.alone(&Leaf::of(cond));
        }
    }
}

impl Prover<'_> {
    fn segment(&mut self, segment: &Segment) {
        for rules in [&segment.includes, &segment.excludes] {
            match rules.as_slice() {
                [only] => self.cond(only),
                // Any of them is enough.
                several => self.group(&gather(several, false, false), false),
            }
        }
        segment.keeps.iter().for_each(|keep| self.keep(keep));
        segment.columns.iter().for_each(|column| self.column(column));
        self.rules(segment);
    }

    /// Whether a parameter decides about a condition.
    fn is_opaque(&self, cond: &Cond) -> bool {
        self.hir.uses_param(cond.span)
    }

    fn atom(&self, leaf: &Leaf<'_>) -> Option<Atom> {
        let atom = atom(self.hir, leaf.cond, &|cond| self.is_opaque(cond))?;
        Some(if leaf.negated { atom.complement() } else { atom })
    }

    /// A condition that isn't a group: what it is by itself, and what is in it.
    fn alone(&mut self, leaf: &Leaf<'_>) {
        self.decided(leaf);
        walk_cond(self, leaf.cond);
    }

    fn decided(&mut self, leaf: &Leaf<'_>) {
        let span = leaf.own;
        if let CondKind::Missing(value) = &leaf.cond.kind
            && !value.nullable
        {
            let declared = domain::never_missing(self.hir, value);
            self.problems.push(NeverMissing { span, holds: leaf.own_negated, declared });
            return;
        }
        let Some(atom) = atom(self.hir, leaf.cond, &|cond| self.is_opaque(cond)) else { return };
        // A range that ends before it begins is reported where it is written.
        if atom.most.is_empty() {
            return;
        }
        let holds = |atom: &Atom| match (atom.is_never(), atom.is_always()) {
            (true, _) => Some(leaf.own_negated),
            (_, true) => Some(!leaf.own_negated),
            _ => None,
        };
        let Some(always) = holds(&atom) else { return };
        let by_type = Atom {
            domain: domain::Domain { values: atom.domain.by_type.clone(), ..atom.domain.clone() },
            ..atom.clone()
        };
        match (atom.domain.declared, holds(&by_type)) {
            (Some(declared), None) => self.problems.push(DecidedByCatalog { span, holds: always, declared }),
            _ => self.problems.push(AlwaysSame { span, holds: always }),
        }
    }

    /// Conditions of which all must hold, or any.
    fn group(&mut self, leaves: &[Leaf<'_>], all: bool) {
        for leaf in leaves {
            if is_group(leaf.cond) { self.cond(leaf.cond) } else { self.alone(leaf) }
        }
        self.joined(leaves, all);
    }

    fn joined(&mut self, leaves: &[Leaf<'_>], all: bool) {
        let mut seen: HashMap<(String, bool), Span> = HashMap::new();
        let mut by_subject: BTreeMap<String, Vec<(&Leaf<'_>, Atom)>> = BTreeMap::new();
        for leaf in leaves {
            let Some(atom) = self.atom(leaf) else { continue };
            if !is_group(leaf.cond) {
                let first =
                    *seen.entry((canonical::cond(self.hir, leaf.cond), leaf.negated)).or_insert(leaf.own);
                if first != leaf.own {
                    self.repeated(leaf, first);
                    continue;
                }
            }
            // What is decided by itself has been reported.
            if !atom.is_never() && !atom.is_always() {
                by_subject.entry(atom.subject.clone()).or_default().push((leaf, atom));
            }
        }
        // A `between` may be two conditions, each of which is only a part of what is written.
        let mut places: HashMap<Span, usize> = HashMap::new();
        leaves.iter().for_each(|leaf| *places.entry(leaf.own).or_default() += 1);
        let is_whole = |leaf: &Leaf<'_>| places.get(&leaf.own) == Some(&1);
        for atoms in by_subject.into_values().filter(|atoms| atoms.len() > 1) {
            if !self.clash(&atoms, all) {
                let whole: Vec<_> = atoms.into_iter().filter(|(leaf, _)| is_whole(leaf)).collect();
                self.idle(&whole, all);
            }
        }
    }

    fn repeated(&mut self, leaf: &Leaf<'_>, first: Span) {
        let segment = match &leaf.cond.kind {
            CondKind::InSegment(_, id) => Some(self.hir.segment(*id).name.clone()),
            _ => None,
        };
        self.problems.push(Repeated { span: leaf.own, first, segment });
    }

    /// Reports conditions on one subject if together they are never true, or one of them always is. Returns true
    /// if it did.
    fn clash(&mut self, atoms: &[(&Leaf<'_>, Atom)], all: bool) -> bool {
        let is_decided = |some: &[&Atom]| {
            let some: Vec<Atom> = some.iter().map(|&atom| atom.clone()).collect();
            joined(&some, all).is_some_and(|atom| if all { atom.is_never() } else { atom.is_always() })
        };
        let only: Vec<&Atom> = atoms.iter().map(|(_, atom)| atom).collect();
        if !is_decided(&only) {
            return false;
        }
        // The first that decides, together with those before it.
        let (mut low, mut high) = (1, only.len());
        while low < high {
            let middle = low.midpoint(high);
            if is_decided(&only[..middle]) { high = middle } else { low = middle + 1 }
        }
        let Some((last, before)) = atoms[..high].split_last() else { return false };
        let other = before.iter().find(|(_, atom)| is_decided(&[atom, &last.1]));
        let others: Vec<&Leaf<'_>> = match other {
            Some((leaf, _)) => vec![leaf],
            None => before.iter().map(|(leaf, _)| *leaf).take(MOST_PLACES).collect(),
        };
        self.report(last.0, &others, all);
        true
    }

    /// Reports conditions that make no difference beside another on the same subject. `is missing` and `is present`
    /// may be written for clearness.
    fn idle(&mut self, atoms: &[(&Leaf<'_>, Atom)], all: bool) {
        if atoms.len() > MOST_PAIRED {
            return;
        }
        // What is certain of one holds wherever the other is possible at all.
        let follows = |when: &Atom, then: &Atom| {
            when.most.meet(&then.least.complement()).meet(&when.domain.values).is_empty()
        };
        let is_turned = |leaf: &Leaf<'_>| leaf.negated != leaf.own_negated;
        for (at, (leaf, atom)) in atoms.iter().enumerate() {
            let is_idle = |other: &Atom| if all { follows(other, atom) } else { follows(atom, other) };
            let is_other_idle = |other: &Atom| if all { follows(atom, other) } else { follows(other, atom) };
            // Within a negated group, the opposite is true of them as they are written; across its border, neither is.
            let turned = is_turned(leaf);
            let others =
                atoms.iter().enumerate().filter(|(other, (one, _))| *other != at && is_turned(one) == turned);
            // Of two that are the same, the second.
            let mut deciding = others
                .filter(|(other, (_, decides))| is_idle(decides) && (*other < at || !is_other_idle(decides)));
            if !matches!(leaf.cond.kind, CondKind::Missing(_))
                && let Some((_, (other, _))) = deciding.next()
            {
                let what = if all == turned { ADDS_NOBODY } else { LEAVES_NOBODY_OUT };
                self.problems.push(Idle { span: leaf.own, other: other.own, what });
            }
        }
    }

    fn report(&mut self, last: &Leaf<'_>, others: &[&Leaf<'_>], all: bool) {
        let together = last.shown != last.own && others.iter().all(|other| other.shown == last.shown);
        // Parts of one negated group: as they are written, the opposite is true of them, unless some
        // are negated once more within.
        let is_turned = |leaf: &Leaf<'_>| leaf.negated != leaf.own_negated;
        let turned = together && is_turned(last) && others.iter().all(|other| is_turned(other));
        if together && !turned {
            self.problems.push(AlwaysSame { span: last.shown, holds: !all });
            return;
        }
        let all = all != turned;
        let place = |leaf: &Leaf<'_>| if turned { leaf.own } else { leaf.shown };
        let span = place(last);
        let mut places: Vec<Span> =
            others.iter().map(|other| place(other)).filter(|&other| other != span).collect();
        places.dedup();
        let help = help::meant(self.hir, last, others, all, turned);
        if all {
            self.problems.push(Contradiction { span, others: places, help });
        } else {
            self.problems.push(Exhaustive { span, others: places, help });
        }
    }
}
