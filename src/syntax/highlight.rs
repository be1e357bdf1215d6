//! What each word of segments is, for those who colour them.

use std::collections::HashMap;

use super::grammar::{self, ParseNode, Rule};
use super::outline::{self, PieceKind, Tokens};
use super::scan::{self, TokenKind};
use crate::diagnostic::{Diagnostics, SourceId};
use crate::types::{Word, WordKind};

/// The words of a text of segments, traits and parameters that aren't names or operators, in order. Words that
/// the grammar can't read aren't listed.
///
/// ```
/// use segc::types::WordKind::{Declared, Keyword, Text};
///
/// let text = "segment vip on customer { where plan = 'vip' }";
/// let words: Vec<_> =
///     segc::syntax::highlight(text).into_iter().map(|(at, kind)| (&text[at], kind)).collect();
/// assert_eq!(
///     words,
///     [
///         ("segment", Keyword), ("vip", Declared), ("on", Keyword), ("where", Keyword),
///         ("'vip'", Text),
///     ]
/// );
/// ```
#[must_use]
pub fn highlight(text: &str) -> Vec<Word> {
    let source = SourceId(0);
    let mut none = Diagnostics::new();
    let all = scan::scan(source, text, &mut none);
    let tokens = Tokens { source, text, all: &all };
    let mut names = Names::default();
    let mut readable = vec![false; all.len()];
    for piece in outline::outline(tokens, &mut none) {
        let rule = match piece.kind {
            PieceKind::Param => Rule::one_param,
            PieceKind::Trait => Rule::one_trait,
            PieceKind::Segment => Rule::one_segment,
            PieceKind::Stray => continue,
        };
        let range = piece.tokens;
        let (Some(first), Some(last)) =
            (all.get(range.start), range.end.checked_sub(1).and_then(|at| all.get(at)))
        else {
            continue;
        };
        let Ok(nodes) =
            text.get(first.start..last.end).map_or(Err(()), |item| grammar::read(rule, item).map_err(drop))
        else {
            continue;
        };
        nodes.for_each(|node| names.read(&node, first.start));
        // The second word of an item is what it declares, or what that belongs to.
        if let Some(declared) = all.get(range.start + 1) {
            names.kinds.insert(declared.start, Some(WordKind::Declared));
        }
        readable[range].fill(true);
    }
    let mut words = Vec::new();
    let mut end = 0;
    for (token, readable) in all.iter().zip(readable) {
        comments(text, end, token.start, &mut words);
        end = token.end;
        let kind = match token.kind {
            TokenKind::Word => match names.kinds.get(&token.start) {
                Some(kind) => *kind,
                None => readable.then_some(WordKind::Keyword),
            },
            TokenKind::Text => Some(WordKind::Text),
            TokenKind::Number | TokenKind::Time => Some(WordKind::Number),
            TokenKind::Parameter => Some(WordKind::Parameter),
            TokenKind::Quoted | TokenKind::Symbol | TokenKind::Bad => None,
        };
        words.extend(kind.map(|kind| (token.start..token.end, kind)));
    }
    comments(text, end, text.len(), &mut words);
    words
}

/// The words that are names, by the places where they begin; those that are a bit more have a kind.
#[derive(Default)]
struct Names {
    kinds: HashMap<usize, Option<WordKind>>,
}

impl Names {
    fn read(&mut self, node: &ParseNode<'_>, base: usize) {
        // Bounded by the nesting that the grammar reads.
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            let start = base + node.as_span().start();
            match node.as_rule() {
                Rule::name => drop(self.kinds.entry(start).or_insert(None)),
                Rule::property_name => drop(self.kinds.insert(start, Some(WordKind::Property))),
                Rule::function_name | Rule::function_word | Rule::count_word | Rule::special_word => {
                    self.kinds.insert(start, Some(WordKind::Function));
                }
                _ => {}
            }
            open.extend(node.into_inner());
        }
    }
}

/// The comments between two words.
fn comments(text: &str, start: usize, end: usize, words: &mut Vec<Word>) {
    let Some(between) = text.get(start..end) else { return };
    let mut at = start;
    for line in between.split_inclusive('\n') {
        if let Some(sign) = line.find('#') {
            words.push((at + sign..at + line.trim_end().len(), WordKind::Comment));
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str) -> String {
        let words = highlight(text).into_iter();
        words.map(|(at, kind)| format!("{:?} {kind:?}\n", &text[at])).collect()
    }

    #[test]
    fn names_that_are_keywords_elsewhere_are_names() {
        insta::assert_snapshot!(marked(
            "# All.\nsegment last on customer { # It.\n  owner: \"a # b\"\n  exclusive group: \"g\" priority: 1\n  \
             where count(orders during last 30 days where first = $n) >= 2 and lower(title) != 'x' # End\n}"
        ));
    }

    #[test]
    fn what_cant_be_read_has_only_constants() {
        assert_eq!(marked("segment a on b { where = 'x' }\n?"), "\"'x'\" Text\n");
        assert_eq!(marked(""), "");
        for text in ["é # ü", "`", "\"", "segment", "segment é", "# ", "trait a on b =", "{", "}"] {
            let _ = highlight(text);
        }
    }
}
