//! Unit tests, read and resolved.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::Session;
use crate::check::hir::SegmentId;
use crate::diagnostic::Span;
use crate::evaluate::{Data, Datum};

/// A key's values, in the order of the key's fields.
pub type Key = Vec<Datum>;

/// The unit tests of a project.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// In the order of their files and in them.
    pub cases: Vec<Case>,
    /// The project, once for each set of parameters that tests ask for.
    pub(super) variants: Vec<Session>,
}

/// A unit test.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is tested, in a few words.
    pub name: String,
    /// Where the name is.
    pub span: Span,
    /// The file, relative to the project.
    pub path: String,
    /// The line of the name.
    pub line: usize,
    /// The instant that counts as now.
    pub as_of: Timestamp,
    /// The expected members.
    pub expectations: Vec<Expectation>,
    /// All rows that there are.
    pub(super) data: Data,
    /// Index in [`Suite::variants`].
    pub(super) variant: usize,
}

/// What a test expects of a segment.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The segment.
    pub segment: SegmentId,
    /// Its name.
    pub name: String,
    /// Where the name is in the test.
    pub span: Span,
    /// The names of the fields of its keys.
    pub key: Vec<String>,
    /// Its expected members.
    pub wanted: Wanted,
}

/// The expected members of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These, and nobody else.
    Exactly(BTreeSet<Key>),
    /// These are in, and those are out; nothing is said of others.
    Some {
        /// Members.
        inside: BTreeSet<Key>,
        /// No members.
        outside: BTreeSet<Key>,
    },
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Index in [`Suite::cases`].
    pub case: usize,
    /// One for each expectation.
    pub verdicts: Vec<Verdict>,
}

impl Outcome {
    /// Whether all that was expected came true.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| *verdict == Verdict::Passed)
    }
}

/// What came of an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It came true.
    Passed,
    /// The members are others.
    Differs {
        /// Should be members, and are not.
        missing: Vec<Key>,
        /// Are members, and should not be.
        extra: Vec<Key>,
    },
    /// There is no answer, as a run would fail: why.
    Fails(String),
}

impl Verdict {
    /// What did not come true, in one line; `None` if nothing.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let list = |keys: &[Key]| keys.iter().map(|key| key_text(key)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Passed => None,
            Self::Differs { missing, extra } if extra.is_empty() => {
                Some(format!("missing {}", list(missing)))
            }
            Self::Differs { missing, extra } if missing.is_empty() => Some(format!("extra {}", list(extra))),
            Self::Differs { missing, extra } => {
                Some(format!("missing {}; extra {}", list(missing), list(extra)))
            }
            Self::Fails(why) => Some(why.clone()),
        }
    }
}

impl Wanted {
    /// What is to be said of the members that were found.
    pub(super) fn judge(&self, found: &BTreeSet<Key>) -> Verdict {
        let (missing, extra): (Vec<Key>, Vec<Key>) = match self {
            Self::Exactly(wanted) => {
                (wanted.difference(found).cloned().collect(), found.difference(wanted).cloned().collect())
            }
            Self::Some { inside, outside } => {
                (inside.difference(found).cloned().collect(), outside.intersection(found).cloned().collect())
            }
        };
        if missing.is_empty() && extra.is_empty() {
            Verdict::Passed
        } else {
            Verdict::Differs { missing, extra }
        }
    }
}

/// A key as people read it: its parts with a bar between them.
#[must_use]
pub fn key_text(key: &[Datum]) -> String {
    key.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}
