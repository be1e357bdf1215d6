//! Conversions (SEG442, SEG443).

use crate::diagnostic::Span;

crate::problems! {
    /// A constant text isn't a value of the type, so the conversion is missing for every row.
    ///
    ///     where total > decimal("1,000")          # 1000
    ///     where date(signed_up) = date("31.1.2026")
    ///
    /// The whole text must be a value: `integer("-42")`, `decimal("9.50")`, `float("1e3")`,
    /// `date("2026-01-31")`, `timestamp("2026-01-31T12:00:00Z")`, and with a time zone
    /// `timestamp("2026-01-31 12:00:00", "Europe/Paris")`. Nothing is trimmed, and digits have no separators.
    error SEG442 "a text that can't be converted" Unreadable { span: Span, text: String, name: &'static str, has_zone: bool }
    message |p| format!("`{:?}` can't be read by `{}`", p.text, p.name);
    help |p| Some(match p.name {
        "decimal" => "write digits, and perhaps a point and up to 9 more: `9.50`".to_owned(),
        "date" => "write a date as `2026-01-31`".to_owned(),
        "float" => "write digits, and perhaps a point, digits and an exponent: `1.5e3`".to_owned(),
        "timestamp" if p.has_zone => "write a local time without an offset, as `2026-01-31 12:00:00`".to_owned(),
        "timestamp" => "write an instant as `2026-01-31T12:00:00Z`".to_owned(),
        _ => "write digits, and perhaps `-` before them: `-42`".to_owned(),
    });

    /// The second argument of `timestamp` is the name of a time zone, as a constant text or a parameter.
    ///
    ///     where timestamp(said, "CET+1") after 7 days ago   # "Europe/Paris"
    error SEG443 "not a time zone" NotAZone { span: Span, name: String, help: String }
    message |p| format!("{} isn't the name of a time zone", p.name);
    help |p| Some(p.help.clone());
}
