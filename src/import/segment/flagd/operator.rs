//! The operators of JSONLogic, and how their arguments are written.

use crate::syntax::ast::CompareOp;
use crate::yaml::{Node, NodeKind};

/// The arguments of an operator: a list, or a single value without one.
pub(super) fn arguments(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

pub(super) const OPERATORS: [&str; 22] = [
    "and",
    "or",
    "!",
    "!!",
    "if",
    "==",
    "===",
    "!=",
    "!==",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "var",
    "missing",
    "starts_with",
    "ends_with",
    "sem_ver",
    "fractional",
    "cat",
    "$ref",
];

/// The order that an operator asks for.
pub(super) fn order(name: &str) -> Option<CompareOp> {
    Some(match name {
        "<" => CompareOp::Less,
        "<=" => CompareOp::LessOrEqual,
        ">" => CompareOp::Greater,
        ">=" => CompareOp::GreaterOrEqual,
        _ => return None,
    })
}

/// The same comparison with its sides exchanged.
pub(super) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        other => other,
    }
}

/// Whether 0 compares so with a number.
pub(super) fn zero_holds(op: CompareOp, bound: f64) -> bool {
    match op {
        CompareOp::Less => 0.0 < bound,
        CompareOp::LessOrEqual => 0.0 <= bound,
        CompareOp::Greater => 0.0 > bound,
        CompareOp::GreaterOrEqual => 0.0 >= bound,
        CompareOp::Equal | CompareOp::NotEqual => false,
    }
}
