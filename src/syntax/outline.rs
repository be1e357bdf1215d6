//! The outline of a file: its items and its brackets, before the grammar reads anything.

use std::ops::Range;

use super::keywords::{Role, is_keyword, is_reserved};
use super::problems::{StrayBracket, TooDeep, UnclosedBracket};
use super::scan::{Token, TokenKind};
use crate::diagnostic::{Diagnostics, SourceId, Span, closest};

/// The maximum nesting of brackets.
pub(super) const MAX_BRACKETS: usize = 64;

/// The kind of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Param,
    Trait,
    Segment,
    /// Text between items that begins none.
    Stray,
}

/// A piece of a file: an item, or the text between two.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// The indexes of its tokens.
    pub(super) tokens: Range<usize>,
    /// Whether it has an error that has been reported.
    pub(super) broken: bool,
}

/// The tokens, the text and the id of a file.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
    pub(super) all: &'a [Token],
}

impl<'a> Tokens<'a> {
    /// The text of the token at an index; empty past the end.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.all.get(at).map_or("", |token| token.text(self.text))
    }

    pub(super) fn span(&self, at: usize) -> Span {
        let end = self.text.len();
        self.all
            .get(at)
            .map_or(Span::new(self.source, end, end), |token| Span::new(self.source, token.start, token.end))
    }

    /// The span from the first to the last token of a range.
    pub(super) fn range_span(&self, range: &Range<usize>) -> Span {
        self.span(range.start).to(self.span(range.end.saturating_sub(1).max(range.start)))
    }

    fn is(&self, at: usize, kind: TokenKind) -> bool {
        self.all.get(at).is_some_and(|token| token.kind == kind)
    }

    fn is_name(&self, at: usize) -> bool {
        self.is(at, TokenKind::Quoted) || self.is(at, TokenKind::Word) && !is_reserved(self.word(at))
    }

    fn first_on_line(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|token| token.first_on_line)
    }
}

/// Splits a file into its items and reports brackets that don't match.
pub(super) fn outline(tokens: Tokens<'_>, problems: &mut Diagnostics) -> Vec<Piece> {
    let strict = Outliner::new(tokens, false).run();
    // Only where brackets don't match is an item's beginning looked for inside another.
    let result = if strict.problems.is_empty() { strict } else { Outliner::new(tokens, true).run() };
    problems.append(result.problems);
    result.pieces
}

struct Outliner<'a> {
    tokens: Tokens<'a>,
    /// Whether the start of an item closes all open brackets.
    recovering: bool,
    pieces: Vec<Piece>,
    problems: Diagnostics,
    /// The tokens of the open brackets.
    open: Vec<usize>,
    current: Option<Piece>,
    too_deep: bool,
    /// The number of open brackets beyond the maximum.
    excess: usize,
}

impl<'a> Outliner<'a> {
    fn new(tokens: Tokens<'a>, recovering: bool) -> Self {
        Self {
            tokens,
            recovering,
            pieces: Vec::new(),
            problems: Diagnostics::new(),
            open: Vec::new(),
            current: None,
            too_deep: false,
            excess: 0,
        }
    }

    fn run(mut self) -> Self {
        for at in 0..self.tokens.all.len() {
            if let Some(kind) = self.item_at(at) {
                self.finish(at);
                self.begin(kind, at);
            } else if self.current.is_none() {
                self.begin(PieceKind::Stray, at);
            }
            let ends_item = match self.tokens.word(at) {
                "(" | "[" | "{" => {
                    self.opened(at);
                    false
                }
                close @ (")" | "]" | "}") => self.closed(at, close),
                _ => false,
            };
            if self.tokens.is(at, TokenKind::Bad) {
                self.break_current();
            }
            if ends_item {
                self.finish(at + 1);
            }
        }
        self.finish(self.tokens.all.len());
        self
    }

    fn begin(&mut self, kind: PieceKind, at: usize) {
        self.current = Some(Piece { kind, tokens: at..at, broken: false });
        self.too_deep = false;
        self.excess = 0;
    }

    /// Ends the current piece before the token `end`, and reports open brackets.
    fn finish(&mut self, end: usize) {
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            self.break_current();
        }
        if !self.too_deep {
            open.iter().for_each(|&at| self.unclosed(at, end));
        }
        if let Some(mut piece) = self.current.take() {
            piece.tokens.end = end;
            self.pieces.push(piece);
        }
    }

    fn break_current(&mut self) {
        if let Some(piece) = &mut self.current {
            piece.broken = true;
        }
    }

    fn unclosed(&mut self, at: usize, seen: usize) {
        let (open, close) = match self.tokens.word(at) {
            "(" => ('(', ')'),
            "[" => ('[', ']'),
            _ => ('{', '}'),
        };
        let seen = self.tokens.all.get(seen).map(|_| self.tokens.span(seen));
        self.problems.push(UnclosedBracket { span: self.tokens.span(at), open, close, seen });
    }

    fn opened(&mut self, at: usize) {
        if self.open.len() < MAX_BRACKETS {
            return self.open.push(at);
        }
        self.excess += 1;
        if !self.too_deep {
            self.too_deep = true;
            self.break_current();
            self.problems.push(TooDeep { span: self.tokens.span(at), limit: MAX_BRACKETS });
        }
    }

    /// Handles a closing bracket. Returns true if it ends the item (a `}` at the top).
    fn closed(&mut self, at: usize, close: &str) -> bool {
        if self.excess > 0 {
            self.excess -= 1;
            return false;
        }
        let opens = match close {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        // Braces hold items together: `)` never closes beyond one.
        let partner = self.open.iter().rposition(|&open| {
            let word = self.tokens.word(open);
            word == opens || word == "{"
        });
        let partner = partner.filter(|&level| self.tokens.word(self.open[level]) == opens);
        let Some(level) = partner else {
            self.break_current();
            if !self.too_deep {
                let close = close.chars().next().unwrap_or_default();
                self.problems.push(StrayBracket { span: self.tokens.span(at), close });
            }
            return false;
        };
        let unclosed = self.open.split_off(level);
        if unclosed.len() > 1 {
            self.break_current();
        }
        if !self.too_deep {
            unclosed.iter().skip(1).for_each(|&open| self.unclosed(open, at));
        }
        close == "}" && self.open.is_empty()
    }

    /// The kind of item that begins at a token.
    fn item_at(&self, at: usize) -> Option<PieceKind> {
        let tokens = &self.tokens;
        if !tokens.is(at, TokenKind::Word) || !(self.open.is_empty() || self.recovering) {
            return None;
        }
        let word = tokens.word(at);
        let follows = tokens.word(at + 2);
        let named = tokens.is_name(at + 1);
        let nested = !self.open.is_empty();
        let kind = match word {
            "param" => PieceKind::Param,
            "trait" => PieceKind::Trait,
            "segment" => PieceKind::Segment,
            _ => return (!nested && self.misspelt_item_at(at)).then_some(PieceKind::Stray),
        };
        let first = tokens.first_on_line(at);
        let shaped = named && follows == if kind == PieceKind::Param { ":" } else { "on" };
        let after_in = at > 0 && tokens.word(at - 1) == "in";
        let begins = if nested { shaped && first } else { shaped || first && self.expression_ended(at) };
        (begins && !after_in).then_some(kind)
    }

    /// Whether a misspelt item such as `segmnt x on customer` begins at a token, at the start of a
    /// line.
    fn misspelt_item_at(&self, at: usize) -> bool {
        let tokens = &self.tokens;
        let follows = tokens.word(at + 2);
        if !tokens.first_on_line(at) || !tokens.is_name(at + 1) || !(follows == "on" || follows == ":") {
            return false;
        }
        let candidates: &[&str] = if follows == "on" { &["trait", "segment"] } else { &["param"] };
        closest(tokens.word(at), candidates.iter().copied()).is_some()
    }

    /// Whether the token before can be the last of an expression.
    fn expression_ended(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        let word = self.tokens.word(before);
        match self.tokens.all[before].kind {
            TokenKind::Word if is_reserved(word) => is_keyword(word, Role::Constant),
            TokenKind::Word => !is_keyword(word, Role::Unfinished),
            TokenKind::Symbol => matches!(word, ")" | "]" | "}"),
            _ => true,
        }
    }
}

/// Splits the content of a segment's braces into rules and properties.
pub(super) fn clauses(tokens: Tokens<'_>, body: Range<usize>) -> Vec<Range<usize>> {
    let mut starts = vec![body.start];
    let mut depth = 0_usize;
    for at in body.clone() {
        match tokens.word(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ if depth == 0 && starts_clause(tokens, at, starts.last().copied()) => starts.push(at),
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([body.end]);
    starts.iter().zip(ends).map(|(&start, end)| start..end).filter(|range| !range.is_empty()).collect()
}

fn starts_clause(tokens: Tokens<'_>, at: usize, last: Option<usize>) -> bool {
    let word = tokens.word(at);
    let next = tokens.word(at + 1);
    match word {
        "include" | "exclude" => true,
        // `where` belongs to the word before it, if that one began a clause.
        "where" if at > 0 && matches!(tokens.word(at - 1), "include" | "exclude") => false,
        "where" => last.is_none_or(|start| start + 1 != at || !tokens.first_on_line(start)),
        "with" if at > 0 && matches!(tokens.word(at - 1), "starts" | "ends") => false,
        "with" => tokens.first_on_line(at),
        "keep" => tokens.first_on_line(at) || matches!(next, "top" | "bottom" | "sample"),
        "exclusive" if next == "group" => true,
        "group" if at > 0 && tokens.word(at - 1) == "exclusive" => false,
        _ if !tokens.is(at, TokenKind::Word) && !tokens.is(at, TokenKind::Quoted) => false,
        // A comparison written with a `:`.
        _ if next == ":"
            && at > 0
            && !tokens.first_on_line(at)
            && matches!(tokens.word(at - 1), "where" | "and" | "or" | "not") =>
        {
            false
        }
        _ => {
            let first = tokens.first_on_line(at);
            next == ":" && tokens.is_name(at)
                || first && (next == "where" || next == "=" && is_keyword(word, Role::Property))
        }
    }
}

/// Reports brackets that don't match, in a text that isn't a file.
pub(super) fn check_brackets(tokens: Tokens<'_>, problems: &mut Diagnostics) {
    let mut outliner = Outliner::new(tokens, false);
    outliner.begin(PieceKind::Stray, 0);
    for at in 0..tokens.all.len() {
        match tokens.word(at) {
            "(" | "[" | "{" => outliner.opened(at),
            close @ (")" | "]" | "}") => {
                outliner.closed(at, close);
            }
            _ => {}
        }
    }
    outliner.finish(tokens.all.len());
    problems.append(outliner.problems);
}

/// Whether the brackets in a range match and aren't nested too deeply.
pub(super) fn is_balanced(tokens: Tokens<'_>, range: &Range<usize>) -> bool {
    let mut open = Vec::new();
    for at in range.clone() {
        match tokens.word(at) {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            close @ (")" | "]" | "}") if open.pop() != Some(close) => return false,
            _ => {}
        }
        if open.len() > MAX_BRACKETS {
            return false;
        }
    }
    open.is_empty()
}
