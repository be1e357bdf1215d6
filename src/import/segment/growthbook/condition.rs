//! Conditions, and the operators on one attribute.

use super::Reader;
use super::equality::implied;
use crate::diagnostic::Span;
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::patterns::Dialect;
use crate::import::segment::problems::{NoEquivalent, UnknownOperator, UnknownReference};
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Key, Node, NodeKind};

const OPERATORS: [&str; 28] = [
    "$eq",
    "$ne",
    "$lt",
    "$lte",
    "$gt",
    "$gte",
    "$exists",
    "$in",
    "$ini",
    "$nin",
    "$nini",
    "$inGroup",
    "$notInGroup",
    "$not",
    "$size",
    "$elemMatch",
    "$all",
    "$alli",
    "$regex",
    "$regexi",
    "$type",
    "$veq",
    "$vne",
    "$vgt",
    "$vgte",
    "$vlt",
    "$vlte",
    "$or",
];

/// What joins conditions.
const GROUPS: [&str; 5] = ["$and", "$or", "$nor", "$not", "$savedGroups"];

/// What operators are applied to: a field, or the size of an array.
#[derive(Debug, Clone)]
pub(super) struct Operand {
    pub(super) expr: Expr,
    pub(super) field: Field,
}

impl Operand {
    pub(super) fn of(field: &Field) -> Self {
        Self { expr: field.expr(), field: field.clone() }
    }

    pub(super) fn ty(&self) -> &Type {
        &self.field.ty
    }

    pub(super) fn is_array(&self) -> bool {
        matches!(self.field.ty, Type::Array(_))
    }

    /// The number of elements of this array.
    fn size(&self) -> Self {
        let field = Field { ty: Type::Integer, nullable: false, ..self.field.clone() };
        Self { expr: make::call("size", vec![self.expr.clone()]), field }
    }

    /// Holds if the value is missing.
    pub(super) fn missing(&self) -> Expr {
        match self.field.nullable {
            true => make::missing(self.expr.clone()),
            false => make::boolean(false),
        }
    }

    /// A condition that also holds if the value is missing, if it does there.
    pub(super) fn or_missing(&self, condition: Expr, holds_for_missing: bool) -> Expr {
        if holds_for_missing { make::any([condition, self.missing()]) } else { condition }
    }
}

impl Reader<'_, '_, '_> {
    /// A condition on the attributes: all its entries hold.
    pub(super) fn condition(&mut self, node: &Node) -> Option<Expr> {
        let NodeKind::Map(entries) = &node.kind else {
            return self.import.wrong(node, "a condition in braces");
        };
        let parts: Vec<Option<Expr>> = entries.iter().map(|(key, value)| self.part(key, value)).collect();
        Some(make::all(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    fn part(&mut self, key: &Key, value: &Node) -> Option<Expr> {
        match key.text.as_str() {
            "$and" => Some(make::all(self.conditions(value)?)),
            "$or" => self.any(value),
            "$nor" => self.any(value).map(make::not),
            "$not" => self.condition(value).map(make::not),
            "$savedGroups" => self.groups(value),
            name if name.starts_with('$') => {
                let known = GROUPS.iter().map(|&name| name.to_owned()).collect();
                let (operator, span) = (name.to_owned(), key.span);
                let effect = "its SDKs take it for an attribute";
                self.import.refuse(UnknownOperator { span, operator, tool: "GrowthBook", effect, known })
            }
            name => {
                let attribute = Attribute { kind: None, name, span: key.span };
                let field = self.import.field(attribute, wanted(value).as_ref())?;
                self.value(&Operand::of(&field), value)
            }
        }
    }

    /// Membership in all of these groups.
    fn groups(&mut self, node: &Node) -> Option<Expr> {
        let ids = match &node.kind {
            NodeKind::List(ids) => ids.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut parts = Vec::new();
        for id in ids {
            let NodeKind::String(key) = &id.kind else { return self.import.wrong(id, "the id of a group") };
            parts.push(match self.import.reference(key, id.span) {
                Some(name) => Some(make::in_segment(None, &name)),
                None => {
                    let known = self.import.keys();
                    let effect = "the tool lets such a condition match nobody";
                    self.import.refuse(UnknownReference { span: id.span, name: key.clone(), effect, known })
                }
            });
        }
        Some(make::all(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    fn conditions(&mut self, node: &Node) -> Option<Vec<Expr>> {
        let NodeKind::List(items) = &node.kind else {
            return self.import.wrong(node, "a list of conditions");
        };
        let parts: Vec<Option<Expr>> = items.iter().map(|item| self.condition(item)).collect();
        parts.into_iter().collect()
    }

    /// Any of the conditions; an empty list holds for everyone.
    fn any(&mut self, node: &Node) -> Option<Expr> {
        let parts = self.conditions(node)?;
        if parts.is_empty() {
            self.import.note("an empty `$or` holds for everyone");
            return Some(make::boolean(true));
        }
        Some(make::any(parts))
    }

    /// A value against a condition on it: a constant, or operators of which all hold.
    pub(super) fn value(&mut self, operand: &Operand, condition: &Node) -> Option<Expr> {
        let operators = match &condition.kind {
            NodeKind::Map(entries)
                if !entries.is_empty() && entries.iter().all(|(key, _)| key.text.starts_with('$')) =>
            {
                entries
            }
            NodeKind::Map(_) | NodeKind::List(_) => {
                let what = "a whole object or list is compared, which columns aren't".to_owned();
                let help = "compare its parts: `\"account.plan\": \"pro\"`, or `{ \"$all\": […] }` of a list"
                    .to_owned();
                return self.import.refuse(NoEquivalent { span: condition.span, what, help });
            }
            _ => return self.equal(operand, condition),
        };
        let parts: Vec<Option<Expr>> =
            operators.iter().map(|(key, value)| self.operator(operand, key, value)).collect();
        Some(make::all(parts.into_iter().collect::<Option<Vec<Expr>>>()?))
    }

    fn operator(&mut self, operand: &Operand, key: &Key, value: &Node) -> Option<Expr> {
        match key.text.as_str() {
            "$eq" => self.identical(operand, value),
            "$ne" => self.identical(operand, value).map(make::not),
            "$lt" => self.ordered(operand, CompareOp::Less, value),
            "$lte" => self.ordered(operand, CompareOp::LessOrEqual, value),
            "$gt" => self.ordered(operand, CompareOp::Greater, value),
            "$gte" => self.ordered(operand, CompareOp::GreaterOrEqual, value),
            "$exists" => self.exists(operand, value),
            "$in" => self.is_in(operand, value, false),
            "$ini" => self.is_in(operand, value, true),
            // No list matches nobody, negated or not.
            "$nin" | "$nini" if !matches!(value.kind, NodeKind::List(_)) => {
                self.import.wrong(value, "a list of values")
            }
            "$nin" => self.is_in(operand, value, false).map(make::not),
            "$nini" => self.is_in(operand, value, true).map(make::not),
            "$inGroup" => self.in_group(operand, value),
            "$notInGroup" => self.in_group(operand, value).map(make::not),
            "$not" => self.value(operand, value).map(make::not),
            "$size" => self.size(operand, value, key.span),
            "$elemMatch" => self.any_element(operand, value, key.span),
            "$all" => self.all_elements(operand, value, key.span),
            "$alli" => self.all_in_any_case(operand, value, key.span),
            "$regex" => self.matches(operand, value, false),
            "$regexi" => self.matches(operand, value, true),
            "$type" => self.has_type(operand, value),
            "$veq" => self.version(operand, CompareOp::Equal, value),
            "$vne" => self.version(operand, CompareOp::NotEqual, value),
            "$vlt" => self.version(operand, CompareOp::Less, value),
            "$vlte" => self.version(operand, CompareOp::LessOrEqual, value),
            "$vgt" => self.version(operand, CompareOp::Greater, value),
            "$vgte" => self.version(operand, CompareOp::GreaterOrEqual, value),
            other => {
                let known = OPERATORS.iter().map(|&name| name.to_owned()).collect();
                let effect = "its SDKs never match such a condition";
                let (operator, span) = (other.to_owned(), key.span);
                self.import.refuse(UnknownOperator { span, operator, tool: "GrowthBook", effect, known })
            }
        }
    }

    fn exists(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        if operand.is_array() {
            let what = "the operator asks whether there is a list, and an absent list is an empty one here"
                .to_owned();
            return self.import.unfit(
                &operand.field,
                value.span,
                what,
                Some("use `{ \"$size\": … }`".to_owned()),
            );
        }
        let is_present = match &value.kind {
            NodeKind::Bool(value) => *value,
            NodeKind::Integer(value, _) => *value != 0,
            _ => return self.import.wrong(value, "`true` or `false`"),
        };
        let missing = make::missing(operand.expr.clone());
        Some(if is_present { make::not(missing) } else { missing })
    }

    fn in_group(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        let NodeKind::String(id) = &value.kind else {
            return self.import.wrong(value, "the id of a saved group");
        };
        match self.lists.iter().find(|list| list.id == id) {
            Some(list) => self.is_in(operand, list.values, false),
            None => {
                let known = self.lists.iter().map(|list| list.id.to_owned()).collect();
                let effect = "an unknown group is empty there";
                self.import.refuse(UnknownReference { span: value.span, name: id.clone(), effect, known })
            }
        }
    }

    /// The number of elements. An absent list has none here, and no size there.
    fn size(&mut self, operand: &Operand, value: &Node, span: Span) -> Option<Expr> {
        if !operand.is_array() {
            return self.no_array(operand, span);
        }
        if holds_at_zero(value) {
            self.import.note("an absent list is an empty one here, and has no size in the tool");
        }
        self.value(&operand.size(), value)
    }

    /// A pattern. The text of a missing attribute is `null` there.
    fn matches(&mut self, operand: &Operand, value: &Node, any_case: bool) -> Option<Expr> {
        if *operand.ty() != Type::String {
            return self.import.unfit(
                &operand.field,
                value.span,
                "the operator matches text".to_owned(),
                None,
            );
        }
        let NodeKind::String(text) = &value.kind else { return self.import.wrong(value, "a pattern") };
        let pattern = self.import.pattern(text, Dialect::JavaScript, (false, any_case), value.span)?;
        let matches_null = crate::import::segment::patterns::is_found(&pattern, "null");
        let found = make::matches(operand.expr.clone(), pattern);
        Some(operand.or_missing(found, matches_null))
    }

    /// The type of the value, which the catalog knows.
    fn has_type(&mut self, operand: &Operand, value: &Node) -> Option<Expr> {
        let NodeKind::String(name) = &value.kind else {
            return self.import.wrong(value, "the name of a type");
        };
        if operand.is_array() {
            let what = "the operator asks whether there is a list, and an absent list is an empty one here"
                .to_owned();
            return self.import.unfit(&operand.field, value.span, what, None);
        }
        let own = match operand.ty() {
            Type::Boolean => "boolean",
            ty if ty.is_number() => "number",
            _ => "string",
        };
        let missing = make::missing(operand.expr.clone());
        Some(match name.as_str() {
            "null" => missing,
            name if name == own => make::not(missing),
            _ => {
                self.import
                    .note(format!("`{}` never has the type `{name}`, by the catalog", operand.field.name()));
                make::boolean(false)
            }
        })
    }

    pub(super) fn no_array<T>(&mut self, operand: &Operand, span: Span) -> Option<T> {
        self.import.unfit(&operand.field, span, "the operator is one of lists".to_owned(), None)
    }
}

/// The type that a condition implies for an attribute.
fn wanted(condition: &Node) -> Option<Type> {
    let NodeKind::Map(entries) = &condition.kind else { return implied(condition) };
    let of_operator = |(key, value): &(Key, Node)| match key.text.as_str() {
        "$size" => Some(Type::Array(Box::new(Type::String))),
        "$elemMatch" => Some(Type::Array(Box::new(wanted(value).unwrap_or(Type::String)))),
        "$all" | "$alli" => Some(Type::Array(Box::new(implied(value).unwrap_or(Type::String)))),
        "$regex" | "$regexi" => Some(Type::String),
        "$veq" | "$vne" | "$vgt" | "$vgte" | "$vlt" | "$vlte" => Some(Type::Semver),
        "$not" => wanted(value),
        "$exists" | "$type" | "$inGroup" | "$notInGroup" => None,
        _ => implied(value),
    };
    entries.iter().find_map(of_operator)
}

/// Whether a condition on a number may hold for 0.
fn holds_at_zero(condition: &Node) -> bool {
    let number = |node: &Node| match &node.kind {
        NodeKind::Integer(value, _) => Some(*value),
        _ => None,
    };
    match &condition.kind {
        NodeKind::Integer(value, _) => *value == 0,
        NodeKind::Map(entries) => !entries.iter().any(|(key, value)| match key.text.as_str() {
            "$gt" => number(value).is_some_and(|value| value >= 0),
            "$gte" | "$eq" => number(value).is_some_and(|value| value > 0),
            _ => false,
        }),
        _ => true,
    }
}
