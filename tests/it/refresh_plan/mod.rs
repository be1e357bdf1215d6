//! The planner's reasons in words: every obstacle to a refresh by affected keys, its remedy, and
//! what makes a key affected.

mod project;
mod told;

use project::{CATALOG, DEFAULT, obstacles, open, plan, planned, with};
use segc::plan::Refresh;

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
        reason: "`line` doesn't record when a row arrived",
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
        reason: "`order.customer_id` may change, and then the row's previous owner is unknown",
        remedy: "if it never changes, add `customer_id` to the `immutable` fields of `order`",
        lifted: &[("immutable: [at]", "immutable: [at, customer_id]")],
    },
    Case {
        without: &[(
            "immutable: [customer_id, at] } }\n    deletes: never",
            "immutable: [customer_id, at] } }",
        )],
        segment: ORDERS,
        reason: "the owner of a deleted row of `order` is unknown",
        remedy: "if rows are never deleted, declare `deletes: never` on `order`; otherwise `deletes: soft` with a `deleted_at`, or `deletes: { soft: … }` with a boolean",
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
        reason: "the owner of a deleted row of `order` is unknown",
        remedy: "if rows are never deleted, declare `deletes: never` on `order`; otherwise `deletes: soft` with a `deleted_at`, or `deletes: { soft: … }` with a boolean",
        lifted: &[
            (
                "immutable: [customer_id, at] } }\n    deletes: hard",
                "deleted_at: gone_at, immutable: [customer_id, at] } }\n    deletes: soft",
            ),
            ("      status: string", "      status: string\n      gone_at: timestamp"),
        ],
    },
    Case {
        without: &[(
            "immutable: [customer_id, at] } }\n    deletes: never",
            "immutable: [customer_id, at] } }\n    deletes: hard",
        )],
        segment: ORDERS,
        reason: "the owner of a deleted row of `order` is unknown",
        remedy: "if rows are never deleted, declare `deletes: never` on `order`; otherwise `deletes: soft` with a `deleted_at`, or `deletes: { soft: … }` with a boolean",
        lifted: &[
            (
                "immutable: [customer_id, at] } }\n    deletes: hard",
                "immutable: [customer_id, at] } }\n    deletes: { soft: { not: kept } }",
            ),
            ("      status: string", "      status: string\n      kept: boolean"),
        ],
    },
    Case {
        without: &[
            (ORDER_UPDATED, "immutable: [customer_id, at]"),
            (
                "immutable: [customer_id, at] } }\n    deletes: never",
                "immutable: [customer_id, at] } }\n    deletes: { soft: is_deleted }",
            ),
            ("      status: string", "      status: string\n      is_deleted: boolean"),
        ],
        segment: ORDERS,
        reason: "`order` has no `updated_at` that moves when `is_deleted` does",
        remedy: "add it to `changes: mutable` of `order`, or an `ingested_at` that the loader sets whenever it writes the row",
        lifted: &[(
            "immutable: [customer_id, at] } }",
            "updated_at: updated_at, immutable: [customer_id, at] } }",
        )],
    },
    Case {
        without: &[("table: orders", "query: select * from raw_orders")],
        segment: ORDERS,
        reason: "`order` comes from a query, whose rows can disappear without a trace",
        remedy: "use a `table` for `order` instead, or a view in the database",
        lifted: &[("query: select * from raw_orders", "table: orders_view")],
    },
    Case {
        without: &[],
        segment: "segment it on customer { materialize: table where count(orders) < 2 }",
        reason: "`materialize: table` is always rebuilt",
        remedy: "set `materialize: incremental`",
        lifted: &[],
    },
    Case {
        without: &[],
        segment: "segment some on customer { materialize: inline keep top 3 by signed_up_at }\n\
                  segment it on customer { where in segment some }",
        reason: "`some` has a `keep`, which ranks all entities, and isn't stored",
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
fn each_obstacle_has_a_remedy_that_removes_it() {
    for case in CASES {
        let (catalog, reason) = (with(CATALOG, case.without), case.reason);
        let it = plan(&catalog, case.segment);
        assert_eq!(obstacles(&it), [(reason.to_owned(), case.remedy.to_owned())], "{}", case.segment);
        assert!(
            matches!(it.refresh.strategy, Refresh::Rebuild { .. }) && it.refresh.by_keys.is_none(),
            "{reason}"
        );
        assert!(it.refresh.obstacles[0].place.is_some(), "{reason}");

        let (catalog, segment) = mended(case, &catalog, case.segment);
        let it = plan(&catalog, &segment);
        assert_eq!(obstacles(&it), [], "{reason}");
        assert!(
            !matches!(it.refresh.strategy, Refresh::Rebuild { .. }) && it.refresh.by_keys.is_some(),
            "{reason}"
        );
    }
}

/// A condition that no declaration helps.
const HOPELESS: &str = "count(orders) > days_since(signed_up_at)";

#[test]
fn remedies_remove_no_other_obstacle() {
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
fn all_obstacles_are_reported_at_once() {
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
            "`order.customer_id` may change, and then the row's previous owner is unknown",
            "`order` comes from a query, whose rows can disappear without a trace",
            "the owner of a deleted row of `order` is unknown",
        ]
    );
    let Refresh::Rebuild { reason, remedy } = &it.refresh.strategy else {
        panic!("{:?}", it.refresh.strategy)
    };
    assert_eq!((reason, remedy), (&it.refresh.obstacles[0].reason, &it.refresh.obstacles[0].remedy));
}

/// Reasons that no declaration removes are reported in the user's words.
#[test]
fn obstacles_quote_conditions_and_ranks() {
    for (rules, reason) in [
        (
            "where count( orders )  > # very many\n   days_since(signed_up_at)",
            "`count(orders) > days_since(signed_up_at)` combines an aggregate with the clock, so it can change without any row changing",
        ),
        (
            "where not (sum(orders.no) > days_since(signed_up_at))",
            "`sum(orders.no) > days_since(signed_up_at)` combines an aggregate with the clock, so it can change without any row changing",
        ),
        (
            "keep top 3 by days_since(signed_up_at)",
            "it ranks by `days_since(signed_up_at)`, which changes at every run",
        ),
        (
            "keep top 3 by sum(orders.weight)",
            "it ranks by `sum(orders.weight)`, a float, whose last digits depend on the order of its rows",
        ),
        ("keep top 3 by version", "it ranks by versions, which aren't stored in their order"),
    ] {
        let session = open(DEFAULT, CATALOG, &format!("segment it on customer {{\n {rules}\n}}"));
        let it = planned(&session);
        assert_eq!(obstacles(&it), [(reason.to_owned(), String::new())], "{rules}");
        let place = it.refresh.obstacles[0].place.and_then(|place| session.sources.locate(place));
        let (path, position) = place.expect("it has a place");
        assert_eq!((path, position.line), ("segments/it.seg", 2), "{rules}");
    }
}

#[test]
fn append_only_tables_need_only_the_declaration() {
    let it = plan(
        &CATALOG.replace("    settle: 1 hour\n", ""),
        "segment it on customer { materialize: table where exists(events) }",
    );
    assert_eq!(it.refresh.leaves, None);
    assert_eq!(obstacles(&it).len(), 1, "{:?}", it.refresh.obstacles);
}
