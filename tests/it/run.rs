//! A run, segment by segment: a failure affects only its dependents, the rest can be resumed, and a
//! run interrupted anywhere leaves nothing that breaks the next one.

use crate::support;
use crate::support::project::{at, instant, open, said, stop_clocks};
use crate::support::target::{Target, alone, build, crash_points, plan, stored, texts};
use segc::api::{Event, Options, Ran, RunRequest, Session, Status};
use segc::diagnostic::Diagnostics;
use segc::engine::{Engine, EngineError, Table, tables_of};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    fields:
      id: integer
      points: integer
      active: boolean
";

/// A diamond: `left` and `right` depend on `base`, `top` on both, and three of every kind on it.
/// `right` fails where somebody has three points or more.
const SEGMENTS: &str = "
segment base on customer { where points > 0 }
segment left on customer extends base { where points > 1 }
segment right on customer extends base { where points * 4_000_000_000_000_000_000 > 3 }
segment top on customer { where in segment left and in segment right }
segment held on customer { expire: 14 days history: true where active and not in segment left }
segment put_in on customer { materialize: inline where in segment top }
segment seen on customer { materialize: view where in segment put_in }
segment rest on customer { where not in segment put_in }
segment live on customer { materialize: view where in segment base }
";

const FIRST: &str = "2026-03-20T12:00:00Z";
const SECOND: &str = "2026-03-25T12:00:00Z";

fn session_of(segments: &str, clock: Option<&str>) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\ntimezone: UTC\nschema: segments\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", segments);
    open(&match clock {
        Some(clock) => stop_clocks(files, instant(clock)),
        None => files,
    })
}

/// Customers with 0 to 2 points, and one with as many as said.
fn fill(target: &mut Target, session: &Session, most: u8) {
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.run(&table.create_statements()).expect("new tables");
    }
    target.must(&format!(
        "INSERT INTO customers VALUES (1, 0, TRUE), (2, 1, TRUE), (3, 2, TRUE), (4, 1, FALSE), (5, {most}, TRUE)"
    ));
}

/// How to run, besides what and where.
#[derive(Clone, Copy, Default)]
struct How<'a> {
    as_of: Option<&'a str>,
    refresh: bool,
    resume: bool,
}

fn try_run(
    session: &Session,
    target: &str,
    engine: &mut dyn Engine,
    how: How<'_>,
) -> Result<Ran, Diagnostics> {
    let options = how.as_of.map_or_else(Options::default, |as_of| at(instant(as_of)));
    let segments = session.select(&[]).expect("all segments");
    let request = RunRequest {
        target,
        segments: &segments,
        options: &options,
        refresh: how.refresh,
        resume: how.resume,
        verify: false,
        fail_fast: false,
        wait: false,
        check_clock: false,
    };
    session.run(&request, engine, &mut |_| {})
}

fn run(session: &Session, target: &mut Target, how: How<'_>) -> Ran {
    let name = target.name;
    try_run(session, name, target.engine(), how)
        .unwrap_or_else(|problems| panic!("{name}: {}", said(&problems)))
}

/// `base built 4, right failed, top skipped right, …`, in order.
fn told(ran: &Ran) -> String {
    let one = |status: &Status| match status {
        Status::Built(members) => format!("built {members}"),
        Status::Kept(members) => format!("kept {members}"),
        Status::Failed => "failed".to_owned(),
        Status::Skipped(by) => format!("skipped {}", by.join("+")),
        Status::NotReached => "not reached".to_owned(),
    };
    let all = ran.segments.iter().map(|ran| format!("{} {}", ran.segment, one(&ran.status)));
    all.collect::<Vec<_>>().join(", ")
}

/// Every row of every table and view, with history; without the instants of entering.
fn state(session: &Session, target: &mut Target) -> Vec<String> {
    let plan = plan(session, target.name, &Options::default());
    let mut all: Vec<String> = stored(&plan)
        .map(|segment| format!("{}: {:?}", segment.name, target.members(segment).expect("it can be read")))
        .collect();
    let runs = target.rows("SELECT segment, as_of, fingerprint, members FROM segments.segc_state");
    all.push(format!("runs: {:?}", runs.expect("the runs")));
    let held = target.rows("SELECT id, expires_at FROM segments.held").expect("a table");
    let history = target.rows("SELECT id, entered_at, left_at FROM segments.held_history").expect("a table");
    all.push(format!("held: {held:?}, history: {history:?}"));
    all
}

#[test]
fn dependents_of_a_failed_segment_are_skipped_and_the_rest_is_built() {
    let session = session_of(SEGMENTS, None);
    for mut target in Target::all() {
        fill(&mut target, &session, 3);
        let ran = run(&session, &mut target, How { as_of: Some(FIRST), ..How::default() });
        assert_eq!(
            told(&ran),
            "base built 4, left built 2, live built 4, right failed, held built 2, top skipped right, \
             rest skipped right, seen skipped right",
            "{}",
            target.name
        );
        let problems: Vec<_> = ran.problems.iter().collect();
        let [failed, skipped] = problems.as_slice() else { panic!("{}", said(&ran.problems)) };
        assert_eq!((failed.code, skipped.code), ("SEG703", "SEG731"));
        assert!(failed.message.starts_with("segment `right` failed: "), "{}", failed.message);
        assert_eq!(skipped.message, "3 segments were skipped, because of `right`: top, rest, seen");
        let at = session.sources.locate(failed.span.expect("a place")).expect("it is in a file");
        assert_eq!((at.0, at.1.line), ("segments/all.seg", 4));
        assert!(target.rows("SELECT * FROM segments.top").is_err(), "nothing is left of what was skipped");

        // Mended, it is resumed at the instant of then.
        target.must("UPDATE customers SET points = 2 WHERE id = 5");
        let resumed = run(&session, &mut target, How { resume: true, ..How::default() });
        assert_eq!(resumed.as_of, instant(FIRST));
        assert_eq!(
            told(&resumed),
            "base kept 4, left kept 2, live built 4, right built 4, held kept 2, top built 2, rest built 3, seen built 2"
        );
        assert!(resumed.problems.is_empty());
        let state_now = state(&session, &mut target);
        target.must("DROP SCHEMA segments CASCADE");
        run(&session, &mut target, How { as_of: Some(FIRST), ..How::default() });
        assert_eq!(state(&session, &mut target), state_now, "as a run that nothing disturbs");
    }
}

#[test]
fn two_failures_are_distinguished() {
    let fails = |name: &str| {
        format!("segment {name} on customer {{ where points * 9_000_000_000_000_000_000 > 3 }}\n")
    };
    let segments = format!(
        "{}{}segment c on customer {{ where in segment a }}\n\
         segment d on customer {{ where in segment b or in segment c }}\n\
         segment e on customer {{ where active }}\n",
        fails("a"),
        fails("b")
    );
    let session = session_of(&segments, None);
    for mut target in Target::all() {
        fill(&mut target, &session, 3);
        let ran = run(&session, &mut target, How { as_of: Some(FIRST), ..How::default() });
        assert_eq!(told(&ran), "a failed, b failed, e built 4, c skipped a, d skipped a+b");
        let codes: Vec<&str> = ran.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["SEG703", "SEG703", "SEG731", "SEG731"]);
    }
}

#[test]
fn all_segments_share_one_instant_from_the_engine() {
    let segments = SEGMENTS.replace("4_000_000_000_000_000_000", "4");
    let session = session_of(&segments, None);
    for mut target in Target::all() {
        fill(&mut target, &session, 3);
        let mut fixed = Vec::new();
        let (options, chosen) = (Options::default(), session.select(&[]).expect("all segments"));
        let request = RunRequest {
            target: target.name,
            segments: &chosen,
            options: &options,
            refresh: false,
            resume: false,
            verify: true,
            fail_fast: false,
            wait: true,
            check_clock: false,
        };
        let ran = session
            .run(&request, target.engine(), &mut |event| {
                if let Event::AsOf(as_of) = event {
                    fixed.push(as_of);
                }
            })
            .unwrap_or_else(|problems| panic!("{}", said(&problems)));
        assert_eq!((fixed.as_slice(), ran.problems.len()), ([ran.as_of].as_slice(), 0));
        let runs = target.rows("SELECT DISTINCT as_of FROM segments.segc_state").expect("the runs");
        assert_eq!(runs, [[ran.as_of.to_string()]], "{}", target.name);
        // A view goes with the clock, and does not stand still at the run's instant.
        target.must("INSERT INTO customers VALUES (6, 1, TRUE)");
        assert_eq!(target.rows("SELECT id FROM segments.live WHERE id = 6").expect("a view").len(), 1);
    }
}

#[test]
fn resume_reports_if_nothing_is_left_to_run() {
    let segments = SEGMENTS.replace("4_000_000_000_000_000_000", "4");
    let session = session_of(&segments, Some(SECOND));
    for mut target in Target::all() {
        fill(&mut target, &session, 3);
        let resume = How { resume: true, ..How::default() };
        let name = target.name;
        let refused = try_run(&session, name, target.engine(), resume).expect_err("no run at all");
        assert!(said(&refused).starts_with("SEG866"), "{}", said(&refused));
        // With an instant it is known which run is meant, though it hasn't built anything yet.
        let begun = run(&session, &mut target, How { as_of: Some(FIRST), ..resume });
        assert!(told(&begun).starts_with("base built 4, left built 2"), "{}", told(&begun));
        target.must("UPDATE segments.segc_state SET as_of = NULL");
        let refused = try_run(&session, name, target.engine(), resume).expect_err("no run came to its end");
        assert!(said(&refused).contains("none of these segments has a recorded run"), "{}", said(&refused));

        run(&session, &mut target, How { as_of: Some(FIRST), ..How::default() });
        let all = run(&session, &mut target, resume);
        let tables = all.segments.iter().filter(|one| !["live", "seen"].contains(&one.segment.as_str()));
        assert!(tables.clone().count() == 6 && all.as_of == instant(FIRST));
        assert!(tables.clone().all(|one| matches!(one.status, Status::Kept(_))), "{}", told(&all));

        // A table with another definition isn't kept, nor is one built on the old definition.
        let changed = session_of(&segments.replace("points > 1 }", "points > 0 }"), Some(SECOND));
        let resumed = run(&changed, &mut target, resume);
        assert_eq!(
            told(&resumed),
            "base kept 4, left built 4, live built 4, right kept 4, held built 2, top built 4, rest built 1, seen built 4"
        );
        // Nor what is built on a table that is built again.
        target.must("DELETE FROM segments.segc_state WHERE segment = 'right'");
        let resumed = run(&changed, &mut target, resume);
        assert_eq!(
            told(&resumed),
            "base kept 4, left kept 4, live built 4, right built 4, held kept 2, top built 4, rest built 1, seen built 4"
        );
    }
}

/// An engine that disappears after this many calls.
struct Mortal<'a> {
    inner: &'a mut dyn Engine,
    left: usize,
}

impl Mortal<'_> {
    fn live(&mut self, statement: &str) -> Result<(), EngineError> {
        self.left =
            self.left.checked_sub(1).ok_or_else(|| EngineError::statement_failed(statement, "gone"))?;
        Ok(())
    }
}

impl Engine for Mortal<'_> {
    fn execute(&mut self, statement: &str) -> Result<u64, EngineError> {
        self.live(statement)?;
        self.inner.execute(statement)
    }

    fn query(&mut self, sql: &str) -> Result<Table, EngineError> {
        self.live(sql)?;
        self.inner.query(sql)
    }
}

#[test]
fn a_lost_connection_ends_the_run() {
    let session = session_of(&SEGMENTS.replace("4_000_000_000_000_000_000", "4"), None);
    let mut target = Target::all().remove(0);
    fill(&mut target, &session, 3);
    // The clock's first answer, `base`, and a part of `left`: one call more than the first that
    // builds `base`, however many a script has.
    let mut ended = None;
    for left in 2..200 {
        let mut mortal = Mortal { inner: target.engine(), left };
        let ran = try_run(&session, "duckdb", &mut mortal, How::default()).expect("it begins");
        if told(&ran).starts_with("base built 4") {
            ended = Some(ran);
            break;
        }
        assert!(told(&ran).starts_with("base failed"), "{left}: {}", told(&ran));
        // Where nothing was begun there is nothing to take back.
        let _ = target.engine().execute("ROLLBACK");
    }
    let ran = ended.expect("some calls are enough");
    assert_eq!(
        told(&ran),
        "base built 4, left not reached, live not reached, right not reached, held not reached, \
         top not reached, rest not reached, seen not reached"
    );
    let codes: Vec<&str> = ran.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["SEG732"], "{}", said(&ran.problems));
    let _ = target.engine().execute("ROLLBACK");
    let resumed = run(&session, &mut target, How { resume: true, ..How::default() });
    assert_eq!(resumed.as_of, ran.as_of);
    assert!(told(&resumed).starts_with("base kept 4, left built 2, "), "{}", told(&resumed));
}

/// A database that outlives its sessions.
enum Place {
    File(tempfile::TempDir),
    Server(Box<support::postgres::Postgres>),
}

impl Place {
    fn all() -> Vec<Self> {
        let mut all = vec![Self::File(tempfile::tempdir().expect("a temporary folder"))];
        all.extend(support::postgres::database().map(|server| Self::Server(Box::new(server))));
        all
    }

    /// A new session.
    fn connect(&self) -> Target {
        use support::target::Running::{Duck, Postgres};
        match self {
            Self::File(folder) => {
                let engine = segc::engine::DuckDb::open(Some(&folder.path().join("lab.db")));
                Target { name: "duckdb", engine: Duck(engine.expect("it opens")) }
            }
            Self::Server(server) => Target { name: "postgres", engine: Postgres(Box::new(server.another())) },
        }
    }
}

/// A session that ends at each of the `crash_points` of each segment's script, in each way that it is
/// brought up to date: the next run leaves what an undisturbed one leaves.
#[test]
fn a_crash_at_any_statement_is_harmless() {
    let few = "segment base on customer { where points > 0 }\n\
               segment held on customer { expire: 14 days history: true where active and in segment base }\n\
               segment live on customer { materialize: view where in segment base }\n";
    let session = session_of(few, None);
    for place in Place::all() {
        let mut target = place.connect();
        fill(&mut target, &session, 3);
        let mut crashes = 0;
        for refresh in [false, true] {
            let first = How { as_of: Some(FIRST), ..How::default() };
            let second = How { as_of: Some(SECOND), refresh, ..How::default() };
            let both = |target: &mut Target| {
                target.must("DROP SCHEMA IF EXISTS segments CASCADE");
                target.must("UPDATE customers SET points = 1, active = (id <> 5)");
                run(&session, target, first);
                target.must("UPDATE customers SET points = id, active = (id = 5)");
            };
            both(&mut target);
            run(&session, &mut target, second);
            let expected = state(&session, &mut target);
            let planned = plan(&session, target.name, &at(instant(SECOND)));
            for name in ["base", "held", "live"] {
                let script = texts(&alone(&session, &planned, name, refresh));
                for ended in crash_points(&script) {
                    both(&mut target);
                    // What it reads is at the second instant already.
                    if name != "base" {
                        let ready = texts(&alone(&session, &planned, "base", refresh));
                        target.run(&ready).unwrap_or_else(|error| panic!("{name}: {error}"));
                    }
                    let crashed =
                        script[..ended].iter().try_for_each(|one| target.engine().execute(one).map(drop));
                    crashed.unwrap_or_else(|error| panic!("{name}: {error}"));
                    drop(target);
                    target = place.connect();
                    let resume = crashes % 2 == 0;
                    let ran = run(&session, &mut target, How { resume, ..second });
                    assert!(ran.problems.is_empty(), "{name}, {ended}: {}", said(&ran.problems));
                    assert_eq!(state(&session, &mut target), expected, "{name}, {ended} on {}", target.name);
                    crashes += 1;
                }
            }
        }
        eprintln!("{crashes} crashes on {}", target.name);
        assert!(crashes >= 50, "only {crashes} crashes on {}", target.name);
    }
}

/// Scratch tables have columns of their own beside the key.
#[test]
fn keys_may_be_named_like_the_columns_of_scratch_tables() {
    let catalog = "
entities:
  region:
    table: regions
    key: [segment, members]
    deletes: never
    changes: { mutable: { updated_at: updated_at, immutable: [segment, members] } }
    settle: 1 hour
    fields:
      segment: { type: string, nullable: false }
      members: { type: integer, nullable: false }
      size: integer
      updated_at: timestamp
";
    let segments = "
segment big on region { materialize: incremental where size > 3 }
segment small on region { materialize: incremental where size <= 3 }
";
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments);
    let session = open(&files);
    for mut target in Target::all() {
        for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
        target.must("INSERT INTO regions VALUES ('a', 1, 5, NOW()), ('a', 2, 1, NOW()), ('b', 1, 2, NOW())");
        assert_eq!(told(&run(&session, &mut target, How::default())), "big built 1, small built 2");
        target.must("UPDATE regions SET size = 9, updated_at = NOW() WHERE segment = 'b'");
        let refreshed = run(&session, &mut target, How { refresh: true, ..How::default() });
        assert_eq!(told(&refreshed), "big built 2, small built 1");
        let outcomes = refreshed.segments.iter().filter_map(|one| one.outcome.as_ref());
        assert!(outcomes.clone().all(|outcome| !outcome.everyone), "{refreshed:?}");
        assert_eq!(
            outcomes.map(|outcome| (outcome.entered, outcome.left)).collect::<Vec<_>>(),
            [(1, 0), (0, 1)]
        );
    }
}

/// Many failures in one unit: each is its own segment's, and the rest is built.
#[test]
fn many_failures_in_a_unit_leave_the_others_built() {
    let wrong = |number: u32| {
        format!(
            "segment wrong{number} on customer {{ where points * {number}_000_000_000_000_000_000 > 3 }}\n"
        )
    };
    let right = |number: u32| format!("segment right{number} on customer {{ where points >= {number} }}\n");
    let segments: String = (4..=9).map(|number| wrong(number) + &right(number - 3)).collect();
    let session = session_of(&segments, None);
    for mut target in Target::all() {
        fill(&mut target, &session, 6);
        let ran = run(&session, &mut target, How::default());
        for one in &ran.segments {
            let fails = one.segment.starts_with("wrong");
            assert_eq!(one.status == Status::Failed, fails, "{}", told(&ran));
            assert_eq!(matches!(one.status, Status::Built(_)), !fails, "{}", told(&ran));
        }
        assert_eq!(ran.segments.len(), 12);
        assert_eq!(
            ran.problems.iter().filter(|problem| problem.code == "SEG703").count(),
            6,
            "{}",
            said(&ran.problems)
        );
    }
}

/// A run fills tables that don't exist yet directly; the create script compares with what is there.
#[test]
fn a_first_run_leaves_what_the_create_script_leaves() {
    let segments = "
segment some on customer { materialize: incremental where points > 0 }
segment more on customer { materialize: incremental where in segment some and points > 1 }
segment few on customer { materialize: table where not in segment more }
";
    let changes =
        "    deletes: never\n    changes: { mutable: { updated_at: updated_at } }\n    settle: 1 hour\n";
    let catalog = CATALOG.replace("    fields:\n", &format!("{changes}    fields:\n"));
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", catalog.replace("active: boolean", "updated_at: timestamp"))
        .with("segments/all.seg", segments);
    let session = open(&files);
    let options = at(instant(FIRST));
    let tables = [
        (
            "segc_state",
            "segment, as_of, fingerprint, refresh_hash, run_seq, rebuilt_at, log_since, members, rows_in, rows_out",
        ),
        ("segc_inputs", "segment, input, run_seq"),
        ("segc_segment_counts", "segment, members, as_of"),
        ("segc_log_some", "id, run_seq, action, logged_at"),
        ("some", "id, entered_at"),
        ("more", "id, entered_at"),
        ("few", "id, entered_at"),
    ];
    let rows = |target: &mut Target| {
        tables.map(|(table, columns)| {
            target
                .rows(&format!("SELECT {columns} FROM segments.{table} ORDER BY {columns}"))
                .expect("its rows")
        })
    };
    for (mut ran, mut scripted) in Target::all().into_iter().zip(Target::all()) {
        for target in [&mut ran, &mut scripted] {
            for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
                target.run(&table.create_statements()).expect("new tables");
            }
            target.must(
                "INSERT INTO customers VALUES (1, 0, NOW()), (2, 1, NOW()), (3, 2, NOW()), (4, 3, NOW())",
            );
        }
        let as_of = How { as_of: Some(FIRST), ..How::default() };
        assert_eq!(told(&run(&session, &mut ran, as_of)), "some built 3, more built 2, few built 2");
        let plan = plan(&session, scripted.name, &options);
        scripted.run(&build(&session, &plan, false)).expect("the script");
        assert_eq!(rows(&mut ran), rows(&mut scripted), "{}", ran.name);
    }
}
