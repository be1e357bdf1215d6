//! Every window and instant against times at its edges: one customer per time, so that a
//! bound that is off by a microsecond, or a cut that is missing, changes the members.

use crate::segments::{INSTANTS, WINDOWS};
use crate::world::{self, ENTITIES, Rows};

/// One customer per known time, who has signed up, ordered and done something just then.
pub fn rows() -> Rows {
    let days: Vec<&str> = world::DATES.to_vec();
    let customers = world::INSTANTS.iter().enumerate().map(|(at, time)| {
        let day = days[at % days.len()].to_owned();
        row(
            "customer",
            at,
            &[("signed_up_at", (*time).to_owned()), ("born", day), ("created_at", (*time).to_owned())],
        )
    });
    let linked = |entity: &'static str, field: &'static str, times: &'static [&'static str]| {
        times.iter().enumerate().map(move |(at, time)| {
            row(entity, at, &[("customer_id", (at + 1).to_string()), (field, (*time).to_owned())])
        })
    };
    ENTITIES
        .iter()
        .map(|entity| match entity.name {
            "customer" => customers.clone().collect(),
            "order" => linked("order", "ordered_at", world::INSTANTS).collect(),
            "event" => linked("event", "at", world::INSTANTS).collect(),
            "day" => linked("day", "day", world::DATES).collect(),
            name => vec![row(name, 0, &[])],
        })
        .collect()
}

fn row(entity: &str, at: usize, given: &[(&str, String)]) -> Vec<Option<String>> {
    let fields = world::entity(entity).fields.iter();
    fields
        .map(|(name, kind, may_miss)| {
            let value = given.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
            value.or_else(|| match kind {
                world::Kind::Key => Some((at + 1).to_string()),
                _ if *may_miss => None,
                world::Kind::Boolean => Some("true".to_owned()),
                _ => Some("0".to_owned()),
            })
        })
        .collect()
}

/// A segment for each window and instant, on timestamps and dates, plain and negated.
pub fn segments() -> String {
    let mut conditions: Vec<String> = Vec::new();
    for window in WINDOWS {
        for condition in [
            format!("signed_up_at during {window}"),
            format!("signed_up_at not during {window}"),
            format!("born during {window}"),
            format!("exists(events during {window})"),
            format!("count(days during {window}) = 0"),
            format!("every(orders during {window} where customer.id % 2 = 0)"),
        ] {
            conditions.push(condition);
        }
    }
    for instant in INSTANTS {
        for test in ["before", "after", "=", "!=", "<=", ">="] {
            conditions.push(format!("created_at {test} {instant}"));
            conditions.push(format!("born {test} {instant}"));
        }
        conditions.push(format!("exists(orders where ordered_at >= {instant})"));
    }
    conditions.push("born between 2026-02-28 and 2026-03-28".to_owned());
    conditions.push("created_at between 2026-02-28 and 2026-03-28".to_owned());
    conditions.push("created_at not between 2026-02-28 and 2026-03-28T12:00:00Z".to_owned());
    conditions.push("created_at in (2026-03-29, 2025-10-26)".to_owned());
    let segment =
        |(at, condition): (usize, &String)| format!("segment s{at} on customer {{ where {condition} }}\n");
    conditions.iter().enumerate().map(segment).collect()
}
