//! Conditions: an attribute, an operator and a value.

use super::Reader;
use crate::diagnostic::Span;
use crate::import::segment::draft::entry;
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::patterns::{Dialect, matches_empty};
use crate::import::segment::problems::{NoEquivalent, UnknownOperator, WrongShape};
use crate::import::segment::values::instant;
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Node, NodeKind};

const OPERATORS: [&str; 20] = [
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "not_in",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "matches",
    "semver_eq",
    "semver_gt",
    "semver_lt",
    "date_after",
    "date_before",
    "time_window",
    "in_segment",
];

impl Reader<'_, '_, '_> {
    pub(super) fn condition(&mut self, node: &Node) -> Option<Expr> {
        let attribute = match entry(node, "attribute") {
            Some(Node { kind: NodeKind::String(text), span }) => {
                Attribute { kind: None, name: text, span: *span }
            }
            _ => {
                let help = "the library skips such a condition, so that the segment grows: name an attribute, or remove it";
                let (expected, found) = ("an `attribute`".to_owned(), "none".to_owned());
                return self.import.refuse(WrongShape {
                    span: node.span,
                    expected,
                    found,
                    help: Some(help.to_owned()),
                });
            }
        };
        let (operator, place) = match entry(node, "operator") {
            None => ("eq", node.span),
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            Some(other) => return self.import.wrong(other, "an operator"),
        };
        let null = Node { kind: NodeKind::Null, span: node.span };
        let value = entry(node, "value").unwrap_or(&null);
        match operator {
            "eq" => self.equal(attribute, value),
            "ne" => self.equal(attribute, value).map(make::not),
            "gt" => self.ordered(attribute, CompareOp::Greater, value),
            "gte" => self.ordered(attribute, CompareOp::GreaterOrEqual, value),
            "lt" => self.ordered(attribute, CompareOp::Less, value),
            "lte" => self.ordered(attribute, CompareOp::LessOrEqual, value),
            "in" => self.one_of(attribute, value),
            "not_in" => self.one_of(attribute, value).map(make::not),
            "contains" => self.contains(attribute, value),
            "not_contains" => self.contains(attribute, value).map(make::not),
            "starts_with" => self.begins(attribute, TextOp::StartsWith, value),
            "ends_with" => self.begins(attribute, TextOp::EndsWith, value),
            "matches" => self.matches(attribute, value),
            "semver_eq" => self.version(attribute, CompareOp::Equal, value),
            "semver_gt" => self.version(attribute, CompareOp::Greater, value),
            "semver_lt" => self.version(attribute, CompareOp::Less, value),
            "date_after" => self.date(attribute, true, value),
            "date_before" => self.date(attribute, false, value),
            "time_window" => self.time_window(attribute, value),
            "in_segment" => self.in_segment(value, place),
            "not_in_segment" => self.in_segment(value, place).map(make::not),
            other => {
                let effect = "the library skips the condition, so that the segment grows";
                let known =
                    OPERATORS.iter().map(|&name| name.to_owned()).chain(["not_in_segment".to_owned()]);
                let (operator, tool, known) = (other.to_owned(), "Litestar Flags", known.collect());
                self.import.refuse(UnknownOperator { span: place, operator, tool, effect, known })
            }
        }
    }

    fn equal(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, implied(value).as_ref())?;
        match value.kind {
            NodeKind::Null => self.missing(&field, value),
            _ => {
                let constant = self.import.constant(&field, value)?;
                Some(make::equal(field.expr(), constant))
            }
        }
    }

    fn missing(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        if let Type::Array(_) = field.ty {
            let what = "the value is null, which an empty list isn't".to_owned();
            return self.import.unfit(field, value.span, what, None);
        }
        Some(make::missing(field.expr()))
    }

    fn ordered(&mut self, attribute: Attribute<'_>, op: CompareOp, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, implied(value).as_ref())?;
        if !field.ty.is_ordered() || field.ty == Type::Semver {
            let what = "the operator compares by size".to_owned();
            return self.import.unfit(&field, value.span, what, None);
        }
        let constant = self.import.constant(&field, value)?;
        Some(make::compare(op, field.expr(), constant))
    }

    fn one_of(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<Expr> {
        let NodeKind::List(items) = &value.kind else { return self.import.wrong(value, "a list of values") };
        let field = self.import.field(attribute, items.iter().find_map(implied).as_ref())?;
        let (nulls, items): (Vec<&Node>, Vec<&Node>) =
            items.iter().partition(|item| item.kind == NodeKind::Null);
        let constants: Vec<Option<Expr>> =
            items.into_iter().map(|item| self.import.constant(&field, item)).collect();
        let constants: Vec<Expr> = constants.into_iter().collect::<Option<_>>()?;
        let listed = make::one_of(field.expr(), constants);
        match nulls.first() {
            Some(null) => Some(make::any([listed, self.missing(&field, null)?])),
            None => Some(listed),
        }
    }

    fn contains(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, implied(value).as_ref())?;
        if let Type::Array(element) = &field.ty {
            let element = Field { ty: (**element).clone(), ..field.clone() };
            let constant = self.import.constant(&element, value)?;
            return Some(make::contains(field.expr(), constant));
        }
        self.text_test(&field, TextOp::Contains, value)
    }

    fn begins(&mut self, attribute: Attribute<'_>, op: TextOp, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        self.text_test(&field, op, value)
    }

    fn text_test(&mut self, field: &Field, op: TextOp, value: &Node) -> Option<Expr> {
        if field.ty != Type::String {
            return self.import.unfit(field, value.span, "the operator is one of text".to_owned(), None);
        }
        match &value.kind {
            // An empty attribute counts as a missing one.
            NodeKind::String(text) if text.is_empty() => {
                Some(make::all([make::present(field.expr()), not_empty(field)]))
            }
            NodeKind::String(text) => {
                self.import.text_constant(text, value.span)?;
                Some(make::text_test(op, field.expr(), text))
            }
            NodeKind::Integer(_, text) if op != TextOp::Contains => {
                Some(make::text_test(op, field.expr(), text))
            }
            _ => self.import.wrong(value, "text"),
        }
    }

    fn matches(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        if field.ty != Type::String {
            return self.import.unfit(&field, value.span, "the operator is one of text".to_owned(), None);
        }
        let NodeKind::String(text) = &value.kind else { return self.import.wrong(value, "a pattern") };
        let pattern = self.import.pattern(text, Dialect::Python, (true, false), value.span)?;
        let found = make::matches(field.expr(), &pattern);
        Some(if matches_empty(&pattern) { make::all([found, not_empty(&field)]) } else { found })
    }

    fn version(&mut self, attribute: Attribute<'_>, op: CompareOp, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::Semver))?;
        let NodeKind::String(text) = &value.kind else {
            return self.import.wrong(value, "a version in quotes");
        };
        let Some(version) = padded(text) else {
            let help =
                "the library compares up to as many numbers as there are; write three, such as `2.0.0`";
            let what = format!("`{text}` isn't a version of three numbers");
            return self.import.unfit(&field, value.span, what, Some(help.to_owned()));
        };
        let operand = self.import.version(&field, (field.expr(), &field.ty), value.span)?;
        if op != CompareOp::Equal {
            self.import.note("the library never matches a version with a pre-release, such as `2.0.0-rc.1`, which is compared here");
        }
        self.import.note_versions(&field, None);
        Some(make::compare(op, operand, make::text(version)))
    }

    fn date(&mut self, attribute: Attribute<'_>, is_after: bool, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::Timestamp))?;
        let Some(at) = moment(value) else {
            return self.import.wrong(value, "a date, an instant or Unix seconds");
        };
        let order = if is_after { make::after } else { make::before };
        match field.ty {
            Type::Timestamp => Some(order(field.expr(), make::literal(Literal::Timestamp(at)))),
            // A date is its midnight in UTC.
            Type::Date => {
                let civil = jiff::tz::TimeZone::UTC.to_datetime(at);
                let is_midnight = civil.time() == jiff::civil::Time::midnight();
                let day =
                    if is_after || is_midnight { Some(civil.date()) } else { civil.date().tomorrow().ok() };
                match day {
                    Some(day) => Some(order(field.expr(), make::literal(Literal::Date(day)))),
                    None => self.import.does_not_fit(&field, value, None),
                }
            }
            Type::String => {
                let operand = self.import.instant_in_text(&field);
                Some(order(operand, make::literal(Literal::Timestamp(at))))
            }
            _ => self.import.unfit(&field, value.span, "the operator compares times".to_owned(), None),
        }
    }

    fn time_window(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<Expr> {
        let (Some(start), Some(end)) = (entry(value, "start"), entry(value, "end")) else {
            return self.import.wrong(value, "a window with `start` and `end`");
        };
        let time = self.clock_or_field(attribute)?;
        if entry(value, "timezone").is_some_and(|zone| zone.kind != NodeKind::Null) {
            self.import.note("the library ignores the `timezone` of a time window");
        }
        if let (Some(low), Some(high)) = (clock_time(start), clock_time(end)) {
            self.import.note(
                "the time of day is that of the project's time zone; the library takes it from the offset of each value",
            );
            let of_day = make::call("time", vec![time]);
            return Some(make::between(of_day, make::text(low), make::text(high)));
        }
        let (Some(low), Some(high)) = (moment(start), moment(end)) else {
            return self.import.wrong(start, "two times of day, or two instants");
        };
        let bound = |at| make::literal(Literal::Timestamp(at));
        Some(make::between(time, bound(low), bound(high)))
    }

    /// The field of a time. `current_time` is the clock if the catalog has no such field.
    fn clock_or_field(&mut self, attribute: Attribute<'_>) -> Option<Expr> {
        if attribute.name == "current_time" && !self.import.has_field(attribute) {
            return Some(make::now());
        }
        let field = self.import.field(attribute, Some(&Type::Timestamp))?;
        if field.ty != Type::Timestamp {
            return self.import.unfit(
                &field,
                attribute.span,
                "the operator asks for an instant".to_owned(),
                None,
            );
        }
        Some(field.expr())
    }

    fn in_segment(&mut self, value: &Node, place: Span) -> Option<Expr> {
        if !self.is_rule {
            let what =
                "the library never matches `in_segment` and `not_in_segment` in a segment's own conditions"
                    .to_owned();
            let help = "make the other segment its parent (`parent_segment_id`), or move the condition to a rule of a flag";
            return self.import.refuse(NoEquivalent { span: place, what, help: help.to_owned() });
        }
        let NodeKind::String(key) = &value.kind else {
            return self.import.wrong(value, "the name or id of a segment");
        };
        let name =
            self.reference(key, value.span, "`in_segment` of it is false there, and `not_in_segment` true")?;
        if self.is_disabled(key) {
            self.import.note(format!("the segment `{key}` is disabled, so that nobody is in it"));
            return Some(make::boolean(false));
        }
        Some(make::in_segment(None, &name))
    }
}

fn not_empty(field: &Field) -> Expr {
    make::not(make::equal(field.expr(), make::text("")))
}

/// The type that a value implies for an attribute.
fn implied(value: &Node) -> Option<Type> {
    match &value.kind {
        NodeKind::Bool(_) => Some(Type::Boolean),
        NodeKind::Integer(..) => Some(Type::Integer),
        NodeKind::Float(..) => Some(Type::DECIMAL),
        NodeKind::String(_) => Some(Type::String),
        NodeKind::List(items) => items.iter().find_map(implied),
        NodeKind::Null | NodeKind::Map(_) => None,
    }
}

/// A version of the library, which is numbers separated by points, with exactly three of them.
fn padded(text: &str) -> Option<String> {
    let mut parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    while parts.len() < 3 {
        parts.push("0");
    }
    let (first, rest) = parts.split_at_checked(3)?;
    let is_zero = |part: &&str| part.bytes().all(|byte| byte == b'0');
    let plain = first.iter().map(|part| match part.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    });
    rest.iter().all(is_zero).then(|| plain.collect::<Vec<_>>().join("."))
}

/// An instant: a text, or Unix seconds.
fn moment(value: &Node) -> Option<jiff::Timestamp> {
    match &value.kind {
        NodeKind::String(text) => instant(text),
        NodeKind::Integer(seconds, _) => jiff::Timestamp::from_second(*seconds).ok(),
        _ => None,
    }
}

/// A time of day as `HH:MM:SS`, if it is one.
fn clock_time(value: &Node) -> Option<String> {
    let NodeKind::String(text) = &value.kind else { return None };
    let parts: Vec<&str> = text.split(':').collect();
    let limits = [24u8, 60, 60];
    let numbers: Option<Vec<u8>> = parts
        .iter()
        .zip(limits)
        .map(|(part, limit)| part.parse::<u8>().ok().filter(|number| *number < limit && part.len() <= 2))
        .collect();
    match numbers?.as_slice() {
        [hour, minute] if parts.len() == 2 => Some(format!("{hour:02}:{minute:02}")),
        [hour, minute, second] if parts.len() == 3 => Some(format!("{hour:02}:{minute:02}:{second:02}")),
        _ => None,
    }
}
