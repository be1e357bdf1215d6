//! Types, as they are written.

use crate::types::Type;

/// The types that are one word.
pub(super) const TYPE_WORDS: [&str; 10] =
    ["string", "integer", "decimal", "float", "boolean", "date", "timestamp", "semver", "json", "array"];

/// How deep arrays may be nested: far more than any engine can store.
const MAX_ARRAYS: usize = 8;

/// The type of a spelling such as `decimal(10,2)` or `array<string>`; spaces don't matter.
#[must_use]
pub fn parse_type(text: &str) -> Option<Type> {
    let mut inner = text.trim();
    let mut arrays = 0;
    while let Some(rest) = inner.strip_prefix("array") {
        inner = rest.trim_start().strip_prefix('<')?.strip_suffix('>')?.trim();
        arrays += 1;
        if arrays > MAX_ARRAYS {
            return None;
        }
    }
    let element = scalar(inner)?;
    Some((0..arrays).fold(element, |ty, _| Type::Array(Box::new(ty))))
}

fn scalar(text: &str) -> Option<Type> {
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
        _ => {
            let arguments = text.strip_prefix("decimal")?.trim_start();
            return decimal(arguments.strip_prefix('(')?.strip_suffix(')')?);
        }
    })
}

/// `10,2`, or `10` for whole numbers.
fn decimal(arguments: &str) -> Option<Type> {
    let (precision, scale) = arguments.split_once(',').unwrap_or((arguments, "0"));
    let size = |text: &str| -> Option<u8> {
        let text = text.trim();
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let (precision, scale) = (size(precision)?, size(scale)?);
    let legal = (1..=38).contains(&precision) && scale <= 9 && scale <= precision;
    legal.then_some(Type::Decimal { precision, scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        let text = |written: &str| parse_type(written).map(|ty| ty.to_string());
        for same in ["string", "integer", "decimal", "decimal(10,2)", "array<string>", "array<array<json>>"] {
            assert_eq!(text(same).as_deref(), Some(same));
        }
        assert_eq!(text(" decimal ( 10 , 2 ) ").as_deref(), Some("decimal(10,2)"));
        assert_eq!(text("decimal(38,9)").as_deref(), Some("decimal"));
        for bad in
            ["", "text", "decimal(39,2)", "decimal(10,10)", "decimal(2,3)", "decimal()", "array", "array<>"]
        {
            assert_eq!(parse_type(bad), None, "{bad}");
        }
        assert_eq!(parse_type(&format!("{}string{}", "array<".repeat(99), ">".repeat(99))), None);
    }
}
