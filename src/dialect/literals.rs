//! How constants and names are written.

use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sqlparser::ast::{Expr, Ident, Value, ValueWithSpan};

use super::pattern;
use super::template::{Template, number};
use crate::types::{Literal, Regex};

/// No row holds an earlier time (the language's years are 1 to 9999), and not every engine can
/// write one: a window that reaches back further begins here.
const FIRST_DAY: Date = Date::constant(1, 1, 1);

/// Characters and what is written for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Escapes {
    pub(super) pairs: Vec<Escape>,
}

/// A character and what is written for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Escape {
    pub(super) from: char,
    /// Only where this follows.
    pub(super) before: Option<char>,
    pub(super) to: String,
}

impl Escapes {
    /// The text between quotes. sqlparser's own escaping guesses whether a text is escaped
    /// already (`''` and `\'` pass unchanged); of what comes from here it changes nothing.
    fn apply(&self, text: &str) -> String {
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

/// What is never written inside quotes, where nothing can be escaped: the text is cut there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Apart {
    /// Characters that are never beside each other.
    pub(super) pairs: Vec<(char, char)>,
    /// Characters, and the expressions that are written for them.
    pub(super) characters: Vec<(char, Expr)>,
    /// How two texts are joined.
    pub(super) join: Template,
}

impl Apart {
    /// The pieces of a text, each an expression.
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

/// The forms of constants. `$1` stands for the value's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Literals {
    pub(super) escapes: Escapes,
    pub(super) apart: Option<Apart>,
    pub(super) string: Expr,
    pub(super) integer: Expr,
    pub(super) decimal: Expr,
    /// One with more than 29 digits before the point: decimal(38,9) cannot hold it.
    pub(super) wide_decimal: Expr,
    pub(super) float: Expr,
    pub(super) date: Expr,
    pub(super) timestamp: Expr,
    /// What a literal with a backslash begins with: backslashes in it are then doubled, whatever
    /// the session says of them.
    pub(crate) backslash_prefix: Option<String>,
    /// What stands for the text's end in a regular expression.
    pub(super) pattern_end: String,
    /// In the letters of `strftime`.
    pub(super) timestamp_format: String,
}

impl Literals {
    /// A regular expression, as a constant text.
    pub(crate) fn write_pattern(&self, regex: &Regex) -> Expr {
        self.string(&pattern::write(regex, &self.pattern_end))
    }

    /// A text, in pieces if something in it must not be written inside quotes.
    fn string(&self, text: &str) -> Expr {
        let quoted = |text: &str| form(&self.string, text, &self.escapes);
        let Some(apart) = &self.apart else { return quoted(text) };
        let pieces = apart.pieces(text, quoted).into_iter();
        // The template was tried when the file was loaded.
        let join = |one: Expr, other| apart.join.apply(vec![one.clone(), other]).unwrap_or(one);
        pieces.reduce(join).unwrap_or_else(|| quoted(text))
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

/// A form with its text put in: as a number for `$1`, as a string for `'$1'`.
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

/// Whether a form is one that [`form`] fills.
pub(super) fn is_form(template: &Expr) -> bool {
    let sample = form(template, "1", &Escapes::default());
    sample != *template
}

/// How names are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifiers {
    pub(super) quote: char,
    pub(super) escapes: Escapes,
    /// Words that mean something else where a name could be. Sorted.
    pub(super) reserved: Vec<String>,
    /// Where a table is that is named without a schema, unless the session says otherwise.
    pub(super) default_schema: Option<String>,
    /// What the engine replaces, also where it is part of a name.
    pub(super) replaced: Vec<String>,
}

impl Identifiers {
    /// A name, in quotes unless it means the same without.
    pub(crate) fn write(&self, name: &str) -> Ident {
        let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if plain && self.reserved.binary_search_by(|word| word.as_str().cmp(name)).is_err() {
            return Ident::new(name);
        }
        Ident::with_quote(self.quote, self.escapes.apply(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_escaped_where_another_follows() {
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
