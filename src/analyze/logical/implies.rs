//! Whether one formula holds wherever another does.
//!
//! What is concluded is true of any rows; what isn't concluded may be true, too. Besides the rules of groups,
//! it is known that
//!
//! - a value among some is also among more: `total > 100` implies `total > 50`;
//! - rows that fewer conditions and a wider window admit are at least as many: `count(orders during last 7 days) >= 2`
//!   implies `exists(orders during last 30 days)`.

use super::digest::{Digest, Key};
use super::formula::{Formula, FormulaId, Formulas, Subject};
use super::measure::{Measure, MeasureFunc, Measures};
use crate::check::hir::AggregateFunc;
use crate::check::proof::{Cut, Values};

/// The most pairs of formulas that one question compares; beyond them, nothing is concluded.
const MOST_STEPS: usize = 2_000;

/// A formula, or what is true exactly where it is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) formula: FormulaId,
    pub(crate) negated: bool,
}

impl From<FormulaId> for Signed {
    fn from(formula: FormulaId) -> Self {
        Self { formula, negated: false }
    }
}

impl Signed {
    pub(crate) fn not(self) -> Self {
        Self { negated: !self.negated, ..self }
    }
}

/// A formula with its sign moved inwards.
enum View<'a> {
    Constant(bool),
    Values(&'a Subject, Values),
    Opaque(Digest, bool),
    All(Vec<Signed>),
    Any(Vec<Signed>),
}

/// Answers one question.
pub(super) struct Prover<'a> {
    formulas: &'a Formulas,
    measures: &'a Measures,
    steps: usize,
}

impl<'a> Prover<'a> {
    pub(super) fn new(formulas: &'a Formulas, measures: &'a Measures) -> Self {
        Self { formulas, measures, steps: 0 }
    }

    /// Whether `then` provably holds wherever `when` does.
    pub(super) fn implies(&mut self, when: Signed, then: Signed) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        if when == then {
            return true;
        }
        match (self.view(when), self.view(then)) {
            (View::Constant(false), _) | (_, View::Constant(true)) => true,
            (_, View::All(parts)) => parts.into_iter().all(|part| self.implies(when, part)),
            (View::Any(parts), _) => parts.into_iter().all(|part| self.implies(part, then)),
            (View::All(parts), View::Any(some)) => {
                parts.into_iter().any(|part| self.implies(part, then))
                    || some.into_iter().any(|part| self.implies(when, part))
            }
            (View::All(parts), _) => parts.into_iter().any(|part| self.implies(part, then)),
            (_, View::Any(parts)) => parts.into_iter().any(|part| self.implies(when, part)),
            (View::Values(one, some), View::Values(other, more)) => self.values(one, &some, other, &more),
            (View::Opaque(one, left), View::Opaque(other, right)) => one == other && left == right,
            (View::Constant(true) | View::Values(..) | View::Opaque(..), _) => false,
        }
    }
    fn view(&self, of: Signed) -> View<'a> {
        let parts = |parts: &[FormulaId]| -> Vec<Signed> {
            parts.iter().map(|&formula| Signed { formula, negated: of.negated }).collect()
        };
        match self.formulas.get(of.formula) {
            Formula::Constant(holds) => View::Constant(*holds != of.negated),
            Formula::Values(subject, values) if of.negated => {
                View::Values(subject, values.complement().meet(&subject.domain))
            }
            Formula::Values(subject, values) => View::Values(subject, values.clone()),
            Formula::Opaque { condition, negated } => View::Opaque(*condition, *negated != of.negated),
            Formula::All(inner) if !of.negated => View::All(parts(inner)),
            Formula::Any(inner) if of.negated => View::All(parts(inner)),
            Formula::All(inner) | Formula::Any(inner) => View::Any(parts(inner)),
        }
    }

    /// Whether one subject having some values implies that another has some.
    fn values(&mut self, one: &Subject, some: &Values, other: &Subject, more: &Values) -> bool {
        if one.value == other.value {
            return some.meet(&more.complement()).is_empty();
        }
        let (Some(few), Some(many)) = (self.count(one), self.count(other)) else { return false };
        if self.is_within(few, many) {
            // At least as many, thus from the least of them on.
            let least = some.ranges.first().map_or(Cut::End, |(from, _)| from.clone());
            return Values::range(least, Cut::End).meet(&more.complement().meet(&other.domain)).is_empty();
        }
        if self.is_within(many, few) {
            let most = some.ranges.last().map_or(Cut::Start, |(_, to)| to.clone());
            return Values::range(Cut::Start, most).meet(&more.complement().meet(&other.domain)).is_empty();
        }
        false
    }

    /// The measure that a subject is, if it is a number of rows, all of which count.
    fn count(&self, subject: &Subject) -> Option<&'a Measure> {
        let measure = self.measures.find(subject.value)?;
        let is_plain = measure.func == MeasureFunc::Aggregate(AggregateFunc::Count)
            && measure.rest == Key::new("rest").parts(&[]).end();
        is_plain.then_some(measure)
    }

    /// Whether every row that counts for one measure counts for another.
    fn is_within(&mut self, few: &Measure, many: &Measure) -> bool {
        let by_time = match (&few.window, &many.window) {
            (None, None) => true,
            (Some(few), Some(many)) => few.is_within(many),
            _ => false,
        };
        few.scan == many.scan && by_time && self.implies(few.filter.into(), many.filter.into())
    }
}
