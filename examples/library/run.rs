//! A build of segments in a database: here DuckDB in memory, whose library must be installed.

use segc::api::{Cell, DuckDb, Engine, Memory, Options, RunRequest, Status, open_files};

pub(crate) fn main() {
    let files = Memory::new()
        .with("segc.yml", "name: shop\ntargets: [duckdb]\n")
        .with(
            "catalog/customer.yml",
            "entities:
  customer:
    table: customers
    key: id
    fields: { id: integer, country: string }
",
        )
        .with("segments/home.seg", "segment at_home on customer {\n  where country = \"GB\"\n}\n");
    let options = Options { as_of: "2026-03-31T12:00:00Z".parse().ok(), ..Options::default() };
    let (session, problems) = open_files(&files, &options);
    assert!(problems.is_empty(), "{problems:?}");

    // A file: `DuckDb::open(Some(path))`. A server: `Postgres::connect("postgres://user@host/database")`.
    let mut engine = DuckDb::open(None).expect("the library is there");
    engine.execute("CREATE TABLE customers (id INTEGER, country TEXT)").expect("the table is new");
    engine.execute("INSERT INTO customers VALUES (1, 'GB'), (2, 'FR'), (3, NULL)").expect("the rows fit");

    let segments = session.select(&["at_home".to_owned()]).expect("the segment is there");
    let request = RunRequest::new("duckdb", &segments, &options);
    let ran = session.run(&request, &mut engine, &mut |_event| ()).expect("nothing keeps it from starting");
    assert!(ran.problems.is_empty(), "what failed: {:?}", ran.problems);
    assert_eq!(ran.segments[0].status, Status::Built(1));

    let members = engine.query("SELECT id FROM segments.at_home").expect("the table is there");
    assert_eq!(members.rows, [[Cell::Int(1)]]);
}
