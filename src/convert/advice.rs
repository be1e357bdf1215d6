//! What is wrong with a value, and what to declare so that it can be loaded: for messages.

use super::{Converter, Misfit, number_advice, time_advice};
use crate::catalog::{Field, Storage};
use crate::diagnostic::{closest, lookalike};
use crate::types::Type;

/// What is wrong with a value, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Advice {
    /// Completes a message that begins with the value: "is not a whole number".
    pub(crate) said: String,
    pub(crate) help: String,
    /// The same without the value, if they show it or a part of it.
    hidden_said: Option<String>,
    hidden_help: Option<String>,
}

impl Advice {
    pub(crate) fn new(said: impl Into<String>, help: impl Into<String>) -> Self {
        Self { said: said.into(), help: help.into(), hidden_said: None, hidden_help: None }
    }

    /// What to do, in words that don't show the value, since the others do.
    pub(super) fn hiding(self, help: impl Into<String>) -> Self {
        Self { hidden_help: Some(help.into()), ..self }
    }

    /// Advice on a part of a value, which `around` introduces: "has a part that can't be read:".
    #[must_use]
    pub(crate) fn of_part(self, around: &str, part: &str) -> Self {
        let hidden = self.hidden_said.unwrap_or_else(|| self.said.clone());
        Self {
            said: format!("{around}: `{part}` {}", self.said),
            hidden_said: Some(format!("{around}: it {hidden}")),
            ..self
        }
    }

    /// The same without the value: for personal data.
    #[must_use]
    pub(crate) fn without_value(self) -> Self {
        let (said, help) = (self.hidden_said.unwrap_or(self.said), self.hidden_help.unwrap_or(self.help));
        Self::new(said, help)
    }
}

/// Words that exports use for missing values.
const NULL_WORDS: &[&str] = &[
    "NA",
    "N/A",
    "n/a",
    "na",
    "NULL",
    "null",
    "Null",
    "None",
    "none",
    "nil",
    "NaN",
    "nan",
    "NAN",
    "-NaN",
    "\\N",
    "-",
    "--",
    "#N/A",
    "#NA",
    "<NA>",
    "(null)",
    "[null]",
    "?",
    ".",
    "NaT",
    "undefined",
    "missing",
    "unknown",
];

/// Pairs of words that exports use for true and false.
const TRUTHS: &[(&str, &str)] = &[
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("1", "0"),
    ("on", "off"),
    ("1.0", "0.0"),
    ("ja", "nein"),
    ("oui", "non"),
    ("si", "no"),
    ("sí", "no"),
    ("sim", "não"),
    ("wahr", "falsch"),
    ("vrai", "faux"),
    ("x", ""),
];

impl Converter<'_> {
    /// Advice about a text that can't be converted; `field` is the field it was meant for.
    #[must_use]
    pub(crate) fn advice(&self, text: &str, misfit: &Misfit, field: Option<&Field>) -> Advice {
        if *misfit == Misfit::NotOne
            && let Some(advice) = self.common(text)
        {
            return advice;
        }
        match misfit {
            Misfit::NotOne => self.lookalike(text).unwrap_or_else(|| self.not_one(text)),
            Misfit::Fraction => number_advice::fraction(text),
            Misfit::Bits(bits) => number_advice::bits(*bits),
            Misfit::Scale(_) | Misfit::Precision => number_advice::digits(text, &self.ty),
            Misfit::FloatRange => Advice::new(
                "is out of the range of a float",
                "declare the field `string`, or correct the value",
            ),
            Misfit::NotSingle => Advice::new(
                "has more digits than a float of 32 bits",
                "remove `storage: float32` if the column has 64 bits",
            ),
            Misfit::NoSuchTime
            | Misfit::Years
            | Misfit::NoZone
            | Misfit::SecondOfTwo
            | Misfit::TooFine
            | Misfit::Ambiguous => time_advice::of(text, misfit, self),
            Misfit::Nul => Advice::new(
                "contains the character U+0000, which databases can't store",
                "remove the character; a UTF-16 file needs `read: { encoding: utf-16le }`",
            ),
            Misfit::Part(part, misfit) => self.part(part, misfit),
            Misfit::NeverMissing => Advice::new(
                "is missing, but the field can't be",
                "write a value, or remove `nullable: false` from the field",
            ),
            Misfit::MeansNone => Advice::new(
                "means no value in the field's encoding, but the field can't be missing",
                "correct the value, or remove `nullable: false` from the field",
            ),
            Misfit::NoneOf | Misfit::BelowMin | Misfit::AboveMax => limits(text, misfit, field),
        }
    }

    /// Advice on a text that would be a value if it had the characters that it seems to have.
    fn lookalike(&self, text: &str) -> Option<Advice> {
        let (odd, plain) = (lookalike::first(text)?, lookalike::plain(text)?);
        if !number_advice::separators(text, self).is_empty() {
            return None;
        }
        let plain = plain.trim();
        let advice = match self.plain_text(plain) {
            Ok(_) => Advice::new("", format!("write `{plain}`")).hiding("write an ordinary character for it"),
            Err(_) if plain.is_empty() => Advice::new("", "remove it"),
            Err(misfit) => self.advice(plain, &misfit, None),
        };
        let said = format!("is not {}: it contains {odd}", with_article(&self.ty));
        Some(Advice { said, hidden_said: None, ..advice })
    }

    fn part(&self, part: &str, misfit: &Misfit) -> Advice {
        let Type::Array(element) = &self.ty else { return self.advice(part, misfit, None) };
        let inner = self.of_element(element).advice(part.trim_matches('"'), misfit, None);
        inner.of_part("has an element that can't be read", part)
    }

    /// Advice that applies to any type.
    fn common(&self, text: &str) -> Option<Advice> {
        let ty = with_article(&self.ty);
        if text.is_empty() {
            let words = self.notation.null_words();
            let mut declared: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            declared.push("\"\"".to_owned());
            return Some(Advice::new(
                format!("is blank, which isn't {ty}, and `null` declares other words for missing values"),
                format!(
                    "declare `read: {{ null: [{}] }}` if blanks are missing values, too",
                    declared.join(", ")
                ),
            ));
        }
        if NULL_WORDS.contains(&text) {
            let words = self.notation.null_words().iter().map(|word| quoted(word));
            let all = words.chain([quoted(text)]).collect::<Vec<_>>().join(", ");
            return Some(Advice::new(
                format!("is not {ty}"),
                format!(
                    "if it stands for a missing value, declare `read: {{ null: [{all}] }}` (`null: [{all}, \"\"]` if blanks are missing values, too)"
                ),
            ));
        }
        let trimmed = text.trim_matches([' ', '\t']);
        if trimmed != text && !self.notation.trim && (trimmed.is_empty() || self.plain_text(trimmed).is_ok())
        {
            return Some(Advice::new(
                format!("isn't {ty}: it has spaces around it"),
                "declare `read: { trim: true }` if spaces around values don't count",
            ));
        }
        None
    }

    fn not_one(&self, text: &str) -> Advice {
        let said = format!("is not {}", with_article(&self.ty));
        match &self.ty {
            Type::Integer | Type::Decimal { .. } | Type::Float => number_advice::not_one(text, self),
            Type::Date | Type::Timestamp => time_advice::of(text, &Misfit::NotOne, self),
            Type::Boolean => match truth(text) {
                Some((yes, no)) => Advice::new(
                    said,
                    format!("declare `read: {{ true: [{}], false: [{}] }}`", quoted(&yes), quoted(&no)),
                ),
                None => Advice::new(
                    said,
                    "write `true` or `false`, or declare the words: `read: { true: [yes], false: [no] }`",
                ),
            },
            Type::Json => Advice::new(
                said,
                "write a document such as `{\"plan\": \"free\"}`, or declare the field `string`",
            ),
            Type::Array(_) if text.starts_with('{') => {
                Advice::new(said, "write arrays as JSON, in brackets: `[\"a\", \"b\"]`")
            }
            Type::Array(_) => Advice::new(said, "write it as JSON, as in `[\"a\", \"b\"]`"),
            Type::String | Type::Semver => Advice::new(said, "write text"),
        }
    }
}

fn limits(text: &str, misfit: &Misfit, field: Option<&Field>) -> Advice {
    let bound = |number: Option<&bigdecimal::BigDecimal>| {
        number.map(bigdecimal::BigDecimal::to_plain_string).unwrap_or_default()
    };
    match misfit {
        Misfit::BelowMin => {
            let min = bound(field.and_then(|field| field.min.as_ref()));
            Advice::new(format!("is less than `min: {min}`"), "correct the value, or the field's `min`")
        }
        Misfit::AboveMax => {
            let max = bound(field.and_then(|field| field.max.as_ref()));
            Advice::new(format!("is more than `max: {max}`"), "correct the value, or the field's `max`")
        }
        _ => {
            let known = field.and_then(|field| field.values.as_deref()).unwrap_or_default();
            let near = closest(text, known.iter().map(String::as_str));
            let near = near.map(|near| format!("did you mean `{near}`? Otherwise ")).unwrap_or_default();
            let shown: Vec<&str> = known.iter().take(12).map(String::as_str).collect();
            let more = if known.len() > shown.len() { ", …" } else { "" };
            let odd = lookalike::note(text);
            Advice::new(
                format!("isn't one of the declared values ({}{more}){odd}", shown.join(", ")),
                format!("{near}add it to the field's `values`, or correct it"),
            )
        }
    }
}

/// The pair of words to which a text belongs, in the case of the text.
fn truth(text: &str) -> Option<(String, String)> {
    let lower = text.to_lowercase();
    let (yes, no) = TRUTHS.iter().find(|(yes, no)| *yes == lower || *no == lower)?;
    let alike = |word: &str| {
        let mut letters = text.chars().filter(|c| c.is_alphabetic());
        let first = letters.next().is_some_and(char::is_uppercase);
        let rest: Vec<char> = letters.collect();
        if first && (rest.is_empty() || rest.iter().all(|c| c.is_uppercase())) {
            word.to_uppercase()
        } else if first {
            let mut chars = word.chars();
            chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
        } else {
            word.to_owned()
        }
    };
    Some((alike(yes), alike(no)))
}

/// A word as an item of a list in YAML, quoted if necessary.
pub(super) fn quoted(word: &str) -> String {
    let plain = word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_'));
    let meant = !["null", "Null", "NULL", "true", "false", "True", "False", "TRUE", "FALSE"].contains(&word);
    if plain && meant {
        word.to_owned()
    } else {
        format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// A type with its article.
pub(super) fn with_article(ty: &Type) -> String {
    match ty {
        Type::Integer => "a whole number".to_owned(),
        Type::Array(_) => format!("an {ty}"),
        Type::Json => "a JSON document".to_owned(),
        _ => format!("a {ty}"),
    }
}

/// Whether the column probably contains local times.
pub(super) fn holds_local_times(converter: &Converter<'_>) -> bool {
    matches!(converter.storage, Storage::Zone(_))
}
