//! What segments ask of rows, in normal form and without SQL.
//!
//! A segment is a [`Formula`] on the rows of its entity. What the formula is about are values of the row,
//! memberships, and [`Measure`]s: numbers and values made from the rows of a [`Scan`] in a [`Window`]. Scans,
//! measures and formulas are kept once for all segments of a build. Each is identified by a [`Digest`] of its
//! normal form, so that the same question is the same measure, however it is written:
//!
//! - groups are flat and in one order, `not` is only around what can't be looked into;
//! - all that a group says of one value is one set of values: `a > 5`, `5 < a`, `a >= 6` of an integer,
//!   `not a <= 5` of a value that is never missing; lists, `between`, `is missing`;
//! - `exists(x)` is `count(x) >= 1`, `every(x where c)` is `not exists(x where not c)`;
//! - traits are written out, parameters have their values, instants are counted from the clock.
//!
//! Two segments with the same normal form have the same members over any rows; the opposite isn't always
//! true. No SQL is made from it: `plan::lower` evaluates each segment separately. It is made only for the
//! commands that use it.
//!
//! Must not know: targets, capabilities, how segments are stored.

mod aggregate;
mod cond;
mod digest;
mod formula;
mod implies;
mod measure;
mod normalizer;
mod segment;
#[cfg(test)]
mod tests;
mod value;
mod window;

use std::collections::{BTreeMap, HashMap};

use super::order::Graph;
use crate::check::hir::{Hir, SegmentId};
use crate::diagnostic::Span;
use formula::{Formula, Formulas};
use implies::Prover;
use measure::{Measures, ScanId};
use normalizer::Normalizer;

pub(crate) use digest::Digest;
pub(crate) use formula::FormulaId;
pub(crate) use implies::Signed;
pub(crate) use measure::{Measure, MeasureFunc, MeasureId, Scan, ScanUse};
pub(crate) use segment::{Question, Rule, RuleKind};
pub(crate) use window::Hull;

/// What the segments of a project ask.
#[derive(Debug)]
pub(crate) struct Logical {
    formulas: Formulas,
    measures: Measures,
    questions: BTreeMap<SegmentId, Question>,
    places: HashMap<FormulaId, Vec<Span>>,
}

impl Logical {
    /// Normalizes all segments of a checked tree.
    pub(crate) fn of(hir: &Hir, graph: &Graph) -> Self {
        Self::with(Normalizer::new(hir), hir, graph)
    }

    /// Normalizes all segments of another version of an earlier tree. The earlier formulas are formulas here, too, so
    /// that questions of both can be compared; whether fields and links of one name are the same is up to the caller.
    pub(crate) fn after(earlier: &Self, hir: &Hir, graph: &Graph) -> Self {
        let (formulas, measures) = (earlier.formulas.clone(), earlier.measures.clone());
        Self::with(Normalizer { formulas, measures, ..Normalizer::new(hir) }, hir, graph)
    }

    fn with<'a>(mut normalizer: Normalizer<'a>, hir: &'a Hir, graph: &Graph) -> Self {
        let ids = graph.order().iter();
        let questions = ids.map(|&id| (id, normalizer.segment(hir.segment(id)))).collect();
        let Normalizer { formulas, measures, places, .. } = normalizer;
        Self { formulas, measures, questions, places }
    }

    /// What a segment asks.
    pub(crate) fn question(&self, id: SegmentId) -> Option<&Question> {
        self.questions.get(&id)
    }

    /// The segments that are worth comparing by their members.
    pub(crate) fn comparable(&self) -> impl Iterator<Item = (SegmentId, &Question)> {
        let all = self.questions.iter().map(|(&id, question)| (id, question));
        all.filter(|(_, question)| !question.is_alias && self.decided(question.formula).is_none())
    }

    /// Whether a formula holds for every row, or for none; `None` if that depends on the row.
    pub(crate) fn decided(&self, id: FormulaId) -> Option<bool> {
        match self.formulas.get(id) {
            Formula::Constant(holds) => Some(*holds),
            _ => None,
        }
    }

    /// The parts of a group, and whether all of them must hold; `None` of what isn't a group.
    pub(crate) fn group(&self, id: FormulaId) -> Option<(bool, &[FormulaId])> {
        match self.formulas.get(id) {
            Formula::All(parts) => Some((true, parts)),
            Formula::Any(parts) => Some((false, parts)),
            Formula::Constant(_) | Formula::Values(..) | Formula::Opaque { .. } => None,
        }
    }

    /// Whether a formula provably holds wherever another does.
    pub(crate) fn implies(&self, when: impl Into<Signed>, then: impl Into<Signed>) -> bool {
        Prover::new(&self.formulas, &self.measures).implies(when.into(), then.into())
    }

    /// Where a condition is written first, unless it is only a part of what is written.
    pub(crate) fn place(&self, id: FormulaId) -> Option<Span> {
        self.places(id).first().copied()
    }

    /// Where a condition is written.
    pub(crate) fn places(&self, id: FormulaId) -> &[Span] {
        self.places.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The conditions by their places, without places that have several.
    pub(crate) fn conditions(&self) -> HashMap<Span, FormulaId> {
        let mut found: HashMap<Span, Option<FormulaId>> = HashMap::new();
        #[expect(
            clippy::iter_over_hash_type,
            reason = "a place is left out however many formulas come first"
        )]
        for (&id, places) in &self.places {
            for &place in places {
                let known = found.entry(place).or_insert(Some(id));
                *known = known.filter(|known| *known == id);
            }
        }
        found.into_iter().filter_map(|(place, id)| Some((place, id?))).collect()
    }

    pub(crate) fn measure(&self, id: MeasureId) -> &Measure {
        self.measures.get(id)
    }

    /// What some segments ask, scan by scan, in the order in which the project asks for them.
    pub(crate) fn scans(&self, segments: &[SegmentId]) -> Vec<(&Scan, ScanUse)> {
        let mut scans: BTreeMap<ScanId, ScanUse> = BTreeMap::new();
        for question in segments.iter().filter_map(|&id| self.question(id)) {
            let mut asked: BTreeMap<ScanId, Vec<MeasureId>> = BTreeMap::new();
            question.measures.iter().for_each(|&id| asked.entry(self.measure(id).scan).or_default().push(id));
            for (scan, measures) in asked {
                let measures = measures.into_iter().map(|id| (id, self.measure(id)));
                scans.entry(scan).or_default().add(&self.formulas, measures);
            }
        }
        scans.into_iter().map(|(id, asked)| (self.measures.get_scan(id), asked)).collect()
    }
}
