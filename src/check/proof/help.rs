//! What was probably meant by conditions that contradict or exhaust one another.

use super::leaf::Leaf;
use crate::check::canonical;
use crate::check::hir::{Comparison, CondKind, Hir, Value, ValueKind};
use crate::types::{Literal, Type};

/// More values than these aren't written into a help.
const MOST_VALUES: usize = 8;

/// `all`: they are never true together; otherwise one of them always is. `turned`: as they are
/// written, not as their group asks for them.
pub(super) fn meant(hir: &Hir, last: &Leaf<'_>, others: &[&Leaf<'_>], all: bool, turned: bool) -> String {
    let leaves = || others.iter().copied().chain([last]);
    let negated = |leaf: &Leaf<'_>| if turned { leaf.own_negated } else { leaf.negated };
    let is_truth = |leaf: &Leaf<'_>| values(leaf).is_none_or(|(value, _)| value.ty == Type::Boolean);
    if leaves().all(is_truth) && leaves().all(|leaf| same_condition(hir, leaf, last)) {
        return "remove one of the two, or write what was meant instead".to_owned();
    }
    let (word, not) = if all { ("or", "") } else { ("and", "not ") };
    let mut list: Vec<String> = Vec::new();
    for leaf in leaves() {
        let Some((value, items)) = values(leaf).filter(|_| negated(leaf) != all) else {
            return format!("did you mean `{word}`?");
        };
        if !matches!(value.kind, ValueKind::Field(..)) {
            return format!("did you mean `{word}`?");
        }
        for item in items {
            let item = item.to_string();
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
    match values(last) {
        Some((value, _)) if list.len() <= MOST_VALUES => {
            let field = canonical::value(hir, value);
            format!("did you mean `{word}`? write `{field} {not}in ({})`", list.join(", "))
        }
        _ => format!("did you mean `{word}`?"),
    }
}

/// A value and the constants that a condition compares it with for equality.
fn values<'a>(leaf: &Leaf<'a>) -> Option<(&'a Value, Vec<&'a Literal>)> {
    match &leaf.cond.kind {
        CondKind::In(value, items) => Some((value, items.iter().collect())),
        CondKind::Compare(Comparison::Equal, left, right) => match (&left.kind, &right.kind) {
            (_, ValueKind::Literal(literal)) => Some((left, vec![literal])),
            (ValueKind::Literal(literal), _) => Some((right, vec![literal])),
            _ => None,
        },
        _ => None,
    }
}

fn same_condition(hir: &Hir, one: &Leaf<'_>, other: &Leaf<'_>) -> bool {
    canonical::cond(hir, one.cond) == canonical::cond(hir, other.cond)
}
