//! Segments as conditions in a query that isn't segc's: its rows are those of the members.

use std::path::Path;
use std::process::Command;

use segc::api::{self, Filter, Options, Session};
use segc::engine::{DuckDb, Engine};

use crate::support::project::{instant, open};
use segc::project::Memory;

const AS_OF: &str = "2026-03-31T12:00:00Z";

fn conditions(session: &Session, rows: Option<&str>) -> Vec<Filter> {
    let all = session.select(&[]).expect("all segments");
    let options = Options { as_of: Some(instant(AS_OF)), ..Options::default() };
    session.filters("duckdb", &all, rows, &options).expect("they compile")
}

#[test]
fn a_query_with_all_conditions_of_the_shop_finds_the_members() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("shop.db");
    let mut run = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    run.args(["-C", "examples/shop", "run", "--target", "duckdb", "--load", "--as-of", AS_OF, "--db"]);
    assert!(run.arg(&database).output().expect("it runs").status.success());
    let mut engine = DuckDb::open(Some(&database)).expect("it opens");
    let (session, problems) = api::open(Path::new("examples/shop"), &Options::default());
    assert!(!problems.has_errors());
    let filters = conditions(&session, Some("rows_of_mine"));
    let subqueries: Vec<&str> = filters.iter().map(|filter| filter.subquery.as_str()).collect();
    let (mut compared, mut found) = (0, 0);
    for filter in &filters {
        let table = session.hir().catalog.find(&filter.entity).map(|id| session.hir().catalog.entity(id));
        let segc::catalog::TableSource::Table(parts) = &table.expect("an entity").source else { continue };
        let sql = format!(
            "WITH {} SELECT count(*) FROM {} AS rows_of_mine WHERE {}",
            subqueries.join(",\n"),
            parts.join("."),
            filter.condition
        );
        let count = |engine: &mut DuckDb, sql: &str| match engine.query(sql) {
            Ok(table) => match table.rows[0][0] {
                segc::engine::Cell::Int(count) => count,
                ref other => panic!("a count: {other:?}"),
            },
            Err(error) => panic!("{error}\n{sql}"),
        };
        let own = count(&mut engine, &sql);
        let members = if filter.segment == "all_customers" {
            count(&mut engine, "SELECT count(*) FROM customers")
        } else {
            count(&mut engine, &format!("SELECT count(*) FROM segments.{}", filter.segment))
        };
        assert_eq!(own, members, "{sql}");
        compared += 1;
        found += own;
    }
    assert!(compared == 40 && found > 500, "{compared} segments, {found} members");
}

#[test]
fn a_subquery_hides_neither_a_table_nor_the_rows() {
    let files = Memory::new()
        .with("segc.yml", "name: x\ntargets: { duckdb: {} }\n".to_owned())
        .with(
            "catalog/x.yml",
            "entities:\n  customer: { table: customers, key: id, fields: { id: integer } }\n".to_owned(),
        )
        .with(
            "segments/x.seg",
            "segment Customers on customer { where id > 1 }\nsegment customer on customer {}\n".to_owned(),
        );
    let session = open(&files);
    let filters = conditions(&session, None);
    let names: Vec<&str> = filters.iter().map(|filter| filter.name.as_str()).collect();
    assert_eq!(names, ["\"segment_Customers\"", "segment_customer"]);
    assert!(filters[1].condition.contains("segment_customer.id = customer.id"), "{}", filters[1].condition);
}
