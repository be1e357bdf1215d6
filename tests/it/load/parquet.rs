//! Parquet files: values by the types of their columns.

use segc::engine::Engine;

use crate::load::{catalog, load_into, rows, said};
use crate::support;

/// Writes a file of what a SELECT gives.
fn written(select: &str) -> tempfile::TempDir {
    written_in(select, "data")
}

fn written_in(select: &str, name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join(name)).expect("a folder");
    let mut engine = support::duckdb();
    let file = folder.path().join("ts.parquet");
    engine.execute(&format!("COPY ({select}) TO '{}' (FORMAT parquet)", file.display())).expect("a file");
    std::fs::rename(file, folder.path().join(name).join("ts.parquet")).expect("a file");
    folder
}

#[track_caller]
fn loaded(select: &str, properties: &str, fields: &str) -> Vec<String> {
    let folder = written(select);
    let mut engine = support::duckdb();
    let dir = folder.path().join("data");
    if let Err(problems) = load_into(&mut engine, &catalog(properties, fields), &dir) {
        panic!("{:#?}", said(&problems, &dir));
    }
    rows(&mut engine)
}

#[track_caller]
fn refused(select: &str, fields: &str) -> Vec<(&'static str, String, String)> {
    let folder = written(select);
    let dir = folder.path().join("data");
    let problems = load_into(&mut support::duckdb(), &catalog("", fields), &dir).expect_err("it is refused");
    said(&problems, &dir)
}

#[test]
fn values_are_loaded_exactly() {
    let found = loaded(
        "SELECT 1::SMALLINT AS id, 0.1::DOUBLE AS n, 0.1::FLOAT AS single, 5::BIGINT AS whole, 7.0::DOUBLE AS i, \
         'NaN'::DOUBLE AS f, TIMESTAMPTZ '2024-01-01 10:00:00+02' AS at, DATE '2024-02-29' AS d, true AS b, \
         TIMESTAMP '2024-02-29 00:00:00' AS day, '12.50' AS text, 1.50::DECIMAL(18,4) AS exact, '' AS s",
        "",
        "n: \"decimal(10,2)\", single: \"decimal(10,2)\", whole: \"decimal(10,2)\", i: integer, f: float, at: timestamp, \
         d: date, b: boolean, day: date, text: \"decimal(10,2)\", exact: \"decimal(10,2)\", s: string",
    );
    assert_eq!(found, ["1|0.10|0.10|5.00|7|-|2024-01-01T08:00:00Z|2024-02-29|true|2024-02-29|12.50|1.50|"]);
}

#[test]
fn local_times_need_a_zone() {
    let select = "SELECT 1 AS id, TIMESTAMP_NS '2024-07-01 12:00:00.000001' AS at";
    let [(code, message, help)] = &refused(select, "at: timestamp")[..] else { panic!("not one problem") };
    assert_eq!(*code, "SEG719");
    assert!(message.contains("its column `at` is TIMESTAMP_NS, but the field is timestamp"), "{message}");
    assert!(help.contains("read: { zone: UTC }"), "{help}");
    let berlin = "read: { zone: Europe/Berlin }";
    assert_eq!(loaded(select, berlin, "at: timestamp"), ["1|2024-07-01T10:00:00.000001Z"]);
    let local = "at: { type: timestamp, zone: Europe/Berlin }";
    assert_eq!(loaded(select, "", local), ["1|2024-07-01T12:00:00.000001Z"]);
}

#[test]
fn inexact_values_are_reported_with_their_row() {
    let select = "SELECT * FROM (VALUES (1, 0.1 + 1e-9::DOUBLE, 6.9::DOUBLE, 3000000000, 'x'), (2, 1.5, 7, 5, 'y'), \
         (3, 0.3::DOUBLE, NULL, NULL, NULL)) AS t(id, n, i, small, p)";
    let fields = "n: \"decimal(10,2)\", i: { type: integer, nullable: false }, small: { type: integer, storage: int32 }, \
         p: { type: string, values: [y] }";
    let found = refused(select, fields);
    for part in [
        "row 1: `n` is `0.100000001`, which doesn't fit decimal(10,2)",
        "row 1: `i` is `6.9`, which is not a whole number",
        "row 3: `i` is missing",
        "row 1: `small` is `3000000000`, which is beyond 32 bits",
        "row 1: `p` is `x`, which isn't one of the declared values",
    ] {
        assert!(found.iter().any(|one| one.0 == "SEG707" && one.1.contains(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), 5, "{found:#?}");
    let found = refused(
        "SELECT 1 AS id, TIMESTAMP_NS '2024-07-01 12:00:00.0000001' AS at",
        "at: { type: timestamp, zone: UTC }",
    );
    assert!(found[0].1.contains("parts of a microsecond"), "{found:#?}");
}

#[test]
fn columns_of_other_types_are_reported_once() {
    let select =
        "SELECT range AS id, DATE '2024-01-01' AS at, 5 AS b, 'x'::BLOB AS s, 7 AS code FROM range(3)";
    let found = refused(select, "at: timestamp, b: boolean, s: string, code: string");
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|one| one.0 == "SEG719"), "{found:#?}");
    let found = refused("SELECT 1 AS id, 2 AS v", "v2: integer");
    assert_eq!((found[0].0, found[0].1.as_str()), ("SEG706", "`ts.parquet` has no column `v2`"));
}

#[test]
fn arrays_structs_and_documents_are_loaded() {
    let found =
        loaded("SELECT 1 AS id, '{\"a\": 1}' AS doc, {'b': [1, 2]} AS other", "", "doc: json, other: json");
    assert_eq!(found, ["1|{\"a\": 1}|{\"b\":[1,2]}"]);
    let folder = written(
        "SELECT 1 AS id, ['a', NULL, 'b'] AS tags, {'city': 'Oslo', 'at': TIMESTAMPTZ '2024-01-01 00:00:00+00'} AS home",
    );
    let fields = "tags: array<string>, city: { type: string, column: home, path: city, from: struct }, \
        at: { type: timestamp, column: home, path: at, from: struct }";
    let mut engine = support::duckdb();
    load_into(&mut engine, &catalog("", fields), &folder.path().join("data")).expect("it loads");
    let found = engine.query("SELECT len(tags), tags[3], home.city, home.at FROM ts").expect("rows");
    let shown: Vec<String> = found.rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["3", "b", "Oslo", "2024-01-01T00:00:00Z"]);
}

#[test]
fn rows_of_several_pages_are_loaded_from_folders_of_any_name() {
    for name in ["st*r", "a[b]?", "it's"] {
        let folder = written_in("SELECT range AS id, range * 2 AS v FROM range(120000)", name);
        let mut engine = support::duckdb();
        let report =
            load_into(&mut engine, &catalog("", "v: integer"), &folder.path().join(name)).expect("it loads");
        assert_eq!(report.loaded[0].rows, 120_000);
        let sum = engine.query("SELECT COUNT(*), SUM(v) FROM ts WHERE v = id * 2").expect("rows");
        assert_eq!(
            sum.rows[0].iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["120000", "14399880000"]
        );
    }
}
