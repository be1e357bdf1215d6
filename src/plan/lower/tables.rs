//! The rows of an entity over many tables.

use super::field::{read_field, stored};
use super::json::in_json;
use crate::catalog::{Container, Entity, EventTable, Field, HeldField, Shards, TableSource};
use crate::plan::rel::{Column, DAY, Relation, Scalar, Select, TableRef, Union};
use crate::types::Type;

/// The alias of each table.
const TABLE: &str = "t";

/// The rows of an entity, wherever they are on a target.
#[must_use]
pub(crate) fn rows_of(entity: &Entity, target: &str) -> Relation {
    match entity.source_on(target) {
        TableSource::Table(parts) => Relation::Table(parts.clone()),
        TableSource::Query { sql, span } => Relation::Sql { text: sql.clone(), span: *span },
        TableSource::Tables(tables) => Relation::Union(all_tables(entity, tables)),
        TableSource::Shards(shards) => Relation::Union(all_days(entity, shards)),
    }
}

/// The rows of all tables, with all fields.
fn all_tables(entity: &Entity, tables: &[EventTable]) -> Union {
    let branch = |table: &EventTable| {
        let column = |(field, held): (&Field, &Option<HeldField>)| {
            let value = match held {
                Some(held) => value(field, held),
                None if entity.event_name.is_some_and(|id| std::ptr::eq(entity.field(id), field)) => {
                    Scalar::text(table.event.clone())
                }
                // As those that are read from a column.
                None if field.ty == Type::Json => {
                    in_json(Scalar::Missing(Type::Json), Container::Json, &[], &Type::Json)
                }
                None => Scalar::Missing(united(&field.held_type())),
            };
            Column { value, name: Some(field.column.clone()) }
        };
        let relation = Relation::Table(table.name.clone());
        let columns = entity.fields.iter().zip(&table.fields).map(column).collect();
        Select { columns, from: Some(TableRef::new(relation, TABLE)), ..Select::default() }
    };
    Union::of(tables.iter().map(branch).collect())
}

/// The rows of the tables of all days, with their columns and the digits of their table's name. Tables whose
/// names end otherwise, such as `events_intraday_20260131`, are read as well, but their rows are left out.
fn all_days(entity: &Entity, shards: &Shards) -> Union {
    let mut columns: Vec<Column> = Vec::new();
    for field in entity.fields.iter().filter(|field| !field.column.is_empty()) {
        let is_same = |known: &Column| known.name.as_deref() == Some(&field.column);
        if !columns.iter().any(is_same) {
            let value = Scalar::column(TABLE, &field.column);
            columns.push(Column { value, name: Some(field.column.clone()) });
        }
    }
    columns.push(Column { value: Scalar::ShardDigits, name: Some(DAY.to_owned()) });
    let relation = Relation::Table(shards.name.clone());
    let filter = Some(super::shards::is_day(Scalar::ShardDigits));
    let from = Some(TableRef::new(relation, TABLE));
    Union::of(vec![Select { columns, from, filter, ..Select::default() }])
}

/// What a table holds of a field, in the type that all tables have it in. Encodings are read later: what the
/// columns hold can then be compared.
fn value(field: &Field, held: &HeldField) -> Scalar {
    let held = held.as_field(field);
    let value = match held.storage.is_encoding() {
        true => stored(&held, TABLE),
        false => read_field(&held, TABLE),
    };
    let ty = united(&field.held_type());
    match (&value, &ty) {
        // Tools that load events choose a column's type by the values that they have seen of one event.
        (_, Type::String | Type::Semver | Type::Integer | Type::Float) => Scalar::Cast(Box::new(value), ty),
        (Scalar::Column(..), Type::Decimal { .. }) => Scalar::Cast(Box::new(value), ty),
        _ => value,
    }
}

/// The type that values of all tables fit into.
fn united(ty: &Type) -> Type {
    if matches!(ty, Type::Decimal { .. }) { Type::DECIMAL } else { ty.clone() }
}
