//! Columns beside the key over several runs: another set of columns, tables that were tampered with, readers of a
//! log that has changes of values.

use segc::api::{Options, Ran, RunRequest, Session, open_files};
use segc::engine::tables_of;
use segc::project::Memory;

use crate::support::project::{at, instant, open, said};
use crate::support::target::{Target, build, plan};

const CONFIG: &str = "name: lab\nschema: segments\ntargets: { duckdb: {}, postgres: {}, bigquery: {}, spark: {}, clickhouse: {}, sqlite: {} }\n";

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [id] } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      score: integer
      ratio: float
      country: string
      version: semver
      updated_at: timestamp
    links:
      notes: { to: note, many: true, on: { id: customer_id } }
  note:
    table: notes
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [id, customer_id] } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      customer_id: integer
      label: string
      version: semver
      updated_at: timestamp
";

fn session(segments: &str) -> Session {
    open(
        &Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", CATALOG)
            .with("segments/all.seg", segments),
    )
}

fn lab(target: &mut Target) {
    target.must("DROP SCHEMA IF EXISTS segments CASCADE");
    target.must("DROP TABLE IF EXISTS customers");
    target.must("DROP TABLE IF EXISTS notes");
    for table in
        tables_of(&session("segment everyone on customer {}").hir().catalog, target.name).expect("types")
    {
        target.make(&table);
    }
    for (id, score, ratio, country) in
        [(1, "5", "0.5", "'DE'"), (2, "7", "NULL", "NULL"), (3, "0", "1", "'US'")]
    {
        target.must(&format!(
            "INSERT INTO customers VALUES ({id}, {score}, {ratio}, {country}, NULL, TIMESTAMPTZ '2026-01-01T00:00:00Z')"
        ));
    }
}

fn run(target: &mut Target, session: &Session, now: &str, refresh: bool) {
    let plan = plan(session, target.name, &at(instant(now)));
    let script = build(session, &plan, refresh);
    target.run(&script).unwrap_or_else(|error| panic!("{}: {now}: {error}", target.name));
}

fn rows(target: &mut Target, sql: &str) -> Vec<String> {
    target.rows(sql).expect("it can be asked").into_iter().map(|row| row.join(" ")).collect()
}

#[test]
fn another_set_of_columns_keeps_the_members_and_when_they_entered() {
    let with = |columns: &str| {
        session(&format!(
            "segment good on customer {{ materialize: incremental history: true where score > 1 {columns} }}"
        ))
    };
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        run(&mut target, &with(""), "2026-02-01T00:00:00Z", false);
        let entered = rows(&mut target, "SELECT id, entered_at FROM segments.good");
        run(&mut target, &with("with country"), "2026-02-02T00:00:00Z", true);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
        let sql = "SELECT id, COALESCE(country, '-') FROM segments.good";
        assert_eq!(rows(&mut target, sql), ["1 DE", "2 -"], "{}", target.name);

        run(&mut target, &with("with twice = score * 2, country"), "2026-02-03T00:00:00Z", true);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
        let sql = "SELECT id, twice, COALESCE(country, '-') FROM segments.good";
        assert_eq!(rows(&mut target, sql), ["1 10 DE", "2 14 -"], "{}", target.name);

        // What ends keeps its last values.
        target.must(
            "UPDATE customers SET score = 0, updated_at = TIMESTAMPTZ '2100-01-01T00:00:00Z' WHERE id = 1",
        );
        run(&mut target, &with("with twice = score * 2, country"), "2026-02-04T00:00:00Z", true);
        let sql = "SELECT id, twice, country FROM segments.good_history";
        assert_eq!(rows(&mut target, sql), ["1 10 DE"], "{}", target.name);
        let sql = "SELECT id, run_seq, action FROM segments.segc_log_good ORDER BY run_seq, id";
        let log = rows(&mut target, sql);
        // Of the second run only what became present; of the third both.
        assert_eq!(log, ["1 1 enter", "1 2 change", "1 3 change", "1 4 leave", "2 1 enter", "2 3 change"]);
    }
}

/// The texts of aggregates are compared with stored ones, whatever collation an engine gives them; versions
/// without their build metadata.
#[test]
fn texts_and_versions_change_only_by_what_is_written() {
    let segments = "segment good on customer { materialize: incremental history: true where score > 1
      with version, newest = max(notes.version), label = min(notes.label), known = coalesce(last_label, \"-\") }
    trait last_label on customer = max(notes.label)";
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        let session = session(segments);
        lab(&mut target);
        let set = |version: &str| {
            format!(
                "UPDATE customers SET version = '{version}', updated_at = TIMESTAMPTZ '2100-01-01T00:00:00Z' WHERE id = 1"
            )
        };
        let note =
            |values: &str| format!("INSERT INTO notes VALUES ({values}, TIMESTAMPTZ '2100-01-01T00:00:00Z')");
        target.must(&set("1.2.3-rc.1+a"));
        target.must(&note("1, 1, 'b', '1.10.0+x'"));
        run(&mut target, &session, "2026-02-01T00:00:00Z", false);
        let sql = "SELECT id, COALESCE(version, '-'), COALESCE(newest, '-'), COALESCE(label, '-'), known FROM segments.good";
        assert_eq!(rows(&mut target, sql), ["1 1.2.3-rc.1 1.10.0 b b", "2 - - - -"], "{}", target.name);
        // Only what isn't written differs.
        target.must(&set("1.2.3-rc.1+b"));
        target.must(&note("2, 1, 'b', '1.9.0'"));
        run(&mut target, &session, "2026-02-02T00:00:00Z", true);
        target.must(&set("1.2.3"));
        target.must(&note("3, 1, 'B', 'latest'"));
        target.must(&note("4, 2, 'c', '2.0.0-0'"));
        run(&mut target, &session, "2026-02-03T00:00:00Z", true);
        assert_eq!(rows(&mut target, sql), ["1 1.2.3 1.10.0 B b", "2 - 2.0.0-0 c c"], "{}", target.name);
        let id = session.hir().find("good").expect("a segment");
        let parity = session.parity_sql(target.name, id, &Options::default()).expect("a query");
        assert_eq!(rows(&mut target, &parity), Vec::<String>::new(), "{}", target.name);
        target.must("UPDATE segments.good SET version = '1.2.3+b' WHERE id = 1");
        assert_eq!(rows(&mut target, &parity), ["changed 1"], "{}", target.name);
        let log = "SELECT id, run_seq, action FROM segments.segc_log_good ORDER BY run_seq, id";
        assert_eq!(rows(&mut target, log), ["1 1 enter", "1 3 change", "2 1 enter", "2 3 change"]);
        target.must(
            "UPDATE customers SET score = 0, updated_at = TIMESTAMPTZ '2100-01-01T00:00:00Z' WHERE id = 1",
        );
        target.must("UPDATE segments.good SET version = '1.2.3' WHERE id = 1");
        run(&mut target, &session, "2026-02-04T00:00:00Z", true);
        let last = "SELECT id, version, newest FROM segments.good_history";
        assert_eq!(rows(&mut target, last), ["1 1.2.3 1.10.0"], "{}", target.name);
    }
}

#[test]
fn parity_names_members_whose_columns_are_others() {
    let segments = "segment good on customer { materialize: incremental where score > 1 with score, country, third = ratio / 3 }";
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        let session = session(segments);
        run(&mut target, &session, "2026-02-01T00:00:00Z", false);
        let id = session.hir().find("good").expect("a segment");
        let sql = session.parity_sql(target.name, id, &Options::default()).expect("a query");
        assert_eq!(rows(&mut target, &sql), Vec::<String>::new(), "{}", target.name);
        // Within a billionth of a float, and beyond.
        target.must("UPDATE segments.good SET third = third * 1.0000000001 WHERE id = 1");
        assert_eq!(rows(&mut target, &sql), Vec::<String>::new(), "{}", target.name);
        target.must("UPDATE segments.good SET third = third * 1.00001 WHERE id = 1");
        assert_eq!(rows(&mut target, &sql), ["changed 1"], "{}", target.name);
        target.must("UPDATE segments.good SET country = 'FR' WHERE id = 2");
        assert_eq!(rows(&mut target, &sql), ["changed 1", "changed 2"], "{}", target.name);
    }
}

/// Fields of personal data and of roles are read by everyone who reads a column.
#[test]
fn columns_are_read_by_every_reader_of_the_segment() {
    let catalog = CATALOG.replace("country: string", "country: { type: string, roles: [analyst] }");
    let files = |segment: &str| {
        Memory::new()
            .with("segc.yml", CONFIG)
            .with("catalog/all.yml", catalog.clone())
            .with("segments/all.seg", segment)
    };
    let codes = |segment: &str| {
        let (_, problems) = open_files(&files(segment), &Options::default());
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("segment s on customer { where score > 1 with country }"), ["SEG520"]);
    assert!(codes("segment s on customer { access: [analyst] where score > 1 with country }").is_empty());
}

/// Scripts alone: values change and go, a column comes, another isn't listed any more. Members and `entered_at`
/// stay throughout. Without Spark, whose scripts add no columns to tables, and ClickHouse, where it fails so far.
#[test]
fn scripts_keep_columns_up_to_date() {
    let with = |columns: &str| {
        session(&format!(
            "segment good on customer {{ materialize: incremental history: true where score > 1 with {columns} }}"
        ))
    };
    let catalog = with("score");
    for mut target in Target::every().into_iter().filter(|one| !["spark", "clickhouse"].contains(&one.name)) {
        let name = target.name;
        target.must("DROP SCHEMA IF EXISTS segments CASCADE");
        let tables = tables_of(&catalog.hir().catalog, name).expect("types");
        tables.iter().for_each(|table| target.make(table));
        let fill = |target: &mut Target, rows: &[(u8, &str, &str)]| {
            target.must("DELETE FROM customers WHERE TRUE");
            let row = |(id, score, country): &(u8, &str, &str)| {
                format!("({id}, {score}, NULL, {country}, NULL, TIMESTAMPTZ '2100-01-01T00:00:00Z')")
            };
            let rows: Vec<String> = rows.iter().map(row).collect();
            target.must(&format!("INSERT INTO customers VALUES {}", rows.join(", ")));
        };
        let found = |target: &mut Target, columns: &str, table: &str| {
            let rows = target.rows(&format!("SELECT id, {columns} FROM segments.{table}"));
            let rows = rows.unwrap_or_else(|error| panic!("{name}: {error}"));
            rows.into_iter().map(|row| row.join(" ")).collect::<Vec<_>>()
        };
        let nothing = segc::engine::Cell::Null.to_string();

        fill(&mut target, &[(1, "5", "'DE'"), (2, "7", "NULL"), (3, "9", "'US'")]);
        run(&mut target, &with("score, country"), "2026-02-01T00:00:00Z", false);
        let wanted = ["1 5 DE".to_owned(), format!("2 7 {nothing}"), "3 9 US".to_owned()];
        assert_eq!(found(&mut target, "score, country", "good"), wanted, "{name}");
        let entered = found(&mut target, "entered_at", "good");

        fill(&mut target, &[(1, "6", "'DE'"), (2, "7", "'FR'"), (3, "9", "'US'")]);
        run(&mut target, &with("score, country"), "2026-02-02T00:00:00Z", true);
        assert_eq!(found(&mut target, "score, country", "good"), ["1 6 DE", "2 7 FR", "3 9 US"], "{name}");

        fill(&mut target, &[(1, "6", "NULL"), (2, "8", "'FR'"), (3, "9", "'US'")]);
        run(&mut target, &with("score, country"), "2026-02-03T00:00:00Z", true);
        let wanted = [format!("1 6 {nothing}"), "2 8 FR".to_owned(), "3 9 US".to_owned()];
        assert_eq!(found(&mut target, "score, country", "good"), wanted, "{name}");

        // A column that the table lacks.
        let more = with("score, country, twice = score * 2");
        if name == "sqlite" {
            let plan = plan(&more, name, &at(instant("2026-02-04T00:00:00Z")));
            let error = target.run(&build(&more, &plan, true)).expect_err("nobody has added it");
            assert!(error.contains("twice"), "{error}");
            target.must("ALTER TABLE segments.good ADD COLUMN twice INTEGER");
            target.must("ALTER TABLE segments.good_history ADD COLUMN twice INTEGER");
        }
        run(&mut target, &more, "2026-02-04T00:00:00Z", true);
        let wanted = [format!("1 6 {nothing} 12"), "2 8 FR 16".to_owned(), "3 9 US 18".to_owned()];
        assert_eq!(found(&mut target, "score, country, twice", "good"), wanted, "{name}");

        // A column that isn't listed any more: it stays as it was, and is missing for who enters.
        let less = with("twice = score * 2, country");
        fill(&mut target, &[(1, "7", "NULL"), (2, "8", "'FR'"), (3, "0", "'US'"), (4, "4", "'IT'")]);
        run(&mut target, &less, "2026-02-05T00:00:00Z", true);
        let wanted = [format!("1 {nothing} 14"), "2 FR 16".to_owned(), "4 IT 8".to_owned()];
        assert_eq!(found(&mut target, "country, twice", "good"), wanted, "{name}");
        let wanted = ["1 6".to_owned(), "2 8".to_owned(), format!("4 {nothing}")];
        assert_eq!(found(&mut target, "score", "good"), wanted, "{name}");
        assert_eq!(found(&mut target, "entered_at", "good")[..2], entered[..2], "{name}");
        assert_eq!(found(&mut target, "country, twice", "good_history"), ["3 US 18"], "{name}");

        fill(&mut target, &[(1, "7", "'PL'"), (2, "8", "'FR'"), (4, "4", "'IT'")]);
        run(&mut target, &less, "2026-02-06T00:00:00Z", true);
        assert_eq!(found(&mut target, "country, twice", "good"), ["1 PL 14", "2 FR 16", "4 IT 8"], "{name}");
        let log = found(&mut target, "run_seq, action", "segc_log_good");
        let runs = |id: &str| {
            let own = log.iter().filter_map(|line| line.strip_prefix(id)?.strip_prefix(' '));
            let mut own: Vec<&str> = own.collect();
            own.sort_unstable();
            own.join(", ")
        };
        let changed = "1 enter, 2 change, 3 change, 4 change, 5 change, 6 change";
        assert_eq!(runs("1"), changed, "{name}");
        assert_eq!(runs("3").split(", ").last().map(|last| last.ends_with("leave")), Some(true), "{name}");
    }
}

fn drive(target: &mut Target, session: &Session, now: &str) -> Ran {
    let (options, segments) = (at(instant(now)), session.select(&[]).expect("all segments"));
    let request = RunRequest {
        target: target.name,
        segments: &segments,
        options: &options,
        refresh: true,
        resume: false,
        verify: false,
        fail_fast: false,
        wait: false,
        check_clock: false,
    };
    session
        .run(&request, target.engine(), &mut |_| {})
        .unwrap_or_else(|problems| panic!("{}", said(&problems)))
}

fn codes(ran: &Ran) -> Vec<&'static str> {
    // That there is nothing to build on is said of each new set of columns.
    ran.problems.iter().map(|problem| problem.code).filter(|&code| code != "SEG739").collect()
}

/// A run sees the table, but what isn't listed may be a person's.
#[test]
fn runs_name_the_columns_that_are_not_listed_any_more() {
    let with = |columns: &str| {
        session(&format!(
            "segment good on customer {{ materialize: incremental history: true where score > 1 {columns} }}"
        ))
    };
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        let names = |target: &mut Target, table: &str| {
            rows(
                target,
                &format!(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'segments' AND table_name = '{table}'"
                ),
            )
        };
        assert_eq!(codes(&drive(&mut target, &with("with score, country"), "2026-02-01T00:00:00Z")), [""; 0]);
        let entered = rows(&mut target, "SELECT id, entered_at FROM segments.good");

        let ran = drive(&mut target, &with("with country"), "2026-02-02T00:00:00Z");
        assert_eq!(codes(&ran), ["SEG751"], "{}", said(&ran.problems));
        assert_eq!(names(&mut target, "good"), ["country", "entered_at", "id", "score"], "{}", target.name);
        assert!(names(&mut target, "good_history").contains(&"score".to_owned()), "{}", target.name);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
        // A refresh by keys doesn't look.
        assert_eq!(codes(&drive(&mut target, &with("with country"), "2026-02-03T00:00:00Z")), [""; 0]);

        // The help is the statement that drops it.
        let named = ran.problems.iter().find(|problem| problem.code == "SEG751");
        let help = named.and_then(|problem| problem.help.clone()).expect("a help");
        let statement = help.split('`').nth(1).expect("a statement");
        target.must(statement);
        assert_eq!(names(&mut target, "good"), ["country", "entered_at", "id"], "{statement}");
        let ran = drive(&mut target, &with("with score"), "2026-02-05T00:00:00Z");
        assert_eq!(codes(&ran), ["SEG751"], "{}", said(&ran.problems));
        assert_eq!(names(&mut target, "good"), ["country", "entered_at", "id", "score"], "{}", target.name);
        assert_eq!(rows(&mut target, "SELECT id, entered_at FROM segments.good"), entered, "{}", target.name);
    }
}

/// Values aren't rounded into a column of the type that it once had.
#[test]
fn runs_stop_at_a_column_of_another_type() {
    let with = |columns: &str| {
        session(&format!(
            "segment good on customer {{ materialize: incremental history: true where score > 1 with {columns} }}"
        ))
    };
    for mut target in Target::all().into_iter().filter(|target| ["duckdb", "postgres"].contains(&target.name))
    {
        lab(&mut target);
        assert_eq!(codes(&drive(&mut target, &with("x = score"), "2026-02-01T00:00:00Z")), [""; 0]);
        let entered = rows(&mut target, "SELECT id, x, entered_at FROM segments.good");
        let half = with("x = score / 2");
        let ran = drive(&mut target, &half, "2026-02-02T00:00:00Z");
        assert_eq!(codes(&ran), ["SEG750"], "{}", said(&ran.problems));
        assert_eq!(
            rows(&mut target, "SELECT id, x, entered_at FROM segments.good"),
            entered,
            "{}",
            target.name
        );
        let help = |target: &mut Target| {
            let ran = drive(target, &half, "2026-02-02T00:00:00Z");
            let problem = ran.problems.iter().next().expect("a problem");
            (problem.message.clone(), problem.help.clone().expect("help"))
        };
        let (_, drop) = help(&mut target);
        let statement = drop.split('`').nth(1).expect("a statement");
        assert!(statement.starts_with("ALTER TABLE segments.good DROP COLUMN"), "{statement}");
        target.must(statement);
        let (message, rename) = help(&mut target);
        assert!(message.contains("segments.good_history"), "{message}");
        assert!(rename.starts_with("rename `x` there;"), "{rename}");
        target.must("ALTER TABLE segments.good_history RENAME COLUMN x TO x_before");
        assert_eq!(codes(&drive(&mut target, &half, "2026-02-02T00:00:00Z")), [""; 0]);
        assert_eq!(
            rows(&mut target, "SELECT id, x FROM segments.good"),
            ["1 2.5", "2 3.5"],
            "{}",
            target.name
        );
        let since =
            "SELECT COUNT(*) FROM segments.good WHERE entered_at = TIMESTAMPTZ '2026-02-01T00:00:00Z'";
        assert_eq!(rows(&mut target, since), ["2"], "{}", target.name);
    }
}
