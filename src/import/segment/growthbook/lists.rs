//! Lists of values, and attributes that are lists.

use super::Reader;
use super::condition::Operand;
use crate::diagnostic::Span;
use crate::import::segment::fields::Field;
use crate::import::segment::problems::NoEquivalent;
use crate::syntax::ast::Expr;
use crate::syntax::make;
use crate::types::Type;
use crate::yaml::{Key, Node, NodeKind};

impl Reader<'_, '_, '_> {
    /// `$in` and `$ini`: the value, or any element of a list, is among these.
    pub(super) fn is_in(&mut self, operand: &Operand, values: &Node, any_case: bool) -> Option<Expr> {
        let NodeKind::List(items) = &values.kind else {
            return self.import.wrong(values, "a list of values");
        };
        let (nulls, items): (Vec<&Node>, Vec<&Node>) =
            items.iter().partition(|item| item.kind == NodeKind::Null);
        if operand.is_array() && !nulls.is_empty() {
            let what = "the list has null, which an absent list is there and an empty one isn't".to_owned();
            return self.import.unfit(&operand.field, values.span, what, None);
        }
        if operand.is_array() && any_case {
            return self.ignoring_case_in_arrays(values.span);
        }
        let constants = self.constants(&element(operand), items.iter().copied())?;
        let found = match operand.is_array() {
            true => make::contains_items(false, operand.expr.clone(), constants),
            false if any_case && *operand.ty() == Type::String => {
                self.note_case(&items);
                make::ignoring_case(make::one_of(operand.expr.clone(), constants))
            }
            false => make::one_of(operand.expr.clone(), constants),
        };
        Some(operand.or_missing(found, !nulls.is_empty()))
    }

    fn note_case(&mut self, items: &[&Node]) {
        let is_ascii = |item: &&Node| !matches!(&item.kind, NodeKind::String(text) if !text.is_ascii());
        if !items.iter().all(is_ascii) {
            self.import
                .note("case is ignored as this project's databases do; some letters beyond ASCII differ");
        }
    }

    fn constants<'n>(&mut self, field: &Field, items: impl Iterator<Item = &'n Node>) -> Option<Vec<Expr>> {
        if matches!(field.ty, Type::Timestamp | Type::Date) {
            self.import.note("compared as a time; the tool compares its text");
        }
        let constants: Vec<Option<Expr>> = items.map(|item| self.import.constant(field, item)).collect();
        constants.into_iter().collect()
    }

    /// `$all`: a list has each of these values.
    pub(super) fn all_elements(&mut self, operand: &Operand, values: &Node, span: Span) -> Option<Expr> {
        if !operand.is_array() {
            return self.no_array(operand, span);
        }
        let NodeKind::List(items) = &values.kind else {
            return self.import.wrong(values, "a list of values");
        };
        if let Some(other) = items
            .iter()
            .find(|item| matches!(item.kind, NodeKind::Map(_) | NodeKind::List(_) | NodeKind::Null))
        {
            let what = "elements are compared with a condition, a list or null".to_owned();
            let help = "list the values that the attribute must have".to_owned();
            return self.import.refuse(NoEquivalent { span: other.span, what, help });
        }
        if items.is_empty() {
            self.import.note("an empty `$all` holds for everyone, also without a list");
        }
        let constants = self.constants(&element(operand), items.iter())?;
        Some(make::contains_items(true, operand.expr.clone(), constants))
    }

    /// `$elemMatch`: an element of a list satisfies a condition. False, 0 and empty elements never do.
    pub(super) fn any_element(&mut self, operand: &Operand, condition: &Node, span: Span) -> Option<Expr> {
        if !operand.is_array() {
            return self.no_array(operand, span);
        }
        let single = match &condition.kind {
            NodeKind::Map(entries) => match entries.as_slice() {
                [(Key { text, .. }, value)] if text == "$eq" => Some(std::slice::from_ref(value)),
                [(Key { text, .. }, Node { kind: NodeKind::List(items), .. })] if text == "$in" => {
                    Some(items.as_slice())
                }
                _ => None,
            },
            _ => None,
        };
        let Some(items) = single else {
            let what = "each element of a list is tested, which is only possible for equality".to_owned();
            let help =
                "use `{ \"$eq\": … }` or `{ \"$in\": […] }`, or make the elements an entity of the catalog"
                    .to_owned();
            return self.import.refuse(NoEquivalent { span: condition.span, what, help });
        };
        let is_true = |item: &&Node| match &item.kind {
            NodeKind::Null | NodeKind::Bool(false) => false,
            NodeKind::String(text) => !text.is_empty(),
            NodeKind::Integer(value, _) => *value != 0,
            NodeKind::Float(value, _) => *value != 0.0,
            _ => true,
        };
        let constants = self.constants(&element(operand), items.iter().filter(is_true))?;
        Some(make::contains_items(false, operand.expr.clone(), constants))
    }

    pub(super) fn ignoring_case_in_arrays<T>(&mut self, span: Span) -> Option<T> {
        let what = "the case of a list's elements can't be ignored".to_owned();
        let help = "store the elements in lower case, and use `$in` or `$all` with lower case".to_owned();
        self.import.refuse(NoEquivalent { span, what, help })
    }
}

/// The field, or what each element of it is.
fn element(operand: &Operand) -> Field {
    match operand.ty() {
        Type::Array(element) => Field { ty: (**element).clone(), ..operand.field.clone() },
        _ => operand.field.clone(),
    }
}
