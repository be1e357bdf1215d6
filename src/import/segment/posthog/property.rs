//! Conditions on properties of persons and of events.

use super::Reader;
use crate::diagnostic::Span;
use crate::import::segment::draft::{entry, entry_text};
use crate::import::segment::events::Events;
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::patterns::Dialect;
use crate::import::segment::problems::{NoEquivalent, UnknownOperator};
use crate::import::segment::sql::like;
use crate::import::segment::values::{instant, scalar_text};
use crate::syntax::ast::{CompareOp, Expr, WindowKind};
use crate::syntax::make;
use crate::types::{Literal, Type, Unit};
use crate::yaml::{Node, NodeKind};

/// Whose property it is.
pub(super) enum On<'e> {
    Person,
    Event(&'e Events),
}

const OPERATORS: [&str; 37] = [
    "exact",
    "is_not",
    "icontains",
    "not_icontains",
    "icontains_multi",
    "not_icontains_multi",
    "regex",
    "not_regex",
    "gt",
    "gte",
    "lt",
    "lte",
    "min",
    "max",
    "between",
    "not_between",
    "is_set",
    "is_not_set",
    "is_date_exact",
    "is_date_before",
    "is_date_after",
    "in",
    "not_in",
    "semver_eq",
    "semver_neq",
    "semver_gt",
    "semver_gte",
    "semver_lt",
    "semver_lte",
    "semver_tilde",
    "semver_caret",
    "semver_wildcard",
    "is_cleaned_path_exact",
    "flag_evaluates_to",
    "contains",
    "starts_with",
    "ends_with",
];

/// A property, its field and its operator.
struct Asked<'n> {
    field: Field,
    operator: &'n str,
    /// Where the operator is, or the condition.
    place: Span,
    value: &'n Node,
}

impl Reader<'_, '_, '_> {
    /// A condition on a property.
    pub(super) fn property(&mut self, node: &Node, on: &On<'_>) -> Option<Expr> {
        let (name, span) = match entry(node, "key") {
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            Some(other) => return self.import.wrong(other, "the name of a property"),
            None => return self.import.lacks(node, "key"),
        };
        let (operator, place) = match entry(node, "operator") {
            None | Some(Node { kind: NodeKind::Null, .. }) => ("exact", node.span),
            Some(Node { kind: NodeKind::String(text), span }) => (text.as_str(), *span),
            Some(other) => return self.import.wrong(other, "an operator"),
        };
        let null = Node { kind: NodeKind::Null, span: node.span };
        let value = entry(node, "value").unwrap_or(&null);
        let wants = self.types.get(name).cloned().flatten().or_else(|| wanted(operator, value));
        let attribute = Attribute { kind: None, name, span };
        let field = match on {
            On::Person => self.import.field(attribute, wants.as_ref())?,
            On::Event(events) => self.import.event_field(events, name, span, wants.as_ref())?,
        };
        self.condition(&Asked { field, operator, place, value })
    }

    fn condition(&mut self, asked: &Asked<'_>) -> Option<Expr> {
        let Asked { field, operator, place, value } = asked;
        let every = |this: &mut Self, test: &mut dyn FnMut(&mut Self, &Node) -> Option<Expr>| {
            let parts: Vec<_> = items(value).into_iter().map(|item| test(this, item)).collect();
            parts.into_iter().collect::<Option<Vec<Expr>>>()
        };
        match *operator {
            "is_set" => Some(make::present(field.expr())),
            "is_not_set" => Some(make::missing(field.expr())),
            "exact" | "in" => self.one_of(asked),
            "is_not" | "not_in" => self.one_of(asked).map(make::not),
            "icontains" | "icontains_multi" => {
                Some(make::any(every(self, &mut |this, item| this.contains(asked, item))?))
            }
            "not_icontains" | "not_icontains_multi" => {
                Some(make::not(make::any(every(self, &mut |this, item| this.contains(asked, item))?)))
            }
            "regex" => Some(make::any(every(self, &mut |this, item| this.regex(asked, item))?)),
            "not_regex" => {
                Some(make::not(make::any(every(self, &mut |this, item| this.regex(asked, item))?)))
            }
            "gt" => self.ordered(asked, CompareOp::Greater),
            "gte" | "min" => self.ordered(asked, CompareOp::GreaterOrEqual),
            "lt" => self.ordered(asked, CompareOp::Less),
            "lte" | "max" => self.ordered(asked, CompareOp::LessOrEqual),
            "between" => self.between(asked),
            // It is no complement: a missing value is in neither.
            "not_between" => {
                let between = self.between(asked)?;
                let present = field.nullable.then(|| make::present(field.expr()));
                Some(make::all([make::not(between)].into_iter().chain(present)))
            }
            "is_date_exact" => self.date(asked, CompareOp::Equal),
            "is_date_before" => self.date(asked, CompareOp::Less),
            "is_date_after" => self.date(asked, CompareOp::Greater),
            "semver_eq" | "semver_neq" | "semver_gt" | "semver_gte" | "semver_lt" | "semver_lte"
            | "semver_tilde" | "semver_caret" | "semver_wildcard" => self.version(asked),
            "is_cleaned_path_exact" => {
                let what = "the path is compared after the project's rules for cleaning paths".to_owned();
                let help = "compare the path itself, or add the cleaned path to the table".to_owned();
                self.import.refuse(NoEquivalent { span: *place, what, help })
            }
            other => {
                let effect = "PostHog rejects it";
                let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
                let (operator, tool) = (other.to_owned(), "PostHog");
                self.import.refuse(UnknownOperator { span: *place, operator, tool, effect, known })
            }
        }
    }

    fn one_of(&mut self, asked: &Asked<'_>) -> Option<Expr> {
        let Asked { field, value, .. } = asked;
        let items = items(value);
        if items.is_empty() {
            let what = "the list of values is empty: PostHog ignores such a condition".to_owned();
            let help = "remove the condition, or add a value".to_owned();
            return self.import.refuse(NoEquivalent { span: value.span, what, help });
        }
        if field.ty == Type::Boolean {
            let parts: Vec<_> = items
                .iter()
                .map(|item| match scalar_text(item).as_deref() {
                    Some("true") => Some(field.expr()),
                    Some("false") => Some(make::equal(field.expr(), make::boolean(false))),
                    _ => self.import.does_not_fit(field, item, None),
                })
                .collect();
            return Some(make::any(parts.into_iter().collect::<Option<Vec<_>>>()?));
        }
        let constants: Vec<_> = items.iter().map(|item| self.constant(field, item)).collect();
        let constants: Vec<Expr> = constants.into_iter().collect::<Option<_>>()?;
        Some(match constants.as_slice() {
            [only] => make::equal(field.expr(), only.clone()),
            _ => make::one_of(field.expr(), constants),
        })
    }

    /// A value, which PostHog writes as text, as a constant of the field's type.
    fn constant(&mut self, field: &Field, node: &Node) -> Option<Expr> {
        match scalar_text(node) {
            Some(text) => self.import.constant_of_text(field, &text, node),
            None => self.import.wrong(node, "a value"),
        }
    }

    fn text_of<'n>(&mut self, asked: &Asked<'_>, item: &'n Node) -> Option<std::borrow::Cow<'n, str>> {
        if asked.field.ty != Type::String {
            let what = format!("`{}` compares text", asked.operator);
            return self.import.unfit(&asked.field, asked.place, what, None);
        }
        match &item.kind {
            NodeKind::String(text) => Some(text.into()),
            _ => match scalar_text(item) {
                Some(text) => Some(text.into()),
                None => self.import.wrong(item, "text"),
            },
        }
    }

    fn contains(&mut self, asked: &Asked<'_>, item: &Node) -> Option<Expr> {
        let text = self.text_of(asked, item)?;
        self.import.text_constant(&text, item.span)?;
        let many = items(asked.value).len() > 1 || asked.operator.ends_with("_multi");
        // A single value is the pattern of an ILIKE.
        if !many && text.contains(['%', '_', '\\']) {
            self.import.note("`%` and `_` in the text stand for any characters, as in PostHog");
            return match like(asked.field.expr(), &format!("%{text}%"), Some('\\'), true) {
                Some(condition) => Some(condition),
                None => self.import.wrong(item, "a text that doesn't end with a backslash"),
            };
        }
        let contains = make::text_test(crate::syntax::ast::TextOp::Contains, asked.field.expr(), text);
        Some(make::ignoring_case(contains))
    }

    fn regex(&mut self, asked: &Asked<'_>, item: &Node) -> Option<Expr> {
        let text = self.text_of(asked, item)?;
        let pattern = self.import.pattern(&text, Dialect::Go, (false, false), item.span)?;
        Some(make::matches(asked.field.expr(), pattern))
    }

    fn ordered(&mut self, asked: &Asked<'_>, op: CompareOp) -> Option<Expr> {
        let Asked { field, value, .. } = asked;
        let value = match items(value).as_slice() {
            [only] => *only,
            _ => return self.import.wrong(value, "one value"),
        };
        if !field.ty.is_ordered() || field.ty == Type::Semver {
            let what = "the operator compares by size".to_owned();
            return self.import.unfit(field, value.span, what, None);
        }
        if field.ty == Type::String {
            self.import.note("the property is text in the catalog and compared as text, as PostHog does unless it knows it as a number");
        }
        let constant = self.constant(field, value)?;
        Some(make::compare(op, field.expr(), constant))
    }

    fn between(&mut self, asked: &Asked<'_>) -> Option<Expr> {
        let Asked { field, value, .. } = asked;
        let NodeKind::List(bounds) = &value.kind else { return self.import.wrong(value, "two values") };
        let [low, high] = bounds.as_slice() else { return self.import.wrong(value, "two values") };
        if !field.ty.is_number() {
            return self.import.unfit(field, value.span, "the operator compares numbers".to_owned(), None);
        }
        let (low, high) = (self.constant(field, low), self.constant(field, high));
        Some(make::between(field.expr(), low?, high?))
    }

    /// `is_date_before` and its like: an instant, or a relative one such as `-7d`.
    fn date(&mut self, asked: &Asked<'_>, op: CompareOp) -> Option<Expr> {
        let Asked { field, value, .. } = asked;
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a date") };
        if let Some((count, unit)) = relative(&text) {
            let at = make::ago(count, unit);
            return match (&field.ty, op) {
                (Type::Timestamp | Type::Date, CompareOp::Equal) => {
                    let what = "a property is never exactly the present instant less a duration".to_owned();
                    let help = "compare it with a day".to_owned();
                    self.import.refuse(NoEquivalent { span: value.span, what, help })
                }
                (Type::Timestamp, _) => Some(make::compare(op, field.expr(), at)),
                // A date is its midnight.
                (Type::Date, CompareOp::Less) => {
                    Some(make::during(field.expr(), make::window(WindowKind::Until(Box::new(at)))))
                }
                (Type::Date, _) => Some(make::compare(op, field.expr(), at)),
                _ => self.import.unfit(field, value.span, "the operator compares times".to_owned(), None),
            };
        }
        let day = text.len() == 10;
        match (&field.ty, instant(&text)) {
            (Type::Date, Some(at)) if day => {
                let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
                Some(make::compare(op, field.expr(), make::literal(Literal::Date(date))))
            }
            // A day is its midnight in the project's time zone; from there on and before it are days.
            (Type::Timestamp, Some(at)) if day && op == CompareOp::Less => {
                let date = jiff::tz::TimeZone::UTC.to_datetime(at).date();
                Some(make::compare(op, field.expr(), make::literal(Literal::Date(date))))
            }
            (Type::Timestamp, Some(at)) => {
                if !text.contains(['Z', 'z', '+']) && text.matches('-').count() <= 2 {
                    self.import.note("a time without a zone is taken as UTC; in PostHog it is one of the project's time zone");
                }
                Some(make::compare(op, field.expr(), make::literal(Literal::Timestamp(at))))
            }
            (Type::Date | Type::Timestamp, _) => self.import.does_not_fit(field, value, None),
            _ => self.import.unfit(field, value.span, "the operator compares times".to_owned(), None),
        }
    }

    fn version(&mut self, asked: &Asked<'_>) -> Option<Expr> {
        let Asked { field, operator, value, .. } = asked;
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a version") };
        let operand = self.import.version(field, (field.expr(), &field.ty), value.span)?;
        let Some((low, high)) = bounds(operator, &text) else {
            let what = format!("`{text}` isn't a version that `{operator}` takes");
            return self.import.refuse(NoEquivalent {
                span: value.span,
                what,
                help: "write `1.2.3`".to_owned(),
            });
        };
        self.import.note("PostHog drops what follows a `-` in a version and fills it up to three numbers; here `1.2.3-rc.1` comes before `1.2.3`, and `1.2` is missing unless the catalog reads it loosely");
        let compare = |op, version: &str| make::compare(op, operand.clone(), make::text(version));
        Some(match (*operator, high) {
            ("semver_eq", _) => compare(CompareOp::Equal, &low),
            ("semver_neq", _) => compare(CompareOp::NotEqual, &low),
            ("semver_gt", _) => compare(CompareOp::Greater, &low),
            ("semver_gte", _) => compare(CompareOp::GreaterOrEqual, &low),
            ("semver_lt", _) => compare(CompareOp::Less, &low),
            ("semver_lte", _) => compare(CompareOp::LessOrEqual, &low),
            (_, Some(high)) => {
                make::all([compare(CompareOp::GreaterOrEqual, &low), compare(CompareOp::Less, &high)])
            }
            _ => return None,
        })
    }
}

/// The values of a condition: those of a list, or the only one.
fn items(value: &Node) -> Vec<&Node> {
    match &value.kind {
        NodeKind::List(items) => items.iter().collect(),
        _ => vec![value],
    }
}

/// The type that an operator implies for a property.
fn wanted(operator: &str, value: &Node) -> Option<Type> {
    match operator {
        "gt" | "gte" | "lt" | "lte" | "min" | "max" | "between" | "not_between" => Some(Type::DECIMAL),
        "is_date_exact" | "is_date_before" | "is_date_after" => Some(Type::Timestamp),
        "is_set" | "is_not_set" => None,
        _ if operator.starts_with("semver_") => Some(Type::String),
        _ => match items(value).first().map(|item| &item.kind) {
            Some(NodeKind::Bool(_)) => Some(Type::Boolean),
            // Numbers that aren't in quotes, as only scripts write them.
            Some(NodeKind::Integer(..) | NodeKind::Float(..))
                if !operator.contains("contains") && !operator.contains("regex") =>
            {
                Some(Type::DECIMAL)
            }
            _ => Some(Type::String),
        },
    }
}

/// A relative date: `-7d`, `-3m` (months), `-2q` (13 weeks each), `-5M` (minutes).
pub(super) fn relative(text: &str) -> Option<(i64, Unit)> {
    let text = text.strip_prefix('-').unwrap_or(text);
    let unit = text.chars().last()?;
    let count: i64 = text.get(..text.len() - unit.len_utf8())?.parse().ok().filter(|count| *count > 0)?;
    Some(match unit {
        'h' | 'H' => (count, Unit::Hour),
        'd' | 'D' => (count, Unit::Day),
        'w' | 'W' => (count, Unit::Week),
        'm' => (count, Unit::Month),
        'M' => (count, Unit::Minute),
        's' | 'S' => (count, Unit::Second),
        'q' | 'Q' => (count.checked_mul(13)?, Unit::Week),
        'y' | 'Y' => (count, Unit::Year),
        _ => return None,
    })
}

/// The version that an operator compares with, or the range that it asks for.
fn bounds(operator: &str, text: &str) -> Option<(String, Option<String>)> {
    let number = |part: &str| {
        let plain = !part.is_empty() && part.len() < 19 && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse::<u64>().ok() } else { None }
    };
    let text = if operator == "semver_wildcard" { text.trim_end_matches(['.', '*']) } else { text };
    let base = text.split('-').next().unwrap_or_default();
    let parts: Option<Vec<u64>> = base.split('.').map(number).collect();
    let parts = parts.filter(|parts| (1..=3).contains(&parts.len()))?;
    let part = |at: usize| parts.get(at).copied().unwrap_or(0);
    let (major, minor, patch) = (part(0), part(1), part(2));
    let version = |a: u64, b: u64, c: u64| format!("{a}.{b}.{c}");
    let low = version(major, minor, patch);
    let high = match operator {
        "semver_tilde" if parts.len() < 2 => version(major + 1, 0, 0),
        "semver_tilde" => version(major, minor + 1, 0),
        "semver_caret" if major > 0 => version(major + 1, 0, 0),
        "semver_caret" if minor > 0 => version(0, minor + 1, 0),
        "semver_caret" => version(0, 0, patch + 1),
        "semver_wildcard" if parts.len() == 1 => version(major + 1, 0, 0),
        "semver_wildcard" if parts.len() == 2 => version(major, minor + 1, 0),
        // Four numbers are no version here.
        "semver_wildcard" => return None,
        _ => return Some((low, None)),
    };
    Some((low, Some(high)))
}

/// The text of a key, or nothing.
pub(super) fn optional_text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    entry_text(node, key).filter(|text| !text.is_empty())
}
