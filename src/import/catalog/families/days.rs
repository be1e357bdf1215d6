//! Tables that are alike, one for each day: an entity reads them by one name with a star.

use std::collections::BTreeSet;

use super::Family;
use crate::catalog::of_all_days;
use crate::import::catalog::model::{Found, FoundColumn, FoundKey, FoundTable};
use crate::types::encoded::digits_date;

/// The name of the tables of all days: `an.events_*` for `an.events_20260131`, and for itself.
pub(super) fn starred(name: &[String]) -> Option<Vec<String>> {
    let (last, schema) = name.split_last()?;
    let prefix = match last.strip_suffix('*') {
        Some(prefix) => prefix,
        None => {
            let (prefix, digits) = last.split_at_checked(last.len().checked_sub(8)?)?;
            digits_date(digits).filter(|day| day.year() >= 1900)?;
            prefix
        }
    };
    let is_prefix = prefix.ends_with(|c: char| !c.is_ascii_digit()) && !prefix.contains('*');
    is_prefix.then(|| schema.iter().cloned().chain([format!("{prefix}*")]).collect())
}

/// One table for all days, whose columns are those of the last one, as an engine reads them together. What the
/// tables of other days have besides is added to `found.skipped`. An error is the reason why they aren't alike.
pub(super) fn merge(name: &[String], days: &[&FoundTable], found: &mut Found) -> Result<FoundTable, String> {
    let Some(last) = days.iter().max_by_key(|table| table.name.last()) else {
        return Err("there are no tables".to_owned());
    };
    let shown = name.join(".");
    let day = |table: &FoundTable| table.name.last().cloned().unwrap_or_default();
    let mut lost = BTreeSet::new();
    let mut columns = last.columns.clone();
    for table in days.iter().filter(|table| table.id != last.id) {
        for column in &table.columns {
            let Some(known) = columns.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&column.name))
            else {
                lost.insert(column.name.clone());
                continue;
            };
            if known.holds != column.holds {
                return Err(format!(
                    "a table for each day, but `{}` is {} in {} and {} in {}: make their columns alike",
                    column.name,
                    column.ty,
                    day(table),
                    known.ty,
                    day(last)
                ));
            }
            known.nullable |= column.nullable;
            known.is_personal |= column.is_personal;
            if known.values != column.values {
                known.values = None;
            }
        }
        for known in columns.iter_mut().filter(|known| table.column(&known.name).is_none()) {
            lacks(known);
        }
    }
    for column in lost {
        found.skip(format!("{shown}.{column}"), format!("{} has no such column any more", day(last)));
    }
    // A key of each table identifies rows within a day only.
    let keys = last.keys.iter().map(|key| FoundKey { is_enforced: false, is_primary: false, ..key.clone() });
    let (full, keys) = (starred(&last.full).unwrap_or_else(|| name.to_vec()), keys.collect());
    let entity = name.last().map(|name| of_all_days(name).to_owned());
    let singular = entity.map(|name| crate::import::catalog::names::singular(&name));
    Ok(FoundTable {
        id: format!("{shown}\u{1f}"),
        name: name.to_vec(),
        full,
        entity: last.entity.clone().filter(|_| days.len() == 1).or(singular),
        columns,
        keys,
        references: last.references.iter().filter(|one| all(days, one)).cloned().collect(),
        dbt: last.dbt.clone().filter(|_| days.len() == 1),
        family: Some(Family::Days),
        ..(*last).clone()
    })
}

fn all(days: &[&FoundTable], reference: &crate::import::catalog::model::FoundReference) -> bool {
    days.iter().all(|table| table.references.contains(reference))
}

/// A column that the tables of some days lack is missing in their rows.
fn lacks(column: &mut FoundColumn) {
    column.nullable = true;
    column.note.get_or_insert_with(|| "not in the tables of all days".to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_last_eight_digits() {
        let of = |name: &str| Some(starred(&["an".to_owned(), name.to_owned()])?.join("."));
        assert_eq!(of("events_20260131").as_deref(), Some("an.events_*"));
        assert_eq!(of("events_*").as_deref(), Some("an.events_*"));
        for name in [
            "events_20260231",
            "events_202601310",
            "20260131",
            "events_2026013",
            "events_00000000",
            "events_1*",
            "*",
            "a*_*",
            "é",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
