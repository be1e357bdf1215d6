//! Descriptions of what makes a key affected; and the hash, which is independent of the wording.

use segc::plan::{TriggerText, What};
use segc::types::Unit;

use super::project::{CATALOG, DEFAULT, open, plan, planned};
use super::{HOPELESS, ORDERS};

fn triggers(rules: &str) -> Vec<TriggerText> {
    let it = plan(CATALOG, &format!("segment it on customer {{ {rules} }}"));
    it.refresh.by_keys.unwrap_or_else(|| panic!("{rules}: {:?}", it.refresh.obstacles)).triggers
}

/// The edges of an entity: the time, the instant, what was written.
fn edges(rules: &str, of: &str) -> Vec<String> {
    let triggers = triggers(rules).into_iter().filter(|trigger| trigger.entity == of);
    let edges = triggers.filter_map(|trigger| match trigger.what {
        What::Edge { time, instant, written } => {
            Some(format!("{time}: {instant}{}", written.map(|text| format!(" ({text})")).unwrap_or_default()))
        }
        _ => None,
    });
    edges.collect()
}

#[test]
fn window_edges_are_described_in_the_languages_terms() {
    for (window, expected) in [
        ("last 30 days", "at: now (last 30 days)|at: 30 days ago (last 30 days)"),
        ("last 72 hours", "at: now (last 72 hours)|at: 72 hours ago (last 72 hours)"),
        (
            "60 days ago to 30 days ago",
            "at: 60 days ago (60 days ago to 30 days ago)|at: 30 days ago (60 days ago to 30 days ago)",
        ),
        ("this month", "at: now|at: start of month (this month)|at: start of month + 1 month (this month)"),
        ("yesterday", "at: now|at: today - 1 day (yesterday)|at: today (yesterday)"),
        ("next 1 day", "at: now (next 1 day)|at: 1 day from now (next 1 day)"),
        ("until start of month - 90 days", "at: start of month - 90 days (until start of month - 90 days)"),
        ("since 2026-01-01", "at: now"),
    ] {
        let found = edges(&format!("where count(orders during {window}) < 2"), "order");
        assert_eq!(found.join("|"), expected, "{window}");
    }
    assert_eq!(
        edges("where signed_up_at before 60 days ago", "customer"),
        ["signed_up_at: 60 days ago (signed_up_at before 60 days ago)"]
    );
    let last = edges("where last(orders.at) before 30 days ago", "order");
    assert_eq!(last, ["at: 30 days ago (last(orders.at) before 30 days ago)", "at: now"]);
}

#[test]
fn triggers_describe_fields_links_events_and_conditions() {
    let found = triggers(
        "where days_since(signed_up_at) % 7 = 0 and exists(events[\"cart\"]) and exists(orders where exists(lines))",
    );
    let arrival = |fields: &[&str]| fields.iter().map(|&field| field.to_owned()).collect::<Vec<_>>();
    let of = |entity: &str| found.iter().filter(move |trigger| trigger.entity == entity).collect::<Vec<_>>();
    let event = of("event");
    assert_eq!(event[0].event.as_deref(), Some("cart"));
    assert_eq!(
        event[0].what,
        What::Arrival { fields: arrival(&["at"]), late: Some((3, Unit::Day)), settle: Some((2, Unit::Hour)) }
    );
    assert_eq!(event[0].back.len(), 1);
    assert_eq!(event[0].back[0].to, "customer");
    assert_eq!(event[0].back[0].on, [("customer_id".to_owned(), "id".to_owned())]);
    let line = of("line");
    assert!(matches!(&line[0].what, What::Arrival { fields, late: None, .. } if *fields == ["loaded_at"]));
    let back: Vec<&str> = line[0].back.iter().map(|back| back.to.as_str()).collect();
    assert_eq!(back, ["order", "customer"]);
    let clock = of("customer").into_iter().find(|trigger| matches!(trigger.what, What::Clock { .. }));
    let clock = clock.expect("the condition changes with the clock");
    assert_eq!(clock.what, What::Clock { cond: "days_since(signed_up_at) % 7 = 0".to_owned() });
    assert!(clock.place.is_some());
}

#[test]
fn each_trigger_is_reported_once() {
    let twice = "where count(orders during last 30 days) < 2 or sum(orders.no during last 30 days) > 9";
    assert_eq!(edges(twice, "order").len(), 2);
}

const WRITTEN: &str = "trait age on customer = days_since(signed_up_at)\n\
    segment other on customer { where plan = \"a\" }\n\
    segment it on customer { where count(orders during last 30 days where status = \"x\") < 2\n\
      and age > 3 and not in segment other and last(orders.at) before 30 days ago }\n";

#[test]
fn the_refresh_does_not_depend_on_notation() {
    let it = plan(CATALOG, WRITTEN);
    let again = "# Another comment\n\n\ntrait   age on customer=days_since( signed_up_at )\n\n\
        segment other on customer {\n  description: \"words\"\n  where plan   =   \"a\" }\n\
        segment it on customer {\n\n  # why\n  where count(\n    orders\n    during last 30 days # a month\n\
        where status=\"x\")<2\n and age>3 and not (in segment other)\n and (last(orders.at) before 30 days ago)\n}\n";
    let reformatted = plan(CATALOG, again);
    assert_eq!(
        (it.refresh.hash.as_str(), &it.fingerprint),
        (reformatted.refresh.hash.as_str(), &reformatted.fingerprint)
    );
    // Nor does the layout of the catalog, or where its files are.
    let catalog = CATALOG.replace("    settle: 2 hours\n", "    settle: 2 hours   # of the stream\n\n");
    assert_eq!(plan(&catalog, WRITTEN).refresh.hash, it.refresh.hash);
    // A rebuild, too, is the same rebuild.
    let hopeless = |between: &str| {
        format!("segment it on customer {{ where count(orders){between}>{between}days_since(signed_up_at) }}")
    };
    assert_eq!(plan(CATALOG, &hopeless("")).refresh.hash, plan(CATALOG, &hopeless("\n ")).refresh.hash);

    for (what, catalog, segments) in [
        ("a window", CATALOG.to_owned(), WRITTEN.replace("last 30 days", "last 31 days")),
        ("settle", CATALOG.replace("settle: 10 minutes", "settle: 11 minutes"), WRITTEN.to_owned()),
        (
            "a stamp",
            CATALOG.replace(
                "{ mutable: { updated_at: updated_at, immutable: [customer_id, at] } }",
                "append_only",
            ),
            WRITTEN.to_owned(),
        ),
        ("a condition", CATALOG.to_owned(), WRITTEN.replace("age > 3", "age > 4")),
    ] {
        assert_ne!(plan(&catalog, &segments).refresh.hash, it.refresh.hash, "{what}");
    }
}

#[test]
fn only_refreshes_that_need_a_base_run_can_be_rejected() {
    let refuse = format!("{DEFAULT}refresh: {{ on_stale_state: fail }}\n");
    let of = |config: &str, segment: &str| planned(&open(config, CATALOG, segment)).refresh.refusal;
    assert_eq!(of(DEFAULT, ORDERS), None);
    assert_eq!(
        of("name: plan\nmaterialize: incremental\nrefresh: { on_stale_state: rebuild }\n", ORDERS),
        None
    );
    let told = of(&refuse, ORDERS).expect("it builds on the last run").message;
    assert!(told.contains("segment it") && told.contains("run its create script"), "{told}");
    let rebuilt = format!("segment it on customer {{ where {HOPELESS} }}");
    assert_eq!(of(&refuse, &rebuilt), None, "a rebuild builds on nothing");
}

#[test]
fn rebuild_every_is_reported_with_its_entity() {
    let it = plan(CATALOG, "segment it on customer { where count(events) < 2 }");
    assert_eq!(it.refresh.rebuild_every, [("event".to_owned(), (7, Unit::Day))]);
}
