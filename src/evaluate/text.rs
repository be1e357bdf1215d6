//! Patterns and Levenshtein distances.

use std::collections::BTreeSet;

use super::evaluator::{Evaluator, RowScope};
use super::{Datum, EvalError};
use crate::check::hir::{Cond, CondKind};
use crate::types::Regex;

impl Evaluator<'_> {
    /// `matches` and `resembles`: false where the text is missing. Apart from the other
    /// conditions, whose recursion keeps a small frame.
    #[inline(never)]
    pub(super) fn on_text(&self, cond: &Cond, scope: RowScope) -> Result<bool, EvalError> {
        let (CondKind::Matches(value, _) | CondKind::Resembles(value, ..)) = &cond.kind else {
            return Err(EvalError::IllTyped(cond.span));
        };
        let text = match self.eval(value, scope)? {
            Datum::Missing => return Ok(false),
            Datum::String(text) => text,
            _ => return Err(EvalError::IllTyped(cond.span)),
        };
        Ok(match &cond.kind {
            CondKind::Matches(_, pattern) => is_found(&pattern.tree, &text),
            CondKind::Resembles(_, wanted, edits) => resembles(&text, wanted, *edits),
            _ => false,
        })
    }
}

/// At most `edits` insertions, deletions and replacements of code points; texts of over 255
/// never resemble.
fn resembles(text: &str, wanted: &str, edits: u32) -> bool {
    let distance = || u32::try_from(strsim::levenshtein(text, wanted)).unwrap_or(u32::MAX);
    text.chars().count() <= 255 && distance() <= edits
}

/// Whether a pattern is found anywhere in a text.
pub(crate) fn is_found(pattern: &Regex, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    !ends(pattern, &text, (0..=text.len()).collect()).is_empty()
}

/// Where the pattern may end that begins at one of these places.
fn ends(pattern: &Regex, text: &[char], from: BTreeSet<usize>) -> BTreeSet<usize> {
    match pattern {
        Regex::Empty => from,
        Regex::Start => from.into_iter().filter(|at| *at == 0).collect(),
        Regex::End => from.into_iter().filter(|at| *at == text.len()).collect(),
        Regex::One(set) => {
            let fits = |at: &usize| text.get(*at).is_some_and(|c| set.has(*c));
            from.into_iter().filter(fits).map(|at| at + 1).collect()
        }
        Regex::Concat(parts) => parts.iter().fold(from, |from, part| ends(part, text, from)),
        Regex::Alternate(parts) => parts.iter().flat_map(|part| ends(part, text, from.clone())).collect(),
        Regex::Repeat { of, least, most } => {
            let mut reached = (0..*least).fold(from, |from, _| ends(of, text, from));
            let mut new = reached.clone();
            for _ in *least..most.unwrap_or(u32::MAX) {
                let next: BTreeSet<usize> = ends(of, text, new).difference(&reached).copied().collect();
                if next.is_empty() {
                    break;
                }
                reached.extend(&next);
                new = next;
            }
            reached
        }
    }
}
