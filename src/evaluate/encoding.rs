//! Encoded values: what a column holds of them, and what a field reads from that.

use super::Datum;
use crate::catalog::{Field, Storage};
use crate::types::encoded::{date_digits, date_number, digits_date, loose_version, number_date};

/// What a column holds of a value: itself unless it is encoded, which it may be already.
///
/// # Errors
/// The value, if the column can't hold it exactly.
pub(super) fn held(field: &Field, value: Datum) -> Result<Datum, Datum> {
    match (&field.storage, value) {
        (Storage::Epoch(unit), Datum::Timestamp(instant)) => {
            unit.count(instant).map(Datum::Integer).ok_or(Datum::Timestamp(instant))
        }
        (Storage::Digits { number: false }, Datum::Date(day)) => Ok(Datum::String(date_digits(day))),
        (Storage::Digits { number: true }, Datum::Date(day)) => Ok(Datum::Integer(date_number(day))),
        (_, value) => Ok(value),
    }
}

/// What a field reads where its column holds this.
///
/// # Errors
/// What it holds, if that is of another type, or an instant of the last day of year 9999, which can't be
/// represented.
pub(super) fn read(field: &Field, held: Datum) -> Result<Datum, Datum> {
    Ok(match (&field.storage, held) {
        (_, Datum::Missing) => Datum::Missing,
        (Storage::Epoch(unit), Datum::Integer(count)) if !unit.holds(count) => Datum::Missing,
        (Storage::Epoch(unit), Datum::Integer(count)) => {
            Datum::Timestamp(unit.instant(count).ok_or(Datum::Integer(count))?)
        }
        (Storage::Digits { number: false }, Datum::String(text)) => digits_date(&text).into(),
        (Storage::Digits { number: true }, Datum::Integer(number)) => number_date(number).into(),
        (Storage::LooseVersion, Datum::String(text)) => Datum::String(loose_version(&text)),
        (storage, held) if storage.is_encoding() => return Err(held),
        (_, held) => held,
    })
}
