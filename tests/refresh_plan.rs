//! The planner's proof in words: everything that stands against a refresh by affected keys, what
//! lifts it, and what makes a key affected.
#![allow(clippy::panic, reason = "a test may fail")]

use segc::api::{Options, Session, open_files};
use segc::plan::{CauseText, Refresh, SegmentPlan, What};
use segc::project::Memory;

/// A catalog that says everything, so that nothing stands against a refresh by keys.
const CATALOG: &str = r#"
entities:
  customer:
    table: customers
    key: id
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at, immutable: [company_id, signed_up_at] } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      plan: string
      company_id: integer
      signed_up_at: timestamp
      score: float
      version: semver
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
      events: { to: event, many: true, on: { id: customer_id } }
      company: { to: company, on: { company_id: id } }
  order:
    table: orders
    key: no
    time: at
    settle: 10 minutes
    changes: { mutable: { updated_at: updated_at, immutable: [customer_id, at] } }
    deletes: never
    fields:
      no: { type: integer, nullable: false }
      customer_id: integer
      at: timestamp
      status: string
      weight: float
      updated_at: { type: timestamp, nullable: false }
    links:
      customer: { to: customer, on: { customer_id: id } }
      lines: { to: line, many: true, on: { no: order_no } }
  line:
    table: lines
    key: id
    settle: 10 minutes
    changes: { append_only: { ingested_at: loaded_at } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      order_no: integer
      loaded_at: timestamp
  event:
    table: events
    key: id
    time: at
    event_name: name
    settle: 2 hours
    rebuild_every: 7 days
    changes: { append_only: { lateness: 3 days } }
    deletes: never
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      name: { type: string, nullable: false }
      at: timestamp
  company:
    table: companies
    key: id
    changes: static
    fields: { id: { type: integer, nullable: false }, size: integer }
"#;

const DEFAULT: &str = "name: plan\nmaterialize: incremental\n";

/// A text with parts of it replaced, each of which must be there.
fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not there");
        text.replacen(from, to, 1)
    })
}

fn open(config: &str, catalog: &str, segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", config)
        .with("catalog/shop.yml", catalog)
        .with("segments/it.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{catalog}\n{segments}: {problems:?}");
    session
}

fn planned(session: &Session) -> SegmentPlan {
    let all = session.select(&[]).expect("everything can be chosen");
    let (plan, _) = session.plan("duckdb", &all, &Options::default());
    let segments = plan.expect("the target exists").segments;
    segments.into_iter().find(|segment| segment.name == "it").expect("it is planned")
}

fn plan(catalog: &str, segments: &str) -> SegmentPlan {
    planned(&open(DEFAULT, catalog, segments))
}

/// Reasons and remedies.
fn obstacles(plan: &SegmentPlan) -> Vec<(String, String)> {
    let told = plan.obstacles.iter();
    told.map(|why| (why.reason.clone(), why.remedy.clone().unwrap_or_default())).collect()
}

const ORDERS: &str = "segment it on customer { where count(orders during last 30 days) < 2 }";
const ORDER_UPDATED: &str = "updated_at: updated_at, immutable: [customer_id, at]";

/// A declaration that is not there, and what is said of that.
struct Case {
    /// What of the catalog is left out or replaced.
    without: &'static [(&'static str, &'static str)],
    segment: &'static str,
    reason: &'static str,
    remedy: &'static str,
    /// What the remedy asks for, in the catalog as it is then.
    lifted: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        without: &[(
            "changes: { mutable: { updated_at: updated_at, immutable: [company_id, signed_up_at] } }",
            "changes: unknown",
        )],
        segment: ORDERS,
        reason: "`customer` doesn't say how its rows change",
        remedy: "declare `changes: { append_only: { ingested_at: … } }` or `changes: { mutable: { updated_at: … } }` on `customer`",
        lifted: &[("changes: unknown", "changes: { mutable: { updated_at: updated_at } }")],
    },
    Case {
        without: &[(
            "changes: { mutable: { updated_at: updated_at, immutable: [customer_id, at] } }",
            "changes: unknown",
        )],
        segment: ORDERS,
        reason: "`order` doesn't say how its rows change",
        remedy: "declare `changes: append_only` or `changes: { mutable: { updated_at: …, immutable: [customer_id] } }` on `order`",
        lifted: &[("changes: unknown", "changes: append_only")],
    },
    Case {
        without: &[(
            "changes: { mutable: { updated_at: updated_at, immutable: [customer_id, at] } }",
            "changes: unknown",
        )],
        segment: ORDERS,
        reason: "`order` doesn't say how its rows change",
        remedy: "declare `changes: append_only` or `changes: { mutable: { updated_at: …, immutable: [customer_id] } }` on `order`",
        lifted: &[(
            "changes: unknown",
            "changes: { mutable: { updated_at: updated_at, immutable: [customer_id] } }",
        )],
    },
    Case {
        without: &[(ORDER_UPDATED, "immutable: [customer_id, at]")],
        segment: ORDERS,
        reason: "`order` has no `updated_at`",
        remedy: "add it to `changes: mutable` of `order`, or declare `changes: append_only`",
        lifted: &[(
            "{ mutable: { immutable: [customer_id, at]",
            "{ mutable: { updated_at: updated_at, immutable: [customer_id, at]",
        )],
    },
    Case {
        without: &[(ORDER_UPDATED, "immutable: [customer_id, at]")],
        segment: ORDERS,
        reason: "`order` has no `updated_at`",
        remedy: "add it to `changes: mutable` of `order`, or declare `changes: append_only`",
        lifted: &[("{ mutable: { immutable: [customer_id, at] } }", "append_only")],
    },
    Case {
        without: &[(
            "mutable: { updated_at: updated_at, immutable: [company_id, signed_up_at] }",
            "mutable: { immutable: [company_id] }",
        )],
        segment: ORDERS,
        reason: "`customer` has no `updated_at`",
        remedy: "add it to `changes: mutable` of `customer`",
        lifted: &[("immutable: [company_id]", "updated_at: updated_at")],
    },
    Case {
        without: &[("changes: { append_only: { ingested_at: loaded_at } }", "changes: append_only")],
        segment: "segment it on customer { where not exists(orders where exists(lines)) }",
        reason: "nothing tells when a row of `line` arrived",
        remedy: "declare `changes: { append_only: { ingested_at: … } }` on `line`",
        lifted: &[("changes: append_only\n", "changes: { append_only: { ingested_at: loaded_at } }\n")],
    },
    Case {
        without: &[("    settle: 10 minutes\n    changes: { mutable", "    changes: { mutable")],
        segment: ORDERS,
        reason: "`order` doesn't say how long a row may take to become visible",
        remedy: "declare `settle`, such as `settle: 1 hour`, on `order`",
        lifted: &[(
            "time: at\n    changes: { mutable",
            "time: at\n    settle: 1 hour\n    changes: { mutable",
        )],
    },
    Case {
        without: &[("immutable: [customer_id, at]", "immutable: [at]")],
        segment: ORDERS,
        reason: "`order.customer_id` may change, and a row that moved doesn't tell whose it was",
        remedy: "add `customer_id` to the `immutable` fields of `order` if it never changes",
        lifted: &[("immutable: [at]", "immutable: [at, customer_id]")],
    },
    Case {
        without: &[(
            "immutable: [customer_id, at] } }\n    deletes: never",
            "immutable: [customer_id, at] } }",
        )],
        segment: ORDERS,
        reason: "a deleted row of `order` doesn't tell whose it was",
        remedy: "declare `deletes: never` on `order` if rows stay, or `deletes: soft` with a `deleted_at`",
        lifted: &[(
            "immutable: [customer_id, at] } }",
            "immutable: [customer_id, at] } }\n    deletes: never",
        )],
    },
    Case {
        without: &[(
            "immutable: [customer_id, at] } }\n    deletes: never",
            "immutable: [customer_id, at] } }\n    deletes: hard",
        )],
        segment: ORDERS,
        reason: "a deleted row of `order` doesn't tell whose it was",
        remedy: "declare `deletes: never` on `order` if rows stay, or `deletes: soft` with a `deleted_at`",
        lifted: &[
            (
                "immutable: [customer_id, at] } }\n    deletes: hard",
                "deleted_at: gone_at, immutable: [customer_id, at] } }\n    deletes: soft",
            ),
            ("      status: string", "      status: string\n      gone_at: timestamp"),
        ],
    },
    Case {
        without: &[("table: orders", "query: select * from raw_orders")],
        segment: ORDERS,
        reason: "`order` comes from a query, whose rows may go without a trace",
        remedy: "give `order` a `table` instead, or a view in the database",
        lifted: &[("query: select * from raw_orders", "table: orders_view")],
    },
    Case {
        without: &[],
        segment: "segment it on customer { materialize: table where count(orders) < 2 }",
        reason: "`materialize: table` is always rebuilt",
        remedy: "say `materialize: incremental`",
        lifted: &[],
    },
    Case {
        without: &[],
        segment: "segment some on customer { materialize: inline keep top 3 by signed_up_at }\n\
                  segment it on customer { where in segment some }",
        reason: "`some` has a `keep`, which is about everyone, and is put in place",
        remedy: "store `some` with `materialize: incremental`",
        lifted: &[],
    },
];

/// The catalog and the segments with what the remedy asks for.
fn mended(case: &Case, catalog: &str, segment: &str) -> (String, String) {
    if case.lifted.is_empty() {
        let (from, to) = match segment.contains("table") {
            true => ("materialize: table", "materialize: incremental"),
            false => ("materialize: inline", "materialize: incremental"),
        };
        return (catalog.to_owned(), with(segment, &[(from, to)]));
    }
    (with(catalog, case.lifted), segment.to_owned())
}

#[test]
fn each_obstacle_has_a_remedy_that_lifts_it() {
    for case in CASES {
        let (catalog, reason) = (with(CATALOG, case.without), case.reason);
        let it = plan(&catalog, case.segment);
        assert_eq!(obstacles(&it), [(reason.to_owned(), case.remedy.to_owned())], "{}", case.segment);
        assert!(matches!(it.refresh, Refresh::Rebuild { .. }) && it.by_keys.is_none(), "{reason}");
        assert!(it.obstacles[0].place.is_some(), "{reason}");

        let (catalog, segment) = mended(case, &catalog, case.segment);
        let it = plan(&catalog, &segment);
        assert_eq!(obstacles(&it), [], "{reason}");
        assert!(!matches!(it.refresh, Refresh::Rebuild { .. }) && it.by_keys.is_some(), "{reason}");
    }
}

/// A condition that no declaration helps.
const HOPELESS: &str = "count(orders) > days_since(signed_up_at)";

#[test]
fn a_remedy_lifts_nothing_else() {
    for case in CASES {
        let segment =
            case.segment.replace("on customer { where", &format!("on customer {{ where {HOPELESS} and"));
        let segment = segment.replace("table where", &format!("table where {HOPELESS} and"));
        let catalog = with(CATALOG, case.without);
        let before = obstacles(&plan(&catalog, &segment));
        let (catalog, segment) = mended(case, &catalog, &segment);
        let after = obstacles(&plan(&catalog, &segment));
        assert_eq!(after.len(), 1, "{}: {after:?}", case.reason);
        assert!(after[0].0.contains(HOPELESS) && after[0].1.is_empty(), "{after:?}");
        let lifted: Vec<_> = before.into_iter().filter(|obstacle| !after.contains(obstacle)).collect();
        assert_eq!(lifted, [(case.reason.to_owned(), case.remedy.to_owned())]);
    }
}

#[test]
fn obstacles_are_told_all_at_once() {
    let catalog = with(
        CATALOG,
        &[
            ("immutable: [customer_id, at] } }\n    deletes: never", "immutable: [at] } }"),
            ("    settle: 1 hour\n", ""),
            ("table: orders", "query: select 1"),
        ],
    );
    let it = plan(&catalog, ORDERS);
    let all: Vec<String> = obstacles(&it).into_iter().map(|(reason, _)| reason).collect();
    assert_eq!(
        all,
        [
            "`customer` doesn't say how long a row may take to become visible",
            "`order.customer_id` may change, and a row that moved doesn't tell whose it was",
            "`order` comes from a query, whose rows may go without a trace",
            "a deleted row of `order` doesn't tell whose it was",
        ]
    );
    let Refresh::Rebuild { reason, remedy } = &it.refresh else { panic!("{:?}", it.refresh) };
    assert_eq!((reason, remedy), (&it.obstacles[0].reason, &it.obstacles[0].remedy));
}

/// What no declaration lifts is told in the words of the user.
#[test]
fn conditions_and_ranks_stand_in_the_way_by_their_own_text() {
    for (rules, reason) in [
        (
            "where count( orders )  > # so many\n   days_since(signed_up_at)",
            "no row tells when `count(orders) > days_since(signed_up_at)` changes, as it computes with an aggregate and the clock",
        ),
        (
            "where not (sum(orders.no) > days_since(signed_up_at))",
            "no row tells when `sum(orders.no) > days_since(signed_up_at)` changes, as it computes with an aggregate and the clock",
        ),
        (
            "keep top 3 by days_since(signed_up_at)",
            "it ranks by `days_since(signed_up_at)`, which every run finds changed",
        ),
        (
            "keep top 3 by sum(orders.weight)",
            "it ranks by `sum(orders.weight)`, a float, whose last digits depend on the order of its rows",
        ),
        ("keep top 3 by version", "it ranks by versions, which aren't stored as they are ordered"),
    ] {
        let session = open(DEFAULT, CATALOG, &format!("segment it on customer {{\n {rules}\n}}"));
        let it = planned(&session);
        assert_eq!(obstacles(&it), [(reason.to_owned(), String::new())], "{rules}");
        let place = it.obstacles[0].place.and_then(|place| session.sources.locate(place));
        let (path, position) = place.expect("it has a place");
        assert_eq!((path, position.line), ("segments/it.seg", 2), "{rules}");
    }
}

#[test]
fn a_table_from_which_nobody_leaves_lacks_only_the_word() {
    let it = plan(
        &CATALOG.replace("    settle: 1 hour\n", ""),
        "segment it on customer { materialize: table where exists(events) }",
    );
    assert_eq!(it.leaves, None);
    assert_eq!(obstacles(&it).len(), 1, "{:?}", it.obstacles);
}

fn causes(rules: &str) -> Vec<CauseText> {
    let it = plan(CATALOG, &format!("segment it on customer {{ {rules} }}"));
    it.by_keys.unwrap_or_else(|| panic!("{rules}: {:?}", it.obstacles)).causes
}

/// The edges of an entity: the time, the instant, what was written.
fn edges(rules: &str, of: &str) -> Vec<String> {
    let causes = causes(rules).into_iter().filter(|cause| cause.entity == of);
    let edges = causes.filter_map(|cause| match cause.what {
        What::Edge { time, instant, written } => {
            Some(format!("{time}: {instant}{}", written.map(|text| format!(" ({text})")).unwrap_or_default()))
        }
        _ => None,
    });
    edges.collect()
}

#[test]
fn edges_are_told_in_the_words_of_the_language() {
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
fn causes_tell_fields_links_events_and_conditions() {
    let found = causes(
        "where days_since(signed_up_at) % 7 = 0 and exists(events[\"cart\"]) and exists(orders where exists(lines))",
    );
    let arrival = |fields: &[&str]| fields.iter().map(|&field| field.to_owned()).collect::<Vec<_>>();
    let of = |entity: &str| found.iter().filter(move |cause| cause.entity == entity).collect::<Vec<_>>();
    let hour = crate_unit("hour");
    let event = of("event");
    assert_eq!(event[0].event.as_deref(), Some("cart"));
    assert_eq!(
        event[0].what,
        What::Arrival {
            fields: arrival(&["at"]),
            late: Some((3, crate_unit("day"))),
            settle: Some((2, hour)),
        }
    );
    assert_eq!(event[0].back.len(), 1);
    assert_eq!(event[0].back[0].to, "customer");
    assert_eq!(event[0].back[0].on, [("customer_id".to_owned(), "id".to_owned())]);
    let line = of("line");
    assert!(matches!(&line[0].what, What::Arrival { fields, late: None, .. } if *fields == ["loaded_at"]));
    let back: Vec<&str> = line[0].back.iter().map(|back| back.to.as_str()).collect();
    assert_eq!(back, ["order", "customer"]);
    let clock = of("customer").into_iter().find(|cause| matches!(cause.what, What::Clock { .. }));
    let clock = clock.expect("the condition changes with the clock");
    assert_eq!(clock.what, What::Clock { cond: "days_since(signed_up_at) % 7 = 0".to_owned() });
    assert!(clock.place.is_some());
}

fn crate_unit(name: &str) -> segc::types::Unit {
    segc::types::Unit::parse(name).expect("a unit")
}

#[test]
fn each_cause_is_told_once() {
    let twice = "where count(orders during last 30 days) < 2 or sum(orders.no during last 30 days) > 9";
    assert_eq!(edges(twice, "order").len(), 2);
}

const WRITTEN: &str = "trait age on customer = days_since(signed_up_at)\n\
    segment other on customer { where plan = \"a\" }\n\
    segment it on customer { where count(orders during last 30 days where status = \"x\") < 2\n\
      and age > 3 and not in segment other and last(orders.at) before 30 days ago }\n";

#[test]
fn how_it_is_refreshed_is_the_same_whatever_the_writing() {
    let it = plan(CATALOG, WRITTEN);
    let again = "# Another comment\n\n\ntrait   age on customer=days_since( signed_up_at )\n\n\
        segment other on customer {\n  description: \"words\"\n  where plan   =   \"a\" }\n\
        segment it on customer {\n\n  # why\n  where count(\n    orders\n    during last 30 days # a month\n\
        where status=\"x\")<2\n and age>3 and not (in segment other)\n and (last(orders.at) before 30 days ago)\n}\n";
    let reformatted = plan(CATALOG, again);
    assert_eq!((it.how.as_str(), &it.fingerprint), (reformatted.how.as_str(), &reformatted.fingerprint));
    // Nor does the layout of the catalog, or where its files are.
    let catalog = CATALOG.replace("    settle: 2 hours\n", "    settle: 2 hours   # of the stream\n\n");
    assert_eq!(plan(&catalog, WRITTEN).how, it.how);
    // A rebuild, too, is the same rebuild.
    let hopeless = |between: &str| {
        format!("segment it on customer {{ where count(orders){between}>{between}days_since(signed_up_at) }}")
    };
    assert_eq!(plan(CATALOG, &hopeless("")).how, plan(CATALOG, &hopeless("\n ")).how);

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
        assert_ne!(plan(&catalog, &segments).how, it.how, "{what}");
    }
}

#[test]
fn a_refusal_is_for_who_builds_on_the_last_run() {
    let refuse = format!("{DEFAULT}refresh: {{ unusable: refuse }}\n");
    let of = |config: &str, segment: &str| planned(&open(config, CATALOG, segment)).refusal;
    assert_eq!(of(DEFAULT, ORDERS), None);
    assert_eq!(of("name: plan\nmaterialize: incremental\nrefresh: { unusable: rebuild }\n", ORDERS), None);
    let told = of(&refuse, ORDERS).expect("it builds on the last run").message;
    assert!(told.contains("segment it") && told.contains("run its create script"), "{told}");
    let rebuilt = format!("segment it on customer {{ where {HOPELESS} }}");
    assert_eq!(of(&refuse, &rebuilt), None, "a rebuild builds on nothing");
}

#[test]
fn rebuild_every_is_told_with_who_asks_for_it() {
    let it = plan(CATALOG, "segment it on customer { where count(events) < 2 }");
    assert_eq!(it.rebuild_every, [("event".to_owned(), (7, crate_unit("day")))]);
}
