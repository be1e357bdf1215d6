//! The problems found so far.

use super::code::Severity;
use super::problem::Diagnostic;
use super::span::Sources;

/// A list of problems. A stage adds to it and continues, so that all problems are reported at once.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Returns an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, unless it only follows from one that has been reported.
    pub fn push(&mut self, problem: impl Into<Diagnostic>) {
        self.items.extend(Some(problem.into()).filter(|problem| !problem.code.is_empty()));
    }

    /// Moves all problems of another list to the end of this one.
    pub fn append(&mut self, other: Self) {
        self.items.extend(other.items);
    }

    /// Removes and returns the last problem.
    pub fn pop(&mut self) -> Option<Diagnostic> {
        self.items.pop()
    }

    /// Keeps only the problems for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.items.retain(keep);
    }

    /// Whether any problem is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Whether there are no problems, not even warnings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The number of problems, including warnings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Iterates over the problems in their current order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Sorts the problems by path, position and code, and removes exact duplicates.
    pub fn sort(&mut self, sources: &Sources) {
        let path = |item: &Diagnostic| {
            item.span.and_then(|span| sources.get(span.source)).map(|source| source.path().to_owned())
        };
        self.items.sort_by_cached_key(|item| {
            (path(item), item.span.map(|span| (span.start, span.end)), item.code, item.message.clone())
        });
        self.items.dedup();
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(items: Vec<Diagnostic>) -> Self {
        Self { items }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
