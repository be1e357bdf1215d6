//! A script interrupted at any statement, for example by a crash of its client, can be run again.
//! It then leaves what one uninterrupted run leaves, in the members, the logs, the history tables
//! and the records of runs.
//!
//! `crash_points` says where a script is interrupted. `SEGC_CRASHES=all` interrupts it after every
//! statement, on engines in processes, too, which takes minutes; by default, those crash only after some
//! of the statements that change what outlives the script.
//!
//! `kill.rs` does the same to processes, with SIGKILL: what DuckDB then finds in its file, and what
//! Postgres does for a client that is gone.

mod kill;

use std::collections::BTreeSet;

use crate::support::project::{instant, open, stop_clocks};
use crate::support::target::{Running, Target, build, crash_points, plan, tables};
use segc::api::{Options, Session};
use segc::engine::tables_of;
use segc::plan::{Plan, SegmentPlan};
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: { mutable: { updated_at: updated_at, immutable: [id] } }
    deletes: hard
    settle: 1 hour
    fields:
      id: integer
      tier: string
      updated_at: timestamp
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: order_no
    time: at
    changes: { append_only: { ingested_at: loaded_at } }
    deletes: never
    settle: 1 hour
    fields:
      order_no: string
      customer_id: integer
      total: { type: 'decimal(10,2)', min: 0 }
      at: timestamp
      loaded_at: timestamp
";

/// `listed` is a static list, whose file changes from run to run, and `called` reads its log. `held` reads the log of `recent`, `callers` that of a segment that ranks; members never leave
/// `dear`, which is of another entity.
const SEGMENTS: &str = "
segment recent on customer { history: true where exists(orders during last 30 days) }
segment held on customer { expire: 60 days history: true where in segment recent }
segment best on customer { where exists(orders) keep top 2 by sum(orders.total) }
segment callers on customer { where in segment best and tier is present }
segment dear on order { where total >= 50 }
segment listed on customer from list \"lists/some.csv\" { history: true }
segment called on customer extends listed { where tier is present }
";

/// The keys in the list at each run.
const LISTS: [(&str, &str); 3] =
    [(FIRST, "id\n1\n2\n6\n"), (SECOND, "id\n2\n3\n6\n"), (THIRD, "id\n1\n3\n5\n")];

const FIRST: &str = "2026-03-31T12:00:00Z";
const SECOND: &str = "2026-05-15T12:00:00Z";
const BETWEEN: &str = "2026-06-08T00:00:00Z";
const THIRD: &str = "2026-06-20T12:00:00Z";

/// What is there at the first run, and what comes until the second and the third. At the third,
/// 1 is back, 2 has been held for long enough, 3 is no longer recent, 4 is new, 6 is gone.
const ROWS: [&[&str]; 3] = [
    &[
        "INSERT INTO customers VALUES (1, 'a', TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), \
         (2, NULL, TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), (3, 'a', TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), \
         (4, 'b', TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), (5, 'b', TIMESTAMPTZ '2026-01-01 00:00:00+00:00'), \
         (6, 'b', TIMESTAMPTZ '2026-01-01 00:00:00+00:00')",
        "INSERT INTO orders VALUES \
         ('1a', 1, 60, TIMESTAMPTZ '2026-03-20 00:00:00+00:00', TIMESTAMPTZ '2026-03-20 00:00:00+00:00'), \
         ('2a', 2, 50, TIMESTAMPTZ '2026-03-20 00:00:00+00:00', TIMESTAMPTZ '2026-03-20 00:00:00+00:00'), \
         ('5a', 5, 10, TIMESTAMPTZ '2026-03-10 00:00:00+00:00', TIMESTAMPTZ '2026-03-20 00:00:00+00:00'), \
         ('6a', 6, 20, TIMESTAMPTZ '2026-03-25 00:00:00+00:00', TIMESTAMPTZ '2026-03-25 00:00:00+00:00')",
    ],
    &["INSERT INTO orders VALUES \
         ('3a', 3, 55, TIMESTAMPTZ '2026-05-10 00:00:00+00:00', TIMESTAMPTZ '2026-05-10 00:00:00+00:00'), \
         ('5b', 5, 10, TIMESTAMPTZ '2026-05-10 00:00:00+00:00', TIMESTAMPTZ '2026-05-11 00:00:00+00:00'), \
         ('6b', 6, 20, TIMESTAMPTZ '2026-05-12 00:00:00+00:00', TIMESTAMPTZ '2026-05-12 00:00:00+00:00')"],
    &[
        "INSERT INTO orders VALUES \
         ('1b', 1, 1, TIMESTAMPTZ '2026-06-10 00:00:00+00:00', TIMESTAMPTZ '2026-06-10 00:00:00+00:00'), \
         ('4a', 4, 70, TIMESTAMPTZ '2026-06-15 00:00:00+00:00', TIMESTAMPTZ '2026-06-15 00:00:00+00:00'), \
         ('5c', 5, 90, TIMESTAMPTZ '2026-06-01 00:00:00+00:00', TIMESTAMPTZ '2026-06-01 00:00:00+00:00')",
        "UPDATE customers SET tier = NULL, updated_at = TIMESTAMPTZ '2026-06-01 00:00:00+00:00' WHERE id = 5",
        "DELETE FROM customers WHERE id = 6",
    ],
];

/// SQLite has no decimals, and sums of floats have no order that a refresh could rely on.
fn session(target: &str, clock: &str) -> Session {
    let (mut catalog, mut segments) = (CATALOG.to_owned(), SEGMENTS.to_owned());
    if target == "sqlite" {
        catalog = catalog.replace("'decimal(10,2)'", "float");
        segments = segments.replace("sum(orders.total)", "max(orders.total)");
    }
    let files = Memory::new()
        .with("segc.yml", "name: lab\ntimezone: UTC\nschema: segments\nmaterialize: incremental\n")
        .with("catalog/all.yml", catalog)
        .with("segments/all.seg", segments)
        .with("lists/some.csv", LISTS.iter().find(|(at, _)| *at == clock).map_or("id\n", |(_, list)| list));
    open(&stop_clocks(files, instant(clock)))
}

/// A target at the state after two runs, which can be had again.
struct Lab {
    target: Target,
    plan: Plan,
}

impl Lab {
    fn new(mut target: Target) -> Self {
        let first = session(target.name, FIRST);
        let tables = tables_of(&first.hir().catalog, target.name).expect("one type per column");
        // The keys of a list are in a table of segc's own.
        tables.iter().filter(|table| table.name.len() == 1).for_each(|table| target.make(table));
        let plan = plan(&first, target.name, &Options::default());
        let mut lab = Self { target, plan };
        for (clock, rows) in [FIRST, SECOND].into_iter().zip(&ROWS) {
            rows.iter().for_each(|statement| lab.target.must(statement));
            let script = lab.script(clock, clock != FIRST);
            lab.target.run(&script).expect("a run");
        }
        ROWS[2].iter().for_each(|statement| lab.target.must(statement));
        lab.target.must("CREATE SCHEMA saved");
        for table in lab.tables() {
            let saved = saved(&table);
            lab.target.must(&format!("CREATE TABLE {saved} AS SELECT * FROM {table}"));
        }
        lab
    }

    fn script(&self, clock: &str, refresh: bool) -> Vec<String> {
        let session = session(self.target.name, clock);
        let plan = plan(&session, self.target.name, &Options::default());
        build(&session, &plan, refresh)
    }

    /// What outlives a script.
    fn tables(&self) -> BTreeSet<String> {
        let of = |segment: &SegmentPlan| {
            let state = &segment.kept.tables;
            let always = [&segment.table, &state.runs, &state.counts].map(Clone::clone);
            let inputs = (!segment.refresh.inputs.is_empty()).then(|| state.inputs.clone());
            let log = segment.kept.log.as_ref().map(|_| state.log.clone());
            let unkept = segment.kept.ranked.as_ref().map(|_| state.ranking_candidates.clone());
            let list = segment
                .list
                .as_ref()
                .map_or_else(Vec::new, |list| vec![list.table.clone(), list.stamps.clone()]);
            always
                .into_iter()
                .chain(inputs)
                .chain(list)
                .chain(log)
                .chain(unkept)
                .chain(segment.kept.history.clone())
        };
        tables(&self.plan).flat_map(of).map(|table| table.join(".")).collect()
    }

    /// Has the state after the second run again.
    fn restore(&mut self) {
        for table in self.tables() {
            let saved = saved(&table);
            if self.target.keeps_versions() {
                self.target.must(&format!("DROP TABLE {table}"));
                self.target.must(&format!("CREATE TABLE {table} USING delta AS SELECT * FROM {saved}"));
                continue;
            }
            self.target.must(&format!("DELETE FROM {table} WHERE TRUE"));
            self.target.must(&format!("INSERT INTO {table} SELECT * FROM {saved}"));
        }
    }

    /// All that a run leaves, but the numbers of runs, and how long they took.
    fn state(&mut self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut queries = Vec::new();
        for segment in tables(&self.plan) {
            let ends = if segment.kept.retention.is_some() { ", expires_at" } else { "" };
            let key = &segment.keys[0].name;
            queries.push(format!("SELECT {key}, entered_at{ends} FROM {}", segment.table.join(".")));
            let runs = segment.kept.tables.runs.join(".");
            queries.push(format!(
                "SELECT segment, as_of, read_at, fingerprint, refresh_hash, members FROM {runs}"
            ));
            if let Some(history) = &segment.kept.history {
                queries.push(format!("SELECT * FROM {}", history.join(".")));
            }
            // Of other logs readers need no more than what they haven't read.
            if segment.kept.log.as_ref().is_some_and(|log| log.for_good) {
                let log = segment.kept.tables.log.join(".");
                queries.push(format!("SELECT {key}, action, logged_at FROM {log}"));
            }
            if segment.kept.ranked.is_some() {
                queries.push(format!("SELECT * FROM {}", segment.kept.tables.ranking_candidates.join(".")));
            }
        }
        queries.push("SELECT * FROM segments.segc_segment_counts".to_owned());
        queries.into_iter().map(|sql| (sql.clone(), self.target.rows(&sql).expect(&sql))).collect()
    }

    fn members(&mut self) -> Vec<String> {
        let of = |segment: &SegmentPlan| {
            let keys = self.target.members(segment).expect("the table can be read");
            format!("{}: {}", segment.name, keys.into_iter().flatten().collect::<Vec<_>>().join(" "))
        };
        tables(&self.plan).map(of).collect()
    }

    /// After how many of a script's statements there is a crash.
    fn crashes(&self, script: &[String], refresh: bool) -> Vec<usize> {
        let quick = !matches!(self.target.engine, Running::Store(_)) || self.target.name == "sqlite";
        let slow = !quick && std::env::var("SEGC_CRASHES").is_err();
        if !slow {
            return crash_points(script).into_iter().filter(|&done| done < script.len()).collect();
        }
        let changes = |done: &usize| {
            let first = script[done - 1].split_whitespace().next();
            // ClickHouse replaces a table by a statement that begins as one that makes it.
            let lasting =
                || self.tables().iter().any(|table| script[done - 1].contains(&format!("TABLE {table} ")));
            matches!(first, Some("MERGE" | "INSERT" | "UPDATE" | "DELETE" | "COMMIT")) || lasting()
        };
        // What is a transaction fails as one; a create does nothing that a refresh doesn't.
        let whole = script.iter().any(|statement| statement.starts_with("COMMIT"));
        let step = if whole {
            8
        } else if refresh {
            1
        } else {
            4
        };
        (1..script.len()).filter(changes).step_by(step).chain([script.len() - 1]).collect()
    }
}

fn saved(table: &str) -> String {
    table.replacen("segments.", "saved.", 1)
}

#[test]
fn scripts_can_be_repeated_after_a_crash_at_any_statement() {
    for target in Target::every() {
        let mut lab = Lab::new(target);
        let name = lab.target.name;
        assert!(
            tables(&lab.plan).all(|segment| segment.refresh.by_keys.is_some() || segment.list.is_some()),
            "all but the list are refreshed by keys"
        );
        for refresh in [true, false] {
            let script = lab.script(THIRD, refresh);
            lab.restore();
            lab.target.run(&script).expect("no crash");
            let wanted = lab.state();
            assert_eq!(
                lab.members(),
                [
                    "best: 4 5",
                    "dear: 1a 2a 3a 4a 5c",
                    "listed: 1 3 5",
                    "recent: 1 4 5",
                    "called: 1 3",
                    "callers: 4",
                    "held: 1 3 4 5"
                ],
                "{name}"
            );
            let crashes = lab.crashes(&script, refresh);
            eprintln!("{name}: {} crashes in {} statements", crashes.len(), script.len());
            for done in crashes {
                lab.restore();
                lab.target.crash(&script[..done]);
                let last = &script[done - 1];
                assert_eq!(lab.target.run(&script), Ok(()), "{name} after {done}: {last}");
                for (found, wanted) in lab.state().iter().zip(&wanted) {
                    assert_eq!(found, wanted, "{name} after {done}: {last}");
                }
            }
        }
    }
}

/// Who has come or gone in what broke off is looked at again, even by a run at an earlier as_of,
/// to which it would be the future. `expire` holds whom it let in, as after any other run.
#[test]
fn no_run_builds_on_a_crashed_one() {
    for target in Target::every() {
        let mut lab = Lab::new(target);
        let (script, earlier) = (lab.script(THIRD, true), lab.script(BETWEEN, true));
        lab.target.run(&earlier).expect("no crash");
        let members = |lab: &mut Lab| {
            lab.members().into_iter().filter(|line| !line.starts_with("held")).collect::<Vec<_>>()
        };
        let wanted = members(&mut lab);
        let records = |(at, statement): (usize, &String)| statement.contains("rebuilt_at =").then_some(at);
        for done in script.iter().enumerate().filter_map(records).collect::<Vec<_>>() {
            lab.restore();
            lab.target.crash(&script[..done]);
            lab.target.run(&earlier).expect("an earlier run");
            assert_eq!(members(&mut lab), wanted, "{} after {}", lab.target.name, script[done - 1]);
        }
    }
}
