//! PostHog's cohorts: each shape of a condition (tests/import/posthog), and members worked out by hand.

use std::collections::BTreeSet;

use jiff::Timestamp;
use segc::api::{Options, open_files};
use segc::evaluate::{Data, Datum, members};
use segc::import::segment::{Imported, Request, Status, import};
use segc::project::Memory;
use serde_json::{Value, json};

use super::suite::file;

const CATALOG: &str = "
entities:
  person:
    table: persons
    key: id
    fields:
      id: { type: string, nullable: false }
      created_at: timestamp
      email: { type: string, column: properties, from: json, path: [email] }
      plan: { type: string, column: properties, from: json, path: [plan] }
      age: { type: integer, column: properties, from: json, path: [age] }
      vip: { type: boolean, column: properties, from: json, path: [vip] }
      seen: { type: timestamp, column: properties, from: json, path: [seen] }
      app_version: { type: string, column: properties, from: json, path: [app_version] }
    links:
      events: { to: event, many: true, on: { id: person_id } }
  event:
    table: events
    key: uuid
    time: timestamp
    event_name: event
    fields:
      uuid: { type: string, nullable: false }
      person_id: { type: string, nullable: false }
      event: { type: string, nullable: false }
      timestamp: { type: timestamp, nullable: false }
      browser: { type: string, column: properties, from: json, path: [$browser] }
      current_url: { type: string, column: properties, from: json, path: [$current_url] }
";

fn as_of() -> Timestamp {
    "2026-03-31T12:30:00Z".parse().expect("an instant")
}

fn project() -> Memory {
    Memory::new().with("segc.yml", "name: hog\ntargets: { duckdb: {} }\n").with("catalog/hog.yml", CATALOG)
}

fn imported(files: &[(&str, Value)], mapping: Option<&str>) -> Imported {
    let files = files.iter().map(|(name, value)| file(name, value.to_string())).collect();
    let mapping = mapping.map(|text| file("map.yml", text));
    let entity = Some("person".to_owned());
    import(&project(), &Request { tool: "posthog".to_owned(), files, mapping, entity, ..Request::default() })
}

/// A cohort of one leaf.
fn cohort(leaf: &Value) -> Value {
    json!({ "id": 1, "name": "one", "filters": { "properties": { "type": "AND", "values": [leaf] } } })
}

/// A person: properties, and events with their times and properties.
struct Person {
    id: &'static str,
    properties: Value,
    events: Vec<(&'static str, &'static str, Value)>,
}

fn person(id: &'static str, properties: Value) -> Person {
    Person { id, properties, events: Vec::new() }
}

impl Person {
    fn did(mut self, event: &'static str, at: &'static str) -> Self {
        self.events.push((event, at, json!({})));
        self
    }

    fn did_with(mut self, event: &'static str, at: &'static str, properties: Value) -> Self {
        self.events.push((event, at, properties));
        self
    }
}

/// The members of the only segment of an import.
fn select(imported: &Imported, people: &[Person]) -> BTreeSet<String> {
    let files = imported.files.iter().fold(project(), |files, (path, text)| files.with(path, text.clone()));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    let mut data = Data::new(&session.hir().catalog);
    let text = |value: &Value| match value {
        Value::Null => Datum::Missing,
        Value::String(text) => Datum::String(text.clone()),
        other => Datum::String(other.to_string()),
    };
    let instant = |text: &str| Datum::Timestamp(text.parse().expect("an instant"));
    let mut number = 0;
    for person in people {
        let get = |name: &str| person.properties.get(name).unwrap_or(&Value::Null);
        let mut row = vec![("id", Datum::from(person.id))];
        for name in ["email", "plan", "app_version"] {
            row.push((name, text(get(name))));
        }
        row.push(("age", get("age").as_i64().map_or(Datum::Missing, Datum::from)));
        row.push(("vip", get("vip").as_bool().map_or(Datum::Missing, Datum::from)));
        row.push(("seen", get("seen").as_str().map_or(Datum::Missing, instant)));
        row.push(("created_at", get("created_at").as_str().map_or(Datum::Missing, instant)));
        data.push("person", row).expect("it fits");
        for (event, at, properties) in &person.events {
            number += 1;
            let get = |name: &str| text(properties.get(name).unwrap_or(&Value::Null));
            let row = vec![
                ("uuid", Datum::from(format!("e{number}"))),
                ("person_id", Datum::from(person.id)),
                ("event", Datum::from(*event)),
                ("timestamp", instant(at)),
                ("browser", get("$browser")),
                ("current_url", get("$current_url")),
            ];
            data.push("event", row).expect("it fits");
        }
    }
    let name = &imported.report.segments[0].name;
    let id = session.hir().iter().find(|(_, segment)| segment.name == *name).expect("it is imported").0;
    let found = members(session.hir(), id, &data, as_of()).expect("no overflow");
    found.into_iter().map(|key| key[0].to_string()).collect()
}

/// Asserts whom a cohort with this leaf selects.
fn selects(leaf: Value, people: &[Person], expected: &[&str]) {
    let imported = imported(&[("cohorts.json", cohort(&leaf))], None);
    let report = &imported.report.segments[0];
    assert_ne!(report.status, Status::Refused, "{leaf}: {:?}", report.refusals);
    let expected: BTreeSet<String> = expected.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(select(&imported, people), expected, "{leaf}\n{}", imported.files[0].1);
}

/// Asserts that a cohort with this leaf is refused, and why.
fn refuses(leaf: &Value, part: &str) {
    let imported = imported(&[("cohorts.json", cohort(leaf))], None);
    let report = &imported.report.segments[0];
    assert_eq!(report.status, Status::Refused, "{leaf}");
    let said: Vec<_> = report.refusals.iter().map(|problem| problem.message.clone()).collect();
    assert!(said.iter().any(|message| message.contains(part)), "{leaf}: {said:?}");
}

fn of(leaf: Value, more: Value) -> Value {
    let mut leaf = leaf;
    for (key, value) in more.as_object().expect("keys") {
        leaf[key.as_str()] = value.clone();
    }
    leaf
}

#[test]
fn conditions_on_persons_treat_missing_properties_as_posthog_does() {
    let people = || {
        vec![
            person("pro", json!({ "plan": "pro", "email": "Ann@Acme.example", "age": 30, "vip": true })),
            person("free", json!({ "plan": "free", "email": "bo_x@other.example", "age": 5, "vip": false })),
            person("none", json!({})),
        ]
    };
    let on = |key: &str, operator: &str, value: Value| json!({ "type": "person", "key": key, "operator": operator, "value": value });
    for (leaf, expected) in [
        (on("plan", "exact", json!(["pro", "max"])), &["pro"][..]),
        (on("plan", "is_not", json!(["pro", "max"])), &["free", "none"]),
        (on("email", "icontains", json!("acme")), &["pro"]),
        (on("email", "not_icontains", json!("acme")), &["free", "none"]),
        (on("email", "icontains", json!("o_x")), &["free"]),
        (on("email", "icontains", json!(["acme", "other"])), &["free", "pro"]),
        (on("email", "regex", json!("^[a-z_]+@")), &["free"]),
        (on("email", "not_regex", json!("^[a-z_]+@")), &["none", "pro"]),
        (on("age", "gte", json!("18")), &["pro"]),
        (on("age", "between", json!([1, 10])), &["free"]),
        (on("age", "not_between", json!([1, 10])), &["pro"]),
        (on("email", "is_set", json!("is_set")), &["free", "pro"]),
        (on("email", "is_not_set", json!("is_not_set")), &["none"]),
        (on("vip", "exact", json!(["true"])), &["pro"]),
        (on("vip", "is_not", json!(["true"])), &["free", "none"]),
        (of(on("plan", "exact", json!("pro")), json!({ "negation": true })), &["free", "none"]),
    ] {
        selects(leaf, &people(), expected);
    }
    let versions = vec![
        person("a", json!({ "app_version": "1.2.3" })),
        person("b", json!({ "app_version": "1.9.0" })),
        person("c", json!({ "app_version": "2.0.0" })),
    ];
    selects(on("app_version", "semver_caret", json!("1.2.3")), &versions, &["a", "b"]);
    selects(on("app_version", "semver_tilde", json!("1.2")), &versions, &["a"]);
    selects(on("app_version", "semver_wildcard", json!("1.*")), &versions, &["a", "b"]);
    let seen = vec![
        person("old", json!({ "seen": "2026-03-01T00:00:00Z" })),
        person("new", json!({ "seen": "2026-03-30T00:00:00Z" })),
        person("never", json!({})),
    ];
    selects(on("seen", "is_date_before", json!("-7d")), &seen, &["old"]);
    selects(on("seen", "is_date_after", json!("2026-03-10")), &seen, &["new"]);
}

fn behavior(value: &str, more: Value) -> Value {
    let leaf = json!({ "type": "behavioral", "value": value, "key": "login", "event_type": "events" });
    of(leaf, more)
}

#[test]
fn windows_of_events_begin_with_a_day_and_those_of_counts_at_an_instant() {
    // 7 days before as_of is 2026-03-24T12:30.
    let people = || {
        vec![
            person("morning", json!({})).did("login", "2026-03-24T00:00:00Z"),
            person("evening", json!({})).did("login", "2026-03-24T13:00:00Z"),
            person("before", json!({})).did("login", "2026-03-23T23:59:59Z"),
            person("other", json!({})).did("logout", "2026-03-30T00:00:00Z"),
            person("never", json!({})),
        ]
    };
    let week = json!({ "time_value": 7, "time_interval": "day" });
    selects(behavior("performed_event", week.clone()), &people(), &["evening", "morning"]);
    let count = of(week.clone(), json!({ "operator": "gte", "operator_value": 1 }));
    selects(behavior("performed_event_multiple", count), &people(), &["evening"]);
    // Nobody without an event is counted.
    let at_most = of(week.clone(), json!({ "operator": "lte", "operator_value": 5 }));
    selects(behavior("performed_event_multiple", at_most), &people(), &["evening"]);
    let negated = of(week, json!({ "negation": true }));
    selects(behavior("performed_event", negated), &people(), &["before", "never", "other"]);
    let range = json!({ "explicit_datetime": "-30d", "explicit_datetime_to": "-8d" });
    selects(behavior("performed_event", range), &people(), &["before"]);
    let range = json!({ "explicit_datetime": "2026-03-24", "explicit_datetime_to": "2026-03-24" });
    selects(behavior("performed_event", range), &people(), &["evening", "morning"]);
}

#[test]
fn first_times_stops_and_restarts_are_those_of_posthog() {
    let people = || {
        vec![
            person("always", json!({}))
                .did("login", "2026-03-10T00:00:00Z")
                .did("login", "2026-03-30T00:00:00Z"),
            person("new", json!({})).did("login", "2026-03-30T00:00:00Z"),
            person("stopped", json!({})).did("login", "2026-03-10T00:00:00Z"),
            person("restarted", json!({}))
                .did("login", "2025-01-01T00:00:00Z")
                .did("login", "2026-03-30T00:00:00Z"),
            person("gone", json!({})).did("login", "2025-01-01T00:00:00Z"),
            person("never", json!({})),
        ]
    };
    let week = json!({ "time_value": 7, "time_interval": "day" });
    selects(behavior("performed_event_first_time", week), &people(), &["new"]);
    let spans =
        json!({ "time_value": 30, "time_interval": "day", "seq_time_value": 7, "seq_time_interval": "day" });
    selects(behavior("stopped_performing_event", spans.clone()), &people(), &["stopped"]);
    selects(behavior("restarted_performing_event", spans), &people(), &["restarted"]);
}

#[test]
fn regular_events_and_sequences_count_periods_before_today() {
    let people = || {
        vec![
            // Two in each of the last three periods of three days before today.
            person("regular", json!({}))
                .did("login", "2026-03-30T01:00:00Z")
                .did("login", "2026-03-29T01:00:00Z")
                .did("login", "2026-03-27T01:00:00Z")
                .did("login", "2026-03-26T01:00:00Z")
                .did("login", "2026-03-24T01:00:00Z")
                .did("login", "2026-03-23T01:00:00Z"),
            // Today doesn't count.
            person("today", json!({}))
                .did("login", "2026-03-31T01:00:00Z")
                .did("login", "2026-03-31T02:00:00Z")
                .did("login", "2026-03-27T01:00:00Z")
                .did("login", "2026-03-26T01:00:00Z")
                .did("login", "2026-03-24T01:00:00Z")
                .did("login", "2026-03-23T01:00:00Z"),
            person("buyer", json!({}))
                .did("login", "2026-03-28T00:00:00Z")
                .did("buy", "2026-03-30T00:00:00Z"),
            person("late", json!({})).did("login", "2026-03-25T00:00:00Z").did("buy", "2026-03-30T00:00:00Z"),
            person("backwards", json!({}))
                .did("buy", "2026-03-28T00:00:00Z")
                .did("login", "2026-03-30T00:00:00Z"),
        ]
    };
    let regularly = |operator: &str, times: i64| {
        json!({
            "operator": operator, "operator_value": times, "time_value": 3, "time_interval": "day",
            "min_periods": 3, "total_periods": 4,
        })
    };
    selects(behavior("performed_event_regularly", regularly("gte", 2)), &people(), &["regular"]);
    selects(behavior("performed_event_regularly", regularly("exact", 2)), &people(), &["regular"]);
    selects(behavior("performed_event_regularly", regularly("lte", 1)), &people(), &[]);
    let sequence = json!({
        "time_value": 8, "time_interval": "day", "seq_event": "buy", "seq_event_type": "events",
        "seq_time_value": 3, "seq_time_interval": "day",
    });
    selects(behavior("performed_event_sequence", sequence), &people(), &["buyer"]);
}

#[test]
fn filters_actions_and_test_accounts_are_read_from_the_files() {
    let people = || {
        vec![
            person("chrome", json!({ "email": "a@x.example" })).did_with(
                "$pageview",
                "2026-03-30T00:00:00Z",
                json!({ "$browser": "Chrome", "$current_url": "https://x/movie/1" }),
            ),
            person("safari", json!({ "email": "b@team.example" })).did_with(
                "$pageview",
                "2026-03-30T00:00:00Z",
                json!({ "$browser": "Safari", "$current_url": "https://x/movie/2" }),
            ),
            person("app", json!({ "email": "c@x.example" })).did("watched", "2026-03-30T00:00:00Z"),
        ]
    };
    let filters = json!([{ "type": "event", "key": "$browser", "operator": "exact", "value": ["Chrome"] }]);
    let week =
        json!({ "key": "$pageview", "time_value": 7, "time_interval": "day", "event_filters": filters });
    selects(behavior("performed_event", week), &people(), &["chrome"]);

    let action = behavior(
        "performed_event",
        json!({ "key": 7, "event_type": "actions", "time_value": 7, "time_interval": "day" }),
    );
    refuses(&action, "there is no segment `7`");
    let actions = json!({ "results": [{ "id": 7, "name": "Watched", "steps": [
        { "event": "$pageview", "url": "movie/", "url_matching": "contains" },
        { "event": "watched" },
    ] }] });
    let mut one = cohort(&action);
    let with_action = imported(&[("cohorts.json", one.clone()), ("actions.json", actions.clone())], None);
    assert_eq!(select(&with_action, &people()), ["app", "chrome", "safari"].map(str::to_owned).into());
    one["filters"]["filterTestAccounts"] = json!(true);
    let settings = json!({ "id": 1, "test_account_filters": [
        { "type": "person", "key": "email", "operator": "not_icontains", "value": "@team.example" },
        { "type": "event", "key": "$host", "operator": "exact", "value": "x" },
    ] });
    let without = imported(&[("cohorts.json", one.clone()), ("actions.json", actions.clone())], None);
    assert_eq!(without.report.segments[0].status, Status::Refused);
    let with =
        imported(&[("cohorts.json", one), ("actions.json", actions), ("project.json", settings)], None);
    assert_eq!(select(&with, &people()), ["app", "chrome"].map(str::to_owned).into());
}

#[test]
fn what_has_no_counterpart_is_refused() {
    let week = json!({ "time_value": 7, "time_interval": "day" });
    refuses(&behavior("performed_event", json!({ "time_value": 5, "time_interval": "minute" })), "minutes");
    refuses(
        &behavior("performed_event", json!({ "time_value": 0, "time_interval": "day" })),
        "a whole number above 0",
    );
    refuses(&behavior("performed_everything", week.clone()), "performed_everything");
    let hogql = json!({ "event_filters": [{ "type": "hogql", "key": "1 = 1" }] });
    refuses(&behavior("performed_event", of(week, hogql)), "HogQL");
    refuses(&json!({ "type": "person", "key": "plan", "operator": "fuzzy", "value": "x" }), "fuzzy");
    refuses(&json!({ "type": "person", "key": "unheard_of", "value": "x" }), "unheard_of");
    refuses(&json!({ "type": "cohort", "key": "id", "value": 99 }), "there is no segment `99`");
    let is_static = json!({ "id": 2, "name": "vips", "is_static": true, "filters": {} });
    let listed = imported(&[("cohorts.json", json!([is_static]))], None);
    assert_eq!(listed.report.segments[0].status, Status::Refused);
    let empty =
        json!({ "id": 3, "name": "empty", "filters": { "properties": { "type": "AND", "values": [] } } });
    let empty = imported(&[("cohorts.json", empty)], None);
    assert_eq!(empty.report.segments[0].status, Status::Refused);
}

/// The shapes that the tool's own tests have (tests/import/posthog), each of them translated or refused for
/// the reason that is expected.
#[test]
fn golden_filters_are_translated_or_refused_for_the_right_reason() {
    let golden: Value =
        serde_json::from_str(include_str!("../../import/posthog/golden.json")).expect("it is JSON");
    let mut translated = 0;
    for case in golden["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let imported = imported(&[("filters.json", case["filters"].clone())], None);
        let report = &imported.report.segments[0];
        let refused = match name {
            "empty_group" => "no condition",
            "action_keyed" => "there is no segment",
            _ => "",
        };
        if refused.is_empty() {
            assert_ne!(report.status, Status::Refused, "{name}: {:?}", report.refusals);
            translated += 1;
        } else {
            assert!(report.refusals.iter().any(|problem| problem.message.contains(refused)), "{name}");
        }
    }
    assert!(translated > 8, "{translated}");
}

#[test]
fn definitions_of_properties_give_their_types() {
    let work = crate::import_catalog::Workspace::new("duckdb: {}");
    let definition = |name: &str, ty: &str| {
        format!(r#"{{"id": "1", "name": "{name}", "is_numerical": false, "property_type": {ty}}}"#)
    };
    let definitions = [
        definition("age", r#""Numeric""#),
        definition("is_paying", r#""Boolean""#),
        definition("trial_end", r#""DateTime""#),
        definition("plan", "null"),
        definition("mixed", r#""Numeric""#),
        definition("mixed", r#""String""#),
    ];
    work.write("definitions.json", &format!(r#"{{"results": [{}]}}"#, definitions.join(",")));
    let leaf = |rest: &str| format!(r#"{{"type": "person", {rest}}}"#);
    let leaves = [
        leaf(r#""key": "age", "operator": "exact", "value": ["18"]"#),
        leaf(r#""key": "is_paying", "operator": "exact", "value": ["true"]"#),
        leaf(r#""key": "trial_end", "operator": "is_set", "value": "is_set""#),
        leaf(r#""key": "plan", "operator": "exact", "value": "pro""#),
        leaf(r#""key": "mixed", "operator": "exact", "value": "1""#),
    ];
    let cohort = format!(
        r#"[{{"id": 1, "name": "adults", "filters": {{"properties": {{"type": "AND", "values": [{}]}}}}}}]"#,
        leaves.join(",")
    );
    work.write("cohorts.json", &cohort);
    let arguments =
        ["import", "posthog", "cohorts.json", "definitions.json", "--write-catalog", "catalog/users.yml"];
    work.segc(&arguments).fine();
    let catalog = work.read("catalog/users.yml");
    for field in
        ["age: decimal", "is_paying: boolean", "trial_end: timestamp", "plan: string", "mixed: string"]
    {
        assert!(catalog.contains(field), "{field}: {catalog}");
    }
    let segments = work.read("segments/imported/posthog.seg");
    assert!(segments.contains("age = 18") && segments.contains("and is_paying"), "{segments}");
    work.segc(&["check"]).fine();
}
