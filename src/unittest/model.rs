//! Unit tests with resolved names.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The names of the columns beside the key.
    pub columns: Vec<String>,
    /// What is expected of columns: by member, the column's place and its value.
    pub values: BTreeMap<Key, Vec<(usize, Datum)>>,
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
        /// The columns of members that have other values.
        other: Vec<OtherValue>,
    },
    /// The evaluation failed, as a run would, with this message.
    Fails(String),
}

/// A column of a member that doesn't have the expected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherValue {
    /// The member's key.
    pub key: Key,
    /// The name of the column.
    pub column: String,
    /// The expected value.
    pub wanted: Datum,
    /// The column's value.
    pub found: Datum,
}

impl Verdict {
    /// A one-line description of the failure, or `None` if the expectation is met.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let list = |keys: &[Key]| keys.iter().map(|key| key_text(key)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Passed => None,
            Self::Differs { missing, extra, other } => {
                let missing = (!missing.is_empty()).then(|| format!("missing {}", list(missing)));
                let extra = (!extra.is_empty()).then(|| format!("extra {}", list(extra)));
                let other = other.iter().map(OtherValue::said);
                Some(missing.into_iter().chain(extra).chain(other).collect::<Vec<_>>().join("; "))
            }
            Self::Fails(why) => Some(why.clone()),
        }
    }
}

impl OtherValue {
    fn said(&self) -> String {
        let Self { key, column, wanted, found } = self;
        format!("{column} of {}: expected {wanted}, got {found}", key_text(key))
    }
}

impl Expectation {
    /// Compares the members found, with the values of their columns, with what is expected.
    pub(super) fn judge(&self, found: &BTreeMap<Key, Vec<Datum>>) -> Verdict {
        let is_member = |key: &&Key| found.contains_key(*key);
        let (missing, extra): (Vec<Key>, Vec<Key>) = match &self.wanted {
            Wanted::Exactly(wanted) => (
                wanted.iter().filter(|key| !is_member(key)).cloned().collect(),
                found.keys().filter(|key| !wanted.contains(*key)).cloned().collect(),
            ),
            Wanted::Some { inside, outside } => (
                inside.iter().filter(|key| !is_member(key)).cloned().collect(),
                outside.iter().filter(is_member).cloned().collect(),
            ),
        };
        let mut other = Vec::new();
        for (key, wanted) in &self.values {
            let Some(values) = found.get(key) else { continue };
            for (at, wanted) in wanted {
                let found = values.get(*at).cloned().unwrap_or(Datum::Missing);
                if let Some(column) = self.columns.get(*at).filter(|_| !is_same(wanted, &found)) {
                    let (key, column, wanted) = (key.clone(), column.clone(), wanted.clone());
                    other.push(OtherValue { key, column, wanted, found });
                }
            }
        }
        if missing.is_empty() && extra.is_empty() && other.is_empty() {
            Verdict::Passed
        } else {
            Verdict::Differs { missing, extra, other }
        }
    }
}

/// By how much of either two floats may differ: the last digits of sums depend on the order of the rows.
const TOLERANCE: f64 = 1e-9;

/// Whether a column has the expected value.
fn is_same(wanted: &Datum, found: &Datum) -> bool {
    match (wanted, found) {
        (Datum::Float(wanted), Datum::Float(found)) => {
            wanted == found || (wanted - found).abs() <= TOLERANCE * wanted.abs().max(found.abs())
        }
        _ => wanted == found,
    }
}

/// A key for people, its parts separated by bars.
#[must_use]
pub fn key_text(key: &[Datum]) -> String {
    key.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}
