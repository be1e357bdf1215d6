//! What each word of a query is, for those who colour it.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, Tokenizer, Whitespace};

use super::Dialect;
use crate::types::{Word, WordKind};

impl Dialect {
    /// The words of a text in the dialect's SQL that aren't names or operators, in order; none if it can't be
    /// read.
    #[must_use]
    pub fn highlight(&self, sql: &str) -> Vec<Word> {
        let dialect = self.parser.dialect();
        let tokens = Tokenizer::new(dialect.as_ref(), sql).with_unescape(false).tokenize_with_location();
        let Ok(tokens) = tokens else { return Vec::new() };
        let mut places = Places { text: sql, at: 0, location: Location { line: 1, column: 1 } };
        let mut words = Vec::new();
        for (at, one) in tokens.iter().enumerate() {
            let kind = match &one.token {
                Token::Word(word) if word.quote_style.is_some() || word.keyword == Keyword::NoKeyword => {
                    let calls = word.quote_style.is_none()
                        && tokens.get(at + 1).is_some_and(|next| next.token == Token::LParen);
                    if calls { Some(WordKind::Function) } else { None }
                }
                // Generated SQL writes keywords in capitals, so that a column `date` isn't one.
                Token::Word(word) => {
                    let is_upper = !word.value.chars().any(char::is_lowercase);
                    is_upper.then_some(WordKind::Keyword)
                }
                Token::Number(..) => Some(WordKind::Number),
                Token::SingleQuotedString(_)
                | Token::EscapedStringLiteral(_)
                | Token::NationalStringLiteral(_)
                | Token::SingleQuotedRawStringLiteral(_)
                | Token::DoubleQuotedString(_)
                | Token::DoubleQuotedRawStringLiteral(_)
                | Token::DollarQuotedString(_) => Some(WordKind::Text),
                Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) => {
                    Some(WordKind::Comment)
                }
                _ => None,
            };
            let Some(kind) = kind else { continue };
            let (Some(start), Some(end)) = (places.offset(one.span.start), places.offset(one.span.end))
            else {
                return Vec::new();
            };
            words.push((start..end, kind));
        }
        words
    }
}

/// Finds offsets of places that come in order.
struct Places<'a> {
    text: &'a str,
    at: usize,
    location: Location,
}

impl Places<'_> {
    fn offset(&mut self, place: Location) -> Option<usize> {
        while (self.location.line, self.location.column) < (place.line, place.column) {
            let c = self.text.get(self.at..)?.chars().next()?;
            self.at += c.len_utf8();
            if c == '\n' {
                self.location = Location { line: self.location.line + 1, column: 1 };
            } else {
                self.location.column += 1;
            }
        }
        Some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::dialect::Dialects;
    use crate::types::WordKind::{Comment, Function, Keyword, Number, Text};

    #[test]
    fn words_of_a_query_have_kinds() {
        let dialects = Dialects::load(&[], &mut Diagnostics::new());
        let dialect = dialects.get("duckdb").expect("it is built in");
        let sql =
            "-- é: all\nSELECT \"Order\", my_fun(date)\nFROM t WHERE x = 'it''s é' AND y > 10.5 /* b */";
        let words = dialect.highlight(sql);
        let words: Vec<_> = words.into_iter().map(|(at, kind)| (sql[at].trim_end(), kind)).collect();
        assert_eq!(
            words,
            [
                ("-- é: all", Comment),
                ("SELECT", Keyword),
                ("my_fun", Function),
                ("FROM", Keyword),
                ("WHERE", Keyword),
                ("'it''s é'", Text),
                ("AND", Keyword),
                ("10.5", Number),
                ("/* b */", Comment),
            ]
        );
        assert_eq!(dialect.highlight("SELECT 'open"), []);
    }
}
