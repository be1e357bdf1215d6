//! Negated comparisons that hold where a value is missing.

use std::collections::BTreeSet;

use super::problems::MissingHolds;
use crate::check::canonical;
use crate::check::hir::{Aggregate, Comparison, Cond, CondKind, Hir, Segment, Sequence, Value, ValueKind};
use crate::check::visit::{Visitor, walk_aggregate, walk_cond, walk_segment, walk_sequence, walk_value};
use crate::diagnostic::Diagnostics;

/// Warns of `not a > 5` where `a` can be missing: it isn't the same as `a <= 5`. Not where the same segment says what
/// is to happen to a missing `a`, and not of what an `exclude` leaves in: that takes out only whom it names.
pub(super) fn missing(hir: &Hir, problems: &mut Diagnostics) {
    for computed in &hir.traits {
        let mut tested = Tested { hir, values: BTreeSet::new() };
        tested.value(&computed.value);
        Negations { hir, tested: tested.values, negated: false, problems }.value(&computed.value);
    }
    hir.segments.iter().for_each(|segment| in_segment(hir, segment, problems));
}

fn in_segment(hir: &Hir, segment: &Segment, problems: &mut Diagnostics) {
    let mut tested = Tested { hir, values: BTreeSet::new() };
    walk_segment(&mut tested, segment);
    walk_segment(&mut Negations { hir, tested: tested.values, negated: false, problems }, segment);
}

/// Collects the values that are tested for being missing.
struct Tested<'a> {
    hir: &'a Hir,
    values: BTreeSet<String>,
}

impl Visitor for Tested<'_> {
    fn cond(&mut self, cond: &Cond) {
        if let CondKind::Missing(value) = &cond.kind {
            self.values.insert(canonical::value(self.hir, value));
        }
        walk_cond(self, cond);
    }
}

struct Negations<'a> {
    hir: &'a Hir,
    tested: BTreeSet<String>,
    /// Whether the condition asks for the complement of what is visited.
    negated: bool,
    problems: &'a mut Diagnostics,
}

impl Negations<'_> {
    fn with(&mut self, negated: bool, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.negated, negated);
        visit(self);
        self.negated = before;
    }

    /// Reports an order that a missing value doesn't fit into, if the condition asks for its complement.
    fn compared(&mut self, cond: &Cond, values: &[&Value], instead: Option<&'static str>) {
        let missing = values.iter().filter(|value| value.nullable);
        let missing: Vec<&&Value> =
            missing.filter(|value| !self.tested.contains(&canonical::value(self.hir, value))).collect();
        if let Some(first) = missing.first().filter(|_| self.negated) {
            self.problems.push(MissingHolds {
                span: cond.span,
                value: is_name(first).then(|| canonical::value(self.hir, first)),
                place: first.span,
                instead,
            });
        }
    }
}

impl Visitor for Negations<'_> {
    fn cond(&mut self, cond: &Cond) {
        match &cond.kind {
            CondKind::Not(inner) => {
                let negated = !self.negated;
                return self.with(negated, |this| this.cond(inner));
            }
            CondKind::And(_) | CondKind::Or(_) => return walk_cond(self, cond),
            CondKind::Compare(op, left, right) => {
                if let Some(instead) = opposite(*op) {
                    self.compared(cond, &[left, right], Some(instead));
                }
            }
            CondKind::Between(value, low, high) => self.compared(cond, &[value, low, high], None),
            _ => {}
        }
        self.with(false, |this| walk_cond(this, cond));
    }

    fn value(&mut self, value: &Value) {
        self.with(false, |this| walk_value(this, value));
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.with(false, |this| walk_aggregate(this, aggregate));
    }

    fn sequence(&mut self, sequence: &Sequence) {
        self.with(false, |this| walk_sequence(this, sequence));
    }
}

/// Whether its normal form is what people write.
fn is_name(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Field(..) | ValueKind::Trait(..))
}

/// The operator that holds of two present values exactly where an order doesn't; `None` of what is no order.
fn opposite(op: Comparison) -> Option<&'static str> {
    match op {
        Comparison::Less => Some(">="),
        Comparison::LessOrEqual => Some(">"),
        Comparison::Greater => Some("<="),
        Comparison::GreaterOrEqual => Some("<"),
        Comparison::Equal => None,
    }
}
