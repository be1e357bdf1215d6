//! Values out of JSON documents: what a field with a `path` reads.
//!
//! A value of another JSON type than the field's is missing, as is what a 64-bit integer or the
//! field's decimal cannot hold, and text that isn't a date or instant in ISO form.

use bigdecimal::{BigDecimal, ToPrimitive};
use jiff::Timestamp;
use serde_json::Value;

use super::Datum;
use super::number::fits;
use super::time::to_micros;
use crate::catalog::Step;
use crate::convert::nested::is_entry;
use crate::types::{Type, round_decimal};

/// What a field of type `ty` is that reads the value at the end of these steps in a document. Text that
/// is no JSON holds nothing.
#[must_use]
pub fn extract(document: &str, steps: &[Step], ty: &Type) -> Datum {
    let Ok(document) = serde_json::from_str::<Value>(document) else { return Datum::Missing };
    let found = steps.iter().try_fold(&document, follow);
    found.map_or(Datum::Missing, |found| datum(found, ty))
}

/// The value that a step leads to. Of an array, that is the first entry of the key.
fn follow<'v>(inner: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(key) => inner.as_object()?.get(key),
        Step::Entry { field, key } => inner.as_array()?.iter().find(|entry| is_entry(entry, field, key)),
    }
}

/// Whether a document is JSON's null, which is a missing value.
pub(super) fn is_null(document: &str) -> bool {
    document.trim_matches([' ', '\t', '\n', '\r']) == "null"
}

/// A JSON value as one of a type; missing if it is another.
fn datum(found: &Value, ty: &Type) -> Datum {
    match (ty, found) {
        (_, Value::Null) => Datum::Missing,
        (Type::String | Type::Semver, Value::String(text)) => Datum::from(text.as_str()),
        (Type::Integer, Value::Number(number)) => integer(number).into(),
        (Type::Decimal { precision, scale }, Value::Number(number)) => {
            decimal(number, *precision, *scale).into()
        }
        (Type::Float, Value::Number(number)) => number.as_f64().into(),
        (Type::Boolean, Value::Bool(value)) => Datum::Boolean(*value),
        (Type::Date, Value::String(text)) => date(text).into(),
        (Type::Timestamp, Value::String(text)) => timestamp(text).into(),
        (Type::Json, found) => Datum::from(found.to_string()),
        // Types nest only a few levels deep.
        (Type::Array(element), Value::Array(items)) => {
            Datum::Array(items.iter().map(|item| datum(item, element)).collect())
        }
        _ => Datum::Missing,
    }
}

/// A number's exact value; JSON's other numbers are 64-bit floats, by their shortest digits.
fn exact(number: &serde_json::Number) -> Option<BigDecimal> {
    number.to_string().parse().ok()
}

fn integer(number: &serde_json::Number) -> Option<i64> {
    number.as_i64().or_else(|| exact(number).filter(BigDecimal::is_integer)?.to_i64())
}

fn decimal(number: &serde_json::Number, precision: u8, scale: u8) -> Option<BigDecimal> {
    let rounded = round_decimal(&exact(number)?, scale);
    fits(&rounded, precision, scale).then_some(rounded)
}

/// `2024-01-31`, and nothing else.
fn date(text: &str) -> Option<jiff::civil::Date> {
    let digits = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let shaped = text.len() == 10 && [0, 1, 2, 3, 5, 6, 8, 9].into_iter().all(digits);
    text.parse().ok().filter(|date: &jiff::civil::Date| shaped && date.year() > 0)
}

/// `2024-01-31T12:00:00.123456Z`, with up to six digits after the point or none, and `Z` or an
/// offset such as `+02:00`; a space may replace the `T`.
fn timestamp(text: &str) -> Option<Timestamp> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    date(day)?;
    let rest = rest.strip_prefix(['T', ' '])?;
    let (time, offset) = rest.split_at(rest.find(['Z', '+', '-'])?);
    let (whole, fraction) = time.split_once('.').map_or((time, None), |(a, b)| (a, Some(b)));
    let pairs = |text: &str, count: usize| {
        let mut parts = text.split(':');
        let fine = parts.by_ref().take(count).filter(|part| part.len() == 2 && all_digits(part)).count();
        fine == count && parts.next().is_none()
    };
    let shaped = pairs(whole, 3)
        && !whole.ends_with("60")
        && fraction.is_none_or(|digits| (1..=6).contains(&digits.len()) && all_digits(digits))
        && (offset == "Z" || offset.get(1..).is_some_and(|offset| pairs(offset, 2) && offset <= "14:59"));
    shaped.then(|| text.parse().ok().map(to_micros))?
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, ty: &str) -> String {
        let ty = crate::types::parse_type(ty).expect("a type");
        extract(
            &format!("{{\"a\": {{\"b c\": {json}}}}}"),
            &["a", "b c"].map(|key| Step::Key(key.to_owned())),
            &ty,
        )
        .to_string()
    }

    #[test]
    fn values_of_another_json_type_are_missing() {
        for (json, ty, wanted) in [
            ("\"x\"", "string", "x"),
            ("1", "string", "missing"),
            ("null", "string", "missing"),
            ("\"1\"", "integer", "missing"),
            ("1", "integer", "1"),
            ("1.0", "integer", "1"),
            ("1e2", "integer", "100"),
            ("-0", "integer", "0"),
            ("1.5", "integer", "missing"),
            ("9223372036854775807", "integer", "9223372036854775807"),
            ("9223372036854775808", "integer", "missing"),
            ("1e300", "integer", "missing"),
            ("1.005", "decimal(6,2)", "1.01"),
            ("-1.005", "decimal(6,2)", "-1.01"),
            ("9999.995", "decimal(6,2)", "missing"),
            ("3", "float", "3.0"),
            ("true", "boolean", "true"),
            ("1", "boolean", "missing"),
            ("\"true\"", "boolean", "missing"),
            ("\"2024-02-29\"", "date", "2024-02-29"),
            ("\"2023-02-29\"", "date", "missing"),
            ("\"2024-2-9\"", "date", "missing"),
            ("\"2024-02-29T00:00:00Z\"", "date", "missing"),
            ("\"2024-02-29T10:00:00Z\"", "timestamp", "2024-02-29T10:00:00Z"),
            ("\"2024-02-29 10:00:00.5+02:00\"", "timestamp", "2024-02-29T08:00:00.5Z"),
            ("\"2024-02-29T10:00:00\"", "timestamp", "missing"),
            ("\"2024-02-29T10:00:00.1234567Z\"", "timestamp", "missing"),
            ("\"2024-02-29T24:00:00Z\"", "timestamp", "missing"),
            ("\"2024-02-29T10:00:60Z\"", "timestamp", "missing"),
            ("\"2024-02-29T10:00:00+1:00\"", "timestamp", "missing"),
            ("[\"x\", 1, null, \"y\"]", "array<string>", "[\"x\",null,null,\"y\"]"),
            ("\"x\"", "array<string>", "missing"),
            ("[]", "array<string>", "[]"),
            ("{\"x\": 1}", "json", "{\"x\":1}"),
        ] {
            assert_eq!(read(json, ty), wanted, "{json} as {ty}");
        }
    }

    #[test]
    fn absent_paths_are_missing() {
        let keys = ["a", "b"].map(|key| Step::Key(key.to_owned()));
        for document in ["", "no json", "1", "[]", "{}", "{\"a\": 1}", "{\"a\": [1]}", "{\"b\": 1}", "\"a\""]
        {
            assert_eq!(extract(document, &keys, &Type::Integer), Datum::Missing, "{document}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(extract(&deep, &keys, &Type::Integer), Datum::Missing);
    }
}
