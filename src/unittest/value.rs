//! From a value in a file to a value in a row.

use bigdecimal::BigDecimal;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::problems::WrongValue;
use crate::catalog::{Entity, FieldId, Storage};
use crate::diagnostic::{Diagnostics, closest};
use crate::evaluate::{Datum, fit, parse};
use crate::types::Type;
use crate::yaml::{Node, NodeKind};

/// The value of a field, if it is one that the field can hold.
pub(super) fn value(node: &Node, entity: &Entity, id: FieldId, problems: &mut Diagnostics) -> Option<Datum> {
    let field = entity.field(id);
    let mut wrong = |what: String, help: String| {
        let (field, entity) = (field.name.clone(), entity.name.clone());
        problems.push(WrongValue { span: node.span, field, entity, what, help });
        None
    };
    let other_type = || {
        let text = matches!(node.kind, NodeKind::String(_)) && !field.ty.is_time();
        format!("{}, not {}{}", with_article(&field.ty), if text { "the text " } else { "" }, shown(node))
    };
    let found = match datum(node, &field.ty, &field.storage) {
        Ok(found) => found,
        Err(help) => return wrong(other_type(), help),
    };
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
        Err(_) => wrong(other_type(), "it has too many digits for the type".to_owned()),
    }
}

/// The one place that knows how a value of each type is written; `Err` says how.
fn datum(node: &Node, ty: &Type, storage: &Storage) -> Result<Datum, String> {
    let say = |help: &str| Err(help.to_owned());
    match (ty, &node.kind) {
        (_, NodeKind::Null) => Ok(Datum::Missing),
        (_, NodeKind::String(text)) if text.contains('\0') => say("the character U+0000 can't be used"),
        (
            Type::String | Type::Semver,
            NodeKind::String(text) | NodeKind::Integer(_, text) | NodeKind::Float(_, text),
        ) => Ok(Datum::from(text.as_str())),
        (Type::String | Type::Semver, NodeKind::Bool(value)) => Err(format!("put it in quotes: \"{value}\"")),
        (Type::String, _) => say("write a text"),
        (Type::Semver, _) => say("write a version such as `\"1.2.3\"`"),
        (Type::Integer, NodeKind::Integer(number, _)) => Ok(Datum::Integer(*number)),
        (Type::Integer, _) => say("write a whole number of 64 bits, without quotes"),
        (Type::Decimal { .. }, _) => decimal(node).map(Datum::Decimal),
        #[expect(clippy::cast_precision_loss, reason = "integers widen to floats by rounding")]
        (Type::Float, NodeKind::Integer(number, _)) => Ok(Datum::from(*number as f64)),
        (Type::Float, NodeKind::Float(number, _)) if number.is_finite() => Ok(Datum::from(*number)),
        (Type::Float, _) => say("write a number such as `0.5` or `1e3`"),
        (Type::Boolean, NodeKind::Bool(value)) => Ok(Datum::from(*value)),
        (Type::Boolean, _) => say("write `true` or `false`, without quotes"),
        (Type::Date, NodeKind::String(text)) if !text.is_empty() => {
            parse(text, ty, storage).or_else(|_| say("write a date such as `2026-01-31`"))
        }
        (Type::Date, _) => say("write a date such as `2026-01-31`"),
        (Type::Timestamp, NodeKind::String(text)) => instant(text, storage),
        (Type::Timestamp, _) => say("write a timestamp such as `2026-01-31T12:00:00Z`"),
        (Type::Json, _) => json(node).map(Datum::from),
        // Types nest only a few levels deep.
        (Type::Array(element), NodeKind::List(items)) => {
            let items: Result<Vec<Datum>, String> =
                items.iter().map(|item| datum(item, element, storage)).collect();
            items.map(Datum::Array)
        }
        (Type::Array(_), _) => say("write a list such as `[a, b]`"),
    }
}

/// An exact number by the digits in the file, be they in quotes: no float comes between.
fn decimal(node: &Node) -> Result<BigDecimal, String> {
    let number = match &node.kind {
        NodeKind::Integer(number, _) => Some(BigDecimal::from(*number)),
        // An exponent of any size could be written out to any length.
        NodeKind::Float(_, text) | NodeKind::String(text)
            if text.len() <= 64 && !text.contains(['e', 'E']) =>
        {
            text.replace('_', "").parse().ok()
        }
        _ => None,
    };
    number.ok_or_else(|| "write an exact number such as `10.50`".to_owned())
}

/// An instant; where the column has none but local times, those may be written too.
fn instant(text: &str, storage: &Storage) -> Result<Datum, String> {
    let Storage::Zone(name) = storage else {
        let found = text.parse::<Timestamp>();
        let help = || "write date, time and `Z` or an offset, as in `2026-01-31T12:00:00Z`".to_owned();
        return found.map(Datum::from).map_err(|_| help());
    };
    let help = || format!("write a time such as `2026-01-31T12:00:00`, of {name}, or one with an offset");
    let found = parse(text, &Type::Timestamp, storage).map_err(|_| help())?;
    // What the column can hold: of a local time that occurs twice, the earlier one.
    let (Datum::Timestamp(instant), Ok(zone)) = (&found, TimeZone::get(name)) else { return Err(help()) };
    let local = zone.to_datetime(*instant);
    zone.to_ambiguous_timestamp(local).compatible().map(Datum::from).map_err(|_| help())
}

/// A JSON document: a text is one that is written out, as a column holds it.
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

/// The value as it stands in the file, as far as that is one.
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
