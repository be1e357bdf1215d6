//! A table for each day, read under one name: `table: events_*` with its `shards`.

use super::lookup::duration;
use super::model::TableSource;
use super::problems::columns::UnknownZone;
use super::problems::tables::{BadStar, NoShards, ShardsWithout};
use super::source::{is_usual_part, read_name};
use crate::diagnostic::{Diagnostics, Span};
use crate::types::calendar::Repeats;
use crate::types::{Unit, find_zone};
use crate::yaml::{Fields, Node, NodeKind};

/// What `shards` looks like, for messages.
const EXAMPLE: &str = "shards: { zone: Europe/Berlin, late: 3 days }";

/// Tables that are alike, one for each day, whose names end with its eight digits. Tables whose names end
/// otherwise are none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    /// The name of all, of one to three parts, the last of which ends with a star for the digits.
    pub name: Vec<String>,
    /// The IANA zone whose days they are.
    pub zone: String,
    /// How many days the day of a row's table may lie before or after the day of the row's time.
    pub late: i64,
    /// How many days the tables that a condition leaves reach beyond its own: `late`, and one more in zones that
    /// have had clocks set back over midnight, where a later instant may be of an earlier day.
    pub(crate) margin: i64,
}

/// What the tables of all days are called together where a name can't have a star: `events_*` is `events`.
pub(crate) fn of_all_days(name: &str) -> &str {
    let prefix = name.strip_suffix('*').map(|prefix| prefix.trim_end_matches('_'));
    prefix.filter(|prefix| !prefix.is_empty()).unwrap_or(name)
}

/// What an entity says of its time, without which no table can be left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    /// Who has the table, for messages.
    pub(super) name: &'a str,
    pub(super) has_time: bool,
}

/// Reads a `table` that may have a star in its name, and `shards` beside it.
pub(super) fn read_table(
    fields: &mut Fields<'_>,
    table: &Node,
    owner: Owner<'_>,
    problems: &mut Diagnostics,
) -> Option<TableSource> {
    let key = fields.key_span("shards");
    let shards = fields.get("shards");
    let Some(starred) = starred(table) else {
        if let Some(span) = key {
            problems.push(ShardsWithout { span, owner: owner.name.to_owned(), lacks: "table: events_*" });
        }
        return read_name(table, problems).map(TableSource::Table);
    };
    let is_list = matches!(table.kind, NodeKind::List(_));
    let Some(shards) = shards else {
        // A part of a list may be any name.
        if is_list {
            return read_name(table, problems).map(TableSource::Table);
        }
        problems.push(NoShards { span: table.span, name: starred.join(".") });
        return None;
    };
    let name = check_star(starred, is_list, table.span, problems);
    let declared = read_shards(shards, key.unwrap_or(shards.span), problems);
    if !owner.has_time {
        let (span, owner) = (key.unwrap_or(shards.span), owner.name.to_owned());
        problems.push(ShardsWithout { span, owner, lacks: "time: at" });
        return None;
    }
    let (name, (zone, late)) = (name?, declared?);
    let repeats = find_zone(&zone).is_some_and(|(zone, _)| Repeats::of(&zone).midnights);
    let margin = late.saturating_add(i64::from(repeats));
    Some(TableSource::Shards(Shards { name, zone, late, margin }.into()))
}

/// The parts of a name with a star in it.
fn starred(node: &Node) -> Option<Vec<String>> {
    let parts: Vec<String> = match &node.kind {
        NodeKind::String(text) => text.split('.').map(str::to_owned).collect(),
        NodeKind::List(items) => {
            let text = |item: &Node| match &item.kind {
                NodeKind::String(text) => Some(text.clone()),
                _ => None,
            };
            items.iter().map(text).collect::<Option<_>>()?
        }
        _ => return None,
    };
    parts.iter().any(|part| part.contains('*')).then_some(parts)
}

/// The name, if its only star is at the end, behind something that can't be read as a part of the day.
fn check_star(
    parts: Vec<String>,
    is_list: bool,
    span: Span,
    problems: &mut Diagnostics,
) -> Option<Vec<String>> {
    let usual = |part: &str| match is_list {
        true => !part.trim().is_empty() && !part.contains(char::is_control),
        false => is_usual_part(part),
    };
    let whole = |part: &str| usual(part) && !part.contains('*');
    // Digits before the star would be taken for those of the day.
    let prefix = |part: &str| whole(part) && !part.ends_with(|c: char| c.is_ascii_digit());
    let fine = match parts.split_last() {
        Some((last, schema)) => {
            last.strip_suffix('*').is_some_and(prefix)
                && schema.len() < 3
                && schema.iter().all(|part| whole(part))
        }
        None => false,
    };
    if !fine {
        problems.push(BadStar { span, name: parts.join(".") });
        return None;
    }
    Some(parts)
}

fn read_shards(node: &Node, span: Span, problems: &mut Diagnostics) -> Option<(String, i64)> {
    let mut map = Fields::shown(node, "`shards`", span, Some(EXAMPLE), problems)?;
    let zone = map.require("zone", problems).and_then(|node| {
        let name = node.text(problems)?;
        let found = find_zone(name).map(|(_, name)| name);
        if found.is_none() {
            problems.push(UnknownZone { span: node.span, name: name.to_owned() });
        }
        found
    });
    let late = map.require("late", problems);
    let late = duration(late, problems).map(|(count, unit)| days(count, unit));
    map.finish(problems);
    Some((zone?, late?))
}

/// The fewest whole days that are at least as long.
fn days(count: i64, unit: Unit) -> i64 {
    let of = |per_day: i64| count.saturating_add(per_day - 1) / per_day;
    match unit {
        Unit::Second => of(86_400),
        Unit::Minute => of(1_440),
        Unit::Hour => of(24),
        Unit::Day => count,
        Unit::Week => count.saturating_mul(7),
        Unit::Month => count.saturating_mul(31),
        Unit::Quarter => count.saturating_mul(92),
        Unit::Year => count.saturating_mul(366),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_days_count_as_whole_days() {
        assert_eq!(days(72, Unit::Hour), 3);
        assert_eq!(days(73, Unit::Hour), 4);
        assert_eq!(days(0, Unit::Minute), 0);
        assert_eq!(days(2, Unit::Week), 14);
    }

    #[test]
    fn the_star_is_no_part_of_other_names() {
        assert_eq!(of_all_days("events_*"), "events");
        assert_eq!(of_all_days("events*"), "events");
        assert_eq!(of_all_days("_*"), "_*");
        assert_eq!(of_all_days("events_"), "events_");
    }
}
