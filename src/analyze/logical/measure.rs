//! Measures, the scans that they are made from, and the tables that keep each once.

use std::collections::{BTreeSet, HashMap};

use super::digest::{Digest, Key};
use super::formula::{FormulaId, Formulas};
use super::window::{Hull, Window};
use crate::catalog::{Catalog, EntityId};
use crate::check::hir::{AggregateFunc, Hop};

/// The identity of a scan in a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScanId(u32);

/// The identity of a measure in a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MeasureId(u32);

/// The rows that a path leads to, by owner. Two entities over one table are two scans: they may differ in what
/// a row is.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    /// The entity each of whose rows has a measure.
    pub(crate) owner: EntityId,
    /// The links from there to the rows, with the names of events.
    pub(crate) hops: Vec<Hop>,
    /// The entity whose rows are read.
    pub(crate) end: EntityId,
}

/// What some segments ask of a scan.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScanUse {
    /// The measures, in the order of identities.
    pub(crate) measures: BTreeSet<MeasureId>,
    /// The number of segments that ask for any of them.
    pub(crate) segments: usize,
    /// What the windows have together; `None` if the rows have no time.
    pub(crate) hull: Option<Hull>,
    /// The conditions that all of the measures have: no other row counts for any of them.
    pub(crate) filter: BTreeSet<FormulaId>,
}

impl ScanUse {
    /// Adds what a segment asks.
    pub(super) fn add<'m>(
        &mut self,
        formulas: &Formulas,
        measures: impl Iterator<Item = (MeasureId, &'m Measure)>,
    ) {
        self.segments += 1;
        for (id, measure) in measures {
            let is_first = self.measures.is_empty();
            if !self.measures.insert(id) {
                continue;
            }
            let filter: BTreeSet<FormulaId> = formulas.conditions(measure.filter).into_iter().collect();
            if is_first {
                self.filter.extend(filter);
            } else if !self.filter.is_empty() {
                self.filter.retain(|known| filter.contains(known));
            }
            if let Some(window) = &measure.window {
                self.hull.get_or_insert_default().add(window);
            }
        }
    }
}

/// What is made of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MeasureFunc {
    Aggregate(AggregateFunc),
    /// How many of some periods have enough rows.
    Periods,
}

/// A number or a value that is made of the rows of a scan, for each row of its owner.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    pub(crate) scan: ScanId,
    /// Of the rows' time; `None` if they have none.
    pub(crate) window: Option<Window>,
    /// Which of the rows count.
    pub(crate) filter: FormulaId,
    pub(crate) func: MeasureFunc,
    /// What is aggregated, the order, the periods: all that is in no other field.
    pub(super) rest: Digest,
}

/// The scans and measures of a build.
#[derive(Debug, Clone, Default)]
pub(super) struct Measures {
    scans: Vec<Scan>,
    measures: Vec<Measure>,
    scan_ids: HashMap<Digest, ScanId>,
    ids: HashMap<Digest, MeasureId>,
}

impl Measures {
    /// The scan along a path, and its digest.
    pub(super) fn scan(
        &mut self,
        catalog: &Catalog,
        owner: EntityId,
        hops: &[Hop],
        end: EntityId,
    ) -> (ScanId, Digest) {
        let digest = path(catalog, Key::new("scan"), owner, hops).end();
        let next = ScanId(u32::try_from(self.scans.len()).unwrap_or(u32::MAX));
        let id = *self.scan_ids.entry(digest).or_insert(next);
        if id == next {
            self.scans.push(Scan { owner, hops: hops.to_vec(), end });
        }
        (id, digest)
    }

    /// The measure, and its digest. `scan` and `filter` are the digests of what it refers to.
    pub(super) fn measure(
        &mut self,
        measure: Measure,
        (scan, filter): (Digest, Digest),
    ) -> (MeasureId, Digest) {
        let key = Key::new("measure").part(scan).part(filter).part(measure.rest);
        let key = match measure.func {
            MeasureFunc::Aggregate(func) => key.shown(format_args!("{func:?}")),
            MeasureFunc::Periods => key.text("periods"),
        };
        let digest = match &measure.window {
            None => key.text("no time"),
            Some(window) => window.write(key),
        };
        let digest = digest.end();
        let next = MeasureId(u32::try_from(self.measures.len()).unwrap_or(u32::MAX));
        let id = *self.ids.entry(digest).or_insert(next);
        if id == next {
            self.measures.push(measure);
        }
        (id, digest)
    }

    /// The measure of a digest, if the digest is that of a measure.
    pub(super) fn find(&self, digest: Digest) -> Option<&Measure> {
        self.ids.get(&digest).map(|&id| self.get(id))
    }

    pub(super) fn get(&self, id: MeasureId) -> &Measure {
        &self.measures[id.0 as usize]
    }

    pub(super) fn get_scan(&self, id: ScanId) -> &Scan {
        &self.scans[id.0 as usize]
    }
}

/// A key's part for a path: the entity that it starts from, and its links.
pub(super) fn path<'h>(
    catalog: &Catalog,
    key: Key,
    from: EntityId,
    hops: impl IntoIterator<Item = &'h Hop>,
) -> Key {
    hops.into_iter().fold(key.text(&catalog.entity(from).name), |key, hop| {
        let key = key.text(&catalog.entity(hop.from).link(hop.link).name);
        match &hop.event {
            Some(event) => key.text("[").text(event),
            None => key,
        }
    })
}
