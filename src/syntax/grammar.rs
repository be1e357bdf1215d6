//! The generated parser: the one place that calls pest.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/segment.pest"]
struct SegmentParser;

/// A node of the grammar's result.
pub(super) type ParseNode<'a> = Pair<'a, Rule>;

/// Where the grammar couldn't continue, and what it expected.
#[derive(Debug)]
pub(super) struct Failure {
    /// The offset in the text that was read.
    pub(super) at: usize,
    /// The rules expected there.
    pub(super) expected: Vec<Rule>,
    /// The rule that was being read.
    pub(super) reading: Rule,
}

/// Reads `text` as `rule`, one of the entry points of the grammar.
pub(super) fn read(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Failure> {
    SegmentParser::parse(rule, text).map(flatten).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Failure { at, expected, reading: rule }
    })
}

/// The children of the entry point.
fn flatten(mut pairs: Pairs<'_, Rule>) -> Pairs<'_, Rule> {
    match pairs.next() {
        Some(entry) => entry.into_inner(),
        None => pairs,
    }
}
