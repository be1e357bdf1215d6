//! Habits: phrases from SQL, English and other tools, and how to write each in segc.
//!
//! The phrases are data (`compare`, `time`, `rows`, `query`, `clause`, `header`). `pattern`
//! compares them with the words around a place where the grammar couldn't continue, so correct text
//! is never mistaken for a habit. The advice repeats the user's own words, so that it can be
//! pasted.

mod clause;
mod compare;
mod header;
mod pattern;
mod query;
mod rows;
mod time;
mod words;

use std::sync::LazyLock;

use super::grammar::Rule;
use super::outline::Tokens;
use crate::diagnostic::Span;
use pattern::{Match, Pattern};

pub(super) use words::{operand_before, plain_name, text_of};

/// A phrase and its advice. `{x}` in the advice is replaced by what `{x}` matched in the phrase.
type Habit = (&'static str, &'static str);

pub(super) struct FoundHabit {
    /// The span of the phrase.
    pub(super) span: Span,
    /// How to write it in segc.
    pub(super) advice: String,
}

/// The phrases for a segment's header.
static HEADER: LazyLock<Vec<Pattern>> = LazyLock::new(|| read(&[header::HABITS]));
/// The phrases for everything else, the more specific ones first.
static BODY: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| read(&[query::HABITS, clause::HABITS, time::HABITS, rows::HABITS, compare::HABITS]));

fn read(tables: &[&[Habit]]) -> Vec<Pattern> {
    tables
        .iter()
        .flat_map(|table| table.iter())
        .map(|&(phrase, advice)| Pattern::new(phrase, advice))
        .collect()
}

/// The maximum number of tokens before the place at which a phrase may begin.
const REACH: usize = 14;

/// The habit at a place where the grammar couldn't continue: the first in the table that matches,
/// at its earliest position.
pub(super) fn habit(tokens: Tokens<'_>, index: usize, reading: Rule) -> Option<FoundHabit> {
    let table = match reading {
        Rule::one_header | Rule::one_trait | Rule::one_param => HEADER.iter(),
        _ => [].iter(),
    };
    let body = if reading == Rule::one_header { [].iter() } else { BODY.iter() };
    let found = table.chain(body).find_map(|pattern| at_place(pattern, tokens, index))?;
    let span = tokens.range_span(&found.marked);
    Some(FoundHabit { span, advice: found.advice })
}

fn at_place(pattern: &Pattern, tokens: Tokens<'_>, index: usize) -> Option<Match> {
    (index.saturating_sub(REACH)..=index).find_map(|start| {
        let found = pattern.matches(tokens, start)?;
        (found.range.start..=found.range.end).contains(&index).then_some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `{…}` in an advice is in its phrase.
    #[test]
    fn advice_repeats_the_words_of_the_phrase() {
        let all = HEADER.iter().chain(BODY.iter());
        let wrong: Vec<String> = all.filter_map(Pattern::unbound).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
