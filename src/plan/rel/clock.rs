//! The instants and dates that a run fixes once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Scalar;
use crate::types::Type;

/// The instants and dates that a run fixes once, before it reads data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clock {
    /// The run's as_of where it is not the engine's clock: a literal, or a subquery's value.
    pub as_of: Option<Scalar>,
    /// The others. A value may read `Scalar::Clock("as_of")` and earlier bounds.
    pub bounds: Bounds,
}

/// An instant or a date: its name, its value, its type.
pub type Bound = (String, Scalar, Type);

/// Instants and dates in the order in which they are fixed, each name once. A build has
/// thousands, and each of its statements asks for some by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bounds {
    list: Vec<Bound>,
    places: BTreeMap<String, usize>,
}

impl Bounds {
    /// Adds a bound, unless there is one of its name.
    pub(crate) fn add(&mut self, bound: Bound) {
        if let Entry::Vacant(place) = self.places.entry(bound.0.clone()) {
            place.insert(self.list.len());
            self.list.push(bound);
        }
    }

    /// The bound of a name.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&Bound> {
        self.places.get(name).and_then(|&place| self.list.get(place))
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Bound> {
        self.list.iter()
    }

    /// Whether there is none.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The bounds of another clock after one's own, each name once.
impl Extend<Bound> for Clock {
    fn extend<I: IntoIterator<Item = Bound>>(&mut self, bounds: I) {
        self.bounds.extend(bounds);
    }
}

impl Extend<Bound> for Bounds {
    fn extend<I: IntoIterator<Item = Bound>>(&mut self, bounds: I) {
        bounds.into_iter().for_each(|bound| self.add(bound));
    }
}

impl FromIterator<Bound> for Bounds {
    fn from_iter<I: IntoIterator<Item = Bound>>(bounds: I) -> Self {
        let mut all = Self::default();
        all.extend(bounds);
        all
    }
}

impl IntoIterator for Bounds {
    type Item = Bound;
    type IntoIter = std::vec::IntoIter<Bound>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
