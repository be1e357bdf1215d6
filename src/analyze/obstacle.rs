//! Why a refresh can't be cheaper.

use crate::diagnostic::Span;

/// An obstacle to a cheaper refresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// In words that a user can act on.
    pub(crate) reason: String,
    /// The declaration that would lift it.
    pub(crate) remedy: Option<String>,
    /// What it is about: an entity of the catalog, or a part of a segment.
    pub(crate) place: Option<Span>,
}

impl Obstacle {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: None, place: None }
    }

    pub(super) fn lifted_by(reason: String, remedy: String) -> Self {
        Self { reason, remedy: Some(remedy), place: None }
    }

    pub(super) fn at(self, place: Span) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Whether it says the same, wherever that is.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        (&self.reason, &self.remedy) == (&other.reason, &other.remedy)
    }
}
