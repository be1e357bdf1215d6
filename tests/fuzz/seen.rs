//! What inputs have led to so far: the problems, and adjacent words of SQL. An input that leads to
//! something new is mutated more often. This needs no counters from the compiler, so it works on
//! the stable toolchain and is the same on every machine.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What has been seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    known: HashSet<u64>,
    news: bool,
}

impl Seen {
    /// Notes something that an input has brought about.
    pub(crate) fn note(&mut self, what: impl Hash) {
        self.news |= self.is_new(what);
    }

    /// Remembers something, and says whether it is there for the first time.
    pub(crate) fn is_new(&mut self, what: impl Hash) -> bool {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.known.insert(hasher.finish())
    }

    /// Notes each pair of words in capitals that are beside each other.
    pub(crate) fn note_sql(&mut self, target: &str, sql: &str) {
        let word = |text: &&str| text.len() > 1 && text.starts_with(|c: char| c.is_ascii_uppercase());
        let mut before = "";
        for one in sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(word) {
            self.note((target, before, one));
            before = one;
        }
    }

    /// How many different things.
    pub(crate) fn count(&self) -> usize {
        self.known.len()
    }

    /// Whether there was anything new since this was asked last.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }
}
