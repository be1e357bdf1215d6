//! The cases of a run, one after the other.

use fastrand::Rng;

use crate::corpus;
use crate::dictionary;
use crate::entry::Entry;
use crate::mutate::mutated;
use crate::seen::Seen;

/// How many inputs that showed something new are kept to be mutated again.
const POOL: usize = 4_000;

/// Makes inputs of texts that are there, and of inputs that showed something new.
pub(crate) struct Generator {
    entry: Entry,
    seed: u64,
    texts: Vec<String>,
    /// How many of them are the repository's.
    given: usize,
}

impl Generator {
    pub(crate) fn new(entry: Entry, seed: u64) -> Self {
        let texts = corpus::texts(entry);
        Self { entry, seed, given: texts.len(), texts }
    }

    /// The input of a case.
    pub(crate) fn input(&self, case: u64) -> Vec<u8> {
        // Numbers that are near each other make generators that are.
        let mixed = (self.seed ^ case.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut rng = Rng::with_seed(mixed ^ self.entry.number());
        let (base, other) = (self.pick(&mut rng), self.pick(&mut rng));
        mutated(&mut rng, base, other, dictionary::words(self.entry))
    }

    /// Half of the time a text of the repository, else one that showed something new.
    fn pick(&self, rng: &mut Rng) -> &str {
        let new = self.texts.len() - self.given;
        let at = if new > 0 && rng.bool() { self.given + rng.usize(..new) } else { rng.usize(..self.given) };
        &self.texts[at]
    }

    /// Keeps an input after which more has been seen than before.
    pub(crate) fn learn(&mut self, input: &[u8], seen: &mut Seen) {
        if seen.take_news() && self.texts.len() - self.given < POOL {
            self.texts.push(String::from_utf8_lossy(input).into_owned());
        }
    }
}
