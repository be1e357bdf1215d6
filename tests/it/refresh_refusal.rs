//! Rule R10: if a refresh can't build on its last run, it evaluates every entity, or it stops
//! before it writes, as the project declares.

use crate::support::lab::{self, FIRST, SECOND, THIRD};
use crate::support::target::{Target, build, plan};
use segc::api::Options;
use segc::plan::Plan;

const SETTINGS: &str = "name: lab\ntimezone: UTC\nschema: segments\nmaterialize: incremental\n";

/// That of the laboratory, with all that a refresh by keys needs.
const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    changes: static
    fields:
      id: { type: integer }
      name: string
    links:
      orders: { to: order, many: true, on: { id: customer_id } }
  order:
    table: orders
    key: order_no
    time: at
    changes: append_only
    deletes: never
    settle: 1 hour
    fields:
      order_no: { type: string }
      customer_id: integer
      total: { type: 'decimal(10,2)', min: 0 }
      at: timestamp
";

const SEGMENTS: &str = "segment recent on customer { where exists(orders during last 30 days) }\n\
                        segment buyers on customer { where exists(orders) }\n";

struct Lab {
    settings: String,
    catalog: String,
    segments: String,
}

impl Lab {
    fn new(what: &str) -> Self {
        let settings = format!("{SETTINGS}refresh: {{ on_stale_state: {what} }}\n");
        Self { settings, catalog: CATALOG.to_owned(), segments: SEGMENTS.to_owned() }
    }

    fn run(&self, target: &mut Target, refresh: bool, at: &str) -> Result<(), String> {
        let session = lab::session_of(&self.settings, &self.catalog, &self.segments, at);
        let plan = plan(&session, target.name, &Options::default());
        assert!(plan.segments.iter().all(|segment| segment.refresh.by_keys.is_some()), "{:?}", plan.segments);
        target.run(&build(&session, &plan, refresh))
    }

    fn plan(&self, target: &Target, at: &str) -> Plan {
        let session = lab::session_of(&self.settings, &self.catalog, &self.segments, at);
        plan(&session, target.name, &Options::default())
    }

    /// Everything that a script could have written: members, runs.
    fn state(&self, target: &mut Target) -> Vec<Vec<Vec<String>>> {
        let plan = self.plan(target, FIRST);
        let mut state: Vec<_> = plan.segments.iter().map(|segment| target.entered(segment)).collect();
        let runs = "SELECT segment, as_of, fingerprint, refresh_hash, rebuilt_at, members FROM segments.segc_state WHERE as_of IS NOT NULL";
        state.push(target.rows(runs).expect("the runs"));
        state
    }
}

fn everywhere(test: impl Fn(&mut Target)) {
    for mut target in Target::all() {
        lab::fill(&mut target);
        test(&mut target);
    }
}

#[test]
fn a_first_run_needs_no_create() {
    everywhere(|target| {
        let lab = Lab::new("fail");
        lab.run(target, true, FIRST).expect("nothing is there yet");
        lab.run(target, true, FIRST).expect("the same again");
        lab.run(target, true, SECOND).expect("a later one");
    });
}

/// Changes the project or the database, and tells when the next run is.
type Change<'a> = &'a dyn Fn(&mut Lab, &mut Target) -> &'static str;

#[test]
fn unusable_base_runs_stop_a_refresh_before_it_writes() {
    let stories: [(&str, Change<'_>); 5] = [
        ("an earlier as_of", &|_, _| FIRST),
        ("another definition", &|lab, _| {
            lab.segments = lab.segments.replace("30 days", "31 days");
            THIRD
        }),
        ("another way to refresh", &|lab, _| {
            lab.catalog = lab.catalog.replace("settle: 1 hour", "settle: 2 hours");
            THIRD
        }),
        ("a run that isn't known", &|_, target| {
            target.must("DELETE FROM segments.segc_state");
            THIRD
        }),
        ("a run without an as_of", &|_, target| {
            target.must("UPDATE segments.segc_state SET as_of = NULL");
            THIRD
        }),
    ];
    for (what, change) in stories {
        everywhere(|target| {
            let mut lab = Lab::new("fail");
            lab.run(target, false, SECOND).expect("the first");
            let at = change(&mut lab, target);
            let before = lab.state(target);
            let error = lab.run(target, true, at).expect_err(what);
            assert!(error.contains("can't be refreshed: its last run is missing, newer"), "{what}: {error}");
            assert!(error.contains("run its create script"), "{what}: {error}");
            assert_eq!(lab.state(target), before, "{what}: nothing was written");
            // As the project says otherwise, everyone is evaluated.
            let mut relaxed = Lab::new("rebuild");
            (relaxed.catalog, relaxed.segments) = (lab.catalog.clone(), lab.segments.clone());
            relaxed.run(target, true, at).expect("everyone is evaluated");
            lab.run(target, true, at).expect("now the last run can be built upon");
            // So it is after a create.
            lab.run(target, false, at).expect("create builds on nothing");
            lab.run(target, true, at).expect("now the last run can be built upon");
        });
    }
}

/// A rebuild that the catalog asks for is no reason to stop.
#[test]
fn due_rebuilds_are_not_rejected() {
    everywhere(|target| {
        let mut lab = Lab::new("fail");
        lab.catalog = lab.catalog.replace("settle: 1 hour", "settle: 1 hour\n    rebuild_every: 7 days");
        lab.run(target, false, FIRST).expect("the first");
        let rebuilt = |target: &mut Target| {
            let runs = "SELECT DISTINCT rebuilt_at FROM segments.segc_state";
            target.rows(runs).expect("the runs")
        };
        let first = rebuilt(target);
        lab.run(target, true, SECOND).expect("a rebuild is due");
        assert_ne!(rebuilt(target), first, "everyone was evaluated");
        let error = lab.run(target, true, FIRST).expect_err("an earlier as_of");
        assert!(error.contains("can't be refreshed"), "{error}");
    });
}
