//! Random tables: what is imported of them is true, and importing again changes nothing.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use segc::engine::{DuckDb, Engine};

use super::Workspace;

/// A column: its name, the number of its type, and whether it may be missing.
type Column = (String, usize, bool);

#[derive(Debug, Clone)]
struct Table {
    name: String,
    columns: Vec<Column>,
    /// How many of the first columns are the primary key.
    key: usize,
    /// Whether there is a foreign key to the first table.
    refers: bool,
    comment: String,
}

const DUCKDB: &[&str] = &[
    "BIGINT",
    "INTEGER",
    "SMALLINT",
    "UTINYINT",
    "HUGEINT",
    "VARCHAR",
    "DOUBLE",
    "REAL",
    "DECIMAL(10,2)",
    "DECIMAL(38,10)",
    "BOOLEAN",
    "DATE",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "JSON",
    "VARCHAR[]",
    "INTEGER[]",
    "TIMESTAMP[]",
    "UUID",
    "BLOB",
    "INTERVAL",
    "TIME",
    "STRUCT(a INTEGER, \"B c\" STRUCT(d TIMESTAMP, e UUID))",
    "ENUM('x', 'it''s', '1')",
    "MAP(VARCHAR, INTEGER)",
];

const POSTGRES: &[&str] = &[
    "bigint",
    "integer",
    "smallint",
    "text",
    "varchar(5)",
    "char(3)",
    "double precision",
    "real",
    "numeric(10,2)",
    "numeric",
    "numeric(50,20)",
    "boolean",
    "date",
    "timestamp",
    "timestamptz",
    "jsonb",
    "json",
    "text[]",
    "integer[]",
    "timestamp[]",
    "char(2)[]",
    "uuid",
    "bytea",
    "interval",
    "time",
    "inet",
    "point",
];

const ODD: &[&str] = &[
    "order",
    "select",
    "where",
    "true",
    "null",
    "On",
    "a b",
    "a-b",
    "a.b",
    "a\"b",
    "it's",
    "x: y",
    "# c",
    "é",
    "Größe",
    "名前",
    "1st",
    "createdAt",
    "created_at",
    "ID",
    "id",
    " ",
    "a\\b",
    "{{x}}",
    "[x]",
    "*",
    "&a",
    "!x",
    "%",
    "@a",
    "`b`",
    "~",
    "yes",
];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,3}(_id)?",
        1 => "[A-Za-z0-9_ .é-]{1,6}".prop_filter("a visible name", |name| !name.trim().is_empty()),
        2 => prop::sample::select(ODD).prop_map(str::to_owned),
    ]
}

fn tables(types: usize) -> impl Strategy<Value = Vec<Table>> {
    let columns = prop::collection::vec((name(), 0..types, any::<bool>()), 1..6);
    let table = (name(), columns, 0..3usize, any::<bool>(), "[ -~é\\n]{0,12}");
    let table =
        table.prop_map(|(name, columns, key, refers, comment)| Table { name, columns, key, refers, comment });
    prop::collection::vec(table, 1..5)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The statements that create the tables, as far as their names differ.
fn statements(tables: &[Table], types: &[&str]) -> Vec<String> {
    let mut statements = vec!["CREATE TABLE \"First One\" (id BIGINT PRIMARY KEY)".to_owned()];
    let mut names = vec!["first one".to_owned()];
    for table in tables {
        if names.contains(&table.name.to_lowercase()) {
            continue;
        }
        names.push(table.name.to_lowercase());
        let mut columns: Vec<String> = Vec::new();
        let mut seen: Vec<String> = vec!["first_id".to_owned()];
        for (name, ty, nullable) in &table.columns {
            if seen.contains(&name.to_lowercase()) {
                continue;
            }
            seen.push(name.to_lowercase());
            // Not every type can be in a key.
            let ty = if columns.len() < table.key { types[ty % 2] } else { types[*ty] };
            let null = if *nullable { "" } else { " NOT NULL" };
            columns.push(format!("{} {ty}{null}", quoted(name)));
        }
        let key: Vec<String> = seen.iter().skip(1).take(table.key).map(|_| String::new()).collect();
        let key: Vec<String> = columns
            .iter()
            .take(key.len())
            .map(|column| {
                let end = column.rfind("\" ").map_or(column.len(), |at| at + 1);
                column[..end].to_owned()
            })
            .collect();
        if table.refers {
            columns.push("first_id BIGINT REFERENCES \"First One\" (id)".to_owned());
        }
        if !key.is_empty() {
            columns.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        statements.push(format!("CREATE TABLE {} ({})", quoted(&table.name), columns.join(", ")));
        let comment = table.comment.replace('\'', "''");
        statements.push(format!("COMMENT ON TABLE {} IS '{comment}'", quoted(&table.name)));
    }
    statements
}

fn is_true(work: &Workspace, address: &str) {
    let printed = work.import(&["--db", address, "--zone", "UTC"]).fine();
    let first = work.read("catalog/imported.yml");
    let again = work.import(&["--db", address, "--zone", "UTC"]).fine();
    assert!(
        again.err.contains(": 0 new entities, 0 new fields, 0 new links"),
        "{first}\n{}\n{}",
        printed.err,
        again.err
    );
    assert_eq!(work.read("catalog/imported.yml"), first);
    answer_keys(work, &first);
    work.write("segments/none.seg", "");
    let shown = work.segc(&["check"]);
    let is_known = |line: &&str| {
        line.starts_with("SEG") && !["SEG205", "SEG024", "SEG020", "SEG021", "SEG006"].contains(line)
    };
    let problems: Vec<&str> = shown.err.lines().filter(is_known).collect();
    assert!(problems.is_empty(), "{first}\n{}", shown.err);
    work.read_everything();
    let checked = work.segc(&["check", "--probe", address]);
    assert!(!checked.err.contains("SEG74"), "{first}\n{}", checked.err);
    assert_eq!(checked.code, 0, "{first}\n{}", checked.err);
}

/// Declares the first field as the key of entities without one, and drops entities without fields.
fn answer_keys(work: &Workspace, text: &str) {
    let mut lines: Vec<String> = Vec::new();
    let blocks: Vec<&str> = text.split("\n\n").collect();
    for block in blocks {
        let field = |line: &&str| {
            line.starts_with("      ") && !line.trim().starts_with('#') && !line.starts_with("       ")
        };
        let after = block.split("    fields:\n").nth(1).unwrap_or_default();
        let plain =
            |line: &&str| !line.contains("json") && !line.contains("array") && !line.contains("path:");
        let first = after.lines().take_while(|line| line.starts_with("      ")).filter(field).find(plain);
        let name = first
            .and_then(|line| line.trim().split(':').next())
            .map(|name| name.trim_matches('"').to_owned());
        match (block.contains("# TODO key"), name) {
            (true, Some(name)) => lines.push(block.replacen(
                "    # TODO key",
                &format!("    key: \"{name}\"\n    # TODO key"),
                1,
            )),
            (true, None) if block.contains("entities:") => lines.push("entities:".to_owned()),
            (true, None) => {}
            (false, _) => lines.push(block.to_owned()),
        }
    }
    work.write("catalog/imported.yml", &(lines.join("\n\n") + "\n"));
}

fn cases() -> u32 {
    std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

fn run(types: &'static [&'static str], mut check: impl FnMut(Vec<String>)) {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let check = std::cell::RefCell::new(&mut check);
    let outcome = runner.run(&tables(types.len()), |tables| {
        (check.borrow_mut())(statements(&tables, types));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn random_tables_of_duckdb_are_imported_truly() {
    run(DUCKDB, |statements| {
        let work = Workspace::new("duckdb: {}");
        let path = work.path("random.db");
        let mut engine = DuckDb::open(Some(&path)).expect("it opens");
        for statement in &statements {
            engine.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        drop(engine);
        is_true(&work, path.to_str().expect("UTF-8"));
    });
}

#[test]
fn random_tables_of_postgres_are_imported_truly() {
    if crate::support::postgres::database().is_none() {
        return;
    }
    run(POSTGRES, |statements| {
        let Some(mut database) = crate::support::postgres::database() else { return };
        for statement in &statements {
            database.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        let address = database.address().to_owned();
        is_true(&Workspace::new("postgres: {}"), &address);
    });
}
