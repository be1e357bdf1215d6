//! Finding the subquery that has the same rows, among any number of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::plan::rel::{Cte, Select};

/// As long as there are no more than this, each is compared.
const FEW: usize = 16;

/// Subqueries by their rows.
#[derive(Debug, Default)]
pub(super) struct Places {
    by_hash: HashMap<u64, Vec<usize>>,
    /// How many are known.
    seen: usize,
}

impl Places {
    /// The first of `count` places for which `fits` holds: of those whose rows, which `rows_of` gives, are
    /// the same. A place without rows is never found.
    pub(super) fn find<'c>(
        &mut self,
        count: usize,
        rows_of: impl Fn(usize) -> Option<&'c Select>,
        rows: &Select,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if count <= FEW {
            return (0..count).find(|&place| rows_of(place).is_some() && fits(place));
        }
        for place in self.seen..count {
            if let Some(known) = rows_of(place) {
                self.by_hash.entry(hash(known)).or_default().push(place);
            }
        }
        self.seen = count;
        self.by_hash.get(&hash(rows))?.iter().copied().find(|&place| fits(place))
    }
}

/// Whether a subquery reads the same rows.
pub(super) fn has_rows(cte: &Cte, rows: &Select) -> bool {
    let with = &cte.select;
    // What differs most often comes first.
    (&with.filter, &with.from, &with.joins) == (&rows.filter, &rows.from, &rows.joins)
}

fn hash(rows: &Select) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&rows.filter, &rows.from, &rows.joins).hash(&mut hasher);
    hasher.finish()
}
