//! The words of the language, each once, with their roles. A test compares the list with the
//! grammar.

/// The role of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is never a name, except in backticks: it can occur where a value or a name can, or right
    /// after one, so that reading it as a name would hide an error or change a meaning. All other
    /// keywords are distinguished from names by their position.
    Reserved,
    /// It has no meaning here, but has one in other languages.
    Meaningless,
    /// It begins an item of a file.
    Item,
    /// It begins a rule of a segment.
    Clause,
    /// It names a property of a segment.
    Property,
    /// It begins the part of a condition after the first operand.
    Operator,
    /// It begins a window.
    Window,
    /// It is a value.
    Constant,
    /// It aggregates many rows into a value, and is called like a function.
    Aggregate,
    /// It is used between values, and is hardly ever a name.
    Between,
    /// An expression can't end with it.
    Unfinished,
}

use Role::{
    Aggregate, Between, Clause, Constant, Item, Meaningless, Operator, Property, Reserved, Unfinished, Window,
};

/// The words, phrases and properties in the grammar, except for the units of time, which are in
/// [`Unit`](crate::types::Unit).
const KEYWORDS: &[(&str, &[Role])] = &[
    ("and", &[Reserved]),
    ("or", &[Reserved]),
    ("not", &[Reserved, Operator]),
    ("in", &[Reserved, Operator]),
    ("is", &[Reserved, Operator]),
    ("between", &[Reserved, Operator]),
    ("during", &[Reserved, Operator]),
    ("where", &[Reserved, Clause]),
    ("include", &[Reserved, Clause, Between]),
    ("exclude", &[Reserved, Clause, Between]),
    ("true", &[Reserved, Constant]),
    ("false", &[Reserved, Constant]),
    ("null", &[Reserved, Meaningless]),
    ("now", &[Reserved, Constant]),
    ("today", &[Reserved, Constant, Window]),
    ("segment", &[Item, Between, Unfinished]),
    ("trait", &[Item, Unfinished]),
    ("param", &[Item, Unfinished]),
    ("on", &[Between, Unfinished]),
    ("extends", &[Unfinished]),
    ("list", &[]),
    ("title", &[Property]),
    ("description", &[Property]),
    ("owner", &[Property]),
    ("tags", &[Property]),
    ("enabled", &[Property]),
    ("materialize", &[Property]),
    ("access", &[Property]),
    ("expire", &[Property]),
    ("history", &[Property]),
    ("exclusive", &[]),
    ("exclusive group", &[Property]),
    ("group", &[]),
    ("priority", &[Property]),
    ("keep", &[Clause]),
    ("top", &[]),
    ("bottom", &[]),
    ("sample", &[]),
    ("seed", &[]),
    ("per", &[]),
    ("by", &[Between, Unfinished]),
    ("missing", &[]),
    ("present", &[]),
    ("empty", &[]),
    ("contains", &[Operator, Between, Unfinished]),
    ("any", &[]),
    ("all", &[]),
    ("starts", &[Between]),
    ("starts with", &[Operator]),
    ("ends", &[Between]),
    ("ends with", &[Operator]),
    ("with", &[Clause, Between, Unfinished]),
    ("matches", &[Operator, Between]),
    ("resembles", &[Operator, Between]),
    ("within", &[Between]),
    ("edits", &[]),
    ("before", &[Operator, Between, Unfinished]),
    ("after", &[Operator, Between, Unfinished]),
    ("anniversary", &[Operator]),
    ("ignoring", &[]),
    ("case", &[]),
    ("start", &[]),
    ("of", &[Between]),
    ("as", &[]),
    ("bucket", &[]),
    ("ago", &[Between]),
    ("from", &[]),
    ("count", &[Aggregate]),
    ("distinct", &[]),
    ("sum", &[Aggregate]),
    ("avg", &[Aggregate]),
    ("min", &[Aggregate]),
    ("max", &[Aggregate]),
    ("exists", &[Aggregate]),
    ("every", &[Aggregate]),
    ("first", &[Aggregate]),
    ("last", &[Aggregate, Window, Between, Unfinished]),
    ("mode", &[Aggregate]),
    ("latest", &[]),
    ("earliest", &[]),
    ("sequence", &[Aggregate]),
    ("periods", &[Aggregate]),
    ("each", &[]),
    ("at", &[]),
    ("least", &[]),
    ("most", &[]),
    ("exactly", &[]),
    ("then", &[Between]),
    ("matching", &[]),
    ("previous", &[Window, Between, Unfinished]),
    ("next", &[Window, Between, Unfinished]),
    ("this", &[Window, Between]),
    ("since", &[Window, Between, Unfinished]),
    ("until", &[Window, Between, Unfinished]),
    ("to", &[Between, Unfinished]),
    ("through", &[Between, Unfinished]),
    ("yesterday", &[]),
    ("lifetime", &[Window]),
];

/// The keywords and phrases of two words with this role.
pub(crate) fn keywords(role: Role) -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().filter(move |(_, roles)| roles.contains(&role)).map(|(word, _)| *word)
}

/// Whether a word has this role.
pub(crate) fn is_keyword(word: &str, role: Role) -> bool {
    keywords(role).any(|keyword| keyword == word)
}

/// Whether a word begins a keyword or phrase with this role.
pub(super) fn begins(word: &str, role: Role) -> bool {
    keywords(role).any(|keyword| keyword.split(' ').next() == Some(word))
}

/// Whether a word is a keyword with a meaning in this language.
pub(super) fn has_meaning(word: &str) -> bool {
    let known = KEYWORDS.iter().find(|(keyword, _)| *keyword == word);
    known.is_some_and(|(_, roles)| *roles != [Property] && !roles.contains(&Meaningless))
}

/// The words that are never names, except in backticks.
pub fn reserved() -> impl Iterator<Item = &'static str> {
    keywords(Reserved)
}

pub(crate) fn is_reserved(word: &str) -> bool {
    is_keyword(word, Reserved)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{KEYWORDS, Property};
    use crate::types::Unit;

    /// The words in quotes in the grammar.
    fn words_of_the_grammar() -> BTreeSet<&'static str> {
        let grammar = include_str!("../../grammar/segment.pest");
        let code = grammar.lines().filter(|line| !line.trim_start().starts_with("//"));
        let quoted = code.flat_map(|line| line.split('"').skip(1).step_by(2));
        quoted.filter(|text| text.len() > 1 && text.chars().all(|c| c.is_ascii_lowercase())).collect()
    }

    #[test]
    fn the_keyword_list_matches_the_grammar() {
        let mut expected = words_of_the_grammar();
        expected.retain(|word| Unit::parse(word).is_none());
        assert!(expected.remove("array"), "it begins a type");
        let words = KEYWORDS.iter().filter(|(word, roles)| !word.contains(' ') && *roles != [Property]);
        assert_eq!(words.map(|(word, _)| *word).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn each_keyword_is_listed_once() {
        let distinct: BTreeSet<&str> = KEYWORDS.iter().map(|(word, _)| *word).collect();
        assert_eq!(distinct.len(), KEYWORDS.len());
    }
}
