//! A table for each day, `events_*`: which of them the SQL reads, and that members and refreshes are right where
//! the catalog's declarations are true. `tests/conformance/shards.md` defines its meaning.
//!
//! No engine here has such tables, so a table stands for them that has a column for the digits: on DuckDB and
//! PostgreSQL by a dialect of the test's own, on GoogleSQL under BigQuery's own name for it.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::support;
use crate::support::engine::words;
use crate::support::given::Given;
use crate::support::project::{at, instant, open, said};
use crate::support::target::{Target, build, plan};
use segc::api::{Options, Session, open_files};
use segc::catalog::Storage;
use segc::engine::{DataTable, TableColumn, tables_of};
use segc::evaluate::{Data, Datum, Evaluator};
use segc::project::Memory;
use segc::types::Type;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: static
    fields: { id: { type: integer, nullable: false }, joined_at: timestamp }
    links:
      events: { to: event, many: true, on: { id: user_id } }
  event:
    table: an.events_*
    shards: { zone: America/New_York, late: 2 days }
    key: id
    time: at
    event_name: name
    changes: { append_only: { lateness: 3 days } }
    deletes: never
    settle: 1 hour
    fields:
      id: { type: integer, nullable: false }
      user_id: integer
      name: string
      at: { type: timestamp, nullable: false }
      amount: integer
    links:
      customer: { to: customer, on: { user_id: id } }
";

const SEGMENTS: &str = r#"
segment recent on customer { materialize: incremental where exists(events during last 7 days) }
segment busy on customer { materialize: incremental where count(events["view"] during last 3 days where amount > 1) >= 2 }
segment lapsed on customer { materialize: incremental where exists(events) and not exists(events during last 10 days) }
segment earlier on customer { materialize: incremental where exists(events during 12 days ago to 6 days ago) }
segment two_windows on customer { materialize: incremental where sum(events.amount during last 2 days) > sum(events.amount during 14 days ago to 12 days ago) }
segment this_month on customer { materialize: incremental where count(events during this month) >= 3 }
segment fixed on customer { materialize: incremental where exists(events during 2026-03-01 through 2026-03-08) }
segment ever on customer { materialize: incremental where sum(events.amount) >= 12 }
segment by_condition on customer { materialize: incremental where exists(events where at after 5 days ago and name = "buy") }
segment either on customer { materialize: incremental where exists(events where at before 20 days ago or at after 1 day ago) }
segment in_order on customer { materialize: incremental where sequence(events["view"] then events["buy"] within 2 days during last 9 days) }
segment latest on customer { materialize: incremental where last(events.name) = "buy" }
segment from_joining on customer { materialize: incremental where count(events during outer.joined_at to outer.joined_at + 5 days) >= 1 }
segment young_events on event { materialize: incremental where at during last 4 days and customer.joined_at is present }
"#;

/// A dialect with the tables, except that a column holds the digits; if an instant is given, its engine's clock
/// has stopped there.
fn lab(target: &str, clock: Option<Timestamp>) -> String {
    let clock = clock.map_or_else(String::new, |at| {
        let at = at.strftime("%Y-%m-%d %H:%M:%S%.f+00:00");
        format!("functions:\n  engine_clock: \"TIMESTAMPTZ '{at}'\"\n")
    });
    format!(
        "name: {target}\nextends: {target}\ncapabilities: {{ wildcard_tables: true }}\nidentifiers: {{ shard_digits: segc_digits }}\n{clock}"
    )
}

fn files(catalog: &str, segments: &str) -> Memory {
    Memory::new()
        .with(
            "segc.yml",
            "name: lab\nschema: segments\ntargets: { duckdb: {}, postgres: {}, bigquery: {} }\n",
        )
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments)
        .with("dialects/duckdb.yml", lab("duckdb", None))
        .with("dialects/postgres.yml", lab("postgres", None))
}

/// SQL without the spaces between its parts.
fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect()
}

fn session_at(clock: Timestamp) -> Session {
    let files = files(CATALOG, SEGMENTS)
        .with("dialects/duckdb.yml", lab("duckdb", Some(clock)))
        .with("dialects/postgres.yml", lab("postgres", Some(clock)));
    open(&files)
}

fn session() -> Session {
    open(&files(CATALOG, SEGMENTS))
}

fn select(segment: &str, target: &str, options: &Options) -> String {
    let session = session();
    let id = session.hir().find(segment).expect("a segment");
    session.select_sql(target, id, options).unwrap_or_else(|problems| panic!("{}", said(&problems)))
}

/// In New York, the days of these instants are the ones before: 2026-03-24T12:00:00Z is on the 24th, but
/// 2026-03-01T00:00:00Z is on 28 February.
#[test]
fn sql_reads_only_the_days_that_a_window_can_have_rows_in() {
    let options = at(instant("2026-03-31T12:00:00Z"));
    let all_days = "REGEXP_CONTAINS(_TABLE_SUFFIX, '^[0-9]{8}$')";
    for (segment, wanted) in [
        ("recent", &["_TABLE_SUFFIX >= '20260322'", "_TABLE_SUFFIX <= '20260402'"][..]),
        ("busy", &["_TABLE_SUFFIX >= '20260326'", "_TABLE_SUFFIX <= '20260402'"]),
        ("earlier", &["_TABLE_SUFFIX >= '20260317'", "_TABLE_SUFFIX <= '20260327'"]),
        ("this_month", &["_TABLE_SUFFIX >= '20260226'", "_TABLE_SUFFIX <= '20260402'"]),
        ("fixed", &["_TABLE_SUFFIX >= '20260226'", "_TABLE_SUFFIX <= '20260310'"]),
        ("ever", &["_TABLE_SUFFIX <= '20260402'"]),
        ("by_condition", &["_TABLE_SUFFIX >= '20260324'"]),
        ("either", &["_TABLE_SUFFIX <= '20260313' OR _TABLE_SUFFIX >= '20260328'"]),
        ("young_events", &["_TABLE_SUFFIX >= '20260325'", "_TABLE_SUFFIX <= '20260402'"]),
    ] {
        let sql = select(segment, "bigquery", &options);
        assert!(sql.contains("FROM an.`events_*`") && sql.contains(all_days), "{segment}:\n{sql}");
        for part in wanted {
            assert!(squeezed(&sql).contains(&squeezed(part)), "{segment} lacks {part}:\n{sql}");
        }
        assert!(!sql.contains("segc_day"), "conditions on the digits are where the tables are read:\n{sql}");
    }
    // Each row of `outer` has a window of its own, which leaves no day out.
    let sql = select("from_joining", "bigquery", &options);
    assert!(!sql.contains("_TABLE_SUFFIX >="), "{sql}");
}

/// Where the clock decides, the digits are made of the same constants.
#[test]
fn the_engines_clock_decides_on_the_days() {
    let sql = select("recent", "bigquery", &Options::default());
    let from = "_TABLE_SUFFIX >= FORMAT_DATE('%Y%m%d', DATE_SUB(DATE(DATETIME(TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 168 HOUR), 'America/New_York')), INTERVAL 2 DAY))";
    let to = "_TABLE_SUFFIX <= FORMAT_DATE('%Y%m%d', DATE_ADD(DATE(DATETIME(CURRENT_TIMESTAMP(), 'America/New_York')), INTERVAL 2 DAY))";
    for part in [from, to] {
        assert!(squeezed(&sql).contains(&squeezed(part)), "{part}:\n{sql}");
    }
}

/// In Newfoundland, clocks were set back from 00:01 to 23:01: half a minute past midnight was before half past
/// eleven, and of a later day.
#[test]
fn zones_that_repeat_midnight_have_one_more_day() {
    let catalog = CATALOG.replace("America/New_York, late: 2 days", "America/St_Johns, late: 0 days");
    let segment = "segment s on customer { where exists(events during until 2010-11-07T03:00:00Z) }";
    let session = open(&files(&catalog, segment));
    let id = session.hir().find("s").expect("a segment");
    // 23:30 on 6 November, for the second time; 00:00:30 on the 7th was before it.
    let sql = session.select_sql("bigquery", id, &at(instant(AS_OF))).expect("SQL");
    assert!(sql.contains("_TABLE_SUFFIX <= '20101107'"), "{sql}");
}

/// A row, in the table of these digits.
#[derive(Debug, Clone)]
struct Row {
    digits: String,
    id: i64,
    user: i64,
    name: &'static str,
    at: Timestamp,
    amount: Option<i64>,
}

impl Row {
    fn is_of_a_day(&self) -> bool {
        self.digits.len() == 8 && self.digits.chars().all(|c| c.is_ascii_digit())
    }

    fn cells(&self) -> Vec<Option<String>> {
        let number = |number: i64| Some(number.to_string());
        vec![
            number(self.id),
            number(self.user),
            Some(self.name.to_owned()),
            Some(self.at.to_string()),
            self.amount.map(|amount| amount.to_string()),
            Some(self.digits.clone()),
        ]
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

const USERS: i64 = 12;

/// Rows whose tables are at most two days from their times, and some in tables of no day, which are none.
fn rows(random: &mut Random, count: i64, first: i64, until: Timestamp) -> Vec<Row> {
    let zone = TimeZone::get("America/New_York").expect("a zone");
    (first..first + count)
        .map(|id| {
            let hours = random.below(24 * 30);
            let edge = [-1, 0, 1][usize::try_from(random.below(3)).expect("small")];
            let at = until - SignedDuration::from_hours(hours) + SignedDuration::from_micros(edge);
            let day = zone.to_datetime(at).date() + Span::new().days(random.below(5) - 2);
            let digits = day.strftime("%Y%m%d").to_string();
            let digits = match random.below(12) {
                0 => format!("intraday_{digits}"),
                1 => format!("{digits}0"),
                2 => digits[..7].to_owned(),
                _ => digits,
            };
            let name = ["view", "buy", "leave"][usize::try_from(random.below(3)).expect("small")];
            let amount = Some(random.below(7)).filter(|amount| *amount > 0);
            Row { digits, id, user: 1 + random.below(USERS + 1), name, at, amount }
        })
        .collect()
}

fn expected(session: &Session, rows: &[Row], as_of: Timestamp) -> Vec<(String, BTreeSet<String>)> {
    let hir = session.hir();
    let mut data = Data::new(&hir.catalog);
    for id in 1..=USERS {
        data.push("customer", customer(id)).expect("a row");
    }
    for row in rows.iter().filter(|row| row.is_of_a_day()) {
        let amount = row.amount.map_or(Datum::Missing, Datum::Integer);
        let values = [
            ("id", Datum::Integer(row.id)),
            ("user_id", Datum::Integer(row.user)),
            ("name", row.name.into()),
            ("at", Datum::Timestamp(row.at)),
            ("amount", amount),
        ];
        data.push("event", values).expect("a row");
    }
    let mut evaluator = Evaluator::new(hir, &data, as_of);
    let members = |(id, segment): (_, &segc::check::hir::Segment)| {
        (segment.name.clone(), words(&evaluator.members(id).expect("members")))
    };
    hir.iter().map(members).collect()
}

fn joined(id: i64) -> Option<Timestamp> {
    (id % 4 > 0).then(|| instant("2026-03-05T00:00:00Z") + SignedDuration::from_hours(40 * id))
}

fn customer(id: i64) -> [(&'static str, Datum); 2] {
    [("id", Datum::Integer(id)), ("joined_at", joined(id).map_or(Datum::Missing, Datum::Timestamp))]
}

/// The tables of a target, the digits of rows in this column.
fn given(session: &Session, target: &str, digits: &str, rows: &[Row]) -> Vec<Given> {
    let tables = tables_of(&session.hir().catalog, target).expect("one type per column");
    let fill = |mut table: DataTable| {
        if table.short_name() == "customers" {
            let row = |id: i64| vec![Some(id.to_string()), joined(id).map(|at| at.to_string())];
            return Given { table, rows: (1..=USERS).map(row).collect() };
        }
        assert_eq!((table.name.join("."), table.short_name()), ("an.events_*".to_owned(), "events"));
        let (ty, storage, span) = (Type::String, Storage::Native, table.columns[0].span);
        let name = digits.to_owned();
        table.columns.push(TableColumn { name, ty, storage, nullable: false, span, parts: Vec::new() });
        Given { table, rows: rows.iter().map(Row::cells).collect() }
    };
    tables.into_iter().map(fill).collect()
}

const AS_OF: &str = "2026-03-31T12:00:00Z";

fn cases() -> usize {
    let cases = std::env::var("SEGC_CASES").ok().and_then(|cases| cases.parse().ok());
    cases.map_or(4, |cases: usize| 1 + cases / 100)
}

#[test]
fn members_agree_where_the_declarations_are_true() {
    let session = session();
    for mut engine in support::engine::available() {
        let target = engine.target();
        if target == "spark" {
            continue;
        }
        let digits = if target == "bigquery" { "_TABLE_SUFFIX" } else { "segc_digits" };
        let (mut found, mut nobody) = (0, 0);
        for seed in 0..cases() {
            let mut random = Random(u64::try_from(seed).expect("small"));
            let rows = rows(&mut random, 80, 1, instant(AS_OF));
            engine.load(&given(&session, target, digits, &rows));
            let expected = expected(&session, &rows, instant(AS_OF));
            let selects: Vec<String> = session
                .hir()
                .iter()
                .map(|(id, _)| session.select_sql(target, id, &at(instant(AS_OF))).expect("SQL"))
                .collect();
            for (((segment, wanted), answer), sql) in
                expected.iter().zip(engine.members_of_all(&selects)).zip(&selects)
            {
                let answer = answer.map(|members| words(&members));
                assert_eq!(answer.as_ref(), Ok(wanted), "{segment} on {target}, seed {seed}\n{sql}");
                found += wanted.len();
                nobody += usize::from(wanted.is_empty());
            }
        }
        assert!(found > 100 * cases() / 4 && nobody < 14 * cases() / 2, "{target}: {found} {nobody}");
    }
}

/// Rows that break the declaration are in tables that aren't read: the window alone doesn't decide.
#[test]
fn tables_of_other_days_are_not_read() {
    let session = session();
    let row = |id: i64, user: i64, digits: &str| Row {
        digits: digits.to_owned(),
        id,
        user,
        name: "view",
        at: instant("2026-03-30T12:00:00Z"),
        amount: Some(1),
    };
    let rows = [row(1, 1, "20260401"), row(2, 2, "20260410"), row(3, 3, "20260320"), row(4, 4, "20260322")];
    for mut engine in support::engine::available() {
        let target = engine.target();
        if target == "spark" {
            continue;
        }
        let digits = if target == "bigquery" { "_TABLE_SUFFIX" } else { "segc_digits" };
        engine.load(&given(&session, target, digits, &rows));
        let id = session.hir().find("recent").expect("a segment");
        let sql = session.select_sql(target, id, &at(instant(AS_OF))).expect("SQL");
        let found = words(&engine.members(&sql).expect("members"));
        assert_eq!(found, BTreeSet::from(["1".to_owned(), "4".to_owned()]), "{target}:\n{sql}");
    }
}

#[test]
fn refreshes_read_the_days_that_changes_can_be_in() {
    let session = session();
    let all = session.select(&[]).expect("all");
    let (plan, problems) = session.plan("bigquery", &all, &Options::default());
    assert!(!problems.has_errors(), "{}", said(&problems));
    let plan = plan.expect("a target");
    for segment in plan.segments.iter().filter(|segment| segment.entity == "customer") {
        assert!(segment.refresh.by_keys.is_some(), "{}: {:?}", segment.name, segment.refresh.strategy);
    }
    let script = build(&session, &plan, true).join("\n");
    // Several ranges are looked for at once, of which each is in tables of its own.
    let day = |function: &str, name: &str| {
        format!(
            "FORMAT_DATE('%Y%m%d', {function}(DATE(DATETIME(segc_{name}, 'America/New_York')), INTERVAL 2 DAY))"
        )
    };
    let since = format!("_TABLE_SUFFIX >= {} OR", day("DATE_SUB", "since_event"));
    let edge = format!(
        "_TABLE_SUFFIX >= {} AND _TABLE_SUFFIX <= {}",
        day("DATE_SUB", "ago_7_days_from"),
        day("DATE_ADD", "ago_7_days_to")
    );
    for part in [since, edge] {
        assert!(squeezed(&script).contains(&squeezed(&part)), "{part}:\n{script}");
    }
    assert!(!script.contains("segc_day"), "{script}");
}

/// The law of refresh: after each run the members are those of a first run over the same rows.
#[test]
fn refreshes_find_what_arrives_late() {
    let session = session();
    for mut target in Target::all() {
        for seed in 0..cases() {
            let mut random = Random(1000 + u64::try_from(seed).expect("small"));
            let mut now = instant("2026-03-20T12:00:00Z");
            let mut all: Vec<Row> = Vec::new();
            let empty = given(&session, target.name, "segc_digits", &[]);
            for one in &empty {
                let create = support::structs::create_statements(target.name, &one.table);
                target.run(&create).expect("new tables");
            }
            target.run(&support::statements::inserts(target.name, &empty[0])).expect("customers");
            target.drop_segments(&plan(&session, target.name, &at(now)));
            for run in 0..4 {
                // Later runs see rows that are up to three days late.
                let (count, first) =
                    (if run == 0 { 60 } else { 12 }, 1 + i64::try_from(all.len()).expect("few"));
                let mut more = rows(&mut random, count, first, now);
                if run > 0 {
                    let back = |row: &Row| now.duration_since(row.at) <= SignedDuration::from_hours(72);
                    more.retain(back);
                }
                let table = given(&session, target.name, "segc_digits", &more).remove(1);
                target.run(&support::statements::inserts(target.name, &table)).expect("rows");
                all.extend(more);
                let session = session_at(now);
                let plan = plan(&session, target.name, &at(now));
                target.run(&build(&session, &plan, run > 0)).expect("a run");
                for (segment, wanted) in expected(&session, &all, now) {
                    let segment = plan.segments.iter().find(|one| one.name == segment).expect("planned");
                    let found = target.members(segment).expect("a table");
                    let found: BTreeSet<String> = found.iter().map(|key| key.join("/")).collect();
                    assert_eq!(found, wanted, "{} on {}, seed {seed}, run {run}", segment.name, target.name);
                }
                now += SignedDuration::from_hours(
                    [0, 1, 30, 71][usize::try_from(random.below(4)).expect("small")],
                );
            }
        }
    }
}

/// Without the capability it is refused, with what to do; with a table of its own for the target it isn't.
#[test]
fn targets_without_such_tables_need_another() {
    let refused = |catalog: &str| {
        let config = "name: lab\ntargets: { duckdb: {}, spark: {}, bigquery: {} }\n";
        let files = Memory::new()
            .with("segc.yml", config)
            .with("catalog/all.yml", catalog)
            .with("segments/all.seg", SEGMENTS);
        let (session, problems) = open_files(&files, &Options::default());
        assert!(!problems.has_errors(), "{}", said(&problems));
        let all = session.select(&[]).expect("all");
        let judged =
            ["duckdb", "spark", "bigquery"].map(|target| session.judge(target, &all, &Options::default()));
        judged.map(|problems| said(&problems))
    };
    let [duckdb, spark, bigquery] = refused(CATALOG);
    for (target, problems) in [("duckdb", duckdb), ("spark", spark)] {
        for part in ["SEG501", "a table for each day (`wildcard_tables`)", "targets: { NAME: { table: … } }"]
        {
            assert!(problems.contains(part), "{target}: {problems}");
        }
    }
    assert_eq!(bigquery, "");
    let other = CATALOG.replace(
        "    key: id\n    time: at",
        "    targets: { duckdb: { table: an.all_events } }\n    key: id\n    time: at",
    );
    let [duckdb, spark, _] = refused(&other);
    assert!(duckdb.is_empty() && spark.contains("SEG501"), "{duckdb}{spark}");
    let only_there = CATALOG.replace("    table: an.events_*\n    shards: { zone: America/New_York, late: 2 days }\n", "    table: an.all_events\n    targets: { bigquery: { table: an.events_*, shards: { zone: America/New_York, late: 2 days } } }\n");
    assert_eq!(refused(&only_there), ["", "", ""]);
}

#[test]
fn what_isnt_a_table_for_each_day_is_refused() {
    let refuses = |from: &str, to: &str, code: &str| {
        assert!(CATALOG.contains(from), "{from}");
        let catalog = CATALOG.replace(from, to);
        let (_, problems) = open_files(&files(&catalog, ""), &Options::default());
        assert!(problems.iter().any(|one| one.code == code), "{to} {code}: {}", said(&problems));
    };
    let (table, shards) = ("table: an.events_*", "    shards: { zone: America/New_York, late: 2 days }\n");
    refuses(shards, "", "SEG287");
    for name in
        ["an.events_2026*", "an.*", "\"*\"", "an_*.events", "an.events_*x", "an.ev*nts_*", "a.b.c.events_*"]
    {
        refuses(table, &format!("table: {name}"), "SEG288");
    }
    refuses(table, "table: an.events", "SEG289");
    refuses(table, "query: select 1", "SEG289");
    refuses("    time: at\n", "", "SEG289");
    refuses("late: 2 days }", "late: 2 dayz }", "SEG227");
    refuses(", late: 2 days", "", "SEG024");
    refuses("zone: America/New_York, ", "", "SEG024");
    refuses("America/New_York", "America/NewYork", "SEG223");
    refuses("table: customers", "tables: { a: x_* }", "SEG207");
    // A part of a list may be any name.
    let (_, problems) = open_files(
        &files(&CATALOG.replace("table: customers", "table: [an, \"cust*\"]"), ""),
        &Options::default(),
    );
    assert!(!problems.has_errors(), "{}", said(&problems));
}

/// What a reader of the scripts sees: a select as of an instant and as of the engine's clock, and a refresh.
#[test]
fn sql_for_bigquery_matches_its_snapshot() {
    let session = session();
    let fixed = at(instant(AS_OF));
    let all = session.select(&["recent".to_owned()]).expect("a segment");
    let (plan, problems) = session.plan("bigquery", &all, &Options::default());
    assert!(!problems.has_errors(), "{}", said(&problems));
    let script = support::target::alone(&session, &plan.expect("a target"), "recent", true).to_text();
    let texts = [
        select("recent", "bigquery", &fixed),
        select("two_windows", "bigquery", &fixed),
        select("recent", "bigquery", &Options::default()),
        script,
    ];
    insta::assert_snapshot!(texts.join("\n\n-- ----\n\n"));
}

/// A project on disk, whose rows of all days are in one file.
fn workspace() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("segc.yml", "name: lab\nschema: segments\ntargets: { duckdb: {}, bigquery: {} }\n");
    write("catalog/all.yml", CATALOG);
    write("segments/all.seg", "segment recent on customer { where exists(events during last 7 days) }\n");
    write("data/customers.csv", "id,joined_at\n1,\n2,\n");
    write(
        "data/events.csv",
        "id,user_id,name,at,amount\n1,1,view,2026-03-30T12:00:00Z,1\n2,2,view,2026-03-01T12:00:00Z,1\n",
    );
    let test = "as_of: 2026-03-31T12:00:00Z\ntests:\n  - name: a week\n    given:\n      customer: [{ id: 1 }, { id: 2 }]\n      event:\n        - { id: 1, user_id: 2, at: 2026-03-30T12:00:00Z }\n    expect:\n      recent: [2]\n";
    write("tests/all.yml", test);
    folder
}

fn segc(folder: &tempfile::TempDir, arguments: &[&str]) -> (bool, String) {
    let mut segc = std::process::Command::new(env!("CARGO_BIN_EXE_segc"));
    let out = segc.args(arguments).current_dir(folder.path()).output().expect("it runs");
    let text = [out.stdout, out.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (out.status.success(), text)
}

#[test]
fn sample_rows_of_all_days_are_one_table() {
    let folder = workspace();
    let as_of = ["--as-of", AS_OF];
    let (fine, said) = segc(&folder, &[&["run", "--format", "json"][..], &as_of].concat());
    assert!(fine && said.contains("\"members\": 1"), "{said}");
    let (fine, said) = segc(&folder, &["test"]);
    assert!(fine && said.contains("1 test passed"), "{said}");
    let (fine, said) = segc(&folder, &[&["why", "recent", "1"][..], &as_of].concat());
    assert!(fine, "{said}");
    let (fine, said) = segc(&folder, &[&["attrition", "recent"][..], &as_of].concat());
    assert!(fine, "{said}");
    // What isn't executed here on these rows is for a database without such tables.
    let (fine, said) = segc(&folder, &["compile", "--target", "duckdb", "--out", "built"]);
    assert!(!fine && said.contains("SEG501"), "{said}");
    let (fine, said) = segc(&folder, &["compile", "--target", "bigquery", "--out", "built"]);
    assert!(fine, "{said}");
}

#[test]
fn other_forms_of_output_read_the_tables_of_days() {
    let folder = workspace();
    let (fine, said) = segc(&folder, &["compile", "--target", "bigquery", "--format", "filter"]);
    assert!(fine && said.contains("FROM an.`events_*`"), "{said}");
    let (fine, said) = segc(&folder, &["compile", "--target", "bigquery", "--format", "dbt", "--out", "dbt"]);
    assert!(fine, "{said}");
    let read = |name: &str| {
        let all = walkdir::WalkDir::new(folder.path().join("dbt")).into_iter().flatten();
        let file = all.into_iter().find(|file| file.file_name() == name).expect("it is in the package");
        std::fs::read_to_string(file.path()).expect("a file")
    };
    let sources = read("_sources.yml");
    assert!(sources.contains("name: events\n") && sources.contains("identifier: events_*"), "{sources}");
    let model = read("recent.sql");
    assert!(
        model.contains("FROM {{ source('an', 'events') }}") && model.contains("_TABLE_SUFFIX"),
        "{model}"
    );
}
