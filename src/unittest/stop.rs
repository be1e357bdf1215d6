//! Where tests end that stop at the first failure.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::model::Outcome;

/// The place of the first test that failed, while tests run in parallel. Those before it all run, so that
/// it is the same in every run.
pub(super) struct Stop {
    is_wanted: bool,
    first: AtomicUsize,
}

impl Stop {
    /// Notices failures if that is wanted.
    pub(super) fn if_wanted(is_wanted: bool) -> Self {
        Self { is_wanted, first: AtomicUsize::new(usize::MAX) }
    }

    /// Runs the test at a place, unless one before it has failed.
    pub(super) fn run<E>(
        &self,
        place: usize,
        test: impl FnOnce() -> Result<Outcome, E>,
    ) -> Result<Option<Outcome>, E> {
        if place > self.first.load(Ordering::SeqCst) {
            return Ok(None);
        }
        let outcome = test()?;
        if self.is_wanted && !outcome.passed() {
            self.first.fetch_min(place, Ordering::SeqCst);
        }
        Ok(Some(outcome))
    }

    /// The outcomes up to the first failure.
    pub(super) fn outcomes(&self, all: Vec<Option<Outcome>>) -> Vec<Outcome> {
        let first = self.first.load(Ordering::SeqCst);
        all.into_iter().take(first.saturating_add(1)).flatten().collect()
    }
}
