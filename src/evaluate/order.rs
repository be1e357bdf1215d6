//! The order in which traits and segments are evaluated: each after its dependencies.

use std::collections::BTreeMap;

use super::EvalError;
use super::uses::{Expression, Uses, uses};
use crate::check::hir::{Hir, Keep, KeepKind, Segment, SegmentId, TraitId};

/// Something that is evaluated once, for all rows of its entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Definition {
    Segment(SegmentId),
    Trait(TraitId),
}

impl Definition {
    pub(super) fn segment(hir: &Hir, id: SegmentId) -> Result<&Segment, EvalError> {
        hir.get(id).ok_or(EvalError::Unknown)
    }

    pub(super) fn computed(hir: &Hir, id: TraitId) -> Result<&crate::check::hir::Trait, EvalError> {
        hir.get_computed(id).ok_or(EvalError::Unknown)
    }

    /// The links, traits and segments that it refers to.
    pub(super) fn uses(self, hir: &Hir) -> Result<Uses, EvalError> {
        match self {
            Self::Trait(id) => Ok(uses([Expression::Value(&Self::computed(hir, id)?.value)])),
            Self::Segment(id) => {
                let segment = Self::segment(hir, id)?;
                let rules = segment.includes.iter().chain(&segment.excludes).map(Expression::Cond);
                let mut uses = uses(rules.chain(segment.keeps.iter().flat_map(keep_parts)));
                uses.nodes.extend(segment.parent.map(|(parent, _)| Self::Segment(parent)));
                let before = segment.group.iter().flat_map(|group| &group.before);
                uses.nodes.extend(before.map(|&rival| Self::Segment(rival)));
                Ok(uses)
            }
        }
    }

    fn name(self, hir: &Hir) -> Result<String, EvalError> {
        Ok(match self {
            Self::Segment(id) => Self::segment(hir, id)?.name.clone(),
            Self::Trait(id) => Self::computed(hir, id)?.name.clone(),
        })
    }
}

/// What a `keep` ranks and groups by.
fn keep_parts(keep: &Keep) -> Vec<Expression<'_>> {
    match &keep.kind {
        KeepKind::Rank { per, by, .. } => per.iter().chain([by]).map(Expression::Value).collect(),
        KeepKind::Sample { .. } => Vec::new(),
    }
}

/// These nodes and all that they rest on, the foundations first. Without recursion, since
/// chains may be thousands long.
pub(super) fn order(
    hir: &Hir,
    nodes: impl IntoIterator<Item = Definition>,
) -> Result<Vec<Definition>, EvalError> {
    enum Visit {
        Enter(Definition),
        Leave(Definition),
    }
    let mut sorted = Vec::new();
    let mut left: BTreeMap<Definition, bool> = BTreeMap::new();
    let mut todo: Vec<Visit> = nodes.into_iter().map(Visit::Enter).collect();
    while let Some(step) = todo.pop() {
        match step {
            Visit::Leave(node) => {
                left.insert(node, true);
                sorted.push(node);
            }
            Visit::Enter(node) => match left.get(&node) {
                Some(true) => {}
                Some(false) => return Err(EvalError::Cycle(node.name(hir)?)),
                None => {
                    left.insert(node, false);
                    todo.push(Visit::Leave(node));
                    todo.extend(node.uses(hir)?.nodes.into_iter().map(Visit::Enter));
                }
            },
        }
    }
    Ok(sorted)
}
