//! Rules of a segment whose selection another rule excludes.

use std::collections::BTreeMap;

use super::Prover;
use super::atom::{Atom, joined};
use super::leaf::{Leaf, gather};
use crate::check::hir::{Cond, CondKind, Segment};
use crate::check::problems::proof::TakenOut;
use crate::check::tree::member_of;

impl Prover<'_> {
    /// Reports an include that an exclude or the exclusive group takes out whole.
    pub(super) fn rules(&mut self, segment: &Segment) {
        let parent = segment.parent.map(|(parent, span)| member_of(segment.entity, parent, span));
        let rivals: Vec<Cond> = segment
            .group
            .iter()
            .flat_map(|group| {
                group.before.iter().map(|&before| member_of(segment.entity, before, group.span))
            })
            .collect();
        let mut out: BTreeMap<String, Vec<(Leaf<'_>, Atom, &'static str)>> = BTreeMap::new();
        let excludes = gather(&segment.excludes, true, true).into_iter().map(|leaf| (leaf, "an `exclude`"));
        let rivals = gather(&rivals, true, true).into_iter().map(|leaf| (leaf, "the exclusive group"));
        for (leaf, what) in excludes.chain(rivals) {
            if let Some(atom) = self.atom(&leaf) {
                out.entry(atom.subject.clone()).or_default().push((leaf, atom, what));
            }
        }
        if let Some(parent) = &parent {
            self.taken_out(&gather([parent], false, true), &out);
            for include in &segment.includes {
                self.parent_again(parent, &gather([include], false, true));
            }
        }
        for include in &segment.includes {
            self.taken_out(&gather([include], false, true), &out);
        }
    }

    /// The parent's members, tested again.
    fn parent_again(&mut self, parent: &Cond, include: &[Leaf<'_>]) {
        let CondKind::InSegment(_, id) = &parent.kind else { return };
        for leaf in include.iter().filter(|leaf| !leaf.negated) {
            if matches!(&leaf.cond.kind, CondKind::InSegment(path, other) if other == id && path.hops.is_empty())
            {
                self.repeated(leaf, parent.span);
            }
        }
    }

    fn taken_out(
        &mut self,
        include: &[Leaf<'_>],
        out: &BTreeMap<String, Vec<(Leaf<'_>, Atom, &'static str)>>,
    ) {
        if out.is_empty() {
            return;
        }
        let mut ins: BTreeMap<String, Vec<(&Leaf<'_>, Atom)>> = BTreeMap::new();
        for leaf in include {
            if let Some(atom) = self.atom(leaf).filter(|atom| out.contains_key(&atom.subject)) {
                ins.entry(atom.subject.clone()).or_default().push((leaf, atom));
            }
        }
        for (subject, atoms) in ins {
            let Some(out) = out.get(&subject) else { continue };
            let is_never = |one: &Atom, other: &Atom| {
                joined(&[one.clone(), other.clone()], true).is_some_and(|both| both.is_never())
            };
            // What is decided by itself has been reported.
            let plain = |atom: &Atom| !atom.is_never() && !atom.is_always();
            let taken = atoms.iter().filter(|(_, atom)| plain(atom)).find_map(|(leaf, atom)| {
                let taker = out.iter().find(|(_, other, _)| plain(other) && is_never(atom, other))?;
                Some((leaf.shown, taker))
            });
            if let Some((span, (taker, _, what))) = taken {
                self.problems.push(TakenOut { span, other: taker.shown, what });
            }
        }
    }
}
