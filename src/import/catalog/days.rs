//! Tables that are alike, one for each day: a person makes one entity of them.

use std::collections::BTreeMap;

use super::existing::{Existing, tables};
use super::model::{Found, FoundTable, Skipped};
use crate::types::encoded::digits_date;

/// The tables for each day among those found, by the name that all of them have together.
pub(super) struct Days {
    counts: BTreeMap<Vec<String>, usize>,
}

impl Days {
    pub(super) fn of(found: &Found) -> Self {
        let mut counts = BTreeMap::new();
        let names =
            found.tables.iter().filter(|table| table.is_selected).filter_map(|table| starred(&table.name));
        names.for_each(|name| *counts.entry(name).or_default() += 1);
        Self { counts }
    }

    /// Why a table that no entity reads by its own name isn't imported, if it is one of several.
    pub(super) fn skipped(&self, table: &FoundTable, existing: &Existing) -> Option<Skipped> {
        let is_starred = table.name.last().is_some_and(|name| name.ends_with('*'));
        let name = if is_starred { table.name.clone() } else { starred(&table.name)? };
        let what = name.join(".");
        let reads = |known: &[String]| {
            let mut both = known.iter().rev().zip(name.iter().rev());
            both.all(|(one, other)| one.eq_ignore_ascii_case(other))
        };
        let mut entities = existing.catalog.entities.iter();
        if let Some(entity) = entities.find(|entity| tables(entity).any(reads)) {
            return Some(Skipped { what, why: format!("`{}` reads the tables of all days", entity.name) });
        }
        let count = self.counts.get(&name).copied().unwrap_or_default();
        if !is_starred && count < 2 {
            return None;
        }
        let why = format!(
            "a table for each day: add an entity by hand, with `table: {what}` and `shards: {{ zone: …, late: … }}`"
        );
        Some(Skipped { what, why })
    }
}

/// `an.events_*` for `an.events_20260131`.
fn starred(name: &[String]) -> Option<Vec<String>> {
    let (last, schema) = name.split_last()?;
    let (prefix, digits) = last.split_at_checked(last.len().checked_sub(8)?)?;
    let is_prefix = prefix.ends_with(|c: char| !c.is_ascii_digit());
    let is_day = digits_date(digits).is_some_and(|day| day.year() >= 1900);
    (is_prefix && is_day).then(|| schema.iter().cloned().chain([format!("{prefix}*")]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_the_last_eight_digits() {
        let of = |name: &str| Some(starred(&["an".to_owned(), name.to_owned()])?.join("."));
        assert_eq!(of("events_20260131").as_deref(), Some("an.events_*"));
        for name in
            ["events_20260231", "events_202601310", "20260131", "events_2026013", "events_00000000", "é"]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
