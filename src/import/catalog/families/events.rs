//! Tables of events, one for each event, as one table with the columns of all.

use std::collections::BTreeSet;

use super::{Events, Family};
use crate::engine::ColumnType;
use crate::import::catalog::model::{FoundColumn, FoundKey, FoundTable};

/// The columns that Segment and RudderStack give every table of an event.
const TRACKED: [&str; 5] = ["id", "event", "event_text", "received_at", "sent_at"];

/// The column with the table's own name.
pub(super) const OWN_NAME: &str = "event";

/// Whether Segment or RudderStack fills a table with the rows of one event. `tracks` has those of all.
pub(super) fn is_tracked(table: &FoundTable) -> bool {
    let is_all = table.name.last().is_some_and(|name| name.eq_ignore_ascii_case("tracks"));
    let has = |name: &str| table.column(name).is_some();
    !is_all
        && TRACKED.iter().all(|name| has(name))
        && ["user_id", "anonymous_id"].iter().any(|name| has(name))
}

/// One table with the columns of all. Those that every table has come first.
pub(super) fn merge(
    tables: &[&FoundTable],
    name: &str,
    entity: Option<String>,
    is_tracked: bool,
) -> FoundTable {
    let mut names: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        if seen.insert(column.name.as_str()) {
            names.push(&column.name);
        }
    }
    names.retain(|name| !(is_tracked && name.eq_ignore_ascii_case(OWN_NAME)));
    names.sort_by_key(|name| !tables.iter().all(|table| exact(table, name).is_some()));
    let columns = names.into_iter().map(|name| column(name, tables)).collect();
    let first = tables.first().copied().cloned().unwrap_or_default();
    let schema = first.full.split_last().map_or(&[][..], |(_, schema)| schema);
    let same = |of: fn(&FoundTable) -> Option<&String>| {
        let first = of(&first).cloned();
        first.filter(|first| tables.iter().all(|table| of(table) == Some(first)))
    };
    let keys = first.keys.iter().filter_map(|key| common(key, tables)).collect();
    let shared = |one: &&_| tables.iter().all(|table| table.references.contains(one));
    FoundTable {
        id: format!("{}\u{1f}{name}\u{1f}", schema.join("\u{1f}")),
        name: vec![name.to_owned()],
        full: schema.iter().cloned().chain([name.to_owned()]).collect(),
        entity: Some(name.to_owned()),
        is_selected: true,
        description: None,
        columns,
        keys,
        references: first.references.iter().filter(shared).cloned().collect(),
        time: same(|table| table.time.as_ref()),
        ingested_at: same(|table| table.ingested_at.as_ref()),
        dbt: None,
        owner: same(|table| table.owner.as_ref()),
        query: None,
        family: Some(Family::Events(Events {
            tables: tables.iter().map(|&table| table.clone()).collect(),
            entity,
            is_tracked,
        })),
    }
}

/// The column of a table with exactly that name.
pub(super) fn exact<'a>(table: &'a FoundTable, name: &str) -> Option<&'a FoundColumn> {
    table.columns.iter().find(|column| column.name == name)
}

/// A key that all tables have.
fn common(key: &FoundKey, tables: &[&FoundTable]) -> Option<FoundKey> {
    let of_table = |table: &&FoundTable| table.keys.iter().find(|one| one.columns == key.columns).cloned();
    let all: Option<Vec<FoundKey>> = tables.iter().map(of_table).collect();
    let all = all?;
    Some(FoundKey {
        columns: key.columns.clone(),
        is_enforced: all.iter().all(|key| key.is_enforced),
        is_primary: all.iter().all(|key| key.is_primary),
    })
}

/// A column as all tables have it that have it at all.
fn column(name: &str, tables: &[&FoundTable]) -> FoundColumn {
    let holders: Vec<(&FoundTable, &FoundColumn)> =
        tables.iter().filter_map(|&table| Some((table, exact(table, name)?))).collect();
    let columns = || holders.iter().map(|(_, column)| *column);
    let mut types = columns().map(|column| column.holds.clone());
    let first = types.next().flatten();
    let holds = types.fold(first.clone(), |all, one| together(&all?, &one?));
    let mut column = FoundColumn::new(name, "", holds);
    column.ty = columns().next().map(|column| column.ty.clone()).unwrap_or_default();
    column.nullable = columns().any(|column| column.nullable);
    column.is_personal = columns().any(|column| column.is_personal);
    column.description = columns().find_map(|column| column.description.clone());
    let values = columns().next().and_then(|column| column.values.clone());
    column.values = values.filter(|values| columns().all(|column| column.values.as_ref() == Some(values)));
    column.note = columns().find_map(|column| column.note.clone());
    if column.holds.is_none() && first.is_some() {
        let of = |(table, column): &(&FoundTable, &FoundColumn)| {
            let table = table.name.last().map_or("", String::as_str);
            format!("{} in {table}", column.ty)
        };
        column.note = Some(holders.iter().map(of).collect::<Vec<_>>().join(", "));
    }
    column
}

/// The type to which the values of two columns can be converted exactly, or as nearly as in any comparison of
/// theirs.
pub(super) fn together(one: &ColumnType, other: &ColumnType) -> Option<ColumnType> {
    use ColumnType::{Decimal, Enum, Float, Integer, Text};
    if one == other {
        return Some(one.clone());
    }
    let is_number = |ty: &ColumnType| matches!(ty, Decimal(_) | Float { .. } | Integer { .. });
    let is_text = |ty: &ColumnType| matches!(ty, Enum(_) | Text);
    match (one, other) {
        (Integer { .. }, Integer { .. }) => Some(Integer { bits: 64 }),
        (Float { .. }, number) | (number, Float { .. }) if is_number(number) => Some(Float { bits: 64 }),
        (one, other) if is_number(one) && is_number(other) => Some(Decimal(None)),
        (one, other) if is_text(one) && is_text(other) => Some(Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[(&str, ColumnType)]) -> FoundTable {
        FoundTable {
            id: name.to_owned(),
            name: vec![name.to_owned()],
            full: vec!["web".to_owned(), name.to_owned()],
            is_selected: true,
            columns: columns.iter().map(|(name, ty)| FoundColumn::new(name, "t", Some(ty.clone()))).collect(),
            ..FoundTable::default()
        }
    }

    #[test]
    fn tables_of_events_have_the_columns_of_their_tools() {
        let all: Vec<(&str, ColumnType)> =
            TRACKED.into_iter().chain(["user_id"]).map(|name| (name, ColumnType::Text)).collect();
        assert!(is_tracked(&table("order_completed", &all)));
        assert!(!is_tracked(&table("tracks", &all)));
        for missing in 0..all.len() {
            let mut some = all.clone();
            some.remove(missing);
            assert!(!is_tracked(&table("order_completed", &some)), "{missing}");
        }
    }

    #[test]
    fn common_columns_come_first_and_types_are_widened() {
        let (text, long) = (ColumnType::Text, ColumnType::Integer { bits: 64 });
        let one = table("a", &[("own", text.clone()), ("n", long.clone()), ("x", long.clone())]);
        let two = table("b", &[("n", ColumnType::Float { bits: 64 }), ("x", text)]);
        let merged = merge(&[&one, &two], "event", None, false);
        let columns: Vec<_> =
            merged.columns.iter().map(|column| (column.name.as_str(), column.holds.clone())).collect();
        let wanted =
            [("n", Some(ColumnType::Float { bits: 64 })), ("x", None), ("own", Some(ColumnType::Text))];
        assert_eq!(columns, wanted);
        assert_eq!(merged.columns[1].note.as_deref(), Some("t in a, t in b"));
        assert_eq!(together(&long, &ColumnType::Integer { bits: 32 }), Some(long.clone()));
        assert_eq!(together(&long, &ColumnType::Decimal(Some((9, 2)))), Some(ColumnType::Decimal(None)));
        assert_eq!(together(&ColumnType::Instant, &ColumnType::LocalTime), None);
    }
}
