//! Fields inside JSON documents and structs.

use super::field::no_nul;
use super::model::{Container, Field, Inside, Storage};
use super::problems::columns::{EmptyPart, EmptyPath, FromWithoutPath, InsideType, StorageInside};
use crate::diagnostic::Diagnostics;
use crate::types::Type;
use crate::yaml::{Fields, Node};

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
        return (container == Container::JsonText).then_some(Inside { container, keys: Vec::new() });
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
    for key in keys {
        let Some(text) = key.text(problems) else { continue };
        no_nul(text, key.span, "key", problems);
        if container == Container::Struct && text.is_empty() {
            problems.push(EmptyPart { span: key.span, field: field.name.clone() });
        }
    }
    let keys: Option<Vec<String>> = keys.iter().map(|key| key.text(problems).map(str::to_owned)).collect();
    keys.filter(|keys| !keys.is_empty()).map(|keys| Inside { container, keys })
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
