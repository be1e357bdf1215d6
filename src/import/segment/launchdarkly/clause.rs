//! Clauses: an attribute, an operator, and values of which any has to match.

use super::Reader;
use crate::diagnostic::Span;
use crate::import::segment::draft::{entry, entry_text};
use crate::import::segment::fields::Field;
use crate::import::segment::patterns::Dialect;
use crate::import::segment::problems::{NoEquivalent, UnknownOperator, UnknownReference};
use crate::import::segment::values::is_version;
use crate::syntax::ast::{AggregateFunc, CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Node, NodeKind};

const OPERATORS: [&str; 15] = [
    "in",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "lessThan",
    "lessThanOrEqual",
    "greaterThan",
    "greaterThanOrEqual",
    "before",
    "after",
    "semVerEqual",
    "semVerLessThan",
    "semVerGreaterThan",
    "segmentMatch",
];

const ANONYMOUS: &str = "anonymous";

/// What an operator does with a single value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    Text(TextOp),
    Matches,
    Number(CompareOp),
    Before,
    After,
    Version(CompareOp),
}

impl Operator {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "in" => Self::In,
            "startsWith" => Self::Text(TextOp::StartsWith),
            "endsWith" => Self::Text(TextOp::EndsWith),
            "contains" => Self::Text(TextOp::Contains),
            "matches" => Self::Matches,
            "lessThan" => Self::Number(CompareOp::Less),
            "lessThanOrEqual" => Self::Number(CompareOp::LessOrEqual),
            "greaterThan" => Self::Number(CompareOp::Greater),
            "greaterThanOrEqual" => Self::Number(CompareOp::GreaterOrEqual),
            "before" => Self::Before,
            "after" => Self::After,
            "semVerEqual" => Self::Version(CompareOp::Equal),
            "semVerLessThan" => Self::Version(CompareOp::Less),
            "semVerGreaterThan" => Self::Version(CompareOp::Greater),
            _ => return None,
        })
    }

    /// The type that the operator implies for an attribute.
    fn wants(self, values: &[Node]) -> Option<Type> {
        let of_value = |value: &Node| match &value.kind {
            NodeKind::Bool(_) => Some(Type::Boolean),
            NodeKind::Integer(..) => Some(Type::Integer),
            NodeKind::Float(..) => Some(Type::DECIMAL),
            NodeKind::String(_) => Some(Type::String),
            _ => None,
        };
        match self {
            Self::In => values.iter().find_map(of_value),
            Self::Text(_) | Self::Matches => Some(Type::String),
            Self::Number(_) => {
                values.iter().find_map(of_value).filter(Type::is_number).or(Some(Type::DECIMAL))
            }
            Self::Before | Self::After => Some(Type::Timestamp),
            Self::Version(_) => Some(Type::Semver),
        }
    }

    /// Whether it compares values of this type.
    fn takes(self, ty: &Type) -> bool {
        match self {
            Self::In => !matches!(ty, Type::Json | Type::Array(_)),
            Self::Text(_) | Self::Matches => *ty == Type::String,
            Self::Number(_) => ty.is_number(),
            Self::Before | Self::After => ty.is_time() || *ty == Type::String,
            Self::Version(_) => matches!(ty, Type::Semver | Type::String),
        }
    }
}

/// Whether there is an element among the rows that a path leads to.
fn exists(rows: &[String], condition: Option<Expr>) -> Expr {
    let parts: Vec<&str> = rows.iter().map(String::as_str).collect();
    make::aggregate(AggregateFunc::Exists, make::path(make::path_of(&parts)), None, condition)
}

impl Reader<'_, '_> {
    pub(super) fn clause(&mut self, clause: &Node) -> Option<Expr> {
        let name = self.import.text(clause, "op")?;
        let place = entry(clause, "op").map_or(clause.span, |node| node.span);
        let values = self.import.list(clause, "values")?;
        let negate = self.import.flag(clause, "negate")?;
        if name == "segmentMatch" {
            let found = self.segment_match(values)?;
            return Some(if negate { make::not(found) } else { found });
        }
        if entry_text(clause, "attribute") == Some("kind") {
            return self.kind(name, values, negate, place);
        }
        let Some(operator) = Operator::of(name) else {
            let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
            let effect = "its SDKs never match such a clause";
            let (operator, span) = (name.to_owned(), place);
            return self.import.refuse(UnknownOperator {
                span,
                operator,
                tool: "LaunchDarkly",
                effect,
                known,
            });
        };
        let (kind, attribute, span) = self.reference(clause)?;
        let field = self.attribute_or_list(kind, &attribute, span, operator.wants(values).as_ref())?;
        let is_one = field.rows.is_none() && field.ty == Type::Boolean;
        if attribute == ANONYMOUS && is_one && operator == Operator::In {
            return self.anonymous(&field, values, negate);
        }
        let found = self.any(operator, &field, values, place)?;
        Some(if negate { self.negated(&field, found) } else { found })
    }

    /// Contexts that don't say whether they are anonymous aren't, and this is the only attribute that each has.
    fn anonymous(&mut self, field: &Field, values: &[Node], negate: bool) -> Option<Expr> {
        let parts = values.iter().map(|value| match &value.kind {
            NodeKind::Bool(true) => Some(field.expr()),
            NodeKind::Bool(false) => Some(make::not(field.expr())),
            _ => self.import.does_not_fit(field, value, None),
        });
        let parts: Vec<Option<Expr>> = parts.collect();
        let found = make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?);
        Some(if negate { make::not(found) } else { found })
    }

    /// A missing attribute doesn't match, negated or not.
    fn negated(&mut self, field: &Field, found: Expr) -> Expr {
        let has_elements = match (&field.rows, &field.ty) {
            (Some(rows), _) => exists(rows, None),
            (None, Type::Array(_)) => make::not(make::empty(field.expr())),
            (None, _) if field.nullable => make::present(field.expr()),
            (None, _) => return make::not(found),
        };
        if field.rows.is_some() || matches!(field.ty, Type::Array(_)) {
            self.import
                .note("a negated clause on a list doesn't match an empty one, which an absent one is here");
        }
        make::all([has_elements, make::not(found)])
    }

    /// Any of the values matches.
    fn any(&mut self, operator: Operator, field: &Field, values: &[Node], place: Span) -> Option<Expr> {
        if let Some(rows) = &field.rows {
            // An element that is missing doesn't match.
            let found = self.any(operator, &Field { rows: None, ..field.clone() }, values, place)?;
            return Some(match make::constant(&found) {
                Some(false) => found,
                _ => exists(rows, Some(found)),
            });
        }
        if let Type::Array(element) = &field.ty {
            if operator != Operator::In {
                let what = "each element of a list is tested, which is only possible for equality".to_owned();
                let help = "use `in`, or make the elements rows of an entity of the catalog, and name their field in the mapping file: `attributes: { groups: memberships.group }`".to_owned();
                return self.import.refuse(NoEquivalent { span: place, what, help });
            }
            let element = Field { ty: (**element).clone(), ..field.clone() };
            let constants = self.constants(&element, values)?;
            return Some(make::contains_items(false, field.expr(), constants));
        }
        if !operator.takes(&field.ty) {
            return self.import.unfit(
                field,
                place,
                "the operator compares another type, and never matches".to_owned(),
                None,
            );
        }
        if operator == Operator::In {
            let constants = self.constants(field, values)?;
            return Some(make::one_of(field.expr(), constants));
        }
        let parts: Vec<Option<Expr>> = values.iter().map(|value| self.one(operator, field, value)).collect();
        Some(make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    /// Values as constants. Those of other types never match; if none has the field's type, that is a mistake.
    fn constants(&mut self, field: &Field, values: &[Node]) -> Option<Vec<Expr>> {
        let fits = |value: &&Node| match &value.kind {
            NodeKind::String(_) => {
                matches!(field.ty, Type::String | Type::Date | Type::Timestamp | Type::Semver)
            }
            NodeKind::Integer(..) | NodeKind::Float(..) => field.ty.is_number(),
            NodeKind::Bool(_) => field.ty == Type::Boolean,
            _ => false,
        };
        let (fitting, others): (Vec<&Node>, Vec<&Node>) = values.iter().partition(fits);
        if let (true, Some(other)) = (fitting.is_empty(), others.first()) {
            return self.import.does_not_fit(field, other, None);
        }
        if !others.is_empty() {
            self.import
                .note(format!("values of other types than `{}` never match, and are left out", field.name()));
        }
        if matches!(field.ty, Type::Timestamp | Type::Date) {
            self.import.note("compared as a time; the tool compares its text");
        }
        let constants: Vec<Option<Expr>> =
            fitting.into_iter().map(|value| self.import.constant(field, value)).collect();
        constants.into_iter().collect()
    }

    fn one(&mut self, operator: Operator, field: &Field, value: &Node) -> Option<Expr> {
        match (operator, &value.kind) {
            (Operator::Text(op), NodeKind::String(text)) => {
                self.import.text_constant(text, value.span)?;
                Some(match text.is_empty() {
                    true => make::present(field.expr()),
                    false => make::text_test(op, field.expr(), text),
                })
            }
            (Operator::Matches, NodeKind::String(text)) => {
                let pattern = self.import.pattern(text, Dialect::Go, (false, false), value.span)?;
                Some(make::matches(field.expr(), pattern))
            }
            (Operator::Number(op), NodeKind::Integer(_, text) | NodeKind::Float(_, text)) => {
                let constant = self.import.number_constant(text, value.span)?;
                Some(make::compare(op, field.expr(), constant))
            }
            (Operator::Before | Operator::After, _) => self.time(operator, field, value),
            (Operator::Version(op), NodeKind::String(text)) => self.version(op, field, text, value),
            _ => self.import.does_not_fit(field, value, None),
        }
    }

    fn time(&mut self, operator: Operator, field: &Field, value: &Node) -> Option<Expr> {
        let instant = match &value.kind {
            NodeKind::String(text) => text.parse::<jiff::Timestamp>().ok(),
            NodeKind::Integer(millis, _) => jiff::Timestamp::from_millisecond(*millis).ok(),
            _ => None,
        };
        let Some(instant) = instant.filter(|instant| instant.subsec_nanosecond() % 1000 == 0) else {
            let help =
                "the SDKs never match anything but RFC 3339 with an offset, or Unix milliseconds".to_owned();
            return self.import.does_not_fit(field, value, Some(help));
        };
        if field.ty == Type::Date {
            let help = "declare the field as a timestamp in the catalog".to_owned();
            return self.import.unfit(field, value.span, "an instant is compared".to_owned(), Some(help));
        }
        let operand =
            if field.ty == Type::String { self.import.instant_in_text(field) } else { field.expr() };
        let constant = make::literal(Literal::Timestamp(instant));
        Some(match operator {
            Operator::Before => make::before(operand, constant),
            _ => make::after(operand, constant),
        })
    }

    fn version(&mut self, op: CompareOp, field: &Field, text: &str, value: &Node) -> Option<Expr> {
        // `2` and `2.1` are versions, with zeros for what is missing.
        let core = text.find(['-', '+']).unwrap_or(text.len());
        let missing = 3usize.saturating_sub(text.get(..core).unwrap_or_default().split('.').count());
        let version = format!("{}{}{}", &text[..core], ".0".repeat(missing), &text[core..]);
        if !is_version(&version) {
            return self.import.does_not_fit(
                field,
                value,
                Some("write a version such as `2.1.0`".to_owned()),
            );
        }
        let operand =
            if field.ty == Type::Semver { field.expr() } else { make::call("semver", vec![field.expr()]) };
        self.import.note_versions(
            field,
            Some("a version with a leading `v` is read here, and never matches in the tool"),
        );
        Some(make::compare(op, operand, make::text(version)))
    }

    /// Membership in any of these segments. Unknown ones have no members there.
    fn segment_match(&mut self, values: &[Node]) -> Option<Expr> {
        let mut parts = Vec::new();
        for value in values {
            let NodeKind::String(key) = &value.kind else {
                return self.import.wrong(value, "the key of a segment");
            };
            match self.import.reference(key, value.span) {
                Some(name) => parts.push(Some(make::in_segment(None, &name))),
                None => {
                    let known = self.import.keys();
                    let effect = "the SDKs treat it as one without members";
                    let (name, span) = (key.clone(), value.span);
                    parts.push(self.import.refuse(UnknownReference { span, name, effect, known }));
                }
            }
        }
        Some(make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    /// A clause on the kinds of contexts that there are: an own one always is, another one if its row is.
    fn kind(&mut self, operator: &str, values: &[Node], negate: bool, place: Span) -> Option<Expr> {
        if operator != "in" {
            let what = "kinds of contexts are compared by their names".to_owned();
            return self.import.refuse(NoEquivalent {
                span: place,
                what,
                help: "list the kinds with `in`".to_owned(),
            });
        }
        let mut parts = Vec::new();
        for value in values {
            let NodeKind::String(kind) = &value.kind else {
                return self.import.wrong(value, "the name of a kind");
            };
            parts.push(match self.is_own(Some(kind)) {
                true => Some(make::boolean(true)),
                false => {
                    self.attribute(Some(kind), "key", value.span, None).map(|key| make::present(key.expr()))
                }
            });
        }
        let found = make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?);
        Some(if negate { make::not(found) } else { found })
    }
}
