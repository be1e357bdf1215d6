//! Structs on every engine, and sample files with arrays, documents and structs.

use std::collections::BTreeSet;

use crate::support;
use crate::support::engine::words;
use crate::support::project::at;
use segc::api::{Options, Session, open_files};
use segc::engine::Engine as _;
use segc::project::Memory;

const AS_OF: &str = "2026-03-15T12:00:00Z";

const TARGETS: &str = "name: nested\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {} }\n";

/// Conditions and the keys of those for whom they hold.
const CASES: &[(&str, &str)] = &[
    ("city = \"Oslo\"", "1 3"),
    ("city != \"Oslo\"", "2 4"),
    ("city is missing", "2 4"),
    ("floor > 2", "1"),
    ("not floor > 2", "2 3 4"),
    ("lat > 59.5", "1"),
    ("lat is present", "1 3"),
    ("born anniversary during next 30 days", "1"),
];

fn session(files: Memory, cases: &[(&str, &str)]) -> Session {
    let segments: String = cases
        .iter()
        .enumerate()
        .map(|(at, (condition, _))| format!("segment s{at} on customer {{ where {condition} }}\n"))
        .collect();
    let files = files.with("segc.yml", TARGETS).with("segments/all.seg", segments);
    let (session, problems) = open_files(&files, &Options::default());
    assert!(problems.is_empty(), "{problems:?}");
    session
}

fn selects(session: &Session, target: &str, cases: &[(&str, &str)]) -> Vec<String> {
    let options = at(support::project::instant(AS_OF));
    let select = |at: usize| {
        let id = session.hir().find(&format!("s{at}")).expect("the segment");
        session.select_sql(target, id, &options).unwrap_or_else(|problems| panic!("{target}: {problems:?}"))
    };
    (0..cases.len()).map(select).collect()
}

fn keys(wanted: &str) -> BTreeSet<String> {
    wanted.split_whitespace().map(str::to_owned).collect()
}

/// PostgreSQL has structs only under names.
const POSTGRES_TYPES: [&str; 2] = [
    "CREATE TYPE segc_geo AS (lat DOUBLE PRECISION)",
    "CREATE TYPE segc_address AS (city TEXT, \"floor no\" INTEGER, geo segc_geo, born DATE)",
];

/// The rows as a query for each target: none needs a table.
const STRUCTS: &str = r#"
entities:
  customer:
    query: |
      SELECT 1 AS id, {'city': 'Oslo', 'floor no': 3, 'geo': {'lat': 59.9}, 'born': DATE '1990-04-01'} AS address
      UNION ALL SELECT 2, {'city': NULL, 'floor no': 2, 'geo': NULL, 'born': DATE '1990-02-01'}
      UNION ALL SELECT 3, {'city': 'Oslo', 'floor no': NULL, 'geo': {'lat': 59.5}, 'born': NULL}
      UNION ALL SELECT 4, NULL
    targets:
      postgres:
        query: |
          SELECT 1 AS id, CAST(ROW('Oslo', 3, ROW(59.9), DATE '1990-04-01') AS segc_address) AS address
          UNION ALL SELECT 2, CAST(ROW(NULL, 2, NULL, DATE '1990-02-01') AS segc_address)
          UNION ALL SELECT 3, CAST(ROW('Oslo', NULL, ROW(59.5), NULL) AS segc_address)
          UNION ALL SELECT 4, NULL
      bigquery:
        query: |
          SELECT 1 AS id, STRUCT('Oslo' AS city, 3 AS `floor no`, STRUCT(59.9 AS lat) AS geo, DATE '1990-04-01' AS born) AS address
          UNION ALL SELECT 2, STRUCT(CAST(NULL AS STRING), 2, CAST(NULL AS STRUCT<lat FLOAT64>), DATE '1990-02-01')
          UNION ALL SELECT 3, STRUCT('Oslo', CAST(NULL AS INT64), STRUCT(59.5), CAST(NULL AS DATE))
          UNION ALL SELECT 4, NULL
      spark:
        query: |
          SELECT 1 AS id, NAMED_STRUCT('city', 'Oslo', 'floor no', 3, 'geo', NAMED_STRUCT('lat', 59.9D), 'born', DATE '1990-04-01') AS address
          UNION ALL SELECT 2, NAMED_STRUCT('city', NULL, 'floor no', 2, 'geo', NULL, 'born', DATE '1990-02-01')
          UNION ALL SELECT 3, NAMED_STRUCT('city', 'Oslo', 'floor no', NULL, 'geo', NAMED_STRUCT('lat', 59.5D), 'born', NULL)
          UNION ALL SELECT 4, NULL
    key: id
    fields:
      id: { type: integer, nullable: false }
      city: { type: string, column: address, path: city, from: struct }
      floor: { type: integer, column: address, path: "floor no", from: struct, storage: int32 }
      lat: { type: float, column: address, path: [geo, lat], from: struct }
      born: { type: date, column: address, path: born, from: struct }
"#;

/// Arrays of structs with a key, as GA4 has them: of equal keys the first counts, even without a value.
const ENTRIES: &str = r#"
entities:
  customer:
    query: |
      SELECT 1 AS id, [{'key': 'page', 'value': {'s': 'home', 'i': NULL}}, {'key': 'it''s', 'value': {'s': NULL, 'i': 3}}] AS params
      UNION ALL SELECT 2, [{'key': 'page', 'value': {'s': NULL, 'i': 1}}, {'key': 'page', 'value': {'s': 'home', 'i': 2}}]
      UNION ALL SELECT 3, [{'key': NULL, 'value': {'s': 'home', 'i': 3}}, {'key': 'page', 'value': NULL}]
      UNION ALL SELECT 4, NULL
    targets:
      postgres:
        query: |
          SELECT 1 AS id, ARRAY[CAST(ROW('page', ROW('home', NULL)) AS segc_param), CAST(ROW('it''s', ROW(NULL, 3)) AS segc_param)] AS params
          UNION ALL SELECT 2, ARRAY[CAST(ROW('page', ROW(NULL, 1)) AS segc_param), CAST(ROW('page', ROW('home', 2)) AS segc_param)]
          UNION ALL SELECT 3, ARRAY[CAST(ROW(NULL, ROW('home', 3)) AS segc_param), CAST(ROW('page', NULL) AS segc_param)]
          UNION ALL SELECT 4, NULL
      bigquery:
        query: |
          SELECT 1 AS id, [STRUCT('page' AS key, STRUCT('home' AS s, CAST(NULL AS INT64) AS i) AS value), STRUCT('it\'s', STRUCT(CAST(NULL AS STRING), 3))] AS params
          UNION ALL SELECT 2, [STRUCT('page' AS key, STRUCT(CAST(NULL AS STRING) AS s, 1 AS i) AS value), STRUCT('page', STRUCT('home', 2))]
          UNION ALL SELECT 3, [STRUCT(CAST(NULL AS STRING) AS key, STRUCT('home' AS s, 3 AS i) AS value), STRUCT('page', CAST(NULL AS STRUCT<s STRING, i INT64>))]
          UNION ALL SELECT 4, NULL
      spark:
        query: |
          SELECT 1 AS id, ARRAY(NAMED_STRUCT('key', 'page', 'value', NAMED_STRUCT('s', 'home', 'i', NULL)), NAMED_STRUCT('key', "it's", 'value', NAMED_STRUCT('s', NULL, 'i', 3))) AS params
          UNION ALL SELECT 2, ARRAY(NAMED_STRUCT('key', 'page', 'value', NAMED_STRUCT('s', NULL, 'i', 1)), NAMED_STRUCT('key', 'page', 'value', NAMED_STRUCT('s', 'home', 'i', 2)))
          UNION ALL SELECT 3, ARRAY(NAMED_STRUCT('key', NULL, 'value', NAMED_STRUCT('s', 'home', 'i', 3)), NAMED_STRUCT('key', 'page', 'value', NULL))
          UNION ALL SELECT 4, NULL
    key: id
    fields:
      id: { type: integer, nullable: false }
      page: { type: string, column: params, path: [{ key: page }, value, s], from: struct }
      number: { type: integer, column: params, path: [{ key: "it's" }, value, i], from: struct }
      first: { type: integer, column: params, path: [{ key: page, field: key }, value, i], from: struct }
"#;

const OF_ENTRIES: &[(&str, &str)] = &[
    ("page = \"home\"", "1"),
    ("page is missing", "2 3 4"),
    ("page != \"home\"", "2 3 4"),
    ("number = 3", "1"),
    ("first = 1", "2"),
];

#[test]
fn entries_of_structs_agree_on_every_engine() {
    let session = session(Memory::new().with("catalog/a.yml", ENTRIES), OF_ENTRIES);
    for mut engine in support::engine::available() {
        let target = engine.target();
        engine.load(&[]);
        if target == "postgres" {
            let types = [
                "CREATE TYPE segc_value AS (s TEXT, i BIGINT)",
                "CREATE TYPE segc_param AS (key TEXT, value segc_value)",
            ];
            for made in engine.queries(&types.map(str::to_owned)) {
                made.expect("a type can be made");
            }
        }
        let selects = selects(&session, target, OF_ENTRIES);
        let answers = engine.members_of_all(&selects);
        for (((condition, wanted), answer), sql) in OF_ENTRIES.iter().zip(answers).zip(&selects) {
            let found = answer.map(|found| words(&found));
            assert_eq!(found, Ok(keys(wanted)), "{target}: {condition}\n{sql}");
        }
    }
}

#[test]
fn structs_agree_on_every_engine() {
    let session = session(Memory::new().with("catalog/a.yml", STRUCTS), CASES);
    for mut engine in support::engine::available() {
        let target = engine.target();
        engine.load(&[]);
        if target == "postgres" {
            for made in engine.queries(&POSTGRES_TYPES.map(str::to_owned)) {
                made.expect("a type can be made");
            }
        }
        let selects = selects(&session, target, CASES);
        let answers = engine.members_of_all(&selects);
        for (((condition, wanted), answer), sql) in CASES.iter().zip(answers).zip(&selects) {
            let found = answer.map(|found| words(&found));
            assert_eq!(found, Ok(keys(wanted)), "{target}: {condition}\n{sql}");
        }
    }
}

const FILES: &str = r#"
entities:
  customer:
    table: crm.people
    key: id
    fields:
      id: { type: integer, nullable: false }
      visits: { type: integer, storage: int32 }
      tags: array<string>
      scores: array<integer>
      name: { type: string, column: properties, path: [user, "first name"] }
      seats: { type: integer, column: properties, path: [user, seats] }
      city: { type: string, column: address, path: city, from: struct }
      lat: { type: float, column: address, path: [geo, lat], from: struct }
      note: { type: integer, column: raw, path: n, from: json_text }
      page: { type: string, column: params, path: [{ key: page }, value, s], from: struct }
      session: { type: integer, column: params, path: [{ key: id }, value, i], from: struct }
"#;

const ROWS: &str = r#"id,visits,tags,scores,properties,address,raw,params
1,2147483647,"[""a,b"", null, ""it's \""x\""""]","[1, null]","{""user"": {""first name"": ""Ann"", ""seats"": 3}}","{""city"": ""Oslo"", ""geo"": {""lat"": 59.9}}","{""n"": 1}","[{""key"": ""other""}, {""key"": ""page"", ""value"": {""s"": ""home""}}, {""key"": ""id"", ""value"": {""i"": 7}}]"
2,,[],[],{},"{""city"": null, ""geo"": null}",[],"[{""key"": ""page"", ""value"": {""s"": null}}, {""key"": ""page"", ""value"": {""s"": ""home""}}]"
3,1,,,,,,
"#;

const OF_FILES: &[(&str, &str)] = &[
    ("tags contains \"a,b\"", "1"),
    ("tags contains \"it's \\\"x\\\"\"", "1"),
    ("size(tags) = 2", "1"),
    ("scores contains 1", "1"),
    ("scores is empty", "2 3"),
    ("name = \"Ann\"", "1"),
    ("seats = 3", "1"),
    ("city = \"Oslo\"", "1"),
    ("lat > 59.5", "1"),
    ("page = \"home\"", "1"),
    ("session = 7", "1"),
    ("session is missing", "2 3"),
    ("note = 1", "1"),
    ("note is missing", "2 3"),
    ("visits * visits > 4611686014132420608", "1"),
    ("visits + 1 > 2147483647", "1"),
    ("-visits < -2147483646", "1"),
    ("2147483647 + 2147483647 > visits", "1 3"),
    ("length(name) * 2147483647 > 5", "1"),
];

#[test]
fn sample_files_may_contain_arrays_documents_and_structs() {
    let session = session(Memory::new().with("catalog/a.yml", FILES), OF_FILES);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("people.csv"), ROWS).expect("it can be written");
    let mut engine = support::duckdb();
    let report =
        engine.load_files(&session.hir().catalog, "duckdb", folder.path()).expect("it can be loaded");
    assert_eq!(report.loaded.iter().map(|table| table.rows).collect::<Vec<_>>(), [3]);
    for ((condition, wanted), sql) in OF_FILES.iter().zip(selects(&session, "duckdb", OF_FILES)) {
        let table = engine.query(&sql).unwrap_or_else(|error| panic!("{condition}: {error}\n{sql}"));
        let found: BTreeSet<String> = table.rows.iter().map(|row| row[0].to_string()).collect();
        assert_eq!(found, keys(wanted), "{condition}\n{sql}");
    }
}
