//! How constants and names are written.

use jiff::civil::Date;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sqlparser::ast::{Expr, Ident, Value, ValueWithSpan};

use super::pattern;
use super::template::number;
use crate::types::{Literal, Regex};

/// No row holds an earlier time (the language's years are 1 to 9999), and not every engine can
/// write one: a window that reaches back further begins here.
const FIRST_DAY: Date = Date::constant(1, 1, 1);

/// Characters and what is written for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Escapes {
    pub(super) pairs: Vec<(char, String)>,
}

impl Escapes {
    /// The text between quotes. sqlparser's own escaping guesses whether a text is escaped
    /// already (`''` and `\'` pass unchanged); of what comes from here it changes nothing.
    fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match self.pairs.iter().find(|(from, _)| *from == c) {
                Some((_, to)) => out.push_str(to),
                None => out.push(c),
            }
        }
        out
    }
}

/// The forms of constants. `$1` stands for the value's text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Literals {
    pub(super) escapes: Escapes,
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
        form(&self.string, &pattern::write(regex, &self.pattern_end), &self.escapes)
    }

    /// A constant as an expression.
    pub(crate) fn write(&self, literal: &Literal) -> Expr {
        match literal {
            Literal::String(text) => form(&self.string, text, &self.escapes),
            // Versions are compared by their keys, here and where they are read from a column.
            Literal::Semver(version) => form(&self.string, &version.key(), &self.escapes),
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
pub(crate) struct Identifiers {
    pub(super) quote: char,
    pub(super) escapes: Escapes,
    /// Words that mean something else where a name could stand. Sorted.
    pub(super) reserved: Vec<String>,
    /// Where a table is that is named without a schema, unless the session says otherwise.
    pub(super) default_schema: Option<String>,
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
