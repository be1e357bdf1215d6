//! The values of a column that have been seen, and the types that all of them have.
//!
//! A type is only given if every value is written in the one way in which segc itself would write it:
//! `007` is no integer, since a number has no zeros in front, and as a number it would no longer be
//! `007`.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::catalog::Storage;
use crate::convert::{Converter, Misfit, Notation};
use crate::engine::ColumnType;
use crate::types::Type;

/// The number of values up to which it is known whether they differ.
const MOST_DISTINCT: usize = 200_000;

/// What the text of a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Integer,
    /// With its digits before and after the point.
    Decimal(u64, u64),
    Float,
    Boolean,
    Date,
    Instant,
    LocalTime,
    Text,
    /// A document, or values of several kinds in JSON.
    Json,
}

/// The values of a column.
#[derive(Debug, Clone, Default)]
pub(super) struct Sighting {
    filled: u64,
    kinds: BTreeSet<Kind>,
    /// The first text that isn't anything else, and its line.
    first_text: Option<(String, u64)>,
    texts: u64,
    /// `None` once there are too many, or two are equal.
    distinct: Distinct,
    /// The kinds of the elements of arrays, if there is nothing but arrays.
    elements: Option<BTreeSet<Kind>>,
    /// Whether the values are in JSON.
    is_json: bool,
}

#[derive(Debug, Clone, Default)]
struct Distinct {
    values: BTreeSet<String>,
    is_over: bool,
}

impl Sighting {
    /// Sees a value in a file of separated values. A blank is missing.
    pub(super) fn text(&mut self, text: &str, line: u64) {
        if text.is_empty() {
            return;
        }
        self.add(text, kind_of_text(text), line);
    }

    /// Sees a value in JSON.
    pub(super) fn json(&mut self, raw: &RawValue, line: u64) {
        let text = raw.get();
        self.is_json = true;
        let kind = match serde_json::from_str::<Json>(text) {
            Ok(Json::Null) => return,
            Ok(Json::Bool(_)) => Kind::Boolean,
            Ok(Json::Number(_)) => kind_of_number(text).unwrap_or(Kind::Float),
            Ok(Json::String(text)) => {
                let kind = kind_of_time(&text).unwrap_or(Kind::Text);
                return self.add(&text, kind, line);
            }
            Ok(Json::Array(items)) => {
                self.array(&items);
                Kind::Json
            }
            Ok(Json::Object(_)) | Err(_) => {
                self.elements = None;
                Kind::Json
            }
        };
        self.add(text, kind, line);
    }

    fn array(&mut self, items: &[Json]) {
        if self.filled == 0 {
            self.elements = Some(BTreeSet::new());
        }
        let Some(kinds) = &mut self.elements else { return };
        for item in items {
            match item {
                Json::Null => continue,
                Json::Bool(_) => kinds.insert(Kind::Boolean),
                Json::Number(number) => {
                    kinds.insert(kind_of_number(&number.to_string()).unwrap_or(Kind::Float))
                }
                Json::String(_) => kinds.insert(Kind::Text),
                Json::Array(_) | Json::Object(_) => kinds.insert(Kind::Json),
            };
        }
    }

    fn add(&mut self, text: &str, kind: Kind, line: u64) {
        if kind != Kind::Json {
            self.elements = None;
        }
        self.filled += 1;
        self.kinds.insert(kind);
        if kind == Kind::Text {
            self.texts += 1;
            self.first_text.get_or_insert_with(|| (text.to_owned(), line));
        }
        if !self.distinct.is_over {
            self.distinct.is_over =
                !self.distinct.values.insert(text.to_owned()) || self.distinct.values.len() > MOST_DISTINCT;
        }
    }

    /// The number of values.
    pub(super) fn filled(&self) -> u64 {
        self.filled
    }

    /// Whether all values are known to differ.
    pub(super) fn is_distinct(&self) -> bool {
        !self.distinct.is_over && self.filled > 0 && !self.kinds.contains(&Kind::Json)
    }

    /// The type of all values.
    pub(super) fn holds(&self) -> Option<ColumnType> {
        if let Some(elements) = self.elements.as_ref().filter(|_| self.filled > 0) {
            return match common(elements, true) {
                // Nothing but empty arrays.
                None => None,
                Some(ColumnType::Json) => Some(ColumnType::Json),
                Some(element) => Some(ColumnType::Array(Box::new(element))),
            };
        }
        common(&self.kinds, self.is_json)
    }

    /// Which value makes it text, if at least half of them are something else.
    pub(super) fn exception(&self) -> Option<String> {
        let (text, line) = self.first_text.as_ref()?;
        let is_exception = self.kinds.len() > 1 && self.texts * 2 <= self.filled;
        let short: String = text.chars().take(40).collect();
        is_exception.then(|| format!("text because of `{short}` in line {line}"))
    }
}

/// The narrowest type that has values of all these kinds.
fn common(kinds: &BTreeSet<Kind>, is_json: bool) -> Option<ColumnType> {
    let all = |test: fn(&Kind) -> bool| kinds.iter().all(test);
    if kinds.is_empty() {
        return None;
    }
    Some(if all(|kind| *kind == Kind::Integer) {
        ColumnType::Integer { bits: 64 }
    } else if all(|kind| matches!(kind, Kind::Integer | Kind::Decimal(..))) {
        decimal(kinds)
    } else if all(|kind| matches!(kind, Kind::Integer | Kind::Decimal(..) | Kind::Float)) {
        ColumnType::Float { bits: 64 }
    } else if all(|kind| *kind == Kind::Boolean) {
        ColumnType::Boolean
    } else if all(|kind| *kind == Kind::Date) {
        ColumnType::Date
    } else if all(|kind| *kind == Kind::Instant) {
        ColumnType::Instant
    } else if all(|kind| *kind == Kind::LocalTime) {
        ColumnType::LocalTime
    } else if kinds.contains(&Kind::Json) || is_json && kinds.contains(&Kind::Boolean) {
        // Of JSON's values, text can be read from texts and numbers.
        ColumnType::Json
    } else {
        ColumnType::Text
    })
}

/// A decimal with room for all digits: those of a price, rather than just enough for the values seen.
fn decimal(kinds: &BTreeSet<Kind>) -> ColumnType {
    let scale = kinds.iter().map(|kind| if let Kind::Decimal(_, scale) = kind { *scale } else { 0 }).max();
    let scale = scale.unwrap_or(0);
    let whole = kinds.iter().map(|kind| match kind {
        Kind::Decimal(whole, _) => *whole,
        // What fits into 64 bits.
        _ => 19,
    });
    let precision = (whole.max().unwrap_or(0) + scale).max(18).min(38);
    ColumnType::Decimal(Some((precision, scale)))
}

fn kind_of_text(text: &str) -> Kind {
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Kind::Boolean;
    }
    kind_of_number(text).or_else(|| kind_of_time(text)).unwrap_or(Kind::Text)
}

/// A number as segc writes numbers: no zeros in front, no `+`, no spaces.
fn kind_of_number(text: &str) -> Option<Kind> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match plain.find(['e', 'E']) {
        Some(at) => (plain.get(..at)?, plain.get(at + 1..)),
        None => (plain, None),
    };
    let (whole, fraction) =
        mantissa.split_once('.').map_or((mantissa, None), |(whole, rest)| (whole, Some(rest)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = is_digits(whole) && (whole == "0" || !whole.starts_with('0'));
    if !is_whole || fraction.is_some_and(|fraction| !is_digits(fraction)) {
        return None;
    }
    let reads = |ty: Type| reads(&ty, text).is_ok();
    match (fraction, exponent) {
        // As a number, `-0` would lose its sign.
        (None, None) if text == "-0" => None,
        (None, None) => reads(Type::Integer).then_some(Kind::Integer),
        (Some(fraction), None) if fraction.len() <= 9 && whole.len() <= 29 => {
            Some(Kind::Decimal(whole.len() as u64, fraction.len() as u64))
        }
        _ => reads(Type::Float).then_some(Kind::Float),
    }
}

fn kind_of_time(text: &str) -> Option<Kind> {
    let bytes = text.as_bytes();
    let starts_as_date = bytes.len() >= 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !starts_as_date {
        return None;
    }
    if bytes.len() == 10 {
        return reads(&Type::Date, text).is_ok().then_some(Kind::Date);
    }
    match reads(&Type::Timestamp, text) {
        Ok(()) => Some(Kind::Instant),
        Err(Misfit::NoZone) => Some(Kind::LocalTime),
        Err(_) => None,
    }
}

fn reads(ty: &Type, text: &str) -> Result<(), Misfit> {
    let notation = Notation::default();
    Converter::new(ty, &Storage::Native, &notation).plain_text(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::infer::type_of;
    use super::*;

    #[test]
    fn a_type_is_given_only_if_every_value_has_it() {
        let wide = |precision, scale| Some(ColumnType::Decimal(Some((precision, scale))));
        for (texts, expected) in [
            (&["1", "-2", ""][..], Some(ColumnType::Integer { bits: 64 })),
            (&["007", "1"], Some(ColumnType::Text)),
            (&["+1"], Some(ColumnType::Text)),
            (&["1", " 2"], Some(ColumnType::Text)),
            (&["-0"], Some(ColumnType::Text)),
            (&["99999999999999999999"], Some(ColumnType::Text)),
            (&["1.50", "12"], wide(21, 2)),
            (&["1.50", "0.125"], wide(18, 3)),
            (&["1.0123456789"], Some(ColumnType::Float { bits: 64 })),
            (&["1e3", "2"], Some(ColumnType::Float { bits: 64 })),
            (&["1,5"], Some(ColumnType::Text)),
            (&["NaN"], Some(ColumnType::Text)),
            (&["true", "FALSE"], Some(ColumnType::Boolean)),
            (&["true", "1"], Some(ColumnType::Text)),
            (&["2024-02-29"], Some(ColumnType::Date)),
            (&["2023-02-29"], Some(ColumnType::Text)),
            (&["2024-02-29T12:00:00Z", "2024-02-29 12:00:00+02:00"], Some(ColumnType::Instant)),
            (&["2024-02-29 12:00:00"], Some(ColumnType::LocalTime)),
            (&["2024-02-29", "2024-02-29 12:00:00"], Some(ColumnType::Text)),
            (&["2024-02-29 25:00:00"], Some(ColumnType::Text)),
            (&["1.2.3"], Some(ColumnType::Text)),
            (&["", ""], None),
        ] {
            assert_eq!(type_of(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn json_values_have_the_types_that_they_are_written_in() {
        let of = |values: &[&str]| {
            let mut sighting = Sighting::default();
            for value in values {
                sighting.json(&RawValue::from_string((*value).to_owned()).expect("JSON"), 1);
            }
            sighting.holds()
        };
        let list = |ty| Some(ColumnType::Array(Box::new(ty)));
        for (values, expected) in [
            (&["1", "null"][..], Some(ColumnType::Integer { bits: 64 })),
            (&["\"1\""], Some(ColumnType::Text)),
            (&["\"2024-02-29\""], Some(ColumnType::Date)),
            (&["1", "\"a\""], Some(ColumnType::Text)),
            (&["true", "\"a\""], Some(ColumnType::Json)),
            (&["[\"a\"]", "[]"], list(ColumnType::Text)),
            (&["[1]", "[2, null]"], list(ColumnType::Integer { bits: 64 })),
            (&["[]"], None),
            (&["[1]", "2"], Some(ColumnType::Json)),
            (&["2", "[1]"], Some(ColumnType::Json)),
            (&["[[1]]"], Some(ColumnType::Json)),
            (&["{\"a\": 1}"], Some(ColumnType::Json)),
        ] {
            assert_eq!(of(values), expected, "{values:?}");
        }
    }

    #[test]
    fn the_value_that_makes_a_column_text_is_shown() {
        let mut sighting = Sighting::default();
        for (text, line) in [("1", 2), ("n/a", 3), ("2", 4)] {
            sighting.text(text, line);
        }
        assert_eq!(sighting.exception().as_deref(), Some("text because of `n/a` in line 3"));
    }
}
