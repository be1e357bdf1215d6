//! Documents: exports of INFORMATION_SCHEMA, dbt's manifests.

use std::fs;

use super::{Workspace, given};

#[test]
fn exports_of_information_schema_become_catalogs() {
    for name in ["snowflake.csv", "bigquery.json", "databricks.csv"] {
        let work = Workspace::new("bigquery: {}, spark: {}");
        work.write("segments/none.seg", "");
        let file = given(&format!("information_schema/{name}"));
        let printed = work.import(&["--information-schema", &file, "--zone", "UTC"]).fine();
        insta::assert_snapshot!(
            format!("information_schema_{name}"),
            format!("{}\n\n{}", work.imported(), printed.err)
        );
        let checked = work.segc(&["check"]);
        let is_asked = |line: &&str| line.starts_with("SEG") && *line != "SEG024";
        assert_eq!(
            checked.err.lines().filter(is_asked).collect::<Vec<_>>(),
            Vec::<&str>::new(),
            "{}",
            checked.err
        );
        assert!(checked.err.contains("needs `key`"), "{}", checked.err);
        let before = work.imported();
        work.import(&["--information-schema", &file]).fine();
        assert_eq!(work.imported(), before);
    }
}

#[test]
fn broken_exports_are_reported_with_their_line() {
    let work = Workspace::new("duckdb: {}");
    for (name, text, code, said) in [
        ("a.csv", "table_name,column_name,data_type\nt,\"a,TEXT\n", "SEG952", "a.csv:2:1"),
        ("a.json", "[\n  {\"table_name\": \"t\",\n   \"column_name\": }\n]", "SEG952", "a.json:3"),
        ("b.csv", "name,type\na,b\n", "SEG953", "table_name, column_name and data_type"),
        ("c.csv", "table_name,column_name,data_type\nt,a,TEXT\n", "SEG958", "--from"),
        ("d.csv", "", "SEG953", "isn't an export"),
        ("missing.csv", "-", "SEG952", "missing.csv"),
    ] {
        if text != "-" {
            work.write(name, text);
        }
        let printed = work.import(&["--information-schema", name]);
        assert_eq!(printed.code, 1, "{name}: {}", printed.err);
        assert!(printed.err.contains(code) && printed.err.contains(said), "{name}: {}", printed.err);
        assert!(!work.path("catalog").exists(), "nothing is written");
    }
}

fn dbt(work: &Workspace, name: &str) {
    fs::create_dir_all(work.path("target")).expect("it can be made");
    for kind in ["manifest", "catalog"] {
        let trimmed = given(&format!("dbt/{name}.{kind}.trimmed.json"));
        let own = given(&format!("dbt/{name}.{kind}.json"));
        let from = if fs::exists(&own).is_ok_and(|there| there) { own } else { trimmed };
        fs::copy(from, work.path(&format!("target/{kind}.json"))).expect("it can be copied");
    }
}

#[test]
fn a_dbt_project_becomes_a_catalog() {
    let work = Workspace::new("duckdb: {}");
    dbt(&work, "shop");
    let printed = work.import(&["--dbt", "target", "--select", "*", "--select", "source:raw"]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    // The tables that dbt would have made.
    let file = work.duckdb(
        "shop.db",
        &[
            "CREATE SCHEMA raw",
            "CREATE TABLE customers (customer_id BIGINT, email VARCHAR, plan VARCHAR, created_at TIMESTAMPTZ)",
            "CREATE TABLE orders (order_id BIGINT NOT NULL, customer_id BIGINT, store_id BIGINT, total DECIMAL(10,2), ordered_at TIMESTAMPTZ)",
            "CREATE VIEW stores AS SELECT 1::BIGINT AS store_id, 'Rome' AS city",
            "CREATE TABLE raw.raw_events (id BIGINT, _loaded_at TIMESTAMPTZ)",
            "INSERT INTO customers VALUES (1, 'a@b.example', 'free', now())",
            "INSERT INTO orders VALUES (1, 1, 1, 12.50, now() - INTERVAL 1 DAY)",
        ],
    );
    let text = work.read("catalog/imported.yml").replace("    # TODO key", "    key: id\n    # TODO key");
    work.write("catalog/imported.yml", &text);
    work.write(
        "segments/s.seg",
        "segment romans on customer { where exists(orders where store.city = \"Rome\") }\n",
    );
    let file = file.to_str().expect("UTF-8");
    work.segc(&["check", "--probe", file]).fine();
    let run = work.segc(&["run", "--db", file, "--format", "json"]).fine();
    assert!(run.out.contains("\"members\": 1"), "{}", run.out);
    let again = work.import(&["--dbt", "target", "--select", "*", "--select", "source:raw"]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn public_dbt_projects_become_catalogs() {
    for name in ["stripe", "salesforce"] {
        let work = Workspace::new("postgres: {}");
        work.write("segments/none.seg", "");
        dbt(&work, name);
        let printed = work.import(&["--dbt", "target/manifest.json", "--zone", "UTC"]).fine();
        insta::assert_snapshot!(format!("dbt_{name}"), format!("{}\n\n{}", work.imported(), printed.err));
        let sources =
            work.import(&["--dbt", "target", "--select", "source:*", "--into", "catalog/raw.yml"]).fine();
        assert!(
            work.read("catalog/raw.yml").contains("changes: { mutable: { ingested_at: _fivetran_synced } }")
        );
        assert!(sources.err.contains("new entities"), "{}", sources.err);
        let checked = work.segc(&["check"]);
        let is_asked = |line: &&str| line.starts_with("SEG") && *line != "SEG024";
        assert_eq!(
            checked.err.lines().filter(is_asked).collect::<Vec<_>>(),
            Vec::<&str>::new(),
            "{}",
            checked.err
        );
    }
}

#[test]
fn without_types_check_asks_for_them() {
    let work = Workspace::new("duckdb: {}");
    work.write("segments/none.seg", "");
    fs::copy(given("dbt/shop.manifest.json"), work.path("manifest.json")).expect("it can be copied");
    let printed = work.import(&["--dbt", "manifest.json", "--select", "customers"]).fine();
    assert!(printed.err.contains("`dbt docs generate` writes them"), "{}", printed.err);
    let text = work.imported();
    assert!(text.contains("type: TODO, pii: true"), "{text}");
    let checked = work.segc(&["check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.err.contains("`TODO`"), "{}", checked.err);
}

#[test]
fn broken_dbt_documents_are_reported() {
    let work = Workspace::new("duckdb: {}");
    work.write("target/manifest.json", "{\n  \"metadata\": {,\n}");
    let printed = work.import(&["--dbt", "target"]);
    assert!(printed.err.contains("SEG952") && printed.err.contains("manifest.json:2"), "{}", printed.err);
    work.write("target/manifest.json", "{\"nodes\": {}}");
    let printed = work.import(&["--dbt", "target"]);
    assert!(printed.err.contains("SEG953") && printed.err.contains("dbt parse"), "{}", printed.err);
    dbt(&work, "shop");
    let printed = work.import(&["--dbt", "target", "--select", "tag:none"]);
    assert!(printed.err.contains("SEG951") && printed.err.contains("`orders`"), "{}", printed.err);
    let text = work
        .read("target/manifest.json")
        .replace("\"adapter_type\": \"duckdb\"", "\"adapter_type\": \"oracle\"");
    work.write("target/manifest.json", &text);
    let printed = work.import(&["--dbt", "target"]);
    assert!(printed.err.contains("SEG958") && printed.err.contains("oracle"), "{}", printed.err);
    assert!(!work.path("catalog").exists(), "nothing is written");
}
