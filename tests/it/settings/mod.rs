//! No setting of a server, a database, a role or a session changes the members of a segment.
//!
//! A project whose conditions depend on how text, numbers, times and missing values are read is run
//! under each setting that the engines' documentation lists as affecting them.

mod duckdb;
mod postgres;

use std::path::Path;

use crate::support;
use assert_cmd::Command;

const AS_OF: &str = "2026-03-31T14:00:00Z";

const CONFIG: &str =
    "name: settings\nschema: segments\ntimezone: America/New_York\ntargets: { duckdb: {}, postgres: {} }\n";

const CATALOG: &str = r#"
entities:
  person:
    table: persons
    key: id
    fields:
      id: { type: integer, nullable: false }
      name: string
      code: { type: string, storage: char }
      n: { type: integer, storage: int32 }
      score: { type: float, storage: float_nan }
      amount: decimal(12,3)
      born: date
      seen: { type: timestamp, zone: America/New_York }
      at: timestamp
      doc: json
      city: { type: string, column: doc, path: [city] }
      since: { type: date, column: doc, path: [since] }
      level: { type: integer, column: doc, path: [a, level] }
      tags: array<string>
      release: semver
      ok: boolean
    links:
      buys: { to: buy, many: true, on: { id: person_id } }
  buy:
    table: buys
    key: id
    time: at
    fields:
      id: { type: integer, nullable: false }
      person_id: integer
      at: timestamp
      price: decimal(10,2)
      item: string
    links:
      person: { to: person, on: { person_id: id } }
"#;

/// Each segment with its members, worked out by hand.
const SEGMENTS: &[(&str, &str, &[i64])] = &[
    ("backslash", r#"where name = "\\'; DROP TABLE buys; --""#, &[1]),
    ("backslash_in", r#"where name in ("a\\b", "\\n")"#, &[2]),
    ("backslash_like", r#"where name contains "\\" and not name starts with "\\'""#, &[2]),
    ("emoji", r#"where name = "naïve 😀 it's""#, &[3]),
    ("pattern", r#"where name matches "^[a-z]\\\\[a-z]$" or name matches "^\\w+ \\d+$""#, &[2, 4]),
    ("similar", r#"where name resembles "Zoe 12" within 1 edits"#, &[4]),
    ("ordered", r#"where name < "b""#, &[1, 2, 4]),
    ("folded", r#"where lower(name) = "zoe 11" and not name = "zoe 11""#, &[4]),
    ("padded", r#"where code = "x""#, &[1]),
    ("null_equals", "where not (n = 7)", &[2, 3, 4]),
    ("product", "where n * n > 3_000_000_000", &[2]),
    ("quotient", "where n / 2 = 3.5", &[1]),
    ("by_zero", "where amount / (n - 7) is missing", &[1, 3]),
    ("nan", "where score > 0.1", &[1]),
    ("exact", "where amount = 1.005", &[1]),
    ("born_on", "where born = 2024-02-03", &[1]),
    ("day", "where seen = 2026-03-30", &[2]),
    ("hour", "where hour(at) = 9", &[1]),
    ("weekday", "where weekday(at) = 1", &[2]),
    ("birthday", "where born anniversary during next 30 days", &[2]),
    ("days", "where days_since(at) = 1", &[2]),
    ("city", r#"where city = "O\\'Fallon" or level > 2"#, &[1, 2]),
    ("json_date", "where since >= 2025-01-02", &[1]),
    ("tagged", r#"where tags contains "NULL" or tags contains "b\\c""#, &[1, 2]),
    ("released", r#"where release >= "1.10.0-rc.1""#, &[1]),
    ("true_", "where ok", &[1]),
    ("bucketed", r#"where bucket("se\\ed") < 5000 or bucket("se\\ed") >= 5000"#, &[1, 2, 3, 4]),
    ("first_item", r#"where first(buys.item) is missing and last(buys.item) = "z""#, &[1]),
    ("recent", "where sum(buys.price during last 7 days) >= 0.30", &[1]),
    ("latest_two", r#"where count(latest 2 buys where item = "z") = 1"#, &[1]),
    ("best", "where n is present keep top 1 by n", &[2]),
    ("steps", r#"where sequence(buys then (buys where item = "z") within 2 days)"#, &[1]),
];

/// What fills the tables, in words that both engines read under any of the settings.
fn rows(postgres: bool) -> Vec<String> {
    let json = if postgres { "JSONB" } else { "JSON" };
    // A backslash, written so that nothing can change it.
    let slash = "CHR(92)";
    vec![
        format!(
            "CREATE TABLE persons (id BIGINT NOT NULL, name VARCHAR, code {}, n INTEGER, score DOUBLE PRECISION, \
             amount DECIMAL(12,3), born DATE, seen TIMESTAMP, \"at\" TIMESTAMPTZ, doc {json}, tags VARCHAR[], \
             release VARCHAR, ok BOOLEAN)",
            if postgres { "CHAR(3)" } else { "VARCHAR" }
        ),
        "CREATE TABLE buys (id BIGINT NOT NULL, person_id BIGINT, \"at\" TIMESTAMPTZ, price DECIMAL(10,2), item VARCHAR)"
            .to_owned(),
        format!(
            "INSERT INTO persons VALUES \
             (1, {slash} || '''; DROP TABLE buys; --', 'x', 7, 0.5, 1.005, DATE '2024-02-03', \
              TIMESTAMP '2026-03-31 09:30:00', TIMESTAMPTZ '2026-03-31 13:30:00+00', \
              CAST('{{\"city\": \"O' || {slash} || {slash} || '''Fallon\", \"since\": \"2025-01-02\"}}' AS {json}), \
              ARRAY['NULL', NULL], '1.10.0', TRUE), \
             (2, 'a' || {slash} || 'b', 'xy', 70000, CAST('NaN' AS DOUBLE PRECISION), -2.5, DATE '1980-04-12', \
              TIMESTAMP '2026-03-30 23:30:00', TIMESTAMPTZ '2026-03-31 03:30:00+00', \
              CAST('{{\"a\": {{\"level\": 3}}}}' AS {json}), ARRAY['b' || {slash} || 'c'], '1.9.9', FALSE), \
             (3, 'naïve 😀 it''s', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'x', NULL), \
             (4, 'Zoe 11', 'zz', 1, -1, 0, DATE '2000-01-01', TIMESTAMP '2026-01-01 00:00:00', \
              TIMESTAMPTZ '2026-01-01 00:00:00+00', NULL, ARRAY['c'], NULL, NULL)"
        ),
        "INSERT INTO buys VALUES \
         (1, 1, TIMESTAMPTZ '2026-03-28 10:00:00+00', 0.10, NULL), \
         (2, 1, TIMESTAMPTZ '2026-03-29 10:00:00+00', 0.20, 'z'), \
         (3, 1, TIMESTAMPTZ '2026-03-20 10:00:00+00', 5, NULL), \
         (4, 2, TIMESTAMPTZ '2026-03-29 10:00:00+00', 0.05, 'y'), \
         (5, 4, NULL, 100, 'z')"
            .to_owned(),
    ]
}

/// The project in a folder of its own.
#[expect(clippy::disallowed_methods, reason = "a test makes its project")]
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    };
    write("segc.yml", CONFIG);
    write("catalog/all.yml", CATALOG);
    let segment =
        |(name, rules, _): &(&str, &str, &[i64])| format!("segment {name} on person {{ {rules} }}\n");
    write("segments/all.seg", &SEGMENTS.iter().map(segment).collect::<String>());
    folder
}

/// What a command of segc writes to stdout.
fn segc(project: &Path, arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.arg("-C").arg(project).args(arguments).args(["--as-of", AS_OF]);
    let output = command.output().expect("it runs");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).expect("text is UTF-8")
}

/// The SELECT of each segment.
fn selects(project: &Path, target: &str) -> Vec<(&'static str, String)> {
    let options = support::project::at(support::project::instant(AS_OF));
    let (session, problems) = segc::api::open(project, &options);
    assert!(!problems.has_errors(), "{}", support::project::said(&problems));
    let one = |(name, ..): &(&'static str, &str, &[i64])| {
        let id = session.hir().find(name).expect("a segment");
        (*name, session.select_sql(target, id, &options).expect("its SELECT"))
    };
    SEGMENTS.iter().map(one).collect()
}

/// The members that a segment has.
fn expected(segment: &str) -> Vec<i64> {
    SEGMENTS
        .iter()
        .find(|(name, ..)| *name == segment)
        .map(|(.., members)| members.to_vec())
        .unwrap_or_default()
}

/// All members that are not as expected, by segment.
fn compare(mut members: impl FnMut(&str) -> Result<Vec<i64>, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, ..) in SEGMENTS {
        match members(name) {
            Ok(mut found) => {
                found.sort_unstable();
                if found != expected(name) {
                    wrong.push(format!("{name}: {found:?}, not {:?}", expected(name)));
                }
            }
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    wrong
}
