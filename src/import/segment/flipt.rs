//! Flipt: segments of a features file, which are flat lists of constraints.
//!
//! Contexts hold texts, in which a missing one is empty. No operator but `empty` and `notpresent` holds for
//! it, negated or not.

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::problems::{UnknownOperator, WrongShape};
use super::tool::Tool;
use super::values::{instant, number_literal, scalar_text};
use crate::import::json;
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Flipt;

impl Tool for Flipt {
    fn name(&self) -> &'static str {
        "flipt"
    }

    fn title(&self) -> &'static str {
        "Flipt"
    }

    fn takes(&self) -> &'static str {
        "a features file (`features.yml`) or its export, with `segments`"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("entityId")
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut segments: Vec<(DraftId, &Node)> = Vec::new();
        for node in trees.iter().flat_map(segments_of) {
            let Some(key) = entry_text(node, "key") else {
                let (expected, found) = ("a segment with a `key`".to_owned(), node.found().to_owned());
                import.problems.push(WrongShape { span: node.span, expected, found, help: None });
                continue;
            };
            let place = entry(node, "key").map_or(node.span, |node| node.span);
            segments.extend(import.declare(key, entry_text(node, "name"), place).map(|id| (id, node)));
        }
        for &(id, node) in &segments {
            import.translate(id, |import| Reader { import }.segment(node));
        }
    }
}

fn segments_of(tree: &Node) -> &[Node] {
    match entry(tree, "segments").map_or(&tree.kind, |list| &list.kind) {
        NodeKind::List(nodes) => nodes,
        _ => &[],
    }
}

/// The type of a constraint, which decides how both sides are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Boolean,
    Time,
    EntityId,
}

impl Kind {
    fn wants(self) -> Type {
        match self {
            Self::Text | Self::EntityId => Type::String,
            Self::Number => Type::DECIMAL,
            Self::Boolean => Type::Boolean,
            Self::Time => Type::Timestamp,
        }
    }

    fn operators(self) -> &'static [&'static str] {
        match self {
            Self::Text => &[
                "eq",
                "neq",
                "empty",
                "notempty",
                "prefix",
                "suffix",
                "contains",
                "notcontains",
                "isoneof",
                "isnotoneof",
            ],
            Self::EntityId => {
                &["eq", "neq", "contains", "notcontains", "isoneof", "isnotoneof", "prefix", "suffix"]
            }
            Self::Number => {
                &["eq", "neq", "lt", "lte", "gt", "gte", "present", "notpresent", "isoneof", "isnotoneof"]
            }
            Self::Boolean => &["true", "false", "present", "notpresent"],
            Self::Time => &["eq", "neq", "lt", "lte", "gt", "gte", "present", "notpresent"],
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
        let word = entry_text(node, "match_type").or_else(|| entry_text(node, "matchType")).unwrap_or("ALL");
        let is_any = match word.to_ascii_uppercase().trim_end_matches("_MATCH_TYPE") {
            "ALL" => false,
            "ANY" => true,
            _ => {
                let span = ["match_type", "matchType"].into_iter().find_map(|key| entry(node, key));
                let (expected, found) = ("`ALL` or `ANY`".to_owned(), format!("`{word}`"));
                let span = span.map_or(node.span, |node| node.span);
                return self.import.refuse(WrongShape { span, expected, found, help: None });
            }
        };
        let parts = parts.into_iter().collect::<Option<Vec<Expr>>>()?;
        // A segment without constraints has everyone, also if any of them has to match.
        let condition = if is_any && !parts.is_empty() { make::any(parts) } else { make::all(parts) };
        Some(Body::of(condition).described(entry_text(node, "description").map(str::to_owned)))
    }

    fn kind(&mut self, node: &Node) -> Option<Kind> {
        let word = self.import.text(node, "type")?;
        let upper = word.to_ascii_uppercase();
        Some(match upper.trim_end_matches("_COMPARISON_TYPE") {
            "STRING" => Kind::Text,
            "NUMBER" => Kind::Number,
            "BOOLEAN" => Kind::Boolean,
            "DATETIME" => Kind::Time,
            "ENTITY_ID" => Kind::EntityId,
            _ => {
                let span = entry(node, "type").map_or(node.span, |node| node.span);
                let expected = "the type `string`, `number`, `boolean`, `datetime` or `entity_id`".to_owned();
                let found = format!("`{word}`");
                return self.import.refuse(WrongShape { span, expected, found, help: None });
            }
        })
    }

    fn constraint(&mut self, node: &Node) -> Option<Expr> {
        let kind = self.kind(node)?;
        let operator = match entry(node, "operator") {
            // YAML reads these two as booleans.
            Some(Node { kind: NodeKind::Bool(value), .. }) => value.to_string(),
            _ => self.import.text(node, "operator")?.to_lowercase(),
        };
        let place = entry(node, "operator").map_or(node.span, |node| node.span);
        if !kind.operators().contains(&operator.as_str()) {
            let known = kind.operators().iter().map(|&name| name.to_owned()).collect();
            let effect = "it never matches there with this type";
            return self.import.refuse(UnknownOperator {
                span: place,
                operator,
                tool: "Flipt",
                effect,
                known,
            });
        }
        let property = entry(node, "property");
        let (name, span) = match (kind, property) {
            (Kind::EntityId, _) => ("entityId", property.map_or(node.span, |node| node.span)),
            (_, Some(Node { kind: NodeKind::String(text), span })) => (text.as_str(), *span),
            (_, Some(other)) => return self.import.wrong(other, "the name of a property"),
            (_, None) => return self.import.lacks(node, "property"),
        };
        let field = self.import.field(Attribute { kind: None, name, span }, Some(&kind.wants()))?;
        match operator.as_str() {
            "empty" | "notpresent" => Some(make::not(self.filled(&field))),
            "notempty" | "present" => Some(self.filled(&field)),
            "true" | "false" => self.boolean(&field, operator == "true", node),
            "isoneof" => self.one_of(&field, kind, node),
            "isnotoneof" => self.one_of(&field, kind, node).map(|found| self.unlike(&field, found)),
            "prefix" => self.text(&field, TextOp::StartsWith, node),
            "suffix" => self.text(&field, TextOp::EndsWith, node),
            "contains" => self.text(&field, TextOp::Contains, node),
            "notcontains" => {
                self.text(&field, TextOp::Contains, node).map(|found| self.unlike(&field, found))
            }
            "neq" => {
                self.compare(&field, kind, CompareOp::Equal, node).map(|found| self.unlike(&field, found))
            }
            "lt" => self.compare(&field, kind, CompareOp::Less, node),
            "lte" => self.compare(&field, kind, CompareOp::LessOrEqual, node),
            "gt" => self.compare(&field, kind, CompareOp::Greater, node),
            "gte" => self.compare(&field, kind, CompareOp::GreaterOrEqual, node),
            _ => self.compare(&field, kind, CompareOp::Equal, node),
        }
    }

    /// There is a value that isn't only spaces.
    fn filled(&self, field: &Field) -> Expr {
        match field.ty {
            Type::String => make::matches(field.expr(), r"\S"),
            _ => make::present(field.expr()),
        }
    }

    /// There is a value, and the condition doesn't hold.
    fn unlike(&self, field: &Field, found: Expr) -> Expr {
        let mut parts = vec![make::not(found)];
        if field.nullable {
            parts.push(make::present(field.expr()));
        }
        if field.ty == Type::String {
            parts.push(make::not(make::equal(field.expr(), make::text(""))));
        }
        make::all(parts)
    }

    fn value<'n>(&mut self, node: &'n Node) -> Option<(String, &'n Node)> {
        let Some(value) = entry(node, "value") else { return self.import.lacks(node, "value") };
        match scalar_text(value) {
            Some(text) => Some((text, value)),
            None => self.import.wrong(value, "text or a number"),
        }
    }

    fn boolean(&mut self, field: &Field, wanted: bool, node: &Node) -> Option<Expr> {
        if field.ty != Type::Boolean {
            return self.import.unfit(field, node.span, "the constraint is about a boolean".to_owned(), None);
        }
        Some(if wanted { field.expr() } else { make::equal(field.expr(), make::boolean(false)) })
    }

    fn text(&mut self, field: &Field, op: TextOp, node: &Node) -> Option<Expr> {
        let (text, value) = self.value(node)?;
        if field.ty != Type::String {
            return self.import.unfit(field, value.span, "the operator is one of text".to_owned(), None);
        }
        self.import.text_constant(&text, value.span)?;
        if text.is_empty() {
            return Some(self.unlike(field, make::boolean(false)));
        }
        // Spaces around the value don't count for its beginning and end.
        let operand =
            if op == TextOp::Contains { field.expr() } else { make::call("trim", vec![field.expr()]) };
        Some(make::text_test(op, operand, text))
    }

    fn one_of(&mut self, field: &Field, kind: Kind, node: &Node) -> Option<Expr> {
        let Some(value) = entry(node, "value") else { return self.import.lacks(node, "value") };
        // A JSON list in a text before version 1.6, a list since.
        let inner = match &value.kind {
            NodeKind::String(text) => match json::read_inside(value.span, text) {
                Ok(inner) => inner,
                Err(problem) => return self.import.refuse(problem),
            },
            _ => value.clone(),
        };
        let NodeKind::List(items) = &inner.kind else { return self.import.wrong(value, "a list of values") };
        // An empty text is like none, also beside an empty item.
        let is_text = matches!(kind, Kind::Text | Kind::EntityId);
        let is_empty = |item: &Node| matches!(&item.kind, NodeKind::String(text) if text.is_empty());
        let items = items.iter().filter(|item| !(is_text && is_empty(item)));
        let constants: Vec<Option<Expr>> = items.map(|item| self.constant(field, kind, item)).collect();
        let constants = constants.into_iter().collect::<Option<Vec<Expr>>>()?;
        Some(make::one_of(self.operand(field, kind, value)?, constants))
    }

    fn compare(&mut self, field: &Field, kind: Kind, op: CompareOp, node: &Node) -> Option<Expr> {
        let (text, value) = self.value(node)?;
        if text.is_empty() && field.ty == Type::String {
            return Some(make::boolean(false));
        }
        let text_node = Node { kind: NodeKind::String(text), span: value.span };
        let constant = self.constant(field, kind, &text_node)?;
        Some(make::compare(op, self.operand(field, kind, value)?, constant))
    }

    /// What is compared: numbers can be in a column of text.
    fn operand(&mut self, field: &Field, kind: Kind, value: &Node) -> Option<Expr> {
        match (kind, &field.ty) {
            (Kind::Text | Kind::EntityId, Type::String | Type::Integer) => Some(field.expr()),
            (Kind::Number, ty) if ty.is_number() => Some(field.expr()),
            (Kind::Number, Type::String) => Some(self.import.number_in_text(field)),
            (Kind::Time, Type::Timestamp) => Some(field.expr()),
            (Kind::Time, Type::String) => Some(self.import.instant_in_text(field)),
            _ => self.import.unfit(field, value.span, "the constraint has another type".to_owned(), None),
        }
    }

    fn constant(&mut self, field: &Field, kind: Kind, item: &Node) -> Option<Expr> {
        match (kind, &item.kind) {
            (Kind::Number, _) => match scalar_text(item).as_deref().map(str::trim).and_then(number_literal) {
                Some(literal) => Some(make::literal(literal)),
                None => self.import.wrong(item, "a number"),
            },
            // A time without an offset isn't one there.
            (Kind::Time, NodeKind::String(text)) => {
                let exact = text.parse::<jiff::Timestamp>().ok();
                match exact.or_else(|| instant(text).filter(|_| text.len() == 10)) {
                    Some(at) => Some(make::literal(Literal::Timestamp(at))),
                    None => self.import.wrong(item, "an instant with an offset, or a day"),
                }
            }
            (_, NodeKind::String(text)) => self.import.constant_of_text(field, text, item),
            _ => self.import.wrong(item, "text"),
        }
    }
}
