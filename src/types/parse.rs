//! Types and durations from their names.

use super::{Type, Unit};

/// The names of the types, for suggestions. `array<…>` and `decimal(p,s)` also take arguments.
pub const TYPE_NAMES: &[&str] = &[
    "string",
    "integer",
    "decimal",
    "float",
    "boolean",
    "date",
    "timestamp",
    "semver",
    "json",
    "array<string>",
];

/// The maximum nesting of arrays.
const MAX_ARRAY_DEPTH: usize = 8;

/// Parses a type such as `string`, `decimal(10,2)` or `array<integer>`. Spaces are ignored.
#[must_use]
pub fn parse_type(text: &str) -> Option<Type> {
    let mut inner = text.trim();
    let mut depth = 0;
    while let Some(rest) = inner.strip_prefix("array") {
        inner = rest.trim_start().strip_prefix('<')?.strip_suffix('>')?.trim();
        depth += 1;
        if depth > MAX_ARRAY_DEPTH {
            return None;
        }
    }
    let element = parse_simple(inner)?;
    Some((0..depth).fold(element, |ty, _| Type::Array(Box::new(ty))))
}

fn parse_simple(text: &str) -> Option<Type> {
    Some(match text {
        "string" => Type::String,
        "integer" => Type::Integer,
        "decimal" => Type::DECIMAL,
        "float" => Type::Float,
        "boolean" => Type::Boolean,
        "date" => Type::Date,
        "timestamp" => Type::Timestamp,
        "semver" => Type::Semver,
        "json" => Type::Json,
        _ => return parse_decimal(text),
    })
}

/// Parses `decimal(p)` and `decimal(p,s)`, with s ≤ 9 and s ≤ p ≤ 38.
fn parse_decimal(text: &str) -> Option<Type> {
    let arguments = text.strip_prefix("decimal")?.trim_start().strip_prefix('(')?.strip_suffix(')')?;
    let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
    let number = |text: &str| -> Option<u8> {
        let text = text.trim();
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let (precision, scale) = (number(precision)?, number(scale)?);
    ((1..=38).contains(&precision) && scale <= 9 && scale <= precision)
        .then_some(Type::Decimal { precision, scale })
}

/// Parses a duration such as `3 days` or `1 hour`: a whole number and a unit.
#[must_use]
pub fn parse_duration(text: &str) -> Option<(i64, Unit)> {
    let (count, unit) = text.trim().split_once(char::is_whitespace)?;
    let unit = unit.trim();
    let digits = count.bytes().all(|b| b.is_ascii_digit());
    // `Unit::parse` would take `s` off any word.
    let unit = Unit::parse(unit).filter(|one| unit == one.name() || unit == format!("{one}s"))?;
    digits.then(|| Some((count.parse().ok()?, unit)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_survive_a_round_trip() {
        for name in ["string", "decimal", "decimal(10,2)", "decimal(38,0)", "array<array<json>>", "semver"] {
            assert_eq!(parse_type(name).expect(name).to_string(), name);
        }
        assert_eq!(parse_type(" array < decimal( 4 , 2 ) > "), parse_type("array<decimal(4,2)>"));
        assert_eq!(parse_type("decimal(5)"), Some(Type::Decimal { precision: 5, scale: 0 }));
    }

    #[test]
    fn unknown_types_are_rejected() {
        for name in [
            "",
            "text",
            "String",
            "decimal()",
            "decimal(39,1)",
            "decimal(0)",
            "decimal(12,10)",
            "decimal(2,3)",
            "decimal(+3,1)",
            "decimal(1,2,3)",
            "array",
            "array<>",
            "array<int>",
            "array<string",
            "strings",
        ] {
            assert_eq!(parse_type(name), None, "{name}");
        }
        assert_eq!(parse_type(&("array<".repeat(100_000) + "json" + &">".repeat(100_000))), None);
    }

    #[test]
    fn durations_consist_of_a_number_and_a_unit() {
        assert_eq!(parse_duration("3 days"), Some((3, Unit::Day)));
        assert_eq!(parse_duration(" 1  hour "), Some((1, Unit::Hour)));
        for text in [
            "",
            "3",
            "days",
            "-1 day",
            "+1 day",
            "3 dayss",
            "1.5 hours",
            "99999999999999999999 days",
            "3days",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
