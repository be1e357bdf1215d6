//! One field.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use super::lookup::check_name;
use super::model::{Field, Storage};
use super::problems::{
    BoundType, BoundsReversed, DuplicateValue, EmptyText, NoValues, StorageType, UnknownType, UnknownZone,
    ValuesType, ZoneType,
};
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::types::{TYPE_NAMES, Type, find_zone, parse_type};
use crate::yaml::{Fields, Key, Node, NodeKind};

/// Reads a field: a map, or just its type.
pub(super) fn read_field(key: &Key, node: &Node, problems: &mut Diagnostics) -> Option<Field> {
    check_name(key, "a field", problems);
    let mut field = Field {
        name: key.text.clone(),
        span: key.span,
        column: key.text.clone(),
        ty: Type::String,
        nullable: true,
        values: None,
        description: None,
        pii: false,
        roles: Vec::new(),
        min: None,
        max: None,
        storage: Storage::Native,
    };
    if let NodeKind::String(text) = &node.kind {
        field.ty = read_type(text, node.span, problems);
        return Some(field);
    }
    if !matches!(node.kind, NodeKind::Map(_)) {
        return node.wrong("a type, or a map with `type`", None, problems);
    }
    let mut fields = Fields::new(node, format!("field `{}`", key.text), key.span, problems)?;
    if let Some(node) = fields.require("type", problems)
        && let Some(text) = node.text(problems)
    {
        field.ty = read_type(text, node.span, problems);
    }
    if let Some(column) = fields.text("column", problems) {
        if column.trim().is_empty() {
            let span = fields.get("column").map_or(key.span, |node| node.span);
            problems.push(EmptyText { span, key: "column" });
        }
        field.column = column;
    }
    field.nullable = fields.boolean("nullable", problems).unwrap_or(true);
    field.description = fields.text("description", problems);
    field.pii = fields.boolean("pii", problems).unwrap_or(false);
    field.roles = fields.texts("roles", problems).into_iter().map(|(role, _)| role).collect();
    field.values = fields.get("values").and_then(|node| read_values(&field, node, problems));
    read_bounds(&mut field, &mut fields, problems);
    field.storage = read_storage(&field, &mut fields, problems);
    fields.finish(problems);
    Some(field)
}

/// A wrong type is taken for the one that was probably meant, so that it is reported only once.
fn read_type(text: &str, span: Span, problems: &mut Diagnostics) -> Type {
    parse_type(text).unwrap_or_else(|| {
        let nearest = guess(text);
        problems.push(UnknownType { span, name: text.to_owned(), nearest });
        nearest.and_then(parse_type).unwrap_or(Type::String)
    })
}

/// What other systems call our types, and slips of the pen.
fn guess(text: &str) -> Option<&'static str> {
    let lower = text.trim().to_lowercase();
    Some(match lower.split(['(', '<', ' ']).next().unwrap_or_default() {
        "text" | "varchar" | "char" | "uuid" | "str" => "string",
        "int" | "bigint" | "smallint" | "int64" | "long" | "number" => "integer",
        "numeric" | "money" => "decimal",
        "double" | "real" | "float64" => "float",
        "bool" => "boolean",
        "datetime" | "timestamptz" | "instant" => "timestamp",
        "jsonb" | "variant" => "json",
        "list" => "array<string>",
        word => return closest(word, TYPE_NAMES.iter().copied()),
    })
}

fn read_values(field: &Field, node: &Node, problems: &mut Diagnostics) -> Option<Vec<String>> {
    let items = node.list(problems)?;
    if field.ty != Type::String {
        problems.push(ValuesType { span: node.span, field: field.name.clone(), ty: field.ty.clone() });
        return None;
    }
    if items.is_empty() {
        problems.push(NoValues { span: node.span, field: field.name.clone() });
        return None;
    }
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        let Some(value) = item.text(problems) else { continue };
        if let Some(&first) = seen.get(value) {
            problems.push(DuplicateValue { span: item.span, value: value.to_owned(), first });
            continue;
        }
        seen.insert(value, item.span);
        values.push(value.to_owned());
    }
    Some(values)
}

fn read_bounds(field: &mut Field, fields: &mut Fields<'_>, problems: &mut Diagnostics) {
    let min = read_bound(field, "min", fields.get("min"), problems);
    let max = read_bound(field, "max", fields.get("max"), problems);
    if let (Some((min, min_span)), Some((max, span))) = (&min, &max)
        && min > max
    {
        problems.push(BoundsReversed { span: *span, field: field.name.clone(), min: *min_span });
    }
    field.min = min.map(|(min, _)| min);
    field.max = max.map(|(max, _)| max);
}

fn read_bound(
    field: &Field,
    key: &'static str,
    node: Option<&Node>,
    problems: &mut Diagnostics,
) -> Option<(BigDecimal, Span)> {
    let node = node?;
    if !field.ty.is_number() {
        let (field, ty) = (field.name.clone(), field.ty.clone());
        problems.push(BoundType { span: node.span, key, field, ty });
        return None;
    }
    Some((node.number(problems)?, node.span))
}

fn read_storage(field: &Field, fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Storage {
    let zone = fields.get("zone").and_then(|node| read_zone(field, node, problems));
    let storage = fields.get("storage").and_then(|node| {
        let known = [
            ("char", (Storage::Char, "char", Type::String)),
            ("float32", (Storage::Float32, "float32", Type::Float)),
            ("float_nan", (Storage::FloatNan, "float_nan", Type::Float)),
        ];
        let (storage, name, needs) = node.word("a kind of storage", &known, problems)?;
        if field.ty == needs {
            return Some(storage);
        }
        let needs = if needs == Type::String { "string" } else { "float" };
        let (field, ty) = (field.name.clone(), field.ty.clone());
        problems.push(StorageType { span: node.span, storage: name, needs, field, ty });
        None
    });
    zone.or(storage).unwrap_or_default()
}

fn read_zone(field: &Field, node: &Node, problems: &mut Diagnostics) -> Option<Storage> {
    let name = node.text(problems)?;
    let zone = find_zone(name).map(|(_, name)| Storage::Zone(name));
    if field.ty != Type::Timestamp {
        problems.push(ZoneType { span: node.span, field: field.name.clone(), ty: field.ty.clone() });
    }
    if zone.is_none() {
        problems.push(UnknownZone { span: node.span, name: name.to_owned() });
    }
    zone
}
