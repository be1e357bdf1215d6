//! One field.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bigdecimal::BigDecimal;

use super::lookup::{check_name, read_label};
use super::model::{Field, Storage};
use super::problems::{
    BoundType, BoundsReversed, DuplicateValue, EmptyText, NoValues, NobodyUses, NulInName, UnknownType,
    ValuesType,
};
use super::{inside, storage};
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::types::{TYPE_NAMES, Type, parse_type};
use crate::yaml::{Fields, Key, Meant, Node, NodeKind, OtherKeys};

/// What other tools have in place of our keys.
const OTHER_KEYS: OtherKeys = &[
    (&["data_type", "dataType", "dtype", "datatype"], Meant::Key("type")),
    (&["enum", "accepted_values", "allowed_values", "options", "choices", "one_of"], Meant::Key("values")),
    (&["sql", "expr", "column_name", "source", "source_column", "alias", "db_column"], Meant::Key("column")),
    (&["timezone", "tz", "time_zone"], Meant::Key("zone")),
    (&["sensitive", "personal", "is_pii"], Meant::Key("pii")),
    (&["minimum"], Meant::Key("min")),
    (&["maximum"], Meant::Key("max")),
    (&["comment", "doc"], Meant::Key("description")),
    (&["title", "display_name"], Meant::Key("label")),
    (&["not_null", "required", "notnull", "mandatory"], Meant::Key("nullable: false")),
    (&["null", "optional"], Meant::Key("nullable: true")),
    (&["key", "is_key"], Meant::Help("remove it, and name the field in the entity: `key: …`")),
    (
        &["primary_key", "unique", "pk"],
        Meant::Help("remove it: the entity's `key` says which fields are unique"),
    ),
    (
        &["format", "date_format", "timestamp_format"],
        Meant::Help("declare the format of files in the entity: `read: { date_format: … }`"),
    ),
    (&["default"], Meant::Help("remove it: a missing value stays missing")),
    (
        &["tests", "data_tests", "constraints"],
        Meant::Help("remove it: the field's `nullable` and `values` and the entity's `key` say the same"),
    ),
    (&["name"], Meant::Help("remove it: a field's name is its key in `fields`")),
    (&["meta", "tags", "config"], Meant::Help("remove it: the catalog has no such setting")),
];

/// Reads a field: a map, or just its type. If the type can't be understood, the field is a
/// string and its name goes to `broken`.
pub(super) fn read_field(
    key: &Key,
    node: &Node,
    broken: &mut BTreeSet<String>,
    problems: &mut Diagnostics,
) -> Field {
    check_name(key, "a field", problems);
    let mut field = Field {
        name: key.text.clone(),
        span: key.span,
        column: key.text.clone(),
        ty: Type::String,
        nullable: true,
        values: None,
        label: None,
        description: None,
        pii: false,
        roles: Vec::new(),
        min: None,
        max: None,
        storage: Storage::Native,
        inside: None,
    };
    let ty = match &node.kind {
        NodeKind::String(text) => read_type(text, node.span, problems),
        NodeKind::Map(_) => read_details(&mut field, node, problems),
        _ => node.wrong("a type, or a map with `type`", Some(as_type(&key.text, node)), problems),
    };
    match ty {
        Some(ty) => field.ty = ty,
        None => {
            broken.insert(field.name.clone());
        }
    }
    field
}

/// "write `plan: array<string>`".
fn as_type(name: &str, node: &Node) -> String {
    let element = match &node.kind {
        NodeKind::List(items) => match items.as_slice() {
            [Node { kind: NodeKind::String(text), .. }] => parse_type(text),
            _ => None,
        },
        _ => None,
    };
    match element {
        Some(element) => format!("write `{name}: array<{element}>`"),
        None => format!("write `{name}: string`, or another type"),
    }
}

/// The keys of a field. Without a type, what depends on it is not looked at.
fn read_details(field: &mut Field, node: &Node, problems: &mut Diagnostics) -> Option<Type> {
    let fields = Fields::new(node, format!("field `{}`", field.name), field.span, problems)?;
    let mut fields = fields.knowing(OTHER_KEYS);
    let ty = fields
        .require("type", problems)
        .and_then(|node| read_type(node.text(problems)?, node.span, problems));
    if let Some(node) = fields.get("column")
        && let Some(column) = node.text(problems)
    {
        if column.trim().is_empty() {
            problems.push(EmptyText { span: node.span, key: "column" });
        }
        no_nul(column, node.span, "column", problems);
        column.clone_into(&mut field.column);
    }
    field.nullable = fields.boolean("nullable", problems).unwrap_or(true);
    field.label = read_label(&mut fields, "label", problems);
    field.description = fields.text("description", problems);
    field.pii = fields.boolean("pii", problems).unwrap_or(false);
    field.roles = read_roles(field, &mut fields, problems);
    // Whether these fit a type that isn't known goes to a list that nobody reads.
    let mut unknown = Diagnostics::new();
    let about_type = if ty.is_some() { &mut *problems } else { &mut unknown };
    field.ty = ty.clone().unwrap_or(Type::String);
    field.values = fields.get("values").and_then(|node| read_values(field, node, about_type)).map(Arc::from);
    read_bounds(field, &mut fields, about_type);
    field.storage = storage::read(field, &mut fields, about_type);
    field.inside = inside::read(field, &mut fields, about_type);
    fields.finish(problems);
    ty
}

/// The roles that may use a field, each once. An empty list would let nobody use it, and is an error.
fn read_roles(field: &Field, fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Vec<String> {
    if let Some(node) = fields.get("roles")
        && matches!(&node.kind, NodeKind::List(items) if items.is_empty())
    {
        problems.push(NobodyUses { span: node.span, field: field.name.clone() });
    }
    let mut roles: Vec<String> = Vec::new();
    for (role, _) in fields.texts("roles", problems) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

/// No database has a name with U+0000 in it.
pub(super) fn no_nul(text: &str, span: Span, what: &'static str, problems: &mut Diagnostics) {
    if text.contains('\0') {
        problems.push(NulInName { span, what });
    }
}

/// A wrong type is taken for the one that was probably meant, if there is one, so that it
/// is reported only once.
fn read_type(text: &str, span: Span, problems: &mut Diagnostics) -> Option<Type> {
    parse_type(text).or_else(|| {
        let nearest = guess(text);
        problems.push(UnknownType { span, name: text.to_owned(), nearest });
        nearest.and_then(parse_type)
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
        "array" if lower.contains("int") => "array<integer>",
        "array" if lower.contains("str") || lower.contains("text") => "array<string>",
        "string[]" | "text[]" => "array<string>",
        "integer[]" | "int[]" | "bigint[]" => "array<integer>",
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
