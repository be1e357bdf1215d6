//! Random rows: orphans, ties at one instant, missing values, times at the edges of windows, and
//! deleted rows next to others with the same key.

use std::collections::BTreeSet;

use super::{EVENTS, Entity, Field, Kind, PLANS, World};
use crate::support::tape::Tape;

/// Rows as text, one list a table, in the order of the world's entities; `None` is missing.
pub type Rows = Vec<Vec<Vec<Option<String>>>>;

const TEXTS: &[&str] = &[
    "paid",
    "",
    "Paid",
    "a%b_c",
    " trim ",
    "it's",
    "PAID IN FULL",
    "ünï",
    "\\",
    "z",
    "pa\nid",
    "1.2.0",
    "🎉 x",
];
const VERSIONS: &[&str] = &[
    "1.2.0",
    "1.10.0",
    "1.2.0-beta",
    "1.2.0-beta.2",
    "1.2.0-beta.11",
    "1.2.0+build.5",
    "2.0.0-rc.1",
    "1.2",
    "v1.0.0",
    "",
    "01.0.0",
    "10.0.0",
    "v1",
    " v1.2 ",
    "1.2-rc.1",
    "v1.2+x",
    "1.2.3.4",
    "V1.2",
];
pub const INSTANTS: &[&str] = &[
    "2026-03-29T12:30:00Z",
    "2026-03-29T12:29:59.999999Z",
    "2026-03-22T12:30:00Z",
    "2026-03-22T11:30:00Z",
    "2026-03-22T12:29:59.999999Z",
    "2026-02-28T12:30:00Z",
    "2026-03-29T00:00:00Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-03-28T05:00:00Z",
    "2026-03-01T00:00:00Z",
    "2025-10-26T00:30:00Z",
    "2025-10-26T01:30:00Z",
    "2025-12-31T23:59:59.999999Z",
    "2026-01-01T00:00:00Z",
    "2026-03-23T00:00:00Z",
    "2026-04-05T12:30:00Z",
    "2026-04-01T00:00:00Z",
    "2026-03-29T12:30:00.000001Z",
    "2026-04-05T12:29:59.999999Z",
    "2024-02-29T10:00:00Z",
    "2026-03-29T12:00:00Z",
    "2026-03-29T11:30:00Z",
    "2026-03-28T12:30:00Z",
    "2026-03-27T13:00:00Z",
    "2026-03-28T04:00:00Z",
    "2026-03-22T00:00:00Z",
    "2026-03-22T04:00:00Z",
    "2026-03-21T13:00:00Z",
    "2026-03-28T00:00:00Z",
    "2026-03-15T09:45:30Z",
    "2026-03-15T09:46:00Z",
];
/// In columns without a zone: some don't exist, or exist twice, in one zone or another.
const LOCAL: &[&str] = &[
    "2026-03-29T12:30:00",
    "2026-03-29T01:30:00",
    "2025-10-26T01:30:00",
    "2026-03-08T02:30:00",
    "2025-11-02T01:30:00",
    "2026-03-22T12:30:00",
    "2026-03-28T00:00:00",
    "2026-03-29T08:29:59.999999",
    "2026-02-28T23:59:59.999999",
    "2024-02-29T10:00:00",
    "2026-04-05T12:30:00",
];
const DOCUMENTS: &[&str] = &[
    r#"{"item": "paid", "plan": {"seats": 3, "price": 2.5}, "opened": true, "seen": "2026-03-22T12:30:00Z", "due": "2026-03-22", "tags": ["vip", "it's"], "points": [1, 2.0]}"#,
    "{}",
    r#"{"item": "it's \"a\" \\ ü", "plan": {"seats": "3", "price": "2.5"}, "opened": "true", "seen": 1774784999999, "due": 2, "tags": "vip", "points": {"a": 1}}"#,
    r#"{"item": null, "plan": null, "opened": null, "seen": null, "due": null, "tags": null, "points": null}"#,
    r#"{"item": 5, "plan": {"seats": 3.5, "price": -1}, "opened": 0, "tags": [], "points": []}"#,
    r#"{"item": "", "plan": {"seats": 1e1, "price": 99.99}, "opened": false, "seen": "2026-03-28T23:30:00+01:00", "due": "2026-02-30", "tags": ["", null, 1, "a%b"], "points": [5, null, "1", -3]}"#,
    r#"["paid"]"#,
    r#"{"plan": [{"seats": 3}], "item": {"a": "b"}, "seen": "2026-03-29", "due": "2026-03-01T00:00:00Z"}"#,
    r#"{"item": "web", "plan": {"seats": 0, "price": 0.0125}, "opened": true, "seen": "2026-03-29T12:30:00.000001Z", "due": "2024-02-29", "tags": ["vip"], "points": [-3, 2]}"#,
    "\"paid\"",
];
pub const DATES: &[&str] = &[
    "2026-03-29",
    "2026-03-28",
    "2026-03-30",
    "2026-03-22",
    "2026-03-01",
    "2026-02-28",
    "2025-12-31",
    "2024-02-29",
    "2026-04-05",
    "2026-04-01",
    "1990-05-17",
    "1984-03-25",
    "2021-01-01",
    "2026-03-27",
    "2024-12-31",
];

/// Digits that are no day, and texts that are no digits.
const NO_DAYS: &[&str] =
    &["20260230", "20261301", "00000101", "2026-03-29", "2026", "202603290", "x", " 20260329"];
const NO_DAY_NUMBERS: &[&str] = &["20260230", "0", "-20260329", "1101", "202603290", "9223372036854775807"];

const FINE_DECIMALS: &[&str] = &["3.141593", "0.000125", "-7.654321", "12.5"];
const DECIMALS: &[&str] = &["0", "1.5", "-2.25", "10", "99.99", "0.0125", "2.5", "5"];
const FLOATS: &[&str] = &["0", "0.5", "-1.25", "3.75", "100"];
const CHANNELS: &[&str] = &["web", "app", "Web"];

/// Values of a kind, where those of its fields are of a list; none of them is missing.
pub fn values(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => TEXTS,
        Kind::Channel => CHANNELS,
        Kind::Event => EVENTS,
        Kind::Plan => PLANS,
        Kind::Version => &["1.2.0", "1.10.0", "1.2.0-beta.2", "1.2.0+build.5", "2.0.0-rc.1", "1.2", "v1.0.0"],
        Kind::Integer => &["-3", "-2", "-1", "0", "1", "2", "3", "5", "8"],
        Kind::Decimal => DECIMALS,
        Kind::Float => FLOATS,
        Kind::Tags => &["[\"vip\"]", "[]", "[\"it's\", null]", "[\"\", \"a%b\", \"vip\"]"],
        Kind::Scores => &["[1]", "[]", "[5, null]", "[-3, 2, 5]"],
        Kind::Document => DOCUMENTS,
        Kind::Boolean => &["true", "false"],
        Kind::Date => DATES,
        Kind::Timestamp | Kind::Mark => INSTANTS,
        Kind::Number | Kind::OrderNo | Kind::Ref | Kind::RefOrder => &["1", "2", "3"],
    }
}

/// Random rows of every entity.
pub fn random(world: &World, tape: &mut Tape<'_>) -> Rows {
    world.entities.iter().map(|entity| table(entity, tape)).collect()
}

fn table(entity: &Entity, tape: &mut Tape<'_>) -> Vec<Vec<Option<String>>> {
    let count = match entity.name {
        "company" => tape.below(5) + 1,
        "customer" => tape.below(8) + 4,
        "day" => tape.below(12) + 2,
        _ => tape.below(18) + 4,
    };
    let mut rows: Vec<Vec<Option<String>>> = (0..count).map(|at| row(entity, at, tape)).collect();
    let mark = entity.fields.iter().position(|field| field.kind == Kind::Mark);
    if let Some(mark) = mark {
        let count = tape.below(4);
        rows.extend((0..count).map(|at| {
            let mut deleted = row(entity, at, tape);
            deleted[mark] = Some(instant("2026-03-01T00:00:00Z", &entity.fields[mark]));
            deleted
        }));
    }
    let mut seen = BTreeSet::new();
    rows.retain(|row| {
        if mark.is_some_and(|mark| row[mark].is_some()) {
            return true;
        }
        let key: Option<Vec<String>> = entity
            .fields
            .iter()
            .zip(row)
            .filter(|(field, _)| entity.key.contains(&field.name))
            .map(|(_, cell)| cell.clone())
            .collect();
        key.is_none_or(|key| seen.insert(key))
    });
    if tape.one_in(2) {
        rows.reverse();
    }
    rows
}

/// A field inside a document has the document itself.
fn row(entity: &Entity, at: usize, tape: &mut Tape<'_>) -> Vec<Option<String>> {
    let mut row: Vec<Option<String>> = Vec::new();
    for field in &entity.fields {
        let place = field.within.and_then(|name| entity.fields.iter().position(|other| other.name == name));
        let value = place.map_or_else(|| cell(field, at, tape), |place| row[place].clone());
        row.push(value);
    }
    row
}

/// A time as its column holds it.
fn instant(text: &str, field: &Field) -> String {
    let per_second = match field.storage {
        "" => return text.to_owned(),
        "encoding: epoch_seconds" => 1_i128,
        "encoding: epoch_millis" => 1_000,
        "encoding: epoch_micros" => 1_000_000,
        _ => return text.trim_end_matches('Z').to_owned(),
    };
    let instant: jiff::Timestamp = text.parse().expect("an instant");
    (i128::from(instant.as_microsecond()) * per_second).div_euclid(1_000_000).to_string()
}

/// A count of a column, at the edges of what is an instant.
fn count(field: &Field, tape: &mut Tape<'_>) -> String {
    let per_second = match field.storage {
        "encoding: epoch_seconds" => 1,
        "encoding: epoch_millis" => 1_000,
        _ => 1_000_000,
    };
    let (least, most) = (-62_135_596_800_i64 * per_second, 253_402_300_800_i64 * per_second);
    let valid = [least, least + 1, -1, 0, 1, most - 200_000 * per_second];
    let others = [least - 1, i64::MIN, most, i64::MAX];
    let one_of = if field.nullable && tape.one_in(2) { &others[..] } else { &valid[..] };
    one_of[tape.below(one_of.len())].to_string()
}

/// A day as its column holds it.
fn day(text: &str, field: &Field) -> String {
    if field.storage.is_empty() { text.to_owned() } else { text.replace('-', "") }
}

fn cell(field: &Field, at: usize, tape: &mut Tape<'_>) -> Option<String> {
    if field.kind == Kind::Mark && !tape.one_in(5) {
        return None;
    }
    let rarely = matches!(field.kind, Kind::Number | Kind::OrderNo | Kind::RefOrder | Kind::Event);
    if field.nullable && tape.one_in(if rarely { 20 } else { 6 }) {
        return None;
    }
    let text = match field.kind {
        Kind::Number => return Some((at + 1).to_string()),
        Kind::OrderNo => return Some(order_no(at)),
        // Most belong to a few, so that these have several.
        Kind::RefOrder => return Some(order_no(tape.below(6))),
        Kind::Ref => {
            let one = if tape.one_in(4) { tape.below(7) } else { tape.below(3) };
            return Some((one + 1).to_string());
        }
        Kind::Integer => return Some((i64::try_from(tape.below(12)).expect("small") - 3).to_string()),
        Kind::Tags => return Some(list(&["\"vip\"", "\"it's\"", "\"\"", "\"a%b\"", "null"], tape)),
        Kind::Scores => return Some(list(&["1", "2", "-3", "5", "null"], tape)),
        Kind::Text if tape.one_in(3) => tape.pick(crate::agreement::text::TEXTS),
        Kind::Text => tape.pick(TEXTS),
        Kind::Channel => tape.pick(CHANNELS),
        Kind::Event => tape.pick(EVENTS),
        Kind::Plan => tape.pick(PLANS),
        Kind::Version => tape.pick(VERSIONS),
        Kind::Decimal if field.ty != "decimal(12,4)" && tape.one_in(2) => tape.pick(FINE_DECIMALS),
        Kind::Decimal => tape.pick(DECIMALS),
        Kind::Float if field.storage == "storage: float32" => {
            tape.pick(&["0", "0.1", "-1.25", "3.75", "NaN", "100"])
        }
        Kind::Float if field.storage == "storage: float_nan" => {
            tape.pick(&["0", "0.5", "NaN", "3.75", "-0", "100"])
        }
        Kind::Float => tape.pick(FLOATS),
        Kind::Document => tape.pick(DOCUMENTS),
        Kind::Boolean => tape.pick(&["true", "false"]),
        Kind::Date if field.nullable && field.storage == "encoding: yyyymmdd" && tape.one_in(5) => {
            tape.pick(NO_DAYS)
        }
        Kind::Date if field.nullable && field.storage.ends_with("integer") && tape.one_in(5) => {
            tape.pick(NO_DAY_NUMBERS)
        }
        Kind::Date => return Some(day(tape.pick(DATES), field)),
        Kind::Timestamp if field.storage.starts_with("encoding") && tape.one_in(6) => {
            return Some(count(field, tape));
        }
        Kind::Timestamp | Kind::Mark if !field.storage.starts_with("zone") => {
            return Some(instant(tape.pick(INSTANTS), field));
        }
        Kind::Timestamp | Kind::Mark => tape.pick(LOCAL),
    };
    // These are missing, which some columns never are.
    Some(match (text, field.kind) {
        ("NaN", _) if !field.nullable => "2.5".to_owned(),
        ("", Kind::Version) => "no version".to_owned(),
        _ => text.to_owned(),
    })
}

fn list(items: &[&str], tape: &mut Tape<'_>) -> String {
    let items: Vec<&str> = (0..tape.below(4)).map(|_| tape.pick(items)).collect();
    format!("[{}]", items.join(", "))
}

fn order_no(at: usize) -> String {
    match at {
        0 => "A'1".to_owned(),
        1 => "B\"2".to_owned(),
        2 => "b\\3".to_owned(),
        _ => format!("N{at}"),
    }
}
