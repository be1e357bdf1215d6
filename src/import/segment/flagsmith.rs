//! Flagsmith: segments with rules, which combine conditions and further rules by all, any or none.
//!
//! A condition's value is a text that is cast to the type of the trait. A missing trait satisfies no
//! operator but `IS_NOT_SET`, negated or not.

use super::draft::{Body, DraftId, Import, entry, entry_text};
use super::fields::{Attribute, Field};
use super::input::Input;
use super::patterns::Dialect;
use super::problems::{UnknownOperator, WrongShape};
use super::tool::Tool;
use super::values::{is_version, number_literal, scalar_text};
use crate::diagnostic::Span;
use crate::import::json;
use crate::syntax::ast::{ArithmeticOp, CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{BucketTool, Literal, Type};
use crate::yaml::{Node, NodeKind};

#[derive(Debug)]
pub(super) struct Flagsmith;

const OPERATORS: [&str; 14] = [
    "EQUAL",
    "NOT_EQUAL",
    "GREATER_THAN",
    "GREATER_THAN_INCLUSIVE",
    "LESS_THAN",
    "LESS_THAN_INCLUSIVE",
    "CONTAINS",
    "NOT_CONTAINS",
    "REGEX",
    "IN",
    "IS_SET",
    "IS_NOT_SET",
    "MODULO",
    "PERCENTAGE_SPLIT",
];

/// The suffix of a value that is a version.
const VERSION: &str = ":semver";

impl Tool for Flagsmith {
    fn name(&self) -> &'static str {
        "flagsmith"
    }

    fn title(&self) -> &'static str {
        "Flagsmith"
    }

    fn takes(&self) -> &'static str {
        "the API's answer with segments, an environment document or an evaluation context, as JSON"
    }

    fn key_attribute(&self) -> Option<&'static str> {
        Some("identifier")
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Node> = inputs.iter().filter_map(|input| input.tree(&mut import.problems)).collect();
        let mut segments: Vec<(DraftId, String, &Node)> = Vec::new();
        for (id, span, node) in trees.iter().flat_map(segments_of) {
            let id = ["id", "key"].into_iter().find_map(|key| entry(node, key)).and_then(scalar_text).or(id);
            let name = entry_text(node, "name").map(str::to_owned).or(import.given_name.clone());
            let Some(key) = id.or(name.clone()) else {
                let (expected, found) = ("a segment with an `id`".to_owned(), node.found().to_owned());
                import.problems.push(WrongShape { span: node.span, expected, found, help: None });
                continue;
            };
            let place = entry(node, "name").map_or(span, |node| node.span);
            segments.extend(import.declare(&key, name.as_deref(), place).map(|id| (id, key, node)));
        }
        let environment = trees.iter().find_map(environment_key);
        for (id, key, node) in &segments {
            import.translate(*id, |import| Reader { import, key, environment }.segment(node));
        }
    }
}

/// The key of the environment: an environment document's own, or that of an evaluation context.
fn environment_key(tree: &Node) -> Option<&str> {
    let inside = entry(tree, "context").unwrap_or(tree);
    entry_text(inside, "api_key").or_else(|| entry_text(entry(inside, "environment")?, "key"))
}

/// The segments of a document, with their keys if it is a map of them.
fn segments_of(tree: &Node) -> Vec<(Option<String>, Span, &Node)> {
    let inside = ["project", "context"].into_iter().find_map(|key| entry(tree, key)).unwrap_or(tree);
    let holder = ["results", "segments"].into_iter().find_map(|key| entry(inside, key)).unwrap_or(inside);
    match &holder.kind {
        NodeKind::List(nodes) => nodes.iter().map(|node| (None, node.span, node)).collect(),
        NodeKind::Map(_) if entry(holder, "rules").is_some() => vec![(None, holder.span, holder)],
        NodeKind::Map(entries) if !std::ptr::eq(holder, tree) => {
            entries.iter().map(|(key, node)| (Some(key.text.clone()), key.span, node)).collect()
        }
        _ => Vec::new(),
    }
}

struct Reader<'k, 'i, 'a> {
    import: &'i mut Import<'a>,
    /// The key of the segment, which is part of what a percentage hashes.
    key: &'k str,
    /// The key of the environment, if the files have it.
    environment: Option<&'k str>,
}

impl Reader<'_, '_, '_> {
    fn segment(&mut self, node: &Node) -> Option<Body> {
        let rules = self.import.list(node, "rules")?;
        if rules.is_empty() {
            self.import.note("a segment without rules has no members");
        }
        let parts: Vec<Option<Expr>> = rules.iter().map(|rule| self.rule(rule)).collect();
        let parts = parts.into_iter().collect::<Option<Vec<Expr>>>()?;
        let condition = if rules.is_empty() { make::boolean(false) } else { make::all(parts) };
        Some(Body::of(condition).described(entry_text(node, "description").map(str::to_owned)))
    }

    /// A rule: its conditions by its type, and its rules by the same type. Without one of them, only the other
    /// counts.
    fn rule(&mut self, node: &Node) -> Option<Expr> {
        let word = self.import.text(node, "type")?;
        let span = entry(node, "type").map_or(node.span, |node| node.span);
        let conditions = self.import.list(node, "conditions")?;
        let rules = self.import.list(node, "rules")?;
        let conditions: Vec<Option<Expr>> = conditions.iter().map(|node| self.condition(node)).collect();
        let rules: Vec<Option<Expr>> = rules.iter().map(|node| self.rule(node)).collect();
        let mut parts = Vec::new();
        for group in [conditions, rules] {
            if group.is_empty() {
                continue;
            }
            let group = group.into_iter().collect::<Option<Vec<Expr>>>()?;
            parts.push(match word {
                "ALL" => make::all(group),
                "ANY" => make::any(group),
                "NONE" => make::not(make::any(group)),
                _ => {
                    let (expected, found) =
                        ("the type `ALL`, `ANY` or `NONE`".to_owned(), format!("`{word}`"));
                    return self.import.refuse(WrongShape { span, expected, found, help: None });
                }
            });
        }
        Some(make::all(parts))
    }

    fn condition(&mut self, node: &Node) -> Option<Expr> {
        let operator = self.import.text(node, "operator")?;
        let place = entry(node, "operator").map_or(node.span, |node| node.span);
        let null = Node { kind: NodeKind::Null, span: node.span };
        let value = entry(node, "value").unwrap_or(&null);
        let property = ["property", "property_"].into_iter().find_map(|key| entry(node, key));
        let property = property.filter(|property| property.kind != NodeKind::Null);
        let text = property.and_then(scalar_text).unwrap_or_default();
        if operator == "PERCENTAGE_SPLIT" {
            return self.percentage(&text, value);
        }
        if !OPERATORS.contains(&operator) {
            let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
            let effect = "its engine never matches such a condition";
            let operator = operator.to_owned();
            return self.import.refuse(UnknownOperator {
                span: place,
                operator,
                tool: "Flagsmith",
                effect,
                known,
            });
        }
        let Some(property) = property.filter(|_| !text.is_empty()) else {
            return self.import.lacks(node, "property");
        };
        let name = attribute_name(&text);
        let attribute = Attribute { kind: None, name: &name, span: property.span };
        let field = self.import.field(attribute, wanted(operator, value).as_ref())?;
        self.numbers_in_text(&field, operator, value);
        let op = match operator {
            "IS_SET" => return Some(make::present(field.expr())),
            "IS_NOT_SET" => return Some(make::missing(field.expr())),
            "IN" => return self.is_in(&field, value),
            "MODULO" => return self.modulo(&field, value),
            "REGEX" => return self.regex(&field, value),
            "CONTAINS" => return self.contains(&field, value),
            "NOT_CONTAINS" => return self.contains(&field, value).map(|found| unlike(&field, found)),
            "EQUAL" | "NOT_EQUAL" => CompareOp::Equal,
            "GREATER_THAN" => CompareOp::Greater,
            "GREATER_THAN_INCLUSIVE" => CompareOp::GreaterOrEqual,
            "LESS_THAN" => CompareOp::Less,
            _ => CompareOp::LessOrEqual,
        };
        let found = self.compare(&field, op, value)?;
        Some(if operator == "NOT_EQUAL" { unlike(&field, found) } else { found })
    }

    /// The tool takes a text such as `10` or `-1.5` for a number. A note says so wherever it matters.
    fn numbers_in_text(&mut self, field: &Field, operator: &str, value: &Node) {
        let text = scalar_text(value).unwrap_or_default();
        let digits = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-');
        let matters = match operator {
            "EQUAL" => number_literal(&text).is_some(),
            // An empty text is in all that are text.
            "CONTAINS" => digits,
            "IS_SET" | "IS_NOT_SET" | "IN" | "MODULO" | "REGEX" => false,
            _ => !text.ends_with(VERSION),
        };
        if matters && field.ty == Type::String {
            self.import.note(format!(
                "a text in `{}` that looks like a number, such as `10`, is a number to the tool, and text here",
                field.name()
            ));
        }
    }

    /// The value is cast to the type of the trait, which the catalog knows.
    fn compare(&mut self, field: &Field, op: CompareOp, value: &Node) -> Option<Expr> {
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "text") };
        let equality = op == CompareOp::Equal;
        match &field.ty {
            Type::String | Type::Semver if text.ends_with(VERSION) => {
                let version = text.strip_suffix(VERSION).unwrap_or(&text);
                if !is_version(version) {
                    return self.import.does_not_fit(
                        field,
                        value,
                        Some("write a version such as `1.2.0:semver`".to_owned()),
                    );
                }
                let operand = match field.ty {
                    Type::Semver => field.expr(),
                    _ => make::call("semver", vec![field.expr()]),
                };
                // A text that isn't a version satisfies no comparison, `NOT_EQUAL` included.
                let found = make::compare(op, operand, make::text(version));
                Some(found)
            }
            Type::String => {
                let constant = self.import.text_constant(&text, value.span)?;
                Some(make::compare(op, field.expr(), constant))
            }
            // Every text but these two is true.
            Type::Boolean if equality => {
                let wanted = !matches!(text.as_str(), "False" | "false");
                Some(if wanted { field.expr() } else { make::equal(field.expr(), make::boolean(false)) })
            }
            Type::Integer if text.trim().parse::<i64>().is_err() => {
                let help = "the engine never matches: a whole number is expected beside a trait that is one"
                    .to_owned();
                self.import.does_not_fit(field, value, Some(help))
            }
            ty if ty.is_number() => match number_literal(text.trim()) {
                Some(literal) => Some(make::compare(op, field.expr(), make::literal(literal))),
                None => self.import.does_not_fit(field, value, None),
            },
            Type::Timestamp | Type::Date => {
                self.import.note("compared as a time; the tool compares its text");
                let constant = self.import.constant_of_text(field, &text, value)?;
                Some(make::compare(op, field.expr(), constant))
            }
            _ => self.import.unfit(field, value.span, "the operator compares by size".to_owned(), None),
        }
    }

    fn contains(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        if field.ty != Type::String {
            return self.import.unfit(field, value.span, "the operator is one of text".to_owned(), None);
        }
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "text") };
        self.import.text_constant(&text, value.span)?;
        Some(match text.is_empty() {
            true => make::present(field.expr()),
            false => make::text_test(TextOp::Contains, field.expr(), text),
        })
    }

    /// A pattern, which matches from the beginning. A number is matched by its text.
    fn regex(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a pattern") };
        let operand = match field.ty {
            Type::String => field.expr(),
            Type::Integer => make::call("text", vec![field.expr()]),
            _ => return self.import.unfit(field, value.span, "the operator matches text".to_owned(), None),
        };
        let pattern = self.import.pattern(&text, Dialect::Python, (true, false), value.span)?;
        Some(make::matches(operand, pattern))
    }

    /// A list, as JSON or separated by commas. Only texts and whole numbers are in one.
    fn is_in(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        let items: Vec<String> = match &value.kind {
            NodeKind::List(items) => items.iter().filter_map(scalar_text).collect(),
            NodeKind::String(text) => listed(text),
            NodeKind::Integer(_, text) | NodeKind::Float(_, text) => vec![text.clone()],
            _ => return self.import.wrong(value, "a list of values"),
        };
        let constants: Vec<Expr> = match field.ty {
            Type::String => {
                let constants: Vec<Option<Expr>> =
                    items.iter().map(|item| self.import.text_constant(item, value.span)).collect();
                constants.into_iter().collect::<Option<_>>()?
            }
            Type::Integer => {
                let numbers = items
                    .iter()
                    .map(|item| item.parse::<i64>().ok().filter(|number| number.to_string() == *item));
                let numbers: Vec<Option<i64>> = numbers.collect();
                if numbers.iter().all(Option::is_none) && !items.is_empty() {
                    return self.import.does_not_fit(field, value, None);
                }
                if numbers.iter().any(Option::is_none) {
                    self.import.note(format!(
                        "values that aren't whole numbers never match `{}`, and are left out",
                        field.name()
                    ));
                }
                numbers.into_iter().flatten().map(make::integer).collect()
            }
            _ => {
                return self.import.unfit(
                    field,
                    value.span,
                    "the operator only matches text and whole numbers".to_owned(),
                    None,
                );
            }
        };
        Some(make::one_of(field.expr(), constants))
    }

    /// `4|3`: the remainder, which is never negative for a positive divisor.
    fn modulo(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        let text = scalar_text(value).unwrap_or_default();
        let parts: Vec<Option<i64>> =
            text.split('|').map(|part| part.trim().trim_end_matches(".0").parse().ok()).collect();
        let [Some(divisor), Some(remainder)] = parts.as_slice() else {
            return self.import.wrong(value, "a whole divisor and a remainder, such as `4|3`");
        };
        if !matches!(field.ty, Type::Integer | Type::Decimal { .. }) {
            return self.import.unfit(
                field,
                value.span,
                "the operator divides numbers exactly".to_owned(),
                None,
            );
        }
        if *divisor <= 0 || !(0..*divisor).contains(remainder) {
            let help = "the engine never matches a remainder that isn't between 0 and the divisor".to_owned();
            return self.import.does_not_fit(field, value, Some(help));
        }
        let left = make::arithmetic(ArithmeticOp::Remainder, field.expr(), make::integer(*divisor));
        Some(match remainder {
            0 => make::equal(left, make::integer(0)),
            // Here, the remainder has the sign of the number.
            _ => make::one_of(left, vec![make::integer(*remainder), make::integer(remainder - divisor)]),
        })
    }

    /// A share of those whom a value cuts, by the MD5 of the segment's key and the value: the identity's key
    /// unless a property is named.
    fn percentage(&mut self, property: &str, value: &Node) -> Option<Expr> {
        let share = scalar_text(value).and_then(|text| text.trim().parse::<f64>().ok());
        let Some(share) = share.filter(|share| !share.is_nan()) else {
            self.import.note("a share that isn't a number never holds");
            return Some(make::boolean(false));
        };
        let by_key = property.is_empty() || property == "$.identity.key";
        let (name, composed) = match (by_key, self.environment) {
            (false, _) => (attribute_name(property), String::new()),
            (true, Some(environment)) => ("identifier".to_owned(), format!("{environment}_")),
            (true, None) => ("identifier".to_owned(), String::new()),
        };
        let cut = self.import.field(Attribute { kind: None, name: &name, span: value.span }, None)?;
        if !matches!(cut.ty, Type::String | Type::Integer) {
            let what =
                "shares are cut by text and whole numbers, which are written alike everywhere".to_owned();
            return self.import.unfit(&cut, value.span, what, None);
        }
        if by_key {
            self.import.note(match self.environment {
                Some(_) => "the share is cut by the environment's key, `_` and the identifier, as Flagsmith composes an identity's key",
                None => "the share is cut by the identifier, since the file has no environment's key to compose an identity's key of",
            });
        }
        let seed = format!("{},{composed}", self.key);
        let bucket = make::tool_bucket(seed, cut.expr(), BucketTool::Flagsmith);
        match last_bucket(share) {
            // Nothing is as high as 100 %, but a missing value has no share either.
            Some(last) if last >= 9_997 && cut.nullable => Some(make::present(cut.expr())),
            Some(last) if last >= 9_997 => Some(make::boolean(true)),
            Some(last) => Some(make::compare(CompareOp::LessOrEqual, bucket, make::integer(last))),
            None => Some(make::boolean(false)),
        }
    }
}

/// The last bucket within a share, in the engine's own floating-point arithmetic.
fn last_bucket(share: f64) -> Option<i64> {
    let is_within = |bucket: &u16| f64::from(*bucket) / 9_998.0 * 100.0 <= share;
    (0..9_998).rev().find(is_within).map(i64::from)
}

/// There is a value, and the condition doesn't hold. A text that isn't a version is missing to begin with.
fn unlike(field: &Field, found: Expr) -> Expr {
    use crate::syntax::ast::ExprKind;
    let operand = match &found.kind {
        ExprKind::Compare { left, .. } if matches!(left.kind, ExprKind::Call { .. }) => (**left).clone(),
        _ => field.expr(),
    };
    match field.nullable {
        true => make::all([make::present(operand), make::not(found)]),
        false => make::not(found),
    }
}

/// The trait or part of the context that a property names: `$.identity.traits.age` is the trait `age`.
fn attribute_name(property: &str) -> String {
    let Some(path) = property.strip_prefix("$.") else { return property.to_owned() };
    let path = path.strip_prefix("identity.").unwrap_or(path);
    let quoted = |rest: &str| {
        let rest = rest.strip_prefix('[')?.strip_suffix(']')?;
        let inner = rest.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        Some(inner.or_else(|| rest.strip_prefix('"')?.strip_suffix('"'))?.to_owned())
    };
    if let Some(rest) = path.strip_prefix("traits")
        && let Some(name) = rest.strip_prefix('.').map(str::to_owned).or_else(|| quoted(rest))
    {
        return name;
    }
    // `$.identity.identifier` and `$.environment.name` are values; what else looks like a path is the name of a
    // trait, which comes first there.
    let parts: Vec<&str> = path.split('.').collect();
    let is_plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    let is_value = match parts.as_slice() {
        [_] => property.starts_with("$.identity."),
        ["environment", _] => true,
        _ => false,
    };
    if is_value && parts.iter().all(is_plain) { path.to_owned() } else { property.to_owned() }
}

/// The items of a text: a JSON list, or separated by commas.
fn listed(text: &str) -> Vec<String> {
    let json = text
        .starts_with('[')
        .then(|| json::read_inside(Span::new(crate::diagnostic::SourceId(0), 0, 0), text));
    match json {
        Some(Ok(Node { kind: NodeKind::List(items), .. })) => items.iter().filter_map(scalar_text).collect(),
        _ => text.split(',').map(str::to_owned).collect(),
    }
}

/// The type that an operator and a value imply for a trait.
fn wanted(operator: &str, value: &Node) -> Option<Type> {
    let text = scalar_text(value).unwrap_or_default();
    let of_text = || match text.as_str() {
        text if text.ends_with(VERSION) => Type::Semver,
        "true" | "false" | "True" | "False" => Type::Boolean,
        text => match number_literal(text) {
            Some(Literal::Integer(_)) => Type::Integer,
            Some(_) => Type::DECIMAL,
            None => Type::String,
        },
    };
    match operator {
        "IS_SET" | "IS_NOT_SET" => None,
        "MODULO" => Some(Type::Integer),
        "IN" | "CONTAINS" | "NOT_CONTAINS" | "REGEX" => Some(Type::String),
        _ => Some(of_text()),
    }
}
