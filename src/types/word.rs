//! What words of a text are, for those who colour them.

use std::ops::Range;

/// What a word of a segment or of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WordKind {
    /// A word of the language.
    Keyword,
    /// A property of a segment: `owner`.
    Property,
    /// A function.
    Function,
    /// A name in a place where a new thing is declared.
    Declared,
    /// A text in quotes.
    Text,
    /// A number, a date or an instant.
    Number,
    /// A parameter: `$min_spend`.
    Parameter,
    /// A comment.
    Comment,
}

/// A part of a text, in bytes, and what it is.
pub type Word = (Range<usize>, WordKind);
