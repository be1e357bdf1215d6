//! The dbt package of the example shop, built by dbt itself: the members are those of `segc run`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use segc::engine::{DuckDb, Engine};
use tempfile::TempDir;

use crate::support::python;

const FIRST: &str = "2026-03-31T12:00:00Z";
const SECOND: &str = "2026-04-05T12:00:00Z";

/// What happens between the two runs, as the catalog says that rows change.
const CHANGES: &str = "
UPDATE orders SET status = 'refunded', updated_at = '2026-04-01 10:00:00+00' WHERE order_id % 7 = 0;
INSERT INTO orders BY NAME
  SELECT order_id + 100000 AS order_id, customer_id, 'paid' AS status, total * 3 AS total,
    TIMESTAMPTZ '2026-04-02 09:00:00+00' AS ordered_at, TIMESTAMPTZ '2026-04-02 09:00:00+00' AS updated_at
  FROM orders WHERE order_id % 3 = 0;
INSERT INTO events BY NAME
  SELECT event_id || '-again' AS event_id, customer_id, name, TIMESTAMPTZ '2026-04-03 08:00:00+00' AS \"at\"
  FROM events WHERE customer_id % 2 = 0;
UPDATE customers SET unsubscribed = NOT coalesce(unsubscribed, FALSE), updated_at = '2026-04-04 10:00:00+00'
  WHERE customer_id % 11 = 0;
DELETE FROM complaints WHERE complaint_id % 3 = 0;
UPDATE products SET price = price + 1 WHERE sku = 'green-tea';
";

/// Keys that dbt could take for something else.
const WARES: &[&str] = &[
    "green-tea",
    "007",
    "1e3",
    "true",
    "2026-01-01",
    "N/A",
    "None",
    "a,b",
    "it's",
    "\"quoted\"",
    " leading",
    "trailing ",
    "two\nlines",
    "back\\slash",
    "{{ x }}",
    "é",
    "-",
    "1.0",
    "+1",
];

/// A dbt project that uses the package of a segc project, and their database.
struct Shop {
    dbt: PathBuf,
    folder: TempDir,
}

impl Shop {
    /// The example shop, in whose catalog customers are a model of the dbt project and orders a source.
    fn new(dbt: PathBuf) -> Self {
        let shop = Self { dbt, folder: tempfile::tempdir().expect("a temporary folder") };
        copy(Path::new("examples/shop"), &shop.path("shop"));
        let catalog = shop.path("shop/catalog/customers.yml");
        let text = fs::read_to_string(&catalog).expect("the catalog");
        let text = text.replacen(
            "    table: customers\n",
            "    table: customers\n    dbt: model.dim_customers\n",
            1,
        );
        assert!(text.contains("dim_customers"));
        fs::write(&catalog, text).expect("it can be written");
        let catalog = shop.path("shop/catalog/sales.yml");
        let text = fs::read_to_string(&catalog).expect("the catalog");
        let text =
            text.replacen("    table: orders\n", "    table: orders\n    dbt: source.web.raw.orders\n", 1);
        assert!(text.contains("source.web.raw"));
        fs::write(&catalog, text).expect("it can be written");
        for (path, text) in [
            (
                "segments/lists.seg",
                "segment chosen on customer from list \"lists/chosen.csv\" {}\n\
                 segment others on customer { where not in segment chosen and country = \"US\" }\n\
                 segment wares on product from list \"lists/wares.csv\" {}\n",
            ),
            (
                "segments/columns.seg",
                "segment spenders on customer {\n  where exists(orders)\n  with spent = sum(orders.total), country, \
                 unsubscribed, birthday, last_order = last(orders.ordered_at), average = avg(orders.total)\n}\n",
            ),
            (
                "tests/columns.yml",
                "as_of: 2026-03-31T12:00:00Z\ndefaults:\n  customer: { signed_up_at: 2026-01-01T00:00:00Z, updated_at: \
                 2026-01-01T00:00:00Z }\n  order: { status: paid, updated_at: 2026-03-02T00:00:00Z }\ntests:\n  - name: \
                 columns of spenders\n    given:\n      customer:\n        - { customer_id: 1, country: US, \
                 birthday: 1990-02-28 }\n        - { customer_id: 2, unsubscribed: true }\n        - { customer_id: 3 }\n      \
                 order:\n        - { order_id: 1, customer_id: 1, total: 70.50, ordered_at: 2026-03-01T00:00:00Z }\n        \
                 - { order_id: 2, customer_id: 2, total: 20.00, ordered_at: 2026-03-02T00:00:00.5Z }\n    expect:\n      \
                 spenders:\n        - { customer_id: 1, spent: 70.50, country: US, birthday: 1990-02-28, average: 70.5 }\n        \
                 - { customer_id: 2, spent: 20, country: ~, unsubscribed: true, last_order: 2026-03-02T00:00:00.5Z }\n",
            ),
            ("lists/chosen.csv", "customer_id\n1\n2\n3\n10\n11\n999999\n"),
            (
                "tests/lists.yml",
                "as_of: 2026-03-31T12:00:00Z\ndefaults:\n  customer: { signed_up_at: 2026-01-01T00:00:00Z, updated_at: \
                 2026-01-01T00:00:00Z, country: US }\ntests:\n  - name: listed customers\n    given:\n      customer:\n        \
                 - { customer_id: 1 }\n        - { customer_id: 4 }\n    expect:\n      chosen: [1]\n      others: [4]\n",
            ),
        ] {
            let path = shop.path("shop").join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
            fs::write(path, text).expect("it can be written");
        }
        let wares = WARES.iter().map(|sku| format!("\"{}\"\n", sku.replace('"', "\"\"")));
        fs::write(shop.path("shop/lists/wares.csv"), format!("sku\n{}", wares.collect::<String>()))
            .expect("it can be written");
        for (path, text) in [
            ("dbt_project.yml", "name: web\nversion: '1.0'\nconfig-version: 2\nprofile: web\n"),
            ("packages.yml", "packages:\n  - local: ../package/duckdb.dbt\n"),
            (
                "profiles.yml",
                "web: { target: dev, outputs: { dev: { type: duckdb, path: ../shop.db, threads: 2 } } }\n",
            ),
            ("models/dim_customers.sql", "{{ config(materialized='view') }} SELECT * FROM main.customers\n"),
            (
                "models/sources.yml",
                "version: 2\nsources: [{ name: raw, schema: main, tables: [{ name: orders }] }]\n",
            ),
        ] {
            let path = shop.path("web").join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
            fs::write(path, text).expect("it can be written");
        }
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs segc, and returns what it says.
    fn segc(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
        command.arg("-C").arg(self.path("shop")).args(arguments);
        let output = command.output().expect("it runs");
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        said
    }

    fn run(&self, arguments: &[&str]) {
        let database = self.path("shop.db").display().to_string();
        self.segc(&[&["run", "--target", "duckdb", "--db", &database], arguments].concat());
    }

    fn package(&self) {
        let package = self.path("package").display().to_string();
        self.segc(&["compile", "--target", "duckdb", "--format", "dbt", "--out", &package]);
    }

    /// Whether dbt succeeds, and what it says.
    fn dbt(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(&self.dbt);
        command.current_dir(self.path("web")).args(["--no-use-colors", "--no-send-anonymous-usage-stats"]);
        command.args(arguments).args(["--profiles-dir", "."]);
        let output = command.output().expect("dbt runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn build(&self, as_of: &str) {
        let (success, said) = self.dbt(&["build", "--vars", &format!("as_of: {as_of}")]);
        assert!(success && said.contains("15 unit tests"), "{said}");
        let (success, said) =
            self.dbt(&["ls", "--select", "+exposure:win_back_mail,resource_type:model", "--output", "name"]);
        assert!(success && said.contains("\nlapsed\n") && !said.contains("\nrising\n"), "{said}");
    }

    fn engine(&self) -> DuckDb {
        DuckDb::open(Some(&self.path("shop.db"))).expect("the database opens")
    }

    /// The rows in which a segment's tables of segc and dbt differ, and their number in segc's.
    fn compare(&self, table: &str, columns: &str) -> (String, String) {
        let sql = format!(
            "SELECT count(*) FROM (
               (SELECT {columns} FROM segments.{table} EXCEPT ALL SELECT {columns} FROM main.{table})
               UNION ALL
               (SELECT {columns} FROM main.{table} EXCEPT ALL SELECT {columns} FROM segments.{table}))"
        );
        let count = |sql: &str| format!("{:?}", self.engine().query(sql).expect("it runs").rows[0][0]);
        (count(&sql), count(&format!("SELECT count(*) FROM segments.{table}")))
    }

    /// Compares every table: members, and since when they are. Views follow the engine's clock in dbt, and
    /// a run's as_of where it has one.
    fn agree(&self) {
        let sql = "SELECT t.table_name, string_agg(c.column_name, ', ' ORDER BY c.ordinal_position)
          FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
          WHERE t.table_schema = 'segments' AND t.table_name NOT LIKE 'segc%'
          GROUP BY 1 HAVING bool_or(c.column_name = 'entered_at') ORDER BY 1";
        let tables = self.engine().query(sql).expect("it runs").rows;
        assert_eq!(tables.len(), 41, "{tables:?}");
        let mut members = 0;
        for row in tables {
            let [segc::engine::Cell::Text(table), segc::engine::Cell::Text(columns)] = row.as_slice() else {
                panic!("names are text: {row:?}")
            };
            let (differing, rows) = self.compare(&table.to_string(), &columns.to_string());
            assert_eq!(differing, "Int(0)", "{table} ({columns})");
            members += usize::from(rows != "Int(0)");
        }
        assert!(members > 30, "only {members} segments have members");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            if entry.file_name() != "target" {
                copy(&from, &to);
            }
        } else {
            fs::copy(from, to).expect("it can be copied");
        }
    }
}

#[test]
fn dbt_builds_the_members_of_a_run() {
    let Some(dbt) = python::dbt() else { return };
    let shop = Shop::new(dbt);
    shop.run(&["--load", "--as-of", FIRST]);
    for sku in WARES {
        let sku = sku.replace('\'', "''");
        shop.engine()
            .execute_all(&format!("INSERT INTO products (sku, name, price) VALUES ('{sku}', 'x', 1)"));
    }
    shop.run(&["--as-of", FIRST]);
    shop.package();
    let (success, said) = shop.dbt(&["deps"]);
    assert!(success, "{said}");
    shop.build(FIRST);
    shop.agree();
    assert_eq!(shop.compare("wares", "sku").1, format!("Int({})", WARES.len()));

    shop.engine().execute_all(CHANGES);
    shop.run(&["--as-of", SECOND]);
    shop.build(SECOND);
    shop.agree();

    // Members never leave an incremental model, so it can't follow another definition.
    let segments = shop.path("shop/segments/behaviour.seg");
    let text = fs::read_to_string(&segments).expect("segments");
    let changed = text.replace("during since 2026-01-01) >= 4", "during since 2026-01-01) >= 5");
    assert_ne!(changed, text);
    fs::write(&segments, changed).expect("it can be written");
    shop.package();
    let arguments = ["build", "--select", "keen_lookers", "--vars", &format!("as_of: {SECOND}")];
    let (success, said) = shop.dbt(&arguments);
    assert!(!success && said.contains("found by another definition of the segment"), "{said}");
    let (success, said) = shop.dbt(&[&arguments[..], &["--full-refresh"]].concat());
    assert!(success, "{said}");
    shop.run(&["--as-of", SECOND, "keen_lookers"]);
    assert_eq!(shop.compare("keen_lookers", "customer_id, entered_at").0, "Int(0)");

    // The unit tests of the package are segc's, with the same rows.
    let tests = shop.path("package/duckdb.dbt/models/_unit_tests.yml");
    let text = fs::read_to_string(&tests).expect("unit tests");
    assert!(text.contains("# Left out: average in columns of spenders of spenders (tests/columns.yml:6): "));
    for (model, right, wrong) in [
        ("rising", "customer_id: ", "customer_id: 9"),
        ("spenders", "spent: \"20\"", "spent: \"20.01\""),
        ("spenders", "country: null", "country: GB"),
        ("spenders", "unsubscribed: null", "unsubscribed: false"),
        ("spenders", "last_order: \"2026-03-01T00:00:00Z\"", "last_order: \"2026-03-01T00:00:01Z\""),
    ] {
        let start = text
            .find(&format!("model: {model}\n"))
            .and_then(|at| Some(at + text[at..].find("expect:")?))
            .expect("a test");
        assert!(text[start..].contains(right), "{right}: {text}");
        let wrong = text[start..].replacen(right, wrong, 1);
        fs::write(&tests, format!("{}{wrong}", &text[..start])).expect("it can be written");
        let (success, said) = shop.dbt(&["test", "--select", &format!("{model},test_type:unit")]);
        assert!(!success && said.contains(&format!("FAIL 1 {model}::")), "{wrong}: {said}");
    }
    fs::write(&tests, text).expect("it can be written");

    // A customer who is there twice stops what depends on customers.
    shop.engine().execute_all("INSERT INTO customers SELECT * FROM customers WHERE customer_id = 1");
    let (success, said) = shop.dbt(&["build", "--vars", &format!("as_of: {SECOND}")]);
    assert!(!success, "{said}");
    assert!(said.contains("FAIL 1 customer_customer_id_is_unique"), "{said}");
    assert!(said.contains("SKIP relation main.high_value"), "{said}");
}

trait ExecuteAll {
    fn execute_all(self, script: &str);
}

impl ExecuteAll for DuckDb {
    fn execute_all(mut self, script: &str) {
        for statement in script.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            self.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
    }
}

/// The exit code, and the codes of the problems.
fn refusal(folder: &Path, arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    command.arg("-C").arg(folder).args(arguments).args(["--message-format", "json"]);
    let output = command.output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("text is UTF-8");
    let code = |line: &str| {
        serde_json::from_str::<serde_json::Value>(line).expect("an object a line")["code"]
            .as_str()
            .expect("a code")
            .to_owned()
    };
    (output.status.code(), said.lines().map(code).collect())
}

#[test]
fn what_dbt_cannot_do_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("segc"));
    assert!(command.current_dir(folder.path()).arg("init").output().expect("it runs").status.success());
    let segment = "segment held on customer { expire: 14 days history: true where country = \"US\" }\n";
    fs::write(folder.path().join("segments/held.seg"), segment).expect("it can be written");
    let words = "entities: { word: { table: words, key: sku, fields: { sku: { type: string, nullable: false } } } }\n";
    fs::write(folder.path().join("catalog/words.yml"), words).expect("it can be written");
    let list = "segment listed on word from list \"lists/a.csv\" {}\n";
    fs::write(folder.path().join("segments/listed.seg"), list).expect("it can be written");
    fs::create_dir(folder.path().join("lists")).expect("a folder");
    fs::write(folder.path().join("lists/a.csv"), "sku\na\nNULL\n").expect("it can be written");
    let compile = ["compile", "--target", "duckdb", "--format", "dbt"];
    let said = refusal(folder.path(), &compile);
    assert_eq!(said, (Some(1), vec!["SEG540".to_owned(); 3]));
    for option in [["--as-of", FIRST].as_slice(), &["--parity"], &["--script", "create"]] {
        let said = refusal(folder.path(), &[&compile[..], option].concat());
        assert_eq!(said, (Some(2), vec!["SEG876".to_owned()]), "{option:?}");
    }
    assert!(!folder.path().join("target/duckdb.dbt").exists());
    let said = refusal(folder.path(), &[&compile[..], &["--select", "high_value"]].concat());
    assert_eq!(said, (Some(0), Vec::new()));
    assert!(folder.path().join("target/duckdb.dbt/models/high_value.sql").exists());
}
