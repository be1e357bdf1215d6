//! A few rows for any catalog, with values at the edges of their types.

use std::sync::Arc;

use bigdecimal::BigDecimal;
use segc::catalog::{Catalog, Entity, EntityId, Field};
use segc::evaluate::{Data, Datum};
use segc::types::Type;

/// How many rows an entity has.
const ROWS: i64 = 4;

/// Rows of every entity. What a declaration of the catalog excludes is left out.
pub(super) fn made_up(catalog: &Arc<Catalog>) -> Data {
    let mut data = Data::new(catalog);
    for (id, entity) in catalog.iter() {
        for row in 0..ROWS {
            let values = (0..).zip(&entity.fields).map(|(at, field)| value(entity, at, field, row));
            // A value that doesn't fit its field leaves its row out.
            let _ = data.push_row(id, values.collect());
        }
    }
    data
}

/// The key of an entity's first row, as text.
pub(super) fn first_key(data: &Data, entity: EntityId) -> Option<Vec<String>> {
    let (_, row) = data.existing(entity).next()?;
    let key = &data.catalog().entity(entity).key;
    Some(key.iter().filter_map(|&field| row.get(field.0 as usize)).map(ToString::to_string).collect())
}

fn value(entity: &Entity, at: u32, field: &Field, row: i64) -> Datum {
    let is_key = entity.key.iter().any(|key| key.0 == at);
    if row == 2 && field.nullable && !is_key {
        return Datum::Missing;
    }
    match (&field.values, is_key) {
        (Some(values), _) => {
            values.get(row as usize % values.len().max(1)).map_or(Datum::Missing, |it| it.as_str().into())
        }
        (None, is_key) => of_type(&field.ty, row, is_key),
    }
}

fn of_type(ty: &Type, row: i64, plain: bool) -> Datum {
    let last = row == ROWS - 1 && !plain;
    match ty {
        Type::String if last => Datum::from("'\\\u{202e}%_\u{10ffff}"),
        Type::String => Datum::from(["a", "US", "paid", "View"][row as usize % 4]),
        Type::Integer if last => Datum::from(i64::MAX),
        Type::Integer => Datum::from(row),
        Type::Decimal { scale, .. } if last => Datum::from(BigDecimal::new(9.into(), i64::from(*scale))),
        Type::Decimal { .. } => Datum::from(BigDecimal::from(row)),
        Type::Float if last => Datum::from(f64::MIN_POSITIVE),
        Type::Float => Datum::from(row as f64 / 3.0),
        Type::Boolean => Datum::from(row % 2 == 0),
        Type::Date if last => Datum::from(jiff::civil::date(9999, 12, 31)),
        Type::Date => Datum::from(jiff::civil::date(2024, 2, 29 - row as i8)),
        Type::Timestamp if last => {
            "9999-12-30T21:59:59.999999Z".parse().map_or(Datum::Missing, Datum::Timestamp)
        }
        Type::Timestamp => "2026-03-29T01:30:00Z".parse().map_or(Datum::Missing, Datum::Timestamp),
        Type::Semver => Datum::from(["1.0.0", "2.0.0-rc.1", "no version", "2.0.0+x"][row as usize % 4]),
        Type::Json => Datum::from(
            ["{\"seats\": 7, \"address\": {\"city\": \"Oslo\"}}", "null", "[]", "{"][row as usize % 4],
        ),
        Type::Array(element) => Datum::Array((0..row).map(|at| of_type(element, at, true)).collect()),
    }
}
