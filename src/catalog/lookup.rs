//! Names: which are plain, and which field one means.

use std::collections::BTreeSet;

use super::model::{Field, FieldId};
use super::problems::{BadDuration, BadName, NoInterval, NoLabel, NotATime, UnknownField};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::{Unit, is_label, parse_duration};
use crate::yaml::{Fields, Key, Node};

/// What people call something.
pub(super) fn read_label(
    fields: &mut Fields<'_>,
    key: &'static str,
    problems: &mut Diagnostics,
) -> Option<String> {
    let node = fields.get(key)?;
    let text = node.text(problems)?;
    if !is_label(text) {
        problems.push(NoLabel { span: node.span, key });
        return None;
    }
    Some(text.to_owned())
}

/// The fields of an entity, by name.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) entity: &'a str,
    pub(super) fields: &'a [Field],
    /// Names of fields whose type is not known, which was reported: nothing follows from it.
    pub(super) broken: &'a BTreeSet<String>,
}

impl<'a> Lookup<'a> {
    /// The field that was found.
    pub(super) fn field(self, id: FieldId) -> &'a Field {
        &self.fields[id.0 as usize]
    }

    /// The field of a name that is at `span`. Of a broken one nothing is said any more.
    pub(super) fn find(self, name: &str, span: Span, problems: &mut Diagnostics) -> Option<FieldId> {
        if self.broken.contains(name) {
            return None;
        }
        if let Some(at) = self.fields.iter().position(|field| field.name == name) {
            return u32::try_from(at).ok().map(FieldId);
        }
        // Where there are none, that has been reported.
        if self.fields.is_empty() {
            return None;
        }
        let known = self.fields.iter().map(|field| field.name.clone()).collect();
        problems.push(UnknownField { span, name: name.to_owned(), entity: self.entity.to_owned(), known });
        None
    }

    /// The field that a value names.
    pub(super) fn node(self, node: &Node, problems: &mut Diagnostics) -> Option<FieldId> {
        let name = node.text(problems)?;
        self.find(name, node.span, problems)
    }

    /// The field that a value names, which must hold a time.
    pub(super) fn time(
        self,
        key: &'static str,
        node: Option<&Node>,
        problems: &mut Diagnostics,
    ) -> Option<FieldId> {
        let node = node?;
        let id = self.node(node, problems)?;
        let Field { name, ty, .. } = self.field(id);
        if !ty.is_time() {
            problems.push(NotATime { span: node.span, key, name: name.clone(), ty: ty.clone() });
            return None;
        }
        Some(id)
    }
}

/// Whether segments can write a name without backticks (reserved words aside).
pub fn is_plain(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(word) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// Reports a name that isn't plain; `what` has its article.
pub(super) fn check_name(key: &Key, what: &'static str, problems: &mut Diagnostics) {
    if !is_plain(&key.text) {
        problems.push(BadName { span: key.span, name: key.text.clone(), what });
    }
}

/// A duration, if there is one.
pub(super) fn duration(node: Option<&Node>, problems: &mut Diagnostics) -> Option<(i64, Unit)> {
    let node = node?;
    let text = node.text(problems)?;
    let found = parse_duration(text);
    if found.is_none() {
        problems.push(BadDuration { span: node.span, text: text.to_owned() });
    }
    found
}

/// How often something is done, if that is said: a duration that is not zero.
pub(super) fn interval(node: Option<&Node>, problems: &mut Diagnostics) -> Option<(i64, Unit)> {
    let found = duration(node, problems)?;
    if found.0 > 0 {
        return Some(found);
    }
    let text = node.and_then(|node| node.text(problems)).unwrap_or_default().to_owned();
    problems.push(NoInterval { span: node.map(|node| node.span)?, text });
    None
}
