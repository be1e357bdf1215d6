//! From a value in a file to a value in a row.

use super::problems::WrongValue;
use crate::catalog::{Entity, Field, FieldId, Storage};
use crate::check::hir::Column;
use crate::convert::{Converter, Limits, Misfit, Notation, Value};
use crate::diagnostic::{Diagnostics, closest};
use crate::evaluate::{Datum, fit};
use crate::types::{Type, Version};
use crate::yaml::{Node, NodeKind};

/// The value of a field, if the field can contain it.
pub(super) fn value(node: &Node, entity: &Entity, id: FieldId, problems: &mut Diagnostics) -> Option<Datum> {
    let field = entity.field(id);
    let mut wrong = |what: String, help: String| {
        let (field, entity) = (field.name.clone(), entity.name.clone());
        problems.push(WrongValue { span: node.span, field, entity, what, help });
        None
    };
    let other_type = || not_one(&field.ty, node);
    let notation = Notation::zone_of(&entity.read);
    let converter = Converter::of_field(field, &notation);
    let found = held(node, field).map_or_else(|| value_of(node, &field.ty, &converter), Ok);
    let found = match found {
        Ok(found) => found,
        Err(help) => return wrong(other_type(), help),
    };
    if let Some((what, help)) = beyond(field, &found, node) {
        return wrong(what, help);
    }
    let found = Datum::from(found);
    if found.is_missing() && !field.nullable {
        return wrong(
            "never missing".to_owned(),
            "the catalog says `nullable: false`: write a value".to_owned(),
        );
    }
    if let (Some(known), Datum::String(text)) = (&field.values, &found)
        && !known.contains(text)
    {
        let near = closest(text, known.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean `{near}`?"));
        return wrong(
            format!("never {}", shown(node)),
            help.unwrap_or_else(|| format!("its values are {}", known.join(", "))),
        );
    }
    match fit(entity, id, found) {
        Ok(value) => Some(value),
        Err(_) if field.storage.is_encoding() => {
            let encoding = field.storage.encoding().unwrap_or_default();
            let what = format!("encoded as `{encoding}`, which has no value for {}", shown(node));
            wrong(what, "write a value that the column can hold".to_owned())
        }
        Err(_) => wrong(other_type(), "it has too many digits for the type".to_owned()),
    }
}

/// What a column beside the key of a segment is expected to be.
pub(super) fn column_value(
    node: &Node,
    segment: &str,
    column: &Column,
    problems: &mut Diagnostics,
) -> Option<Datum> {
    let ty = &column.value.ty;
    let notation = Notation::default();
    let converter = Converter::new(ty, &Storage::Native, &notation);
    let found = value_of(node, ty, &converter).map(Datum::from).and_then(|found| match (ty, found) {
        (Type::Semver, Datum::String(text)) => match Version::parse(&text) {
            Ok(version) => Ok(Datum::String(version.without_build().to_owned())),
            Err(error) => Err(match error.meant {
                Some(meant) => format!("write `{meant}`"),
                None => "text that isn't a version is missing: write `null`".to_owned(),
            }),
        },
        (_, found) => Ok(found),
    });
    match found {
        Ok(found) => Some(found),
        Err(help) => {
            let what = not_one(ty, node);
            let (field, entity) = (column.name.clone(), segment.to_owned());
            problems.push(WrongValue { span: node.span, field, entity, what, help });
            None
        }
    }
}

/// That a value isn't of a type.
fn not_one(ty: &Type, node: &Node) -> String {
    let text = matches!(node.kind, NodeKind::String(_)) && !ty.is_time();
    format!("{}, not {}{}", with_article(ty), if text { "the text " } else { "" }, shown(node))
}

/// What the column of an encoded field holds, if that is what is written.
fn held(node: &Node, field: &Field) -> Option<Value<'static>> {
    let is_digits = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    match (&field.storage, &node.kind) {
        (Storage::Epoch(_) | Storage::Digits { number: true }, NodeKind::Integer(number, _)) => {
            Some(Value::Integer(*number))
        }
        (Storage::Digits { number: false }, NodeKind::Integer(_, text) | NodeKind::String(text)) => {
            is_digits(text).then(|| Value::Text(text.clone().into()))
        }
        _ => None,
    }
}

/// How a number violates the catalog's `min` or `max`.
fn beyond(field: &Field, value: &Value<'_>, node: &Node) -> Option<(String, String)> {
    let (key, bound, word) = match Limits::of(field).check(value) {
        Err(Misfit::BelowMin) => ("min", field.min.as_ref()?, "less"),
        Err(Misfit::AboveMax) => ("max", field.max.as_ref()?, "more"),
        _ => return None,
    };
    let bound = bound.to_plain_string();
    let what = format!("never {word} than {bound}, and this is {}", shown(node));
    Some((what, format!("the catalog says `{key}: {bound}`: correct the value, or the catalog")))
}

/// A value of a type. `Err` says how to write one.
fn value_of(node: &Node, ty: &Type, converter: &Converter<'_>) -> Result<Value<'static>, String> {
    let say = |help: &str| Err(help.to_owned());
    match (ty, &node.kind) {
        (_, NodeKind::Null) => Ok(Value::Missing),
        (_, NodeKind::String(text)) if text.contains('\0') => say("the character U+0000 can't be used"),
        (
            Type::String | Type::Semver,
            NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text),
        ) => Ok(Value::Text(text.clone().into())),
        (Type::String | Type::Semver, NodeKind::Bool(value)) => Err(format!("put it in quotes: \"{value}\"")),
        (Type::String, _) => say("write text"),
        (Type::Semver, _) => say("write a version such as `\"1.2.3\"`"),
        (Type::Integer | Type::Float, NodeKind::Integer(_, text) | NodeKind::Float(_, text)) => {
            number(text, converter)
        }
        (Type::Integer, _) => say("write a whole number of 64 bits, without quotes"),
        // No float comes between, be the digits in quotes or not.
        (
            Type::Decimal { .. },
            NodeKind::Integer(_, text) | NodeKind::Float(_, text) | NodeKind::String(text),
        ) => number(text, converter),
        (Type::Decimal { .. }, _) => say("write an exact number such as `10.50`"),
        (Type::Float, _) => say("write a number such as `0.5` or `1e3`"),
        (Type::Boolean, NodeKind::Bool(value)) => Ok(Value::Boolean(*value)),
        (Type::Boolean, _) => say("write `true` or `false`, without quotes"),
        (Type::Date, NodeKind::String(text)) => converter
            .plain_text(text)
            .map(Value::into_owned)
            .or_else(|_| say("write a date such as `2026-01-31`")),
        (Type::Date, _) => say("write a date such as `2026-01-31`"),
        (Type::Timestamp, NodeKind::String(text)) => instant(text, converter),
        (Type::Timestamp, _) => say("write a timestamp such as `2026-01-31T12:00:00Z`"),
        (Type::Json, _) => json(node).map(|text| Value::Text(text.into())),
        // Types nest only a few levels deep.
        (Type::Array(element), NodeKind::List(items)) => {
            let converter = converter.of_element(element);
            items
                .iter()
                .map(|item| value_of(item, element, &converter))
                .collect::<Result<_, _>>()
                .map(Value::Array)
        }
        (Type::Array(_), _) => say("write a list such as `[a, b]`"),
    }
}

/// A number, by its digits in the file.
fn number(text: &str, converter: &Converter<'_>) -> Result<Value<'static>, String> {
    let plain = text.replace('_', "");
    match converter.digits(&plain) {
        Ok(value) => Ok(value),
        Err(Misfit::Bits(32)) => Err("the column has 32 bits: the catalog says `storage: int32`".to_owned()),
        Err(Misfit::Scale(_) | Misfit::Precision) => Err("it has too many digits for the type".to_owned()),
        Err(_) => Err(match converter.ty() {
            Type::Integer => "write a whole number of 64 bits, without quotes",
            Type::Decimal { .. } => "write an exact number such as `10.50`",
            _ => "write a number such as `0.5` or `1e3`",
        }
        .to_owned()),
    }
}

/// An instant. If there is a time zone, local times are also accepted.
fn instant(text: &str, converter: &Converter<'_>) -> Result<Value<'static>, String> {
    let found = converter.plain_text(text).map(Value::into_owned);
    found.map_err(|misfit| match (misfit, converter.zone()) {
        (Misfit::SecondOfTwo, _) => {
            "the column holds local times, and this is the second of two instants with one local time"
                .to_owned()
        }
        (Misfit::TooFine, _) => "write at most six digits after the decimal point".to_owned(),
        (_, Some(zone)) => {
            let zone = zone.iana_name().unwrap_or("its zone");
            format!("write a time such as `2026-01-31T12:00:00`, of {zone}, or one with an offset")
        }
        _ => "write date, time and `Z` or an offset, as in `2026-01-31T12:00:00Z`".to_owned(),
    })
}

/// A JSON document. Text is a document in text form, as in a column.
fn json(node: &Node) -> Result<String, String> {
    let found = match &node.kind {
        NodeKind::String(text) => {
            serde_json::from_str::<serde::de::IgnoredAny>(text).ok().map(|_| text.clone())
        }
        _ => nested(node).map(|value| value.to_string()),
    };
    found.ok_or_else(|| "write a map, a list, or a document in quotes: `'{\"a\": 1}'`".to_owned())
}

fn nested(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.kind {
        NodeKind::Null => serde_json::Value::Null,
        NodeKind::Bool(value) => (*value).into(),
        NodeKind::Integer(number, _) => (*number).into(),
        NodeKind::Float(number, _) => serde_json::Number::from_f64(*number)?.into(),
        NodeKind::String(text) => text.as_str().into(),
        NodeKind::List(items) => serde_json::Value::Array(items.iter().map(nested).collect::<Option<_>>()?),
        NodeKind::Map(entries) => {
            let entries = entries.iter().map(|(key, node)| Some((key.text.clone(), nested(node)?)));
            serde_json::Value::Object(entries.collect::<Option<_>>()?)
        }
    })
}

/// The value as in the file, as far as it is a scalar.
pub(super) fn shown(node: &Node) -> String {
    match &node.kind {
        NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text) => {
            let short: String = text.chars().take(40).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("`{short}{more}`")
        }
        _ => node.found().to_owned(),
    }
}

fn with_article(ty: &Type) -> String {
    let article = if matches!(ty, Type::Integer | Type::Array(_)) { "an" } else { "a" };
    format!("{article} {ty}")
}
