//! How constants and names are written.

use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sqlparser::ast::{Expr, Ident, Value, ValueWithSpan};

use super::pattern;
use super::template::{Template, number};
use crate::types::{Literal, Regex};

/// The earliest instant that SQL contains. No row has an earlier time (the language's years are 1
/// to 9999), and not every engine can write one, so windows that reach further back start here.
const FIRST_DAY: Date = Date::constant(1, 1, 1);

/// Characters and what to write for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Escapes {
    pub(super) pairs: Vec<Escape>,
}

/// A character and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Escape {
    pub(super) from: char,
    /// The character that must follow, if any.
    pub(super) before: Option<char>,
    pub(super) to: String,
}

impl Escapes {
    /// The text between quotes. sqlparser's own escaping guesses whether a text is already escaped
    /// (`''` and `\'` pass unchanged); it changes nothing in this function's result.
    fn apply(&self, text: &str) -> String {
        if !self.pairs.iter().any(|pair| text.contains(pair.from)) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = rest.clone().next();
            let fits = |pair: &&Escape| pair.from == c && (pair.before.is_none() || pair.before == next);
            match self.pairs.iter().find(fits) {
                Some(pair) => out.push_str(&pair.to),
                None => out.push(c),
            }
        }
        out
    }
}

/// What can be neither written nor escaped inside quotes: there, the text is split.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Apart {
    /// Characters that must not be adjacent.
    pub(super) pairs: Vec<(char, char)>,
    /// Characters, and the expressions to write for them.
    pub(super) characters: Vec<(char, Expr)>,
    /// How two texts are concatenated.
    pub(super) join: Template,
}

impl Apart {
    /// Whether a text contains a character before which, or in place of which, it is split.
    fn may_split(&self, text: &str) -> bool {
        let pairs = self.pairs.iter().map(|(first, _)| *first);
        pairs.chain(self.characters.iter().map(|(one, _)| *one)).any(|one| text.contains(one))
    }

    /// The parts of a text, each as an expression.
    fn pieces(&self, text: &str, quoted: impl Fn(&str) -> Expr) -> Vec<Expr> {
        let mut pieces = Vec::new();
        let (mut piece, mut last) = (String::new(), None);
        let end = |piece: &mut String, pieces: &mut Vec<Expr>| {
            if !piece.is_empty() {
                pieces.push(quoted(piece));
                piece.clear();
            }
        };
        for c in text.chars() {
            if last.is_some_and(|last| self.pairs.contains(&(last, c))) {
                end(&mut piece, &mut pieces);
            }
            match self.characters.iter().find(|(one, _)| *one == c) {
                Some((_, expr)) => {
                    end(&mut piece, &mut pieces);
                    pieces.push(expr.clone());
                }
                None => piece.push(c),
            }
            last = Some(c);
        }
        end(&mut piece, &mut pieces);
        pieces
    }
}

/// The forms of constants. `$1` is a placeholder for the value's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Literals {
    pub(super) escapes: Escapes,
    pub(super) apart: Option<Apart>,
    pub(super) string: Expr,
    pub(super) integer: Expr,
    pub(super) decimal: Expr,
    /// For decimals of more than 29 digits before the point, which decimal(38,9) cannot represent.
    pub(super) wide_decimal: Expr,
    pub(super) float: Expr,
    pub(super) date: Expr,
    pub(super) timestamp: Expr,
    /// The prefix of a literal that contains a backslash. Its backslashes are then doubled,
    /// independently of the session's settings.
    pub(crate) backslash_prefix: Option<String>,
    /// The end of the text in a regular expression.
    pub(super) pattern_end: String,
    /// A format of `strftime`.
    pub(super) timestamp_format: String,
}

impl Literals {
    /// A regular expression as a text constant.
    pub(crate) fn write_pattern(&self, regex: &Regex) -> Expr {
        self.string(&pattern::write(regex, &self.pattern_end))
    }

    /// A text constant, in parts if it contains something that can't be written inside quotes.
    fn string(&self, text: &str) -> Expr {
        let quoted = |text: &str| form(&self.string, text, &self.escapes);
        let Some(apart) = self.apart.as_ref().filter(|apart| apart.may_split(text)) else {
            return quoted(text);
        };
        let pieces = apart.pieces(text, quoted).into_iter();
        // The template was tried when the file was loaded.
        let join = |one: Expr, other| apart.join.apply(vec![one.clone(), other]).unwrap_or(one);
        pieces.reduce(join).unwrap_or_else(|| quoted(text))
    }

    /// The text before and after the digits of an instant, and the format of the digits.
    pub(crate) fn around_instant(&self) -> Option<(String, &str, String)> {
        let written = form(&self.timestamp, "1", &self.escapes).to_string();
        let (before, after) = written.split_once("'1'")?;
        Some((format!("{before}'"), &self.timestamp_format, format!("'{after}")))
    }

    /// A constant as an expression.
    pub(crate) fn write(&self, literal: &Literal) -> Expr {
        match literal {
            Literal::String(text) => self.string(text),
            // Versions are compared by their keys, here and where they are read from a column.
            Literal::Semver(version) => self.string(&version.key()),
            Literal::Integer(value) => form(&self.integer, &value.to_string(), &self.escapes),
            Literal::Decimal(value) => {
                let mut text = value.normalized().to_plain_string();
                if !text.contains('.') {
                    text.push_str(".0");
                }
                let wide = value.with_scale(0).digits() > 29;
                form(if wide { &self.wide_decimal } else { &self.decimal }, &text, &self.escapes)
            }
            Literal::Float(value) => form(&self.float, &format!("{value:e}"), &self.escapes),
            Literal::Boolean(value) => Expr::value(Value::Boolean(*value)),
            Literal::Date(value) => form(&self.date, &(*value).max(FIRST_DAY).to_string(), &self.escapes),
            Literal::Timestamp(value) => {
                let first =
                    FIRST_DAY.to_zoned(TimeZone::UTC).unwrap_or_else(|_| value.to_zoned(TimeZone::UTC));
                let utc = value.to_zoned(TimeZone::UTC).max(first);
                // The format was tried when the file was loaded.
                let text =
                    strtime::format(&self.timestamp_format, &utc).unwrap_or_else(|_| value.to_string());
                form(&self.timestamp, &text, &self.escapes)
            }
        }
    }
}

/// A form filled with a text: as a number for `$1`, as a string for `'$1'`.
fn form(template: &Expr, text: &str, escapes: &Escapes) -> Expr {
    let quoted = |value: &ValueWithSpan| matches!(&value.value, Value::SingleQuotedString(t) if t == "$1");
    let string = || Value::SingleQuotedString(escapes.apply(text));
    match template {
        Expr::Value(value) if quoted(value) => Expr::value(string()),
        Expr::Value(ValueWithSpan { value: Value::Placeholder(_), .. }) => number(text),
        Expr::TypedString(typed) if quoted(&typed.value) => {
            let mut typed = typed.clone();
            typed.value = string().into();
            Expr::TypedString(typed)
        }
        Expr::Cast { kind, expr, data_type, format } => Expr::Cast {
            kind: kind.clone(),
            expr: Box::new(form(expr, text, escapes)),
            data_type: data_type.clone(),
            format: format.clone(),
        },
        other => other.clone(),
    }
}

/// Whether [`form`] can fill this expression.
pub(super) fn is_form(template: &Expr) -> bool {
    let sample = form(template, "1", &Escapes::default());
    sample != *template
}

/// How names are quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifiers {
    pub(super) quote: char,
    pub(super) escapes: Escapes,
    pub(super) reserved: Reserved,
    /// The schema of a table named without one, unless the session's settings differ.
    pub(super) default_schema: Option<String>,
    /// Whether every column of a query needs a name of its own, since the engine names `t.id` neither
    /// `id` nor anything that can be read.
    pub(crate) alias_columns: bool,
    /// Whether a table that has an alias can still be read by its own name.
    pub(super) named_tables: bool,
    /// The column of a table for each day that holds what its star stands for.
    pub(super) shard_digits: Option<String>,
    /// Texts that the engine substitutes, even inside a name.
    pub(super) replaced: Vec<String>,
}

/// Words that mean something else in the place of a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reserved {
    /// By the length and the first letter, by which most names differ from all of them.
    words: Vec<Vec<String>>,
}

/// Lengths of reserved words that have a place of their own; longer ones share the last.
const LENGTHS: usize = 24;
/// The places of one length: for each lowercase letter, and for everything else.
const LETTERS: usize = 27;

impl Reserved {
    pub(super) fn new(words: impl IntoIterator<Item = String>) -> Self {
        let mut all = Self { words: vec![Vec::new(); LENGTHS * LETTERS] };
        for word in words {
            if let Some(group) = all.words.get_mut(Self::group(&word)) {
                group.push(word);
            }
        }
        all
    }

    fn group(word: &str) -> usize {
        let letter = match word.as_bytes().first() {
            Some(letter @ b'a'..=b'z') => usize::from(letter - b'a'),
            _ => LETTERS - 1,
        };
        word.len().min(LENGTHS - 1) * LETTERS + letter
    }

    fn has(&self, name: &str) -> bool {
        self.words.get(Self::group(name)).is_some_and(|words| words.iter().any(|word| word == name))
    }
}

/// The bytes of names that need no quotes.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0u8;
    while byte < u8::MAX {
        plain[byte as usize] = byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        byte += 1;
    }
    plain
};

impl Identifiers {
    /// A name, quoted unless it means the same without quotes.
    pub(crate) fn write(&self, name: &str) -> Ident {
        let plain = name.as_bytes().first().is_some_and(|first| !first.is_ascii_digit())
            && name.bytes().all(|byte| PLAIN[usize::from(byte)]);
        if plain && !self.reserved.has(name) {
            return Ident::new(name);
        }
        Ident::with_quote(self.quote, self.escapes.apply(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_can_depend_on_the_next_character() {
        let escape = |from, before, to: &str| Escape { from, before, to: to.to_owned() };
        let pairs =
            vec![escape('\'', None, "''"), escape('$', Some('{'), "<D>"), escape('{', Some('{'), "<B>")];
        let escapes = Escapes { pairs };
        for (text, wanted) in [
            ("$1 {x}", "$1 {x}"),
            ("${x}", "<D>{x}"),
            ("$${{{x", "$<D><B><B>{x"),
            ("it's {", "it''s {"),
            ("{", "{"),
        ] {
            assert_eq!(escapes.apply(text), wanted, "{text}");
        }
    }
}
