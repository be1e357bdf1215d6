//! The catalog against a database: wrong declarations of columns are reported at their line, with
//! the correct one, before anything is built.

use std::path::Path;

use crate::support;
use assert_cmd::Command;
use segc::engine::{DuckDb, Engine};
use serde_json::Value;

const CONFIG: &str =
    "name: schema\nschema: segments\ntimezone: America/New_York\ntargets: { duckdb: {}, postgres: {} }\n";

/// Exit code, stdout, stderr.
fn segc(project: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    let output = command.arg("-C").arg(project).args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

fn project(catalog: &str, segments: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in [("segc.yml", CONFIG), ("catalog/all.yml", catalog), ("segments/all.seg", segments)] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    folder
}

/// What `check --probe` finds: the code, the line, the message and the help of each problem.
fn found(project: &Path, target: &str, database: &str) -> Vec<(String, u64, String)> {
    let (_, out, err) =
        segc(project, &["check", "--target", target, "--probe", database, "--format", "json"]);
    assert!(err.is_empty(), "{err}");
    let text = |problem: &Value, key: &str| problem[key].as_str().unwrap_or_default().to_owned();
    let read = |line: &str| {
        let problem: Value = serde_json::from_str(line).expect("JSON");
        let place = problem["line"].as_u64().unwrap_or(0);
        let said = format!("{}; {}", text(&problem, "message"), text(&problem, "help"));
        (text(&problem, "code"), place, said)
    };
    out.lines().map(read).collect()
}

/// A database of each engine that there is, with these statements executed.
fn databases(statements: &dyn Fn(&str) -> Vec<String>, work: &mut dyn FnMut(&str, &str)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("test.db");
    let mut duckdb = DuckDb::open(Some(&file)).expect("it opens");
    for statement in statements("duckdb") {
        duckdb.execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    drop(duckdb);
    work("duckdb", file.to_str().expect("a plain path"));
    if let Some(mut postgres) = support::postgres::database() {
        for statement in statements("postgres") {
            postgres.execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        let address = postgres.address().to_owned();
        work("postgres", &address);
    }
}

/// A column, the field that reads it, and the problem with words of its message and help; an empty
/// code where they agree.
type Case = (&'static str, &'static str, &'static str, &'static str);

const BOTH: &[Case] = &[
    (
        "TIMESTAMP",
        "timestamp",
        "SEG743",
        "declare `zone: UTC` if they are in UTC, or `zone: America/New_York`",
    ),
    ("TIMESTAMP", "{ type: timestamp, zone: UTC }", "", ""),
    ("TIMESTAMPTZ", "timestamp", "", ""),
    ("TIMESTAMPTZ", "{ type: timestamp, zone: UTC }", "SEG742", "`type: timestamp`"),
    ("DATE", "timestamp", "SEG742", "`type: date`"),
    ("TIMESTAMP", "date", "SEG742", "`type: timestamp, zone: UTC`"),
    ("VARCHAR", "integer", "SEG742", "`type: string`"),
    ("VARCHAR", "timestamp", "SEG742", "`type: string`"),
    ("BIGINT", "string", "SEG742", "`type: integer`"),
    ("BIGINT", "integer", "", ""),
    ("INTEGER", "integer", "SEG744", "declare `storage: int32`"),
    ("SMALLINT", "integer", "SEG744", "declare `storage: int32`"),
    ("INTEGER", "{ type: integer, storage: int32 }", "", ""),
    ("BIGINT", "decimal", "SEG742", "`type: integer`"),
    ("DECIMAL(18,0)", "integer", "", ""),
    ("DECIMAL(18,2)", "integer", "SEG742", "`type: \"decimal(18,2)\"`"),
    ("DECIMAL(18,4)", "\"decimal(18,2)\"", "SEG742", "`type: \"decimal(18,4)\"`"),
    ("DECIMAL(18,2)", "decimal", "", ""),
    ("DOUBLE PRECISION", "decimal", "SEG742", "`type: float`"),
    ("REAL", "float", "SEG742", "`type: float, storage: float32`"),
    ("DOUBLE PRECISION", "float", "", ""),
    ("DECIMAL(9,2)", "float", "SEG742", "`type: \"decimal(9,2)\"`"),
    ("BOOLEAN", "integer", "SEG742", "`type: boolean`"),
    ("VARCHAR[]", "array<string>", "", ""),
    ("DATE[]", "array<string>", "SEG742", "`type: array<date>`"),
    ("VARCHAR", "array<string>", "SEG742", "`type: string`"),
    ("VARCHAR", "{ type: string, path: a }", "SEG742", "`from: json_text`"),
    ("VARCHAR", "{ type: string, path: a, from: json_text }", "", ""),
    ("JSON", "{ type: string, path: a, from: json_text }", "SEG742", "`from: json`"),
    ("JSON", "{ type: string, path: a, from: struct }", "SEG742", "`from: json`"),
    ("JSON", "json", "", ""),
    ("UUID", "string", "SEG742", "use a `query:`"),
    ("INTERVAL", "integer", "SEG742", "use a `query:`"),
];

const POSTGRES: &[Case] = &[
    ("CHAR(3)", "string", "SEG742", "`type: string, storage: char`"),
    ("CHAR(3)", "{ type: string, storage: char }", "", ""),
    ("JSONB", "{ type: string, path: a }", "", ""),
    ("NUMERIC", "\"decimal(10,2)\"", "", ""),
    ("mood", "string", "", ""),
    ("mood", "{ type: string, values: [happy] }", "SEG746", "`\"sad\"`"),
    ("mood", "{ type: string, values: [happy, sad] }", "", ""),
    ("small", "integer", "SEG744", "storage: int32"),
    ("home", "{ type: string, path: city, from: struct }", "", ""),
    ("home", "{ type: string, path: town, from: struct }", "SEG741", "no column `town`"),
    ("home", "{ type: string, path: city }", "SEG742", "`from: struct`"),
];

const DUCKDB: &[Case] = &[
    ("mood", "{ type: string, values: [happy] }", "SEG746", "`\"sad\"`"),
    ("HUGEINT", "integer", "", ""),
    ("STRUCT(city VARCHAR, seen TIMESTAMP)", "{ type: string, path: city, from: struct }", "", ""),
    (
        "STRUCT(city VARCHAR, seen TIMESTAMP)",
        "{ type: timestamp, path: seen, from: struct }",
        "SEG743",
        "zone: UTC",
    ),
    ("STRUCT(city VARCHAR)", "{ type: integer, path: city, from: struct }", "SEG742", "`type: string`"),
    ("STRUCT(city VARCHAR)", "{ type: string, path: ciyt, from: struct }", "SEG741", "`column: city`"),
];

fn cases(target: &str) -> Vec<Case> {
    BOTH.iter().chain(if target == "duckdb" { DUCKDB } else { POSTGRES }).copied().collect()
}

#[test]
fn every_column_read_is_compared_and_all_problems_are_reported() {
    let statements = |target: &str| {
        let columns =
            cases(target).iter().enumerate().map(|(at, (ty, ..))| format!("c{at} {ty}")).collect::<Vec<_>>();
        vec![
            "CREATE TYPE mood AS ENUM ('happy', 'sad')".to_owned(),
            if target == "postgres" {
                "CREATE DOMAIN small AS SMALLINT; CREATE TYPE home AS (city TEXT)".to_owned()
            } else {
                "SELECT 1".to_owned()
            },
            format!("CREATE TABLE w (id BIGINT PRIMARY KEY, {})", columns.join(", ")),
        ]
    };
    databases(&statements, &mut |target, database| {
        let cases = cases(target);
        let mut catalog = "entities:\n  w:\n    table: w\n    key: id\n    fields:\n      id: { type: integer, nullable: false }\n".to_owned();
        let first = catalog.lines().count() as u64 + 1;
        let mut segments = String::new();
        for (at, (_, field, ..)) in cases.iter().enumerate() {
            let field = field
                .strip_prefix('{')
                .map_or_else(|| format!("{{ type: {field} }}"), |rest| format!("{{ column: c{at},{rest}"));
            catalog.push_str(&format!("      c{at}: {field}\n"));
            let test = if field.contains("array<") { "is empty" } else { "is present" };
            segments.push_str(&format!("segment s{at} on w {{ where c{at} {test} }}\n"));
        }
        let project = project(&catalog, &segments);
        let found = found(project.path(), target, database);
        for (at, (ty, field, code, words)) in (first..).zip(&cases) {
            let here: Vec<_> = found.iter().filter(|(.., line, _)| *line == at).collect();
            // Integers of 32 bits are reported together, at the first.
            if *code == "SEG744" {
                let name = format!("`c{}`", at - first);
                assert!(
                    found.iter().any(|(code, _, said)| code == "SEG744"
                        && said.contains(&name)
                        && said.contains(words)),
                    "{target}, {ty} as {field}: {found:#?}"
                );
                continue;
            }
            match (code.is_empty(), here.as_slice()) {
                (true, []) => {}
                (false, [(found, _, said)]) if found == code && said.contains(words) => {}
                _ => panic!("{target}, {ty} as {field}: {here:?}, not {code} {words}"),
            }
        }
        assert_eq!(found.iter().filter(|(code, ..)| code == "SEG744").count(), 1, "{target}");

        // And a run stops there.
        let (code, out, err) = segc(project.path(), &["run", "--db", database, "--target", target]);
        assert_eq!((code, out.as_str()), (1, ""), "{target}: {err}");
        assert!(err.contains("SEG743") && err.contains("SEG742"), "{target}: {err}");
        let exists = "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'segments'";
        let mut engine = segc::engine::Address::parse(database)
            .and_then(|one| one.open(segc::engine::Access::Read))
            .expect("it opens");
        assert_eq!(engine.query(exists).expect("a number").rows[0][0].to_string(), "0", "{target}");
    });
}

const SHOP: &str = "entities:
  customer:
    table: customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      plan: { type: string, nullable: false, values: [free, premium] }
      score: float
      gone_at: { type: timestamp }
    changes: { mutable: { deleted_at: gone_at } }
    deletes: soft
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: ordres
    key: id
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      state: string
";

#[test]
fn rows_are_checked_and_deleted_ones_are_skipped() {
    let statements = |_: &str| {
        vec![
            "CREATE TABLE customers (id BIGINT NOT NULL, plan VARCHAR, score DOUBLE PRECISION, gone_at TIMESTAMPTZ)".to_owned(),
            "INSERT INTO customers VALUES (1, 'free', 1, NULL), (2, 'trial', 0, NULL), (3, NULL, NULL, NULL), (4, NULL, CAST('NaN' AS DOUBLE PRECISION), TIMESTAMPTZ '2026-01-01 00:00:00+00')".to_owned(),
            "CREATE TABLE orders (id BIGINT NOT NULL, customer_id BIGINT, status VARCHAR)".to_owned(),
        ]
    };
    let project = project(
        SHOP,
        "segment s on customer { where plan = \"free\" and score > 0.5 and exists(orders where state = \"x\") }\n",
    );
    databases(&statements, &mut |target, database| {
        let said: Vec<(String, u64, String)> = found(project.path(), target, database);
        let expected = [
            ("SEG745", 7, "missing in 1 row;"),
            ("SEG746", 7, "contains `\"trial\"` in 1 row, "),
            ("SEG740", 14, "did you mean `table: orders`?"),
        ];
        assert_eq!(said.len(), expected.len(), "{target}: {said:#?}");
        for (code, line, words) in expected {
            assert!(
                said.iter().any(|one| one.0 == code && one.1 == line && one.2.contains(words)),
                "{target} {code}: {said:#?}"
            );
        }
    });
}

#[test]
fn missing_columns_are_reported_with_existing_ones() {
    let catalog = SHOP.replace("ordres", "orders");
    let statements = |_: &str| {
        vec![
            "CREATE TABLE customers (id BIGINT NOT NULL, plan VARCHAR NOT NULL, score DOUBLE PRECISION, gone_at TIMESTAMPTZ)".to_owned(),
            "INSERT INTO customers VALUES (4, 'free', CAST('NaN' AS DOUBLE PRECISION), NULL)".to_owned(),
            "CREATE TABLE orders (id BIGINT NOT NULL, customer_id BIGINT, stat VARCHAR)".to_owned(),
        ]
    };
    let project = project(
        &catalog,
        "segment s on customer { where score > 0.5 and exists(orders where state = \"x\") }\n",
    );
    databases(&statements, &mut |target, database| {
        let said = found(project.path(), target, database);
        let codes: Vec<(&str, u64)> = said.iter().map(|(code, line, _)| (code.as_str(), *line)).collect();
        assert_eq!(codes, [("SEG748", 8), ("SEG741", 20)], "{target}: {said:#?}");
        assert!(said[1].2.contains("did you mean `column: stat`?"), "{target}: {said:#?}");
        // What no segment reads isn't looked at.
        let (code, _, err) = segc(project.path(), &["check", "--target", target]);
        assert_eq!(code, 0, "{err}");
    });
}

#[test]
fn queries_are_prepared_and_their_columns_compared() {
    let catalog = "entities:
  customer:
    query: select id, seen, pla from people
    key: id
    fields:
      id: { type: integer, nullable: false }
      seen: timestamp
      plan: string
  other:
    query: select id from nowhere
    key: id
    fields: { id: { type: integer, nullable: false } }
";
    let statements =
        |_: &str| vec!["CREATE TABLE people (id BIGINT NOT NULL, seen TIMESTAMP, pla VARCHAR)".to_owned()];
    let project = project(
        catalog,
        "segment s on customer { where seen during today and plan = \"x\" }\nsegment o on other { where id > 3 }\n",
    );
    databases(&statements, &mut |target, database| {
        let said = found(project.path(), target, database);
        let codes: Vec<(&str, u64)> = said.iter().map(|(code, line, _)| (code.as_str(), *line)).collect();
        assert_eq!(codes, [("SEG743", 7), ("SEG741", 8), ("SEG747", 10)], "{target}: {said:#?}");
        assert!(said[2].2.contains("nowhere"), "{target}: {said:#?}");
    });
}

/// A constraint of the column `c`, what the field declares, and the words of the problem, if there
/// is one. The rows contain `a`, which is always declared; nobody reads them where the constraint
/// proves the declaration, so a row that breaks it shows that.
const CONSTRAINTS: &[(&str, &str, &str)] = &[
    ("CHECK (c IN ('a', 'b'))", "values: [a, b]", ""),
    (
        "CHECK (c IN ('a', 'b'))",
        "values: [a]",
        "a constraint of `t.c` allows `\"b\"`, which `values` of `e.c`",
    ),
    ("CHECK (c = 'a' OR c = 'b' OR c IS NULL)", "values: [a]", "allows `\"b\"`"),
    ("CHECK (c IN ('a', 'b')) CHECK (c IN ('a', 'c'))", "values: [a]", ""),
    ("CHECK (c IN ('a', 'it''s') AND id > 0)", "values: [a]", "allows `\"it's\"`"),
    ("CHECK (c <> 'c')", "values: [b]", "contains `\"a\"` in 1 row, "),
    ("CHECK (c IN ('a', NULL))", "values: [b]", "contains `\"a\"` in 1 row, "),
    ("CHECK (c IS NOT NULL)", "nullable: false", ""),
    ("CHECK (c IN ('a', 'b'))", "nullable: false", "missing in 1 row"),
];

#[test]
fn check_constraints_are_compared_with_the_values_declared() {
    for &(constraint, declared, words) in CONSTRAINTS {
        let catalog = format!(
            "entities:\n  e:\n    table: t\n    key: id\n    fields:\n      id: {{ type: integer, nullable: false }}\n      c: {{ type: string, {declared} }}\n"
        );
        let project = project(&catalog, "segment s on e { where length(c) > 0 }\n");
        let missing = if constraint.contains("NOT NULL") { "'b'" } else { "NULL" };
        databases(
            &|_| {
                vec![
                    format!("CREATE TABLE t (id BIGINT NOT NULL, c VARCHAR {constraint})"),
                    format!("INSERT INTO t VALUES (1, 'a'), (2, {missing})"),
                ]
            },
            &mut |target, database| {
                let said = found(project.path(), target, database);
                match (words, said.as_slice()) {
                    ("", []) => {}
                    (words, [(_, 7, said)]) if !words.is_empty() && said.contains(words) => {}
                    _ => panic!("{target}, {constraint}, {declared}: {said:#?}"),
                }
            },
        );
    }
}

/// The statements of a database, what the field declares, and the words of the problem.
type Enforced = (&'static str, &'static str, &'static str, &'static str);

/// Constraints that a database doesn't enforce on every row prove nothing.
const ENFORCED: &[Enforced] = &[
    (
        "postgres",
        "CREATE TABLE t (id BIGINT NOT NULL, c TEXT); INSERT INTO t VALUES (1, 'x'); \
         ALTER TABLE t ADD CHECK (c IN ('a')) NOT VALID",
        "values: [a]",
        "contains `\"x\"` in 1 row, ",
    ),
    (
        "postgres",
        "CREATE TABLE t (id BIGINT NOT NULL, c TEXT, CHECK (c IN ('a')) NO INHERIT); \
         CREATE TABLE child () INHERITS (t); INSERT INTO child VALUES (1, 'x')",
        "values: [a]",
        "contains `\"x\"` in 1 row, ",
    ),
    (
        "postgres",
        "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
         CREATE TABLE t (id BIGINT NOT NULL, c TEXT COLLATE folded CHECK (c IN ('a'))); INSERT INTO t VALUES (1, 'A')",
        "values: [a]",
        "contains `\"A\"` in 1 row, ",
    ),
    (
        "postgres",
        "CREATE TABLE t (id BIGINT NOT NULL, c TEXT CHECK (c IN ('a', 'b'))) PARTITION BY RANGE (id); \
         CREATE TABLE part PARTITION OF t FOR VALUES FROM (0) TO (9)",
        "values: [a]",
        "allows `\"b\"`",
    ),
    (
        "postgres",
        "CREATE DOMAIN plan AS TEXT CHECK (VALUE IN ('a', 'b')); CREATE TABLE t (id BIGINT NOT NULL, c plan)",
        "values: [a]",
        "allows `\"b\"`",
    ),
    (
        "postgres",
        "CREATE TABLE t (id BIGINT NOT NULL, c CHAR(3) CHECK (c IN ('a', 'b')))",
        "values: [a], storage: char",
        "allows `\"b\"`",
    ),
    (
        "postgres",
        "CREATE TABLE t (id BIGINT NOT NULL, c CHAR(3)); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
        "values: [a], storage: char",
        "contains `\"b\"` in 1 row, ",
    ),
    (
        "duckdb",
        "CREATE TABLE t (id BIGINT NOT NULL, c VARCHAR COLLATE NOCASE CHECK (c IN ('a'))); INSERT INTO t VALUES (1, 'A')",
        "values: [a]",
        "contains `\"A\"` in 1 row, ",
    ),
    (
        "duckdb",
        "CREATE TABLE base (id BIGINT NOT NULL, c VARCHAR CHECK (c IN ('a', 'b'))); CREATE VIEW t AS FROM base; \
         INSERT INTO base VALUES (1, 'b')",
        "values: [a]",
        "contains `\"b\"` in 1 row, ",
    ),
];

#[test]
fn only_enforced_constraints_prove_something() {
    for &(engine, statements, declared, words) in ENFORCED {
        let catalog = format!(
            "entities:\n  e:\n    table: t\n    key: id\n    fields:\n      id: {{ type: integer, nullable: false }}\n      c: {{ type: string, {declared} }}\n"
        );
        let project = project(&catalog, "segment s on e { where length(c) > 0 }\n");
        let mine = |target: &str| target == engine;
        databases(
            &|target| statements.split("; ").filter(|_| mine(target)).map(str::to_owned).collect(),
            &mut |target, database| {
                if !mine(target) {
                    return;
                }
                let said = found(project.path(), target, database);
                assert!(
                    matches!(said.as_slice(), [(code, 7, said)] if code == "SEG746" && said.contains(words)),
                    "{statements}: {said:#?}"
                );
            },
        );
    }
}

/// `check --probe` reads whole tables; a run reads the first rows only, and says so.
#[test]
fn probing_reads_every_row_and_a_run_the_first_ones() {
    let catalog = "entities:\n  e:\n    table: t\n    key: id\n    fields:\n      id: { type: integer, nullable: false }\n      c: { type: string, values: [a] }\n      d: { type: string, nullable: false }\n";
    let project = project(catalog, "segment s on e { where c = \"a\" and d = \"x\" }\n");
    databases(
        &|target| {
            let series = if target == "duckdb" { "range(1, 120001)" } else { "generate_series(1, 120000)" };
            vec![
                "CREATE TABLE t (id BIGINT NOT NULL, c VARCHAR, d VARCHAR)".to_owned(),
                format!(
                    "INSERT INTO t SELECT n, CASE WHEN n = 120000 THEN 'b' ELSE 'a' END, \
                     CASE WHEN n <= 5 OR n > 119999 THEN NULL ELSE 'x' END FROM {series} AS s(n)"
                ),
            ]
        },
        &mut |target, database| {
            let said = found(project.path(), target, database);
            let words: Vec<&str> = said.iter().map(|(.., words)| words.as_str()).collect();
            assert!(
                matches!(words[..], [one, other] if one.contains("contains `\"b\"` in 1 row, ")
                    && other.contains("missing in 6 rows;")),
                "{target}: {said:#?}"
            );
            let (code, _, err) = segc(project.path(), &["run", "--db", database, "--target", target]);
            assert_eq!(code, 1, "{target}: {err}");
            assert!(err.contains("is missing in 5 of the first 100000 rows"), "{target}: {err}");
            assert!(!err.contains("SEG746"), "{target}: {err}");
            assert!(
                err.contains("with the first 100000 rows of t; `segc check --probe` reads all"),
                "{target}: {err}"
            );
        },
    );
}
