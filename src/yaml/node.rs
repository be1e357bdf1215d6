//! The tree.

use crate::diagnostic::Span;

/// A value and its place in the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub kind: NodeKind,
    /// For a map or a list, from its first entry to the end of its last one, with the brackets if
    /// there are any. A value behind an alias has the place of its anchor.
    pub(crate) span: Span,
}

/// A value. Words are interpreted as in YAML 1.2: `yes`, `no`, `on`, `off` and dates are text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    Bool(bool),
    /// Includes the text in the file, for numbers meant as text.
    Integer(i64, String),
    /// Includes the text in the file: as a version or a decimal, `1.10` isn't `1.1`.
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
    /// The kind of value, for messages.
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
