//! Regular expressions: the subset that all engines agree on, as a tree. Anything else is an error
//! at its place in the pattern.
//!
//! Must not know: where the pattern is in a file, engines.

mod refuse;
mod translate;

use std::ops::Range;

use regex_syntax::ast;
use regex_syntax::ast::parse::ParserBuilder;

use crate::types::Regex;

/// How deep groups may be nested.
const DEEPEST: u32 = 60;
/// How often anything is repeated, at most.
const MOST_REPEATS: u32 = 255;
/// How often repetitions inside one another repeat, at most: RE2's limit.
const MOST_NESTED: u64 = 1000;
/// How many single characters a pattern matches, its repetitions written out.
const LARGEST: u64 = 2000;

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It can't be read; what to do.
    Unreadable(String, &'static str),
    /// It is no part of the subset: what, and what to do.
    Feature(String, String),
    /// The number of repetitions, the limit, and whether they are nested.
    Repeats(u64, u32, bool),
    /// The number of its parts, and the limit.
    Large(u64, u64),
}

/// A fault with the bytes of the pattern that it is about.
pub(crate) type PatternFault = (Range<usize>, Fault);

/// The tree of a pattern, or all that is wrong with it.
pub(crate) fn parse(pattern: &str) -> Result<Regex, Vec<PatternFault>> {
    let parsed = ParserBuilder::new().nest_limit(DEEPEST).build().parse(pattern);
    let ast = parsed.map_err(|error| vec![refuse::unreadable(pattern, &error)])?;
    let mut translator = translate::Translator::new(pattern);
    let tree = translator.regex(&ast);
    let mut faults = translator.faults;
    if faults.is_empty() {
        let size = size(&tree);
        if size > LARGEST {
            faults.push((0..pattern.len(), Fault::Large(size, LARGEST)));
        }
    }
    if faults.is_empty() { Ok(tree) } else { Err(faults) }
}

/// How many characters it matches one by one, with its repetitions written out.
fn size(tree: &Regex) -> u64 {
    match tree {
        Regex::Empty | Regex::Start | Regex::End | Regex::One(_) => 1,
        Regex::Concat(parts) | Regex::Alternate(parts) => {
            parts.iter().fold(0, |sum: u64, part| sum.saturating_add(size(part)))
        }
        Regex::Repeat { of, least, most } => {
            size(of).saturating_mul(u64::from(most.unwrap_or(least.saturating_add(1)).max(1)))
        }
    }
}

fn range(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

#[cfg(test)]
mod tests;
