//! What was counted in a database.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::api::{self, Attrition, History};

/// What was counted in a database, at one instant.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Where.
    pub place: Place,
    /// The as_of of the numbers.
    pub as_of: Timestamp,
    /// How many remain after each condition, by segment.
    pub attritions: BTreeMap<String, Attrition>,
    /// The members that segments have in common, by entity.
    pub overlaps: BTreeMap<String, Overlap>,
    /// What earlier runs have recorded, by segment.
    pub histories: BTreeMap<String, History>,
}

/// Where something was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the rows of the project's `data/`.
    SampleRows,
    /// In a database with this address, without its password.
    Database(String),
}

/// The members that segments of one entity have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlap {
    /// The names of the segments.
    pub segments: Vec<String>,
    /// How many members each pair has in common; on the diagonal, the members of each.
    pub common: Vec<Vec<u64>>,
    /// How many segments of the entity are left out.
    pub left_out: usize,
}

impl Overlap {
    /// The answer of a database. Segments that are alike are next to each other.
    #[must_use]
    pub fn of(counted: &api::Overlap, left_out: usize) -> Self {
        let places: BTreeMap<&str, usize> =
            counted.segments.iter().enumerate().map(|(at, one)| (one.segment.as_str(), at)).collect();
        let count = counted.segments.len();
        let mut common = vec![vec![0; count]; count];
        let mut set = |row: usize, column: usize, both: u64| {
            if let Some(cell) = common.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = both;
            }
        };
        for (at, one) in counted.segments.iter().enumerate() {
            set(at, at, one.members);
        }
        for pair in &counted.pairs {
            if let (Some(&first), Some(&second)) =
                (places.get(pair.first.as_str()), places.get(pair.second.as_str()))
            {
                set(first, second, pair.both);
                set(second, first, pair.both);
            }
        }
        let unsorted = Self {
            segments: counted.segments.iter().map(|one| one.segment.clone()).collect(),
            common,
            left_out,
        };
        let order = unsorted.order();
        Self {
            segments: order.iter().filter_map(|&at| unsorted.segments.get(at).cloned()).collect(),
            common: order
                .iter()
                .map(|&row| order.iter().map(|&column| unsorted.at(row, column)).collect())
                .collect(),
            left_out,
        }
    }

    /// How many members two of the segments have in common.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> u64 {
        self.common.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
    }

    /// How many members two of the segments have in common, and how many are in either.
    #[must_use]
    pub fn pair(&self, row: usize, column: usize) -> (u64, u64) {
        let common = self.at(row, column);
        let both = self.at(row, row).saturating_add(self.at(column, column));
        (common, both.saturating_sub(common))
    }

    /// Compares two pairs by the share of the common members among those of either, without fractions.
    pub(super) fn more_alike((common, either): (u64, u64), (other, other_either): (u64, u64)) -> Ordering {
        let left = u128::from(common) * u128::from(other_either);
        left.cmp(&(u128::from(other) * u128::from(either)))
    }

    /// The largest first, and after each the one most like it.
    fn order(&self) -> Vec<usize> {
        let mut left: Vec<usize> = (0..self.segments.len()).collect();
        left.sort_by_key(|&at| std::cmp::Reverse(self.at(at, at)));
        let mut order: Vec<usize> = Vec::new();
        while !left.is_empty() {
            let next = match order.last() {
                None => 0,
                Some(&last) => {
                    let alike = |&(_, &one): &(usize, &usize)| self.pair(last, one);
                    // Of equals, the first.
                    let best = left.iter().enumerate().reduce(|best, one| {
                        if Self::more_alike(alike(&one), alike(&best)).is_gt() { one } else { best }
                    });
                    best.map_or(0, |(place, _)| place)
                }
            };
            order.push(left.remove(next));
        }
        order
    }
}
