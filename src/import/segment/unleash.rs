//! Unleash: segments, which are lists of constraints that must all hold.
//!
//! A missing value satisfies no constraint, and therefore every inverted one, and `NOT_IN`. Context values
//! are texts, which the field's type in the catalog decides how to read.

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::patterns::Dialect;
use super::problems::{NoEquivalent, UnknownOperator, WrongShape};
use super::tool::Tool;
use super::values::{is_version, number_literal, scalar_text};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Unleash;

const OPERATORS: [&str; 19] = [
    "IN",
    "NOT_IN",
    "STR_STARTS_WITH",
    "STR_ENDS_WITH",
    "STR_CONTAINS",
    "NUM_EQ",
    "NUM_GT",
    "NUM_GTE",
    "NUM_LT",
    "NUM_LTE",
    "DATE_AFTER",
    "DATE_BEFORE",
    "SEMVER_EQ",
    "SEMVER_GT",
    "SEMVER_LT",
    "SEMVER_GTE",
    "SEMVER_LTE",
    "REGEX",
    "IN_CIDR",
];

impl Tool for Unleash {
    fn name(&self) -> &'static str {
        "unleash"
    }

    fn title(&self) -> &'static str {
        "Unleash"
    }

    fn takes(&self) -> &'static str {
        "the export of an instance or the API's answer as JSON, with `segments`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("userId")
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut segments = Vec::new();
        for tree in &trees {
            declare(tree, import, &mut segments);
        }
        for &(id, node) in &segments {
            import.translate(id, |import| Reader { import }.segment(node));
        }
    }
}

fn declare<'n>(tree: &'n Node, import: &mut Import<'_>, segments: &mut Vec<(DraftId, &'n Node)>) {
    // A state is exported below a key, or as it is.
    let holder = entry(tree, "state").and_then(|state| entry(state, "segments"));
    let holder = holder.or_else(|| entry(tree, "segments")).unwrap_or(tree);
    let nodes = match &holder.kind {
        NodeKind::List(nodes) => nodes.as_slice(),
        NodeKind::Map(_) if entry(holder, "constraints").is_some() => std::slice::from_ref(holder),
        _ => return,
    };
    for node in nodes {
        let id = entry(node, "id").and_then(scalar_text);
        let name = entry_text(node, "name").map(str::to_owned).or(import.given_name.clone());
        let Some(key) = id.clone().or(name.clone()) else {
            let (expected, found) =
                ("a segment with an `id` or a `name`".to_owned(), node.found().to_owned());
            import.problems.push(WrongShape { span: node.span, expected, found, help: None });
            continue;
        };
        let place =
            ["name", "id"].into_iter().find_map(|key| entry(node, key)).map_or(node.span, |node| node.span);
        if let Some(id) = import.declare(&key, name.as_deref(), place) {
            segments.push((id, node));
        }
    }
}

struct Reader<'i, 'a> {
    import: &'i mut Import<'a>,
}

impl Reader<'_, '_> {
    fn segment(&mut self, node: &Node) -> Option<Body> {
        let constraints = self.import.list(node, "constraints")?;
        let parts: Vec<Option<Expr>> = constraints.iter().map(|node| self.constraint(node)).collect();
        let condition = make::all(parts.into_iter().collect::<Option<Vec<Expr>>>()?);
        Some(Body::of(condition).described(entry_text(node, "description").map(str::to_owned)))
    }

    fn constraint(&mut self, node: &Node) -> Option<Expr> {
        let name = self.import.text(node, "contextName")?;
        let operator = self.import.text(node, "operator")?;
        let place = entry(node, "operator").map_or(node.span, |node| node.span);
        let inverted = self.import.flag(node, "inverted")?;
        let any_case = self.import.flag(node, "caseInsensitive")?;
        let attribute = Attribute {
            kind: None,
            name,
            span: entry(node, "contextName").map_or(node.span, |node| node.span),
        };
        let found = match operator {
            "IN" => self.is_in(attribute, node),
            "NOT_IN" => self.is_in(attribute, node).map(make::not),
            "STR_STARTS_WITH" => self.text(attribute, TextOp::StartsWith, any_case, node),
            "STR_ENDS_WITH" => self.text(attribute, TextOp::EndsWith, any_case, node),
            "STR_CONTAINS" => self.text(attribute, TextOp::Contains, any_case, node),
            "NUM_EQ" => self.number(attribute, CompareOp::Equal, node),
            "NUM_GT" => self.number(attribute, CompareOp::Greater, node),
            "NUM_GTE" => self.number(attribute, CompareOp::GreaterOrEqual, node),
            "NUM_LT" => self.number(attribute, CompareOp::Less, node),
            "NUM_LTE" => self.number(attribute, CompareOp::LessOrEqual, node),
            "DATE_AFTER" => self.clock(true, node),
            "DATE_BEFORE" => self.clock(false, node),
            "SEMVER_EQ" => self.version(attribute, CompareOp::Equal, node),
            "SEMVER_GT" => self.version(attribute, CompareOp::Greater, node),
            "SEMVER_GTE" => self.version(attribute, CompareOp::GreaterOrEqual, node),
            "SEMVER_LT" => self.version(attribute, CompareOp::Less, node),
            "SEMVER_LTE" => self.version(attribute, CompareOp::LessOrEqual, node),
            "REGEX" => self.regex(attribute, any_case, node),
            "IN_CIDR" => {
                let what =
                    "ranges of IP addresses can't be compared in SQL that all databases have".to_owned();
                let help = "store in the table whether the address is in the range".to_owned();
                self.import.refuse(NoEquivalent { span: place, what, help })
            }
            other => self.unknown(other, place),
        }?;
        Some(if inverted { make::not(found) } else { found })
    }

    fn unknown<T>(&mut self, operator: &str, span: Span) -> Option<T> {
        let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
        let effect = "its SDKs never match such a constraint";
        let operator = operator.to_owned();
        self.import.refuse(UnknownOperator { span, operator, tool: "Unleash", effect, known })
    }

    /// The values of a constraint, without spaces around them; empty ones don't count.
    fn values(&mut self, node: &Node) -> Option<Vec<(String, Span)>> {
        let mut values = Vec::new();
        for value in self.import.list(node, "values")? {
            let Some(text) = scalar_text(value) else { return self.import.wrong(value, "text") };
            if !text.trim().is_empty() {
                values.push((text.trim().to_owned(), value.span));
            }
        }
        Some(values)
    }

    /// The only value of a constraint, as text.
    fn value<'n>(&mut self, node: &'n Node) -> Option<(String, &'n Node)> {
        let Some(value) = entry(node, "value").filter(|value| value.kind != NodeKind::Null) else {
            return self.import.lacks(node, "value");
        };
        match scalar_text(value) {
            Some(text) => Some((text, value)),
            None => self.import.wrong(value, "text or a number"),
        }
    }

    fn is_in(&mut self, attribute: Attribute<'_>, node: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        let values = self.values(node)?;
        let constants: Vec<Option<Expr>> =
            values.iter().map(|(text, span)| self.exact(&field, text, *span)).collect();
        Some(make::one_of(field.expr(), constants.into_iter().collect::<Option<_>>()?))
    }

    /// A text as a constant of the field, whose text it must be exactly.
    fn exact(&mut self, field: &Field, text: &str, span: Span) -> Option<Expr> {
        let node = Node { kind: NodeKind::String(text.to_owned()), span };
        let constant = self.import.constant_of_text(field, text, &node)?;
        if field.ty.is_number() && number_literal(text).is_none_or(|literal| literal.to_string() != text) {
            let help = "the SDKs compare texts: write the number as plainly as possible".to_owned();
            return self.import.does_not_fit(field, &node, Some(help));
        }
        if matches!(field.ty, Type::Timestamp | Type::Semver) {
            self.import.note(format!(
                "`{}` is compared as a {}; the tool compares its text",
                field.name(),
                field.ty
            ));
        }
        Some(constant)
    }

    fn text(&mut self, attribute: Attribute<'_>, op: TextOp, any_case: bool, node: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        self.must_be_text(&field, node.span)?;
        let mut parts = Vec::new();
        for (text, span) in self.values(node)? {
            self.import.text_constant(&text, span)?;
            if any_case && !text.is_ascii() {
                self.import
                    .note("case is ignored as this project's databases do; some letters beyond ASCII differ");
            }
            let test = make::text_test(op, field.expr(), text);
            parts.push(if any_case { make::ignoring_case(test) } else { test });
        }
        Some(make::any(parts))
    }

    fn must_be_text(&mut self, field: &Field, span: Span) -> Option<()> {
        match field.ty {
            Type::String => Some(()),
            _ => self.import.unfit(field, span, "the operator is one of text".to_owned(), None),
        }
    }

    fn number(&mut self, attribute: Attribute<'_>, op: CompareOp, node: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::DECIMAL))?;
        let (text, value) = self.value(node)?;
        let Some(literal) = number_literal(text.trim()) else {
            let help = "the SDKs never match what isn't a number: correct it in the tool".to_owned();
            return self.import.does_not_fit(&field, value, Some(help));
        };
        let operand = match &field.ty {
            ty if ty.is_number() => field.expr(),
            Type::String => self.import.number_in_text(&field),
            _ => {
                return self.import.unfit(
                    &field,
                    value.span,
                    "the operator compares numbers".to_owned(),
                    None,
                );
            }
        };
        Some(make::compare(op, operand, make::literal(literal)))
    }

    /// `DATE_AFTER` and `DATE_BEFORE` compare the current time, whatever the name of the constraint.
    fn clock(&mut self, is_after: bool, node: &Node) -> Option<Expr> {
        let (text, value) = self.value(node)?;
        let instant = text.parse::<jiff::Timestamp>().ok();
        let midnight = || super::values::instant(&text).filter(|_| text.len() == 10);
        let Some(instant) = instant.or_else(midnight).filter(|at| at.subsec_nanosecond() % 1000 == 0) else {
            return self.import.wrong(value, "an instant with an offset, such as `2026-01-31T12:00:00Z`");
        };
        if entry_text(node, "contextName") != Some("currentTime") {
            self.import
                .note("date constraints compare the current time, whatever the name of their context field");
        }
        let constant = make::literal(Literal::Timestamp(instant));
        Some(if is_after { make::after(make::now(), constant) } else { make::before(make::now(), constant) })
    }

    fn version(&mut self, attribute: Attribute<'_>, op: CompareOp, node: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::Semver))?;
        let (text, value) = self.value(node)?;
        if !is_version(&text) {
            let help =
                "the SDKs never match what isn't a version: write three numbers, such as `1.2.0`".to_owned();
            return self.import.does_not_fit(&field, value, Some(help));
        }
        let operand = self.import.version(&field, (field.expr(), &field.ty), value.span)?;
        Some(make::compare(op, operand, make::text(text)))
    }

    fn regex(&mut self, attribute: Attribute<'_>, any_case: bool, node: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        self.must_be_text(&field, node.span)?;
        let (text, value) = self.value(node)?;
        let pattern = self.import.pattern(&text, Dialect::Go, (false, any_case), value.span)?;
        Some(make::matches(field.expr(), pattern))
    }
}
