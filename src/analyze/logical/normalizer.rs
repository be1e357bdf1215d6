//! From the checked tree to normal forms.

use std::collections::HashMap;

use super::digest::{Digest, Key};
use super::formula::{FormulaId, Formulas};
use super::measure::{MeasureId, Measures, path};
use crate::catalog::EntityId;
use crate::check::hir::{Base, Hir, Hop, Path, SegmentId, TraitId};
use crate::diagnostic::Span;

/// Keeps what it has normalized, each once, for all segments of a build.
pub(super) struct Normalizer<'a> {
    pub(super) hir: &'a Hir,
    pub(super) formulas: Formulas,
    pub(super) measures: Measures,
    /// The traits, as values and as conditions, each with the measures in it: of the segment's own row, and of
    /// other rows.
    pub(super) values: HashMap<(TraitId, bool), (Digest, Vec<MeasureId>)>,
    pub(super) conditions: HashMap<(TraitId, bool), (FormulaId, Vec<MeasureId>)>,
    /// The segments so far: what memberships refer to.
    pub(super) segments: HashMap<SegmentId, Known>,
    /// Where each condition is written, in the order of what is normalized.
    pub(super) places: HashMap<FormulaId, Vec<Span>>,
    /// The measures in the current segment or trait, in the order of their places.
    pub(super) asked: Vec<MeasureId>,
    /// The segments that the current one reads by name, as far as they aren't in traits that are known.
    pub(super) read: Vec<SegmentId>,
    /// How many aggregates and sequences are around the current place.
    pub(super) around: usize,
}

/// A segment that others may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// What identifies its members.
    pub(super) members: Digest,
    /// Its condition, if that alone makes its members.
    pub(super) plain: Option<FormulaId>,
    /// The segments that come before it in its group, and itself.
    pub(super) group: Option<Digest>,
}

impl<'a> Normalizer<'a> {
    pub(super) fn new(hir: &'a Hir) -> Self {
        Self {
            hir,
            formulas: Formulas::default(),
            measures: Measures::default(),
            values: HashMap::new(),
            conditions: HashMap::new(),
            segments: HashMap::new(),
            places: HashMap::new(),
            asked: Vec::new(),
            read: Vec::new(),
            around: 0,
        }
    }

    /// Normalizes a trait once: returns what it comes to, and asks for the measures in it.
    pub(super) fn once<T: Copy>(
        &mut self,
        known: impl Fn(&mut Self) -> &mut HashMap<(TraitId, bool), (T, Vec<MeasureId>)>,
        id: TraitId,
        normalize: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let id = (id, self.around == 0);
        if let Some((found, asked)) = known(self).get(&id).cloned() {
            self.asked.extend(asked);
            return found;
        }
        let outer = std::mem::take(&mut self.asked);
        let found = normalize(self);
        let asked = std::mem::replace(&mut self.asked, outer);
        self.asked.extend(&asked);
        known(self).insert(id, (found, asked));
        found
    }

    /// A key's part for a to-one path, followed by further links.
    pub(super) fn to_one(&self, key: Key, at: &Path, further: &[Hop]) -> Key {
        let key = key.text(match at.base {
            Base::This => "this",
            Base::Outer => "outer",
        });
        let hops = || at.hops.iter().chain(further);
        path(&self.hir.catalog, key, from(at), hops())
    }
}

/// The entity of the row that a path starts from.
fn from(path: &Path) -> EntityId {
    path.hops.first().map_or(path.end, |hop| hop.from)
}
