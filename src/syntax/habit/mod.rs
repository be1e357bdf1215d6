//! Habits: phrases from SQL, English and other tools, and how to write each in segc.
//!
//! The phrases are data (`compare`, `time`, `rows`, `query`, `clause`, `header`); `pattern`
//! compares them with the words around a place where the grammar could not go on, so that what
//! is right is never taken for a habit. The advice repeats the user's own words: it can be pasted.

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

/// A phrase, and what to do instead. `{x}` in the advice is what `{x}` stood for in the phrase.
type Habit = (&'static str, &'static str);

/// A habit that was found.
pub(super) struct FoundHabit {
    /// The place of its words.
    pub(super) span: Span,
    /// What to do instead.
    pub(super) advice: String,
}

/// What is read of a segment's header.
static HEADER: LazyLock<Vec<Pattern>> = LazyLock::new(|| read(&[header::HABITS]));
/// What is read of everything else, the more exact phrases first.
static BODY: LazyLock<Vec<Pattern>> =
    LazyLock::new(|| read(&[query::HABITS, clause::HABITS, time::HABITS, rows::HABITS, compare::HABITS]));

fn read(tables: &[&[Habit]]) -> Vec<Pattern> {
    tables
        .iter()
        .flat_map(|table| table.iter())
        .map(|&(phrase, advice)| Pattern::new(phrase, advice))
        .collect()
}

/// How far before the place a phrase may begin.
const REACH: usize = 14;

/// The habit at a place where the grammar could not go on: the first of the table that fits,
/// and of its places the earliest.
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

    /// Every `{…}` of an advice stands for something in its phrase.
    #[test]
    fn advice_repeats_the_words_of_the_phrase() {
        let all = HEADER.iter().chain(BODY.iter());
        let wrong: Vec<String> = all.filter_map(Pattern::unbound).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
