//! Data files.

use super::Workspace;

const CUSTOMERS: &str = "\
customer_id,email,post_code,score,balance,is_paying,signed_up,seen_at,at,notes,Full Name
1,a@b.example,01234,1,10.50,true,2024-02-29,2024-02-29T12:00:00Z,2024-01-01 10:00:00,,Ann
2,,12345,n/a,3,false,2024-03-01,2024-03-01T12:00:00+01:00,2024-01-02 11:00:00,,\"Bob, B.\"
3,c@d.example,98765,2,-0.125,true,,,,,Cid
";

#[test]
fn files_become_a_catalog_that_loads_them() {
    let work = Workspace::new("duckdb: {}");
    work.write("data/customers.csv", CUSTOMERS);
    work.write(
        "data/orders.jsonl",
        "{\"id\": \"o-1\", \"customer\": 1, \"tags\": [\"a\"], \"raw\": {\"x\": 1}, \"total\": 12.5, \"paid\": true}\n\
         {\"id\": \"o-2\", \"customer\": 2, \"tags\": [], \"total\": 3}\n",
    );
    let printed = work.import(&["data/customers.csv", "data/orders.jsonl", "--zone", "Europe/Berlin"]).fine();
    let text = work.read("catalog/imported.yml");
    insta::assert_snapshot!(format!("{text}\n\n{}", printed.err));
    // The answers of a person.
    let text = text.replacen("    # TODO key", "    key: customer_id\n    #", 1);
    let text =
        text.replacen("    # TODO key", "    key: id\n    #", 1).replace("notes: TODO", "notes: string");
    work.write("catalog/imported.yml", &text);
    work.read_everything();
    work.segc(&["run"]).fine();
    let again = work.import(&["data/customers.csv", "data/orders.jsonl"]).fine();
    assert!(again.err.contains(": 0 new entities, 0 new fields, 0 new links"), "{}", again.err);
}

#[test]
fn parquet_files_have_types_of_their_own() {
    let work = Workspace::new("duckdb: {}");
    std::fs::create_dir_all(work.path("data")).expect("it can be made");
    let file = work.path("data/events.parquet");
    let copy = format!(
        "COPY (SELECT 1::BIGINT AS id, 'a' AS name, 1.50::DECIMAL(10,2) AS total, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS at, \
         TIMESTAMP '2024-01-01 00:00:00' AS \"localTime\", [1, 2]::BIGINT[] AS list, {{'city': 'Rome'}} AS address) TO '{}' (FORMAT parquet)",
        file.display()
    );
    work.duckdb("none.db", &[&copy]);
    work.import(&["data/events.parquet", "--zone", "UTC"]).fine();
    let text = work.read("catalog/imported.yml").replace("    # TODO key", "    key: id\n    #");
    insta::assert_snapshot!(text);
    work.write("catalog/imported.yml", &text);
    work.read_everything();
    work.segc(&["run"]).fine();
}

#[test]
fn broken_files_are_reported_with_their_line() {
    let work = Workspace::new("duckdb: {}");
    for (name, text, said) in [
        ("a.csv", "id,name\n1\n", "line 2: there are 1 values for 2 columns"),
        ("b.csv", "id,name\n1,\"x\n", "line 2: a quote isn't closed"),
        ("c.csv", "id;name\n1;2\n", "`id;name` is one column"),
        ("d.csv", "id,ID\n1,2\n", "two columns are called `ID`"),
        ("e.csv", "", "it has no columns"),
        ("f.jsonl", "{\"a\": 1}\n{\"a\": }\n", "line 2: expected value"),
        ("g.txt", "id\n", "doesn't end in"),
        ("h.parquet", "no parquet", "h.parquet"),
    ] {
        work.write(name, text);
        let printed = work.import(&[name]);
        assert_ne!(printed.code, 0, "{name}");
        assert!(printed.err.contains(said), "{name}: {}", printed.err);
    }
    assert!(!work.path("catalog").exists(), "nothing is written");
}
