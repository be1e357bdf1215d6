//! Values of a tool as constants of the language, typed by the field that they are compared with.

use jiff::Timestamp;
use jiff::civil::Date;

use super::draft::Import;
use super::fields::Field;
use super::problems::{DoesNotFit, NoEquivalent};
use crate::diagnostic::Span;
use crate::syntax::ast::Expr;
use crate::syntax::{make, parse_literal};
use crate::types::{Literal, Type, Version};
use crate::yaml::{Node, NodeKind};

/// A number as the files write it.
pub(crate) fn number(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Integer(_, text) | NodeKind::Float(_, text) => Some(text),
        _ => None,
    }
}

/// The text of a scalar, as tools write it that compare everything as text.
pub(crate) fn scalar_text(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text) => Some(text.clone()),
        NodeKind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A number as a constant: a whole number, a decimal of at most 9 places, or else a float. `None` if it
/// is none of them exactly enough.
pub(crate) fn number_literal(text: &str) -> Option<Literal> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let parse = |ty: &Type| parse_literal(whole, ty);
    let decimal = || parse(&Type::DECIMAL).filter(|_| !whole.contains(['e', 'E']));
    let float = || whole.parse::<f64>().ok().filter(|value| value.is_finite());
    let float = || match float()? {
        // `1e3` is a whole number to tools that have only one kind.
        #[expect(clippy::cast_possible_truncation, reason = "it is a whole number below 2^53")]
        value if value.fract() == 0.0 && value.abs() < 9e15 => Some(Literal::Integer(value as i64)),
        value => Some(Literal::Float(value)),
    };
    parse(&Type::Integer).or_else(decimal).or_else(float)
}

/// A whole number as YAML also writes it: `0x1f`, `0o17`, `+5`.
fn based(text: &str) -> Option<Literal> {
    let radix = |prefix: &str, radix| i64::from_str_radix(text.strip_prefix(prefix)?, radix).ok();
    let number = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| text.strip_prefix('+')?.parse().ok());
    number.map(Literal::Integer)
}

/// An instant in RFC 3339, or a date as its midnight in UTC, or a local time as one in UTC.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return whole_micros(instant);
    }
    let civil: jiff::civil::DateTime = match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => date.into(),
        _ => text.parse().ok()?,
    };
    whole_micros(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// An instant that the language can write.
fn whole_micros(instant: Timestamp) -> Option<Timestamp> {
    let is_in_range = (-62_135_596_800..253_402_300_800).contains(&instant.as_second());
    (is_in_range && instant.subsec_nanosecond() % 1000 == 0).then_some(instant)
}

/// A version that is written as semver.org asks.
pub(crate) fn is_version(text: &str) -> bool {
    Version::parse(text).is_ok()
}

impl Import<'_> {
    /// A text as a constant.
    pub(crate) fn text_constant(&mut self, text: &str, span: Span) -> Option<Expr> {
        if text.contains('\0') {
            let what = "the text has the character U+0000, which no database stores".to_owned();
            return self.refuse(NoEquivalent { span, what, help: "remove it in the tool".to_owned() });
        }
        Some(make::text(text))
    }

    /// A number as a constant.
    pub(crate) fn number_constant(&mut self, text: &str, span: Span) -> Option<Expr> {
        match number_literal(text).or_else(|| based(text)) {
            Some(literal) => Some(make::literal(literal)),
            None => {
                let what = format!("`{text}` is beyond the numbers of 64 bits");
                self.refuse(NoEquivalent { span, what, help: "use a smaller number in the tool".to_owned() })
            }
        }
    }

    /// A value as a constant of the field's type, if the file has it in that type.
    pub(crate) fn constant(&mut self, field: &Field, node: &Node) -> Option<Expr> {
        match (&field.ty, &node.kind) {
            (Type::String, NodeKind::String(text)) => self.text_constant(text, node.span),
            (Type::Semver, NodeKind::String(text)) if is_version(text) => Some(make::text(text)),
            (Type::Boolean, NodeKind::Bool(value)) => Some(make::boolean(*value)),
            (ty, NodeKind::Integer(_, text) | NodeKind::Float(_, text)) if ty.is_number() => {
                self.number_constant(text, node.span)
            }
            (Type::Date, NodeKind::String(text)) => match parse_literal(text, &Type::Date) {
                Some(literal) => Some(make::literal(literal)),
                None => self.does_not_fit(field, node, None),
            },
            (Type::Timestamp, NodeKind::String(text)) => match instant(text) {
                Some(instant) => Some(make::literal(Literal::Timestamp(instant))),
                None => self.does_not_fit(field, node, None),
            },
            _ => self.does_not_fit(field, node, None),
        }
    }

    /// A text as a constant of the field's type: tools that hold every value as text compare it with
    /// attributes of other types.
    pub(crate) fn constant_of_text(&mut self, field: &Field, text: &str, node: &Node) -> Option<Expr> {
        let literal = match &field.ty {
            Type::String => return self.text_constant(text, node.span),
            ty if ty.is_number() => number_literal(text),
            Type::Timestamp => instant(text).map(Literal::Timestamp),
            Type::Semver if is_version(text) => Some(Literal::String(text.to_owned())),
            ty => parse_literal(text, ty).filter(|_| text.trim() == text),
        };
        match literal {
            Some(literal) => Some(make::literal(literal)),
            None => self.does_not_fit(field, node, None),
        }
    }

    /// A column of text as a number, for tools that read one from it.
    pub(crate) fn number_in_text(&mut self, field: &Field) -> Expr {
        let name = field.name();
        self.note(format!("`{name}` is text: what isn't a plain decimal number is missing here"));
        make::call("decimal", vec![field.expr()])
    }

    /// A column of text as an instant, for tools that read one from it.
    pub(crate) fn instant_in_text(&mut self, field: &Field) -> Expr {
        let name = field.name();
        self.note(format!("`{name}` is text: what isn't an instant with an offset is missing here"));
        make::call("timestamp", vec![field.expr()])
    }

    /// Notes that versions which aren't written as semver.org asks are missing, unless the catalog reads the
    /// field loosely; `loose` is a note for that case.
    pub(crate) fn note_versions(&mut self, field: &Field, loose: Option<&'static str>) {
        match (field.is_loose, loose) {
            (false, _) => self.note(format!(
                "versions in `{}` that aren't written as semver.org asks, such as `v1.2.3` or `1.2`, are missing here; \
                 `encoding: loose` in the catalog reads them",
                field.name()
            )),
            (true, Some(note)) => self.note(note),
            (true, None) => {}
        }
    }

    /// A value that is compared as a version: a field's, of which texts are read as versions.
    pub(crate) fn version(&mut self, field: &Field, (value, ty): (Expr, &Type), span: Span) -> Option<Expr> {
        match ty {
            Type::Semver => Some(value),
            Type::String => Some(make::call("semver", vec![value])),
            _ => self.unfit(field, span, "the operator compares versions".to_owned(), None),
        }
    }

    /// Refuses a value that the field can't have.
    pub(crate) fn does_not_fit<T>(&mut self, field: &Field, node: &Node, help: Option<String>) -> Option<T> {
        let what = match scalar_text(node) {
            Some(text) if matches!(node.kind, NodeKind::String(_)) => {
                format!("the value is the text `{text}`")
            }
            Some(text) => format!("the value is `{text}`"),
            None => format!("the value is {}", node.found()),
        };
        self.unfit(field, node.span, what, help)
    }

    /// Refuses an operator that the field's type doesn't have.
    pub(crate) fn unfit<T>(
        &mut self,
        field: &Field,
        span: Span,
        what: String,
        help: Option<String>,
    ) -> Option<T> {
        self.refuse(DoesNotFit { span, what, field: field.name(), ty: field.ty.to_string(), help })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_numbers_decimals_or_floats() {
        let text = |text: &str| number_literal(text).map(|literal| literal.to_string());
        assert_eq!(text("12").as_deref(), Some("12"));
        assert_eq!(text("12.0").as_deref(), Some("12"));
        assert_eq!(text("1e3").as_deref(), Some("1000"));
        assert_eq!(text("-0.10").as_deref(), Some("-0.1"));
        assert_eq!(text("0.1234567891").as_deref(), Some("1.234567891e-1"));
        assert_eq!(text("1e300").as_deref(), Some("1e300"));
        for wrong in ["", "x", "1e999", "Infinity", "NaN"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        let text = |text: &str| instant(text).map(|instant| instant.to_string());
        for same in [
            "2025-02-01T00:00:00Z",
            "2025-02-01T01:00:00+01:00",
            "2025-02-01",
            "2025-02-01T00:00:00",
            "2025-02-01 00:00:00",
        ] {
            assert_eq!(text(same).as_deref(), Some("2025-02-01T00:00:00Z"), "{same}");
        }
        for wrong in ["", "2025", "2025-02-30", "tomorrow", "2025-02-01T00:00:00.0000001Z"] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }
}
