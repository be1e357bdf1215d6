//! Characters of word processors and other keyboards: typographic quotes, spaces that aren't the
//! keyboard's, full-width signs.

use super::super::problems::BadCharacter;
use super::foreign::OPERATORS;
use super::{Scanner, TokenKind};
use crate::diagnostic::lookalike;

/// Whether a character is a quote, other than those that texts take.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '‛' | '«' | '»' | '‹' | '›' | '´' | '″' | '′')
        || matches!(c, '＂' | '＇')
}

impl Scanner<'_> {
    /// A text in typographic quotes, up to the one that closes it on this line.
    pub(super) fn curly(&mut self, open: char) {
        if matches!(open, '’' | '´') && self.contraction() {
            return;
        }
        let line = &self.text[self.at..self.line_end()];
        let closing = |c: char| is_quote(c) || matches!(c, '"' | '\'');
        let first = open.len_utf8();
        let close = line[first..].char_indices().find(|&(_, c)| closing(c));
        let len = close.map_or(first, |(at, c)| first + at + c.len_utf8());
        let advice = match close {
            Some((at, _)) if at > 0 => {
                format!("texts take straight quotes: write `\"{}\"`", &line[first..first + at])
            }
            _ => "texts take straight quotes: \"…\" or '…'".to_owned(),
        };
        let span = self.span(self.at, self.at + first);
        if !self.odd_line {
            self.problems.push(BadCharacter { span, text: open.to_string(), advice });
        }
        self.odd_line = true;
        self.push_bad(len);
    }

    /// A space that is none of the keyboard's, or a character that nobody sees: reported once, since a
    /// pasted text has many.
    pub(super) fn odd_space(&mut self, c: char) {
        let len = c.len_utf8();
        if std::mem::replace(&mut self.odd_space, true) {
            return self.push_bad(len);
        }
        let count = self.rest().chars().filter(|&other| other == c).count();
        let every = if count > 1 { format!(", and the {} after it", count - 1) } else { String::new() };
        let number =
            self.tokens.last().filter(|token| token.end == self.at && token.kind == TokenKind::Number);
        let goes_on = self.run_length(len, |c| c.is_ascii_digit());
        let advice = match number {
            Some(number) if goes_on > 0 => {
                let head = number.text(self.text);
                let tail = self.rest().get(len..len + goes_on).unwrap_or_default();
                return self.bad_character(
                    len + goes_on,
                    format!("write the number without spaces: `{head}{tail}`"),
                );
            }
            _ if lookalike::is_without_width(c) => format!("remove it{every}: nobody sees it"),
            _ if c == '\u{A0}' => format!("replace it (a non-breaking space) by an ordinary space{every}"),
            _ => format!("replace it by an ordinary space{every}"),
        };
        self.bad_character(len, advice);
    }

    /// A sign or letter of a Chinese or Japanese keyboard.
    pub(super) fn full_width(&mut self, c: char) {
        let ascii = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(' ');
        let operator = OPERATORS.iter().find(|(written, _)| written.chars().eq([ascii]));
        let advice = match (ascii, operator) {
            (_, Some((_, advice))) => (*advice).to_owned(),
            ('`', _) => "put text in straight quotes: \"…\"; this is a full-width character".to_owned(),
            (':' | '\\' | '@', _) => "remove it: this is a full-width character".to_owned(),
            _ => format!("this is a full-width character: write `{ascii}`"),
        };
        self.bad_character(c.len_utf8(), advice);
    }
}
