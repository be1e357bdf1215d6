//! Dittofeed's, Klaviyo's and an analytics platform's segments: every shape that the files have, translated
//! or refused for the reason that is expected, and members worked out by hand.

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
  user:
    table: users
    key: id
    fields:
      id: { type: string, nullable: false }
      env: string
      status: string
      atRisk: boolean
      age: decimal(9,2)
      email: string
      createdAt: timestamp
      born: date
      path1: string
      items1: array<string>
      tags: array<string>
    links:
      events: { to: event, many: true, on: { id: user_id } }
  event:
    table: events
    key: id
    time: at
    event_name: name
    fields:
      id: { type: string, nullable: false }
      user_id: { type: string, nullable: false }
      name: { type: string, nullable: false }
      at: { type: timestamp, nullable: false }
      age: integer
      status: string
      kind: string
      group: string
      count: integer
      value: decimal(12,2)
    links:
      user: { to: user, on: { user_id: id } }
";

fn project() -> Memory {
    Memory::new().with("segc.yml", "name: m\ntargets: { duckdb: {} }\n").with("catalog/m.yml", CATALOG)
}

fn imported(tool: &str, value: &Value, mapping: Option<&str>) -> Imported {
    let files = vec![file("segments.json", value.to_string())];
    let mapping = mapping.map(|text| file("map.yml", text));
    let entity = Some("user".to_owned());
    import(&project(), &Request { tool: tool.to_owned(), files, mapping, entity, ..Request::default() })
}

fn text(value: &Value) -> Datum {
    value.as_str().map_or(Datum::Missing, Datum::from)
}

fn instant(text: &str) -> Datum {
    Datum::Timestamp(text.parse().expect("an instant"))
}

/// Users with their fields, and events as (user, name, time, fields).
fn rows(catalog: &std::sync::Arc<segc::catalog::Catalog>) -> Data {
    let mut data = Data::new(catalog);
    for (id, fields) in [
        (
            "a",
            json!({ "env": "test", "status": "running", "age": 30, "email": "a@x", "createdAt": "2026-03-31T12:29:30Z", "items1": ["test2"], "born": "1990-03-31" }),
        ),
        (
            "b",
            json!({ "env": "prod", "status": "active", "age": 10, "email": "", "atRisk": true, "tags": ["x"] }),
        ),
        ("c", json!({})),
    ] {
        let mut row = vec![("id", Datum::from(id))];
        for name in ["env", "status", "email", "path1"] {
            row.push((name, text(&fields[name])));
        }
        row.push(("atRisk", fields["atRisk"].as_bool().map_or(Datum::Missing, Datum::from)));
        row.push(("age", fields["age"].as_i64().map_or(Datum::Missing, |age| Datum::Decimal(age.into()))));
        row.push(("createdAt", fields["createdAt"].as_str().map_or(Datum::Missing, instant)));
        row.push((
            "born",
            fields["born"].as_str().map_or(Datum::Missing, |day| Datum::Date(day.parse().expect("a day"))),
        ));
        for name in ["items1", "tags"] {
            let items = fields[name].as_array().map(|items| items.iter().map(text).collect::<Vec<_>>());
            row.push((name, items.map_or(Datum::Missing, Datum::Array)));
        }
        data.push("user", row).expect("it fits");
    }
    for (at, (user, name, time, fields)) in [
        ("a", "test", "2026-03-30T00:00:00Z", json!({ "kind": "integration", "group": "first", "count": 10, "age": 25, "status": "active", "value": 100 })),
        ("a", "test", "2026-03-29T00:00:00Z", json!({ "kind": "integration", "group": "second", "count": 1, "value": 150 })),
        ("b", "test", "2026-03-30T00:00:00Z", json!({ "kind": "other", "group": "first", "age": 5 })),
    ]
    .into_iter()
    .enumerate()
    {
        let mut row = vec![
            ("id", Datum::from(format!("e{at}"))),
            ("user_id", Datum::from(user)),
            ("name", Datum::from(name)),
            ("at", instant(time)),
        ];
        for name in ["kind", "group", "status"] {
            row.push((name, text(&fields[name])));
        }
        for name in ["age", "count"] {
            row.push((name, fields[name].as_i64().map_or(Datum::Missing, Datum::from)));
        }
        row.push(("value", fields["value"].as_i64().map_or(Datum::Missing, |n| Datum::Decimal(n.into()))));
        data.push("event", row).expect("it fits");
    }
    data
}

/// The members of the first segment.
fn selected(imported: &Imported) -> String {
    let as_of: Timestamp = "2026-03-31T12:30:00Z".parse().expect("an instant");
    let report = &imported.report.segments[0];
    assert_ne!(report.status, Status::Refused, "{:?}", report.refusals);
    let files = imported.files.iter().fold(project(), |files, (path, text)| files.with(path, text.clone()));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    let id = session.hir().iter().find(|(_, segment)| segment.name == report.name).expect("imported").0;
    let data = rows(&session.hir().catalog);
    let found: BTreeSet<String> = members(session.hir(), id, &data, as_of)
        .expect("no overflow")
        .into_iter()
        .map(|key| key[0].to_string())
        .collect();
    found.into_iter().collect::<Vec<_>>().join(" ")
}

fn refused(imported: &Imported) -> String {
    let report = &imported.report.segments[0];
    assert_eq!(report.status, Status::Refused, "{:?}", imported.files);
    report.refusals.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}

/// The definitions in the tool's own tests (tests/import/dittofeed), each with the members that it has here or
/// the reason for which it is refused.
#[test]
fn dittofeeds_definitions_are_translated_or_refused() {
    let all: Value =
        serde_json::from_str(include_str!("../../import/dittofeed/segments.json")).expect("JSON");
    let expected = [
        "a",
        "a b c",
        "a",
        "a",
        "b",
        // Exactly once, since `times` is 1 with `=`: the user in the test environment did it twice.
        "",
        "a",
        "",
        "!had its value",
        "b",
        "a",
        "a",
        "b",
        "a",
        "a",
        "b c",
        "a",
        "a b",
        // Only for users who have such an event, which lacks the property.
        "",
        "",
        "a",
        "!by hand",
        "!kept by Dittofeed",
        "a",
        "a c",
        "a b",
        // Half of the users, by the MD5 of their id and the segment's name.
        "b",
    ];
    let segments = all["segments"].as_array().expect("segments");
    assert_eq!(segments.len(), expected.len());
    for (at, (segment, expected)) in segments.iter().zip(expected).enumerate() {
        let imported = imported("dittofeed", segment, None);
        match expected.strip_prefix('!') {
            Some(reason) => {
                assert!(refused(&imported).contains(reason), "{at} {segment}: {}", refused(&imported))
            }
            None => assert_eq!(selected(&imported), expected, "{at} {segment}\n{:?}", imported.files),
        }
    }
}

fn klaviyo(groups: Value) -> Imported {
    let segment = json!({ "data": [{ "id": "k1", "type": "segment", "attributes": {
        "name": "K", "definition": { "condition_groups": groups } } }] });
    imported("klaviyo", &segment, Some("metrics: { M1: test }\n"))
}

fn one(condition: Value) -> Imported {
    klaviyo(json!([{ "conditions": [condition] }]))
}

fn property(name: &str, filter: Value) -> Value {
    json!({ "type": "profile-property", "property": name, "filter": filter })
}

#[test]
fn klaviyos_groups_are_joined_by_and_and_conditions_by_or() {
    let is = |name: &str, value: &str| {
        property(name, json!({ "type": "string", "operator": "equals", "value": value }))
    };
    let groups = json!([
        { "conditions": [is("env", "test"), is("env", "prod")] },
        { "conditions": [is("status", "active")] },
    ]);
    assert_eq!(selected(&klaviyo(groups)), "b");
}

#[test]
fn klaviyos_filters_leave_out_properties_that_are_not_set() {
    for (condition, expected) in [
        (property("env", json!({ "type": "string", "operator": "not-equals", "value": "test" })), "b"),
        (property("env", json!({ "type": "string", "operator": "not-in", "value": ["test"] })), "b"),
        (property("env", json!({ "type": "string", "operator": "not-contains", "value": "es" })), "b"),
        (property("env", json!({ "type": "string", "operator": "nregex", "value": "^t" })), "b"),
        (property("age", json!({ "type": "numeric", "operator": "greater-than", "value": 20 })), "a"),
        (property("age", json!({ "type": "numeric", "operator": "not-equals", "value": 30 })), "b"),
        (property("atRisk", json!({ "type": "boolean", "operator": "equals", "value": false })), ""),
        (property("email", json!({ "type": "existence", "operator": "not-set" })), "c"),
        (property("tags", json!({ "type": "list", "operator": "contains-any", "value": ["x", "y"] })), "b"),
        (
            property(
                "createdAt",
                json!({ "type": "date", "operator": "in-the-last", "unit": "day", "quantity": 1 }),
            ),
            "a",
        ),
        (property("born", json!({ "type": "date", "operator": "anniversary" })), "a"),
        (property("born", json!({ "type": "date", "operator": "calendar-month", "value": 3 })), "a"),
    ] {
        assert_eq!(selected(&one(condition.clone())), expected, "{condition}");
    }
}

#[test]
fn klaviyos_metrics_count_and_sum_the_events_of_their_name() {
    let metric = |measurement: &str, operator: &str, value: i64| {
        json!({
            "type": "profile-metric", "metric_id": "M1", "measurement": measurement,
            "measurement_filter": { "type": "numeric", "operator": operator, "value": value },
            "timeframe_filter": { "type": "date", "operator": "in-the-last", "unit": "day", "quantity": 30 },
        })
    };
    assert_eq!(selected(&one(metric("count", "greater-than-or-equal", 2))), "a");
    assert_eq!(selected(&one(metric("count", "equals", 0))), "c");
    assert_eq!(selected(&one(metric("sum", "greater-than", 200))), "a");
    let mut unknown = metric("count", "equals", 0);
    unknown["metric_id"] = json!("M2");
    assert!(refused(&one(unknown)).contains("`M2`"));
    let funnel = json!({
        "type": "profile-metric-funnel", "completion_window_seconds": "DAYS_3",
        "timeframe_filter": { "type": "date", "operator": "in-the-last", "unit": "day", "quantity": 30 },
        "steps": [{ "metric_exists": true, "metric_id": "M1" }, { "metric_exists": true, "metric_id": "M1" }],
    });
    assert_eq!(selected(&one(funnel)), "a");
    for (condition, reason) in [
        (json!({ "type": "profile-region", "in_region": true, "region": "european_union" }), "region"),
        (json!({ "type": "profile-postal-code-distance" }), "distances"),
        (json!({ "type": "profile-marketing-consent", "consent": {} }), "consent"),
        (
            json!({ "type": "profile-group-membership", "is_member": true, "group_ids": ["L1"] }),
            "there is no segment `L1`",
        ),
        (
            property("tags", json!({ "type": "list", "operator": "contains-substring", "value": "x" })),
            "elements of a list",
        ),
    ] {
        assert!(refused(&one(condition.clone())).contains(reason), "{condition}");
    }
}

#[test]
fn rule_groups_need_a_mapping_and_become_includes_and_excludes() {
    let condition = |key: &str, word: &str, value: &str| json!({ "type": "dimension", "conjunction": "or", "key": key, "condition": word, "value": value });
    let group = |main: &str, g: Value| {
        json!({ "mainOperator": main, "conjunction": "and", "segmentObject": "web-user", "conditionFocus": "property",
                "embeddedSegmentId": null, "dateRangeFilter": { "type": "lifetime-of-the-object" }, "g0": g })
    };
    let mapping = "objects: { web-user: user }\npaths: { web-conversion-event: events }\nevent_names: { conv-1: test }\n";
    let run = |groups: Value, mapping: &str| {
        let segments =
            json!([{ "id": "s1", "name": "One", "isCustom": true, "status": true, "ruleGroups": groups }]);
        imported("rule-groups", &segments, Some(mapping))
    };
    let both = json!([
        group("include", condition("env", "equals", "test")),
        group("include", condition("status", "contains", "run"))
    ]);
    assert_eq!(selected(&run(both, mapping)), "a");
    let excluded = json!([
        group("include", condition("env", "is-set", "")),
        group("exclude", condition("env", "equals", "prod"))
    ]);
    assert_eq!(selected(&run(excluded.clone(), mapping)), "a");
    // As a text of JSON.
    assert_eq!(selected(&run(Value::String(excluded.to_string()), mapping)), "a");
    let only_exclude = json!([group("exclude", condition("env", "equals", "prod"))]);
    assert_eq!(selected(&run(only_exclude, mapping)), "a c");
    let negated = json!([group("include", condition("env", "does not equal", "prod"))]);
    assert_eq!(selected(&run(negated, mapping)), "a c");
    let mut event = group(
        "include",
        json!({ "type": "conversion", "id": "conv-1", "property": "kind", "condition": "equals", "value": "other" }),
    );
    event["conditionFocus"] = json!("web-conversion-event");
    event["dateRangeFilter"] =
        json!({ "type": "specific-date-range", "startDate": "2026-03-30", "endDate": "2026-03-30" });
    assert_eq!(selected(&run(json!([event]), mapping)), "b");
    assert_eq!(selected(&run(json!([]), "entity: user\n")), "a b c");
    // Without it, the import says what to write, and writes the file to fill in.
    let without = run(json!([event_of("conv-1")]), "objects: { web-user: user }\n");
    assert!(refused(&without).contains("no link `web_conversion_event`"));
    assert!(
        without.mapping.contains("\"web-conversion-event\": \"web_conversion_event\""),
        "{}",
        without.mapping
    );
    assert!(without.mapping.contains("\"conv-1\""), "{}", without.mapping);
    let mut third = group("include", condition("status", "equals", "y"));
    third["conjunction"] = json!("or");
    let mixed = json!([
        group("include", condition("env", "equals", "test")),
        group("include", condition("status", "equals", "x")),
        third,
    ]);
    assert!(refused(&run(mixed, mapping)).contains("as well as by `or`"));
    let unknown = json!([group("include", condition("env", "sounds-like", "prod"))]);
    assert!(refused(&run(unknown, mapping)).contains("sounds-like"));
}

fn event_of(id: &str) -> Value {
    json!({ "mainOperator": "include", "conjunction": "and", "segmentObject": "web-user", "conditionFocus": "web-conversion-event",
            "dateRangeFilter": { "type": "lifetime-of-the-object" },
            "g0": { "type": "conversion", "id": id, "property": "kind", "condition": "equals", "value": "other" } })
}

fn audience(query: &str) -> Imported {
    let files = vec![file("argument", query)];
    let entity = Some("user".to_owned());
    import(&project(), &Request { tool: "segment".to_owned(), files, entity, ..Request::default() })
}

#[test]
fn audiences_of_segment_are_read_from_its_query_language() {
    for (query, expected) in [
        ("trait('env') = 'test'", "a"),
        ("trait('env') != 'test'", "b c"),
        ("NOT ( event('test').count() >= 2 AND trait('env').is_set() )", "b c"),
        ("event('test').where(property('kind') == 'integration').within(7 days).count() >= 1", "a"),
        ("event('test').between(2 days, 7 days).count() >= 1", "a"),
        ("event('test').sum(property('value')) > 200 OR trait('age') < 20", "a b"),
        ("event('test').max(property('count')).gte(10)", "a"),
        ("event('test').last(property('group')) = 'first'", "a b"),
        ("trait('status').one_of(['active', 'idle']) AND trait('email').is_set()", "b"),
        ("trait('env').contains_one(['es', 'xx'])", "a"),
        ("trait('env').omits('es')", "b c"),
        ("trait('createdAt').within_last(1 days)", "a"),
        ("trait('createdAt').after_date('2026-01-01T00:00:00Z')", "a"),
        ("trait('atRisk') = true", "b"),
        // A later event of the same person.
        (
            "event('test').where(property('group') = 'second' AND event('test').where(property('group') = 'first').within(parent: 5 days).count() >= 1).within(30 days).count() >= 1",
            "a",
        ),
        ("event('test').where(property('age') >= trait('age')).count() >= 1", ""),
        ("event('test').where(property('age') <= trait('age')).count() >= 1", "a b"),
    ] {
        assert_eq!(selected(&audience(query)), expected, "{query}");
    }
    for (query, reason) in [
        ("trait('env') =", "found the end of the query"),
        ("trait('env') = 'test' AND", "found the end of the query"),
        ("event('test').unique(property('kind'))", "a list of values"),
        ("ANY (trait('env') = 'test')", "an audience of accounts"),
        ("event('test').sources({exclude: ['x']}).count() > 1", "by their source"),
        ("event('test').mode(property('kind'), 2) = 'x'", "the most frequent value"),
        ("trait('env').sounds_like('x')", "sounds_like"),
        ("trait('age') = 'old'", "another type"),
        ("event('test').count()", "computes a value"),
        ("trait('env') ? 1", "another character"),
    ] {
        let said = refused(&audience(query));
        assert!(said.contains(reason), "{query}: {said}");
    }
    let api = json!({ "data": { "audiences": [{ "id": "aud_1", "name": "Pros", "key": "pros",
        "definition": { "type": "USERS", "query": "trait('env') = 'prod'" } }] } });
    assert_eq!(selected(&imported("segment", &api, None)), "b");
}
