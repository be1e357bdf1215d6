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
"#;

const ROWS: &str = r#"id,visits,tags,scores,properties,address,raw
1,2147483647,"[""a,b"", null, ""it's \""x\""""]","[1, null]","{""user"": {""first name"": ""Ann"", ""seats"": 3}}","{""city"": ""Oslo"", ""geo"": {""lat"": 59.9}}","{""n"": 1}"
2,,[],[],{},"{""city"": null, ""geo"": null}",[]
3,1,,,,,
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
