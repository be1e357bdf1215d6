//! Featurevisor: a segment per file, with conditions on attributes.
//!
//! Values are compared without conversion. `notEquals` and `not` hold for a missing attribute; `notIn`,
//! `notContains` and the like don't. An explicit null isn't a missing attribute there; columns have only one
//! kind of missing value.

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::patterns::Dialect;
use super::problems::{NoEquivalent, UnknownOperator, WrongShape};
use super::tool::Tool;
use super::values::{is_version, number, scalar_text};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Featurevisor;

const OPERATORS: [&str; 26] = [
    "equals",
    "notEquals",
    "exists",
    "notExists",
    "greaterThan",
    "greaterThanOrEquals",
    "lessThan",
    "lessThanOrEquals",
    "contains",
    "notContains",
    "startsWith",
    "endsWith",
    "matches",
    "notMatches",
    "in",
    "notIn",
    "includes",
    "notIncludes",
    "before",
    "after",
    "semverEquals",
    "semverNotEquals",
    "semverGreaterThan",
    "semverGreaterThanOrEquals",
    "semverLessThan",
    "semverLessThanOrEquals",
];

impl Tool for Featurevisor {
    fn name(&self) -> &'static str {
        "featurevisor"
    }

    fn title(&self) -> &'static str {
        "Featurevisor"
    }

    fn takes(&self) -> &'static str {
        "the folder `segments` of a project, or single files of it"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("userId")
    }

    fn reads_loose_versions(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let read = |input: &Input, import: &mut Import<'_>| {
            Some((key(input), input.start(), input.tree(&mut import.problems)?))
        };
        let trees: Vec<(String, Span, Node)> =
            inputs.iter().filter_map(|input| read(input, import)).collect();
        let mut segments: Vec<(DraftId, &Node)> = Vec::new();
        for (key, start, tree) in &trees {
            match entry(tree, "conditions") {
                // Folders of a project also have attributes, features and tests.
                None if trees.len() > 1
                    && ["type", "feature", "segment", "variations"]
                        .iter()
                        .any(|key| entry(tree, key).is_some()) => {}
                None => {
                    let (expected, found) =
                        ("`conditions`".to_owned(), format!("{} without it", tree.found()));
                    import.problems.push(WrongShape { span: *start, expected, found, help: None });
                }
                Some(_) => segments.extend(import.declare(key, None, *start).map(|id| (id, tree))),
            }
        }
        for &(id, node) in &segments {
            import.translate(id, |import| Reader { import }.segment(node));
        }
    }
}

/// The key of a segment: its path below the folder, with points.
fn key(input: &Input) -> String {
    let path = input.relative.rsplit_once("segments/").map_or(input.relative.as_str(), |(_, path)| path);
    let path = [".yml", ".yaml", ".json"].iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    path.replace('/', ".")
}

struct Reader<'i, 'a> {
    import: &'i mut Import<'a>,
}

impl Reader<'_, '_> {
    fn segment(&mut self, node: &Node) -> Option<Body> {
        if self.import.flag(node, "archived")? {
            self.import.note("it is archived in the tool");
        }
        let conditions = entry(node, "conditions")?;
        let condition = match &conditions.kind {
            NodeKind::String(text) if text != "*" => {
                match crate::import::json::read_inside(conditions.span, text) {
                    Ok(inner) => self.condition(&inner),
                    Err(problem) => self.import.refuse(problem),
                }
            }
            _ => self.condition(conditions),
        }?;
        Some(Body::of(condition).described(entry_text(node, "description").map(str::to_owned)))
    }

    fn condition(&mut self, node: &Node) -> Option<Expr> {
        match &node.kind {
            NodeKind::String(text) if text == "*" => Some(make::boolean(true)),
            NodeKind::List(nodes) => self.all(nodes),
            NodeKind::Map(_) if entry(node, "attribute").is_some() => self.plain(node),
            NodeKind::Map(_) => self.group(node),
            _ => self.import.wrong(node, "conditions"),
        }
    }

    fn conditions(&mut self, nodes: &[Node]) -> Option<Vec<Expr>> {
        let parts: Vec<Option<Expr>> = nodes.iter().map(|node| self.condition(node)).collect();
        parts.into_iter().collect()
    }

    fn all(&mut self, nodes: &[Node]) -> Option<Expr> {
        Some(make::all(self.conditions(nodes)?))
    }

    /// `and`, `or` or `not`. Of several in one map, the SDKs read only the first of these.
    fn group(&mut self, node: &Node) -> Option<Expr> {
        let known = ["and", "or", "not"];
        let found: Vec<(&str, &Node)> =
            known.iter().filter_map(|&key| Some((key, entry(node, key)?))).collect();
        let [(key, list)] = found.as_slice() else {
            let help = "the SDKs read only the first of them: put each into an item of a list".to_owned();
            let found = if found.is_empty() { "none of them" } else { "several" }.to_owned();
            let expected = "`attribute`, or one of `and`, `or`, `not`".to_owned();
            return self.import.refuse(WrongShape { span: node.span, expected, found, help: Some(help) });
        };
        let NodeKind::List(nodes) = &list.kind else {
            return self.import.wrong(list, "a list of conditions");
        };
        match *key {
            "and" => self.all(nodes),
            "or" => Some(make::any(self.conditions(nodes)?)),
            // An empty one never holds.
            _ if nodes.is_empty() => Some(make::boolean(false)),
            _ => self.all(nodes).map(make::not),
        }
    }

    fn plain(&mut self, node: &Node) -> Option<Expr> {
        let name = self.import.text(node, "attribute")?;
        let operator = self.import.text(node, "operator")?;
        let place = entry(node, "operator").map_or(node.span, |node| node.span);
        let attribute = Attribute {
            kind: None,
            name,
            span: entry(node, "attribute").map_or(node.span, |node| node.span),
        };
        let null = Node { kind: NodeKind::Null, span: node.span };
        let value = entry(node, "value").unwrap_or(&null);
        let present = |found: Expr, field: &Field| make::all([make::present(field.expr()), make::not(found)]);
        match operator {
            "equals" => self.equals(attribute, value).map(|(found, _)| found),
            "notEquals" => self.equals(attribute, value).map(|(found, _)| make::not(found)),
            "exists" => self.exists(attribute).map(make::not),
            "notExists" => self.exists(attribute),
            "greaterThan" => self.number(attribute, CompareOp::Greater, value),
            "greaterThanOrEquals" => self.number(attribute, CompareOp::GreaterOrEqual, value),
            "lessThan" => self.number(attribute, CompareOp::Less, value),
            "lessThanOrEquals" => self.number(attribute, CompareOp::LessOrEqual, value),
            "contains" => self.text(attribute, TextOp::Contains, value).map(|(found, _)| found),
            "notContains" => {
                self.text(attribute, TextOp::Contains, value).map(|(found, field)| present(found, &field))
            }
            "startsWith" => self.text(attribute, TextOp::StartsWith, value).map(|(found, _)| found),
            "endsWith" => self.text(attribute, TextOp::EndsWith, value).map(|(found, _)| found),
            "matches" => self.matches(attribute, value, node).map(|(found, _)| found),
            "notMatches" => self.matches(attribute, value, node).map(|(found, field)| present(found, &field)),
            "in" => self.is_in(attribute, value).map(|(found, _)| found),
            "notIn" => self.is_in(attribute, value).map(|(found, field)| {
                self.import.note(
                    "`notIn` holds for an attribute that is null there, and not for a missing one here",
                );
                present(found, &field)
            }),
            "includes" => self.includes(attribute, value).map(|(found, _)| found),
            "notIncludes" => self.includes(attribute, value).map(|(found, field)| {
                self.import.note("`notIncludes` doesn't hold for an empty list, which an absent one is here");
                make::all([make::not(make::empty(field.expr())), make::not(found)])
            }),
            "before" => self.time(attribute, false, value),
            "after" => self.time(attribute, true, value),
            "semverEquals" => self.version(attribute, CompareOp::Equal, value).map(|(found, _)| found),
            "semverNotEquals" => self
                .version(attribute, CompareOp::Equal, value)
                .map(|(found, operand)| make::all([make::present(operand), make::not(found)])),
            "semverGreaterThan" => self.version(attribute, CompareOp::Greater, value).map(|(found, _)| found),
            "semverGreaterThanOrEquals" => {
                self.version(attribute, CompareOp::GreaterOrEqual, value).map(|(found, _)| found)
            }
            "semverLessThan" => self.version(attribute, CompareOp::Less, value).map(|(found, _)| found),
            "semverLessThanOrEquals" => {
                self.version(attribute, CompareOp::LessOrEqual, value).map(|(found, _)| found)
            }
            other => {
                let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
                let effect = "its SDKs never match such a condition";
                let (operator, span) = (other.to_owned(), place);
                self.import.refuse(UnknownOperator { span, operator, tool: "Featurevisor", effect, known })
            }
        }
    }

    /// Equality in the value's own type. YAML may have read a version or a number from what is text in the context.
    fn equals(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<(Expr, Field)> {
        let field = self.import.field(attribute, implied(value).as_ref())?;
        if value.kind == NodeKind::Null {
            if let Type::Array(_) = field.ty {
                return self.import.does_not_fit(&field, value, None);
            }
            self.import.note("an attribute that is null and one that is absent are both missing here; `null` matches only the first there");
            return Some((make::missing(field.expr()), field));
        }
        let is_text = matches!(value.kind, NodeKind::String(_));
        if (is_text && field.ty.is_number()) || (!is_text && field.ty == Type::String) {
            let text = scalar_text(value).unwrap_or_default();
            self.import.note(format!(
                "`{}` is {} here and never equals `{text}`, as in the tool",
                field.name(),
                field.ty
            ));
            return Some((make::boolean(false), field));
        }
        let constant = self.constant(&field, value)?;
        Some((make::equal(field.expr(), constant), field))
    }

    fn constant(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        if matches!(field.ty, Type::Timestamp | Type::Semver) {
            self.import.note(format!(
                "`{}` is compared as a {}; the tool compares its text",
                field.name(),
                field.ty
            ));
        }
        self.import.constant(field, value)
    }

    fn exists(&mut self, attribute: Attribute<'_>) -> Option<Expr> {
        let field = self.import.field(attribute, None)?;
        if let Type::Array(_) = field.ty {
            let what = "the operator asks whether there is a list, and an absent list is an empty one here"
                .to_owned();
            return self.import.unfit(&field, attribute.span, what, None);
        }
        self.import.note("an attribute that is null exists there, and is missing here");
        Some(make::missing(field.expr()))
    }

    fn number(&mut self, attribute: Attribute<'_>, op: CompareOp, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, implied(value).as_ref())?;
        match number(value) {
            Some(text) if field.ty.is_number() => {
                let constant = self.import.number_constant(text, value.span)?;
                Some(make::compare(op, field.expr(), constant))
            }
            Some(_) => {
                self.import.unfit(&field, value.span, "the operator compares numbers".to_owned(), None)
            }
            None => self.import.wrong(value, "a number"),
        }
    }

    fn of_text(&mut self, attribute: Attribute<'_>, span: Span) -> Option<Field> {
        let field = self.import.field(attribute, Some(&Type::String))?;
        match field.ty {
            Type::String => Some(field),
            _ => self.import.unfit(&field, span, "the operator is one of text".to_owned(), None),
        }
    }

    fn text(&mut self, attribute: Attribute<'_>, op: TextOp, value: &Node) -> Option<(Expr, Field)> {
        let field = self.of_text(attribute, value.span)?;
        let NodeKind::String(text) = &value.kind else { return self.import.wrong(value, "text") };
        self.import.text_constant(text, value.span)?;
        let found = if text.is_empty() {
            make::present(field.expr())
        } else {
            make::text_test(op, field.expr(), text)
        };
        Some((found, field))
    }

    fn matches(&mut self, attribute: Attribute<'_>, value: &Node, node: &Node) -> Option<(Expr, Field)> {
        let field = self.of_text(attribute, value.span)?;
        let NodeKind::String(text) = &value.kind else { return self.import.wrong(value, "a pattern") };
        let flags = entry(node, "regexFlags");
        let flag_text = flags.and_then(scalar_text).unwrap_or_default();
        // `g` changes only where the next search begins, and `u` how characters are counted.
        if let Some(other) = flag_text.chars().find(|c| !"igu".contains(*c)) {
            let what = format!("the flag `{other}` of the pattern isn't portable");
            let span = flags.map_or(value.span, |flags| flags.span);
            return self.import.refuse(NoEquivalent {
                span,
                what,
                help: "only `i` can be kept: write the pattern without it".to_owned(),
            });
        }
        let pattern =
            self.import.pattern(text, Dialect::JavaScript, (false, flag_text.contains('i')), value.span)?;
        Some((make::matches(field.expr(), pattern), field))
    }

    fn is_in(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<(Expr, Field)> {
        let NodeKind::List(items) = &value.kind else { return self.import.wrong(value, "a list of values") };
        let field = self.import.field(attribute, items.iter().find_map(implied).as_ref())?;
        if matches!(field.ty, Type::Boolean | Type::Array(_) | Type::Json) {
            let what = "the operator only matches text and numbers".to_owned();
            return self.import.unfit(&field, value.span, what, None);
        }
        let (nulls, items): (Vec<&Node>, Vec<&Node>) =
            items.iter().partition(|item| item.kind == NodeKind::Null);
        if !nulls.is_empty() {
            self.import
                .note("null in the list matches an attribute that is null there, and no missing one here");
        }
        let constants: Vec<Option<Expr>> =
            items.into_iter().map(|item| self.constant(&field, item)).collect();
        let found = make::one_of(field.expr(), constants.into_iter().collect::<Option<_>>()?);
        Some((found, field))
    }

    fn includes(&mut self, attribute: Attribute<'_>, value: &Node) -> Option<(Expr, Field)> {
        let element = implied(value).unwrap_or(Type::String);
        let field = self.import.field(attribute, Some(&Type::Array(Box::new(element))))?;
        let Type::Array(element) = &field.ty else {
            return self.import.unfit(&field, value.span, "the operator is one of lists".to_owned(), None);
        };
        let element = Field { ty: (**element).clone(), ..field.clone() };
        let constant = self.import.constant(&element, value)?;
        Some((make::contains(field.expr(), constant), field))
    }

    fn time(&mut self, attribute: Attribute<'_>, is_after: bool, value: &Node) -> Option<Expr> {
        let field = self.import.field(attribute, Some(&Type::Timestamp))?;
        let instant = match &value.kind {
            // JavaScript reads a time without an offset as a local one, but a day as one in UTC.
            NodeKind::String(text) => text
                .parse::<jiff::Timestamp>()
                .ok()
                .or_else(|| super::values::instant(text).filter(|_| text.len() == 10)),
            _ => None,
        };
        let Some(instant) = instant.filter(|at| at.subsec_nanosecond() % 1000 == 0) else {
            return self
                .import
                .wrong(value, "a day or an instant with an offset, such as `2026-01-31T12:00:00Z`");
        };
        let operand = match field.ty {
            Type::Timestamp => field.expr(),
            Type::String => self.import.instant_in_text(&field),
            _ => {
                return self.import.unfit(
                    &field,
                    value.span,
                    "the operator compares instants".to_owned(),
                    None,
                );
            }
        };
        let constant = make::literal(Literal::Timestamp(instant));
        Some(if is_after { make::after(operand, constant) } else { make::before(operand, constant) })
    }

    fn version(&mut self, attribute: Attribute<'_>, op: CompareOp, value: &Node) -> Option<(Expr, Expr)> {
        let field = self.import.field(attribute, Some(&Type::Semver))?;
        let text = match &value.kind {
            NodeKind::String(text) => text.clone(),
            _ => return self.import.wrong(value, "a version in quotes"),
        };
        let text = text.trim_start_matches('v');
        let core = text.find(['-', '+']).unwrap_or(text.len());
        let (numbers, rest) = text.split_at(core);
        let lacks = 3usize.saturating_sub(numbers.split('.').count());
        let version = format!("{numbers}{}{rest}", ".0".repeat(lacks));
        if !is_version(&version) {
            return self.import.does_not_fit(
                &field,
                value,
                Some("write a version such as `1.2.0`".to_owned()),
            );
        }
        let operand = self.import.version(&field, (field.expr(), &field.ty), value.span)?;
        self.import.note_versions(&field, None);
        Some((make::compare(op, operand.clone(), make::text(version)), operand))
    }
}

/// The type that a value implies for an attribute.
fn implied(value: &Node) -> Option<Type> {
    match &value.kind {
        NodeKind::Bool(_) => Some(Type::Boolean),
        NodeKind::Integer(..) => Some(Type::Integer),
        NodeKind::Float(..) => Some(Type::DECIMAL),
        NodeKind::String(_) => Some(Type::String),
        NodeKind::List(_) | NodeKind::Null | NodeKind::Map(_) => None,
    }
}
