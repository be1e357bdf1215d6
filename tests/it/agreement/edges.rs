//! Every window and instant against times at its edges: one customer per time, so that a bound that
//! is off by a microsecond, or a missing cutoff, changes the members.

use crate::agreement::case::{AS_OF, Case};
use crate::agreement::compare::{Tally, compare};
use crate::agreement::segments::{INSTANTS, WINDOWS, is_clock};
use crate::agreement::world::{self, DATES, Entity, Kind, World};
use crate::support::engine::Runner;
use crate::support::tape::Tape;

/// Compares them all on each engine.
pub fn agree(engines: &mut [Box<dyn Runner>], zone: &str, start: &str) {
    let world = World::random(&mut Tape::new(&[]));
    let rows = world.entities.iter().map(rows).collect();
    let settings = format!("name: world\ntimezone: {zone}\nweek_start: {start}\nmaterialize: inline\n");
    let (as_of, clock) = (AS_OF.parse().expect("an instant"), format!("TIMESTAMPTZ '{AS_OF}'"));
    let case = Case { settings, world, items: segments(), rows, as_of, clock };
    let mut tally = Tally::default();
    let differences = compare(engines, &case, &mut tally).unwrap_or_else(|error| panic!("{error}"));
    let said: Vec<String> = differences
        .iter()
        .map(|one| {
            let item = case.items.iter().find(|item| item.contains(&format!("segment {} ", one.segment)));
            format!("{} {item:?} {}", engines[one.engine].target(), one.what)
        })
        .collect();
    assert!(said.is_empty(), "{zone}, {start}:\n{}", said.join("\n"));
    for (target, count) in &tally.by_target {
        assert!(count.mixed > 150, "too little was compared on {target}: {count:?}");
    }
}

/// One customer per known time, who has signed up, ordered and done something just then.
fn rows(entity: &Entity) -> Vec<Vec<Option<String>>> {
    match entity.name {
        "customer" => world::INSTANTS
            .iter()
            .enumerate()
            .map(|(at, time)| {
                let day = DATES[at % DATES.len()];
                row(entity, at, &[("signed_up_at", time), ("born", day), ("created_at", time)])
            })
            .collect(),
        "order" => linked(entity, "ordered_at", world::INSTANTS),
        "event" => linked(entity, "at", world::INSTANTS),
        "day" => linked(entity, "day", DATES),
        _ => vec![row(entity, 0, &[])],
    }
}

fn linked(entity: &Entity, field: &str, times: &[&str]) -> Vec<Vec<Option<String>>> {
    let one = |(at, time): (usize, &&str)| {
        row(entity, at, &[("customer_id", &(at + 1).to_string()), (field, time)])
    };
    times.iter().enumerate().map(one).collect()
}

fn row(entity: &Entity, at: usize, given: &[(&str, &str)]) -> Vec<Option<String>> {
    let fields = entity.fields.iter();
    fields
        .map(|field| {
            let value =
                given.iter().find(|(name, _)| *name == field.name).map(|(_, value)| (*value).to_owned());
            value.or_else(|| match field.kind {
                Kind::Number | Kind::OrderNo => Some((at + 1).to_string()),
                _ => None,
            })
        })
        .collect()
}

/// A segment for each window and instant, on timestamps and dates, plain and negated.
fn segments() -> Vec<String> {
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
        if *window != "lifetime" && !window.starts_with("since") && !window.starts_with("until") {
            conditions.push(format!("born anniversary during {window}"));
            conditions.push(format!("signed_up_at anniversary during {window}"));
        }
    }
    for instant in INSTANTS {
        for test in ["before", "after", "=", "!=", "<=", ">="] {
            let is_day = is_clock(instant) && matches!(test, "=" | "!=");
            let tested = if is_day { "date(created_at)" } else { "created_at" };
            conditions.push(format!("{tested} {test} {instant}"));
            conditions.push(format!("born {test} {instant}"));
        }
        conditions.push(format!("exists(orders where ordered_at >= {instant})"));
    }
    conditions.push("born between 2026-02-28 and 2026-03-28".to_owned());
    conditions.push("created_at between 2026-02-28 and 2026-03-28".to_owned());
    conditions.push("created_at not between 2026-02-28 and 2026-03-28T12:00:00Z".to_owned());
    conditions.push("created_at in (2026-03-29, 2025-10-26)".to_owned());
    let segment =
        |(at, condition): (usize, &String)| format!("segment s{at} on customer {{ where {condition} }}");
    conditions.iter().enumerate().map(segment).collect()
}
