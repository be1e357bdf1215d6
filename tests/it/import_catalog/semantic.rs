//! Semantic layers: Cube and MetricFlow.

use super::{Workspace, given};

#[test]
fn cubes_become_a_catalog() {
    let work = Workspace::new("duckdb: {}");
    let printed = work.import(&["--cube", &given("cube")]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    let again = work.import(&["--cube", &given("cube/orders.yml")]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn a_database_adds_the_types_that_cubes_lack() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb(
        "cubes.db",
        &[
            "CREATE SCHEMA shop",
            "CREATE TABLE shop.customers (customer_id BIGINT NOT NULL, country VARCHAR, secret VARCHAR)",
            "CREATE TABLE shop.orders (id BIGINT NOT NULL, customer_id BIGINT, status VARCHAR, gift BOOLEAN, placed_at TIMESTAMPTZ)",
            "CREATE TABLE shop.line_items (id BIGINT NOT NULL, order_id BIGINT, sku VARCHAR)",
            "INSERT INTO shop.customers VALUES (7, 'IT', 'x')",
            "INSERT INTO shop.orders VALUES (1, 7, 'paid', true, now())",
            "INSERT INTO shop.line_items VALUES (1, 1, 'book')",
        ],
    );
    let file = file.to_str().expect("UTF-8");
    work.import(&["--cube", &given("cube"), "--db", file]).fine();
    let text = work.imported();
    assert!(!text.contains("TODO type") && !text.contains("secret"), "{text}");
    work.write("segments/s.seg", "segment readers on customer { where exists(orders where exists(line_items where sku = \"book\")) }\n");
    work.segc(&["check", "--probe", file]).fine();
    let run = work.segc(&["run", "--db", file, "--format", "json"]).fine();
    assert!(run.out.contains("\"members\": 1"), "{}", run.out);
}

#[test]
fn semantic_models_become_a_catalog() {
    let work = Workspace::new("duckdb: {}");
    let printed = work.import(&["--metricflow", &given("metricflow")]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err));
    let again = work.import(&["--metricflow", &given("metricflow")]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn templates_and_broken_files_are_refused_at_their_place() {
    let work = Workspace::new("duckdb: {}");
    for (option, text, said) in [
        ("--cube", "cubes:\n  - name: a\n    sql_table: \"{{ env }}.a\"\n    dimensions: []\n", "m.yml:3:16"),
        (
            "--cube",
            "cubes:\n  - name: a\n    sql_table: a\n    dimensions:\n      - name: b\n        sql: \"{{ x }}\"\n        type: string\n",
            "m.yml:6:14",
        ),
        ("--cube", "cubes:\n  - name: [\n", "m.yml"),
        ("--cube", "models: []\n", "isn't a data model of Cube"),
        ("--metricflow", "semantic_models:\n  - name: a\n    model: \"{{ var('x') }}\"\n", "m.yml:3:12"),
        ("--metricflow", "a: 1\n", "isn't a file with semantic models"),
    ] {
        work.write("m.yml", text);
        let printed = work.import(&[option, "m.yml"]);
        assert_eq!(printed.code, 1, "{text}: {}", printed.err);
        assert!(printed.err.contains(said), "{text}: {}", printed.err);
    }
    assert!(!work.path("catalog").exists(), "nothing is written");
    work.write("m.yml", "semantic_models:\n  - name: orders\n    model: ref('fct_orders')\n    entities:\n      - { name: order, type: primary, expr: order_id }\n");
    work.import(&["--metricflow", "m.yml"]).fine();
    let text = work.imported();
    assert!(text.contains("table: fct_orders\n    dbt: model.fct_orders\n    key: order_id"), "{text}");
}
