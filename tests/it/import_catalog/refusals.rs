//! What `segc catalog import` refuses: each with its code, its place and nothing written.

use super::Workspace;

/// Runs an import that fails, and returns its message. Nothing changes.
#[track_caller]
fn refused(work: &Workspace, arguments: &[&str], code: &str) -> String {
    let printed = work.import(arguments);
    assert!([1, 2].contains(&printed.code), "{arguments:?}: {}{}", printed.out, printed.err);
    assert!(printed.err.contains(code), "{arguments:?}: {}", printed.err);
    assert!(!work.path("catalog/imported.yml").exists(), "nothing is written");
    printed.err
}

fn with_table() -> (Workspace, String) {
    let work = Workspace::new("duckdb: {}");
    let file = work.duckdb("shop.db", &["CREATE TABLE orders (id BIGINT PRIMARY KEY)"]);
    (work, file.to_str().expect("UTF-8").to_owned())
}

#[test]
fn a_catalog_that_cannot_be_read_is_not_added_to() {
    let (work, file) = with_table();
    std::fs::create_dir_all(work.path("catalog")).expect("it can be made");
    std::fs::write(work.path("catalog/shop.yml"), b"entities:\n  caf\xe9: {}\n").expect("it can be written");
    let said = refused(&work, &["--db", &file], "SEG950");
    assert!(said.contains("can't read `catalog/shop.yml`: it isn't UTF-8"), "{said}");
}

#[test]
fn a_table_that_is_gone_is_a_warning() {
    let (work, file) = with_table();
    let text = "entities:\n  refund:\n    table: refunds\n    key: id\n    fields: { id: integer }\n";
    work.write("catalog/shop.yml", text);
    let printed = work.import(&["--db", &file]).fine();
    assert!(printed.err.contains("SEG955"), "{}", printed.err);
    assert!(
        printed.err.contains("the table `refunds` of `refund` isn't in")
            && printed.err.contains("shop.yml:2:3"),
        "{}",
        printed.err
    );
    assert_eq!(work.read("catalog/shop.yml"), text, "the entity stays");
}

#[test]
fn a_time_zone_must_exist() {
    let (work, file) = with_table();
    let said = refused(&work, &["--db", &file, "--zone", "Europe/Berln"], "SEG960");
    assert!(said.contains("did you mean `Europe/Berlin`?"), "{said}");
}

#[test]
fn new_entities_go_into_the_catalog_only() {
    let (work, file) = with_table();
    for into in
        ["../shop.yml", "catalog/../shop.yml", "catalog/shop.txt", "segments/shop.yml", "/tmp/shop.yml"]
    {
        let said = refused(&work, &["--db", &file, "--into", into], "SEG961");
        assert!(said.contains(into), "{said}");
    }
}

#[test]
fn two_files_are_not_one_table() {
    let work = Workspace::new("duckdb: {}");
    work.write("a/orders.csv", "id\n1\n");
    work.write("b/orders.jsonl", "{\"id\": 1}\n");
    let said = refused(&work, &["a/orders.csv", "b/orders.jsonl"], "SEG962");
    assert!(said.contains("`a/orders.csv`") && said.contains("`b/orders.jsonl`"), "{said}");
}

#[test]
fn shapes_that_a_tool_does_not_have_are_refused_at_their_place() {
    let work = Workspace::new("duckdb: {}");
    let cube = |rest: &str| format!("cubes:\n  - name: a\n    sql_table: t\n{rest}");
    for (option, text, code, place, said) in [
        ("--cube", "cubes: {}\n".to_owned(), "SEG963", "m.yml:1:8", "a list for `cubes`"),
        ("--cube", cube("    dimensions: 3\n"), "SEG963", "m.yml:4:17", "a list for `dimensions`"),
        (
            "--cube",
            cube("    dimensions: [{ name: b, sql: [c] }]\n"),
            "SEG963",
            "m.yml:4:34",
            "text for `sql`",
        ),
        ("--cube", cube("    dimensions: [{ sql: c }]\n"), "SEG963", "m.yml:4:18", "`name` for a dimension"),
        ("--cube", cube("  - 5\n"), "SEG963", "m.yml:4:5", "a map for a cube"),
        (
            "--cube",
            cube("  - { name: A, sql_table: u }\n"),
            "SEG964",
            "m.yml:4:13",
            "the cube `A` is defined twice",
        ),
        (
            "--cube",
            cube("    dimensions:\n      - { name: x, sql: x }\n      - { name: x, sql: y }\n"),
            "SEG964",
            "m.yml:6:17",
            "the dimension `x` of `a`",
        ),
        (
            "--metricflow",
            "semantic_models:\n  - name: a\n".to_owned(),
            "SEG963",
            "m.yml:2:5",
            "`model`, or `node_relation` with a table",
        ),
        (
            "--metricflow",
            "semantic_models:\n  - { name: a, model: ref('a'), entities: [{ name: b, type: main }] }\n"
                .to_owned(),
            "SEG963",
            "m.yml:2:61",
            "`primary`, `unique`, `foreign` or `natural`, found `main`",
        ),
    ] {
        work.write("m.yml", &text);
        let message = refused(&work, &[option, "m.yml"], code);
        assert!(message.contains(place) && message.contains(said), "{text}: {message}");
    }
}

#[test]
fn parts_of_cubes_that_are_no_columns_are_reported() {
    let work = Workspace::new("duckdb: {}");
    work.write(
        "m.yml",
        "cubes:\n  - name: users\n    sql_table: users\n    dimensions: [{ name: id, sql: id, type: string, primary_key: true }]\n  \
         - name: admins\n    extends: users\n    sql_table: admins\n    dimensions:\n      - { name: size, type: string, case: { when: [] } }\n      \
         - { name: id, sql: id, type: string, primary_key: true }\n",
    );
    let printed = work.import(&["--cube", "m.yml"]).fine();
    assert!(printed.err.contains("what admins inherits from users"), "{}", printed.err);
    assert!(printed.err.contains("admins.size: it is a `case`, not a column"), "{}", printed.err);
    assert!(!work.imported().contains("size:"), "{}", work.imported());
}

#[test]
fn rows_and_keys_that_say_too_little_or_too_much_are_reported() {
    let work = Workspace::new("postgres: {}");
    let rows = "table_name,column_name,data_type\nt,a,integer\nt,a,text\nt,,text\nt,b,\n";
    work.write("a.csv", rows);
    let printed = work.import(&["--information-schema", "a.csv", "--from", "postgres"]).fine();
    assert!(printed.err.contains("t.a: the export has it twice"), "{}", printed.err);
    assert!(printed.err.contains("2 rows of the export: table_name, column_name or data_type is empty"));
    assert!(!work.imported().contains("a_2"), "{}", work.imported());
    std::fs::remove_file(work.path("catalog/imported.yml")).expect("it is there");
    for (name, text, place) in [
        ("b.csv", "table_name,column_name,data_type\nt,a,text\nt,b,text,YES\n", "b.csv:3:1"),
        (
            "c.json",
            "[{ \"table_name\": \"t\", \"column_name\": \"a\",\n\"column_name\": \"b\" }]",
            "c.json:2",
        ),
        ("d.json", "{ \"table_name\": \"t\" }\n{ \"a\": 1, \"a\": 2 }", "d.json:2"),
    ] {
        work.write(name, text);
        let said = refused(&work, &["--information-schema", name, "--from", "postgres"], "SEG952");
        assert!(said.contains(place), "{said}");
    }
}
