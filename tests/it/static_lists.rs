//! Static lists over several runs: the difference of a changed file is applied and logged, and readers
//! follow the log.

use std::fmt::Write as _;

use segc::api::{Options, Session};
use segc::engine::tables_of;
use segc::plan::Refresh;
use segc::project::Memory;

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
