//! How a column holds a field's values: `zone`, `storage`, `encoding`.

use super::model::{Field, Storage};
use super::problems::columns::{EncodingStorage, EncodingType, StorageType, UnknownZone, ZoneType};
use crate::diagnostic::Diagnostics;
use crate::types::{EpochUnit, Type, find_zone};
use crate::yaml::{Fields, Node, NodeKind};

/// What a word needs: its name, and the name of the type.
type Needs = (&'static str, Type, &'static str);

pub(super) fn read(field: &Field, fields: &mut Fields<'_>, problems: &mut Diagnostics) -> Storage {
    let zone_node = fields.get("zone");
    let zone = zone_node.and_then(|node| read_zone(field, node, problems));
    let encoding_node = fields.get("encoding");
    let storage_node = fields.get("storage");
    let Some(node) = encoding_node else {
        let storage = storage_node.and_then(|node| read_storage(field, node, problems));
        return zone.or(storage).unwrap_or_default();
    };
    let encoding = read_encoding(field, node, problems);
    let beside =
        storage_node.filter(|node| matches!(&node.kind, NodeKind::String(word) if word == "integer"));
    for (key, other) in [("zone", zone_node), ("storage", storage_node.filter(|_| beside.is_none()))] {
        if let Some(other) = other {
            let (span, field) = (other.span, field.name.clone());
            problems.push(EncodingStorage { span, key, field, encoding: node.span });
        }
    }
    match (encoding, beside) {
        (Some(Storage::Digits { .. }), Some(_)) => Storage::Digits { number: true },
        (Some(_), Some(other)) => {
            let (span, field) = (other.span, field.name.clone());
            problems.push(EncodingStorage { span, key: "storage", field, encoding: node.span });
            Storage::Native
        }
        (encoding, _) => encoding.unwrap_or_default(),
    }
}

fn read_encoding(field: &Field, node: &Node, problems: &mut Diagnostics) -> Option<Storage> {
    let epoch = |unit: EpochUnit| {
        (unit.name(), (Storage::Epoch(unit), (unit.name(), Type::Timestamp, "a timestamp")))
    };
    let known: [(&str, (Storage, Needs)); 5] = [
        epoch(EpochUnit::Seconds),
        epoch(EpochUnit::Millis),
        epoch(EpochUnit::Micros),
        ("yyyymmdd", (Storage::Digits { number: false }, ("yyyymmdd", Type::Date, "a date"))),
        ("loose", (Storage::LooseVersion, ("loose", Type::Semver, "a semver"))),
    ];
    let (storage, (encoding, ty, needs)) = node.word("an encoding", &known, problems)?;
    if field.ty == ty {
        return Some(storage);
    }
    let (field, ty) = (field.name.clone(), field.ty.clone());
    problems.push(EncodingType { span: node.span, encoding, needs, field, ty });
    None
}

fn read_storage(field: &Field, node: &Node, problems: &mut Diagnostics) -> Option<Storage> {
    let known: [(&str, (Storage, Needs)); 5] = [
        ("char", (Storage::Char, ("char", Type::String, "a string"))),
        ("int32", (Storage::Int32, ("int32", Type::Integer, "an integer"))),
        ("float32", (Storage::Float32, ("float32", Type::Float, "a float"))),
        ("float_nan", (Storage::FloatNan, ("float_nan", Type::Float, "a float"))),
        // Only beside an encoding.
        ("integer", (Storage::Native, ("integer", Type::Date, "a date with `encoding: yyyymmdd`"))),
    ];
    let (storage, (name, ty, needs)) = node.word("a kind of storage", &known, problems)?;
    if field.ty == ty && storage != Storage::Native {
        return Some(storage);
    }
    let (field, ty) = (field.name.clone(), field.ty.clone());
    problems.push(StorageType { span: node.span, storage: name, needs, field, ty });
    None
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
