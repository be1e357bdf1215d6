//! The messages of `segc run` and related commands about wrong data, files and times.

use std::path::Path;

use crate::support::project::untimed;
use assert_cmd::Command;
use segc::engine::{DuckDb, Engine as _};

/// Exit code, stdout, stderr.
fn segc(project: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("segc").expect("the program is built");
    command.arg("-C").arg(project).args(arguments).current_dir(project);
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text is UTF-8");
    (output.status.code().expect("it ends by itself"), text(output.stdout), text(output.stderr))
}

/// A project of these files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    folder
}

const CONFIG: &str = "name: shop\nschema: segments\ntimezone: America/New_York\ntargets: { duckdb: {} }\n";

const CATALOG: &str = "entities:
  customer:
    table: customers
    key: id
    fields:
      id: { type: integer, nullable: false }
      name: { type: string, description: \"the \\u001b[31mname\\u202e\" }
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: id
    time: at
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      item: string
      at: timestamp
";

const SEGMENTS: &str = "
segment recent on customer { owner: \"a\\u{1b}[31m\\u{202e}b\" where exists(orders during last 30 days) }
segment last_item on customer { where last(orders.item) = \"x\" }
segment named on customer { where name != \"\\u{1b}]0;title\\u{7}\" }
";

const CUSTOMERS: &str = "id,name\n1,Ann\n2,\u{1b}[2JBob\u{202e}\n";
const ORDERS: &str = "id,customer_id,item,at\n1,1,x,2026-03-01T00:00:00Z\n2,1,y,2026-03-02T12:00:00Z\n";

fn shop(customers: &str, orders: &str) -> tempfile::TempDir {
    project(&[
        ("segc.yml", CONFIG),
        ("catalog/all.yml", CATALOG),
        ("segments/all.seg", SEGMENTS),
        ("data/customers.csv", customers),
        ("data/orders.csv", orders),
    ])
}

#[test]
fn duplicate_keys_are_counted_and_reported_once_for_all_segments() {
    let doubled = "id,name\n1,Ann\n2,Bob\n2,Bo\n2,B\n7,Cy\n7,Cyril\n";
    let project = shop(doubled, ORDERS);
    let (code, _, err) = segc(project.path(), &["run", "--as-of", "2026-03-03"]);
    assert_eq!(code, 3);
    assert_eq!(err.matches("SEG709").count(), 1, "{err}");
    let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("several rows of `customer` have the same id: 2 and another one;"), "{flat}");
    assert!(flat.contains("`last_item`") && flat.contains("`named`") && flat.contains("`recent`"), "{flat}");
    assert!(flat.contains("catalog/all.yml:2:3"), "{flat}");

    // Personal data is counted, not shown.
    let catalog = CATALOG.replace(
        "id: { type: integer, nullable: false }\n      name",
        "id: { type: integer, nullable: false, pii: true }\n      name",
    );
    std::fs::write(project.path().join("catalog/all.yml"), catalog).expect("it can be written");
    let (_, _, err) = segc(project.path(), &["run", "--as-of", "2026-03-03"]);
    assert!(err.contains("have the same id: 2 keys;"), "{err}");
}

#[test]
fn verify_reports_rows_with_the_same_time_and_key() {
    let tied = "id,customer_id,item,at\n1,1,x,2026-03-01T00:00:00Z\n1,1,y,2026-03-01T00:00:00Z\n2,1,y,2026-02-01T00:00:00Z\n";
    let project = shop(CUSTOMERS, tied);
    let run = ["run", "--as-of", "2026-03-03"];
    assert_eq!(segc(project.path(), &run).0, 0, "scripts don't look for them");
    let (code, _, err) = segc(project.path(), &[&run[..], &["--verify"]].concat());
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("SEG749") && err.contains("catalog/all.yml:10:3"), "{err}");
    let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("have the same id, at: id 1;"), "{flat}");

    // What is counted has no order, and rows of two times have one.
    let (code, _, err) = segc(project.path(), &[&run[..], &["recent", "--verify"]].concat());
    assert_eq!(code, 0, "{err}");
    let project = shop(CUSTOMERS, &tied.replace("1,1,y,2026-03-01T00:00:00Z", "1,1,y,2026-03-01T00:00:01Z"));
    let (code, _, err) = segc(project.path(), &[&run[..], &["--verify"]].concat());
    assert_eq!(code, 0, "{err}");
}

#[test]
fn data_that_ends_long_before_as_of_causes_a_warning() {
    let project = shop(CUSTOMERS, ORDERS);
    let (code, _, err) = segc(project.path(), &["run", "--as-of", "2026-06-30T00:00:00Z"]);
    assert_eq!(code, 0, "{err}");
    let flat = err.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("SEG738")
            && flat.contains("the newest row of `order` is from 2026-03-02, 119 days before as_of"),
        "{flat}"
    );
    assert!(flat.contains("run with `--as-of 2026-03-03`"), "{flat}");
    // Nothing of it where the rows are as young, or where no condition depends on as_of.
    assert_eq!(segc(project.path(), &["run", "--as-of", "2026-03-20"]).2, "");
    assert_eq!(segc(project.path(), &["run", "named", "--as-of", "2026-06-30"]).2, "");
}

#[test]
fn refreshes_without_a_base_run_are_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("shop.duckdb");
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop");
    let run = |more: &[&str]| {
        let file = database.display().to_string();
        let first = ["run", "high_value", "--db", &file, "--as-of", "2026-03-31T12:00:00Z"];
        let (code, _, err) = segc(&shop, &[&first[..], more].concat());
        assert_eq!(code, 0, "{err}");
        err.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(run(&["--load"]), "");
    assert_eq!(run(&["--refresh"]), "");
    let said = run(&["--refresh", "--param", "min_spend=900"]);
    let reason = "`high_value` is evaluated in full: the last run used another definition";
    assert!(said.contains("SEG739") && said.contains(reason), "{said}");
    assert_eq!(run(&["--refresh", "--param", "min_spend=900"]), "", "the run before is one to build on");

    // As if another version had recorded the runs under other names.
    let mut engine = DuckDb::open(Some(&database)).expect("the database is there");
    engine.execute("ALTER TABLE segments.segc_state RENAME TO segc_runs").expect("it holds the runs");
    drop(engine);
    let said = run(&["--refresh"]);
    assert!(said.contains("SEG739") && said.contains("no run is recorded"), "{said}");
    assert_eq!(run(&["--refresh"]), "");
}

#[test]
fn dates_mean_their_midnight_in_every_command() {
    let project = shop(CUSTOMERS, ORDERS);
    for command in
        [&["compile", "recent"][..], &["why", "recent", "1"], &["attrition", "recent"], &["run", "recent"]]
    {
        let ask = |as_of: &str| {
            let (code, out, err) = segc(project.path(), &[command, &["--as-of", as_of]].concat());
            assert_eq!(code, 0, "{command:?}: {err}");
            untimed(&out)
        };
        assert_eq!(ask("2026-03-03"), ask("2026-03-03T05:00:00Z"), "{command:?}");
    }
}

#[test]
fn mistyped_addresses_are_neither_created_nor_shown() {
    let project = shop(CUSTOMERS, ORDERS);
    let before = std::fs::read_dir(project.path()).expect("a folder").count();
    for command in [&["run"][..], &["run", "--refresh"], &["why", "recent", "1"], &["attrition", "recent"]] {
        let (code, _, err) = segc(project.path(), &[command, &["--db", "shpo.db"]].concat());
        assert!(code == 3 && err.contains("SEG723") && err.contains("--load"), "{command:?} {code}: {err}");
        for address in ["postgres:/u:s3cret@h", "u:s3cret@h", "password=s3cret port=5432", "service=s3cret"] {
            let (code, out, err) = segc(project.path(), &[command, &["--db", address]].concat());
            assert_eq!(code, 3, "{command:?} {address}: {err}");
            assert!(!format!("{out}{err}").contains("s3cret"), "{address}: {err}");
            assert!(err.contains("SEG724") || err.contains("SEG720"), "{address}: {err}");
        }
    }
    assert_eq!(std::fs::read_dir(project.path()).expect("a folder").count(), before);
    assert_eq!(segc(project.path(), &["check", "--probe", "shpo.db"]).0, 3);
    // One that is loaded is made, whatever its name looks like.
    let (code, _, err) =
        segc(project.path(), &["run", "--db", "sqlite:shop.db", "--load", "--as-of", "2026-03-03"]);
    assert_eq!(code, 0, "{err}");
    assert!(project.path().join("sqlite:shop.db").is_file());
}

#[test]
fn passwords_in_the_project_cause_a_warning() {
    let config = "name: shop\ntargets:\n  duckdb: {}\n  live: { dialect: postgres, url: \"postgres://ann:s3cret@db/shop\" }\n  other: { dialect: postgres, url: \"postgres://ann@db/shop\" }\n";
    let project =
        project(&[("segc.yml", config), ("catalog/all.yml", CATALOG), ("segments/all.seg", SEGMENTS)]);
    let (code, _, err) = segc(project.path(), &["ls"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("SEG726") && err.contains("`live`") && err.contains("url_env: NAME"), "{err}");
    assert_eq!(err.matches("SEG726").count(), 1, "{err}");
}

#[test]
fn why_and_attrition_report_missing_sample_files() {
    let project = shop(CUSTOMERS, ORDERS);
    std::fs::remove_file(project.path().join("data/orders.csv")).expect("it was there");
    for command in [&["why", "recent", "1"][..], &["attrition", "recent"]] {
        let (code, _, err) = segc(project.path(), command);
        assert_eq!(code, 2, "{command:?}: {err}");
        assert!(
            err.contains("SEG823") && err.contains("data/orders.csv") && !err.contains("SELECT"),
            "{err}"
        );
    }
    assert_eq!(segc(project.path(), &["why", "named", "1"]).0, 0, "what doesn't read it is answered");
}

#[test]
fn why_and_attrition_compare_the_catalog_first() {
    let project = shop(CUSTOMERS, ORDERS);
    let file = project.path().join("live.db");
    let mut engine = DuckDb::open(Some(&file)).expect("it opens");
    for statement in [
        "CREATE TABLE customers (id BIGINT NOT NULL, name VARCHAR)",
        "CREATE TABLE orders (id BIGINT NOT NULL, customer_id BIGINT, item VARCHAR, \"at\" TIMESTAMP)",
    ] {
        engine.execute(statement).expect("it is executed");
    }
    drop(engine);
    for command in [&["why", "recent", "1"][..], &["attrition", "recent"], &["run"]] {
        let (code, out, err) = segc(project.path(), &[command, &["--db", "live.db"]].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{command:?}: {err}");
        assert!(err.contains("SEG743") && err.contains("zone: UTC"), "{command:?}: {err}");
    }
}

#[test]
fn overflows_of_32_bits_suggest_a_declaration() {
    let segments = "segment big on customer { where n * n > 0 }\n";
    let catalog =
        "entities:\n  customer: { table: customers, key: id, fields: { id: integer, n: integer } }\n";
    let project =
        project(&[("segc.yml", CONFIG), ("catalog/all.yml", catalog), ("segments/all.seg", segments)]);
    let file = project.path().join("live.db");
    let mut engine = DuckDb::open(Some(&file)).expect("it opens");
    engine.execute("CREATE TABLE customers (id BIGINT, n INTEGER)").expect("a table");
    engine.execute("INSERT INTO customers VALUES (1, 2000000000)").expect("a row");
    drop(engine);
    let (code, _, err) = segc(project.path(), &["run", "--db", "live.db"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("SEG744") && err.matches("`storage: int32`").count() == 2, "{err}");
}

/// Nothing that others wrote commands the terminal, or hides.
#[test]
fn control_characters_from_data_are_escaped() {
    let project = shop(CUSTOMERS, ORDERS);
    let file = project.path().join("tests/all.yml");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
    let failing = "tests:\n  - name: \"a \\e[31mname\"\n    as_of: 2026-03-03T00:00:00Z\n    given: { customer: [{ id: 1, name: \"\\e[2Jx\" }] }\n    expect: { recent: [1] }\n";
    std::fs::write(file, failing).expect("it can be written");
    let as_of = ["--as-of", "2026-03-03"];
    for command in [
        &["ls"][..],
        &["catalog"],
        &["catalog", "customer"],
        &["test"],
        &["plan", "named"],
        &[&["why", "named", "2"], &as_of[..]].concat(),
        &[&["attrition", "named"], &as_of[..]].concat(),
        &[&["run"], &as_of[..]].concat(),
    ] {
        let (_, out, err) = segc(project.path(), &[command, &["--color", "never"]].concat());
        let all = format!("{out}{err}");
        let hidden: Vec<char> =
            all.chars().filter(|&c| c != '\n' && segc::diagnostic::is_unseen(c)).collect();
        assert!(hidden.is_empty(), "{command:?}: {hidden:?}\n{all}");
        if *command == ["ls"] {
            assert!(out.contains("a\\u{1b}[31m\\u{202e}b"), "{out}");
        }
    }
}

#[test]
fn windows_work_in_the_first_and_last_years() {
    let segments = "segment old on customer { where exists(orders during last 3000 years) }\n\
                    segment soon on customer { where exists(orders during next 30 days) }\n\
                    segment days on customer { where exists(orders where days_since(at) > 2) }\n";
    let project = shop(CUSTOMERS, ORDERS);
    std::fs::write(project.path().join("segments/all.seg"), segments).expect("it can be written");
    let members = |as_of: &str| -> Vec<String> {
        let (code, out, err) = segc(project.path(), &["run", "--as-of", as_of]);
        assert_eq!(code, 0, "{as_of}: {err}");
        let second = |line: &str| line.split_whitespace().nth(1).unwrap_or_default().to_owned();
        out.lines().skip(1).map(second).collect()
    };
    // days, old, soon
    assert_eq!(members("2026-03-03"), ["1", "1", "0"]);
    assert_eq!(members("2026-02-15"), ["0", "0", "1"]);
    assert_eq!(members("0001-01-02"), ["0", "0", "0"]);
    assert_eq!(members("9999-12-30"), ["1", "0", "0"]);
    assert_eq!(members("4026-03-03"), ["1", "1", "0"]);
    for wrong in
        ["0001-01-01", "0000-12-31T00:00:00Z", "-000001-01-01T00:00:00Z", "10000-01-01", "9999-12-31"]
    {
        let (code, _, err) = segc(project.path(), &["run", &format!("--as-of={wrong}")]);
        assert!(code == 2 && err.contains("SEG812"), "{wrong}: {err}");
    }
    let sql = segc(project.path(), &["compile", "old", "--as-of", "0001-06-01T00:00:00Z"]).1;
    assert!(sql.contains("TIMESTAMPTZ '0001-01-01 00:00:00+00'"), "{sql}");
}

#[test]
fn impossible_names_are_errors_with_their_place() {
    for (field, code) in [
        ("{ type: string, column: \"a\\0b\" }", "SEG727"),
        ("{ type: string, column: doc, path: [\"a\\0b\"] }", "SEG727"),
        ("{ type: string, column: doc, path: [a, \"b\\0\"], from: json_text }", "SEG727"),
        ("{ type: string, column: doc, path: [\"\\0\"], from: struct }", "SEG727"),
        ("{ type: string, column: doc, path: [\"\"], from: struct }", "SEG728"),
        ("{ type: string, column: doc, path: [a, \"\"], from: struct }", "SEG728"),
    ] {
        let catalog = format!(
            "entities:\n  u:\n    table: us\n    key: id\n    fields:\n      id: integer\n      e: {field}\n"
        );
        let project = project(&[
            ("segc.yml", CONFIG),
            ("catalog/all.yml", &catalog),
            ("segments/all.seg", "segment s on u { where e = \"a\" }\n"),
        ]);
        let (exit, _, err) = segc(project.path(), &["check"]);
        assert_eq!(exit, 1, "{field}: {err}");
        assert!(
            err.contains(code) && err.contains("catalog/all.yml:7:") && err.contains("1 error\n"),
            "{field}: {err}"
        );
    }
}
