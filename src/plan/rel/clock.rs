//! The instants and dates that a run fixes once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Scalar;
use crate::dialect::Function;
use crate::types::{Literal, Type};

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

/// An instant that is a number of units before another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ago<'s> {
    /// The function that subtracts them.
    pub(crate) unit: Function,
    /// That instant.
    pub(crate) from: &'s Scalar,
    /// How many.
    pub(crate) count: i64,
}

impl<'s> Ago<'s> {
    /// If a value is such an instant.
    pub(crate) fn of(value: &'s Scalar) -> Option<Self> {
        use Function::{SubtractDays, SubtractHours, SubtractMonths, SubtractSeconds};
        let Scalar::Call(unit, arguments) = value else { return None };
        let [from, Scalar::Literal(Literal::Integer(count))] = &arguments[..] else { return None };
        let subtracts = matches!(unit, SubtractSeconds | SubtractHours | SubtractDays | SubtractMonths);
        subtracts.then_some(Self { unit: *unit, from, count: *count })
    }
}
