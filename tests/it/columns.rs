//! Columns beside the key over several runs: another set of columns, tables that were tampered with, readers of a
//! log that has changes of values.

use segc::api::{Options, Session, open_files};
use segc::engine::tables_of;
use segc::project::Memory;

use crate::support::project::{at, instant, open};
use crate::support::target::{Target, build, plan};

const CONFIG: &str = "name: lab\nschema: segments\ntargets:\n  duckdb: {}\n  postgres: {}\n";

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [id] } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      score: integer
      ratio: float
      country: string
      updated_at: timestamp
";

fn session(segments: &str) -> Session {
    open(
        &Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", CATALOG)
            .with("segments/all.seg", segments),
    )
}

fn lab(target: &mut Target) {
    target.must("DROP SCHEMA IF EXISTS segments CASCADE");
    target.must("DROP TABLE IF EXISTS customers");
    for table in
        tables_of(&session("segment everyone on customer {}").hir().catalog, target.name).expect("types")
    {
        target.make(&table);
    }
    for (id, score, ratio, country) in
        [(1, "5", "0.5", "'DE'"), (2, "7", "NULL", "NULL"), (3, "0", "1", "'US'")]
    {
        target.must(&format!(
            "INSERT INTO customers VALUES ({id}, {score}, {ratio}, {country}, TIMESTAMPTZ '2026-01-01T00:00:00Z')"
        ));
    }
}

fn run(target: &mut Target, session: &Session, now: &str, refresh: bool) {
    let plan = plan(session, target.name, &at(instant(now)));
    let script = build(session, &plan, refresh);
    target.run(&script).unwrap_or_else(|error| panic!("{}: {now}: {error}", target.name));
}

fn rows(target: &mut Target, sql: &str) -> Vec<String> {
    target.rows(sql).expect("it can be asked").into_iter().map(|row| row.join(" ")).collect()
}

#[test]
fn another_set_of_columns_keeps_the_members_and_when_they_entered() {
    let with = |columns: &str| {
        session(&format!(
            "segment good on customer {{ materialize: incremental history: true where score > 1 {columns} }}"
        ))
    };
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        run(&mut target, &with(""), "2026-02-01T00:00:00Z", false);
        let entered = rows(&mut target, "SELECT id, entered_at FROM segments.good");
        run(&mut target, &with("with country"), "2026-02-02T00:00:00Z", true);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
        let sql = "SELECT id, COALESCE(country, '-') FROM segments.good";
        assert_eq!(rows(&mut target, sql), ["1 DE", "2 -"], "{}", target.name);

        run(&mut target, &with("with twice = score * 2, country"), "2026-02-03T00:00:00Z", true);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
        let sql = "SELECT id, twice, COALESCE(country, '-') FROM segments.good";
        assert_eq!(rows(&mut target, sql), ["1 10 DE", "2 14 -"], "{}", target.name);

        // What ends keeps its last values.
        target.must(
            "UPDATE customers SET score = 0, updated_at = TIMESTAMPTZ '2100-01-01T00:00:00Z' WHERE id = 1",
        );
        run(&mut target, &with("with twice = score * 2, country"), "2026-02-04T00:00:00Z", true);
        let sql = "SELECT id, twice, country FROM segments.good_history";
        assert_eq!(rows(&mut target, sql), ["1 10 DE"], "{}", target.name);
        let sql = "SELECT id, run_seq, action FROM segments.segc_log_good ORDER BY run_seq, id";
        let log = rows(&mut target, sql);
        // Of the second run only what became present; of the third both.
        assert_eq!(log, ["1 1 enter", "1 2 change", "1 3 change", "1 4 leave", "2 1 enter", "2 3 change"]);
    }
}

#[test]
fn parity_names_members_whose_columns_are_others() {
    let segments = "segment good on customer { materialize: incremental where score > 1 with score, country, third = ratio / 3 }";
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        let session = session(segments);
        run(&mut target, &session, "2026-02-01T00:00:00Z", false);
        let id = session.hir().find("good").expect("a segment");
        let sql = session.parity_sql(target.name, id, &Options::default()).expect("a query");
        assert_eq!(rows(&mut target, &sql), Vec::<String>::new(), "{}", target.name);
        // Within a billionth of a float, and beyond.
        target.must("UPDATE segments.good SET third = third * 1.0000000001 WHERE id = 1");
        assert_eq!(rows(&mut target, &sql), Vec::<String>::new(), "{}", target.name);
        target.must("UPDATE segments.good SET third = third * 1.00001 WHERE id = 1");
        assert_eq!(rows(&mut target, &sql), ["changed 1"], "{}", target.name);
        target.must("UPDATE segments.good SET country = 'FR' WHERE id = 2");
        assert_eq!(rows(&mut target, &sql), ["changed 1", "changed 2"], "{}", target.name);
    }
}

/// Fields of personal data and of roles are read by everyone who reads a column.
#[test]
fn columns_are_read_by_every_reader_of_the_segment() {
    let catalog = CATALOG.replace("country: string", "country: { type: string, roles: [analyst] }");
    let files = |segment: &str| {
        Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", catalog.clone())
            .with("segments/all.seg", segment)
    };
    let codes = |segment: &str| {
        let (_, problems) = open_files(&files(segment), &Options::default());
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("segment s on customer { where score > 1 with country }"), ["SEG520"]);
    assert!(codes("segment s on customer { access: [analyst] where score > 1 with country }").is_empty());
}
