//! Conditions.

use super::{Aggregate, Path, SegmentId, Sequence, TextOp, Value, Window};
use crate::diagnostic::Span;
use crate::types::{Literal, Regex};

/// A condition: true or false for every row, never unknown.
#[derive(Debug, Clone)]
pub struct Cond {
    /// What is tested.
    pub kind: CondKind,
    /// The expression in a segment or trait, for messages.
    pub span: Span,
}

/// The kinds of [`Cond`]. A comparison with a missing value is false.
#[derive(Debug, Clone)]
pub enum CondKind {
    /// True for every row, or false for every row.
    Constant(bool),
    /// All of them; none is true.
    And(Vec<Cond>),
    /// Any of them; none is false.
    Or(Vec<Cond>),
    /// At least and at most this many of them are true. Neither bound is out of
    /// reach, and one of them excludes something.
    HowMany(usize, usize, Vec<Cond>),
    /// True exactly if the condition is false.
    Not(Box<Cond>),
    /// A comparison of two values of one type, or of two number types, or of a date with
    /// a date (a timestamp that is compared with a date has become a `ValueKind::LocalDate`).
    Compare(Comparison, Box<Value>, Box<Value>),
    /// One of these constants (one or more).
    In(Box<Value>, Vec<Literal>),
    /// Between two values, both included.
    Between(Box<Value>, Box<Value>, Box<Value>),
    /// A text contains, starts with or ends with another.
    Text(TextOp, Box<Value>, Box<Value>),
    /// A value is missing: `is missing`.
    Missing(Box<Value>),
    /// The time lies in a window. A date stands for its local midnight.
    During(Box<Value>, Window),
    /// The row at the end of the path is a final member of the segment.
    InSegment(Path, SegmentId),
    /// A boolean value that is true (false and missing are not).
    True(Box<Value>),
    /// At least one row counts.
    Exists(Box<Aggregate>),
    /// There is no row that fails the condition. `filter` of the aggregate is the condition.
    Every(Box<Aggregate>),
    /// A regular expression is found in the text.
    Matches(Box<Value>, Pattern),
    /// The Levenshtein distance between the text and the constant, in code points, is at most
    /// the number. Text of over 255 code points never resembles.
    Resembles(Box<Value>, String, u32),
    /// The array has an element that equals the value.
    Contains(Box<Value>, Box<Value>),
    /// The array has one of these constants (one or more) as an element.
    ContainsAny(Box<Value>, Vec<Literal>),
    /// The array has each of these constants (one or more) as an element.
    ContainsAll(Box<Value>, Vec<Literal>),
    /// The array is absent or has no element that is present.
    Empty(Box<Value>),
    /// The local midnight of the time's month and day, in a year after its own, lies in the
    /// window. 29 February is 28 February in other years.
    Anniversary(Box<Value>, Window),
    /// Some choice of rows fits the sequence.
    Sequence(Box<Sequence>),
}

/// The number of true conditions that [`CondKind::HowMany`] asks for, in words: `at least 2 of`.
#[must_use]
pub(crate) fn how_many(least: usize, most: usize, conditions: usize) -> String {
    match (least, most) {
        (least, most) if most >= conditions => format!("at least {least} of"),
        (0, most) => format!("at most {most} of"),
        _ => format!("exactly {least} of"),
    }
}

/// A regular expression of the portable subset (language reference, "Portable text").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    pub(crate) source: String,
    pub(crate) tree: Regex,
}

/// Comparisons; `!=` is a negated `Equal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged: `a < b` is `b > a`.
    #[must_use]
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}
