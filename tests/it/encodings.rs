//! Encoded columns, where the members of a single SELECT don't show it: comparisons are made with what the
//! columns hold, so that indexes serve, and stamps may be encoded. `tests/conformance/encodings.md` defines
//! their meaning.

use crate::support::project::{at, instant, open, stop_clocks};
use crate::support::target::{Target, build, plan};
use segc::api::{Options, Session};
use segc::engine::tables_of;
use segc::plan::Refresh;
use segc::project::Memory;

const CATALOG: &str = "
entities:
  customer:
    table: customers
    key: id
    deletes: never
    settle: 1 hour
    changes: { mutable: { updated_at: updated_at } }
    fields:
      id: { type: integer, nullable: false }
      plan: string
      updated_at: { type: timestamp, encoding: epoch_millis, nullable: false }
    links:
      visits: { to: visit, many: true, on: { id: customer_id } }
  visit:
    table: visits
    key: id
    time: at
    deletes: never
    settle: 1 hour
    changes: { append_only: { ingested_at: loaded } }
    fields:
      id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      at: { type: timestamp, encoding: epoch_seconds }
      loaded: { type: timestamp, encoding: epoch_micros }
      day: { type: date, encoding: yyyymmdd, storage: integer }
";

const SEGMENTS: &str = "
segment lately on customer { materialize: incremental where exists(visits during last 2 days) }
segment paying on customer { materialize: incremental where plan = \"paid\" }
segment in_march on customer {
  where exists(visits where day during 2026-03-01 through 2026-03-31 and at < 2026-03-31T11:59:59.5Z)
}
";

fn session() -> Session {
    session_at("2026-03-31T12:00:00Z")
}

/// The project at an instant that every engine's clock shows.
fn session_at(now: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: lab\nschema: segments\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", SEGMENTS);
    open(&stop_clocks(files, instant(now)))
}

fn select(target: &str, segment: &str, options: &Options) -> String {
    let session = session();
    let id = session.hir().find(segment).expect("a segment");
    session.select_sql(target, id, options).expect("it can be compiled")
}

#[test]
fn comparisons_are_made_with_what_columns_hold() {
    let sql = select("postgres", "in_march", &at(instant("2026-03-31T12:00:00Z")));
    for part in ["v.day >= 20260301", "v.day < 20260401", "v.at < 1774958400", "v.at >= -62135596800"] {
        assert!(sql.contains(part), "{part} in\n{sql}");
    }
    let sql = select("postgres", "lately", &at(instant("2026-03-31T12:00:00.25Z")));
    assert!(sql.contains("v.at >= 1774785601") && sql.contains("v.at < 1774958401"), "{sql}");
    assert!(!sql.contains("62135596800"), "both sides are bounded:\n{sql}");
}

#[test]
fn indexes_serve_windows_of_encoded_times() {
    for mut target in Target::all().into_iter().filter(|target| target.name == "postgres") {
        for table in tables_of(&session().hir().catalog, target.name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
        target.must("INSERT INTO visits SELECT n, n % 100, 1700000000 + n * 60, 0, 20240101 FROM generate_series(1, 100000) AS n");
        target.must("CREATE INDEX visits_at ON visits (\"at\")");
        target.must("ANALYZE visits");
        let sql = select("postgres", "lately", &at(instant("2024-01-20T00:00:00Z")));
        let plan = target.rows(&format!("EXPLAIN {sql}")).expect("a plan").concat().join("\n");
        assert!(plan.contains("visits_at"), "{plan}");
    }
}

#[test]
fn encoded_stamps_refresh_by_keys() {
    for mut target in Target::all() {
        let name = target.name;
        for table in tables_of(&session().hir().catalog, name).expect("one type per column") {
            target.run(&table.create_statements()).expect("new tables");
        }
        let run = |target: &mut Target, now: &str, refresh: bool| {
            let session = session_at(now);
            let plan = plan(&session, name, &at(instant(now)));
            for segment in plan.segments.iter().filter(|segment| segment.name != "in_march") {
                assert!(!matches!(segment.refresh.strategy, Refresh::Rebuild { .. }), "{}", segment.name);
            }
            target.run(&build(&session, &plan, refresh)).expect("a run");
            let ids = |target: &mut Target, segment: &str| {
                target
                    .rows(&format!("SELECT id FROM segments.{segment} ORDER BY id"))
                    .expect("members")
                    .concat()
                    .join(" ")
            };
            (ids(target, "lately"), ids(target, "paying"))
        };
        // In seconds, 1774958400 is the first run.
        target.must("INSERT INTO customers VALUES (1, 'free', 1700000000000), (2, 'paid', 1700000000000), (3, 'free', 1700000000000)");
        target.must("INSERT INTO visits VALUES (1, 1, 1774950000, 1774950000000000, 20260331), (2, 2, 1774600000, 1774600000000000, 20260327)");
        let found = run(&mut target, "2026-03-31T12:00:00Z", false);
        assert_eq!(found, ("1".to_owned(), "2".to_owned()), "{name}");
        // A visit arrives whose stamp is half an hour before the run, and a plan changes.
        target.must("INSERT INTO visits VALUES (3, 3, 1774956600, 1774956600000001, 20260331)");
        target.must("UPDATE customers SET plan = 'paid', updated_at = 1774958400500 WHERE id = 1");
        let found = run(&mut target, "2026-03-31T12:30:00Z", true);
        assert_eq!(found, ("1 3".to_owned(), "1 2".to_owned()), "{name}");
        // Two days after the first visit, which nothing but the clock tells; a stamp that is none is new.
        target.must("INSERT INTO visits VALUES (4, 2, 1775100000, NULL, 20260402)");
        let found = run(&mut target, "2026-04-02T10:00:00Z", true);
        assert_eq!(found, ("2 3".to_owned(), "1 2".to_owned()), "{name}");
    }
}
