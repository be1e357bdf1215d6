//! The tree.

use crate::diagnostic::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub kind: NodeKind,
    /// For a map or a list: from its first entry to the end of its last one, with the
    /// brackets if it has some. A value behind an alias is where its anchor is.
    pub(crate) span: Span,
}

/// A value. Words are read as YAML 1.2 does: `yes`, `no`, `on`, `off` and dates are text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    /// `null`, `~` or nothing at all.
    Null,
    Bool(bool),
    /// With its text in the file, for a number that is meant as text.
    Integer(i64, String),
    /// With its text in the file: `1.10` is not `1.1` where it is a version or a decimal.
    Float(f64, String),
    String(String),
    List(Vec<Node>),
    /// In the order of the file, without duplicates.
    Map(Vec<(Key, Node)>),
}

/// A key of a map and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub text: String,
    pub(crate) span: Span,
}

impl Node {
    /// What it is, for messages.
    pub(crate) fn found(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(true) => "`true`",
            NodeKind::Bool(false) => "`false`",
            NodeKind::Integer(..) | NodeKind::Float(..) => "a number",
            NodeKind::String(_) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }
}
