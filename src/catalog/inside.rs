//! Fields inside JSON documents and structs.

use super::field::no_nul;
use super::model::{Container, Field, Inside, Step, Storage};
use super::problems::columns::{EmptyPart, EmptyPath, EntryOnly, FromWithoutPath, InsideType, StorageInside};
use crate::diagnostic::Diagnostics;
use crate::types::Type;
use crate::yaml::{Fields, Node, NodeKind};

/// Reads `path` and `from`.
pub(super) fn read(field: &Field, fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Option<Inside> {
    let path = fields.get("path");
    let container = fields.get("from").map(|node| (node, read_container(node, problems)));
    if let (None, Some((node, _))) = (path, &container)
        && field.ty != Type::Json
    {
        problems.push(FromWithoutPath { span: node.span, field: field.name.clone() });
        return None;
    }
    let container = match container {
        Some((_, found)) => found?,
        None => Container::Json,
    };
    let Some(node) = path else {
        // The whole of a JSON column is read so without being told.
        return (container == Container::JsonText).then_some(Inside { container, steps: Vec::new() });
    };
    let keys = node.one_or_many();
    if keys.is_empty() {
        problems.push(EmptyPath { span: node.span, field: field.name.clone() });
    }
    if container != Container::Struct {
        if !is_readable(&field.ty) {
            let (field, ty) = (field.name.clone(), field.ty.clone());
            problems.push(InsideType { span: node.span, field, ty });
        }
        if field.storage != Storage::Native && !field.storage.is_encoding() {
            problems.push(StorageInside { span: node.span, field: field.name.clone() });
        }
    }
    let steps: Option<Vec<Step>> =
        keys.iter().map(|node| read_step(field, node, container, problems)).collect();
    if let (Some(Step::Entry { .. }), Some(node)) =
        (steps.as_ref().and_then(|steps| steps.last()), keys.last())
        && field.ty != Type::Json
    {
        problems.push(EntryOnly { span: node.span, field: field.name.clone() });
    }
    steps.filter(|steps| !steps.is_empty()).map(|steps| Inside { container, steps })
}

/// A key, or an entry of a key/value array: `{ key: page_location }`, `{ key: page_location, field: name }`.
fn read_step(field: &Field, node: &Node, container: Container, problems: &mut Diagnostics) -> Option<Step> {
    if !matches!(node.kind, NodeKind::Map(_)) {
        return read_key(field, node, container, problems).map(Step::Key);
    }
    let example = Some("path: [{ key: page_location }, value, string_value]");
    let what = format!("an entry in the path of `{}`", field.name);
    let mut map = Fields::shown(node, what, node.span, example, problems)?;
    let key = map.require("key", problems).and_then(|node| {
        let text = node.text(problems)?;
        no_nul(text, node.span, "key", problems);
        Some(text.to_owned())
    });
    let of = match map.get("field") {
        Some(node) => read_key(field, node, container, problems),
        None => Some("key".to_owned()),
    };
    map.finish(problems);
    Some(Step::Entry { field: of?, key: key? })
}

fn read_key(field: &Field, node: &Node, container: Container, problems: &mut Diagnostics) -> Option<String> {
    let text = node.text(problems)?;
    no_nul(text, node.span, "key", problems);
    if container == Container::Struct && text.is_empty() {
        problems.push(EmptyPart { span: node.span, field: field.name.clone() });
    }
    Some(text.to_owned())
}

fn read_container(node: &Node, problems: &mut Diagnostics) -> Option<Container> {
    let known =
        [("json", Container::Json), ("json_text", Container::JsonText), ("struct", Container::Struct)];
    node.word("the kind of a column's contents", &known, problems)
}

/// Whether a JSON value can be one of this type.
fn is_readable(ty: &Type) -> bool {
    match ty {
        Type::Array(element) => !matches!(**element, Type::Array(_) | Type::Json | Type::Semver),
        _ => true,
    }
}
