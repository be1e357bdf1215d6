//! A first import into a project without a catalog: `--write-catalog` makes one that has everything which
//! the segments read, so that the project checks.

use segc::api::{Options, open_files};
use segc::import::segment::{File, Request, Status, import};
use segc::project::Memory;
use serde_json::json;

use super::suite::file;

/// Imports into an empty project, and then checks it: the catalog, and the segments that were refused.
fn first(tool: &str, entity: &str, files: Vec<File>, mapping: Option<&str>) -> (String, Vec<String>) {
    let empty = Memory::new().with("segc.yml", "name: first\ntargets: { duckdb: {}, postgres: {} }\n");
    let request = Request {
        tool: tool.to_owned(),
        files,
        entity: Some(entity.to_owned()),
        mapping: mapping.map(|text| file("map.yml", text)),
        write_catalog: Some("catalog/first.yml".to_owned()),
        name: Some("given".to_owned()),
        ..Request::default()
    };
    let imported = import(&empty, &request);
    let project = imported.files.iter().fold(empty, |files, (path, text)| files.with(path, text.clone()));
    let (_, problems) = open_files(&project, &Options::default());
    let catalog = &imported.files.iter().find(|(path, _)| path == "catalog/first.yml").expect("a catalog").1;
    assert!(problems.iter().next().is_none(), "{catalog}\n{problems:?}");
    let again = import(&project, &Request { write_catalog: None, ..request });
    assert!(again.files.is_empty(), "importing again writes {:?}", again.files);
    let refused = imported.report.segments.iter().filter(|segment| segment.status == Status::Refused);
    let reasons = refused.map(|segment| segment.refusals.first().expect("a reason").message.clone());
    (catalog.clone(), reasons.collect())
}

fn behavior(value: &str, more: &serde_json::Value) -> serde_json::Value {
    let mut leaf = json!({
        "type": "behavioral", "value": value, "key": "login", "event_type": "events", "time_value": 30,
        "time_interval": "day", "seq_time_value": 7, "seq_time_interval": "day", "seq_event": "buy",
        "seq_event_type": "events", "operator": "gte", "operator_value": 2, "min_periods": 1, "total_periods": 3,
    });
    for (key, value) in more.as_object().expect("keys") {
        leaf[key.as_str()] = value.clone();
    }
    leaf
}

#[test]
fn cohorts_that_ask_for_events_get_an_entity_of_events() {
    let filters = json!({ "event_filters": [
        { "type": "event", "key": "$browser", "operator": "exact", "value": ["Chrome"] },
        { "type": "event", "key": "amount", "operator": "gt", "value": "10" },
        { "type": "event", "key": "seats", "operator": "exact", "value": ["3"] },
        { "type": "event", "key": "floor", "operator": "is_not", "value": 3 },
        { "type": "event", "key": "zip", "operator": "icontains", "value": 10 },
        { "type": "event", "key": "timestamp", "operator": "exact", "value": ["noon"] }] });
    let mut leaves = vec![behavior("performed_event", &filters)];
    for kind in [
        "performed_event_multiple",
        "performed_event_first_time",
        "performed_event_sequence",
        "stopped_performing_event",
        "restarted_performing_event",
        "performed_event_regularly",
    ] {
        leaves.push(behavior(kind, &json!({ "negation": true })));
    }
    leaves.push(behavior("performed_event", &json!({ "key": 7, "event_type": "actions" })));
    leaves.push(json!({ "type": "person", "key": "events", "operator": "exact", "value": ["many"] }));
    let cohorts: Vec<_> = leaves
        .iter()
        .enumerate()
        .map(|(at, leaf)| {
            let filters =
                json!({ "properties": { "type": "OR", "values": [{ "type": "AND", "values": [leaf] }] } });
            json!({ "id": at, "name": format!("cohort {at}"), "filters": filters })
        })
        .collect();
    let actions =
        json!([{ "id": 7, "steps": [{ "event": "$pageview", "url": "/buy", "url_matching": "contains" }] }]);
    let definitions = json!({ "results": [{ "name": "seats", "property_type": "Numeric" }] });
    let files = vec![
        file("cohorts.json", json!({ "results": cohorts }).to_string()),
        file("actions.json", actions.to_string()),
        file("definitions.json", definitions.to_string()),
    ];
    let (catalog, refused) = first("posthog", "person", files, None);
    assert_eq!(refused, Vec::<String>::new());
    for line in [
        "      performed_events: { to: event, many: true, on: { id: person_id } }",
        "    key: uuid",
        "    time: event_time",
        "    event_name: event",
        "      browser: string    # `$browser`",
        "      amount: decimal",
        "      seats: decimal",
        "      floor: decimal",
        "      zip: string",
        "      timestamp: string",
        "      current_url: string    # `$current_url`",
        "      person: { to: person, on: { person_id: id } }",
    ] {
        assert!(catalog.lines().any(|one| one == line), "{line}\n{catalog}");
    }
}

#[test]
fn cohorts_without_events_get_none() {
    let cohort = json!({ "properties": { "type": "AND", "values": [{ "type": "person", "key": "plan", "value": "pro" }] } });
    let (catalog, refused) = first("posthog", "person", vec![file("c.json", cohort.to_string())], None);
    assert!(refused.is_empty() && !catalog.contains("event"), "{catalog}");
}

#[test]
fn audiences_of_other_tools_get_events_with_a_link_back() {
    let query = "event('Bought').where(property('id') == 'x' AND event('Viewed').within(parent: 5 days).count() >= 1).within(30 days).count() >= 1 AND trait('plan') = 'pro'";
    let (catalog, refused) = first("segment", "user", vec![file("argument", query)], None);
    assert_eq!(refused, Vec::<String>::new());
    assert!(catalog.contains("    key: event_key\n"), "a property is called `id`: {catalog}");

    let query = "event('Bought').where(property('total') > 100 AND property('gift') = true).sum(property('value')).gte(7) AND event('Bought').max(property('size')) < 3 AND (trait('born').within_last(7 days) OR trait('age').one_of([1, 2]) OR trait('plan').contains('pro') OR trait('vip') = true)";
    let (catalog, refused) = first("segment", "user", vec![file("argument", query)], None);
    assert_eq!(refused, Vec::<String>::new());
    for field in [
        "total: decimal",
        "gift: boolean",
        "value: decimal",
        "size: decimal",
        "born: timestamp",
        "age: decimal",
        "plan: string",
        "vip: boolean",
    ] {
        assert!(catalog.contains(&format!("      {field}\n")), "{field}\n{catalog}");
    }

    let all = include_str!("../../import/dittofeed/segments.json");
    let (_, refused) = first("dittofeed", "user", vec![file("segments.json", all)], None);
    let expected = refused.iter().all(|reason| {
        ["had its value", "by hand", "became of a message"].iter().any(|part| reason.contains(part))
    });
    assert!(expected && refused.len() == 3, "{refused:?}");

    let metric = json!({ "type": "profile-metric", "metric_id": "abc", "measurement": "count",
        "measurement_filter": { "type": "numeric", "operator": "greater-than", "value": 2 },
        "timeframe_filter": { "type": "date", "operator": "in-the-last", "unit": "day", "quantity": 30 },
        "metric_filters": [{ "property": "amount", "filter": { "type": "numeric", "operator": "greater-than", "value": 5 } }] });
    let definition = json!({ "condition_groups": [{ "conditions": [metric] }] });
    let mapping = "metrics: { abc: \"Placed Order\" }\n";
    let (catalog, refused) =
        first("klaviyo", "profile", vec![file("s.json", definition.to_string())], Some(mapping));
    assert_eq!(refused, Vec::<String>::new());
    assert!(
        catalog.contains("      amount: decimal\n") && catalog.contains("profile_id: string"),
        "{catalog}"
    );
}
