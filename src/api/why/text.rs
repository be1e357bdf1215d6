//! Formats values and conditions for people.

use serde_json::{Value as Json, json};

use crate::types::{Literal, Type};

/// The maximum number of digits of a float.
const DIGITS: usize = 6;

/// Decimals with at most this many places are money or the like, so trailing zeros are shown.
const MONEY: u8 = 4;

/// A value for people: text in quotes, money with cents, `missing` for none.
#[must_use]
pub(super) fn shown(value: Option<&Literal>, ty: &Type) -> String {
    match (value, ty) {
        (None, _) => "missing".to_owned(),
        (Some(Literal::Decimal(number)), Type::Decimal { scale, .. }) if *scale <= MONEY => {
            number.with_scale(i64::from(*scale)).to_plain_string()
        }
        (Some(Literal::Decimal(number)), _) => number.normalized().to_plain_string(),
        (Some(Literal::Float(number)), _) => float(*number),
        (Some(other), _) => other.to_string(),
    }
}

fn float(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 || (1e-4..1e15).contains(&size) {
        let text = format!("{number:.DIGITS$}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{number:e}")
}

/// A value as JSON. Decimals become text.
pub(in crate::api) fn json_of(value: Option<&Literal>) -> Json {
    match value {
        None => Json::Null,
        Some(Literal::String(text)) => json!(text),
        Some(Literal::Integer(number)) => json!(number),
        Some(Literal::Float(number)) => json!(number),
        Some(Literal::Boolean(value)) => json!(value),
        Some(Literal::Decimal(number)) => json!(number.normalized().to_plain_string()),
        Some(Literal::Date(date)) => json!(date.to_string()),
        Some(Literal::Timestamp(instant)) => json!(instant.to_string()),
        Some(Literal::Semver(version)) => json!(version.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_formatted_for_people() {
        let money = Type::Decimal { precision: 38, scale: 2 };
        let decimal = |text: &str| Literal::Decimal(text.parse().expect("a number"));
        assert_eq!(shown(Some(&decimal("1240.5")), &money), "1240.50");
        assert_eq!(shown(Some(&decimal("0")), &Type::WIDE_INTEGER), "0");
        let wide = Type::Decimal { precision: 38, scale: 9 };
        assert_eq!(shown(Some(&decimal("0.333333333")), &wide), "0.333333333");
        assert_eq!(shown(Some(&Literal::Float(2.0 / 3.0)), &Type::Float), "0.666667");
        assert_eq!(shown(Some(&Literal::Float(1e300)), &Type::Float), "1e300");
        assert_eq!(shown(Some(&Literal::String("a\"b".to_owned())), &Type::String), "\"a\\\"b\"");
        assert_eq!(shown(None, &Type::String), "missing");
    }
}
