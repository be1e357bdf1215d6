//! Literals that hold a backslash, for engines where a setting of the session decides whether a
//! backslash escapes: in a form with a prefix, they mean the same under every setting.

use std::ops::ControlFlow;

use sqlparser::ast::{Value, ValueWithSpan, VisitMut, VisitorMut};

use crate::dialect::Dialect;
use crate::dialect::walk::walk;

/// Whether the tree that was written so may contain a literal with a backslash, or one whose form depends on them.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains('\\') || text.contains("E'")
}

/// Adds the dialect's prefix, if it has one, to every literal that contains a backslash. Returns whether
/// there is a prefix.
pub(super) fn protect<T: VisitMut>(tree: &mut T, dialect: &Dialect) -> bool {
    let Some(prefix) = &dialect.literals.backslash_prefix else { return false };
    let _ = walk(tree, &mut Protector { prefix });
    true
}

struct Protector<'a> {
    prefix: &'a str,
}

impl VisitorMut for Protector<'_> {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        let doubled = |text: &str| text.replace('\\', "\\\\");
        let text = match &value.value {
            // As it is between the quotes.
            Value::SingleQuotedString(text) if text.contains('\\') => doubled(text),
            // As it is meant. sqlparser would write `\'`, which a setting may refuse.
            Value::EscapedStringLiteral(text) => doubled(text).replace('\'', "''"),
            _ => return ControlFlow::Continue(()),
        };
        // A placeholder is printed as it is.
        value.value = Value::Placeholder(format!("{}'{text}'", self.prefix));
        ControlFlow::Continue(())
    }
}
