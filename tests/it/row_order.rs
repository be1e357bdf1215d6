//! The SQL of aggregates that order their rows: aggregates over the same rows share a subquery, and
//! no time is inside a function.

use segc::api::{Options, Session, open_files};
use segc::project::Memory;

const CATALOG: &str = "\
entities:
  customer:
    table: customers
    key: id
    fields: { id: { type: integer, nullable: false } }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: ordered_at
    fields:
      id: { type: string, nullable: false }
      customer_id: integer
      ordered_at: { type: timestamp, nullable: false }
      status: string
      total: { type: \"decimal(10,2)\", nullable: false }
";

const DEAR: &str = "trait is_dear on order = total > 100\n";

const TARGETS: [&str; 4] = ["duckdb", "postgres", "bigquery", "spark"];

fn open(condition: &str) -> Session {
    let config = "name: t\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {} }\n";
    let files = Memory::new()
        .with("segc.yml", config)
        .with("catalog/all.yml", CATALOG)
        .with("segments/s.seg", format!("{DEAR}segment s on customer {{ where {condition} }}\n"));
    let (session, problems) = open_files(&files, &Options::default());
    assert!(!problems.has_errors(), "{problems:?}");
    session
}

/// The printed SELECT on each target, at a known instant.
fn written(condition: &str) -> Vec<String> {
    let session = open(condition);
    let id = session.hir().find("s").expect("the segment");
    let options = Options { as_of: "2026-03-31T12:00:00Z".parse().ok(), ..Options::default() };
    TARGETS
        .iter()
        .map(|target| session.select_sql(target, id, &options).expect("it can be written"))
        .collect()
}

fn count(sql: &str, part: &str) -> usize {
    sql.matches(part).count()
}

/// The engine's own aggregates where it has them, which share the scan of others; else numbered rows.
#[test]
fn first_and_last_share_a_scan() {
    let all = "last(orders.status) = \"paid\" and last(orders.total) > 5 and first(orders.total) > 5";
    for sql in written(all) {
        assert_eq!(count(&sql, "orders AS o"), 1, "the table is read once:\n{sql}");
    }
    let [numbered, aggregated] = [true, false].map(|wanted| {
        let is_numbered = |sql: &String| sql.contains("ROW_NUMBER");
        written(all).iter().filter(|sql| is_numbered(sql) == wanted).count()
    });
    assert!(numbered > 0 && aggregated > 0, "{numbered} of {}", numbered + aggregated);
}

/// A condition may ask for rows, which is no semi-join inside an aggregate.
#[test]
fn the_last_condition_of_rows_is_that_of_a_numbered_row() {
    for sql in written("last(orders.is_dear)") {
        assert!(sql.contains("ROW_NUMBER"), "{sql}");
    }
}

#[test]
fn aggregates_over_the_same_rows_share_a_subquery() {
    let all = "sum(earliest 2 orders.total) > 5 and sum(latest 3 orders.total) > 5 and count(latest 3 orders) = 3 \
               and every(latest 2 orders where total > 5) and mode(orders.status) = \"paid\"";
    for sql in written(all) {
        assert_eq!(count(&sql, "orders AS o"), 1, "the table is read once:\n{sql}");
        assert_eq!(count(&sql, "ORDER BY o.ordered_at"), 2, "one order from either end:\n{sql}");
        assert_eq!(
            count(&sql, "GROUP BY"),
            4,
            "two earliest, three latest, two latest that fail, mode:\n{sql}"
        );
        assert_eq!(count(&sql, "COALESCE") + count(&sql, "IS NOT TRUE"), 0, "nothing is wrapped:\n{sql}");
    }
}

#[test]
fn aggregates_over_other_rows_do_not_share() {
    for sql in written("last(orders.total where status = \"paid\") > last(orders.total)") {
        assert_eq!(count(&sql, "orders AS o"), 2, "{sql}");
    }
}

#[test]
fn periods_compare_only_the_rows_time() {
    for sql in written("periods(orders during last 4 weeks each 1 week at least 2) >= 3") {
        assert_eq!(count(&sql, "orders AS o"), 1, "{sql}");
        assert_eq!(count(&sql, "WHEN o.ordered_at < "), 3, "a bound between two periods each:\n{sql}");
        assert_eq!(count(&sql, "HAVING COUNT(*) >= 2"), 1, "{sql}");
        assert_eq!(count(&sql, "COALESCE"), 0, "0 does not satisfy it:\n{sql}");
    }
    for sql in written("periods(orders during last 4 weeks each 1 week) < 3") {
        assert_eq!((count(&sql, "COALESCE"), count(&sql, "HAVING")), (1, 0), "0 satisfies it:\n{sql}");
    }
}

#[test]
fn exists_over_the_latest_rows_needs_no_order() {
    let plain = written("exists(orders where status = \"paid\")");
    assert_eq!(written("exists(latest 2 orders where status = \"paid\")"), plain);
}
