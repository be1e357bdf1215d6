//! Conversions (SEG442).

use crate::diagnostic::Span;

crate::problems! {
    /// A constant text isn't a value of the type, so the conversion is missing for every row.
    ///
    ///     where total > decimal("1,000")          # 1000
    ///     where date(signed_up) = date("31.1.2026")
    ///
    /// The whole text must be a value: `integer("-42")`, `decimal("9.50")`, `date("2026-01-31")`,
    /// `timestamp("2026-01-31T12:00:00Z")`. Nothing is trimmed, and digits have no separators.
    error SEG442 "a text that can't be converted" Unreadable { span: Span, text: String, name: &'static str }
    message |p| format!("`{:?}` can't be read by `{}`", p.text, p.name);
    help |p| Some(match p.name {
        "decimal" => "write digits, and perhaps a point and up to 9 more: `9.50`".to_owned(),
        "date" => "write a date as `2026-01-31`".to_owned(),
        "timestamp" => "write an instant as `2026-01-31T12:00:00Z`".to_owned(),
        _ => "write digits, and perhaps `-` before them: `-42`".to_owned(),
    });
}
