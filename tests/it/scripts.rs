//! The effects of scripts on tables that already have members: they keep those who still match, add
//! new ones, remove those who no longer match, and stop before writing anything wrong.

use std::collections::BTreeSet;

use crate::support::lab::{self, ARRIVALS, FIRST, SECOND, SEGMENTS, THIRD};
use crate::support::project::{Project, at, instant, open};
use crate::support::store;
use crate::support::target::{Keys, Running, Target, alone, build, plan, stored, tables, texts};
use segc::api::{Options, Session};
use segc::plan::{Plan, Refresh, SegmentPlan};

/// A project at an instant, and how to build it on an engine.
struct Run {
    session: Session,
    plan: Plan,
}

impl Run {
    fn new(target: &Target, segments: &str, clock: &str) -> Self {
        Self::of(target, lab::session_on(target.name, segments, clock))
    }

    fn of(target: &Target, session: Session) -> Self {
        let plan = plan(&session, target.name, &Options::default());
        Self { session, plan }
    }

    fn create(&self, target: &mut Target) -> Result<(), String> {
        target.run(&build(&self.session, &self.plan, false))
    }

    fn refresh(&self, target: &mut Target) -> Result<(), String> {
        target.run(&build(&self.session, &self.plan, true))
    }

    fn alone(&self, target: &mut Target, segment: &str, refresh: bool) -> Result<(), String> {
        target.run(&texts(&alone(&self.session, &self.plan, segment, refresh)))
    }

    fn segment(&self, name: &str) -> &SegmentPlan {
        self.plan.segments.iter().find(|segment| segment.name == name).expect("a segment of the plan")
    }

    /// Every table with its rows, entered_at too.
    fn state(&self, target: &mut Target) -> Vec<(String, Vec<Vec<String>>)> {
        tables(&self.plan).map(|segment| (segment.name.clone(), target.entered(segment))).collect()
    }

    fn members(&self, target: &mut Target) -> Vec<(String, Keys)> {
        let read = |segment: &SegmentPlan| {
            (segment.name.clone(), target.members(segment).expect("the table can be read"))
        };
        stored(&self.plan).map(read).collect()
    }

    /// The members of one segment, its keys joined.
    fn keys(&self, target: &mut Target, name: &str) -> String {
        let keys = target.members(self.segment(name)).expect("the table can be read");
        keys.iter().map(|key| key.join("/")).collect::<Vec<_>>().join(" ")
    }
}

/// Runs a test on every engine, each with the rows of the laboratory.
fn everywhere(test: impl Fn(&mut Target)) {
    for mut target in Target::every() {
        lab::fill(&mut target);
        test(&mut target);
    }
}

/// The tables in which runs are recorded: one, or one a segment.
fn tables_of_runs(plan: &Plan) -> BTreeSet<String> {
    tables(plan).map(|segment| segment.kept.tables.runs.join(".")).collect()
}

fn runs(target: &mut Target, plan: &Plan) -> Vec<Vec<String>> {
    let read = |table: String| {
        target.rows(&format!("SELECT segment, as_of, fingerprint, members FROM {table}")).expect("the runs")
    };
    tables_of_runs(plan).into_iter().flat_map(read).collect()
}

#[test]
fn a_second_create_changes_nothing() {
    everywhere(|target| {
        let run = Run::new(target, SEGMENTS, FIRST);
        run.create(target).expect("the first");
        let (state, told) = (run.state(target), runs(target, &run.plan));
        assert_eq!(run.keys(target, "buyers"), "1 2");
        assert_eq!(run.keys(target, "big"), "1");
        assert_eq!(run.keys(target, "good_orders"), "a1 a2");
        run.create(target).expect("the second");
        assert_eq!(run.state(target), state, "{}", target.name);
        assert_eq!(runs(target, &run.plan), told, "{}", target.name);
    });
}

#[test]
fn remaining_members_keep_entered_at_and_leaving_ones_are_removed() {
    everywhere(|target| {
        Run::new(target, SEGMENTS, FIRST).create(target).expect("the first");
        lab::append(target, ARRIVALS);
        let run = Run::new(target, SEGMENTS, SECOND);
        run.create(target).expect("the second");
        let entered = |target: &mut Target, name: &str| {
            let rows = target.entered(run.segment(name));
            rows.iter().map(|row| row.join(" ")).collect::<Vec<_>>()
        };
        let new = |key: u8| format!("{key} {SECOND}");
        let old = |key: u8| format!("{key} {FIRST}");
        assert_eq!(entered(target, "buyers"), [old(1), old(2), new(3), new(5)]);
        assert_eq!(entered(target, "recent"), [old(2), new(5)]);
        assert_eq!(entered(target, "quiet"), [new(1), old(3), old(4)]);
        assert_eq!(run.keys(target, "now_recent"), "2 5", "the view");

        Run::new(target, SEGMENTS, THIRD).create(target).expect("the third");
        assert_eq!(entered(target, "recent"), [format!("1 {THIRD}"), old(2), new(5)], "1 is back");
    });
}

#[test]
fn refreshes_equal_a_fresh_create() {
    everywhere(|target| {
        Run::new(target, SEGMENTS, FIRST).create(target).expect("the first");
        lab::append(target, ARRIVALS);
        for instant in [SECOND, THIRD] {
            let run = Run::new(target, SEGMENTS, instant);
            // Nothing that a sum of floats decides can be left as it was.
            let exact = target.name != "sqlite";
            let growing: &[&str] =
                if exact { &["buyers", "big", "big_buyers", "good_orders"] } else { &["buyers"] };
            for &name in growing {
                assert_eq!(run.segment(name).refresh.strategy, Refresh::InsertOnly, "{name}");
            }
            run.refresh(target).expect("a refresh");
            run.refresh(target).expect("the same again");
            let (state, refreshed) = (run.state(target), run.members(target));
            assert!(state[0].1.iter().any(|row| row.last().is_some_and(|at| at == FIRST)), "{state:?}");
            let fresh = Run::new(target, SEGMENTS, instant);
            target.must("CREATE SCHEMA before");
            for segment in tables(&run.plan) {
                let (name, table) = (&segment.name, segment.table.join("."));
                target.must(&format!("CREATE TABLE before.{name} AS SELECT * FROM {table}"));
            }
            target.drop_segments(&fresh.plan);
            fresh.create(target).expect("a fresh create");
            assert_eq!(fresh.members(target), refreshed, "{} at {instant}", target.name);
            // Back to the refreshed tables, with their entered_at, for the next round.
            for segment in tables(&run.plan) {
                let (name, table) = (&segment.name, segment.table.join("."));
                target.must(&format!("DELETE FROM {table}"));
                target.must(&format!("INSERT INTO {table} SELECT * FROM before.{name}"));
            }
            target.must("DROP SCHEMA before CASCADE");
        }
        let run = Run::new(target, SEGMENTS, THIRD);
        assert_eq!(run.keys(target, "big"), "1 2 3");
        assert_eq!(run.keys(target, "good_orders"), "a1 a2 a3 b1 c1");
    });
}

#[test]
fn refreshes_create_missing_tables() {
    everywhere(|target| {
        let run = Run::new(target, SEGMENTS, FIRST);
        run.refresh(target).expect("the first run of all");
        let refreshed = run.state(target);
        target.drop_segments(&run.plan);
        run.create(target).expect("a fresh create");
        assert_eq!(run.state(target), refreshed, "{}", target.name);
    });
}

#[test]
fn refreshes_find_late_events_of_the_shop() {
    let project = Project::shop();
    for mut target in Target::all() {
        let target = &mut target;
        let before = "2026-03-01T00:00:00Z";
        let first = Run::of(target, project.open(before.parse().ok()));
        target.load(&first.session, &project.data);
        // Those after the first run, and some that are as late as the catalog allows.
        let late = "\"at\" >= TIMESTAMPTZ '2026-03-01 00:00:00+00' \
                    OR \"at\" >= TIMESTAMPTZ '2026-02-26 00:00:00+00' AND event_id LIKE '%3'";
        target.must(&format!("CREATE TABLE late AS SELECT * FROM events WHERE {late}"));
        target.must(&format!("DELETE FROM events WHERE {late}"));
        first.create(target).expect("the first");
        target.must("INSERT INTO events SELECT * FROM late");
        let run = Run::of(target, project.open(Some(project.as_of)));
        let inserted = tables(&run.plan).filter(|segment| segment.refresh.strategy == Refresh::InsertOnly);
        assert!(inserted.count() >= 2, "some segments are refreshed by inserts alone");
        run.refresh(target).expect("the refresh");
        for segment in stored(&run.plan) {
            let wanted = target.keys(&project.by_hand(&segment.name).0);
            assert_eq!(target.members(segment), wanted, "{} on {}", segment.name, target.name);
        }
    }
}

/// Members never leave `big`; but if its last run can't be used, wrong members do.
#[test]
fn append_only_refreshes_evaluate_changed_segments_in_full() {
    everywhere(|target| {
        Run::new(target, SEGMENTS, FIRST).create(target).expect("the first");
        let changed = SEGMENTS.replace(">= 100", ">= 115");
        let run = Run::new(target, &changed, SECOND);
        run.refresh(target).expect("a refresh");
        assert_eq!(run.keys(target, "big"), "", "1 has 110");
        let refreshed = run.members(target);
        run.create(target).expect("a create");
        assert_eq!(run.members(target), refreshed, "{}", target.name);
    });
}

#[test]
fn full_refreshes_follow_the_changed_segment() {
    everywhere(|target| {
        Run::new(target, SEGMENTS, FIRST).create(target).expect("the first");
        let changed = SEGMENTS.replace("last 30 days", "last 10 days");
        let run = Run::new(target, &changed, FIRST);
        run.refresh(target).expect("recent and quiet are evaluated again");
        assert_eq!((run.keys(target, "recent"), run.keys(target, "quiet")), ("1".into(), "2 3 4".into()));
    });
}

#[test]
fn refreshes_without_a_base_run_evaluate_everything() {
    everywhere(|target| {
        let run = Run::new(target, SEGMENTS, FIRST);
        run.create(target).expect("the first");
        let state = run.state(target);
        for table in tables_of_runs(&run.plan) {
            target.must(&format!("DELETE FROM {table} WHERE TRUE"));
        }
        target.must("INSERT INTO segments.big VALUES (4, TIMESTAMPTZ '2026-01-01 00:00:00+00:00')");
        run.refresh(target).expect("a refresh");
        assert_eq!(run.state(target), state, "{}", target.name);
    });
}

#[test]
fn refreshes_at_an_earlier_as_of_evaluate_everything() {
    everywhere(|target| {
        lab::append(target, ARRIVALS);
        Run::new(target, SEGMENTS, THIRD).create(target).expect("the first");
        let early = Run::new(target, SEGMENTS, FIRST);
        early.refresh(target).expect("a refresh");
        let refreshed = early.members(target);
        early.create(target).expect("a create");
        assert_eq!(early.members(target), refreshed, "{}", target.name);
    });
}

#[test]
fn single_scripts_stop_unless_their_input_tables_agree() {
    everywhere(|target| {
        let first = Run::new(target, SEGMENTS, FIRST);
        first.create(target).expect("the first");
        let second = Run::new(target, SEGMENTS, SECOND);
        second.alone(target, "big", false).expect("it reads no segment");
        let state = first.state(target);
        for refresh in [false, true] {
            let error = second.alone(target, "big_buyers", refresh).expect_err("buyers is older");
            assert!(error.contains("has a different as_of or definition"), "{error}");
        }
        assert_eq!(first.state(target), state, "nothing was written");

        second.alone(target, "buyers", false).expect("it reads no segment");
        let changed = Run::new(target, &SEGMENTS.replace(">= 100", ">= 105"), SECOND);
        let error = changed.alone(target, "good_orders", false).expect_err("big is another one");
        assert!(error.contains("the table of big"), "{error}");
        second.alone(target, "big_buyers", false).expect("both are at the second as_of");
        assert_eq!(second.keys(target, "big_buyers"), "1 2");
    });
}

#[test]
fn duplicate_keys_stop_a_script_before_it_writes() {
    everywhere(|target| {
        let first = Run::new(target, SEGMENTS, FIRST);
        first.create(target).expect("the first");
        let (state, told) = (first.state(target), runs(target, &first.plan));
        lab::append(target, ARRIVALS);
        target.must("INSERT INTO customers VALUES (2, 'Bob again')");
        let run = Run::new(target, SEGMENTS, SECOND);
        for refresh in [false, true] {
            let error = target.run(&build(&run.session, &run.plan, refresh)).expect_err("two customers 2");
            assert!(error.contains("two rows of customer have the same id"), "{error}");
            assert_eq!((first.state(target), runs(target, &first.plan)), (state.clone(), told.clone()));
        }
        target.must("DELETE FROM customers WHERE name = 'Bob again'");
        target.must("INSERT INTO customers VALUES (NULL, 'no key'), (NULL, 'none either')");
        run.create(target).expect("rows without a key don't exist");
    });
}

/// Nothing converts a table yet: the script fails, and the old members stay until it is dropped.
/// Only where views are made in the transaction does that hold for all segments.
#[test]
fn a_changed_storage_stops_the_script_without_changes() {
    let table = "segment s on customer { materialize: table where exists(orders) }\n\
                 segment d on customer { where in segment s }\n";
    let view = table.replace("table", "view").replace("exists(orders)", "name is present");
    let of_orders = table.replace("on customer", "on order").replace("exists(orders)", "total > 50");
    everywhere(|target| {
        if matches!(target.engine, Running::Store(_)) {
            return;
        }
        for (from, to) in [(table, &*view), (&*view, table), (table, &*of_orders)] {
            let first = Run::new(target, from, FIRST);
            first.create(target).expect("the first");
            let members = first.members(target);
            lab::append(target, &["INSERT INTO customers VALUES (9, 'Zoe')"]);
            let error = Run::new(target, to, FIRST).create(target).expect_err("s is something else");
            target.must("DELETE FROM customers WHERE id = 9");
            assert_eq!(first.members(target), members, "{}: {error}", target.name);
            target.drop_segments(&first.plan);
        }
    });
}

/// With room for eight tables in a transaction, a script has several, and the same members.
#[test]
fn scripts_have_as_many_transactions_as_their_tables_need() {
    let limited = "name: postgres\nextends: postgres\nlimits: { transaction_tables: 8 }\n";
    let [whole, divided] = [None, Some(limited)].map(|dialect| {
        let files = lab::files(SEGMENTS);
        open(&dialect.into_iter().fold(files, |files, text| files.with("dialects/postgres.yml", text)))
    });
    let options = at(instant(FIRST));
    let is_begin = |text: &String| text.starts_with("BEGIN");
    let postgres = || Target::all().into_iter().find(|target| target.name == "postgres");
    let (Some(mut target), Some(mut other)) = (postgres(), postgres()) else { return };
    lab::fill(&mut target);
    lab::fill(&mut other);
    for refresh in [false, true] {
        let run = Run { plan: plan(&divided, "postgres", &options), session: divided.clone() };
        let once = Run { plan: plan(&whole, "postgres", &options), session: whole.clone() };
        let script = build(&run.session, &run.plan, refresh);
        assert_eq!(build(&once.session, &once.plan, refresh).iter().filter(|text| is_begin(text)).count(), 1);
        let transactions: Vec<&[String]> = script.split(is_begin).skip(1).collect();
        assert!(transactions.len() >= tables(&run.plan).count().div_ceil(5), "{}", transactions.len());
        for statements in transactions {
            let locks = statements.iter().find(|text| text.starts_with("LOCK TABLE")).expect("it locks");
            assert!(locks.split(", ").count() <= 5, "{locks}");
        }
        target.run(&script).unwrap_or_else(|error| panic!("{error}"));
        other.run(&build(&once.session, &once.plan, refresh)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(run.state(&mut target), once.state(&mut other));
        assert_eq!(run.members(&mut target), once.members(&mut other));
        if !refresh {
            lab::append(&mut target, ARRIVALS);
            lab::append(&mut other, ARRIVALS);
        }
    }
}

#[test]
fn a_transaction_that_fails_leaves_those_before_it_committed() {
    let limited = "name: postgres\nextends: postgres\nlimits: { transaction_tables: 8 }\n";
    let named = (1..=5).map(|n| format!("segment a{n} on customer {{ where id >= {n} }}\n"));
    let segments = named.chain(["segment z on order { where total > 50 }\n".to_owned()]).collect::<String>();
    let divided = open(&lab::files(&segments).with("dialects/postgres.yml", limited));
    let Some(mut target) = Target::all().into_iter().find(|target| target.name == "postgres") else { return };
    lab::fill(&mut target);
    let run = Run { plan: plan(&divided, "postgres", &at(instant(FIRST))), session: divided };
    run.create(&mut target).expect("no order is there twice");
    let orders = run.keys(&mut target, "z");
    target.must("INSERT INTO customers VALUES (6, 'Eve')");
    target.must("INSERT INTO orders SELECT * FROM orders LIMIT 1");
    for refresh in [false, true] {
        let error =
            target.run(&build(&run.session, &run.plan, refresh)).expect_err("an order is there twice");
        let told = "two rows of order have the same order_no; what was committed before stays, nothing else was written";
        assert!(error.contains(told), "{error}");
        target.must("ROLLBACK");
        assert_eq!(run.keys(&mut target, "a5"), "6", "its transaction was committed");
        assert_eq!(run.keys(&mut target, "z"), orders);
    }
}

/// SQLite's views read tables of their own schema alone, and say so only when they are read.
#[test]
fn views_of_sqlite_are_in_the_schema_of_the_tables_that_they_read() {
    let Some(store) = store::sqlite() else { return };
    let mut target = Target { name: store.target, engine: Running::Store(store) };
    lab::fill(&mut target);
    let catalog = "entities:\n  customer:\n    table: customers\n    key: id\n    fields: { id: integer, name: string }\n";
    let segments = "segment named on customer { where name is present }\n\
                    segment seen on customer { materialize: view where name is present }\n";
    let run = |target: &Target, schema: &str| {
        let settings = format!("name: lab\nschema: {schema}\n");
        Run::of(target, lab::session_of(&settings, catalog, segments, FIRST))
    };
    let elsewhere = run(&target, "segments");
    let error = elsewhere.create(&mut target).expect_err("the customers are in another schema");
    assert!(error.contains("no such table: segments.customers"), "{error}");
    assert!(target.rows("SELECT * FROM segments.named").is_err(), "nothing was created");
    let here = run(&target, "main");
    here.create(&mut target).expect("it is in the schema of the customers");
    assert_eq!(here.keys(&mut target, "named"), "1 2 3");
    assert_eq!(here.keys(&mut target, "seen"), "1 2 3");
}
