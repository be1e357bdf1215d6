//! What segments ask of rows, and what follows from it between segments.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::session::Session;
use crate::analyze::findings::{findings, unused};
use crate::analyze::logical::{Hull, Logical, MeasureFunc, Scan, ScanUse};
use crate::check::hir::{Hir, SegmentId};
use crate::check::words::written;
use crate::diagnostic::Diagnostics;
use crate::project::Level;
use crate::types::Literal;

/// The measures that segments ask for: numbers and values made from the rows behind links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How many the segments ask for, each counting its own.
    pub measures: usize,
    /// How many of these are different, however they are written.
    pub distinct: usize,
    /// The rows that they are made from, in the order of entities and paths.
    pub scans: Vec<AskedScan>,
}

/// Rows that measures are made from, without regard to how many statements read them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedScan {
    /// The entity whose rows have the measures.
    pub entity: String,
    /// The links from there, with the name of an event: `orders`, `events["Order Completed"]`.
    pub path: String,
    /// The entity whose rows are read.
    pub reads: String,
    /// The number of different measures.
    pub measures: usize,
    /// The number of segments that ask for any of them.
    pub segments: usize,
    /// What is made of the rows: `count`, `sum`, …
    pub functions: Vec<&'static str>,
    /// The hull of the measures' windows; `None` if the rows have no time.
    pub window: Option<AskedWindow>,
    /// Conditions that all of the measures have, as they are written first: no other row counts for any of
    /// them.
    pub filter: Vec<String>,
}

/// What many windows have together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedWindow {
    /// Rows from the earliest of these instants on; all earlier ones, too, if there are none.
    pub from: Vec<String>,
    /// Rows before the latest of these instants; all later ones, too, if there are none.
    pub to: Vec<String>,
}

impl Session {
    /// What the segments ask of rows, in normal form. It is made once, when it is first needed.
    pub(super) fn logical(&self) -> &Logical {
        self.logical.get_or_init(|| Arc::new(Logical::of(&self.hir, &self.graph)))
    }

    /// Whether two segments provably have the same members, whatever the rows are.
    #[must_use]
    pub fn same_members(&self, one: SegmentId, other: SegmentId) -> bool {
        let members = |id| self.logical().question(id).map(|question| question.members);
        members(one).is_some_and(|one| members(other) == Some(one))
    }

    /// Whether every member of one segment is provably a member of another, whatever the rows are. Not every such
    /// pair is found; none is found wrongly. The members of one that `expire`s depend on its former runs, and so prove
    /// nothing.
    #[must_use]
    pub fn implies(&self, one: SegmentId, other: SegmentId) -> bool {
        let (narrow, wide) = (self.hir.segment(one), self.hir.segment(other));
        let logical = self.logical();
        let formula = |id| logical.question(id).map(|question| question.formula);
        let (Some(when), Some(then)) = (formula(one), formula(other)) else { return false };
        narrow.entity == wide.entity
            && (self.same_members(one, other)
                || narrow.properties.expire.is_none() && wide.keeps.is_empty() && logical.implies(when, then))
    }

    /// What segments ask of the rows behind links. Those of the segments that they read are theirs.
    #[must_use]
    #[doc(hidden)]
    pub fn asked(&self, segments: &[SegmentId]) -> Asked {
        let logical = self.logical();
        let questions = segments.iter().filter_map(|&id| logical.question(id));
        let all: Vec<_> = questions.flat_map(|question| &question.measures).collect();
        let distinct: BTreeSet<_> = all.iter().collect();
        let scans = logical.scans(segments);
        let mut scans: Vec<AskedScan> =
            scans.iter().map(|(scan, used)| self.asked_scan(logical, scan, used)).collect();
        scans.sort();
        Asked { measures: all.len(), distinct: distinct.len(), scans }
    }

    fn asked_scan(&self, logical: &Logical, scan: &Scan, used: &ScanUse) -> AskedScan {
        let name = |id| self.hir.catalog.entity(id).name.clone();
        let functions: BTreeSet<&str> =
            used.measures.iter().map(|&id| function(logical.measure(id).func)).collect();
        let side = |bounds: Option<&[_]>| {
            bounds.into_iter().flatten().map(ToString::to_string).collect::<Vec<String>>()
        };
        let window = |hull: &Hull| AskedWindow { from: side(hull.from()), to: side(hull.to()) };
        let filter = used.filter.iter().filter_map(|&id| logical.place(id));
        AskedScan {
            entity: name(scan.owner),
            path: path(&self.hir, scan),
            reads: name(scan.end),
            measures: used.measures.len(),
            segments: used.segments,
            functions: functions.into_iter().collect(),
            window: used.hull.as_ref().map(window),
            filter: filter.map(|span| written(&self.sources, span)).collect(),
        }
    }

    /// Warnings about what is no error, but hardly meant: segments with the same members, rules that decide nothing,
    /// what nothing uses. Opening a project doesn't report them.
    #[must_use]
    pub fn findings(&self) -> Diagnostics {
        let mut problems = self.all_findings();
        problems.append(unused(&self.hir, |_| true));
        self.found(problems)
    }

    /// The findings in a part of a project whose rest is clean. What the part declares may be used elsewhere, except
    /// for names that nothing in the rest contains.
    pub(super) fn findings_of_part(&self, whole: impl Fn(&str) -> bool) -> Diagnostics {
        let mut problems = self.all_findings();
        problems.append(unused(&self.hir, whole));
        self.found(problems)
    }

    fn all_findings(&self) -> Diagnostics {
        let with_subsets = self.config.warnings.of("SEG392") != Level::Allow;
        findings(&self.hir, &self.graph, self.logical(), &self.warned, with_subsets)
    }

    /// Without the warnings that are allowed, and with the comments that allow nothing.
    fn found(&self, problems: Diagnostics) -> Diagnostics {
        let mut silence = self.silence.clone();
        let mut problems = silence.apply(&self.sources, problems);
        let unused = silence.unused();
        problems.append(silence.apply(&self.sources, unused));
        problems.sort(&self.sources);
        problems
    }
}

fn path(hir: &Hir, scan: &Scan) -> String {
    let hops = scan.hops.iter().map(|hop| {
        let link = &hir.catalog.entity(hop.from).link(hop.link).name;
        match &hop.event {
            Some(event) => format!("{link}[{}]", Literal::String(event.clone())),
            None => link.clone(),
        }
    });
    hops.collect::<Vec<_>>().join(".")
}

fn function(func: MeasureFunc) -> &'static str {
    match func {
        MeasureFunc::Periods => "periods",
        MeasureFunc::Aggregate(func) => func.word(),
    }
}
