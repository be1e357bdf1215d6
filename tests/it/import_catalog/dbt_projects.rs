//! dbt's manifests with what is rare in them: names that occur twice, versions, keys that tests make up.

use serde_json::{Value, json};

use super::Workspace;

/// A model with the types of its columns, in the order of its catalog.
fn model(package: &str, name: &str, columns: &[(&str, &str)]) -> (Value, Value) {
    let id = format!("model.{package}.{name}");
    let manifest = json!({
        "unique_id": id, "resource_type": "model", "name": name, "package_name": package, "schema": package,
        "alias": name, "config": { "materialized": "table" }, "columns": {},
    });
    (manifest, of_catalog(&id, columns))
}

fn of_catalog(id: &str, columns: &[(&str, &str)]) -> Value {
    let columns = columns.iter().enumerate().map(|(at, (name, ty))| {
        ((*name).to_owned(), json!({ "name": name, "type": ty, "index": at + 1, "comment": null }))
    });
    json!({ "unique_id": id, "columns": columns.collect::<serde_json::Map<_, _>>() })
}

/// A test of a node, which reads the nodes in `depends`.
fn test(name: &str, of: &str, kwargs: Value, depends: &[&str]) -> Value {
    let id = format!("test.{of}.{name}.{kwargs}");
    json!({
        "unique_id": id, "resource_type": "test", "attached_node": of, "package_name": "shop",
        "test_metadata": { "name": name, "kwargs": kwargs }, "depends_on": { "nodes": depends },
        "config": { "severity": "ERROR", "enabled": true, "where": null, "error_if": "!= 0" },
    })
}

fn unique(of: &str, column: &str) -> [Value; 2] {
    ["unique", "not_null"].map(|name| test(name, of, json!({ "column_name": column }), &[of]))
}

fn by_id(all: impl IntoIterator<Item = Value>) -> Value {
    let named = all.into_iter().map(|one| (one["unique_id"].as_str().expect("an id").to_owned(), one));
    Value::Object(named.collect())
}

/// Writes a project's documents.
fn write(work: &Workspace, adapter: &str, models: Vec<(Value, Value)>, further: Vec<Value>) {
    let (manifests, catalogs): (Vec<Value>, Vec<Value>) = models.into_iter().unzip();
    let schema = |kind: &str| format!("https://schemas.getdbt.com/dbt/{kind}.json");
    let manifest = json!({
        "metadata": { "dbt_schema_version": schema("manifest/v12"), "adapter_type": adapter },
        "nodes": by_id(manifests.into_iter().chain(further)), "sources": {}, "disabled": {},
        "groups": { "group.shop.growth": { "name": "growth", "owner": { "name": "Ann", "email": "ann@shop.example" } } },
    });
    let catalog = json!({
        "metadata": { "dbt_schema_version": schema("catalog/v1") },
        "nodes": by_id(catalogs), "sources": {}, "errors": null,
    });
    work.write("target/manifest.json", &manifest.to_string());
    work.write("target/catalog.json", &catalog.to_string());
}

fn work() -> Workspace {
    let work = Workspace::new("postgres: {}");
    work.write("segments/none.seg", "");
    work
}

#[test]
fn a_reference_leads_to_the_package_that_it_names() {
    let id = [("id", "bigint")];
    let models = || {
        vec![
            model("shop", "orders", &id),
            model("legacy", "orders", &id),
            model("shop", "items", &[("id", "bigint"), ("order_id", "bigint")]),
        ]
    };
    let keys = ["model.shop.orders", "model.legacy.orders", "model.shop.items"].map(|of| unique(of, "id"));
    let relationship = |to: &str, depends: &[&str]| {
        let kwargs = json!({ "to": to, "field": "id", "column_name": "order_id" });
        test("relationships", "model.shop.items", kwargs, depends)
    };
    for (to, depends, expected) in [
        ("ref('legacy', 'orders')", vec![], "to: legacy_order"),
        ("ref('shop', 'orders')", vec![], "to: order"),
        ("ref('orders')", vec![], "to: order"),
        ("ref('orders')", vec!["model.shop.items", "model.legacy.orders"], "to: legacy_order"),
    ] {
        let work = work();
        let further = keys.iter().flatten().cloned().chain([relationship(to, &depends)]).collect();
        write(&work, "postgres", models(), further);
        work.import(&["--dbt", "target"]).fine();
        let text = work.imported();
        let tables: Vec<&str> = text.lines().filter(|line| line.contains("table: ")).collect();
        assert_eq!(tables, ["    table: shop.items", "    table: legacy.orders", "    table: shop.orders"]);
        // The entity of each table, in the order of their packages.
        let expected = match expected {
            "to: order" => "order: { to: shop_order,",
            _ => "order: { to: order,",
        };
        assert!(text.contains(expected), "{to} {depends:?}: {text}");
        assert!(
            text.contains("dbt: model.legacy.orders") && text.contains("dbt: model.shop.orders"),
            "{text}"
        );
        work.segc(&["check"]).fine();
        let again = work.import(&["--dbt", "target"]).fine();
        assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
    }
}

#[test]
fn a_reference_without_a_version_leads_to_the_latest() {
    let version = |number: u64, latest: u64| {
        let (mut manifest, mut catalog) = model("shop", "orders", &[("id", "bigint")]);
        let id = json!(format!("model.shop.orders.v{number}"));
        for document in [&mut manifest, &mut catalog] {
            document["unique_id"] = id.clone();
        }
        manifest["version"] = json!(number);
        manifest["latest_version"] = json!(latest);
        manifest["alias"] = json!(format!("orders_v{number}"));
        (manifest, catalog)
    };
    for (latest, expected) in [(1, "to: orders_v1,"), (2, "to: orders_v2,")] {
        let work = work();
        let items = model("shop", "items", &[("id", "bigint"), ("order_id", "bigint")]);
        let keys =
            ["model.shop.orders.v1", "model.shop.orders.v2", "model.shop.items"].map(|of| unique(of, "id"));
        let kwargs = json!({ "to": "ref('orders')", "field": "id", "column_name": "order_id" });
        let relationship = test("relationships", "model.shop.items", kwargs, &[]);
        let further = keys.into_iter().flatten().chain([relationship]).collect();
        write(&work, "postgres", vec![version(1, latest), version(2, latest), items], further);
        work.import(&["--dbt", "target"]).fine();
        assert!(work.imported().contains(expected), "{}", work.imported());
        work.segc(&["check"]).fine();
    }
}

#[test]
fn a_foreign_key_may_name_the_whole_table() {
    let work = work();
    let orders = model("shop", "orders", &[("id", "bigint")]);
    let (mut items, catalog) = model("shop", "items", &[("id", "bigint"), ("order_id", "bigint")]);
    items["constraints"] = json!([{
        "type": "foreign_key", "columns": ["order_id"], "to": "\"db\".\"shop\".\"orders\"", "to_columns": ["id"],
    }]);
    let mut orders = orders;
    orders.0["database"] = json!("db");
    let further = ["model.shop.orders", "model.shop.items"].map(|of| unique(of, "id")).into_iter().flatten();
    write(&work, "postgres", vec![orders, (items, catalog)], further.collect());
    let printed = work.import(&["--dbt", "target"]).fine();
    assert!(work.imported().contains("order: { to: order, on: { order_id: id } }"), "{}", printed.err);
}

#[test]
fn a_key_is_no_larger_than_the_tests_say() {
    // dbt puts the columns of all unique tests into `primary_key`.
    let work = work();
    let (mut customers, catalog) = model("shop", "customers", &[("id", "bigint"), ("email", "text")]);
    customers["primary_key"] = json!(["email", "id"]);
    customers["group"] = json!("growth");
    let email = test("unique", "model.shop.customers", json!({ "column_name": "email" }), &[]);
    let (mut visits, of_visits) = model("shop", "visits", &[("day", "date"), ("page", "text")]);
    visits["primary_key"] = json!(["day", "page"]);
    visits["meta"] = json!({ "owner": "web\nteam" });
    let further = unique("model.shop.customers", "id").into_iter().chain([email]).collect();
    write(&work, "postgres", vec![(customers, catalog), (visits, of_visits)], further);
    work.import(&["--dbt", "target"]).fine();
    insta::assert_snapshot!(work.imported());
    work.segc(&["check"]).fine();
}

#[test]
fn columns_that_differ_only_in_their_letters_stay_apart() {
    let work = work();
    let (mut manifest, catalog) =
        model("shop", "odd", &[("id", "bigint"), ("ID", "bigint"), ("select", "text")]);
    manifest["columns"] = json!({
        "id": { "name": "id", "description": "lower" }, "ID": { "name": "ID", "description": "upper" },
    });
    write(&work, "postgres", vec![(manifest, catalog)], unique("model.shop.odd", "ID").into_iter().collect());
    work.import(&["--dbt", "target"]).fine();
    insta::assert_snapshot!(work.imported());
    work.segc(&["check"]).fine();
    std::fs::remove_file(work.path("target/catalog.json")).expect("it is there");
    work.import(&["--dbt", "target", "--into", "catalog/two.yml"]).fine();
}

#[test]
fn nested_columns_of_bigquery_are_read_once() {
    let work = Workspace::new("bigquery: {}");
    let columns = [
        ("id", "STRING"),
        ("address", "STRUCT<city STRING>"),
        ("address.city", "STRING"),
        ("params", "ARRAY<STRUCT<key STRING>>"),
        ("params.key", "STRING"),
    ];
    write(&work, "bigquery", vec![model("shop", "visits", &columns)], Vec::new());
    let printed = work.import(&["--dbt", "target"]).fine();
    let text = work.imported();
    assert!(
        text.contains("address_city: { type: string, column: address, path: city, from: struct }"),
        "{text}"
    );
    assert!(!text.contains("address.city") && !text.contains("params_key"), "{text}");
    assert!(printed.err.contains("2 new fields"), "{}", printed.err);
}

#[test]
fn tests_that_say_nothing_are_reported() {
    let work = work();
    let of = "model.shop.kinds";
    let further = vec![
        test("accepted_values", of, json!({ "column_name": "kind", "values": [1, 2] }), &[]),
        test("not_null", of, json!({ "column_name": "gone" }), &[]),
        test("unique", of, json!({ "column_name": "lower(name)" }), &[]),
        test("unique_combination_of_columns", of, json!({ "combination_of_columns": ["id", "gone"] }), &[]),
    ];
    let columns = [("id", "bigint"), ("name", "text"), ("kind", "integer")];
    write(&work, "postgres", vec![model("shop", "kinds", &columns)], further);
    let printed = work.import(&["--dbt", "target"]).fine();
    for said in ["`values` of kind are only declared for text", "`gone` isn't one of", "`lower(name)` isn't"]
    {
        assert!(printed.err.contains(said), "{}", printed.err);
    }
    assert!(!work.imported().contains("key:\n"), "{}", work.imported());
}
