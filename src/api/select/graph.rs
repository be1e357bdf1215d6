//! Selecting in a graph: unions of intersections, with neighbours.

use std::collections::BTreeSet;

use super::parse::{ALL, Criterion, Intersection};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What can be selected, numbered.
pub(super) trait Space {
    /// Those that a criterion's method finds, without their neighbours.
    fn find(&self, criterion: &Criterion) -> Result<BTreeSet<usize>, Diagnostic>;
    /// Those that one refers to directly.
    fn parents(&self, one: usize) -> Vec<usize>;
    /// Those that refer to one directly.
    fn children(&self, one: usize) -> Vec<usize>;
}

/// The union of intersections. Every criterion that has a problem is reported.
pub(super) fn union(space: &dyn Space, parts: &[Intersection]) -> Result<BTreeSet<usize>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut chosen = BTreeSet::new();
    for part in parts {
        let mut common: Option<BTreeSet<usize>> = None;
        for criterion in part {
            match with_neighbours(space, criterion) {
                Ok(found) => {
                    common = Some(match common {
                        None => found,
                        Some(before) => before.intersection(&found).copied().collect(),
                    });
                }
                Err(problem) => problems.push(problem),
            }
        }
        chosen.extend(common.into_iter().flatten());
    }
    if problems.is_empty() { Ok(chosen) } else { Err(problems) }
}

fn with_neighbours(space: &dyn Space, criterion: &Criterion) -> Result<BTreeSet<usize>, Diagnostic> {
    let core = space.find(criterion)?;
    let parents = |one| space.parents(one);
    let children = |one| space.children(one);
    if criterion.around {
        let below = reached(&core, ALL, children);
        return Ok(reached(&below, ALL, parents));
    }
    let mut chosen = reached(&core, criterion.ancestors, parents);
    chosen.extend(reached(&core, criterion.descendants, children));
    Ok(chosen)
}

/// These, and what is reached from them in at most this many steps.
fn reached(from: &BTreeSet<usize>, levels: usize, step: impl Fn(usize) -> Vec<usize>) -> BTreeSet<usize> {
    let mut seen = from.clone();
    let mut edge: Vec<usize> = from.iter().copied().collect();
    for _ in 0..levels {
        edge = edge.into_iter().flat_map(&step).filter(|&next| seen.insert(next)).collect();
        if edge.is_empty() {
            break;
        }
    }
    seen
}
