//! Everything about segments that an editor or a catalog of segments needs: `segc ls --format json`.
//!
//! `entry` describes a segment, `relatives` how segments use one another.

mod entry;
mod relatives;

pub use entry::{Entry, EntryCondition, EntryPosition, EntryRange, EntryRead, ListSource};
pub use relatives::{Relation, Relative};

use std::collections::HashMap;

use super::select::{Selected, Selection, select_with_disabled};
use super::session::Session;
use crate::diagnostic::{Diagnostics, Span};
use crate::syntax::ast;

impl Session {
    /// Describes the segments of a selection, ordered by name; also those with `enabled: false`, which are
    /// selected by what they say themselves.
    ///
    /// # Errors
    ///
    /// Reports every part of the selection that selects nothing.
    pub fn entries(&self, selection: &Selection) -> Result<Vec<Entry>, Diagnostics> {
        let found = select_with_disabled(self, selection)?;
        let trees = self.trees();
        let entry = |one| match one {
            Selected::Disabled(tree) => Entry::disabled(self, tree),
            Selected::Sound(id) => {
                let tree = trees.get(&self.hir.segment(id).name_span).copied();
                Entry::sound(self, id, tree)
            }
        };
        let mut exposures: HashMap<&str, Vec<String>> = HashMap::new();
        for exposure in &self.config.exposures {
            for (segment, _) in &exposure.segments {
                exposures.entry(segment).or_default().push(exposure.name.clone());
            }
        }
        let exposed = |entry: Entry| {
            let exposures = exposures.get(entry.name.as_str()).cloned().unwrap_or_default();
            Entry { exposures, ..entry }
        };
        Ok(found.into_iter().map(entry).map(exposed).collect())
    }

    /// The syntax trees of segments, by the places of their names.
    fn trees(&self) -> HashMap<Span, &ast::Segment> {
        let items = self.syntax.iter().flat_map(|file| &file.items);
        let segments = items.filter_map(|item| match item {
            ast::Item::Segment(segment) => Some((segment.name.span, &**segment)),
            ast::Item::Param(_) | ast::Item::Trait(_) => None,
        });
        segments.collect()
    }
}
