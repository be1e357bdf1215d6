//! Findings: what is no error, but hardly meant.
//!
//! Each is proved from the normal form or the checked tree, for any rows that match the catalog; nothing is guessed
//! from data. They are found only for the commands that report them. Nothing is concluded from the value of a
//! parameter, which is meant to change.

mod decided;
mod duplicates;
mod missing;
mod params;
mod personal;
pub(crate) mod problems;
mod subsets;

use std::collections::BTreeSet;

use super::logical::Logical;
use super::order::Graph;
use crate::check::hir::{Hir, SegmentId, UnusedKind};
use crate::diagnostic::{Diagnostics, Span};
use problems::Unused;

/// What findings are made from.
struct Project<'a> {
    hir: &'a Hir,
    graph: &'a Graph,
    logical: &'a Logical,
    /// The segments that have a parameter in them, or in what they read.
    use_params: BTreeSet<SegmentId>,
    /// The places of what the checker has warned of, in order.
    warned: Vec<Span>,
}

impl Project<'_> {
    /// Whether the checker has warned of something within a place.
    fn has_warning(&self, within: Span) -> bool {
        let start = |span: &Span| (span.source, span.start);
        let first = self.warned.partition_point(|warned| start(warned) < start(&within));
        let starts_within = |warned: &&Span| {
            warned.source == within.source && warned.start < within.end.max(within.start + 1)
        };
        self.warned[first..].iter().take_while(starts_within).any(|warned| warned.end <= within.end)
    }

    /// Whether everyone who satisfies the rules of one segment provably satisfies those of another.
    fn implies(&self, one: SegmentId, other: SegmentId) -> bool {
        let formula = |id| self.logical.question(id).map(|question| question.formula);
        formula(one).zip(formula(other)).is_some_and(|(one, other)| self.logical.implies(one, other))
    }
}

/// All findings; `with_subsets` looks for segments that others narrow, too, pair by pair. `warned` are the places of the checker's warnings, whose consequences aren't reported again.
pub(crate) fn findings(
    hir: &Hir,
    graph: &Graph,
    logical: &Logical,
    warned: &[Span],
    with_subsets: bool,
) -> Diagnostics {
    let use_params = params::users_of_params(hir, graph);
    let mut warned = warned.to_vec();
    warned.sort_unstable();
    let project = Project { hir, graph, logical, use_params, warned };
    let mut problems = Diagnostics::new();
    duplicates::duplicates(&project, &mut problems);
    decided::decided(&project, &mut problems);
    if with_subsets {
        subsets::subsets(&project, &mut problems);
    }
    missing::missing(hir, &mut problems);
    personal::personal(hir, &mut problems);
    problems
}

/// The traits and parameters that nothing uses, as far as their names are of interest.
pub(crate) fn unused(hir: &Hir, is_asked: impl Fn(&str) -> bool) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for unused in hir.unused.iter().filter(|unused| is_asked(&unused.name)) {
        let what = match unused.kind {
            UnusedKind::Trait => "trait",
            UnusedKind::Param => "parameter",
        };
        problems.push(Unused { span: unused.span, what, name: unused.name.clone() });
    }
    problems
}
