//! Static lists over several runs: the difference of a changed file is applied and logged, and readers
//! follow the log.

use std::fmt::Write as _;

use segc::api::{Options, Ran, RunRequest, Session, Status};
use segc::engine::{AppendRows, Engine, EngineError, StoredColumn, Table, tables_of};
use segc::plan::Refresh;
use segc::project::Memory;
use segc::types::{Literal, Type};

use crate::support::project::{at, instant, open};
use crate::support::target::{Target, build, plan};

const CONFIG: &str = "name: lab\nschema: segments\ntargets:\n  duckdb: {}\n  postgres: {}\n  bigquery: {}\n  spark: {}\n  \
     clickhouse: {}\n  sqlite: {}\n";

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at } }
    deletes: hard
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      active: { type: boolean, nullable: false }
      updated_at: timestamp
  word:
    table: words
    key: [text, number]
    fields:
      text: { type: string, nullable: false }
      number: { type: integer, nullable: false }
  chosen:
    table: chosen
    key: number
    changes: { mutable: { updated_at: updated_at, immutable: [id] } }
    deletes: never
    settle: 1 hour
    fields:
      number: { type: integer, nullable: false }
      id: integer
      updated_at: timestamp
";

const SEGMENTS: &str = "
segment vips on customer from list \"lists/vips.csv\" { history: true }
segment active_vips on customer extends vips { materialize: incremental where active }
segment others on customer { materialize: view where not in segment vips }
segment selected on customer from chosen { materialize: incremental }
";

const WORDS: &str = "segment words_kept on word from list \"lists/words.csv\" {}\n";

/// On SQLite, a view can't read a table of another file.
fn session(vips: &str, target: &str) -> Session {
    let segments = if target == "sqlite" { SEGMENTS.replace("view", "table") } else { SEGMENTS.to_owned() };
    open(
        &Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", CATALOG)
            .with("segments/all.seg", segments)
            .with("lists/vips.csv", vips),
    )
}

/// One target, with the tables of the catalog.
struct Lab {
    target: Target,
    runs: usize,
}

impl Lab {
    fn new(mut target: Target) -> Self {
        target.must("DROP SCHEMA IF EXISTS segments CASCADE");
        let catalog = open(
            &Memory::new()
                .with("segc.yml", CONFIG)
                .with("catalog/all.yml", CATALOG)
                .with("segments/all.seg", "segment everyone on customer {}"),
        );
        for table in tables_of(&catalog.hir().catalog, target.name).expect("one type per column") {
            target.make(&table);
        }
        Self { target, runs: 0 }
    }

    /// Adds customers, changed at an instant. Those below 10 are active.
    fn customers(&mut self, ids: &[u32], changed: &str) {
        for id in ids {
            let active = *id < 10;
            self.target
                .must(&format!("INSERT INTO customers VALUES ({id}, {active}, TIMESTAMPTZ '{changed}')"));
        }
    }

    fn run_with(&mut self, vips: &str, now: &str) {
        let session = session(vips, self.target.name);
        self.run(&session, now);
    }

    fn run(&mut self, session: &Session, now: &str) {
        let plan = plan(session, self.target.name, &at(instant(now)));
        let refresh = self.runs > 0;
        self.runs += 1;
        let script = build(session, &plan, refresh);
        self.target.run(&script).unwrap_or_else(|error| panic!("{}: {now}: {error}", self.target.name));
    }

    /// The keys of a segment's members.
    fn members(&mut self, segment: &str) -> String {
        let rows = self.target.rows(&format!("SELECT id FROM segments.{segment}")).expect("the members");
        let mut ids: Vec<u32> = rows.iter().map(|row| row[0].parse().expect("a number")).collect();
        ids.sort_unstable();
        ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn check(&mut self, vips: &str, active: &str, others: &str) {
        let found = ["vips", "active_vips", "others"].map(|segment| self.members(segment));
        assert_eq!(found, [vips, active, others], "{}, run {}", self.target.name, self.runs);
    }
}

#[test]
fn a_changed_list_is_applied_as_a_difference_that_readers_follow() {
    for target in Target::every() {
        let mut lab = Lab::new(target);
        lab.customers(&[1, 2, 3, 10], "2026-01-01T00:00:00Z");
        lab.run_with("id\n1\n2\n9\n10\n", "2026-02-01T00:00:00Z");
        lab.check("1 2 10", "1 2", "3");

        lab.run_with("\u{feff}id\r\n2\r\n3\r\n9\r\n", "2026-02-02T00:00:00Z");
        lab.check("2 3", "2 3", "1 10");

        // A listed key whose row arrives, and one whose row is gone.
        lab.customers(&[9], "2026-02-02T12:00:00Z");
        lab.target.must("DELETE FROM customers WHERE id = 2");
        lab.run_with("id\n3\n2\n9\n", "2026-02-03T00:00:00Z");
        lab.check("3 9", "3 9", "1 10");

        let entered = "SELECT id, entered_at FROM segments.vips";
        let before = lab.target.rows(entered).expect("the members");
        lab.run_with("id\n9\n3\n2\n", "2026-02-04T00:00:00Z");
        assert_eq!(lab.target.rows(entered).expect("the members"), before, "{}", lab.target.name);

        lab.run_with("id\n", "2026-02-05T00:00:00Z");
        lab.check("", "", "1 3 9 10");
        let left = lab.target.rows("SELECT id FROM segments.vips_history").expect("the history");
        let left: Vec<String> = left.into_iter().flatten().collect();
        assert_eq!(left, ["1", "10", "2", "3", "9"], "{}", lab.target.name);
    }
}

#[test]
fn keys_of_another_entity_are_refreshed_by_its_changes() {
    for target in Target::every() {
        let mut lab = Lab::new(target);
        lab.customers(&[1, 2, 3], "2026-01-01T00:00:00Z");
        lab.target.must("INSERT INTO chosen VALUES (1, 1, TIMESTAMPTZ '2026-01-01T00:00:00Z')");
        lab.run_with("id\n", "2026-02-01T00:00:00Z");
        assert_eq!(lab.members("selected"), "1", "{}", lab.target.name);
        for row in
            ["(2, 3, TIMESTAMPTZ '2100-02-01T12:00:00Z')", "(3, 1, TIMESTAMPTZ '2100-02-01T12:00:00Z')"]
        {
            lab.target.must(&format!("INSERT INTO chosen VALUES {row}"));
        }
        lab.run_with("id\n", "2026-02-02T00:00:00Z");
        assert_eq!(lab.members("selected"), "1 3", "{}", lab.target.name);
    }
}

#[test]
fn the_keys_are_no_part_of_a_fingerprint_and_readers_are_refreshed_by_keys() {
    let plans =
        ["id\n1\n", "id\n2\n3\n"].map(|vips| plan(&session(vips, "duckdb"), "duckdb", &Options::default()));
    let [one, other] = &plans;
    for (one, other) in one.segments.iter().zip(&other.segments) {
        assert_eq!(one.fingerprint, other.fingerprint, "{}", one.name);
    }
    let strategy = |name: &str| {
        let segment = one.segments.iter().find(|segment| segment.name == name).expect("a segment");
        (matches!(segment.refresh.strategy, Refresh::Rebuild { .. }), segment.refresh.by_keys.is_some())
    };
    assert_eq!(strategy("vips"), (true, false));
    assert_eq!(strategy("active_vips"), (false, true));
    assert_eq!(strategy("selected"), (false, true));
}

/// Texts that engines and scripts could take for something else.
const TEXTS: &[&str] = &[
    "O'Brien",
    "\"quoted\"",
    "a,b",
    " leading",
    "trailing ",
    "100%",
    "back\\slash",
    "line\nbreak",
    "$1",
    "{{ x }}",
    "?",
    "NULL",
    "😀",
    "e\u{301}",
    "é",
    "A",
    "a",
];

#[test]
fn any_key_survives_on_every_engine_and_long_lists_are_loaded_in_parts() {
    let mut list = "number,text\n".to_owned();
    for (number, text) in TEXTS.iter().enumerate() {
        writeln!(list, "{number},\"{}\"", text.replace('"', "\"\"")).expect("a text");
    }
    (100..1_300).for_each(|number| writeln!(list, "{number},x").expect("a text"));
    let session = open(
        &Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", CATALOG)
            .with("segments/all.seg", WORDS)
            .with("lists/words.csv", list),
    );
    for target in Target::every() {
        let mut lab = Lab::new(target);
        // Their cases as rows of the list, and each with another number, which isn't listed.
        let tables = tables_of(&session.hir().catalog, lab.target.name).expect("one type per column");
        let words = tables.iter().find(|table| table.name == ["words"]).expect("the table");
        let column = words.columns.iter().find(|column| column.name == "text").expect("the column");
        for (number, text) in TEXTS.iter().enumerate() {
            let text = lab.target.value(column, text);
            for number in [number, number + 1] {
                let row = format!("INSERT INTO words (text, number) VALUES ({text}, {number})");
                lab.target.engine().execute(&row).unwrap_or_else(|error| panic!("{error}: {row}"));
            }
        }
        lab.target.must("INSERT INTO words (text, number) VALUES ('x', 1299)");
        let planned = plan(&session, lab.target.name, &at(instant("2026-02-01T00:00:00Z")));
        let script = build(&session, &planned, false);
        let loads =
            script.iter().filter(|text| text.contains("segc_list_words_kept") && text.contains("VALUES"));
        assert_eq!(loads.count(), 3, "{}", lab.target.name);
        lab.run(&session, "2026-02-01T00:00:00Z");
        let rows = lab.target.rows("SELECT number FROM segments.words_kept").expect("the members");
        let mut numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().expect("a number")).collect();
        numbers.sort_unstable();
        // The emulator of BigQuery's scripts doesn't read `\u007B`, which is written for `{`.
        let is_read = |number: &usize| lab.target.name != "bigquery" || !TEXTS[*number].contains('{');
        let all: Vec<usize> = (0..TEXTS.len()).filter(is_read).chain([1_299]).collect();
        assert_eq!(numbers, all, "{}", lab.target.name);
    }
}

/// An engine that sees what is done to the tables of lists, and does something when a transaction begins.
struct Seen<'e> {
    inner: &'e mut dyn Engine,
    /// Whether it says that rows can be appended.
    appends: bool,
    at_begin: Option<&'static str>,
    /// The statements that write keys, and the keys that were appended.
    statements: usize,
    appended: usize,
}

impl<'e> Seen<'e> {
    fn new(inner: &'e mut dyn Engine, appends: bool) -> Self {
        Self { inner, appends, at_begin: None, statements: 0, appended: 0 }
    }
}

impl Engine for Seen<'_> {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        let mut writes = ["INSERT INTO", "DELETE FROM"].into_iter();
        let writes = writes.any(|verb| statement.starts_with(&format!("{verb} segments.segc_list_")));
        self.statements += usize::from(writes);
        if statement.starts_with("BEGIN")
            && let Some(other) = self.at_begin.take()
        {
            self.inner.execute(other)?;
        }
        self.inner.execute(statement)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        self.inner.query(sql)
    }

    fn columns(&mut self, table: &[String]) -> Result<Vec<StoredColumn>, EngineError> {
        self.inner.columns(table)
    }

    fn tables(&mut self) -> Result<Vec<Vec<String>>, EngineError> {
        self.inner.tables()
    }

    fn type_name(&mut self, declared: &str) -> Result<String, EngineError> {
        self.inner.type_name(declared)
    }

    fn appender(&mut self) -> Option<&mut dyn AppendRows> {
        if self.appends { Some(self) } else { None }
    }
}

impl AppendRows for Seen<'_> {
    fn append(
        &mut self,
        table: &[String],
        columns: &[(&str, &Type)],
        rows: &[Vec<Literal>],
    ) -> Result<(), EngineError> {
        self.appended += rows.len();
        self.inner.appender().expect("it appends rows").append(table, columns, rows)
    }
}

fn ran(session: &Session, target: &str, engine: &mut dyn Engine, now: &str, verify: bool) -> Ran {
    let segments = session.select(&[]).expect("all segments");
    let options = at(instant(now));
    let request = RunRequest {
        target,
        segments: &segments,
        options: &options,
        refresh: true,
        resume: false,
        verify,
        fail_fast: false,
        wait: false,
        check_clock: false,
    };
    session.run(&request, engine, &mut |_| {}).expect("it begins")
}

fn is_built(ran: &Ran) -> bool {
    ran.segments.iter().all(|one| matches!(one.status, Status::Built(_)))
}

#[test]
fn a_run_loads_a_list_only_if_its_file_or_its_stored_keys_have_changed() {
    let keys =
        |keys: &[usize]| keys.iter().fold("id\n".to_owned(), |text, key| text + &key.to_string() + "\n");
    let (many, fewer): (Vec<usize>, Vec<usize>) = ((0..1_200).collect(), (1..1_200).collect());
    for appends in [true, false] {
        for target in Target::all() {
            let name = target.name;
            let mut lab = Lab::new(target);
            lab.customers(&[0, 1, 2, 1_199], "2026-01-01T00:00:00Z");
            let mut day = 0;
            // Runs, and returns how many keys were appended, and by how many statements they were written.
            let mut run = |lab: &mut Lab, list: &[usize], verify| {
                day += 1;
                let session = session(&keys(list), name);
                let mut seen = Seen::new(lab.target.engine(), appends);
                let ran = ran(&session, name, &mut seen, &format!("2026-02-{day:02}T00:00:00Z"), verify);
                assert!(is_built(&ran), "{name}: {:?}", ran.problems);
                (seen.appended, seen.statements)
            };
            // One to clear the table, and three for 1,200 keys, unless they are appended.
            let loaded = |keys| if appends { (keys, 1) } else { (0, 4) };
            assert_eq!(run(&mut lab, &many, false), loaded(1_200), "{name}");
            assert_eq!(lab.members("vips"), "0 1 2 1199", "{name}");

            assert_eq!(run(&mut lab, &many, false), (0, 0), "{name}: nothing has changed");
            lab.customers(&[3], "2026-02-02T00:00:00Z");
            assert_eq!(run(&mut lab, &many, false), (0, 0), "{name}: a row of a known key");
            assert_eq!(lab.members("vips"), "0 1 2 3 1199", "{name}");

            assert_eq!(run(&mut lab, &fewer, false), loaded(1_199), "{name}: a key is gone");
            assert_eq!(lab.members("vips"), "1 2 3 1199", "{name}");
            assert_eq!(lab.members("active_vips"), "1 2 3", "{name}");

            lab.target.must("DELETE FROM segments.segc_list_vips WHERE id = 3");
            assert_eq!(run(&mut lab, &fewer, false), loaded(1_199), "{name}: a stored key is gone");
            assert_eq!(lab.members("vips"), "1 2 3 1199", "{name}");

            lab.target.must("UPDATE segments.segc_list_vips SET id = 0 WHERE id = 3");
            assert_eq!(run(&mut lab, &fewer, true), loaded(1_199), "{name}: all is verified");
            assert_eq!(lab.members("vips"), "1 2 3 1199", "{name}");
        }
    }
}

#[test]
fn scripts_and_runs_know_each_others_lists() {
    for target in Target::all() {
        let name = target.name;
        let mut lab = Lab::new(target);
        lab.customers(&[1, 2, 3], "2026-01-01T00:00:00Z");
        let lists = ["id\n1\n", "id\n2\n"].map(|list| session(list, name));
        let run = |lab: &mut Lab, list: usize, now| {
            let mut seen = Seen::new(lab.target.engine(), true);
            let ran = ran(&lists[list], name, &mut seen, now, false);
            assert!(is_built(&ran), "{name}: {:?}", ran.problems);
            seen.appended
        };
        assert_eq!(run(&mut lab, 0, "2026-02-01T00:00:00Z"), 1);
        lab.runs = 1;
        lab.run(&lists[1], "2026-02-02T00:00:00Z");
        lab.check("2", "2", "1 3");
        assert_eq!(run(&mut lab, 1, "2026-02-03T00:00:00Z"), 0, "{name}: the script has loaded it");
        assert_eq!(run(&mut lab, 0, "2026-02-04T00:00:00Z"), 1, "{name}");
        lab.check("1", "1", "2 3");
    }
}

#[test]
fn keys_replaced_while_a_run_begins_stop_it() {
    for target in Target::all() {
        let name = target.name;
        let mut lab = Lab::new(target);
        lab.customers(&[1, 2], "2026-01-01T00:00:00Z");
        let session = session("id\n1\n", name);
        assert!(is_built(&ran(&session, name, lab.target.engine(), "2026-02-01T00:00:00Z", false)));
        let mut seen = Seen::new(lab.target.engine(), true);
        seen.at_begin = Some("UPDATE segments.segc_stamp_vips SET stamp = 'another'");
        let stopped = ran(&session, name, &mut seen, "2026-02-02T00:00:00Z", false);
        let said: Vec<String> = stopped.problems.iter().map(|problem| problem.message.clone()).collect();
        let wanted = "segment `vips` failed: the stored keys of the list of vips were replaced while this run \
                      began: run it again";
        assert!(said.iter().any(|said| said.starts_with(wanted)), "{name}: {said:?}");
        assert_eq!(lab.members("vips"), "1", "{name}");
        // The next run knows.
        let again = ran(&session, name, lab.target.engine(), "2026-02-03T00:00:00Z", false);
        assert!(is_built(&again), "{name}: {:?}", again.problems);
    }
}

const TYPED: &str = "
entities:
  thing:
    table: things
    key: [flag, exact, day, moment, text, number]
    fields:
      number: { type: integer, nullable: false }
      text: { type: string, nullable: false }
      exact: { type: 'decimal(20,4)', nullable: false }
      day: { type: date, nullable: false }
      moment: { type: timestamp, nullable: false }
      flag: { type: boolean, nullable: false }
";

#[test]
fn appended_keys_have_the_values_of_their_file_in_every_type() {
    let rows = [
        "-9223372036854775808,\"a\tb\\c\r\nd\",-1234567890123456.7891,0001-01-01,0001-01-01T00:00:00Z,true",
        "9223372036854775807,\\N,0,9999-12-31,9999-12-30T21:59:59.999999Z,false",
        "0,😀,0.5,1970-01-01,1969-12-31T23:59:59.999999Z,true",
    ];
    let list = format!("number,text,exact,day,moment,flag\n{}\n", rows.join("\n"));
    let session = open(
        &Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", TYPED)
            .with("segments/all.seg", "segment some on thing from list \"lists/some.csv\" {}\n")
            .with("lists/some.csv", list),
    );
    for mut target in Target::all() {
        let tables = tables_of(&session.hir().catalog, target.name).expect("one type per column");
        target.make(tables.iter().find(|table| table.name == ["things"]).expect("the table"));
        for (number, text, exact, day, at, flag) in [
            (
                "-9223372036854775808",
                "a\tb\\c\r\nd",
                "-1234567890123456.7891",
                "0001-01-01",
                "0001-01-01T00:00:00Z",
                true,
            ),
            ("9223372036854775807", "\\N", "0", "9999-12-31", "9999-12-30T21:59:59.999999Z", false),
            ("0", "😀", "0.5", "1970-01-01", "1969-12-31T23:59:59.999999Z", true),
        ] {
            target.must(&format!(
                "INSERT INTO things (number, text, exact, day, moment, flag) VALUES ({number}, {}, {exact}, DATE '{day}', \
                 TIMESTAMPTZ '{at}', {flag})",
                if target.name == "postgres" {
                    format!("E'{}'", text.replace('\\', "\\\\"))
                } else {
                    format!("'{text}'")
                }
            ));
        }
        // Another run has made the table with its columns in another order.
        target.must("CREATE SCHEMA segments");
        target.must(
            "CREATE TABLE segments.segc_list_some (number BIGINT, text VARCHAR, exact DECIMAL(20,4), day DATE, \
             moment TIMESTAMPTZ, flag BOOLEAN)",
        );
        let name = target.name;
        let mut seen = Seen::new(target.engine(), true);
        let ran = ran(&session, name, &mut seen, "2026-02-01T00:00:00Z", false);
        assert_eq!(seen.appended, 3, "{name}");
        assert_eq!(ran.segments[0].status, Status::Built(3), "{name}: {:?}", ran.problems);
    }
}

/// What the program says in a folder.
fn said_in(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_segc"));
    let output = command.current_dir(folder).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn unit_tests_read_the_file_and_why_says_whether_a_key_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        std::fs::write(path, text).expect("it can be written");
    };
    write("segc.yml", "name: lists\ntargets: { duckdb: {} }\n");
    write(
        "catalog/a.yml",
        "entities:\n  customer:\n    table: customers\n    key: id\n    fields: { id: { type: integer, nullable: false }, \
         active: boolean }\n",
    );
    write(
        "segments/a.seg",
        "segment vips on customer from list \"lists/vips.csv\" {}\n\
         segment active_vips on customer extends vips { where active }\n\
         segment others on customer { where not in segment vips }\n",
    );
    write("lists/vips.csv", "id\n1\n2\n");
    write("data/customers.csv", "id,active\n1,true\n2,false\n3,true\n");
    write(
        "tests/a.yml",
        "as_of: 2026-01-01T00:00:00Z\ntests:\n  - name: listed\n    given:\n      customer:\n        \
         - { id: 1, active: true }\n        - { id: 2, active: false }\n        - { id: 3, active: true }\n    expect:\n      \
         vips: [1, 2]\n      active_vips: [1]\n      others: [3]\n",
    );
    let segc = |arguments: &[&str]| said_in(folder.path(), arguments);
    for engine in ["reference", "duckdb"] {
        let (code, said) = segc(&["test", "--engine", engine]);
        assert_eq!(code, Some(0), "{engine}: {said}");
    }
    let (code, said) = segc(&["run", "--db", "a.db", "--load"]);
    assert_eq!(code, Some(0), "{said}");
    for (segment, key, wanted) in [
        ("vips", "1", "customer 1 is in vips"),
        ("vips", "3", "customer 3 is not in vips: `from list \"lists/vips.csv\"` doesn't hold"),
        ("active_vips", "3", "customer 3 is not in active_vips: it isn't in vips"),
        ("others", "1", "customer 1 is not in others: `not in segment vips` doesn't hold"),
    ] {
        let (code, said) = segc(&["why", segment, key, "--db", "a.db"]);
        assert!(code == Some(0) && said.contains(wanted), "{segment} {key}: {said}");
    }

    // With a broken file, everything stays as it was.
    write("lists/vips.csv", "id\n1\n3\nx\n");
    let (code, said) = segc(&["run", "--db", "a.db", "--refresh"]);
    assert!(code == Some(1) && said.contains("SEG384"), "{said}");
    write("lists/vips.csv", "id\n1\n2\n");
    let (_, said) = segc(&["why", "vips", "3", "--db", "a.db"]);
    assert!(said.contains("customer 3 is not in vips"), "{said}");
    let (_, said) = segc(&["why", "vips", "2", "--db", "a.db"]);
    assert!(said.contains("customer 2 is in vips"), "{said}");
}
