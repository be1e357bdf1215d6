//! An entity over many tables, where members alone don't show its effect: which tables the SQL reads, scripts and
//! refreshes over several runs, the loader of files, the comparison with a database, a dbt package.
//! `tests/conformance/event-tables.md` defines its meaning.

use std::collections::BTreeSet;

use crate::support::project::{at, instant, open, said};
use crate::support::target::{Target, build, plan};
use segc::api::{Options, Session, open_files};
use segc::engine::{DuckDb, Engine, tables_of};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: loaded_at } }
    deletes: never
    settle: 1 hour
    fields: { id: { type: integer, nullable: false }, loaded_at: timestamp }
    links:
      events: { to: event, many: true, on: { id: user_id } }
  event:
    tables:
      order_completed: { table: order_completed, fields: [revenue, gone], columns: { revenue: total }, dbt: model.shop.orders }
      product_viewed: { table: product_viewed, fields: [product] }
      signed_up: signed_up
    key: id
    time: at
    event_name: event
    changes: { mutable: { ingested_at: loaded_at, deleted_at: gone, immutable: [user_id, at] } }
    deletes: soft
    settle: 1 hour
    fields:
      event: string
      id: { type: integer, nullable: false }
      user_id: integer
      at: timestamp
      loaded_at: timestamp
      revenue: decimal(12,2)
      product: string
      gone: timestamp
";

const SEGMENTS: &str = r#"
segment bought on customer { materialize: incremental where exists(events where event = "order_completed") }
segment viewed on customer { materialize: incremental where count(events["product_viewed"] where product = "a") >= 2 }
segment active on customer { materialize: incremental where count(events during last 7 days) >= 2 }
segment bought_or_joined on customer { materialize: incremental where exists(events where event in ("order_completed", "signed_up")) }
segment spent on customer { materialize: incremental where sum(events.revenue where revenue > 0) >= 10 }
segment events_of_a on event { materialize: incremental where product = "a" }
"#;

fn files(catalog: &str, segments: &str) -> Memory {
    Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments)
}

fn session() -> Session {
    open(&files(CATALOG, SEGMENTS))
}

/// The event tables that a text names.
fn named(text: &str) -> BTreeSet<&'static str> {
    let all = ["order_completed", "product_viewed", "signed_up"];
    all.into_iter().filter(|table| text.contains(&format!("FROM {table}"))).collect()
}

#[test]
fn sql_reads_only_tables_that_the_conditions_can_hold_for() {
    let session = session();
    let all = BTreeSet::from(["order_completed", "product_viewed", "signed_up"]);
    let of = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
    for (segment, wanted) in [
        ("bought", of(&["order_completed"])),
        ("viewed", of(&["product_viewed"])),
        ("active", all),
        ("bought_or_joined", of(&["order_completed", "signed_up"])),
        ("spent", of(&["order_completed"])),
        ("events_of_a", of(&["product_viewed"])),
    ] {
        let id = session.hir().find(segment).expect("a segment");
        for target in ["duckdb", "postgres", "bigquery", "spark"] {
            let sql = session.select_sql(target, id, &Options::default()).expect("SQL");
            assert_eq!(named(&sql.replace('`', "")), wanted, "{segment} on {target}:\n{sql}");
            let chosen = session.select(&[segment.to_owned()]).expect("a segment");
            let (plan, problems) = session.plan(target, &chosen, &Options::default());
            assert!(!problems.has_errors(), "{}", said(&problems));
            let plan = plan.expect("a target");
            let read: BTreeSet<&str> = plan.segments[0]
                .reads
                .iter()
                .filter(|read| read.entity == "event")
                .map(|read| read.table[0].as_str())
                .collect();
            assert_eq!(read, wanted, "what {segment} reads on {target}");
            for refresh in [false, true] {
                let script = build(&session, &plan, refresh).join("\n").replace('`', "");
                assert_eq!(named(&script), wanted, "{segment} on {target}, refresh: {refresh}\n{script}");
            }
        }
    }
}

/// The members of each segment, in the order in which they are declared.
fn members(target: &mut Target) -> Vec<String> {
    let mut all = Vec::new();
    for (segment, key) in [
        ("bought", "id"),
        ("viewed", "id"),
        ("active", "id"),
        ("bought_or_joined", "id"),
        ("spent", "id"),
        ("events_of_a", "event, id"),
    ] {
        let rows = target.rows(&format!("SELECT {key} FROM segments.{segment} ORDER BY {key}"));
        all.push(rows.expect("a table").iter().map(|row| row.join("/")).collect::<Vec<_>>().join(" "));
    }
    all
}

#[test]
fn refreshes_find_rows_of_each_table() {
    let session = session();
    for mut target in Target::all() {
        for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
        let target = &mut target;
        let run = |target: &mut Target, now: &str, statements: &[&str], refresh: bool| {
            statements.iter().for_each(|statement| target.must(statement));
            let plan = plan(&session, target.name, &at(instant(now)));
            target.run(&build(&session, &plan, refresh)).expect("a run");
            members(target)
        };
        let before = "TIMESTAMPTZ '2025-01-01 00:00:00Z'";
        let customers = format!(
            "INSERT INTO customers (id, loaded_at) SELECT i, {before} FROM generate_series(1, 4) AS s(i)"
        );
        let view = |id: i32, user: i32, day: &str, product: &str| {
            format!(
                "INSERT INTO product_viewed (id, user_id, \"at\", loaded_at, product) VALUES ({id}, {user}, '{day}T01:00:00Z', '{day}T02:00:00Z', '{product}')"
            )
        };
        let first = [
            customers,
            view(1, 1, "2026-03-01", "a"),
            view(2, 1, "2026-03-01", "a"),
            view(3, 2, "2026-03-01", "a"),
        ];
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let found = run(target, "2026-03-02T00:00:00Z", &first, false);
        let views = "product_viewed/1 product_viewed/2 product_viewed/3";
        assert_eq!(found, ["", "1", "1", "", "", views], "{}", target.name);
        // Rows come in one table only.
        let order = "INSERT INTO order_completed (id, user_id, \"at\", loaded_at, total) VALUES (1, 3, '2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z', 12), (2, 3, '2026-03-02T11:00:00Z', '2026-03-02T11:00:00Z', -5)";
        let found = run(target, "2026-03-03T00:00:00Z", &[order], true);
        assert_eq!(found, ["3", "1", "1 3", "3", "3", views], "{}", target.name);
        // A late one in another: its stamp is new (the engine's clock is today's), its time isn't.
        let late = "INSERT INTO signed_up (id, user_id, \"at\", loaded_at) VALUES (1, 4, '2026-02-01T00:00:00Z', '2099-01-01T00:00:00Z')";
        let found = run(target, "2026-03-04T00:00:00Z", &[late], true);
        assert_eq!(found, ["3", "1", "1 3", "3 4", "3", views], "{}", target.name);
        // One is deleted, in the only table that has a mark.
        let gone = "UPDATE order_completed SET gone = '2026-03-04T12:00:00Z', loaded_at = '2099-01-01T00:00:00Z' WHERE id = 1";
        let found = run(target, "2026-03-05T00:00:00Z", &[gone], true);
        assert_eq!(found, ["3", "1", "1", "3 4", "", views], "{}", target.name);
        // Nothing happens but that the window moves on.
        let found = run(target, "2026-03-09T00:00:00Z", &[], true);
        assert_eq!(found, ["3", "1", "", "3 4", "", views], "{}", target.name);
    }
}

#[test]
fn refreshes_are_by_keys() {
    let session = session();
    let all = session.select(&[]).expect("all");
    let (plan, problems) = session.plan("duckdb", &all, &Options::default());
    assert!(!problems.has_errors(), "{}", said(&problems));
    let plan = plan.expect("a target");
    for segment in plan.segments.iter().filter(|segment| segment.entity == "customer") {
        assert!(segment.refresh.by_keys.is_some(), "{}: {:?}", segment.name, segment.refresh.strategy);
    }
}

#[test]
fn a_row_with_the_same_key_in_two_tables_is_two_rows() {
    let session = session();
    let mut target = Target::duckdb();
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.run(&table.create_statements()).expect("new tables");
    }
    target.must("INSERT INTO product_viewed (id, product) VALUES (1, 'a')");
    target.must("INSERT INTO signed_up (id) VALUES (1)");
    let plan = plan(&session, "duckdb", &at(instant("2026-03-02T00:00:00Z")));
    target.run(&build(&session, &plan, false)).expect("keys are unique within their tables");
    target.must("INSERT INTO product_viewed (id, product) VALUES (1, 'b')");
    let error = target.run(&build(&session, &plan, false)).expect_err("two rows");
    assert!(error.contains("two rows of event have the same event, id"), "{error}");
}

#[test]
fn each_table_is_compared_with_the_database() {
    let session = session();
    let mut engine = DuckDb::open(None).expect("it opens");
    for sql in [
        "CREATE TABLE customers (id BIGINT, loaded_at TIMESTAMPTZ)",
        "CREATE TABLE order_completed (id BIGINT, user_id BIGINT, \"at\" TIMESTAMPTZ, loaded_at TIMESTAMPTZ, total VARCHAR, gone TIMESTAMPTZ)",
        "CREATE TABLE product_viewed (id BIGINT, user_id BIGINT, \"at\" TIMESTAMP, loaded_at TIMESTAMPTZ)",
    ] {
        engine.execute(sql).expect("a table");
    }
    let all = session.select(&[]).expect("all");
    let (plan, _) = session.plan("duckdb", &all, &Options::default());
    let plan = plan.expect("a target");
    let problems = session.compare_schema(&plan, "the database", &mut engine, Some(100), &mut Vec::new());
    let found: BTreeSet<String> =
        problems.iter().map(|one| format!("{} {}", one.code, one.message)).collect();
    let has = |part: &str| found.iter().any(|one| one.contains(part));
    assert!(has("order_completed.total"), "the type of `total`: {found:#?}");
    assert!(has("product_viewed.at"), "a time without its zone: {found:#?}");
    assert!(has("product") && has("product_viewed"), "a column that isn't there: {found:#?}");
    assert!(has("signed_up"), "a table that isn't there: {found:#?}");
}

#[test]
fn what_cannot_be_said_of_many_tables_is_refused() {
    let refuses = |from: &str, to: &str, code: &str| {
        assert!(CATALOG.contains(from), "{from}");
        let catalog = CATALOG.replace(from, to);
        let (_, problems) = open_files(&files(&catalog, ""), &Options::default());
        assert!(problems.iter().any(|one| one.code == code), "{code}: {}", said(&problems));
    };
    refuses("    event_name: event\n", "", "SEG281");
    refuses("    event_name: event\n", "    event_name: event\n    table: events\n", "SEG280");
    refuses("    event_name: event\n", "    event_name: event\n    query: select 1\n", "SEG280");
    refuses("    event_name: event\n", "    event_name: event\n    dbt: model.shop.events\n", "SEG280");
    refuses("    event_name: event\n", "    event_name: event\n    read: { files: [all.csv] }\n", "SEG280");
    refuses("signed_up: signed_up", "signed_up: product_viewed", "SEG283");
    refuses("fields: [product] }", "fields: [product, event] }", "SEG284");
    refuses("fields: [product] }", "fields: [product], columns: { revenue: r } }", "SEG284");
    refuses("fields: [product] }", "fields: [product, prodct] }", "SEG208");
    refuses("fields: [product] }", "fields: [product], zone: Europe/Londn }", "SEG223");
    let changes = "changes: { mutable: { ingested_at: at } }";
    refuses("signed_up: signed_up", &format!("signed_up: {{ table: signed_up, {changes} }}"), "SEG285");
    refuses(
        "    event_name: event\n",
        "    event_name: event\n    targets: { lake: { tables: { signed_out: x } } }\n",
        "SEG286",
    );
    let none =
        "  event:\n    tables: {}\n    key: id\n    event_name: e\n    fields: { id: integer, e: string }\n";
    let (_, problems) = open_files(&files(&format!("entities:\n{none}"), ""), &Options::default());
    assert!(problems.iter().any(|one| one.code == "SEG282"), "{}", said(&problems));
    let typo = "segment s on customer { where exists(events[\"order_complete\"]) }";
    let (_, problems) = open_files(&files(CATALOG, typo), &Options::default());
    assert!(said(&problems).contains("order_completed"), "{}", said(&problems));
}

#[test]
fn tables_may_be_elsewhere_on_a_target() {
    let catalog = CATALOG.replace(
        "    event_name: event\n",
        "    event_name: event\n    targets: { postgres: { tables: { signed_up: raw.joined } } }\n",
    );
    let session = open(&files(&catalog, SEGMENTS));
    let id = session.hir().find("bought_or_joined").expect("a segment");
    let sql = |target: &str| session.select_sql(target, id, &Options::default()).expect("SQL");
    assert!(sql("postgres").contains("FROM raw.joined"), "{}", sql("postgres"));
    assert!(sql("postgres").contains("FROM order_completed"), "{}", sql("postgres"));
    assert!(sql("duckdb").contains("FROM signed_up"), "{}", sql("duckdb"));
}
