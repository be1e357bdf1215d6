//! Kinds of contexts, and references to their attributes.

use super::{Reader, attribute_name};
use crate::diagnostic::Span;
use crate::import::segment::draft::{entry, entry_text};
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::problems::WrongShape;
use crate::types::Type;
use crate::yaml::{Node, NodeKind};

/// The kind of a context that doesn't say.
const DEFAULT_KIND: &str = "user";

impl Reader<'_, '_> {
    /// Whether the segments are about contexts of this kind: `user`, unless the mapping file gives another
    /// kind the empty path.
    pub(super) fn is_own(&self, kind: Option<&str>) -> bool {
        let kind = kind.unwrap_or(DEFAULT_KIND);
        match self.import.mapping.kinds.get(kind) {
            Some(mapped) => mapped.parts.is_empty(),
            None => {
                kind == DEFAULT_KIND
                    && !self.import.mapping.kinds.values().any(|mapped| mapped.parts.is_empty())
            }
        }
    }

    /// The field of an attribute of a kind, which is one value.
    pub(super) fn attribute(
        &mut self,
        kind: Option<&str>,
        name: &str,
        span: Span,
        wants: Option<&Type>,
    ) -> Option<Field> {
        let field = self.attribute_or_list(kind, name, span, wants)?;
        match field.rows {
            Some(_) => {
                let what = "the mapping file says that its values are rows, and one value is needed here";
                self.import.unfit(&field, span, what.to_owned(), None)
            }
            None => Some(field),
        }
    }

    /// The field of an attribute of a kind, or of the rows that are the elements of a list.
    pub(super) fn attribute_or_list(
        &mut self,
        kind: Option<&str>,
        name: &str,
        span: Span,
        wants: Option<&Type>,
    ) -> Option<Field> {
        let kind = if self.is_own(kind) { None } else { Some(kind.unwrap_or(DEFAULT_KIND)) };
        self.import.field(Attribute { kind, name, span }, wants)
    }

    /// The attribute of a clause: its kind, and its name with points between its parts.
    pub(super) fn reference<'n>(&mut self, clause: &'n Node) -> Option<(Option<&'n str>, String, Span)> {
        let kind = entry_text(clause, "contextKind").filter(|kind| !kind.is_empty());
        let Some(Node { kind: NodeKind::String(text), span }) = entry(clause, "attribute") else {
            return self.import.lacks(clause, "attribute");
        };
        let name = attribute_name(text, kind);
        if name.is_empty() || name.split('.').any(str::is_empty) {
            let (expected, found) = ("the name of an attribute".to_owned(), format!("`{text}`"));
            return self.import.refuse(WrongShape { span: *span, expected, found, help: None });
        }
        Some((kind, name, *span))
    }
}
