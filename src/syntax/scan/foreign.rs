//! Operators, comments, signs, dates and numbers of other languages.

use super::super::habit::{operand_before, plain_name};
use super::super::outline::Tokens;
use super::super::problems::{BadTime, ForeignComment, ForeignOperator, Habit, Null, UnclosedText};
use super::typographic::is_quote;
use super::{Scanner, Token, TokenKind, is_name_char};
use crate::diagnostic::lookalike;

/// Operators of other languages, longest first, and what to write instead.
pub(super) const OPERATORS: &[(&str, &str)] = &[
    ("===", "use `=`"),
    ("!==", "use `!=`"),
    ("<=>", "use `=`"),
    ("!~*", "write `x not matches \"…\"`"),
    ("==", "use `=`"),
    ("=~", "use `matches \"…\"`"),
    ("!~", "write `x not matches \"…\"`"),
    ("~*", "use `matches \"(?i)…\"`"),
    ("~~", "use `contains \"…\"`, `starts with \"…\"` or `ends with \"…\"`"),
    ("~=", "use `matches \"…\"`, or `!=`"),
    ("~", "use `matches \"…\"`"),
    ("<>", "use `!=`"),
    ("=>", "use `>=`"),
    ("=<", "use `<=`"),
    ("=!", "use `!=`"),
    (":=", "use `=`"),
    ("->>", "a field of a document is declared in the catalog, with its `path`"),
    ("->", "links and fields are joined by a dot: `company.country`"),
    ("&&", "use `and`"),
    ("||", "use `or`; to join texts is not possible"),
    ("&", "use `and`"),
    ("|", "use `or`"),
    ("**", "multiply: `x * x`"),
    ("^", "multiply: `x * x`"),
    ("??", "use `coalesce(x, y)`"),
    ("?.", "use `.`: a path through a missing row is missing"),
    (
        "?",
        "there is no `? :`: join conditions with `and` and `or`; a value is a parameter such as `$min_spend`",
    ),
    ("::", "values aren't converted: the catalog declares a field's type"),
    ("≠", "use `!=`"),
    ("≤", "use `<=`"),
    ("≥", "use `>=`"),
    ("≈", "use `=`, or `resembles \"…\" within 2 edits`"),
    ("∈", "use `in (…)`"),
    ("∧", "use `and`"),
    ("∨", "use `or`"),
    ("¬", "use `not`"),
    ("×", "use `*`"),
    ("÷", "use `/`"),
    ("−", "this is a minus sign of typography (U+2212): type `-`"),
    ("–", "this is an en dash (U+2013): type `-`"),
    ("—", "this is an em dash (U+2014): type `-`"),
    ("‐", "this is a hyphen of typography (U+2010): type `-`"),
    ("‑", "this is a non-breaking hyphen (U+2011): type `-`"),
    ("…", "write the rest out"),
    ("→", "links and fields are joined by a dot: `company.country`"),
    (";", "remove it: nothing needs a `;` at its end"),
];

impl Scanner<'_> {
    /// Reports an operator, comment or character that doesn't exist in the language, at the current
    /// place.
    pub(super) fn foreign(&mut self, c: char) {
        if c == '^' && self.tokens.last().is_some_and(|token| token.text(self.text) == "/") {
            return self.foreign_operator("^", "a pattern is a text in quotes: `country matches \"^U\"`");
        }
        if self.rest().starts_with("::") && !self.is_type_after(2) {
            return self.foreign_operator("::", "links and fields are joined by a dot: `company.country`");
        }
        if let Some(&(written, advice)) =
            OPERATORS.iter().find(|(written, _)| self.rest().starts_with(written))
        {
            return self.foreign_operator(written, advice);
        }
        match c {
            '!' => self.foreign_operator("!", "use `not`"),
            '\0' => self.push_bad(1),
            c if is_quote(c) => self.curly(c),
            '@' => self.sigil("parameters begin with `$`"),
            '€' | '£' | '¥' | '₹' | '₽' | '¢' | '₺' | '₴' => self.currency(c),
            '\\' => self.bad_character(1, "remove it: a line needs no sign to go on in the next".to_owned()),
            '\u{FF01}'..='\u{FF5E}' => self.full_width(c),
            c if c.is_whitespace() || lookalike::is_without_width(c) => self.odd_space(c),
            c => self.bad_character(
                c.len_utf8(),
                "remove it, or put it in quotes if it belongs to a text".to_owned(),
            ),
        }
    }

    /// Whether the name of a type of SQL follows.
    fn is_type_after(&self, skipped: usize) -> bool {
        const TYPES: &[&str] = &[
            "int",
            "integer",
            "bigint",
            "smallint",
            "int4",
            "int8",
            "text",
            "varchar",
            "char",
            "string",
            "date",
            "timestamp",
            "timestamptz",
            "time",
            "datetime",
            "interval",
            "numeric",
            "decimal",
            "float",
            "float8",
            "double",
            "real",
            "bool",
            "boolean",
            "json",
            "jsonb",
            "uuid",
            "variant",
            "number",
        ];
        let rest = self.rest().get(skipped..).unwrap_or_default().trim_start();
        let word: String = rest.chars().take_while(|&c| is_name_char(c)).collect();
        TYPES.contains(&word.to_ascii_lowercase().as_str())
    }

    pub(super) fn foreign_operator(&mut self, written: &str, advice: &str) {
        let span = self.span(self.at, self.at + written.len());
        let (text, advice) = (written.to_owned(), advice.to_owned());
        self.problems.push(ForeignOperator { span, written: text, advice });
        self.push_bad(written.len());
    }

    /// Reports a comment of another language. Returns false if none begins here.
    pub(super) fn foreign_comment(&mut self) -> bool {
        // Where an item begins; elsewhere `{#` is a brace with a comment after it, and `"""` a text.
        let between_items = self.tokens.last().is_none_or(|token| token.text(self.text) == "}");
        let marks = [("<!--", "-->"), ("--", ""), ("//", ""), ("/*", "*/")];
        let of_items = [("{#", "#}"), ("\"\"\"", "\"\"\""), ("'''", "'''")];
        let all = marks.iter().chain(of_items.iter().filter(|_| between_items));
        let Some(&(mark, close)) = all.into_iter().find(|(mark, _)| self.rest().starts_with(mark)) else {
            return false;
        };
        let span = self.span(self.at, self.at + mark.len());
        self.problems.push(ForeignComment { span, written: mark.to_owned() });
        let inner = self.rest().get(mark.len()..).unwrap_or_default();
        let closed = inner.find(close).filter(|_| !close.is_empty());
        let closed = closed.map(|end| mark.len() + end + close.len());
        let line = self.line_end() - self.at;
        let end = closed.unwrap_or_else(|| self.without_brackets(line));
        self.push_bad(end);
        true
    }

    /// The length of the next `len` bytes without the brackets and spaces at their end, which
    /// belong to the surroundings of an unclosed text or comment.
    fn without_brackets(&self, len: usize) -> usize {
        let text = self.rest().get(..len).unwrap_or_default();
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '}' | ')' | ']')).len()
    }

    /// Reports a text that isn't closed on its line. Brackets at its end close those around it.
    pub(super) fn unclosed(&mut self, quote: char) {
        let line = self.line_end() - self.at;
        let len = self.without_brackets(line).max(1);
        let span = self.span(self.at, self.at + len);
        let adjacent = self.tokens.last().filter(|token| token.end == self.at).copied();
        if let Some(number) = adjacent.filter(|token| token.kind == TokenKind::Number) {
            return self.apostrophe_in_number(number);
        }
        if let Some(advice) = self.apostrophe_in_text(quote) {
            let span = self.span(self.at, self.at + len);
            let written = self.rest()[..len].to_owned();
            self.problems.push(Habit { span, written, advice });
            return self.push_bad(len);
        }
        let word = adjacent.filter(|token| token.kind == TokenKind::Word);
        let opening = word.filter(|_| len == 1).map(|token| token.text(self.text).to_owned());
        let other = if quote == '"' { '\'' } else { '"' };
        let last = self.rest().get(1..len).and_then(|text| text.chars().next_back());
        let mixed = last.filter(|&c| c == other || is_quote(c));
        self.problems.push(UnclosedText { span, quote, opening, mixed });
        self.push_bad(len);
    }

    /// Reports `1'000`, the Swiss way of grouping digits.
    fn apostrophe_in_number(&mut self, number: Token) {
        let len = 1 + self.run_length(1, |c| c.is_ascii_digit() || matches!(c, '\'' | '.'));
        let written = self.text[number.start..self.at + len].to_owned();
        let plain = written.replace('\'', "_");
        let advice = format!("write the number without `'`: `{plain}`");
        self.problems.push(Habit { span: self.span(number.start, self.at + len), written, advice });
        self.push_bad(len);
    }

    /// Advice about `'it's'`, a text that ended at its apostrophe.
    fn apostrophe_in_text(&self, quote: char) -> Option<String> {
        let [.., text, word] = self.tokens.as_slice() else { return None };
        let joined = text.kind == TokenKind::Text && text.end == word.start && word.end == self.at;
        let inner = text.text(self.text).strip_prefix(quote)?.strip_suffix(quote)?;
        let other = if quote == '"' { '\'' } else { '"' };
        let word = word.text(self.text);
        joined.then(|| {
            format!("put a text with this quote into the other ones: `{other}{inner}{quote}{word}{other}`")
        })
    }

    /// Reports `'O''Brien'`, a doubled quote as in SQL. The token before is its first half.
    pub(super) fn doubled_quote(&mut self, quote: char, len: usize) -> bool {
        let Some(before) = self.tokens.last().copied() else { return false };
        let first = before.text(self.text);
        if before.end != self.at || before.kind != TokenKind::Text || !first.starts_with(quote) {
            return false;
        }
        let (head, tail) = (&first[1..first.len() - 1], &self.rest()[1..len - 1]);
        let (text, advice) = match quote {
            '\'' if !head.contains('"') && !tail.contains('"') => {
                (first.to_owned() + &self.rest()[..len], format!("write `\"{head}'{tail}\"`"))
            }
            _ => (
                first.to_owned() + &self.rest()[..len],
                format!(
                    "write a backslash before a quote within a text: `{quote}{head}\\{quote}{tail}{quote}`"
                ),
            ),
        };
        let span = self.span(before.start, self.at + len);
        self.problems.push(Habit { span, written: text, advice });
        self.push_bad(len);
        true
    }

    /// Joins `n't` to the word before it, as in `doesn't`.
    pub(super) fn contraction(&mut self) -> bool {
        let mut rest = self.rest().chars();
        let quote = rest.next().map_or(0, char::len_utf8);
        let ends = rest.next() == Some('t') && !rest.next().is_some_and(is_name_char);
        let Some(word) = self.tokens.last_mut().filter(|_| ends) else { return false };
        let is_verb = matches!(
            word.text(self.text).to_ascii_lowercase().as_str(),
            "doesn"
                | "don"
                | "didn"
                | "isn"
                | "aren"
                | "wasn"
                | "weren"
                | "hasn"
                | "haven"
                | "hadn"
                | "won"
                | "can"
        );
        if word.end != self.at || !is_verb {
            return false;
        }
        word.end = self.at + quote + 1;
        self.at = word.end;
        true
    }

    /// `@name`, `:name`: a parameter of another language.
    fn sigil(&mut self, why: &str) {
        let last = self.tokens.last().copied();
        let before = last.map_or("", |token| token.text(self.text));
        let adjacent = last.is_some_and(|token| token.end == self.at && token.kind == TokenKind::Word);
        if adjacent || matches!(before, "with" | "contains" | "=" | "!=" | "," | "(") {
            let len = self.run_length(1, |c| is_name_char(c) || matches!(c, '.' | '-' | '@'));
            let head = if adjacent { before } else { "" };
            let text = format!("{head}{}", &self.rest()[..=len]);
            if text.contains('.') || adjacent {
                return self.bad_character(len + 1, format!("put text in quotes: `\"{text}\"`"));
            }
        }
        let len = self.run_length(1, is_name_char);
        let name = &self.rest()[1..=len];
        let advice = match name {
            "" => "remove it, or put it in quotes if it belongs to a text".to_owned(),
            name => format!("{why}: write `${name}`"),
        };
        self.bad_character(len + 1, advice);
    }

    fn currency(&mut self, c: char) {
        let first = c.len_utf8();
        let len = self.run_length(first, |c| c.is_ascii_digit() || matches!(c, '.' | ','));
        let number: String = self.rest()[first..first + len].chars().filter(|&c| c != ',').collect();
        let advice = match number.trim_end_matches('.') {
            "" => "write the number alone, without a currency".to_owned(),
            number => format!("write the number alone, without a currency: `{number}`"),
        };
        self.bad_character(first + len, advice);
    }

    /// Reports a `$` that begins no name.
    pub(super) fn dollar(&mut self) {
        let rest = self.rest();
        let digits = self.run_length(1, |c| c.is_ascii_digit() || matches!(c, '.' | ',' | '_'));
        if digits > 0 {
            let number: String = rest[1..=digits].chars().filter(|&c| c != ',').collect();
            let number = number.trim_end_matches('.').to_owned();
            return self.bad_character(
                digits + 1,
                format!("write the number alone, without a currency: `{number}`"),
            );
        }
        if let Some(braced) = rest.strip_prefix("${") {
            let inner = braced.find('}').map(|end| (braced[..end].trim().to_owned(), end + 3));
            if let Some((name, len)) =
                inner.filter(|(name, _)| !name.is_empty() && name.chars().all(is_name_char))
            {
                return self.bad_character(len, format!("write `${name}`"));
            }
        }
        let len = self.run_length(1, is_name_char);
        self.bad_character(len + 1, "write `$` in front of a parameter's name: `$min_spend`".to_owned());
    }

    /// Reports `{{ name }}` of templates. Returns false if none begins here.
    pub(super) fn template(&mut self) -> bool {
        const LONGEST: usize = 80;
        let rest = self.rest();
        let nested =
            self.tokens.last().is_some_and(|token| token.end == self.at && token.text(self.text) == "{");
        let near = rest.char_indices().nth(LONGEST).map_or(rest, |(at, _)| &rest[..at]);
        let end = near.strip_prefix("{{").and_then(|near| near.find("}}")).map(|end| end + 4);
        let Some(end) = end.filter(|_| !nested) else { return false };
        let inner = rest[2..end - 2].trim();
        if inner.is_empty() || inner.contains(['\n', '{', '}']) {
            return false;
        }
        let plain = inner.chars().all(is_name_char);
        let advice = match plain {
            true => format!("segments aren't templates: declare `param {inner}: … = …` and write `${inner}`"),
            false => "segments aren't templates: a `param` takes the place of a variable, a `trait` that of a macro".to_owned(),
        };
        let written = rest[..end].to_owned();
        self.problems.push(Habit { span: self.span(self.at, self.at + end), written, advice });
        self.push_bad(end);
        true
    }

    /// Reports `null`, with what to write in its place.
    pub(super) fn null(&mut self, len: usize) {
        let end = self.tokens.len();
        let word = |steps: usize| {
            let token = end.checked_sub(steps).and_then(|at| self.tokens.get(at));
            token.map_or("", |token| token.text(self.text))
        };
        let (operator, present) = match (word(2), word(1)) {
            ("is", "not") => (2, true),
            (_, "is" | "=") => (1, false),
            (_, "!=") => (1, true),
            // These have been reported, and are mended by this.
            (_, "==" | "===") => (self.forget(), false),
            (_, "<>" | "!==") => (self.forget(), true),
            _ => (0, false),
        };
        let tokens = Tokens { source: self.source, text: self.text, all: &self.tokens };
        let operand = operand_before(tokens, end - operator).filter(|_| operator > 0);
        let tested = operand.map(|range| {
            let span = tokens.range_span(&range);
            self.text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
        });
        self.problems.push(Null { span: self.span(self.at, self.at + len), tested, present });
        self.push_bad(len);
    }

    /// Withdraws the problem of the operator before, and returns the number of its tokens.
    fn forget(&mut self) -> usize {
        self.problems.pop();
        1
    }

    /// Reports a word with letters that no plain name has.
    pub(super) fn foreign_word(&mut self, word: &str) {
        let after = self.tokens.last().map_or("", |token| token.text(self.text));
        let plain = plain_name(word);
        let latin = plain != "my_segment" && plain.len() >= word.chars().count();
        let typed = lookalike::plain(word).filter(|typed| typed.is_ascii());
        let advice = match after {
            _ if typed.is_some() => {
                format!("these are full-width characters: write `{}`", typed.unwrap_or_default())
            }
            "segment" | "trait" | "param" | "extends" if latin => {
                format!("names have the letters a–z, digits and `_`: write `{plain}`")
            }
            "segment" | "trait" | "param" | "extends" => {
                "names have the letters a–z, digits and `_`; put your own words into `description: \"…\"`"
                    .to_owned()
            }
            "=" | "!=" | "contains" | "with" | "(" | "," => format!("put text in quotes: `\"{word}\"`"),
            _ => {
                "names have the letters a–z, digits and `_`: look for this one with `segc catalog`".to_owned()
            }
        };
        self.bad_character(word.len(), advice);
    }

    /// Reports a date as in a letter or a spreadsheet: `31/12/2025`, `31.12.2025`, `2025/12/31`,
    /// `12-31-2025`. Returns false if none begins here.
    pub(super) fn foreign_date(&mut self) -> bool {
        let len = self.run_length(0, |c| c.is_ascii_digit() || matches!(c, '/' | '.' | '-'));
        let text = &self.rest()[..len];
        let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return false };
        let parts: Vec<&str> = text.split(separator).collect();
        let number = |part: &str| part.parse::<u16>().ok().filter(|_| part.len() <= 2);
        let [first, second, third] = parts.as_slice() else { return false };
        let dates = match (first.len(), third.len()) {
            (4, 1..=2) if separator != '-' => {
                (number(second), number(third)).some().map(|(m, d)| vec![(*first, m, d)])
            }
            (1..=2, 4) => (number(first), number(second)).some().map(|(a, b)| match separator {
                '.' => vec![(*third, b, a)],
                _ => vec![(*third, b, a), (*third, a, b)],
            }),
            _ => None,
        };
        let Some(mut dates) = dates else { return false };
        dates.retain(|&(year, month, day)| {
            ("1900".."2200").contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
        });
        dates.dedup();
        let shown: Vec<String> =
            dates.iter().map(|(year, month, day)| format!("`{year}-{month:02}-{day:02}`")).collect();
        if shown.is_empty() {
            return false;
        }
        let (span, text) = (self.span(self.at, self.at + len), text.to_owned());
        self.problems.push(BadTime { span, text, reason: "is not a date", meant: Some(shown.join(" or ")) });
        self.push_bad(len);
        true
    }
}

/// Both values of two options, or `None`.
trait Both<A, B> {
    fn some(self) -> Option<(A, B)>;
}

impl<A, B> Both<A, B> for (Option<A>, Option<B>) {
    fn some(self) -> Option<(A, B)> {
        Some((self.0?, self.1?))
    }
}
