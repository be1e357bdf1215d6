//! What a segment, an entity or a value looks like: numbers, some of the rows, some of the values.
//!
//! The rows and values that are shown are spread evenly over the order of keys or values, so that they are the same
//! each time and prefer neither old rows nor low values.

mod members;
pub(crate) mod problems;
mod text;
mod values;

pub use members::{Preview, PreviewRow};
pub(super) use members::{ask, strange};
pub use values::{PreviewValue, ValuePreview};

use super::session::Session;
use crate::check::hir::{Cond, CondKind, Hir, SegmentId};
use crate::check::tree::{Tree, tree};
use crate::plan::About;

/// The entities that a preview is about: those for whom all of these hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Population {
    /// A segment; `None` for all entities.
    pub segment: Option<SegmentId>,
    /// The segment of a draft, with the condition and the values.
    pub draft: SegmentId,
}

/// The conditions of a population.
struct Chosen<'a> {
    tree: Tree<'a>,
    conds: Vec<Cond>,
    segments: Vec<SegmentId>,
}

impl<'a> Chosen<'a> {
    fn of(hir: &'a Hir, population: Population) -> Self {
        // A draft has no `keep`, so its conditions refer to no other tree.
        let draft = tree(hir, population.draft, false).root.cond;
        let segment = population.segment.map(|segment| tree(hir, segment, false));
        let conds = segment.iter().map(|segment| segment.root.cond.clone()).chain([draft]);
        let conds =
            conds.filter(|cond| !matches!(&cond.kind, CondKind::And(all) if all.is_empty())).collect();
        let segments = population.segment.into_iter().chain([population.draft]).collect();
        Self { tree: segment.unwrap_or_else(|| tree(hir, population.draft, false)), conds, segments }
    }

    fn about<'b>(&'b self, conds: &'b [&'b Cond]) -> About<'b> {
        About { hir: &self.tree.hir, segments: &self.segments, whole: &self.tree.whole, conds }
    }
}

impl Session {
    /// The condition of a population's draft as written, on one line; `None` without one.
    fn drafted_condition(&self, population: Population) -> Option<String> {
        let include = self.hir().segment(population.draft).includes.first()?;
        Some(crate::check::words::written(&self.sources, crate::check::words::cond_span(include)))
    }

    fn name_of(&self, population: Population) -> Option<String> {
        population.segment.map(|segment| self.hir().segment(segment).name.clone())
    }
}

/// At most `most` places of `all`, from 1 on: the first, the last, and those between at equal distances.
fn spread(all: u64, most: u64) -> Vec<u64> {
    match most {
        _ if all <= most => (1..=all).collect(),
        0 => Vec::new(),
        1 => vec![1],
        most => {
            let place = |at: u64| u128::from(at) * u128::from(all - 1) / u128::from(most - 1);
            (0..most).map(|at| u64::try_from(place(at)).unwrap_or(u64::MAX).saturating_add(1)).collect()
        }
    }
}

/// A number as a share of others, from 0 to 1; `None` of none.
#[expect(clippy::cast_precision_loss, reason = "a share is shown with a few digits")]
pub(super) fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn places_are_spread_from_the_first_to_the_last() {
        assert!(spread(0, 5).is_empty());
        assert_eq!(spread(3, 5), [1, 2, 3]);
        assert_eq!(spread(5, 5), [1, 2, 3, 4, 5]);
        assert_eq!(spread(100, 1), [1]);
        assert!(spread(100, 0).is_empty());
        assert_eq!(spread(101, 5), [1, 26, 51, 76, 101]);
        assert_eq!(spread(6, 5), [1, 2, 3, 4, 6]);
        assert_eq!(spread(u64::MAX, 2), [1, u64::MAX]);
    }
}
