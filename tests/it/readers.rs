//! A reader during a script sees the members of either the previous or the new run, and concurrent
//! scripts wait for each other or fail. None leaves a mixture.

use crate::support;
use crate::support::lab::{self, ARRIVALS, FIRST, SECOND, SEGMENTS};
use crate::support::postgres::Postgres;
use crate::support::target::{Running, Target, build, plan, script, tables, texts};
use segc::engine::Engine;
use segc::plan::Plan;
use segc::plan::program::{Phase, ProgramScope};
use segc::sql::Script;

/// The plan and the script of a create at an instant.
fn create(target: &Target, clock: &str) -> (Plan, Script) {
    let session = lab::session(SEGMENTS, clock);
    let plan = plan(&session, target.name, &Default::default());
    let script = script(&session, &plan, ProgramScope::All, false);
    (plan, script)
}

/// One query over all tables: their rows as numbers, and the sum of their entered_at.
fn all_tables(plan: &Plan) -> String {
    let count = |table: &str| format!("(SELECT count(*) FROM {table})");
    let latest = |table: &str| format!("(SELECT CAST(max(entered_at) AS VARCHAR) FROM {table})");
    let columns = tables(plan).map(|segment| {
        let table = segment.table.join(".");
        format!("{}, {}", count(&table), latest(&table))
    });
    format!("SELECT {}", columns.collect::<Vec<_>>().join(", "))
}

fn postgres() -> Option<(Target, Postgres)> {
    let engine = support::postgres::database()?;
    let reader = engine.another();
    let mut target = Target { name: "postgres", engine: Running::Postgres(Box::new(engine)) };
    lab::fill(&mut target);
    Some((target, reader))
}

#[test]
fn postgres_readers_see_the_previous_members_until_the_commit() {
    let Some((mut target, mut reader)) = postgres() else { return };
    let (plan, first) = create(&target, FIRST);
    target.run(&texts(&first)).expect("the first");
    lab::append(&mut target, ARRIVALS);
    let (_, second) = create(&target, SECOND);
    let question = all_tables(&plan);
    let before = reader.query(&question).expect("the tables").rows;
    let mut written = 0;
    for statement in &second.statements {
        if statement.phase == Phase::Commit {
            assert_ne!(target.engine().query(&question).expect("its own view").rows, before);
        }
        target.must(&statement.text);
        if statement.phase != Phase::Commit {
            written += usize::from(statement.phase == Phase::Apply);
            let seen = reader.query(&question).expect("a reader is not kept waiting").rows;
            assert_eq!(seen, before, "after {}", statement.text);
        } else {
            assert_ne!(reader.query(&question).expect("the tables").rows, before);
        }
    }
    assert!(written > 10, "{written} statements that write");
}

#[test]
fn postgres_readers_see_no_members_until_the_first_create_commits() {
    let Some((mut target, mut reader)) = postgres() else { return };
    let (plan, first) = create(&target, FIRST);
    let total: Vec<String> =
        tables(&plan).map(|segment| format!("(SELECT count(*) FROM {})", segment.table.join("."))).collect();
    let question = format!("SELECT {}", total.join(" + "));
    for statement in &first.statements {
        target.must(&statement.text);
        let Ok(seen) = reader.query(&question) else {
            assert!(statement.phase <= Phase::Setup, "missing after {}", statement.text);
            continue;
        };
        let none = seen.rows[0][0].to_string() == "0";
        assert_eq!(none, statement.phase != Phase::Commit, "after {}", statement.text);
    }
}

#[test]
fn concurrent_creates_on_postgres_are_serialized() {
    let Some((mut target, mut other)) = postgres() else { return };
    let mut third = Target { name: "postgres", engine: Running::Postgres(Box::new(other.another())) };
    let (plan, first) = create(&target, FIRST);
    target.run(&texts(&first)).expect("the first");
    let (_, again) = create(&target, FIRST);
    let commit = again.statements.iter().position(|one| one.phase == Phase::Commit).expect("a commit");
    let again = texts(&again);
    let (held, rest) = again.split_at(commit);
    for statement in held {
        target.must(statement);
    }
    let (_, second) = create(&target, SECOND);
    let waiter = std::thread::spawn(move || other.run(&texts(&second)).map_err(|error| error.to_string()));
    // Committed already, but not read by the one that holds the locks: the waiter must read it.
    lab::append(&mut third, ARRIVALS);
    for statement in rest {
        target.must(statement);
    }
    waiter.join().expect("it ends").expect("it waited, and then ran");
    let session = lab::session(SEGMENTS, SECOND);
    let big = plan.segments.iter().find(|segment| segment.name == "big").expect("a segment");
    let waited = target.members(big);
    target.drop_segments(&plan);
    target
        .run(&build(&session, &support::target::plan(&session, "postgres", &Default::default()), false))
        .expect("a fresh create");
    assert_eq!(target.members(big), waited);
}
