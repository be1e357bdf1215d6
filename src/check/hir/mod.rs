//! The checked tree: resolved, typed, with no string left to look up.
//!
//! Conditions ([`Cond`]) are two-valued; values ([`Value`]) may be missing. Operators that
//! the language defines through others are gone: `!=` is a negated `=`, `avg` of what is
//! an expression is an expression, a window is a pair of instants.

mod cond;
mod rows;
mod segment;
mod value;

pub use cond::*;
pub use rows::*;
pub use segment::*;
pub use value::*;

use std::sync::Arc;

use crate::catalog::{Catalog, EntityId};
use crate::diagnostic::Span;
use crate::types::Literal;
use crate::types::calendar::Calendar;

pub use crate::syntax::ast::{AggregateFunc, ArithmeticOp, TextOp};
pub use crate::types::Materialize;

/// The identity of a segment: greater than those of all segments whose names come before its own. It
/// is given before anything is checked, so that one that has an error leaves a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(#[doc(hidden)] pub u32);

/// The identity of a trait: greater than those of all that it may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraitId(pub u32);

/// A whole project, checked.
#[derive(Debug, Clone)]
pub struct Hir {
    /// The catalog that its identities point into.
    pub catalog: Arc<Catalog>,
    /// The time zone and the first day of weeks.
    pub calendar: Calendar,
    /// Parameters with the values they were given, by name.
    pub params: Vec<(String, Literal)>,
    /// Where parameters are used, and which, in the order of places.
    pub(crate) params_used: Vec<(Span, String)>,
    /// What is declared and nothing uses, in the order of places.
    pub(crate) unused: Vec<Unused>,
    /// Computed traits, in the order of their identities; one never refers to itself, even through
    /// others.
    pub traits: Vec<Trait>,
    /// The segments that have no error, in the order of their names and identities.
    pub segments: Vec<Segment>,
}

impl Hir {
    /// The segment of an identity that came from this tree.
    #[must_use]
    pub fn segment(&self, id: SegmentId) -> &Segment {
        &self.segments[self.place(id)]
    }

    /// The place of a segment of this tree among all of them.
    pub(crate) fn place(&self, id: SegmentId) -> usize {
        place(&self.segments, |segment| segment.id.0, id.0).unwrap_or(usize::MAX)
    }

    /// The segment of an identity, if there is one.
    #[must_use]
    pub(crate) fn get(&self, id: SegmentId) -> Option<&Segment> {
        self.segments.get(self.place(id))
    }

    /// Whether a parameter is used at a place, or within it.
    pub(crate) fn uses_param(&self, span: Span) -> bool {
        self.params_within(span).next().is_some()
    }

    /// The names of the parameters that are used at a place, or within it, in the order of places.
    pub(crate) fn params_within(&self, span: Span) -> impl Iterator<Item = &str> {
        let place = |span: &Span| (span.source, span.start);
        let first = self.params_used.partition_point(|(param, _)| place(param) < place(&span));
        let within = move |param: &Span| param.source == span.source && param.start < span.end;
        self.params_used[first..].iter().take_while(move |(at, _)| within(at)).map(|(_, name)| name.as_str())
    }

    /// The trait of an identity, if there is one.
    #[must_use]
    pub(crate) fn get_computed(&self, id: TraitId) -> Option<&Trait> {
        self.traits.get(place(&self.traits, |computed| computed.id.0, id.0)?)
    }

    /// An identity after those of all segments.
    #[must_use]
    pub(crate) fn next_id(&self) -> SegmentId {
        SegmentId(self.segments.last().map_or(0, |last| last.id.0 + 1))
    }

    /// The trait of an identity that came from this tree.
    #[must_use]
    pub fn computed(&self, id: TraitId) -> &Trait {
        let at = place(&self.traits, |computed| computed.id.0, id.0).unwrap_or(usize::MAX);
        &self.traits[at]
    }

    /// The segment of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<SegmentId> {
        let at = self.segments.binary_search_by(|segment| segment.name.as_str().cmp(name)).ok()?;
        Some(self.segments[at].id)
    }

    /// Every segment with its identity.
    pub fn iter(&self) -> impl Iterator<Item = (SegmentId, &Segment)> {
        self.segments.iter().map(|segment| (segment.id, segment))
    }
}

/// Where one is in a list that is in the order of identities: at its own, unless there are gaps.
pub(crate) fn place<T>(list: &[T], id_of: impl Fn(&T) -> u32, id: u32) -> Option<usize> {
    let at = id as usize;
    match list.get(at) {
        Some(one) if id_of(one) == id => Some(at),
        _ => list.binary_search_by_key(&id, id_of).ok(),
    }
}

/// Something that is declared and that nothing uses.
#[derive(Debug, Clone)]
pub(crate) struct Unused {
    pub(crate) kind: UnusedKind,
    pub(crate) name: String,
    /// The name in its declaration.
    pub(crate) span: Span,
}

/// What is unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnusedKind {
    Trait,
    Param,
}

/// A computed trait: a named value of one entity.
#[derive(Debug, Clone)]
pub struct Trait {
    /// Its place among the traits.
    pub id: TraitId,
    /// As it is declared, unique within its entity.
    pub name: String,
    /// The entity whose rows have it.
    pub entity: EntityId,
    /// Its value; [`Base::This`] is the entity.
    pub value: Value,
}
