//! Whether a column matches its field's declaration, and the declaration that would.

use crate::catalog::{Container, Field, Step, Storage};
use crate::engine::{ColumnType, Declared, SourceColumn};
use crate::types::Type;

/// The result of comparing a field's declaration with its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    /// The declaration is correct.
    Right,
    /// The column contains integers of 32 bits, which the field doesn't declare.
    Narrow,
    /// The column contains times without a time zone, which the field doesn't declare.
    NoZone,
    /// The column has another type. Contains the correct declaration, if there is one.
    Wrong(Option<String>),
    /// The struct has no field of that name.
    NoPart {
        name: String,
        /// The names of its fields.
        known: Vec<String>,
    },
}

/// Compares a field with its column.
pub(super) fn fit(field: &Field, column: &SourceColumn) -> Fit {
    let Some(inside) = &field.inside else {
        return value(&field.ty, &field.storage, &column.holds);
    };
    match (inside.container, &column.holds) {
        (Container::Json, ColumnType::Json) | (Container::JsonText, ColumnType::Text) => Fit::Right,
        (Container::Struct, ColumnType::Struct(_) | ColumnType::Array(_)) => {
            part(field, &inside.steps, &column.holds)
        }
        (_, ColumnType::Json) => Fit::Wrong(Some("from: json".to_owned())),
        (_, ColumnType::Text) => Fit::Wrong(Some("from: json_text".to_owned())),
        (_, ColumnType::Struct(_)) => Fit::Wrong(Some("from: struct".to_owned())),
        (_, other) => Fit::Wrong(declaration(other)),
    }
}

/// Compares a field with its column in one of many tables, whose numbers are converted to the field's type.
pub(super) fn fit_converted(field: &Field, column: &SourceColumn) -> Fit {
    let compared = fit(field, column);
    if field.inside.is_some() || field.storage.is_encoding() {
        return compared;
    }
    match (&compared, &field.ty, &column.holds) {
        (Fit::Narrow, ..) => Fit::Right,
        (
            Fit::Wrong(_),
            Type::Float,
            ColumnType::Integer { .. } | ColumnType::Decimal(_) | ColumnType::Float { .. },
        ) => Fit::Right,
        (Fit::Wrong(_), Type::Decimal { precision, scale }, ColumnType::Integer { bits }) => {
            let digits = if *bits == 32 { 10 } else { 19 };
            if *bits <= 64 && precision.saturating_sub(*scale) >= digits { Fit::Right } else { compared }
        }
        _ => compared,
    }
}

fn part(field: &Field, steps: &[Step], holds: &ColumnType) -> Fit {
    let Some((step, rest)) = steps.split_first() else {
        return value(&field.ty, &field.storage, holds);
    };
    let key = match (step, holds) {
        (Step::Key(key), _) => key,
        // The field with the keys is there, and is text; the rest is read from the same struct.
        (Step::Entry { field: of, .. }, ColumnType::Array(item)) => {
            return match member(of, item) {
                Ok(ColumnType::Text | ColumnType::Char | ColumnType::Enum(_)) => part(field, rest, item),
                Ok(other) => Fit::Wrong(declaration(other)),
                Err(fit) => fit,
            };
        }
        (Step::Entry { .. }, _) => return Fit::Wrong(declaration(holds)),
    };
    member(key, holds).map_or_else(|fit| fit, |inner| part(field, rest, inner))
}

/// A member of a struct.
fn member<'c>(key: &str, holds: &'c ColumnType) -> Result<&'c ColumnType, Fit> {
    let ColumnType::Struct(parts) = holds else { return Err(Fit::Wrong(declaration(holds))) };
    match parts.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
        Some((_, inner)) => Ok(inner),
        None => {
            let known = parts.iter().map(|(name, _)| name.clone()).collect();
            Err(Fit::NoPart { name: key.to_owned(), known })
        }
    }
}

/// What may be declared of a column of integers for a timestamp.
const EPOCHS: &str = "encoding: epoch_seconds`, `encoding: epoch_millis` or `encoding: epoch_micros";

fn value(ty: &Type, storage: &Storage, holds: &ColumnType) -> Fit {
    if storage.is_encoding() {
        return encoded(storage, holds);
    }
    let right = match (ty, holds) {
        (Type::String, ColumnType::Char) => *storage == Storage::Char,
        (Type::String | Type::Semver, ColumnType::Text | ColumnType::Enum(_))
        | (Type::Boolean, ColumnType::Boolean)
        | (Type::Date, ColumnType::Date)
        | (Type::Json, ColumnType::Json)
        | (Type::Decimal { .. }, ColumnType::Decimal(None)) => true,
        (Type::Integer, ColumnType::Integer { bits: 32 }) => match storage {
            Storage::Int32 => true,
            _ => return Fit::Narrow,
        },
        (Type::Integer, ColumnType::Integer { .. }) => true,
        (Type::Integer, ColumnType::Decimal(precision)) => precision.is_some_and(|(_, scale)| scale == 0),
        (&Type::Decimal { precision, scale }, ColumnType::Decimal(Some((digits, places)))) => {
            holds_all(u64::from(precision), u64::from(scale), *digits, *places)
        }
        (Type::Float, ColumnType::Float { bits: 32 }) => *storage == Storage::Float32,
        (Type::Float, ColumnType::Float { .. }) => true,
        (Type::Timestamp, ColumnType::LocalTime) => match storage {
            Storage::Zone(_) => true,
            _ => return Fit::NoZone,
        },
        (Type::Timestamp, ColumnType::Integer { .. }) => return Fit::Wrong(Some(EPOCHS.to_owned())),
        (Type::Timestamp, ColumnType::Instant) => !matches!(storage, Storage::Zone(_)),
        (Type::Array(element), ColumnType::Array(held)) => match value(element, storage, held) {
            Fit::Right | Fit::Narrow => true,
            Fit::NoZone => return Fit::NoZone,
            _ => false,
        },
        _ => false,
    };
    if right { Fit::Right } else { Fit::Wrong(declaration(holds)) }
}

/// Whether a column can hold encoded values.
fn encoded(storage: &Storage, holds: &ColumnType) -> Fit {
    let is_text = matches!(holds, ColumnType::Text | ColumnType::Char | ColumnType::Enum(_));
    let is_whole = match holds {
        ColumnType::Integer { .. } => true,
        ColumnType::Decimal(Some((_, scale))) => *scale == 0,
        _ => false,
    };
    match storage {
        Storage::Epoch(_) | Storage::Digits { number: true } if is_whole => Fit::Right,
        Storage::Digits { number: false } | Storage::LooseVersion if is_text => Fit::Right,
        Storage::Digits { number: false } if is_whole => {
            Fit::Wrong(Some("encoding: yyyymmdd, storage: integer".to_owned()))
        }
        Storage::Digits { number: true } if is_text => Fit::Wrong(Some("encoding: yyyymmdd".to_owned())),
        _ => Fit::Wrong(declaration(holds)),
    }
}

/// Whether a decimal type can represent all values of another. A field can have at most nine
/// places; further places are read as they are.
fn holds_all(precision: u64, scale: u64, digits: u64, places: u64) -> bool {
    let whole = digits.saturating_sub(places);
    scale >= places.min(9) && precision.saturating_sub(scale) >= whole.min(29)
}

/// The declaration with which a field can read such a column.
fn declaration(holds: &ColumnType) -> Option<String> {
    let Declared { ty, storage, is_local } = holds.declared()?;
    let ty = ty.to_string();
    let ty = if ty.contains(',') { format!("\"{ty}\"") } else { ty };
    Some(match (storage, is_local) {
        (Some(storage), _) => format!("type: {ty}, storage: {storage}"),
        (None, true) => format!("type: {ty}, zone: UTC"),
        (None, false) => format!("type: {ty}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::EpochUnit;

    fn fits(ty: Type, storage: Storage, holds: &ColumnType) -> Fit {
        value(&ty, &storage, holds)
    }

    #[test]
    fn wrong_fields_get_a_suggestion() {
        let zone = Storage::Zone("UTC".to_owned());
        let wrong = |text: &str| Fit::Wrong(Some(text.to_owned()));
        let money = |precision, scale| Type::Decimal { precision, scale };
        for (ty, storage, holds, expected) in [
            (Type::Timestamp, Storage::Native, ColumnType::LocalTime, Fit::NoZone),
            (Type::Timestamp, zone.clone(), ColumnType::LocalTime, Fit::Right),
            (Type::Timestamp, zone, ColumnType::Instant, wrong("type: timestamp")),
            (Type::Timestamp, Storage::Native, ColumnType::Date, wrong("type: date")),
            (Type::Integer, Storage::Native, ColumnType::Integer { bits: 32 }, Fit::Narrow),
            (Type::Integer, Storage::Int32, ColumnType::Integer { bits: 64 }, Fit::Right),
            (Type::Integer, Storage::Native, ColumnType::Decimal(Some((18, 0))), Fit::Right),
            (Type::Integer, Storage::Native, ColumnType::Text, wrong("type: string")),
            (
                money(10, 2),
                Storage::Native,
                ColumnType::Decimal(Some((12, 4))),
                wrong("type: \"decimal(12,4)\""),
            ),
            (money(12, 4), Storage::Native, ColumnType::Decimal(Some((10, 2))), Fit::Right),
            (Type::DECIMAL, Storage::Native, ColumnType::Decimal(Some((38, 18))), Fit::Right),
            (
                Type::Float,
                Storage::Native,
                ColumnType::Float { bits: 32 },
                wrong("type: float, storage: float32"),
            ),
            (Type::Timestamp, Storage::Native, ColumnType::Integer { bits: 64 }, wrong(EPOCHS)),
            (
                Type::Timestamp,
                Storage::Epoch(EpochUnit::Millis),
                ColumnType::Integer { bits: 32 },
                Fit::Right,
            ),
            (Type::Date, Storage::Digits { number: false }, ColumnType::Text, Fit::Right),
            (
                Type::Date,
                Storage::Digits { number: false },
                ColumnType::Integer { bits: 32 },
                wrong("encoding: yyyymmdd, storage: integer"),
            ),
            (Type::Date, Storage::Digits { number: true }, ColumnType::Text, wrong("encoding: yyyymmdd")),
            (Type::Date, Storage::Digits { number: true }, ColumnType::Date, wrong("type: date")),
            (Type::Semver, Storage::LooseVersion, ColumnType::Text, Fit::Right),
            (Type::String, Storage::Native, ColumnType::Char, wrong("type: string, storage: char")),
            (Type::String, Storage::Native, ColumnType::Other, Fit::Wrong(None)),
            (
                Type::Array(Box::new(Type::String)),
                Storage::Native,
                ColumnType::Array(Box::new(ColumnType::Date)),
                wrong("type: array<date>"),
            ),
        ] {
            assert_eq!(fits(ty.clone(), storage.clone(), &holds), expected, "{ty} {storage:?} {holds:?}");
        }
    }
}
