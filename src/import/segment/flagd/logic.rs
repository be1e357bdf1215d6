//! Conditions of JSONLogic on attributes and constants.

use super::Reader;
use super::operator::{OPERATORS, arguments, mirrored, order, zero_holds};
use crate::import::segment::draft::entry;
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::problems::{NoEquivalent, UnknownOperator, UnknownReference, WrongShape};
use crate::import::segment::values::{is_version, number, number_literal};
use crate::syntax::ast::{CompareOp, Expr, TextOp};
use crate::syntax::make;
use crate::types::{Literal, Type};
use crate::yaml::{Key, Node, NodeKind};

/// The attribute that is the current time in Unix seconds.
const CLOCK: &str = "$flagd.timestamp";

impl Reader<'_, '_> {
    /// Whether an expression is true in JavaScript.
    pub(super) fn truth(&mut self, node: &Node) -> Option<Expr> {
        let constant = match &node.kind {
            NodeKind::Null => false,
            NodeKind::Bool(value) => *value,
            NodeKind::Integer(value, _) => *value != 0,
            NodeKind::Float(value, _) => *value != 0.0,
            NodeKind::String(text) => !text.is_empty(),
            NodeKind::List(items) => !items.is_empty(),
            NodeKind::Map(entries) => match entries.as_slice() {
                [(key, args)] => return self.operator(key, args, node),
                _ => {
                    let (expected, found) = ("one operator".to_owned(), format!("{} keys", entries.len()));
                    return self.import.refuse(WrongShape { span: node.span, expected, found, help: None });
                }
            },
        };
        Some(make::boolean(constant))
    }

    fn truths(&mut self, nodes: &[Node]) -> Option<Vec<Expr>> {
        let parts: Vec<Option<Expr>> = nodes.iter().map(|node| self.truth(node)).collect();
        parts.into_iter().collect()
    }

    fn operator(&mut self, key: &Key, args: &Node, node: &Node) -> Option<Expr> {
        let list = arguments(args);
        if let Some(op) = order(&key.text) {
            return self.ordered(op, list, node);
        }
        match (key.text.as_str(), list) {
            ("and" | "or", []) => {
                let what =
                    format!("an empty `{}` holds in some providers of flagd and not in others", key.text);
                let help = "remove it, or give it a condition".to_owned();
                self.import.refuse(NoEquivalent { span: key.span, what, help })
            }
            ("and", parts) => Some(make::all(self.truths(parts)?)),
            ("or", parts) => Some(make::any(self.truths(parts)?)),
            ("!", [value]) => self.truth(value).map(make::not),
            ("!!", [value]) => self.truth(value),
            ("if" | "?:", args) => self.choice(args),
            ("==", [left, right]) => self.equal(left, right, false),
            ("===", [left, right]) => self.equal(left, right, true),
            ("!=", [left, right]) => self.equal(left, right, false).map(make::not),
            ("!==", [left, right]) => self.equal(left, right, true).map(make::not),
            ("in", [needle, list]) => self.is_in(needle, list),
            ("var", _) => self.attribute_truth(node),
            ("missing", names) => self.missing(names),
            ("starts_with", [value, text]) => self.text(TextOp::StartsWith, value, text),
            ("ends_with", [value, text]) => self.text(TextOp::EndsWith, value, text),
            ("sem_ver", [value, op, version]) => self.version(value, op, version),
            ("$ref", [Node { kind: NodeKind::String(name), span }]) => match self
                .import
                .reference(name, *span)
            {
                Some(name) => Some(make::in_segment(None, &name)),
                None => {
                    let known = self.import.keys();
                    let effect = "the file isn't valid";
                    self.import.refuse(UnknownReference { span: *span, name: name.clone(), effect, known })
                }
            },
            (name, _) if OPERATORS.contains(&name) && !matches!(name, "fractional" | "cat") => {
                self.import.wrong(args, &format!("the arguments of `{name}`"))
            }
            (
                "fractional" | "cat" | "+" | "-" | "*" | "/" | "%" | "min" | "max" | "substr" | "merge"
                | "map" | "filter" | "reduce" | "all" | "some" | "none" | "missing_some" | "log",
                _,
            ) => {
                let what = format!("`{}` computes a value, which has no equivalent in a condition", key.text);
                let help = "compare attributes with constants, or write the segment by hand".to_owned();
                self.import.refuse(NoEquivalent { span: key.span, what, help })
            }
            (other, _) => {
                let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
                let (operator, effect) = (other.to_owned(), "the file isn't valid");
                self.import.refuse(UnknownOperator { span: key.span, operator, tool: "flagd", effect, known })
            }
        }
    }

    fn choice(&mut self, args: &[Node]) -> Option<Expr> {
        match args {
            [] => Some(make::boolean(false)),
            [result] => self.truth(result),
            [condition, then, rest @ ..] => {
                let (condition, then, otherwise) =
                    (self.truth(condition), self.truth(then), self.choice(rest));
                let condition = condition?;
                let first = make::all([condition.clone(), then?]);
                Some(make::any([first, make::all([make::not(condition), otherwise?])]))
            }
        }
    }

    /// The name in `{"var": "name"}`. A default is refused.
    fn variable<'n>(&mut self, node: &'n Node) -> Option<Attribute<'n>> {
        let name = match entry(node, "var").map(arguments) {
            Some([Node { kind: NodeKind::String(name), span }]) => Some((name, *span)),
            Some([Node { kind: NodeKind::String(name), span }, Node { kind: NodeKind::Null, .. }]) => {
                Some((name, *span))
            }
            Some([_, default, ..]) => {
                let what = "an attribute has a default".to_owned();
                let help = "use `coalesce` in a segment that you write by hand".to_owned();
                return self.import.refuse(NoEquivalent { span: default.span, what, help });
            }
            _ => None,
        };
        match name {
            Some((name, span)) if !name.is_empty() => Some(Attribute { kind: None, name, span }),
            _ => {
                let what = "an attribute is compared with a constant, and here is neither".to_owned();
                let help = "write `{ \"var\": \"name\" }` on one side and a constant on the other".to_owned();
                self.import.refuse(NoEquivalent { span: node.span, what, help })
            }
        }
    }

    fn field(&mut self, node: &Node, wants: Option<&Type>) -> Option<Field> {
        let attribute = self.variable(node)?;
        self.import.field(attribute, wants)
    }

    fn attribute_truth(&mut self, node: &Node) -> Option<Expr> {
        let field = self.field(node, Some(&Type::Boolean))?;
        let unlike = |constant| {
            make::all([make::present(field.expr()), make::not(make::equal(field.expr(), constant))])
        };
        match &field.ty {
            Type::Boolean => Some(field.expr()),
            Type::Array(_) => Some(make::not(make::empty(field.expr()))),
            Type::String => Some(unlike(make::text(""))),
            ty if ty.is_number() => Some(unlike(make::integer(0))),
            _ => Some(make::present(field.expr())),
        }
    }

    fn equal(&mut self, left: &Node, right: &Node, strict: bool) -> Option<Expr> {
        let (side, value) = if is_constant(right) { (left, right) } else { (right, left) };
        if !is_constant(value) {
            return self.two_sides(value);
        }
        if let Some(Expr { kind, span }) = self.two_constants(side, value, strict) {
            return Some(Expr { kind, span });
        }
        let field = self.field(side, implied(value).as_ref())?;
        if !strict && is_zero(value) {
            self.import.note("flagd's JavaScript evaluator takes a missing attribute for 0 and false; here it equals neither");
        }
        match (&field.ty, &value.kind) {
            (Type::Array(_), _) => {
                let what = "a list is compared with a single value".to_owned();
                self.import.unfit(&field, value.span, what, Some("use `in`".to_owned()))
            }
            (_, NodeKind::Null) => Some(make::missing(field.expr())),
            // Without strictness, a text is read as a number beside one, and a boolean is 0 or 1.
            (ty, NodeKind::String(text)) if ty.is_number() && !strict => match number_literal(text.trim()) {
                Some(literal) => Some(make::equal(field.expr(), make::literal(literal))),
                None => self.import.does_not_fit(&field, value, None),
            },
            (ty, NodeKind::Bool(value)) if ty.is_number() && !strict => {
                Some(make::equal(field.expr(), make::integer(i64::from(*value))))
            }
            (Type::Boolean, NodeKind::Integer(number @ (0 | 1), _)) if !strict => {
                Some(make::equal(field.expr(), make::boolean(*number == 1)))
            }
            (ty, _) => {
                if matches!(ty, Type::Timestamp | Type::Date | Type::Semver) {
                    self.import.note(format!(
                        "`{}` is compared as a {ty}; the tool compares its text",
                        field.name()
                    ));
                }
                let constant = self.import.constant(&field, value)?;
                Some(make::equal(field.expr(), constant))
            }
        }
    }

    /// Two constants that are compared, if both are of the same type.
    fn two_constants(&mut self, left: &Node, right: &Node, strict: bool) -> Option<Expr> {
        if !is_constant(left) {
            return None;
        }
        let equal = match (&left.kind, &right.kind) {
            (NodeKind::Integer(a, _), NodeKind::Integer(b, _)) => a == b,
            (NodeKind::String(a), NodeKind::String(b)) => a == b,
            (NodeKind::Bool(a), NodeKind::Bool(b)) => a == b,
            (NodeKind::Null, NodeKind::Null) => true,
            _ if strict => false,
            _ => return None,
        };
        Some(make::boolean(equal))
    }

    fn two_sides<T>(&mut self, node: &Node) -> Option<T> {
        let what = "two attributes are compared with each other".to_owned();
        let help = "write the segment by hand: both sides may be fields".to_owned();
        self.import.refuse(NoEquivalent { span: node.span, what, help })
    }

    /// Two or three values in order.
    fn ordered(&mut self, op: CompareOp, args: &[Node], node: &Node) -> Option<Expr> {
        match args {
            [left, right] => self.pair(op, left, right),
            [low, middle, high] => {
                let parts = [self.pair(op, low, middle), self.pair(op, middle, high)];
                Some(make::all(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
            }
            _ => self.import.wrong(node, "two or three values to compare"),
        }
    }

    fn pair(&mut self, op: CompareOp, left: &Node, right: &Node) -> Option<Expr> {
        let (op, side, value) = match (is_constant(left), is_constant(right)) {
            (false, true) => (op, left, right),
            (true, false) => (mirrored(op), right, left),
            (true, true) => {
                let order = |node: &Node| number(node).and_then(|text| text.parse::<f64>().ok());
                let (Some(a), Some(b)) = (order(left), order(right)) else {
                    return self.import.wrong(left, "a number");
                };
                return Some(make::boolean(zero_holds(op, b - a)));
            }
            (false, false) => return self.two_sides(left),
        };
        if entry(side, "var")
            .map(arguments)
            .and_then(|args| args.first())
            .is_some_and(|name| matches!(&name.kind, NodeKind::String(name) if name == CLOCK))
        {
            return self.clock(op, value);
        }
        let field = self.field(side, implied(value).as_ref())?;
        let bound = match &value.kind {
            NodeKind::String(text) => text.trim().parse::<f64>().ok(),
            _ => number(value).and_then(|text| text.parse::<f64>().ok()),
        };
        let constant = match (&field.ty, &value.kind) {
            (Type::Boolean | Type::Json | Type::Array(_) | Type::Semver, _) => {
                return self.import.unfit(
                    &field,
                    value.span,
                    "the operator compares by size".to_owned(),
                    None,
                );
            }
            (ty, NodeKind::String(text)) if ty.is_number() => match number_literal(text.trim()) {
                Some(literal) => make::literal(literal),
                None => return self.import.does_not_fit(&field, value, None),
            },
            (Type::Timestamp, NodeKind::Integer(seconds, _)) => {
                self.import.note(format!(
                    "`{}` is compared as an instant, and the number as Unix seconds",
                    field.name()
                ));
                match jiff::Timestamp::from_second(*seconds) {
                    Ok(at) => make::literal(Literal::Timestamp(at)),
                    Err(_) => return self.import.does_not_fit(&field, value, None),
                }
            }
            _ => self.import.constant(&field, value)?,
        };
        let found = make::compare(op, field.expr(), constant);
        if field.nullable && field.ty != Type::Timestamp && bound.is_some_and(|bound| zero_holds(op, bound)) {
            self.import.note("a missing attribute counts as 0, as in the tool");
            return Some(make::any([found, make::missing(field.expr())]));
        }
        Some(found)
    }

    fn clock(&mut self, op: CompareOp, value: &Node) -> Option<Expr> {
        let at = match value.kind {
            NodeKind::Integer(seconds, _) => jiff::Timestamp::from_second(seconds).ok(),
            _ => None,
        };
        match at {
            Some(at) => Some(make::compare(op, make::now(), make::literal(Literal::Timestamp(at)))),
            None => self.import.wrong(value, "Unix seconds"),
        }
    }

    /// A value in a list of constants, or a constant in a text or a list.
    fn is_in(&mut self, needle: &Node, list: &Node) -> Option<Expr> {
        if let NodeKind::List(items) = &list.kind {
            if is_constant(needle) {
                return self.import.wrong(needle, "an attribute");
            }
            let field = self.field(needle, items.iter().find_map(implied).as_ref())?;
            let (nulls, items): (Vec<&Node>, Vec<&Node>) =
                items.iter().partition(|item| item.kind == NodeKind::Null);
            let constants: Vec<Option<Expr>> =
                items.iter().map(|item| self.import.constant(&field, item)).collect();
            let found = make::one_of(field.expr(), constants.into_iter().collect::<Option<_>>()?);
            return Some(if nulls.is_empty() {
                found
            } else {
                make::any([found, make::missing(field.expr())])
            });
        }
        if !is_constant(needle) || is_constant(list) {
            let what = "an attribute is searched for in a text".to_owned();
            let help =
                "list the values that it can have: `{ \"in\": [{ \"var\": \"name\" }, [\"a\", \"b\"]] }`"
                    .to_owned();
            return self.import.refuse(NoEquivalent { span: needle.span, what, help });
        }
        let field = self.field(list, Some(&Type::String))?;
        match (&field.ty, &needle.kind) {
            (Type::String, NodeKind::String(text)) if text.is_empty() => Some(make::present(field.expr())),
            (Type::String, NodeKind::String(text)) => {
                self.import.text_constant(text, needle.span)?;
                Some(make::text_test(TextOp::Contains, field.expr(), text))
            }
            (Type::Array(element), _) => {
                let element = Field { ty: (**element).clone(), ..field.clone() };
                let constant = self.import.constant(&element, needle)?;
                Some(make::contains(field.expr(), constant))
            }
            _ => self.import.does_not_fit(&field, needle, None),
        }
    }

    /// Any of these attributes is missing or empty.
    fn missing(&mut self, names: &[Node]) -> Option<Expr> {
        let mut parts = Vec::new();
        for name in names {
            let NodeKind::String(text) = &name.kind else {
                return self.import.wrong(name, "the name of an attribute");
            };
            let field = self.import.field(Attribute { kind: None, name: text, span: name.span }, None);
            parts.push(field.map(|field| match field.ty {
                Type::String => {
                    make::any([make::missing(field.expr()), make::equal(field.expr(), make::text(""))])
                }
                Type::Array(_) => make::empty(field.expr()),
                _ => make::missing(field.expr()),
            }));
        }
        Some(make::any(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    fn text(&mut self, op: TextOp, value: &Node, text: &Node) -> Option<Expr> {
        let NodeKind::String(needle) = &text.kind else { return self.import.wrong(text, "text") };
        let field = self.field(value, Some(&Type::String))?;
        if field.ty != Type::String {
            return self.import.unfit(&field, text.span, "the operator is one of text".to_owned(), None);
        }
        self.import.text_constant(needle, text.span)?;
        Some(match needle.is_empty() {
            true => make::present(field.expr()),
            false => make::text_test(op, field.expr(), needle),
        })
    }

    fn version(&mut self, value: &Node, op: &Node, version: &Node) -> Option<Expr> {
        let NodeKind::String(name) = &op.kind else { return self.import.wrong(op, "an operator in quotes") };
        let NodeKind::String(text) = &version.kind else {
            return self.import.wrong(version, "a version in quotes");
        };
        let field = self.field(value, Some(&Type::Semver))?;
        let text = text.strip_prefix('v').unwrap_or(text);
        if !is_version(text) {
            return self.import.does_not_fit(
                &field,
                version,
                Some("write a version such as `1.2.0`".to_owned()),
            );
        }
        let operand = self.import.version(&field, (field.expr(), &field.ty), version.span)?;
        self.import.note_versions(&field, None);
        let compare = |op, version: &str| make::compare(op, operand.clone(), make::text(version));
        let numbers: Vec<u64> =
            text.split(['.', '-', '+']).map_while(|part| part.parse().ok()).take(3).collect();
        // A range has everything from its lowest pre-release to below that of the next one.
        let range = |low: String, high: String| {
            make::all([compare(CompareOp::GreaterOrEqual, &low), compare(CompareOp::Less, &high)])
        };
        Some(match (name.as_str(), numbers.as_slice()) {
            ("=", _) => compare(CompareOp::Equal, text),
            ("!=", _) => make::all([make::present(operand.clone()), compare(CompareOp::NotEqual, text)]),
            ("<", _) => compare(CompareOp::Less, text),
            ("<=", _) => compare(CompareOp::LessOrEqual, text),
            (">", _) => compare(CompareOp::Greater, text),
            (">=", _) => compare(CompareOp::GreaterOrEqual, text),
            ("^", [major, ..]) => {
                range(format!("{major}.0.0-0"), format!("{}.0.0-0", major.saturating_add(1)))
            }
            ("~", [major, minor, ..]) => {
                range(format!("{major}.{minor}.0-0"), format!("{major}.{}.0-0", minor.saturating_add(1)))
            }
            _ => return self.import.wrong(op, "one of `=`, `!=`, `<`, `<=`, `>`, `>=`, `^`, `~`"),
        })
    }
}

fn is_constant(node: &Node) -> bool {
    !matches!(node.kind, NodeKind::Map(_) | NodeKind::List(_))
}

/// The type that a value implies for an attribute.
fn implied(value: &Node) -> Option<Type> {
    match &value.kind {
        NodeKind::Bool(_) => Some(Type::Boolean),
        NodeKind::Integer(..) => Some(Type::Integer),
        NodeKind::Float(..) => Some(Type::DECIMAL),
        NodeKind::String(_) => Some(Type::String),
        NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => None,
    }
}

/// Whether a constant is what JavaScript's loose comparisons take a missing value for.
fn is_zero(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Bool(value) => !value,
        NodeKind::Integer(value, _) => *value == 0,
        NodeKind::Float(_, text) => text.parse() == Ok(0.0_f64),
        _ => false,
    }
}
