//! The problems found so far.

use super::code::Severity;
use super::problem::Diagnostic;
use super::span::Sources;

/// A growing list of problems. Stages push and go on: all are reported at once.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, unless it only follows from one that was reported before.
    pub fn push(&mut self, problem: impl Into<Diagnostic>) {
        self.items.extend(Some(problem.into()).filter(|problem| !problem.code.is_empty()));
    }

    /// Adds all of another list.
    pub fn append(&mut self, other: Self) {
        self.items.extend(other.items);
    }

    /// Takes the last one away.
    pub fn pop(&mut self) -> Option<Diagnostic> {
        self.items.pop()
    }

    /// Keeps those that fit.
    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.items.retain(keep);
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// All, in the order they are in.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Puts them in the order of a reader: by path, place and code; exact repeats go.
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
