//! A field as a table's column holds it.

use super::encoded;
use super::json::{in_json, in_struct};
use crate::catalog::{Container, Field, Inside, Storage};
use crate::dialect::Function;
use crate::plan::rel::Scalar;
use crate::types::Type;

/// A field of a row, read as its storage demands.
pub(super) fn read_field(field: &Field, alias: &str) -> Scalar {
    let column = stored(field, alias);
    match &field.storage {
        Storage::Native | Storage::Int32 => column,
        Storage::Zone(zone) => Scalar::Call(Function::ReadZone, vec![column, Scalar::text(zone.to_owned())]),
        Storage::Char => Scalar::Call(Function::ReadChar, vec![column]),
        Storage::Float32 => Scalar::Call(Function::ReadFloat32, vec![column]),
        Storage::FloatNan => Scalar::Call(Function::ReadFloatNan, vec![column]),
        Storage::Epoch(_) | Storage::Digits { .. } | Storage::LooseVersion => encoded::read(field, column),
    }
}

/// A field as its column holds it, except for the conversion that its storage demands.
pub(super) fn stored(field: &Field, alias: &str) -> Scalar {
    let column = Scalar::Column(alias.to_owned(), field.column.clone());
    match &field.inside {
        None if field.ty == Type::Json => in_json(column, Container::Json, &[], &field.ty),
        None => column,
        Some(Inside { container: Container::Struct, steps }) => in_struct(column, steps),
        Some(inside) => in_json(column, inside.container, &inside.steps, &field.held_type()),
    }
}
