//! No statement of a script does quadratic work on PostgreSQL, however many keys are affected and
//! whatever the planner knows about the sources: each statement is executed under EXPLAIN ANALYZE,
//! and the rows that its plan produces and discards are counted, loop by loop.
//!
//! `SEGC_ROWS=100000 cargo test --test it refresh_size::` uses more customers than the quick
//! default.

mod plans;
mod shop;

use crate::support::postgres::{self, Postgres};
use crate::support::project::{at, instant, open};
use crate::support::target::{alone, plan, tables, texts};
use segc::api::Session;
use segc::engine::{Engine, quote_ident, quote_name};
use segc::plan::{Plan, Refresh};
use segc::project::Memory;
use shop::Shop;

/// A statement may create and discard this many times the number of rows.
const TIMES: u64 = 6;

/// When the scripts run: create, and then a refresh for each share of keys.
const CREATED: &str = "2026-03-31T12:00:00Z";
const REFRESHED: [(u32, &str); 3] =
    [(1, "2026-03-31T13:00:00Z"), (50, "2026-03-31T14:00:00Z"), (100, "2026-03-31T15:00:00Z")];

fn session() -> Session {
    let settings = "name: size\nschema: segments\nmaterialize: incremental\ntargets: { postgres: {} }\n";
    let files = Memory::new()
        .with("segc.yml", settings)
        .with("catalog/shop.yml", shop::CATALOG)
        .with("segments/all.seg", shop::SEGMENTS);
    open(&files)
}

/// What the planner knows and has of the sources.
#[derive(Clone, Copy, Default)]
struct Sources {
    analyzed: bool,
    indexed: bool,
}

/// Runs every script of the project, and gives each statement's plan to a judge.
fn run(database: &mut Postgres, sources: Sources) -> Vec<String> {
    let mut shop = Shop::new(database);
    shop.fill();
    if sources.indexed {
        shop.index();
    }
    if sources.analyzed {
        shop.analyze();
    }
    let rows = shop.rows();
    let session = session();
    let mut faults = Vec::new();
    for (share, clock) in [(0, CREATED)].into_iter().chain(REFRESHED) {
        if share > 0 {
            let mut shop = Shop::new(database);
            shop.change(share);
            if sources.analyzed {
                shop.analyze();
            }
        }
        let plan = plan(&session, "postgres", &at(instant(clock)));
        for segment in tables(&plan) {
            let script = texts(&alone(&session, &plan, &segment.name, share > 0));
            for fault in plans::faults(database, &script, rows * TIMES) {
                faults.push(format!("{} at {share} %: {fault}", segment.name));
            }
        }
        if share > 0 && sources.indexed {
            judge_members(database, &session, &plan, clock);
        }
    }
    faults
}

/// Who is a member after a refresh is who matches.
fn judge_members(database: &mut Postgres, session: &Session, plan: &Plan, clock: &str) {
    for segment in tables(plan).filter(|segment| segment.kept.retention.is_none()) {
        let matching = session.select_sql("postgres", segment.id, &at(instant(clock))).expect("a query");
        let keys: Vec<String> = segment.keys.iter().map(|key| quote_ident(&key.name)).collect();
        let table = format!("SELECT {} FROM {}", keys.join(", "), quote_name(&segment.table));
        let differing = format!(
            "SELECT COUNT(*) FROM (({table} EXCEPT ({matching})) UNION ALL (({matching}) EXCEPT {table})) AS d"
        );
        let found = database.query(&differing).unwrap_or_else(|error| panic!("{error}\n{differing}"));
        assert_eq!(found.rows[0][0].to_string(), "0", "{} at {clock}", segment.name);
    }
}

fn judge(sources: Sources) {
    let Some(mut database) = postgres::database() else { return };
    // What the run itself doesn't do is not done.
    database.execute("ALTER SYSTEM SET autovacuum = off").expect("a superuser");
    database.query("SELECT PG_RELOAD_CONF()").expect("a superuser");
    let faults = run(&mut database, sources);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn no_statement_does_quadratic_work_on_analyzed_sources() {
    judge(Sources { analyzed: true, indexed: false });
}

#[test]
fn no_statement_does_quadratic_work_on_sources_never_analyzed() {
    judge(Sources::default());
}

#[test]
fn no_statement_does_quadratic_work_on_indexed_sources() {
    judge(Sources { analyzed: true, indexed: true });
}

#[test]
fn no_statement_does_quadratic_work_on_indexed_sources_never_analyzed() {
    judge(Sources { analyzed: false, indexed: true });
}

/// The project has what it is to have: nearly all of its segments are refreshed by keys.
#[test]
fn most_segments_are_refreshed_incrementally() {
    let session = session();
    let plan = plan(&session, "postgres", &at(instant(CREATED)));
    let by_keys = tables(&plan).filter(|segment| segment.refresh.by_keys.is_some()).count();
    let grow = tables(&plan).filter(|segment| segment.refresh.strategy == Refresh::InsertOnly).count();
    assert!(by_keys >= 36 && grow >= 2, "{by_keys} by keys, {grow} that only grow");
}
