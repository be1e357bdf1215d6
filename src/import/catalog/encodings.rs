//! Columns whose names say that they hold something else than their types do: times as numbers, days as
//! digits, marks of deleted rows.
//!
//! If name and type leave no doubt, that is declared. Otherwise it is asked, and never guessed.

use super::model::FoundColumn;
use super::names::plain;
use crate::engine::ColumnType;
use crate::types::Type;

/// What a column's name says of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coded {
    /// They are what the type says.
    No,
    /// They are encoded in this way.
    As { encoding: &'static str, storage: Option<&'static str> },
    /// They may be instants, as numbers.
    MaybeInstants,
    /// They may be days, as the digits of a number.
    MaybeDays,
    /// The same of a column that is compared with others, so that it stays a number.
    MaybeDaysOfKey,
}

impl Coded {
    /// The type of an encoded field.
    pub(super) fn ty(self) -> Option<Type> {
        match self {
            Self::As { encoding: "yyyymmdd", .. } => Some(Type::Date),
            Self::As { .. } => Some(Type::Timestamp),
            _ => None,
        }
    }

    /// What the catalog asks beside the field.
    pub(super) fn question(self) -> Option<&'static str> {
        match self {
            Self::MaybeInstants => Some(
                "TODO encoding: if this is a time, { type: timestamp, encoding: epoch_seconds } or epoch_millis, epoch_micros",
            ),
            Self::MaybeDays => Some(
                "TODO encoding: if this is a day such as 20240131, { type: date, encoding: yyyymmdd, storage: integer }",
            ),
            Self::MaybeDaysOfKey => Some(
                "TODO encoding: if this is a day such as 20240131, add a field of the same column: { type: date, column: …, encoding: yyyymmdd, storage: integer }",
            ),
            _ => None,
        }
    }
}

/// The words for units of time after `epoch`, and the encodings.
const EPOCHS: [(&str, &[&str]); 3] = [
    ("epoch_seconds", &["s", "sec", "secs", "seconds"]),
    ("epoch_millis", &["ms", "millis", "milliseconds"]),
    ("epoch_micros", &["us", "micros", "microseconds"]),
];

/// What a name says of a column. One that is compared with others, as keys are, can't be encoded.
pub(super) fn coded(column: &FoundColumn, is_compared: bool) -> Coded {
    let name = plain(&column.name, "column");
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let is_number =
        matches!(column.holds, Some(ColumnType::Integer { .. } | ColumnType::Decimal(Some((_, 0)))));
    let is_text = matches!(column.holds, Some(ColumnType::Text));
    let is_integer = matches!(column.holds, Some(ColumnType::Integer { .. }));
    if words.contains(&"yyyymmdd") && (is_integer || is_text) {
        let storage = is_integer.then_some("integer");
        return match (is_compared, is_integer) {
            (false, _) => Coded::As { encoding: "yyyymmdd", storage },
            (true, true) => Coded::MaybeDaysOfKey,
            (true, false) => Coded::No,
        };
    }
    if !is_number {
        return Coded::No;
    }
    if is_compared {
        return if is_day(&words) { Coded::MaybeDaysOfKey } else { Coded::No };
    }
    if let Some(encoding) = epoch(&words).filter(|_| is_integer) {
        return Coded::As { encoding, storage: None };
    }
    if is_instant(&words) {
        return Coded::MaybeInstants;
    }
    if is_day(&words) { Coded::MaybeDays } else { Coded::No }
}

/// The encoding of `created_epoch_ms`, whose unit is part of its name.
fn epoch(words: &[&str]) -> Option<&'static str> {
    let at = words.iter().position(|word| *word == "epoch")?;
    let unit = words.get(at + 1).filter(|_| at + 2 == words.len())?;
    EPOCHS.iter().find(|(_, units)| units.contains(unit)).map(|(encoding, _)| *encoding)
}

fn is_instant(words: &[&str]) -> bool {
    const LAST: [&str; 8] = ["at", "ts", "timestamp", "datetime", "epoch", "unixtime", "ms", "micros"];
    const ALONE: [&str; 5] = ["created", "updated", "modified", "deleted", "time"];
    const BEFORE_TIME: [&str; 9] =
        ["event", "create", "created", "update", "updated", "start", "end", "login", "last"];
    match words {
        [.., before, "time"] => BEFORE_TIME.contains(before),
        // A duration is in milliseconds as often as a time is.
        [before @ .., "ms" | "micros"] => before
            .last()
            .is_some_and(|word| ALONE.contains(word) || ["at", "ts", "timestamp", "epoch"].contains(word)),
        [only] => ALONE.contains(only) || LAST[..6].contains(only) && *only != "at",
        [.., last] => LAST.contains(last) || words.contains(&"epoch"),
        [] => false,
    }
}

fn is_day(words: &[&str]) -> bool {
    match words {
        [.., "date", "key" | "id" | "sk"] => true,
        [.., last] => ["date", "dt", "datekey", "dateid"].contains(last),
        [] => false,
    }
}

/// How a column marks deleted rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is true in deleted rows, and exists for nothing else.
    Certain,
    /// It may be true in deleted rows.
    Flag,
    /// It may be false in rows that are no longer current.
    Active,
    /// It may say when a row was deleted.
    Instant,
}

/// Whether a field marks deleted rows, by its column's name and its type.
pub(super) fn mark(column: &str, ty: Option<&Type>) -> Option<Mark> {
    let name = plain(column, "column");
    let name = name.trim_matches('_');
    match ty? {
        Type::Boolean => match name {
            "fivetran_deleted" => Some(Mark::Certain),
            "fivetran_active" => Some(Mark::Active),
            "deleted" | "is_deleted" | "isdeleted" | "deleted_flag" | "soft_deleted" => Some(Mark::Flag),
            _ => None,
        },
        Type::Timestamp => ["deleted_at", "ab_cdc_deleted_at", "deleted_on", "date_deleted"]
            .contains(&name)
            .then_some(Mark::Instant),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, holds: ColumnType) -> Coded {
        coded(&FoundColumn::new(name, "", Some(holds)), false)
    }

    #[test]
    fn names_that_leave_no_doubt_are_declared() {
        let long = || ColumnType::Integer { bits: 64 };
        for (name, encoding) in [
            ("created_epoch_ms", "epoch_millis"),
            ("EPOCH_SECONDS", "epoch_seconds"),
            ("eventEpochMicros", "epoch_micros"),
        ] {
            assert_eq!(of(name, long()), Coded::As { encoding, storage: None }, "{name}");
        }
        let digits = |storage| Coded::As { encoding: "yyyymmdd", storage };
        assert_eq!(of("order_yyyymmdd", ColumnType::Integer { bits: 32 }), digits(Some("integer")));
        assert_eq!(of("order_yyyymmdd", ColumnType::Text), digits(None));
        let key = FoundColumn::new("day_yyyymmdd", "", Some(long()));
        assert_eq!(coded(&key, true), Coded::MaybeDaysOfKey, "a key can't be encoded");
    }

    #[test]
    fn other_names_are_asked() {
        let long = || ColumnType::Integer { bits: 64 };
        for name in ["created_at", "event_timestamp", "updated", "ts", "event_time", "created_ms", "epoch"] {
            assert_eq!(of(name, long()), Coded::MaybeInstants, "{name}");
        }
        for name in ["order_date", "date_key", "DATE_SK", "dt"] {
            assert_eq!(of(name, long()), Coded::MaybeDays, "{name}");
        }
        for name in ["id", "duration_ms", "response_time", "at_bats", "day", "candidate", "format", "plan_id"]
        {
            assert_eq!(of(name, long()), Coded::No, "{name}");
        }
        assert_eq!(of("created_at", ColumnType::Instant), Coded::No);
        assert_eq!(of("created_at", ColumnType::Text), Coded::No);
    }

    #[test]
    fn marks_of_deleted_rows_have_a_name_and_a_type() {
        assert_eq!(mark("_FIVETRAN_DELETED", Some(&Type::Boolean)), Some(Mark::Certain));
        assert_eq!(mark("_fivetran_deleted", Some(&Type::String)), None);
        assert_eq!(mark("isDeleted", Some(&Type::Boolean)), Some(Mark::Flag));
        assert_eq!(mark("_fivetran_active", Some(&Type::Boolean)), Some(Mark::Active));
        assert_eq!(mark("deleted_at", Some(&Type::Timestamp)), Some(Mark::Instant));
        assert_eq!(mark("undeleted", Some(&Type::Boolean)), None);
    }
}
