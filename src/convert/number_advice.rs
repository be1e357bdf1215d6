//! Advice on numbers.

use super::advice::{Advice, with_article};
use super::{Converter, Notation, number};
use crate::types::Type;

/// Advice about a number with a fraction, for an integer.
pub(super) fn fraction(text: &str) -> Advice {
    let scale = text.split_once('.').map_or(0, |(_, digits)| digits.trim_end_matches('0').len());
    let help = match scale {
        1..=9 => format!("declare the field `\"decimal(18,{scale})\"`, or correct the value"),
        _ => "declare the field `float`, or correct the value".to_owned(),
    };
    Advice::new("is not a whole number", help)
}

/// Advice about a number that is too large for an integer.
pub(super) fn bits(bits: u8) -> Advice {
    match bits {
        32 => Advice::new("is beyond 32 bits", "remove `storage: int32` if the column has 64 bits"),
        _ => Advice::new(
            "is beyond 64 bits",
            "declare the field `\"decimal(38,0)\"`, or `string` if it is an identifier",
        ),
    }
}

/// Advice about a number with more digits than its decimal.
pub(super) fn digits(text: &str, ty: &Type) -> Advice {
    let said = format!("doesn't fit {ty}");
    let Type::Decimal { precision, scale } = *ty else { return Advice::new(said, "correct the value") };
    // The smallest decimal that holds it and all that the declared one holds.
    let wider = (scale..=9).find_map(|wider| {
        let whole = precision - scale;
        (whole..=38 - wider).find_map(|whole| {
            let precision = whole + wider;
            (precision > 0 && number::decimal(text, precision, wider).is_ok())
                .then_some(Type::Decimal { precision, scale: wider })
        })
    });
    let help = match wider {
        Some(wider) => format!("declare the field `\"{wider}\"`, or round the value before it is loaded"),
        None => "declare the field `float`, or round the value before it is loaded".to_owned(),
    };
    Advice::new(said, help)
}

/// Advice about text that isn't a number in the declared notation.
pub(super) fn not_one(text: &str, converter: &Converter<'_>) -> Advice {
    let said = format!("is not {}", with_article(&converter.ty));
    let readings = separators(text, converter);
    match readings.as_slice() {
        [] => Advice::new(
            said,
            fraction_with_comma(text, converter).unwrap_or_else(|| otherwise(text, &converter.ty)),
        ),
        [(declared, _)] => Advice::new(said, format!("declare `read: {{ {declared} }}`")),
        many => {
            let each: Vec<String> = many
                .iter()
                .map(|(declared, number)| format!("`read: {{ {declared} }}` if it is {number}"))
                .collect();
            Advice::new(said, format!("declare {}", each.join(", or ")))
        }
    }
}

/// The separators that make the text a number, and that number.
pub(super) fn separators(text: &str, converter: &Converter<'_>) -> Vec<(&'static str, String)> {
    let choices = [
        ("decimal: \",\"", true, None),
        ("thousands: \",\"", false, Some(',')),
        ("decimal: \",\", thousands: \".\"", true, Some('.')),
        ("decimal: \",\", thousands: \" \"", true, Some(' ')),
        ("thousands: \" \"", false, Some(' ')),
        ("decimal: \",\", thousands: \"\\u00a0\"", true, Some('\u{a0}')),
        ("thousands: \"\\u00a0\"", false, Some('\u{a0}')),
        ("decimal: \",\", thousands: \"\\u202f\"", true, Some('\u{202f}')),
        ("thousands: \"\\u202f\"", false, Some('\u{202f}')),
        ("decimal: \",\", thousands: \"\\u2009\"", true, Some('\u{2009}')),
        ("thousands: \"\\u2009\"", false, Some('\u{2009}')),
        ("thousands: \"’\"", false, Some('’')),
        ("thousands: \"'\"", false, Some('\'')),
        ("thousands: \"_\"", false, Some('_')),
    ];
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for (declared, decimal_comma, thousands) in choices {
        let notation = Notation { decimal_comma, thousands, ..Notation::default() };
        let Some(plain) = number::plain(text, &notation) else { continue };
        let fits = Converter { notation: &notation, ..converter.clone() }.plain_text(text).is_ok();
        if fits && !found.iter().any(|(_, known)| *known == plain) {
            found.push((declared, plain));
        }
    }
    found
}

/// A number with a fraction after a comma, in an integer.
fn fraction_with_comma(text: &str, converter: &Converter<'_>) -> Option<String> {
    let scale =
        text.rsplit_once(',').map(|(_, digits)| digits.len()).filter(|scale| (1..=9).contains(scale))?;
    let ty = Type::Decimal { precision: 18, scale: u8::try_from(scale).ok()? };
    let decimal = Converter { ty: ty.clone(), ..converter.clone() };
    let readings = separators(text, &decimal);
    let (declared, _) = readings.first().filter(|_| converter.ty == Type::Integer)?;
    Some(format!("declare the field `\"{ty}\"`, and `read: {{ {declared} }}`"))
}

/// A negative number as accountants write it: `(5.00)`, `5.00-`, `- 5`.
fn negative(text: &str) -> Option<String> {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let number = inner.or_else(|| text.strip_suffix('-')).or_else(|| text.strip_prefix("- "))?.trim();
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number::digits(number).is_some();
    is_number.then(|| format!("-{number}"))
}

fn otherwise(text: &str, ty: &Type) -> String {
    if let Some(negative) = negative(text) {
        return format!("write negative numbers with a sign in front: `{negative}`");
    }
    let sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '%');
    if text.contains(sign) {
        return "remove the sign from the values, or declare the field `string`".to_owned();
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return "declare the field `boolean`, or correct the value".to_owned();
    }
    match ty {
        Type::Integer => "correct the value, or declare the field `string`".to_owned(),
        _ => "write a number such as `10.50`, or declare the field `string`".to_owned(),
    }
}
