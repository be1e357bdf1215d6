//! Values as conditions write them.

use crate::types::Literal;

/// How many digits of a number without an exponent a literal has at most, so that it means the same number.
const DIGITS: usize = 15;
/// How many of them may be after the point.
const PLACES: usize = 9;

/// A value as a condition writes it: text in quotes. `missing` is none, as in `is missing`.
pub(super) fn literal_text(value: Option<&Literal>) -> String {
    match value {
        None => "missing".to_owned(),
        Some(Literal::Float(number)) => float(*number),
        Some(Literal::Decimal(number)) => number.normalized().to_plain_string(),
        Some(other) => other.to_string(),
    }
}

/// The shortest text that means this number: without an exponent where a literal can be.
fn float(number: f64) -> String {
    let plain = number.to_string();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let places = plain.split_once('.').map_or(0, |(_, places)| places.len());
    if digits <= DIGITS && places <= PLACES { plain } else { format!("{number:e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_can_stand_in_a_condition() {
        let text = |value| literal_text(Some(&value));
        assert_eq!(text(Literal::Float(2.5)), "2.5");
        assert_eq!(text(Literal::Float(-3.0)), "-3");
        assert_eq!(text(Literal::Float(0.1 + 0.2)), "3.0000000000000004e-1");
        assert_eq!(text(Literal::Float(1e300)), "1e300");
        assert_eq!(text(Literal::Float(1e-7)), "0.0000001");
        assert_eq!(text(Literal::Float(1e-10)), "1e-10");
        assert_eq!(text(Literal::Decimal("12.50".parse().expect("a number"))), "12.5");
        assert_eq!(text(Literal::Decimal("100".parse().expect("a number"))), "100");
        assert_eq!(text(Literal::String("it's \"x\"\n".to_owned())), "\"it's \\\"x\\\"\\n\"");
        assert_eq!(literal_text(None), "missing");
    }
}
