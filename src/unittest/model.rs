//! Unit tests with resolved names.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::Session;
use crate::check::hir::SegmentId;
use crate::diagnostic::Span;
use crate::evaluate::{Data, Datum};

/// The values of a key, in the order of the key's fields.
pub type Key = Vec<Datum>;

/// The unit tests of a project.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The tests, in the order of the files.
    pub cases: Vec<Case>,
    /// The project, once per set of parameters.
    pub(super) variants: Vec<Session>,
}

/// A unit test.
#[derive(Debug, Clone)]
pub struct Case {
    /// The name, which says what is tested.
    pub name: String,
    /// The place of the name.
    pub span: Span,
    /// The path of the file, relative to the project.
    pub path: String,
    /// The line of the name, from 1.
    pub line: usize,
    /// The as_of of the test.
    pub as_of: Timestamp,
    /// The expected members.
    pub expectations: Vec<Expectation>,
    /// All rows of the test.
    pub(super) data: Data,
    /// An index into [`Suite::variants`].
    pub(super) variant: usize,
}

/// The expected members of a segment in a test.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The segment.
    pub segment: SegmentId,
    /// The name of the segment.
    pub name: String,
    /// The place of the name in the test.
    pub span: Span,
    /// The names of the key's fields.
    pub key: Vec<String>,
    /// The expected members.
    pub wanted: Wanted,
}

/// Which members a segment should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Exactly these members.
    Exactly(BTreeSet<Key>),
    /// Some members and non-members; others are unspecified.
    Some {
        /// Keys that must be members.
        inside: BTreeSet<Key>,
        /// Keys that must not be members.
        outside: BTreeSet<Key>,
    },
}

/// The result of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// An index into [`Suite::cases`].
    pub case: usize,
    /// One verdict per expectation.
    pub verdicts: Vec<Verdict>,
}

impl Outcome {
    /// Whether all expectations are met.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| *verdict == Verdict::Passed)
    }
}

/// The result of an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The expectation is met.
    Passed,
    /// The segment has other members.
    Differs {
        /// The keys that should be members and aren't.
        missing: Vec<Key>,
        /// The keys that are members and shouldn't be.
        extra: Vec<Key>,
    },
    /// The evaluation failed, as a run would, with this message.
    Fails(String),
}

impl Verdict {
    /// A one-line description of the failure, or `None` if the expectation is met.
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
    /// Compares the members found with the expected ones.
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

/// A key for people, its parts separated by bars.
#[must_use]
pub fn key_text(key: &[Datum]) -> String {
    key.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}
