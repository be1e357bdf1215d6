//! The engines themselves: every type survives a round trip, files are loaded by the catalog's
//! types, and errors say what to fix.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support;
use crate::support::catalog::{catalog, entity, field};
use crate::support::postgres::Collation;
use segc::catalog::{Catalog, Storage};
use segc::engine::{Cell, DataTable, DuckDb, Engine, tables_of};
use segc::types::Type;

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn instant(text: &str) -> Cell {
    Cell::Timestamp(text.parse().expect("an instant"))
}

fn number(text: &str) -> Cell {
    Cell::Decimal(text.parse().expect("a number"))
}

/// A column of every type that rows can have.
fn every_type() -> Catalog {
    let mut local = field("local", Type::Timestamp);
    local.storage = Storage::Zone("Europe/Paris".to_owned());
    let mut single = field("single", Type::Float);
    single.storage = Storage::Float32;
    let fields = vec![
        field("id", Type::Integer),
        field("name", Type::String),
        field("amount", Type::Decimal { precision: 10, scale: 2 }),
        field("exact", Type::DECIMAL),
        field("ratio", Type::Float),
        single,
        field("active", Type::Boolean),
        field("day", Type::Date),
        field("at", Type::Timestamp),
        local,
    ];
    catalog(vec![entity("thing", "odd \"schema\".things", fields)])
}

fn table(catalog: &Catalog) -> DataTable {
    tables_of(catalog, "any").expect("no conflict").remove(0)
}

fn every_value() -> Vec<Vec<Cell>> {
    let full = |id: i64, name: &str| {
        vec![
            Cell::Int(id.into()),
            text(name),
            number("-12345678.90"),
            number("12345678901234567890123456789.123456789"),
            Cell::Float(0.1),
            Cell::Float(0.5),
            Cell::Bool(true),
            Cell::Date("2024-02-29".parse().expect("a date")),
            instant("2026-03-29T00:59:59.999999Z"),
            instant("2026-03-29T03:30:00Z"),
        ]
    };
    let mut rows = vec![
        full(i64::MAX, "it's \"quoted\", \\'; DROP TABLE things; --"),
        full(i64::MIN, "🦆 emoji, ünïcödé, 漢字"),
        full(3, "two\nlines\r\nand a tab\t"),
        full(4, "100% _ $1 ? {{ }} :x \\n"),
        full(5, ""),
    ];
    rows.push(std::iter::once(Cell::Int(6)).chain(std::iter::repeat_n(Cell::Null, 9)).collect());
    rows
}

fn round_trip(engine: &mut dyn Engine) {
    let (table, rows) = (table(&every_type()), every_value());
    support::data::fill(engine, &table, &rows);
    let answer = engine
        .query("SELECT * FROM \"odd \"\"schema\"\"\".things ORDER BY CASE id WHEN 9223372036854775807 THEN 1 WHEN 3 THEN 3 WHEN 4 THEN 4 WHEN 5 THEN 5 WHEN 6 THEN 6 ELSE 2 END")
        .expect("the rows can be read");
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(answer.columns, names);
    assert_eq!(answer.rows, rows);
}

#[test]
fn every_type_survives_duckdb() {
    round_trip(&mut support::duckdb());
}

#[test]
fn every_type_survives_postgres() {
    let Some(mut postgres) = support::postgres::database() else { return };
    round_trip(&mut postgres);
}

#[test]
fn the_english_cluster_orders_text_by_locale() {
    let sorted = |engine: &mut dyn Engine| {
        let rows =
            engine.query("SELECT x FROM (VALUES ('B'), ('a')) AS t (x) ORDER BY x").expect("rows").rows;
        rows.into_iter().flatten().collect::<Vec<_>>()
    };
    let Some(mut plain) = support::postgres::database() else { return };
    assert_eq!(sorted(&mut plain), [text("B"), text("a")]);
    let Some(mut english) = support::postgres::database_with(Collation::English) else { return };
    assert_eq!(sorted(&mut english), [text("a"), text("B")]);
}

#[test]
fn databases_of_one_cluster_are_isolated() {
    let Some(mut one) = support::postgres::database() else { return };
    let Some(mut other) = support::postgres::database() else { return };
    one.execute("CREATE TABLE mine (id bigint)").expect("a table");
    assert_eq!(one.execute("INSERT INTO mine VALUES (1), (2)").expect("rows"), 2);
    let error = other.query("SELECT * FROM mine").expect_err("it isn't there");
    assert!(error.to_string().contains("relation \"mine\" does not exist"), "{error}");
}

const SAMPLE: &str = "\u{feff}note,ID,name,amount,exact,ratio,single,active,day,at,local\r\n\
    7,1,\"a \"\"b\"\", c\nd\",1.50,2,1e-3,0.5,true,2024-02-29,2024-01-01 10:00:00Z,2024-01-01 10:00:00\r\n\
    no number,2,,,,,,,,,\r\n\
    ,3,\"\",\"\",-0.000000001,-2,,false,1969-12-31,2024-01-01T10:00:00+02:00,\r\n";

fn expected_sample() -> Vec<Vec<Cell>> {
    let nothing = |id: i128, rest: usize| {
        std::iter::once(Cell::Int(id)).chain(std::iter::repeat_n(Cell::Null, rest)).collect::<Vec<_>>()
    };
    let first = vec![
        Cell::Int(1),
        text("a \"b\", c\nd"),
        number("1.50"),
        number("2.000000000"),
        Cell::Float(0.001),
        Cell::Float(0.5),
        Cell::Bool(true),
        Cell::Date("2024-02-29".parse().expect("a date")),
        instant("2024-01-01T10:00:00Z"),
        instant("2024-01-01T10:00:00Z"),
    ];
    let mut third = nothing(3, 9);
    third[3] = number("-0.000000001");
    third[4] = Cell::Float(-2.0);
    third[6] = Cell::Bool(false);
    third[7] = Cell::Date("1969-12-31".parse().expect("a date"));
    third[8] = instant("2024-01-01T08:00:00Z");
    vec![first, nothing(2, 9), third]
}

#[test]
fn csv_files_are_loaded_by_the_types_in_the_catalog() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("it's data");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("things.csv"), SAMPLE).expect("a file");
    let read = "SELECT * FROM \"odd \"\"schema\"\"\".things ORDER BY id";

    let mut duckdb = support::duckdb();
    for _ in 0..2 {
        let report = duckdb.load_files(&every_type(), "any", &folder).expect("it loads, and again");
        assert_eq!(report.loaded.len(), 1);
        assert_eq!(report.loaded[0].rows, 3);
    }
    assert_eq!(duckdb.query(read).expect("rows").rows, expected_sample());

    let Some(mut postgres) = support::postgres::database() else { return };
    let filled = support::data::copy_csv_folder(&mut postgres, &every_type(), "any", &folder);
    assert_eq!(filled, ["odd \"schema\".things"]);
    assert_eq!(postgres.query(read).expect("rows").rows, expected_sample());
}

#[test]
fn files_named_after_entities_are_loaded_and_missing_ones_reported() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut duckdb = support::duckdb();
    let file = dir.path().join("thing.parquet");
    duckdb
        .execute(&format!("COPY (SELECT 1 AS id, 2.5 AS price, 'x' AS extra) TO '{}'", file.display()))
        .expect("a file");
    let things =
        entity("thing", "shop.things", vec![field("id", Type::Integer), field("price", Type::DECIMAL)]);
    let others = entity("other", "others", vec![field("id", Type::Integer)]);
    let report = duckdb.load_files(&catalog(vec![things, others]), "any", dir.path()).expect("it loads");
    assert_eq!(report.loaded[0].files, [file]);
    assert_eq!(report.without_file, ["others"]);
    let rows = duckdb.query("SELECT * FROM shop.things").expect("rows").rows;
    assert_eq!(rows, [[Cell::Int(1), number("2.500000000")]]);
}

#[test]
fn entities_sharing_a_table_must_agree_on_its_columns() {
    let person = |ty: Type| entity("person", "people", vec![field("id", Type::Integer), field("age", ty)]);
    let buyer = entity("buyer", "people", vec![field("id", Type::Integer), field("vip", Type::Boolean)]);
    let tables = tables_of(&catalog(vec![buyer, person(Type::Integer)]), "any").expect("they agree");
    let names: Vec<&str> = tables[0].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["id", "vip", "age"]);
    let error = tables_of(&catalog(vec![person(Type::Integer), person(Type::String)]), "any");
    assert_eq!(error.expect_err("they disagree").code(), "SEG708");
}

#[test]
fn failed_statements_report_the_engines_message_and_roll_back() {
    let mut duckdb = support::duckdb();
    duckdb.execute("CREATE TABLE t (id BIGINT)").expect("a table");
    let script = ["BEGIN", "INSERT INTO t VALUES (1)", "SELECT nonsense", "COMMIT"].map(str::to_owned);
    let error = duckdb.run(&script).expect_err("there is no such column");
    assert_eq!(error.code(), "SEG703");
    assert!(error.to_string().contains("nonsense"), "{error}");
    assert_eq!(error.diagnostic().help.as_deref(), Some("the statement was: SELECT nonsense"));
    assert_eq!(duckdb.query("SELECT count(*) FROM t").expect("rows").rows, [[Cell::Int(0)]]);
    assert_eq!(duckdb.execute("INSERT INTO t VALUES (1), (2)").expect("rows"), 2);
}

#[test]
fn invalid_and_misplaced_database_files_are_rejected() {
    let dir = tempfile::tempdir().expect("a folder");
    let missing = DuckDb::open(Some(&dir.path().join("no/such/folder.db"))).err().expect("no folder");
    assert_eq!(missing.code(), "SEG701");
    let file = dir.path().join("text.db");
    fs::write(&file, "not a database, but long enough to be looked at").expect("a file");
    assert_eq!(DuckDb::open(Some(&file)).err().expect("no database").code(), "SEG701");
}

#[test]
fn database_files_persist() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("kept.db");
    let mut duckdb = DuckDb::open(Some(&file)).expect("a new file");
    duckdb.execute("CREATE TABLE t AS SELECT 42 AS x").expect("a table");
    drop(duckdb);
    let mut again = DuckDb::open(Some(&file)).expect("the same file");
    assert_eq!(again.query("SELECT x FROM t").expect("rows").column("x"), Some(vec![&Cell::Int(42)]));
}

/// Not a test: the other program of the test below, which holds a database open until its
/// standard input closes.
#[test]
#[ignore = "started by another test"]
fn holds_a_database_open() {
    let Some(file) = std::env::var_os("SEGC_TEST_HELD_DATABASE") else { return };
    let mut duckdb = DuckDb::open(Some(file.as_ref())).expect("a new file");
    duckdb.execute("CREATE TABLE ready AS SELECT 1").expect("a table");
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).expect("the pipe closes");
}

#[test]
fn databases_opened_by_another_program_are_reported() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("held.db");
    let mut other = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "engines::holds_a_database_open", "--ignored", "--nocapture"])
        .env("SEGC_TEST_HELD_DATABASE", &file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(other.stdout.take().expect("a pipe")).lines();
    assert!(
        lines.by_ref().map_while(Result::ok).any(|line| line.contains("ready")),
        "the other program opens it"
    );
    let error = DuckDb::open(Some(&file)).err().expect("it is in use");
    drop(other.stdin.take());
    // Its pipe stays open until it has said its last.
    lines.for_each(drop);
    other.wait().expect("it ends");
    assert_eq!(error.code(), "SEG702", "{error}");
}
