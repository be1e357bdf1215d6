//! Reasons for an evaluation to fail.

use std::fmt;

use super::Datum;
use crate::diagnostic::Span;

/// Why there is no answer. The first three kinds fail a run on every engine too; the
/// others say that the checked tree is not what it promises to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvalError {
    /// A number grew beyond its type.
    Overflow(Span),
    /// A time left the years −9999 to 9999.
    OutOfRange(Span),
    /// Two rows have the key of one.
    DuplicateKey {
        /// The entity that has them.
        entity: String,
        /// The fields that ought to be unique.
        fields: Vec<String>,
        /// Their values in both rows.
        key: Vec<Datum>,
    },
    /// Operands whose types don't fit.
    IllTyped(Span),
    /// A value that is declared present is missing.
    Missing(Span),
    /// Nested too deep to follow.
    TooDeep(Span),
    /// A segment or trait that rests on itself, by name.
    Cycle(String),
    /// An identity that is not of this tree.
    Unknown,
}

impl EvalError {
    /// The expression it happened in, if it was one.
    #[must_use]
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Overflow(span)
            | Self::OutOfRange(span)
            | Self::IllTyped(span)
            | Self::Missing(span)
            | Self::TooDeep(span) => Some(*span),
            Self::DuplicateKey { .. } | Self::Cycle(_) | Self::Unknown => None,
        }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow(_) => f.write_str("a number exceeds the range of its type"),
            Self::OutOfRange(_) => f.write_str("a time is outside the years -9999 to 9999"),
            Self::DuplicateKey { entity, fields, key } => {
                let key: Vec<_> = key.iter().map(ToString::to_string).collect();
                let (fields, key) = (fields.join(", "), key.join(", "));
                write!(f, "more than one row of `{entity}` has `{fields}` = `{key}`")
            }
            Self::IllTyped(_) => f.write_str("the types of the operands don't fit"),
            Self::Missing(_) => f.write_str("a value that is declared to be present is missing"),
            Self::TooDeep(_) => f.write_str("the expression is nested too deeply"),
            Self::Cycle(name) => write!(f, "`{name}` depends on itself"),
            Self::Unknown => f.write_str("there is no such segment, trait, entity or row"),
        }
    }
}

impl std::error::Error for EvalError {}
