//! The small language for habits, and how its phrases are matched with a text.
//!
//! A phrase is words between spaces. `a|b` is either, `a?` may be left out, case doesn't matter.
//! `{x}` first in a phrase is the value that ends before it; elsewhere it is one that begins there.
//! The other places are those of [`Placeholder`]: `{n}`, `{unit}`, `{text}` … Where one phrase holds two
//! of a kind, a digit tells them apart: `{y}`, `{y2}`. What is between `«` and `»` is underlined;
//! without them all of it is.

use std::ops::Range;

use super::super::keywords::{Role, is_keyword, is_reserved};
use super::super::outline::Tokens;
use super::super::scan::TokenKind;
use super::words::{self, End};

/// A parsed phrase and its advice.
pub(super) struct Pattern {
    /// The placeholder for the value that ends before the phrase.
    before: Option<(String, Placeholder)>,
    parts: Vec<Part>,
    /// The range of parts to underline, if not all.
    marked: Option<Range<usize>>,
    advice: &'static str,
}

enum Part {
    /// One of these words, possibly optional.
    Words { all: Vec<String>, optional: bool },
    /// A placeholder, whose text the advice repeats.
    Placeholder(String, Placeholder),
}

/// What a placeholder matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    /// A value: a constant, a path, a call.
    Value,
    /// A value, where a bare word is meant as text.
    Meant,
    /// The start of a call such as `count(orders`, without its end.
    Aggregate,
    /// A path or a call, but not a constant.
    Field,
    /// The start of a `sequence(…)`, without its end.
    Sequence,
    /// A path.
    Path,
    /// A path whose last name is a plural, so that it probably leads to rows.
    Rows,
    /// A number in digits or words.
    Number,
    /// A unit of time.
    Unit,
    /// A text, from which `{like}`, `{instant}`, `{duration}` and `{name}` are derived.
    Text,
    /// A date or an instant.
    Time,
    /// A word.
    Word,
    /// The content of brackets of any kind.
    List,
    /// Values separated by commas.
    Items,
    /// The same, where bare words are meant as texts if there is nothing else.
    Values,
    /// Words that were meant as one name.
    Name,
    /// Nothing: the condition ends here.
    End,
}

/// A matched phrase.
pub(super) struct Match {
    /// The tokens, without the value before them.
    pub(super) range: Range<usize>,
    /// The tokens to underline.
    pub(super) marked: Range<usize>,
    pub(super) advice: String,
}

impl Placeholder {
    fn of(name: &str) -> Self {
        match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "x" | "y" => Self::Value,
            "value" => Self::Meant,
            "agg" => Self::Aggregate,
            "field" => Self::Field,
            "seq" => Self::Sequence,
            "path" => Self::Path,
            "rows" => Self::Rows,
            "n" => Self::Number,
            "unit" => Self::Unit,
            "text" => Self::Text,
            "time" => Self::Time,
            "word" => Self::Word,
            "list" => Self::List,
            "items" => Self::Items,
            "values" => Self::Values,
            "name" => Self::Name,
            _ => Self::End,
        }
    }
}

impl Pattern {
    pub(super) fn new(phrase: &'static str, advice: &'static str) -> Self {
        let mut before = None;
        let mut parts = Vec::new();
        let mut marked = None;
        for (at, part) in phrase.split_whitespace().enumerate() {
            match part {
                "«" => {
                    marked = Some(parts.len()..parts.len());
                    continue;
                }
                "»" => {
                    marked = marked.map(|range: Range<usize>| range.start..parts.len());
                    continue;
                }
                _ => {}
            }
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) if at == 0 => before = Some((name.to_owned(), Placeholder::of(name))),
                Some(name) => parts.push(Part::Placeholder(name.to_owned(), Placeholder::of(name))),
                None => {
                    let optional = part.len() > 1 && part.ends_with('?');
                    let words = if optional { &part[..part.len() - 1] } else { part };
                    parts.push(Part::Words { all: words.split('|').map(str::to_owned).collect(), optional });
                }
            }
        }
        Self { before, parts, marked, advice }
    }

    /// Matches the phrase at the token `start`.
    pub(super) fn matches(&self, tokens: Tokens<'_>, start: usize) -> Option<Match> {
        let mut bound: Vec<(String, String)> = Vec::new();
        let ends = self.follow(tokens, start, &mut bound)?;
        let end = *ends.last()?;
        if let Some((name, place)) = &self.before {
            let text = match place {
                Placeholder::Aggregate => words::open_call(tokens, start, words::ABOUT_ROWS)?,
                Placeholder::Path | Placeholder::Rows => {
                    let range = words::operand_before(tokens, start)?;
                    let last = tokens.word(range.end.checked_sub(1)?);
                    let is_plural = last.ends_with('s') && !last.ends_with("ss");
                    if last == ")" || *place == Placeholder::Rows && !is_plural {
                        return None;
                    }
                    words::text_of(tokens, &range)
                }
                Placeholder::Sequence => words::open_call(tokens, start, &["sequence"])?,
                Placeholder::Field => {
                    let range = words::operand_before(tokens, start)?;
                    let first = tokens.all.get(range.start)?.kind;
                    if matches!(
                        first,
                        TokenKind::Text | TokenKind::Number | TokenKind::Time | TokenKind::Parameter
                    ) {
                        return None;
                    }
                    words::text_of(tokens, &range)
                }
                _ => words::text_of(tokens, &words::operand_before(tokens, start)?),
            };
            bound.push((name.clone(), text));
        }
        let marked = self.marked.clone().map_or(start..end, |range| ends[range.start]..ends[range.end]);
        (end > start).then(|| Match { range: start..end, marked, advice: filled(self.advice, &bound) })
    }

    /// The start of each part, and the end of the last one.
    fn follow(
        &self,
        tokens: Tokens<'_>,
        start: usize,
        bound: &mut Vec<(String, String)>,
    ) -> Option<Vec<usize>> {
        let mut at = start;
        let mut ends = vec![at];
        for part in &self.parts {
            // A phrase is on one line; what is on the next is another rule or property.
            let may_be_nothing =
                matches!(part, Part::Placeholder(_, Placeholder::End) | Part::Words { optional: true, .. });
            if at > start && !may_be_nothing && tokens.all.get(at).is_some_and(|token| token.first_on_line) {
                return None;
            }
            match part {
                Part::Words { all, optional } => {
                    let word = tokens.word(at);
                    let new_line = at > start && tokens.all.get(at).is_some_and(|token| token.first_on_line);
                    if !word.is_empty()
                        && !new_line
                        && all.iter().any(|one| one.eq_ignore_ascii_case(&word.replace('’', "'")))
                    {
                        at += 1;
                    } else if !optional {
                        return None;
                    }
                }
                Part::Placeholder(name, place) => {
                    let (end, text) = take(tokens, at, *place)?;
                    derived(name, *place, &text, bound);
                    bound.push((name.clone(), text));
                    at = end;
                }
            }
            ends.push(at);
        }
        Some(ends)
    }

    /// A placeholder in the advice that isn't in the phrase.
    #[cfg(test)]
    pub(super) fn unbound(&self) -> Option<String> {
        let mut known: Vec<&str> = self.before.iter().map(|(name, _)| name.as_str()).collect();
        for part in &self.parts {
            if let Part::Placeholder(name, place) = part {
                known.push(name);
                if *place == Placeholder::Text {
                    known.extend(["like", "instant", "duration", "name", "bare", "bare2"]);
                }
            }
        }
        let mut rest = self.advice;
        while let Some((_, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            let is_place = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
            if is_place && !known.contains(&name) {
                return Some(format!("`{name}` in {}", self.advice));
            }
            rest = after;
        }
        None
    }
}

/// The end of what a placeholder matches at a token, and the text for the advice.
fn take(tokens: Tokens<'_>, at: usize, place: Placeholder) -> Option<(usize, String)> {
    let kind = tokens.all.get(at).map(|token| token.kind);
    let one = |wanted: TokenKind| (kind == Some(wanted)).then(|| (at + 1, tokens.word(at).to_owned()));
    let ranged = |end: usize| (end, words::text_of(tokens, &(at..end)));
    match place {
        Placeholder::Value | Placeholder::Field | Placeholder::Aggregate | Placeholder::Sequence => {
            words::operand_after(tokens, at).map(ranged)
        }
        Placeholder::Meant => {
            let end = words::operand_after(tokens, at)?;
            let bare = end == at + 1
                && kind == Some(TokenKind::Word)
                && !is_keyword(tokens.word(at), Role::Constant);
            Some(if bare { (end, format!("{:?}", tokens.word(at))) } else { ranged(end) })
        }
        Placeholder::Path | Placeholder::Rows => words::path_after(tokens, at).map(ranged),
        Placeholder::Number => {
            let spelt =
                kind.filter(|&kind| kind == TokenKind::Word).and_then(|_| words::spelt(tokens.word(at)));
            let spelt = spelt.map(|number| (at + 1, number.to_string()));
            spelt.or_else(|| one(TokenKind::Number)).or_else(|| one(TokenKind::Parameter))
        }
        Placeholder::Unit => words::unit(tokens.word(at)).map(|unit| (at + 1, unit)),
        Placeholder::Text => one(TokenKind::Text),
        Placeholder::Time => one(TokenKind::Time),
        Placeholder::Word => one(TokenKind::Word).filter(|(_, word)| !is_reserved(word)),
        Placeholder::List => {
            let end = words::closing(tokens, at)?;
            let inside = words::text_of(tokens, &(at + 1..end - 1));
            Some((end, format!("({inside})")))
        }
        Placeholder::Items | Placeholder::Values => {
            let mut end = words::operand_after(tokens, at)?;
            let mut starts = vec![at];
            while tokens.word(end) == "," {
                starts.push(end + 1);
                end = words::operand_after(tokens, end + 1)?;
            }
            let ends = starts.iter().skip(1).map(|start| start - 1).chain([end]);
            let is_bare = |(&start, end): (&usize, usize)| {
                let kind = tokens.all.get(start).map(|token| token.kind);
                end == start + 1
                    && kind == Some(TokenKind::Word)
                    && !is_keyword(tokens.word(start), Role::Constant)
            };
            let all_bare = starts.iter().zip(ends).all(is_bare);
            if place == Placeholder::Items || !all_bare {
                return Some(ranged(end));
            }
            let texts: Vec<String> = starts.iter().map(|&at| format!("{:?}", tokens.word(at))).collect();
            Some((end, texts.join(", ")))
        }
        Placeholder::Name => {
            let end = words::name_after(tokens, at);
            let written = words::text_of(tokens, &(at..end));
            let plain = words::plain_name(&written);
            (end > at && plain != written).then_some((end, plain))
        }
        Placeholder::End => (words::end_at(tokens, at) == End::Yes).then(|| (at, String::new())),
    }
}

/// Adds what can be derived from a text.
fn derived(name: &str, place: Placeholder, text: &str, bound: &mut Vec<(String, String)>) {
    if place == Placeholder::Text {
        let inner = words::content(text);
        let made = [
            ("like", words::like(&inner)),
            ("instant", words::instant(&inner)),
            ("duration", words::duration(&inner)),
            ("name", words::plain_name(&inner)),
            ("bare", inner.clone()),
        ];
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        bound.extend(made.map(|(made, text)| (format!("{made}{digits}"), text)));
    }
}

/// The advice with the user's words.
fn filled(advice: &str, bound: &[(String, String)]) -> String {
    let mut text = String::with_capacity(advice.len());
    let mut rest = advice;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let place = after.split_once('}').and_then(|(name, rest)| {
            bound.iter().rev().find(|(one, _)| one == name).map(|(_, value)| (value, rest))
        });
        match place {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
