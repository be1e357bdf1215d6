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
            let mut constants = Vec::new();
            for item in items {
                constants.extend(self.in_any_case(operand, item)?);
            }
            return Some(make::contains_items(false, operand.expr.clone(), constants));
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

    /// `$elemMatch`: an element of a list satisfies a condition. Null never does.
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
        let is_false = |item: &Node| match &item.kind {
            NodeKind::Bool(value) => !value,
            NodeKind::String(text) => text.is_empty(),
            NodeKind::Integer(value, _) => *value == 0,
            NodeKind::Float(value, _) => *value == 0.0,
            _ => false,
        };
        if items.iter().any(is_false) {
            self.import.note("elements that are false, 0 or empty match, as in the tool's newer SDKs; older ones skip them");
        }
        let is_value = |item: &&Node| item.kind != NodeKind::Null;
        let constants = self.constants(&element(operand), items.iter().filter(is_value))?;
        Some(make::contains_items(false, operand.expr.clone(), constants))
    }

    /// `$alli`: a list has each of these values, in any case.
    pub(super) fn all_in_any_case(&mut self, operand: &Operand, values: &Node, span: Span) -> Option<Expr> {
        if !operand.is_array() {
            return self.no_array(operand, span);
        }
        let NodeKind::List(items) = &values.kind else {
            return self.import.wrong(values, "a list of values");
        };
        if items.is_empty() {
            self.import.note("an empty `$alli` holds for everyone, also without a list");
        }
        let mut parts = Vec::new();
        for item in items {
            let constants = self.in_any_case(operand, item)?;
            parts.push(make::contains_items(false, operand.expr.clone(), constants));
        }
        Some(make::all(parts))
    }

    /// A text in each mixture of cases, since elements of lists are compared exactly.
    fn in_any_case(&mut self, operand: &Operand, item: &Node) -> Option<Vec<Expr>> {
        let (NodeKind::String(text), Type::Array(_)) = (&item.kind, operand.ty()) else {
            return Some(vec![self.import.constant(&element(operand), item)?]);
        };
        let Some(texts) = mixtures(text) else { return self.ignoring_case_in_arrays(item.span) };
        let node = |text: String| Node { kind: NodeKind::String(text), span: item.span };
        let nodes: Vec<Node> = texts.into_iter().map(node).collect();
        self.constants(&element(operand), nodes.iter())
    }

    fn ignoring_case_in_arrays<T>(&mut self, span: Span) -> Option<T> {
        let what = "the case of a list's elements can't be ignored for a text of this length".to_owned();
        let help = "store the elements in lower case, and use `$in` or `$all` with lower case".to_owned();
        self.import.refuse(NoEquivalent { span, what, help })
    }
}

/// The most mixtures of cases that are written out.
const MOST_MIXTURES: usize = 64;

/// A text in each mixture of cases; `None` if there are too many, or letters beyond ASCII in it. The sign for
/// kelvins is `k` in lower case.
fn mixtures(text: &str) -> Option<Vec<String>> {
    let mut found = vec![String::new()];
    for c in text.chars() {
        let cases = match c {
            'k' | 'K' => vec!['k', 'K', '\u{212a}'],
            c if c.is_ascii_alphabetic() => vec![c.to_ascii_lowercase(), c.to_ascii_uppercase()],
            c if c.is_alphabetic() => return None,
            c => vec![c],
        };
        found = found.iter().flat_map(|start| cases.iter().map(move |c| format!("{start}{c}"))).collect();
        if found.len() > MOST_MIXTURES {
            return None;
        }
    }
    Some(found)
}

/// The field, or what each element of it is.
fn element(operand: &Operand) -> Field {
    match operand.ty() {
        Type::Array(element) => Field { ty: (**element).clone(), ..operand.field.clone() },
        _ => operand.field.clone(),
    }
}
