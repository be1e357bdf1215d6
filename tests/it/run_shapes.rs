//! Runs over tables that something else has changed: the problem is reported with a remedy, nothing
//! is lost, and the remedy works. And runs back or ahead in time.

use crate::support::project::{at, instant, open, said};
use crate::support::target::Target;
use segc::api::{Ran, RunRequest, Session, Status};
use segc::diagnostic::Severity;
use segc::engine::tables_of;
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [id] } }
    deletes: never
    settle: 1 hour
    fields:
      id: integer
      points: integer
      active: { type: boolean, column: is_active }
      updated_at: timestamp
";
const SEGMENTS: &str = "
segment buyers on customer { history: true where points > 1 }
segment rest on customer { where active }
";
const FIRST: &str = "2026-03-20T12:00:00Z";
const SECOND: &str = "2026-03-25T12:00:00Z";

fn session() -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\nmaterialize: incremental\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    open(&files)
}

fn run(session: &Session, target: &mut Target, as_of: &str, refresh: bool) -> Ran {
    run_or_resume(session, target, as_of, refresh, false)
}

fn run_or_resume(session: &Session, target: &mut Target, as_of: &str, refresh: bool, resume: bool) -> Ran {
    let (options, segments) = (at(instant(as_of)), session.select(&[]).expect("all segments"));
    let request = RunRequest {
        target: target.name,
        segments: &segments,
        options: &options,
        refresh,
        resume,
        verify: false,
        fail_fast: false,
        wait: false,
        check_clock: true,
    };
    let ran = session.run(&request, target.engine(), &mut |_| {});
    ran.unwrap_or_else(|problems| panic!("{}", said(&problems)))
}

/// A target after a first run.
fn built(mut target: Target, session: &Session) -> Target {
    target.must("DROP SCHEMA IF EXISTS segments CASCADE");
    for table in tables_of(&session.hir().catalog, target.name).expect("one type per column") {
        target.make(&table);
    }
    let old = "TIMESTAMPTZ '2026-01-01 00:00:00+00:00'";
    target.must(&format!(
        "INSERT INTO customers VALUES (1, 0, TRUE, {old}), (2, 1, TRUE, {old}), (3, 2, FALSE, {old}), (4, 3, TRUE, {old})"
    ));
    let ran = run(session, &mut target, FIRST, false);
    assert_eq!(told(&ran), ["buyers built 2", "rest built 3"]);
    target
}

fn told(ran: &Ran) -> Vec<String> {
    let one = |status: &Status| match status {
        Status::Built(members) => format!("built {members}"),
        other => format!("{other:?}").to_lowercase(),
    };
    ran.segments.iter().map(|ran| format!("{} {}", ran.segment, one(&ran.status))).collect()
}

/// What somebody has done; code, and words of the message and the help; what mends it; who fails.
type Mess = (&'static [&'static str], &'static str, [&'static str; 2], &'static str, &'static [&'static str]);

const MESSES: &[Mess] = &[
    (
        &[
            "CREATE TABLE segments.twice AS SELECT * FROM segments.buyers",
            "DROP TABLE segments.buyers",
            "ALTER TABLE segments.twice RENAME TO buyers",
            "INSERT INTO segments.buyers SELECT * FROM segments.buyers",
        ],
        "SEG709",
        ["the table segments.buyers has a member of buyers twice", "delete the rows of such keys"],
        "DELETE FROM segments.buyers",
        &["buyers"],
    ),
    (
        &["ALTER TABLE segments.segc_state DROP COLUMN refresh_hash"],
        "SEG734",
        [
            "`segments.segc_state` doesn't have the columns that segc expects: it has no column `refresh_hash`",
            "only members whom `expire`",
        ],
        "DROP TABLE segments.segc_state",
        &["buyers", "rest"],
    ),
    (
        &["ALTER TABLE segments.buyers DROP COLUMN entered_at"],
        "SEG734",
        [
            "`segments.buyers` doesn't have the columns that segc expects: it has no column `entered_at`",
            "change it back, or drop it",
        ],
        "DROP TABLE segments.buyers",
        &["buyers"],
    ),
    (
        &[
            "DROP TABLE segments.buyers",
            "CREATE TABLE segments.buyers (id DATE NOT NULL, entered_at TIMESTAMPTZ NOT NULL)",
        ],
        "SEG734",
        ["`id` is ", "the `entered_at` of its members may be lost"],
        "DROP TABLE segments.buyers",
        &["buyers"],
    ),
    (
        &["DROP TABLE segments.buyers_history", "CREATE TABLE segments.buyers_history (id BIGINT NOT NULL)"],
        "SEG734",
        ["no column `entered_at`; it has no column `left_at`", "if what it holds may be lost"],
        "DROP TABLE segments.buyers_history",
        &["buyers"],
    ),
    (
        &["ALTER TABLE customers DROP COLUMN updated_at"],
        "SEG735",
        ["`customers` has no column `updated_at`, which `customer.updated_at` reads", "correct `column:`"],
        "ALTER TABLE customers ADD COLUMN updated_at TIMESTAMPTZ",
        &["buyers", "rest"],
    ),
    (
        &["ALTER TABLE customers DROP COLUMN is_active"],
        "SEG735",
        ["`customers` has no column `is_active`, which `customer.active` reads", "correct `column:`"],
        "ALTER TABLE customers ADD COLUMN is_active BOOLEAN",
        &["rest"],
    ),
];

#[test]
fn damaged_tables_are_reported_and_can_be_repaired() {
    let session = session();
    for (mess, code, words, mend, fail) in MESSES {
        for target in Target::all() {
            let mut target = built(target, &session);
            target.must("UPDATE customers SET points = 0, updated_at = NOW() WHERE id = 3");
            mess.iter().for_each(|statement| target.must(statement));
            let ran = run(&session, &mut target, SECOND, true);
            let failed: Vec<&str> = ran
                .segments
                .iter()
                .filter(|one| one.status == Status::Failed)
                .map(|one| one.segment.as_str())
                .collect();
            assert_eq!(failed, *fail, "{mess:?} on {}", target.name);
            let problems: Vec<_> = ran.problems.iter().collect();
            assert_eq!(problems.len(), fail.len(), "{}", said(&ran.problems));
            for problem in problems {
                let help = problem.help.as_deref().unwrap_or_default();
                assert_eq!(problem.code, *code, "{}", said(&ran.problems));
                assert!(problem.message.contains(words[0]) && help.contains(words[1]), "{problem:?}");
                assert!(problem.span.is_some(), "{problem:?}");
            }
            target.must(mend);
            let ran = run(&session, &mut target, SECOND, true);
            assert_eq!(
                told(&ran)[0],
                "buyers built 1",
                "{mess:?} on {}: {}",
                target.name,
                said(&ran.problems)
            );
        }
    }
}

/// Members whom somebody has removed or added: there are not as many as were recorded.
#[test]
fn modified_tables_are_evaluated_in_full() {
    let session = session();
    for by_hand in [
        "DELETE FROM segments.buyers WHERE id = 4",
        "INSERT INTO segments.buyers SELECT 1, entered_at FROM segments.buyers WHERE id = 4",
        "DELETE FROM segments.buyers",
    ] {
        for target in Target::all() {
            let mut target = built(target, &session);
            target.must(by_hand);
            run(&session, &mut target, SECOND, true);
            let ids = target.rows("SELECT id FROM segments.buyers").expect("members");
            assert_eq!(ids.concat(), ["3", "4"], "{by_hand} on {}", target.name);
        }
    }
}

/// What a run has built is kept when it is resumed, but not what somebody has changed since.
#[test]
fn resumed_runs_rebuild_modified_tables() {
    let session = session();
    for (by_hand, wanted) in [
        ("SELECT 1", ["buyers kept(2)", "rest kept(3)"]),
        ("DELETE FROM segments.buyers", ["buyers built 2", "rest kept(3)"]),
        ("DROP TABLE segments.rest", ["buyers kept(2)", "rest built 3"]),
    ] {
        for target in Target::all() {
            let mut target = built(target, &session);
            target.rows(by_hand).map(drop).unwrap_or_else(|_| target.must(by_hand));
            let ran = run_or_resume(&session, &mut target, FIRST, true, true);
            assert_eq!(told(&ran), wanted, "{by_hand} on {}: {}", target.name, said(&ran.problems));
        }
    }
}

#[test]
fn runs_back_or_ahead_in_time_cause_a_warning() {
    let session = session();
    for target in Target::all() {
        let mut target = built(target, &session);
        let codes = |ran: &Ran| -> Vec<&'static str> {
            assert!(ran.problems.iter().all(|one| one.severity == Severity::Warning));
            ran.problems.iter().map(|one| one.code).collect()
        };
        let ran = run(&session, &mut target, "2026-03-01T00:00:00Z", true);
        assert_eq!(codes(&ran), ["SEG736"]);
        assert!(said(&ran.problems).contains("2 segments (2026-03-20T12:00:00Z)"), "{}", said(&ran.problems));
        let ran = run(&session, &mut target, "2126-03-01T00:00:00Z", true);
        assert_eq!(codes(&ran), ["SEG737"]);
        let ran = run(&session, &mut target, SECOND, true);
        assert_eq!(codes(&ran), ["SEG736"]);
        assert_eq!(codes(&run(&session, &mut target, SECOND, true)), Vec::<&str>::new());
    }
}
