//! The conditions that a group joins, whatever parentheses and `not`s are between.

use crate::check::hir::{Cond, CondKind};
use crate::check::words::cond_span;
use crate::diagnostic::Span;

/// A condition of a group, negated or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'a> {
    /// Without its negations.
    pub(super) cond: &'a Cond,
    /// Whether the group asks for its complement.
    pub(super) negated: bool,
    /// Its place, with the negations that are its own.
    pub(super) own: Span,
    /// Whether those make it its complement.
    pub(super) own_negated: bool,
    /// Its place, or that of the negated group it is in.
    pub(super) shown: Span,
}

impl<'a> Leaf<'a> {
    /// A condition by itself.
    pub(super) fn of(cond: &'a Cond) -> Self {
        let (core, negated) = peel(cond);
        let own = cond_span(cond);
        Self { cond: core, negated, own, own_negated: negated, shown: own }
    }
}

/// A condition without its negations, and whether they make it its complement.
pub(super) fn peel(cond: &Cond) -> (&Cond, bool) {
    let (mut core, mut negated) = (cond, false);
    while let CondKind::Not(inner) = &core.kind {
        core = inner;
        negated = !negated;
    }
    (core, negated)
}

/// Whether it joins others.
pub(super) fn is_group(cond: &Cond) -> bool {
    matches!(cond.kind, CondKind::And(_) | CondKind::Or(_))
}

/// What conditions come to if all of them must hold, or any; `negated` asks for their complements.
pub(super) fn gather<'a>(
    conds: impl IntoIterator<Item = &'a Cond>,
    negated: bool,
    all: bool,
) -> Vec<Leaf<'a>> {
    let mut leaves = Vec::new();
    conds.into_iter().for_each(|cond| add(cond, negated, all, None, &mut leaves));
    leaves
}

fn add<'a>(cond: &'a Cond, negated: bool, all: bool, shown: Option<Span>, leaves: &mut Vec<Leaf<'a>>) {
    let leaf = Leaf::of(cond);
    let now = leaf.negated != negated;
    let parts = match &leaf.cond.kind {
        CondKind::And(parts) if all != now => parts,
        CondKind::Or(parts) if all == now => parts,
        _ => {
            leaves.push(Leaf { negated: now, shown: shown.unwrap_or(leaf.own), ..leaf });
            return;
        }
    };
    let shown = shown.or(leaf.own_negated.then_some(leaf.own));
    parts.iter().for_each(|part| add(part, now, all, shown, leaves));
}
