//! Columns that hold something else than their types say: what is declared, and what is asked.

use super::Workspace;

#[test]
fn certain_encodings_are_declared_and_others_asked() {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb(
        "raw.db",
        &[
            "CREATE TABLE orders (id BIGINT PRIMARY KEY, created_at BIGINT, placed_epoch_ms BIGINT, day_yyyymmdd INTEGER, \
             order_date INTEGER, code_yyyymmdd VARCHAR, _fivetran_deleted BOOLEAN, is_deleted BOOLEAN, \
             _fivetran_active BOOLEAN, deleted_at TIMESTAMPTZ, duration_ms BIGINT)",
            "CREATE TABLE days (date_key INTEGER PRIMARY KEY, is_holiday BOOLEAN)",
            "CREATE TABLE visits (id BIGINT PRIMARY KEY, date_key INTEGER REFERENCES days(date_key))",
            "INSERT INTO orders VALUES (1, 1700000000, 1700000000000, 20231114, 20231114, '20231114', NULL, true, true, NULL, 5), \
             (2, 1700000000, 1700000000000, 20231114, 20231114, '20231114', true, false, true, NULL, 5)",
        ],
    );
    let file = file.to_str().expect("UTF-8");
    let printed = work.import(&["--db", file]).fine();
    insta::assert_snapshot!(format!("{}\n\n{}", work.imported(), printed.err.replace(file, "raw.db")));
    work.write(
        "segments/s.seg",
        "segment all_orders on order {}\n\
         segment that_day on order {\n  \
           where placed_epoch_ms = 2023-11-14T22:13:20Z\n    \
             and day_yyyymmdd = 2023-11-14\n    \
             and code_yyyymmdd = 2023-11-14\n}\n",
    );
    work.segc(&["check", "--probe", file]).fine();
    let run = work.segc(&["run", "--db", file, "--format", "json"]).fine();
    let run: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let members: Vec<&serde_json::Value> =
        run["segments"].as_array().expect("a list").iter().map(|one| &one["members"]).collect();
    assert_eq!(members, [1, 1], "the marked row doesn't exist");
    let again = work.import(&["--db", file]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
    assert!(!again.err.contains("SEG957"), "{}", again.err);
}

#[test]
fn a_mark_that_is_new_in_a_known_table_is_asked() {
    let work = Workspace::new("duckdb: {}");
    work.write(
        "catalog/shop.yml",
        "entities:\n  order:\n    table: orders\n    key: id\n    fields:\n      id: integer\n",
    );
    let file = work.duckdb("raw.db", &["CREATE TABLE orders (id BIGINT, _fivetran_deleted BOOLEAN)"]);
    let printed = work.import(&["--db", file.to_str().expect("UTF-8")]).fine();
    assert!(work.read("catalog/shop.yml").contains("_fivetran_deleted: boolean"));
    let asked = "order · deletes: is `_fivetran_deleted` true in deleted rows? Then `deletes: { soft: _fivetran_deleted }`";
    assert!(printed.err.contains(asked), "{}", printed.err);
}
