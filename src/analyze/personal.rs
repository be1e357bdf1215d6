//! Values that are made of personal data.

use std::collections::BTreeSet;

use crate::check::hir::{Cond, Hir, TraitId, Value, ValueKind};
use crate::check::visit::{Visitor, walk_value};

/// Whether a value is made of personal data: of the value of a `pii` field, not merely of rows that such
/// a field chooses.
#[must_use]
pub(crate) fn is_personal(hir: &Hir, value: &Value) -> bool {
    let mut personal = Personal { hir, found: false, traits: BTreeSet::new() };
    personal.value(value);
    personal.found
}

struct Personal<'a> {
    hir: &'a Hir,
    found: bool,
    /// The traits that have been looked into.
    traits: BTreeSet<TraitId>,
}

impl Visitor for Personal<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => {
                self.found |= self.hir.catalog.entity(path.end).field(*field).pii;
            }
            ValueKind::Trait(_, id) => {
                if self.traits.insert(*id) {
                    self.value(&self.hir.computed(*id).value);
                }
            }
            ValueKind::Aggregate(aggregate) => aggregate.value.iter().for_each(|value| self.value(value)),
            _ => walk_value(self, value),
        }
    }

    // Whether a condition holds is shown beside it anyway.
    fn cond(&mut self, _cond: &Cond) {}
}
