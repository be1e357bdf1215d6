//! The words of a file, and every error within a word.
//!
//! The grammar reads only well-spelt text. Here, an error is found where it begins, reported in
//! specific terms, and skipped, so that a wrong word affects only its own clause.

mod foreign;

use super::habit::plain_name;
use super::literal::{self, Fault};
use super::problems::{
    BadCharacter, BadEscape, BadName, BadNumber, BadTime, NoOffset, NulCharacter, NumberRange,
};
use crate::diagnostic::{Diagnostics, SourceId, Span};

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word,
    /// A name in backticks.
    Quoted,
    /// A text in quotes.
    Text,
    /// A number.
    Number,
    /// A date or an instant.
    Time,
    /// `$name`
    Parameter,
    /// An operator or a bracket.
    Symbol,
    /// An error that has been reported.
    Bad,
}

/// A token with its place and kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether only space precedes it on its line.
    pub(super) first_on_line: bool,
}

impl Token {
    /// The text of the token in its file.
    pub(super) fn text<'a>(&self, file: &'a str) -> &'a str {
        file.get(self.start..self.end).unwrap_or_default()
    }
}

/// All tokens of a file; those with a fault are reported and of kind [`TokenKind::Bad`].
pub(super) fn scan(source: SourceId, text: &str, problems: &mut Diagnostics) -> Vec<Token> {
    let tokens = Vec::new();
    let mut scanner = Scanner {
        source,
        text,
        at: 0,
        tokens,
        line_start: true,
        odd_line: false,
        odd_space: false,
        problems,
    };
    scanner.run();
    scanner.tokens
}

/// Whether `c` may be in a plain name.
fn is_name_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Operators of other languages that begin like one of this language.
const OVERLAPPING: &[&str] =
    &["==", "!==", "!~", "=~", "<=>", "<>", "=>", "=<", "=!", ":=", "->", "**", "::"];

struct Scanner<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    line_start: bool,
    /// Whether a typographic quote on this line has been reported.
    odd_line: bool,
    /// Whether an unusual space in this file has been reported.
    odd_space: bool,
    problems: &'a mut Diagnostics,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.at = '\u{FEFF}'.len_utf8();
        }
        self.find_nul();
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => {
                    self.line_start = true;
                    self.odd_line = false;
                    self.at += 1;
                }
                ' ' | '\t' | '\r' => self.at += 1,
                '#' => self.at = self.line_end(),
                _ => self.token(c),
            }
        }
    }

    /// U+0000 is reported once, since a file saved as UTF-16 contains many.
    fn find_nul(&mut self) {
        if let Some(at) = self.text.find('\0') {
            self.problems.push(NulCharacter { span: Span::new(self.source, at, at + 1) });
        }
    }

    fn token(&mut self, c: char) {
        match c {
            '"' | '\'' => self.string(c),
            '`' => self.quoted_name(0),
            '$' => self.parameter(),
            '0'..='9' => self.digits(),
            c if is_name_char(c) => self.word(),
            _ => self.symbol(c),
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn line_end(&self) -> usize {
        self.rest().find('\n').map_or(self.text.len(), |n| self.at + n)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// Adds the token of the next `len` bytes and skips it.
    fn push(&mut self, kind: TokenKind, len: usize) {
        let (start, end) = (self.at, self.at + len);
        self.tokens.push(Token { kind, start, end, first_on_line: self.line_start });
        self.line_start = false;
        self.at = end;
    }

    /// Adds the next `len` bytes as a token with a reported error.
    fn push_bad(&mut self, len: usize) {
        self.push(TokenKind::Bad, len);
    }

    /// The length of the run of characters that satisfy `test`, starting at `skip` bytes.
    fn run_length(&self, skip: usize, test: impl Fn(char) -> bool) -> usize {
        let rest = self.rest().get(skip..).unwrap_or_default();
        rest.find(|c| !test(c)).unwrap_or(rest.len())
    }

    fn string(&mut self, quote: char) {
        if quote == '\'' && self.contraction() {
            return;
        }
        let rest = self.rest();
        let Some(len) = literal::closes_at(rest, quote) else { return self.unclosed(quote) };
        if self.doubled_quote(quote, len) {
            return;
        }
        let raw = &rest[..len];
        match literal::string(raw) {
            Ok(text) if text.contains('\0') => self.push_bad(len),
            Ok(_) => self.push(TokenKind::Text, len),
            Err(fault) => self.fault(fault, len),
        }
    }

    /// A name in backticks, `skip` bytes after the start of the token.
    fn quoted_name(&mut self, skip: usize) {
        let inner = self.rest().get(skip + 1..).unwrap_or_default();
        let len = inner.find(['`', '\n']).filter(|&end| inner[end..].starts_with('`'));
        let reason = match len {
            Some(0) => "this name is empty",
            Some(len) if inner[..len].contains('\0') => return self.push_bad(skip + len + 2),
            Some(len) => {
                let kind = if skip == 0 { TokenKind::Quoted } else { TokenKind::Parameter };
                return self.push(kind, skip + len + 2);
            }
            None => "this name is never closed",
        };
        let end = len.map_or(self.line_end(), |len| self.at + skip + len + 2);
        let shown = self.text[self.at..end].trim_end().len();
        self.problems.push(BadName { span: self.span(self.at, self.at + shown), reason });
        self.push_bad(end - self.at);
    }

    fn parameter(&mut self) {
        if self.rest()[1..].starts_with('`') {
            return self.quoted_name(1);
        }
        let len = self.run_length(1, is_name_char);
        let name = &self.rest()[1..=len];
        if name.is_ascii() && name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) {
            return self.push(TokenKind::Parameter, len + 1);
        }
        self.dollar();
    }

    fn word(&mut self) {
        let len = self.run_length(0, is_name_char);
        let word = &self.rest()[..len];
        if !word.is_ascii() {
            return self.foreign_word(word);
        }
        if word == "null" && !self.after_dot() {
            return self.null(len);
        }
        self.push(TokenKind::Word, len);
    }

    /// Whether a name chosen by the project belongs here.
    fn after_item(&self) -> bool {
        let word = self.tokens.last().map_or("", |token| token.text(self.text));
        matches!(word, "segment" | "trait" | "param" | "extends")
    }

    fn after_dot(&self) -> bool {
        self.tokens.last().is_some_and(|token| token.text(self.text) == ".")
    }

    fn digits(&mut self) {
        let rest = self.rest().as_bytes();
        let is_digit = |at: usize| rest.get(at).is_some_and(u8::is_ascii_digit);
        let is_date = (0..4).all(is_digit) && rest.get(4) == Some(&b'-') && is_digit(5);
        if self.foreign_date() {
            return;
        }
        let (kind, len) = if is_date {
            (TokenKind::Time, self.time_length())
        } else {
            (TokenKind::Number, self.number_length())
        };
        let written = &self.rest()[..len];
        let checked = if is_date { literal::time(written) } else { literal::number(written) };
        match checked {
            // Integers are checked where their sign is known.
            Ok(_) => self.push(kind, len),
            Err(Fault::Range(_)) if written.bytes().all(|b| b.is_ascii_digit() || b == b'_') => {
                self.push(kind, len);
            }
            Err(fault) => self.fault(fault, len),
        }
    }

    /// The length of a date or instant, or of something that begins like one.
    fn time_length(&self) -> usize {
        let mut chars = self.rest().char_indices().peekable();
        let (mut clock, mut zoned) = (false, false);
        while let Some((at, c)) = chars.next() {
            let digit_follows = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
            let belongs = match c {
                'T' | 't' => {
                    clock = true;
                    true
                }
                '-' | '+' if zoned => false,
                '-' => digit_follows,
                '+' => clock && digit_follows,
                ':' | '.' => clock && digit_follows,
                c => is_name_char(c),
            };
            if !belongs {
                return at;
            }
            zoned |= clock && matches!(c, '-' | '+' | 'Z');
        }
        self.rest().len()
    }

    /// The length of a number, or of something that begins like one.
    fn number_length(&self) -> usize {
        let rest = self.rest();
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let digit_follows = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
            let belongs = match c {
                '.' => digit_follows,
                '+' | '-' => {
                    let mantissa = rest[..at].strip_suffix(['e', 'E']);
                    digit_follows && mantissa.is_some_and(|m| !m.contains(|c: char| c.is_alphabetic()))
                }
                c => is_name_char(c),
            };
            if !belongs {
                return at;
            }
        }
        rest.len()
    }

    /// Reports an error in the constant in the next `len` bytes.
    fn fault(&mut self, fault: Fault, len: usize) {
        let span = self.span(self.at, self.at + len);
        let text = self.rest()[..len].to_owned();
        match fault {
            Fault::Escape(range, reason) => {
                let escape = text[range.clone()].to_owned();
                let span = self.span(self.at + range.start, self.at + range.end);
                self.problems.push(BadEscape { span, escape, reason });
            }
            Fault::Number(_) if self.after_item() => {
                let advice = Some(format!("a name begins with a letter: `{}`", plain_name(&text)));
                self.problems.push(BadNumber { span, text, advice });
            }
            Fault::Number(advice) => self.problems.push(BadNumber { span, text, advice }),
            Fault::Range(limit) => self.problems.push(NumberRange { span, text, limit }),
            Fault::Time(reason) => {
                let meant = literal::padded_date(&text).map(|date| format!("`{date}`"));
                self.problems.push(BadTime { span, text, reason, meant });
            }
            Fault::NoOffset => self.problems.push(NoOffset { span, text }),
        }
        self.push_bad(len);
    }

    fn symbol(&mut self, c: char) {
        if self.foreign_comment() || c == '{' && self.template() {
            return;
        }
        if OVERLAPPING.iter().any(|operator| self.rest().starts_with(operator)) {
            return self.foreign(c);
        }
        if let Some(operator) = ["!=", "<=", ">="].into_iter().find(|op| self.rest().starts_with(op)) {
            return self.push(TokenKind::Symbol, operator.len());
        }
        match c {
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | '.' | ':' | '=' | '<' | '>' | '+' | '-' | '*' | '/'
            | '%' => {
                self.push(TokenKind::Symbol, 1);
            }
            c => self.foreign(c),
        }
    }

    fn bad_character(&mut self, len: usize, advice: String) {
        let text = self.rest()[..len].escape_debug().collect();
        self.problems.push(BadCharacter { span: self.span(self.at, self.at + len), text, advice });
        self.push_bad(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        let mut problems = Diagnostics::new();
        let tokens = scan(SourceId(0), text, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        tokens.iter().map(|token| (token.kind, token.text(text))).collect()
    }

    #[test]
    fn dates_and_instants_are_one_token() {
        assert_eq!(kinds("2024-01-31"), [(TokenKind::Time, "2024-01-31")]);
        assert_eq!(kinds("2024 -1").len(), 3);
        assert_eq!(kinds("2024- 1").len(), 3);
        assert_eq!(kinds("12024-1").len(), 3);
        assert_eq!(kinds("2024-01-31T10:00:00+02:00-1").len(), 3);
        assert_eq!(kinds("(2024-01-31T10:00:00Z)")[1], (TokenKind::Time, "2024-01-31T10:00:00Z"));
    }

    #[test]
    fn comments_and_quotes_hide_their_content() {
        assert_eq!(kinds("a # \"b ( ;\n'# c'"), [(TokenKind::Word, "a"), (TokenKind::Text, "'# c'")]);
        assert_eq!(kinds("\"\\\"\" `a b` $n $`x y`").len(), 4);
        assert_eq!(
            kinds("1.5e-3 1e3-2"),
            [
                (TokenKind::Number, "1.5e-3"),
                (TokenKind::Number, "1e3"),
                (TokenKind::Symbol, "-"),
                (TokenKind::Number, "2"),
            ]
        );
    }
}
